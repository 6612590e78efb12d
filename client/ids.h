/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Queue IDs as people give them: words, or what mailq(1) prints.
 */
#ifndef HMQ_CLIENT_IDS_H
#define HMQ_CLIENT_IDS_H

#include "core/hash_set.h"
#include "core/queue_id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* More than an agent would take in a day. */
#define IDS_MAX 200000

struct id_list {
    char (*ids)[QUEUE_ID_SIZE]; /* in the order given, each once */
    size_t count, capacity;
    struct hash_set seen;
    bool empty_mailq; /* the input was what mailq prints of an empty queue */
    char wrong[160];  /* what is no queue ID */
};

void id_list_deinit(struct id_list *list);

/* Adds a word, which may end with a mark of mailq: "*", "!" or "#". Returns false, with wrong set,
 * if it is no queue ID. */
bool id_list_add(struct id_list *list, const char *word, size_t len);

/*
 * Reads IDs between blanks, commas and line ends, or lines of mailq, all or some of them. Returns
 * false, with wrong set, if something is neither.
 */
bool id_list_read(struct id_list *list, FILE *file);

#endif

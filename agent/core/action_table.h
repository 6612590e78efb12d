/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rows of hmqActionTable, in the order of their index: owner (length first, RFC 2578, 7.7),
 * command, id.
 */
#ifndef HMQ_CORE_ACTION_TABLE_H
#define HMQ_CORE_ACTION_TABLE_H

#include "core/action.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The sub-identifiers of a key: the owner's length and octets, the command, the id. */
#define ACTION_KEY_SUBIDS (ACTION_OWNER_MAX + 3)

/* Zeroed before use. The table owns its actions. */
struct action_table {
    struct action **actions;
    size_t count, capacity;
    uint64_t next_order, next_end;
    size_t octets;           /* action_memory of the finished ones */
    uint32_t finished_total; /* hmqActionsFinished */
    uint32_t failed_total;   /* hmqActionsFailed: finished failed, refused or interrupted */
};

struct action_retention {
    size_t rows;   /* finished rows that stay */
    size_t octets; /* and their memory together */
    int64_t age_s;
};

void action_table_deinit(struct action_table *table);

/* Adds an action (consumed) under a key that is not in the table. False without memory (not
 * consumed).
 */
bool action_table_add(struct action_table *table, struct action *action);

/* Takes an action out and frees it. */
void action_table_remove(struct action_table *table, const struct action_key *key);

/* Takes an action out without freeing it. */
void action_table_release(struct action_table *table, const struct action_key *key);

struct action *action_table_find(const struct action_table *table, const struct action_key *key);

/* To be called when an action of the table has come to its end; now: by a time that is believed
 * (core/plausible_time.h), 0 = not known. */
void action_table_finished(struct action_table *table, struct action *action, int64_t now);

/* The finished action that is to leave by the limits: the one that ended before all others, or NULL
 * when all may stay. now: as above; 0 = none is too old. */
const struct action *action_table_surplus(const struct action_table *table,
                                          const struct action_retention *retention, int64_t now);

/* Actions that are queued or running. */
size_t action_table_unfinished(const struct action_table *table);

/* An id for a new row of owner and command: one more than the greatest, or the first free one. */
uint32_t action_table_free_id(const struct action_table *table, const char *owner,
                              enum action_command command);

/*
 * The first action whose key is after the count sub-identifiers at index, or at them when
 * inclusive. They may be anything. Returns its position or table->count.
 */
size_t action_table_search(const struct action_table *table, const uint32_t *index, size_t count,
                           bool inclusive);

/* Writes the key's sub-identifiers and returns their number. */
size_t action_key_write(const struct action_key *key, uint32_t index[ACTION_KEY_SUBIDS]);

/*
 * Reads a key that the count sub-identifiers begin with; *used is how many it took.
 * Returns false for what can be no key: sub-identifiers above 255 in the owner, an owner that is
 * no UTF-8 or too long, an unknown command, the id 0, or too few.
 */
bool action_key_read(const uint32_t *index, size_t count, struct action_key *key, size_t *used);

#endif

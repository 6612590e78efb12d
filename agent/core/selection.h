/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which messages an action is about: the criteria of an action_request, ANDed, against the lines of
 * a fresh `postqueue -j`.
 */
#ifndef HMQ_CORE_SELECTION_H
#define HMQ_CORE_SELECTION_H

#include "core/action.h"
#include "core/message_json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a listing shows a message. */
struct place {
    bool present, expired; /* expired: marked by postsuper -e */
    enum queue queue;
    int64_t arrival; /* seconds since the epoch */
};

/* How far the run of an action has got with a message. */
enum target_stage { TARGET_TO_DO, TARGET_DOUBTFUL, TARGET_SETTLED };

/* A message an action is to act on. */
struct target {
    char id[QUEUE_ID_SIZE];
    bool listed;        /* the listing had it and it matches */
    bool replaced;      /* the listing had the id with another message than the one selected */
    int64_t arrival;    /* of the one that is meant, seconds since the epoch; 0 = unknown */
    struct place place; /* in the listing that selected it; not present when there was none */
    struct place after; /* in one made after the command */
    enum target_stage stage;
    bool open; /* DOUBTFUL: it is not known how its command ended */
};

/* Of what was asked for by id: sorted by id; of what was selected: as listed. */
struct target_list {
    struct target *targets;
    size_t count, capacity;
};

void target_list_deinit(struct target_list *list);

/* Appends; false without memory. */
bool target_list_add(struct target_list *list, const char *id, int64_t arrival);

/* Sorts by id and drops repetitions. */
void target_list_sort(struct target_list *list);

struct target *target_list_find(const struct target_list *list, const char *id);

/*
 * Splits hmqActionQueueIds (separated by spaces, commas, tabs or newlines) into valid ids, sorted,
 * each once. Returns false, with *list untouched, when one is no queue id (or without memory).
 */
bool target_list_parse(const char *text, size_t len, struct target_list *list);

/* True when the request names anything that a listing has to decide. */
bool request_has_criteria(const struct action_request *request);

/* True when the two ask for the same: the text of the ids may differ in its separators only. */
bool request_equal(const struct action_request *a, const struct action_request *b);

/* The recipients of one message, looked through as its line is read. Reset found for the next. */
struct recipient_search {
    const struct action_request *request;
    bool found; /* one met the recipient and the reason, both at once; true when neither is asked */
};

/* A recipient_handler; userdata is the search. */
void recipient_search_take(void *userdata, const char *address, const char *reason);

/*
 * True when all criteria but the ids hold for a message. recipient_found: of the search. What could
 * not be read of the message meets no criterion. now in seconds since the epoch.
 */
bool request_matches(const struct action_request *request, const struct message_head *head,
                     bool recipient_found, int64_t now);

/*
 * An address against a pattern with * and ?, which stands for one character (UTF-8; one octet of
 * what is none): case-sensitive before the last @, not after it; "<>" is the null sender, as is
 * "MAILER-DAEMON" in either case, besides an address of that name; a pattern of neither * nor ? is
 * the whole address; \*, \? and \\ are those characters themselves, and any other backslash is one.
 * Bounded by the product of both lengths.
 */
bool address_matches(const char *pattern, const char *address);

#endif

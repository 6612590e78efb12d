/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which messages an action concerns: those in a fresh `postqueue -j` that meet all criteria of an
 * action_request.
 */
#ifndef HMQ_CORE_SELECTION_H
#define HMQ_CORE_SELECTION_H

#include "core/action.h"
#include "core/message_json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a message appears in a listing. */
struct place {
    bool present, expired; /* expired: marked by postsuper -e */
    enum queue queue;
    int64_t arrival; /* seconds since the epoch */
};

/* How far an action has processed a message. */
enum target_stage { TARGET_TO_DO, TARGET_DOUBTFUL, TARGET_SETTLED };

/* A message that an action concerns. */
struct target {
    char id[QUEUE_ID_SIZE];
    bool listed;        /* it is in the listing and matches */
    bool replaced;      /* the listing has another message under this ID */
    bool in_group;      /* see struct recipient_search */
    int64_t arrival;    /* of the intended message, seconds since the epoch; 0 = unknown */
    struct place place; /* in the listing that selected it; not present if there was none */
    struct place after; /* in a listing made after the command */
    enum target_stage stage;
    bool open; /* DOUBTFUL: it is not known how its command ended */
};

/* Sorted by ID if the messages were named by ID; in the order of the listing if they were selected.
 */
struct target_list {
    struct target *targets;
    size_t count, capacity;
};

void target_list_deinit(struct target_list *list);

/* Appends a target. Returns false if out of memory. */
bool target_list_add(struct target_list *list, const char *id, int64_t arrival);

/* Sorts by ID and removes duplicates. */
void target_list_sort(struct target_list *list);

struct target *target_list_find(const struct target_list *list, const char *id);

/*
 * Splits hmqActionQueueIds, separated by spaces, commas, tabs or newlines, into valid queue IDs,
 * sorted and without duplicates. Returns 0; or, with *list untouched, -EINVAL if one is malformed,
 * or -ENOMEM.
 */
int target_list_parse(const char *text, size_t len, struct target_list *list);

/* True if the request has a criterion that requires a listing. */
bool request_has_criteria(const struct action_request *request);

/* True if the two request the same. The separators between queue IDs may differ. */
bool request_equal(const struct action_request *a, const struct action_request *b);

/*
 * Searches the recipients of one message while its line is read. One recipient has to meet both
 * criteria, recipient and reason.
 *
 * The reason is the text of a reason group (core/reason_group.h), which a recipient meets whose
 * reason belongs to it; or else a part of the reason. A text with a `*` can only be a group. One
 * without can be either: if the listing has a reason in the group, the text means the group, and
 * messages in which it is only a part are not selected. Only the end of the listing shows that.
 */
struct recipient_search {
    const struct action_request *request;
    bool found;        /* of the present message: some recipient meets both criteria */
    bool in_group;     /* and the reason as a group */
    bool group_listed; /* some message of the listing has a reason in the group */
};

/* A recipient_handler; userdata is the search. */
void recipient_search_take(void *userdata, const char *address, const char *reason);

/* Prepares the search for the next message. */
void recipient_search_next(struct recipient_search *search);

/* True if a message with this in_group is selected after all, at the end of the listing. */
bool recipient_search_selects(const struct recipient_search *search, bool in_group);

/*
 * True if a message meets all criteria except the queue IDs. recipient_found is the result of the
 * search. Data that could not be read meets no criterion. now is in seconds since the epoch.
 */
bool request_matches(const struct action_request *request, const struct message_head *head,
                     bool recipient_found, int64_t now);

/*
 * Matches an address with a pattern. * stands for any number of characters and ? for one (in UTF-8,
 * or one octet of what is not UTF-8); a pattern without them must equal the whole address. \*, \?
 * and \\ stand for the second character; any other backslash stands for itself. Case matters only
 * before the last @. "<>" is the null sender; so is "MAILER-DAEMON", in upper or lower case, which
 * also matches an address of that name. The time is bounded by the product of both lengths.
 */
bool address_matches(const char *pattern, const char *address);

#endif

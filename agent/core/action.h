/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An action: one row of hmqActionTable from its SET to its end. Its members are the key (the
 * index), the request (the read-create columns) and the result.
 */
#ifndef HMQ_CORE_ACTION_H
#define HMQ_CORE_ACTION_H

#include "core/command.h"
#include "core/queue_id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ACTION_OWNER_MAX 32
#define ACTION_TEXT_MAX 255 /* SnmpAdminString */
#define ACTION_TEXT_SIZE (ACTION_TEXT_MAX + 1)
#define ACTION_QUEUE_IDS_MAX 32768
#define ACTION_NO_EXPECTED_COUNT (-1)

/* The greatest criteria: ten years, and the largest message Postfix can be configured to accept on
 * every platform. */
#define ACTION_MIN_AGE_MAX_S 315360000 /* ten years of 365 days */
#define ACTION_MIN_SIZE_MAX INT32_MAX

/* hmqActionState */
enum action_state {
    ACTION_QUEUED = 1,
    ACTION_RUNNING,
    ACTION_DONE,
    ACTION_PARTIAL,
    ACTION_FAILED,
    ACTION_REFUSED,
    ACTION_INTERRUPTED,
    ACTION_CANCELLED,
    ACTION_STATE_LAST = ACTION_CANCELLED,
};

/* hmqActionResultOutcome */
enum action_outcome {
    OUTCOME_DONE = 1,
    OUTCOME_NOT_FOUND,
    OUTCOME_INVALID,
    OUTCOME_FAILED,
    OUTCOME_REQUESTED,
    OUTCOME_UNCHANGED,
    OUTCOME_LAST = OUTCOME_UNCHANGED,
};

/* The index. The owner is valid UTF-8 without NUL. */
struct action_key {
    char owner[ACTION_OWNER_MAX + 1];
    enum action_command command;
    uint32_t id;
};

/* What was requested. A message must meet all criteria; an empty one is met by every message. */
struct action_request {
    char *queue_ids; /* hmqActionQueueIds as it was set, "" = no criterion; owned, never NULL */
    int queue;       /* hmqActionQueue: 0 = any, else hmqQueue */
    char sender[ACTION_TEXT_SIZE];
    char recipient[ACTION_TEXT_SIZE];
    char reason[ACTION_TEXT_SIZE];
    uint32_t min_age_s;
    uint32_t min_size;
    bool all;
    int32_t expected_count; /* ACTION_NO_EXPECTED_COUNT = no guard */
    char comment[ACTION_TEXT_SIZE];
};

struct action_result {
    char id[QUEUE_ID_SIZE];
    enum action_outcome outcome;
    char *text;     /* owned, may be empty, never NULL */
    bool awaits_id; /* Postfix gives it a new ID, which is not known yet; not stored */
};

/* When the message with this queue ID arrived, as the manager could see it when it sent the SET. */
struct action_seen {
    char id[QUEUE_ID_SIZE];
    int64_t arrival; /* seconds since the epoch */
};

/* One row of hmqActionOutputTable, within an action's output. */
struct action_line {
    uint32_t at;
    uint16_t len;
};

#define ACTION_LINE_MAX 255

struct action {
    uint64_t serial; /* the store's number, in the order of the SETs; 0 = not stored yet */
    struct action_key key;
    struct action_request request;
    enum action_state state;
    uint32_t matched, succeeded, failed;
    int64_t created, started, ended; /* seconds since the epoch, 0 = not yet */
    char error[ACTION_TEXT_SIZE];
    struct action_result *results;
    size_t result_count, result_capacity;
    char *output; /* view: postcat's text, any octets; NULL = none */
    size_t output_len;
    struct action_line *lines; /* action_index_output */
    size_t line_count;
    struct action_seen *seen; /* of the messages named by queue ID that had a row; not stored */
    size_t seen_count;
    bool cancel;        /* cancellation was requested; not stored */
    uint64_t order;     /* the order in which actions were added to the table */
    uint64_t end_order; /* the order in which they ended, 0 = not yet */
    int64_t aged_from;  /* when it ended, by plausible time; 0 = unknown */
    bool unannounced;   /* read from the store without the event about its end */
    size_t awaited_ids; /* results that await an ID */
};

/* Returns a queued action with the given key and no criteria, or NULL if out of memory. */
struct action *action_new(const struct action_key *key);
void action_free(struct action *action);

/* Has a copy of ids, at most len octets of it, as request.queue_ids. Returns false if out of
 * memory; the action is then as it was. */
bool action_set_ids(struct action *action, const char *ids, size_t len);

/* Appends a result and counts it as succeeded (done, requested, unchanged) or failed. Returns false
 * if out of memory. */
bool action_add_result(struct action *action, const char *id, enum action_outcome outcome,
                       const char *text);

/* The last result awaits an ID: Postfix gives the message another one later. */
void action_await_id(struct action *action);

/* Postfix has given the message that had this ID a new one. The result that awaits it becomes
 * "requeued as NEW_ID", with the word of the command. Returns the place of the result, or SIZE_MAX,
 * with nothing changed, if none awaits it or if out of memory. */
size_t action_take_new_id(struct action *action, const char *id, const char *new_id);

/* Reads the new ID from the text of a result that action_take_new_id has changed. Returns false,
 * with out untouched, for any other text. */
bool action_text_new_id(const char *text, char out[QUEUE_ID_SIZE]);

/* True for done, requested and unchanged: the message is in the state that the command aims at. */
bool action_outcome_succeeded(enum action_outcome outcome);

/* Divides the output into rows: lines without their newline, in pieces of at most ACTION_LINE_MAX
 * octets. Returns false if out of memory. */
bool action_index_output(struct action *action);

/* True for a final state. */
bool action_is_finished(enum action_state state);

/* The names in the MIB: "hold", "done", "notFound"; static. */
const char *action_command_name(enum action_command command);
const char *action_state_name(enum action_state state);
const char *action_outcome_name(enum action_outcome outcome);

/* The memory that the action uses, in octets. */
size_t action_memory(const struct action *action);

#endif

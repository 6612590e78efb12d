/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A job: one row of hmqActionTable from its SET to its end. The order in which a manager can tell
 * its parts: key (the index), request (the read-create columns), then what became of it.
 */
#ifndef HMQ_CORE_JOB_H
#define HMQ_CORE_JOB_H

#include "core/config.h"
#include "core/queue_id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JOB_OWNER_MAX 32
#define JOB_TEXT_MAX 255 /* SnmpAdminString */
#define JOB_TEXT_SIZE (JOB_TEXT_MAX + 1)
#define JOB_QUEUE_IDS_MAX 32768
#define JOB_NO_EXPECTED_COUNT (-1)

/* The greatest criteria: ten years, and the largest message Postfix can be configured to accept on
 * every platform. */
#define JOB_MIN_AGE_MAX_S 315360000 /* ten years of 365 days */
#define JOB_MIN_SIZE_MAX INT32_MAX

/* hmqActionState */
enum job_state {
    JOB_QUEUED = 1,
    JOB_RUNNING,
    JOB_DONE,
    JOB_PARTIAL,
    JOB_FAILED,
    JOB_REFUSED,
    JOB_INTERRUPTED,
    JOB_CANCELLED,
    JOB_STATE_LAST = JOB_CANCELLED,
};

/* hmqActionResultOutcome */
enum job_outcome {
    OUTCOME_DONE = 1,
    OUTCOME_NOT_FOUND,
    OUTCOME_INVALID,
    OUTCOME_FAILED,
    OUTCOME_REQUESTED,
    OUTCOME_UNCHANGED,
    OUTCOME_LAST = OUTCOME_UNCHANGED,
};

/* The index: owner is any octets that are UTF-8, without NUL. */
struct job_key {
    char owner[JOB_OWNER_MAX + 1];
    enum action_command command;
    uint32_t id;
};

/* What was asked for. Criteria are ANDed; an empty one matches everything. */
struct job_request {
    char *queue_ids; /* hmqActionQueueIds as it was set, "" = no criterion; owned, never NULL */
    int queue;       /* hmqActionQueue: 0 = any, else hmqQueue */
    char sender[JOB_TEXT_SIZE];
    char recipient[JOB_TEXT_SIZE];
    char reason[JOB_TEXT_SIZE];
    uint32_t min_age_s;
    uint32_t min_size;
    bool all;
    int32_t expected_count; /* JOB_NO_EXPECTED_COUNT = no guard */
    char comment[JOB_TEXT_SIZE];
};

struct job_result {
    char id[QUEUE_ID_SIZE];
    enum job_outcome outcome;
    char *text; /* owned, "" when there is nothing to say; never NULL */
};

/* When the message with an id arrived, as the manager could see it at the SET. */
struct job_seen {
    char id[QUEUE_ID_SIZE];
    int64_t arrival; /* seconds since the epoch */
};

/* One row of hmqActionOutputTable, within a job's output. */
struct job_line {
    uint32_t at;
    uint16_t len;
};

#define JOB_LINE_MAX 255

struct job {
    uint64_t serial; /* the store's number, in the order of the SETs; 0 = not stored yet */
    struct job_key key;
    struct job_request request;
    enum job_state state;
    uint32_t matched, succeeded, failed;
    int64_t created, started, ended; /* seconds since the epoch, 0 = not yet */
    char error[JOB_TEXT_SIZE];
    struct job_result *results;
    size_t result_count, result_capacity;
    char *output; /* view: postcat's text, any octets; NULL = none */
    size_t output_len;
    struct job_line *lines; /* job_index_output */
    size_t line_count;
    struct job_seen *seen; /* of the messages named by id that had a row; this process only */
    size_t seen_count;
    bool cancel;        /* its end was asked for; this process only */
    uint64_t order;     /* in which its table took it in */
    uint64_t end_order; /* in which those of its table ended, 0 = not yet */
    int64_t aged_from;  /* when it ended, by a time that is believed; 0 = not known */
    bool unannounced;   /* read from the store: the event about its end is still to be written */
};

/* A queued job with the given key, all criteria empty; NULL without memory. */
struct job *job_new(const struct job_key *key);
void job_free(struct job *job);

/* Appends a result; counts it as succeeded (done, requested, unchanged)
 * or failed. False without memory. */
bool job_add_result(struct job *job, const char *id, enum job_outcome outcome, const char *text);

/* True for done, requested and unchanged: the message is what the command would have made of it. */
bool job_outcome_succeeded(enum job_outcome outcome);

/* Divides the output into rows: lines without their newline, in pieces of JOB_LINE_MAX octets at
 * most. False without memory. */
bool job_index_output(struct job *job);

/* True for the states that do not change any more. */
bool job_is_finished(enum job_state state);

/* The names in the MIB: "hold", "done", "notFound"; static. */
const char *job_command_name(enum action_command command);
const char *job_state_name(enum job_state state);
const char *job_outcome_name(enum job_outcome outcome);

/* Octets of memory the job holds. */
size_t job_memory(const struct job *job);

#endif

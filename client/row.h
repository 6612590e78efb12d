/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One row of hmqActionTable, from the SET that creates it to its results. A SET whose answer was
 * lost is looked up, and sent again only as it was: the agent then runs nothing twice.
 */
#ifndef HMQ_CLIENT_ROW_H
#define HMQ_CLIENT_ROW_H

#include "client/arguments.h"
#include "client/ids.h"
#include "client/reading.h"
#include "core/action.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What one row may name: 1,000 short IDs are 12 KB, one datagram. */
#define ROW_IDS_MAX 1000

/* What is asked for. All borrowed. */
struct row_request {
    enum action_command command;
    const char *owner;
    const struct criteria *criteria;
    const char (*ids)[QUEUE_ID_SIZE];
    size_t id_count;
    bool all;
    int64_t guard;       /* -1 = none */
    const char *comment; /* or NULL */
};

/* How the creation ended. */
enum row_created {
    ROW_ACCEPTED,
    ROW_REFUSED, /* certainly not accepted: see words */
    ROW_UNKNOWN, /* no answer: it may have been accepted */
};

struct row_result {
    char id[QUEUE_ID_SIZE];
    int outcome;                /* hmqActionResultOutcome */
    char *text;                 /* owned */
    char *group;                /* owned: the text without the ID of the message, to be compared */
    char new_id[QUEUE_ID_SIZE]; /* of a message that was requeued; "" = none, or none so far */
};

struct row {
    struct reading *reading;
    uint32_t index[48]; /* owner, command and id */
    size_t index_len;
    uint32_t id;
    int64_t state;                      /* hmqActionState; 0 = not read */
    int64_t matched, succeeded, failed; /* -1 = not known */
    bool gone;                          /* the row was there and is no longer */
    char error[3 * ACTION_TEXT_SIZE];
    char words[512]; /* why it was not created, or not read */
    struct row_result *results;
    size_t result_count;
    bool results_read; /* all of them */
};

/* Creates the row. Waits for the answer. */
enum row_created row_create(struct row *row, struct reading *reading,
                            const struct row_request *request);

/* Reads state and counts once. Returns false, with words set, if there was no answer. */
bool row_poll(struct row *row);

/* True once the state is final. */
bool row_ended(const struct row *row);

/* A row that is there already: a record of TABLE_ACTIONS. */
void row_of(struct row *row, struct reading *reading, const struct record *action);

/* Reads the results into row->results, again if need be; results_read is false if they cannot all
 * be read. */
void row_read_results(struct row *row);

/* Asks the agent to cancel the row. Returns false, with words set, if that was refused. */
bool row_cancel(struct row *row);

/* Reads the output of a view. Calls take for each row of it. Returns false, with words set, if it
 * cannot be read. */
bool row_read_output(struct row *row, void (*take)(void *userdata, const char *octets, size_t len),
                     void *userdata);

void row_deinit(struct row *row);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What postsuper(1) reported about each queue ID it was given (src/postsuper/postsuper.c). Nothing
 * else proves anything: its exit status is 0 even if nothing matched.
 *
 *   postsuper: ID: placed on hold        done; so are `released from hold`, `requeued`, `removed`
 *                                        and `expired`, each for its own command only
 *   postsuper: warning: TEXT             concerns an ID if TEXT has it: it failed, unless another
 *                                        line reports it as done
 *   postsuper: fatal: TEXT               like a warning, and ends the run
 *   postsuper: Placed on hold: 3 messages
 *                                        the last line of a complete run
 *
 * An ID that was not mentioned was not found, if the run was complete and its count agrees.
 * Otherwise nothing is known about it: the outcome is failed, with the reason. Both are marked as
 * silent: where it matters, a listing of the queue shows more (core/evidence.h).
 */
#ifndef HMQ_CORE_RESULTS_H
#define HMQ_CORE_RESULTS_H

#include "core/action.h"
#include "core/queue_id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum result_kind {
    RESULT_OTHER, /* not from postsuper, or not for this command */
    RESULT_DONE,
    RESULT_WARNING,
    RESULT_FATAL,
    RESULT_SUMMARY,
};

struct result_line {
    enum result_kind kind;
    bool spoken;                 /* from postsuper itself */
    char id[QUEUE_ID_SIZE];      /* the ID that it mentions, or "" */
    uint32_t count;              /* SUMMARY */
    char text[ACTION_TEXT_SIZE]; /* the message, escaped and truncated (text_escape) */
};

/* Parses one line of postsuper's output for a command of REQUEST_ACTION. */
void result_line_parse(enum action_command command, const char *line, size_t len,
                       struct result_line *parsed);

struct result {
    char id[QUEUE_ID_SIZE];
    enum action_outcome outcome;
    bool silent;                 /* it was not mentioned */
    char text[ACTION_TEXT_SIZE]; /* postsuper's message, or why nothing is known; "" for notFound */
};

/* How far postsuper got, as all lines together show. */
enum results_fate {
    RESULTS_COMPLETE, /* to its end: it did not find what it did not mention */
    RESULTS_FATAL,    /* to an error that ended it: it did not touch what it did not mention, except
                         for IDs that it had looked for without finding them */
    RESULTS_CUT,      /* it did something, and perhaps more than it could report */
    RESULTS_UNHEARD,  /* nothing was received from it */
};

struct results;

/* Creates the results of one request from its command and its IDs, which are copied. An ID that
 * occurs twice counts as two. Returns NULL if out of memory. */
struct results *results_new(enum action_command command, const char (*ids)[QUEUE_ID_SIZE],
                            size_t count);
void results_free(struct results *results);

/* Processes one line. Lines about other IDs are ignored. */
void results_take(struct results *results, const char *line, size_t len);

/* The command has succeeded or failed (with error): determines the outcome of the IDs that were not
 * mentioned. */
enum results_fate results_end(struct results *results, bool ok, const char *error);

/* The outcome for ids[i], i < count; final after results_end. Borrowed. */
const struct result *results_get(const struct results *results, size_t i);

#endif

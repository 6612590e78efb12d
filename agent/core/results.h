/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What postsuper(1) said of each id it was given (src/postsuper/postsuper.c), which is all that
 * proves anything: its exit status is 0 when nothing matched too.
 *
 *   postsuper: ID: placed on hold        done; so are `released from hold`, `requeued`, `removed`
 *                                        and `expired`, each for its own command only
 *   postsuper: warning: TEXT             about an id when it is named in TEXT: it failed, unless
 *                                        said to be done
 *   postsuper: fatal: TEXT               as a warning, and the end
 *   postsuper: Placed on hold: 3 messages
 *                                        the last line of a complete run
 *
 * An id of which nothing was said was not found, given that the run was complete and its count
 * agrees; otherwise nothing is known of it, which is failed with the reason. Both are silent: where
 * it matters, a listing of the queue shows more (core/evidence.h).
 */
#ifndef HMQ_CORE_RESULTS_H
#define HMQ_CORE_RESULTS_H

#include "core/action.h"
#include "core/queue_id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum result_kind {
    RESULT_OTHER, /* not postsuper's, or not of this command */
    RESULT_DONE,
    RESULT_WARNING,
    RESULT_FATAL,
    RESULT_SUMMARY,
};

struct result_line {
    enum result_kind kind;
    bool spoken;                 /* postsuper's own */
    char id[QUEUE_ID_SIZE];      /* the one it is about, "" when none is named */
    uint32_t count;              /* SUMMARY */
    char text[ACTION_TEXT_SIZE]; /* what was said, escaped and cut (text_escape) */
};

/* Parses one line of its output for a command of REQUEST_ACTION. */
void result_line_parse(enum action_command command, const char *line, size_t len,
                       struct result_line *parsed);

struct result {
    char id[QUEUE_ID_SIZE];
    enum action_outcome outcome;
    bool silent;                 /* nothing was said of it */
    char text[ACTION_TEXT_SIZE]; /* postsuper's words, or why nothing is known; "" for notFound */
};

/* What the lines together say of how far postsuper came. */
enum results_fate {
    RESULTS_COMPLETE, /* to its end: what it did not name it did not find */
    RESULTS_FATAL,    /* to an error that ended it: what it did not name it did not touch, unless
                       * it was looked for and not found before */
    RESULTS_CUT,      /* it did something, and perhaps more than it could say */
    RESULTS_UNHEARD,  /* nothing was heard of it */
};

struct results;

/* For one request: its command and ids, which are copied. An id that stands there twice counts as
 * two. Returns NULL without memory. */
struct results *results_new(enum action_command command, const char (*ids)[QUEUE_ID_SIZE],
                            size_t count);
void results_free(struct results *results);

/* Takes in one line. Lines about other ids are ignored. */
void results_take(struct results *results, const char *line, size_t len);

/* The command has ended, well or not (then why): decides about the ids of which nothing was said.
 */
enum results_fate results_end(struct results *results, bool ok, const char *error);

/* The outcome for ids[i], i < count; final once results_end was called. Borrowed. */
const struct result *results_get(const struct results *results, size_t i);

#endif

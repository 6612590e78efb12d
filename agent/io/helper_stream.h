/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One command of the helper as its client sees it: the output, the report of its end, and the
 * conclusion from both about how it ended. For io/helper_client.c only.
 */
#ifndef HMQ_IO_HELPER_STREAM_H
#define HMQ_IO_HELPER_STREAM_H

#include "io/helper_client.h"

#define STREAM_ERROR_SIZE 256

enum {
    STREAM_LIST,
    STREAM_SETTINGS,
    STREAM_ACTION,
    STREAM_MAIN_CF,
    STREAM_LOG,
    STREAM_FLUSH, /* the first of HELPER_FLUSHES */
    STREAM_COUNT = STREAM_FLUSH + HELPER_FLUSHES
};

/* The properties of the request types that run a command. */
struct kind {
    int slot;
    const char *program;
    size_t line_max;
    size_t output_max; /* 0 = no limit */
};
extern const struct kind stream_kinds[REQUEST_TYPE_END];

struct stream {
    bool active;
    enum request_type type;
    uint32_t sequence;
    struct stream_callbacks callbacks;
    sd_event_source *output;
    sd_event_source *fill; /* the timer that turns output on again */
    int fd;
    bool output_ended, exited;
    struct lines lines;
    size_t output_left;
    uint64_t started_usec;
    uint64_t asked_usec; /* the same, by the client's run clock */
    bool truncated, timed_out;
    int exit_error, wait_status;    /* of REPLY_EXIT */
    char last_words[PROTOCOL_TEXT]; /* the last line of its error output */
    bool failed;                    /* the reason is in error */
    char error[STREAM_ERROR_SIZE];
    bool lost;                  /* the helper went away, or did not answer */
    bool cancelled;             /* cancellation was requested */
    bool not_run;               /* the helper has not started it and will not start it */
    enum command_reason reason; /* of REPLY_EXIT */
};

/* Stops reading output. */
void stream_close_output(struct stream *stream);

/* Notes an error. Only the first one is kept, because it is the one worth reporting. */
__attribute__((format(printf, 2, 3))) void stream_fail(struct stream *stream, const char *format,
                                                       ...);

/* The program that the command runs. */
const char *stream_program(const struct stream *stream);

/* Frees the slot and calls the end. */
void stream_finish(struct stream *stream);

/* Passes on what was read. Returns false if no more output is needed. */
bool stream_take(struct stream *stream, const char *data, size_t len);

#endif

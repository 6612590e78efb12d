/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The end of the pipe at which the log is followed: records out, and the lines that they are made
 * of. The process ends when the agent has closed its end.
 */
#ifndef HMQ_HELPER_MAIL_LOG_OUTPUT_H
#define HMQ_HELPER_MAIL_LOG_OUTPUT_H

#include "core/mail_log_record.h"
#include "helper/mail_log_source.h"

#define MAIL_LOG_POLL_MS 1000

struct mail_log_output {
    int fd; /* blocking: the log waits in its file for an agent that is busy */
    const struct mail_log_place *place;
    uint64_t written_usec, looked_usec;
    uint32_t skipped;
};

/* What has been read and is not yet written: data[0..held]. Zeroed before use. */
struct mail_log_buffer {
    size_t held;
    bool skipping; /* the rest of a line that is too long is dropped */
    char data[MAIL_LOG_RECORD_MAX];
};

/* Writes a record. Does not return if the agent has closed the pipe. */
void mail_log_write(struct mail_log_output *output, const struct mail_log_record *record,
                    const void *payload);

/* BEGIN for the place of the output. */
void mail_log_write_begin(struct mail_log_output *output, const struct mail_log_position *position,
                          bool resumed);

/* UNREADABLE, with a text of at most 255 octets. */
__attribute__((format(printf, 3, 4))) void
mail_log_write_error(struct mail_log_output *output, const struct mail_log_position *position,
                     const char *format, ...);

/*
 * Nothing is there to be read: says so from time to time, and waits for MAIL_LOG_POLL_MS, or until
 * fd is readable if it is not -1. Does not return if the agent has closed the pipe or main.cf has
 * changed: the agent then starts the next process, which goes on at the same position.
 */
void mail_log_rest(struct mail_log_output *output, const struct mail_log_position *position,
                   int fd);

/*
 * Splits the buffer after it has been filled: *drop octets at its beginning belong to a line that
 * is too long, the *lines octets behind them are whole lines, and the rest stays.
 */
void mail_log_split(struct mail_log_buffer *buffer, struct mail_log_output *output, size_t *drop,
                    size_t *lines);

/* Removes octets from the beginning of the buffer. */
void mail_log_consume(struct mail_log_buffer *buffer, size_t octets);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The output of `postqueue -j` as it comes: a message a line, and a line may have any length (one
 * message with 100,000 recipients makes one of 25 MB). Nothing is held of a line but its frame and
 * one recipient at a time (core/message_json.h); what is longer than either may be is odd.
 *
 * An odd line costs its message no more than what cannot be read of it. Output most of which is no
 * message at all is no listing: message_stream_end.
 */
#ifndef HMQ_CORE_MESSAGE_STREAM_H
#define HMQ_CORE_MESSAGE_STREAM_H

#include "core/message_json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct message_stream;

/* Everything is borrowed for the call. */
struct message_handlers {
    /* A recipient of the message whose line is being read. Each address comes once, of the first
     * 190,000: showq(8) prints some of many recipients twice, with the reason at first. */
    recipient_handler recipient;
    /* The line has ended; error says what was wrong with it, "" with LINE_OK. With LINE_BAD there
     * is no message, and head has nothing. Returns 0 to go on, or a negative errno value. */
    int (*message)(void *userdata, enum line_result result, const struct message_head *head,
                   const char *error);
    void *userdata;
};

/* Returns NULL without memory. */
struct message_stream *message_stream_new(const struct message_handlers *handlers);
void message_stream_free(struct message_stream *stream);

/*
 * Takes the next len octets. Returns 0, the message handler's value when that is not 0, -ENOMEM, or
 * -EBADMSG when there is no end to a line that is no message: then nothing more is worth reading.
 */
int message_stream_feed(struct message_stream *stream, const char *data, size_t len);

/*
 * To be asked at the end of the output. Returns true when it was a listing; else error (size
 * octets) says why not: it ends within a line, or has more lines that are no message than messages.
 */
bool message_stream_end(const struct message_stream *stream, char *error, size_t size);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The output of `postqueue -j` as it arrives: one message on each line, of any length (a message
 * with 100,000 recipients makes a line of 25 MB). Only the frame of the line and one recipient at a
 * time are held in memory (core/message_json.h); if either is too long, the line is malformed.
 *
 * A malformed line affects only its own message, and of that only what cannot be read. Output that
 * consists mostly of something other than messages is not a listing: see message_stream_end.
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
    /* A recipient of the message whose line is being read. Among the first 190,000, each address
     * comes once: if there are many, showq(8) prints some twice, first with the reason. */
    recipient_handler recipient;
    /* The line has ended. error is what was wrong with it, or "" with LINE_OK. With LINE_BAD there
     * is no message, and head is empty. Returns 0 to continue, or a negative errno value. */
    int (*message)(void *userdata, enum line_result result, const struct message_head *head,
                   const char *error);
    void *userdata;
};

/* Returns NULL if out of memory. */
struct message_stream *message_stream_new(const struct message_handlers *handlers);
void message_stream_free(struct message_stream *stream);

/*
 * Processes the next len octets. Returns 0, the message handler's value if that is not 0, -ENOMEM,
 * or -EBADMSG if a line that is not a message does not end: the rest is then not worth reading.
 */
int message_stream_feed(struct message_stream *stream, const char *data, size_t len);

/*
 * To be called at the end of the output. Returns true if it was a listing. Otherwise error (size
 * octets) has the reason: it ends within a line, fewer than half of its lines are messages, or
 * message_stream_feed has refused a part of it.
 */
bool message_stream_end(const struct message_stream *stream, char *error, size_t size);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The JSON of one line of `postqueue -j` (postqueue(1), JSON object format), in two kinds of
 * pieces: the frame, which is the line with the elements of its "recipients" taken out, and each of
 * those elements. core/message_stream.h splits lines in this way. Unknown members are ignored, as
 * the manual requires.
 */
#ifndef HMQ_CORE_MESSAGE_JSON_H
#define HMQ_CORE_MESSAGE_JSON_H

#include "core/queue.h"
#include "core/queue_id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum line_result {
    LINE_OK,
    LINE_SKIPPED, /* a message of a known queue with something missing */
    LINE_BAD,     /* not a message of a known queue */
};

/* What could not be read: the bits of missing. */
enum {
    MISSING_ID = 1,
    MISSING_ARRIVAL = 2,
    MISSING_SIZE = 4,
    MISSING_SENDER = 8,
    MISSING_RECIPIENTS = 16, /* there may be more than were found */
};

/* The line's data about the message itself. */
struct message_head {
    unsigned missing;
    enum queue queue;
    char id[QUEUE_ID_SIZE]; /* "" when missing */
    int64_t arrival;        /* seconds since the epoch */
    uint64_t size;          /* octets */
    bool forced_expire;
    size_t recipient_count; /* set by core/message_stream.h; each address counts once */
    const char *sender;     /* any octets; "" = the null sender, or missing. Borrowed */
};

struct message_json;

/*
 * Reads a frame. With LINE_OK and LINE_SKIPPED, *head is filled except for recipient_count, and
 * *json owns what head->sender borrows (message_json_close). If the frame is truncated or not valid
 * JSON, the members before that point count. With LINE_BAD, *json is NULL. Unless the result is
 * LINE_OK, error (size octets) has the reason, with foreign text escaped.
 */
enum line_result message_json_open(const char *frame, size_t len, struct message_json **json,
                                   struct message_head *head, char *error, size_t size);
void message_json_close(struct message_json *json);

/* Receives a recipient. The texts may be any octets and are borrowed for the call; address is "" if
 * missing, reason is "" if delivery was never tried. */
typedef void (*recipient_handler)(void *userdata, const char *address, const char *reason);

/*
 * Reads one element of "recipients" and passes it to take. An element that is not an object has
 * neither address nor reason. Returns false, without a call, if it is not valid JSON.
 */
bool message_json_recipient(const char *element, size_t len, recipient_handler take,
                            void *userdata);

#endif

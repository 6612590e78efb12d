/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The JSON of one line of `postqueue -j` (postqueue(1), JSON object format), in two kinds of
 * pieces: the frame, which is the line with the elements of its "recipients" taken out, and each of
 * those elements. core/message_stream.h cuts lines up so. Members that are not known are ignored,
 * as the manual asks.
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
    LINE_SKIPPED, /* a message of a known queue; what is wrong with it is in missing */
    LINE_BAD,     /* not a message of a known queue */
};

/* What of a message could not be read: bits of missing. */
enum {
    MISSING_ID = 1,
    MISSING_ARRIVAL = 2,
    MISSING_SIZE = 4,
    MISSING_SENDER = 8,
    MISSING_RECIPIENTS = 16, /* there may be others than those that were found */
};

/* What the line says of the message itself. */
struct message_head {
    unsigned missing;
    enum queue queue;
    char id[QUEUE_ID_SIZE]; /* "" when missing */
    int64_t arrival;        /* seconds since the epoch */
    uint64_t size;          /* octets */
    bool forced_expire;
    size_t recipient_count; /* by core/message_stream.h: each address once */
    const char *sender;     /* any octets; "" = the null sender, or missing. Borrowed */
};

struct message_json;

/*
 * Reads a frame. LINE_OK and LINE_SKIPPED: *head is filled but for recipient_count, and *json holds
 * what head->sender borrows from (message_json_close). Of a frame that is no JSON, or was cut, the
 * members before the place where it breaks off count. LINE_BAD: *json is NULL.
 * Unless LINE_OK, error (size octets) says what is wrong, foreign text in it escaped.
 */
enum line_result message_json_open(const char *frame, size_t len, struct message_json **json,
                                   struct message_head *head, char *error, size_t size);
void message_json_close(struct message_json *json);

/* Takes a recipient: any octets, "" when not named, or never tried. Borrowed for the call. */
typedef void (*recipient_handler)(void *userdata, const char *address, const char *reason);

/*
 * Reads one element of "recipients" and hands it on; one that is not an object has neither address
 * nor reason. Returns false, without a call, when it is no JSON.
 */
bool message_json_recipient(const char *element, size_t len, recipient_handler take,
                            void *userdata);

#endif

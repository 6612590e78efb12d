/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads what postqueue(1) usually prints, without building a tree: a frame or a recipient whose
 * members are in Postfix's order, with nothing but single blanks between them, no escapes and no
 * surprises. It is for core/message_json.c only, which reads everything else, and reads these in
 * the same way.
 */
#ifndef HMQ_CORE_MESSAGE_PLAIN_H
#define HMQ_CORE_MESSAGE_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Octets of the input, without NUL. */
struct plain_text {
    const char *text;
    size_t len;
};

struct plain_frame {
    struct plain_text queue_name, queue_id, sender;
    uint64_t arrival_time, message_size; /* below 10^15 */
    bool forced_expire;
};

/* Returns false, with *frame undefined, if the text is not of this form. */
bool message_plain_frame(const char *text, size_t len, struct plain_frame *frame);

/* The same for a recipient. reason->len is 0 if there is none. */
bool message_plain_recipient(const char *text, size_t len, struct plain_text *address,
                             struct plain_text *reason);

#endif

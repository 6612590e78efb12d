/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A listed message as it is kept and served: one block of memory with its texts, bounded in octets.
 * Texts are truncated to what the MIB serves, and only the first of many recipients are kept.
 */
#ifndef HMQ_CORE_MESSAGE_H
#define HMQ_CORE_MESSAGE_H

#include "core/message_json.h"
#include "core/queue.h"
#include "core/queue_id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The maximum length of a text that is served (SnmpAdminString), in octets. */
#define MESSAGE_TEXT_MAX 255

/* The most that a message with one recipient needs, and the limit for one with many. */
#define MESSAGE_OCTETS_MIN ((size_t)1024)
#define MESSAGE_OCTETS_MAX ((size_t)256 * 1024)

/* Where a recipient's texts begin, in octets from the beginning of the message. */
struct recipient_place {
    uint32_t address, reason;
};

struct message {
    char id[QUEUE_ID_SIZE];
    enum queue queue;
    bool forced_expire;
    int64_t arrival;        /* seconds since the epoch */
    uint64_t size;          /* octets */
    int64_t next_retry;     /* seconds since the epoch, 0 = unknown or not deferred */
    size_t octets;          /* size of this block */
    size_t recipient_count; /* all of them */
    size_t recipient_rows;  /* how many of the first are kept here */
    uint32_t sender;        /* see message_sender_text */
    struct recipient_place recipients[];
};

/* UTF-8, "" = the null sender. */
const char *message_sender_text(const struct message *message);

/* Texts of recipient 0..recipient_rows - 1, in UTF-8. The address is "" if postqueue did not give
 * one, the reason is "" if delivery was never tried. */
const char *message_address_text(const struct message *message, size_t recipient);
const char *message_reason_text(const struct message *message, size_t recipient);

/* The recipients of a message whose line is being read. Zeroed before use. */
struct message_draft {
    struct recipient_place *recipients; /* places in text */
    size_t count, capacity;
    char *text;
    size_t used, room;
    bool full, no_memory;
};

/* Adds a recipient, unless the message has reached octets_max. Texts may be any octets. */
void message_draft_add(struct message_draft *draft, const char *address, const char *reason,
                       size_t octets_max);

/* Empties it for the next message. */
void message_draft_reset(struct message_draft *draft);
void message_draft_deinit(struct message_draft *draft);

/*
 * Builds the message, to be freed with free(3), from the contents of its line. octets_max, the
 * limit of its size, is at least MESSAGE_OCTETS_MIN. Returns NULL if out of memory.
 */
struct message *message_build(const struct message_head *head, const struct message_draft *draft,
                              size_t octets_max);

/* Drops the last recipients until the message has at most octets_max octets, but never the first
 * recipient. Returns the message, which may have moved. */
struct message *message_cut(struct message *message, size_t octets_max);

#endif

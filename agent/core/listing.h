/*
 * A listing of the queue, made from the lines of `postqueue -j` (postqueue(1), JSON object format).
 * The builder takes the lines one by one and keeps the first rows in the chosen order with their
 * recipients and reasons, and totals over all messages; its memory grows with the row limit, not
 * with the queue. The finished listing is immutable and reference-counted.
 */
#ifndef HMQ_CORE_LISTING_H
#define HMQ_CORE_LISTING_H

#include "core/config.h"
#include "core/queue.h"
#include "core/queue_id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recipient {
    const char *address; /* UTF-8, "" when postqueue named none */
    const char *reason;  /* UTF-8, "" when never tried */
};

/* One message and all its strings in one block of memory. */
struct message {
    char id[QUEUE_ID_SIZE];
    enum queue queue;
    bool forced_expire;
    int64_t arrival;    /* seconds since the epoch */
    uint64_t size;      /* octets */
    int64_t next_retry; /* seconds since the epoch, 0 = unknown or not deferred */
    const char *sender; /* UTF-8, "" = the null sender */
    size_t recipient_count;
    struct recipient recipients[];
};

/* Totals of one queue over all messages of the listing. */
struct queue_totals {
    uint64_t messages;
    uint64_t unreadable; /* listed besides, with a member that made no sense (LINE_SKIPPED) */
    uint64_t volume;     /* octets */
    uint64_t recipients;
    int64_t oldest_arrival; /* seconds since the epoch; meaningless when messages is 0 */
    char oldest_id[QUEUE_ID_SIZE];
};

struct listing {
    unsigned references;
    struct message **rows; /* in queue_id_compare order, each id once */
    size_t row_count;
    struct queue_totals queues[QUEUE_COUNT];
    uint64_t omitted;    /* messages listed but not among the rows */
    uint64_t taken_usec; /* CLOCK_MONOTONIC at its end */
    uint64_t duration_usec;
};

struct listing_builder;

/* A builder that keeps limit rows in the given order. Returns NULL without memory. */
struct listing_builder *listing_builder_new(enum message_order order, size_t limit);
void listing_builder_free(struct listing_builder *builder);

enum line_result {
    LINE_OK,
    LINE_SKIPPED, /* its queue is known and it was counted; the row is left out: see error */
    LINE_BAD,     /* not a message of a known queue: the listing cannot be trusted */
    LINE_NO_MEMORY,
};

/*
 * Adds one line (len octets without the newline, any content). error (size octets) receives what
 * is wrong with it for LINE_SKIPPED and LINE_BAD, foreign text in it escaped.
 */
enum line_result listing_builder_add(struct listing_builder *builder, const char *line, size_t len,
                                     char *error, size_t size);

/*
 * Finishes: returns a listing with one reference and frees the builder, or NULL without memory
 * (the builder stays).
 */
struct listing *listing_builder_finish(struct listing_builder *builder, uint64_t started_usec,
                                       uint64_t now_usec);

/* Messages in all queues, those among them that could not be read. */
uint64_t listing_messages(const struct listing *listing);

struct listing *listing_ref(struct listing *listing);
void listing_unref(struct listing *listing);

/*
 * Finds the first row with an id at or after (after, when !inclusive) the index id: the count
 * sub-identifiers of a variable-length string index, length first (RFC 2578, 7.7). They may be
 * anything. Returns its position or row_count.
 */
size_t listing_search(const struct listing *listing, const uint32_t *index, size_t count,
                      bool inclusive);

#endif

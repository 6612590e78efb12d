/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Builds a listing while `postqueue -j` is still running, within a fixed amount of memory.
 *
 * Until it is finished, the rows are a heap whose root is the row that leaves first in the chosen
 * order, so that a better message replaces it without a sort. Totals count every message, whether
 * or not its row is kept, and the check for an id that was listed before comes ahead of all
 * counting. When the rows exceed their memory, the limit for a single row is halved and every row
 * is cut to it, so that all long messages lose recipients by the same rule. Finishing sorts the
 * rows by id, the order that GETNEXT needs, and drops repetitions that were beyond the limit of the
 * set of ids. From then on the listing does not change.
 */
#include "core/listing.h"

#include "core/hash_set.h"
#include "core/insight_builder.h"
#include "core/message_stream.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Memory that the rows share, in addition to MESSAGE_OCTETS_MIN for each. */
#define SHARED_OCTETS ((size_t)1024 * 1024)
#define FLAW_SIZE 160

/* rows is a heap with the row that leaves first at its root, so that a better one replaces it. */
struct listing_builder {
    enum message_order order;
    size_t limit;
    struct message **rows;
    size_t row_count;
    size_t capacity;
    size_t octets;     /* of the rows */
    size_t row_octets; /* the present limit of one row */
    struct message_stream *stream;
    struct message_draft draft; /* of the message whose line is being read */
    struct hash_set ids;
    struct insight_builder *insight; /* NULL = none is gathered */
    struct queue_totals queues[QUEUE_COUNT];
    uint64_t messages;
    char flaw[FLAW_SIZE];
};

static void take_recipient(void *userdata, const char *address, const char *reason) {
    struct listing_builder *builder = userdata;
    if (builder->limit > 0) {
        message_draft_add(&builder->draft, address, reason, builder->row_octets);
    }
    if (builder->insight != NULL) {
        insight_builder_recipient(builder->insight, address, reason);
    }
}

static int take_message(void *userdata, enum line_result result, const struct message_head *head,
                        const char *error);

struct listing_builder *listing_builder_new(enum message_order order, size_t limit) {
    struct listing_builder *builder = calloc(1, sizeof *builder);
    if (builder == NULL) {
        return NULL;
    }
    const struct message_handlers handlers = {
        .recipient = take_recipient, .message = take_message, .userdata = builder};
    builder->order = order;
    builder->limit = limit;
    builder->row_octets = MESSAGE_OCTETS_MAX;
    builder->stream = message_stream_new(&handlers);
    if (builder->stream == NULL) {
        listing_builder_free(builder);
        return NULL;
    }
    return builder;
}

void listing_builder_add_insight(struct listing_builder *builder, size_t limit, int64_t now) {
    builder->insight = insight_builder_new(limit, now);
}

void listing_builder_free(struct listing_builder *builder) {
    if (builder == NULL) {
        return;
    }
    for (size_t i = 0; i < builder->row_count; i++) {
        free(builder->rows[i]);
    }
    free(builder->rows);
    message_stream_free(builder->stream);
    message_draft_deinit(&builder->draft);
    hash_set_deinit(&builder->ids);
    insight_builder_free(builder->insight);
    free(builder);
}

size_t listing_octets_max(size_t limit) {
    return SHARED_OCTETS + limit * MESSAGE_OCTETS_MIN;
}

/* True if (arrival, size, id) of a comes before b's in the order; ties by id make it total. */
static bool comes_before(enum message_order order, int64_t arrival, uint64_t size, const char *id,
                         const struct message *b) {
    if (order == ORDER_LARGEST && size != b->size) {
        return size > b->size;
    }
    if (arrival != b->arrival) {
        return order == ORDER_NEWEST ? arrival > b->arrival : arrival < b->arrival;
    }
    return queue_id_compare(id, b->id) < 0;
}

static bool message_before(enum message_order order, const struct message *a,
                           const struct message *b) {
    return comes_before(order, a->arrival, a->size, a->id, b);
}

static void swap_rows(struct listing_builder *builder, size_t a, size_t b) {
    struct message *row = builder->rows[a];
    builder->rows[a] = builder->rows[b];
    builder->rows[b] = row;
}

static void sift_up(struct listing_builder *builder, size_t at) {
    while (at > 0) {
        size_t parent = (at - 1) / 2;
        if (!message_before(builder->order, builder->rows[parent], builder->rows[at])) {
            return;
        }
        swap_rows(builder, parent, at);
        at = parent;
    }
}

static void sift_down(struct listing_builder *builder) {
    size_t at = 0;
    for (;;) {
        size_t last = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < builder->row_count;
             child++) {
            if (message_before(builder->order, builder->rows[last], builder->rows[child])) {
                last = child;
            }
        }
        if (last == at) {
            return;
        }
        swap_rows(builder, at, last);
        at = last;
    }
}

static bool wanted(const struct listing_builder *builder, const struct message_head *head) {
    if (builder->row_count < builder->limit) {
        return true;
    }
    return builder->limit > 0 &&
           comes_before(builder->order, head->arrival, head->size, head->id, builder->rows[0]);
}

/* Cuts the rows with many recipients until all fit, with the same limit for each. */
static void share_octets(struct listing_builder *builder) {
    while (builder->octets > listing_octets_max(builder->limit) &&
           builder->row_octets > MESSAGE_OCTETS_MIN) {
        builder->row_octets /= 2;
        builder->octets = 0;
        for (size_t i = 0; i < builder->row_count; i++) {
            builder->rows[i] = message_cut(builder->rows[i], builder->row_octets);
            builder->octets += builder->rows[i]->octets;
        }
    }
}

/* Keeps a wanted message (consumed). Returns 0 or -ENOMEM. */
static int keep(struct listing_builder *builder, struct message *message) {
    if (builder->row_count < builder->limit && builder->row_count == builder->capacity) {
        size_t capacity = builder->capacity == 0 ? 128 : builder->capacity * 2;
        struct message **rows = realloc(builder->rows, capacity * sizeof *rows);
        if (rows == NULL) {
            free(message);
            return -ENOMEM;
        }
        builder->rows = rows;
        builder->capacity = capacity;
    }
    builder->octets += message->octets;
    if (builder->row_count == builder->limit) {
        builder->octets -= builder->rows[0]->octets;
        free(builder->rows[0]);
        builder->rows[0] = message;
        sift_down(builder);
    } else {
        builder->rows[builder->row_count++] = message;
        sift_up(builder, builder->row_count - 1);
    }
    share_octets(builder);
    return 0;
}

static void count_message(struct listing_builder *builder, const struct message_head *head) {
    struct queue_totals *totals = &builder->queues[head->queue];
    bool dated = (head->missing & MISSING_ARRIVAL) == 0;
    bool first = totals->messages == totals->unknown_arrival;
    builder->messages++;
    totals->messages++;
    totals->unknown_size += (head->missing & MISSING_SIZE) != 0;
    totals->unknown_arrival += !dated;
    totals->unknown_recipients += (head->missing & MISSING_RECIPIENTS) != 0;
    totals->volume += head->size;
    totals->recipients += head->recipient_count;
    if (dated && (first || head->arrival < totals->oldest_arrival)) {
        totals->oldest_arrival = head->arrival;
        memcpy(totals->oldest_id, head->id, sizeof totals->oldest_id);
    }
}

static int take_message(void *userdata, enum line_result result, const struct message_head *head,
                        const char *error) {
    struct listing_builder *builder = userdata;
    int r = 0;
    if (error[0] != '\0' && builder->flaw[0] == '\0') {
        snprintf(builder->flaw, sizeof builder->flaw, "%s", error);
    }
    bool again = head->id[0] != '\0' && !hash_set_add(&builder->ids, head->id, strlen(head->id));
    if (builder->insight != NULL) {
        insight_builder_message(builder->insight, result != LINE_BAD && !again, head);
    }
    if (result != LINE_BAD && !again) {
        count_message(builder, head);
        if (result == LINE_OK && wanted(builder, head)) {
            struct message *message = message_build(head, &builder->draft, builder->row_octets);
            r = message != NULL ? keep(builder, message) : -ENOMEM;
        }
    }
    message_draft_reset(&builder->draft);
    return r;
}

int listing_builder_feed(struct listing_builder *builder, const char *data, size_t len) {
    return message_stream_feed(builder->stream, data, len);
}

const char *listing_builder_flaw(const struct listing_builder *builder) {
    return builder->flaw;
}

static int by_id(const void *a, const void *b) {
    const struct message *const *ma = a;
    const struct message *const *mb = b;
    return queue_id_compare((*ma)->id, (*mb)->id);
}

/* Ids that the full set did not take may be listed twice, but an index may not be in a table twice.
 */
static size_t drop_duplicates(struct message **rows, size_t count) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && strcmp(rows[kept - 1]->id, rows[i]->id) == 0) {
            free(rows[i]);
        } else {
            rows[kept++] = rows[i];
        }
    }
    return kept;
}

struct listing *listing_builder_finish(struct listing_builder *builder, uint64_t started_usec,
                                       uint64_t now_usec, char *error, size_t size) {
    struct listing *listing = calloc(1, sizeof *listing);
    if (listing == NULL) {
        snprintf(error, size, "out of memory");
    }
    if (listing == NULL || !message_stream_end(builder->stream, error, size)) {
        free(listing);
        listing_builder_free(builder);
        return NULL;
    }
    if (builder->row_count > 0) {
        qsort(builder->rows, builder->row_count, sizeof *builder->rows, by_id);
    }
    listing->references = 1;
    listing->omitted = builder->messages - builder->row_count;
    listing->row_count = drop_duplicates(builder->rows, builder->row_count);
    listing->rows = builder->rows;
    memcpy(listing->queues, builder->queues, sizeof listing->queues);
    if (builder->insight != NULL) {
        listing->insight = insight_builder_finish(builder->insight);
    }
    listing->taken_usec = now_usec;
    listing->duration_usec = now_usec - started_usec;
    builder->rows = NULL;
    builder->row_count = 0;
    listing_builder_free(builder);
    return listing;
}

uint64_t listing_messages(const struct listing *listing) {
    uint64_t messages = 0;
    for (int queue = 0; queue < QUEUE_COUNT; queue++) {
        messages += listing->queues[queue].messages;
    }
    return messages;
}

struct listing *listing_ref(struct listing *listing) {
    if (listing != NULL) {
        listing->references++;
    }
    return listing;
}

void listing_unref(struct listing *listing) {
    if (listing == NULL) {
        return;
    }
    assert(listing->references > 0);
    if (--listing->references > 0) {
        return;
    }
    for (size_t i = 0; i < listing->row_count; i++) {
        free(listing->rows[i]);
    }
    free(listing->rows);
    insight_free(listing->insight);
    free(listing);
}

/* Compares an id with index sub-identifiers in the order of object identifiers. */
static int compare_index(const char *id, const uint32_t *index, size_t count) {
    size_t len = strlen(id);
    for (size_t i = 0; i < count; i++) {
        if (i > len) {
            return -1;
        }
        uint32_t sub = i == 0 ? (uint32_t)len : (uint32_t)(unsigned char)id[i - 1];
        if (sub != index[i]) {
            return sub < index[i] ? -1 : 1;
        }
    }
    return len + 1 == count ? 0 : 1;
}

size_t listing_search(const struct listing *listing, const uint32_t *index, size_t count,
                      bool inclusive) {
    size_t low = 0;
    size_t high = listing->row_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare_index(listing->rows[middle]->id, index, count);
        if (order < 0 || (order == 0 && !inclusive)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

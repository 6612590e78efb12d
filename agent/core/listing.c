#include "core/listing.h"

#include "core/message_json.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* rows is a heap with the row that leaves first at its root, so that a better one replaces it. */
struct listing_builder {
    enum message_order order;
    size_t limit;
    struct message **rows;
    size_t row_count;
    size_t capacity;
    struct queue_totals queues[QUEUE_COUNT];
    uint64_t messages;
};

struct listing_builder *listing_builder_new(enum message_order order, size_t limit) {
    struct listing_builder *builder = calloc(1, sizeof *builder);
    if (builder != NULL) {
        builder->order = order;
        builder->limit = limit;
    }
    return builder;
}

void listing_builder_free(struct listing_builder *builder) {
    if (builder == NULL) {
        return;
    }
    for (size_t i = 0; i < builder->row_count; i++) {
        free(builder->rows[i]);
    }
    free(builder->rows);
    free(builder);
}

/* True when (arrival, size, id) of a comes before b's in the order; ties by id make it total. */
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

/* Keeps a wanted message (consumed). Returns false without memory. */
static bool keep(struct listing_builder *builder, struct message *message) {
    if (builder->row_count == builder->limit) {
        free(builder->rows[0]);
        builder->rows[0] = message;
        sift_down(builder);
        return true;
    }
    if (builder->row_count == builder->capacity) {
        size_t capacity = builder->capacity == 0 ? 128 : builder->capacity * 2;
        struct message **rows = realloc(builder->rows, capacity * sizeof *rows);
        if (rows == NULL) {
            free(message);
            return false;
        }
        builder->rows = rows;
        builder->capacity = capacity;
    }
    builder->rows[builder->row_count++] = message;
    sift_up(builder, builder->row_count - 1);
    return true;
}

static void count_message(struct listing_builder *builder, const struct message_head *head) {
    struct queue_totals *totals = &builder->queues[head->queue];
    builder->messages++;
    totals->messages++;
    totals->volume += head->size;
    totals->recipients += head->recipient_count;
    if (totals->messages == 1 || head->arrival < totals->oldest_arrival) {
        totals->oldest_arrival = head->arrival;
        memcpy(totals->oldest_id, head->id, sizeof totals->oldest_id);
    }
}

enum line_result listing_builder_add(struct listing_builder *builder, const char *line, size_t len,
                                     char *error, size_t size) {
    struct message_json *json;
    struct message_head head;
    enum line_result result = message_json_open(line, len, &json, &head, error, size);
    if (result == LINE_SKIPPED) {
        builder->queues[head.queue].unreadable++;
        builder->messages++;
    }
    if (result != LINE_OK) {
        return result;
    }
    count_message(builder, &head);
    if (wanted(builder, &head)) {
        struct message *message = message_json_build(json, &head);
        if (message == NULL || !keep(builder, message)) {
            result = LINE_NO_MEMORY;
        }
    }
    message_json_close(json);
    return result;
}

static int by_id(const void *a, const void *b) {
    const struct message *const *ma = a;
    const struct message *const *mb = b;
    return queue_id_compare((*ma)->id, (*mb)->id);
}

/* showq may list a message twice while qmgr moves it: an index may stand in a table once only. */
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
                                       uint64_t now_usec) {
    struct listing *listing = calloc(1, sizeof *listing);
    if (listing == NULL) {
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
    listing->taken_usec = now_usec;
    listing->duration_usec = now_usec - started_usec;
    free(builder);
    return listing;
}

uint64_t listing_messages(const struct listing *listing) {
    uint64_t messages = 0;
    for (int queue = 0; queue < QUEUE_COUNT; queue++) {
        messages += listing->queues[queue].messages + listing->queues[queue].unreadable;
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

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Listings from short descriptions of messages, for tests that need a listing.
 */
#ifndef HMQ_TESTS_SUPPORT_LISTING_TEXT_H
#define HMQ_TESTS_SUPPORT_LISTING_TEXT_H

#include "core/listing.h"

#include <stdlib.h>

#include "unit.h"

struct listed {
    const char *queue;
    const char *id;
    int64_t arrival;
    uint64_t size;
    size_t recipients;
};

/* Adds one line, without its newline. */
static inline void add_line(struct listing_builder *builder, const char *line) {
    assert_int_equal(listing_builder_feed(builder, line, strlen(line)), 0);
    assert_int_equal(listing_builder_feed(builder, "\n", 1), 0);
}

/* Adds one message as postqueue -j would print it. */
static inline void add_listed(struct listing_builder *builder, const struct listed *listed) {
    char *line = NULL;
    size_t len = 0;
    FILE *stream = open_memstream(&line, &len);
    assert_non_null(stream);
    fprintf(stream,
            "{\"queue_name\": \"%s\", \"queue_id\": \"%s\", \"arrival_time\": %jd, "
            "\"message_size\": %ju, \"forced_expire\": false, \"sender\": \"%s@example.com\", "
            "\"recipients\": [",
            listed->queue, listed->id, (intmax_t)listed->arrival, (uintmax_t)listed->size,
            listed->id);
    for (size_t i = 0; i < listed->recipients; i++) {
        fprintf(stream, "%s{\"address\": \"u%zu@example.org\", \"delay_reason\": \"reason %zu\"}",
                i > 0 ? ", " : "", i, i);
    }
    fputs("]}", stream);
    fclose(stream);
    add_line(builder, line);
    free(line);
}

/* Finishes a listing that began at 1 s and ended at 3 s. */
static inline struct listing *finish(struct listing_builder *builder) {
    char error[200] = "";
    struct listing *listing =
        listing_builder_finish(builder, 1000000, 3000000, error, sizeof error);
    CHECK_STRING("a listing", error, "");
    assert_non_null(listing);
    return listing;
}

/* Returns a listing of count messages that began at 1 s and ended at 3 s. */
static inline struct listing *make_listing(enum message_order order, size_t limit,
                                           const struct listed *listed, size_t count) {
    struct listing_builder *builder = listing_builder_new(order, limit);
    assert_non_null(builder);
    for (size_t i = 0; i < count; i++) {
        add_listed(builder, &listed[i]);
    }
    CHECK_STRING("no flaw", listing_builder_flaw(builder), "");
    return finish(builder);
}

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The listing: which rows are kept in each order, totals over all, duplicates, and the search by
 * index sub-identifiers of any kind.
 */
#include "core/listing.h"

#include "listing_text.h"

/* Ids by which the rows below are told apart; the order of ids is not that of arrival or size. */
static const struct listed mixed[] = {
    {"active", "D00000", 400, 10, 1},   {"deferred", "A00000", 300, 40, 2},
    {"deferred", "C00000", 100, 30, 3}, {"hold", "B00000", 200, 20, 0},
    {"incoming", "E00000", 500, 50, 1},
};

static const struct {
    const char *name;
    enum message_order order;
    size_t limit;
    const char *ids; /* of the rows, in their order */
    uint64_t omitted;
} orders[] = {
    {"all", ORDER_OLDEST, 100, "A00000 B00000 C00000 D00000 E00000", 0},
    {"exactly all", ORDER_OLDEST, 5, "A00000 B00000 C00000 D00000 E00000", 0},
    {"none", ORDER_OLDEST, 0, "", 5},
    {"the oldest one", ORDER_OLDEST, 1, "C00000", 4},
    {"the three oldest", ORDER_OLDEST, 3, "A00000 B00000 C00000", 2},
    {"the newest one", ORDER_NEWEST, 1, "E00000", 4},
    {"the two newest", ORDER_NEWEST, 2, "D00000 E00000", 3},
    {"the largest one", ORDER_LARGEST, 1, "E00000", 4},
    {"the three largest", ORDER_LARGEST, 3, "A00000 C00000 E00000", 2},
};

static void check_rows(const char *name, const struct listing *listing, const char *expected) {
    char ids[1024] = "";
    size_t len = 0;
    for (size_t i = 0; i < listing->row_count; i++) {
        len += (size_t)snprintf(ids + len, sizeof ids - len, "%s%s", i > 0 ? " " : "",
                                listing->rows[i]->id);
    }
    CHECK_STRING(name, ids, expected);
}

static void test_orders(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        struct listing *listing =
            make_listing(orders[i].order, orders[i].limit, mixed, COUNT_OF(mixed));
        check_rows(orders[i].name, listing, orders[i].ids);
        CHECK_INT(orders[i].name, listing->omitted, orders[i].omitted);
        listing_unref(listing);
    }
}

/* Totals are over all messages, whatever the rows. */
static void test_totals(void **state) {
    (void)state;
    static const struct {
        enum queue queue;
        uint64_t messages, volume, recipients;
        int64_t oldest;
        const char *id;
    } totals[] = {
        {QUEUE_MAILDROP, 0, 0, 0, 0, ""},        {QUEUE_INCOMING, 1, 50, 1, 500, "E00000"},
        {QUEUE_ACTIVE, 1, 10, 1, 400, "D00000"}, {QUEUE_DEFERRED, 2, 70, 5, 100, "C00000"},
        {QUEUE_HOLD, 1, 20, 0, 200, "B00000"},
    };
    for (size_t limit = 0; limit <= 6; limit++) {
        struct listing *listing = make_listing(ORDER_OLDEST, limit, mixed, COUNT_OF(mixed));
        for (size_t i = 0; i < COUNT_OF(totals); i++) {
            const char *name = queue_name(totals[i].queue);
            const struct queue_totals *is = &listing->queues[totals[i].queue];
            CHECK_INT(name, is->messages, totals[i].messages);
            CHECK_INT(name, is->unknown_size + is->unknown_arrival + is->unknown_recipients, 0);
            CHECK_INT(name, is->volume, totals[i].volume);
            CHECK_INT(name, is->recipients, totals[i].recipients);
            CHECK_INT(name, is->oldest_arrival, totals[i].oldest);
            CHECK_STRING(name, is->oldest_id, totals[i].id);
        }
        CHECK_INT("taken", listing->taken_usec, 3000000);
        CHECK_INT("duration", listing->duration_usec, 2000000);
        listing_unref(listing);
    }
}

static int by_rank(const void *a, const void *b) {
    const struct listed *la = a;
    const struct listed *lb = b;
    if (la->arrival != lb->arrival) {
        return la->arrival < lb->arrival ? -1 : 1;
    }
    return queue_id_compare(la->id, lb->id);
}

/* The heap against a plain sort, with many equal times. */
static void test_heap(void **state) {
    (void)state;
    enum { COUNT = 1000 };
    static const size_t limits[] = {1, 2, 3, 10, 127, 128, 129, 500, 999, 1000, 1001};
    static char ids[COUNT][QUEUE_ID_SIZE];
    static struct listed messages[COUNT];
    srandom(2525);
    for (size_t i = 0; i < COUNT; i++) {
        snprintf(ids[i], sizeof ids[i], "%06zX", i * 7919 % 0x100000);
        messages[i] = (struct listed){"deferred", ids[i], random() % 50, (uint64_t)i, 1};
    }
    for (size_t l = 0; l < COUNT_OF(limits); l++) {
        struct listing *listing = make_listing(ORDER_OLDEST, limits[l], messages, COUNT);
        static struct listed sorted[COUNT];
        size_t rows = limits[l] < COUNT ? limits[l] : COUNT;
        memcpy(sorted, messages, sizeof sorted);
        qsort(sorted, COUNT, sizeof sorted[0], by_rank);
        CHECK_INT("heap", listing->row_count, rows);
        for (size_t r = 0; r < rows; r++) {
            bool found = false;
            for (size_t i = 0; i < rows && !found; i++) {
                found = strcmp(sorted[i].id, listing->rows[r]->id) == 0;
            }
            CHECK(listing->rows[r]->id, found);
            CHECK(listing->rows[r]->id,
                  r == 0 || queue_id_compare(listing->rows[r - 1]->id, listing->rows[r]->id) < 0);
        }
        listing_unref(listing);
    }
}

/* showq may print a message twice while it moves: it counts once, in the place it was listed first,
 * in rows and totals. */
static void test_duplicates(void **state) {
    (void)state;
    static const struct listed twice[] = {
        {"active", "A00000", 100, 1, 2},    {"deferred", "B00000", 200, 10, 1},
        {"deferred", "A00000", 100, 1, 2},  {"deferred", "B00000", 200, 10, 1},
        {"deferred", "B00000", 200, 10, 1}, {"hold", "C00000", 300, 100, 1},
    };
    struct listing *listing = make_listing(ORDER_OLDEST, 100, twice, COUNT_OF(twice));
    check_rows("duplicates", listing, "A00000 B00000 C00000");
    CHECK_INT("messages", listing_messages(listing), 3);
    CHECK_INT("none is omitted", listing->omitted, 0);
    CHECK_INT("volume", listing->queues[QUEUE_DEFERRED].volume, 10);
    CHECK_INT("recipients", listing->queues[QUEUE_DEFERRED].recipients, 1);
    CHECK_INT("active", listing->queues[QUEUE_ACTIVE].recipients, 2);
    listing_unref(listing);
    listing = make_listing(ORDER_OLDEST, 2, twice, COUNT_OF(twice));
    check_rows("duplicates and a limit", listing, "A00000 B00000");
    CHECK_INT("duplicates and a limit", listing->omitted, 1);
    listing_unref(listing);
}

/* Odd lines cost their messages the row, and the totals what is unknown of them. */
static void test_odd_lines(void **state) {
    (void)state;
    struct listing_builder *builder = listing_builder_new(ORDER_OLDEST, 10);
    assert_non_null(builder);
    add_listed(builder, &mixed[0]);
    add_line(builder, "{\"queue_name\": \"hold\", \"queue_id\": \"ALL\", \"arrival_time\": 5, "
                      "\"message_size\": 7, \"sender\": \"\", \"recipients\": [{}]}");
    add_line(builder, "{\"queue_name\": \"hold\", \"queue_id\": \"F00000\", \"arrival_time\": 9, "
                      "\"message_size\": 7, \"sender\": \"\", \"recipients\": [{]}");
    add_line(builder, "junk");
    CHECK_STRING("the first flaw", listing_builder_flaw(builder),
                 "bad or missing queue_id: {\"queue_name\": \"hold\", \"queue_id\": \"ALL\", "
                 "\"arrival_time\": 5, \"message_size\":...");
    struct listing *listing = finish(builder);
    const struct queue_totals *hold = &listing->queues[QUEUE_HOLD];
    CHECK_INT("they count", hold->messages, 2);
    CHECK_INT("volume", hold->volume, 14);
    CHECK_INT("all sizes are known", hold->unknown_size, 0);
    CHECK_INT("all arrivals", hold->unknown_arrival, 0);
    CHECK_INT("not all recipients", hold->unknown_recipients, 1);
    CHECK_INT("the oldest", hold->oldest_arrival, 5);
    CHECK_STRING("whose id is unknown", hold->oldest_id, "");
    CHECK_INT("without rows", listing->omitted, 2);
    check_rows("odd lines", listing, "D00000");
    listing_unref(listing);
    listing_unref(NULL);
    listing_builder_free(NULL);
}

static void test_no_listing(void **state) {
    (void)state;
    char error[200] = "";
    struct listing_builder *builder = listing_builder_new(ORDER_OLDEST, 10);
    assert_non_null(builder);
    add_line(builder, "junk");
    CHECK("none", listing_builder_finish(builder, 0, 0, error, sizeof error) == NULL);
    CHECK_STRING("why", error, "the output is not a listing: not one JSON object: junk");
}

/* One hundred messages with many recipients and long reasons: their rows share what there is. */
static void test_octets(void **state) {
    (void)state;
    enum { ROWS = 100, RECIPIENTS = 1000 };
    struct listing_builder *builder = listing_builder_new(ORDER_OLDEST, ROWS);
    assert_non_null(builder);
    for (int row = 0; row < ROWS + 50; row++) {
        char *line = NULL;
        size_t len = 0;
        FILE *stream = open_memstream(&line, &len);
        assert_non_null(stream);
        fprintf(stream,
                "{\"queue_name\": \"deferred\", \"queue_id\": \"%06dA\", \"arrival_time\": %d, "
                "\"message_size\": 7, \"sender\": \"\", \"recipients\": [",
                row, 1000 - row);
        for (int i = 0; i < RECIPIENTS; i++) {
            fprintf(stream, "%s{\"address\": \"u%d@example.org\", \"delay_reason\": \"%0400d\"}",
                    i > 0 ? ", " : "", i, i);
        }
        fputs("]}", stream);
        fclose(stream);
        add_line(builder, line);
        free(line);
    }
    struct listing *listing = finish(builder);
    size_t octets = 0;
    CHECK_INT("all rows", listing->row_count, ROWS);
    CHECK_INT("recipients", listing->queues[QUEUE_DEFERRED].recipients, (ROWS + 50) * RECIPIENTS);
    for (size_t i = 0; i < listing->row_count; i++) {
        octets += listing->rows[i]->octets;
        CHECK_INT("counted", listing->rows[i]->recipient_count, RECIPIENTS);
        CHECK("some are kept", listing->rows[i]->recipient_rows > 10);
    }
    CHECK("bounded", octets <= listing_octets_max(ROWS));
    CHECK("made use of", octets > listing_octets_max(ROWS) / 4);
    listing_unref(listing);
}

static void test_references(void **state) {
    (void)state;
    struct listing *listing = make_listing(ORDER_OLDEST, 10, mixed, COUNT_OF(mixed));
    assert_ptr_equal(listing_ref(listing), listing);
    CHECK_INT("two", listing->references, 2);
    listing_unref(listing);
    CHECK_STRING("still there", listing->rows[0]->id, "A00000");
    listing_unref(listing);
    CHECK("NULL", listing_ref(NULL) == NULL);
}

/* Half a listing is freed with its builder. */
static void test_abandoned(void **state) {
    (void)state;
    struct listing_builder *builder = listing_builder_new(ORDER_LARGEST, 3);
    assert_non_null(builder);
    for (size_t i = 0; i < COUNT_OF(mixed); i++) {
        add_listed(builder, &mixed[i]);
    }
    listing_builder_free(builder);
}

#define SUBS_MAX 40
#define A 65, 48, 48, 48, 48, 48 /* A00000 */

/* In a listing of A00000, B00000, BB0000 and C000000 (seven characters). */
static const struct {
    const char *name;
    size_t count;
    uint32_t index[SUBS_MAX];
    size_t at, after; /* inclusive and not */
} searches[] = {
    {"nothing", 0, {0}, 0, 0},
    {"length 0", 1, {0}, 0, 0},
    {"length 5", 1, {5}, 0, 0},
    {"length 6", 1, {6}, 0, 0},
    {"length 7", 1, {7}, 3, 3},
    {"length 8", 1, {8}, 4, 4},
    {"length 255", 1, {255}, 4, 4},
    {"length 256", 1, {256}, 4, 4},
    {"length 262 is not 6", 1, {262}, 4, 4},
    {"length 2^31", 1, {UINT32_C(0x80000000)}, 4, 4},
    {"length 2^32 - 1", 1, {UINT32_MAX}, 4, 4},
    {"a row", 7, {6, A}, 0, 1},
    {"the beginning of a row", 3, {6, 65, 48}, 0, 0},
    {"a row and more", 8, {6, A, 0}, 1, 1},
    {"a row and much more", 12, {6, A, 1, 2, 3, 4, 5}, 1, 1},
    {"before a row", 7, {6, 65, 48, 48, 48, 48, 47}, 0, 0},
    {"behind a row", 7, {6, 65, 48, 48, 48, 48, 49}, 1, 1},
    {"octet 0", 2, {6, 0}, 0, 0},
    {"octet 255", 2, {6, 255}, 3, 3},
    {"octet 256", 2, {6, 256}, 3, 3},
    {"octet 321 is not 65", 7, {6, 321, 48, 48, 48, 48, 48}, 3, 3},
    {"octet 2^31", 2, {6, UINT32_C(0x80000000)}, 3, 3},
    {"octet 2^32 - 1 within", 7, {6, 65, UINT32_MAX, 48, 48, 48, 48}, 1, 1},
    {"the last row", 8, {7, 67, 48, 48, 48, 48, 48, 48}, 3, 4},
    {"the length of another row", 7, {7, A}, 3, 3},
    {"forty sub-identifiers", 40, {6, A, [39] = 1}, 1, 1},
};

static void test_search(void **state) {
    (void)state;
    static const struct listed rows[] = {
        {"hold", "BB0000", 1, 1, 1},
        {"hold", "C000000", 1, 1, 1},
        {"hold", "A00000", 1, 1, 1},
        {"hold", "B00000", 1, 1, 1},
    };
    struct listing *listing = make_listing(ORDER_OLDEST, 10, rows, COUNT_OF(rows));
    struct listing *empty = make_listing(ORDER_OLDEST, 10, NULL, 0);
    for (size_t i = 0; i < COUNT_OF(searches); i++) {
        const uint32_t *index = searches[i].index;
        size_t count = searches[i].count;
        CHECK_INT(searches[i].name, listing_search(listing, index, count, true), searches[i].at);
        CHECK_INT(searches[i].name, listing_search(listing, index, count, false),
                  searches[i].after);
        CHECK_INT(searches[i].name, listing_search(empty, index, count, true), 0);
    }
    listing_unref(listing);
    listing_unref(empty);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_orders),     cmocka_unit_test(test_totals),
        cmocka_unit_test(test_heap),       cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_odd_lines),  cmocka_unit_test(test_references),
        cmocka_unit_test(test_no_listing), cmocka_unit_test(test_octets),
        cmocka_unit_test(test_abandoned),  cmocka_unit_test(test_search),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The snapshot: totals are known or not, and what is not known is never 0.
 */
#include "core/snapshot.h"

#include "listing_text.h"

#define NONE (-1) /* a count that is unknown, or totals that must be */

/* What the counts say and what the listing has, per queue; what must follow. */
static const struct {
    const char *name;
    int counts[QUEUE_COUNT]; /* maildrop, incoming, active, deferred, hold, corrupt */
    bool listed;
    struct listed messages[4];
    int total;
    int all_volume, deferred_volume, hold_volume;
} cases[] = {
    {"nothing known", {NONE, NONE, NONE, NONE, NONE, NONE}, false, {{0}}, NONE, NONE, NONE, NONE},
    {"an empty queue", {0, 0, 0, 0, 0, 0}, false, {{0}}, 0, 0, 0, 0},
    {"an empty queue, listed", {0, 0, 0, 0, 0, 0}, true, {{0}}, 0, 0, 0, 0},
    {"corrupt is unknown", {0, 0, 0, 0, 0, NONE}, true, {{0}}, 0, 0, 0, 0},
    {"corrupt is not in the total", {0, 0, 0, 0, 0, 9}, true, {{0}}, 0, 0, 0, 0},
    {"one queue is unknown", {0, 0, NONE, 0, 0, 0}, true, {{0}}, NONE, NONE, 0, 0},
    {"counted but not listed", {0, 0, 0, 2, 0, 0}, false, {{0}}, 2, NONE, NONE, 0},
    {"the listing is older than the messages", {0, 0, 0, 2, 0, 0}, true, {{0}}, 2, NONE, NONE, 0},
    {"counted and listed",
     {0, 0, 0, 2, 1, 0},
     true,
     {{"deferred", "A00000", 50, 10, 1},
      {"deferred", "B00000", 60, 20, 1},
      {"hold", "C00000", 70, 40, 1}},
     3,
     70,
     30,
     40},
    {"the listing is older than the emptiness",
     {0, 0, 0, 0, 0, 0},
     true,
     {{"deferred", "A00000", 50, 10, 1}, {"hold", "C00000", 70, 40, 1}},
     0,
     0,
     0,
     0},
    {"one queue has emptied since",
     {0, 0, 0, 1, 0, 0},
     true,
     {{"deferred", "A00000", 50, 10, 1}, {"hold", "C00000", 70, 40, 1}},
     1,
     10,
     10,
     0},
    {"a message has moved to a queue the listing saw empty",
     {0, 0, 0, 1, 1, 0},
     true,
     {{"deferred", "A00000", 50, 10, 1}},
     2,
     10,
     10,
     NONE},
    {"a queue that only the listing knows",
     {0, 0, 0, NONE, 0, 0},
     true,
     {{"deferred", "A00000", 50, 10, 1}},
     NONE,
     NONE,
     NONE,
     0},
};

static void check_volume(const char *name, bool known, const struct queue_totals *totals,
                         int expected) {
    CHECK_INT(name, known, expected != NONE);
    CHECK_INT(name, known ? (int)totals->volume : NONE, expected);
}

static void test_totals(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *name = cases[i].name;
        struct snapshot *snapshot = snapshot_new();
        struct queue_totals totals;
        uint64_t total = 77;
        size_t messages = 0;
        assert_non_null(snapshot);
        for (int q = 0; q < QUEUE_COUNT; q++) {
            snapshot->counts.known[q] = cases[i].counts[q] != NONE;
            /* What stands behind an unknown count must not matter. */
            snapshot->counts.messages[q] =
                cases[i].counts[q] != NONE ? (uint32_t)cases[i].counts[q] : 1000;
        }
        while (messages < COUNT_OF(cases[i].messages) &&
               cases[i].messages[messages].queue != NULL) {
            messages++;
        }
        if (cases[i].listed) {
            snapshot->listing = make_listing(ORDER_OLDEST, 10, cases[i].messages, messages);
        }
        CHECK_INT(name, snapshot_total(snapshot, &total), cases[i].total != NONE);
        CHECK_INT(name, total, cases[i].total != NONE ? cases[i].total : 77);
        check_volume(name, snapshot_all_totals(snapshot, &totals), &totals, cases[i].all_volume);
        check_volume(name, snapshot_queue_totals(snapshot, QUEUE_DEFERRED, &totals), &totals,
                     cases[i].deferred_volume);
        check_volume(name, snapshot_queue_totals(snapshot, QUEUE_HOLD, &totals), &totals,
                     cases[i].hold_volume);
        CHECK(name, !snapshot_queue_totals(snapshot, QUEUE_CORRUPT, &totals));
        snapshot_unref(snapshot);
    }
}

/* What could not be read of a message is unknown of its queue and of all; the rest stands. */
static void test_unreadable(void **state) {
    (void)state;
    struct snapshot *snapshot = snapshot_new();
    struct queue_totals totals;
    struct listing_builder *builder = listing_builder_new(ORDER_OLDEST, 10);
    assert_non_null(snapshot);
    assert_non_null(builder);
    add_listed(builder, &(struct listed){"active", "B00000", 50, 10, 1});
    add_line(builder, "{\"queue_name\": \"hold\", \"queue_id\": \"A00000\", \"sender\": \"\", "
                      "\"message_size\": 5, \"recipients\": []}");
    snapshot->listing = finish(builder);
    for (int q = 0; q < QUEUE_COUNT; q++) {
        snapshot->counts.known[q] = true;
    }
    snapshot->counts.messages[QUEUE_HOLD] = snapshot->counts.messages[QUEUE_ACTIVE] = 1;
    CHECK("hold", snapshot_queue_totals(snapshot, QUEUE_HOLD, &totals));
    CHECK_INT("its volume is known", totals.volume, 5);
    CHECK_INT("its size is known", totals.unknown_size, 0);
    CHECK_INT("its arrival is not", totals.unknown_arrival, 1);
    CHECK("all", snapshot_all_totals(snapshot, &totals));
    CHECK_INT("all sizes are known", totals.volume, 15);
    CHECK_INT("one arrival is not", totals.unknown_arrival, 1);
    CHECK_INT("the other is the oldest", totals.oldest_arrival, 50);
    snapshot->counts.messages[QUEUE_HOLD] = 0;
    CHECK("it has gone", snapshot_all_totals(snapshot, &totals));
    CHECK_INT("it has gone", totals.unknown_arrival, 0);
    CHECK_INT("it has gone", totals.volume, 10);
    snapshot_unref(snapshot);
}

static void test_oldest(void **state) {
    (void)state;
    struct snapshot *snapshot = snapshot_new();
    struct queue_totals totals;
    static const struct listed listed[] = {{"hold", "A00000", 50, 10, 1},
                                           {"active", "B00000", 30, 10, 4},
                                           {"deferred", "C00000", 10, 10, 1}};
    assert_non_null(snapshot);
    for (int q = 0; q < QUEUE_COUNT; q++) {
        snapshot->counts.known[q] = true;
    }
    snapshot->counts.messages[QUEUE_HOLD] = 1;
    snapshot->counts.messages[QUEUE_ACTIVE] = 1;
    snapshot->listing = make_listing(ORDER_OLDEST, 10, listed, COUNT_OF(listed));
    CHECK("known", snapshot_all_totals(snapshot, &totals));
    CHECK_INT("of those that are there", totals.oldest_arrival, 30);
    CHECK_STRING("of those that are there", totals.oldest_id, "B00000");
    CHECK_INT("of those that are there", totals.recipients, 5);
    /* A retry of what is deferred: it is in active for a moment. */
    snapshot->counts.messages[QUEUE_ACTIVE] = 2;
    CHECK("moved", snapshot_all_totals(snapshot, &totals));
    CHECK_INT("it is no younger", totals.oldest_arrival, 10);
    CHECK_STRING("it is no younger", totals.oldest_id, "C00000");
    snapshot_unref(snapshot);
}

static const struct {
    const char *name;
    uint64_t messages;
    int64_t arrival, now;
    uint32_t age;
} ages[] = {
    {"no messages", 0, 10, 100, 0},
    {"an hour", 1, 1000, 4600, 3600},
    {"just arrived", 1, 1000, 1000, 0},
    {"from the future", 1, 1000, 999, 0},
    {"more than 32 bits", 1, 0, INT64_C(5000000000), UINT32_MAX},
};

static void test_ages(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ages); i++) {
        struct queue_totals totals = {.messages = ages[i].messages,
                                      .oldest_arrival = ages[i].arrival};
        CHECK_INT(ages[i].name, queue_totals_age(&totals, ages[i].now), ages[i].age);
    }
}

static void test_references(void **state) {
    (void)state;
    struct snapshot *snapshot = snapshot_new();
    assert_non_null(snapshot);
    CHECK_INT("new", snapshot->postfix, POSTFIX_UNKNOWN);
    CHECK("new", !snapshot->settings.known);
    CHECK("new", snapshot->listing == NULL);
    snapshot->listing = make_listing(ORDER_OLDEST, 10, NULL, 0);
    struct snapshot *copy = snapshot_copy(snapshot);
    assert_non_null(copy);
    CHECK("shared", copy->listing == snapshot->listing);
    CHECK_INT("shared", copy->listing->references, 2);
    assert_ptr_equal(snapshot_ref(snapshot), snapshot);
    snapshot_unref(snapshot);
    snapshot_unref(snapshot);
    CHECK_INT("one is left", copy->listing->references, 1);
    snapshot_unref(copy);
    snapshot_unref(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_totals),     cmocka_unit_test(test_unreadable),
        cmocka_unit_test(test_oldest),     cmocka_unit_test(test_ages),
        cmocka_unit_test(test_references),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

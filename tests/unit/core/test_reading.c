/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When to read again: the median duration of the last readings, and its limits.
 */
#include "core/reading.h"

#include "unit.h"

#define SECOND UINT64_C(1000000)
#define LEAST (10 * SECOND)
#define MOST (60 * SECOND)

static const struct {
    const char *name;
    uint64_t used[5]; /* in milliseconds, up to a 0 */
    uint64_t gap;     /* in milliseconds */
} gaps[] = {
    {"none yet", {0}, 10000},
    {"the first was slow", {6000}, 10000},
    {"the first two were", {6000, 5000}, 60000},
    {"two quick ones", {100, 100}, 10000},
    {"a slow one among quick ones", {50, 6000, 50}, 10000},
    {"and the next", {50, 6000, 50, 50, 50}, 10000},
    {"all take a second", {1000, 1000, 1000}, 20000},
    {"it has become slow", {50, 50, 50, 2000, 2500}, 40000},
    {"all are very slow", {30000, 30000, 30000}, 60000},
};

static void test_gaps(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(gaps); i++) {
        struct reading reading = {.running = false};
        uint64_t now = SECOND;
        for (size_t u = 0; u < COUNT_OF(gaps[i].used) && gaps[i].used[u] != 0; u++) {
            reading_begin(&reading, now);
            now += gaps[i].used[u] * 1000;
            reading_end(&reading, true, gaps[i].used[u] * 1000, SECOND, now);
        }
        CHECK_INT(gaps[i].name, reading_gap(&reading, LEAST, MOST) / 1000, gaps[i].gap);
    }
}

/* A failed reading changes neither the gap nor the data. */
static void test_failed(void **state) {
    (void)state;
    struct reading reading = {.running = false};
    reading_begin(&reading, SECOND);
    reading_end(&reading, true, SECOND, 60 * SECOND, 2 * SECOND);
    reading_begin(&reading, 10 * SECOND);
    CHECK_INT("while it runs", reading_due(&reading, 0) == UINT64_MAX, 1);
    reading_end(&reading, false, 30 * SECOND, 60 * SECOND, 40 * SECOND);
    CHECK_INT("not counted", reading_gap(&reading, 0, MOST), 0);
    CHECK_INT("good before", reading.good_usec, 2 * SECOND);
    CHECK_INT("tried again later, since it took long", reading_due(&reading, 0), 130 * SECOND);
    CHECK_INT("stale", reading_status(&reading, MOST, 41 * SECOND), DATA_STALE);
}

/* A reading without a result changes nothing and is repeated. */
static void test_drop(void **state) {
    (void)state;
    struct reading reading = {.running = false};
    reading_begin(&reading, SECOND);
    reading_end(&reading, true, SECOND, 60 * SECOND, 2 * SECOND);
    reading_begin(&reading, 10 * SECOND);
    reading_drop(&reading, 11 * SECOND);
    CHECK_INT("due", reading_due(&reading, 2 * SECOND), 12 * SECOND);
    CHECK_INT("good", reading_status(&reading, MOST, 12 * SECOND), DATA_OK);
}

/* However long a reading takes, there is a wait after it. */
static void test_pause(void **state) {
    (void)state;
    struct reading reading = {.running = false};
    reading_begin(&reading, SECOND);
    reading_end(&reading, true, 100 * SECOND, 600 * SECOND, 101 * SECOND);
    reading.dirty = true;
    CHECK_INT("a pause", reading_due(&reading, MOST), 104 * SECOND);
}

/* A pause gives one grace period, which ends if a reading that began after it fails. */
static void test_process_paused(void **state) {
    (void)state;
    struct reading reading = {.running = false};
    reading_paused(&reading, 3000, 1000, 90000, 1000, 500);
    CHECK("never read", !reading_has_chance(&reading, 1000));
    reading_begin(&reading, 100000);
    reading_end(&reading, true, 10, 1000, 100010);
    CHECK("not paused since", !reading_has_chance(&reading, 1000));
    reading_paused(&reading, 3000, 101000, 200000, 2000, 500);
    CHECK("a chance", reading_has_chance(&reading, 2499));
    CHECK("not for ever", !reading_has_chance(&reading, 2500));
    reading_paused(&reading, 3000, 201000, 300000, 2400, 500);
    CHECK("goes on after another pause", reading_has_chance(&reading, 2499));
    CHECK("and is no longer", !reading_has_chance(&reading, 2500));
    reading_begin(&reading, 299000);
    reading_end(&reading, false, 1000, 1000, 300500);
    CHECK("begun before the end of the pause", reading_has_chance(&reading, 2450));
    CHECK_INT("again soon", reading.due_usec, 301500);
    reading_begin(&reading, 301500);
    reading_end(&reading, false, 1000, 1000, 302500);
    CHECK("failed", !reading_has_chance(&reading, 2450));
    reading_paused(&reading, 3000, 303000, 400000, 2450, 500);
    CHECK("what is lost stays lost", !reading_has_chance(&reading, 2450));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gaps),           cmocka_unit_test(test_failed),
        cmocka_unit_test(test_drop),           cmocka_unit_test(test_pause),
        cmocka_unit_test(test_process_paused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

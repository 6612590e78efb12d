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

/* A hint has the next reading brought forward, but not after a failure, and the reading uses it up.
 */
static void test_hint(void **state) {
    (void)state;
    struct reading reading = {.running = false};
    reading_begin(&reading, SECOND);
    reading_end(&reading, true, SECOND, 60 * SECOND, 2 * SECOND);
    CHECK_INT("no hint", reading_due(&reading, SECOND), 62 * SECOND);
    reading.dirty = true;
    CHECK_INT("a hint", reading_due(&reading, 2 * SECOND), 3 * SECOND);
    reading_begin(&reading, 3 * SECOND);
    CHECK("used up", !reading.dirty);
    reading_end(&reading, false, SECOND, 60 * SECOND, 4 * SECOND);
    reading.dirty = true;
    CHECK_INT("a hint after a failure", reading_due(&reading, 0), 9 * SECOND);
}

static void test_age(void **state) {
    (void)state;
    struct reading reading = {.running = false};
    CHECK_INT("three times the interval", reading_age_limit(10 * SECOND), 30 * SECOND);
    CHECK_INT("at least some seconds", reading_age_limit(SECOND / 2), 3 * SECOND);
    CHECK("never tried", !reading_was_tried(&reading));
    CHECK_INT("never read", reading_status(&reading, MOST, SECOND), DATA_UNAVAILABLE);
    reading_begin(&reading, SECOND);
    reading_end(&reading, true, 1, SECOND, SECOND);
    CHECK("tried", reading_was_tried(&reading));
    CHECK_INT("at the limit", reading_status(&reading, MOST, SECOND + MOST), DATA_OK);
    CHECK_INT("beyond it", reading_status(&reading, MOST, SECOND + MOST + 1), DATA_UNAVAILABLE);
    reading = (struct reading){.running = false};
    reading_end(&reading, false, 1, SECOND, SECOND);
    CHECK("in vain is tried, too", reading_was_tried(&reading));
}

/* What happens at the very moment at which a pause ends has happened after it. */
static void test_end_of_pause(void **state) {
    (void)state;
    struct reading reading = {.good_usec = 1};
    reading_paused(&reading, 3000, 1000, 5000, 0, 500);
    CHECK("good once, at any time", reading_has_chance(&reading, 0));
    reading_begin(&reading, 5000);
    reading_end(&reading, false, 1000, 1000, 6000);
    CHECK("began after it and failed", !reading_has_chance(&reading, 0));
    CHECK_INT("so its time is a cost", reading.due_usec, 9000);
    reading = (struct reading){.good_usec = 4000};
    reading_paused(&reading, 3000, 4500, 5000, 0, 500);
    reading_begin(&reading, 4900);
    reading_end(&reading, true, 100, 1000, 5000);
    CHECK("read since", !reading_has_chance(&reading, 0));
    reading = (struct reading){.good_usec = 1000};
    reading_paused(&reading, 3000, 90000, 95000, 0, 500);
    CHECK("too old before it", !reading_has_chance(&reading, 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gaps),
        cmocka_unit_test(test_failed),
        cmocka_unit_test(test_drop),
        cmocka_unit_test(test_pause),
        cmocka_unit_test(test_process_paused),
        cmocka_unit_test(test_hint),
        cmocka_unit_test(test_age),
        cmocka_unit_test(test_end_of_pause),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The history: averages and greatest numbers of each step, and that neither a restart, a gap, nor a
 * clock that jumps makes up anything.
 */
#include "core/history.h"

#include "core/time_units.h"

#include "unit.h"

#include <stdlib.h>

/* A full hour, and what the monotonic clock shows then. */
#define HOUR INT64_C(1795561200)
#define BOOT (1000 * USEC_PER_SEC)

struct clocks {
    struct history history;
    uint64_t usec;
    int64_t wall;
    struct history_step ended[HISTORY_LEVELS];
    size_t count;
};

static struct clocks clocks_at(int64_t wall) {
    return (struct clocks){.usec = BOOT, .wall = wall};
}

/* A reading after seconds of both clocks; total < 0 = unknown. */
static void look(struct clocks *clocks, unsigned seconds, int64_t total) {
    struct history_reading reading = {.known = total >= 0};
    if (reading.known) {
        reading.total = (uint32_t)total;
        reading.queues[QUEUE_DEFERRED] = (uint32_t)total;
    }
    clocks->usec += seconds * USEC_PER_SEC;
    clocks->wall += seconds;
    clocks->count =
        history_look(&clocks->history, &reading, clocks->usec, clocks->wall, clocks->ended);
}

static void check_step(const char *name, const struct history_step *step, int64_t time,
                       uint64_t known_ms, uint64_t total_ms) {
    CHECK_INT(name, step->time, time);
    CHECK_INT(name, step->known_ms, known_ms);
    CHECK_INT(name, step->total_ms, total_ms);
    CHECK_INT(name, step->queues_ms[QUEUE_DEFERRED], total_ms);
}

/* A number lasts until the next reading, and over the end of a minute. */
static void test_minutes(void **state) {
    (void)state;
    struct clocks clocks = clocks_at(HOUR + 10);
    look(&clocks, 0, 100);
    look(&clocks, 20, 400);
    look(&clocks, 20, 100);
    assert_int_equal(clocks.count, 0);
    look(&clocks, 20, 7);
    assert_int_equal(clocks.count, 1);
    assert_int_equal(clocks.ended[0].length_s, HISTORY_MINUTE_S);
    check_step("the minute", &clocks.ended[0], HOUR, 50000,
               20 * 100000 + 20 * 400000 + 10 * 100000);
    assert_int_equal(clocks.ended[0].total_max, 400);
    check_step("the next", &clocks.history.steps[0], HOUR + 60, 10000, 10 * 100000);
    assert_int_equal(clocks.history.steps[0].total_max, 100);
    check_step("the hour", &clocks.history.steps[1], HOUR, 60000, 12000000);
}

static void test_hour(void **state) {
    (void)state;
    struct clocks clocks = clocks_at(HOUR);
    size_t minutes = 0;
    look(&clocks, 0, 3);
    for (int i = 1; i < 3600 / 5; i++) {
        look(&clocks, 5, 3);
        minutes += clocks.count;
    }
    assert_int_equal(minutes, 59);
    look(&clocks, 5, 3);
    assert_int_equal(clocks.count, 2);
    check_step("the last minute", &clocks.ended[0], HOUR + 3540, 60000, 180000);
    assert_int_equal(clocks.ended[1].length_s, HISTORY_HOUR_S);
    check_step("the hour", &clocks.ended[1], HOUR, 3600000, 3 * 3600000);
}

static void test_unknown(void **state) {
    (void)state;
    struct clocks clocks = clocks_at(HOUR);
    look(&clocks, 0, -1);
    look(&clocks, 20, -1);
    look(&clocks, 10, 8);
    look(&clocks, 10, -1);
    look(&clocks, 20, 9);
    assert_int_equal(clocks.count, 1);
    check_step("10 seconds of it", &clocks.ended[0], HOUR, 10000, 80000);
    assert_int_equal(clocks.ended[0].total_max, 8);
    look(&clocks, 20, -1);
    look(&clocks, 20, -1);
    look(&clocks, 20, -1);
    look(&clocks, 60, -1);
    check_step("nothing of it", &clocks.ended[0], HOUR + 120, 0, 0);
}

/* A peak between two readings of the timer is a reading of its own. */
static void test_peak(void **state) {
    (void)state;
    struct clocks clocks = clocks_at(HOUR);
    look(&clocks, 0, 1);
    look(&clocks, 5, 500);
    look(&clocks, 0, 2);
    look(&clocks, 55 - 27, 2);
    look(&clocks, 27, 2);
    assert_int_equal(clocks.count, 1);
    assert_int_equal(clocks.ended[0].total_max, 500);
    check_step("the average does not have it", &clocks.ended[0], HOUR, 60000, 5 * 1000 + 55 * 2000);
}

/* What was not read for too long is not known, not even what it was before. */
static void test_gap(void **state) {
    (void)state;
    struct clocks clocks = clocks_at(HOUR);
    look(&clocks, 0, 5);
    look(&clocks, 10, 5);
    look(&clocks, 300, 5);
    assert_int_equal(clocks.count, 1);
    check_step("before the gap", &clocks.ended[0], HOUR, 10000, 50000);
    check_step("behind it", &clocks.history.steps[0], HOUR + 300, 0, 0);
}

static void test_clock_jumps(void **state) {
    static const int64_t jumps[] = {400 * 86400, -3600, -400 * 86400, 10, -10, 3};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(jumps); i++) {
        struct clocks clocks = clocks_at(HOUR + 600);
        char name[32];
        snprintf(name, sizeof name, "by %lld s", (long long)jumps[i]);
        look(&clocks, 0, 5);
        look(&clocks, 20, 5);
        clocks.wall += jumps[i];
        look(&clocks, 5, 5);
        CHECK_INT(name, clocks.count, 2);
        check_step(name, &clocks.ended[0], HOUR + 600, 25000, 125000);
        check_step(name, &clocks.ended[1], HOUR, 25000, 125000);
        int64_t now = HOUR + 625 + jumps[i];
        check_step(name, &clocks.history.steps[0], now / 60 * 60, 0, 0);
        look(&clocks, 5, 5);
        CHECK_INT(name, clocks.history.steps[1].known_ms, 5000);
    }
}

/* It is read in whole seconds, and slewed. */
static void test_clock_drifts(void **state) {
    (void)state;
    struct clocks clocks = clocks_at(HOUR);
    look(&clocks, 0, 5);
    clocks.wall += 2;
    look(&clocks, 5, 5);
    clocks.wall -= 2;
    look(&clocks, 5, 5);
    assert_int_equal(clocks.count, 0);
    check_step("all of it", &clocks.history.steps[0], HOUR, 10000, 50000);
}

/* A part that was taken is not there again, and the rest goes to the same step. */
static void test_parts(void **state) {
    (void)state;
    struct clocks clocks = clocks_at(HOUR);
    struct history_step parts[HISTORY_LEVELS];
    assert_int_equal(history_take(&clocks.history, true, parts), 0);
    look(&clocks, 0, 5);
    look(&clocks, 20, 5);
    assert_int_equal(history_take(&clocks.history, false, parts), 1);
    assert_int_equal(parts[0].length_s, HISTORY_HOUR_S);
    check_step("the first part", &parts[0], HOUR, 20000, 100000);
    look(&clocks, 10, 5);
    assert_int_equal(history_take(&clocks.history, true, parts), 2);
    check_step("the minute", &parts[0], HOUR, 30000, 150000);
    check_step("the second part", &parts[1], HOUR, 10000, 50000);
    assert_int_equal(parts[1].total_max, 5);
}

static void test_counts(void **state) {
    (void)state;
    struct history history = {.started = false};
    struct history_step ended[HISTORY_LEVELS];
    struct history_reading reading = {.log_known = true};
    reading.counts[DELIVERY_SENT] = UINT32_MAX - 1;
    history_look(&history, &reading, BOOT, HOUR, ended);
    reading.counts[DELIVERY_SENT] = 3;
    history_look(&history, &reading, BOOT + 10 * USEC_PER_SEC, HOUR + 10, ended);
    reading.counts[DELIVERY_SENT] = 7;
    reading.log_known = false;
    history_look(&history, &reading, BOOT + 20 * USEC_PER_SEC, HOUR + 20, ended);
    reading.log_known = true;
    reading.counts[DELIVERY_SENT] = 100;
    history_look(&history, &reading, BOOT + 30 * USEC_PER_SEC, HOUR + 30, ended);
    reading.counts[DELIVERY_SENT] = 101;
    history_look(&history, &reading, BOOT + 40 * USEC_PER_SEC, HOUR + 40, ended);
    assert_int_equal(history.steps[0].counts[DELIVERY_SENT], 5 + 1);
    assert_int_equal(history.steps[0].log_ms, 20000);
    assert_int_equal(history.steps[0].known_ms, 0);
}

static void test_read(void **state) {
    (void)state;
    struct snapshot *snapshot = snapshot_new();
    struct delivery *delivery = delivery_new(BOOT);
    assert_non_null(snapshot);
    assert_non_null(delivery);
    struct history_reading reading = history_read(snapshot, NULL);
    assert_false(reading.known);
    assert_false(reading.log_known);
    for (size_t i = 0; i < QUEUE_COUNT; i++) {
        snapshot->counts.known[i] = true;
        snapshot->counts.messages[i] = (uint32_t)i + 1;
    }
    const struct delivery_event sent = {.outcome = DELIVERY_SENT};
    delivery_add(delivery, &sent, BOOT, HOUR);
    assert_false(history_read(snapshot, delivery).log_known);
    delivery_found(delivery, true, BOOT);
    reading = history_read(snapshot, delivery);
    assert_true(reading.known && reading.log_known);
    uint64_t total = 0;
    assert_true(snapshot_total(snapshot, &total));
    assert_int_equal(reading.total, total);
    assert_int_equal(reading.queues[QUEUE_HOLD], snapshot->counts.messages[QUEUE_HOLD]);
    assert_int_equal(reading.queues[QUEUE_CORRUPT], 0);
    free(delivery);
    snapshot_unref(snapshot);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_minutes),      cmocka_unit_test(test_hour),
        cmocka_unit_test(test_unknown),      cmocka_unit_test(test_peak),
        cmocka_unit_test(test_gap),          cmocka_unit_test(test_clock_jumps),
        cmocka_unit_test(test_clock_drifts), cmocka_unit_test(test_parts),
        cmocka_unit_test(test_counts),       cmocka_unit_test(test_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

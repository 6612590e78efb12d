/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/delivery.h"

#include "core/time_units.h"

#include <stdlib.h>

#include "unit.h"

#define START (1000 * USEC_PER_SEC)
#define WALL INT64_C(1700000000)

static uint64_t at(uint64_t seconds) {
    return START + seconds * USEC_PER_SEC;
}

static struct delivery *begin(void) {
    struct delivery *delivery = delivery_new(START);
    assert_non_null(delivery);
    delivery_found(delivery, true, START);
    return delivery;
}

static void add(struct delivery *delivery, enum delivery_outcome outcome, uint64_t age_s,
                uint64_t second) {
    const struct delivery_event event = {.outcome = outcome, .age_s = age_s};
    delivery_add(delivery, &event, at(second), WALL + (int64_t)second);
}

static void add_sent(struct delivery *delivery, uint64_t delay_ms, uint64_t second) {
    const struct delivery_event event = {
        .outcome = DELIVERY_SENT, .has_delay = true, .delay_ms = delay_ms};
    delivery_add(delivery, &event, at(second), WALL + (int64_t)second);
}

static void test_names(void **state) {
    (void)state;
    static const char *const names[] = {"received", "sent",     "deferred", "bounced",
                                        "expired",  "rejected", "held"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        assert_string_equal(delivery_outcome_name((enum delivery_outcome)(i + 1)), names[i]);
    }
    assert_string_equal(delivery_outcome_name(DELIVERY_NONE), "");
    assert_string_equal(delivery_outcome_name(DELIVERY_OUTCOME_END), "");
}

static void test_known(void **state) {
    (void)state;
    assert_false(delivery_known(NULL));
    struct delivery *delivery = delivery_new(START);
    assert_false(delivery_known(delivery));
    delivery_found(delivery, false, START);
    assert_true(delivery_known(delivery));
    delivery_lost(delivery);
    assert_false(delivery_known(delivery));
    free(delivery);
}

static void test_window_slides(void **state) {
    (void)state;
    struct delivery *delivery = begin();
    add(delivery, DELIVERY_DEFERRED, 0, 0);
    add(delivery, DELIVERY_DEFERRED, 0, 0);
    add(delivery, DELIVERY_DEFERRED, 0, 100);
    add(delivery, DELIVERY_BOUNCED, 0, 100);
    static const struct {
        uint64_t second;
        uint32_t deferred, bounced;
    } cases[] = {{100, 3, 1}, {299, 3, 1}, {300, 1, 1}, {399, 1, 1}, {400, 0, 0}, {100000, 0, 0}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char name[32];
        snprintf(name, sizeof name, "second %u", (unsigned)cases[i].second);
        CHECK_INT(name, delivery_recent(delivery, DELIVERY_DEFERRED, at(cases[i].second)),
                  cases[i].deferred);
        CHECK_INT(name, delivery_recent(delivery, DELIVERY_BOUNCED, at(cases[i].second)),
                  cases[i].bounced);
        CHECK_INT(name, delivery_recent(delivery, DELIVERY_SENT, at(cases[i].second)), 0);
    }
    /* The same slot, a whole window later. */
    add(delivery, DELIVERY_DEFERRED, 0, 400);
    assert_int_equal(delivery_recent(delivery, DELIVERY_DEFERRED, at(400)), 1);
    assert_int_equal(delivery->counts[DELIVERY_DEFERRED], 4);
    free(delivery);
}

/* A part of the log that is read late: counted, and recent only as far as it is. */
static void test_old_lines(void **state) {
    (void)state;
    struct delivery *delivery = begin();
    for (uint64_t age = 0; age <= 1000; age += 10) {
        add(delivery, DELIVERY_SENT, age, 600);
    }
    assert_int_equal(delivery->counts[DELIVERY_SENT], 101);
    assert_int_equal(delivery_recent(delivery, DELIVERY_SENT, at(600)), 30);
    assert_int_equal(delivery->last_wall[DELIVERY_SENT], WALL + 600);
    assert_int_equal(delivery_idle_s(delivery, at(607)), 7);
    /* Older than this machine has been up. */
    add(delivery, DELIVERY_HELD, UINT64_MAX, 600);
    assert_int_equal(delivery->counts[DELIVERY_HELD], 1);
    assert_int_equal(delivery_recent(delivery, DELIVERY_HELD, at(600)), 0);
    free(delivery);
}

/* An old line must not empty the slot of what came meanwhile. */
static void test_old_line_keeps_new_slot(void **state) {
    (void)state;
    for (uint64_t second = 590; second < 610; second++) {
        struct delivery *delivery = begin();
        uint64_t delay = 0;
        add_sent(delivery, 7000, second);
        const struct delivery_event old = {
            .outcome = DELIVERY_SENT, .has_delay = true, .delay_ms = 1, .age_s = 299};
        delivery_add(delivery, &old, at(second), WALL);
        assert_int_equal(delivery_recent(delivery, DELIVERY_SENT, at(second)), 2);
        assert_true(delivery_delay_ms(delivery, 100, at(second), &delay));
        assert_in_range(delay, 6700, 7300);
        free(delivery);
    }
}

static void test_more(void **state) {
    (void)state;
    struct delivery *delivery = begin();
    uint64_t delay = 0;
    const struct delivery_event event = {
        .outcome = DELIVERY_SENT, .has_delay = true, .delay_ms = 1000, .more = 4};
    delivery_add(delivery, &event, at(5), WALL + 5);
    add_sent(delivery, 20, 5);
    assert_int_equal(delivery->counts[DELIVERY_SENT], 6);
    assert_int_equal(delivery_recent(delivery, DELIVERY_SENT, at(6)), 6);
    assert_true(delivery_delay_ms(delivery, 50, at(6), &delay));
    assert_in_range(delay, 960, 1040);
    free(delivery);
}

static void test_last(void **state) {
    (void)state;
    struct delivery *delivery = begin();
    assert_int_equal(delivery->last_wall[DELIVERY_SENT], 0);
    add(delivery, DELIVERY_SENT, 0, 5);
    assert_int_equal(delivery->last_wall[DELIVERY_SENT], WALL + 5);
    add(delivery, DELIVERY_SENT, 3, 6);
    assert_int_equal(delivery->last_wall[DELIVERY_SENT], WALL + 5);
    /* The wall clock was set back: what happens now is the last. */
    const struct delivery_event event = {.outcome = DELIVERY_SENT};
    delivery_add(delivery, &event, at(7), WALL - 3600);
    assert_int_equal(delivery->last_wall[DELIVERY_SENT], WALL - 3600);
    assert_int_equal(delivery_recent(delivery, DELIVERY_SENT, at(7)), 3);
    free(delivery);
}

static void test_idle(void **state) {
    (void)state;
    struct delivery *delivery = begin();
    assert_int_equal(delivery_idle_s(delivery, at(42)), 42);
    add(delivery, DELIVERY_DEFERRED, 0, 43);
    assert_int_equal(delivery_idle_s(delivery, at(44)), 44);
    add(delivery, DELIVERY_SENT, 0, 50);
    assert_int_equal(delivery_idle_s(delivery, at(50)), 0);
    assert_int_equal(delivery_idle_s(delivery, at(61)), 11);
    delivery_lost(delivery);
    /* Read again from where it was: nothing can have been missed. */
    delivery_found(delivery, false, at(100));
    assert_int_equal(delivery_idle_s(delivery, at(100)), 50);
    /* What was sent meanwhile is not known: the silence begins anew. */
    delivery_found(delivery, true, at(200));
    assert_int_equal(delivery_idle_s(delivery, at(205)), 5);
    free(delivery);
}

static void test_delays(void **state) {
    (void)state;
    struct delivery *delivery = begin();
    uint64_t delay = 77;
    assert_false(delivery_delay_ms(delivery, 50, at(0), &delay));
    add(delivery, DELIVERY_SENT, 0, 0);
    assert_false(delivery_delay_ms(delivery, 50, at(0), &delay));
    assert_int_equal(delay, 77);
    for (uint64_t i = 1; i <= 100; i++) {
        add_sent(delivery, i, 10);
    }
    assert_true(delivery_delay_ms(delivery, 50, at(10), &delay));
    assert_in_range(delay, 48, 52);
    assert_true(delivery_delay_ms(delivery, 95, at(10), &delay));
    assert_in_range(delay, 92, 98);
    assert_true(delivery_delay_ms(delivery, 1, at(10), &delay));
    assert_int_equal(delay, 1);
    assert_true(delivery_delay_ms(delivery, 95, at(299), &delay));
    assert_false(delivery_delay_ms(delivery, 95, at(310), &delay));
    free(delivery);
}

/* The error that the header promises. */
static void test_delay_error(void **state) {
    (void)state;
    for (uint64_t ms = 0; ms <= UINT32_MAX; ms = ms * 33 / 32 + 1) {
        struct delivery *delivery = begin();
        uint64_t delay = 0;
        add_sent(delivery, ms, 0);
        assert_true(delivery_delay_ms(delivery, 50, at(0), &delay));
        uint64_t error = delay > ms ? delay - ms : ms - delay;
        assert_true(error * 1000 <= ms * 32);
        free(delivery);
    }
    struct delivery *delivery = begin();
    uint64_t delay = 0;
    add_sent(delivery, UINT64_MAX, 0);
    assert_true(delivery_delay_ms(delivery, 50, at(0), &delay));
    assert_true(delay > UINT32_MAX / 100 * 96);
    free(delivery);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_window_slides),
        cmocka_unit_test(test_old_lines),
        cmocka_unit_test(test_old_line_keeps_new_slot),
        cmocka_unit_test(test_more),
        cmocka_unit_test(test_last),
        cmocka_unit_test(test_idle),
        cmocka_unit_test(test_delays),
        cmocka_unit_test(test_delay_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

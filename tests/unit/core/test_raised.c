/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is raised: each raise is kept until its clear, with its own event, and conditions do not end
 * each other.
 */
#include "core/raised.h"

#include "unit.h"

static struct raised raised;

static void take(enum event_type type, const char *condition, uint32_t serial) {
    struct event event = {.type = type, .serial = serial, .has_condition = condition[0] != '\0'};
    snprintf(event.condition.name, sizeof event.condition.name, "%s", condition);
    raised_take(&raised, &event);
}

static int setup(void **state) {
    (void)state;
    memset(&raised, 0, sizeof raised);
    return 0;
}

static void test_types(void **state) {
    (void)state;
    take(EVENT_AGENT_STARTED, "", 1);
    take(EVENT_OVERLOAD_CLEARED, "overload", 2);
    assert_int_equal(raised.count, 0);
    take(EVENT_POSTFIX_STOPPED, "", 3);
    take(EVENT_OVERLOAD_RAISED, "overload", 4);
    take(EVENT_DATA_LOST, "", 5);
    take(EVENT_DATA_RESTORED, "", 6);
    assert_int_equal(raised.count, 2);
    assert_int_equal(raised.events[0].serial, 3);
    assert_int_equal(raised.events[1].serial, 4);
    assert_int_equal(raised_find(&raised, "overload")->serial, 4);
    take(EVENT_OVERLOAD_CLEARED, "", 7); /* as an earlier version wrote it */
    take(EVENT_POSTFIX_STARTED, "", 8);
    assert_int_equal(raised.count, 0);
}

static void test_conditions(void **state) {
    (void)state;
    take(EVENT_CONDITION_RAISED, "a", 1);
    take(EVENT_CONDITION_RAISED, "b", 2);
    take(EVENT_CONDITION_CLEARED, "c", 3);
    assert_int_equal(raised.count, 2);
    take(EVENT_CONDITION_CLEARED, "a", 4);
    assert_null(raised_find(&raised, "a"));
    assert_int_equal(raised_find(&raised, "b")->serial, 2);
    take(EVENT_CONDITION_RAISED, "b", 5); /* before the database was read, and by what it has */
    assert_int_equal(raised.count, 1);
    assert_int_equal(raised_find(&raised, "b")->serial, 5);
    assert_ptr_equal(raised_find_serial(&raised, 5), raised_find(&raised, "b"));
    assert_null(raised_find_serial(&raised, 2));
}

/* More than one configuration can have. */
static void test_full(void **state) {
    (void)state;
    for (uint32_t i = 0; i < 2 * RAISED_MAX; i++) {
        char name[CONDITION_NAME_SIZE];
        snprintf(name, sizeof name, "c%u", i);
        take(EVENT_CONDITION_RAISED, name, i + 1);
    }
    assert_int_equal(raised.count, RAISED_MAX);
    take(EVENT_CONDITION_CLEARED, "c0", 1000);
    assert_int_equal(raised.count, RAISED_MAX - 1);
    assert_int_equal(raised.events[0].serial, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_types, setup),
        cmocka_unit_test_setup(test_conditions, setup),
        cmocka_unit_test_setup(test_full, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

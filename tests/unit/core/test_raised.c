/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is raised: each raise is kept until its clear, with its own event.
 */
#include "core/raised.h"

#include "unit.h"

static void take(struct raised *raised, enum event_type type, uint32_t serial) {
    const struct event event = {.type = type, .serial = serial};
    raised_take(raised, &event);
}

static void test_raised(void **state) {
    (void)state;
    static struct raised raised;
    assert_null(raised_next(&raised, 0));
    take(&raised, EVENT_AGENT_STARTED, 1);
    take(&raised, EVENT_OVERLOAD_CLEARED, 2);
    assert_null(raised_next(&raised, 0));
    take(&raised, EVENT_POSTFIX_STOPPED, 3);
    take(&raised, EVENT_OVERLOAD_RAISED, 4);
    take(&raised, EVENT_AGE_RAISED, 5);
    take(&raised, EVENT_AGE_CLEARED, 6);
    const struct event *event = raised_next(&raised, 0);
    assert_int_equal(event->serial, 4);
    event = raised_next(&raised, event->type);
    assert_int_equal(event->serial, 3);
    assert_null(raised_next(&raised, event->type));
    take(&raised, EVENT_OVERLOAD_CLEARED, 7);
    take(&raised, EVENT_POSTFIX_STARTED, 8);
    assert_null(raised_next(&raised, 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_raised)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

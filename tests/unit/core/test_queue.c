/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The queues: their names, their MIB values, and which of them the totals include.
 */
#include "core/queue.h"

#include "unit.h"

static const struct {
    enum queue queue;
    const char *name;
    int mib_value;
    bool listed;
} cases[] = {
    {QUEUE_MAILDROP, "maildrop", 1, true}, {QUEUE_INCOMING, "incoming", 2, true},
    {QUEUE_ACTIVE, "active", 3, true},     {QUEUE_DEFERRED, "deferred", 4, true},
    {QUEUE_HOLD, "hold", 5, true},         {QUEUE_CORRUPT, "corrupt", 6, false},
};

static void test_properties(void **state) {
    (void)state;
    assert_int_equal(COUNT_OF(cases), QUEUE_COUNT);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CHECK_STRING(cases[i].name, queue_name(cases[i].queue), cases[i].name);
        CHECK_INT(cases[i].name, queue_mib_value(cases[i].queue), cases[i].mib_value);
        CHECK_INT(cases[i].name, queue_is_listed(cases[i].queue), cases[i].listed);
    }
}

static void test_found_by_name(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        enum queue queue = QUEUE_COUNT;
        CHECK(cases[i].name, queue_by_name(cases[i].name, &queue));
        CHECK_INT(cases[i].name, queue, cases[i].queue);
    }
}

static void test_other_names(void **state) {
    static const char *const names[] = {"",      "Active", "active ", " active", "activ",
                                        "defer", "bounce", "hold\n",  "saved",   "holdhold",
                                        "trace", "corrup", "../hold", "5",       "all"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        enum queue queue = QUEUE_HOLD;
        CHECK(names[i], !queue_by_name(names[i], &queue));
        CHECK_INT(names[i], queue, QUEUE_HOLD);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_properties),
        cmocka_unit_test(test_found_by_name),
        cmocka_unit_test(test_other_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

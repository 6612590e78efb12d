/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Conditions: names, settings and their limits, and how their events are worded.
 */
#include "core/condition.h"

#include "unit.h"

static struct condition make(const char *name, enum watch_kind kind, enum queue queue,
                             uint32_t above, uint32_t clear) {
    struct condition condition = {
        .watch = {kind, queue},
        .severity = SEVERITY_WARNING,
        .settings = {
            [CONDITION_ABOVE] = above, [CONDITION_CLEAR] = clear, [CONDITION_ENABLED] = 1}};
    snprintf(condition.name, sizeof condition.name, "%s", name);
    return condition;
}

static void test_names(void **state) {
    (void)state;
    static const struct {
        const char *name;
        bool valid;
    } cases[] = {
        {"a", true},     {"A_z-0", true},
        {"", false},     {"a.b", false},
        {"a b", false},  {"\xC3\xA4", false},
        {"a\"b", false}, {"0123456789012345678901234567890_", true},
        {"%s", false},   {"0123456789012345678901234567890_1", false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CHECK_INT(cases[i].name, condition_name_valid(cases[i].name, strlen(cases[i].name)),
                  cases[i].valid);
    }
    assert_false(condition_name_valid("a\0b", 3));
}

static void test_overload(void **state) {
    (void)state;
    struct conditions conditions;
    conditions_init(&conditions);
    assert_int_equal(conditions.count, 1);
    struct condition *overload = &conditions.list[CONDITION_OVERLOAD];
    assert_true(condition_is_overload(overload));
    assert_int_equal(overload->severity, SEVERITY_CRITICAL);
    assert_true(condition_is_off(overload)); /* no threshold yet */
    overload->settings[CONDITION_ABOVE] = 1;
    assert_false(condition_is_off(overload));
    overload->settings[CONDITION_ENABLED] = 0;
    assert_true(condition_is_off(overload));
    assert_int_equal(condition_event(overload, true), EVENT_OVERLOAD_RAISED);
    assert_int_equal(condition_event(overload, false), EVENT_OVERLOAD_CLEARED);
    struct condition other = make("total", WATCH_TOTAL, WATCH_ANY_QUEUE, 0, 0);
    assert_false(condition_is_off(&other)); /* from the first message on */
    assert_int_equal(condition_event(&other, true), EVENT_CONDITION_RAISED);
    assert_int_equal(condition_event(&other, false), EVENT_CONDITION_CLEARED);
    conditions.list[conditions.count++] = other;
    assert_int_equal(conditions_find(&conditions, "overload"), 0);
    assert_int_equal(conditions_find(&conditions, "total"), 1);
    assert_int_equal(conditions_find(&conditions, "Total"), 2);
}

static void test_settings(void **state) {
    (void)state;
    struct condition number = make("n", WATCH_QUEUE, QUEUE_HOLD, 5, 4);
    struct condition age = make("a", WATCH_AGE, WATCH_ANY_QUEUE, 5, 4);
    const struct {
        const char *name;
        const struct condition *condition;
        enum condition_setting setting;
        uint32_t maximum;
        bool time;
    } cases[] = {
        {"above", &number, CONDITION_ABOVE, 10000000, false},
        {"clear", &number, CONDITION_CLEAR, 10000000, false},
        {"above", &age, CONDITION_ABOVE, 31536000, true},
        {"clear", &age, CONDITION_CLEAR, 31536000, true},
        {"for", &number, CONDITION_FOR, 86400, true},
        {"repeat", &number, CONDITION_REPEAT, 2592000, true},
        {"enabled", &age, CONDITION_ENABLED, 1, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CHECK_STRING(cases[i].name, condition_setting_name(cases[i].setting), cases[i].name);
        CHECK_INT(cases[i].name, condition_setting_maximum(cases[i].condition, cases[i].setting),
                  cases[i].maximum);
        CHECK_INT(cases[i].name, condition_setting_is_time(cases[i].condition, cases[i].setting),
                  cases[i].time);
    }
}

static void test_consistent(void **state) {
    (void)state;
    static const struct {
        const char *name, *condition;
        uint32_t above, clear;
        bool consistent;
    } cases[] = {
        {"below", "x", 10, 9, true},
        {"equal", "x", 10, 10, true},
        {"above", "x", 10, 11, false},
        {"zero", "x", 0, 0, true},
        {"above zero", "x", 0, 1, false},
        {"overload off", "overload", 0, 450, true},
        {"overload", "overload", 9, 450, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct condition condition =
            make(cases[i].condition, WATCH_TOTAL, WATCH_ANY_QUEUE, cases[i].above, cases[i].clear);
        CHECK_INT(cases[i].name, condition_consistent(&condition), cases[i].consistent);
    }
}

static void test_clear_value(void **state) {
    (void)state;
    static const struct {
        uint32_t threshold, clear;
    } cases[] = {{0, 0}, {1, 0}, {9, 8}, {10, 9}, {500, 450}, {11, 9}, {UINT32_MAX, 3865470565U}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(condition_default_clear(cases[i].threshold), cases[i].clear);
    }
}

static const struct {
    const char *text, *name;
    struct watch watch;
    bool raised, disabled;
    uint32_t above, clear, lasts_s;
    struct measurement measured;
} texts[] = {
    {"the queue has 501 messages, more than 500",
     "overload",
     {WATCH_TOTAL, WATCH_ANY_QUEUE},
     true,
     false,
     500,
     450,
     0,
     {true, 501, 0, false, ""}},
    {"the queue has 450 messages, no more than 450",
     "overload",
     {WATCH_TOTAL, WATCH_ANY_QUEUE},
     false,
     false,
     500,
     450,
     0,
     {true, 450, 0, false, ""}},
    /* As after a raise by a threshold of the file that did not count. */
    {"the queue has 470 messages, no more than 500",
     "overload",
     {WATCH_TOTAL, WATCH_ANY_QUEUE},
     false,
     false,
     500,
     450,
     0,
     {true, 470, 0, false, ""}},
    {"the threshold was disabled; the queue has 470 messages",
     "overload",
     {WATCH_TOTAL, WATCH_ANY_QUEUE},
     false,
     false,
     0,
     450,
     0,
     {true, 470, 0, false, ""}},
    {"the condition was disabled; the queue has 470 messages",
     "overload",
     {WATCH_TOTAL, WATCH_ANY_QUEUE},
     false,
     true,
     500,
     450,
     0,
     {true, 470, 0, false, ""}},
    {"held: the hold queue has 1 message",
     "held",
     {WATCH_QUEUE, QUEUE_HOLD},
     true,
     false,
     0,
     0,
     0,
     {true, 1, 0, false, ""}},
    {"held: the hold queue has 2 messages, for 1 h",
     "held",
     {WATCH_QUEUE, QUEUE_HOLD},
     true,
     false,
     0,
     0,
     3600,
     {true, 2, 0, false, ""}},
    {"held: the hold queue has 0 messages",
     "held",
     {WATCH_QUEUE, QUEUE_HOLD},
     false,
     false,
     0,
     0,
     0,
     {true, 0, 0, false, ""}},
    {"old: the oldest message (4F0C2A) is 1 min 1 s old, more than 1 min, for 10 min",
     "old",
     {WATCH_AGE, WATCH_ANY_QUEUE},
     true,
     false,
     60,
     54,
     600,
     {true, 61, 0, false, "4F0C2A"}},
    {"old: no message is left",
     "old",
     {WATCH_AGE, WATCH_ANY_QUEUE},
     false,
     false,
     60,
     54,
     600,
     {true, 0, 0, true, ""}},
    {"h: the hold queue has 8 messages, more than 7",
     "h",
     {WATCH_QUEUE, QUEUE_HOLD},
     true,
     false,
     7,
     6,
     0,
     {true, 8, 0, false, ""}},
    {"h: the condition was disabled; its value is not known",
     "h",
     {WATCH_QUEUE, QUEUE_HOLD},
     false,
     true,
     7,
     6,
     0,
     {false, 0, 0, false, ""}},
};

static void test_texts(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct condition condition = make(texts[i].name, texts[i].watch.kind, texts[i].watch.queue,
                                          texts[i].above, texts[i].clear);
        char text[256];
        condition.settings[CONDITION_FOR] = texts[i].lasts_s;
        condition.settings[CONDITION_ENABLED] = texts[i].disabled ? 0 : 1;
        condition_describe(&condition, &texts[i].measured, texts[i].raised, text, sizeof text);
        CHECK_STRING(texts[i].text, text, texts[i].text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),       cmocka_unit_test(test_overload),
        cmocka_unit_test(test_settings),    cmocka_unit_test(test_consistent),
        cmocka_unit_test(test_clear_value), cmocka_unit_test(test_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

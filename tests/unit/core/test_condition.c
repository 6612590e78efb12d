/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table of conditions: every row is complete and no two share a name, what each measures, and
 * how its events are worded.
 */
#include "core/condition.h"

#include "core/snapshot.h"
#include "unit.h"

/* Databases of earlier versions have these names in them. */
static const struct {
    enum condition condition;
    const char *key, *clear_key, *raised_name, *since_name;
    enum event_type raise, clear;
    uint32_t maximum;
} cases[] = {
    {CONDITION_OVERLOAD, "overload_threshold", "overload_clear_threshold", "overload_raised",
     "overload_since", EVENT_OVERLOAD_RAISED, EVENT_OVERLOAD_CLEARED, 10000000},
    {CONDITION_WARNING, "warning_threshold", "", "warning_raised", "", EVENT_WARNING_RAISED,
     EVENT_WARNING_CLEARED, 10000000},
    {CONDITION_AGE, "age_threshold", "", "age_raised", "", EVENT_AGE_RAISED, EVENT_AGE_CLEARED,
     31536000},
    {CONDITION_HOLD, "hold_threshold", "", "hold_raised", "", EVENT_HOLD_RAISED, EVENT_HOLD_CLEARED,
     10000000},
};

static const char *or_empty(const char *text) {
    return text != NULL ? text : "";
}

static void test_rows(void **state) {
    (void)state;
    assert_int_equal(COUNT_OF(cases), CONDITION_COUNT);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct condition_row *row = condition_row(cases[i].condition);
        enum condition found;
        CHECK_STRING(cases[i].key, row->key, cases[i].key);
        CHECK_STRING(cases[i].key, or_empty(row->clear_key), cases[i].clear_key);
        CHECK_STRING(cases[i].key, row->raised_name, cases[i].raised_name);
        CHECK_STRING(cases[i].key, or_empty(row->since_name), cases[i].since_name);
        CHECK_INT(cases[i].key, condition_event(cases[i].condition, true), cases[i].raise);
        CHECK_INT(cases[i].key, condition_event(cases[i].condition, false), cases[i].clear);
        CHECK_INT(cases[i].key, condition_maximum(cases[i].condition), cases[i].maximum);
        CHECK(cases[i].key, condition_of_event(cases[i].raise, &found));
        CHECK_INT(cases[i].key, found, cases[i].condition);
        CHECK(cases[i].key, condition_of_event(cases[i].clear, &found));
        CHECK_INT(cases[i].key, found, cases[i].condition);
        /* The notifications report the threshold that was crossed. */
        CHECK(cases[i].key, event_type_carries(cases[i].raise, EVENT_VALUE_THRESHOLD));
        CHECK(cases[i].key, event_type_carries(cases[i].clear, EVENT_VALUE_THRESHOLD));
    }
    enum condition untouched = CONDITION_AGE;
    assert_false(condition_of_event(EVENT_DATA_LOST, &untouched));
    assert_int_equal(untouched, CONDITION_AGE);
}

static void test_settings(void **state) {
    (void)state;
    struct thresholds thresholds;
    for (enum condition c = 0; c < CONDITION_COUNT; c++) {
        const char *base = (const char *)&thresholds;
        CHECK(cases[c].key, base + condition_setting_offset(CONDITION_THRESHOLD(c)) ==
                                (const char *)&thresholds.of[c].above);
        CHECK(cases[c].key, base + condition_setting_offset(CONDITION_CLEAR(c)) ==
                                (const char *)&thresholds.of[c].clear);
        CHECK_STRING(cases[c].key, condition_setting_key(CONDITION_THRESHOLD(c)), cases[c].key);
        CHECK_STRING(cases[c].key, or_empty(condition_setting_key(CONDITION_CLEAR(c))),
                     cases[c].clear_key);
        CHECK_INT(cases[c].key, condition_of_setting(CONDITION_THRESHOLD(c)), c);
        CHECK_INT(cases[c].key, condition_of_setting(CONDITION_CLEAR(c)), c);
    }
}

static const struct {
    const char *text;
    enum condition condition;
    bool raised;
    struct threshold threshold;
    struct measurement measured;
} texts[] = {
    {"the queue has 501 messages, more than 500",
     CONDITION_OVERLOAD,
     true,
     {500, 450},
     {true, 501, false, ""}},
    {"the queue has 450 messages, no more than 450",
     CONDITION_OVERLOAD,
     false,
     {500, 450},
     {true, 450, false, ""}},
    /* As after a raise by a threshold of the file that did not count. */
    {"the queue has 470 messages, no more than 500",
     CONDITION_OVERLOAD,
     false,
     {500, 450},
     {true, 470, false, ""}},
    {"the threshold was disabled; the queue has 470 messages",
     CONDITION_OVERLOAD,
     false,
     {0, 450},
     {true, 470, false, ""}},
    {"the queue has 0 messages, no more than 9",
     CONDITION_WARNING,
     false,
     {10, 0},
     {true, 0, false, ""}},
    {"the oldest message is 61 seconds old, more than 60",
     CONDITION_AGE,
     true,
     {60, 0},
     {true, 61, false, ""}},
    {"the oldest message is 54 seconds old, no more than 54",
     CONDITION_AGE,
     false,
     {60, 0},
     {true, 54, false, ""}},
    {"the queue is empty", CONDITION_AGE, false, {60, 0}, {true, 0, true, ""}},
    {"the hold queue has 8 messages, more than 7",
     CONDITION_HOLD,
     true,
     {7, 0},
     {true, 8, false, ""}},
};

static void test_texts(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct thresholds thresholds = {.of = {{0}}};
        char text[256];
        thresholds.of[texts[i].condition] = texts[i].threshold;
        condition_describe(texts[i].condition, &thresholds, &texts[i].measured, texts[i].raised,
                           text, sizeof text);
        CHECK_STRING(texts[i].text, text, texts[i].text);
    }
}

#define NOW 1700000000

static void test_measure(void **state) {
    (void)state;
    struct snapshot *snapshot = snapshot_new();
    for (enum condition c = 0; c < CONDITION_COUNT; c++) {
        CHECK(cases[c].key, !condition_measure(c, snapshot, NOW).known);
    }
    for (enum queue queue = 0; queue < QUEUE_COUNT; queue++) {
        snapshot->counts.known[queue] = true;
    }
    struct measurement age = condition_measure(CONDITION_AGE, snapshot, NOW);
    assert_true(age.known && age.nothing && age.value == 0);
    snapshot->counts.messages[QUEUE_HOLD] = 2;
    snapshot->counts.messages[QUEUE_DEFERRED] = 3;
    snapshot->counts.messages[QUEUE_CORRUPT] = 1;
    assert_int_equal(condition_measure(CONDITION_OVERLOAD, snapshot, NOW).value, 5);
    assert_int_equal(condition_measure(CONDITION_WARNING, snapshot, NOW).value, 5);
    assert_int_equal(condition_measure(CONDITION_HOLD, snapshot, NOW).value, 2);
    assert_false(condition_measure(CONDITION_AGE, snapshot, NOW).known);
    snapshot_unref(snapshot);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_settings),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_measure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

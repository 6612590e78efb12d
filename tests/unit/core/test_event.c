/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Events: each number has the name and severity that the MIB and the log promise.
 */
#include "core/event.h"

#include "unit.h"

static const struct {
    enum event_type type;
    int number;
    const char *name, *severity;
} cases[] = {
    {EVENT_OVERLOAD_RAISED, 1, "hmqOverloadRaised", "critical"},
    {EVENT_OVERLOAD_CLEARED, 2, "hmqOverloadCleared", "ok"},
    {EVENT_WARNING_RAISED, 3, "hmqWarningRaised", "warning"},
    {EVENT_WARNING_CLEARED, 4, "hmqWarningCleared", "ok"},
    {EVENT_AGE_RAISED, 5, "hmqAgeRaised", "warning"},
    {EVENT_AGE_CLEARED, 6, "hmqAgeCleared", "ok"},
    {EVENT_HOLD_RAISED, 7, "hmqHoldRaised", "warning"},
    {EVENT_HOLD_CLEARED, 8, "hmqHoldCleared", "ok"},
    {EVENT_DATA_LOST, 9, "hmqDataLost", "critical"},
    {EVENT_DATA_RESTORED, 10, "hmqDataRestored", "ok"},
    {EVENT_ACTION_FINISHED, 11, "hmqActionFinished", "info"},
    {EVENT_SETTINGS_CHANGED, 12, "hmqSettingsChanged", "info"},
    {EVENT_AGENT_STARTED, 13, "hmqAgentStarted", "info"},
    {EVENT_POSTFIX_STOPPED, 16, "hmqPostfixStopped", "critical"},
    {EVENT_POSTFIX_STARTED, 17, "hmqPostfixStarted", "ok"},
};

static void test_names_and_severities(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CHECK_INT(cases[i].name, cases[i].type, cases[i].number);
        CHECK_STRING(cases[i].name, event_name(cases[i].type), cases[i].name);
        CHECK_STRING(cases[i].name, event_severity_name(event_type_severity(cases[i].type)),
                     cases[i].severity);
        const char *title = event_title(cases[i].type);
        CHECK(cases[i].name, title != NULL && strlen(title) > 10 && strlen(title) < 60);
    }
}

static void test_table_is_complete(void **state) {
    (void)state;
    size_t count = 0;
    for (unsigned type = 0; type < 64; type++) {
        count += event_type_exists(type) ? 1 : 0;
    }
    assert_int_equal(count, COUNT_OF(cases));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CHECK(cases[i].name, event_type_exists(cases[i].type));
    }
}

/* A receiver matches a clear with its raise by name, so the names must differ only in the ending.
 */
static void test_clears_follow_raises(void **state) {
    (void)state;
    for (enum event_type e = EVENT_OVERLOAD_RAISED; e < EVENT_DATA_LOST; e += 2) {
        const char *raised = strstr(event_name(e), "Raised");
        assert_non_null(raised);
        size_t stem = (size_t)(raised - event_name(e));
        assert_memory_equal(event_name(e), event_name(e + 1), stem);
        assert_string_equal(event_name(e + 1) + stem, "Cleared");
    }
}

/* A clear ends the raise before it; raises and other events end nothing. */
static void test_raise_of(void **state) {
    (void)state;
    for (enum event_type e = EVENT_OVERLOAD_RAISED; e < EVENT_TYPE_END; e++) {
        bool clear = (e <= EVENT_DATA_RESTORED && e % 2 == 0) || e == EVENT_POSTFIX_STARTED;
        CHECK_INT(event_name(e), event_raise_of(e), clear ? (int)e - 1 : 0);
        CHECK_INT(event_name(e), event_is_raise(e),
                  (e <= EVENT_DATA_RESTORED && e % 2 == 1) || e == EVENT_POSTFIX_STOPPED);
    }
}

static void test_changes(void **state) {
    (void)state;
    struct event event = {.type = EVENT_SETTINGS_CHANGED};
    struct event_change change = {.name = "untouched"};
    assert_null(event_change_next(event.changes, &change));
    assert_string_equal(change.name, "untouched");
    assert_true(event_change_add(&event, "bounce_queue_lifetime", NULL, "3d"));
    assert_true(event_change_add(&event, "message_limit", "100", "50"));
    const char *at = event_change_next(event.changes, &change);
    assert_string_equal(change.name, "bounce_queue_lifetime");
    assert_false(change.old_known);
    assert_string_equal(change.old_value, "");
    assert_string_equal(change.new_value, "3d");
    at = event_change_next(at, &change);
    assert_string_equal(change.name, "message_limit");
    assert_true(change.old_known);
    assert_string_equal(change.old_value, "100");
    assert_string_equal(change.new_value, "50");
    assert_null(event_change_next(at, &change));
    event_describe_changes(&event);
    assert_string_equal(event.text, "bounce_queue_lifetime: 3d, was unknown; "
                                    "message_limit: 50, was 100");
}

/* A value may be empty, or have blanks. */
static void test_words(void **state) {
    (void)state;
    struct event event = {.type = EVENT_SETTINGS_CHANGED};
    struct event_change change;
    assert_true(event_change_add(&event, "outbound_pause", "", "smtp relay"));
    assert_true(event_change_add(&event, "outbound_pause", "smtp relay", ""));
    assert_string_equal(event.changes,
                        "outbound_pause \"\" smtp,relay;outbound_pause smtp,relay \"\";");
    const char *at = event_change_next(event.changes, &change);
    assert_true(change.old_known);
    assert_string_equal(change.old_value, "");
    assert_string_equal(change.new_value, "smtp relay");
    at = event_change_next(at, &change);
    assert_string_equal(change.old_value, "smtp relay");
    assert_string_equal(change.new_value, "");
    assert_null(event_change_next(at, &change));
    event_describe_changes(&event);
    assert_string_equal(event.text, "outbound_pause: smtp relay, was empty; "
                                    "outbound_pause: empty, was smtp relay");
}

/* Changes as a damaged database might contain them. */
static void test_bad_changes(void **state) {
    (void)state;
    static const char *const bad[] = {
        "x",     "x 1",   "x 1 2",
        " 1 2;", "x  2;", "x 1 ;",
        ";",     " ",     "a_name_that_is_far_longer_than_any_can_be 1 2;"};
    struct event_change change;
    char huge[2 * EVENT_CHANGE_VALUE_SIZE];
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        CHECK(bad[i], event_change_next(bad[i], &change) == NULL);
    }
    snprintf(huge, sizeof huge, "x %0*d 2;", EVENT_CHANGE_VALUE_SIZE, 1);
    CHECK("a value that is too long", event_change_next(huge, &change) == NULL);
}

static void test_changes_that_do_not_fit(void **state) {
    (void)state;
    struct event event = {.type = EVENT_SETTINGS_CHANGED};
    size_t added = 0;
    while (event_change_add(&event, "overload_clear_threshold", "4294967295", "4294967294")) {
        added++;
    }
    struct event before = event;
    assert_true(added >= 7);
    assert_false(event_change_add(&event, "overload_clear_threshold", "4294967295", "4294967294"));
    assert_memory_equal(&before, &event, sizeof event);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_and_severities),
        cmocka_unit_test(test_table_is_complete),
        cmocka_unit_test(test_clears_follow_raises),
        cmocka_unit_test(test_raise_of),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_bad_changes),
        cmocka_unit_test(test_changes_that_do_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

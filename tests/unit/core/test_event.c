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
    {EVENT_DATA_LOST, 9, "hmqDataLost", "critical"},
    {EVENT_DATA_RESTORED, 10, "hmqDataRestored", "ok"},
    {EVENT_ACTION_FINISHED, 11, "hmqActionFinished", "info"},
    {EVENT_SETTINGS_CHANGED, 12, "hmqSettingsChanged", "info"},
    {EVENT_AGENT_STARTED, 13, "hmqAgentStarted", "info"},
    {EVENT_CONDITION_RAISED, 14, "hmqConditionRaised", "warning"},
    {EVENT_CONDITION_CLEARED, 15, "hmqConditionCleared", "ok"},
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
    static const enum event_type raises[] = {EVENT_OVERLOAD_RAISED, EVENT_CONDITION_RAISED};
    for (size_t i = 0; i < COUNT_OF(raises); i++) {
        enum event_type e = raises[i];
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
    static const enum event_type raises[] = {EVENT_OVERLOAD_RAISED, EVENT_DATA_LOST,
                                             EVENT_CONDITION_RAISED, EVENT_POSTFIX_STOPPED};
    unsigned raise = 0;
    unsigned clear = 0;
    for (size_t i = 0; i < COUNT_OF(raises); i++) {
        raise |= 1U << raises[i];
        clear |= 1U << (raises[i] + 1);
    }
    for (enum event_type e = EVENT_OVERLOAD_RAISED; e < EVENT_TYPE_END; e++) {
        CHECK_INT(event_name(e), event_raise_of(e), (clear >> e & 1U) != 0 ? (int)e - 1 : 0);
        CHECK_INT(event_name(e), event_is_raise(e), (raise >> e & 1U) != 0);
    }
}

static struct event of_condition(enum event_type type, const char *name) {
    struct event event = {.type = type,
                          .has_condition = true,
                          .condition = {.watch = {WATCH_AGE, WATCH_ANY_QUEUE},
                                        .severity = SEVERITY_INFO,
                                        .subject = "4F0C2A"}};
    snprintf(event.condition.name, sizeof event.condition.name, "%s", name);
    return event;
}

/* What a receiver knows a condition by is the same for raise and clear. */
static void test_conditions(void **state) {
    (void)state;
    char name[EVENT_ALERT_NAME_SIZE];
    struct event raise = of_condition(EVENT_CONDITION_RAISED, "old-mail");
    struct event clear = of_condition(EVENT_CONDITION_CLEARED, "old-mail");
    struct event overload = of_condition(EVENT_OVERLOAD_CLEARED, "overload");
    struct event plain = {.type = EVENT_POSTFIX_STARTED};
    assert_int_equal(event_severity_of(&raise), SEVERITY_INFO);
    assert_int_equal(event_severity_of(&clear), SEVERITY_OK);
    assert_int_equal(event_alert_severity(&clear), SEVERITY_INFO);
    assert_int_equal(event_alert_severity(&plain), SEVERITY_CRITICAL);
    assert_string_equal(event_alert_name(&raise, name), "hmqCondition_old-mail");
    assert_string_equal(event_alert_name(&clear, name), "hmqCondition_old-mail");
    assert_string_equal(event_alert_name(&overload, name), "hmqOverload");
    assert_string_equal(event_alert_name(&plain, name), "hmqPostfixStopped");
    memset(raise.condition.name, 'n', CONDITION_NAME_SIZE - 1);
    assert_int_equal(strlen(event_alert_name(&raise, name)), strlen("hmqCondition_") + 32);
    event_set_subject(&clear);
    assert_string_equal(clear.subject, "old-mail");
    event_set_subject(&plain);
    assert_string_equal(plain.subject, "");
}

static void test_subjects(void **state) {
    (void)state;
    struct event action = {.type = EVENT_ACTION_FINISHED,
                           .has_action = true,
                           .action = {.key = {.owner = "ops", .command = COMMAND_HOLD, .id = 7}}};
    struct event settings = {.type = EVENT_SETTINGS_CHANGED};
    event_set_subject(&action);
    assert_string_equal(action.subject, "ops hold 7");
    action.action.key.owner[0] = '\0';
    event_set_subject(&action);
    assert_string_equal(action.subject, "hold 7");
    event_change_add(&settings, "message_limit", "1", "2");
    event_change_add(&settings, "overload_threshold", "1", "2");
    event_set_subject(&settings);
    assert_string_equal(settings.subject, "message_limit overload_threshold");
    while (event_change_add(&settings, "condition.of_a_rather_long_name.repeat", "1", "2")) {
    }
    event_set_subject(&settings);
    assert_true(strlen(settings.subject) > 64);
    const char *last = settings.subject + strlen(settings.subject) - strlen("repeat");
    assert_string_equal(last, "repeat");
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
        "x",
        "x 1",
        "x 1 2",
        " 1 2;",
        "x  2;",
        "x 1 ;",
        ";",
        " ",
        "a_name_that_is_far_longer_than_any_that_a_setting_can_ever_have_here 1 2;"};
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
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_subjects),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_bad_changes),
        cmocka_unit_test(test_changes_that_do_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

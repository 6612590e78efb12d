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
};

static void test_names_and_severities(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CHECK_INT(cases[i].name, cases[i].type, cases[i].number);
        CHECK_STRING(cases[i].name, event_name(cases[i].type), cases[i].name);
        CHECK_STRING(cases[i].name, event_severity(cases[i].type), cases[i].severity);
    }
}

static void test_table_is_complete(void **state) {
    (void)state;
    assert_int_equal(EVENT_TYPE_END, COUNT_OF(cases) + 1);
}

/* A receiver matches a clear with its raise by name, so the two must differ in the ending only. */
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

/* What a clear ends: the one before it for all pairs, nothing for raises and single ones. */
static void test_raise_of(void **state) {
    (void)state;
    for (enum event_type e = EVENT_OVERLOAD_RAISED; e < EVENT_TYPE_END; e++) {
        bool clear = e <= EVENT_DATA_RESTORED && e % 2 == 0;
        CHECK_INT(event_name(e), event_raise_of(e), clear ? (int)e - 1 : 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_and_severities),
        cmocka_unit_test(test_table_is_complete),
        cmocka_unit_test(test_clears_follow_raises),
        cmocka_unit_test(test_raise_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

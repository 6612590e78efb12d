/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The values that persist: what the configuration gives them, and which agree with each other.
 */
#include "core/tunables.h"

#include "config_text.h"
#include "unit.h"

static void test_from_config(void **state) {
    (void)state;
    static const struct config config = {.thresholds = {.of[CONDITION_OVERLOAD] = {5, 4},
                                                        .of[CONDITION_WARNING] = {.above = 3},
                                                        .of[CONDITION_AGE] = {.above = 2},
                                                        .of[CONDITION_HOLD] = {.above = 1}},
                                         .message_limit = 77};
    struct tunables tunables;
    tunables_from_config(&tunables, &config);
    assert_memory_equal(&tunables.thresholds, &config.thresholds, sizeof config.thresholds);
    assert_int_equal(tunables.message_limit, 77);
    for (int type = 1; type < EVENT_TYPE_END; type++) {
        CHECK_INT(event_name((enum event_type)type),
                  tunables_notify(&tunables, (enum event_type)type),
                  event_type_exists((unsigned)type));
    }
    assert_int_equal(tunables.notify, 0x33FFE); /* 15 bits and nothing else */
}

static const struct {
    const char *name;
    uint32_t overload, clear, limit;
    bool consistent;
} cases[] = {
    {"as shipped", 500, 450, 100, true},
    {"clear at the threshold", 500, 500, 100, true},
    {"clear above it", 500, 501, 100, false},
    {"clear 0", 500, 0, 100, true},
    {"switched off", 0, 450, 100, true},
    {"switched off, nothing else", 0, 0, 100, true},
    {"the greatest", 10000000, 10000000, 10000, true},
    {"a threshold too great", 10000001, 450, 100, false},
    {"a negative threshold as an unsigned one", 4294967291, 450, 100, false},
    {"switched off, a clear threshold too great", 0, 10000001, 100, false},
    {"no rows", 500, 450, 0, true},
    {"too many rows", 500, 450, 10001, false},
    {"switched off, too many rows", 0, 0, 10001, false},
};

static void test_consistent(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct tunables tunables = {
            .thresholds = {.of[CONDITION_OVERLOAD] = {cases[i].overload, cases[i].clear}},
            .message_limit = cases[i].limit};
        CHECK_INT(cases[i].name, tunables_consistent(&tunables), cases[i].consistent);
    }
}

/* An event about a SET: what was changed, from what to what, and nothing else. */
static void test_describe(void **state) {
    (void)state;
    static const struct config config = {.thresholds = {.of[CONDITION_OVERLOAD] = {500, 450}},
                                         .message_limit = 100};
    struct tunables before, after;
    struct event event = {.type = EVENT_SETTINGS_CHANGED};
    tunables_from_config(&before, &config);
    after = before;
    assert_false(tunables_describe(&before, &after, &event));
    after.thresholds.of[CONDITION_OVERLOAD].above = 400;
    after.thresholds.of[CONDITION_OVERLOAD].clear = 300;
    after.notify &= ~(1U << EVENT_POSTFIX_STARTED | 1U << EVENT_OVERLOAD_RAISED);
    assert_true(tunables_describe(&before, &after, &event));
    assert_string_equal(event.text, "overload_threshold: 400, was 500; overload_clear_threshold: "
                                    "300, was 450; notifications: 7FF900, was FFF980");
    assert_string_equal(event.changes, "overload_threshold 500 400;overload_clear_threshold 450 "
                                       "300;notifications FFF980 7FF900;");
}

/* All of them at once, each as long as it can be. */
static void test_describe_all(void **state) {
    (void)state;
    const struct tunables before = {.message_limit = 10000};
    const struct tunables after = {.thresholds = {{{UINT32_MAX, UINT32_MAX},
                                                   {UINT32_MAX, 0},
                                                   {UINT32_MAX, 0},
                                                   {UINT32_MAX, 0}}},
                                   .notify = event_types()};
    const struct tunables least = {.thresholds = {{{UINT32_MAX - 1, UINT32_MAX - 1},
                                                   {UINT32_MAX - 1, 0},
                                                   {UINT32_MAX - 1, 0},
                                                   {UINT32_MAX - 1, 0}}},
                                   .message_limit = 1};
    struct event_change change;
    size_t count = 0;
    struct event event = {.type = EVENT_SETTINGS_CHANGED};
    assert_true(tunables_describe(&before, &after, &event));
    event.changes[0] = '\0';
    assert_true(tunables_describe(&least, &after, &event));
    for (const char *at = event.changes; (at = event_change_next(at, &change)) != NULL;) {
        count++;
    }
    assert_int_equal(count, 7);
    assert_string_equal(event.text + strlen(event.text) - strlen("; and more"), "; and more");
}

static const char settings_of_file[] = "# Thresholds.\n"
                                       "overload_threshold = 100\n"
                                       "overload_clear_threshold = 80\n"
                                       "age_threshold = 2h\n"
                                       "message_limit = 50\n"
                                       "database = /db\n";

static const struct {
    const char *name;
    enum tunable tunable;
    uint32_t set; /* over SNMP; 0 = it was not */
    const char *text;
} overridden[] = {
    {"a threshold", CONDITION_THRESHOLD(CONDITION_OVERLOAD), 90,
     CONFIG_TEXT_PATH
     ":2: overload_threshold is 90, not 100: it was set over SNMP, and the database keeps "
     "that; to use the file's value, stop the agent and delete the row 'overload_threshold' of the "
     "table tunables in /db"},
    {"its clear value", CONDITION_CLEAR(CONDITION_OVERLOAD), 81,
     CONFIG_TEXT_PATH
     ":3: overload_clear_threshold is 81, not 80: it was set over SNMP, and the database keeps "
     "that; to use the file's value, stop the agent and delete the row 'overload_clear_threshold' "
     "of the table tunables in /db"},
    {"a time", CONDITION_THRESHOLD(CONDITION_AGE), 60,
     CONFIG_TEXT_PATH
     ":4: age_threshold is 60 s, not 7200 s: it was set over SNMP, and the database keeps "
     "that; to use the file's value, stop the agent and delete the row 'age_threshold' of the "
     "table tunables in /db"},
    {"the limit", TUNABLE_MESSAGE_LIMIT, 51,
     CONFIG_TEXT_PATH
     ":5: message_limit is 51, not 50: it was set over SNMP, and the database keeps that; to "
     "use the file's value, stop the agent and delete the row 'message_limit' of the table "
     "tunables in /db"},
    {"the same value", TUNABLE_MESSAGE_LIMIT, 50, NULL},
    {"not set", TUNABLE_MESSAGE_LIMIT, 0, NULL},
    {"not in the file", CONDITION_THRESHOLD(CONDITION_HOLD), 7, NULL},
    {"no such setting", CONDITION_CLEAR(CONDITION_HOLD), 7, NULL},
};

/* What a key of the file has to give way to, and that one which nothing overrides is not named. */
static void test_overridden(void **state) {
    (void)state;
    struct config *config = good_config("settings", settings_of_file);
    char text[512];
    for (size_t i = 0; i < COUNT_OF(overridden); i++) {
        struct tunables tunables, set = {0};
        uint32_t stored = overridden[i].set != 0 ? 1U << overridden[i].tunable : 0;
        tunables_from_config(&tunables, config);
        tunable_set(&set, overridden[i].tunable, overridden[i].set);
        tunables_merge(&tunables, &set, stored);
        text[0] = '\0';
        bool is =
            tunable_overridden(&tunables, overridden[i].tunable, stored, config, text, sizeof text);
        CHECK_INT(overridden[i].name, is, overridden[i].text != NULL);
        CHECK_STRING(overridden[i].name, text, is ? overridden[i].text : "");
    }
    config_free(config);
}

/* The clear value follows a threshold that was set below the file's clear value. */
static void test_overridden_clear(void **state) {
    (void)state;
    struct config *config = good_config("settings", settings_of_file);
    char text[512];
    const uint32_t stored = 1U << CONDITION_THRESHOLD(CONDITION_OVERLOAD);
    struct tunables tunables;
    const struct tunables set = {.thresholds = {.of[CONDITION_OVERLOAD] = {.above = 50}}};
    tunables_from_config(&tunables, config);
    tunables_merge(&tunables, &set, stored);
    assert_true(tunable_overridden(&tunables, CONDITION_CLEAR(CONDITION_OVERLOAD), stored, config,
                                   text, sizeof text));
    assert_string_equal(text, CONFIG_TEXT_PATH
                        ":3: overload_clear_threshold is 45, not 80: the file's value is "
                        "above the threshold that was set over SNMP");
    config_free(config);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_from_config),  cmocka_unit_test(test_describe),
        cmocka_unit_test(test_describe_all), cmocka_unit_test(test_consistent),
        cmocka_unit_test(test_overridden),   cmocka_unit_test(test_overridden_clear)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The values that persist: what the configuration gives them, which agree with each other, and how
 * they go on under their names when the conditions of the configuration change.
 */
#include "core/tunables.h"

#include "config_text.h"
#include "unit.h"

static const char two_conditions[] = "condition.old.watch = age\n"
                                     "condition.old.above = 2h\n"
                                     "condition.held.watch = queue hold\n"
                                     "condition.held.above = 0\n"
                                     "overload_threshold = 5\n"
                                     "message_limit = 77\n";

#define OLD(setting) TUNABLE_OF_CONDITION(1, setting)
#define HELD(setting) TUNABLE_OF_CONDITION(2, setting)
#define OVERLOAD(setting) TUNABLE_OF_CONDITION(CONDITION_OVERLOAD, setting)

static struct tunables tunables_of(const char *text) {
    struct config *config = good_config("tunables", text);
    struct tunables tunables;
    tunables_from_config(&tunables, config);
    config_free(config);
    return tunables;
}

static void test_from_config(void **state) {
    (void)state;
    struct tunables tunables = tunables_of(two_conditions);
    static const struct {
        unsigned tunable;
        const char *name;
        uint32_t value, maximum;
    } cases[] = {
        {TUNABLE_MESSAGE_LIMIT, "message_limit", 77, 10000},
        {OVERLOAD(CONDITION_ABOVE), "overload_threshold", 5, 10000000},
        {OVERLOAD(CONDITION_CLEAR), "overload_clear_threshold", 4, 10000000},
        {OVERLOAD(CONDITION_FOR), "condition.overload.for", 0, 86400},
        {OLD(CONDITION_ABOVE), "condition.old.above", 7200, 31536000},
        {OLD(CONDITION_CLEAR), "condition.old.clear", 6480, 31536000},
        {OLD(CONDITION_REPEAT), "condition.old.repeat", 0, 2592000},
        {HELD(CONDITION_ABOVE), "condition.held.above", 0, 10000000},
        {HELD(CONDITION_ENABLED), "condition.held.enabled", 1, 1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char name[TUNABLE_NAME_SIZE];
        CHECK_STRING(cases[i].name, tunable_name(&tunables, cases[i].tunable, name), cases[i].name);
        CHECK_INT(cases[i].name, tunable_get(&tunables, cases[i].tunable), cases[i].value);
        CHECK_INT(cases[i].name, tunable_maximum(&tunables, cases[i].tunable), cases[i].maximum);
    }
    assert_int_equal(tunables_count(&tunables), TUNABLE_OF_CONDITION(3, 0));
    assert_int_equal(tunables.notify, 0x3FE06); /* 11 bits and nothing else */
}

static void test_consistent(void **state) {
    (void)state;
    static const struct {
        const char *name;
        unsigned tunable;
        uint32_t value;
        bool consistent;
    } cases[] = {
        {"a threshold too great", OVERLOAD(CONDITION_ABOVE), 10000001, false},
        {"the greatest", OVERLOAD(CONDITION_ABOVE), 10000000, true},
        {"a negative one", OLD(CONDITION_ABOVE), 4294967291, false},
        {"a clear value above", OLD(CONDITION_CLEAR), 7201, false},
        {"a clear value at it", OLD(CONDITION_CLEAR), 7200, true},
        {"a clear value above 0", HELD(CONDITION_CLEAR), 1, false},
        {"overload off", OVERLOAD(CONDITION_ABOVE), 0, true},
        {"a clear value of overload", OVERLOAD(CONDITION_CLEAR), 6, false},
        {"no rows", TUNABLE_MESSAGE_LIMIT, 0, true},
        {"too many rows", TUNABLE_MESSAGE_LIMIT, 10001, false},
        {"too long", HELD(CONDITION_FOR), 86401, false},
        {"no truth value", HELD(CONDITION_ENABLED), 2, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct tunables tunables = tunables_of(two_conditions);
        assert_true(tunables_consistent(&tunables));
        tunable_put(&tunables, cases[i].tunable, cases[i].value);
        CHECK_INT(cases[i].name, tunables_consistent(&tunables), cases[i].consistent);
    }
}

/* An event about a SET: what was changed, from what to what, and nothing else. */
static void test_describe(void **state) {
    (void)state;
    struct tunables before = tunables_of(two_conditions);
    struct tunables after = before;
    struct event event = {.type = EVENT_SETTINGS_CHANGED};
    assert_false(tunables_describe(&before, &after, &event));
    tunable_put(&after, OVERLOAD(CONDITION_ABOVE), 400);
    tunable_put(&after, OLD(CONDITION_FOR), 60);
    after.notify &= ~(1U << EVENT_POSTFIX_STARTED | 1U << EVENT_OVERLOAD_RAISED);
    assert_true(tunables_describe(&before, &after, &event));
    assert_string_equal(event.text, "overload_threshold: 400, was 5; condition.old.for: 60, was 0; "
                                    "notifications: 40FF00, was C0FF80");
    event = (struct event){.type = EVENT_SETTINGS_CHANGED};
    assert_false(tunables_describe(&before, &after, &event));
}

/* More than one event has room for: none is lost. */
static void test_describe_many(void **state) {
    (void)state;
    struct tunables before = {.conditions = {.count = CONDITIONS_MAX}};
    struct tunables after;
    size_t changes = 0;
    size_t events = 0;
    for (size_t c = 0; c < CONDITIONS_MAX; c++) {
        struct condition *condition = &before.conditions.list[c];
        snprintf(condition->name, sizeof condition->name, "%031zu", c);
        condition->watch = (struct watch){WATCH_AGE, WATCH_ANY_QUEUE};
    }
    after = before;
    for (unsigned t = TUNABLE_FIRST_CONDITION; t < tunables_count(&after); t++) {
        tunable_put(&after, t, UINT32_MAX);
    }
    after.message_limit = 1;
    after.notify = 2;
    struct event event = {.type = EVENT_SETTINGS_CHANGED};
    while (tunables_describe(&before, &after, &event)) {
        struct event_change change;
        for (const char *at = event.changes; (at = event_change_next(at, &change)) != NULL;) {
            changes++;
        }
        events++;
        event = (struct event){.type = EVENT_SETTINGS_CHANGED};
    }
    assert_int_equal(changes, CONDITIONS_MAX * CONDITION_SETTING_COUNT + 2);
    assert_true(events > 1 && events < changes / 4);
}

/* A reload that adds, removes and moves conditions changes no setting of those that remain. */
static void test_describe_reload(void **state) {
    (void)state;
    struct tunables before = tunables_of(two_conditions);
    struct tunables after = tunables_of("condition.new.watch = total\n"
                                        "condition.new.above = 1\n"
                                        "condition.old.watch = age\n"
                                        "condition.old.above = 3h\n"
                                        "overload_threshold = 5\n"
                                        "message_limit = 77\n");
    struct event event = {.type = EVENT_SETTINGS_CHANGED};
    assert_true(tunables_describe(&before, &after, &event));
    assert_string_equal(event.changes, "condition.old.above 7200 10800;"
                                       "condition.old.clear 6480 9720;");
}

static void put(struct stored_tunables *stored, const char *name, uint32_t value) {
    assert_true(stored_tunables_put(stored, name, value));
}

static void test_apply(void **state) {
    (void)state;
    struct tunables tunables = tunables_of(two_conditions);
    struct stored_tunables stored = {.count = 0};
    put(&stored, "overload_threshold", 600);
    put(&stored, "condition.old.above", 60); /* below the clear value of the file */
    put(&stored, "condition.held.enabled", 0);
    put(&stored, "condition.held.for", 86401); /* edited by hand */
    put(&stored, "condition.gone.above", 3);
    put(&stored, "message_limit", 10001);
    put(&stored, "notify.hmqDataLost", 0);
    put(&stored, "notify.hmqWarningRaised", 0); /* of an earlier version */
    put(&stored, "overload_threshold", 700);
    tunables_apply(&tunables, &stored);
    assert_int_equal(tunable_get(&tunables, OVERLOAD(CONDITION_ABOVE)), 700);
    assert_int_equal(tunable_get(&tunables, OVERLOAD(CONDITION_CLEAR)), 4);
    assert_int_equal(tunable_get(&tunables, OLD(CONDITION_ABOVE)), 60);
    assert_int_equal(tunable_get(&tunables, OLD(CONDITION_CLEAR)), 54);
    assert_int_equal(tunable_get(&tunables, HELD(CONDITION_ENABLED)), 0);
    assert_int_equal(tunable_get(&tunables, HELD(CONDITION_FOR)), 0);
    assert_int_equal(tunables.message_limit, 77);
    assert_int_equal(tunables.notify, event_types() & ~(1U << EVENT_DATA_LOST));
    assert_true(tunables_consistent(&tunables));
    assert_true(stored_tunables_has(&stored, "condition.gone.above"));
    assert_false(stored_tunables_has(&stored, "condition.gone.clear"));
    stored_tunables_deinit(&stored);
}

/* What a SET has changed, by name, and into a configuration with other conditions. */
static void test_take(void **state) {
    (void)state;
    struct tunables tunables = tunables_of(two_conditions);
    struct tunables other = tunables_of("condition.held.watch = queue hold\n"
                                        "condition.held.above = 0\n");
    struct tunable_set set = {{0}};
    struct stored_tunables stored = {.count = 0};
    set.has[HELD(CONDITION_ABOVE)] = true;
    set.has[OLD(CONDITION_FOR)] = true;
    set.has[TUNABLE_NOTIFY] = true;
    tunable_put(&tunables, HELD(CONDITION_ABOVE), 9);
    tunables.notify = 1U << EVENT_CONDITION_RAISED;
    stored_tunables_take(&stored, &tunables, &set);
    assert_int_equal(stored.count, 2 + 11);
    tunables_apply(&other, &stored);
    assert_int_equal(other.conditions.list[1].settings[CONDITION_ABOVE], 9);
    assert_int_equal(other.conditions.list[1].settings[CONDITION_FOR], 0);
    assert_int_equal(other.notify, 1U << EVENT_CONDITION_RAISED);
    stored_tunables_deinit(&stored);
}

static void test_stored_limit(void **state) {
    (void)state;
    struct stored_tunables stored = {.count = 0};
    char name[TUNABLE_NAME_SIZE];
    for (unsigned i = 0; i < 2 * STORED_TUNABLES_MAX; i++) {
        snprintf(name, sizeof name, "condition.%u.above", i);
        CHECK_INT(name, stored_tunables_put(&stored, name, i), i < STORED_TUNABLES_MAX);
    }
    assert_true(stored_tunables_put(&stored, "condition.5.above", 0));
    stored_tunables_deinit(&stored);
    assert_int_equal(stored.count, 0);
}

static const char settings_of_file[] = "# Thresholds.\n"
                                       "overload_threshold = 100\n"
                                       "overload_clear_threshold = 80\n"
                                       "condition.old.watch = age\n"
                                       "condition.old.above = 2h\n"
                                       "message_limit = 50\n"
                                       "database = /db\n";

#define KEPT(key)                                                                                  \
    "it was set over SNMP, and the database keeps that; to use the file's value, stop the agent "  \
    "and delete the row '" key "' of the table tunables in /db"

static const struct {
    const char *name, *stored;
    unsigned tunable;
    uint32_t set; /* over SNMP; 0 = it was not */
    const char *text;
} overridden[] = {
    {"a threshold", "overload_threshold", OVERLOAD(CONDITION_ABOVE), 90,
     CONFIG_TEXT_PATH ":2: overload_threshold is 90, not 100: " KEPT("overload_threshold")},
    {"its clear value", "overload_clear_threshold", OVERLOAD(CONDITION_CLEAR), 81,
     CONFIG_TEXT_PATH
     ":3: overload_clear_threshold is 81, not 80: " KEPT("overload_clear_threshold")},
    {"a time", "condition.old.above", OLD(CONDITION_ABOVE), 60,
     CONFIG_TEXT_PATH ":5: condition.old.above is 60 s, not 7200 s: " KEPT("condition.old.above")},
    {"the limit", "message_limit", TUNABLE_MESSAGE_LIMIT, 51,
     CONFIG_TEXT_PATH ":6: message_limit is 51, not 50: " KEPT("message_limit")},
    {"the same value", "message_limit", TUNABLE_MESSAGE_LIMIT, 50, NULL},
    {"not set", "message_limit", TUNABLE_MESSAGE_LIMIT, 0, NULL},
    {"not in the file", "condition.old.for", OLD(CONDITION_FOR), 7, NULL},
    {"not in the file, whatever it says", "condition.old.enabled", OLD(CONDITION_ENABLED), 1, NULL},
};

/* What a key of the file has to give way to, and that one which nothing overrides is not named. */
static void test_overridden(void **state) {
    (void)state;
    struct config *config = good_config("settings", settings_of_file);
    char text[512];
    for (size_t i = 0; i < COUNT_OF(overridden); i++) {
        struct tunables tunables;
        struct stored_tunables stored = {.count = 0};
        tunables_from_config(&tunables, config);
        if (overridden[i].set != 0) {
            put(&stored, overridden[i].stored, overridden[i].set);
        }
        tunables_apply(&tunables, &stored);
        text[0] = '\0';
        bool is = tunable_overridden(&tunables, overridden[i].tunable, &stored, config, text,
                                     sizeof text);
        CHECK_INT(overridden[i].name, is, overridden[i].text != NULL);
        CHECK_STRING(overridden[i].name, text, is ? overridden[i].text : "");
        stored_tunables_deinit(&stored);
    }
    config_free(config);
}

/* The clear value follows a threshold that was set below the file's clear value. */
static void test_overridden_clear(void **state) {
    (void)state;
    struct config *config = good_config("settings", settings_of_file);
    struct stored_tunables stored = {.count = 0};
    struct tunables tunables;
    char text[512];
    tunables_from_config(&tunables, config);
    put(&stored, "overload_threshold", 50);
    tunables_apply(&tunables, &stored);
    assert_true(tunable_overridden(&tunables, OVERLOAD(CONDITION_CLEAR), &stored, config, text,
                                   sizeof text));
    assert_string_equal(text, CONFIG_TEXT_PATH
                        ":3: overload_clear_threshold is 45, not 80: the file's value is "
                        "above the threshold that was set over SNMP");
    stored_tunables_deinit(&stored);
    config_free(config);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_from_config),
                                       cmocka_unit_test(test_consistent),
                                       cmocka_unit_test(test_describe),
                                       cmocka_unit_test(test_describe_many),
                                       cmocka_unit_test(test_describe_reload),
                                       cmocka_unit_test(test_apply),
                                       cmocka_unit_test(test_take),
                                       cmocka_unit_test(test_stored_limit),
                                       cmocka_unit_test(test_overridden),
                                       cmocka_unit_test(test_overridden_clear)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

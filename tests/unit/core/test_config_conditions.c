/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The keys of conditions: what each member takes, what the whole file must have, and what the keys
 * that conditions have replaced say.
 */
#include "core/config.h"

#include "config_text.h"
#include "unit.h"

#define P CONFIG_TEXT_PATH
#define NAME32 "abcdefghijklmnopqrstuvwxyz_-0189"

/* The conditions as they are printed, without overload. */
static const struct {
    const char *name, *text, *lines;
} good[] = {
    {"the least", "condition.a.watch = total\ncondition.a.above = 100\n",
     "condition.a.watch = total\n"
     "condition.a.above = 100\n"
     "condition.a.clear = 90\n"
     "condition.a.severity = warning\n"
     "condition.a.for = 0s\n"
     "condition.a.repeat = 0s\n"},
    {"all members, in any order",
     "condition." NAME32 ".severity = info\n"
     "condition." NAME32 ".clear = 30s\n"
     "condition." NAME32 ".above = 2h\n"
     "condition." NAME32 ".repeat = 30d\n"
     "condition." NAME32 ".for = 1d\n"
     "condition." NAME32 ".watch = age deferred\n",
     "condition." NAME32 ".watch = age deferred\n"
     "condition." NAME32 ".above = 7200s\n"
     "condition." NAME32 ".clear = 30s\n"
     "condition." NAME32 ".severity = info\n"
     "condition." NAME32 ".for = 86400s\n"
     "condition." NAME32 ".repeat = 2592000s\n"},
    {"the first message on", "condition.held.watch = queue hold\ncondition.held.above = 0\n",
     "condition.held.watch = queue hold\n"
     "condition.held.above = 0\n"
     "condition.held.clear = 0\n"
     "condition.held.severity = warning\n"
     "condition.held.for = 0s\n"
     "condition.held.repeat = 0s\n"},
    {"between two of another",
     "condition.b.watch = total\nuser = joe\ncondition.a.watch = queue corrupt\n"
     "condition.a.above = 10000000\ncondition.b.above = 1\ncondition.b.clear = 1\n",
     "condition.b.watch = total\n"
     "condition.b.above = 1\n"
     "condition.b.clear = 1\n"
     "condition.b.severity = warning\n"
     "condition.b.for = 0s\n"
     "condition.b.repeat = 0s\n"
     "condition.a.watch = queue corrupt\n"
     "condition.a.above = 10000000\n"
     "condition.a.clear = 9000000\n"
     "condition.a.severity = warning\n"
     "condition.a.for = 0s\n"
     "condition.a.repeat = 0s\n"},
};

static void test_good(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct config *config = good_config(good[i].name, good[i].text);
        char *printed = printed_config(config);
        CHECK(good[i].name, strstr(printed, good[i].lines) != NULL);
        struct config *again = good_config(good[i].name, printed);
        char *twice = printed_config(again);
        CHECK_STRING(good[i].name, twice, printed);
        CHECK(good[i].name, config_restart_needed(config, again) == NULL);
        free(twice);
        free(printed);
        config_free(again);
        config_free(config);
    }
}

/* Overload is always there, and always the first. */
static void test_overload(void **state) {
    (void)state;
    struct config *config = good_config("overload", "condition.a.watch = total\n"
                                                    "condition.a.above = 1\n"
                                                    "overload_threshold = 7\n"
                                                    "condition.overload.for = 5m\n"
                                                    "condition.overload.repeat = 1h\n");
    const struct condition *overload = &config->conditions.list[CONDITION_OVERLOAD];
    assert_int_equal(config->conditions.count, 2);
    assert_string_equal(overload->name, "overload");
    assert_int_equal(overload->settings[CONDITION_ABOVE], 7);
    assert_int_equal(overload->settings[CONDITION_CLEAR], 6);
    assert_int_equal(overload->settings[CONDITION_FOR], 300);
    assert_int_equal(overload->settings[CONDITION_REPEAT], 3600);
    assert_int_equal(overload->severity, SEVERITY_CRITICAL);
    assert_int_equal(config_line(config, "condition.overload.for"), 4);
    assert_int_equal(config_line(config, "condition.a.above"), 2);
    assert_int_equal(config_line(config, "condition.a.clear"), 0);
    assert_int_equal(config_line(config, "condition.b.above"), 0);
    assert_int_equal(config_line(config, "condition.a"), 0);
    config_free(config);
}

#define TOTAL "condition.a.watch = total\n"
#define NUMBER(value) "\"" value "\" is not a number from 0 to 10000000"
#define SECONDS(value, days)                                                                       \
    "\"" value "\" is not a duration in whole seconds, at most " days "d (90s, 2h)"
#define UNKNOWN "unknown key; a condition has watch, above, clear, for, repeat and severity"
#define NO_NAME "is not condition.NAME.MEMBER with a NAME of at most 32 letters, digits, _ and -"

static const struct {
    const char *name, *text, *error;
} bad[] = {
    {"no watch", "user = joe\ncondition.a.above = 1\n", P ":2: condition.a has no watch"},
    {"no threshold", "\n\ncondition.a.for = 1s\n" TOTAL, P ":3: condition.a has no above"},
    {"an unknown watch", "condition.a.watch = load\n",
     P ":1: condition.a.watch: \"load\" is not one of: total, queue QUEUE, age, age QUEUE, "
       "sender, domain, undelivered, deferrals, bounces"},
    {"a time for a number", TOTAL "condition.a.above = 10s\n",
     P ":2: condition.a.above: " NUMBER("10s")},
    {"a number too great", "condition.a.above = 10000001\n" TOTAL,
     P ":1: condition.a.above: " NUMBER("10000001")},
    {"a negative number", TOTAL "condition.a.above = -1\n",
     P ":2: condition.a.above: " NUMBER("-1")},
    {"an age too great", "condition.a.watch = age\ncondition.a.above = 366d\n",
     P ":2: condition.a.above: " SECONDS("366d", "365")},
    {"an age in milliseconds", "condition.a.watch = age\ncondition.a.above = 1500ms\n",
     P ":2: condition.a.above: " SECONDS("1500ms", "365")},
    {"no value", TOTAL "condition.a.above =\n",
     P ":2: condition.a.above: \"\" is neither a number nor a duration"},
    {"a clear value above", TOTAL "condition.a.clear = 11\ncondition.a.above = 10\n",
     P ":2: condition.a.clear: 11 is above the threshold, which is 10"},
    {"a clear value above an age",
     "condition.a.watch = age\ncondition.a.clear = 3h\ncondition.a.above = 2h\n",
     P ":2: condition.a.clear: 3h is above the threshold, which is 2h"},
    {"no clear value", TOTAL "condition.a.above = 1\ncondition.a.clear = x\n",
     P ":3: condition.a.clear: " NUMBER("x")},
    {"for too long", "condition.a.for = 25h\n", P ":1: condition.a.for: " SECONDS("25h", "1")},
    {"repeated too seldom", "condition.a.repeat = 31d\n",
     P ":1: condition.a.repeat: " SECONDS("31d", "30")},
    {"a severity of clears", "condition.a.severity = ok\n",
     P ":1: condition.a.severity: \"ok\" is not one of: info warning critical"},
    {"no such severity", "condition.a.severity = high\n",
     P ":1: condition.a.severity: \"high\" is not one of: info warning critical"},
    {"an unknown member", "condition.a.over = 1\n", P ":1: condition.a.over: " UNKNOWN},
    {"a setting of SNMP alone", "condition.a.enabled = no\n",
     P ":1: condition.a.enabled: " UNKNOWN},
    {"a repeated member", TOTAL "condition.b.watch = total\n" TOTAL,
     P ":3: condition.a.watch: already set on line 1"},
    {"no member", "condition.a = 1\n", P ":1: condition.a: " NO_NAME},
    {"no name", "condition..watch = total\n", P ":1: condition..watch: " NO_NAME},
    {"a name with a blank", "condition.a b.watch = total\n", P ":1: condition.a b.watch: " NO_NAME},
    {"a name too long", "condition." NAME32 "x.watch = total\n",
     P ":1: condition." NAME32 "x.watch: " NO_NAME},
    {"the threshold of overload", "condition.overload.above = 1\n",
     P ":1: condition.overload.above: set overload_threshold instead"},
    {"the clear value of overload", "condition.overload.clear = 1\n",
     P ":1: condition.overload.clear: set overload_clear_threshold instead"},
    {"the watch of overload", "condition.overload.watch = age\n",
     P ":1: condition.overload.watch: overload always watches the total"},
    {"the severity of overload", "condition.overload.severity = info\n",
     P ":1: condition.overload.severity: overload is always critical"},
    {"a retired key", "\nwarning_threshold = 100\n",
     P ":2: warning_threshold: has been replaced by conditions; write these two lines instead: "
       "`condition.warning.watch = total` and `condition.warning.above = 100`"},
    {"a retired time", "age_threshold = 2h\n",
     P ":1: age_threshold: has been replaced by conditions; write these two lines instead: "
       "`condition.age.watch = age` and `condition.age.above = 2h`"},
    {"the third", "hold_threshold = 5\n",
     P ":1: hold_threshold: has been replaced by conditions; write these two lines instead: "
       "`condition.hold.watch = queue hold` and `condition.hold.above = 5`"},
    {"a retired key that was off", "hold_threshold = 0\n",
     P ":1: hold_threshold: has been replaced by conditions; 0 meant off: delete the line"},
};

static void test_bad(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct config *config = NULL;
        char error[512] = "";
        CHECK_INT(bad[i].name, config_from(bad[i].text, strlen(bad[i].text), &config, error), -1);
        CHECK(bad[i].name, config == NULL);
        CHECK_STRING(bad[i].name, error, bad[i].error);
    }
}

static void test_too_many(void **state) {
    (void)state;
    static char text[8192];
    char error[512] = "";
    size_t len = 0;
    struct config *config = NULL;
    for (unsigned i = 1; i < CONDITIONS_MAX; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len,
                                "condition.c%u.watch = total\ncondition.c%u.above = 1\n", i, i);
    }
    config = good_config("as many as there can be", text);
    assert_int_equal(config->conditions.count, CONDITIONS_MAX);
    config_free(config);
    config = NULL;
    len += (size_t)snprintf(text + len, sizeof text - len, "condition.one_more.above = 1\n");
    assert_int_equal(config_from(text, len, &config, error), -1);
    assert_string_equal(error, P ":63: condition.one_more.above: more than 31 conditions besides "
                                 "overload");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_overload),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

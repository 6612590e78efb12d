/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * postconf's values: the four lines, what is refused, and lifetimes as whole days.
 */
#include "core/postfix_settings.h"

#include <stdlib.h>

#include "unit.h"

#define BYTES(literal) (literal), sizeof(literal) - 1
#define DAY 86400U
#define A64 "0123456789012345678901234567890123456789012345678901234567890123"
#define A1024 A64 A64 A64 A64 A64 A64 A64 A64 A64 A64 A64 A64 A64 A64 A64 A64

static const struct {
    const char *name;
    const char *text;
    size_t len;
    const char *version;
    uint32_t bounce_s, maximal_s;
    bool paused;
} good[] = {
    {"as shipped", BYTES("3.7.11\n5d\n5d\n\n"), "3.7.11", 5 * DAY, 5 * DAY, false},
    {"Hermes", BYTES("3.8.6\n5d\n30d\n\n"), "3.8.6", 5 * DAY, 30 * DAY, false},
    {"paused", BYTES("3.7.11\n5d\n5d\nsmtp relay\n"), "3.7.11", 5 * DAY, 5 * DAY, true},
    {"only separators are empty", BYTES("3.7.11\n5d\n5d\n , \t\n"), "3.7.11", 5 * DAY, 5 * DAY,
     false},
    {"other units", BYTES("3.7\n1w\n90m\nx\n"), "3.7", 7 * DAY, 5400, true},
    {"days without a unit", BYTES("3.7\n2\n0\n\n"), "3.7", 2 * DAY, 0, false},
    {"a version of foreign octets", BYTES("3\xFF\n1d\n1d\n\n"), "3\xEF\xBF\xBD", DAY, DAY, false},
    {"a long version is cut", BYTES(A1024 A64 "\n1d\n1d\n\n"),
     "012345678901234567890123456789012345678901234567890123456789012", DAY, DAY, false},
    {"a long transport list", BYTES("3.7\n1d\n1d\n" A1024 A64 "\n"), "3.7", DAY, DAY, true},
};

static void test_good(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct postfix_settings settings = {.known = false};
        char error[128] = "";
        CHECK(good[i].name,
              postfix_settings_parse(good[i].text, good[i].len, &settings, error, sizeof error));
        CHECK(good[i].name, settings.known);
        CHECK_STRING(good[i].name, error, "");
        CHECK_STRING(good[i].name, settings.version, good[i].version);
        CHECK_INT(good[i].name, settings.bounce_lifetime_s, good[i].bounce_s);
        CHECK_INT(good[i].name, settings.maximal_lifetime_s, good[i].maximal_s);
        CHECK_INT(good[i].name, settings.outbound_paused, good[i].paused);
    }
}

static const struct {
    const char *name;
    const char *text;
    size_t len;
    const char *error;
} bad[] = {
    {"nothing", BYTES(""), "postconf printed 0 values instead of 4"},
    {"three lines", BYTES("3.7\n5d\n5d\n"), "postconf printed 3 values instead of 4"},
    {"no last newline", BYTES("3.7\n5d\n5d\nsmtp"), "postconf printed 3 values instead of 4"},
    {"five lines", BYTES("3.7\n5d\n5d\n\n\n"), "postconf printed more than 4 values"},
    {"octets behind", BYTES("3.7\n5d\n5d\n\nx"), "postconf printed more than 4 values"},
    {"no time", BYTES("3.7\nsoon\n5d\n\n"), "bounce_queue_lifetime is no time value: \"soon\""},
    {"an empty time", BYTES("3.7\n5d\n\n\n"), "maximal_queue_lifetime is no time value: \"\""},
    {"a negative time", BYTES("3.7\n5d\n-1d\n\n"),
     "maximal_queue_lifetime is no time value: \"-1d\""},
    {"foreign octets are escaped", BYTES("3.7\n5\xFF\n5d\n\n"),
     "bounce_queue_lifetime is no time value: \"5\\xFF\""},
    {"NUL ends the value early", BYTES("3.7\n5\0d\n5d\nx\ny\n"),
     "postconf printed more than 4 values"},
    {"a time beyond all bounds", BYTES("3.7\n" A1024 A64 "\n5d\n\n"), NULL},
};

static void test_bad(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct postfix_settings settings = {.known = false, .version = "untouched"};
        char error[128] = "";
        CHECK(bad[i].name,
              !postfix_settings_parse(bad[i].text, bad[i].len, &settings, error, sizeof error));
        CHECK(bad[i].name, !settings.known);
        CHECK_STRING(bad[i].name, settings.version, "untouched");
        CHECK(bad[i].name, error[0] != '\0');
        if (bad[i].error != NULL) {
            CHECK_STRING(bad[i].name, error, bad[i].error);
        }
    }
}

static const struct {
    const char *name;
    uint32_t seconds;
    uint32_t days;
    bool whole;
} lifetimes[] = {
    {"none", 0, 0, true},
    {"one day", DAY, 1, true},
    {"ninety days", 90 * DAY, 90, true},
    {"ninety-one days", 91 * DAY, 0, false},
    {"one second", 1, 0, false},
    {"a day and a second", DAY + 1, 0, false},
    {"the greatest", UINT32_MAX, 0, false},
};

static void test_days(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lifetimes); i++) {
        uint32_t days = 77;
        CHECK_INT(lifetimes[i].name, lifetime_days(lifetimes[i].seconds, &days),
                  lifetimes[i].whole);
        CHECK_INT(lifetimes[i].name, days, lifetimes[i].whole ? lifetimes[i].days : 77);
    }
}

static void test_names(void **state) {
    (void)state;
    for (size_t i = 0; i < PARAMETER_COUNT; i++) {
        CHECK("a name for each parameter", postfix_parameter_names[i] != NULL);
    }
    CHECK("the end", postfix_parameter_names[PARAMETER_COUNT] == NULL);
}

static const struct {
    const char *value;
    bool valid;
} lifetime_values[] = {
    {"0d", true},
    {"5d", true},
    {"90d", true},
    {"3h", true},
    {"1w", true},
    {"100d", true},
    {"101d", false},
    {"8640000s", true},
    {"8640001s", false},
    {"14w", true},
    {"15w", false},
    {"000000008640000s", false},
    {"00000008640000s", true},
    {"", false},
    {"5", false},
    {"d", false},
    {"-1d", false},
    {"+1d", false},
    {" 5d", false},
    {"5d ", false},
    {"5 d", false},
    {"5D", false},
    {"5y", false},
    {"5d\n", false},
    {"$x", false},
    {"1.5d", false},
    {"99999999999999d", false},
};

static void test_lifetime_values(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lifetime_values); i++) {
        CHECK_INT(lifetime_values[i].value, lifetime_value_valid(lifetime_values[i].value),
                  lifetime_values[i].valid);
    }
}

static const struct {
    const char *name;
    const char *line;
    bool taken, restorable;
    const char *value;
} main_cf[] = {
    {"days", "bounce_queue_lifetime = 5d", true, true, "5d"},
    {"hours", "bounce_queue_lifetime = 3h", true, true, "3h"},
    {"a bare number", "bounce_queue_lifetime = 7", true, true, "7d"},
    {"in capitals", "bounce_queue_lifetime = 2W", true, true, "2w"},
    {"nothing", "bounce_queue_lifetime =", true, false, ""},
    {"another parameter's", "bounce_queue_lifetime = $maximal_queue_lifetime", true, false, ""},
    {"more than qmgr takes", "bounce_queue_lifetime = 101d", true, false, ""},
    {"two words", "bounce_queue_lifetime = 5d 6d", true, false, ""},
    {"a longer name", "bounce_queue_lifetimes = 5d", false, false, ""},
    {"another name", "default_privs = nobody", false, false, ""},
    {"the name only", "bounce_queue_lifetime", false, false, ""},
    {"an empty line", "", false, false, ""},
};

static void test_main_cf_lifetimes(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(main_cf); i++) {
        struct main_cf_lifetimes parsed = {.bounce.set = false};
        const char *line = main_cf[i].line;
        CHECK_INT(main_cf[i].name, main_cf_lifetime_parse(line, strlen(line), &parsed),
                  main_cf[i].taken);
        CHECK_INT(main_cf[i].name, parsed.bounce.set, main_cf[i].taken);
        CHECK_INT(main_cf[i].name, parsed.bounce.restorable, main_cf[i].restorable);
        CHECK_STRING(main_cf[i].name, parsed.bounce.value, main_cf[i].value);
        CHECK(main_cf[i].name, !parsed.maximal.set);
    }
    struct main_cf_lifetimes both = {.bounce.set = false};
    assert_true(main_cf_lifetime_parse(BYTES("maximal_queue_lifetime = 30d"), &both));
    assert_true(main_cf_lifetime_parse(BYTES("bounce_queue_lifetime = 1d"), &both));
    CHECK_STRING("both", both.maximal.value, "30d");
    CHECK_STRING("both", both.bounce.value, "1d");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lifetime_values),
        cmocka_unit_test(test_main_cf_lifetimes),
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_days),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

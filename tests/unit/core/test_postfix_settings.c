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
        CHECK_INT(good[i].name, settings.lifetime_s[LIFETIME_BOUNCE], good[i].bounce_s);
        CHECK_INT(good[i].name, settings.lifetime_s[LIFETIME_MAXIMAL], good[i].maximal_s);
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
    const char *value;
    bool valid;
} transport_lists[] = {
    {"smtp", true},         {"smtp relay", true},   {"smtp,relay", true},
    {"a-b_c 9", true},      {"_x", true},           {"", false},
    {" ", false},           {",", false},           {" smtp", false},
    {"smtp ", false},       {"smtp  relay", false}, {"smtp, relay", false},
    {"smtp,,relay", false}, {"smtp,", false},       {"-smtp", false},
    {"smtp -relay", false}, {"smtp\trelay", false}, {"smtp\nmynetworks=0.0.0.0/0", false},
    {"$relay", false},      {"smtp:relay", false},  {"smtp;relay", false},
    {"/etc/x", false},      {"smtp=relay", false},  {"sm\xC3\xA4p", false},
};

static void test_transports(void **state) {
    (void)state;
    char longest[MAIN_CF_VALUE_SIZE + 1];
    for (size_t i = 0; i < COUNT_OF(transport_lists); i++) {
        const char *value = transport_lists[i].value;
        bool valid = transport_lists[i].valid;
        CHECK_INT(value, transports_valid(value), valid);
        CHECK_INT(value, main_cf_value_valid(PARAMETER_DEFER_TRANSPORTS, value),
                  valid || value[0] == '\0');
        CHECK(value, !main_cf_value_valid(PARAMETER_BOUNCE_LIFETIME, value));
        CHECK(value, !main_cf_value_valid(PARAMETER_MAIL_VERSION, value));
        CHECK(value, !main_cf_value_valid(PARAMETER_COUNT, value));
    }
    memset(longest, 'x', sizeof longest);
    longest[MAIN_CF_VALUE_SIZE - 1] = '\0';
    CHECK("the longest", transports_valid(longest));
    longest[MAIN_CF_VALUE_SIZE - 1] = 'x';
    longest[MAIN_CF_VALUE_SIZE] = '\0';
    CHECK("one more", !transports_valid(longest));
}

static const struct {
    const char *name;
    const char *line;
    int parameter; /* -1 = not taken */
    bool restorable;
    const char *value;
} main_cf_lines[] = {
    {"days", "bounce_queue_lifetime = 5d", PARAMETER_BOUNCE_LIFETIME, true, "5d"},
    {"hours", "bounce_queue_lifetime = 3h", PARAMETER_BOUNCE_LIFETIME, true, "3h"},
    {"a bare number", "bounce_queue_lifetime = 7", PARAMETER_BOUNCE_LIFETIME, true, "7d"},
    {"in capitals", "bounce_queue_lifetime = 2W", PARAMETER_BOUNCE_LIFETIME, true, "2w"},
    {"nothing", "bounce_queue_lifetime =", PARAMETER_BOUNCE_LIFETIME, false, ""},
    {"another parameter's", "bounce_queue_lifetime = $maximal_queue_lifetime",
     PARAMETER_BOUNCE_LIFETIME, false, ""},
    {"more than qmgr takes", "bounce_queue_lifetime = 101d", PARAMETER_BOUNCE_LIFETIME, false, ""},
    {"two words", "bounce_queue_lifetime = 5d 6d", PARAMETER_BOUNCE_LIFETIME, false, ""},
    {"the other lifetime", "maximal_queue_lifetime = 30d", PARAMETER_MAXIMAL_LIFETIME, true, "30d"},
    {"transports", "defer_transports = smtp relay", PARAMETER_DEFER_TRANSPORTS, true, "smtp relay"},
    {"transports in capitals", "defer_transports = SMTP", PARAMETER_DEFER_TRANSPORTS, true, "SMTP"},
    {"a transport named 7", "defer_transports = 7", PARAMETER_DEFER_TRANSPORTS, true, "7"},
    {"no transports", "defer_transports =", PARAMETER_DEFER_TRANSPORTS, true, ""},
    {"transports as people write them", "defer_transports = smtp, relay",
     PARAMETER_DEFER_TRANSPORTS, false, ""},
    {"a parameter's transports", "defer_transports = $x", PARAMETER_DEFER_TRANSPORTS, false, ""},
    {"a longer name", "bounce_queue_lifetimes = 5d", -1, false, ""},
    {"another name", "default_privs = nobody", -1, false, ""},
    {"what is only read", "mail_version = 3.7", -1, false, ""},
    {"the name only", "bounce_queue_lifetime", -1, false, ""},
    {"an empty line", "", -1, false, ""},
};

static void test_main_cf(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(main_cf_lines); i++) {
        const char *name = main_cf_lines[i].name;
        struct main_cf parsed = {0};
        const char *line = main_cf_lines[i].line;
        CHECK_INT(name, main_cf_parse_line(line, strlen(line), &parsed),
                  main_cf_lines[i].parameter >= 0);
        for (int p = 0; p < PARAMETER_COUNT; p++) {
            const struct main_cf_line *one = &parsed.lines[p];
            bool is = p == main_cf_lines[i].parameter;
            CHECK_INT(name, one->set, is);
            CHECK_INT(name, one->restorable, is && main_cf_lines[i].restorable);
            CHECK_STRING(name, one->value, is ? main_cf_lines[i].value : "");
        }
    }
    struct main_cf all = {0};
    assert_true(main_cf_parse_line(BYTES("maximal_queue_lifetime = 30d"), &all));
    assert_true(main_cf_parse_line(BYTES("bounce_queue_lifetime = 1d"), &all));
    CHECK_STRING("both", all.lines[PARAMETER_MAXIMAL_LIFETIME].value, "30d");
    CHECK_STRING("both", all.lines[PARAMETER_BOUNCE_LIFETIME].value, "1d");
}

/* Not set, set to nothing, and set to what cannot be written back are three different lines. */
static void test_equal_lines(void **state) {
    (void)state;
    const struct main_cf_line lines[] = {
        {.set = false},
        {.set = true, .restorable = true},
        {.set = true},
        {.set = true, .restorable = true, .value = "smtp"},
        {.set = true, .restorable = true, .value = "smtp relay"},
    };
    for (size_t a = 0; a < COUNT_OF(lines); a++) {
        for (size_t b = 0; b < COUNT_OF(lines); b++) {
            CHECK_INT("two lines", main_cf_line_equal(&lines[a], &lines[b]), a == b);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lifetime_values),
        cmocka_unit_test(test_transports),
        cmocka_unit_test(test_main_cf),
        cmocka_unit_test(test_equal_lines),
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_days),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

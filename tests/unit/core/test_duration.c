/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Durations and numbers: what is taken, with its value, and what is refused and changes nothing.
 */
#include "core/duration.h"

#include "unit.h"

#define UNTOUCHED 4242U

static const struct {
    const char *text;
    uint64_t usec;
} durations[] = {
    {"0", 0},
    {"0ms", 0},
    {"1", 1000000},
    {"90", 90000000},
    {"1ms", 1000},
    {"100ms", 100000},
    {"10s", 10000000},
    {"5m", 300000000},
    {"2h", UINT64_C(7200000000)},
    {"7d", UINT64_C(604800000000)},
    {"007s", 7000000},
    {"00000000000000000000000000000001s", 1000000},
    {"10000d", UINT64_C(864000000000000)},
    {"240000h", UINT64_C(864000000000000)},
    {"864000000", UINT64_C(864000000000000)},
    {"864000000000ms", UINT64_C(864000000000000)},
};

static const char *const no_durations[] = {
    "",
    "s",
    "ms",
    " 1s",
    "1s ",
    "1 s",
    "-1s",
    "+1s",
    "1.5s",
    "1e3",
    "0x10",
    "1S",
    "1M",
    "1w",
    "1us",
    "1min",
    "1ss",
    "1s1s",
    "1h30m",
    "1\ts",
    "\xC2\xB5",
    "10001d",
    "240001h",
    "864000001s",
    "864000000001ms",
    "eleven",
    "1,000s",
    "1s\n",
    "auto",
    "99999999999999999999",
    "inf",
    "18446744073709551616s",
    "18446744073709551617ms",
    "340282366920938463463374607431768211457s",
};

static void test_duration(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(durations); i++) {
        uint64_t usec = UNTOUCHED;
        CHECK(durations[i].text, duration_parse(durations[i].text, &usec));
        CHECK_INT(durations[i].text, usec, durations[i].usec);
    }
}

static void test_no_duration(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(no_durations); i++) {
        uint64_t usec = UNTOUCHED;
        CHECK(no_durations[i], !duration_parse(no_durations[i], &usec));
        CHECK_INT(no_durations[i], usec, UNTOUCHED);
    }
}

static const struct {
    const char *text;
    char default_unit;
    uint32_t seconds;
} postfix_times[] = {
    {"0", 'd', 0},
    {"0s", 'd', 0},
    {"5d", 's', 432000},
    {"5", 'd', 432000},
    {"5", 's', 5},
    {"5", 'm', 300},
    {"5", 'h', 18000},
    {"5", 'w', 3024000},
    {"300s", 'd', 300},
    {"90m", 'd', 5400},
    {"36h", 'd', 129600},
    {"1w", 'd', 604800},
    {"4294967295s", 'd', 4294967295},
    {"4294967295", 's', 4294967295},
    {"49710d", 's', 4294944000},
    {"7101w", 's', 4294684800},
};

static const struct {
    const char *text;
    char default_unit;
} no_postfix_times[] = {
    {"", 'd'},
    {"d", 'd'},
    {"-1d", 'd'},
    {" 5d", 'd'},
    {"5 d", 'd'},
    {"5d ", 'd'},
    {"5ms", 'd'},
    {"5y", 'd'},
    {"5dd", 'd'},
    {"1d12h", 'd'},
    {"1.5d", 'd'},
    {"$bounce_queue_lifetime", 'd'},
    {"4294967296s", 'd'},
    {"4294967296", 's'},
    {"49711d", 's'},
    {"7102w", 's'},
    {"18446744073709551616", 's'},
    {"18446744073709551617s", 'd'},
    {"99999999999999999999999999999999999999999999999999999d", 'd'},
    {"5", 'x'},
};

static void test_postfix_time(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(postfix_times); i++) {
        const char *text = postfix_times[i].text;
        uint32_t seconds = UNTOUCHED;
        CHECK(text, postfix_time_parse(text, postfix_times[i].default_unit, &seconds));
        CHECK_INT(text, seconds, postfix_times[i].seconds);
    }
}

static void test_no_postfix_time(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(no_postfix_times); i++) {
        const char *text = no_postfix_times[i].text;
        uint32_t seconds = UNTOUCHED;
        CHECK(text, !postfix_time_parse(text, no_postfix_times[i].default_unit, &seconds));
        CHECK_INT(text, seconds, UNTOUCHED);
    }
}

static const struct {
    const char *text;
    uint64_t max, number;
} numbers[] = {
    {"0", 0, 0},
    {"0", 10, 0},
    {"10", 10, 10},
    {"0010", 10, 10},
    {"10000", 10000, 10000},
    {"4294967295", UINT32_MAX, UINT32_MAX},
    {"100000000000000000", INT64_MAX, UINT64_C(100000000000000000)},
};

static const struct {
    const char *text;
    uint64_t max;
} no_numbers[] = {
    {"", 10},        {"1", 0},
    {"11", 10},      {"-1", 10},
    {"+1", 10},      {" 1", 10},
    {"1 ", 10},      {"1.0", 10},
    {"0x1", 10},     {"1e1", 10},
    {"1K", 2000},    {"4294967296", UINT32_MAX},
    {"one", 10},     {"18446744073709551616", UINT32_MAX},
    {"1\n", 10},     {"18446744073709551617", UINT64_MAX},
    {"\xD9\xA1", 9}, {"99999999999999999999999999999999999999", UINT64_MAX},
};

static void test_number(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        uint64_t number = UNTOUCHED;
        CHECK(numbers[i].text, number_parse(numbers[i].text, numbers[i].max, &number));
        CHECK_INT(numbers[i].text, number, numbers[i].number);
    }
}

static void test_no_number(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(no_numbers); i++) {
        uint64_t number = UNTOUCHED;
        CHECK(no_numbers[i].text, !number_parse(no_numbers[i].text, no_numbers[i].max, &number));
        CHECK_INT(no_numbers[i].text, number, UNTOUCHED);
    }
}

static void test_words(void **state) {
    (void)state;
    static const struct {
        const char *words;
        uint64_t seconds;
    } cases[] = {
        {"0 s", 0},
        {"59 s", 59},
        {"1 min", 60},
        {"1 min 1 s", 61},
        {"59 min 59 s", 3599},
        {"1 h", 3600},
        {"1 h", 3659},
        {"4 h 1 min", 14460},
        {"23 h 59 min", 86399},
        {"1 d", 86400},
        {"1 d", 89999},
        {"2 d 3 h", 183600},
        {"365 d", 31536000},
        {"213503982334601 d 7 h", UINT64_MAX},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char words[DURATION_WORDS_SIZE];
        CHECK_STRING(cases[i].words, duration_words(cases[i].seconds, words), cases[i].words);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_duration),     cmocka_unit_test(test_no_duration),
        cmocka_unit_test(test_postfix_time), cmocka_unit_test(test_no_postfix_time),
        cmocka_unit_test(test_number),       cmocka_unit_test(test_no_number),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

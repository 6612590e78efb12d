/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When failed deliveries are tried again, in simulated time.
 */
#include "hooks/backoff.h"

#include "unit.h"

#define USEC UINT64_C(1000000)
#define HOUR (3600 * USEC)

static void test_parse(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool good;
        struct backoff_policy policy;
    } cases[] = {
        {"20ms,200ms,24h", true, {20000, 200000, 24 * HOUR}},
        {"1,1,1", true, {USEC, USEC, USEC}},
        {"2s,1s,1h", false, {0}},
        {"0,1s,1h", false, {0}},
        {"1s,1m", false, {0}},
        {"1s,1m,1h,1d", false, {0}},
        {"", false, {0}},
        {"x,1m,1h", false, {0}},
        {"-1s,1m,1h", false, {0}},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct backoff_policy policy = {0};
        CHECK_INT(cases[i].text, backoff_parse(cases[i].text, &policy), cases[i].good);
        CHECK_INT(cases[i].text, policy.first_usec, cases[i].policy.first_usec);
        CHECK_INT(cases[i].text, policy.cap_usec, cases[i].policy.cap_usec);
        CHECK_INT(cases[i].text, policy.give_up_usec, cases[i].policy.give_up_usec);
    }
}

static void test_wait_doubles_up_to_the_cap(void **state) {
    (void)state;
    static const struct {
        unsigned failures;
        uint64_t whole;
    } cases[] = {{1, USEC},        {2, 2 * USEC},     {3, 4 * USEC},           {9, 256 * USEC},
                 {10, 300 * USEC}, {100, 300 * USEC}, {4000000000, 300 * USEC}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char name[32];
        snprintf(name, sizeof name, "failure %u", cases[i].failures);
        CHECK_INT(name, backoff_wait_usec(&backoff_default, cases[i].failures, 0),
                  cases[i].whole / 2);
        CHECK_INT(name, backoff_wait_usec(&backoff_default, cases[i].failures, UINT32_MAX),
                  cases[i].whole);
        uint64_t middle = backoff_wait_usec(&backoff_default, cases[i].failures, UINT32_MAX / 2);
        CHECK(name, middle > cases[i].whole / 2 && middle < cases[i].whole);
    }
}

static void test_retry_after(void **state) {
    (void)state;
    const uint64_t left = HOUR;
    CHECK_INT("longer than the wait", backoff_next_usec(&backoff_default, 1, 0, 60 * USEC, left),
              60 * USEC);
    CHECK_INT("shorter than the wait", backoff_next_usec(&backoff_default, 12, 0, USEC, left),
              150 * USEC);
    CHECK_INT("beyond the end", backoff_next_usec(&backoff_default, 1, 0, 5 * HOUR, left), left);
    CHECK_INT("absurd", backoff_next_usec(&backoff_default, 1, 0, UINT64_MAX, left), left);
}

static void test_left(void **state) {
    (void)state;
    const struct backoff_policy *policy = &backoff_default;
    uint64_t event = 1795563667 * USEC;
    CHECK_INT("at once", backoff_left_usec(policy, event, event), 24 * HOUR);
    CHECK_INT("after a day less 1 us", backoff_left_usec(policy, event, event + 24 * HOUR - 1), 1);
    CHECK_INT("after a day", backoff_left_usec(policy, event, event + 24 * HOUR), 0);
    CHECK_INT("after years", backoff_left_usec(policy, event, event + 24000 * HOUR), 0);
    CHECK_INT("the clock was set back", backoff_left_usec(policy, event, event - 5 * HOUR),
              24 * HOUR);
}

/* Simulates an endpoint that answers 500 for some time after the event. Returns the number of
 * attempts, and the time of the last one. */
static unsigned simulate(uint64_t fails_usec, uint32_t seed, uint64_t *last_usec) {
    uint64_t event = 1795563667 * USEC;
    uint64_t now = event;
    unsigned tries = 0;
    unsigned failures = 0;
    for (;;) {
        tries++;
        *last_usec = now - event;
        if (now - event >= fails_usec) {
            return tries;
        }
        failures++;
        seed = seed * 1664525 + 1013904223;
        uint64_t left = backoff_left_usec(&backoff_default, event, now);
        if (left == 0) {
            return tries;
        }
        uint64_t wait = backoff_next_usec(&backoff_default, failures, seed, 0, left);
        assert_true(wait > 0 && wait <= 300 * USEC);
        now += wait;
    }
}

static void test_500s_for_an_hour(void **state) {
    (void)state;
    for (uint32_t seed = 1; seed < 200; seed++) {
        uint64_t last;
        unsigned tries = simulate(HOUR, seed, &last);
        assert_in_range(last, HOUR, HOUR + 300 * USEC);
        assert_in_range(tries, 18, 36);
    }
}

/* The last attempt is exactly at the end of the 24 hours. */
static void test_500s_for_ever(void **state) {
    (void)state;
    for (uint32_t seed = 1; seed < 200; seed++) {
        uint64_t last;
        unsigned tries = simulate(UINT64_MAX, seed, &last);
        assert_true(last == 24 * HOUR);
        assert_in_range(tries, 288, 600);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_wait_doubles_up_to_the_cap),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_left),
        cmocka_unit_test(test_500s_for_an_hour),
        cmocka_unit_test(test_500s_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

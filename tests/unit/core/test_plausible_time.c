/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Plausible time, with readings of a clock that jumps.
 */
#include "core/plausible_time.h"

#include "unit.h"

#define DAY INT64_C(86400)
#define HOUR INT64_C(3600)
#define NOW (INT64_C(1800000000))

static const struct {
    const char *name;
    struct plausible_time before;
    int64_t wall, elapsed, believed;
} looks[] = {
    {"the first look", {0}, NOW, 0, NOW},
    {"an hour on", {NOW, NOW, 0}, NOW + HOUR, HOUR, NOW + HOUR},
    {"a start after a night", {NOW, NOW, 0}, NOW + 10 * HOUR, 0, NOW + 10 * HOUR},
    {"a start after a week", {NOW, NOW, 0}, NOW + 7 * DAY, 0, NOW},
    {"a week without a look while it ran", {NOW, NOW, 0}, NOW + 7 * DAY, 7 * DAY, NOW + 7 * DAY},
    {"400 days ahead at the start", {NOW, NOW, 0}, NOW + 400 * DAY, 0, NOW},
    {"400 days ahead while it runs", {NOW, NOW, 0}, NOW + 400 * DAY, HOUR, NOW + HOUR},
    {"time goes on while it is ahead",
     {NOW, NOW + 400 * DAY, HOUR},
     NOW + 400 * DAY + HOUR,
     HOUR,
     NOW + HOUR},
    {"it is put right", {NOW, NOW + 400 * DAY, HOUR}, NOW + 60, 60, NOW + 60},
    {"an hour back", {NOW, NOW, 0}, NOW - HOUR, 0, NOW - HOUR},
    {"to 1970", {NOW, NOW, 0}, 60, 0, 60},
    {"believed after a week of even running",
     {NOW, NOW + 400 * DAY, 7 * DAY - HOUR},
     NOW + 400 * DAY + HOUR,
     HOUR,
     NOW + 400 * DAY + HOUR},
    {"not when it jumped again",
     {NOW, NOW + 400 * DAY, 7 * DAY - HOUR},
     NOW + 800 * DAY,
     HOUR,
     NOW + HOUR},
    {"nor when it went back within the week",
     {NOW, NOW + 400 * DAY, 7 * DAY - HOUR},
     NOW + 390 * DAY,
     HOUR,
     NOW + HOUR},
    {"a restart keeps what the week has got",
     {NOW, NOW + 400 * DAY, 7 * DAY},
     NOW + 400 * DAY + HOUR,
     0,
     NOW + 400 * DAY + HOUR},
};

static void test_looks(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(looks); i++) {
        struct plausible_time time = looks[i].before;
        int64_t believed = plausible_time_look(&time, looks[i].wall, looks[i].elapsed);
        CHECK(looks[i].name, believed == looks[i].believed);
        CHECK(looks[i].name, time.believed == looks[i].believed);
        CHECK(looks[i].name, time.seen == looks[i].wall);
        CHECK(looks[i].name, plausible_time_ahead(&time) == looks[i].wall - looks[i].believed);
    }
}

/* An agent that was off for a month deletes old data a week late. */
static void test_after_a_month(void **state) {
    (void)state;
    struct plausible_time time = {NOW, NOW, 0};
    int64_t wall = NOW + 30 * DAY;
    plausible_time_look(&time, wall, 0);
    for (int hour = 1; hour < 7 * 24; hour++) {
        assert_true(plausible_time_look(&time, wall + hour * HOUR, HOUR) == NOW + hour * HOUR);
    }
    assert_true(plausible_time_look(&time, wall + 7 * DAY, HOUR) == wall + 7 * DAY);
    assert_true(plausible_time_ahead(&time) == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_looks),
        cmocka_unit_test(test_after_a_month),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The record of a pause: its lines of main.cf, the time that is left of it by a clock that may have
 * been set, and who asked for it.
 */
#include "core/pause.h"

#include "unit.h"

#define NOW INT64_C(1700000000)

static const struct {
    const char *name;
    int64_t ends;
    uint32_t for_s;
    uint32_t remaining_s;
} times[] = {
    {"just begun", NOW + 3600, 3600, 3600},
    {"half of it", NOW + 1800, 3600, 1800},
    {"now", NOW, 3600, 0},
    {"over", NOW - 1, 3600, 0},
    {"over for long", 1, 3600, 0},
    {"the clock was set back by a day", NOW + 86400 + 1800, 3600, 3600},
    {"the clock was set back by far", INT64_C(4000000000), PAUSE_FOR_MAX_S, PAUSE_FOR_MAX_S},
};

static void test_remaining(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(times); i++) {
        const struct pause_record record = {
            .phase = PAUSE_IN_FORCE, .ends = times[i].ends, .for_s = times[i].for_s};
        CHECK_INT(times[i].name, pause_remaining_s(&record, NOW), times[i].remaining_s);
    }
}

static void test_lines(void **state) {
    (void)state;
    struct pause_record record = {.phase = PAUSE_IN_FORCE, .value = "smtp relay"};
    struct main_cf_line line = pause_line(&record);
    assert_true(line.set && line.restorable);
    assert_string_equal(line.value, "smtp relay");
    line = pause_old_line(&record);
    assert_false(line.set);
    record.old_empty = true;
    line = pause_old_line(&record);
    assert_true(line.set && line.restorable);
    assert_string_equal(line.value, "");
}

static void test_names(void **state) {
    (void)state;
    for (int a = PAUSE_STARTING; a < PAUSE_PHASE_END; a++) {
        CHECK("a name", pause_phase_name(a)[0] != '\0');
        for (int b = PAUSE_NONE; b < a; b++) {
            CHECK("another name", strcmp(pause_phase_name(a), pause_phase_name(b)) != 0);
        }
    }
    assert_string_equal(pause_phase_name(PAUSE_NONE), "");
    assert_string_equal(pause_phase_name(PAUSE_PHASE_END), "");
    assert_string_equal(pause_phase_name(-1), "");
}

static void test_who(void **state) {
    (void)state;
    char who[PAUSE_WHO_SIZE];
    char longest[256];
    pause_who("alice", "the relay moves", who);
    assert_string_equal(who, "alice: the relay moves");
    pause_who("alice", "", who);
    assert_string_equal(who, "alice");
    pause_who("", "the relay moves", who);
    assert_string_equal(who, "the relay moves");
    pause_who("", "", who);
    assert_string_equal(who, "");
    pause_who("alice", "a\x1b[31mb\nc", who);
    assert_string_equal(who, "alice: a [31mb c");
    /* It is cut between characters: 7 octets and 44 of two each are 95. */
    for (size_t i = 0; i + 2 < sizeof longest; i += 2) {
        memcpy(longest + i, "\xC3\xA9", 3);
    }
    pause_who("alice", longest, who);
    assert_int_equal(strlen(who), 95);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_remaining),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_who),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A wall clock that jumps does not delete what is kept, neither in the file nor in what is loaded.
 */
#include "store_fixture.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#define DAY 86400

static atomic_llong clock_offset_s;

/* Takes the place of the C library's. */
time_t time(time_t *out) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    time_t wall = now.tv_sec + (time_t)atomic_load(&clock_offset_s);
    if (out != NULL) {
        *out = wall;
    }
    return wall;
}

static int setup(void **state) {
    static struct fixture fixture;
    atomic_store(&clock_offset_s, 0);
    fixture_init(&fixture);
    fixture.timing.purge = 10000;
    fixture_start(&fixture);
    assert_int_equal(fixture.loaded.error, 0);
    *state = &fixture;
    return 0;
}

static int teardown(void **state) {
    fixture_deinit(*state);
    atomic_store(&clock_offset_s, 0);
    return 0;
}

static void end_action(struct fixture *fixture, uint32_t id, bool hide) {
    struct answer answer = {.count = 0};
    struct action *action = fixture_add_action(fixture, id);
    action->state = ACTION_DONE;
    action->started = action->ended = time(NULL);
    action_add_result(action, "4F0C21A3B5", OUTCOME_DONE, "");
    store_action_ended(fixture->store, action, 0, on_done, &answer);
    fixture_expect(fixture, &answer, 0);
    if (hide) {
        store_action_hide(fixture->store, action->serial);
    }
    action_free(action);
}

/* Two hidden and two visible actions, and 1,500 events of now. */
static void fill(struct fixture *fixture) {
    char out[1024];
    for (uint32_t id = 1; id <= 4; id++) {
        end_action(fixture, id, id <= 2);
    }
    fixture_stop(fixture);
    fixture_sql(fixture,
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)"
                " INSERT INTO events (serial, time, event, notified, text)"
                " SELECT i, (SELECT max(ended) FROM actions), 'hmqAgentStarted', 'sent', '' FROM n",
                out);
    fixture_start(fixture);
}

/* The purge has run at least once since this was called: the clock is looked at in each round. */
static void wait_for_purge(struct fixture *fixture) {
    char out[1024], before[1024];
    fixture_sql(fixture, "SELECT value FROM state WHERE name = 'clock_seen'", before);
    for (int i = 0; i < 30000; i++) {
        if (strcmp(fixture_sql(fixture, "SELECT value FROM state WHERE name = 'clock_seen'", out),
                   before) != 0) {
            return;
        }
        sd_event_run(fixture->event, 1000);
    }
    fail_msg("no purge");
}

static void check_all_there(struct fixture *fixture) {
    fixture_check_sql(fixture, "SELECT count(*) || ' ' || sum(hidden) FROM actions", "4 2");
    fixture_check_sql(fixture, "SELECT count(*) FROM action_results", "4");
    fixture_check_sql(fixture, "SELECT count(*) FROM events", "1500");
}

/* As after a boot with a clock that is wrong. */
static void test_ahead_at_start(void **state) {
    struct fixture *fixture = *state;
    fill(fixture);
    fixture_stop(fixture);
    atomic_store(&clock_offset_s, 400LL * DAY);
    fixture_start(fixture);
    assert_int_equal(fixture->image.action_count, 2);
    assert_true(plausible_time_ahead(&fixture->image.clock) > 390LL * DAY);
    wait_for_purge(fixture);
    check_all_there(fixture);
    /* A second start with it does not help it on. */
    fixture_restart(fixture);
    assert_int_equal(fixture->image.action_count, 2);
    wait_for_purge(fixture);
    check_all_there(fixture);
    fixture_stop(fixture);
    atomic_store(&clock_offset_s, 0);
    fixture_start(fixture);
    assert_int_equal(fixture->image.action_count, 2);
    assert_true(plausible_time_ahead(&fixture->image.clock) == 0);
    wait_for_purge(fixture);
    check_all_there(fixture);
}

static void test_ahead_while_running(void **state) {
    struct fixture *fixture = *state;
    fill(fixture);
    atomic_store(&clock_offset_s, 400LL * DAY);
    wait_for_purge(fixture);
    wait_for_purge(fixture);
    check_all_there(fixture);
}

/* What ended under a clock that was set back is not older than what ended before it. */
static void test_back(void **state) {
    struct fixture *fixture = *state;
    fill(fixture);
    atomic_store(&clock_offset_s, -400LL * DAY);
    end_action(fixture, 5, true);
    end_action(fixture, 6, false);
    wait_for_purge(fixture);
    atomic_store(&clock_offset_s, 0);
    fixture_restart(fixture);
    assert_int_equal(fixture->image.action_count, 3);
    wait_for_purge(fixture);
    fixture_check_sql(fixture, "SELECT count(*) || ' ' || sum(hidden) FROM actions", "6 3");
}

/* A file of an earlier version knows the time of its last row only. */
static void test_no_clock_yet(void **state) {
    struct fixture *fixture = *state;
    char out[1024];
    fill(fixture);
    fixture_stop(fixture);
    fixture_sql(fixture, "DELETE FROM state WHERE name LIKE 'clock%'", out);
    atomic_store(&clock_offset_s, 400LL * DAY);
    fixture_start(fixture);
    assert_int_equal(fixture->image.action_count, 2);
    wait_for_purge(fixture);
    check_all_there(fixture);
}

/* What is old indeed goes, once that is believed. */
static void test_old(void **state) {
    struct fixture *fixture = *state;
    char out[1024];
    fill(fixture);
    fixture_stop(fixture);
    atomic_store(&clock_offset_s, 400LL * DAY);
    fixture_sql(fixture,
                "UPDATE state SET value = value + 34560000 WHERE name LIKE 'clock_%'"
                " AND name <> 'clock_even'",
                out);
    fixture_start(fixture);
    assert_int_equal(fixture->image.action_count, 0);
    wait_for_purge(fixture);
    wait_for_purge(fixture);
    fixture_check_sql(fixture, "SELECT count(*) FROM actions", "0");
    fixture_check_sql(fixture, "SELECT count(*) FROM events", "1000");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_ahead_at_start, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ahead_while_running, setup, teardown),
        cmocka_unit_test_setup_teardown(test_back, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_clock_yet, setup, teardown),
        cmocka_unit_test_setup_teardown(test_old, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

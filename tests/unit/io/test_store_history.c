/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The history in the database: parts of a step add up, the view has what people read, and there are
 * never more rows than are kept.
 */
#include "store_fixture.h"

#include "core/time_units.h"

#include <errno.h>
#include <stdlib.h>

#define HOUR INT64_C(1795561200) /* 2026-11-24 23:00:00 */

static int setup(void **state) {
    static struct fixture fixture;
    fixture_init(&fixture);
    fixture_start(&fixture);
    *state = &fixture;
    return 0;
}

static int teardown(void **state) {
    fixture_deinit(*state);
    return 0;
}

static struct history_step minute(int64_t time, uint64_t known_s, uint32_t total) {
    struct history_step step = {.length_s = HISTORY_MINUTE_S,
                                .time = time,
                                .known_ms = known_s * 1000,
                                .total_ms = known_s * 1000 * total,
                                .total_max = total};
    step.queues_ms[QUEUE_DEFERRED] = step.total_ms;
    return step;
}

static void add(struct fixture *fixture, const struct history_step *steps, size_t count) {
    struct answer answer = {.count = 0};
    store_history_add(fixture->store, steps, count, on_done, &answer);
    fixture_expect(fixture, &answer, 0);
}

#define COLUMNS                                                                                    \
    "SELECT step || ' ' || time || ' ' || known || ' ' || coalesce(total, '-') || ' ' ||"          \
    " coalesce(total_max, '-') || ' ' || coalesce(maildrop, '-') || ' ' ||"                        \
    " coalesce(deferred, '-') || ' ' || coalesce(sent, '-') || ' ' || coalesce(bounced, '-')"      \
    " FROM history"

/* As before and after a restart within the minute. */
static void test_parts_add_up(void **state) {
    struct fixture *fixture = *state;
    struct history_step first = minute(HOUR, 20, 10);
    add(fixture, &first, 1);
    fixture_check_sql(fixture, COLUMNS, "60 2026-11-24 23:00:00 20 10.0 10 0.0 10.0 - -");
    fixture_restart(fixture);
    struct history_step second = minute(HOUR, 40, 40);
    second.log_ms = 30000;
    second.counts[DELIVERY_SENT] = 7;
    add(fixture, &second, 1);
    fixture_check_sql(fixture, COLUMNS, "60 2026-11-24 23:00:00 60 30.0 40 0.0 30.0 14.0 0.0");
    /* The greatest number stays; a clock that was set back does not make a minute longer. */
    struct history_step third = minute(HOUR, 60, 0);
    add(fixture, &third, 1);
    fixture_check_sql(fixture, COLUMNS, "60 2026-11-24 23:00:00 60 15.0 40 0.0 15.0 14.0 0.0");
}

static void test_unknown_is_null(void **state) {
    struct fixture *fixture = *state;
    struct history_step steps[2] = {minute(HOUR, 0, 0), minute(HOUR, 0, 0)};
    steps[1].length_s = HISTORY_HOUR_S;
    add(fixture, steps, 2);
    fixture_check_sql(fixture, COLUMNS " WHERE step = 60", "60 2026-11-24 23:00:00 0 - - - - - -");
    fixture_check_sql(fixture, COLUMNS " WHERE step = 3600",
                      "3600 2026-11-24 23:00:00 0 - - - - - -");
}

/* The oldest by the order of writing, whatever times the clock gave them. */
static void test_bounded(void **state) {
    struct fixture *fixture = *state;
    struct history_step steps[100];
    char expected[64];
    for (int round = 0; round < 30; round++) {
        for (int i = 0; i < 100; i++) {
            int64_t number = round * 100 + i;
            /* For the first third the clock was a year ahead, and then right. */
            steps[i] = minute(HOUR + number * 60 + (round < 10 ? 365 * 86400 : 0), 60, 1);
        }
        add(fixture, steps, 100);
    }
    snprintf(expected, sizeof expected, "%d", STORE_HISTORY_MINUTES);
    fixture_check_sql(fixture, "SELECT count(*) FROM history", expected);
    snprintf(expected, sizeof expected, "%lld",
             (long long)(HOUR + (3000 - STORE_HISTORY_MINUTES) * 60));
    fixture_check_sql(fixture, "SELECT min(time) FROM history_steps", expected);
    for (int round = 0; round < 25; round++) {
        for (int i = 0; i < 100; i++) {
            steps[i] = minute(HOUR + (round * 100 + i) * 3600, 60, 1);
            steps[i].length_s = HISTORY_HOUR_S;
        }
        add(fixture, steps, 100);
    }
    snprintf(expected, sizeof expected, "%d", STORE_HISTORY_MINUTES + STORE_HISTORY_HOURS);
    fixture_check_sql(fixture, "SELECT count(*) FROM history", expected);
    fixture_check_sql(fixture,
                      "SELECT page_count * page_size < 1000000"
                      " FROM pragma_page_count, pragma_page_size",
                      "1");
}

/* While somebody else holds the database, the history is lost, and its caller learns why; then it
 * goes on. */
static void test_locked(void **state) {
    struct fixture *fixture = *state;
    struct history_step step = minute(HOUR, 60, 1);
    struct answer answer = {.count = 0};
    sqlite3 *other;
    fixture_stop(fixture);
    fixture->timing.patience = USEC_PER_SEC / 10;
    fixture->timing.retry = USEC_PER_SEC / 100;
    fixture_start(fixture);
    assert_int_equal(sqlite3_open(fixture->path, &other), SQLITE_OK);
    sqlite3_busy_timeout(other, 5000);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    int before = fixture->usable.count;
    store_history_add(fixture->store, &step, 1, on_done, &answer);
    fixture_expect(fixture, &answer, -EBUSY);
    assert_string_not_equal(answer.text, "");
    sqlite3_close(other);
    fixture_wait(fixture, &fixture->usable.count, before + 2);
    step.time += 60;
    add(fixture, &step, 1);
    fixture_check_sql(fixture, "SELECT count(*) FROM history", "1");
    action_free(fixture_add_action(fixture, 1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_parts_add_up, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unknown_is_null, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(test_locked, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

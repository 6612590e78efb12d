/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A database that an earlier version left is upgraded with all that is in it, and the views that
 * people read stay readable.
 */
#include "store_fixture.h"

#include <stdlib.h>

static int setup(void **state) {
    static struct fixture fixture;
    fixture_init(&fixture);
    *state = &fixture;
    return 0;
}

static int teardown(void **state) {
    fixture_deinit(*state);
    return 0;
}

/* Makes the file from a dump. */
static void load_dump(const struct fixture *fixture, const char *name) {
    static char sql[65536];
    char path[512];
    sqlite3 *db;
    snprintf(path, sizeof path, "%s/%s", DATA_DIR, name);
    FILE *stream = fopen(path, "re");
    assert_non_null(stream);
    size_t len = fread(sql, 1, sizeof sql - 1, stream);
    fclose(stream);
    assert_true(len > 0 && len < sizeof sql - 1);
    sql[len] = '\0';
    assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
        fail_msg("%s: %s", path, sqlite3_errmsg(db));
    }
    sqlite3_close(db);
}

static void test_upgrade_from_1(void **state) {
    struct fixture *fixture = *state;
    load_dump(fixture, "store_v1.sql");
    fixture_start(fixture);
    assert_string_equal(fixture->loaded.text, "");
    assert_int_equal(fixture->image.interrupted, 1);
    assert_int_equal(fixture->image.action_count, 4);
    const struct action *interrupted = fixture->image.actions[0];
    assert_int_equal(interrupted->state, ACTION_INTERRUPTED);
    assert_true(interrupted->unannounced);
    assert_int_equal(interrupted->succeeded, 2);
    assert_int_equal(fixture->image.actions[1]->output_len > 0, 1);
    assert_false(fixture->image.actions[1]->unannounced);
    /* What waited in it was ordered for the instance that goes on with it. */
    assert_int_equal(fixture->image.actions[3]->state, ACTION_QUEUED);
    assert_int_equal(fixture->image.event_count, 5);
    assert_int_equal(fixture->image.parameter_count, 2);
    assert_string_equal(fixture->image.parameters[0].value, "3d");
    fixture_check_sql(fixture, "SELECT value FROM tunables WHERE name = 'overload_threshold'",
                      "600");
    /* Thresholds that were off, and notifications that are retired */
    fixture_check_sql(fixture, "SELECT count(*) FROM tunables WHERE name LIKE 'condition.%'", "0");
    fixture_check_sql(fixture,
                      "SELECT count(*) FROM tunables WHERE name GLOB '*hmqAge[CR]*' OR"
                      " name GLOB '*Hold*' OR name GLOB '*[wW]arning*' OR name GLOB 'age*' OR"
                      " name GLOB 'hold*'",
                      "0");
    fixture_check_sql(fixture, "SELECT count(*) FROM tunables WHERE name LIKE 'notify.%'", "7");
    fixture_check_sql(fixture, "PRAGMA user_version", "6");
    fixture_check_sql(fixture, "PRAGMA integrity_check", "ok");
    fixture_check_sql(fixture, "SELECT results FROM audit WHERE serial = 1",
                      "4A0A8A723C3 done, 4BA42A723DF done");
    fixture_check_sql(fixture, "SELECT count(*) FROM audit_results", "3");
    fixture_check_sql(fixture, "SELECT count(*) FROM history", "0");
    struct answer added = {.count = 0};
    struct history_step step = {.length_s = HISTORY_HOUR_S, .known_ms = 1000, .total_ms = 5000};
    store_history_add(fixture->store, &step, 1, on_done, &added);
    fixture_expect(fixture, &added, 0);
    fixture_check_sql(fixture, "SELECT total FROM history", "5.0");
    fixture_restart(fixture);
    assert_int_equal(fixture->image.action_count, 4);
    assert_int_equal(fixture->image.interrupted, 0);
}

/* Events of schema 1 had four columns for the lifetimes; they keep what they say. */
static void test_events_from_1(void **state) {
    struct fixture *fixture = *state;
    char out[1024];
    load_dump(fixture, "store_v1.sql");
    fixture_sql(fixture,
                "INSERT INTO events (serial, time, event, notified, text, bounce_old, bounce_new,"
                " maximal_new) VALUES (6, 1, 'hmqSettingsChanged', 'sent', '', '3d', '4d', '9d')",
                out);
    fixture_sql(fixture,
                "INSERT INTO events (serial, time, event, notified, text)"
                " VALUES (7, 1, 'hmqDataLost', 'sent', 'gone')",
                out);
    fixture_start(fixture);
    assert_int_equal(fixture->loaded.error, 0);
    assert_int_equal(fixture->image.event_count, 7);
    assert_string_equal(fixture->image.events[4].changes, "bounce_queue_lifetime 5d 3d;");
    assert_string_equal(fixture->image.events[5].changes,
                        "bounce_queue_lifetime 3d 4d;maximal_queue_lifetime - 9d;");
    assert_int_equal(fixture->image.events[5].settings, SETTINGS_APPLIED);
    assert_string_equal(fixture->image.events[6].changes, "");
    assert_int_equal(fixture->image.events[6].settings, 0);
    fixture_restart(fixture);
    assert_int_equal(fixture->image.event_count, 7);
}

/* Version 3 had three thresholds besides overload's. What was raised, set or waiting to be sent
 * goes on as the condition of the name that the configuration's message gives it. */
static void test_conditions_from_3(void **state) {
    struct fixture *fixture = *state;
    static const char *const left[] = {
        "INSERT INTO events (serial, time, event, notified, text, total, hold, oldest_age, "
        "threshold)"
        " VALUES (6, 1700000006, 'hmqWarningRaised', 'sent', 'w', 12, 3, 99, 10)",
        "INSERT INTO events (serial, time, event, notified, text, total, hold, oldest_age, "
        "threshold)"
        " VALUES (7, 1700000007, 'hmqAgeRaised', 'pending', 'a', 12, 3, 99, 60)",
        "INSERT INTO events (serial, time, event, notified, text, total, hold, oldest_age, "
        "threshold)"
        " VALUES (8, 1700000008, 'hmqHoldRaised', 'sent', 'h', 12, 3, 99, 2)",
        "INSERT INTO events (serial, time, event, notified, text, total, hold, oldest_age, "
        "threshold)"
        " VALUES (9, 1700000009, 'hmqHoldCleared', 'sent', 'h', 10, 1, 99, 2)",
        "INSERT INTO events (serial, time, event, notified, text, total, hold, oldest_age, "
        "threshold)"
        " VALUES (10, 1700000010, 'hmqOverloadRaised', 'sent', 'o', 700, 1, 99, 600)",
        "INSERT INTO state VALUES ('warning_raised', 1), ('age_raised', 1), ('hold_raised', 0),"
        " ('overload_raised', 1), ('overload_since', 1700000010), ('state_serial', 10)",
        "UPDATE tunables SET value = 60 WHERE name = 'age_threshold'",
        "UPDATE tunables SET value = 0 WHERE name = 'notify.hmqOverloadRaised'",
    };
    char out[1024];
    load_dump(fixture, "store_v1.sql");
    for (size_t i = 0; i < COUNT_OF(left); i++) {
        fixture_sql(fixture, left[i], out);
    }
    fixture_start(fixture);
    assert_int_equal(fixture->loaded.error, 0);
    const struct store_state *before = &fixture->image.state;
    assert_int_equal(before->raised_count, 3);
    assert_string_equal(before->raised[0].name, "warning");
    assert_int_equal(before->raised[0].since, 1700000006);
    assert_int_equal(before->raised[0].value, 12);
    assert_int_equal(before->raised[0].threshold, 10);
    assert_string_equal(before->raised[1].name, "age");
    assert_int_equal(before->raised[1].watch.kind, WATCH_AGE);
    assert_int_equal(before->raised[1].value, 99);
    assert_string_equal(before->raised[2].name, "overload");
    assert_int_equal(before->raised[2].severity, SEVERITY_CRITICAL);
    assert_int_equal(before->raised[2].since, 1700000010);
    assert_int_equal(fixture->image.event_count, 10);
    const struct event *age = &fixture->image.events[6];
    assert_int_equal(age->type, EVENT_CONDITION_RAISED);
    assert_int_equal(age->notified, NOTIFIED_PENDING);
    assert_true(age->has_condition && age->total.known && age->threshold.known);
    assert_string_equal(age->subject, "age");
    assert_int_equal(fixture->image.events[8].type, EVENT_CONDITION_CLEARED);
    assert_int_equal(fixture->image.events[8].condition.value, 1);
    assert_int_equal(fixture->image.events[9].type, EVENT_OVERLOAD_RAISED);
    assert_string_equal(fixture->image.events[9].condition.name, "overload");
    fixture_check_sql(fixture, "SELECT value FROM tunables WHERE name = 'condition.age.above'",
                      "60");
    fixture_check_sql(fixture, "SELECT value FROM tunables WHERE name = 'notify.hmqOverloadRaised'",
                      "0");
    fixture_check_sql(fixture, "SELECT count(*) FROM state WHERE name LIKE '%raised'", "0");
    fixture_check_sql(fixture, "SELECT count(*) FROM sqlite_schema WHERE name = 'old'", "0");
}

/* An upgraded file and a new one have the same schema. */
static void test_same_schema(void **state) {
    static const char schema[] =
        "SELECT group_concat(name || '=' || length(sql), ' ') FROM"
        " (SELECT * FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name)";
    struct fixture *fixture = *state;
    char upgraded[1024];
    load_dump(fixture, "store_v1.sql");
    fixture_start(fixture);
    fixture_sql(fixture, schema, upgraded);
    fixture_deinit(fixture);
    fixture_init(fixture);
    fixture_start(fixture);
    fixture_check_sql(fixture, schema, upgraded);
}

/* An action on 1,000 messages: one line in the view, and every message in the view of results. */
static void test_long_audit(void **state) {
    struct fixture *fixture = *state;
    struct answer ended = {.count = 0};
    fixture_start(fixture);
    struct action *action =
        action_new(&(struct action_key){.owner = "ops", .command = COMMAND_HOLD, .id = 1});
    char *ids = malloc(ACTION_QUEUE_IDS_MAX);
    size_t len = 0;
    for (unsigned i = 0; i < 1000; i++) {
        char id[QUEUE_ID_SIZE];
        snprintf(id, sizeof id, "4F0C2%06X", i);
        len +=
            (size_t)snprintf(ids + len, ACTION_QUEUE_IDS_MAX - len, "%s%s", i > 0 ? " " : "", id);
        action_add_result(action, id, i == 1 ? OUTCOME_NOT_FOUND : OUTCOME_DONE, "placed on hold");
    }
    free(action->request.queue_ids);
    action->request.queue_ids = ids;
    action->created = 1700000000;
    struct answer added = {.count = 0};
    store_actions_add(fixture->store, &action, 1, on_added, &added);
    fixture_expect(fixture, &added, 0);
    action->serial = added.serials[0];
    action->state = ACTION_PARTIAL;
    action->ended = 1700000001;
    store_action_ended(fixture->store, action, 0, on_done, &ended);
    fixture_expect(fixture, &ended, 0);
    fixture_check_sql(fixture, "SELECT results FROM audit",
                      "4F0C2000000 done, 4F0C2000001 notFound, 4F0C2000002 done, 997 more");
    fixture_check_sql(fixture, "SELECT criteria FROM audit",
                      "ids: 4F0C2000000 4F0C2000001 4F0C2000002 4F0C2000003 4F0C2000004 ...");
    fixture_check_sql(fixture, "SELECT count(*) || max(queue_id) FROM audit_results",
                      "10004F0C20003E7");
    fixture_check_sql(fixture,
                      "SELECT owner || ' ' || command || ' ' || outcome || ' ' || text || ' ' ||"
                      " ended FROM audit_results WHERE queue_id = '4F0C2000001'",
                      "ops hold notFound placed on hold 2023-11-14 22:13:21");
    action_free(action);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_upgrade_from_1, setup, teardown),
        cmocka_unit_test_setup_teardown(test_events_from_1, setup, teardown),
        cmocka_unit_test_setup_teardown(test_conditions_from_3, setup, teardown),
        cmocka_unit_test_setup_teardown(test_same_schema, setup, teardown),
        cmocka_unit_test_setup_teardown(test_long_audit, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

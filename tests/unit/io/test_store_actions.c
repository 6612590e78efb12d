/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The journal of actions: what is written is read back, also by people; what was running at a crash
 * is interrupted; what is too old is hidden, then deleted.
 */
#include "store_fixture.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int setup(void **state) {
    static struct fixture fixture;
    fixture_init(&fixture);
    fixture_start(&fixture);
    assert_int_equal(fixture.loaded.error, 0);
    assert_true(store_usable(fixture.store));
    *state = &fixture;
    return 0;
}

static int teardown(void **state) {
    fixture_deinit(*state);
    return 0;
}

static void fill_request(struct action *action) {
    static const char ids[] = "4F0C21A3B5 4F0C21A3B6";
    struct action_request *request = &action->request;
    assert_true(action_set_ids(action, ids, strlen(ids)));
    request->queue = queue_mib_value(QUEUE_DEFERRED);
    snprintf(request->sender, sizeof request->sender, "*@spam.example");
    snprintf(request->recipient, sizeof request->recipient, "bob'); DROP TABLE actions;--");
    snprintf(request->reason, sizeof request->reason, "Connection refused");
    request->min_age_s = 3600;
    request->min_size = 4000000000;
    request->all = true;
    request->expected_count = 0;
    snprintf(request->comment, sizeof request->comment, "Störung 4711");
}

static void check_request(const struct action_request *is, const struct action_request *should) {
    assert_string_equal(is->queue_ids, should->queue_ids);
    assert_int_equal(is->queue, should->queue);
    assert_string_equal(is->sender, should->sender);
    assert_string_equal(is->recipient, should->recipient);
    assert_string_equal(is->reason, should->reason);
    assert_int_equal(is->min_age_s, should->min_age_s);
    assert_int_equal(is->min_size, should->min_size);
    assert_int_equal(is->all, should->all);
    assert_int_equal(is->expected_count, should->expected_count);
    assert_string_equal(is->comment, should->comment);
}

/* Every column of an action comes back, with its results and its output. */
static void test_whole_life(void **state) {
    struct fixture *fixture = *state;
    struct answer added = {.count = 0}, started = {.count = 0}, ended = {.count = 0};
    struct action *actions[2];
    for (uint32_t i = 0; i < 2; i++) {
        actions[i] =
            action_new(&(struct action_key){.owner = "ops", .command = COMMAND_VIEW, .id = i + 1});
        actions[i]->created = 1700000000;
    }
    struct action *action = actions[0];
    fill_request(action);
    store_actions_add(fixture->store, actions, 2, on_added, &added);
    fixture_expect(fixture, &added, 0);
    assert_int_equal(added.serial_count, 2);
    assert_true(added.serials[0] < added.serials[1]);
    action->serial = added.serials[0];

    action->state = ACTION_RUNNING;
    action->started = 1700000001;
    action->matched = 3;
    store_action_started(fixture->store, action, on_done, &started);
    fixture_expect(fixture, &started, 0);
    fixture_check_sql(fixture, "SELECT state || matched FROM actions WHERE id = 1", "running3");
    fixture_check_sql(fixture, "SELECT coalesce(matched, 'unknown') FROM actions WHERE id = 2",
                      "unknown");

    action_add_result(action, "4F0C21A3B5", OUTCOME_DONE, "");
    action_add_result(action, "4F0C21A3B6", OUTCOME_NOT_FOUND, "no line about it");
    store_action_results(fixture->store, action, 0);
    action_add_result(action, "4F0C21A3B7", OUTCOME_FAILED, "fatal: \"x\"");
    action->state = ACTION_PARTIAL;
    action->ended = 1700000002;
    snprintf(action->error, sizeof action->error, "2 of 3 failed");
    action->output = malloc(5);
    memcpy(action->output, "a\0b\xff\n", 5);
    action->output_len = 5;
    store_action_ended(fixture->store, action, 2, on_done, &ended);
    fixture_expect(fixture, &ended, 0);
    fixture_check_sql(fixture,
                      "SELECT count(*) || state FROM audit JOIN action_results"
                      " ON action = serial WHERE id = 1",
                      "3partial");
    fixture_check_sql(
        fixture,
        "SELECT owner || '|' || command || '|' || state || '|' || matched || '|' || succeeded ||"
        " '|' || failed || '|' || created || '|' || started || '|' || ended || '|' || results ||"
        " '|' || comment FROM audit WHERE id = 1",
        "ops|view|partial|3|1|2|2023-11-14 22:13:20|2023-11-14 22:13:21|2023-11-14 22:13:22|"
        "4F0C21A3B5 done, 4F0C21A3B6 notFound, 4F0C21A3B7 failed|Störung 4711");
    fixture_check_sql(fixture, "SELECT criteria FROM audit WHERE id = 1",
                      "ids: 4F0C21A3B5 4F0C21A3B6 queue=deferred sender=*@spam.example"
                      " recipient=bob'); DROP TABLE actions;-- reason=Connection refused"
                      " min_age=3600 min_size=4000000000 all expected_count=0");

    fixture->limits.retention_usec = UINT64_C(100000000000000000);
    fixture_restart(fixture);
    assert_int_equal(fixture->image.action_count, 2);
    assert_int_equal(fixture->image.interrupted, 0);
    const struct action *read = fixture->image.actions[0];
    assert_int_equal(read->serial, action->serial);
    assert_string_equal(read->key.owner, "ops");
    assert_int_equal(read->key.command, COMMAND_VIEW);
    assert_int_equal(read->state, ACTION_PARTIAL);
    assert_int_equal(read->matched, 3);
    assert_int_equal(read->succeeded, 1);
    assert_int_equal(read->failed, 2);
    assert_int_equal(read->created, 1700000000);
    assert_int_equal(read->started, 1700000001);
    assert_int_equal(read->ended, 1700000002);
    assert_string_equal(read->error, "2 of 3 failed");
    check_request(&read->request, &action->request);
    assert_int_equal(read->result_count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(read->results[i].id, action->results[i].id);
        assert_int_equal(read->results[i].outcome, action->results[i].outcome);
        assert_string_equal(read->results[i].text, action->results[i].text);
    }
    assert_int_equal(read->output_len, 5);
    assert_memory_equal(read->output, action->output, 5);
    assert_int_equal(fixture->image.actions[1]->state, ACTION_QUEUED);
    check_request(&fixture->image.actions[1]->request, &actions[1]->request);
    action_free(actions[0]);
    action_free(actions[1]);
}

/* Each word of the MIB is written and read as itself. */
static void test_words(void **state) {
    struct fixture *fixture = *state;
    struct answer answer = {.count = 0};
    struct action *actions[16];
    size_t count = 0;
    for (enum action_command c = COMMAND_HOLD; c <= COMMAND_COUNT; c++) {
        actions[count] = action_new(&(struct action_key){.owner = "", .command = c, .id = 7});
        actions[count]->request.queue = (int)c % (QUEUE_COUNT + 1);
        count++;
    }
    store_actions_add(fixture->store, actions, count, on_added, &answer);
    fixture_expect(fixture, &answer, 0);
    for (size_t i = 0; i < count; i++) {
        struct answer ended = {.count = 0};
        actions[i]->serial = answer.serials[i];
        actions[i]->state =
            (enum action_state)(ACTION_DONE + i % (ACTION_STATE_LAST - ACTION_DONE + 1));
        actions[i]->ended = time(NULL);
        action_add_result(actions[i], "4F0C21A3B5", (enum action_outcome)(1 + i % OUTCOME_LAST),
                          "");
        store_action_ended(fixture->store, actions[i], 0, on_done, &ended);
        fixture_expect(fixture, &ended, 0);
    }
    fixture_restart(fixture);
    assert_int_equal(fixture->image.action_count, count);
    for (size_t i = 0; i < count; i++) {
        const struct action *read = fixture->image.actions[i];
        assert_int_equal(read->key.command, actions[i]->key.command);
        assert_int_equal(read->request.queue, actions[i]->request.queue);
        assert_int_equal(read->state, actions[i]->state);
        assert_int_equal(read->results[0].outcome, actions[i]->results[0].outcome);
        action_free(actions[i]);
    }
}

static void announce(struct fixture *fixture, const struct action *action) {
    struct answer answer = {.count = 0};
    struct event event = {.serial = 1,
                          .type = EVENT_ACTION_FINISHED,
                          .notified = NOTIFIED_PENDING,
                          .has_action = true,
                          .action = {.key = action->key, .state = ACTION_INTERRUPTED}};
    store_event_add(fixture->store, &event, on_done, &answer);
    fixture_expect(fixture, &answer, 0);
}

/* What ran when the process was killed is interrupted with what is known; what waited waits on. */
static void test_interrupted(void **state) {
    struct fixture *fixture = *state;
    struct answer answer = {.count = 0};
    struct action *running = fixture_add_action(fixture, 1);
    struct action *queued = fixture_add_action(fixture, 2);
    running->state = ACTION_RUNNING;
    running->started = time(NULL);
    running->matched = 3;
    store_action_started(fixture->store, running, on_done, &answer);
    action_add_result(running, "4F0C21A3B5", OUTCOME_DONE, "");
    action_add_result(running, "4F0C21A3B6", OUTCOME_NOT_FOUND, "");
    store_action_results(fixture->store, running, 0);
    fixture_expect(fixture, &answer, 0);
    fixture_restart(fixture);
    assert_int_equal(fixture->image.interrupted, 1);
    assert_int_equal(fixture->image.action_count, 2);
    const struct action *read = fixture_action(fixture, 1);
    assert_int_equal(read->state, ACTION_INTERRUPTED);
    assert_int_equal(read->matched, 3);
    assert_int_equal(read->succeeded, 1);
    assert_int_equal(read->failed, 1);
    assert_int_equal(read->result_count, 2);
    assert_true(read->ended >= read->started);
    assert_true(read->error[0] != '\0');
    assert_int_equal(fixture_action(fixture, 2)->state, ACTION_QUEUED);
    fixture_restart(fixture);
    assert_int_equal(fixture->image.interrupted, 0);
    assert_int_equal(fixture_action(fixture, 1)->state, ACTION_INTERRUPTED);
    /* Until the event about its end is written, every start has it to announce. */
    assert_true(fixture_action(fixture, 1)->unannounced);
    assert_false(fixture_action(fixture, 2)->unannounced);
    announce(fixture, running);
    fixture_restart(fixture);
    assert_false(fixture_action(fixture, 1)->unannounced);
    action_free(running);
    action_free(queued);
}

/* An action that is not in the journal must not be run. */
static void test_unknown_action(void **state) {
    struct fixture *fixture = *state;
    struct answer started = {.count = 0}, ended = {.count = 0};
    struct action *action =
        action_new(&(struct action_key){.owner = "", .command = COMMAND_HOLD, .id = 1});
    action->serial = 99;
    action->state = ACTION_RUNNING;
    store_action_started(fixture->store, action, on_done, &started);
    store_action_ended(fixture->store, action, 0, on_done, &ended);
    fixture_expect(fixture, &started, -ENOENT);
    fixture_expect(fixture, &ended, -ENOENT);
    assert_true(store_usable(fixture->store));
    action_free(fixture_add_action(fixture, 2));
    action_free(action);
}

static void end_action(struct fixture *fixture, struct action *action, int64_t ended) {
    struct answer answer = {.count = 0};
    action->state = ACTION_DONE;
    action->started = action->ended = ended;
    action->output = strdup("From: a");
    action->output_len = strlen(action->output);
    action_add_result(action, "4F0C21A3B5", OUTCOME_DONE, "");
    store_action_ended(fixture->store, action, 0, on_done, &answer);
    fixture_expect(fixture, &answer, 0);
    action_free(action);
}

/* A destroyed row is audit without the mail's contents, and is deleted in its time. */
static void test_hidden(void **state) {
    struct fixture *fixture = *state;
    struct action *action = fixture_add_action(fixture, 1);
    uint64_t serial = action->serial;
    end_action(fixture, action, time(NULL));
    store_action_hide(fixture->store, serial);
    fixture_restart(fixture);
    assert_int_equal(fixture->image.action_count, 0);
    fixture_check_sql(fixture, "SELECT results FROM audit", "4F0C21A3B5 done");
    fixture_check_sql(fixture, "SELECT count(*) FROM action_output", "0");
    action = fixture_add_action(fixture, 1);
    assert_true(action->serial > serial);
    action_free(action);
}

static void test_retention(void **state) {
    struct fixture *fixture = *state;
    int64_t now = time(NULL);
    for (uint32_t id = 1; id <= 6; id++) {
        end_action(fixture, fixture_add_action(fixture, id),
                   id <= 2 || id == 6 ? now - 10000 : now);
    }
    struct action *queued = fixture_add_action(fixture, 7);
    fixture->limits.retention_usec = UINT64_C(5000) * 1000000;
    fixture_restart(fixture);
    /* Of the last one only the clock says that it is older than those before it. */
    fixture_check_sql(fixture, "SELECT group_concat(id) FROM actions WHERE hidden = 0",
                      "3,4,5,6,7");
    fixture->limits.retention_rows = 3;
    fixture_restart(fixture);
    assert_int_equal(fixture->image.action_count, 4);
    assert_int_equal(fixture->image.actions[0]->key.id, 4);
    assert_int_equal(fixture->image.actions[2]->key.id, 6);
    assert_int_equal(fixture->image.actions[3]->key.id, 7);
    fixture_check_sql(fixture, "SELECT count(*) FROM audit", "7");
    fixture_check_sql(fixture, "SELECT count(*) FROM action_output", "3");
    action_free(queued);
}

/* The newest fit into the memory there is; what is queued always does. */
static void test_memory(void **state) {
    struct fixture *fixture = *state;
    struct action *queued = fixture_add_action(fixture, 1);
    for (uint32_t id = 2; id <= 5; id++) {
        end_action(fixture, fixture_add_action(fixture, id), time(NULL));
    }
    fixture->limits.memory_octets = 1;
    fixture_restart(fixture);
    assert_int_equal(fixture->image.action_count, 1);
    assert_int_equal(fixture->image.actions[0]->key.id, 1);
    fixture->limits.memory_octets = 1000000;
    fixture_restart(fixture);
    assert_int_equal(fixture->image.action_count, 1);
    action_free(queued);
}

/* More than one batch of results and rows, and the visible ones stay. */
static void test_purge(void **state) {
    struct fixture *fixture = *state;
    char sql[512];
    snprintf(sql, sizeof sql,
             "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1300)"
             " INSERT INTO actions (owner, command, id, state, queue_ids, queue, sender, recipient,"
             " reason, min_age, min_size, all_messages, comment, created, ended, hidden)"
             " SELECT 'x', 'hold', i, 'done', '', 'any', '', '', '', 0, 0, 0, '', 1, %lld, i > 1"
             " FROM n",
             (long long)time(NULL) - 366 * 86400);
    fixture_stop(fixture);
    char out[1024];
    fixture_sql(fixture, sql, out);
    fixture_sql(fixture,
                "INSERT INTO action_results SELECT serial, 1, 'A', 'done', '' FROM actions", out);
    fixture->limits.retention_usec = UINT64_C(400) * 86400 * 1000000;
    fixture_start(fixture);
    for (int i = 0; i < 10000; i++) {
        if (strcmp(fixture_sql(fixture, "SELECT count(*) FROM actions", out), "1") == 0) {
            break;
        }
        sd_event_run(fixture->event, 1000);
    }
    fixture_check_sql(fixture, "SELECT count(*) || min(id) FROM actions", "11");
    fixture_check_sql(fixture, "SELECT count(*) FROM action_results", "1");
}

/* A row of words that this program does not know is not run and not shown. */
static void test_edited_rows(void **state) {
    struct fixture *fixture = *state;
    char out[1024];
    for (uint32_t id = 1; id <= 4; id++) {
        action_free(fixture_add_action(fixture, id));
    }
    fixture_sql(fixture, "UPDATE actions SET command = 'explode' WHERE id = 1", out);
    fixture_sql(fixture, "UPDATE actions SET queue = 'nowhere' WHERE id = 2", out);
    fixture_sql(fixture,
                "UPDATE actions SET sender = hex(zeroblob(100000)), min_age = -5,"
                " min_size = 99999999999 WHERE id = 3",
                out);
    fixture_restart(fixture);
    assert_int_equal(fixture->image.action_count, 2);
    const struct action *action = fixture_action(fixture, 3);
    assert_int_equal(strlen(action->request.sender), ACTION_TEXT_MAX);
    assert_int_equal(action->request.min_age_s, 0);
    assert_int_equal(action->request.min_size, UINT32_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_whole_life, setup, teardown),
        cmocka_unit_test_setup_teardown(test_words, setup, teardown),
        cmocka_unit_test_setup_teardown(test_interrupted, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unknown_action, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hidden, setup, teardown),
        cmocka_unit_test_setup_teardown(test_retention, setup, teardown),
        cmocka_unit_test_setup_teardown(test_memory, setup, teardown),
        cmocka_unit_test_setup_teardown(test_purge, setup, teardown),
        cmocka_unit_test_setup_teardown(test_edited_rows, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Several actions, and the ends of one that no order decides: batches, whose turn it is,
 * cancelling, a journal that takes nothing, a configuration that allows nothing.
 */
#include "actions_fixture.h"

#include <stdlib.h>
#include <string.h>

/* A thousand in one go, then the rest. */
static void test_batches(void **state) {
    static const struct scripted script[] = {
        {.type = REQUEST_ACTION, .ids = PROTOCOL_IDS, .confirm = true},
        {.type = REQUEST_ACTION, .ids = 5, .confirm = true}};
    (void)state;
    char *ids = calloc(PROTOCOL_IDS + 5, 12);
    for (unsigned i = 0; i < PROTOCOL_IDS + 5; i++) {
        snprintf(ids + 11 * (size_t)i, 12, "%010X ", i);
    }
    set_up(script);
    struct action *action = new_action(COMMAND_HOLD, ids);
    free(ids);
    add(action);
    run_until(1);
    assert_int_equal(t.orders, 2);
    assert_int_equal(action->state, ACTION_DONE);
    assert_int_equal(action->succeeded, PROTOCOL_IDS + 5);
    tear_down();
}

static void ask_hold(void) {
    add(numbered(COMMAND_HOLD, "A0000001", 2));
}

static void note_hold(void) {
    t.hold_at = t.orders;
}

/* Flushes are many processes: what is asked for meanwhile goes first, and the rest follows. */
static void test_flush_lets_others_go_first(void **state) {
    static struct scripted script[80];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(script); i++) {
        script[i] = (struct scripted){.type = REQUEST_FLUSH, .ids = 1};
    }
    script[0] = (struct scripted){.type = REQUEST_SELECT, .listed = 70};
    script[3].meanwhile = ask_hold;
    script[17] = (struct scripted){
        .type = REQUEST_ACTION, .ids = 1, .confirm = true, .meanwhile = note_hold};
    set_up(script);
    struct action *flush = numbered(COMMAND_FLUSH, "", 1);
    snprintf(flush->request.sender, sizeof flush->request.sender, "x@*");
    add(flush);
    run_until(2);
    assert_int_equal(t.hold_at, 18);
    assert_int_equal(t.orders, 1 + 70 + 1);
    assert_int_equal(flush->state, ACTION_DONE);
    assert_int_equal(flush->succeeded, 70);
    tear_down();
}

static void cancel_flush(void) {
    actions_destroy(t.actions, &(struct action_key){"ops", COMMAND_FLUSH, 1});
}

static void test_cancel_running(void **state) {
    static struct scripted script[40];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(script); i++) {
        script[i] = (struct scripted){.type = REQUEST_FLUSH, .ids = 1};
    }
    script[0] = (struct scripted){.type = REQUEST_SELECT, .listed = 70};
    script[3].meanwhile = cancel_flush;
    set_up(script);
    struct action *flush = numbered(COMMAND_FLUSH, "", 1);
    flush->request.min_size = 1;
    add(flush);
    run_until(1);
    assert_int_equal(flush->state, ACTION_CANCELLED);
    assert_string_equal(flush->error, "cancelled: 54 of 70 messages were not tried");
    assert_int_equal(flush->result_count, 16);
    assert_int_equal(flush->failed, 0);
    assert_int_equal(t.orders, 17);
    assert_int_equal(actions_table(t.actions)->failed_total, 0);
    cancel_flush();
    assert_null(
        action_table_find(actions_table(t.actions), &(struct action_key){"ops", COMMAND_FLUSH, 1}));
    tear_down();
}

static void cancel_delete(void) {
    actions_destroy(t.actions, &(struct action_key){"ops", COMMAND_DELETE, 2});
}

/* One that waits, one that is being looked for, and one that is not in the journal yet. */
static void test_cancel_before(void **state) {
    static const struct scripted script[] = {
        {.type = REQUEST_ACTION, .ids = 1, .confirm = true, .meanwhile = cancel_delete},
        {.type = REQUEST_SELECT,
         .lines = {LISTED("A0000001", 1000, "x@y")},
         .meanwhile = cancel_delete}};
    (void)state;
    set_up(script);
    struct action *hold = numbered(COMMAND_HOLD, "A0000001", 1);
    struct action *delete = numbered(COMMAND_DELETE, "A0000001", 2);
    add(hold);
    add(delete);
    run_until(2);
    assert_int_equal(hold->state, ACTION_DONE);
    assert_int_equal(delete->state, ACTION_CANCELLED);
    assert_int_equal(delete->started, 0);
    assert_int_equal(t.orders, 1);
    assert_int_equal(t.ended, 2);
    cancel_delete();
    delete = numbered(COMMAND_DELETE, "A0000001", 2);
    add(delete);
    run_until(3);
    assert_int_equal(delete->state, ACTION_CANCELLED);
    assert_int_equal(t.orders, 2);
    cancel_delete();
    t.journal_waits = true;
    delete = numbered(COMMAND_DELETE, "A0000001", 2);
    add(delete);
    cancel_delete();
    assert_int_equal(delete->state, ACTION_QUEUED);
    t.journaled(t.journaled_userdata, 0, "", (const uint64_t[]){9}, 1);
    run_until(4);
    assert_int_equal(delete->state, ACTION_CANCELLED);
    assert_int_equal(delete->serial, 9);
    assert_int_equal(t.orders, 2);
    tear_down();
}

/* With the clock set back after the message arrived: it is the one that was seen, or one whose
 * arrival is still to come, which says nothing about it. */
static void test_clock_set_back(void **state) {
    static const struct {
        const char *name, *id, *line;
    } messages[] = {
        {"seen with this arrival", "A0000001", LISTED("A0000001", 1000, "x@y")},
        {"not seen, arrived in the future", "A0000009", LISTED("A0000009", 99999999999, "x@y")},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(messages); i++) {
        char removed[64];
        snprintf(removed, sizeof removed, "postsuper: %s: removed", messages[i].id);
        const struct scripted script[] = {
            {.type = REQUEST_SELECT, .lines = {messages[i].line}},
            {.type = REQUEST_ACTION, .ids = 1, .lines = {removed, "postsuper: Deleted: 1 message"}},
        };
        set_up(script);
        struct action *action = new_action(COMMAND_DELETE, messages[i].id);
        action->created = 500;
        add(action);
        run_until(1);
        CHECK_STRING(messages[i].name, action_state_name(action->state), "done");
        tear_down();
    }
}

static void test_no_journal(void **state) {
    (void)state;
    set_up(NULL);
    t.journal_fails = true;
    struct action *action = new_action(COMMAND_HOLD, "A0000001");
    add(action);
    run_until(1);
    assert_int_equal(action->state, ACTION_FAILED);
    assert_non_null(
        strstr(action->error, "could not be written to the database: the disk is full"));
    assert_int_equal(t.orders + t.started + t.ended, 0);
    tear_down();
    set_up(NULL);
    t.start_fails = true;
    action = new_action(COMMAND_HOLD, "A0000001");
    add(action);
    run_until(1);
    assert_int_equal(action->state, ACTION_FAILED);
    assert_int_equal(t.orders, 0);
    tear_down();
}

static void test_not_allowed(void **state) {
    (void)state;
    set_up(NULL);
    t.config.allow_actions = 0;
    struct action *action = new_action(COMMAND_HOLD, "A0000001");
    add(action);
    run_until(1);
    assert_int_equal(action->state, ACTION_REFUSED);
    assert_int_equal(t.orders, 0);
    tear_down();
}

static void take_up(void) {
    actions_take_new_id(t.actions, "A0000001", "B0000001");
}

/* Postfix takes up the first before postsuper has ended, the second after the action has. */
static void test_new_ids(void **state) {
    static const struct scripted script[] = {
        {.type = REQUEST_ACTION,
         .ids = 3,
         .lines = {"postsuper: A0000001: requeued", "postsuper: A0000002: requeued",
                   "postsuper: A0000003: requeued", "postsuper: Requeued: 3 messages"},
         .meanwhile = take_up}};
    (void)state;
    set_up(script);
    struct action *action = new_action(COMMAND_REQUEUE, "A0000001 A0000002 A0000003");
    add(action);
    run_until(1);
    assert_int_equal(action->state, ACTION_DONE);
    assert_string_equal(action->results[0].text, "requeued as B0000001");
    assert_non_null(strstr(action->results[1].text, "orig_id=A0000002"));
    assert_int_equal(t.rewritten, 0);
    actions_take_new_id(t.actions, "A0000002", "B0000002");
    actions_take_new_id(t.actions, "A0000001", "C0000001");
    actions_take_new_id(t.actions, "A0000009", "B0000009");
    assert_int_equal(t.rewritten, 1);
    assert_string_equal(action->results[0].text, "requeued as B0000001");
    assert_string_equal(action->results[1].text, "requeued as B0000002");
    assert_non_null(strstr(action->results[2].text, "orig_id=A0000003"));
    tear_down();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batches),        cmocka_unit_test(test_flush_lets_others_go_first),
        cmocka_unit_test(test_cancel_running), cmocka_unit_test(test_cancel_before),
        cmocka_unit_test(test_clock_set_back), cmocka_unit_test(test_no_journal),
        cmocka_unit_test(test_not_allowed),    cmocka_unit_test(test_new_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

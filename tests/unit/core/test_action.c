/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An action: its results and counts, and its output divided into rows.
 */
#include "core/action.h"

#include "unit.h"

#include <stdlib.h>

static const struct action_key key = {.owner = "ops", .command = COMMAND_HOLD, .id = 7};

static struct action *new_action(void) {
    struct action *action = action_new(&key);
    assert_non_null(action);
    return action;
}

static void test_new(void **state) {
    (void)state;
    struct action *action = new_action();
    assert_string_equal(action->key.owner, "ops");
    assert_int_equal(action->key.command, COMMAND_HOLD);
    assert_int_equal(action->key.id, 7);
    assert_int_equal(action->state, ACTION_QUEUED);
    assert_string_equal(action->request.queue_ids, "");
    assert_int_equal(action->request.expected_count, ACTION_NO_EXPECTED_COUNT);
    assert_false(action->request.all);
    action_free(action);
    action_free(NULL);
}

static const struct {
    const char *name;
    enum action_outcome outcome;
    bool succeeded;
} outcomes[] = {
    {"done", OUTCOME_DONE, true},           {"notFound", OUTCOME_NOT_FOUND, false},
    {"invalid", OUTCOME_INVALID, false},    {"failed", OUTCOME_FAILED, false},
    {"requested", OUTCOME_REQUESTED, true}, {"unchanged", OUTCOME_UNCHANGED, true},
};

static void test_results(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(outcomes); i++) {
        struct action *action = new_action();
        CHECK_STRING(outcomes[i].name, action_outcome_name(outcomes[i].outcome), outcomes[i].name);
        CHECK(outcomes[i].name, action_add_result(action, "A1B2C3", outcomes[i].outcome, "said"));
        CHECK_INT(outcomes[i].name, action->succeeded, outcomes[i].succeeded);
        CHECK_INT(outcomes[i].name, action->failed, !outcomes[i].succeeded);
        CHECK_STRING(outcomes[i].name, action->results[0].id, "A1B2C3");
        CHECK_STRING(outcomes[i].name, action->results[0].text, "said");
        action_free(action);
    }
}

static void test_many_results(void **state) {
    (void)state;
    struct action *action = new_action();
    size_t before = action_memory(action);
    for (unsigned i = 0; i < 1000; i++) {
        char id[QUEUE_ID_SIZE];
        snprintf(id, sizeof id, "%06X", i);
        assert_true(
            action_add_result(action, id, i % 3 == 0 ? OUTCOME_DONE : OUTCOME_NOT_FOUND, "a text"));
    }
    assert_int_equal(action->result_count, 1000);
    assert_int_equal(action->succeeded, 334);
    assert_int_equal(action->failed, 666);
    assert_string_equal(action->results[999].id, "0003E7");
    assert_true(action_memory(action) >=
                before + 1000 * (sizeof *action->results + sizeof "a text"));
    action_free(action);
}

#define X51 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X255 X51 X51 X51 X51 X51

static const struct {
    const char *name;
    const char *output;
    size_t len;
    size_t count;
    struct action_line lines[4];
} outputs[] = {
#define OUTPUT(text) text, sizeof(text) - 1
    {"nothing", OUTPUT(""), 0, {{0, 0}}},
    {"one empty line", OUTPUT("\n"), 1, {{0, 0}}},
    {"empty lines", OUTPUT("\n\n\n"), 3, {{0, 0}, {1, 0}, {2, 0}}},
    {"a line", OUTPUT("abc\n"), 1, {{0, 3}}},
    {"no newline at the end", OUTPUT("abc\nde"), 2, {{0, 3}, {4, 2}}},
    {"an empty line between", OUTPUT("a\n\nb\n"), 3, {{0, 1}, {2, 0}, {3, 1}}},
    {"255 and a newline", OUTPUT(X255 "\n"), 1, {{0, 255}}},
    {"255 and no newline", OUTPUT(X255), 1, {{0, 255}}},
    {"255, a newline, more", OUTPUT(X255 "\ny"), 2, {{0, 255}, {256, 1}}},
    {"256", OUTPUT(X255 "y\n"), 2, {{0, 255}, {255, 1}}},
    {"256 and no newline", OUTPUT(X255 "y"), 2, {{0, 255}, {255, 1}}},
    {"510", OUTPUT(X255 X255 "\n"), 2, {{0, 255}, {255, 255}}},
    {"carriage returns stay", OUTPUT("a\r\n\r\n"), 2, {{0, 2}, {3, 1}}},
    {"NUL octets", OUTPUT("a\0b\n\0\n"), 2, {{0, 3}, {4, 1}}},
};

static void test_output(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(outputs); i++) {
        const char *name = outputs[i].name;
        struct action *action = new_action();
        action->output = malloc(outputs[i].len + 1);
        assert_non_null(action->output);
        memcpy(action->output, outputs[i].output, outputs[i].len);
        action->output = realloc(action->output, outputs[i].len + (outputs[i].len == 0));
        action->output_len = outputs[i].len;
        /* Once more changes nothing. */
        CHECK(name, action_index_output(action) && action_index_output(action));
        CHECK_INT(name, action->line_count, outputs[i].count);
        for (size_t line = 0; line < outputs[i].count; line++) {
            CHECK_INT(name, action->lines[line].at, outputs[i].lines[line].at);
            CHECK_INT(name, action->lines[line].len, outputs[i].lines[line].len);
        }
        action_free(action);
    }
}

static const struct {
    const char *name;
    enum action_state state;
    bool finished;
} states[] = {
    {"queued", ACTION_QUEUED, false},
    {"running", ACTION_RUNNING, false},
    {"done", ACTION_DONE, true},
    {"partial", ACTION_PARTIAL, true},
    {"failed", ACTION_FAILED, true},
    {"refused", ACTION_REFUSED, true},
    {"interrupted", ACTION_INTERRUPTED, true},
    {"cancelled", ACTION_CANCELLED, true},
};

static void test_states(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(states); i++) {
        CHECK_STRING(states[i].name, action_state_name(states[i].state), states[i].name);
        CHECK_INT(states[i].name, action_is_finished(states[i].state), states[i].finished);
        CHECK_INT(states[i].name, states[i].state, i + 1);
    }
}

/* What is the new ID in the text of a result, NULL = none. */
static const struct {
    const char *text, *new_id;
} new_ids[] = {
    {"requeued as 4ABC12DEF7", "4ABC12DEF7"},
    {"requeued as 4bXY3c1z2Tz4BCD", "4bXY3c1z2Tz4BCD"},
    {"requeued; Postfix logs the new ID with orig_id=4ABC12DEF0", NULL},
    {"requeued as ALL", NULL},
    {"requeued as 4ABC12DEF7, or not", NULL},
    {"requeued as ", NULL},
    {"", NULL},
};

static void test_new_id(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(new_ids); i++) {
        char id[QUEUE_ID_SIZE] = "before";
        bool found = action_text_new_id(new_ids[i].text, id);
        CHECK_INT(new_ids[i].text, found, new_ids[i].new_id != NULL);
        CHECK_STRING(new_ids[i].text, id, found ? new_ids[i].new_id : "before");
    }
    struct action *action = action_new(&(struct action_key){.command = COMMAND_REQUEUE, .id = 1});
    assert_non_null(action);
    assert_true(action_add_result(action, "4ABC12DEF0", OUTCOME_DONE, "requeued"));
    assert_int_equal(action_take_new_id(action, "4ABC12DEF0", "4ABC12DEF7"), SIZE_MAX);
    assert_true(action_add_result(action, "4ABC12DEF1", OUTCOME_DONE, "requeued"));
    action_await_id(action);
    assert_int_equal(action_take_new_id(action, "4ABC12DEF0", "4ABC12DEF7"), SIZE_MAX);
    assert_int_equal(action_take_new_id(action, "4ABC12DEF1", "4ABC12DEF8"), 1);
    assert_string_equal(action->results[0].text, "requeued");
    assert_string_equal(action->results[1].text, "requeued as 4ABC12DEF8");
    /* Once. */
    assert_int_equal(action_take_new_id(action, "4ABC12DEF1", "4ABC12DEF9"), SIZE_MAX);
    assert_string_equal(action->results[1].text, "requeued as 4ABC12DEF8");
    action_free(action);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new),          cmocka_unit_test(test_results),
        cmocka_unit_test(test_many_results), cmocka_unit_test(test_output),
        cmocka_unit_test(test_states),       cmocka_unit_test(test_new_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

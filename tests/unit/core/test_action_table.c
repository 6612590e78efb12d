/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rows of hmqActionTable: their order, search by anything, keys, retention, free ids.
 */
#include "core/action_table.h"

#include "unit.h"

#include <stdlib.h>

static struct action *add(struct action_table *table, const char *owner,
                          enum action_command command, uint32_t id) {
    struct action_key key = {.command = command, .id = id};
    snprintf(key.owner, sizeof key.owner, "%s", owner);
    struct action *action = action_new(&key);
    assert_non_null(action);
    assert_true(action_table_add(table, action));
    return action;
}

static struct action *add_finished(struct action_table *table, uint32_t id, int64_t ended) {
    struct action *action = add(table, "ops", COMMAND_HOLD, id);
    action->state = ACTION_DONE;
    action->ended = ended;
    action_table_finished(table, action, ended);
    return action;
}

/* In the order of the index. */
static const struct {
    const char *owner;
    enum action_command command;
    uint32_t id;
} ordered[] = {
    {"", COMMAND_HOLD, 1},   {"", COMMAND_HOLD, 2},         {"", COMMAND_COUNT, 1},
    {"b", COMMAND_HOLD, 9},  {"b", COMMAND_DELETE, 3},      {"aa", COMMAND_HOLD, 4294967295U},
    {"ab", COMMAND_HOLD, 1}, {"\xC3\xA4", COMMAND_HOLD, 1}, {"aaa", COMMAND_UNHOLD, 1},
};

static void fill(struct action_table *table) {
    for (size_t i = 0; i < COUNT_OF(ordered); i++) {
        size_t j = i * 5 % COUNT_OF(ordered); /* 5 and 9 have no common divisor: each once */
        add(table, ordered[j].owner, ordered[j].command, ordered[j].id);
    }
}

static void test_order(void **state) {
    (void)state;
    struct action_table table = {0};
    fill(&table);
    assert_int_equal(table.count, COUNT_OF(ordered));
    for (size_t i = 0; i < COUNT_OF(ordered); i++) {
        const struct action_key *key = &table.actions[i]->key;
        CHECK_STRING(ordered[i].owner, key->owner, ordered[i].owner);
        CHECK_INT(ordered[i].owner, key->command, ordered[i].command);
        CHECK_INT(ordered[i].owner, key->id, ordered[i].id);
        CHECK(ordered[i].owner, action_table_find(&table, key) == table.actions[i]);
    }
    action_table_deinit(&table);
    assert_int_equal(table.count, 0);
}

static const struct {
    const char *name;
    size_t count;
    uint32_t index[8];
    size_t after, from; /* exclusive, inclusive */
} searches[] = {
    {"nothing", 0, {0}, 0, 0},
    {"no owner", 1, {0}, 0, 0},
    {"no owner, hold", 2, {0, COMMAND_HOLD}, 0, 0},
    {"the first row", 3, {0, COMMAND_HOLD, 1}, 1, 0},
    {"behind the first row", 4, {0, COMMAND_HOLD, 1, 0}, 1, 1},
    {"id 0", 3, {0, COMMAND_HOLD, 0}, 0, 0},
    {"the greatest id", 3, {0, COMMAND_HOLD, UINT32_MAX}, 2, 2},
    {"no such command", 3, {0, 99, 1}, 3, 3},
    {"the greatest command", 2, {0, UINT32_MAX}, 3, 3},
    {"an owner's length only", 1, {2}, 5, 5},
    {"an owner cut short", 2, {2, 'a'}, 5, 5},
    {"octets above 255", 3, {2, 'a', 256}, 7, 7},
    {"between two octets", 5, {2, 'a', 'a', COMMAND_UNHOLD, 1}, 6, 6},
    {"UTF-8", 5, {2, 0xC3, 0xA4, COMMAND_HOLD, 1}, 8, 7},
    {"a longer owner than any", 2, {33, 0}, 9, 9},
    {"the greatest number", 1, {UINT32_MAX}, 9, 9},
    {"the last row", 6, {3, 'a', 'a', 'a', COMMAND_UNHOLD, 1}, 9, 8},
};

static void test_search(void **state) {
    (void)state;
    struct action_table table = {0};
    const uint32_t none = 0;
    assert_int_equal(action_table_search(&table, &none, 0, true), 0);
    fill(&table);
    for (size_t i = 0; i < COUNT_OF(searches); i++) {
        const char *name = searches[i].name;
        CHECK_INT(name, action_table_search(&table, searches[i].index, searches[i].count, false),
                  searches[i].after);
        CHECK_INT(name, action_table_search(&table, searches[i].index, searches[i].count, true),
                  searches[i].from);
    }
    action_table_deinit(&table);
}

/* As long as the longest owner, and one more. */
static void test_key_length(void **state) {
    (void)state;
    uint32_t index[ACTION_OWNER_MAX + 4];
    struct action_key key;
    size_t used = 0;
    for (size_t i = 0; i < COUNT_OF(index); i++) {
        index[i] = 'a';
    }
    index[0] = ACTION_OWNER_MAX;
    index[ACTION_OWNER_MAX + 1] = COMMAND_VIEW;
    index[ACTION_OWNER_MAX + 2] = UINT32_MAX;
    assert_true(action_key_read(index, ACTION_KEY_SUBIDS, &key, &used));
    assert_int_equal(used, ACTION_KEY_SUBIDS);
    assert_int_equal(strlen(key.owner), ACTION_OWNER_MAX);
    index[0] = ACTION_OWNER_MAX + 1;
    index[ACTION_OWNER_MAX + 1] = 'a';
    index[ACTION_OWNER_MAX + 2] = COMMAND_VIEW;
    index[ACTION_OWNER_MAX + 3] = 1;
    assert_false(action_key_read(index, COUNT_OF(index), &key, &used));
}

static const struct {
    const char *name;
    size_t count;
    uint32_t index[8];
    size_t used; /* 0 = refused */
} keys[] = {
    {"no owner", 3, {0, COMMAND_HOLD, 1}, 3},
    {"an owner", 5, {2, 'a', 'b', COMMAND_COUNT, UINT32_MAX}, 5},
    {"more behind it", 6, {1, 'a', COMMAND_HOLD, 1, 7, 8}, 4},
    {"UTF-8", 5, {2, 0xC3, 0xA4, COMMAND_HOLD, 1}, 5},
    {"nothing", 0, {0}, 0},
    {"a length only", 1, {0}, 0},
    {"no id", 2, {0, COMMAND_HOLD}, 0},
    {"owner cut short", 4, {2, 'a', COMMAND_HOLD, 1}, 0},
    {"a length that wraps", 3, {UINT32_MAX, COMMAND_HOLD, 1}, 0},
    {"an octet above 255", 4, {1, 256 + 'a', COMMAND_HOLD, 1}, 0},
    {"a NUL", 4, {1, 0, COMMAND_HOLD, 1}, 0},
    {"no UTF-8", 4, {1, 0xFF, COMMAND_HOLD, 1}, 0},
    {"half a character", 4, {1, 0xC3, COMMAND_HOLD, 1}, 0},
    {"command 0", 3, {0, 0, 1}, 0},
    {"a command beyond the last", 3, {0, COMMAND_END, 1}, 0},
    {"a huge command", 3, {0, UINT32_MAX, 1}, 0},
    {"id 0", 3, {0, COMMAND_HOLD, 0}, 0},
};

static void test_key_read(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        struct action_key key;
        uint32_t own[ACTION_KEY_SUBIDS];
        size_t used = 0;
        bool read = action_key_read(keys[i].index, keys[i].count, &key, &used);
        CHECK_INT(keys[i].name, read, keys[i].used != 0);
        CHECK_INT(keys[i].name, used, keys[i].used);
        if (read) {
            CHECK_INT(keys[i].name, action_key_write(&key, own), used);
            CHECK(keys[i].name, memcmp(own, keys[i].index, used * sizeof *own) == 0);
        }
    }
}

static void test_take_out(void **state) {
    (void)state;
    struct action_table table = {0};
    struct action *first = add_finished(&table, 1, 10);
    add_finished(&table, 2, 20);
    add(&table, "ops", COMMAND_DELETE, 1);
    assert_int_equal(action_table_unfinished(&table), 1);
    const struct action_key unknown = {.owner = "ops", .command = COMMAND_HOLD, .id = 3};
    action_table_remove(&table, &unknown);
    assert_int_equal(table.count, 3);
    action_table_release(&table, &first->key);
    assert_null(action_table_find(&table, &first->key));
    action_free(first);
    const struct action_key second = {.owner = "ops", .command = COMMAND_HOLD, .id = 2};
    action_table_remove(&table, &second);
    assert_int_equal(table.octets, 0);
    assert_int_equal(table.count, 1);
    action_table_deinit(&table);
}

static void test_totals(void **state) {
    static const struct {
        enum action_state state;
        uint32_t failed;
    } ends[] = {{ACTION_DONE, 0},    {ACTION_PARTIAL, 0},     {ACTION_FAILED, 1},
                {ACTION_REFUSED, 2}, {ACTION_INTERRUPTED, 3}, {ACTION_CANCELLED, 3}};
    (void)state;
    struct action_table table = {0};
    for (uint32_t i = 0; i < COUNT_OF(ends); i++) {
        struct action *action = add(&table, "", COMMAND_HOLD, i + 1);
        action->state = ends[i].state;
        action_table_finished(&table, action, 1000);
        CHECK_INT(action_state_name(action->state), table.finished_total, i + 1);
        CHECK_INT(action_state_name(action->state), table.failed_total, ends[i].failed);
    }
    action_table_deinit(&table);
}

#define PLENTY ((size_t)1 << 40)

static void test_retention(void **state) {
    (void)state;
    struct action_table table = {0};
    struct action_retention keep = {.rows = 3, .octets = PLENTY, .age_s = 100};
    assert_null(action_table_surplus(&table, &keep, 1000));
    add(&table, "", COMMAND_FLUSH, 1); /* not finished: never surplus */
    assert_null(action_table_surplus(&table, &keep, 1000));
    struct action *first = add_finished(&table, 9, 940);
    struct action *second = add_finished(&table, 5, 940);
    struct action *third = add_finished(&table, 1, 950);
    assert_null(action_table_surplus(&table, &keep, 1000));
    keep.rows = 2;
    assert_ptr_equal(action_table_surplus(&table, &keep, 1000), first);
    action_table_remove(&table, &first->key);
    keep.rows = 1;
    assert_ptr_equal(action_table_surplus(&table, &keep, 1000), second);
    keep.rows = 3;
    assert_null(action_table_surplus(&table, &keep, 1040));
    assert_ptr_equal(action_table_surplus(&table, &keep, 1041), second);
    assert_null(action_table_surplus(&table, &keep, 0)); /* no time that is believed */
    keep.octets = table.octets;
    assert_null(action_table_surplus(&table, &keep, 1000));
    keep.octets--;
    assert_ptr_equal(action_table_surplus(&table, &keep, 1000), second);
    action_table_remove(&table, &second->key);
    /* The last one stays whatever its size, but not for ever. */
    keep.octets = 0;
    assert_null(action_table_surplus(&table, &keep, 1000));
    assert_ptr_equal(action_table_surplus(&table, &keep, 1051), third);
    action_table_deinit(&table);
}

/* With the clock set back the row that has just ended is not the oldest one; nor is it when others
 * that were ordered after it ended before it. */
static void test_retention_order(void **state) {
    (void)state;
    struct action_table table = {0};
    const struct action_retention keep = {.rows = 2, .octets = PLENTY, .age_s = 100};
    struct action *running = add(&table, "", COMMAND_FLUSH, 1);
    struct action *first = add_finished(&table, 1, 5000);
    add_finished(&table, 2, 1400);
    add_finished(&table, 3, 1410);
    assert_ptr_equal(action_table_surplus(&table, &keep, 1411), first);
    action_table_remove(&table, &first->key);
    assert_null(action_table_surplus(&table, &keep, 1411));
    running->state = ACTION_DONE;
    action_table_finished(&table, running, 1412);
    assert_ptr_not_equal(action_table_surplus(&table, &keep, 1412), running);
    action_table_deinit(&table);
}

static const struct {
    const char *name;
    size_t count;
    uint32_t ids[4];
    uint32_t free;
} free_ids[] = {
    {"none yet", 0, {0}, 1},
    {"one more", 3, {1, 2, 3}, 4},
    {"one more than the greatest", 2, {1, 7}, 8},
    {"below the top", 1, {INT32_MAX - 1}, INT32_MAX},
    {"at the top", 1, {INT32_MAX}, 1},
    {"at the top, 1 is taken", 2, {1, INT32_MAX}, 2},
    {"at the top, the first gap", 4, {1, 2, 4, INT32_MAX}, 3},
    {"beyond the top", 2, {1, UINT32_MAX}, 2},
};

static struct action *add_requeued(struct action_table *table, uint32_t id, int64_t ended) {
    struct action *action = add(table, "ops", COMMAND_REQUEUE, id);
    assert_true(action_add_result(action, "4ABC12DEF0", OUTCOME_DONE,
                                  "requeued; Postfix logs the new ID with orig_id=4ABC12DEF0"));
    action_await_id(action);
    action->state = ACTION_DONE;
    action->ended = ended;
    action_table_finished(table, action, ended);
    return action;
}

/* A new ID belongs to the action that was added last, for an hour, and the memory is accounted. */
static void test_new_id(void **state) {
    (void)state;
    struct action_table table = {0};
    size_t number = 7;
    struct action *first = add_requeued(&table, 2, 1000);
    struct action *second = add_requeued(&table, 1, 1001);
    assert_null(action_table_take_new_id(&table, "4ABC12DEF1", "4ABC12DEF7", 1002, &number));
    assert_null(action_table_take_new_id(&table, "4ABC12DEF0", "4ABC12DEF7", 1002 + ACTION_NEW_ID_S,
                                         &number));
    assert_ptr_equal(action_table_take_new_id(&table, "4ABC12DEF0", "4ABC12DEF7", 1002, &number),
                     second);
    assert_int_equal(number, 0);
    assert_string_equal(second->results[0].text, "requeued as 4ABC12DEF7");
    assert_ptr_equal(action_table_take_new_id(&table, "4ABC12DEF0", "4ABC12DEF8", 1002, &number),
                     first);
    action_table_remove(&table, &(struct action_key){"ops", COMMAND_REQUEUE, 1});
    action_table_remove(&table, &(struct action_key){"ops", COMMAND_REQUEUE, 2});
    assert_int_equal(table.octets, 0);
    action_table_deinit(&table);
}

static void test_free_id(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(free_ids); i++) {
        struct action_table table = {0};
        for (size_t j = 0; j < free_ids[i].count; j++) {
            add(&table, "", COMMAND_HOLD, free_ids[i].ids[j]);
        }
        add(&table, "", COMMAND_UNHOLD, 100);
        add(&table, "x", COMMAND_HOLD, 200);
        CHECK_INT(free_ids[i].name, action_table_free_id(&table, "", COMMAND_HOLD),
                  free_ids[i].free);
        action_table_deinit(&table);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),     cmocka_unit_test(test_search),
        cmocka_unit_test(test_key_read),  cmocka_unit_test(test_key_length),
        cmocka_unit_test(test_take_out),  cmocka_unit_test(test_totals),
        cmocka_unit_test(test_retention), cmocka_unit_test(test_retention_order),
        cmocka_unit_test(test_new_id),    cmocka_unit_test(test_free_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

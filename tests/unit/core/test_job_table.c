/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rows of hmqActionTable: their order, search by anything, keys, retention, free ids.
 */
#include "core/job_table.h"

#include "unit.h"

#include <stdlib.h>

static struct job *add(struct job_table *table, const char *owner, enum action_command command,
                       uint32_t id) {
    struct job_key key = {.command = command, .id = id};
    snprintf(key.owner, sizeof key.owner, "%s", owner);
    struct job *job = job_new(&key);
    assert_non_null(job);
    assert_true(job_table_add(table, job));
    return job;
}

static struct job *add_finished(struct job_table *table, uint32_t id, int64_t ended) {
    struct job *job = add(table, "ops", ACTION_HOLD, id);
    job->state = JOB_DONE;
    job->ended = ended;
    job_table_finished(table, job, ended);
    return job;
}

/* In the order of the index. */
static const struct {
    const char *owner;
    enum action_command command;
    uint32_t id;
} ordered[] = {
    {"", ACTION_HOLD, 1},   {"", ACTION_HOLD, 2},         {"", ACTION_COUNT, 1},
    {"b", ACTION_HOLD, 9},  {"b", ACTION_DELETE, 3},      {"aa", ACTION_HOLD, 4294967295U},
    {"ab", ACTION_HOLD, 1}, {"\xC3\xA4", ACTION_HOLD, 1}, {"aaa", ACTION_UNHOLD, 1},
};

static void fill(struct job_table *table) {
    for (size_t i = 0; i < COUNT_OF(ordered); i++) {
        size_t j = i * 5 % COUNT_OF(ordered); /* 5 and 9 have no common divisor: each once */
        add(table, ordered[j].owner, ordered[j].command, ordered[j].id);
    }
}

static void test_order(void **state) {
    (void)state;
    struct job_table table = {0};
    fill(&table);
    assert_int_equal(table.count, COUNT_OF(ordered));
    for (size_t i = 0; i < COUNT_OF(ordered); i++) {
        const struct job_key *key = &table.jobs[i]->key;
        CHECK_STRING(ordered[i].owner, key->owner, ordered[i].owner);
        CHECK_INT(ordered[i].owner, key->command, ordered[i].command);
        CHECK_INT(ordered[i].owner, key->id, ordered[i].id);
        CHECK(ordered[i].owner, job_table_find(&table, key) == table.jobs[i]);
    }
    job_table_deinit(&table);
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
    {"no owner, hold", 2, {0, ACTION_HOLD}, 0, 0},
    {"the first row", 3, {0, ACTION_HOLD, 1}, 1, 0},
    {"behind the first row", 4, {0, ACTION_HOLD, 1, 0}, 1, 1},
    {"id 0", 3, {0, ACTION_HOLD, 0}, 0, 0},
    {"the greatest id", 3, {0, ACTION_HOLD, UINT32_MAX}, 2, 2},
    {"no such command", 3, {0, 99, 1}, 3, 3},
    {"the greatest command", 2, {0, UINT32_MAX}, 3, 3},
    {"an owner's length only", 1, {2}, 5, 5},
    {"an owner cut short", 2, {2, 'a'}, 5, 5},
    {"octets above 255", 3, {2, 'a', 256}, 7, 7},
    {"between two octets", 5, {2, 'a', 'a', ACTION_UNHOLD, 1}, 6, 6},
    {"UTF-8", 5, {2, 0xC3, 0xA4, ACTION_HOLD, 1}, 8, 7},
    {"a longer owner than any", 2, {33, 0}, 9, 9},
    {"the greatest number", 1, {UINT32_MAX}, 9, 9},
    {"the last row", 6, {3, 'a', 'a', 'a', ACTION_UNHOLD, 1}, 9, 8},
};

static void test_search(void **state) {
    (void)state;
    struct job_table table = {0};
    const uint32_t none = 0;
    assert_int_equal(job_table_search(&table, &none, 0, true), 0);
    fill(&table);
    for (size_t i = 0; i < COUNT_OF(searches); i++) {
        const char *name = searches[i].name;
        CHECK_INT(name, job_table_search(&table, searches[i].index, searches[i].count, false),
                  searches[i].after);
        CHECK_INT(name, job_table_search(&table, searches[i].index, searches[i].count, true),
                  searches[i].from);
    }
    job_table_deinit(&table);
}

/* As long as the longest owner, and one more. */
static void test_key_length(void **state) {
    (void)state;
    uint32_t index[JOB_OWNER_MAX + 4];
    struct job_key key;
    size_t used = 0;
    for (size_t i = 0; i < COUNT_OF(index); i++) {
        index[i] = 'a';
    }
    index[0] = JOB_OWNER_MAX;
    index[JOB_OWNER_MAX + 1] = ACTION_VIEW;
    index[JOB_OWNER_MAX + 2] = UINT32_MAX;
    assert_true(job_key_read(index, JOB_KEY_SUBIDS, &key, &used));
    assert_int_equal(used, JOB_KEY_SUBIDS);
    assert_int_equal(strlen(key.owner), JOB_OWNER_MAX);
    index[0] = JOB_OWNER_MAX + 1;
    index[JOB_OWNER_MAX + 1] = 'a';
    index[JOB_OWNER_MAX + 2] = ACTION_VIEW;
    index[JOB_OWNER_MAX + 3] = 1;
    assert_false(job_key_read(index, COUNT_OF(index), &key, &used));
}

static const struct {
    const char *name;
    size_t count;
    uint32_t index[8];
    size_t used; /* 0 = refused */
} keys[] = {
    {"no owner", 3, {0, ACTION_HOLD, 1}, 3},
    {"an owner", 5, {2, 'a', 'b', ACTION_COUNT, UINT32_MAX}, 5},
    {"more behind it", 6, {1, 'a', ACTION_HOLD, 1, 7, 8}, 4},
    {"UTF-8", 5, {2, 0xC3, 0xA4, ACTION_HOLD, 1}, 5},
    {"nothing", 0, {0}, 0},
    {"a length only", 1, {0}, 0},
    {"no id", 2, {0, ACTION_HOLD}, 0},
    {"owner cut short", 4, {2, 'a', ACTION_HOLD, 1}, 0},
    {"a length that wraps", 3, {UINT32_MAX, ACTION_HOLD, 1}, 0},
    {"an octet above 255", 4, {1, 256 + 'a', ACTION_HOLD, 1}, 0},
    {"a NUL", 4, {1, 0, ACTION_HOLD, 1}, 0},
    {"no UTF-8", 4, {1, 0xFF, ACTION_HOLD, 1}, 0},
    {"half a character", 4, {1, 0xC3, ACTION_HOLD, 1}, 0},
    {"command 0", 3, {0, 0, 1}, 0},
    {"command 9", 3, {0, ACTION_COUNT + 1, 1}, 0},
    {"a huge command", 3, {0, UINT32_MAX, 1}, 0},
    {"id 0", 3, {0, ACTION_HOLD, 0}, 0},
};

static void test_key_read(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        struct job_key key;
        uint32_t own[JOB_KEY_SUBIDS];
        size_t used = 0;
        bool read = job_key_read(keys[i].index, keys[i].count, &key, &used);
        CHECK_INT(keys[i].name, read, keys[i].used != 0);
        CHECK_INT(keys[i].name, used, keys[i].used);
        if (read) {
            CHECK_INT(keys[i].name, job_key_write(&key, own), used);
            CHECK(keys[i].name, memcmp(own, keys[i].index, used * sizeof *own) == 0);
        }
    }
}

static void test_take_out(void **state) {
    (void)state;
    struct job_table table = {0};
    struct job *first = add_finished(&table, 1, 10);
    add_finished(&table, 2, 20);
    add(&table, "ops", ACTION_DELETE, 1);
    assert_int_equal(job_table_unfinished(&table), 1);
    const struct job_key unknown = {.owner = "ops", .command = ACTION_HOLD, .id = 3};
    job_table_remove(&table, &unknown);
    assert_int_equal(table.count, 3);
    job_table_release(&table, &first->key);
    assert_null(job_table_find(&table, &first->key));
    job_free(first);
    const struct job_key second = {.owner = "ops", .command = ACTION_HOLD, .id = 2};
    job_table_remove(&table, &second);
    assert_int_equal(table.octets, 0);
    assert_int_equal(table.count, 1);
    job_table_deinit(&table);
}

static void test_totals(void **state) {
    static const struct {
        enum job_state state;
        uint32_t failed;
    } ends[] = {{JOB_DONE, 0},    {JOB_PARTIAL, 0},     {JOB_FAILED, 1},
                {JOB_REFUSED, 2}, {JOB_INTERRUPTED, 3}, {JOB_CANCELLED, 3}};
    (void)state;
    struct job_table table = {0};
    for (uint32_t i = 0; i < COUNT_OF(ends); i++) {
        struct job *job = add(&table, "", ACTION_HOLD, i + 1);
        job->state = ends[i].state;
        job_table_finished(&table, job, 1000);
        CHECK_INT(job_state_name(job->state), table.finished_total, i + 1);
        CHECK_INT(job_state_name(job->state), table.failed_total, ends[i].failed);
    }
    job_table_deinit(&table);
}

#define PLENTY ((size_t)1 << 40)

static void test_retention(void **state) {
    (void)state;
    struct job_table table = {0};
    struct job_retention keep = {.rows = 3, .octets = PLENTY, .age_s = 100};
    assert_null(job_table_surplus(&table, &keep, 1000));
    add(&table, "", ACTION_FLUSH, 1); /* not finished: never surplus */
    assert_null(job_table_surplus(&table, &keep, 1000));
    struct job *first = add_finished(&table, 9, 940);
    struct job *second = add_finished(&table, 5, 940);
    struct job *third = add_finished(&table, 1, 950);
    assert_null(job_table_surplus(&table, &keep, 1000));
    keep.rows = 2;
    assert_ptr_equal(job_table_surplus(&table, &keep, 1000), first);
    job_table_remove(&table, &first->key);
    keep.rows = 1;
    assert_ptr_equal(job_table_surplus(&table, &keep, 1000), second);
    keep.rows = 3;
    assert_null(job_table_surplus(&table, &keep, 1040));
    assert_ptr_equal(job_table_surplus(&table, &keep, 1041), second);
    assert_null(job_table_surplus(&table, &keep, 0)); /* no time that is believed */
    keep.octets = table.octets;
    assert_null(job_table_surplus(&table, &keep, 1000));
    keep.octets--;
    assert_ptr_equal(job_table_surplus(&table, &keep, 1000), second);
    job_table_remove(&table, &second->key);
    /* The last one stays whatever its size, but not for ever. */
    keep.octets = 0;
    assert_null(job_table_surplus(&table, &keep, 1000));
    assert_ptr_equal(job_table_surplus(&table, &keep, 1051), third);
    job_table_deinit(&table);
}

/* With the clock set back the row that has just ended is not the oldest one; nor is it when others
 * that were ordered after it ended before it. */
static void test_retention_order(void **state) {
    (void)state;
    struct job_table table = {0};
    const struct job_retention keep = {.rows = 2, .octets = PLENTY, .age_s = 100};
    struct job *running = add(&table, "", ACTION_FLUSH, 1);
    struct job *first = add_finished(&table, 1, 5000);
    add_finished(&table, 2, 1400);
    add_finished(&table, 3, 1410);
    assert_ptr_equal(job_table_surplus(&table, &keep, 1411), first);
    job_table_remove(&table, &first->key);
    assert_null(job_table_surplus(&table, &keep, 1411));
    running->state = JOB_DONE;
    job_table_finished(&table, running, 1412);
    assert_ptr_not_equal(job_table_surplus(&table, &keep, 1412), running);
    job_table_deinit(&table);
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

static void test_free_id(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(free_ids); i++) {
        struct job_table table = {0};
        for (size_t j = 0; j < free_ids[i].count; j++) {
            add(&table, "", ACTION_HOLD, free_ids[i].ids[j]);
        }
        add(&table, "", ACTION_UNHOLD, 100);
        add(&table, "x", ACTION_HOLD, 200);
        CHECK_INT(free_ids[i].name, job_table_free_id(&table, "", ACTION_HOLD), free_ids[i].free);
        job_table_deinit(&table);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),     cmocka_unit_test(test_search),
        cmocka_unit_test(test_key_read),  cmocka_unit_test(test_key_length),
        cmocka_unit_test(test_take_out),  cmocka_unit_test(test_totals),
        cmocka_unit_test(test_retention), cmocka_unit_test(test_retention_order),
        cmocka_unit_test(test_free_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

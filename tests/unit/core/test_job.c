/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A job: its results and counts, and its output divided into rows.
 */
#include "core/job.h"

#include "unit.h"

#include <stdlib.h>

static const struct job_key key = {.owner = "ops", .command = ACTION_HOLD, .id = 7};

static struct job *new_job(void) {
    struct job *job = job_new(&key);
    assert_non_null(job);
    return job;
}

static void test_new(void **state) {
    (void)state;
    struct job *job = new_job();
    assert_string_equal(job->key.owner, "ops");
    assert_int_equal(job->key.command, ACTION_HOLD);
    assert_int_equal(job->key.id, 7);
    assert_int_equal(job->state, JOB_QUEUED);
    assert_string_equal(job->request.queue_ids, "");
    assert_int_equal(job->request.expected_count, JOB_NO_EXPECTED_COUNT);
    assert_false(job->request.all);
    job_free(job);
    job_free(NULL);
}

static const struct {
    const char *name;
    enum job_outcome outcome;
    bool succeeded;
} outcomes[] = {
    {"done", OUTCOME_DONE, true},           {"notFound", OUTCOME_NOT_FOUND, false},
    {"invalid", OUTCOME_INVALID, false},    {"failed", OUTCOME_FAILED, false},
    {"requested", OUTCOME_REQUESTED, true}, {"unchanged", OUTCOME_UNCHANGED, true},
};

static void test_results(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(outcomes); i++) {
        struct job *job = new_job();
        CHECK_STRING(outcomes[i].name, job_outcome_name(outcomes[i].outcome), outcomes[i].name);
        CHECK(outcomes[i].name, job_add_result(job, "A1B2C3", outcomes[i].outcome, "said"));
        CHECK_INT(outcomes[i].name, job->succeeded, outcomes[i].succeeded);
        CHECK_INT(outcomes[i].name, job->failed, !outcomes[i].succeeded);
        CHECK_STRING(outcomes[i].name, job->results[0].id, "A1B2C3");
        CHECK_STRING(outcomes[i].name, job->results[0].text, "said");
        job_free(job);
    }
}

static void test_many_results(void **state) {
    (void)state;
    struct job *job = new_job();
    size_t before = job_memory(job);
    for (unsigned i = 0; i < 1000; i++) {
        char id[QUEUE_ID_SIZE];
        snprintf(id, sizeof id, "%06X", i);
        assert_true(
            job_add_result(job, id, i % 3 == 0 ? OUTCOME_DONE : OUTCOME_NOT_FOUND, "a text"));
    }
    assert_int_equal(job->result_count, 1000);
    assert_int_equal(job->succeeded, 334);
    assert_int_equal(job->failed, 666);
    assert_string_equal(job->results[999].id, "0003E7");
    assert_true(job_memory(job) >= before + 1000 * (sizeof *job->results + sizeof "a text"));
    job_free(job);
}

#define X51 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X255 X51 X51 X51 X51 X51

static const struct {
    const char *name;
    const char *output;
    size_t len;
    size_t count;
    struct job_line lines[4];
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
        struct job *job = new_job();
        job->output = malloc(outputs[i].len + 1);
        assert_non_null(job->output);
        memcpy(job->output, outputs[i].output, outputs[i].len);
        job->output = realloc(job->output, outputs[i].len + (outputs[i].len == 0));
        job->output_len = outputs[i].len;
        /* Once more changes nothing. */
        CHECK(name, job_index_output(job) && job_index_output(job));
        CHECK_INT(name, job->line_count, outputs[i].count);
        for (size_t line = 0; line < outputs[i].count; line++) {
            CHECK_INT(name, job->lines[line].at, outputs[i].lines[line].at);
            CHECK_INT(name, job->lines[line].len, outputs[i].lines[line].len);
        }
        job_free(job);
    }
}

static const struct {
    const char *name;
    enum job_state state;
    bool finished;
} states[] = {
    {"queued", JOB_QUEUED, false},
    {"running", JOB_RUNNING, false},
    {"done", JOB_DONE, true},
    {"partial", JOB_PARTIAL, true},
    {"failed", JOB_FAILED, true},
    {"refused", JOB_REFUSED, true},
    {"interrupted", JOB_INTERRUPTED, true},
    {"cancelled", JOB_CANCELLED, true},
};

static void test_states(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(states); i++) {
        CHECK_STRING(states[i].name, job_state_name(states[i].state), states[i].name);
        CHECK_INT(states[i].name, job_is_finished(states[i].state), states[i].finished);
        CHECK_INT(states[i].name, states[i].state, i + 1);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new),          cmocka_unit_test(test_results),
        cmocka_unit_test(test_many_results), cmocka_unit_test(test_output),
        cmocka_unit_test(test_states),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

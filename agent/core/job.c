/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/job.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char *const command_names[] = {
    [ACTION_HOLD] = "hold",     [ACTION_UNHOLD] = "unhold", [ACTION_REQUEUE] = "requeue",
    [ACTION_DELETE] = "delete", [ACTION_FLUSH] = "flush",   [ACTION_EXPIRE] = "expire",
    [ACTION_VIEW] = "view",     [ACTION_COUNT] = "count",
};

static const char *const state_names[] = {
    [JOB_QUEUED] = "queued",           [JOB_RUNNING] = "running",     [JOB_DONE] = "done",
    [JOB_PARTIAL] = "partial",         [JOB_FAILED] = "failed",       [JOB_REFUSED] = "refused",
    [JOB_INTERRUPTED] = "interrupted", [JOB_CANCELLED] = "cancelled",
};

static const char *const outcome_names[] = {
    [OUTCOME_DONE] = "done",           [OUTCOME_NOT_FOUND] = "notFound",
    [OUTCOME_INVALID] = "invalid",     [OUTCOME_FAILED] = "failed",
    [OUTCOME_REQUESTED] = "requested", [OUTCOME_UNCHANGED] = "unchanged",
};

struct job *job_new(const struct job_key *key) {
    struct job *job = calloc(1, sizeof *job);
    if (job == NULL) {
        return NULL;
    }
    job->request.queue_ids = strdup("");
    if (job->request.queue_ids == NULL) {
        free(job);
        return NULL;
    }
    job->key = *key;
    job->state = JOB_QUEUED;
    job->request.expected_count = JOB_NO_EXPECTED_COUNT;
    return job;
}

void job_free(struct job *job) {
    if (job == NULL) {
        return;
    }
    for (size_t i = 0; i < job->result_count; i++) {
        free(job->results[i].text);
    }
    free(job->results);
    free(job->output);
    free(job->lines);
    free(job->seen);
    free(job->request.queue_ids);
    free(job);
}

bool job_outcome_succeeded(enum job_outcome outcome) {
    return outcome == OUTCOME_DONE || outcome == OUTCOME_REQUESTED || outcome == OUTCOME_UNCHANGED;
}

bool job_add_result(struct job *job, const char *id, enum job_outcome outcome, const char *text) {
    if (job->result_count == job->result_capacity) {
        size_t capacity = job->result_capacity == 0 ? 16 : 2 * job->result_capacity;
        struct job_result *results = realloc(job->results, capacity * sizeof *results);
        if (results == NULL) {
            return false;
        }
        job->results = results;
        job->result_capacity = capacity;
    }
    struct job_result *result = &job->results[job->result_count];
    result->text = strdup(text);
    if (result->text == NULL) {
        return false;
    }
    size_t len = strnlen(id, QUEUE_ID_MAX);
    memcpy(result->id, id, len);
    result->id[len] = '\0';
    result->outcome = outcome;
    job->result_count++;
    if (job_outcome_succeeded(outcome)) {
        job->succeeded++;
    } else {
        job->failed++;
    }
    return true;
}

/* Counts the rows and, where lines is given, notes them. */
static size_t divide_output(const struct job *job, struct job_line *lines) {
    size_t count = 0;
    for (size_t at = 0; at < job->output_len; count++) {
        const char *start = job->output + at;
        size_t left = job->output_len - at;
        const char *newline =
            memchr(start, '\n', left < JOB_LINE_MAX + 1 ? left : JOB_LINE_MAX + 1);
        size_t len = newline != NULL ? (size_t)(newline - start) : left;
        len = len > JOB_LINE_MAX ? JOB_LINE_MAX : len;
        if (lines != NULL) {
            lines[count] = (struct job_line){.at = (uint32_t)at, .len = (uint16_t)len};
        }
        at += newline != NULL ? len + 1 : len;
    }
    return count;
}

bool job_index_output(struct job *job) {
    size_t count = divide_output(job, NULL);
    struct job_line *lines = NULL;
    if (count > 0 && (lines = malloc(count * sizeof *lines)) == NULL) {
        return false;
    }
    divide_output(job, lines);
    free(job->lines);
    job->lines = lines;
    job->line_count = count;
    return true;
}

bool job_is_finished(enum job_state state) {
    return state != JOB_QUEUED && state != JOB_RUNNING;
}

const char *job_command_name(enum action_command command) {
    assert(command >= ACTION_HOLD && command <= ACTION_COUNT);
    return command_names[command];
}

const char *job_state_name(enum job_state state) {
    assert(state >= JOB_QUEUED && state <= JOB_STATE_LAST);
    return state_names[state];
}

const char *job_outcome_name(enum job_outcome outcome) {
    assert(outcome >= OUTCOME_DONE && outcome <= OUTCOME_LAST);
    return outcome_names[outcome];
}

/* What malloc(3) adds to each block is about this much. */
#define BLOCK_OVERHEAD 16

size_t job_memory(const struct job *job) {
    size_t octets = sizeof *job + strlen(job->request.queue_ids) + job->output_len +
                    job->line_count * sizeof *job->lines +
                    job->result_capacity * sizeof *job->results + 4 * (size_t)BLOCK_OVERHEAD;
    for (size_t i = 0; i < job->result_count; i++) {
        octets += strlen(job->results[i].text) + 1 + BLOCK_OVERHEAD;
    }
    return octets;
}

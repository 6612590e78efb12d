/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An action owns its request, results and output. Results are only appended; the one thing that
 * changes later is the text of a requeue, once the message's new ID is known.
 */
#include "core/action.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Stands before the new ID in the text of a result. */
#define TEXT_NEW_ID " as "

static const char *const state_names[] = {
    [ACTION_QUEUED] = "queued",
    [ACTION_RUNNING] = "running",
    [ACTION_DONE] = "done",
    [ACTION_PARTIAL] = "partial",
    [ACTION_FAILED] = "failed",
    [ACTION_REFUSED] = "refused",
    [ACTION_INTERRUPTED] = "interrupted",
    [ACTION_CANCELLED] = "cancelled",
};

static const char *const outcome_names[] = {
    [OUTCOME_DONE] = "done",           [OUTCOME_NOT_FOUND] = "notFound",
    [OUTCOME_INVALID] = "invalid",     [OUTCOME_FAILED] = "failed",
    [OUTCOME_REQUESTED] = "requested", [OUTCOME_UNCHANGED] = "unchanged",
};

struct action *action_new(const struct action_key *key) {
    struct action *action = calloc(1, sizeof *action);
    if (action == NULL) {
        return NULL;
    }
    action->request.queue_ids = strdup("");
    if (action->request.queue_ids == NULL) {
        free(action);
        return NULL;
    }
    action->key = *key;
    action->state = ACTION_QUEUED;
    action->request.expected_count = ACTION_NO_EXPECTED_COUNT;
    return action;
}

void action_free(struct action *action) {
    if (action == NULL) {
        return;
    }
    for (size_t i = 0; i < action->result_count; i++) {
        free(action->results[i].text);
    }
    free(action->results);
    free(action->output);
    free(action->lines);
    free(action->seen);
    free(action->request.queue_ids);
    free(action);
}

bool action_set_ids(struct action *action, const char *ids, size_t len) {
    char *copy = strndup(ids, len);
    if (copy == NULL) {
        return false;
    }
    free(action->request.queue_ids);
    action->request.queue_ids = copy;
    return true;
}

bool action_outcome_succeeded(enum action_outcome outcome) {
    return outcome == OUTCOME_DONE || outcome == OUTCOME_REQUESTED || outcome == OUTCOME_UNCHANGED;
}

bool action_add_result(struct action *action, const char *id, enum action_outcome outcome,
                       const char *text) {
    if (action->result_count == action->result_capacity) {
        size_t capacity = action->result_capacity == 0 ? 16 : 2 * action->result_capacity;
        struct action_result *results = realloc(action->results, capacity * sizeof *results);
        if (results == NULL) {
            return false;
        }
        action->results = results;
        action->result_capacity = capacity;
    }
    struct action_result result = {.outcome = outcome, .text = strdup(text)};
    if (result.text == NULL) {
        return false;
    }
    memcpy(result.id, id, strnlen(id, QUEUE_ID_MAX));
    action->results[action->result_count++] = result;
    if (action_outcome_succeeded(outcome)) {
        action->succeeded++;
    } else {
        action->failed++;
    }
    return true;
}

void action_await_id(struct action *action) {
    assert(action->result_count > 0);
    action->results[action->result_count - 1].awaits_id = true;
    action->awaited_ids++;
}

static bool replace_text(struct action_result *result, const char *text) {
    char *copy = strdup(text);
    if (copy == NULL) {
        return false;
    }
    free(result->text);
    result->text = copy;
    return true;
}

size_t action_take_new_id(struct action *action, const char *id, const char *new_id) {
    char text[ACTION_TEXT_SIZE];
    for (size_t i = 0; action->awaited_ids > 0 && i < action->result_count; i++) {
        struct action_result *result = &action->results[i];
        if (!result->awaits_id || strcmp(result->id, id) != 0) {
            continue;
        }
        snprintf(text, sizeof text, "%s" TEXT_NEW_ID "%s",
                 command_row(action->key.command)->evidence, new_id);
        if (!replace_text(result, text)) {
            return SIZE_MAX;
        }
        result->awaits_id = false;
        action->awaited_ids--;
        return i;
    }
    return SIZE_MAX;
}

bool action_text_new_id(const char *text, char out[QUEUE_ID_SIZE]) {
    const char *found = strstr(text, TEXT_NEW_ID);
    if (found == NULL) {
        return false;
    }
    const char *id = found + strlen(TEXT_NEW_ID);
    size_t len = strlen(id);
    if (!queue_id_valid(id, len)) {
        return false;
    }
    memcpy(out, id, len + 1);
    return true;
}

/* Counts the rows and, if lines is given, writes them. */
static size_t divide_output(const struct action *action, struct action_line *lines) {
    size_t count = 0;
    for (size_t at = 0; at < action->output_len; count++) {
        const char *start = action->output + at;
        size_t left = action->output_len - at;
        const char *newline =
            memchr(start, '\n', left < ACTION_LINE_MAX + 1 ? left : ACTION_LINE_MAX + 1);
        size_t len = newline != NULL ? (size_t)(newline - start) : left;
        len = len > ACTION_LINE_MAX ? ACTION_LINE_MAX : len;
        if (lines != NULL) {
            lines[count] = (struct action_line){.at = (uint32_t)at, .len = (uint16_t)len};
        }
        at += newline != NULL ? len + 1 : len;
    }
    return count;
}

bool action_index_output(struct action *action) {
    size_t count = divide_output(action, NULL);
    struct action_line *lines = NULL;
    if (count > 0 && (lines = malloc(count * sizeof *lines)) == NULL) {
        return false;
    }
    divide_output(action, lines);
    free(action->lines);
    action->lines = lines;
    action->line_count = count;
    return true;
}

bool action_is_finished(enum action_state state) {
    return state != ACTION_QUEUED && state != ACTION_RUNNING;
}

const char *action_command_name(enum action_command command) {
    return command_row(command)->name;
}

const char *action_state_name(enum action_state state) {
    assert(state >= ACTION_QUEUED && state <= ACTION_STATE_LAST);
    return state_names[state];
}

const char *action_outcome_name(enum action_outcome outcome) {
    assert(outcome >= OUTCOME_DONE && outcome <= OUTCOME_LAST);
    return outcome_names[outcome];
}

/* What malloc(3) adds to each block is about this much. */
#define BLOCK_OVERHEAD 16

size_t action_memory(const struct action *action) {
    size_t octets = sizeof *action + strlen(action->request.queue_ids) + action->output_len +
                    action->line_count * sizeof *action->lines +
                    action->result_capacity * sizeof *action->results + 4 * (size_t)BLOCK_OVERHEAD;
    for (size_t i = 0; i < action->result_count; i++) {
        octets += strlen(action->results[i].text) + 1 + BLOCK_OVERHEAD;
    }
    return octets;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Matches the lines of postsuper to the ids of one request. Lines usually come in the order of the
 * ids, so the search for an id starts where the last one was found. An id that is done stays done,
 * whatever is said of it later, while one that failed becomes done when a later line says so. Ids
 * of which nothing was said are decided last, by results_end: only then is it known whether
 * postsuper finished and whether its own count agrees with the lines.
 */
#include "core/results.h"

#include "core/text.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct results {
    enum action_command command;
    size_t count;
    size_t next;            /* where the id of the next line is expected */
    bool complete;          /* the summary was seen */
    bool heard, fatal;      /* postsuper wrote a line, and reported a fatal error */
    uint32_t done, counted; /* by the lines of single messages, and by the summary */
    struct result entries[];
};

/* A piece of a line. */
struct span {
    const char *text;
    size_t len;
};

static bool span_is(struct span span, const char *text) {
    return span.len == strlen(text) && memcmp(span.text, text, span.len) == 0;
}

static bool take_prefix(struct span *span, const char *prefix) {
    size_t len = strlen(prefix);
    if (span->len < len || memcmp(span->text, prefix, len) != 0) {
        return false;
    }
    span->text += len;
    span->len -= len;
    return true;
}

static bool is_id_char(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Takes the id in front of the span, whole and valid, into id. */
static bool take_id(struct span *span, char id[QUEUE_ID_SIZE]) {
    size_t len = 0;
    while (len < span->len && is_id_char(span->text[len])) {
        len++;
    }
    if (!queue_id_valid(span->text, len)) {
        return false;
    }
    memcpy(id, span->text, len);
    id[len] = '\0';
    span->text += len;
    span->len -= len;
    return true;
}

/* The first id that is a word of its own, as in "rename file deferred/3/3F25A01 as ...". */
static void find_id(struct span span, char id[QUEUE_ID_SIZE]) {
    bool at_start = true;
    while (span.len > 0) {
        if (at_start && take_id(&span, id)) {
            return;
        }
        at_start = !is_id_char(*span.text);
        span.text++;
        span.len--;
    }
}

/* "3 messages" */
static bool parse_count(struct span span, uint32_t *count) {
    uint32_t number = 0;
    size_t digits = 0;
    while (digits < span.len && digits < 9 && span.text[digits] >= '0' &&
           span.text[digits] <= '9') {
        number = number * 10 + (uint32_t)(span.text[digits] - '0');
        digits++;
    }
    struct span rest = {span.text + digits, span.len - digits};
    if (digits == 0 || (!span_is(rest, " message") && !span_is(rest, " messages"))) {
        return false;
    }
    *count = number;
    return true;
}

static enum result_kind parse_message(const struct command *row, struct span span,
                                      struct result_line *parsed) {
    struct span rest = span;
    if (take_prefix(&rest, "warning: ") || take_prefix(&rest, "error: ")) {
        find_id(rest, parsed->id);
        return RESULT_WARNING;
    }
    if (take_prefix(&rest, "fatal: ") || take_prefix(&rest, "panic: ")) {
        find_id(rest, parsed->id);
        return RESULT_FATAL;
    }
    if (take_prefix(&rest, row->summary) && take_prefix(&rest, ": ") &&
        parse_count(rest, &parsed->count)) {
        return RESULT_SUMMARY;
    }
    rest = span;
    if (take_id(&rest, parsed->id) && take_prefix(&rest, ": ") && span_is(rest, row->evidence)) {
        return RESULT_DONE;
    }
    parsed->id[0] = '\0';
    return RESULT_OTHER;
}

void result_line_parse(enum action_command command, const char *line, size_t len,
                       struct result_line *parsed) {
    const struct command *row = command_row(command);
    assert(row->request == REQUEST_ACTION);
    struct span span = {line, len};
    *parsed = (struct result_line){.kind = RESULT_OTHER};
    if (take_prefix(&span, "postsuper: ")) {
        parsed->spoken = true;
        parsed->kind = parse_message(row, span, parsed);
    }
    if (parsed->kind == RESULT_DONE) {
        snprintf(parsed->text, sizeof parsed->text, "%s", row->evidence);
    } else {
        text_escape(span.text, span.len, parsed->text, sizeof parsed->text);
    }
}

struct results *results_new(enum action_command command, const char (*ids)[QUEUE_ID_SIZE],
                            size_t count) {
    struct results *results = calloc(1, sizeof *results + count * sizeof results->entries[0]);
    if (results == NULL) {
        return NULL;
    }
    results->command = command;
    results->count = count;
    for (size_t i = 0; i < count; i++) {
        memcpy(results->entries[i].id, ids[i], QUEUE_ID_SIZE);
    }
    return results;
}

void results_free(struct results *results) {
    free(results);
}

/* The entry of an id that is not done yet, or NULL. */
static struct result *find_entry(struct results *results, const char *id) {
    for (size_t i = 0; i < results->count; i++) {
        size_t at = (results->next + i) % results->count;
        struct result *entry = &results->entries[at];
        if (entry->outcome != OUTCOME_DONE && strcmp(entry->id, id) == 0) {
            results->next = at;
            return entry;
        }
    }
    return NULL;
}

void results_take(struct results *results, const char *line, size_t len) {
    struct result_line parsed;
    result_line_parse(results->command, line, len, &parsed);
    results->heard = results->heard || parsed.spoken;
    results->fatal = results->fatal || parsed.kind == RESULT_FATAL;
    if (parsed.kind == RESULT_SUMMARY) {
        results->complete = true;
        results->counted = parsed.count;
        return;
    }
    if (parsed.kind == RESULT_DONE) {
        results->done++;
    }
    struct result *entry = parsed.id[0] != '\0' ? find_entry(results, parsed.id) : NULL;
    if (entry != NULL) {
        entry->outcome = parsed.kind == RESULT_DONE ? OUTCOME_DONE : OUTCOME_FAILED;
        memcpy(entry->text, parsed.text, sizeof entry->text);
    }
}

static enum results_fate judge_fate(const struct results *results) {
    if (results->complete && results->counted == results->done) {
        return RESULTS_COMPLETE;
    }
    if (results->fatal) {
        return RESULTS_FATAL;
    }
    return results->heard ? RESULTS_CUT : RESULTS_UNHEARD;
}

enum results_fate results_end(struct results *results, bool ok, const char *error) {
    enum results_fate fate = judge_fate(results);
    char reason[ACTION_TEXT_SIZE];
    if (!ok) {
        snprintf(reason, sizeof reason, "%s", error);
    } else if (!results->complete) {
        snprintf(reason, sizeof reason, "postsuper did not report that it had finished");
    } else {
        snprintf(reason, sizeof reason, "postsuper counted %u messages but named %u",
                 (unsigned)results->counted, (unsigned)results->done);
    }
    for (size_t i = 0; i < results->count; i++) {
        struct result *entry = &results->entries[i];
        if (entry->outcome != 0) {
            continue;
        }
        entry->silent = true;
        entry->outcome = fate == RESULTS_COMPLETE ? OUTCOME_NOT_FOUND : OUTCOME_FAILED;
        snprintf(entry->text, sizeof entry->text, "%s", fate == RESULTS_COMPLETE ? "" : reason);
    }
    return fate;
}

const struct result *results_get(const struct results *results, size_t i) {
    assert(i < results->count);
    return &results->entries[i];
}

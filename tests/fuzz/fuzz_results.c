/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What postsuper(1) may print, line by line, about some queue IDs: nothing counts as done but by a
 * line of postsuper that says so of that very ID, and no text has anything that a terminal obeys.
 * The first octet selects the command, how many of the IDs it is about, and whether it succeeds.
 */
#include "core/results.h"
#include "core/text.h"

#include "fuzz.h"

#include <string.h>

static const char ids[][QUEUE_ID_SIZE] = {"E4571A7A872", "4XyZ0h3Kq2z1B8c", "3F2504E0B1",
                                          "E4571A7A872"};
#define IDS (sizeof ids / sizeof ids[0])

static const enum action_command commands[] = {COMMAND_HOLD, COMMAND_UNHOLD, COMMAND_REQUEUE,
                                               COMMAND_DELETE, COMMAND_EXPIRE};
#define COMMANDS (sizeof commands / sizeof commands[0])

static void check_text(const char *text, size_t size) {
    size_t len = strnlen(text, size);
    MUST(len < size);
    for (size_t i = 0; i < len; i++) {
        MUST((unsigned char)text[i] >= ' ' && text[i] != 0x7F);
    }
}

/* Takes the line, and notes of which IDs it says that they are done. */
static void take(struct results *results, enum action_command command, const char *line, size_t len,
                 bool said[IDS]) {
    struct result_line parsed;
    result_line_parse(command, line, len, &parsed);
    check_text(parsed.text, sizeof parsed.text);
    MUST(parsed.id[0] == '\0' || queue_id_valid(parsed.id, strlen(parsed.id)));
    MUST(parsed.kind != RESULT_DONE || parsed.id[0] != '\0');
    for (size_t i = 0; i < IDS; i++) {
        said[i] = said[i] || (parsed.kind == RESULT_DONE && strcmp(parsed.id, ids[i]) == 0);
    }
    results_take(results, line, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) {
        return 0;
    }
    bool said[IDS] = {false};
    enum action_command command = commands[data[0] % COMMANDS];
    size_t count = 1 + (data[0] / COMMANDS) % IDS;
    struct results *results = results_new(command, ids, count);
    MUST(results != NULL);
    const char *at = (const char *)data + 1;
    const char *end = (const char *)data + size;
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop != NULL ? stop : end;
        take(results, command, at, (size_t)(stop - at), said);
        at = stop + 1;
    }
    results_end(results, data[0] < 128, "it failed");
    for (size_t i = 0; i < count; i++) {
        const struct result *result = results_get(results, i);
        MUST(strcmp(result->id, ids[i]) == 0);
        MUST(result->outcome != OUTCOME_DONE || said[i]);
        MUST(!result->silent || result->outcome != OUTCOME_DONE);
        check_text(result->text, sizeof result->text);
    }
    results_free(results);
    return 0;
}

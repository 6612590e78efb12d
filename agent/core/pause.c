/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/pause.h"

#include "core/action.h"
#include "core/text.h"

#include <stdio.h>
#include <string.h>

const char *pause_phase_name(int phase) {
    static const char *const names[PAUSE_PHASE_END] = {
        "", [PAUSE_STARTING] = "starting", [PAUSE_IN_FORCE] = "in force",
        [PAUSE_ENDING] = "ending"};
    return phase >= 0 && phase < PAUSE_PHASE_END ? names[phase] : "";
}

struct main_cf_line pause_line(const struct pause_record *record) {
    struct main_cf_line line = {.set = true, .restorable = true};
    snprintf(line.value, sizeof line.value, "%s", record->value);
    return line;
}

struct main_cf_line pause_old_line(const struct pause_record *record) {
    return (struct main_cf_line){.set = record->old_empty, .restorable = record->old_empty};
}

uint32_t pause_remaining_s(const struct pause_record *record, int64_t wall) {
    int64_t left = record->ends - wall;
    if (left < 0) {
        return 0;
    }
    return left < (int64_t)record->for_s ? (uint32_t)left : record->for_s;
}

void pause_who(const char *owner, const char *comment, char who[PAUSE_WHO_SIZE]) {
    char text[2 * ACTION_TEXT_SIZE];
    const char *separator = owner[0] != '\0' && comment[0] != '\0' ? ": " : "";
    snprintf(text, sizeof text, "%s%s%s", owner, separator, comment);
    text_make_safe(text);
    size_t kept = text_utf8_prefix(text, strlen(text), PAUSE_WHO_SIZE - 1);
    memcpy(who, text, kept);
    who[kept] = '\0';
}

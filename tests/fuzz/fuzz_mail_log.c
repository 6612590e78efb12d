/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A line of Postfix's log, and the records that bring it.
 */
#include "core/mail_log_line.h"
#include "core/mail_log_record.h"

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static void check_line(const char *text, size_t len) {
    struct mail_log_line line;
    enum mail_log_kind kind = mail_log_parse(text, len, "postfix", &line);
    MUST((kind == MAIL_LOG_OUTCOME) == (line.outcome != DELIVERY_NONE));
    MUST(line.outcome < DELIVERY_OUTCOME_END);
    MUST(!line.has_delay || line.outcome == DELIVERY_SENT);
    MUST((kind == MAIL_LOG_SUPPRESSED) || line.suppressed == 0);
    if (kind != MAIL_LOG_MALFORMED) {
        MUST(len <= MAIL_LOG_LINE_MAX);
        mail_log_age_s(&line, 1700000000);
    }
}

static void on_record(void *userdata, const struct mail_log_record *record, const char *payload) {
    (void)userdata;
    MUST(record->length <= MAIL_LOG_RECORD_MAX && mail_log_position_valid(&record->position));
    if (record->type == MAIL_LOG_BEGIN) {
        size_t name = strlen(payload) + 1;
        MUST(name <= MAIL_LOG_NAME_SIZE && name + strlen(payload + name) + 1 == record->length);
    } else if (record->type == MAIL_LOG_UNREADABLE) {
        MUST(strlen(payload) + 1 == record->length);
    } else if (record->type == MAIL_LOG_LINES) {
        MUST(payload[record->length - 1] == '\n');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1);
    struct mail_log_decoder *decoder = calloc(1, sizeof *decoder);
    MUST(text != NULL && decoder != NULL);
    memcpy(text + 1, data, size);
    check_line(text + 1, size);
    size_t half = size / 2;
    if (mail_log_decode(decoder, text + 1, half, on_record, NULL) == 0) {
        mail_log_decode(decoder, text + 1 + half, size - half, on_record, NULL);
    }
    free(decoder);
    free(text);
    return 0;
}

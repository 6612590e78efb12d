/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A reader moves over literals and values, and each function that takes one returns false at the
 * first octet that it does not expect. What is taken points into the input.
 */
#include "core/message_plain.h"

#include "core/json_string.h"

#include <string.h>

/* So many digits are exact in the doubles that cJSON makes of numbers. */
#define DIGITS_MAX 15

struct reader {
    const char *at, *end;
};

static bool take(struct reader *reader, const char *literal, size_t len) {
    bool there = (size_t)(reader->end - reader->at) >= len && memcmp(reader->at, literal, len) == 0;
    reader->at += there ? len : 0;
    return there;
}

#define TAKE(reader, literal) take(reader, literal, sizeof(literal) - 1)

/* Reads up to the closing quotation mark, and that. */
static bool take_string(struct reader *reader, struct plain_text *out) {
    const char *at = json_string_end(reader->at, reader->end);
    *out = (struct plain_text){reader->at, (size_t)(at - reader->at)};
    reader->at = at;
    return TAKE(reader, "\"");
}

static bool take_number(struct reader *reader, uint64_t *out) {
    size_t digits = 0;
    *out = 0;
    while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9' &&
           digits <= DIGITS_MAX) {
        *out = 10 * *out + (uint64_t)(*reader->at++ - '0');
        digits++;
    }
    return digits > 0 && digits <= DIGITS_MAX;
}

bool message_plain_frame(const char *text, size_t len, struct plain_frame *frame) {
    struct reader reader = {text, text + len};
    bool good = TAKE(&reader, "{\"queue_name\": \"") && take_string(&reader, &frame->queue_name) &&
                TAKE(&reader, ", \"queue_id\": \"") && take_string(&reader, &frame->queue_id) &&
                TAKE(&reader, ", \"arrival_time\": ") &&
                take_number(&reader, &frame->arrival_time) &&
                TAKE(&reader, ", \"message_size\": ") && take_number(&reader, &frame->message_size);
    frame->forced_expire = good && TAKE(&reader, ", \"forced_expire\": true");
    return good && (frame->forced_expire || TAKE(&reader, ", \"forced_expire\": false")) &&
           TAKE(&reader, ", \"sender\": \"") && take_string(&reader, &frame->sender) &&
           TAKE(&reader, ", \"recipients\": []}") && reader.at == reader.end;
}

bool message_plain_recipient(const char *text, size_t len, struct plain_text *address,
                             struct plain_text *reason) {
    struct reader reader = {text, text + len};
    *reason = (struct plain_text){text, 0};
    TAKE(&reader, " ");
    if (!TAKE(&reader, "{\"address\": \"") || !take_string(&reader, address)) {
        return false;
    }
    if (TAKE(&reader, ", \"delay_reason\": \"") && !take_string(&reader, reason)) {
        return false;
    }
    return TAKE(&reader, "}") && reader.at == reader.end;
}

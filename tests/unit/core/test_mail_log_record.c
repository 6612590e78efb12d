/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/mail_log_record.h"

#include <errno.h>
#include <stdlib.h>

#include "unit.h"

#define FILE_POSITION                                                                              \
    { .source = MAIL_LOG_FILE, .path = 1, .device = 2, .inode = 3, .offset = 4, .mark = 5 }

static const struct {
    const char *name;
    struct mail_log_position position;
    bool valid;
} positions[] = {
    {"none", {0}, true},
    {"a file", FILE_POSITION, true},
    {"a file without a path", {.source = MAIL_LOG_FILE, .offset = 4}, false},
    {"a file with a time", {.source = MAIL_LOG_FILE, .path = 1, .stamp_usec = 1}, false},
    {"beyond all files", {.source = MAIL_LOG_FILE, .path = 1, .offset = UINT64_MAX}, false},
    {"the journal", {.source = MAIL_LOG_JOURNAL, .stamp_usec = 1}, true},
    {"the journal, with an offset", {.source = MAIL_LOG_JOURNAL, .offset = 1}, false},
    {"the journal, at a time beyond",
     {.source = MAIL_LOG_JOURNAL, .stamp_usec = UINT64_MAX},
     false},
    {"an offset in nothing", {.offset = 1}, false},
    {"another source", {.source = MAIL_LOG_SOURCE_END}, false},
};

static void test_positions(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(positions); i++) {
        CHECK_INT(positions[i].name, mail_log_position_valid(&positions[i].position),
                  positions[i].valid);
    }
}

struct seen {
    size_t count;
    char text[256]; /* of all records, in brackets */
};

static void on_record(void *userdata, const struct mail_log_record *record, const char *payload) {
    struct seen *seen = userdata;
    size_t used = strlen(seen->text);
    seen->count++;
    snprintf(seen->text + used, sizeof seen->text - used, "[%u:%.*s]", record->type,
             (int)record->length, payload);
}

static size_t add(char *to, uint32_t type, const char *payload, size_t len) {
    const struct mail_log_record record = {
        .type = type, .length = (uint32_t)len, .position = FILE_POSITION};
    memcpy(to, &record, sizeof record);
    memcpy(to + sizeof record, payload, len);
    return sizeof record + len;
}

static int decode(const char *data, size_t len, size_t piece, struct seen *seen) {
    struct mail_log_decoder *decoder = calloc(1, sizeof *decoder);
    int r = 0;
    assert_non_null(decoder);
    *seen = (struct seen){0};
    for (size_t at = 0; at < len && r == 0; at += piece) {
        r = mail_log_decode(decoder, data + at, len - at < piece ? len - at : piece, on_record,
                            seen);
    }
    free(decoder);
    return r;
}

/* However the pipe cuts them. */
static void test_pieces(void **state) {
    (void)state;
    char data[1024];
    size_t len = add(data, MAIL_LOG_BEGIN, "postfix\0/log", 13);
    len += add(data + len, MAIL_LOG_LINES, "a\nb\n", 4);
    len += add(data + len, MAIL_LOG_IDLE, "", 0);
    len += add(data + len, MAIL_LOG_UNREADABLE, "why", 4);
    len += add(data + len, MAIL_LOG_IDLE, "", 0);
    for (size_t piece = 1; piece <= len; piece++) {
        struct seen seen;
        assert_int_equal(decode(data, len, piece, &seen), 0);
        assert_int_equal(seen.count, 5);
        assert_string_equal(seen.text, "[1:postfix][2:a\nb\n][3:][4:why][3:]");
    }
}

static void test_refused(void **state) {
    (void)state;
    static const struct {
        const char *name;
        uint32_t type;
        const char *payload;
        size_t len;
    } cases[] = {
        {"no type", 0, "", 0},
        {"another type", MAIL_LOG_TYPE_END, "", 0},
        {"lines that do not end", MAIL_LOG_LINES, "a\nb", 3},
        {"no lines", MAIL_LOG_LINES, "", 0},
        {"a beginning without a name", MAIL_LOG_BEGIN, "x", 1},
        {"a beginning without a text", MAIL_LOG_BEGIN, "x\0y", 3},
        {"a beginning with more", MAIL_LOG_BEGIN, "x\0y\0z", 6},
        {"a reason without an end", MAIL_LOG_UNREADABLE, "x", 1},
        {"a reason with more", MAIL_LOG_UNREADABLE, "x\0y", 4},
        {"an idle one with more", MAIL_LOG_IDLE, "x", 1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char data[512];
        struct seen seen;
        size_t len = add(data, cases[i].type, cases[i].payload, cases[i].len);
        CHECK_INT(cases[i].name, decode(data, len, len, &seen), -EBADMSG);
        CHECK_INT(cases[i].name, seen.count, 0);
    }
}

/* What makes the struct itself invalid is refused before its octets have come. */
static void test_bad_struct(void **state) {
    (void)state;
    struct mail_log_record record = {.type = MAIL_LOG_LINES,
                                     .length = (uint32_t)MAIL_LOG_RECORD_MAX + 1};
    struct seen seen;
    assert_int_equal(decode((const char *)&record, sizeof record, sizeof record, &seen), -EBADMSG);
    record.length = 1;
    record.flags = MAIL_LOG_RESUMED << 5;
    assert_int_equal(decode((const char *)&record, sizeof record, sizeof record, &seen), -EBADMSG);
    record.flags = 0;
    record.position.offset = 1;
    assert_int_equal(decode((const char *)&record, sizeof record, sizeof record, &seen), -EBADMSG);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_positions),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_bad_struct),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

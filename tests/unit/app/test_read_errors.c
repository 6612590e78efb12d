/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which failures of readings are logged, and how often.
 */
#include "app/read_errors.h"

#include "unit.h"

#define SECOND UINT64_C(1000000)

static char lines[64][512];
static size_t count;

static void on_log(void *userdata, int priority, const char *text) {
    (void)userdata;
    (void)priority;
    assert_true(count < COUNT_OF(lines));
    snprintf(lines[count++], sizeof lines[0], "%s", text);
}

static struct read_errors_status status;

static struct read_errors make(void) {
    status = (struct read_errors_status){.count = 0};
    count = 0;
    return (struct read_errors){.status = &status, .log = on_log};
}

static void test_lasting(void **state) {
    (void)state;
    struct read_errors errors = make();
    for (uint64_t s = 1; s <= 7300; s++) {
        read_errors_note(&errors, CAUSE_COUNTS, "no spool", s * SECOND);
    }
    CHECK_INT("once an hour", count, 3);
    CHECK_STRING("first", lines[0], "no spool");
    CHECK_STRING("again", lines[1], "no spool (3601 times in 3600 s)");
    CHECK_STRING("text", read_errors_text(&errors, CAUSE_COUNTS), "no spool");
    read_errors_over(&errors, CAUSE_COUNTS, 7301 * SECOND);
    CHECK_STRING("over", lines[3], "the counts can be read again, after 7300 failures in 7300 s");
    CHECK_STRING("none", read_errors_text(&errors, CAUSE_COUNTS), "");
    read_errors_over(&errors, CAUSE_COUNTS, 7302 * SECOND);
    CHECK_INT("once", count, 4);
    CHECK_INT("counted", status.count, 7300);
    CHECK_STRING("kept", status.last, "no spool");
}

/* Two alternating causes, one whose text varies, and one that comes and goes. */
static void test_minute(void **state) {
    (void)state;
    struct read_errors errors = make();
    for (uint64_t s = 1; s <= 60; s++) {
        char text[32];
        snprintf(text, sizeof text, "line %d", (int)s);
        read_errors_note(&errors, CAUSE_COUNTS, "no spool", s * SECOND);
        read_errors_note(&errors, CAUSE_LISTING, "no listing", s * SECOND);
        read_errors_note(&errors, CAUSE_LINES, text, s * SECOND);
        read_errors_note(&errors, CAUSE_SETTINGS, "no settings", s * SECOND);
        read_errors_over(&errors, CAUSE_SETTINGS, s * SECOND);
    }
    CHECK_INT("five lines a minute", count, 5);
    read_errors_note(&errors, CAUSE_SETTINGS, "no settings", 61 * SECOND);
    CHECK_INT("and again in the next", count, 6);
    read_errors_note(&errors, CAUSE_COUNTS, "another reason", 62 * SECOND);
    CHECK_STRING("another text", lines[6], "another reason");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lasting),
        cmocka_unit_test(test_minute),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

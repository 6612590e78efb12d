/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The log of the last events: its growth, the full ring, and the search among serials with gaps.
 */
#include "core/event_log.h"

#include "unit.h"

static void fill(struct event_log *log, uint32_t first, uint32_t count, uint32_t step) {
    for (uint32_t i = 0; i < count; i++) {
        const struct event event = {.serial = first + i * step, .time = first + i * step};
        event_log_add(log, &event);
    }
}

/* A number of events, and what the log must then contain. */
static const struct {
    const char *name;
    uint32_t first, count, step, oldest;
} fills[] = {
    {"none", 1, 0, 1, 0},
    {"one", 7, 1, 1, 7},
    {"before it grows", 1, 16, 1, 1},
    {"after it grew", 1, 17, 1, 1},
    {"one less than full", 1, EVENT_LOG_MAX - 1, 1, 1},
    {"full", 1, EVENT_LOG_MAX, 1, 1},
    {"one more", 1, EVENT_LOG_MAX + 1, 1, 2},
    {"turned over twice", 1, 2 * EVENT_LOG_MAX + 5, 1, EVENT_LOG_MAX + 6},
    {"gaps", 100, 2500, 1000, 100 + 1500 * 1000},
    {"at the end of the range", UINT32_MAX - 1999, 2000, 1, UINT32_MAX - 999},
};

static void test_fills(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(fills); i++) {
        const char *name = fills[i].name;
        struct event_log *log = event_log_new();
        assert_non_null(log);
        fill(log, fills[i].first, fills[i].count, fills[i].step);
        CHECK_INT(name, event_log_oldest(log), fills[i].oldest);
        uint32_t after = 0;
        uint32_t seen = 0;
        for (const struct event *event; (event = event_log_after(log, after)) != NULL; seen++) {
            CHECK_INT(name, event->serial, fills[i].oldest + seen * fills[i].step);
            CHECK_INT(name, event->time, event->serial);
            CHECK(name, event_log_find(log, event->serial) == event);
            after = event->serial;
            if (after == UINT32_MAX) {
                seen++;
                break;
            }
        }
        CHECK_INT(name, seen, fills[i].count < EVENT_LOG_MAX ? fills[i].count : EVENT_LOG_MAX);
        event_log_free(log);
    }
    event_log_free(NULL);
}

static const struct {
    const char *name;
    uint32_t serial;
    bool found;
    uint32_t next; /* 0 = none */
} questions[] = {
    {"0", 0, false, 10},
    {"below the first", 9, false, 10},
    {"the first", 10, true, 20},
    {"in a gap", 15, false, 20},
    {"the last", 30, true, 0},
    {"above the last", 31, false, 0},
    {"the greatest", UINT32_MAX, false, 0},
};

static void test_gaps(void **state) {
    (void)state;
    struct event_log *log = event_log_new();
    assert_non_null(log);
    assert_null(event_log_find(log, 0));
    assert_null(event_log_after(log, 0));
    fill(log, 10, 3, 10);
    for (size_t i = 0; i < COUNT_OF(questions); i++) {
        const struct event *next = event_log_after(log, questions[i].serial);
        CHECK_INT(questions[i].name, event_log_find(log, questions[i].serial) != NULL,
                  questions[i].found);
        CHECK_INT(questions[i].name, next != NULL ? next->serial : 0, questions[i].next);
    }
    event_log_free(log);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_fills), cmocka_unit_test(test_gaps)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

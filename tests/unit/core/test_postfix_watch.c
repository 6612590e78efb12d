/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Postfix stops and starts: sequences of observations, each with the event that must follow.
 */
#include "core/postfix_watch.h"

#include "unit.h"

#define STEPS_MAX 10
#define SEC UINT64_C(1000000)
#define RUNS POSTFIX_RUNNING
#define STOPPED POSTFIX_STOPPED
#define UNKNOWN POSTFIX_UNKNOWN

static const struct {
    const char *name;
    bool stopped; /* before the first observation, as an earlier process left it */
    struct {
        uint64_t seen_s;
        enum postfix_state state;
        enum event_type event;
    } steps[STEPS_MAX]; /* a time of 0 ends the steps */
} sequences[] = {
    {"runs", false, {{10, RUNS, 0}, {15, RUNS, 0}}},
    {"a stop that lasts",
     false,
     {{10, RUNS, 0},
      {15, STOPPED, 0},
      {20, STOPPED, EVENT_POSTFIX_STOPPED},
      {25, STOPPED, 0},
      {30, RUNS, 0},
      {35, RUNS, EVENT_POSTFIX_STARTED},
      {40, RUNS, 0}}},
    {"one look, judged again and again",
     false,
     {{15, STOPPED, 0}, {15, STOPPED, 0}, {15, STOPPED, 0}}},
    {"a restart between two looks", false, {{10, RUNS, 0}, {15, STOPPED, 0}, {16, RUNS, 0}}},
    {"two restarts",
     false,
     {{10, STOPPED, 0}, {11, RUNS, 0}, {20, STOPPED, 0}, {21, RUNS, 0}, {22, RUNS, 0}}},
    {"looks less than five seconds apart",
     false,
     {{5, RUNS, 0},
      {10, STOPPED, 0},
      {12, STOPPED, 0},
      {14, STOPPED, 0},
      {15, STOPPED, EVENT_POSTFIX_STOPPED}}},
    {"at boot it may take longer",
     false,
     {{10, STOPPED, 0}, {20, STOPPED, 0}, {39, STOPPED, 0}, {41, RUNS, 0}, {46, RUNS, 0}}},
    {"but not for ever",
     false,
     {{10, STOPPED, 0}, {39, STOPPED, 0}, {40, STOPPED, EVENT_POSTFIX_STOPPED}}},
    {"unknown raises nothing", false, {{10, RUNS, 0}, {15, UNKNOWN, 0}, {60, UNKNOWN, 0}}},
    {"unknown clears nothing",
     true,
     {{10, UNKNOWN, 0}, {60, UNKNOWN, 0}, {65, RUNS, 0}, {70, RUNS, EVENT_POSTFIX_STARTED}}},
    {"unknown in between makes it begin anew",
     false,
     {{5, RUNS, 0},
      {10, STOPPED, 0},
      {15, UNKNOWN, 0},
      {20, STOPPED, 0},
      {25, STOPPED, EVENT_POSTFIX_STOPPED}}},
    {"a stop that was reported before", true, {{10, STOPPED, 0}, {20, STOPPED, 0}}},
    {"and was started meanwhile",
     true,
     {{10, RUNS, 0}, {15, RUNS, EVENT_POSTFIX_STARTED}, {20, RUNS, 0}}},
    {"postfix start tries the lock first",
     true,
     {{10, STOPPED, 0},
      {11, RUNS, 0},
      {12, STOPPED, 0},
      {13, RUNS, 0},
      {18, RUNS, EVENT_POSTFIX_STARTED}}},
    {"which an agent that saw it run does not report",
     false,
     {{10, RUNS, 0}, {11, STOPPED, 0}, {12, RUNS, 0}, {13, STOPPED, 0}, {14, RUNS, 0}}},
};

static void test_sequences(void **state) {
    (void)state;
    for (size_t s = 0; s < COUNT_OF(sequences); s++) {
        struct postfix_watch watch = {.stopped = sequences[s].stopped};
        for (size_t i = 0; i < STEPS_MAX && sequences[s].steps[i].seen_s != 0; i++) {
            char name[128];
            snprintf(name, sizeof name, "%s, step %zu", sequences[s].name, i + 1);
            CHECK_INT(name,
                      postfix_watch_take(&watch, sequences[s].steps[i].state,
                                         sequences[s].steps[i].seen_s * SEC),
                      sequences[s].steps[i].event);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sequences)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

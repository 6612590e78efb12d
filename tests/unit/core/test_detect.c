/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Detection: sequences of looks at one condition, each with what must follow it.
 */
#include "core/detect.h"

#include "core/time_units.h"
#include "unit.h"

#define STEPS_MAX 12
#define UNKNOWN (-1)

/* What is seen, and how long after the step before; then what follows. The settings change before
 * the look, 0 = they stay; a threshold takes its default clear value. */
struct step {
    int64_t value; /* or UNKNOWN */
    uint32_t after_ms;
    enum detected detected;
    enum condition_state state;
    uint32_t above, for_s;
    bool disabled;
    uint64_t missing;
};

#define LOOK(value, ms, detected, state)                                                           \
    { value, ms, detected, state, 0, 0, false, 0 }
#define IS_UNKNOWN(ms) LOOK(UNKNOWN, ms, DETECTED_NOTHING, CONDITION_STATE_UNKNOWN)
#define IS_CLEAR(value, ms) LOOK(value, ms, DETECTED_NOTHING, CONDITION_STATE_CLEAR)
#define IS_PENDING(value, ms) LOOK(value, ms, DETECTED_NOTHING, CONDITION_STATE_PENDING)
#define IS_RAISED(value, ms) LOOK(value, ms, DETECTED_NOTHING, CONDITION_STATE_RAISED)
#define RAISED(value, ms) LOOK(value, ms, DETECTED_RAISE, CONDITION_STATE_RAISED)
/* The true value may be greater by that. */
#define STAYS(value, missing)                                                                      \
    { value, 0, DETECTED_NOTHING, CONDITION_STATE_RAISED, 0, 0, false, missing }
#define CLEARED(value, ms) LOOK(value, ms, DETECTED_CLEAR, CONDITION_STATE_CLEAR)

struct sequence {
    const char *name;
    bool overload;
    uint32_t above, clear, for_s;
    size_t count;
    struct step steps[STEPS_MAX];
};

static const struct sequence sequences[] = {
    {"equal to the threshold is not above it",
     false,
     500,
     450,
     0,
     4,
     {IS_CLEAR(499, 0), IS_CLEAR(500, 0), RAISED(501, 0), IS_RAISED(500, 0)}},
    {"equal to the clear value clears",
     false,
     500,
     450,
     0,
     4,
     {RAISED(501, 0), IS_RAISED(451, 0), CLEARED(450, 0), IS_CLEAR(450, 0)}},
    {"one raise per crossing",
     false,
     10,
     5,
     0,
     8,
     {RAISED(11, 0), IS_RAISED(11, 0), IS_RAISED(9, 0), IS_RAISED(12, 0), CLEARED(5, 0),
      IS_CLEAR(10, 0), RAISED(11, 0), CLEARED(0, 0)}},
    {"a clear value equal to the threshold",
     false,
     10,
     10,
     0,
     4,
     {RAISED(11, 0), CLEARED(10, 0), IS_CLEAR(10, 0), RAISED(11, 0)}},
    {"a clear value of 0",
     false,
     1,
     0,
     0,
     4,
     {RAISED(2, 0), IS_RAISED(1, 0), CLEARED(0, 0), IS_CLEAR(1, 0)}},
    {"a threshold of 0: from the first message on",
     false,
     0,
     0,
     0,
     4,
     {IS_CLEAR(0, 0), RAISED(1, 0), IS_RAISED(1, 0), CLEARED(0, 0)}},
    {"a threshold of 0: overload is off",
     true,
     0,
     0,
     0,
     3,
     {IS_CLEAR(0, 0), IS_CLEAR(1000, 0), IS_CLEAR(UNKNOWN, 0)}},
    {"unknown changes nothing",
     false,
     10,
     9,
     0,
     6,
     {IS_UNKNOWN(0), RAISED(11, 0), IS_RAISED(UNKNOWN, 0), IS_RAISED(10, 0), IS_RAISED(UNKNOWN, 0),
      CLEARED(9, 0)}},
    {"a lower bound clears nothing that may still be above the clear value",
     false,
     10,
     5,
     0,
     6,
     {{11, 0, DETECTED_RAISE, CONDITION_STATE_RAISED, 0, 0, false, UINT64_MAX},
      STAYS(0, UINT64_MAX),
      STAYS(5, 1),
      STAYS(0, 6),
      {0, 0, DETECTED_CLEAR, CONDITION_STATE_CLEAR, 0, 0, false, 5},
      {3, 0, DETECTED_NOTHING, CONDITION_STATE_CLEAR, 0, 0, false, UINT64_MAX}}},
    {"disabled ends whatever is missing",
     false,
     10,
     5,
     0,
     2,
     {RAISED(11, 0), {0, 0, DETECTED_CLEAR, CONDITION_STATE_CLEAR, 0, 0, true, UINT64_MAX}}},
    {"more than 32 bits",
     false,
     UINT32_MAX,
     UINT32_MAX,
     0,
     3,
     {IS_CLEAR(UINT32_MAX, 0), RAISED(INT64_C(0x100000000), 0), CLEARED(UINT32_MAX, 0)}},
    /* For how long */
    {"raised once it has lasted",
     false,
     10,
     9,
     3,
     5,
     {IS_PENDING(11, 0), IS_PENDING(12, 1000), IS_PENDING(11, 1999), RAISED(11, 1),
      IS_RAISED(11, 1000)}},
    {"a lower value starts anew",
     false,
     10,
     9,
     3,
     6,
     {IS_PENDING(11, 0), IS_PENDING(11, 2000), IS_CLEAR(10, 500), IS_PENDING(11, 500),
      IS_PENDING(11, 2000), RAISED(11, 1000)}},
    {"unknown neither restarts nor completes",
     false,
     10,
     9,
     3,
     7,
     {IS_PENDING(11, 0), IS_PENDING(11, 2000), IS_UNKNOWN(500), IS_UNKNOWN(60000),
      IS_PENDING(11, 500), IS_PENDING(11, 999), RAISED(11, 1)}},
    {"unknown at the moment it would be raised",
     false,
     10,
     9,
     3,
     4,
     {IS_PENDING(11, 0), IS_UNKNOWN(3000), IS_PENDING(11, 1), RAISED(11, 3000)}},
    {"unknown, and then lower",
     false,
     10,
     9,
     3,
     5,
     {IS_PENDING(11, 0), IS_PENDING(11, 2900), IS_UNKNOWN(1), IS_CLEAR(9, 1),
      IS_PENDING(11, 2000)}},
    {"cleared at once, and pending again",
     false,
     10,
     9,
     1,
     4,
     {IS_PENDING(11, 0), RAISED(11, 1000), CLEARED(9, 0), IS_PENDING(11, 5000)}},
    {"a day", false, 10, 9, 86400, 3, {IS_PENDING(11, 0), IS_PENDING(11, 86399999), RAISED(11, 1)}},
    /* Settings that change */
    {"a higher threshold while pending",
     false,
     10,
     9,
     3,
     4,
     {IS_PENDING(15, 0),
      {15, 2000, DETECTED_NOTHING, CONDITION_STATE_CLEAR, 20, 0, false, 0},
      IS_PENDING(25, 500),
      IS_PENDING(25, 2000)}},
    {"a lower threshold while pending goes on",
     false,
     10,
     9,
     3,
     3,
     {IS_PENDING(15, 0),
      {15, 2000, DETECTED_NOTHING, CONDITION_STATE_PENDING, 5, 0, false, 0},
      RAISED(15, 1000)}},
    {"a shorter time while pending",
     false,
     10,
     9,
     100,
     3,
     {IS_PENDING(15, 0),
      IS_PENDING(15, 2000),
      {15, 1000, DETECTED_RAISE, CONDITION_STATE_RAISED, 0, 3, false, 0}}},
    {"a threshold above the value while raised",
     false,
     10,
     9,
     0,
     2,
     {RAISED(15, 0), {15, 0, DETECTED_CLEAR, CONDITION_STATE_CLEAR, 17, 0, false, 0}}},
    {"a threshold just above the value while raised",
     false,
     10,
     9,
     0,
     2,
     {RAISED(15, 0), {15, 0, DETECTED_NOTHING, CONDITION_STATE_RAISED, 16, 0, false, 0}}},
    {"a threshold below the value",
     false,
     20,
     18,
     0,
     2,
     {IS_CLEAR(15, 0), {15, 0, DETECTED_RAISE, CONDITION_STATE_RAISED, 5, 0, false, 0}}},
    {"disabled while raised",
     false,
     10,
     9,
     0,
     3,
     {RAISED(15, 0),
      {15, 0, DETECTED_CLEAR, CONDITION_STATE_CLEAR, 0, 0, true, 0},
      {15, 0, DETECTED_NOTHING, CONDITION_STATE_CLEAR, 0, 0, true, 0}}},
    {"disabled while pending, and enabled again",
     false,
     10,
     9,
     3,
     4,
     {IS_PENDING(15, 0),
      {15, 2900, DETECTED_NOTHING, CONDITION_STATE_CLEAR, 0, 0, true, 0},
      IS_PENDING(15, 1000),
      IS_PENDING(15, 2999)}},
    {"disabled while unknown waits for a value to report",
     false,
     10,
     9,
     0,
     3,
     {RAISED(15, 0),
      {UNKNOWN, 0, DETECTED_NOTHING, CONDITION_STATE_RAISED, 0, 0, true, 0},
      {15, 0, DETECTED_CLEAR, CONDITION_STATE_CLEAR, 0, 0, true, 0}}},
    {"overload is disabled like any other",
     true,
     10,
     9,
     0,
     2,
     {RAISED(15, 0), {15, 0, DETECTED_CLEAR, CONDITION_STATE_CLEAR, 0, 0, true, 0}}},
};

static void change_settings(struct condition *condition, const struct step *step) {
    if (step->above != 0) {
        condition->settings[CONDITION_ABOVE] = step->above;
        condition->settings[CONDITION_CLEAR] = condition_default_clear(step->above);
    }
    if (step->for_s != 0) {
        condition->settings[CONDITION_FOR] = step->for_s;
    }
    condition->settings[CONDITION_ENABLED] = !step->disabled;
}

static void check_sequence(const struct sequence *sequence) {
    struct condition condition = {.watch = {WATCH_TOTAL, WATCH_ANY_QUEUE},
                                  .severity = SEVERITY_WARNING};
    struct detector detector = {.raised = false};
    uint64_t ran_usec = UINT64_C(1) << 40;
    snprintf(condition.name, sizeof condition.name, "%s", sequence->overload ? "overload" : "x");
    condition.settings[CONDITION_ABOVE] = sequence->above;
    condition.settings[CONDITION_CLEAR] = sequence->clear;
    condition.settings[CONDITION_FOR] = sequence->for_s;
    for (size_t i = 0; i < sequence->count; i++) {
        const struct step *step = &sequence->steps[i];
        const struct measurement measured = {.known = step->value != UNKNOWN,
                                             .value = (uint64_t)step->value,
                                             .missing = step->missing};
        char name[128];
        snprintf(name, sizeof name, "%s, step %zu", sequence->name, i + 1);
        change_settings(&condition, step);
        ran_usec += step->after_ms * USEC_PER_MSEC;
        CHECK_INT(name, detect(&detector, &condition, &measured, ran_usec), step->detected);
        CHECK_INT(name, detect_state(&detector, &condition, &measured), step->state);
        CHECK_INT(name, detector.raised, step->state == CONDITION_STATE_RAISED);
    }
}

static void test_sequences(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(sequences); i++) {
        check_sequence(&sequences[i]);
    }
}

/* After a raise by a threshold of the file that does not count. */
static void test_provisional(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int64_t value;
        enum detected first, then; /* then: 470, between threshold and clear value */
    } cases[] = {
        {"the present threshold raises it, too", 501, DETECTED_NOTHING, DETECTED_NOTHING},
        {"between the two", 470, DETECTED_CLEAR, DETECTED_NOTHING},
        {"at the threshold", 500, DETECTED_CLEAR, DETECTED_NOTHING},
        {"unknown waits", UNKNOWN, DETECTED_NOTHING, DETECTED_CLEAR},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct condition condition = {
            .name = "x", .watch = {WATCH_TOTAL, WATCH_ANY_QUEUE}, .settings = {500, 450, 0, 0, 1}};
        struct detector detector = {.raised = true, .provisional = true};
        struct measurement measured = {.known = cases[i].value != UNKNOWN,
                                       .value = (uint64_t)cases[i].value};
        CHECK_INT(cases[i].name, detect(&detector, &condition, &measured, 1), cases[i].first);
        measured.known = true;
        measured.value = 470;
        CHECK_INT(cases[i].name, detect(&detector, &condition, &measured, 2), cases[i].then);
        bool raised = detector.raised;
        measured.value = 501;
        CHECK_INT(cases[i].name, detect(&detector, &condition, &measured, 3),
                  raised ? DETECTED_NOTHING : DETECTED_RAISE);
        measured.value = 470;
        CHECK_INT("the next raise is no provisional one",
                  detect(&detector, &condition, &measured, 4), DETECTED_NOTHING);
    }
}

/* The time begins with the first look above the threshold, exactly, and anew after each lower one.
 */
static void test_exact_time(void **state) {
    (void)state;
    const struct condition condition = {
        .name = "x", .watch = {WATCH_TOTAL, WATCH_ANY_QUEUE}, .settings = {10, 9, 3, 0, 1}};
    const struct measurement above = {.known = true, .value = 11};
    const struct measurement below = {.known = true, .value = 9};
    struct detector detector = {.raised = false};
    const uint64_t begin = 7 * USEC_PER_SEC;
    CHECK_INT("above", detect(&detector, &condition, &above, begin), DETECTED_NOTHING);
    CHECK_INT("below", detect(&detector, &condition, &below, begin), DETECTED_NOTHING);
    CHECK_INT("again", detect(&detector, &condition, &above, begin), DETECTED_NOTHING);
    CHECK_INT("not yet", detect(&detector, &condition, &above, begin + 3 * USEC_PER_SEC - 1),
              DETECTED_NOTHING);
    CHECK_INT("now", detect(&detector, &condition, &above, begin + 3 * USEC_PER_SEC),
              DETECTED_RAISE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sequences),
        cmocka_unit_test(test_provisional),
        cmocka_unit_test(test_exact_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

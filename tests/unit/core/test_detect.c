/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Detection: sequences of measurements, each step with the events that must follow it.
 */
#include "core/detect.h"

#include "unit.h"

#define STEPS_MAX 12
#define UNKNOWN (-1)

/* In one step only one measurement matters, so that the others stay unknown. */
struct step {
    int64_t value;         /* or UNKNOWN */
    enum event_type event; /* 0 = none may follow */
};

struct sequence {
    const char *name;
    enum condition condition;
    struct thresholds thresholds;
    size_t count;
    struct step steps[STEPS_MAX];
};

static const struct sequence sequences[] = {
    {"overload: equal to the threshold is not above it",
     CONDITION_OVERLOAD,
     {.of[CONDITION_OVERLOAD] = {500, 450}},
     4,
     {{499, 0}, {500, 0}, {501, EVENT_OVERLOAD_RAISED}, {500, 0}}},
    {"overload: equal to the clear value clears",
     CONDITION_OVERLOAD,
     {.of[CONDITION_OVERLOAD] = {500, 450}},
     4,
     {{501, EVENT_OVERLOAD_RAISED}, {451, 0}, {450, EVENT_OVERLOAD_CLEARED}, {450, 0}}},
    {"overload: one raise per crossing",
     CONDITION_OVERLOAD,
     {.of[CONDITION_OVERLOAD] = {10, 5}},
     8,
     {{11, EVENT_OVERLOAD_RAISED},
      {11, 0},
      {9, 0},
      {12, 0},
      {5, EVENT_OVERLOAD_CLEARED},
      {10, 0},
      {11, EVENT_OVERLOAD_RAISED},
      {0, EVENT_OVERLOAD_CLEARED}}},
    {"overload: clear value equal to the threshold",
     CONDITION_OVERLOAD,
     {.of[CONDITION_OVERLOAD] = {10, 10}},
     4,
     {{11, EVENT_OVERLOAD_RAISED},
      {10, EVENT_OVERLOAD_CLEARED},
      {10, 0},
      {11, EVENT_OVERLOAD_RAISED}}},
    {"overload: clear value zero needs an empty queue",
     CONDITION_OVERLOAD,
     {.of[CONDITION_OVERLOAD] = {1, 0}},
     4,
     {{2, EVENT_OVERLOAD_RAISED}, {1, 0}, {0, EVENT_OVERLOAD_CLEARED}, {1, 0}}},
    {"overload: unknown changes nothing",
     CONDITION_OVERLOAD,
     {.of[CONDITION_OVERLOAD] = {10, 9}},
     6,
     {{UNKNOWN, 0},
      {11, EVENT_OVERLOAD_RAISED},
      {UNKNOWN, 0},
      {10, 0},
      {UNKNOWN, 0},
      {9, EVENT_OVERLOAD_CLEARED}}},
    {"overload: more than 32 bits",
     CONDITION_OVERLOAD,
     {.of[CONDITION_OVERLOAD] = {UINT32_MAX, UINT32_MAX}},
     3,
     {{UINT32_MAX, 0},
      {INT64_C(0x100000000), EVENT_OVERLOAD_RAISED},
      {UINT32_MAX, EVENT_OVERLOAD_CLEARED}}},
    {"warning: 90 % of 100",
     CONDITION_WARNING,
     {.of[CONDITION_WARNING] = {.above = 100}},
     5,
     {{100, 0}, {101, EVENT_WARNING_RAISED}, {91, 0}, {90, EVENT_WARNING_CLEARED}, {100, 0}}},
    {"warning: 90 % of 5 is 4.5",
     CONDITION_WARNING,
     {.of[CONDITION_WARNING] = {.above = 5}},
     4,
     {{5, 0}, {6, EVENT_WARNING_RAISED}, {5, 0}, {4, EVENT_WARNING_CLEARED}}},
    {"warning: 90 % of 1 is 0.9",
     CONDITION_WARNING,
     {.of[CONDITION_WARNING] = {.above = 1}},
     4,
     {{1, 0}, {2, EVENT_WARNING_RAISED}, {1, 0}, {0, EVENT_WARNING_CLEARED}}},
    {"warning: 90 % of the greatest threshold",
     CONDITION_WARNING,
     {.of[CONDITION_WARNING] = {.above = UINT32_MAX}},
     3,
     {{INT64_C(0x100000000), EVENT_WARNING_RAISED},
      {3865470566, 0},
      {3865470565, EVENT_WARNING_CLEARED}}},
    {"age: 90 % of 3599 s is 3239.1 s",
     CONDITION_AGE,
     {.of[CONDITION_AGE] = {.above = 3599}},
     4,
     {{3599, 0}, {3600, EVENT_AGE_RAISED}, {3240, 0}, {3239, EVENT_AGE_CLEARED}}},
    {"age: unknown changes nothing",
     CONDITION_AGE,
     {.of[CONDITION_AGE] = {.above = 60}},
     3,
     {{61, EVENT_AGE_RAISED}, {UNKNOWN, 0}, {54, EVENT_AGE_CLEARED}}},
    {"hold: 90 % of 7 is 6.3",
     CONDITION_HOLD,
     {.of[CONDITION_HOLD] = {.above = 7}},
     4,
     {{7, 0}, {8, EVENT_HOLD_RAISED}, {7, 0}, {6, EVENT_HOLD_CLEARED}}},
    {"off: overload",
     CONDITION_OVERLOAD,
     {.of[CONDITION_OVERLOAD] = {0, 450}},
     2,
     {{1000, 0}, {0, 0}}},
    {"off: warning", CONDITION_WARNING, {.of[CONDITION_OVERLOAD] = {0}}, 2, {{1000, 0}, {0, 0}}},
    {"off: age", CONDITION_AGE, {.of[CONDITION_OVERLOAD] = {0}}, 2, {{1000, 0}, {0, 0}}},
    {"off: hold", CONDITION_HOLD, {.of[CONDITION_OVERLOAD] = {0}}, 2, {{1000, 0}, {0, 0}}},
};

/* One value of each kind; total counts for overload and warning. */
struct input {
    struct measurement total, oldest_age_s, hold;
};

static void measure(const struct input *input, struct measurement measured[CONDITION_COUNT]) {
    measured[CONDITION_OVERLOAD] = input->total;
    measured[CONDITION_WARNING] = input->total;
    measured[CONDITION_AGE] = input->oldest_age_s;
    measured[CONDITION_HOLD] = input->hold;
}

/* detect() by way of the events that the conditions report. */
static size_t look(struct detector *detector, const struct thresholds *thresholds,
                   const struct measurement measured[CONDITION_COUNT],
                   enum event_type events[CONDITION_COUNT]) {
    enum condition changed[CONDITION_COUNT];
    size_t count = detect(detector, thresholds, measured, changed);
    for (size_t i = 0; i < count; i++) {
        events[i] = condition_event(changed[i], detector->raised[changed[i]]);
    }
    return count;
}

static void test_sequences(void **state) {
    (void)state;
    for (size_t s = 0; s < COUNT_OF(sequences); s++) {
        const struct sequence *sequence = &sequences[s];
        struct detector detector = {0};
        bool raised = false;
        for (size_t i = 0; i < sequence->count; i++) {
            char name[128];
            snprintf(name, sizeof name, "%s, step %zu", sequence->name, i + 1);
            const struct step *step = &sequence->steps[i];
            struct measurement measured[CONDITION_COUNT] = {{.known = false}};
            measured[sequence->condition] = (struct measurement){.known = step->value != UNKNOWN,
                                                                 .value = (uint64_t)step->value};
            enum event_type events[CONDITION_COUNT];
            size_t count = look(&detector, &sequence->thresholds, measured, events);
            CHECK_INT(name, count, step->event != 0);
            if (count > 0) {
                CHECK_INT(name, events[0], step->event);
                raised = !raised;
            }
            CHECK_INT(name, detector.raised[sequence->condition], raised);
        }
    }
}

#define ALL_RAISED                                                                                 \
    {                                                                                              \
        .raised = { true, true, true, true }                                                       \
    }

/* One look at everything, from a state in which all or nothing is raised. */
static const struct {
    const char *name;
    struct detector before, after;
    struct thresholds thresholds;
    struct input input;
    size_t count;
    enum event_type events[CONDITION_COUNT];
} looks[] = {
    {"all rise at once, in the order of the conditions",
     {.raised = {false}},
     ALL_RAISED,
     {{{10, 9}, {5, 0}, {60, 0}, {1, 0}}},
     {{true, 11, false, ""}, {true, 61, false, ""}, {true, 2, false, ""}},
     4,
     {EVENT_OVERLOAD_RAISED, EVENT_WARNING_RAISED, EVENT_AGE_RAISED, EVENT_HOLD_RAISED}},
    {"all clear at once, in the order of the conditions",
     ALL_RAISED,
     {.raised = {false}},
     {{{10, 9}, {5, 0}, {60, 0}, {1, 0}}},
     {{true, 0, false, ""}, {true, 0, false, ""}, {true, 0, false, ""}},
     4,
     {EVENT_OVERLOAD_CLEARED, EVENT_WARNING_CLEARED, EVENT_AGE_CLEARED, EVENT_HOLD_CLEARED}},
    {"switched off ends all, whatever is measured",
     ALL_RAISED,
     {.raised = {false}},
     {{{0, 0}, {0, 0}, {0, 0}, {0, 0}}},
     {{true, 1000, false, ""}, {true, 1000, false, ""}, {true, 1000, false, ""}},
     4,
     {EVENT_OVERLOAD_CLEARED, EVENT_WARNING_CLEARED, EVENT_AGE_CLEARED, EVENT_HOLD_CLEARED}},
    {"switched off while unknown waits for a value to report",
     ALL_RAISED,
     ALL_RAISED,
     {{{0, 0}, {0, 0}, {0, 0}, {0, 0}}},
     {{false, 0, false, ""}, {false, 0, false, ""}, {false, 0, false, ""}},
     0,
     {0}},
    {"unknown keeps all that is raised",
     ALL_RAISED,
     ALL_RAISED,
     {{{10, 9}, {5, 0}, {60, 0}, {1, 0}}},
     {{false, 0, false, ""}, {false, 0, false, ""}, {false, 0, false, ""}},
     0,
     {0}},
    {"unknown raises nothing",
     {.raised = {false}},
     {.raised = {false}},
     {{{10, 9}, {5, 0}, {60, 0}, {1, 0}}},
     {{false, 1000, false, ""}, {false, 1000, false, ""}, {false, 1000, false, ""}},
     0,
     {0}},
    {"the total decides overload and warning each by its own threshold",
     {.raised = {false}},
     {.raised = {false, true, false, false}},
     {{{10, 9}, {5, 0}, {60, 0}, {1, 0}}},
     {{true, 7, false, ""}, {true, 0, false, ""}, {true, 0, false, ""}},
     1,
     {EVENT_WARNING_RAISED}},
    {"a raise and a clear in one look",
     {.raised = {true, false, false, false}},
     {.raised = {false, false, false, true}},
     {{{10, 9}, {0, 0}, {0, 0}, {3, 0}}},
     {{true, 9, false, ""}, {true, 0, false, ""}, {true, 4, false, ""}},
     2,
     {EVENT_OVERLOAD_CLEARED, EVENT_HOLD_RAISED}},
    {"a higher threshold clears on the next look",
     {.raised = {true, true, false, false}},
     {.raised = {false, false, false, false}},
     {{{1000, 900}, {1000, 0}, {0, 0}, {0, 0}}},
     {{true, 600, false, ""}, {false, 0, false, ""}, {false, 0, false, ""}},
     2,
     {EVENT_OVERLOAD_CLEARED, EVENT_WARNING_CLEARED}},
    {"a lower threshold raises on the next look",
     {.raised = {false}},
     {.raised = {true, false, false, false}},
     {{{100, 90}, {0, 0}, {0, 0}, {0, 0}}},
     {{true, 600, false, ""}, {false, 0, false, ""}, {false, 0, false, ""}},
     1,
     {EVENT_OVERLOAD_RAISED}},
};

static void test_looks(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(looks); i++) {
        struct detector detector = looks[i].before;
        struct measurement measured[CONDITION_COUNT];
        enum event_type events[CONDITION_COUNT];
        measure(&looks[i].input, measured);
        size_t count = look(&detector, &looks[i].thresholds, measured, events);
        CHECK_INT(looks[i].name, count, looks[i].count);
        for (size_t e = 0; e < count; e++) {
            CHECK_INT(looks[i].name, events[e], looks[i].events[e]);
        }
        for (size_t c = 0; c < CONDITION_COUNT; c++) {
            CHECK_INT(looks[i].name, detector.raised[c], looks[i].after.raised[c]);
        }
    }
}

static const struct {
    const char *name;
    uint32_t threshold, clear;
} clear_values[] = {
    {"off", 0, 0},
    {"1", 1, 0},
    {"9", 9, 8},
    {"10", 10, 9},
    {"500", 500, 450},
    {"11", 11, 9},
    {"the greatest", UINT32_MAX, 3865470565U},
};

static void test_clear_value(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(clear_values); i++) {
        CHECK_INT(clear_values[i].name, condition_default_clear(clear_values[i].threshold),
                  clear_values[i].clear);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clear_value),
        cmocka_unit_test(test_sequences),
        cmocka_unit_test(test_looks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What was raised before, read in time or late: each raise and each clear is sent at most once, and
 * what thresholds of the file raised before those that are stored were known ends when these would
 * not have raised it.
 */
#include "app/detection.h"

#include "unit.h"

#include <stdlib.h>

static struct {
    enum event_type emitted[16];
    size_t count;
    struct store_state written;
    int writes;
} t;

void events_emit(struct events *events, const struct event *given) {
    (void)events;
    assert_true(t.count < COUNT_OF(t.emitted));
    t.emitted[t.count++] = given->type;
}

void store_state_set(struct store *store, const struct store_state *state) {
    (void)store;
    t.written = *state;
    t.writes++;
}

static const struct thresholds of_file = {.of[CONDITION_OVERLOAD] = {100, 90}};
static const struct thresholds stored = {.of[CONDITION_OVERLOAD] = {500, 450}};

/* -1 = the queue cannot be read */
static void run(struct detection *detection, struct agent_status *status, int messages) {
    struct snapshot *snapshot = snapshot_new();
    for (int queue = 0; queue < QUEUE_COUNT; queue++) {
        snapshot->counts.known[queue] = messages >= 0;
    }
    snapshot->counts.messages[QUEUE_DEFERRED] = messages >= 0 ? (uint32_t)messages : 0;
    status->readings.lost = messages < 0;
    status->readings.data = messages < 0 ? DATA_UNAVAILABLE : DATA_OK;
    detection_run(detection, snapshot);
    snapshot_unref(snapshot);
}

#define NONE (-2)

static const struct {
    const char *name;
    int meanwhile[2];  /* messages seen before the database was read, NONE = no look */
    bool raised, lost; /* what was before */
    int then;          /* messages seen after it */
    enum event_type events[4];
    bool overload, kept_since;
} cases[] = {
    {"in time, still overloaded", {NONE, NONE}, true, false, 600, {0}, true, true},
    {"in time, over by now", {NONE, NONE}, true, false, 3, {EVENT_OVERLOAD_CLEARED}, false, false},
    {"in time, between the thresholds", {NONE, NONE}, true, false, 470, {0}, true, true},
    {"late, still overloaded by what is stored", {80, NONE}, true, false, 470, {0}, true, true},
    {"late, over by now", {3, NONE}, true, false, 3, {EVENT_OVERLOAD_CLEARED}, false, false},
    {"late, raised by the file's only",
     {300, NONE},
     false,
     false,
     300,
     {EVENT_OVERLOAD_RAISED, EVENT_OVERLOAD_CLEARED},
     false,
     false},
    {"late, raised by both, and by what is stored not ended",
     {600, NONE},
     false,
     false,
     501,
     {EVENT_OVERLOAD_RAISED},
     true,
     false},
    {"late, between the thresholds that are stored",
     {600, NONE},
     false,
     false,
     470,
     {EVENT_OVERLOAD_RAISED, EVENT_OVERLOAD_CLEARED},
     false,
     false},
    {"late, raised again meanwhile",
     {600, NONE},
     true,
     false,
     600,
     {EVENT_OVERLOAD_RAISED},
     true,
     true},
    {"late, raised and cleared meanwhile",
     {600, 3},
     true,
     false,
     3,
     {EVENT_OVERLOAD_RAISED, EVENT_OVERLOAD_CLEARED},
     false,
     false},
    {"in time, lost and readable again",
     {NONE, NONE},
     false,
     true,
     3,
     {EVENT_DATA_RESTORED},
     false,
     false},
    {"late, lost and readable again",
     {3, NONE},
     false,
     true,
     3,
     {EVENT_DATA_RESTORED},
     false,
     false},
    {"late, lost all the time", {-1, NONE}, false, true, -1, {EVENT_DATA_LOST}, false, false},
    {"late, lost meanwhile",
     {-1, 3},
     false,
     true,
     3,
     {EVENT_DATA_LOST, EVENT_DATA_RESTORED},
     false,
     false},
};

static void check_case(size_t i) {
    const char *name = cases[i].name;
    struct agent_status status = {0};
    struct tunables tunables = {.thresholds = of_file};
    struct detection detection = {
        .status = &status, .conditions = status.conditions, .tunables = &tunables};
    struct store_image image = {.has_state = true};
    memset(&t, 0, sizeof t);
    for (size_t m = 0; m < 2 && cases[i].meanwhile[m] != NONE; m++) {
        run(&detection, &status, cases[i].meanwhile[m]);
    }
    image.state.raised[CONDITION_OVERLOAD] = cases[i].raised;
    image.state.since[CONDITION_OVERLOAD] = cases[i].raised ? 1700000000 : 0;
    image.state.data_lost = cases[i].lost;
    tunables.thresholds = stored;
    detection_load(&detection, &image);
    run(&detection, &status, cases[i].then);
    run(&detection, &status, cases[i].then);
    for (size_t e = 0; e < COUNT_OF(cases[i].events); e++) {
        CHECK_INT(name, e < t.count ? t.emitted[e] : 0, cases[i].events[e]);
    }
    CHECK(name, t.count < COUNT_OF(cases[i].events));
    CHECK_INT(name, status.conditions[CONDITION_OVERLOAD].raised, cases[i].overload);
    CHECK_INT(name, status.conditions[CONDITION_OVERLOAD].since != 0, cases[i].overload);
    CHECK_INT(name, status.conditions[CONDITION_OVERLOAD].since == 1700000000, cases[i].kept_since);
    /* The file has what is so now. */
    bool same = t.writes == 0 ? status.conditions[CONDITION_OVERLOAD].raised == cases[i].raised
                              : t.written.raised[CONDITION_OVERLOAD] ==
                                    status.conditions[CONDITION_OVERLOAD].raised;
    CHECK(name, same);
}

static void test_load(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        check_case(i);
    }
}

/* "Since the agent started": an overload from before is none of its raises. */
static void test_raises(void **state) {
    struct agent_status status = {0};
    const struct tunables tunables = {.thresholds = stored};
    struct detection detection = {
        .status = &status, .conditions = status.conditions, .tunables = &tunables};
    struct store_image image = {.has_state = true};
    (void)state;
    memset(&t, 0, sizeof t);
    image.state.raised[CONDITION_OVERLOAD] = true;
    image.state.since[CONDITION_OVERLOAD] = 1700000000;
    detection_load(&detection, &image);
    run(&detection, &status, 600);
    assert_int_equal(status.conditions[CONDITION_OVERLOAD].raises, 0);
    run(&detection, &status, 3);
    run(&detection, &status, 600);
    assert_int_equal(status.conditions[CONDITION_OVERLOAD].raises, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load),
        cmocka_unit_test(test_raises),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

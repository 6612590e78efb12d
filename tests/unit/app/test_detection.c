/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What was raised before, read in time or late: each raise and each clear is sent at most once, and
 * what thresholds of the file raised before those that are stored were known ends when these would
 * not have raised it. And what becomes of conditions when the configuration changes, when they are
 * disabled, and when their value is unknown.
 */
#include "app/detection.h"

#include "unit.h"

#include <stdlib.h>

#define EVENTS_MAX 80

static struct {
    struct event emitted[EVENTS_MAX];
    size_t count;
    struct store_state written;
    int writes;
    size_t repeated;
    char repeated_name[CONDITION_NAME_SIZE];
} t;

void events_emit(struct events *events, const struct event *given) {
    (void)events;
    assert_true(t.count < COUNT_OF(t.emitted));
    t.emitted[t.count++] = *given;
}

void events_repeat(struct events *events, const char *condition) {
    (void)events;
    t.repeated++;
    snprintf(t.repeated_name, sizeof t.repeated_name, "%s", condition);
}

void store_state_set(struct store *store, const struct store_state *state) {
    (void)store;
    t.written = *state;
    t.writes++;
}

static struct agent_status status;
static struct tunables tunables;
static struct detection detection;

static struct condition *add(const char *name, enum watch_kind kind, enum queue queue,
                             uint32_t above) {
    struct condition *condition = &tunables.conditions.list[tunables.conditions.count++];
    *condition = (struct condition){.watch = {kind, queue}, .severity = SEVERITY_WARNING};
    snprintf(condition->name, sizeof condition->name, "%s", name);
    condition->settings[CONDITION_ABOVE] = above;
    condition->settings[CONDITION_CLEAR] = condition_default_clear(above);
    condition->settings[CONDITION_ENABLED] = 1;
    return condition;
}

static void set_overload(uint32_t above) {
    uint32_t *settings = tunables.conditions.list[CONDITION_OVERLOAD].settings;
    settings[CONDITION_ABOVE] = above;
    settings[CONDITION_CLEAR] = condition_default_clear(above);
}

static void init(uint32_t overload) {
    memset(&t, 0, sizeof t);
    memset(&status, 0, sizeof status);
    conditions_init(&tunables.conditions);
    set_overload(overload);
    detection = (struct detection){
        .status = &status, .conditions = status.conditions, .tunables = &tunables};
}

static int set_up(void **state) {
    (void)state;
    init(0);
    return 0;
}

/* messages in deferred and held ones; -1 = the queue cannot be read */
static void run_with(int deferred, int held) {
    struct snapshot *snapshot = snapshot_new();
    for (int queue = 0; queue < QUEUE_COUNT; queue++) {
        snapshot->counts.known[queue] = deferred >= 0;
    }
    if (held < 0) {
        snapshot->counts.known[QUEUE_HOLD] = false;
    }
    snapshot->counts.messages[QUEUE_DEFERRED] = deferred >= 0 ? (uint32_t)deferred : 0;
    snapshot->counts.messages[QUEUE_HOLD] = held >= 0 ? (uint32_t)held : 0;
    status.readings.lost = deferred < 0;
    status.readings.data = deferred < 0 ? DATA_UNAVAILABLE : DATA_OK;
    detection_run(&detection, snapshot);
    snapshot_unref(snapshot);
}

static void run(int messages) {
    run_with(messages, 0);
}

static void load(const struct store_image *image) {
    detection_load(&detection, image);
}

static struct event_condition raised_before(const char *name, enum watch_kind kind,
                                            enum queue queue) {
    struct event_condition raise = {.watch = {kind, queue},
                                    .severity = SEVERITY_INFO,
                                    .value = 77,
                                    .threshold = 66,
                                    .since = 1700000000,
                                    .subject = "4F0C2A"};
    snprintf(raise.name, sizeof raise.name, "%s", name);
    return raise;
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
    struct store_image image = {.has_state = true};
    const struct condition_status *overload = &status.conditions[CONDITION_OVERLOAD];
    init(100);
    for (size_t m = 0; m < 2 && cases[i].meanwhile[m] != NONE; m++) {
        run(cases[i].meanwhile[m]);
    }
    if (cases[i].raised) {
        image.state.raised[image.state.raised_count++] =
            raised_before("overload", WATCH_TOTAL, WATCH_ANY_QUEUE);
    }
    image.state.data_lost = cases[i].lost;
    set_overload(500);
    load(&image);
    run(cases[i].then);
    run(cases[i].then);
    for (size_t e = 0; e < COUNT_OF(cases[i].events); e++) {
        CHECK_INT(name, e < t.count ? t.emitted[e].type : 0, cases[i].events[e]);
    }
    CHECK(name, t.count < COUNT_OF(cases[i].events));
    CHECK_INT(name, overload->state == CONDITION_STATE_RAISED, cases[i].overload);
    CHECK_INT(name, overload->since != 0, cases[i].overload);
    CHECK_INT(name, overload->since == 1700000000, cases[i].kept_since);
    /* The file has what is so now. */
    bool is = t.writes == 0 ? cases[i].raised : t.written.raised_count == 1;
    CHECK_INT(name, is, cases[i].overload);
}

static void test_load(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        check_case(i);
    }
}

/* "Since the agent started": an overload from before is none of its raises. */
static void test_raises(void **state) {
    (void)state;
    const struct condition_status *overload = &status.conditions[CONDITION_OVERLOAD];
    struct store_image image = {.has_state = true, .state = {.raised_count = 1}};
    image.state.raised[0] = raised_before("overload", WATCH_TOTAL, WATCH_ANY_QUEUE);
    set_overload(500);
    load(&image);
    run(600);
    assert_int_equal(overload->raises, 0);
    run(3);
    run(600);
    assert_int_equal(overload->raises, 1);
}

/* A clear has the severity, the subject and the time of its raise, also after a restart. */
static void test_clear_repeats_its_raise(void **state) {
    (void)state;
    struct store_image image = {.state = {.raised_count = 1}};
    add("held", WATCH_QUEUE, QUEUE_HOLD, 10);
    image.state.raised[0] = raised_before("held", WATCH_QUEUE, QUEUE_HOLD);
    load(&image);
    run_with(0, 20);
    assert_int_equal(t.count, 0);
    assert_int_equal(status.conditions[1].state, CONDITION_STATE_RAISED);
    assert_int_equal(status.conditions[1].since, 1700000000);
    run_with(0, 9);
    assert_int_equal(t.count, 1);
    const struct event *clear = &t.emitted[0];
    assert_int_equal(clear->type, EVENT_CONDITION_CLEARED);
    assert_int_equal(clear->condition.severity, SEVERITY_INFO);
    assert_string_equal(clear->condition.subject, "4F0C2A");
    assert_int_equal(clear->condition.since, 1700000000);
    assert_int_equal(clear->condition.value, 9);
    assert_int_equal(clear->threshold.value, 10);
    assert_string_equal(clear->text, "held: the hold queue has 9 messages, no more than 9");
}

/* An event that was stored, although the state after it was not. */
static void test_catch_up(void **state) {
    (void)state;
    struct event stored[2] = {
        {.type = EVENT_CONDITION_RAISED, .serial = 5, .has_condition = true},
        {.type = EVENT_CONDITION_CLEARED, .serial = 6, .has_condition = true}};
    struct store_image image = {.state = {.raised_count = 1, .serial = 4}, .events = stored};
    add("a", WATCH_QUEUE, QUEUE_HOLD, 10);
    add("b", WATCH_QUEUE, QUEUE_HOLD, 10);
    stored[0].condition = raised_before("a", WATCH_QUEUE, QUEUE_HOLD);
    stored[1].condition = raised_before("b", WATCH_QUEUE, QUEUE_HOLD);
    image.state.raised[0] = raised_before("b", WATCH_QUEUE, QUEUE_HOLD);
    image.event_count = 2;
    load(&image);
    run_with(0, 10);
    assert_int_equal(t.count, 0);
    assert_int_equal(status.conditions[1].state, CONDITION_STATE_RAISED);
    assert_int_equal(status.conditions[2].state, CONDITION_STATE_CLEAR);
}

/* Raised, and then removed from the configuration: over a restart, and by a reload. */
static void test_removed(void **state) {
    (void)state;
    struct store_image image = {.state = {.raised_count = 1}};
    add("held", WATCH_QUEUE, QUEUE_HOLD, 1);
    image.state.raised[0] = raised_before("gone", WATCH_QUEUE, QUEUE_DEFERRED);
    load(&image);
    run_with(-1, -1);
    assert_int_equal(t.count, 1); /* hmqDataLost */
    assert_int_equal(t.written.raised_count, 1);
    run_with(5, 7);
    assert_int_equal(t.count, 4);
    assert_int_equal(t.emitted[1].type, EVENT_CONDITION_RAISED);
    assert_int_equal(t.emitted[2].type, EVENT_CONDITION_CLEARED);
    assert_string_equal(t.emitted[2].condition.name, "gone");
    assert_int_equal(t.emitted[2].condition.value, 5);
    assert_int_equal(t.emitted[2].threshold.value, 66);
    assert_string_equal(t.emitted[2].text,
                        "gone: the condition was removed from the configuration; the deferred "
                        "queue has 5 messages");
    assert_int_equal(t.written.raised_count, 1);
    assert_string_equal(t.written.raised[0].name, "held");
    conditions_init(&tunables.conditions);
    run_with(5, 7);
    assert_int_equal(t.count, 5);
    assert_int_equal(t.emitted[4].type, EVENT_CONDITION_CLEARED);
    assert_string_equal(t.emitted[4].condition.name, "held");
    run_with(5, 7);
    assert_int_equal(t.count, 5);
    assert_int_equal(t.written.raised_count, 0);
}

/* A reload that moves conditions changes nothing about them. */
static void test_moved(void **state) {
    (void)state;
    add("a", WATCH_QUEUE, QUEUE_HOLD, 1);
    add("b", WATCH_QUEUE, QUEUE_DEFERRED, 100)->settings[CONDITION_FOR] = 3600;
    load(&(struct store_image){.has_state = true});
    run_with(200, 7);
    assert_int_equal(t.count, 1);
    assert_int_equal(status.conditions[2].state, CONDITION_STATE_PENDING);
    conditions_init(&tunables.conditions);
    add("b", WATCH_QUEUE, QUEUE_DEFERRED, 100)->settings[CONDITION_FOR] = 3600;
    add("new", WATCH_QUEUE, QUEUE_HOLD, 100);
    add("a", WATCH_QUEUE, QUEUE_HOLD, 1);
    run_with(200, 7);
    assert_int_equal(t.count, 1);
    assert_int_equal(status.conditions[1].state, CONDITION_STATE_PENDING);
    assert_int_equal(status.conditions[2].state, CONDITION_STATE_CLEAR);
    assert_int_equal(status.conditions[3].state, CONDITION_STATE_RAISED);
    assert_int_equal(status.conditions[3].raises, 1);
    assert_true(status.conditions[3].since != 0);
}

/* Another watch under the same name: raised as long as the new value exceeds the threshold. */
static void test_other_watch(void **state) {
    (void)state;
    add("a", WATCH_QUEUE, QUEUE_HOLD, 10);
    load(&(struct store_image){.has_state = true});
    run_with(12, 50);
    assert_int_equal(t.count, 1);
    conditions_init(&tunables.conditions);
    add("a", WATCH_QUEUE, QUEUE_DEFERRED, 10);
    run_with(12, 50);
    assert_int_equal(t.count, 1);
    assert_int_equal(status.conditions[1].state, CONDITION_STATE_RAISED);
    conditions_init(&tunables.conditions);
    add("a", WATCH_QUEUE, QUEUE_MAILDROP, 10);
    run_with(12, 50);
    assert_int_equal(t.count, 2);
    assert_int_equal(t.emitted[1].type, EVENT_CONDITION_CLEARED);
}

/* One queue that cannot be read: nothing begins or ends, since the notifications need the total. */
static void test_unknown(void **state) {
    (void)state;
    add("held", WATCH_QUEUE, QUEUE_HOLD, 1);
    add("deferred", WATCH_QUEUE, QUEUE_DEFERRED, 1);
    load(&(struct store_image){.has_state = true});
    run_with(5, -1);
    assert_int_equal(t.count, 0);
    assert_int_equal(status.conditions[1].state, CONDITION_STATE_UNKNOWN);
    assert_false(status.conditions[1].known);
    assert_int_equal(status.conditions[2].state, CONDITION_STATE_UNKNOWN);
    assert_true(status.conditions[2].known);
    assert_int_equal(status.conditions[2].value, 5);
    run_with(5, 5);
    assert_int_equal(t.count, 2);
    run_with(0, -1);
    assert_int_equal(t.count, 2);
    assert_int_equal(status.conditions[1].state, CONDITION_STATE_RAISED);
    run_with(0, 0);
    assert_int_equal(t.count, 4);
}

/* A value that stays unknown does not keep a condition from being disabled. */
static void test_disabled(void **state) {
    (void)state;
    struct condition *old = add("old", WATCH_AGE, WATCH_ANY_QUEUE, 60);
    struct store_image image = {.state = {.raised_count = 1}};
    image.state.raised[0] = raised_before("old", WATCH_AGE, WATCH_ANY_QUEUE);
    load(&image);
    run(5); /* no listing, so that the age is unknown */
    assert_int_equal(status.conditions[1].state, CONDITION_STATE_RAISED);
    old->settings[CONDITION_ENABLED] = 0;
    run(-1);
    assert_int_equal(t.count, 1); /* hmqDataLost */
    run(5);
    assert_int_equal(t.count, 3);
    assert_int_equal(t.emitted[1].type, EVENT_CONDITION_CLEARED);
    assert_int_equal(t.emitted[1].condition.value, 77);
    assert_string_equal(t.emitted[1].text,
                        "old: the condition was disabled; its value is not known");
    assert_int_equal(status.conditions[1].state, CONDITION_STATE_CLEAR);
}

static void test_repeat(void **state) {
    (void)state;
    struct condition *held = add("held", WATCH_QUEUE, QUEUE_HOLD, 1);
    held->settings[CONDITION_REPEAT] = 60;
    load(&(struct store_image){.has_state = true});
    run_with(0, 5);
    run_with(0, 5);
    assert_int_equal(t.repeated, 0);
    detection.watched[1].repeated_usec -= UINT64_C(59000000);
    run_with(0, 5);
    assert_int_equal(t.repeated, 0);
    detection.watched[1].repeated_usec -= UINT64_C(1000000);
    run_with(0, 5);
    assert_int_equal(t.repeated, 1);
    assert_string_equal(t.repeated_name, "held");
    run_with(0, 5);
    assert_int_equal(t.repeated, 1);
    detection.watched[1].repeated_usec -= UINT64_C(60000000);
    run_with(0, 0); /* cleared */
    run_with(0, 0);
    assert_int_equal(t.repeated, 1);
    assert_int_equal(t.count, 2);
}

/* All of them at once, again and again: each raise has its clear. */
static void test_flapping(void **state) {
    (void)state;
    while (tunables.conditions.count < CONDITIONS_MAX) {
        char name[CONDITION_NAME_SIZE];
        snprintf(name, sizeof name, "c%zu", tunables.conditions.count);
        add(name, WATCH_QUEUE, QUEUE_HOLD, (uint32_t)tunables.conditions.count);
    }
    set_overload(1);
    load(&(struct store_image){.has_state = true});
    for (int round = 0; round < 10; round++) {
        t.count = 0;
        run_with(0, 100);
        assert_int_equal(t.count, CONDITIONS_MAX);
        assert_int_equal(t.written.raised_count, CONDITIONS_MAX);
        run_with(0, 100);
        run_with(0, 0);
        assert_int_equal(t.count, 2 * CONDITIONS_MAX);
        assert_int_equal(t.written.raised_count, 0);
        for (size_t i = 0; i < CONDITIONS_MAX; i++) {
            CHECK_STRING("clear", t.emitted[CONDITIONS_MAX + i].condition.name,
                         t.emitted[i].condition.name);
            CHECK("raise", event_is_raise(t.emitted[i].type));
            CHECK("clear", !event_is_raise(t.emitted[CONDITIONS_MAX + i].type));
            CHECK_INT("raises", status.conditions[i].raises, round + 1);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_load, set_up),
        cmocka_unit_test_setup(test_raises, set_up),
        cmocka_unit_test_setup(test_clear_repeats_its_raise, set_up),
        cmocka_unit_test_setup(test_catch_up, set_up),
        cmocka_unit_test_setup(test_removed, set_up),
        cmocka_unit_test_setup(test_moved, set_up),
        cmocka_unit_test_setup(test_other_watch, set_up),
        cmocka_unit_test_setup(test_unknown, set_up),
        cmocka_unit_test_setup(test_disabled, set_up),
        cmocka_unit_test_setup(test_repeat, set_up),
        cmocka_unit_test_setup(test_flapping, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

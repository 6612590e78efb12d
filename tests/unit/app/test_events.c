/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Events on their way, with the store and the master agent played by the test: what waits for the
 * disk, for how long, in which order, and what an earlier process left.
 */
#include "app/events.h"
#include "sample.h"

#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define ASKED_MAX 16

static struct {
    struct sample sample;
    sd_event *loop;
    struct events *events;
    /* The store */
    bool usable, refuses; /* refuses: it calls back at once, as without memory */
    struct {
        store_done done;
        void *userdata;
        uint32_t serial;
    } asked[ASKED_MAX];
    size_t asked_count, answered;
    /* The master agent */
    uint32_t sent[ASKED_MAX];
    size_t sent_count;
    uint32_t notified;
    enum event_notified noted;
    size_t added, repeated;
} t;

void agentx_notify(struct agentx *agentx, struct notification *notification) {
    (void)agentx;
    assert_true(t.sent_count < ASKED_MAX);
    t.sent[t.sent_count++] = notification->serial;
    free(notification);
}

bool store_usable(const struct store *store) {
    (void)store;
    return t.usable;
}

void store_event_add(struct store *store, const struct event *event, store_done done,
                     void *userdata) {
    (void)store;
    if (t.refuses) {
        if (done != NULL) {
            done(userdata, -ENOMEM, "out of memory");
        }
        return;
    }
    assert_true(t.asked_count < ASKED_MAX);
    t.asked[t.asked_count].done = done;
    t.asked[t.asked_count].userdata = userdata;
    t.asked[t.asked_count++].serial = event->serial;
}

void store_event_notified(struct store *store, uint32_t serial, enum event_notified notified) {
    (void)store;
    t.notified = serial;
    t.noted = notified;
}

static void answer(int error) {
    assert_true(t.answered < t.asked_count);
    size_t i = t.answered++;
    if (t.asked[i].done != NULL) {
        t.asked[i].done(t.asked[i].userdata, error, error < 0 ? "the disk is full" : "");
    }
}

static void fill_view(void *userdata, struct mib_view *view) {
    (void)userdata;
    *view = t.sample.view;
}

static void on_added(void *userdata, const struct event *event) {
    (void)userdata;
    (void)event;
    t.added++;
}

static void on_repeated(void *userdata, const struct event *event) {
    (void)userdata;
    (void)event;
    t.repeated++;
}

static int set_up(void **state) {
    (void)state;
    memset(&t, 0, sizeof t);
    t.usable = true;
    sample_init(&t.sample, SAMPLE_ALL);
    t.sample.status.events.serial = 0;
    const struct events_sources sources = {.status = &t.sample.status.events,
                                           .tunables = &t.sample.tunables,
                                           .view = fill_view,
                                           .added = on_added,
                                           .repeated = on_repeated};
    assert_true(sd_event_new(&t.loop) >= 0);
    assert_int_equal(events_new(t.loop, &sources, &t.events), 0);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    events_free(t.events);
    sd_event_unref(t.loop);
    sample_deinit(&t.sample);
    return 0;
}

static void emit(enum event_type type) {
    const struct event event = {.type = type, .text = "told", .threshold = {true, 5}};
    events_emit(t.events, &event);
}

static void expect_sent(const char *name, size_t count) {
    CHECK_INT(name, t.sent_count, count);
    for (size_t i = 0; i < count; i++) {
        CHECK_INT(name, t.sent[i], i + 1);
    }
}

static void wait_sent(const char *name, size_t count) {
    time_t end = time(NULL) + 30;
    while (t.sent_count < count && time(NULL) < end) {
        assert_true(sd_event_run(t.loop, 100000) >= 0);
    }
    expect_sent(name, count);
}

static void test_waits_for_the_store(void **state) {
    (void)state;
    emit(EVENT_OVERLOAD_RAISED);
    emit(EVENT_OVERLOAD_CLEARED);
    expect_sent("nothing is stored", 0);
    assert_int_equal(t.added, 0);
    assert_false(events_may_tell(t.events, 1));
    assert_false(events_may_tell(t.events, 2));
    assert_int_equal(t.sample.status.events.serial, 2);
    answer(0);
    expect_sent("the first is", 1);
    assert_int_equal(t.added, 1);
    assert_true(events_may_tell(t.events, 1));
    assert_false(events_may_tell(t.events, 2));
    answer(0);
    expect_sent("both are", 2);
    assert_int_equal(t.added, 2);
    assert_true(events_may_tell(t.events, 2));
    events_sent(t.events, 2);
    assert_int_equal(t.notified, 2);
    const struct event *first = event_log_after(events_log(t.events), 0);
    assert_int_equal(first->notified, NOTIFIED_PENDING);
    assert_true(first->total.known);
    assert_int_equal(event_log_after(events_log(t.events), 1)->notified, NOTIFIED_SENT);
}

/* A second at most, and each: also when those in front have had their second long ago. */
static void test_a_disk_that_hangs(void **state) {
    (void)state;
    emit(EVENT_OVERLOAD_RAISED);
    wait_sent("the first after a second", 1);
    emit(EVENT_OVERLOAD_CLEARED);
    emit(EVENT_DATA_LOST);
    expect_sent("the others wait too", 1);
    wait_sent("but no longer", 3);
    assert_int_equal(t.added, 3);
    assert_true(events_may_tell(t.events, 3));
    for (int i = 0; i < 3; i++) {
        answer(0);
    }
    expect_sent("once each", 3);
}

static void test_suppressed(void **state) {
    (void)state;
    t.sample.tunables.notify &= ~(1U << EVENT_AGENT_STARTED);
    emit(EVENT_AGENT_STARTED);
    assert_int_equal(t.added, 0);
    answer(0);
    expect_sent("not sent", 0);
    assert_int_equal(event_log_after(events_log(t.events), 0)->notified, NOTIFIED_SUPPRESSED);
    assert_int_equal(t.added, 1);
}

static void test_an_unusable_store(void **state) {
    (void)state;
    emit(EVENT_OVERLOAD_RAISED);
    t.usable = false;
    emit(EVENT_OVERLOAD_CLEARED);
    expect_sent("at once, in order", 2);
    assert_int_equal(t.added, 2);
    assert_int_equal(t.asked_count, 2);
    answer(-ENOSPC);
    answer(-ENOSPC);
    expect_sent("once", 2);
}

/* The store calls back within the call, for an event behind others that wait. */
static void test_a_store_without_memory(void **state) {
    (void)state;
    emit(EVENT_OVERLOAD_RAISED);
    emit(EVENT_OVERLOAD_CLEARED);
    t.refuses = true;
    emit(EVENT_DATA_LOST);
    expect_sent("in order", 3);
    t.refuses = false;
    emit(EVENT_DATA_RESTORED);
    for (int i = 0; i < 3; i++) {
        answer(0);
    }
    expect_sent("each once", 4);
    emit(EVENT_AGENT_STARTED);
    answer(0);
    expect_sent("and on", 5);
}

static void test_what_was_left(void **state) {
    (void)state;
    struct event left[] = {sample_event(&t.sample, EVENT_OVERLOAD_RAISED),
                           sample_event(&t.sample, EVENT_OVERLOAD_CLEARED),
                           sample_event(&t.sample, EVENT_DATA_LOST)};
    for (uint32_t i = 0; i < COUNT_OF(left); i++) {
        left[i].serial = i + 1;
        left[i].notified = NOTIFIED_PENDING;
    }
    const struct store_image image = {
        .events = left, .event_count = COUNT_OF(left), .event_serial = 50};
    events_load(t.events, &image);
    expect_sent("in order", 3);
    assert_int_equal(t.asked_count, 0);
    assert_int_equal(t.sample.status.events.serial, 50);
    assert_int_equal(event_log_oldest(events_log(t.events)), 1);
    emit(EVENT_AGENT_STARTED);
    assert_int_equal(t.asked[0].serial, 51);
}

/* Without the database serials go on from the clock; what it has is sent when it is read. */
static void test_read_late(void **state) {
    (void)state;
    struct event left[] = {sample_event(&t.sample, EVENT_OVERLOAD_RAISED),
                           sample_event(&t.sample, EVENT_OVERLOAD_CLEARED)};
    left[0].serial = 1;
    left[1].serial = 2;
    left[1].notified = NOTIFIED_SENT;
    const struct store_image image = {.events = left, .event_count = 2, .event_serial = 50};
    events_load(t.events, NULL);
    uint32_t begun = t.sample.status.events.serial;
    assert_true(begun > 1700000000);
    emit(EVENT_AGENT_STARTED);
    events_load(t.events, &image);
    expect_sent("what was pending", 1);
    assert_int_equal(t.sample.status.events.serial, begun + 1);
    assert_int_equal(event_log_oldest(events_log(t.events)), begun + 1);
}

/* A notification and a GET of the same moment have the same values. */
static void test_as_a_get(void **state) {
    static const enum event_type types[] = {
        EVENT_OVERLOAD_RAISED,   EVENT_DATA_LOST,     EVENT_DATA_RESTORED,
        EVENT_SETTINGS_CHANGED,  EVENT_AGENT_STARTED, EVENT_CONDITION_RAISED,
        EVENT_CONDITION_CLEARED,
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        const struct event sample = sample_event(&t.sample, types[i]);
        struct event event = {.type = types[i],
                              .text = "told",
                              .has_condition = sample.has_condition,
                              .condition = sample.condition};
        event.threshold = (struct event_number){true, 500};
        for (size_t c = 0; c < t.sample.tunables.conditions.count; c++) {
            t.sample.tunables.conditions.list[c].settings[CONDITION_ABOVE] = 500;
        }
        struct notification *notification = NULL;
        events_observe(&event, &t.sample.view);
        event.serial = t.sample.status.events.serial;
        assert_int_equal(mib_notification_new(&event, &notification), 0);
        for (size_t v = 0; v < notification->count; v++) {
            const struct mib_varbind *varbind = &notification->varbinds[v];
            struct mib_value value;
            bool text = varbind->type == MIB_OCTETS;
            if (mib_get(&t.sample.view, varbind->name.ids, varbind->name.len, &value) != MIB_OK) {
                /* hmqEventText: the event is in no table here. */
                assert_int_equal(types[i], EVENT_SETTINGS_CHANGED);
                continue;
            }
            CHECK_INT(event_name(types[i]), varbind->type, value.type);
            CHECK_INT(event_name(types[i]), varbind->number, value.number);
            CHECK_INT(event_name(types[i]), varbind->integer, value.integer);
            CHECK_INT(event_name(types[i]), varbind->length, text ? value.length : 0);
            CHECK(event_name(types[i]),
                  !text || memcmp(varbind->octets, value.octets, value.length) == 0);
        }
        free(notification);
    }
}

/* What the notification needs is not known: it is not sent, and not pending either. */
static void test_incomplete(void **state) {
    (void)state;
    const struct event event = {.type = EVENT_OVERLOAD_RAISED, .text = "told"};
    events_emit(t.events, &event);
    answer(0);
    expect_sent("never incomplete", 0);
    assert_int_equal(event_log_after(events_log(t.events), 0)->notified, NOTIFIED_SUPPRESSED);
}

/* What comes from outside does no harm on a terminal. */
static void test_text_is_safe(void **state) {
    (void)state;
    const struct event event = {.type = EVENT_DATA_LOST,
                                .text = "a\x1b[2Jb\xE2\x80\xAE"
                                        "c"};
    events_emit(t.events, &event);
    const char *text = event_log_after(events_log(t.events), 0)->text;
    assert_null(strpbrk(text, "\x1b\xE2"));
    answer(0);
}

/* A count changes nothing and is not reported. */
static void test_no_event_about_a_count(void **state) {
    (void)state;
    struct action *count =
        action_new(&(struct action_key){.owner = "ops", .command = COMMAND_COUNT, .id = 1});
    struct action *hold =
        action_new(&(struct action_key){.owner = "ops", .command = COMMAND_HOLD, .id = 2});
    count->state = hold->state = ACTION_DONE;
    events_emit_action(t.events, count);
    assert_int_equal(t.asked_count, 0);
    events_emit_action(t.events, hold);
    assert_int_equal(t.asked_count, 1);
    answer(0);
    action_free(count);
    action_free(hold);
}

static void test_raised(void **state) {
    (void)state;
    struct event left[] = {sample_event(&t.sample, EVENT_OVERLOAD_RAISED),
                           sample_event(&t.sample, EVENT_POSTFIX_STOPPED)};
    left[0].serial = 7;
    left[1].serial = 8;
    const struct store_image image = {.latest = left, .latest_count = 2, .event_serial = 50};
    events_load(t.events, &image);
    const struct raised *raised = events_raised(t.events);
    assert_int_equal(raised->count, 2);
    assert_int_equal(raised->events[0].serial, 7);
    assert_int_equal(raised->events[1].serial, 8);
    emit(EVENT_OVERLOAD_CLEARED);
    answer(0);
    assert_int_equal(raised->count, 1);
    assert_int_equal(raised->events[0].serial, 8);
}

/* A raise that is sent again has its serial, and waits for what is on its way. */
static void test_repeat(void **state) {
    (void)state;
    struct event raise = sample_event(&t.sample, EVENT_CONDITION_RAISED);
    events_repeat(t.events, "oldest");
    assert_int_equal(t.repeated, 0);
    events_emit(t.events, &raise);
    answer(0);
    expect_sent("the raise", 1);
    events_repeat(t.events, "oldest");
    assert_int_equal(t.repeated, 0); /* no master has taken it yet */
    events_sent(t.events, 1);
    events_repeat(t.events, "z");
    events_repeat(t.events, "oldest");
    assert_int_equal(t.repeated, 1);
    assert_int_equal(t.sent_count, 2);
    assert_int_equal(t.sent[1], 1);
    assert_int_equal(t.noted, NOTIFIED_PENDING);
    assert_int_equal(event_log_find(events_log(t.events), 1)->notified, NOTIFIED_PENDING);
    events_repeat(t.events, "oldest");
    assert_int_equal(t.sent_count, 2);
    events_sent(t.events, 1);
    assert_int_equal(t.noted, NOTIFIED_SENT);
    /* The endpoints get it, even if no notification is wanted. */
    t.sample.tunables.notify = 0;
    events_repeat(t.events, "oldest");
    assert_int_equal(t.repeated, 2);
    assert_int_equal(t.sent_count, 2);
    struct event clear = sample_event(&t.sample, EVENT_CONDITION_CLEARED);
    events_emit(t.events, &clear);
    answer(0);
    events_repeat(t.events, "oldest");
    assert_int_equal(t.repeated, 2);
    assert_int_equal(t.added, 2);
    assert_int_equal(t.asked_count, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_as_a_get, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_incomplete, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_text_is_safe, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_event_about_a_count, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_raised, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_repeat, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_waits_for_the_store, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_disk_that_hangs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_suppressed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_unusable_store, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_store_without_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_was_left, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_read_late, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

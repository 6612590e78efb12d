/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A pause of outbound mail from its SET to its end, with the helper, the collector and the store
 * played by the test: what main.cf has, what is stored before it is touched, what happens when the
 * process ends in the middle of a change, and what is left alone because it is somebody else's.
 */
#include "app/settings.h"

#include "os/clock.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>

#define NOT_SET "-"
#define OURS "smtp relay"
#define ORDERS_MAX 64

static struct {
    struct settings *settings;
    struct config config;
    struct lifetimes_status lifetimes;
    struct pause_status status;
    struct snapshot snapshot;
    sd_event *loop;
    char main_cf[MAIN_CF_VALUE_SIZE]; /* defer_transports; NOT_SET = no line */
    char lifetime[MAIN_CF_VALUE_SIZE];
    enum request_type orders[ORDERS_MAX];
    size_t order_count;
    enum request_type failing; /* the kind of order that fails */
    enum request_type hanging; /* the kind whose end does not arrive, */
    bool does_it;              /* though it is carried out */
    struct stream_callbacks hung;
    bool mail_down;
    int store_error;
    struct pause_record stored;
    unsigned stores;
    struct event events[16];
    size_t event_count;
} t;

/* The collector */

struct helper_client *collector_helper(const struct collector *collector) {
    (void)collector;
    return NULL;
}

bool collector_believes_lock(const struct collector *collector) {
    (void)collector;
    return true;
}

const struct snapshot *collector_snapshot(const struct collector *collector) {
    (void)collector;
    return &t.snapshot;
}

void collector_read_settings_soon(struct collector *collector) {
    (void)collector;
}

void collector_note_settings(struct collector *collector, const bool changed[PARAMETER_COUNT],
                             const struct postfix_settings *values) {
    (void)collector;
    if (changed[PARAMETER_DEFER_TRANSPORTS]) {
        t.snapshot.settings.outbound_paused = values->outbound_paused;
    }
}

/* The helper */

static void print_line(const struct stream_callbacks *callbacks, const char *name,
                       const char *value) {
    char line[256];
    int len = snprintf(line, sizeof line, "%s =%s%s", name, value[0] != '\0' ? " " : "", value);
    if (strcmp(value, NOT_SET) != 0) {
        assert_int_equal(callbacks->line(callbacks->userdata, line, (size_t)len), 0);
    }
}

static void carry_out(const struct helper_order *order, const struct stream_callbacks *callbacks) {
    if (order->type == REQUEST_MAIN_CF) {
        print_line(callbacks, "bounce_queue_lifetime", t.lifetime);
        print_line(callbacks, "defer_transports", t.main_cf);
    } else if (order->type == REQUEST_SET_PARAMETER) {
        bool pause = order->parameter == PARAMETER_DEFER_TRANSPORTS;
        char *line = pause ? t.main_cf : t.lifetime;
        assert_true(order->remove || main_cf_value_valid(order->parameter, order->value));
        /* The record comes first. */
        assert_true(!pause || t.stored.phase == PAUSE_STARTING || t.stored.phase == PAUSE_ENDING ||
                    t.store_error != 0);
        snprintf(line, MAIN_CF_VALUE_SIZE, "%s", order->remove ? NOT_SET : order->value);
    }
}

bool helper_client_run(struct helper_client *client, const struct helper_order *order,
                       const struct stream_callbacks *callbacks) {
    bool fails = order->type == t.failing;
    const struct command_end end = {.ok = !fails,
                                    .error = fails ? "Error: as the test wants it" : "",
                                    .mail_down = fails && t.mail_down};
    (void)client;
    assert_true(t.order_count < ORDERS_MAX);
    t.orders[t.order_count++] = order->type;
    bool hangs = order->type == t.hanging;
    if (!fails && (!hangs || t.does_it)) {
        carry_out(order, callbacks);
    }
    if (hangs) {
        t.hung = *callbacks;
        t.hanging = 0;
    } else {
        callbacks->end(callbacks->userdata, &end);
    }
    return true;
}

/* The store and the events */

void store_parameters_set(struct store *store, const struct store_parameter *parameters,
                          size_t count, store_done done, void *userdata) {
    (void)store;
    (void)parameters;
    (void)count;
    if (done != NULL) {
        done(userdata, 0, "");
    }
}

void store_pause_set(struct store *store, const struct pause_record *record, store_done done,
                     void *userdata) {
    (void)store;
    t.stores++;
    if (t.store_error == 0) {
        t.stored = *record;
    }
    if (done != NULL) {
        done(userdata, t.store_error, t.store_error != 0 ? "disk full" : "");
    }
}

void store_drift_set(struct store *store, const int64_t seconds[LIFETIME_COUNT]) {
    (void)store;
    (void)seconds;
}

void events_emit(struct events *events, const struct event *event) {
    (void)events;
    assert_true(t.event_count < COUNT_OF(t.events));
    t.events[t.event_count] = *event;
    t.events[t.event_count++].settings = t.status.state;
}

static const char *last_text(void) {
    return t.event_count > 0 ? t.events[t.event_count - 1].text : "";
}

#define CHECK_TEXT(part) assert_non_null(strstr(last_text(), part))

/* A process that finds in the database what the one before left there. */
static void begin(bool wake) {
    const struct settings_context context = {
        .config = &t.config, .status = &t.lifetimes, .pause_status = &t.status};
    const struct store_image image = {.drift_s = {STORE_NO_DRIFT, STORE_NO_DRIFT},
                                      .pause = t.stored};
    t.failing = t.hanging = 0;
    assert_int_equal(settings_new(t.loop, &context, &t.settings), 0);
    settings_load(t.settings, &image);
    if (wake) {
        settings_wake(t.settings);
    }
}

static void crash(void) {
    settings_free(t.settings);
    t.status = (struct pause_status){.known = false};
}

static int set_up(void **state) {
    static char transports[] = OURS;
    (void)state;
    memset(&t, 0, sizeof t);
    t.config.pause_transports = transports;
    t.snapshot.settings =
        (struct postfix_settings){.known = true, .lifetime_s = {5 * 86400, 5 * 86400}};
    t.snapshot.postfix = POSTFIX_RUNNING;
    snprintf(t.main_cf, sizeof t.main_cf, NOT_SET);
    snprintf(t.lifetime, sizeof t.lifetime, NOT_SET);
    assert_true(sd_event_new(&t.loop) >= 0);
    begin(true);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    settings_free(t.settings);
    sd_event_unref(t.loop);
    return 0;
}

static void order(bool pause) {
    const struct pause_order order = {.pause_set = true, .pause = pause, .who = "alice: test"};
    settings_set_pause(t.settings, &order);
}

static void order_for(uint32_t for_s) {
    const struct pause_order order = {.for_set = true, .for_s = for_s};
    settings_set_pause(t.settings, &order);
}

static void order_both(uint32_t for_s) {
    const struct pause_order order = {
        .pause_set = true, .pause = true, .for_set = true, .for_s = for_s};
    settings_set_pause(t.settings, &order);
}

static bool is_over(void) {
    return t.stored.phase == PAUSE_NONE && !t.status.in_force && !t.status.wanted;
}

/* Runs the loop until the pause is over. */
static bool wait_until_over(void) {
    uint64_t deadline = clock_usec() + 30 * USEC_PER_SEC;
    while (!is_over() && clock_usec() < deadline) {
        sd_event_run(t.loop, 100000);
    }
    return is_over();
}

static size_t count_orders(enum request_type type) {
    size_t count = 0;
    for (size_t i = 0; i < t.order_count; i++) {
        count += t.orders[i] == type ? 1 : 0;
    }
    return count;
}

/* A reading that was asked for after everything before. */
static void observe(const char *value) {
    struct postfix_settings *read = &t.snapshot.settings;
    read->outbound_paused = value[0] != '\0';
    snprintf(read->defer_transports, sizeof read->defer_transports, "%s", value);
    read->asked_usec = UINT64_MAX;
    settings_observe(t.settings, read);
}

/* What main.cf had comes back as it was. */
static void test_pause_and_end(void **state) {
    static const char *const before[] = {NOT_SET, ""};
    for (size_t i = 0; i < COUNT_OF(before); i++) {
        snprintf(t.main_cf, sizeof t.main_cf, "%s", before[i]);
        order(true);
        assert_string_equal(t.main_cf, OURS);
        assert_int_equal(count_orders(REQUEST_RELOAD), 1);
        assert_true(t.status.in_force && t.status.wanted);
        assert_int_equal(t.status.state, SETTINGS_APPLIED);
        assert_int_equal(t.stored.phase, PAUSE_IN_FORCE);
        assert_true(t.snapshot.settings.outbound_paused);
        assert_string_equal(t.events[0].text, "outbound mail is paused until it is resumed, "
                                              "by alice: test; defer_transports is smtp relay");
        assert_string_equal(t.events[0].changes, "outbound_pause \"\" smtp,relay;");
        order(true); /* a manager's retry */
        assert_int_equal(t.event_count, 1);
        order(false);
        assert_string_equal(t.main_cf, before[i]);
        assert_int_equal(count_orders(REQUEST_RELOAD), 2);
        assert_true(is_over());
        assert_false(t.snapshot.settings.outbound_paused);
        assert_string_equal(last_text(),
                            "the pause of outbound mail has ended: it was resumed, by alice: test");
        assert_string_equal(t.events[1].changes, "outbound_pause smtp,relay \"\";");
        order(false);
        assert_int_equal(t.event_count, 2);
        tear_down(state);
        set_up(state);
    }
}

/* What is somebody else's is never touched. */
static void test_somebody_elses(void **state) {
    static const char *const others[] = {"relay", OURS, "$x", "smtp, relay", "hold:"};
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        snprintf(t.main_cf, sizeof t.main_cf, "%s", others[i]);
        order(true);
        assert_string_equal(t.main_cf, others[i]);
        assert_int_equal(count_orders(REQUEST_SET_PARAMETER), 0);
        assert_int_equal(t.stored.phase, PAUSE_NONE);
        assert_int_equal(t.status.state, SETTINGS_FAILED);
        assert_false(t.status.wanted || t.status.in_force);
        assert_int_equal(t.event_count, 0);
        tear_down(state);
        set_up(state);
    }
}

static void test_not_stored(void **state) {
    (void)state;
    t.store_error = -ENOSPC;
    order(true);
    assert_string_equal(t.main_cf, NOT_SET);
    assert_int_equal(t.status.state, SETTINGS_FAILED);
    assert_non_null(strstr(t.status.error, "disk full"));
    assert_false(t.status.wanted);
}

/* An end does not depend on the store. */
static void test_end_without_store(void **state) {
    (void)state;
    order(true);
    t.store_error = -ENOSPC;
    order(false);
    assert_string_equal(t.main_cf, NOT_SET);
    assert_int_equal(t.status.state, SETTINGS_APPLIED);
}

static void test_start_fails(void **state) {
    static const enum request_type failing[] = {REQUEST_MAIN_CF, REQUEST_SET_PARAMETER,
                                                REQUEST_RELOAD};
    for (size_t i = 0; i < COUNT_OF(failing); i++) {
        t.failing = failing[i];
        order_both(3600);
        assert_string_equal(t.main_cf, NOT_SET);
        assert_int_equal(t.status.state, SETTINGS_FAILED);
        assert_true(is_over());
        assert_int_equal(t.status.ends, 0);
        assert_int_equal(t.event_count, 0);
        tear_down(state);
        set_up(state);
    }
}

static void test_postfix_does_not_run(void **state) {
    (void)state;
    t.failing = REQUEST_RELOAD;
    t.mail_down = true;
    order(true);
    assert_true(t.status.in_force);
    assert_non_null(strstr(t.status.error, "not running"));
    order(false);
    assert_true(is_over());
    assert_string_equal(t.main_cf, NOT_SET);
    assert_int_equal(t.status.state, SETTINGS_APPLIED);
}

static void test_end_in_time(void **state) {
    (void)state;
    int64_t now = clock_wall();
    order_both(1);
    assert_true(t.status.ends >= now + 1 && t.status.ends <= clock_wall() + 1);
    assert_int_equal(t.stored.ends, t.status.ends);
    assert_int_equal(t.status.for_s, 1);
    assert_true(wait_until_over());
    assert_string_equal(t.main_cf, NOT_SET);
    assert_string_equal(last_text(), "the pause of outbound mail has ended: its time is over");
    assert_int_equal(t.status.ends, 0);
    assert_int_equal(t.status.for_s, 0);
}

/* A new end counts from its SET. What moves it by seconds is a retry and no news. */
static void test_move_end(void **state) {
    (void)state;
    order_both(3600);
    assert_int_equal(t.event_count, 1);
    CHECK_TEXT("paused until 2");
    order_both(3600);
    assert_int_equal(t.event_count, 1);
    order_for(7200);
    assert_int_equal(t.event_count, 2);
    CHECK_TEXT("now paused until 2");
    assert_int_equal(t.stored.for_s, 7200);
    assert_true(t.stored.ends >= clock_wall() + 7100);
    order_for(0);
    assert_int_equal(t.event_count, 3);
    assert_int_equal(t.stored.ends, 0);
    assert_int_equal(t.status.ends, 0);
    order_for(1);
    assert_int_equal(count_orders(REQUEST_SET_PARAMETER), 1);
    assert_true(wait_until_over());
    assert_string_equal(t.main_cf, NOT_SET);
}

/* The process ends in the middle of a step, before or after the step was carried out. */
static const struct {
    const char *name;
    enum request_type at;
    bool done;
} steps[] = {
    {"writing, not done", REQUEST_SET_PARAMETER, false},
    {"writing, done", REQUEST_SET_PARAMETER, true},
    {"reload, not done", REQUEST_RELOAD, false},
    {"reload, done", REQUEST_RELOAD, true},
};

static void test_crash_at_start(void **state) {
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        t.hanging = steps[i].at;
        t.does_it = steps[i].done;
        order_both(3600);
        CHECK_INT(steps[i].name, t.status.state, SETTINGS_PENDING);
        CHECK(steps[i].name, !t.status.in_force && t.status.wanted);
        CHECK_INT(steps[i].name, t.stored.phase, PAUSE_STARTING);
        crash();
        begin(true);
        CHECK_STRING(steps[i].name, t.main_cf, OURS);
        CHECK(steps[i].name, t.status.in_force && t.status.ends > clock_wall());
        CHECK_INT(steps[i].name, t.stored.phase, PAUSE_IN_FORCE);
        CHECK_INT(steps[i].name, t.event_count, 1);
        order(false);
        CHECK_STRING(steps[i].name, t.main_cf, NOT_SET);
        tear_down(state);
        set_up(state);
    }
}

static void test_crash_at_end(void **state) {
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        snprintf(t.main_cf, sizeof t.main_cf, "%s", "");
        order(true);
        t.hanging = steps[i].at;
        t.does_it = steps[i].done;
        order(false);
        CHECK_INT(steps[i].name, t.stored.phase, PAUSE_ENDING);
        CHECK(steps[i].name, t.status.in_force && !t.status.wanted);
        crash();
        size_t reloads = count_orders(REQUEST_RELOAD);
        begin(true);
        CHECK_STRING(steps[i].name, t.main_cf, "");
        CHECK(steps[i].name, is_over());
        CHECK_INT(steps[i].name, count_orders(REQUEST_RELOAD), reloads + 1);
        CHECK_INT(steps[i].name, t.event_count, 2);
        tear_down(state);
        set_up(state);
    }
}

/* The end passes while no agent runs. */
static void test_end_while_down(void **state) {
    (void)state;
    order_both(3600);
    crash();
    t.stored.ends = clock_wall() - 5;
    begin(false);
    assert_string_equal(t.main_cf, OURS);
    assert_true(t.status.in_force);
    settings_wake(t.settings);
    assert_string_equal(t.main_cf, NOT_SET);
    assert_true(is_over());
    CHECK_TEXT("its time is over");
}

/* It was being made, and its time is over. */
static void test_start_after_its_end(void **state) {
    (void)state;
    t.hanging = REQUEST_RELOAD;
    t.does_it = true;
    order_both(3600);
    crash();
    t.stored.ends = clock_wall() - 5;
    begin(true);
    assert_string_equal(t.main_cf, NOT_SET);
    assert_true(is_over());
}

/* A SET while the helper is not there yet waits; one that is taken back leaves nothing. */
static void test_no_helper(void **state) {
    (void)state;
    crash();
    begin(false);
    order_both(3600);
    assert_int_equal(t.status.state, SETTINGS_PENDING);
    assert_true(t.status.wanted && !t.status.in_force);
    order(false);
    assert_int_equal(t.status.state, SETTINGS_APPLIED);
    order(true);
    settings_wake(t.settings);
    assert_true(t.status.in_force);
    assert_int_equal(t.status.ends, 0);
}

/* A SET during a change waits for it, and the last word counts. */
static void test_set_during_a_change(void **state) {
    (void)state;
    const struct command_end end = {.ok = true, .error = ""};
    t.hanging = REQUEST_RELOAD;
    order(true);
    order(false);
    assert_false(t.status.wanted);
    t.hung.end(t.hung.userdata, &end);
    assert_string_equal(t.main_cf, NOT_SET);
    assert_true(is_over());
    assert_int_equal(t.event_count, 2);
}

/* The lifetimes and the pause never change main.cf at the same time. */
static void test_one_at_a_time(void **state) {
    (void)state;
    const struct command_end end = {.ok = true, .error = ""};
    const bool changed[LIFETIME_COUNT] = {[LIFETIME_BOUNCE] = true};
    const uint32_t days[LIFETIME_COUNT] = {[LIFETIME_BOUNCE] = 3};
    t.hanging = REQUEST_RELOAD;
    settings_set(t.settings, changed, days);
    size_t orders = t.order_count;
    order(true);
    assert_int_equal(t.order_count, orders);
    assert_string_equal(t.main_cf, NOT_SET);
    t.hung.end(t.hung.userdata, &end);
    assert_string_equal(t.lifetime, "3d");
    assert_string_equal(t.main_cf, OURS);
    t.hanging = REQUEST_SET_PARAMETER;
    t.does_it = true;
    order(false);
    const uint32_t other[LIFETIME_COUNT] = {[LIFETIME_BOUNCE] = 4};
    settings_set(t.settings, changed, other);
    assert_string_equal(t.lifetime, "3d");
    t.hung.end(t.hung.userdata, &end);
    assert_string_equal(t.main_cf, NOT_SET);
    assert_string_equal(t.lifetime, "4d");
}

/* An end that fails stays visible, raises one event, and is tried again. */
static void test_end_fails(void **state) {
    static const enum request_type failing[] = {REQUEST_MAIN_CF, REQUEST_SET_PARAMETER,
                                                REQUEST_RELOAD};
    for (size_t i = 0; i < COUNT_OF(failing); i++) {
        order(true);
        t.failing = failing[i];
        order(false);
        assert_int_equal(t.status.state, SETTINGS_FAILED);
        assert_true(t.status.in_force && !t.status.wanted);
        assert_int_equal(t.event_count, 2);
        assert_int_equal(t.events[1].settings, SETTINGS_FAILED);
        CHECK_TEXT("could not be ended: ");
        CHECK_TEXT("next attempt in 5 s");
        /* main.cf is not set back to the pause because the reload failed. */
        assert_string_equal(t.main_cf, failing[i] == REQUEST_RELOAD ? NOT_SET : OURS);
        settings_wake(t.settings);
        assert_int_equal(t.event_count, 2);
        assert_non_null(strstr(t.status.error, "next attempt in 10 s"));
        t.failing = 0;
        settings_wake(t.settings);
        assert_true(is_over());
        assert_string_equal(t.main_cf, NOT_SET);
        assert_int_equal(t.status.state, SETTINGS_APPLIED);
        assert_int_equal(t.event_count, 3);
        tear_down(state);
        set_up(state);
    }
}

/* By its timer. */
static void test_end_is_tried_again(void **state) {
    (void)state;
    order(true);
    t.failing = REQUEST_SET_PARAMETER;
    order(false);
    t.failing = 0;
    assert_true(wait_until_over());
    assert_string_equal(t.main_cf, NOT_SET);
}

/* A failing end can be called off. */
static void test_paused_again(void **state) {
    (void)state;
    order(true);
    t.failing = REQUEST_SET_PARAMETER;
    order(false);
    t.failing = 0;
    order(true);
    assert_true(t.status.in_force && t.status.wanted);
    assert_string_equal(t.main_cf, OURS);
    assert_int_equal(t.status.state, SETTINGS_APPLIED);
    order(false);
    assert_string_equal(t.main_cf, NOT_SET);
}

/* main.cf without the pause is believed at the second look. */
static void test_removed_by_somebody_else(void **state) {
    (void)state;
    order_both(3600);
    observe(OURS);
    assert_true(t.status.in_force);
    observe("");
    assert_false(t.status.in_force);
    assert_int_equal(t.event_count, 1);
    observe(OURS);
    assert_true(t.status.in_force);
    snprintf(t.main_cf, sizeof t.main_cf, NOT_SET);
    size_t orders = t.order_count;
    observe("");
    observe("");
    assert_true(is_over());
    assert_int_equal(t.order_count, orders);
    assert_int_equal(t.event_count, 2);
    CHECK_TEXT("somebody else has removed defer_transports");
    assert_int_equal(t.status.state, SETTINGS_APPLIED);
}

static void test_changed_by_somebody_else(void **state) {
    (void)state;
    order_both(3600);
    snprintf(t.main_cf, sizeof t.main_cf, "lmtp");
    observe("lmtp");
    observe("lmtp");
    assert_true(is_over());
    assert_string_equal(t.main_cf, "lmtp");
    CHECK_TEXT("left alone");
    assert_int_equal(t.events[1].settings, SETTINGS_DRIFTED);
    observe("lmtp");
    assert_int_equal(t.status.state, SETTINGS_DRIFTED);
    observe("");
    assert_int_equal(t.status.state, SETTINGS_APPLIED);
    assert_int_equal(t.event_count, 2);
}

/* The same, found when the pause is to end. */
static void test_end_finds_another_value(void **state) {
    static const char *const values[] = {"lmtp", "smtp, relay", "$x", ""};
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        order(true);
        snprintf(t.main_cf, sizeof t.main_cf, "%s", values[i]);
        size_t writes = count_orders(REQUEST_SET_PARAMETER);
        order(false);
        assert_true(is_over());
        assert_string_equal(t.main_cf, values[i]);
        assert_int_equal(count_orders(REQUEST_SET_PARAMETER), writes);
        assert_int_equal(t.status.state,
                         values[i][0] != '\0' ? SETTINGS_DRIFTED : SETTINGS_APPLIED);
        tear_down(state);
        set_up(state);
    }
}

/* An interrupted start finds somebody else's value: it is left alone, and no pause remains. */
static void test_resumed_among_others(void **state) {
    (void)state;
    t.hanging = REQUEST_SET_PARAMETER;
    order(true);
    crash();
    snprintf(t.main_cf, sizeof t.main_cf, "lmtp");
    begin(true);
    assert_true(is_over());
    assert_string_equal(t.main_cf, "lmtp");
    assert_int_equal(t.status.state, SETTINGS_DRIFTED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_pause_and_end),
        TEST(test_somebody_elses),
        TEST(test_not_stored),
        TEST(test_end_without_store),
        TEST(test_start_fails),
        TEST(test_postfix_does_not_run),
        TEST(test_end_in_time),
        TEST(test_move_end),
        TEST(test_crash_at_start),
        TEST(test_crash_at_end),
        TEST(test_end_while_down),
        TEST(test_start_after_its_end),
        TEST(test_no_helper),
        TEST(test_set_during_a_change),
        TEST(test_one_at_a_time),
        TEST(test_end_fails),
        TEST(test_end_is_tried_again),
        TEST(test_paused_again),
        TEST(test_removed_by_somebody_else),
        TEST(test_changed_by_somebody_else),
        TEST(test_end_finds_another_value),
        TEST(test_resumed_among_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The lifetimes from a SET to their end, with the helper, the collector and the store played by the
 * test: what is asked of Postfix, when it reloads, what the event reports, and what counts as
 * drift.
 */
#include "app/settings.h"

#include "unit.h"

#include <errno.h>
#include <stdlib.h>

#define ORDERS_MAX 16
#define DAY 86400U

static struct {
    struct settings *settings;
    struct lifetimes_status status;
    struct pause_status pause;
    struct snapshot snapshot;
    sd_event *loop;
    /* main.cf as the helper reads and writes it, "" = not named */
    char main_cf[LIFETIME_COUNT][LIFETIME_VALUE_SIZE];
    enum request_type orders[ORDERS_MAX];
    size_t order_count;
    enum request_type failing; /* the kind of order that fails */
    bool mail_down;
    enum command_reason reason;
    bool lock_believed;
    /* What came out */
    struct event events[4];
    size_t event_count, effective_count;
    enum settings_state state_when_effective;
    char stored[LIFETIME_COUNT][32];
    int64_t drift_s[LIFETIME_COUNT];
} t;

static const char *const names[] = {"bounce_queue_lifetime", "maximal_queue_lifetime"};

/* The collector */

struct helper_client *collector_helper(const struct collector *collector) {
    (void)collector;
    return NULL;
}

bool collector_believes_lock(const struct collector *collector) {
    (void)collector;
    return t.lock_believed;
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
    t.effective_count++;
    t.state_when_effective = t.status.state;
    if (changed[PARAMETER_BOUNCE_LIFETIME]) {
        t.snapshot.settings.lifetime_s[LIFETIME_BOUNCE] = values->lifetime_s[LIFETIME_BOUNCE];
    }
    if (changed[PARAMETER_MAXIMAL_LIFETIME]) {
        t.snapshot.settings.lifetime_s[LIFETIME_MAXIMAL] = values->lifetime_s[LIFETIME_MAXIMAL];
    }
    assert_false(changed[PARAMETER_DEFER_TRANSPORTS]);
}

/* The helper */

static void print_lifetimes(const struct stream_callbacks *callbacks) {
    for (int i = 0; i < LIFETIME_COUNT; i++) {
        char line[64];
        int len = snprintf(line, sizeof line, "%s = %s", names[i], t.main_cf[i]);
        if (t.main_cf[i][0] != '\0') {
            assert_int_equal(callbacks->line(callbacks->userdata, line, (size_t)len), 0);
        }
    }
}

bool helper_client_run(struct helper_client *client, const struct helper_order *order,
                       const struct stream_callbacks *callbacks) {
    bool fails = order->type == t.failing;
    const struct command_end end = {.ok = !fails,
                                    .error = fails ? "Error: as the test wants it" : "",
                                    .mail_down = fails && t.mail_down,
                                    .reason = fails ? t.reason : REASON_NONE};
    (void)client;
    assert_true(t.order_count < ORDERS_MAX);
    t.orders[t.order_count++] = order->type;
    if (order->type == REQUEST_MAIN_CF) {
        print_lifetimes(callbacks);
    } else if (order->type == REQUEST_SET_PARAMETER && !fails) {
        char *value = t.main_cf[order->parameter == PARAMETER_BOUNCE_LIFETIME ? 0 : 1];
        snprintf(value, LIFETIME_VALUE_SIZE, "%s", order->remove ? "" : order->value);
    }
    callbacks->end(callbacks->userdata, &end);
    return true;
}

/* The store and the events */

void store_parameters_set(struct store *store, const struct store_parameter *parameters,
                          size_t count, store_done done, void *userdata) {
    (void)store;
    for (size_t i = 0; i < count; i++) {
        size_t which = strcmp(parameters[i].name, names[0]) == 0 ? 0 : 1;
        snprintf(t.stored[which], sizeof t.stored[which], "%.10s%c", parameters[i].value,
                 parameters[i].value[0] != '\0' ? parameters[i].applied : '\0');
    }
    if (done != NULL) {
        done(userdata, 0, "");
    }
}

void store_pause_set(struct store *store, const struct pause_record *record, store_done done,
                     void *userdata) {
    (void)store;
    (void)record;
    (void)done;
    (void)userdata;
    fail_msg("no pause was asked for");
}

void store_drift_set(struct store *store, const int64_t seconds[LIFETIME_COUNT]) {
    (void)store;
    memcpy(t.drift_s, seconds, sizeof t.drift_s);
}

void events_emit(struct events *events, const struct event *event) {
    (void)events;
    assert_true(t.event_count < COUNT_OF(t.events));
    t.events[t.event_count++] = *event;
}

static void start(const struct store_image *image) {
    const struct settings_context context = {.status = &t.status, .pause_status = &t.pause};
    assert_int_equal(settings_new(t.loop, &context, &t.settings), 0);
    settings_load(t.settings, image);
    settings_wake(t.settings);
}

static int set_up(void **state) {
    const struct store_image empty = {.drift_s = {STORE_NO_DRIFT, STORE_NO_DRIFT}};
    (void)state;
    memset(&t, 0, sizeof t);
    t.snapshot.settings =
        (struct postfix_settings){.known = true, .lifetime_s = {5 * DAY, 5 * DAY}};
    t.snapshot.postfix = POSTFIX_RUNNING;
    assert_true(sd_event_new(&t.loop) >= 0);
    start(&empty);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    settings_free(t.settings);
    sd_event_unref(t.loop);
    return 0;
}

static void set(enum lifetime lifetime, uint32_t days) {
    bool changed[LIFETIME_COUNT] = {false};
    uint32_t values[LIFETIME_COUNT] = {0};
    changed[lifetime] = true;
    values[lifetime] = days;
    t.order_count = 0;
    settings_set(t.settings, changed, values);
}

static size_t count_orders(enum request_type type) {
    size_t count = 0;
    for (size_t i = 0; i < t.order_count; i++) {
        count += t.orders[i] == type ? 1 : 0;
    }
    return count;
}

/* As a reading that was asked for after everything before. */
static void observe(uint32_t bounce_s, uint32_t maximal_s) {
    t.snapshot.settings.lifetime_s[LIFETIME_BOUNCE] = bounce_s;
    t.snapshot.settings.lifetime_s[LIFETIME_MAXIMAL] = maximal_s;
    t.snapshot.settings.asked_usec = UINT64_MAX;
    settings_observe(t.settings, &t.snapshot.settings);
}

/* The effective value is there before "applied" is. */
static void test_applied(void **state) {
    (void)state;
    snprintf(t.main_cf[1], sizeof t.main_cf[1], "3h");
    set(LIFETIME_MAXIMAL, 7);
    assert_int_equal(t.effective_count, 1);
    assert_int_equal(t.state_when_effective, SETTINGS_PENDING);
    assert_int_equal(t.snapshot.settings.lifetime_s[LIFETIME_MAXIMAL], 7 * DAY);
    assert_int_equal(t.status.state, SETTINGS_APPLIED);
    assert_string_equal(t.main_cf[1], "7d");
    assert_string_equal(t.stored[1], "7d1");
    assert_string_equal(t.stored[0], "");
    assert_int_equal(count_orders(REQUEST_RELOAD), 1);
    assert_int_equal(t.event_count, 1);
    assert_string_equal(t.events[0].text, "maximal_queue_lifetime: 7d, was 3h");
    assert_string_equal(t.events[0].changes, "maximal_queue_lifetime 3h 7d;");
}

/* What main.cf does not name is the default that Postfix runs with. */
static void test_old_value_is_the_default(void **state) {
    (void)state;
    set(LIFETIME_BOUNCE, 1);
    assert_string_equal(t.events[0].text, "bounce_queue_lifetime: 1d, was 5d");
}

static void test_failed_before_main_cf_was_written(void **state) {
    (void)state;
    t.failing = REQUEST_SET_PARAMETER;
    set(LIFETIME_BOUNCE, 1);
    assert_int_equal(t.status.state, SETTINGS_FAILED);
    assert_int_equal(count_orders(REQUEST_RELOAD), 0);
    assert_int_equal(t.event_count, 0);
    assert_false(t.status.stored[LIFETIME_BOUNCE]);
    assert_string_equal(t.stored[0], "");
    t.failing = REQUEST_MAIN_CF;
    set(LIFETIME_BOUNCE, 1);
    assert_int_equal(t.status.state, SETTINGS_FAILED);
    assert_int_equal(t.order_count, 1);
}

/* The reload fails: main.cf is put back, and Postfix may have read the new value. */
static void test_failed_reload(void **state) {
    (void)state;
    snprintf(t.main_cf[0], sizeof t.main_cf[0], "4d");
    t.failing = REQUEST_RELOAD;
    set(LIFETIME_BOUNCE, 1);
    assert_int_equal(t.status.state, SETTINGS_FAILED);
    assert_string_equal(t.main_cf[0], "4d");
    assert_int_equal(count_orders(REQUEST_RELOAD), 2);
    assert_int_equal(t.effective_count, 0);
}

static void test_postfix_does_not_run(void **state) {
    (void)state;
    t.failing = REQUEST_RELOAD;
    t.mail_down = true;
    set(LIFETIME_BOUNCE, 1);
    assert_int_equal(t.status.state, SETTINGS_APPLIED);
    assert_non_null(strstr(t.status.error, "not running"));
    assert_int_equal(t.event_count, 1);
}

/* What a failed reload is taken for. */
static const struct {
    const char *name;
    bool lock_believed;
    enum command_reason reason;
    enum postfix_state seen;
    bool applied;
} reloads[] = {
    {"free, and believed", true, REASON_LOCK_FREE, POSTFIX_RUNNING, true},
    {"free, but showq answers", false, REASON_LOCK_FREE, POSTFIX_RUNNING, false},
    {"free, but nothing is known yet", false, REASON_LOCK_FREE, POSTFIX_UNKNOWN, false},
    {"the listing says so", false, REASON_NONE, POSTFIX_STOPPED, true},
    {"nothing is known", true, REASON_NONE, POSTFIX_UNKNOWN, false},
    {"it runs", true, REASON_NONE, POSTFIX_RUNNING, false},
};

static void test_reload_and_lock(void **state) {
    for (size_t i = 0; i < sizeof reloads / sizeof reloads[0]; i++) {
        t.failing = REQUEST_RELOAD;
        t.reason = reloads[i].reason;
        t.lock_believed = reloads[i].lock_believed;
        t.snapshot.postfix = reloads[i].seen;
        set(LIFETIME_BOUNCE, 1);
        if ((t.status.state == SETTINGS_APPLIED) != reloads[i].applied) {
            fail_msg("case \"%s\": state %d", reloads[i].name, (int)t.status.state);
        }
        tear_down(state);
        set_up(state);
    }
}

/* Nothing was ever set: main.cf decides. */
static void test_followed(void **state) {
    (void)state;
    observe(5 * DAY, 5 * DAY);
    observe(4 * DAY, 10800);
    assert_int_equal(t.status.state, SETTINGS_APPLIED);
    assert_false(t.status.stored[LIFETIME_BOUNCE]);
    assert_int_equal(t.event_count, 0);
    assert_string_equal(t.stored[0], "");
}

/* Drift is reported once for each value, also over a restart; and one lifetime does not make the
 * other a stored one. */
static void test_drift(void **state) {
    (void)state;
    set(LIFETIME_BOUNCE, 3);
    observe(3 * DAY, 9 * DAY);
    assert_int_equal(t.event_count, 1);
    observe(2 * DAY, 9 * DAY);
    assert_int_equal(t.status.state, SETTINGS_DRIFTED);
    assert_int_equal(t.event_count, 2);
    assert_string_equal(t.events[1].text, "bounce_queue_lifetime: Postfix has 2d, 3d is stored");
    assert_string_equal(t.events[1].changes, "");
    observe(2 * DAY, 9 * DAY);
    assert_int_equal(t.event_count, 2);

    struct store_image image = {.parameters = {{"bounce_queue_lifetime", "3d", '1', "NONE"}},
                                .parameter_count = 1};
    memcpy(image.drift_s, t.drift_s, sizeof image.drift_s);
    settings_free(t.settings);
    start(&image);
    observe(2 * DAY, 9 * DAY);
    assert_int_equal(t.status.state, SETTINGS_DRIFTED);
    assert_int_equal(t.event_count, 2);
    observe(1 * DAY, 9 * DAY);
    assert_int_equal(t.event_count, 3);
    observe(3 * DAY, 9 * DAY);
    assert_int_equal(t.status.state, SETTINGS_APPLIED);
    assert_int_equal(t.drift_s[LIFETIME_BOUNCE], STORE_NO_DRIFT);
    assert_int_equal(t.event_count, 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_applied, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_old_value_is_the_default, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_failed_before_main_cf_was_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_failed_reload, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reload_and_lock, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_postfix_does_not_run, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_followed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_drift, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

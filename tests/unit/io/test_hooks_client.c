/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The agent's end of the hooks protocol, against a hooks process and a store played by the test:
 * order, window, filter, restart, a backlog of 10,000.
 */
#include "core/hook_protocol.h"
#include "io/hooks_client.h"

#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS_MAX 10000

static struct {
    sd_event *loop;
    struct config *config;
    struct hooks_client *client;
    int peer; /* the hooks process' end */
    /* The store: events 1..event_count, of alternating types. */
    size_t event_count;
    size_t asked, largest_answer;
    bool store_fails, store_is_slow;
    size_t slow_hook, slow_max;
    uint32_t slow_after;
    struct store_cursor cursors[2];
    size_t cursor_reports;
    char log[4096];
} t;

static struct event event_of(uint32_t serial) {
    return (struct event){.serial = serial,
                          .type = serial % 2 == 0 ? EVENT_DATA_LOST : EVENT_AGENT_STARTED,
                          .time = 1000 + serial};
}

static void answer(size_t hook, uint32_t after, size_t max) {
    struct event events[256];
    size_t count = 0;
    assert_true(max <= COUNT_OF(events));
    while (count < max && after + count < t.event_count) {
        events[count] = event_of(after + (uint32_t)count + 1);
        count++;
    }
    t.largest_answer = count > t.largest_answer ? count : t.largest_answer;
    hooks_client_feed(t.client, hook, events, count);
}

static void on_want(void *userdata, size_t hook, uint32_t after, size_t max) {
    (void)userdata;
    t.asked++;
    if (t.store_fails) {
        hooks_client_feed_failed(t.client, hook);
    } else if (t.store_is_slow) {
        t.slow_hook = hook;
        t.slow_after = after;
        t.slow_max = max;
    } else {
        answer(hook, after, max);
    }
}

static void on_cursor(void *userdata, const struct store_cursor *cursor) {
    (void)userdata;
    t.cursor_reports++;
    t.cursors[strcmp(cursor->hook, "webhook.a") == 0 ? 0 : 1] = *cursor;
}

static void on_log(void *userdata, int priority, const char *text) {
    (void)userdata;
    (void)priority;
    size_t len = strlen(t.log);
    snprintf(t.log + len, sizeof t.log - len, "%s\n", text);
}

static void turn(void) {
    while (sd_event_run(t.loop, 0) > 0) {
    }
}

/* With a connect callback instead of a socket when connect is given. */
static void begin(const char *config, const struct store_cursor *cursors, size_t cursor_count,
                  uint32_t event_serial, int (*connect)(void *)) {
    int pair[2] = {-1, -1};
    char error[256];
    FILE *stream = fmemopen((void *)(uintptr_t)config, strlen(config), "r");
    const struct hooks_callbacks callbacks = {
        .want = on_want, .cursor = on_cursor, .log = on_log, .connect = connect};
    memset(&t, 0, sizeof t);
    t.peer = -1;
    t.event_count = event_serial;
    assert_int_equal(config_parse(stream, "test", &t.config, error, sizeof error), 0);
    fclose(stream);
    assert_true(sd_event_new(&t.loop) >= 0);
    if (connect == NULL) {
        assert_int_equal(
            socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), 0);
        t.peer = pair[1];
    }
    assert_true(hooks_client_new(t.loop, pair[0], t.config, cursors, cursor_count, event_serial,
                                 &callbacks, &t.client) >= 0);
}

static void end(void) {
    hooks_client_free(t.client);
    sd_event_unref(t.loop);
    config_free(t.config);
    if (t.peer >= 0) {
        close(t.peer);
    }
}

static void report(uint32_t type, uint32_t session, uint32_t hook, uint32_t serial,
                   const char *text) {
    struct hook_report packet = {.version = HOOK_PROTOCOL_VERSION,
                                 .type = type,
                                 .session = session,
                                 .hook = hook,
                                 .serial = serial};
    snprintf(packet.text, sizeof packet.text, "%s", text);
    assert_int_equal(send(t.peer, &packet, sizeof packet, 0), sizeof packet);
    turn();
}

static void hello(uint32_t session) {
    report(HOOK_HELLO, session, (uint32_t)t.config->hook_count, hook_digest(t.config), "");
}

/* The serial of the next order for the hook that is there, 0 = none. */
static uint32_t next_order(uint32_t *session, uint32_t *hook) {
    struct hook_order order;
    ssize_t got = recv(t.peer, &order, sizeof order, MSG_DONTWAIT);
    if (got < 0) {
        return 0;
    }
    assert_true(hook_order_valid(&order, (size_t)got));
    *session = order.session;
    *hook = order.hook;
    return order.event.serial;
}

static void expect_order(const char *name, uint32_t session, uint32_t hook, uint32_t serial) {
    uint32_t order_session = 0;
    uint32_t order_hook = 0;
    CHECK_INT(name, next_order(&order_session, &order_hook), serial);
    if (serial != 0) {
        CHECK_INT(name, order_session, session);
        CHECK_INT(name, order_hook, hook);
    }
}

#define ONE "webhook.a.url = http://x/\n"

static void new_event(void) {
    t.event_count++;
    struct event event = event_of((uint32_t)t.event_count);
    hooks_client_notify(t.client, &event);
    turn();
}

static void test_new_endpoint_starts_at_present(void **state) {
    (void)state;
    begin(ONE, NULL, 0, 7, NULL);
    assert_string_equal(t.cursors[0].hook, "webhook.a");
    assert_int_equal(t.cursors[0].serial, 7);
    hello(1);
    expect_order("nothing of the past", 1, 0, 0);
    new_event();
    expect_order("the new one", 1, 0, 8);
    end();
}

static void test_nothing_before_hello(void **state) {
    (void)state;
    struct store_cursor cursor = {.hook = "webhook.a", .serial = 2, .delivered = 2, .failures = 1};
    begin(ONE, &cursor, 1, 4, NULL);
    assert_false(hooks_client_status(t.client, 0)->pending.known);
    turn();
    expect_order("no hello yet", 1, 0, 0);
    assert_true(hooks_client_status(t.client, 0)->pending.known);
    assert_int_equal(hooks_client_status(t.client, 0)->pending.value, 2);
    hello(9);
    expect_order("first", 9, 0, 3);
    expect_order("second", 9, 0, 4);
    expect_order("no more", 9, 0, 0);
    end();
}

static void test_answers(void **state) {
    (void)state;
    struct store_cursor cursor = {.hook = "webhook.a", .serial = 0, .delivered = 5, .failures = 1};
    begin(ONE, &cursor, 1, 3, NULL);
    hello(1);
    const struct hook_status *status = hooks_client_status(t.client, 0);
    report(HOOK_RETRYING, 1, 0, 1, "HTTP 500");
    assert_int_equal(status->failures, 2);
    assert_int_equal(status->pending.value, 3);
    assert_string_equal(status->last_error, "HTTP 500");
    assert_int_equal(t.cursors[0].serial, 0);
    report(HOOK_DELIVERED, 1, 0, 1, "");
    assert_int_equal(status->delivered, 6);
    assert_int_equal(status->pending.value, 2);
    assert_true(status->last_delivery > 0);
    assert_int_equal(t.cursors[0].serial, 1);
    assert_int_equal(t.cursors[0].delivered, 6);
    report(HOOK_GIVEN_UP, 1, 0, 2, "HTTP 404");
    assert_int_equal(status->failures, 3);
    assert_int_equal(status->delivered, 6);
    assert_int_equal(t.cursors[0].serial, 2);
    assert_string_equal(status->last_error, "HTTP 404");
    assert_non_null(strstr(t.log, "webhook.a: event 2 is given up: HTTP 404"));
    report(HOOK_DELIVERED, 1, 0, 3, "");
    assert_int_equal(status->pending.value, 0);
    end();
}

static void test_restart_sends_again(void **state) {
    (void)state;
    struct store_cursor cursor = {.hook = "webhook.a", .serial = 0};
    begin(ONE, &cursor, 1, 4, NULL);
    hello(1);
    report(HOOK_DELIVERED, 1, 0, 1, "");
    for (uint32_t i = 1; i <= 4; i++) {
        expect_order("before", 1, 0, i);
    }
    hello(2);
    for (uint32_t i = 2; i <= 4; i++) {
        expect_order("again", 2, 0, i);
    }
    /* What the old process still said is not about this session. */
    report(HOOK_DELIVERED, 1, 0, 2, "");
    assert_int_equal(t.cursors[0].serial, 1);
    report(HOOK_DELIVERED, 2, 0, 2, "");
    assert_int_equal(t.cursors[0].serial, 2);
    end();
}

/* The store's answer to a question that was asked before the restart must not skip any. */
static void test_restart_while_the_store_reads(void **state) {
    (void)state;
    struct store_cursor cursor = {.hook = "webhook.a", .serial = 0};
    begin(ONE, &cursor, 1, 2, NULL);
    hello(1);
    expect_order("first", 1, 0, 1);
    expect_order("second", 1, 0, 2);
    t.store_is_slow = true;
    new_event();
    assert_int_equal(t.slow_after, 2);
    hello(2);
    t.store_is_slow = false;
    answer(t.slow_hook, t.slow_after, t.slow_max);
    turn();
    for (uint32_t i = 1; i <= 3; i++) {
        expect_order("all again", 2, 0, i);
    }
    end();
}

static void test_endpoints_and_filters_are_independent(void **state) {
    (void)state;
    struct store_cursor cursors[] = {{.hook = "script.b", .serial = 1},
                                     {.hook = "webhook.a", .serial = 0}};
    begin(ONE "script.b.path = /b\nscript.b.events = hmqDataLost\n", cursors, 2, 6, NULL);
    hello(1);
    assert_int_equal(hooks_client_status(t.client, 0)->pending.value, 6);
    assert_int_equal(hooks_client_status(t.client, 1)->pending.value, 3);
    assert_string_equal(hooks_client_status(t.client, 1)->name, "script.b");
    for (uint32_t i = 1; i <= 6; i++) {
        expect_order("all", 1, 0, i);
    }
    for (uint32_t i = 2; i <= 6; i += 2) {
        expect_order("those it wants", 1, 1, i);
    }
    report(HOOK_DELIVERED, 1, 1, 2, "");
    assert_int_equal(t.cursors[1].serial, 2);
    assert_int_equal(hooks_client_status(t.client, 0)->pending.value, 6);
    end();
}

/* A filter under which nothing passes does not make the next start read everything again. */
static void test_unwanted_moves_the_cursor(void **state) {
    (void)state;
    struct store_cursor cursor = {.hook = "webhook.a", .serial = 0};
    begin(ONE "webhook.a.events = hmqConditionRaised\n", &cursor, 1, 5000, NULL);
    hello(1);
    assert_int_equal(hooks_client_status(t.client, 0)->pending.value, 0);
    assert_in_range(t.cursors[0].serial, 4700, 5000);
    assert_true(t.cursor_reports < 50);
    end();
}

static void test_ten_thousand(void **state) {
    (void)state;
    struct store_cursor cursor = {.hook = "webhook.a", .serial = 0};
    uint32_t session;
    uint32_t hook;
    begin(ONE, &cursor, 1, EVENTS_MAX - 100, NULL);
    hello(1);
    for (int i = 0; i < 100; i++) {
        new_event();
    }
    assert_int_equal(hooks_client_status(t.client, 0)->pending.value, EVENTS_MAX);
    /* While it is down there is a window of them under way and none in memory. */
    for (uint32_t i = 1; i <= HOOK_WINDOW; i++) {
        expect_order("window", 1, 0, i);
    }
    expect_order("not more", 1, 0, 0);
    assert_true(t.largest_answer <= 256);
    for (uint32_t i = 1; i <= EVENTS_MAX; i++) {
        report(HOOK_DELIVERED, 1, 0, i, "");
        uint32_t serial = next_order(&session, &hook);
        CHECK_INT("order", serial, i + HOOK_WINDOW <= EVENTS_MAX ? i + HOOK_WINDOW : 0);
    }
    assert_int_equal(hooks_client_status(t.client, 0)->pending.value, 0);
    assert_int_equal(hooks_client_status(t.client, 0)->delivered, EVENTS_MAX);
    assert_int_equal(t.cursors[0].serial, EVENTS_MAX);
    end();
}

static void test_store_fails_for_a_while(void **state) {
    (void)state;
    struct store_cursor cursor = {.hook = "webhook.a", .serial = 0};
    begin(ONE, &cursor, 1, 2, NULL);
    t.store_fails = true;
    hello(1);
    expect_order("nothing", 1, 0, 0);
    assert_false(hooks_client_status(t.client, 0)->pending.known);
    size_t asked = t.asked;
    turn();
    assert_true(t.asked <= asked + 1);
    t.store_fails = false;
    while (t.event_count == 2 && !hooks_client_status(t.client, 0)->pending.known) {
        sd_event_run(t.loop, UINT64_MAX);
    }
    turn();
    expect_order("then all", 1, 0, 1);
    expect_order("in order", 1, 0, 2);
    end();
}

/* Misbehaviour ends the connection and harms nothing kept. */
static void test_protocol_violations(void **state) {
    (void)state;
    static const struct {
        const char *name;
        uint32_t type, hook, serial;
    } cases[] = {
        {"not the first", HOOK_DELIVERED, 0, 2},
        {"never ordered", HOOK_GIVEN_UP, 0, 77},
        {"no such endpoint", HOOK_DELIVERED, 1, 1},
        {"invalid", HOOK_REPORT_TYPE_END, 0, 1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct store_cursor cursor = {.hook = "webhook.a", .serial = 0};
        begin(ONE, &cursor, 1, 3, NULL);
        hello(1);
        report(cases[i].type, 1, cases[i].hook, cases[i].serial, "");
        CHECK_INT(cases[i].name, t.cursors[0].serial, 0);
        CHECK_INT(cases[i].name, hooks_client_status(t.client, 0)->delivered, 0);
        CHECK(cases[i].name, strstr(t.log, "restart hermes-mailqueued") != NULL);
        new_event();
        CHECK_INT(cases[i].name, hooks_client_status(t.client, 0)->pending.value, 4);
        end();
    }
}

static void test_other_configuration(void **state) {
    (void)state;
    begin(ONE, NULL, 0, 3, NULL);
    report(HOOK_HELLO, 1, 1, hook_digest(t.config) + 1, "");
    assert_non_null(strstr(t.log, "a different configuration"));
    end();
}

static int connects;

static int make_connection(void *userdata) {
    int pair[2];
    (void)userdata;
    connects++;
    if (connects % 2 == 1) {
        return -ECONNREFUSED;
    }
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair),
                     0);
    if (t.peer >= 0) {
        close(t.peer);
    }
    t.peer = pair[1];
    return pair[0];
}

static void test_connects_again(void **state) {
    (void)state;
    struct store_cursor cursor = {.hook = "webhook.a", .serial = 0};
    connects = 0;
    begin(ONE, &cursor, 1, 2, make_connection);
    while (t.peer < 0) {
        sd_event_run(t.loop, UINT64_MAX);
    }
    hello(1);
    expect_order("first", 1, 0, 1);
    expect_order("second", 1, 0, 2);
    report(HOOK_DELIVERED, 1, 0, 1, "");
    shutdown(t.peer, SHUT_RDWR);
    while (connects < 4) {
        sd_event_run(t.loop, UINT64_MAX);
    }
    hello(2);
    expect_order("the one that was not answered", 2, 0, 2);
    expect_order("no other", 2, 0, 0);
    end();
}

/* A hooks process that does not read for a while: the socket's buffer is smaller than what 64
 * endpoints may be sent. */
static void test_full_socket(void **state) {
    (void)state;
    char config[CONFIG_HOOKS_MAX * 64] = "";
    struct store_cursor cursors[CONFIG_HOOKS_MAX];
    uint32_t next[CONFIG_HOOKS_MAX] = {0};
    uint32_t session;
    uint32_t hook = 0;
    uint32_t serial;
    size_t orders = 0;
    for (size_t i = 0; i < CONFIG_HOOKS_MAX; i++) {
        size_t len = strlen(config);
        snprintf(config + len, sizeof config - len, "webhook.h%zu.url = http://x/\n", i);
        cursors[i] = (struct store_cursor){.serial = 0};
        snprintf(cursors[i].hook, sizeof cursors[i].hook, "webhook.h%zu", i);
    }
    begin(config, cursors, CONFIG_HOOKS_MAX, HOOK_WINDOW, NULL);
    hello(1);
    for (int i = 0; i < 200; i++) {
        while ((serial = next_order(&session, &hook)) != 0) {
            CHECK_INT("order", serial, ++next[hook]);
            orders++;
        }
        turn();
    }
    assert_int_equal(orders, CONFIG_HOOKS_MAX * HOOK_WINDOW);
    end();
}

/* A reminder of what an endpoint has had: only while nothing is owed, and it is not answered. */
static void test_repeat(void **state) {
    (void)state;
    struct store_cursor cursor = {.hook = "webhook.a", .serial = 2};
    struct event second = event_of(2);
    struct event third = event_of(3);
    struct hook_order order;
    begin(ONE, &cursor, 1, 2, NULL);
    hooks_client_repeat(t.client, 0, &second);
    expect_order("no hello yet", 1, 0, 0);
    hello(1);
    hooks_client_repeat(t.client, 0, &third);
    expect_order("what it has not had", 1, 0, 0);
    hooks_client_repeat(t.client, 0, &second);
    assert_int_equal(recv(t.peer, &order, sizeof order, MSG_DONTWAIT), sizeof order);
    assert_true(hook_order_valid(&order, sizeof order));
    assert_int_equal(order.repeat, 1);
    assert_int_equal(order.event.serial, 2);
    new_event();
    hooks_client_repeat(t.client, 0, &second);
    assert_int_equal(recv(t.peer, &order, sizeof order, MSG_DONTWAIT), sizeof order);
    assert_int_equal(order.repeat, 0);
    assert_int_equal(order.event.serial, 3);
    expect_order("no reminder while one is owed", 1, 0, 0);
    report(HOOK_DELIVERED, 1, 0, 3, "");
    assert_int_equal(hooks_client_status(t.client, 0)->delivered, 1);
    assert_int_equal(t.cursors[0].serial, 3);
    end();
}

static void test_repeat_is_filtered(void **state) {
    (void)state;
    struct store_cursor cursor = {.hook = "webhook.a", .serial = 2};
    struct event second = event_of(2);
    begin(ONE "webhook.a.events = hmqAgentStarted\n", &cursor, 1, 2, NULL);
    hello(1);
    hooks_client_repeat(t.client, 0, &second);
    expect_order("an event that it does not want", 1, 0, 0);
    end();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_repeat),
        cmocka_unit_test(test_repeat_is_filtered),
        cmocka_unit_test(test_new_endpoint_starts_at_present),
        cmocka_unit_test(test_nothing_before_hello),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_restart_sends_again),
        cmocka_unit_test(test_restart_while_the_store_reads),
        cmocka_unit_test(test_endpoints_and_filters_are_independent),
        cmocka_unit_test(test_unwanted_moves_the_cursor),
        cmocka_unit_test(test_ten_thousand),
        cmocka_unit_test(test_store_fails_for_a_while),
        cmocka_unit_test(test_protocol_violations),
        cmocka_unit_test(test_other_configuration),
        cmocka_unit_test(test_connects_again),
        cmocka_unit_test(test_full_socket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

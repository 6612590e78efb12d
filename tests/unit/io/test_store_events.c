/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Events: stored and read back whole, with serials that never repeat; and how far each endpoint is.
 */
#include "store_fixture.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int setup(void **state) {
    static struct fixture fixture;
    fixture_init(&fixture);
    fixture_start(&fixture);
    assert_int_equal(fixture.loaded.error, 0);
    *state = &fixture;
    return 0;
}

static int teardown(void **state) {
    fixture_deinit(*state);
    return 0;
}

static struct event some_event(uint32_t serial) {
    struct event event;
    memset(&event, 0, sizeof event);
    event.serial = serial;
    event.type = EVENT_AGENT_STARTED;
    event.notified = NOTIFIED_PENDING;
    event.time = time(NULL);
    return event;
}

static void add_events(struct fixture *fixture, uint32_t first, uint32_t last) {
    struct answer answer = {.count = 0};
    for (uint32_t serial = first; serial <= last; serial++) {
        struct event event = some_event(serial);
        store_event_add(fixture->store, &event, on_done, &answer);
    }
    fixture_wait(fixture, &answer.count, (int)(last - first + 1));
    assert_int_equal(answer.error, 0);
}

static void check_number(const struct event_number *is, const struct event_number *should) {
    assert_int_equal(is->known, should->known);
    assert_int_equal(is->value, should->value);
}

static void check_event(const struct event *is, const struct event *should) {
    assert_int_equal(is->serial, should->serial);
    assert_int_equal(is->type, should->type);
    assert_int_equal(is->time, should->time);
    assert_int_equal(is->notified, should->notified);
    assert_string_equal(is->text, should->text);
    check_number(&is->total, &should->total);
    for (int i = 0; i < QUEUE_COUNT; i++) {
        check_number(&is->queues[i], &should->queues[i]);
    }
    check_number(&is->oldest_age_s, &should->oldest_age_s);
    check_number(&is->threshold, &should->threshold);
    assert_int_equal(is->has_action, should->has_action);
    assert_string_equal(is->action.key.owner, should->action.key.owner);
    assert_int_equal(is->action.key.command, should->action.key.command);
    assert_int_equal(is->action.key.id, should->action.key.id);
    assert_int_equal(is->action.state, should->action.state);
    assert_int_equal(is->action.matched, should->action.matched);
    assert_int_equal(is->action.succeeded, should->action.succeeded);
    assert_int_equal(is->action.failed, should->action.failed);
    assert_string_equal(is->action.comment, should->action.comment);
    assert_int_equal(is->data, should->data);
    assert_int_equal(is->settings, should->settings);
    assert_string_equal(is->detail, should->detail);
    assert_string_equal(is->changes, should->changes);
}

static void test_whole_event(void **state) {
    struct fixture *fixture = *state;
    struct answer answer = {.count = 0};
    struct event event = some_event(fixture->image.event_serial + 1);
    event.type = EVENT_ACTION_FINISHED;
    event.time = 1700000000;
    snprintf(event.text, sizeof event.text, "hold of 3 messages: Störung");
    event.total = (struct event_number){true, 0};
    event.queues[QUEUE_HOLD] = (struct event_number){true, UINT32_MAX};
    event.threshold = (struct event_number){true, 500};
    event.has_action = true;
    event.action = (struct event_action){.key = {.owner = "ops", .command = COMMAND_HOLD, .id = 7},
                                         .state = ACTION_PARTIAL,
                                         .matched = 3,
                                         .succeeded = 2,
                                         .failed = 1};
    snprintf(event.action.comment, sizeof event.action.comment, "ticket 4711");
    event.data = DATA_STALE;
    event.settings = SETTINGS_DRIFTED;
    snprintf(event.detail, sizeof event.detail, "postqueue: Störung");
    event_change_add(&event, "message_limit", "100", "50");
    store_event_add(fixture->store, &event, on_done, &answer);
    fixture_expect(fixture, &answer, 0);
    store_event_notified(fixture->store, event.serial, NOTIFIED_SENT);
    event.notified = NOTIFIED_SENT;
    fixture_restart(fixture);
    assert_int_equal(fixture->image.event_count, 1);
    check_event(&fixture->image.events[0], &event);
    fixture_check_sql(fixture,
                      "SELECT time || ' ' || event || ' ' || notified || ' ' || total ||"
                      " coalesce(oldest_age, ' unknown') FROM event_log",
                      "2023-11-14 22:13:20 hmqActionFinished sent 0 unknown");
    fixture_check_sql(fixture, "SELECT coalesce(maildrop, 'unknown') || hold FROM events",
                      "unknown4294967295");
}

/* Every member of the condition, and none of it for other events. */
static void test_condition(void **state) {
    struct fixture *fixture = *state;
    struct event event = some_event(1);
    struct event none = some_event(2);
    char out[1024];
    event.type = EVENT_CONDITION_RAISED;
    event.threshold = (struct event_number){true, 7};
    event.has_condition = true;
    event.condition = (struct event_condition){.name = "old-mail",
                                               .watch = {WATCH_AGE, QUEUE_DEFERRED},
                                               .severity = SEVERITY_INFO,
                                               .value = UINT32_MAX,
                                               .threshold = 7,
                                               .since = 1700000000,
                                               .subject = "z\xC3\xB6\xC3\xA9@x.example"};
    none.type = EVENT_AGENT_STARTED;
    store_event_add(fixture->store, &event, NULL, NULL);
    store_event_add(fixture->store, &none, NULL, NULL);
    fixture_restart(fixture);
    assert_int_equal(fixture->image.event_count, 2);
    const struct event *read = &fixture->image.events[0];
    assert_true(read->has_condition);
    assert_memory_equal(&read->condition, &event.condition, sizeof event.condition);
    assert_string_equal(read->subject, "old-mail");
    assert_false(fixture->image.events[1].has_condition);
    fixture_check_sql(fixture,
                      "SELECT condition_watch || condition_severity FROM events"
                      " WHERE serial = 1",
                      "age deferredinfo");
    /* A row that this program did not write is no event of a condition. */
    fixture_sql(fixture, "UPDATE events SET condition_watch = 'load' WHERE serial = 1", out);
    fixture_restart(fixture);
    assert_int_equal(fixture->image.event_count, 1);
}

static void test_types(void **state) {
    struct fixture *fixture = *state;
    size_t count = 0;
    for (enum event_type type = 1; type < EVENT_TYPE_END; type++) {
        if (!event_type_exists(type)) {
            continue;
        }
        struct event event = some_event((uint32_t)type);
        event.has_condition = event_type_of_conditions(type);
        event.condition = (struct event_condition){.name = "old-mail",
                                                   .watch = {WATCH_AGE, WATCH_ANY_QUEUE},
                                                   .severity = SEVERITY_WARNING};
        count++;
        event.type = type;
        event.notified = (enum event_notified)(1 + type % NOTIFIED_SUPPRESSED);
        store_event_add(fixture->store, &event, NULL, NULL);
    }
    fixture_restart(fixture);
    assert_int_equal(fixture->image.event_count, count);
    for (size_t i = 0; i < count; i++) {
        const struct event *read = &fixture->image.events[i];
        assert_int_equal(read->type, read->serial);
        assert_int_equal(read->notified, 1 + read->type % NOTIFIED_SUPPRESSED);
    }
}

/* A clean end leaves no gap, not even when nothing happened in between. */
static void test_serials_clean(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(fixture->image.event_serial, 0);
    add_events(fixture, 1, 5);
    fixture_restart(fixture);
    assert_int_equal(fixture->image.event_serial, 5);
    fixture_restart(fixture);
    assert_int_equal(fixture->image.event_serial, 5);
}

/* The last 1,000 are loaded, in order. */
static void test_log_is_bounded(void **state) {
    struct fixture *fixture = *state;
    add_events(fixture, 1, EVENT_LOG_MAX + 100);
    fixture_restart(fixture);
    assert_int_equal(fixture->image.event_count, EVENT_LOG_MAX);
    for (uint32_t i = 0; i < EVENT_LOG_MAX; i++) {
        assert_int_equal(fixture->image.events[i].serial, 101 + i);
    }
}

/* The last of each type, also of what happened before the events that are loaded. */
static void test_latest(void **state) {
    struct fixture *fixture = *state;
    for (uint32_t serial = 1; serial <= 3; serial++) {
        struct event event = some_event(serial);
        event.type = serial == 3 ? EVENT_POSTFIX_STOPPED : EVENT_OVERLOAD_RAISED;
        store_event_add(fixture->store, &event, NULL, NULL);
    }
    add_events(fixture, 4, EVENT_LOG_MAX + 100);
    fixture_restart(fixture);
    assert_int_equal(fixture->image.latest_count, 3);
    assert_int_equal(fixture->image.latest[0].serial, 2);
    assert_int_equal(fixture->image.latest[1].type, EVENT_POSTFIX_STOPPED);
    assert_int_equal(fixture->image.latest[2].serial, EVENT_LOG_MAX + 100);
}

static void test_serial_twice(void **state) {
    struct fixture *fixture = *state;
    struct answer answer = {.count = 0}, next = {.count = 0};
    struct event event = some_event(1);
    add_events(fixture, 1, 1);
    store_event_add(fixture->store, &event, on_done, &answer);
    event.serial = 2;
    store_event_add(fixture->store, &event, on_done, &next);
    fixture_expect(fixture, &answer, -EEXIST);
    fixture_expect(fixture, &next, 0);
    assert_true(store_usable(fixture->store));
}

/* What a transaction reserved that was not committed is not reserved. */
static void test_serials_rolled_back(void **state) {
    struct fixture *fixture = *state;
    struct answer answer = {.count = 0}, next = {.count = 0};
    char out[1024];
    fixture_sql(fixture,
                "INSERT INTO events (serial, time, event, notified, text)"
                " VALUES (15000, 1, 'hmqAgentStarted', 'sent', '')",
                out);
    struct event event = some_event(15000);
    store_event_add(fixture->store, &event, on_done, &answer);
    fixture_expect(fixture, &answer, -EEXIST);
    fixture_check_sql(fixture, "SELECT value FROM state WHERE name = 'event_serial'", "20000");
    event.serial = 15001;
    store_event_add(fixture->store, &event, on_done, &next);
    fixture_expect(fixture, &next, 0);
    fixture_check_sql(fixture, "SELECT value FROM state WHERE name = 'event_serial'", "35001");
}

/* Fewer than the store lets wait: it reserves no serials for events that it refuses. */
#define OUTSTANDING_MAX 5000

/* Runs a store in a child that gives out serials as fast as it can until it is killed, and tells
 * each over the pipe before it is stored. Returns the highest one it told. */
static uint32_t killed_child(struct fixture *fixture, useconds_t life_usec) {
    int fds[2];
    uint32_t serial, highest = 0;
    assert_int_equal(pipe(fds), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(fds[0]);
        struct answer answer = {.count = 0};
        sd_event_new(&fixture->event);
        fixture_start(fixture);
        int given = 0;
        for (serial = fixture->image.event_serial + 1;; serial++) {
            struct event event = some_event(serial);
            if (fixture->loaded.error != 0 ||
                write(fds[1], &serial, sizeof serial) != sizeof serial) {
                _exit(1);
            }
            store_event_add(fixture->store, &event, on_done, &answer);
            given++;
            do {
                sd_event_run(fixture->event, given - answer.count < OUTSTANDING_MAX ? 0 : 1000);
            } while (given - answer.count >= OUTSTANDING_MAX);
        }
    }
    close(fds[1]);
    if (read(fds[0], &highest, sizeof highest) != sizeof highest) {
        fail_msg("the child gave out nothing");
    }
    uint64_t end = store_now_usec() + life_usec;
    while (store_now_usec() < end && read(fds[0], &serial, sizeof serial) == sizeof serial) {
        highest = serial;
    }
    kill(child, SIGKILL);
    while (read(fds[0], &serial, sizeof serial) == sizeof serial) {
        highest = serial;
    }
    close(fds[0]);
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status));
    return highest;
}

/* Whatever was given out before a kill -9 is not given out again, written or not. */
static void test_serials_killed(void **state) {
    struct fixture *fixture = *state;
    uint32_t highest = 0;
    fixture_stop(fixture);
    for (int round = 0; round < 12; round++) {
        uint32_t told = killed_child(fixture, (useconds_t)(round * 7919) % 60000);
        assert_true(told > highest);
        highest = told;
        fixture_start(fixture);
        assert_int_equal(fixture->loaded.error, 0);
        assert_true(fixture->image.event_serial >= highest);
        for (size_t i = 1; i < fixture->image.event_count; i++) {
            assert_true(fixture->image.events[i].serial > fixture->image.events[i - 1].serial);
        }
        highest = fixture->image.event_serial;
        fixture_stop(fixture);
    }
}

struct read_answer {
    int count;
    int error;
    uint32_t serials[64];
    size_t serial_count;
};

static void on_read(void *userdata, int error, const struct event *events, size_t count) {
    struct read_answer *answer = userdata;
    answer->count++;
    answer->error = error;
    answer->serial_count = count;
    for (size_t i = 0; i < count; i++) {
        answer->serials[i] = events[i].serial;
    }
}

static void test_read(void **state) {
    static const struct {
        const char *name;
        uint32_t after;
        size_t max, count;
        uint32_t first;
    } cases[] = {
        {"from the start", 0, 10, 10, 1},  {"in between", 12, 5, 5, 13},
        {"fewer than max", 18, 10, 2, 19}, {"none left", 20, 10, 0, 0},
        {"beyond", 4000000000, 10, 0, 0},  {"nothing asked", 0, 0, 0, 0},
    };
    struct fixture *fixture = *state;
    add_events(fixture, 1, 20);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct read_answer answer = {.count = 0};
        store_events_read(fixture->store, cases[i].after, cases[i].max, on_read, &answer);
        fixture_wait(fixture, &answer.count, 1);
        CHECK_INT(cases[i].name, answer.error, 0);
        CHECK_INT(cases[i].name, answer.serial_count, cases[i].count);
        for (size_t j = 0; j < answer.serial_count; j++) {
            CHECK_INT(cases[i].name, answer.serials[j], cases[i].first + j);
        }
    }
}

/* The last one set counts, of each endpoint. */
static void test_cursors(void **state) {
    struct fixture *fixture = *state;
    for (uint32_t i = 1; i <= 1000; i++) {
        struct store_cursor cursor = {.serial = i, .delivered = i / 2, .failures = 3};
        snprintf(cursor.hook, sizeof cursor.hook, i % 2 ? "webhook.ops" : "script.page");
        cursor.last_delivery = i % 2 ? 1700000000 : 0;
        store_cursor_set(fixture->store, &cursor);
    }
    fixture_restart(fixture);
    assert_int_equal(fixture->image.cursor_count, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct store_cursor *cursor = &fixture->image.cursors[i];
        bool webhook = strcmp(cursor->hook, "webhook.ops") == 0;
        assert_int_equal(cursor->serial, webhook ? 999 : 1000);
        assert_int_equal(cursor->delivered, webhook ? 499 : 500);
        assert_int_equal(cursor->failures, 3);
        assert_int_equal(cursor->last_delivery, webhook ? 1700000000 : 0);
    }
}

/* What is old goes, except the last 1,000. */
static void test_purge(void **state) {
    struct fixture *fixture = *state;
    char out[1024];
    fixture_stop(fixture);
    fixture_sql(fixture,
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2700)"
                " INSERT INTO events (serial, time, event, notified, text)"
                " SELECT i, 1, 'hmqAgentStarted', 'sent', '' FROM n",
                out);
    fixture_start(fixture);
    assert_int_equal(fixture->image.event_serial, 2700);
    for (int i = 0; i < 10000; i++) {
        if (strcmp(fixture_sql(fixture, "SELECT count(*) FROM events", out), "1000") == 0) {
            break;
        }
        sd_event_run(fixture->event, 1000);
    }
    fixture_check_sql(fixture, "SELECT count(*) || ' ' || min(serial) FROM events", "1000 1701");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_whole_event, setup, teardown),
        cmocka_unit_test_setup_teardown(test_types, setup, teardown),
        cmocka_unit_test_setup_teardown(test_serials_clean, setup, teardown),
        cmocka_unit_test_setup_teardown(test_log_is_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(test_condition, setup, teardown),
        cmocka_unit_test_setup_teardown(test_latest, setup, teardown),
        cmocka_unit_test_setup_teardown(test_serial_twice, setup, teardown),
        cmocka_unit_test_setup_teardown(test_serials_rolled_back, setup, teardown),
        cmocka_unit_test_setup_teardown(test_serials_killed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_read, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cursors, setup, teardown),
        cmocka_unit_test_setup_teardown(test_purge, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

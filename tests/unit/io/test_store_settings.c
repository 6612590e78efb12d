/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Settings and state over a restart, the table `parameters` as Hermes has it; and which signals the
 * worker takes.
 */
#include "store_fixture.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
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

static const struct store_parameter lifetimes[] = {
    {"bounce_queue_lifetime", "5d", '2', "APPLY"},
    {"maximal_queue_lifetime", "30d", '1', "NONE"},
};

static void set(struct fixture *fixture, const struct store_parameter *parameters, size_t count) {
    struct answer answer = {.count = 0};
    store_parameters_set(fixture->store, parameters, count, on_done, &answer);
    fixture_expect(fixture, &answer, 0);
}

static void check_parameters(const struct fixture *fixture, const struct store_parameter *should,
                             size_t count) {
    assert_int_equal(fixture->image.parameter_count, count);
    for (size_t i = 0; i < count; i++) {
        const struct store_parameter *is = &fixture->image.parameters[i];
        assert_string_equal(is->name, should[i].name);
        assert_string_equal(is->value, should[i].value);
        assert_string_equal(is->action, should[i].action);
        assert_int_equal(is->applied, should[i].applied);
    }
}

static void test_fresh(void **state) {
    const struct fixture *fixture = *state;
    assert_int_equal(fixture->image.parameter_count, 0);
    assert_int_equal(fixture->image.cursor_count, 0);
    assert_false(fixture->image.has_state);
    assert_int_equal(fixture->image.tunables.count, 0);
    assert_int_equal(fixture->image.state.raised_count, 0);
}

static void test_parameters(void **state) {
    struct fixture *fixture = *state;
    struct store_parameter other = lifetimes[0];
    set(fixture, lifetimes, 2);
    fixture_restart(fixture);
    check_parameters(fixture, lifetimes, 2);
    snprintf(other.value, sizeof other.value, "0d");
    set(fixture, &other, 1);
    fixture_restart(fixture);
    fixture_check_sql(fixture, "SELECT count(*) FROM parameters", "4");
    const struct store_parameter both[] = {other, lifetimes[1]};
    check_parameters(fixture, both, 2);
}

/* The queries that Hermes itself makes find what they look for. */
static void test_parameters_as_hermes(void **state) {
    struct fixture *fixture = *state;
    set(fixture, lifetimes, 2);
    fixture_check_sql(fixture,
                      "SELECT parameter || applied || action FROM parameters WHERE child = '1' AND"
                      " parent = (SELECT id FROM parameters WHERE"
                      " parameter = 'bounce_queue_lifetime' AND child = '2')",
                      "5d2APPLY");
    fixture_check_sql(fixture,
                      "SELECT group_concat(d.parameter || '=' || v.parameter, ' ')"
                      " FROM parameters d JOIN parameters v ON v.parent_name = d.parameter"
                      " WHERE d.module = 'postfix' AND d.child = '2' AND v.child = '1'"
                      " AND d.enabled = '1' AND d.conf_file = 'main.cf' ORDER BY d.order1",
                      "bounce_queue_lifetime=5d maximal_queue_lifetime=30d");
}

static void set_pause(struct fixture *fixture, const struct pause_record *record) {
    struct answer answer = {.count = 0};
    store_pause_set(fixture->store, record, on_done, &answer);
    fixture_expect(fixture, &answer, 0);
}

/* Every phase, over a restart; Hermes' table has the pause as long as it is to be in force. */
static void test_pause(void **state) {
    static const char hermes[] = "SELECT coalesce(group_concat(d.parameter || '=' || v.parameter ||"
                                 " ' ' || v.applied || d.enabled), '') FROM parameters d JOIN"
                                 " parameters v ON v.parent_name = d.parameter WHERE d.child = 2";
    static const char *const shown[PAUSE_PHASE_END] = {"", "defer_transports=smtp relay 21",
                                                       "defer_transports=smtp relay 11", ""};
    struct fixture *fixture = *state;
    struct pause_record record = {.value = "smtp relay",
                                  .old_empty = true,
                                  .since = 1700000000,
                                  .ends = 1700003600,
                                  .for_s = 3600,
                                  .who = "alice: it's \"a\" test"};
    for (int phase = PAUSE_STARTING; phase < PAUSE_PHASE_END; phase++) {
        record.phase = (enum pause_phase)phase;
        set_pause(fixture, &record);
        fixture_restart(fixture);
        const struct pause_record *is = &fixture->image.pause;
        assert_int_equal(is->phase, phase);
        assert_string_equal(is->value, record.value);
        assert_true(is->old_empty);
        assert_int_equal(is->since, record.since);
        assert_int_equal(is->ends, record.ends);
        assert_int_equal(is->for_s, record.for_s);
        assert_string_equal(is->who, record.who);
        fixture_check_sql(fixture, hermes, shown[phase]);
        fixture_check_sql(fixture, "SELECT count(*) FROM pause", "1");
    }
    record.ends = 0;
    record.old_empty = false;
    set_pause(fixture, &record);
    fixture_restart(fixture);
    assert_int_equal(fixture->image.pause.ends, 0);
    assert_false(fixture->image.pause.old_empty);
    record.phase = PAUSE_NONE;
    set_pause(fixture, &record);
    fixture_restart(fixture);
    assert_int_equal(fixture->image.pause.phase, PAUSE_NONE);
    fixture_check_sql(fixture, "SELECT count(*) FROM pause", "0");
    fixture_check_sql(fixture, "SELECT count(*) FROM parameters", "0");
}

/* What somebody wrote into the table by hand never reaches main.cf. */
static void test_bad_pause(void **state) {
    static const char *const bad[] = {
        "UPDATE pause SET transports = 'smtp' || char(10) || 'relayhost = x'",
        "UPDATE pause SET transports = '$x'",
        "UPDATE pause SET transports = ''",
        "UPDATE pause SET phase = 'somewhere'",
        "UPDATE pause SET transports = x'00ff'",
    };
    struct fixture *fixture = *state;
    const struct pause_record record = {
        .phase = PAUSE_IN_FORCE, .value = "smtp", .since = 1, .for_s = 5, .ends = 6};
    char out[1024];
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        set_pause(fixture, &record);
        fixture_sql(fixture, bad[i], out);
        fixture_restart(fixture);
        assert_int_equal(fixture->loaded.error, 0);
        CHECK_INT(bad[i], fixture->image.pause.phase, PAUSE_NONE);
    }
    set_pause(fixture, &record);
    fixture_sql(fixture, "UPDATE pause SET duration = 99999999999", out);
    fixture_restart(fixture);
    assert_int_equal(fixture->image.pause.for_s, PAUSE_FOR_MAX_S);
}

static uint32_t stored_value(const struct fixture *fixture, const char *name) {
    const struct stored_tunables *tunables = &fixture->image.tunables;
    for (size_t i = 0; i < tunables->count; i++) {
        if (strcmp(tunables->list[i].name, name) == 0) {
            return tunables->list[i].value;
        }
    }
    fail_msg("%s is not stored", name);
    return 0;
}

static void set_tunable(struct fixture *fixture, const char *name, uint32_t value) {
    struct answer answer = {.count = 0};
    struct stored_tunables tunables = {.count = 0};
    assert_true(stored_tunables_put(&tunables, name, value));
    store_tunables_set(fixture->store, &tunables, on_done, &answer);
    stored_tunables_deinit(&tunables);
    fixture_expect(fixture, &answer, 0);
}

/* What one SET changed is stored; the rest stays the configuration's. */
static void test_tunables(void **state) {
    struct fixture *fixture = *state;
    set_tunable(fixture, "overload_threshold", 600);
    set_tunable(fixture, "condition.abcdefghijklmnopqrstuvwxyz_-0189.enabled", 0);
    fixture_restart(fixture);
    assert_int_equal(fixture->image.tunables.count, 2);
    assert_int_equal(stored_value(fixture, "overload_threshold"), 600);
    fixture_check_sql(fixture, "SELECT value FROM tunables WHERE name LIKE 'condition.%.enabled'",
                      "0");
    set_tunable(fixture, "overload_threshold", UINT32_MAX);
    set_tunable(fixture, "notify.hmqDataLost", 0);
    fixture_restart(fixture);
    assert_int_equal(fixture->image.tunables.count, 3);
    assert_int_equal(stored_value(fixture, "overload_threshold"), UINT32_MAX);
    assert_int_equal(stored_value(fixture, "notify.hmqDataLost"), 0);
}

/* The value "" removes a setting; the other stays. */
static void test_parameter_removed(void **state) {
    struct fixture *fixture = *state;
    struct store_parameter gone[] = {lifetimes[0], lifetimes[1]};
    gone[0].value[0] = '\0';
    set(fixture, lifetimes, 2);
    set(fixture, gone, 2);
    fixture_restart(fixture);
    check_parameters(fixture, &lifetimes[1], 1);
    fixture_check_sql(fixture, "SELECT count(*) FROM parameters", "2");
}

static void test_drift(void **state) {
    struct fixture *fixture = *state;
    static const int64_t drift[LIFETIME_COUNT] = {STORE_NO_DRIFT, 0};
    assert_int_equal(fixture->image.drift_s[LIFETIME_BOUNCE], STORE_NO_DRIFT);
    assert_int_equal(fixture->image.drift_s[LIFETIME_MAXIMAL], STORE_NO_DRIFT);
    store_drift_set(fixture->store, drift);
    fixture_restart(fixture);
    assert_memory_equal(fixture->image.drift_s, drift, sizeof drift);
}

static struct event_condition raised(const char *name, const char *watch, int64_t since) {
    struct event_condition condition = {
        .severity = SEVERITY_INFO, .value = UINT32_MAX, .threshold = 7, .since = since};
    char error[256];
    snprintf(condition.name, sizeof condition.name, "%s", name);
    snprintf(condition.subject, sizeof condition.subject, "z\xC3\xB6\xC3\xA9@x.example");
    assert_true(watch_parse(watch, &condition.watch, error, sizeof error));
    return condition;
}

static void test_state(void **state) {
    struct fixture *fixture = *state;
    struct store_state last = {.data_lost = true, .raised_count = 2};
    for (uint32_t i = 0; i <= 500; i++) {
        last.raised[0] = raised("held", "queue hold", 1700000000 + i);
        last.raised[1] = raised("old", "age", 1700000501 + i);
        last.raised_count = i % 2 == 0 ? 2 : 1;
        store_state_set(fixture->store, &last);
    }
    fixture_restart(fixture);
    assert_true(fixture->image.has_state);
    assert_true(fixture->image.state.data_lost);
    assert_int_equal(fixture->image.state.raised_count, 2);
    assert_memory_equal(fixture->image.state.raised, last.raised, 2 * sizeof last.raised[0]);
    last.raised_count = 0;
    store_state_set(fixture->store, &last);
    fixture_restart(fixture);
    assert_int_equal(fixture->image.state.raised_count, 0);
}

/* As many as there can be, and rows that this program did not write. */
static void test_state_limits(void **state) {
    struct fixture *fixture = *state;
    struct store_state last = {.raised_count = STORE_RAISED_MAX};
    char out[1024];
    for (size_t i = 0; i < STORE_RAISED_MAX; i++) {
        char name[CONDITION_NAME_SIZE];
        snprintf(name, sizeof name, "c%zu", i);
        last.raised[i] = raised(name, "total", 1700000000 + (int64_t)i);
    }
    store_state_set(fixture->store, &last);
    fixture_restart(fixture);
    assert_int_equal(fixture->image.state.raised_count, STORE_RAISED_MAX);
    assert_memory_equal(fixture->image.state.raised, last.raised, sizeof last.raised);
    fixture_stop(fixture);
    fixture_sql(fixture, "DELETE FROM conditions WHERE name > 'c2'", out);
    fixture_sql(fixture, "UPDATE conditions SET watch = 'load' WHERE name = 'c0'", out);
    fixture_sql(fixture, "UPDATE conditions SET severity = 'ok' WHERE name = 'c1'", out);
    fixture_sql(fixture, "UPDATE conditions SET name = 'c 2' WHERE name = 'c2'", out);
    fixture_start(fixture);
    assert_int_equal(fixture->loaded.error, 0);
    for (size_t i = 0; i < fixture->image.state.raised_count; i++) {
        const char *name = fixture->image.state.raised[i].name;
        CHECK(name,
              strcmp(name, "c0") != 0 && strcmp(name, "c1") != 0 && strchr(name, ' ') == NULL);
    }
}

/* What is the case already is told, not asked: a setting that was taken back, a threshold that is
 * in force. While another program locks the database it waits, and it is written at a stop too. */
static void test_told(void **state) {
    struct fixture *fixture = *state;
    const struct store_parameter back = {"bounce_queue_lifetime", "5d", '1', "NONE"};
    struct stored_tunables tunables = {.count = 0};
    struct answer asked = {.count = 0};
    sqlite3 *locker;
    set(fixture, lifetimes, 1);
    fixture_stop(fixture);
    fixture->timing.patience = 100000;
    fixture_start(fixture);
    assert_int_equal(sqlite3_open(fixture->path, &locker), SQLITE_OK);
    sqlite3_busy_timeout(locker, 10000);
    assert_int_equal(sqlite3_exec(locker, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    store_parameters_set(fixture->store, lifetimes, 1, on_done, &asked);
    fixture_expect(fixture, &asked, -EBUSY);
    store_parameters_set(fixture->store, &back, 1, NULL, NULL);
    assert_true(stored_tunables_put(&tunables, "message_limit", 7));
    store_tunables_set(fixture->store, &tunables, NULL, NULL);
    stored_tunables_deinit(&tunables);
    assert_int_equal(sqlite3_exec(locker, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(locker);
    uint64_t before = store_now_usec();
    fixture_restart(fixture);
    assert_true(store_now_usec() - before < UINT64_C(30000000));
    check_parameters(fixture, &back, 1);
    assert_int_equal(stored_value(fixture, "message_limit"), 7);
}

/* No signal is taken by the worker: the loop's handlers and signalfd get them. */
static void test_signals_blocked(void **state) {
    static const int signals[] = {SIGTERM, SIGHUP, SIGCHLD, SIGXFSZ, SIGALRM, SIGPIPE};
    (void)state;
    size_t workers = 0;
    /* Its number may be a smaller one than this thread's: they come round. */
    DIR *tasks = opendir("/proc/self/task");
    assert_non_null(tasks);
    const struct dirent *entry;
    while ((entry = readdir(tasks)) != NULL) {
        if (entry->d_name[0] == '.' || strtol(entry->d_name, NULL, 10) == getpid()) {
            continue;
        }
        unsigned long long mask = fixture_blocked_signals(entry->d_name);
        for (size_t i = 0; i < COUNT_OF(signals); i++) {
            assert_true((mask >> (signals[i] - 1) & 1) != 0);
        }
        workers++;
    }
    closedir(tasks);
    assert_int_equal(workers, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_fresh, setup, teardown),
        cmocka_unit_test_setup_teardown(test_parameters, setup, teardown),
        cmocka_unit_test_setup_teardown(test_parameters_as_hermes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_parameter_removed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_drift, setup, teardown),
        cmocka_unit_test_setup_teardown(test_pause, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_pause, setup, teardown),
        cmocka_unit_test_setup_teardown(test_tunables, setup, teardown),
        cmocka_unit_test_setup_teardown(test_state, setup, teardown),
        cmocka_unit_test_setup_teardown(test_state_limits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_told, setup, teardown),
        cmocka_unit_test_setup_teardown(test_signals_blocked, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

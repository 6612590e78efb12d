/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One database belongs to one running agent of one Postfix instance; and a file that is put in its
 * place is read as it is, whatever log the one before it left behind.
 */
#include "store_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int setup(void **state) {
    static struct fixture fixture;
    fixture_init(&fixture);
    fixture.timing.patience = 300000;
    *state = &fixture;
    return 0;
}

static int teardown(void **state) {
    fixture_deinit(*state);
    return 0;
}

static void start_good(struct fixture *fixture) {
    fixture_start(fixture);
    if (fixture->loaded.error != 0) {
        fail_msg("%s", fixture->loaded.text);
    }
}

/* Another store on the same file, as another agent's. */
static void init_other(struct fixture *other, const struct fixture *fixture) {
    fixture_init(other);
    rmdir(other->dir);
    snprintf(other->path, sizeof other->path, "%s", fixture->path);
    other->timing.patience = 300000;
}

static void deinit_other(struct fixture *other) {
    fixture_stop(other);
    store_image_deinit(&other->image);
    sd_event_unref(other->event);
}

static void test_second_agent(void **state) {
    struct fixture *fixture = *state;
    static struct fixture other;
    char pid[32];
    start_good(fixture);
    struct action *action = fixture_add_action(fixture, 1);
    init_other(&other, fixture);
    fixture_start(&other);
    assert_int_equal(other.loaded.error, -EBUSY);
    assert_int_equal(other.image.action_count, 0);
    assert_false(store_usable(other.store));
    snprintf(pid, sizeof pid, "(process %d)", (int)getpid());
    assert_non_null(strstr(other.loaded.text, "another hermes-mailqueued"));
    assert_non_null(strstr(other.loaded.text, pid));
    assert_non_null(strstr(other.loaded.text, "`database` of its own"));
    /* Readers are welcome, and the first one is not disturbed. */
    fixture_check_sql(fixture, "SELECT state FROM actions", "queued");
    action_free(fixture_add_action(fixture, 2));
    /* It takes over when the first one ends. */
    fixture_stop(fixture);
    fixture_wait(&other, &other.loaded.count, 2);
    assert_int_equal(other.loaded.error, 0);
    assert_int_equal(other.image.action_count, 2);
    deinit_other(&other);
    action_free(action);
}

/* A restart that overlaps with the end of the process before it. */
static void test_fast_restart(void **state) {
    struct fixture *fixture = *state;
    static struct fixture other;
    start_good(fixture);
    init_other(&other, fixture);
    other.timing.patience = UINT64_C(30000000);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        usleep(200000);
        _exit(0); /* its copy of the lock's descriptor is gone with it */
    }
    fixture_stop(fixture);
    fixture_start(&other);
    assert_int_equal(other.loaded.error, 0);
    deinit_other(&other);
    waitpid(pid, NULL, 0);
}

/* The lock goes with the process, however that ends. */
static void test_killed_holder(void **state) {
    struct fixture *fixture = *state;
    int fds[2], status;
    char byte;
    assert_int_equal(pipe(fds), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        sd_event_new(&fixture->event);
        start_good(fixture);
        action_free(fixture_add_action(fixture, 1));
        if (write(fds[1], "", 1) != 1) {
            _exit(1);
        }
        pause();
    }
    assert_int_equal(read(fds[0], &byte, 1), 1);
    fixture_start(fixture);
    assert_int_equal(fixture->loaded.error, -EBUSY);
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    fixture_wait(fixture, &fixture->loaded.count, 2);
    assert_int_equal(fixture->loaded.error, 0);
    assert_int_equal(fixture->image.action_count, 1);
    close(fds[0]);
    close(fds[1]);
}

/* A link to the database has the lock of the database. */
static void test_link(void **state) {
    struct fixture *fixture = *state;
    static struct fixture other;
    start_good(fixture);
    fixture_init(&other);
    other.timing.patience = 300000;
    assert_int_equal(symlink(fixture->path, other.path), 0);
    fixture_start(&other);
    assert_int_equal(other.loaded.error, -EBUSY);
    fixture_deinit(&other);
}

/* A lock file that is deleted comes back with the next write, unless somebody was faster. */
static void test_lock_deleted(void **state) {
    struct fixture *fixture = *state;
    static struct fixture other;
    char name[128];
    snprintf(name, sizeof name, "%s.lock", fixture->path);
    start_good(fixture);
    assert_int_equal(unlink(name), 0);
    action_free(fixture_add_action(fixture, 1));
    init_other(&other, fixture);
    fixture_start(&other);
    assert_int_equal(other.loaded.error, -EBUSY);
    deinit_other(&other);
}

static void test_other_instance(void **state) {
    struct fixture *fixture = *state;
    char out[1024];
    start_good(fixture);
    fixture_check_sql(fixture, "SELECT value FROM instance WHERE name = 'config_directory'",
                      "/etc/postfix");
    struct action *action = fixture_add_action(fixture, 1);
    fixture_stop(fixture);
    fixture->config_directory = "/etc/postfix-out";
    fixture_start(fixture);
    assert_int_equal(fixture->loaded.error, -EMEDIUMTYPE);
    assert_non_null(strstr(fixture->loaded.text, "belongs to the Postfix instance /etc/postfix;"));
    assert_int_equal(fixture->image.action_count, 0);
    fixture_stop(fixture);
    fixture_check_sql(fixture, "SELECT state FROM actions", "queued");
    /* On purpose: nothing that was ordered for the other one is done. */
    fixture_sql(fixture, "DELETE FROM instance", out);
    start_good(fixture);
    assert_int_equal(fixture->image.action_count, 1);
    assert_int_equal(fixture->image.actions[0]->state, ACTION_REFUSED);
    assert_true(fixture->image.actions[0]->unannounced);
    fixture_check_sql(fixture, "SELECT value FROM instance WHERE name = 'config_directory'",
                      "/etc/postfix-out");
    action_free(action);
}

static void copy_database(struct fixture *fixture, char copy[128]) {
    char sql[192], out[1024];
    snprintf(copy, 128, "%s.copy", fixture->path);
    unlink(copy);
    snprintf(sql, sizeof sql, "VACUUM INTO '%s'", copy);
    fixture_sql(fixture, sql, out);
}

/* A process that adds ids first .. last, keeps a copy after the half, and is killed. */
static void run_and_kill(struct fixture *fixture, uint32_t last) {
    int status;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        char copy[128];
        sd_event_new(&fixture->event);
        start_good(fixture);
        for (uint32_t id = 1; id <= last; id++) {
            action_free(fixture_add_action(fixture, id));
            if (id == last / 2) {
                copy_database(fixture, copy);
            }
        }
        raise(SIGKILL);
    }
    waitpid(pid, &status, 0);
    assert_true(WIFSIGNALED(status));
}

static void check_restored(struct fixture *fixture, size_t count) {
    char expected[32];
    snprintf(expected, sizeof expected, "%zu", count);
    assert_int_equal(fixture->image.action_count, count);
    fixture_check_sql(fixture, "PRAGMA integrity_check", "ok");
    fixture_check_sql(fixture, "SELECT count(*) FROM actions", expected);
}

static void put_back(const struct fixture *fixture) {
    char copy[128];
    snprintf(copy, sizeof copy, "%s.copy", fixture->path);
    assert_int_equal(rename(copy, fixture->path), 0);
}

/* A log of few pages would bring back what came after the copy; one that was begun anew since
 * (after 1,000 pages) would damage it. */
static void test_restored_after_kill(void **state) {
    static const uint32_t sizes[] = {10, 1200};
    struct fixture *fixture = *state;
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        run_and_kill(fixture, sizes[i]);
        put_back(fixture);
        start_good(fixture);
        check_restored(fixture, sizes[i] / 2);
        fixture_restart(fixture);
        check_restored(fixture, sizes[i] / 2);
        fixture_deinit(fixture);
        fixture_init(fixture);
    }
}

/* Without a replacement the log is what the kill left to be read. */
static void test_log_after_kill(void **state) {
    struct fixture *fixture = *state;
    run_and_kill(fixture, 10);
    start_good(fixture);
    check_restored(fixture, 10);
}

/* All files together on another disk: none is where it was, and they belong together. */
static void test_folder_copied(void **state) {
    static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};
    struct fixture *fixture = *state;
    run_and_kill(fixture, 10);
    for (size_t i = 0; i < COUNT_OF(suffixes); i++) {
        char command[512];
        snprintf(command, sizeof command, "cp '%s%s' '%s/moved' && mv '%s/moved' '%s%s'",
                 fixture->path, suffixes[i], fixture->dir, fixture->dir, fixture->path,
                 suffixes[i]);
        /* NOLINTNEXTLINE(cert-env33-c): a test's own file names */
        assert_int_equal(system(command), 0);
    }
    start_good(fixture);
    check_restored(fixture, 10);
}

/* While the agent runs: it says so, and leaves a log to nobody. */
static void test_restored_while_running(void **state) {
    struct fixture *fixture = *state;
    struct answer answer = {.count = 0};
    char copy[128], name[128];
    start_good(fixture);
    for (uint32_t id = 1; id <= 10; id++) {
        if (id == 6) {
            copy_database(fixture, copy);
        }
        action_free(fixture_add_action(fixture, id));
    }
    put_back(fixture);
    struct action *action =
        action_new(&(struct action_key){.owner = "ops", .command = COMMAND_HOLD, .id = 11});
    store_actions_add(fixture->store, &action, 1, on_added, &answer);
    fixture_expect(fixture, &answer, -ESTALE);
    snprintf(name, sizeof name, "%s-wal", fixture->path);
    assert_int_equal(access(name, F_OK), -1);
    fixture_restart(fixture);
    check_restored(fixture, 5);
    action_free(action);
}

/* What is no copy of it is not touched either. */
static void test_replaced(void **state) {
    struct fixture *fixture = *state;
    struct answer answer = {.count = 0};
    struct event event = {.serial = 1, .type = EVENT_AGENT_STARTED, .notified = NOTIFIED_PENDING};
    char name[128], out[16] = "";
    start_good(fixture);
    snprintf(name, sizeof name, "%s.copy", fixture->path);
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, "a backup", 8), 8);
    put_back(fixture);
    store_event_add(fixture->store, &event, on_done, &answer);
    fixture_wait(fixture, &fixture->usable.count, 1);
    assert_int_equal(fixture->usable.error, -ESTALE);
    assert_non_null(strstr(fixture->usable.text, "restart hermes-mailqueued"));
    fixture_stop(fixture);
    assert_int_equal(pread(fd, out, sizeof out - 1, 0), 8);
    close(fd);
    assert_string_equal(out, "a backup");
}

/* Nobody wrote between the replacement and the end. */
static void test_restored_then_stopped(void **state) {
    struct fixture *fixture = *state;
    char copy[128];
    start_good(fixture);
    for (uint32_t id = 1; id <= 10; id++) {
        if (id == 6) {
            copy_database(fixture, copy);
        }
        action_free(fixture_add_action(fixture, id));
    }
    put_back(fixture);
    fixture_restart(fixture);
    check_restored(fixture, 5);
}

/* What the copy has as queued was carried out after it was made; what it never knew is not given
 * out again. */
static void test_copy_is_not_run_again(void **state) {
    struct fixture *fixture = *state;
    struct answer started = {.count = 0};
    struct event event = {.serial = 1, .type = EVENT_AGENT_STARTED, .notified = NOTIFIED_PENDING};
    char copy[128];
    start_good(fixture);
    struct action *first = fixture_add_action(fixture, 1);
    struct action *second = fixture_add_action(fixture, 2);
    copy_database(fixture, copy);
    first->state = ACTION_RUNNING;
    store_action_started(fixture->store, first, on_done, &started);
    fixture_expect(fixture, &started, 0);
    for (; event.serial <= 5; event.serial++) {
        store_event_add(fixture->store, &event, NULL, NULL);
    }
    fixture_stop(fixture);
    put_back(fixture);
    start_good(fixture);
    assert_int_equal(fixture->image.action_count, 2);
    assert_int_equal(fixture->image.interrupted, 1);
    assert_int_equal(fixture_action(fixture, 1)->state, ACTION_INTERRUPTED);
    assert_non_null(strstr(fixture_action(fixture, 1)->error, "may have been done"));
    assert_int_equal(fixture_action(fixture, 2)->state, ACTION_QUEUED);
    assert_true(fixture->image.event_serial >= 5);
    struct action *third = fixture_add_action(fixture, 3);
    assert_true(third->serial > second->serial);
    fixture_restart(fixture);
    assert_int_equal(fixture->image.interrupted, 0);
    action_free(first);
    action_free(second);
    action_free(third);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_second_agent, setup, teardown),
        cmocka_unit_test_setup_teardown(test_fast_restart, setup, teardown),
        cmocka_unit_test_setup_teardown(test_killed_holder, setup, teardown),
        cmocka_unit_test_setup_teardown(test_link, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lock_deleted, setup, teardown),
        cmocka_unit_test_setup_teardown(test_other_instance, setup, teardown),
        cmocka_unit_test_setup_teardown(test_restored_after_kill, setup, teardown),
        cmocka_unit_test_setup_teardown(test_log_after_kill, setup, teardown),
        cmocka_unit_test_setup_teardown(test_folder_copied, setup, teardown),
        cmocka_unit_test_setup_teardown(test_restored_while_running, setup, teardown),
        cmocka_unit_test_setup_teardown(test_replaced, setup, teardown),
        cmocka_unit_test_setup_teardown(test_restored_then_stopped, setup, teardown),
        cmocka_unit_test_setup_teardown(test_copy_is_not_run_again, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

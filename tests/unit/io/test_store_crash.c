/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A process that journals and runs actions is killed with SIGKILL again and again, each time at
 * another point: no action that was acknowledged is lost, and none can be run twice.
 */
#include "store_fixture.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 25
#define ACTIONS_MAX 20000

/* What the child knew of an action when it told so. */
enum step { STEP_NONE, STEP_ADDED, STEP_RUN, STEP_ENDED };

struct report {
    uint64_t serial;
    enum step step;
};

static enum step known[ACTIONS_MAX];
static uint32_t ids_used;

static void tell(int fd, uint64_t serial, enum step step) {
    struct report report;
    memset(&report, 0, sizeof report);
    report.serial = serial;
    report.step = step;
    if (write(fd, &report, sizeof report) != sizeof report) {
        _exit(1);
    }
}

static void child_wait(struct fixture *fixture, struct answer *answer) {
    while (answer->count == 0) {
        sd_event_run(fixture->event, UINT64_MAX);
    }
    if (answer->error != 0) {
        _exit(2);
    }
}

/* As the agent does: journaled, started in the journal, run, ended in the journal. Two at a time,
 * of which the second waits. */
static void child(struct fixture *fixture, int fd) {
    fixture_start(fixture);
    for (uint32_t id = ids_used + 1;; id += 2) {
        struct answer added = {.count = 0}, started = {.count = 0}, ended = {.count = 0};
        struct action *actions[2];
        for (uint32_t i = 0; i < 2; i++) {
            actions[i] = action_new(
                &(struct action_key){.owner = "", .command = COMMAND_HOLD, .id = id + i});
        }
        store_actions_add(fixture->store, actions, 2, on_added, &added);
        child_wait(fixture, &added);
        tell(fd, added.serials[0], STEP_ADDED);
        tell(fd, added.serials[1], STEP_ADDED);
        actions[0]->serial = added.serials[0];
        actions[0]->state = ACTION_RUNNING;
        actions[0]->started = time(NULL);
        actions[0]->matched = 2;
        store_action_started(fixture->store, actions[0], on_done, &started);
        child_wait(fixture, &started);
        tell(fd, actions[0]->serial, STEP_RUN);
        action_add_result(actions[0], "4F0C21A3B5", OUTCOME_DONE, "");
        store_action_results(fixture->store, actions[0], 0);
        action_add_result(actions[0], "4F0C21A3B6", OUTCOME_NOT_FOUND, "");
        actions[0]->state = ACTION_PARTIAL;
        actions[0]->ended = time(NULL);
        store_action_ended(fixture->store, actions[0], 1, on_done, &ended);
        child_wait(fixture, &ended);
        tell(fd, actions[0]->serial, STEP_ENDED);
        action_free(actions[0]);
        action_free(actions[1]);
    }
}

/* Kills the child after life_usec from now or, on a busy machine too, from its first report. */
static void take_reports(int fd, uint64_t life_usec, bool from_start, pid_t pid) {
    struct report report;
    struct pollfd first = {.fd = fd, .events = POLLIN};
    bool killed = false;
    if (!from_start) {
        assert_int_equal(poll(&first, 1, WAIT_SECONDS * 1000), 1);
    }
    uint64_t until_usec = store_now_usec() + life_usec;
    for (;;) {
        struct pollfd readable = {.fd = fd, .events = POLLIN};
        uint64_t now = store_now_usec();
        if (!killed && now >= until_usec) {
            kill(pid, SIGKILL);
            killed = true;
        }
        if (!killed && poll(&readable, 1, (int)((until_usec - now) / 1000)) == 0) {
            continue;
        }
        if (read(fd, &report, sizeof report) != sizeof report) {
            return;
        }
        assert_true(report.serial < ACTIONS_MAX);
        known[report.serial] = report.step;
    }
}

static void run_and_kill(struct fixture *fixture, uint64_t life_usec, bool from_start) {
    int fds[2], status;
    assert_int_equal(pipe(fds), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(fds[0]);
        sd_event_new(&fixture->event);
        child(fixture, fds[1]);
    }
    close(fds[1]);
    take_reports(fds[0], life_usec, from_start, pid);
    close(fds[0]);
    waitpid(pid, &status, 0);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void check_action(const struct action *action) {
    enum step step = known[action->serial];
    switch (action->state) {
    case ACTION_QUEUED: /* will be run: so it must not have been */
        assert_true(step <= STEP_ADDED);
        break;
    case ACTION_INTERRUPTED: /* was in the journal as running, and its end was not */
        assert_true(step <= STEP_RUN);
        assert_true(action->result_count <= 1);
        assert_int_equal(action->succeeded, action->result_count);
        /* 0: killed between the two notes of its start, in the lock file and in the database. */
        assert_true(action->matched == 2 ||
                    (action->matched == 0 && action->result_count == 0 && step <= STEP_ADDED));
        break;
    case ACTION_PARTIAL:
        assert_true(step == STEP_RUN || step == STEP_ENDED);
        assert_int_equal(action->result_count, 2);
        assert_int_equal(action->succeeded, 1);
        assert_int_equal(action->failed, 1);
        break;
    default:
        fail_msg("state %d", (int)action->state);
    }
}

static void test_kill(void **state) {
    static struct fixture fixture;
    static bool seen[ACTIONS_MAX];
    uint64_t interrupted = 0, actions = 0;
    (void)state;
    srandom((unsigned)time(NULL));
    fixture_init(&fixture);
    fixture.limits.retention_rows = ACTIONS_MAX;
    fixture.limits.memory_octets = (size_t)256 * 1024 * 1024;
    for (int round = 0; round < ROUNDS; round++) {
        run_and_kill(&fixture, (uint64_t)random() % 150000, round % 4 == 3);
        fixture_start(&fixture);
        assert_int_equal(fixture.loaded.error, 0);
        interrupted += fixture.image.interrupted;
        memset(seen, 0, sizeof seen);
        for (size_t i = 0; i < fixture.image.action_count; i++) {
            const struct action *action = fixture.image.actions[i];
            assert_true(action->serial < ACTIONS_MAX);
            check_action(action);
            seen[action->serial] = true;
            ids_used = action->key.id > ids_used ? action->key.id : ids_used;
        }
        for (size_t serial = 0; serial < ACTIONS_MAX; serial++) {
            assert_true(seen[serial] || known[serial] == STEP_NONE);
        }
        actions = fixture.image.action_count;
        fixture_stop(&fixture);
    }
    fixture_check_sql(&fixture, "PRAGMA integrity_check", "ok");
    print_message("%llu actions, %llu of them interrupted\n", (unsigned long long)actions,
                  (unsigned long long)interrupted);
    assert_true(actions > 0);
    fixture_deinit(&fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_kill)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The supervisor: which ends of a worker lead to another one, what it returns, and that nothing of
 * it is left when the supervisor itself is killed.
 */
#include "os/supervise.h"

#include "os/log.h"
#include "os/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "unit.h"

#define WORKERS_MAX 3

/* How a worker of the table ends: an exit status, or a signal as a negative number. */
struct script {
    int ends[WORKERS_MAX];
    int closes; /* the worker that closes the peer's end before it ends, 0 = none */
};

/* Shared with the workers. */
struct record {
    uint32_t runs;  /* the last number */
    uint32_t reaps; /* how many workers were waited for by reap */
};

struct fixture {
    const struct script *script;
    struct record *record;
    int pair[2];
};

static const struct {
    const char *name;
    struct script script;
    enum worker_end expected;
    uint32_t runs;
} supervisions[] = {
    {"the peer closed", {.ends = {WORKER_PEER_CLOSED}}, WORKER_PEER_CLOSED, 1},
    {"refused", {.ends = {WORKER_REFUSED}}, WORKER_REFUSED, 1},
    {"failed, then the peer closed", {.ends = {WORKER_FAILED, 0}}, WORKER_PEER_CLOSED, 2},
    {"killed twice, then refused", {.ends = {-SIGKILL, -SIGSEGV, 3}}, WORKER_REFUSED, 3},
    {"a status of no worker's is a crash", {.ends = {127, 0}}, WORKER_PEER_CLOSED, 2},
    {"crashed, and nobody is there any more",
     {.ends = {-SIGKILL, WORKER_REFUSED}, .closes = 1},
     WORKER_PEER_CLOSED,
     1},
};

static int run(void *userdata, uint32_t number) {
    const struct fixture *fixture = userdata;
    int end = fixture->script->ends[number - 1];
    fixture->record->runs = number;
    if ((int)number == fixture->script->closes) {
        shutdown(fixture->pair[1], SHUT_RDWR);
    }
    if (end < 0) {
        signal(-end, SIG_DFL); /* a sanitizer may catch it */
        raise(-end);
    }
    return end;
}

static int reap(void *userdata, pid_t worker) {
    const struct fixture *fixture = userdata;
    int status = 0;
    assert_int_equal(waitpid(worker, &status, 0), worker);
    fixture->record->reaps++;
    return status;
}

static void setup(struct fixture *fixture, const struct script *script) {
    *fixture = (struct fixture){.script = script};
    fixture->record = mmap(NULL, sizeof *fixture->record, PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(fixture->record != MAP_FAILED);
    assert_return_code(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fixture->pair), 0);
}

static void teardown(struct fixture *fixture) {
    close(fixture->pair[0]);
    close(fixture->pair[1]);
    munmap(fixture->record, sizeof *fixture->record);
}

static void test_ends(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(supervisions); i++) {
        for (int own_reap = 0; own_reap < 2; own_reap++) {
            const char *name = supervisions[i].name;
            struct fixture fixture;
            setup(&fixture, &supervisions[i].script);
            const struct supervision supervision = {.socket = fixture.pair[0],
                                                    .run = run,
                                                    .reap = own_reap != 0 ? reap : NULL,
                                                    .userdata = &fixture};
            CHECK_INT(name, supervise(&supervision), supervisions[i].expected);
            CHECK_INT(name, fixture.record->runs, supervisions[i].runs);
            CHECK_INT(name, fixture.record->reaps, own_reap != 0 ? supervisions[i].runs : 0);
            CHECK(name, waitpid(-1, NULL, WNOHANG) < 0);
            teardown(&fixture);
        }
    }
}

/* Says that it is there, and stays. */
static int stay(void *userdata, uint32_t number) {
    const int *hold = userdata;
    (void)number;
    if (write(*hold, "x", 1) != 1) {
        return WORKER_REFUSED;
    }
    for (;;) {
        pause();
    }
}

static void test_worker_follows(void **state) {
    int hold[2];
    int pair[2];
    char octet;
    (void)state;
    /* The read end sees the end of file when the last process that has the write end has ended. */
    assert_return_code(pipe2(hold, O_CLOEXEC), 0);
    assert_return_code(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
    pid_t supervisor = fork();
    if (supervisor == 0) {
        const struct supervision supervision = {
            .socket = pair[0], .run = stay, .userdata = &hold[1]};
        _exit((int)supervise(&supervision));
    }
    close(hold[1]);
    assert_int_equal(read(hold[0], &octet, 1), 1);
    assert_return_code(kill(supervisor, SIGKILL), 0);
    assert_int_equal(waitpid(supervisor, NULL, 0), supervisor);
    assert_int_equal(read(hold[0], &octet, 1), 0);
    close(hold[0]);
    close(pair[0]);
    close(pair[1]);
}

static void test_parent_has_ended(void **state) {
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        /* As after the parent's end: the parent is another one than the caller knows. */
        _exit(process_follow(getpid()) ? 1 : 0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_worker_follows),
        cmocka_unit_test(test_parent_has_ended),
    };
    log_open("test", true, LOG_ERR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a confined process can no longer do, each in a process of its own, and what it still can.
 */
#include "os/confine.h"

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Each: 0, or the errno value with which it fails. */
static int run_program(void) {
    static char name[] = "/bin/true";
    char *const words[] = {name, NULL};
    execv(name, words);
    return errno;
}

static int run_by_descriptor(void) {
    static char name[] = "true";
    char *const words[] = {name, NULL};
    fexecve(open("/bin/true", O_PATH), words, environ);
    return errno;
}

static int open_socket(int family) {
    return socket(family, SOCK_STREAM, 0) < 0 ? errno : 0;
}

static int open_inet(void) {
    return open_socket(AF_INET);
}

static int open_inet6(void) {
    return open_socket(AF_INET6);
}

static int open_unix(void) {
    return open_socket(AF_UNIX);
}

static int open_pair(void) {
    int pair[2];
    return socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) < 0 ? errno : 0;
}

static int set_up_ring(void) {
    char parameters[256] = {0};
    return syscall(SYS_io_uring_setup, 1, parameters) < 0 ? errno : 0;
}

static int make_file(void) {
    char name[] = "/tmp/hmq-confine.XXXXXX";
    int fd = mkstemp(name);
    return fd < 0 || unlink(name) < 0 ? errno : 0;
}

static void *in_thread(void *result) {
    *(int *)result = run_program();
    return NULL;
}

static int run_in_thread(void) {
    pthread_t thread;
    int result = 0;
    return pthread_create(&thread, NULL, in_thread, &result) != 0 || pthread_join(thread, NULL) != 0
               ? -1
               : result;
}

static const struct {
    const char *name;
    int (*try)(void);
    int local, network; /* what it fails with, or 0 */
} cases[] = {
    {"a program", run_program, EPERM, EPERM},
    {"a program by its descriptor", run_by_descriptor, EPERM, EPERM},
    {"a program by a thread", run_in_thread, EPERM, EPERM},
    {"another way to make calls", set_up_ring, EPERM, EPERM},
    {"IPv4", open_inet, EPERM, 0},
    {"a socket of this machine", open_unix, 0, 0},
    {"a pair of them", open_pair, 0, 0},
    {"a file", make_file, 0, 0},
};

/* Its result in a confined process; -1 if that cannot be confined here. */
static int result_of(int (*try)(void), bool network) {
    pid_t child = fork();
    int status;
    if (child == 0) {
        int r = confine(network);
        _exit(r < 0 ? 255 : try());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status) == 255 ? -1 : WEXITSTATUS(status);
}

static void test_cases(void **state) {
    (void)state;
    if (result_of(open_unix, false) < 0) {
        printf("SKIP: this kernel or processor has no seccomp(2)\n");
        return;
    }
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CHECK_INT(cases[i].name, result_of(cases[i].try, false), cases[i].local);
        CHECK_INT(cases[i].name, result_of(cases[i].try, true), cases[i].network);
    }
    CHECK_INT("IPv6", result_of(open_inet6, false), EPERM);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

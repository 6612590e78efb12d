/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The sockets between the processes: what is accepted as one, who is at the other end and whether
 * somebody still is, and which socket of a service manager is taken.
 */
#include "os/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

#define UNTOUCHED (-77)
#define HIGH_FD 200

static void test_parse(void **state) {
    (void)state;
    int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int made = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    assert_true(file > STDERR_FILENO && made > STDERR_FILENO);
    assert_int_equal(dup2(made, HIGH_FD), HIGH_FD);
    assert_int_equal(dup2(file, HIGH_FD + 1), HIGH_FD + 1);
    static const struct {
        const char *text;
        bool good;
    } cases[] = {
        {"200", true},         {"201", false},
        {"202", false},        {"0", false},
        {"2", false},          {"-1", false},
        {"", false},           {"200x", false},
        {" 200", false},       {"+200", false},
        {"0x3", false},        {"x", false},
        {"3.", false},         {"65736", false},
        {"4294967496", false}, {"99999999999999999999999", false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int fd = UNTOUCHED;
        CHECK_INT(cases[i].text, socket_parse(cases[i].text, &fd), cases[i].good);
        CHECK_INT(cases[i].text, fd, cases[i].good ? HIGH_FD : UNTOUCHED);
    }
    close(file);
    close(made);
    close(HIGH_FD);
    close(HIGH_FD + 1);
}

static void test_peer(void **state) {
    int pair[2];
    struct ucred peer = {.pid = UNTOUCHED};
    (void)state;
    assert_return_code(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
    assert_int_equal(socket_peer(pair[0], &peer), 0);
    assert_int_equal(peer.pid, getpid());
    assert_int_equal(peer.uid, geteuid());
    assert_false(socket_peer_closed(pair[0]));
    assert_int_equal(send(pair[1], "x", 1, 0), 1);
    assert_false(socket_peer_closed(pair[0]));
    close(pair[1]);
    assert_true(socket_peer_closed(pair[0]));
    close(pair[0]);
    peer.pid = UNTOUCHED;
    int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_int_equal(socket_peer(file, &peer), -ENOTSOCK);
    assert_int_equal(peer.pid, UNTOUCHED);
    close(file);
}

static void test_connect(void **state) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char folder[] = "/tmp/hmq-socket.XXXXXX";
    char long_path[sizeof address.sun_path + 1];
    int fd = UNTOUCHED;
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", folder);
    assert_int_equal(socket_connect(address.sun_path, &fd), -ENOENT);
    int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    assert_return_code(bind(listener, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(socket_connect(address.sun_path, &fd), -ECONNREFUSED);
    memset(long_path, 'x', sizeof long_path);
    long_path[sizeof long_path - 1] = '\0';
    assert_int_equal(socket_connect(long_path, &fd), -ENAMETOOLONG);
    assert_int_equal(fd, UNTOUCHED);
    assert_return_code(listen(listener, 1), 0);
    assert_int_equal(socket_connect(address.sun_path, &fd), 0);
    assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    assert_true((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
    close(fd);
    close(listener);
    unlink(address.sun_path);
    rmdir(folder);
}

enum passed { PASS_LISTENER, PASS_CONNECTED, PASS_STREAM, PASS_INET, PASS_FILE, PASS_NOTHING };

/* Bound to nothing that other processes see: autobind, or the loopback address. */
static int listening(int family, int type) {
    struct sockaddr address = {.sa_family = (sa_family_t)family};
    int fd = socket(family, type, 0);
    socklen_t len = family == AF_UNIX ? sizeof address.sa_family : 0;
    if (len > 0) {
        assert_return_code(bind(fd, &address, len), 0);
    }
    assert_return_code(listen(fd, 1), 0);
    return fd;
}

static int make_passed(enum passed what) {
    int pair[2];
    switch (what) {
    case PASS_LISTENER:
        return listening(AF_UNIX, SOCK_SEQPACKET);
    case PASS_STREAM:
        return listening(AF_UNIX, SOCK_STREAM);
    case PASS_INET:
        return socket(AF_INET, SOCK_STREAM, 0);
    case PASS_FILE:
        return open("/dev/null", O_RDONLY);
    case PASS_CONNECTED:
        assert_return_code(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
        return pair[0];
    default:
        return -1;
    }
}

/* In a child: makes it look as a service manager would, and returns what was taken. */
static int take_listener(enum passed what, const char *count, const char *pid) {
    char own[16];
    int fd = make_passed(what);
    close(3);
    if (fd >= 0 && fd != 3) {
        dup2(fd, 3);
        close(fd);
    }
    snprintf(own, sizeof own, "%d", (int)getpid());
    if (count != NULL) {
        setenv("LISTEN_FDS", count, 1);
    }
    if (pid != NULL) {
        setenv("LISTEN_PID", pid[0] == '\0' ? own : pid, 1);
    }
    setenv("LISTEN_FDNAMES", "x", 1);
    int taken = socket_listener();
    if (getenv("LISTEN_FDS") != NULL || getenv("LISTEN_PID") != NULL ||
        getenv("LISTEN_FDNAMES") != NULL ||
        (taken >= 0 && (fcntl(taken, F_GETFD) & FD_CLOEXEC) == 0)) {
        return 99;
    }
    return taken < 0 ? 0 : taken;
}

static const struct {
    const char *name;
    enum passed what;
    const char *count, *pid; /* NULL = not set; pid "" = this process */
    int expected;            /* the descriptor, 0 = none */
} listeners[] = {
    {"a listener", PASS_LISTENER, "1", "", 3},
    {"no variables", PASS_LISTENER, NULL, NULL, 0},
    {"for another process", PASS_LISTENER, "1", "1", 0},
    {"for no process", PASS_LISTENER, "1", NULL, 0},
    {"two", PASS_LISTENER, "2", "", 0},
    {"no number", PASS_LISTENER, "one", "", 0},
    {"no listener", PASS_CONNECTED, "1", "", 0},
    {"a stream", PASS_STREAM, "1", "", 0},
    {"another family", PASS_INET, "1", "", 0},
    {"a file", PASS_FILE, "1", "", 0},
    {"not open", PASS_NOTHING, "1", "", 0},
};

static void test_listener(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(listeners); i++) {
        int status;
        pid_t child = fork();
        if (child == 0) {
            _exit(take_listener(listeners[i].what, listeners[i].count, listeners[i].pid));
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        CHECK(listeners[i].name, WIFEXITED(status));
        CHECK_INT(listeners[i].name, WEXITSTATUS(status), listeners[i].expected);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_peer),
        cmocka_unit_test(test_connect),
        cmocka_unit_test(test_listener),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The connection to the master agent: one that is not there, that appears, whose backlog is full,
 * that drops packets; and what is said about each. Nothing here may wait.
 */
#include "io/master_link.h"
#include "io/master_words.h"

#include "core/config.h"
#include "os/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "unit.h"

#define USEC_PER_SEC UINT64_C(1000000)
#define BACKLOG_MAX 32

static struct {
    sd_event *event;
    struct master_link *link;
    char folder[32], path[64];
    int up; /* the connection handed out; -1 = none */
    unsigned failures;
    struct master_trouble trouble;
} t;

static void on_up(void *userdata, int socket) {
    (void)userdata;
    assert_int_equal(t.up, -1);
    t.up = socket;
}

static void on_failed(void *userdata, const struct master_trouble *trouble) {
    (void)userdata;
    t.failures++;
    t.trouble = *trouble;
}

static int set_up(void **state) {
    (void)state;
    memset(&t, 0, sizeof t);
    t.up = -1;
    snprintf(t.folder, sizeof t.folder, "/tmp/hmq-link-XXXXXX");
    if (mkdtemp(t.folder) == NULL || sd_event_new(&t.event) < 0) {
        return -1;
    }
    snprintf(t.path, sizeof t.path, "%s/master", t.folder);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    master_link_free(t.link);
    sd_event_unref(t.event);
    if (t.up >= 0) {
        close(t.up);
    }
    unlink(t.path);
    rmdir(t.folder);
    return 0;
}

static void start(const char *text) {
    const struct master_link_callbacks callbacks = {.up = on_up, .failed = on_failed};
    struct master_address address;
    assert_true(master_address_parse(text, &address));
    assert_int_equal(master_link_new(t.event, &address, &callbacks, &t.link), 0);
}

static void start_unix(void) {
    char text[80];
    snprintf(text, sizeof text, "unix:%s", t.path);
    start(text);
}

static int listen_unix(int backlog) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    memcpy(address.sun_path, t.path, strlen(t.path) + 1);
    unlink(t.path);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, backlog), 0);
    return listener;
}

/* Runs the loop until there is a connection, or so many failures; no turn may take long. */
static void run(unsigned failures) {
    uint64_t begin = clock_usec();
    while (t.up < 0 && t.failures < failures) {
        uint64_t before = clock_usec();
        assert_true(before - begin < 20 * USEC_PER_SEC);
        assert_true(sd_event_run(t.event, 500000) >= 0);
        assert_true(clock_usec() - before < 2 * USEC_PER_SEC);
    }
}

static void test_appears(void **state) {
    (void)state;
    start_unix();
    run(2);
    CHECK_INT("not there", t.trouble.kind, MASTER_UNREACHABLE);
    CHECK_INT("not there", t.trouble.number, ENOENT);
    int listener = listen_unix(1);
    uint64_t begin = clock_usec();
    run(UINT32_MAX);
    CHECK("found at once", t.up >= 0 && clock_usec() - begin < USEC_PER_SEC);
    CHECK("the same one", !master_link_replaced(t.link));
    int other = listen_unix(1);
    CHECK("another in its place", master_link_replaced(t.link));
    close(t.up);
    t.up = -1;
    t.failures = 0;
    master_link_again(t.link);
    run(UINT32_MAX);
    CHECK("anew", t.up >= 0 && !master_link_replaced(t.link));
    close(listener);
    close(other);
}

static void test_left_behind(void **state) {
    (void)state;
    close(listen_unix(1));
    start_unix();
    run(1);
    CHECK_INT("a socket without a listener", t.trouble.number, ECONNREFUSED);
}

static void test_full_backlog(void **state) {
    (void)state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int held[BACKLOG_MAX];
    size_t count = 0;
    int listener = listen_unix(0);
    memcpy(address.sun_path, t.path, strlen(t.path) + 1);
    do {
        assert_true(count < BACKLOG_MAX);
        held[count] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    } while (connect(held[count++], (struct sockaddr *)&address, sizeof address) == 0);
    start_unix();
    run(2);
    CHECK_INT("a full backlog", t.trouble.number, EAGAIN);
    CHECK_INT("no connection", t.up, -1);
    while (count > 0) {
        close(held[--count]);
    }
    close(listener);
}

/* A listener whose queue is full drops what comes, as a firewall does: no turn of the loop waits.
 */
static void test_dropped(void **state) {
    (void)state;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    char text[64];
    int held[3];
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 0), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
    for (size_t i = 0; i < COUNT_OF(held); i++) {
        held[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        assert_true(connect(held[i], (struct sockaddr *)&address, sizeof address) == 0 ||
                    errno == EINPROGRESS);
    }
    snprintf(text, sizeof text, "tcp:127.0.0.1:%u", ntohs(address.sin_port));
    start(text);
    for (uint64_t end = clock_usec() + USEC_PER_SEC; clock_usec() < end;) {
        uint64_t before = clock_usec();
        assert_true(sd_event_run(t.event, 100000) >= 0);
        CHECK("the loop turns", clock_usec() - before < USEC_PER_SEC / 2);
    }
    CHECK_INT("on its way", t.failures, 0);
    CHECK_INT("no connection", t.up, -1);
    for (size_t i = 0; i < COUNT_OF(held); i++) {
        close(held[i]);
    }
    close(listener);
}

static void test_refused(void **state) {
    (void)state;
    start("tcp:127.0.0.1:1");
    run(2);
    CHECK_INT("nothing listens", t.trouble.number, ECONNREFUSED);
}

/* The first words of what is said; %s stands for the socket's path. */
static const struct {
    const char *name;
    struct master_trouble trouble;
    const char *socket; /* NULL = the path in the test's folder */
    const char *reason, *advice;
} words[] = {
    {"no socket",
     {MASTER_UNREACHABLE, ENOENT},
     NULL,
     "there is no socket at unix:/tmp/",
     "start snmpd, with"},
    {"left behind",
     {MASTER_UNREACHABLE, ECONNREFUSED},
     NULL,
     "nothing listens on unix:/tmp/",
     "start snmpd"},
    {"full",
     {MASTER_UNREACHABLE, EAGAIN},
     NULL,
     "the master agent at unix:/tmp/",
     "check whether snmpd"},
    {"tcp refused",
     {MASTER_UNREACHABLE, ECONNREFUSED},
     "tcp:192.0.2.1:705",
     "nothing listens on tcp:192.0.2.1:705",
     "start snmpd, with"},
    {"dropped",
     {MASTER_UNREACHABLE, ETIMEDOUT},
     "tcp:192.0.2.1:705",
     "no connection to tcp:192.0.2.1:705 within 10 seconds",
     "check the address"},
    {"another error",
     {MASTER_UNREACHABLE, EHOSTUNREACH},
     "tcp:192.0.2.1:705",
     "cannot connect to tcp:192.0.2.1:705: No route to host",
     "check agentx_socket"},
    {"no such name",
     {MASTER_UNRESOLVED, EAI_NONAME},
     "tcp:snmp.invalid:705",
     "the host name in tcp:snmp.invalid:705 cannot be looked up: ",
     "check agentx_socket"},
    {"silent",
     {MASTER_SILENT, 0},
     NULL,
     "the master agent at unix:/tmp/",
     "the connection is kept"},
    {"refused",
     {MASTER_REFUSES_SESSION, 256},
     NULL,
     "the master agent at unix:/tmp/",
     "see the log of snmpd"},
    {"not registered",
     {MASTER_REFUSES_REGISTRATION, 267},
     NULL,
     "the master agent at unix:/tmp/",
     "see the log of snmpd"},
    {"occupied",
     {MASTER_OCCUPIED, 263},
     NULL,
     "another agent already serves the objects below .1.3.6.1.4.1.99999.7",
     "stop the other one"},
};

static void test_occupied_context(void **state) {
    (void)state;
    char context[] = "out";
    char socket[] = "unix:/nowhere";
    const struct master_trouble trouble = {MASTER_OCCUPIED, 263};
    const struct config config = {
        .agentx_socket = socket, .context = context, .base_oid = {{1, 3, 6, 1, 4, 1, 99999, 7}, 8}};
    static const char expected[] =
        "another agent already serves the objects below .1.3.6.1.4.1.99999.7 in the context out";
    struct master_words said;
    master_words_make(&said, &trouble, &config);
    CHECK(said.reason, strncmp(said.reason, expected, strlen(expected)) == 0);
}

static void test_words(void **state) {
    (void)state;
    char own[80];
    snprintf(own, sizeof own, "unix:%s", t.path);
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        char *socket = strdup(words[i].socket != NULL ? words[i].socket : own);
        char context[] = "";
        const struct config config = {.agentx_socket = socket,
                                      .context = context,
                                      .base_oid = {{1, 3, 6, 1, 4, 1, 99999, 7}, 8}};
        struct master_words said;
        master_words_make(&said, &words[i].trouble, &config);
        CHECK(words[i].name, strncmp(said.reason, words[i].reason, strlen(words[i].reason)) == 0);
        CHECK(words[i].name, strncmp(said.advice, words[i].advice, strlen(words[i].advice)) == 0);
        CHECK(words[i].name,
              strchr(said.reason, '\n') == NULL && strstr(said.reason, "%s") == NULL);
        free(socket);
    }
}

static void test_denied(void **state) {
    (void)state;
    char own[80], expected[160];
    const struct master_trouble trouble = {MASTER_UNREACHABLE, EACCES};
    struct master_words said;
    if (geteuid() != 0) {
        skip(); /* only root gives a socket to root */
    }
    close(listen_unix(1));
    snprintf(own, sizeof own, "unix:%s", t.path);
    const struct config config = {.agentx_socket = own, .base_oid = {{1, 3, 6}, 3}};
    assert_int_equal(chmod(t.path, 0600), 0);
    assert_int_equal(chown(t.path, 0, 65432), 0);
    master_words_make(&said, &trouble, &config);
    snprintf(expected, sizeof expected,
             "permission denied: %s belongs to root:gid 65432 and has mode 0600, and this process ",
             t.path);
    CHECK("the socket", strncmp(said.reason, expected, strlen(expected)) == 0);
    CHECK("what to do", strncmp(said.advice, "set \"agentXPerms 0660 0550 root ", 32) == 0);
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_appears), TEST(test_left_behind), TEST(test_full_backlog),     TEST(test_dropped),
        TEST(test_refused), TEST(test_words),       TEST(test_occupied_context), TEST(test_denied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The log: which lines are written, one line each, whatever is in them; and that no reader, of a
 * pipe, a socket or the journal, can make a caller wait.
 */
#include "os/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "unit.h"

#define NAME "hermes-mailqueued"
#define PLENTY 5000

static int real_stderr;
static char written[8192];

static void open_stderr(int level) {
    log_open(NAME, true, level);
}

static void begin(int level) {
    int file = memfd_create("stderr", MFD_CLOEXEC);
    assert_true(file >= 0);
    fflush(stderr);
    assert_true(dup2(file, STDERR_FILENO) >= 0);
    close(file);
    open_stderr(level);
}

static void restore(void) {
    assert_true(dup2(real_stderr, STDERR_FILENO) >= 0);
    open_stderr(LOG_INFO);
}

/* What was written since; stderr is the real one again. */
static const char *end(void) {
    ssize_t got = pread(STDERR_FILENO, written, sizeof written - 1, 0);
    restore();
    assert_true(got >= 0);
    written[got] = '\0';
    return written;
}

static const struct {
    const char *name;
    int level, priority;
    const char *text;
    const char *line;
} lines[] = {
    {"at the level", LOG_INFO, LOG_INFO, "text", NAME ": info: text\n"},
    {"above the level", LOG_INFO, LOG_CRIT, "text", NAME ": critical: text\n"},
    {"below the level", LOG_INFO, LOG_DEBUG, "text", ""},
    {"errors only", LOG_ERR, LOG_WARNING, "text", ""},
    {"an error", LOG_ERR, LOG_ERR, "text", NAME ": error: text\n"},
    {"everything", LOG_DEBUG, LOG_DEBUG, "text", NAME ": debug: text\n"},
    {"a warning", LOG_INFO, LOG_WARNING, "text", NAME ": warning: text\n"},
    {"a notice", LOG_INFO, LOG_NOTICE, "text", NAME ": notice: text\n"},
    {"a forged line", LOG_INFO, LOG_INFO, "a\n" NAME ": b\r\x1B[31m\x7F",
     NAME ": info: a " NAME ": b  [31m \n"},
    {"C1 and a change of direction", LOG_INFO, LOG_INFO, "a\xC2\x9B\xE2\x80\xAEz",
     NAME ": info: a  z\n"},
    {"no UTF-8", LOG_INFO, LOG_INFO, "M\xFCller", NAME ": info: M?ller\n"},
    {"conversions are text", LOG_INFO, LOG_INFO, "%s%n", NAME ": info: %s%n\n"},
};

static void test_lines(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        begin(lines[i].level);
        log_line(lines[i].priority, "%s", lines[i].text);
        CHECK_STRING(lines[i].name, end(), lines[i].line);
    }
}

static void test_level_changes(void **state) {
    (void)state;
    begin(LOG_ERR);
    log_set_level(LOG_DEBUG);
    log_line(LOG_DEBUG, "%d", 7);
    CHECK_STRING("debug", end(), NAME ": debug: 7\n");
}

static void test_event(void **state) {
    (void)state;
    begin(LOG_INFO);
    log_event(LOG_CRIT, "hmqOverloadRaised", 3, "501\nmessages");
    log_event(LOG_DEBUG, "hmqOverloadCleared", 4, "x");
    CHECK_STRING("event", end(), NAME ": critical: hmqOverloadRaised: 501 messages\n");
}

/* Cut, and still one line. */
static void test_long(void **state) {
    (void)state;
    char text[5000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    begin(LOG_INFO);
    log_line(LOG_INFO, "%s", text);
    log_event(LOG_INFO, "hmqDataLost", 1, text);
    const char *all = end();
    const char *first = strchr(all, '\n');
    assert_non_null(first);
    CHECK("cut", first - all < 1100);
    CHECK("the second line ends too", strchr(first + 1, '\n') == all + strlen(all) - 1);
}

/* What a reader finds now; 0 octets at a time when there is nothing. */
static size_t drain(int fd, char *text, size_t size) {
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    size_t len = 0;
    while (len < size - 1 && poll(&ready, 1, 0) > 0) {
        ssize_t got = read(fd, text + len, size - 1 - len);
        if (got <= 0) {
            break;
        }
        len += (size_t)got;
    }
    text[len] = '\0';
    return len;
}

static size_t count_lines(const char *text) {
    size_t count = 0;
    for (; (text = strchr(text, '\n')) != NULL; text++) {
        count++;
    }
    return count;
}

/* Writes more than fits; the process would be ended by its alarm if that ever waited. Then reads
 * all, and finds out what is reported of the rest. */
static void check_full(const char *name, int reader) {
    static char text[4 * 1024 * 1024];
    char expected[256];
    alarm(60);
    for (int i = 0; i < PLENTY; i++) {
        log_line(LOG_INFO, "line %d", i);
    }
    drain(reader, text, sizeof text);
    size_t kept = count_lines(text);
    CHECK(name, kept > 0 && kept < PLENTY);
    CHECK(name, text[strlen(text) - 1] == '\n');
    log_line(LOG_INFO, "next");
    log_line(LOG_INFO, "and again");
    drain(reader, text, sizeof text);
    snprintf(expected, sizeof expected,
             NAME ": warning: log lines were lost because nothing read them: %zu\n" NAME
                  ": info: next\n" NAME ": info: and again\n",
             PLENTY - kept);
    CHECK_STRING(name, text, expected);
    for (int i = 0; i < PLENTY; i++) {
        log_line(LOG_INFO, "line %d", i);
    }
    drain(reader, text, sizeof text);
    log_report_lost();
    log_report_lost();
    drain(reader, text, sizeof text);
    CHECK_INT(name, count_lines(text), 1);
    alarm(0);
}

static void use_as_stderr(int pair[2]) {
    fflush(stderr);
    assert_true(dup2(pair[1], STDERR_FILENO) >= 0);
    close(pair[1]);
}

/* The descriptor belongs to the processes that started this one, too: it stays as it was. */
static void test_full_pipe(void **state) {
    (void)state;
    int pair[2];
    assert_int_equal(pipe2(pair, O_CLOEXEC), 0);
    use_as_stderr(pair);
    int flags = fcntl(STDERR_FILENO, F_GETFL);
    open_stderr(LOG_INFO);
    check_full("a pipe", pair[0]);
    CHECK_INT("its flags", fcntl(STDERR_FILENO, F_GETFL), flags);
    restore();
    close(pair[0]);
}

/* As for a user who may not open the pipe again. */
static void test_pipe_of_another(void **state) {
    (void)state;
    struct rlimit before;
    int pair[2];
    restore();
    assert_int_equal(pipe2(pair, O_CLOEXEC), 0);
    use_as_stderr(pair);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    const struct rlimit none = {.rlim_cur = 3, .rlim_max = before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
    open_stderr(LOG_INFO);
    setrlimit(RLIMIT_NOFILE, &before);
    check_full("a pipe that cannot be opened again", pair[0]);
    restore();
    close(pair[0]);
}

static void test_full_socket(void **state) {
    (void)state;
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    use_as_stderr(pair);
    open_stderr(LOG_INFO);
    check_full("a socket", pair[0]);
    restore();
    close(pair[0]);
}

static void test_no_reader(void **state) {
    (void)state;
    int pair[2];
    assert_int_equal(pipe2(pair, O_CLOEXEC), 0);
    use_as_stderr(pair);
    open_stderr(LOG_INFO);
    close(pair[0]);
    errno = ENOENT;
    log_line(LOG_INFO, "to nobody");
    CHECK_INT("errno is the caller's", errno, ENOENT);
    begin(LOG_INFO);
    log_report_lost();
    CHECK_STRING("it is lost", end(),
                 NAME ": warning: log lines were lost because nothing read them: 1\n");
}

/* stderr that a service manager has connected to its journal. */
static void test_prefix(void **state) {
    (void)state;
    char stream[64];
    char text[256];
    struct stat st;
    int pair[2];
    assert_int_equal(pipe2(pair, O_CLOEXEC), 0);
    use_as_stderr(pair);
    assert_int_equal(fstat(STDERR_FILENO, &st), 0);
    snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
    setenv("JOURNAL_STREAM", stream, 1);
    open_stderr(LOG_INFO);
    log_line(LOG_WARNING, "text");
    setenv("JOURNAL_STREAM", "1:2", 1);
    open_stderr(LOG_INFO);
    log_line(LOG_WARNING, "text");
    unsetenv("JOURNAL_STREAM");
    drain(pair[0], text, sizeof text);
    CHECK_STRING("prefixes", text, "<4>text\n" NAME ": warning: text\n");
    restore();
    close(pair[0]);
}

/* A journal of this test, in a mount namespace of its own. Returns its socket, or -1. */
static int make_journal(void) {
    static const struct sockaddr_un address = {.sun_family = AF_UNIX,
                                               .sun_path = "/run/systemd/journal/socket"};
    if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("tmpfs", "/run", "tmpfs", 0, "mode=755") < 0 || mkdir("/run/systemd", 0755) < 0 ||
        mkdir("/run/systemd/journal", 0755) < 0) {
        return -1;
    }
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static const char *entry(int journal) {
    ssize_t got = recv(journal, written, sizeof written - 1, 0);
    written[got > 0 ? got : 0] = '\0';
    return written;
}

static void test_journal(void **state) {
    (void)state;
    int journal = make_journal();
    if (journal < 0) {
        SKIP("a file system cannot be mounted here");
    }
    int entries = 0;
    log_open("hermes-mailqueue-helper", false, LOG_INFO);
    log_line(LOG_WARNING, "a\nPRIORITY=0");
    CHECK_STRING("a line", entry(journal),
                 "MESSAGE=a PRIORITY=0\nPRIORITY=4\nSYSLOG_IDENTIFIER=hermes-mailqueue-helper\n");
    log_event(LOG_CRIT, "hmqOverloadRaised", 7, "text");
    CHECK_STRING("an event", entry(journal),
                 "MESSAGE=hmqOverloadRaised: text\nPRIORITY=2\n"
                 "SYSLOG_IDENTIFIER=hermes-mailqueue-helper\nHMQ_EVENT=hmqOverloadRaised\n"
                 "HMQ_SERIAL=7\n");
    alarm(60);
    for (int i = 0; i < PLENTY; i++) {
        log_line(LOG_INFO, "line %d", i);
    }
    alarm(0);
    for (; entry(journal)[0] != '\0'; entries++) {
    }
    CHECK("some were taken", entries > 0 && entries < PLENTY);
    char expected[128];
    snprintf(expected, sizeof expected,
             "MESSAGE=log lines were lost because nothing read them: %d\n", PLENTY - entries);
    log_line(LOG_INFO, "next");
    CHECK("the others are reported", strncmp(entry(journal), expected, strlen(expected)) == 0);
    CHECK("and the next one follows", strncmp(entry(journal), "MESSAGE=next\n", 13) == 0);
    close(journal);

    /* A journal that is not there any more. */
    int file = memfd_create("stderr", MFD_CLOEXEC);
    dup2(file, STDERR_FILENO);
    close(file);
    log_open(NAME, false, LOG_INFO);
    log_line(LOG_INFO, "text");
    CHECK_STRING("to stderr", end(), NAME ": info: text\n");
}

int main(void) {
    real_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),       cmocka_unit_test(test_level_changes),
        cmocka_unit_test(test_event),       cmocka_unit_test(test_long),
        cmocka_unit_test(test_full_pipe),   cmocka_unit_test(test_pipe_of_another),
        cmocka_unit_test(test_full_socket), cmocka_unit_test(test_no_reader),
        cmocka_unit_test(test_prefix),      cmocka_unit_test(test_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The follower in a process of its own, on files that are rotated as logrotate and people do. Each
 * test writes numbered lines and expects every one of them once, in order.
 */
#include "helper/mail_log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

#define WAIT_MS 20000

struct fixture {
    char folder[64], path[96], other[96];
    struct mail_log_place place;
    pid_t pid;
    int pipe;
    struct mail_log_decoder decoder;
    struct mail_log_position position;
    unsigned begun, resumed, unreadable, skipped, backlog;
    char error[256];
    char lines[1 << 16];
    size_t line_len;
};

static void on_record(void *userdata, const struct mail_log_record *record, const char *payload) {
    struct fixture *f = userdata;
    f->skipped += record->skipped;
    if (record->position.source != MAIL_LOG_NOWHERE) {
        f->position = record->position;
    }
    if (record->type == MAIL_LOG_BEGIN) {
        f->begun++;
        f->resumed += (record->flags & MAIL_LOG_RESUMED) != 0;
        assert_string_equal(payload, "postfix");
        assert_string_equal(payload + sizeof "postfix", f->path);
    } else if (record->type == MAIL_LOG_LINES) {
        f->backlog += (record->flags & MAIL_LOG_BACKLOG) != 0;
        assert_true(f->line_len + record->length < sizeof f->lines);
        memcpy(f->lines + f->line_len, payload, record->length);
        f->line_len += record->length;
        f->lines[f->line_len] = '\0';
    } else if (record->type == MAIL_LOG_UNREADABLE) {
        f->unreadable++;
        snprintf(f->error, sizeof f->error, "%s", payload);
    }
}

static void take(struct fixture *f) {
    char data[4096];
    struct pollfd set = {.fd = f->pipe, .events = POLLIN};
    assert_int_equal(poll(&set, 1, WAIT_MS), 1);
    ssize_t got = read(f->pipe, data, sizeof data);
    assert_true(got > 0);
    assert_int_equal(mail_log_decode(&f->decoder, data, (size_t)got, on_record, f), 0);
}

#define UNTIL(f, condition)                                                                        \
    while (!(condition)) {                                                                         \
        take(f);                                                                                   \
    }

static void start(struct fixture *f, const struct mail_log_position *from) {
    static const struct mail_log_position none;
    int pair[2];
    assert_int_equal(pipe2(pair, O_CLOEXEC), 0);
    f->pid = fork();
    if (f->pid == 0) {
        struct mail_log_output output = {.fd = pair[1], .place = &f->place};
        close(pair[0]);
        mail_log_follow_file(&output, from != NULL ? from : &none);
    }
    assert_true(f->pid > 0);
    close(pair[1]);
    f->pipe = pair[0];
    memset(&f->decoder, 0, sizeof f->decoder);
    f->begun = f->resumed = f->unreadable = f->backlog = 0;
}

static void stop(struct fixture *f) {
    kill(f->pid, SIGKILL);
    assert_int_equal(waitpid(f->pid, NULL, 0), f->pid);
    close(f->pipe);
}

static struct fixture *setup(void) {
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    snprintf(f->folder, sizeof f->folder, "/tmp/hmq-mail-log.XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof f->path, "%s/mail.log", f->folder);
    snprintf(f->other, sizeof f->other, "%s/mail.log.1", f->folder);
    f->place.source = MAIL_LOG_FILE;
    snprintf(f->place.path, sizeof f->place.path, "%s", f->path);
    snprintf(f->place.syslog_name, sizeof f->place.syslog_name, "postfix");
    return f;
}

static void teardown(struct fixture *f) {
    stop(f);
    unlink(f->path);
    unlink(f->other);
    assert_int_equal(rmdir(f->folder), 0);
    free(f);
}

static void put(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void expect(struct fixture *f, const char *lines) {
    UNTIL(f, strlen(f->lines) >= strlen(lines));
    assert_string_equal(f->lines, lines);
}

static struct fixture *begin(void) {
    struct fixture *f = setup();
    put(f->path, "old\n");
    start(f, NULL);
    UNTIL(f, f->begun == 1);
    assert_int_equal(f->resumed, 0);
    return f;
}

static void test_from_the_end(void **state) {
    (void)state;
    struct fixture *f = begin();
    put(f->path, "1\n2\n");
    expect(f, "1\n2\n");
    put(f->path, "3");
    put(f->path, "3\n4\n");
    expect(f, "1\n2\n33\n4\n");
    assert_int_equal(f->backlog, 0);
    teardown(f);
}

/* The rest of a line that was begun before is no line. */
static void test_from_within_a_line(void **state) {
    (void)state;
    struct fixture *f = setup();
    put(f->path, "old\nbegun bef");
    start(f, NULL);
    UNTIL(f, f->begun == 1);
    put(f->path, "ore\n1\n");
    expect(f, "1\n");
    assert_int_equal(f->skipped, 0);
    teardown(f);
}

static void test_renamed(void **state) {
    (void)state;
    struct fixture *f = begin();
    put(f->path, "1\n");
    expect(f, "1\n");
    assert_int_equal(rename(f->path, f->other), 0);
    /* Until it is told to open the new one, a program writes to the old one. */
    put(f->other, "2\n");
    expect(f, "1\n2\n");
    put(f->path, "");
    put(f->other, "3\n");
    expect(f, "1\n2\n3\n");
    put(f->path, "4\n");
    expect(f, "1\n2\n3\n4\n");
    assert_int_equal(f->begun, 2);
    assert_int_equal(f->resumed, 1);
    assert_int_equal(f->unreadable, 0);
    teardown(f);
}

static void test_truncated(void **state) {
    (void)state;
    struct fixture *f = begin();
    put(f->path, "1\n2\n");
    expect(f, "1\n2\n");
    assert_int_equal(truncate(f->path, 0), 0);
    put(f->path, "3\n");
    expect(f, "1\n2\n3\n");
    /* It has grown beyond where it was before anybody has looked. */
    stop(f);
    assert_int_equal(truncate(f->path, 0), 0);
    put(f->path, "4\n5\n6\n7\n8\n9\n");
    start(f, &f->position);
    expect(f, "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
    teardown(f);
}

static void test_vanished(void **state) {
    (void)state;
    struct fixture *f = begin();
    put(f->path, "1\n");
    expect(f, "1\n");
    unlink(f->path);
    UNTIL(f, f->unreadable == 1);
    assert_non_null(strstr(f->error, "No such file"));
    put(f->path, "2\n");
    expect(f, "1\n2\n");
    assert_int_equal(f->begun, 2);
    /* A program may have written to the old one until then. */
    assert_int_equal(f->resumed, 0);
    teardown(f);
}

/* What a backup has brought back is known by what is in it. */
static void test_copied_back(void **state) {
    (void)state;
    struct fixture *f = begin();
    put(f->path, "1\n2\n");
    expect(f, "1\n2\n");
    put(f->other, "old\n1\n2\n3\n");
    assert_int_equal(rename(f->other, f->path), 0);
    expect(f, "1\n2\n3\n");
    teardown(f);
}

static void test_late(void **state) {
    (void)state;
    struct fixture *f = setup();
    struct statx stx;
    start(f, NULL);
    UNTIL(f, f->unreadable == 1);
    put(f->path, "1\n");
    bool known =
        statx(AT_FDCWD, f->path, 0, STATX_BTIME, &stx) == 0 && (stx.stx_mask & STATX_BTIME) != 0;
    UNTIL(f, f->begun == 1);
    put(f->path, "2\n");
    /* Where files have no time of birth, it could be an old one. */
    UNTIL(f, strstr(f->lines, "2\n") != NULL);
    assert_string_equal(f->lines, known ? "1\n2\n" : "2\n");
    teardown(f);
}

static void test_long_lines(void **state) {
    (void)state;
    struct fixture *f = begin();
    char *line = malloc(1 << 20);
    assert_non_null(line);
    memset(line, 'x', (1 << 20) - 1);
    line[(1 << 20) - 1] = '\0';
    put(f->path, "1\n");
    put(f->path, line);
    put(f->path, "\n2\n");
    put(f->path, line);
    put(f->path, "\n3\n");
    expect(f, "1\n2\n3\n");
    assert_int_equal(f->skipped, 2);
    free(line);
    teardown(f);
}

/* Another process goes on where one was killed: in the same file, in one that has been renamed, in
 * one that is gone. */
static void test_resumed(void **state) {
    (void)state;
    struct fixture *f = begin();
    put(f->path, "1\n");
    expect(f, "1\n");
    stop(f);
    put(f->path, "2\n3");
    start(f, &f->position);
    expect(f, "1\n2\n");
    assert_int_equal(f->resumed, 1);
    assert_int_equal(f->backlog, 1);
    put(f->path, "\n");
    expect(f, "1\n2\n3\n");

    stop(f);
    put(f->path, "4\n");
    assert_int_equal(rename(f->path, f->other), 0);
    put(f->path, "5\n");
    start(f, &f->position);
    expect(f, "1\n2\n3\n4\n5\n");
    assert_int_equal(f->resumed, f->begun);

    stop(f);
    unlink(f->path);
    put(f->path, "6\n");
    start(f, &f->position);
    expect(f, "1\n2\n3\n4\n5\n6\n");
    assert_int_equal(f->resumed, 0);
    teardown(f);
}

/* The place in another log means nothing in this one. */
static void test_other_log(void **state) {
    (void)state;
    struct fixture *f = begin();
    put(f->path, "1\n");
    expect(f, "1\n");
    stop(f);
    f->position.path++;
    start(f, &f->position);
    UNTIL(f, f->begun == 1);
    assert_int_equal(f->resumed, 0);
    put(f->path, "2\n");
    expect(f, "1\n2\n");
    teardown(f);
}

static void test_refused(void **state) {
    (void)state;
    static const struct {
        const char *name, *error;
    } cases[] = {{"a symbolic link", "symbolic link"},
                 {"a directory", "not a regular file"},
                 {"a FIFO", "not a regular file"},
                 {"nothing", "No such file"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fixture *f = setup();
        put(f->other, "1\n");
        if (i == 0) {
            assert_int_equal(symlink(f->other, f->path), 0);
        } else if (i == 1) {
            assert_int_equal(mkdir(f->path, 0700), 0);
        } else if (i == 2) {
            assert_int_equal(mkfifo(f->path, 0600), 0);
        }
        start(f, NULL);
        UNTIL(f, f->unreadable == 1);
        CHECK(cases[i].name, strstr(f->error, cases[i].error) != NULL);
        CHECK_INT(cases[i].name, f->begun, 0);
        rmdir(f->path);
        teardown(f);
    }
}

/* The agent has ended: nobody is left to read for. */
static void test_reader_ends(void **state) {
    (void)state;
    struct fixture *f = begin();
    close(f->pipe);
    assert_int_equal(waitpid(f->pid, NULL, 0), f->pid);
    start(f, NULL);
    teardown(f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_from_the_end), cmocka_unit_test(test_from_within_a_line),
        cmocka_unit_test(test_renamed),      cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_vanished),     cmocka_unit_test(test_copied_back),
        cmocka_unit_test(test_late),         cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_resumed),      cmocka_unit_test(test_other_log),
        cmocka_unit_test(test_refused),      cmocka_unit_test(test_reader_ends),
    };
    signal(SIGPIPE, SIG_DFL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

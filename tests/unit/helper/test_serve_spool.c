/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which spool the helper counts and whose lock it sees: after a change of main.cf, and in its own
 * PID namespace.
 */
#include "helper/postfix_lock.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "config_text.h"
#include "helper_session.h"

/* A directory with two spools, of one and two messages. main.cf names one of them, which a postconf
 * in the PATH reports. */
struct two_spools {
    char folder[64];
    struct config *config;
};

static void spool_with(const char *folder, const char *name, int messages) {
    char path[160];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(mkdir(path, 0700), 0);
    static const char *const folders[] = {"pid",      "maildrop", "incoming", "active",
                                          "deferred", "hold",     "corrupt"};
    for (size_t i = 0; i < COUNT_OF(folders); i++) {
        snprintf(path, sizeof path, "%s/%s/%s", folder, name, folders[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    for (int i = 0; i < messages; i++) {
        snprintf(path, sizeof path, "%s/%s/hold/3F2504E0B%d", folder, name, i);
        write_file(path, "C", 0700);
    }
}

static void name_spool(const struct two_spools *two, const char *file, const char *name) {
    char path[96];
    char text[96];
    snprintf(path, sizeof path, "%s/%s", two->folder, file);
    snprintf(text, sizeof text, "%s/%s\n", two->folder, name);
    write_file(path, text, 0600);
}

static struct two_spools make_two_spools(void) {
    struct two_spools two = {.folder = "/tmp/hmq-serve.XXXXXX"};
    char path[96];
    char text[512];
    assert_non_null(mkdtemp(two.folder));
    spool_with(two.folder, "old", 1);
    spool_with(two.folder, "new", 2);
    name_spool(&two, "main.cf", "old");
    snprintf(path, sizeof path, "%s/postconf", two.folder);
    snprintf(text, sizeof text, "#!/bin/sh\ncat %s/main.cf\n", two.folder);
    write_file(path, text, 0700);
    snprintf(text, sizeof text, "%s:%s", two.folder, getenv("PATH"));
    assert_int_equal(setenv("PATH", text, 1), 0);
    snprintf(text, sizeof text, "postfix_config_directory = %s\n", two.folder);
    two.config = good_config("two spools", text);
    return two;
}

static void remove_two_spools(struct two_spools *two) {
    char text[96];
    snprintf(text, sizeof text, "rm -rf -- '%s'", two->folder);
    assert_int_equal(system(text), 0);
    const char *rest = strchr(getenv("PATH"), ':') + 1;
    char path[4096];
    snprintf(path, sizeof path, "%s", rest);
    assert_int_equal(setenv("PATH", path, 1), 0);
    config_free(two->config);
}

static struct reply scan_in(const struct session *session) {
    const struct request scan = {.version = PROTOCOL_VERSION,
                                 .type = REQUEST_SCAN,
                                 .sequence = 9,
                                 .deadline_usec = UINT64_MAX};
    int fd = -1;
    ask(session, &scan);
    return await(session, REPLY_COUNTS, &fd);
}

static void read_settings(const struct session *session) {
    const struct request settings = {.version = PROTOCOL_VERSION,
                                     .type = REQUEST_SETTINGS,
                                     .sequence = 9,
                                     .deadline_usec = UINT64_MAX};
    int fd = -1;
    ask(session, &settings);
    await(session, REPLY_EXIT, &fd);
    close(fd);
}

/* queue_directory changes: in a main.cf written in place, in one renamed over it, and in one
 * without a hint. */
static void test_spool_moves(void **state) {
    (void)state;
    struct two_spools two = make_two_spools();
    struct session session = begin_with(two.config);
    char from[96];
    char to[96];
    int fd = -1;
    CHECK_INT("the old spool", scan_in(&session).counts[QUEUE_HOLD], 1);
    read_settings(&session);
    name_spool(&two, "main.cf", "new");
    await(&session, REPLY_SETTINGS_DIRTY, &fd);
    CHECK_INT("written in place", scan_in(&session).counts[QUEUE_HOLD], 2);
    read_settings(&session);
    name_spool(&two, "main.cf.new", "old");
    snprintf(from, sizeof from, "%s/main.cf.new", two.folder);
    snprintf(to, sizeof to, "%s/main.cf", two.folder);
    assert_int_equal(rename(from, to), 0);
    await(&session, REPLY_SETTINGS_DIRTY, &fd);
    CHECK_INT("renamed", scan_in(&session).counts[QUEUE_HOLD], 1);
    name_spool(&two, "main.cf", "new");
    read_settings(&session);
    CHECK_INT("changed while nothing was watched", scan_in(&session).counts[QUEUE_HOLD], 2);
    CHECK_INT("a clean end", end(&session), WORKER_PEER_CLOSED);
    remove_two_spools(&two);
}

/* In a separate PID namespace, which only root can create, a free lock means nothing. */
static void test_hidden_lock(void **state) {
    (void)state;
    struct two_spools two = make_two_spools();
    int own = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
    if (postfix_lock_sees_all()) {
        struct session session = begin_with(two.config);
        CHECK_INT("seen", scan_in(&session).postfix, POSTFIX_STOPPED);
        CHECK_INT("a clean end", end(&session), WORKER_PEER_CLOSED);
    }
    if (own >= 0 && unshare(CLONE_NEWPID) == 0) {
        struct session session = begin_with(two.config);
        CHECK_INT("hidden", scan_in(&session).postfix, POSTFIX_UNKNOWN);
        CHECK_INT("a clean end", end(&session), WORKER_PEER_CLOSED);
        assert_int_equal(setns(own, CLONE_NEWPID), 0);
    }
    close(own);
    remove_two_spools(&two);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spool_moves),
        cmocka_unit_test(test_hidden_lock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where the spool is by the configuration, the times of single files in it, and Postfix's lock.
 */
#include "helper/spool.h"

#include "helper/postfix_lock.h"

#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "config_text.h"
#include "spool_folder.h"

#define LOCKS 100

static const struct {
    const char *name;
    const char *text;
    int result;
    const char *path, *error;
} places[] = {
    {"a path", "spool_directory = /srv/spool\n", 0, "/srv/spool", ""},
    {"a container's path", "container = mail\nspool_directory = /srv/spool\n", 0, "/srv/spool", ""},
    {"none", "spool_directory = none\n", ENOTSUP, "",
     "the spool is not read: spool_directory is none"},
    {"auto for a container", "container = mail\n", ENOTSUP, "",
     "the spool is not read: spool_directory is auto, for a container"},
};

static void test_places(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        struct config *config = good_config(places[i].name, places[i].text);
        struct spool spool = {.path = ""};
        char error[256] = "";
        CHECK_INT(places[i].name, spool_locate(&spool, config, error, sizeof error),
                  places[i].result);
        CHECK_STRING(places[i].name, spool.path, places[i].path);
        CHECK_STRING(places[i].name, error, places[i].error);
        config_free(config);
    }
}

static const struct {
    const char *name;
    const char *file; /* below the spool; NULL = none */
    const char *id;
    bool found;
} files[] = {
    {"no hash", "deferred/3F2504E0B1", "3F2504E0B1", true},
    {"hashed once", "deferred/3/3F2504E0B1", "3F2504E0B1", true},
    {"hashed twice", "deferred/3/F/3F2504E0B1", "3F2504E0B1", true},
    {"hashed seven times", "deferred/3/F/2/5/0/4/E/3F2504E0B1", "3F2504E0B1", true},
    {"beyond a short id", "deferred/3/F/2/5/0/4/E/_/3F2504E", "3F2504E", true},
    {"beyond a long id's microseconds", "deferred/F/4/2/3/F/_/_/4Fk3xY75plz1", "4Fk3xY75plz1",
     true},
    {"a long id, by its microseconds", "deferred/F/4Fk3xY75plz1", "4Fk3xY75plz1", true},
    {"in another hash folder", "deferred/4/3F2504E0B1", "3F2504E0B1", false},
    {"in another queue", "hold/3F2504E0B1", "3F2504E0B1", false},
    {"none", NULL, "3F2504E0B1", false},
    {"no id", "deferred/README", "README", false},
    {"a path for an id", "target", "../target", false},
};

/* The hash folders of a path, one below the other. */
static void make_folders(const char *path) {
    char folder[128];
    for (size_t len = strlen("deferred/x"); len <= strlen(path); len += 2) {
        snprintf(folder, sizeof folder, "%.*s", (int)len, path);
        make_folder(folder);
    }
}

static void test_mtime(void **state) {
    (void)state;
    struct spool spool;
    snprintf(spool.path, sizeof spool.path, "%s", spool_path);
    make_folders("deferred/3/F/2/5/0/4/E/_");
    make_folders("deferred/F/4/2/3/F/_/_");
    make_folder("deferred/4");
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        if (files[i].file != NULL) {
            const struct timespec times[2] = {{.tv_sec = 1700000300}, {.tv_sec = 1700000300}};
            make_file(files[i].file, 0700);
            assert_int_equal(utimensat(AT_FDCWD, in_spool(files[i].file), times, 0), 0);
        }
        CHECK_INT(files[i].name, spool_deferred_mtime(&spool, files[i].id),
                  files[i].found ? 1700000300 : 0);
        if (files[i].file != NULL) {
            take_away(files[i].file);
        }
    }
}

/* Another process holds the lock, as master(8) does. */
static pid_t hold_lock(int operation) {
    int ready[2];
    char octet;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        int fd = open(in_spool("pid/master.pid"), O_RDWR | O_CLOEXEC);
        if (fd < 0 || flock(fd, operation) < 0 || write(ready[1], "x", 1) != 1) {
            _exit(1);
        }
        for (;;) {
            pause();
        }
    }
    assert_true(child > 0);
    close(ready[1]);
    assert_int_equal(read(ready[0], &octet, 1), 1);
    close(ready[0]);
    return child;
}

static void end(pid_t child) {
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

static void test_lock(void **state) {
    struct postfix_lock lock = POSTFIX_LOCK_INIT;
    (void)state;
    CHECK_INT("no pid folder", postfix_lock_state(&lock, spool_path), POSTFIX_UNKNOWN);
    make_folder("pid");
    CHECK_INT("never started", postfix_lock_state(&lock, spool_path), POSTFIX_STOPPED);
    make_file("pid/master.pid", 0600);
    CHECK_INT("a file left behind", postfix_lock_state(&lock, spool_path), POSTFIX_STOPPED);
    pid_t reader = hold_lock(LOCK_SH);
    CHECK_INT("a shared lock is not master's", postfix_lock_state(&lock, spool_path),
              POSTFIX_STOPPED);
    end(reader);
    pid_t master = hold_lock(LOCK_EX);
    CHECK_INT("locked", postfix_lock_state(&lock, spool_path), POSTFIX_RUNNING);
    CHECK_INT("and looking changes nothing", postfix_lock_state(&lock, spool_path),
              POSTFIX_RUNNING);
    assert_true(lock.holder >= 0);
    end(master);
    CHECK_INT("killed", postfix_lock_state(&lock, spool_path), POSTFIX_STOPPED);
    assert_int_equal(lock.holder, -1);
    master = hold_lock(LOCK_EX);
    CHECK_INT("started again", postfix_lock_state(&lock, spool_path), POSTFIX_RUNNING);
    assert_int_equal(unlink(in_spool("pid/master.pid")), 0);
    CHECK_INT("the file is gone", postfix_lock_state(&lock, spool_path), POSTFIX_STOPPED);
    make_file("pid/master.pid", 0600);
    CHECK_INT("another file", postfix_lock_state(&lock, spool_path), POSTFIX_STOPPED);
    end(master);
    char path[5000];
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    CHECK_INT("a path without end", postfix_lock_state(&lock, path), POSTFIX_UNKNOWN);
    CHECK_INT("a spool that is a file", postfix_lock_state(&lock, "/dev/null"), POSTFIX_UNKNOWN);
}

/* Ends with the test. Locks and unlocks files of its own, as Postfix's other processes do. */
static void start_lockers(pid_t *lockers, size_t count) {
    for (size_t i = 0; i < count; i++) {
        lockers[i] = fork();
        if (lockers[i] != 0) {
            continue;
        }
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        int locked[LOCKS];
        for (size_t k = 0; k < LOCKS; k++) {
            locked[k] = open(spool_path, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
            flock(locked[k], LOCK_EX);
        }
        for (size_t k = 0;; k = (k + 7) % LOCKS) {
            flock(locked[k], LOCK_UN);
            poll(NULL, 0, k % 4 == 0);
            flock(locked[k], LOCK_EX);
        }
    }
}

/* The kernel gives out a long list of locks in parts, and leaves out a lock when one before it is
 * released between two of them. */
static void test_lock_among_many(void **state) {
    (void)state;
    pid_t lockers[4];
    make_folder("pid");
    make_file("pid/master.pid", 0600);
    int master = open(in_spool("pid/master.pid"), O_RDWR | O_CLOEXEC);
    assert_int_equal(flock(master, LOCK_EX), 0);
    start_lockers(lockers, COUNT_OF(lockers));
    for (int i = 0; i < 3000; i++) {
        struct postfix_lock lock = POSTFIX_LOCK_INIT; /* each looks into the list */
        CHECK_INT("locked all the time", postfix_lock_state(&lock, spool_path), POSTFIX_RUNNING);
        postfix_lock_forget(&lock);
    }
    for (size_t i = 0; i < COUNT_OF(lockers); i++) {
        end(lockers[i]);
    }
    close(master);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test_setup_teardown(test_mtime, make_spool, remove_spool),
        cmocka_unit_test_setup_teardown(test_lock, make_spool, remove_spool),
        cmocka_unit_test_setup_teardown(test_lock_among_many, make_spool, remove_spool),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The scan of a spool in a temporary folder: what counts and what does not, hash folders that come
 * and go, hints and lost hints, and a spool that is moved away and back.
 */
#include "helper/scan.h"

#include "spool_folder.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#define UNKNOWN_COUNT UINT32_MAX

static struct scanner *scanner;

static int set_up(void **state) {
    scanner = scanner_new();
    return scanner != NULL ? make_spool(state) : -1;
}

static int tear_down(void **state) {
    scanner_free(scanner);
    return remove_spool(state);
}

static struct scan_counts scan(const char *name, bool full) {
    struct scan_counts counts = {.watching = false};
    char error[256] = "";
    if (scanner_scan(scanner, spool_path, full, &counts, error, sizeof error) != 0) {
        fail_msg("case \"%s\": %s", name, error);
    }
    return counts;
}

/* maildrop, incoming, active, deferred, hold, corrupt */
static void check_counts(const char *name, const struct scan_counts *counts,
                         const uint32_t expected[QUEUE_COUNT]) {
    for (int q = 0; q < QUEUE_COUNT; q++) {
        char what[128];
        snprintf(what, sizeof what, "%s, %s", name, queue_name((enum queue)q));
        CHECK_INT(what, counts->known[q], expected[q] != UNKNOWN_COUNT);
        CHECK_INT(what, counts->known[q] ? counts->messages[q] : UNKNOWN_COUNT, expected[q]);
    }
}

#define CHECK_COUNTS(name, full, ...)                                                              \
    do {                                                                                           \
        struct scan_counts counts_ = scan(name, full);                                             \
        check_counts(name, &counts_, (const uint32_t[QUEUE_COUNT]){__VA_ARGS__});                  \
    } while (0)

static bool hint_waits(void) {
    struct pollfd events = {.fd = scanner_fd(scanner), .events = POLLIN};
    return poll(&events, 1, 0) > 0;
}

/* One entry in an otherwise empty queue. */
static const struct {
    const char *name;
    const char *path;
    mode_t mode; /* 0 = a folder */
    enum queue queue;
    uint32_t counts;
} entries[] = {
    {"a message", "deferred/3F2504E0B1", 0700, QUEUE_DEFERRED, 1},
    {"a long id", "hold/4Fk3xY0bcdzK9q", 0700, QUEUE_HOLD, 1},
    {"forced to expire", "deferred/3F2504E0B1", 0710, QUEUE_DEFERRED, 1},
    {"a mode of a queue that does not tell by it", "active/3F2504E0B1", 0600, QUEUE_ACTIVE, 1},
    {"complete in incoming", "incoming/3F2504E0B1", 0700, QUEUE_INCOMING, 1},
    {"being written in incoming", "incoming/3F2504E0B1", 0600, QUEUE_INCOMING, 0},
    {"complete in maildrop", "maildrop/3F2504E0B1", 0700, QUEUE_MAILDROP, 1},
    {"being written in maildrop", "maildrop/3F2504E0B1", 0600, QUEUE_MAILDROP, 0},
    {"before its name", "incoming/123456.7890", 0700, QUEUE_INCOMING, 0},
    {"a dot file", "deferred/.3F2504E0B1", 0700, QUEUE_DEFERRED, 0},
    {"a file that is no message", "deferred/README", 0700, QUEUE_DEFERRED, 0},
    {"a file named as a hash folder", "deferred/3", 0700, QUEUE_DEFERRED, 0},
    {"a folder named as a message", "deferred/3F2504E0B1", 0, QUEUE_DEFERRED, 0},
    {"corrupt", "corrupt/3F2504E0B1", 0700, QUEUE_CORRUPT, 1},
};

static void test_entries(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(entries); i++) {
        if (entries[i].mode == 0) {
            make_folder(entries[i].path);
        } else {
            make_file(entries[i].path, entries[i].mode);
        }
        for (int full = 0; full <= 1; full++) {
            struct scan_counts counts = scan(entries[i].name, full != 0);
            for (int q = 0; q < QUEUE_COUNT; q++) {
                CHECK(entries[i].name, counts.known[q]);
                CHECK_INT(entries[i].name, counts.messages[q],
                          q == (int)entries[i].queue ? entries[i].counts : 0);
            }
            CHECK(entries[i].name, counts.watching);
        }
        take_away(entries[i].path);
    }
}

static void test_links_do_not_count(void **state) {
    (void)state;
    make_file("target", 0700);
    assert_int_equal(symlink(in_spool("target"), in_spool("hold/3F2504E0B1")), 0);
    assert_int_equal(symlink(in_spool("active"), in_spool("deferred/A")), 0);
    make_file("active/3F2504E0B2", 0700);
    CHECK_COUNTS("links", true, 0, 0, 1, 0, 0, 0);
}

/* Two levels of hash folders, all queues at once. */
static void test_hash_folders(void **state) {
    (void)state;
    make_folder("deferred/3");
    make_folder("deferred/3/F");
    make_folder("deferred/AB");
    make_file("deferred/3/F/3F2504E0B1", 0700);
    make_file("deferred/3/3F2504E0B2", 0700);
    make_file("deferred/3F2504E0B3", 0700);
    make_file("deferred/AB/AB2504E0B4", 0700);
    make_folder("incoming/A");
    make_file("incoming/A/A12504E0B5", 0700);
    make_file("incoming/A/A12504E0B6", 0600);
    CHECK_COUNTS("hash folders", true, 0, 1, 0, 3, 0, 0);
}

/* As deep as a queue ID is long; what is deeper is no folder of Postfix's. */
static void test_deep_folders(void **state) {
    (void)state;
    char path[128] = "deferred";
    for (unsigned depth = 1; depth <= 33; depth++) {
        size_t len = strlen(path);
        snprintf(path + len, sizeof path - len, "/%c", depth <= 5 ? 'A' : '_');
        make_folder(path);
        if (depth == 4 || depth >= 32) {
            len = strlen(path);
            snprintf(path + len, sizeof path - len, "/AAAAA0%02u", depth);
            make_file(path, 0700);
            path[len] = '\0';
        }
    }
    CHECK_COUNTS("deep", true, 0, 0, 0, 2, 0, 0);
    take_away("deferred/A/A/A/A/AAAAA004");
    CHECK_COUNTS("deep, by a hint", false, 0, 0, 0, 1, 0, 0);
}

/* Many folders come and go, each seen by its hint. */
static void test_many_folders(void **state) {
    (void)state;
    enum { FOLDERS = 256 };
    char path[64];
    for (unsigned i = 0; i < FOLDERS; i++) {
        if (i % 16 == 0) {
            snprintf(path, sizeof path, "deferred/%X", i / 16);
            make_folder(path);
        }
        snprintf(path, sizeof path, "deferred/%X/%X", i / 16, i % 16);
        make_folder(path);
        snprintf(path, sizeof path, "deferred/%X/%X/%02XF2504E0", i / 16, i % 16, i);
        make_file(path, 0700);
    }
    CHECK_COUNTS("all", false, 0, 0, 0, FOLDERS, 0, 0);
    for (unsigned i = 0; i < FOLDERS; i += 3) {
        snprintf(path, sizeof path, "deferred/%X/%X/%02XF2504E0", i / 16, i % 16, i);
        take_away(path);
        snprintf(path, sizeof path, "deferred/%X/%X", i / 16, i % 16);
        take_away(path);
        CHECK_COUNTS("one less", false, 0, 0, 0, FOLDERS - i / 3 - 1, 0, 0);
    }
    uint32_t left = FOLDERS - (FOLDERS + 2) / 3;
    CHECK_COUNTS("by a full scan", true, 0, 0, 0, left, 0, 0);
    take_away("deferred/0/1/01F2504E0");
    CHECK_COUNTS("hints after it", false, 0, 0, 0, left - 1, 0, 0);
}

/* Hints: each change is seen without a full scan. */
static void test_changes(void **state) {
    (void)state;
    CHECK_COUNTS("empty", false, 0, 0, 0, 0, 0, 0);
    CHECK("nothing changed", !scanner_take_hints(scanner));
    make_file("incoming/3F2504E0B1", 0600);
    CHECK("a hint waits", hint_waits());
    CHECK("a hint", scanner_take_hints(scanner));
    CHECK("taken", !hint_waits());
    CHECK_COUNTS("being written", false, 0, 0, 0, 0, 0, 0);
    assert_int_equal(chmod(in_spool("incoming/3F2504E0B1"), 0700), 0);
    CHECK("completion is a hint", scanner_take_hints(scanner));
    CHECK_COUNTS("complete", false, 0, 1, 0, 0, 0, 0);
    move("incoming/3F2504E0B1", "active/3F2504E0B1");
    CHECK_COUNTS("moved", false, 0, 0, 1, 0, 0, 0);
    make_folder("deferred/3");
    CHECK_COUNTS("a hash folder made lazily", false, 0, 0, 1, 0, 0, 0);
    move("active/3F2504E0B1", "deferred/3/3F2504E0B1");
    CHECK_COUNTS("into it", false, 0, 0, 0, 1, 0, 0);
    make_folder("deferred/4");
    make_file("deferred/4/4F2504E0B2", 0700);
    CHECK_COUNTS("another, filled before it was seen", false, 0, 0, 0, 2, 0, 0);
    take_away("deferred/3/3F2504E0B1");
    CHECK_COUNTS("delivered", false, 0, 0, 0, 1, 0, 0);
    take_away("deferred/3");
    CHECK_COUNTS("a hash folder removed", false, 0, 0, 0, 1, 0, 0);
    move("deferred/4", "away");
    CHECK_COUNTS("a hash folder moved away", false, 0, 0, 0, 0, 0, 0);
    move("away", "deferred/4");
    CHECK_COUNTS("and back", false, 0, 0, 0, 1, 0, 0);
    CHECK("still nothing is missed", !scanner_take_hints(scanner));
}

static void test_irrelevant_changes(void **state) {
    (void)state;
    scan("first", false);
    make_file("incoming/123456.7890", 0600);
    take_away("incoming/123456.7890");
    make_file("deferred/.x", 0600);
    CHECK("what can be no message", !scanner_take_hints(scanner));
}

/* corrupt is made when it is needed first: without it its count is unknown, the others are not. */
static void test_no_corrupt(void **state) {
    (void)state;
    take_away("corrupt");
    CHECK_COUNTS("no corrupt", false, 0, 0, 0, 0, 0, UNKNOWN_COUNT);
    make_folder("corrupt");
    make_file("corrupt/3F2504E0B1", 0700);
    CHECK_COUNTS("made", false, 0, 0, 0, 0, 0, 1);
}

static const struct {
    const char *name;
    const char *folder;
    const char *error; /* behind the spool's path */
} missing[] = {
    {"no deferred", "deferred", "/deferred: No such file or directory"},
    {"no maildrop", "maildrop", "/maildrop: No such file or directory"},
    {"no spool", ".", "/: No such file or directory"},
};

/* What is missing is an error and never a 0; once it is back all is counted anew. */
static void test_missing(void **state) {
    (void)state;
    make_file("hold/3F2504E0B1", 0700);
    for (size_t i = 0; i < COUNT_OF(missing); i++) {
        char from[128];
        char to[128];
        char error[256] = "";
        char expected[256];
        struct scan_counts counts = {.messages = {77}};
        CHECK_COUNTS("before", false, 0, 0, 0, 0, 1, 0);
        bool whole = missing[i].folder[0] == '.';
        snprintf(from, sizeof from, whole ? "%s" : "%s/%s", spool_path, missing[i].folder);
        snprintf(to, sizeof to, "%s.away", spool_path);
        assert_int_equal(rename(from, to), 0);
        snprintf(expected, sizeof expected, "cannot read %s%s", spool_path, missing[i].error);
        for (int again = 0; again < 3; again++) {
            CHECK_INT(missing[i].name,
                      scanner_scan(scanner, spool_path, false, &counts, error, sizeof error),
                      ENOENT);
            CHECK_STRING(missing[i].name, error, expected);
            CHECK_INT(missing[i].name, counts.messages[0], 77);
        }
        assert_int_equal(rename(to, from), 0);
        CHECK_COUNTS(missing[i].name, false, 0, 0, 0, 0, 1, 0);
        make_file("hold/3F2504E0B2", 0700);
        CHECK_COUNTS("hints work again", false, 0, 0, 0, 0, 2, 0);
        take_away("hold/3F2504E0B2");
    }
}

/* Another spool under the same path, as after a mount: found by the next scan at the latest. */
static void test_replaced(void **state) {
    (void)state;
    char away[128];
    make_file("hold/3F2504E0B1", 0700);
    CHECK_COUNTS("before", false, 0, 0, 0, 0, 1, 0);
    snprintf(away, sizeof away, "%s.away", spool_path);
    assert_int_equal(rename(spool_path, away), 0);
    assert_int_equal(mkdir(spool_path, 0700), 0);
    for (int q = 0; q < QUEUE_COUNT; q++) {
        make_folder(queue_name((enum queue)q));
    }
    CHECK("a hint", scanner_take_hints(scanner));
    CHECK_COUNTS("the new one", false, 0, 0, 0, 0, 0, 0);
    make_file("active/3F2504E0B2", 0700);
    CHECK_COUNTS("its hints", false, 0, 0, 1, 0, 0, 0);
    assert_int_equal(remove_tree(away), 0);
    CHECK_COUNTS("the old one's end", false, 0, 0, 1, 0, 0, 0);
}

/* More events than inotify keeps: everything is counted anew. */
static void test_overflow(void **state) {
    (void)state;
    unsigned long most = 16384;
    FILE *limit = fopen("/proc/sys/fs/inotify/max_queued_events", "re");
    if (limit != NULL) {
        char text[32] = "";
        if (fgets(text, sizeof text, limit) != NULL) {
            most = strtoul(text, NULL, 10);
        }
        fclose(limit);
    }
    if (most > 100000) {
        SKIP("inotify keeps so many events here that it would take minutes");
    }
    scan("first", false);
    make_file("hold/3F2504E0B1", 0700);
    for (unsigned long i = 0; i < most / 2 + 10; i++) {
        move("hold/3F2504E0B1", "active/3F2504E0B1");
        move("active/3F2504E0B1", "hold/3F2504E0B1");
    }
    make_file("deferred/3F2504E0B2", 0700); /* its event is lost */
    CHECK("a hint", scanner_take_hints(scanner));
    CHECK_COUNTS("overflow", false, 0, 0, 0, 1, 1, 0);
}

static struct scan_counts check(const char *name, uint64_t rest_usec) {
    struct scan_counts counts = {.watching = false};
    char error[256] = "";
    if (scanner_check(scanner, spool_path, rest_usec, &counts, error, sizeof error) != 0) {
        fail_msg("case \"%s\": %s", name, error);
    }
    return counts;
}

static void empty_file(const char *path) {
    assert_int_equal(truncate(in_spool(path), 0), 0);
}

static void fill_file(const char *path) {
    int fd = open(in_spool(path), O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "C", 1), 1);
    close(fd);
}

static void hide_mode(const char *path) {
    assert_int_equal(chmod(in_spool(path), 0600), 0);
}

static void show_mode(const char *path) {
    assert_int_equal(chmod(in_spool(path), 0700), 0);
}

static void give_away(const char *path) {
    assert_int_equal(chown(in_spool(path), 12345, (gid_t)-1), 0);
}

static void give_back(const char *path) {
    assert_int_equal(chown(in_spool(path), geteuid(), (gid_t)-1), 0);
}

/* Ways in which a file of a queue is one that Postfix does not list, and back. */
static const struct {
    const char *name;
    void (*spoil)(const char *path);
    void (*mend)(const char *path);
    bool needs_root;
} spoilt[] = {
    {"an empty file", empty_file, fill_file, false},
    {"mode 0600", hide_mode, show_mode, false},
    {"another owner", give_away, give_back, true},
};

/* A check finds what does not count, and scans remember it until it counts again. */
static void test_check(void **state) {
    (void)state;
    static const char *const paths[] = {"active/3F2504E0B1", "deferred/3/3F2504E0B1",
                                        "hold/3F2504E0B1"};
    make_folder("deferred/3");
    make_file("hold/3F2504E0B2", 0700);
    make_file("corrupt/3F2504E0B3", 0600);
    for (size_t i = 0; i < COUNT_OF(spoilt) * COUNT_OF(paths); i++) {
        const char *name = spoilt[i / COUNT_OF(paths)].name;
        const char *path = paths[i % COUNT_OF(paths)];
        if (spoilt[i / COUNT_OF(paths)].needs_root && geteuid() != 0) {
            continue;
        }
        make_file(path, 0700);
        scan(name, false);
        spoilt[i / COUNT_OF(paths)].spoil(path);
        CHECK_INT(name, scanner_take_hints(scanner), i % COUNT_OF(paths) != 0);
        struct scan_counts counts = check(name, 0);
        CHECK_INT(name, counts.messages[QUEUE_ACTIVE] + counts.messages[QUEUE_DEFERRED], 0);
        CHECK_INT(name, counts.messages[QUEUE_HOLD], 1);
        CHECK_INT(name, counts.messages[QUEUE_CORRUPT], 1);
        CHECK_COUNTS(name, true, 0, 0, 0, 0, 1, 1);
        make_file("active/3F2504E0B4", 0700);
        CHECK_COUNTS(name, false, 0, 0, 1, 0, 1, 1);
        take_away("active/3F2504E0B4");
        spoilt[i / COUNT_OF(paths)].mend(path);
        counts = scan(name, true);
        CHECK_INT(name,
                  counts.messages[QUEUE_ACTIVE] + counts.messages[QUEUE_DEFERRED] +
                      counts.messages[QUEUE_HOLD],
                  2);
        take_away(path);
        CHECK_COUNTS(name, false, 0, 0, 0, 0, 1, 1);
    }
}

/* In the folders where files are looked at anyway no check is needed. */
static void test_check_incoming(void **state) {
    (void)state;
    make_file("incoming/3F2504E0B1", 0700);
    make_file("maildrop/3F2504E0B2", 0700);
    empty_file("incoming/3F2504E0B1");
    empty_file("maildrop/3F2504E0B2");
    CHECK_COUNTS("empty files", true, 1, 0, 0, 0, 0, 0);
}

static void test_resting(void **state) {
    (void)state;
    make_file("hold/3F2504E0B1", 0700);
    make_file("maildrop/3F2504E0B2", 0700);
    make_file("corrupt/3F2504E0B3", 0700);
    make_file("hold/3F2504E0B4", 0600);
    usleep(50000);
    CHECK_INT("they have rested", check("rested", 20000).resting, 2);
    CHECK_INT("for no day", check("not rested", UINT64_C(86400000000)).resting, 0);
    move("maildrop/3F2504E0B2", "active/3F2504E0B2");
    CHECK_INT("one has moved", check("moved", 20000).resting, 1);
}

/* While the scan runs a child moves, adds and removes messages: those that only move are there. */
static void test_while_moving(void **state) {
    (void)state;
    enum { STEADY = 200 };
    for (int i = 0; i < STEADY; i++) {
        char name[64];
        snprintf(name, sizeof name, "hold/5D%08X", (unsigned)i);
        make_file(name, 0700);
    }
    pid_t child = fork();
    if (child == 0) {
        for (unsigned i = 0;; i++) {
            char from[64];
            char to[64];
            snprintf(from, sizeof from, "incoming/6E%08X", i % 50);
            snprintf(to, sizeof to, "active/6E%08X", i % 50);
            int fd = open(in_spool(from), O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
            if (write(fd, "C", 1) != 1 || close(fd) < 0) {
                _exit(1);
            }
            if (rename(in_spool(from), in_spool(to)) < 0 || unlink(in_spool(to)) < 0) {
                _exit(1);
            }
        }
    }
    assert_true(child > 0);
    for (int i = 0; i < 300; i++) {
        struct scan_counts counts = scan("moving", i % 10 == 0);
        CHECK_INT("what rests", counts.messages[QUEUE_HOLD], STEADY);
        CHECK("one at a time",
              counts.messages[QUEUE_INCOMING] + counts.messages[QUEUE_ACTIVE] <= 2);
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    CHECK_COUNTS("the same from hints and from a full scan", false,
                 scan("full", true).messages[QUEUE_MAILDROP],
                 scan("full", true).messages[QUEUE_INCOMING],
                 scan("full", true).messages[QUEUE_ACTIVE], 0, STEADY, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_entries),
        TEST(test_links_do_not_count),
        TEST(test_hash_folders),
        TEST(test_deep_folders),
        TEST(test_many_folders),
        TEST(test_changes),
        TEST(test_irrelevant_changes),
        TEST(test_no_corrupt),
        TEST(test_missing),
        TEST(test_replaced),
        TEST(test_overflow),
        TEST(test_while_moving),
        TEST(test_check),
        TEST(test_check_incoming),
        TEST(test_resting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What can be wrong with a database: it is said with what to do, nothing crashes or waits, what was
 * only told is written when it is right again.
 */
#include "store_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <stdatomic.h>

#define NOBODY 65534

static int setup(void **state) {
    static struct fixture fixture;
    fixture_init(&fixture);
    *state = &fixture;
    return 0;
}

/* These take the place of the C library's for SQLite too. A test that measures how long the disk
 * takes makes it instant, so that a busy machine does not decide the result. */
static atomic_bool disk_hangs, disk_instant;

int fsync(int fd) {
    while (atomic_load(&disk_hangs)) {
        usleep(1000);
    }
    return atomic_load(&disk_instant) ? 0 : (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd) {
    return fsync(fd);
}

/* Also after a failed assertion: a disk that went on hanging would hold up every later test. */
static int teardown(void **state) {
    atomic_store(&disk_hangs, false);
    atomic_store(&disk_instant, false);
    fixture_deinit(*state);
    return 0;
}

static void start_good(struct fixture *fixture) {
    fixture_start(fixture);
    assert_int_equal(fixture->loaded.error, 0);
}

static void add_event(struct fixture *fixture, uint32_t serial, struct answer *answer) {
    struct event event = {.serial = serial,
                          .type = EVENT_AGENT_STARTED,
                          .notified = NOTIFIED_PENDING,
                          .time = time(NULL)};
    store_event_add(fixture->store, &event, on_done, answer);
}

/* Tries to journal an action with ids of so many octets. */
static int try_action(struct fixture *fixture, uint32_t id, size_t octets) {
    struct answer answer = {.count = 0};
    struct action *action =
        action_new(&(struct action_key){.owner = "ops", .command = COMMAND_HOLD, .id = id});
    free(action->request.queue_ids);
    action->request.queue_ids = calloc(1, octets + 1);
    memset(action->request.queue_ids, 'A', octets);
    store_actions_add(fixture->store, &action, 1, on_added, &answer);
    fixture_wait(fixture, &answer.count, 1);
    assert_true((answer.error == 0) == (answer.serial_count == 1));
    assert_true((answer.error == 0) == (answer.text[0] == '\0'));
    action_free(action);
    return answer.error;
}

static void write_file(const char *path, const char *octets, size_t len) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, octets, len), len);
    close(fd);
}

static void remove_one(const struct fixture *fixture, const char *suffix) {
    char name[128];
    snprintf(name, sizeof name, "%s%s", fixture->path, suffix);
    assert_int_equal(unlink(name), 0);
}

static void no_folder(struct fixture *fixture) {
    assert_int_equal(rmdir(fixture->dir), 0);
}

static void make_folder(struct fixture *fixture) {
    assert_int_equal(mkdir(fixture->dir, 0700), 0);
}

static void a_folder(struct fixture *fixture) {
    assert_int_equal(mkdir(fixture->path, 0700), 0);
}

static void remove_folder(struct fixture *fixture) {
    assert_int_equal(rmdir(fixture->path), 0);
}

static void a_fifo(struct fixture *fixture) {
    assert_int_equal(mkfifo(fixture->path, 0600), 0);
}

static void remove_file(struct fixture *fixture) {
    remove_one(fixture, "");
}

static void garbage(struct fixture *fixture) {
    static char octets[8192];
    memset(octets, 'x', sizeof octets);
    write_file(fixture->path, octets, sizeof octets);
}

static void other_program(struct fixture *fixture) {
    char out[1024];
    write_file(fixture->path, "", 0);
    fixture_sql(fixture, "CREATE TABLE cookies (id)", out);
}

static char present_version[32];
static void newer(struct fixture *fixture) {
    char out[1024];
    start_good(fixture);
    fixture_stop(fixture);
    snprintf(present_version, 32, "%.30s", fixture_sql(fixture, "PRAGMA user_version", out));
    fixture_sql(fixture, "PRAGMA user_version = 99", out);
}

static void downgrade(struct fixture *fixture) {
    char out[1024];
    char sql[64];
    snprintf(sql, sizeof sql, "PRAGMA user_version = %s", present_version);
    fixture_sql(fixture, sql, out);
}

/* Root is above permissions; the process becomes another user for these. */
static void unwritable_folder(struct fixture *fixture) {
    assert_int_equal(chmod(fixture->dir, 0555), 0);
    assert_int_equal(seteuid(NOBODY), 0);
}

/* As root in another process: in this one the worker, which goes on trying, would be root too, and
 * leave files that are root's. */
static void give_away(const char *path, mode_t mode) {
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        _exit(seteuid(0) != 0 || chown(path, NOBODY, NOBODY) != 0 || chmod(path, mode) != 0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void writable_folder(struct fixture *fixture) {
    give_away(fixture->dir, 0700);
}

static void unwritable_file(struct fixture *fixture) {
    start_good(fixture);
    fixture_stop(fixture);
    assert_int_equal(chmod(fixture->dir, 0777), 0);
    assert_int_equal(seteuid(NOBODY), 0);
}

static void writable_file(struct fixture *fixture) {
    char name[128];
    snprintf(name, sizeof name, "%s.lock", fixture->path);
    give_away(fixture->path, 0600);
    give_away(name, 0600);
}

static const struct {
    const char *name;
    void (*spoil)(struct fixture *);
    void (*repair)(struct fixture *);
    int error;
    const char *says;
    bool as_nobody;
} bad_files[] = {
    {"no folder", no_folder, make_folder, -ENOENT, "make the directory", false},
    {"a folder", a_folder, remove_folder, -EISDIR, "is a directory", false},
    {"a fifo", a_fifo, remove_file, -EBADMSG, "is not a database", false},
    {"garbage", garbage, remove_file, -EBADMSG, "is not a database", false},
    {"another program's", other_program, remove_file, -EBADMSG, "is not a database of hermes",
     false},
    {"a newer version's", newer, downgrade, -EPROTONOSUPPORT, "newer version", false},
    {"folder not writable", unwritable_folder, writable_folder, -EACCES, "permission denied", true},
    {"file not writable", unwritable_file, writable_file, -EACCES, "permission denied", true},
};

static void check_bad_file(struct fixture *fixture, size_t i) {
    const char *name = bad_files[i].name;
    struct answer event = {.count = 0};
    time_t before = time(NULL);
    bad_files[i].spoil(fixture);
    fixture_start(fixture);
    CHECK_INT(name, fixture->loaded.error, bad_files[i].error);
    CHECK(name, strstr(fixture->loaded.text, bad_files[i].says) != NULL);
    CHECK(name, strstr(fixture->loaded.text, fixture->path) != NULL);
    CHECK(name, !store_usable(fixture->store));
    CHECK_INT(name, fixture->image.action_count + fixture->image.event_count, 0);
    uint32_t serial = fixture->image.event_serial + 1;
    CHECK(name, serial > (uint32_t)before);
    add_event(fixture, serial, &event);
    CHECK_INT(name, try_action(fixture, 1, 6), bad_files[i].error);
    CHECK_INT(name, event.count, 0);
    bad_files[i].repair(fixture);
    fixture_wait(fixture, &fixture->loaded.count, 2);
    CHECK_INT(name, fixture->loaded.error, 0);
    CHECK(name, store_usable(fixture->store));
    CHECK_INT(name, try_action(fixture, 1, 6), 0);
    fixture_expect(fixture, &event, 0);
    fixture_restart(fixture);
    CHECK_INT(name, fixture->image.action_count, 1);
    CHECK_INT(name, fixture->image.event_count, 1);
    CHECK_INT(name, fixture->image.event_serial, serial);
}

static void test_bad_files(void **state) {
    struct fixture *fixture = *state;
    for (size_t i = 0; i < COUNT_OF(bad_files); i++) {
        if (bad_files[i].as_nobody && geteuid() != 0) {
            continue;
        }
        check_bad_file(fixture, i);
        fixture_deinit(fixture);
        if (bad_files[i].as_nobody) {
            assert_int_equal(seteuid(0), 0);
            unlink(fixture->path);
            rmdir(fixture->dir);
        }
        fixture_init(fixture);
    }
}

/* Actions fill what there is; then events and an action's end are told, and room is made. */
static void check_full(struct fixture *fixture, void (*make_room)(struct fixture *)) {
    struct answer ended = {.count = 0}, event = {.count = 0};
    struct action *action = fixture_add_action(fixture, 1);
    uint32_t id = 2;
    int error;
    while ((error = try_action(fixture, id, 30000)) == 0 && id < 1000) {
        id++;
    }
    fixture_wait(fixture, &fixture->usable.count, 1);
    assert_int_equal(error, -ENOSPC);
    assert_int_equal(fixture->usable.error, -ENOSPC);
    assert_non_null(strstr(fixture->usable.text, "no space left"));
    assert_false(store_usable(fixture->store));
    action->state = ACTION_DONE;
    action->ended = time(NULL);
    for (int i = 0; i < 400; i++) {
        action_add_result(action, "4F0C21A3B5", OUTCOME_DONE,
                          "filling much more than one page of it");
    }
    store_action_results(fixture->store, action, 0);
    store_action_ended(fixture->store, action, 400, on_done, &ended);
    for (uint32_t serial = 1; serial <= 200; serial++) {
        add_event(fixture, serial, &event);
    }
    assert_int_equal(try_action(fixture, 9999, 6), -ENOSPC);
    make_room(fixture);
    fixture_wait(fixture, &event.count, 200);
    assert_int_equal(event.error, 0);
    fixture_expect(fixture, &ended, 0);
    while (!store_usable(fixture->store)) {
        fixture_wait(fixture, &fixture->usable.count, fixture->usable.count + 1);
    }
    assert_string_equal(fixture->usable.text, "");
    assert_int_equal(try_action(fixture, 9998, 30000), 0);
    fixture_restart(fixture);
    assert_int_equal(fixture->image.event_count, 200);
    assert_int_equal(fixture->image.event_serial, 200);
    assert_int_equal(fixture_action(fixture, 1)->state, ACTION_DONE);
    assert_int_equal(fixture_action(fixture, 1)->result_count, 400);
    assert_int_equal(fixture->image.action_count, id); /* 1 .. id - 1, and 9998 */
    assert_null(fixture_action(fixture, 9999));
    fixture_check_sql(fixture, "PRAGMA integrity_check", "ok");
    action_free(action);
}

static void limit_files(rlim_t octets) {
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = octets;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void lift_limit(struct fixture *fixture) {
    (void)fixture;
    limit_files(RLIM_INFINITY);
}

static void test_file_size_limit(void **state) {
    struct fixture *fixture = *state;
    start_good(fixture);
    limit_files(512 * 1024);
    check_full(fixture, lift_limit);
}

static void remove_ballast(struct fixture *fixture) {
    remove_one(fixture, "-ballast");
}

/* A real file system that is full, seen by this process only. */
static void test_full_file_system(void **state) {
    static char ballast[6 * 1024 * 1024];
    struct fixture *fixture = *state;
    char name[128];
    if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("tmpfs", fixture->dir, "tmpfs", MS_NOSUID, "size=8m") < 0) {
        SKIP("a file system cannot be mounted here");
    }
    snprintf(name, sizeof name, "%s-ballast", fixture->path);
    start_good(fixture);
    write_file(name, ballast, sizeof ballast);
    check_full(fixture, remove_ballast);
    fixture_stop(fixture);
    assert_int_equal(umount2(fixture->dir, MNT_DETACH), 0);
}

/* A process that locks the database as long as it is told to. */
struct holder {
    pid_t pid;
    int socket;
};

/* Before the store is started: a child of a process with one thread. */
static struct holder holder_start(struct fixture *fixture) {
    struct holder holder;
    int fds[2];
    char command;
    sqlite3 *db;
    start_good(fixture);
    fixture_stop(fixture);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    holder.pid = fork();
    assert_true(holder.pid >= 0);
    if (holder.pid == 0) {
        close(fds[0]);
        if (sqlite3_open_v2(fixture->path, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) {
            _exit(1);
        }
        sqlite3_busy_timeout(db, 10000);
        while (read(fds[1], &command, 1) == 1) {
            const char *sql = command == 'L' ? "BEGIN EXCLUSIVE" : "COMMIT";
            if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK || write(fds[1], "", 1) != 1) {
                _exit(1);
            }
        }
        sqlite3_close(db);
        _exit(0);
    }
    close(fds[1]);
    holder.socket = fds[0];
    return holder;
}

static void holder_do(const struct holder *holder, char command) {
    assert_int_equal(write(holder->socket, &command, 1), 1);
    assert_int_equal(read(holder->socket, &command, 1), 1);
}

static void holder_stop(struct holder *holder) {
    int status;
    close(holder->socket);
    waitpid(holder->pid, &status, 0);
    assert_int_equal(status, 0);
}

/* A lock of some hundred milliseconds delays, and no call waits for it. */
static void test_locked_shortly(void **state) {
    struct fixture *fixture = *state;
    struct holder holder = holder_start(fixture);
    struct answer event = {.count = 0}, added = {.count = 0};
    uint64_t longest = 0, total = 0;
    struct action *action =
        action_new(&(struct action_key){.owner = "", .command = COMMAND_HOLD, .id = 1});
    fixture->timing.patience = UINT64_C(30000000);
    start_good(fixture);
    holder_do(&holder, 'L');
    store_actions_add(fixture->store, &action, 1, on_added, &added);
    uint64_t end = store_now_usec() + 500000;
    uint32_t serial = 0;
    while (store_now_usec() < end) {
        uint64_t before = store_now_usec();
        if (serial < 2000) {
            add_event(fixture, ++serial, &event);
        }
        sd_event_run(fixture->event, 0);
        uint64_t took = store_now_usec() - before;
        longest = took > longest ? took : longest;
        total += serial < 2000 ? took : 0;
        usleep(200);
    }
    assert_int_equal(added.count + event.count, 0);
    assert_true(store_usable(fixture->store));
    print_message("while locked: %.1f us a call, longest %llu us\n", (double)total / serial,
                  (unsigned long long)longest);
    assert_true(total / serial < 10000);
    holder_do(&holder, 'U');
    fixture_wait(fixture, &event.count, (int)serial);
    fixture_expect(fixture, &added, 0);
    assert_int_equal(fixture->usable.count, 0);
    holder_stop(&holder);
    action_free(action);
}

/* A lock that stays is told of; asking fails then, and what was told is written after it. */
static void test_locked_long(void **state) {
    struct fixture *fixture = *state;
    struct holder holder = holder_start(fixture);
    struct answer event = {.count = 0};
    fixture->timing.patience = 300000;
    start_good(fixture);
    holder_do(&holder, 'L');
    add_event(fixture, 1, &event);
    assert_int_equal(try_action(fixture, 1, 6), -EBUSY);
    fixture_wait(fixture, &fixture->usable.count, 1);
    assert_int_equal(fixture->usable.error, -EBUSY);
    assert_non_null(strstr(fixture->usable.text, "locked by another program"));
    assert_int_equal(try_action(fixture, 2, 6), -EBUSY);
    holder_do(&holder, 'U');
    fixture_expect(fixture, &event, 0);
    fixture_wait(fixture, &fixture->usable.count, 2);
    assert_int_equal(fixture->usable.error, 0);
    assert_int_equal(try_action(fixture, 3, 6), 0);
    holder_stop(&holder);
}

/* Locked already at start, and for longer than there is patience. */
static void test_locked_at_start(void **state) {
    struct fixture *fixture = *state;
    struct holder holder = holder_start(fixture);
    fixture->timing.patience = 300000;
    holder_do(&holder, 'L');
    fixture_start(fixture);
    assert_int_equal(fixture->loaded.error, -EBUSY);
    holder_do(&holder, 'U');
    fixture_wait(fixture, &fixture->loaded.count, 2);
    assert_int_equal(fixture->loaded.error, 0);
    holder_stop(&holder);
}

static void check_bounds(struct store *store) {
    pthread_mutex_lock(&store->mutex);
    size_t tasks = store->tasks, octets = store->octets;
    pthread_mutex_unlock(&store->mutex);
    assert_true(tasks <= TASKS_MAX);
    assert_true(octets <= OCTETS_MAX);
}

/* More than there is room for: the oldest events go, and it is said; memory stays bounded. */
static void test_bounded(void **state) {
    struct fixture *fixture = *state;
    struct holder holder = holder_start(fixture);
    struct answer events = {.count = 0}, ended = {.count = 0};
    fixture->timing.patience = 300000;
    start_good(fixture);
    struct action *action = fixture_add_action(fixture, 1);
    holder_do(&holder, 'L');
    action->state = ACTION_DONE;
    store_action_ended(fixture->store, action, 0, on_done, &ended);
    for (uint32_t serial = 1; serial <= TASKS_MAX + 1000; serial++) {
        add_event(fixture, serial, &events);
    }
    fixture_wait(fixture, &events.count, 1000);
    assert_int_equal(events.error, -ENOBUFS);
    check_bounds(fixture->store);
    fixture_wait(fixture, &fixture->usable.count, 1);
    holder_do(&holder, 'U');
    fixture_wait(fixture, &events.count, TASKS_MAX + 1000);
    fixture_expect(fixture, &ended, 0);
    while (!store_usable(fixture->store)) {
        fixture_wait(fixture, &fixture->usable.count, fixture->usable.count + 1);
    }
    assert_non_null(strstr(fixture->usable.text, "writes, the oldest, are lost"));
    fixture_check_sql(fixture, "SELECT max(serial) FROM events", "9192");
    fixture_check_sql(fixture, "SELECT count(*) > 8000 FROM events", "1");
    fixture_check_sql(fixture, "SELECT state FROM actions", "done");
    holder_stop(&holder);
    action_free(action);
}

/* What asks fails when there is no room, and does not push out what tells. */
static void test_bounded_octets(void **state) {
    struct fixture *fixture = *state;
    struct holder holder = holder_start(fixture);
    struct answer answers = {.count = 0}, event = {.count = 0};
    fixture->timing.patience = UINT64_C(30000000);
    start_good(fixture);
    holder_do(&holder, 'L');
    add_event(fixture, 1, &event);
    struct action *action =
        action_new(&(struct action_key){.owner = "", .command = COMMAND_HOLD, .id = 1});
    free(action->request.queue_ids);
    action->request.queue_ids = calloc(1, ACTION_QUEUE_IDS_MAX + 1);
    memset(action->request.queue_ids, 'A', ACTION_QUEUE_IDS_MAX);
    for (int i = 0; i < 1000; i++) {
        store_actions_add(fixture->store, &action, 1, on_added, &answers);
    }
    fixture_wait(fixture, &answers.count, 1);
    assert_int_equal(answers.error, -ENOBUFS);
    check_bounds(fixture->store);
    holder_do(&holder, 'U');
    fixture_wait(fixture, &answers.count, 1000);
    fixture_expect(fixture, &event, 0);
    holder_stop(&holder);
    action_free(action);
}

/* A disk that does not answer keeps nobody but the worker, and is told of. */
static void test_disk_hangs(void **state) {
    struct fixture *fixture = *state;
    struct answer added = {.count = 0}, event = {.count = 0};
    struct action *action =
        action_new(&(struct action_key){.owner = "", .command = COMMAND_HOLD, .id = 1});
    fixture->timing.hang = 2000000;
    atomic_store(&disk_instant, true);
    start_good(fixture);
    assert_int_equal(try_action(fixture, 2, 6), 0);
    assert_true(store_usable(fixture->store));
    atomic_store(&disk_hangs, true);
    store_actions_add(fixture->store, &action, 1, on_added, &added);
    fixture_wait(fixture, &fixture->usable.count, 1);
    assert_int_equal(fixture->usable.error, -ETIMEDOUT);
    assert_non_null(strstr(fixture->usable.text, "does not answer"));
    assert_false(store_usable(fixture->store));
    add_event(fixture, 1, &event);
    assert_int_equal(added.count + event.count, 0);
    atomic_store(&disk_hangs, false);
    fixture_expect(fixture, &added, 0);
    fixture_expect(fixture, &event, 0);
    fixture_wait(fixture, &fixture->usable.count, 2);
    assert_int_equal(fixture->usable.error, 0);
    assert_true(store_usable(fixture->store));
    action_free(action);
}

static size_t threads(void) {
    char name[64];
    char line[256];
    size_t count = 0;
    snprintf(name, sizeof name, "/proc/%d/status", (int)getpid());
    FILE *stream = fopen(name, "re");
    assert_non_null(stream);
    while (fgets(line, sizeof line, stream) != NULL) {
        sscanf(line, "Threads: %zu", &count);
    }
    fclose(stream);
    return count;
}

/* A stop does not wait longer than asked; what hangs then ends by itself. */
static void test_stop_while_locked(void **state) {
    struct fixture *fixture = *state;
    struct holder holder = holder_start(fixture);
    struct answer event = {.count = 0};
    size_t before = threads();
    start_good(fixture);
    holder_do(&holder, 'L');
    add_event(fixture, 1, &event);
    uint64_t start = store_now_usec();
    store_free(fixture->store, 50000);
    fixture->store = NULL;
    uint64_t took = store_now_usec() - start;
    assert_true(took >= 50000 && took < 20000000);
    assert_int_equal(event.count, 0);
    holder_do(&holder, 'U');
    for (int i = 0; i < 3000 && threads() > before; i++) {
        usleep(10000);
    }
    assert_int_equal(threads(), before);
    holder_stop(&holder);
}

static void remove_files(struct fixture *fixture, bool file, bool log, bool index) {
    if (file) {
        remove_one(fixture, "");
    }
    if (log) {
        remove_one(fixture, "-wal");
    }
    if (index) {
        remove_one(fixture, "-shm");
    }
}

static const struct {
    const char *name;
    bool file, log, index;
} deletions[] = {
    {"the file", true, false, false},
    {"all three", true, true, true},
    {"the log", false, true, false},
    {"the file and the log", true, true, false},
};

/* A database that is deleted under the running process is there again with all that was in it. */
static void test_deleted(void **state) {
    struct fixture *fixture = *state;
    for (size_t i = 0; i < COUNT_OF(deletions); i++) {
        const char *name = deletions[i].name;
        struct stat found;
        start_good(fixture);
        action_free(fixture_add_action(fixture, 1));
        remove_files(fixture, deletions[i].file, deletions[i].log, deletions[i].index);
        CHECK_INT(name, try_action(fixture, 2, 6), 0);
        CHECK_INT(name, try_action(fixture, 3, 6), 0);
        CHECK_INT(name, stat(fixture->path, &found), 0);
        CHECK_INT(name, found.st_mode & 07777, 0600);
        fixture_check_sql(fixture, "SELECT group_concat(id) FROM actions", "1,2,3");
        fixture_restart(fixture);
        CHECK_INT(name, fixture->image.action_count, 3);
        fixture_check_sql(fixture, "PRAGMA integrity_check", "ok");
        fixture_deinit(fixture);
        fixture_init(fixture);
    }
}

static void test_folder_deleted(void **state) {
    struct fixture *fixture = *state;
    start_good(fixture);
    action_free(fixture_add_action(fixture, 1));
    remove_files(fixture, true, true, true);
    remove_one(fixture, ".lock");
    no_folder(fixture);
    assert_int_equal(try_action(fixture, 2, 6), -ENOENT);
    assert_false(store_usable(fixture->store));
    make_folder(fixture);
    fixture_wait(fixture, &fixture->usable.count, 2);
    assert_true(store_usable(fixture->store));
    assert_int_equal(try_action(fixture, 3, 6), 0);
    fixture_check_sql(fixture, "SELECT group_concat(id) FROM actions", "1,3");
}

/* A table that a person dropped: said, not a crash; right again when the table is. */
static void test_table_dropped(void **state) {
    struct fixture *fixture = *state;
    struct answer event = {.count = 0};
    char out[1024];
    start_good(fixture);
    fixture_sql(fixture, "ALTER TABLE events RENAME TO gone", out);
    add_event(fixture, 1, &event);
    fixture_wait(fixture, &fixture->usable.count, 1);
    assert_int_equal(fixture->usable.error, -EIO);
    assert_non_null(strstr(fixture->usable.text, "no such table"));
    fixture_sql(fixture, "ALTER TABLE gone RENAME TO events", out);
    fixture_expect(fixture, &event, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_bad_files, setup, teardown),
        cmocka_unit_test_setup_teardown(test_file_size_limit, setup, teardown),
        cmocka_unit_test_setup_teardown(test_locked_shortly, setup, teardown),
        cmocka_unit_test_setup_teardown(test_locked_long, setup, teardown),
        cmocka_unit_test_setup_teardown(test_locked_at_start, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bounded_octets, setup, teardown),
        cmocka_unit_test_setup_teardown(test_disk_hangs, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stop_while_locked, setup, teardown),
        cmocka_unit_test_setup_teardown(test_deleted, setup, teardown),
        cmocka_unit_test_setup_teardown(test_folder_deleted, setup, teardown),
        cmocka_unit_test_setup_teardown(test_table_dropped, setup, teardown),
        cmocka_unit_test_setup_teardown(test_full_file_system, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

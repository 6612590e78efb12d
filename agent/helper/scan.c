/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Owns the table of queue directories, with a watch and a count for each. A directory is dirty when
 * it is new or when inotify named it. A scan reads the dirty directories and adds up all of them.
 * The watch is set before the directory is read, so that a change in between makes it dirty again.
 * Messages move while a scan runs: passes are repeated, up to PASSES_MAX, and if directories are
 * dirty even then, each message counts once, in the directory where it was seen last
 * (helper/seen.h).
 *
 * `everything` means that hints cannot be relied on: at first, after an overflow, an error or a
 * lost watch, or when a directory was moved. The next scan then builds the table anew.
 */
#include "helper/scan.h"

#include "core/hash_set.h"
#include "core/queue_id.h"
#include "helper/folder_table.h"
#include "helper/seen.h"
#include "helper/spool.h"
#include "helper/watchable.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define DIRENT_BUFFER ((size_t)256 * 1024)
#define EVENT_BUFFER ((size_t)64 * 1024)
#define MODE_COMPLETE 0700

_Static_assert(sizeof "maildrop" + (size_t)2 * HASH_DEPTH_MAX <= FOLDER_PATH_SIZE,
               "paths are whole");

/* Files that appear while a pass runs are looked for this many times before the scan answers. */
#define PASSES_MAX 3

#define WATCH_SELF (IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
#define WATCH_FILES (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO)

/* Other changes to files. In incoming and maildrop the mode shows that a file is complete. In
 * deferred and hold only somebody outside Postfix changes files, which may then be listed in
 * another way or not at all. In active Postfix itself writes to files all the time. */
static const uint32_t watch_changes[QUEUE_COUNT] = {
    [QUEUE_MAILDROP] = IN_ATTRIB,
    [QUEUE_INCOMING] = IN_ATTRIB,
    [QUEUE_DEFERRED] = IN_ATTRIB | IN_MODIFY,
    [QUEUE_HOLD] = IN_ATTRIB | IN_MODIFY,
};

/* What getdents64(2) fills its buffer with. */
struct linux_dirent64 {
    uint64_t d_ino;
    int64_t d_off;
    unsigned short d_reclen;
    unsigned char d_type;
    char d_name[];
};

struct scanner {
    int inotify;
    int spool_watch;
    dev_t spool_device; /* and inode: the directory that was scanned last */
    ino_t spool_inode;
    bool everything; /* the next scan must be full */
    bool watching;
    struct folder_table table;
    char *entries; /* DIRENT_BUFFER */
    char *events;  /* EVENT_BUFFER */
    struct seen *seen;
    bool checking;
    struct timespec rested;   /* CLOCK_REALTIME: what was changed before then rests */
    struct hash_set unlisted; /* files that did not count when they were checked last */
};

struct scanner *scanner_new(void) {
    struct scanner *scanner = calloc(1, sizeof *scanner);
    if (scanner == NULL) {
        return NULL;
    }
    scanner->everything = true;
    scanner->spool_watch = -1;
    scanner->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    scanner->entries = malloc(DIRENT_BUFFER);
    scanner->events = malloc(EVENT_BUFFER);
    scanner->seen = seen_new();
    if (scanner->entries == NULL || scanner->events == NULL || scanner->seen == NULL) {
        scanner_free(scanner);
        return NULL;
    }
    return scanner;
}

void scanner_free(struct scanner *scanner) {
    if (scanner == NULL) {
        return;
    }
    if (scanner->inotify >= 0) {
        close(scanner->inotify);
    }
    folder_table_deinit(&scanner->table);
    free(scanner->entries);
    free(scanner->events);
    seen_free(scanner->seen);
    hash_set_deinit(&scanner->unlisted);
    free(scanner);
}

int scanner_fd(const struct scanner *scanner) {
    return scanner->inotify;
}

static bool is_hash_name(const char *name) {
    return name[0] != '\0' && name[0] != '.' && name[1] == '\0';
}

/* Watches what fd has open, which its path may no longer lead to. */
static int watch_fd(struct scanner *scanner, int fd, uint32_t mask) {
    char path[sizeof "/proc/self/fd/" + 3 * sizeof fd];
    if (scanner->inotify < 0 || !watchable(fd)) {
        return -1;
    }
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return inotify_add_watch(scanner->inotify, path, mask);
}

static bool needs_complete(enum queue queue) {
    return queue == QUEUE_MAILDROP || queue == QUEUE_INCOMING;
}

/* The same decision as showq(8) makes. */
static bool is_listed(const struct folder *folder, const struct stat *st) {
    if (folder->queue == QUEUE_CORRUPT) {
        return true;
    }
    return (st->st_mode & MODE_COMPLETE) == MODE_COMPLETE &&
           (folder->queue == QUEUE_MAILDROP || (st->st_uid == folder->owner && st->st_size > 0));
}

static bool is_before(const struct timespec *a, const struct timespec *b) {
    return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

/* True for a subdirectory. To be called only for an entry with the name of one. */
static bool is_folder(int fd, const struct linux_dirent64 *entry) {
    struct stat st;
    if (entry->d_type != DT_UNKNOWN) {
        return entry->d_type == DT_DIR;
    }
    return fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

/* True if a file's name and type do not show whether it counts. */
static inline bool must_look(const struct scanner *scanner, const struct folder *folder,
                             const struct linux_dirent64 *entry, size_t len) {
    return scanner->checking || needs_complete(folder->queue) ||
           (scanner->unlisted.used > 0 && hash_set_has(&scanner->unlisted, entry->d_name, len));
}

/* Looks at a file. True if it counts. */
static bool is_message(struct scanner *scanner, struct folder *folder, int fd,
                       const struct linux_dirent64 *entry, size_t len) {
    struct stat st;
    if ((entry->d_type != DT_REG && entry->d_type != DT_UNKNOWN) ||
        fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode)) {
        return false; /* not a file, or deleted since */
    }
    bool listed = !must_look(scanner, folder, entry, len) || is_listed(folder, &st);
    if (!listed && !needs_complete(folder->queue)) {
        hash_set_add(&scanner->unlisted, entry->d_name, len);
    }
    folder->resting +=
        listed && queue_is_listed(folder->queue) && is_before(&st.st_ctim, &scanner->rested);
    return listed;
}

/* Takes in one entry of directories[at]; a new hash subdirectory goes to the end of the table. */
static int take_entry(struct scanner *scanner, size_t at, int fd,
                      const struct linux_dirent64 *entry) {
    struct folder *folder = &scanner->table.folders[at];
    size_t len = strlen(entry->d_name);
    if (is_hash_name(entry->d_name) && folder->depth < HASH_DEPTH_MAX) {
        char path[FOLDER_PATH_SIZE];
        if (!is_folder(fd, entry)) {
            return 0;
        }
        snprintf(path, sizeof path, "%.*s/%c", (int)sizeof path - 3, folder->path,
                 entry->d_name[0]);
        if (!folder_table_has(&scanner->table, path) &&
            !folder_table_add(&scanner->table, folder->queue, folder->depth + 1, path)) {
            return ENOMEM;
        }
        return 0;
    }
    if (!queue_id_valid(entry->d_name, len)) {
        return 0;
    }
    if ((entry->d_type == DT_REG && !must_look(scanner, folder, entry, len)) ||
        is_message(scanner, folder, fd, entry, len)) {
        folder->messages++;
        seen_note(scanner->seen, entry->d_name, folder->queue);
    }
    return 0;
}

static int read_folder(struct scanner *scanner, size_t at, int fd) {
    for (;;) {
        long got = syscall(SYS_getdents64, fd, scanner->entries, DIRENT_BUFFER);
        if (got <= 0) {
            return got < 0 ? errno : 0;
        }
        for (long offset = 0; offset < got;) {
            const struct linux_dirent64 *entry = (const void *)(scanner->entries + offset);
            int error = take_entry(scanner, at, fd, entry);
            if (error != 0) {
                return error;
            }
            offset += entry->d_reclen;
        }
    }
}

/* Watches first and reads after that, so that no change in between is missed. */
static int scan_folder(struct scanner *scanner, int spool, size_t at) {
    struct folder *folder = &scanner->table.folders[at];
    int fd = openat(spool, folder->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return errno;
    }
    struct stat st;
    folder->owner = fstat(fd, &st) == 0 ? st.st_uid : 0;
    if (folder->watch < 0) {
        uint32_t changes = watch_changes[folder->queue];
        folder_table_watch(&scanner->table, at,
                           watch_fd(scanner, fd, WATCH_SELF | WATCH_FILES | changes));
        scanner->watching = scanner->watching && folder->watch >= 0;
    }
    folder_table_mark(&scanner->table, folder, false);
    folder->noted = true;
    folder->messages = folder->resting = 0;
    int error = read_folder(scanner, at, fd);
    close(fd);
    return error;
}

static int fail(struct scanner *scanner, int error, const char *spool, const char *folder,
                char *text, size_t size) {
    const char *advice = error == EACCES ? " (reading the queue directories needs root)" : "";
    scanner->everything = true;
    snprintf(text, size, "cannot read %s/%s: %s%s", spool, folder, strerror(error), advice);
    return error;
}

/* Scans what is dirty. A subdirectory that has vanished is no error: Postfix may remove one. */
static int scan_dirty(struct scanner *scanner, int fd, const char *spool, char *text, size_t size) {
    struct folder_table *table = &scanner->table;
    for (size_t i = 0; i < table->count && table->dirty > 0; i++) {
        if (!table->folders[i].dirty) {
            continue;
        }
        int error = scan_folder(scanner, fd, i);
        const struct folder *folder = &table->folders[i];
        if (error == ENOENT && (folder->depth > 0 || folder->queue == QUEUE_CORRUPT)) {
            folder_table_remove(table, i--);
            continue;
        }
        if (error != 0) {
            return fail(scanner, error, spool, folder->path, text, size);
        }
    }
    return 0;
}

static bool knows_watch(const struct scanner *scanner, int watch) {
    return watch == scanner->spool_watch || folder_table_watched(&scanner->table, watch) != NULL;
}

/* Ends the watches of directories that are no longer there under the path they were found by. */
static void forget_watches(struct scanner *scanner, const int *watches, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (watches[i] >= 0 && !knows_watch(scanner, watches[i])) {
            inotify_rm_watch(scanner->inotify, watches[i]);
        }
    }
}

static int scan_full(struct scanner *scanner, int fd, const char *spool, char *text, size_t size) {
    struct folder_table *table = &scanner->table;
    size_t old_count = table->count + 1;
    int *old = malloc(old_count * sizeof *old);
    if (old == NULL) {
        return fail(scanner, ENOMEM, spool, "", text, size);
    }
    for (size_t i = 0; i < table->count; i++) {
        old[i] = table->folders[i].watch;
    }
    old[table->count] = scanner->spool_watch;

    folder_table_clear(table);
    scanner->spool_watch = watch_fd(scanner, fd, WATCH_SELF | IN_CREATE | IN_MOVED_TO);
    scanner->watching = scanner->spool_watch >= 0;
    int error = 0;
    for (int queue = 0; queue < QUEUE_COUNT && error == 0; queue++) {
        if (!folder_table_add(table, (enum queue)queue, 0, queue_name((enum queue)queue))) {
            error = fail(scanner, ENOMEM, spool, "", text, size);
        }
    }
    if (error == 0) {
        error = scan_dirty(scanner, fd, spool, text, size);
    }
    forget_watches(scanner, old, old_count);
    free(old);
    if (error == 0) {
        scanner->everything = !scanner->watching;
    }
    return error;
}

/* If directories kept changing, their counts do not add up: then each message counts once, where it
 * was seen last. */
static void sum_up(const struct scanner *scanner, struct scan_counts *counts) {
    bool by_id = scanner->table.dirty > 0 && seen_complete(scanner->seen);
    *counts = (struct scan_counts){
        .watching = scanner->watching, .hinted = counts->hinted, .moving = counts->moving};
    for (size_t i = 0; i < scanner->table.count; i++) {
        const struct folder *folder = &scanner->table.folders[i];
        counts->known[folder->queue] = true;
        counts->resting += folder->resting;
        if (!by_id || !folder->noted) {
            counts->messages[folder->queue] += folder->messages;
        }
    }
    for (int queue = 0; by_id && queue < QUEUE_COUNT; queue++) {
        counts->messages[queue] += seen_messages(scanner->seen, (enum queue)queue);
    }
}

/* What is known of one spool says nothing of another. */
static void note_spool(struct scanner *scanner, int fd) {
    struct stat st = {.st_ino = 0};
    if (fstat(fd, &st) < 0 || st.st_dev != scanner->spool_device ||
        st.st_ino != scanner->spool_inode) {
        scanner->everything = true;
        scanner->spool_device = st.st_dev;
        scanner->spool_inode = st.st_ino;
    }
}

int scanner_scan(struct scanner *scanner, const char *spool, bool full, struct scan_counts *counts,
                 char *error, size_t size) {
    int result = 0;
    int fd = open(spool, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return fail(scanner, errno, spool, "", error, size);
    }
    note_spool(scanner, fd);
    struct scan_counts sum = {.hinted = scanner_take_hints(scanner) || scanner->everything};
    seen_reset(scanner->seen);
    for (size_t i = 0; i < scanner->table.count; i++) {
        scanner->table.folders[i].noted = false;
    }
    if (full || scanner->everything) {
        result = scan_full(scanner, fd, spool, error, size);
    }
    for (int pass = 1; pass <= PASSES_MAX && result == 0; pass++) {
        if (scanner->table.dirty > 0) {
            result = scan_dirty(scanner, fd, spool, error, size);
        }
        sum.moving = scanner_take_hints(scanner) || sum.moving;
    }
    close(fd);
    if (result == 0) {
        sum_up(scanner, &sum);
        *counts = sum;
    }
    return result;
}

int scanner_check(struct scanner *scanner, const char *spool, uint64_t rest_usec,
                  struct scan_counts *counts, char *error, size_t size) {
    clock_gettime(CLOCK_REALTIME, &scanner->rested);
    scanner->rested.tv_sec -= (time_t)(rest_usec / 1000000);
    scanner->rested.tv_nsec -= (long)(rest_usec % 1000000) * 1000;
    if (scanner->rested.tv_nsec < 0) {
        scanner->rested.tv_sec--;
        scanner->rested.tv_nsec += 1000000000;
    }
    hash_set_clear(&scanner->unlisted);
    scanner->checking = true;
    int result = scanner_scan(scanner, spool, true, counts, error, size);
    scanner->checking = false;
    return result;
}

/* Events come in the order of what happened: a message that was moved on and removed after a
 * directory was read is nowhere, wherever it was seen. */
static void note_hint(struct scanner *scanner, const struct inotify_event *event,
                      enum queue queue) {
    if (hash_set_has(&scanner->unlisted, event->name, strlen(event->name))) {
        return;
    }
    if ((event->mask & IN_MOVED_TO) == 0) {
        if ((event->mask & IN_DELETE) != 0) {
            seen_removed(scanner->seen, event->name, queue);
        }
    } else if (needs_complete(queue)) {
        seen_moved(scanner->seen, event->name, queue); /* a new one may still be written to */
    } else {
        seen_note(scanner->seen, event->name, queue);
    }
}

static void take_hint(struct scanner *scanner, const struct inotify_event *event) {
    if ((event->mask & (IN_Q_OVERFLOW | IN_UNMOUNT | IN_DELETE_SELF | IN_MOVE_SELF)) != 0 ||
        (event->wd == scanner->spool_watch && (event->mask & IN_IGNORED) == 0)) {
        scanner->everything = true;
        return;
    }
    if (event->len == 0 ||
        (!is_hash_name(event->name) && !queue_id_valid(event->name, strlen(event->name)))) {
        return;
    }
    struct folder *folder = folder_table_watched(&scanner->table, event->wd);
    if (folder != NULL) {
        folder_table_mark(&scanner->table, folder, true);
        note_hint(scanner, event, folder->queue);
    }
}

bool scanner_take_hints(struct scanner *scanner) {
    while (scanner->inotify >= 0) {
        ssize_t got = read(scanner->inotify, scanner->events, EVENT_BUFFER);
        if (got <= 0) {
            break;
        }
        for (ssize_t offset = 0; offset < got;) {
            const struct inotify_event *event = (const void *)(scanner->events + offset);
            take_hint(scanner, event);
            offset += (ssize_t)sizeof *event + event->len;
        }
    }
    return (scanner->everything && scanner->watching) || scanner->table.dirty > 0;
}

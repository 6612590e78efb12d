/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The loop looks at the file every MAIL_LOG_POLL_MS. There is no inotify(7) here: it sees nothing
 * of a file on a network or in a FUSE file system, and a busy log is read in larger parts without
 * it.
 */
#include "helper/mail_log_file.h"

#include "core/time_units.h"
#include "os/clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How long a log may be missing while it is rotated. */
#define MISSING_USEC (5 * USEC_PER_SEC)

struct follower {
    struct mail_log_output *output;
    const char *path;
    int fd;                        /* -1 = none */
    struct mail_log_position at;   /* .source is MAIL_LOG_NOWHERE until the file was open once */
    struct mail_log_buffer buffer; /* what follows at.offset */
    struct stat seen;              /* of the file, before it was read last */
    bool backlog;                  /* what was written before this process began is read */
    bool replaced;                 /* another file with something in it has the path now */
    bool unreadable;               /* as reported */
    bool missed;                   /* a file was let go that may still be written to */
    uint64_t missing_usec;         /* since when there is no such file, 0 = there is */
    int64_t began_wall;
};

/* The hash of what stands before an offset. Returns 0 if it cannot be read. */
static uint64_t mark_at(int fd, uint64_t offset) {
    char octets[MAIL_LOG_MARK_OCTETS];
    size_t wanted = offset < sizeof octets ? (size_t)offset : sizeof octets;
    ssize_t got = pread(fd, octets, wanted, (off_t)(offset - wanted));
    return got == (ssize_t)wanted ? mail_log_hash(octets, wanted) : 0;
}

static bool is_marked(int fd, const struct mail_log_position *position) {
    return mark_at(fd, position->offset) == position->mark;
}

/* Opens a log. Returns the descriptor with *st, or a negative errno value; -EMEDIUMTYPE if it is no
 * regular file. */
static int open_log(int folder, const char *path, struct stat *st) {
    *st = (struct stat){.st_size = 0};
    int fd = openat(folder, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
    if (fd < 0) {
        return -errno;
    }
    int error = fstat(fd, st) < 0 ? errno : 0;
    if (error == 0 && !S_ISREG(st->st_mode)) {
        error = EMEDIUMTYPE;
    }
    if (error != 0) {
        close(fd);
        return -error;
    }
    return fd;
}

static const char *explain(int error) {
    if (error == ELOOP) {
        return "it is a symbolic link; set mail_log to the file itself";
    }
    return error == EMEDIUMTYPE ? "it is not a regular file" : strerror(error);
}

static void report_error(struct follower *follower, int error) {
    if (!follower->unreadable) {
        mail_log_write_error(follower->output, &follower->at, "%.180s: %s", follower->path,
                             explain(error));
    }
    follower->unreadable = true;
}

static void let_go(struct follower *follower) {
    close(follower->fd);
    follower->fd = -1;
    follower->buffer.held = 0;
    follower->buffer.skipping = false;
    follower->replaced = false;
}

/* Goes to a place in a file that is open now. */
static void go_to(struct follower *follower, int fd, const struct stat *st, uint64_t offset) {
    follower->fd = fd;
    follower->seen = (struct stat){.st_size = -1};
    follower->buffer.held = 0;
    follower->buffer.skipping = false;
    follower->at =
        (struct mail_log_position){.source = MAIL_LOG_FILE,
                                   .path = mail_log_hash(follower->path, strlen(follower->path)),
                                   .device = st->st_dev,
                                   .inode = st->st_ino,
                                   .offset = offset,
                                   .mark = mark_at(fd, offset)};
}

/* The end of the log is in the middle of a line while one is being written. */
static void go_to_end(struct follower *follower, int fd, const struct stat *st) {
    uint64_t end = st->st_size > 0 ? (uint64_t)st->st_size : 0;
    char last = '\n';
    if (end > 0 && pread(fd, &last, 1, (off_t)(end - 1)) != 1) {
        last = '\n';
    }
    go_to(follower, fd, st, end);
    follower->buffer.skipping = last != '\n';
}

/* Whether a file was made after this process began; false where the file system does not say. */
static bool is_new(const struct follower *follower, int fd) {
    struct statx stx;
    return statx(fd, "", AT_EMPTY_PATH, STATX_BTIME, &stx) == 0 &&
           (stx.stx_mask & STATX_BTIME) != 0 && stx.stx_btime.tv_sec >= follower->began_wall;
}

static void begin(struct follower *follower, bool resumed) {
    follower->unreadable = follower->missed = false;
    follower->missing_usec = 0;
    mail_log_write_begin(follower->output, &follower->at, resumed);
}

/* Whether a file has what was read last just before where it is to go on. */
static bool continues(const struct follower *follower, int fd, const struct stat *st) {
    return follower->at.offset > 0 && (uint64_t)st->st_size >= follower->at.offset &&
           is_marked(fd, &follower->at);
}

/* Opens the log if it can be opened. */
static void find_log(struct follower *follower) {
    struct stat st;
    int fd = open_log(AT_FDCWD, follower->path, &st);
    if (fd < 0) {
        report_error(follower, -fd);
        return;
    }
    if (follower->at.source == MAIL_LOG_NOWHERE) {
        /* Never read before: what it has from before is not counted. */
        bool new_file = follower->unreadable && is_new(follower, fd);
        if (new_file) {
            go_to(follower, fd, &st, 0);
        } else {
            go_to_end(follower, fd, &st);
        }
        begin(follower, new_file);
        return;
    }
    bool same = continues(follower, fd, &st);
    go_to(follower, fd, &st, same ? follower->at.offset : 0);
    begin(follower, same || !follower->missed);
}

/* The file that a position names, under another name of the same log. Returns a descriptor or -1.
 */
static int find_renamed(const struct follower *follower, const struct mail_log_position *from,
                        struct stat *st) {
    char folder_path[PATH_MAX];
    snprintf(folder_path, sizeof folder_path, "%s", follower->path);
    char *slash = strrchr(folder_path, '/');
    const char *name = follower->path + (slash - folder_path) + 1;
    size_t len = strlen(name);
    slash[slash == folder_path ? 1 : 0] = '\0';
    DIR *folder = opendir(folder_path);
    int found = -1;
    for (const struct dirent *entry = NULL;
         folder != NULL && found < 0 && (entry = readdir(folder)) != NULL;) {
        if (entry->d_ino != from->inode || strncmp(entry->d_name, name, len) != 0) {
            continue;
        }
        found = open_log(dirfd(folder), entry->d_name, st);
        if (found >= 0 && (st->st_ino != from->inode || st->st_dev != from->device ||
                           (uint64_t)st->st_size < from->offset || !is_marked(found, from))) {
            close(found);
            found = -1;
        }
    }
    if (folder != NULL) {
        closedir(folder);
    }
    return found;
}

/* Goes on where another process was. What is between is old, but complete, unless that file is
 * gone. */
static void resume(struct follower *follower, const struct mail_log_position *from) {
    struct stat st;
    int fd = open_log(AT_FDCWD, follower->path, &st);
    follower->at = *from;
    follower->backlog = true;
    if (fd >= 0 && (from->offset == 0 ? st.st_ino == from->inode && st.st_dev == from->device
                                      : continues(follower, fd, &st))) {
        go_to(follower, fd, &st, from->offset);
        begin(follower, true);
        return;
    }
    struct stat renamed_st;
    int renamed = find_renamed(follower, from, &renamed_st);
    if (renamed >= 0) {
        if (fd >= 0) {
            close(fd);
        }
        go_to(follower, renamed, &renamed_st, from->offset);
        begin(follower, true);
    } else if (fd >= 0) {
        go_to(follower, fd, &st, 0);
        begin(follower, false);
    } else {
        report_error(follower, -fd);
    }
}

/* Reads on. Returns whether there was anything. */
static bool read_on(struct follower *follower) {
    struct mail_log_buffer *buffer = &follower->buffer;
    ssize_t got =
        pread(follower->fd, buffer->data + buffer->held, sizeof buffer->data - buffer->held,
              (off_t)(follower->at.offset + buffer->held));
    if (got < 0 && errno != EINTR && errno != EAGAIN) {
        report_error(follower, errno);
        let_go(follower);
    }
    if (got <= 0) {
        return false;
    }
    size_t drop;
    size_t lines;
    buffer->held += (size_t)got;
    mail_log_split(buffer, follower->output, &drop, &lines);
    if (drop + lines == 0) {
        return true;
    }
    follower->at.offset += drop + lines;
    follower->at.mark = mark_at(follower->fd, follower->at.offset);
    if (lines > 0) {
        const struct mail_log_record record = {.type = MAIL_LOG_LINES,
                                               .length = (uint32_t)lines,
                                               .flags = follower->backlog ? MAIL_LOG_BACKLOG : 0,
                                               .position = follower->at};
        mail_log_write(follower->output, &record, buffer->data + drop);
    }
    mail_log_consume(buffer, drop + lines);
    return true;
}

/* Whether a file is as it was before it was read last. */
static bool is_unchanged(const struct stat *was, const struct stat *is) {
    return is->st_size == was->st_size && is->st_mtim.tv_sec == was->st_mtim.tv_sec &&
           is->st_mtim.tv_nsec == was->st_mtim.tv_nsec;
}

/* Notices a file that was truncated or overwritten. */
static void check_contents(struct follower *follower, const struct stat *st) {
    if ((uint64_t)st->st_size < follower->at.offset + follower->buffer.held ||
        !is_marked(follower->fd, &follower->at)) {
        go_to(follower, follower->fd, st, 0);
    }
}

/* At the end of the file: has it been replaced? One more reading follows before it is let go, for
 * what was written to it until then. */
static void check_path(struct follower *follower, const struct stat *st) {
    struct stat other;
    bool there = fstatat(AT_FDCWD, follower->path, &other, AT_SYMLINK_NOFOLLOW) == 0;
    uint64_t now = clock_usec();
    if (there) {
        follower->missing_usec = 0;
        bool same = other.st_ino == st->st_ino && other.st_dev == st->st_dev;
        if (follower->replaced && !same) {
            let_go(follower);
            find_log(follower);
            return;
        }
        follower->replaced = !same && other.st_size > 0;
    } else if (errno != ENOENT || st->st_nlink == 0) {
        /* While it has another name it is only being rotated. */
        int error = errno;
        follower->missing_usec = follower->missing_usec != 0 ? follower->missing_usec : now;
        if (now - follower->missing_usec >= MISSING_USEC) {
            report_error(follower, error);
            let_go(follower);
            follower->missed = true;
        }
    }
}

static void look(struct follower *follower) {
    struct stat st;
    if (fstat(follower->fd, &st) < 0) {
        report_error(follower, errno);
        let_go(follower);
        return;
    }
    if (!is_unchanged(&follower->seen, &st)) {
        check_contents(follower, &st);
        follower->seen = st;
        while (follower->fd >= 0 && read_on(follower)) {
        }
    }
    follower->backlog = false;
    if (follower->fd >= 0) {
        check_path(follower, &st);
    }
}

_Noreturn void mail_log_follow_file(struct mail_log_output *output,
                                    const struct mail_log_position *from) {
    struct follower *follower = calloc(1, sizeof *follower);
    if (follower == NULL) {
        _exit(1);
    }
    const char *path = output->place->path;
    *follower =
        (struct follower){.output = output, .path = path, .fd = -1, .began_wall = clock_wall()};
    if (from->source == MAIL_LOG_FILE && from->path == mail_log_hash(path, strlen(path))) {
        resume(follower, from);
    }
    for (;;) {
        if (follower->fd < 0) {
            find_log(follower);
        }
        if (follower->fd >= 0) {
            look(follower);
        }
        mail_log_rest(output, &follower->at, -1);
    }
}

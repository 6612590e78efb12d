/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * clone_queue SPOOL TOTAL: fills Postfix's deferred queue up to TOTAL messages with copies of the
 * ones that are in it. Each copy is a file as Postfix would have made it: named by microseconds
 * and its own inode (short queue IDs, src/global/mail_queue.h), in the hash subfolder of that name,
 * of the same owner, mode and next retry, with its log of reasons in defer. Postfix must be idle
 * meanwhile.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define USEC_RANGE 1000000U
#define USEC_STEP 7919U /* prime to the range: names spread over all subfolders */
#define ID_SIZE 33
#define PATH_SIZE 64

struct content {
    char *data;
    size_t len;
    struct stat st;
};

struct seed {
    struct content message, reasons;
};

static struct seed *seeds;
static size_t seed_count, seed_capacity;

static void die(const char *what) {
    fprintf(stderr, "clone_queue: %s: %s\n", what, strerror(errno));
    exit(1);
}

static struct content read_content(int folder, const char *path) {
    struct content content = {0};
    int fd = openat(folder, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &content.st) < 0) {
        die(path);
    }
    content.len = (size_t)content.st.st_size;
    content.data = malloc(content.len + 1);
    if (content.data == NULL || read(fd, content.data, content.len) != (ssize_t)content.len) {
        die(path);
    }
    close(fd);
    return content;
}

static void add_seed(int spool, char hash, const char *id) {
    char path[PATH_SIZE];
    if (seed_count == seed_capacity) {
        seed_capacity = seed_capacity == 0 ? 1024 : 2 * seed_capacity;
        seeds = realloc(seeds, seed_capacity * sizeof *seeds);
        if (seeds == NULL) {
            die("seeds");
        }
    }
    struct seed *seed = &seeds[seed_count++];
    snprintf(path, sizeof path, "deferred/%c/%s", hash, id);
    seed->message = read_content(spool, path);
    snprintf(path, sizeof path, "defer/%c/%s", hash, id);
    seed->reasons = read_content(spool, path);
}

static void read_seeds(int spool) {
    for (const char *hash = "0123456789ABCDEF"; *hash != '\0'; hash++) {
        char path[PATH_SIZE];
        snprintf(path, sizeof path, "deferred/%c", *hash);
        int fd = openat(spool, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *folder = fd < 0 ? NULL : fdopendir(fd);
        for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
            if (entry->d_name[0] != '.' && strlen(entry->d_name) < ID_SIZE) {
                add_seed(spool, *hash, entry->d_name);
            }
        }
        if (folder != NULL) {
            closedir(folder);
        }
    }
}

/* Makes the subfolder when it is not there yet: Postfix makes them when first needed. */
static void make_subfolder(int spool, const char *queue, char hash, const struct stat *owner) {
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/%c", queue, hash);
    if (mkdirat(spool, path, 0700) == 0 &&
        fchownat(spool, path, owner->st_uid, owner->st_gid, 0) < 0) {
        die(path);
    }
}

/* Writes a copy of content under path, and returns its inode. */
static ino_t write_copy(int spool, const char *path, const struct content *content) {
    struct stat st;
    const struct timespec times[2] = {content->st.st_atim, content->st.st_mtim};
    int fd = openat(spool, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, content->data, content->len) != (ssize_t)content->len ||
        fchown(fd, content->st.st_uid, content->st.st_gid) < 0 ||
        fchmod(fd, content->st.st_mode & 07777) < 0 || futimens(fd, times) < 0 ||
        fstat(fd, &st) < 0) {
        die(path);
    }
    close(fd);
    return st.st_ino;
}

static void clone(int spool, const struct seed *seed, unsigned usec) {
    char digits[6];
    char temporary[PATH_SIZE], path[PATH_SIZE];
    snprintf(digits, sizeof digits, "%05X", usec);
    make_subfolder(spool, "deferred", digits[0], &seed->message.st);
    make_subfolder(spool, "defer", digits[0], &seed->message.st);
    snprintf(temporary, sizeof temporary, "deferred/%c/%u.%d", digits[0], usec, (int)getpid());
    unsigned long inode = (unsigned long)write_copy(spool, temporary, &seed->message);
    snprintf(path, sizeof path, "defer/%c/%s%lX", digits[0], digits, inode);
    write_copy(spool, path, &seed->reasons);
    snprintf(path, sizeof path, "deferred/%c/%s%lX", digits[0], digits, inode);
    if (renameat(spool, temporary, spool, path) < 0) {
        die(path);
    }
}

int main(int argc, char **argv) {
    char *end;
    unsigned long total = argc == 3 ? strtoul(argv[2], &end, 10) : 0;
    if (total == 0 || *end != '\0') {
        fprintf(stderr, "usage: clone_queue SPOOL TOTAL\n");
        return 2;
    }
    int spool = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (spool < 0) {
        die(argv[1]);
    }
    read_seeds(spool);
    if (seed_count == 0) {
        fprintf(stderr, "clone_queue: %s/deferred has no message to copy\n", argv[1]);
        return 1;
    }
    unsigned usec = 0;
    for (unsigned long made = seed_count; made < total; made++) {
        usec = (usec + USEC_STEP) % USEC_RANGE;
        clone(spool, &seeds[made % seed_count], usec);
    }
    return 0;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * FILE.lock beside the database: one running agent owns a database. The lock (flock) ends with the
 * process, however that ends; the file itself remains. Its text names the holder, and records what
 * must be known about the database before SQLite opens it and what a copy that replaces the
 * database cannot know:
 *
 *     pid 4711
 *     file 2049 131 1700000000123456789    device, inode and birth of the database
 *     log 2049 132 1700000000987654321     the same of its write-ahead log
 *     events 20012                         the last event serial reserved
 *     started 57                           the serial of the last action that was started
 *
 * The text may be older than the database after a crash of the machine, never newer.
 */
#ifndef HMQ_IO_STORE_LOCK_H
#define HMQ_IO_STORE_LOCK_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The identity of a file. The inode number is not enough, because some file systems reuse it at
 * once. All 0 = no file, or unknown. */
struct store_file_id {
    uint64_t device, inode;
    int64_t born_ns; /* 0 if the file system does not record it */
};

struct store_lock {
    bool held;
    int fd;              /* valid while held */
    char path[PATH_MAX]; /* of the database, with links resolved; "" until the lock is first
                            requested */
    struct store_file_id file, log;
    uint32_t events;
    uint64_t started;
};

/*
 * Takes the lock of the database at path, which must exist, and reads what the last holder
 * recorded. Symbolic links are followed, so that a database has one lock whatever its name. Does
 * nothing if the lock is already held and its file is still the same. Returns 0, -EWOULDBLOCK if
 * another process has the lock (*holder is its PID, 0 = unknown), or another negative errno value.
 */
int store_lock_take(struct store_lock *lock, const char *path, pid_t *holder);

/* Writes the records. If the disk is full they are lost, and with them only the protection that
 * they give. */
void store_lock_note(struct store_lock *lock);

/* Releases the lock, if it is held. */
void store_lock_release(struct store_lock *lock);

/* The identity of the file path + suffix. */
struct store_file_id store_file_id(const char *path, const char *suffix);
bool store_file_same(const struct store_file_id *a, const struct store_file_id *b);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * FILE.lock beside the database: one running agent owns a database. The lock (flock) lasts as long
 * as the process and ends with it, however it ends; the file itself stays. Its text names the
 * holder and notes what must be known about the database before SQLite opens it, or what a copy of
 * the database that is put in its place cannot know:
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

/* Which file a name stands for. An inode number alone is used again at once on some file systems.
 * All 0 = no file, or not known. */
struct store_file_id {
    uint64_t device, inode;
    int64_t born_ns; /* 0 where the file system does not keep it */
};

struct store_lock {
    bool held;
    int fd;              /* valid while held */
    char path[PATH_MAX]; /* of the database, links followed; "" until the lock was asked for */
    struct store_file_id file, log;
    uint32_t events;
    uint64_t started;
};

/*
 * Takes the lock of the database at path, which exists (symbolic links are followed, so that every
 * name of a database has one lock), and reads what the last holder noted. Nothing to do when it is
 * held already and still the file of that name.
 * Returns 0; -EWOULDBLOCK when another process has it (*holder: its pid, 0 = not known); or another
 * negative errno value.
 */
int store_lock_take(struct store_lock *lock, const char *path, pid_t *holder);

/* Writes the notes; a full disk loses them, which takes nothing but the protection they give. */
void store_lock_note(struct store_lock *lock);

/* Gives the lock up. Nothing when it is not held. */
void store_lock_release(struct store_lock *lock);

/* What the name path + suffix stands for. */
struct store_file_id store_file_id(const char *path, const char *suffix);
bool store_file_same(const struct store_file_id *a, const struct store_file_id *b);

#endif

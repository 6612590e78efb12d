/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The queue directories and hash subdirectories that a scan has found, to be looked up by path and
 * by inotify watch. hash_queue_depth 4 makes 69,905 of them below one queue, so no look-up may go
 * through all.
 */
#ifndef HMQ_HELPER_FOLDER_TABLE_H
#define HMQ_HELPER_FOLDER_TABLE_H

#include "core/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A queue's directory with HASH_DEPTH_MAX subdirectories of one character. */
#define FOLDER_PATH_SIZE 80

struct folder {
    enum queue queue;
    unsigned depth;
    char path[FOLDER_PATH_SIZE]; /* below the spool: "deferred/A" */
    int watch;                   /* inotify's number, -1 = none; set by folder_table_watch */
    uid_t owner;
    uint32_t messages;
    uint32_t resting; /* of a check */
    bool dirty;       /* set by folder_table_mark */
    bool noted;       /* its messages are in the scan's struct seen */
    uint32_t next_by_path, next_by_watch;
};

/* Zeroed before use; folder_table_deinit frees. */
struct folder_table {
    struct folder *folders;
    size_t count, capacity;       /* capacity: a power of two, and the buckets of each index */
    size_t dirty;                 /* directories that are */
    uint32_t *by_path, *by_watch; /* chains of positions + 1; 0 = the end */
};

/* Adds a directory at the end, dirty and without a watch. Returns false without memory, with the
 * table as it was. Pointers into the table end. */
bool folder_table_add(struct folder_table *table, enum queue queue, unsigned depth,
                      const char *path);

/* Takes out the directory at this position, which the last one takes. */
void folder_table_remove(struct folder_table *table, size_t at);

/* Takes out all; the memory is kept for the next ones. */
void folder_table_clear(struct folder_table *table);

void folder_table_deinit(struct folder_table *table);

bool folder_table_has(const struct folder_table *table, const char *path);

/* The directory with this watch, or NULL; of several that share one, the one that was given it
 * last. */
struct folder *folder_table_watched(const struct folder_table *table, int watch);

/* Gives the directory at this position its watch: once, after it was added. -1 changes nothing. */
void folder_table_watch(struct folder_table *table, size_t at, int watch);

void folder_table_mark(struct folder_table *table, struct folder *folder, bool dirty);

#endif

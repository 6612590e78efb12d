/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The queue directories and hash subdirectories that a scan has found, indexed by path and by
 * inotify watch. With hash_queue_depth 4 there are 69,905 of them below one queue, so no lookup may
 * search them all.
 */
#ifndef HMQ_HELPER_FOLDER_TABLE_H
#define HMQ_HELPER_FOLDER_TABLE_H

#include "core/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Room for a queue's directory and HASH_DEPTH_MAX subdirectories of one character. */
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

/* Must be zeroed before use; folder_table_deinit frees it. */
struct folder_table {
    struct folder *folders;
    size_t count, capacity;       /* capacity: a power of two, and the buckets of each index */
    size_t dirty;                 /* number of dirty directories */
    uint32_t *by_path, *by_watch; /* chains of positions + 1; 0 = the end */
};

/* Adds a directory at the end, dirty and without a watch. Returns false, with the table unchanged,
 * if out of memory. Invalidates pointers into the table. */
bool folder_table_add(struct folder_table *table, enum queue queue, unsigned depth,
                      const char *path);

/* Removes the directory at this position, and moves the last one there. */
void folder_table_remove(struct folder_table *table, size_t at);

/* Removes all directories and keeps the memory for new ones. */
void folder_table_clear(struct folder_table *table);

void folder_table_deinit(struct folder_table *table);

bool folder_table_has(const struct folder_table *table, const char *path);

/* The directory with this watch, or NULL. If several share it, the one that got it last. */
struct folder *folder_table_watched(const struct folder_table *table, int watch);

/* Sets the watch of the directory at this position; only once after it was added. -1 changes
 * nothing. */
void folder_table_watch(struct folder_table *table, size_t at, int watch);

void folder_table_mark(struct folder_table *table, struct folder *folder, bool dirty);

#endif

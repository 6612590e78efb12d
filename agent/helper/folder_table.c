/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An array, and two indexes of it by chained hashes: a position stands in one chain of each, but
 * for directories without a watch, which by_watch does not have.
 */
#include "helper/folder_table.h"

#include "core/hash_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY ((size_t)64)

static uint32_t *path_bucket(const struct folder_table *table, const char *path) {
    return &table->by_path[hash_text(path, strlen(path)) & (table->capacity - 1)];
}

/* inotify counts its watches up. */
static uint32_t *watch_bucket(const struct folder_table *table, int watch) {
    return &table->by_watch[(size_t)watch & (table->capacity - 1)];
}

static void link_path(struct folder_table *table, size_t at) {
    struct folder *folder = &table->folders[at];
    uint32_t *bucket = path_bucket(table, folder->path);
    folder->next_by_path = *bucket;
    *bucket = (uint32_t)at + 1;
}

static void link_watch(struct folder_table *table, size_t at) {
    struct folder *folder = &table->folders[at];
    if (folder->watch >= 0) {
        uint32_t *bucket = watch_bucket(table, folder->watch);
        folder->next_by_watch = *bucket;
        *bucket = (uint32_t)at + 1;
    }
}

static void unlink_path(struct folder_table *table, size_t at) {
    uint32_t *link = path_bucket(table, table->folders[at].path);
    while (*link != at + 1) {
        link = &table->folders[*link - 1].next_by_path;
    }
    *link = table->folders[at].next_by_path;
}

static void unlink_watch(struct folder_table *table, size_t at) {
    if (table->folders[at].watch >= 0) {
        uint32_t *link = watch_bucket(table, table->folders[at].watch);
        while (*link != at + 1) {
            link = &table->folders[*link - 1].next_by_watch;
        }
        *link = table->folders[at].next_by_watch;
    }
}

static bool grow(struct folder_table *table) {
    size_t capacity = table->capacity == 0 ? FIRST_CAPACITY : 2 * table->capacity;
    struct folder *folders =
        capacity <= UINT32_MAX / 2 ? realloc(table->folders, capacity * sizeof *folders) : NULL;
    if (folders == NULL) {
        return false;
    }
    table->folders = folders;
    uint32_t *by_path = calloc(capacity, sizeof *by_path);
    uint32_t *by_watch = calloc(capacity, sizeof *by_watch);
    if (by_path == NULL || by_watch == NULL) {
        free(by_path);
        free(by_watch);
        return false;
    }
    free(table->by_path);
    free(table->by_watch);
    table->by_path = by_path;
    table->by_watch = by_watch;
    table->capacity = capacity;
    for (size_t i = 0; i < table->count; i++) {
        link_path(table, i);
        link_watch(table, i);
    }
    return true;
}

bool folder_table_add(struct folder_table *table, enum queue queue, unsigned depth,
                      const char *path) {
    if (table->count == table->capacity && !grow(table)) {
        return false;
    }
    struct folder *folder = &table->folders[table->count];
    *folder = (struct folder){.queue = queue, .depth = depth, .watch = -1};
    snprintf(folder->path, sizeof folder->path, "%s", path);
    link_path(table, table->count++);
    folder_table_mark(table, folder, true);
    return true;
}

void folder_table_remove(struct folder_table *table, size_t at) {
    size_t last = table->count - 1;
    folder_table_mark(table, &table->folders[at], false);
    unlink_path(table, at);
    unlink_watch(table, at);
    if (at != last) {
        unlink_path(table, last);
        unlink_watch(table, last);
        table->folders[at] = table->folders[last];
        link_path(table, at);
        link_watch(table, at);
    }
    table->count = last;
}

void folder_table_clear(struct folder_table *table) {
    table->count = table->dirty = 0;
    if (table->capacity > 0) {
        memset(table->by_path, 0, table->capacity * sizeof *table->by_path);
        memset(table->by_watch, 0, table->capacity * sizeof *table->by_watch);
    }
}

void folder_table_deinit(struct folder_table *table) {
    free(table->folders);
    free(table->by_path);
    free(table->by_watch);
    *table = (struct folder_table){0};
}

bool folder_table_has(const struct folder_table *table, const char *path) {
    uint32_t link = table->capacity > 0 ? *path_bucket(table, path) : 0;
    while (link != 0 && strcmp(table->folders[link - 1].path, path) != 0) {
        link = table->folders[link - 1].next_by_path;
    }
    return link != 0;
}

struct folder *folder_table_watched(const struct folder_table *table, int watch) {
    uint32_t link = table->capacity > 0 && watch >= 0 ? *watch_bucket(table, watch) : 0;
    while (link != 0 && table->folders[link - 1].watch != watch) {
        link = table->folders[link - 1].next_by_watch;
    }
    return link != 0 ? &table->folders[link - 1] : NULL;
}

void folder_table_watch(struct folder_table *table, size_t at, int watch) {
    table->folders[at].watch = watch;
    link_watch(table, at);
}

void folder_table_mark(struct folder_table *table, struct folder *folder, bool dirty) {
    table->dirty += (size_t)dirty - (size_t)folder->dirty;
    folder->dirty = dirty;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A spool in a temporary directory, for the tests of agent/helper.
 */
#ifndef HMQ_TESTS_SUPPORT_SPOOL_FOLDER_H
#define HMQ_TESTS_SUPPORT_SPOOL_FOLDER_H

#include "core/queue.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

static char spool_path[64];

/* The path of a file in the spool; valid for four calls. */
static inline const char *in_spool(const char *name) {
    static char paths[4][256];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, 256, "%s/%s", spool_path, name);
    return path;
}

static inline void make_folder(const char *name) {
    assert_int_equal(mkdir(in_spool(name), 0700), 0);
}

/* Creates a queue file with contents. With mode 0700 it is complete. */
static inline void make_file(const char *name, mode_t mode) {
    int fd = open(in_spool(name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "C", 1), 1);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static inline void move(const char *from, const char *to) {
    assert_int_equal(rename(in_spool(from), in_spool(to)), 0);
}

static inline void take_away(const char *name) {
    assert_int_equal(remove(in_spool(name)), 0);
}

static inline int make_spool(void **state) {
    (void)state;
    snprintf(spool_path, sizeof spool_path, "/tmp/hmq-spool-XXXXXX");
    assert_non_null(mkdtemp(spool_path));
    for (int q = 0; q < QUEUE_COUNT; q++) {
        make_folder(queue_name((enum queue)q));
    }
    return 0;
}

static inline int remove_tree(const char *path) {
    char command[256];
    snprintf(command, sizeof command, "rm -rf -- '%s'", path);
    return system(command);
}

static inline int remove_spool(void **state) {
    (void)state;
    return remove_tree(spool_path);
}

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where Postfix's spool is, and what single files in it say.
 */
#ifndef HMQ_HELPER_SPOOL_H
#define HMQ_HELPER_SPOOL_H

#include "core/config.h"

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

/* hash_queue_depth (postconf(5)) has no upper limit. A subdirectory deeper than this is not looked
 * at: no queue id is longer. */
#define HASH_DEPTH_MAX 32

/* Zeroed before use. */
struct spool {
    char path[PATH_MAX]; /* "" = to be asked for */
};

/*
 * Finds the spool directory as the configuration says; `auto` asks postconf and keeps the answer
 * until spool_forget. Returns 0 with spool->path set, ENOTSUP when the configuration has none to
 * read, or another errno value; with a line in error.
 */
int spool_locate(struct spool *spool, const struct config *config, char *error, size_t size);

/* Makes the next spool_locate ask again: queue_directory may have changed. */
void spool_forget(struct spool *spool);

/*
 * When the file of a deferred message was last modified (seconds since the epoch), which is when
 * qmgr(8) will try it next; 0 when there is no such file. Looked for in every directory that has
 * been its place by some hash_queue_depth, as deep as there are directories.
 */
int64_t spool_deferred_mtime(const struct spool *spool, const char *id);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Locates Postfix's spool and reads data about single files in it.
 */
#ifndef HMQ_HELPER_SPOOL_H
#define HMQ_HELPER_SPOOL_H

#include "core/config.h"

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

/* hash_queue_depth (postconf(5)) has no upper limit. Subdirectories deeper than this are ignored,
 * because no queue ID is longer. */
#define HASH_DEPTH_MAX 32

/* Zeroed before use. */
struct spool {
    char path[PATH_MAX]; /* "" = not known yet */
};

/*
 * Finds the spool directory according to the configuration; with `auto` it runs postconf and keeps
 * the answer until spool_forget. Returns 0 with spool->path set, ENOTSUP if the configuration
 * excludes reading a spool, or another errno value; both with a line in error.
 */
int spool_locate(struct spool *spool, const struct config *config, char *error, size_t size);

/* Makes the next spool_locate run postconf again, because queue_directory may have changed. */
void spool_forget(struct spool *spool);

/*
 * Returns the modification time of a deferred message's file in seconds since the epoch, which is
 * when qmgr(8) will try it next, or 0 if there is no such file. The file is looked for in every
 * existing directory that could be its place with any hash_queue_depth.
 */
int64_t spool_deferred_mtime(const struct spool *spool, const char *id);

#endif

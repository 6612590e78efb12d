/* SPDX-License-Identifier: BSD-3-Clause */
#include "helper/spool.h"

#include "core/queue_id.h"
#include "helper/child.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

int spool_locate(struct spool *spool, const struct config *config, char *error, size_t size) {
    if (config->spool_mode == SPOOL_PATH) {
        snprintf(spool->path, sizeof spool->path, "%s", config->spool_directory);
        return 0;
    }
    if (config->spool_mode == SPOOL_NONE || config->container[0] != '\0') {
        snprintf(error, size, "the spool is not read: spool_directory is %s",
                 config->spool_mode == SPOOL_NONE ? "none" : "auto, for a container");
        return ENOTSUP;
    }
    if (spool->path[0] != '\0') {
        return 0;
    }
    int result =
        child_postconf(config, "queue_directory", spool->path, sizeof spool->path, error, size);
    if (result == 0 && spool->path[0] != '/') {
        snprintf(error, size, "postconf queue_directory gave no absolute path");
        result = EINVAL;
    }
    if (result != 0) {
        spool_forget(spool);
    }
    return result;
}

void spool_forget(struct spool *spool) {
    spool->path[0] = '\0';
}

/* The directory of a file depends on the hash_queue_depth at the time it was deferred: with a lower
 * one, it is further up. */
int64_t spool_deferred_mtime(const struct spool *spool, const char *id) {
    char hash[QUEUE_ID_SIZE];
    char folder[PATH_MAX];
    struct stat st;
    if (!queue_id_hash_chars(id, hash)) {
        return 0;
    }
    size_t hashed = strlen(hash);
    int used = snprintf(folder, sizeof folder, "%s/deferred", spool->path);
    size_t len = used > 0 ? (size_t)used : sizeof folder;
    for (size_t depth = 0; len + 1 + QUEUE_ID_SIZE <= sizeof folder; depth++) {
        snprintf(folder + len, sizeof folder - len, "/%s", id);
        if (lstat(folder, &st) == 0 && S_ISREG(st.st_mode)) {
            return st.st_mtime;
        }
        snprintf(folder + len, sizeof folder - len, "/%c", depth < hashed ? hash[depth] : '_');
        if (depth == HASH_DEPTH_MAX || stat(folder, &st) < 0 || !S_ISDIR(st.st_mode)) {
            return 0;
        }
        len += 2;
    }
    return 0;
}

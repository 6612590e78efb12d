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

/* The folder a file is in depends on hash_queue_depth at the time it was deferred. */
int64_t spool_deferred_mtime(const struct spool *spool, const char *id) {
    char hash[6];
    char subfolders[2 * sizeof hash] = "";
    if (!queue_id_hash_chars(id, hash)) {
        return 0;
    }
    for (size_t depth = 0; depth <= 2; depth++) {
        char path[PATH_MAX];
        struct stat st;
        int len = snprintf(path, sizeof path, "%s/deferred%s/%s", spool->path, subfolders, id);
        if (len > 0 && (size_t)len < sizeof path && lstat(path, &st) == 0 && S_ISREG(st.st_mode)) {
            return st.st_mtime;
        }
        subfolders[2 * depth] = '/';
        subfolders[2 * depth + 1] = hash[depth];
        subfolders[2 * depth + 2] = '\0';
    }
    return 0;
}

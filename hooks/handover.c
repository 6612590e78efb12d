/* SPDX-License-Identifier: BSD-3-Clause */
#include "hooks/handover.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* The file has the version, the struct and the text of the configuration. */
#define VERSION_SIZE 32
#define CONFIG_OFFSET ((off_t)(VERSION_SIZE + sizeof(struct handover)))

static int fail(const char *path, const char *what, char *error, size_t size) {
    snprintf(error, size, "%s:0: %s", path, what);
    return -1;
}

/* Appends a whole file. Returns 0 or a negative errno value. */
static int copy(int from, int to) {
    char chunk[16384];
    size_t sum = 0;
    for (;;) {
        ssize_t got = read(from, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return got < 0 ? -errno : 0;
        }
        sum += (size_t)got;
        if (sum > HANDOVER_CONFIG_MAX) {
            return -EFBIG;
        }
        if (write(to, chunk, (size_t)got) != got) {
            return -EIO;
        }
    }
}

int handover_begin(const char *path, char *error, size_t size) {
    char what[128];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        snprintf(what, sizeof what, "cannot be read: %s", strerror(errno));
        return fail(path, what, error, size);
    }
    int fd = memfd_create("handover", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    int r = fd < 0 || lseek(fd, CONFIG_OFFSET, SEEK_SET) < 0 ? -errno : copy(file, fd);
    close(file);
    if (r < 0) {
        snprintf(what, sizeof what, "cannot be read: %s", strerror(-r));
        if (fd >= 0) {
            close(fd);
        }
        return fail(path, what, error, size);
    }
    return fd;
}

FILE *handover_config(int fd) {
    int copied = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    FILE *stream = copied < 0 ? NULL : fdopen(copied, "r");
    if (stream == NULL) {
        if (copied >= 0) {
            close(copied);
        }
        return NULL;
    }
    if (fseeko(stream, CONFIG_OFFSET, SEEK_SET) < 0) {
        fclose(stream);
        return NULL;
    }
    return stream;
}

int handover_complete(int fd, struct handover *handover) {
    char version[VERSION_SIZE] = HMQ_VERSION;
    handover->setup.config = NULL;
    memset(handover->setup.members, 0, sizeof handover->setup.members);
    const struct iovec parts[] = {{version, sizeof version}, {handover, sizeof *handover}};
    ssize_t written = pwritev(fd, parts, 2, 0);
    int result = written < 0 ? -errno : written != CONFIG_OFFSET ? -EIO : 0;
    explicit_bzero(handover->setup.secrets, sizeof handover->setup.secrets);
    explicit_bzero(handover->setup.headers, sizeof handover->setup.headers);
    if (result == 0 && fcntl(fd, F_ADD_SEALS, SEALS) < 0) {
        result = -errno;
    }
    return result;
}

int handover_read(int fd, struct handover *handover) {
    const char expected[VERSION_SIZE] = HMQ_VERSION;
    char version[VERSION_SIZE] = "";
    const struct iovec parts[] = {{version, sizeof version}, {handover, sizeof *handover}};
    int seals = fcntl(fd, F_GET_SEALS);
    if (seals < 0 || (seals & SEALS) != SEALS) {
        return -EINVAL;
    }
    return preadv(fd, parts, 2, 0) == CONFIG_OFFSET &&
                   memcmp(version, expected, sizeof version) == 0
               ? 0
               : -EINVAL;
}

/* SPDX-License-Identifier: BSD-3-Clause */
#include "os/sibling.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int sibling_path(const char *sibling, char path[PATH_MAX]) {
    ssize_t len = readlink("/proc/self/exe", path, PATH_MAX - 1);
    if (len < 0) {
        return -errno;
    }
    path[len] = '\0';
    char *name = strrchr(path, '/');
    if (name == NULL || (size_t)(name + 1 - path) + strlen(sibling) + 1 > PATH_MAX) {
        return -ENAMETOOLONG;
    }
    memcpy(name + 1, sibling, strlen(sibling) + 1);
    return access(path, X_OK) < 0 ? -errno : 0;
}

int sibling_start(const char *name, const char *config_file, bool log_to_stderr, int *socket,
                  pid_t *pid) {
    char path[PATH_MAX];
    int pair[2];
    int result = sibling_path(name, path);
    if (result < 0) {
        return result;
    }
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
        return -errno;
    }
    pid_t child = fork();
    if (child == 0) {
        char fd[3 * sizeof pair[1]];
        sigset_t none;
        sigemptyset(&none);
        snprintf(fd, sizeof fd, "%d", pair[1]);
        if (sigprocmask(SIG_SETMASK, &none, NULL) == 0 && fcntl(pair[1], F_SETFD, 0) == 0) {
            execl(path, path, "-c", config_file, "-s", fd, log_to_stderr ? "-f" : (char *)NULL,
                  (char *)NULL);
        }
        _exit(127);
    }
    close(pair[1]);
    if (child < 0 || fcntl(pair[0], F_SETFL, O_NONBLOCK) < 0) {
        result = -errno;
        close(pair[0]);
        return result;
    }
    *socket = pair[0];
    *pid = child;
    return 0;
}

int sibling_open(const char *name, int *fd) {
    char path[PATH_MAX];
    int result = sibling_path(name, path);
    if (result < 0) {
        return result;
    }
    int opened = open(path, O_PATH | O_CLOEXEC);
    if (opened < 0) {
        return -errno;
    }
    *fd = opened;
    return 0;
}

int sibling_check(const char *name, const char *config_file) {
    char path[PATH_MAX];
    int status = 0;
    int result = sibling_path(name, path);
    if (result < 0) {
        return result;
    }
    pid_t child = fork();
    if (child == 0) {
        execl(path, path, "-c", config_file, "-t", "-f", (char *)NULL);
        _exit(127);
    }
    if (child < 0) {
        return -errno;
    }
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            return -errno;
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -ECANCELED;
}

#include "io/spawn_helper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HELPER_NAME "hermes-mailqueue-helper"

static int sibling_path(char path[PATH_MAX]) {
    ssize_t len = readlink("/proc/self/exe", path, PATH_MAX - 1);
    if (len < 0) {
        return -errno;
    }
    path[len] = '\0';
    char *name = strrchr(path, '/');
    if (name == NULL || (size_t)(name + 1 - path) + sizeof HELPER_NAME > PATH_MAX) {
        return -ENAMETOOLONG;
    }
    memcpy(name + 1, HELPER_NAME, sizeof HELPER_NAME);
    return access(path, X_OK) < 0 ? -errno : 0;
}

int spawn_helper(const char *config_file, int *socket, pid_t *pid) {
    char path[PATH_MAX];
    int pair[2];
    int result = sibling_path(path);
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
            execl(path, path, "-c", config_file, "-s", fd, (char *)NULL);
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

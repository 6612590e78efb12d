/* SPDX-License-Identifier: BSD-3-Clause */
#include "os/socket.h"

#include "core/duration.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define DESCRIPTOR_MAX 65535
#define LISTENER_FD 3 /* SD_LISTEN_FDS_START */

bool socket_parse(const char *text, int *fd) {
    uint64_t number;
    struct stat st;
    if (!number_parse(text, DESCRIPTOR_MAX, &number) || number <= STDERR_FILENO ||
        fstat((int)number, &st) < 0 || !S_ISSOCK(st.st_mode)) {
        return false;
    }
    *fd = (int)number;
    return true;
}

bool socket_peer_closed(int fd) {
    struct pollfd peer = {.fd = fd, .events = 0};
    return poll(&peer, 1, 0) > 0 && (peer.revents & POLLHUP) != 0;
}

int socket_peer(int fd, struct ucred *peer) {
    struct ucred credentials;
    socklen_t len = sizeof credentials;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &len) < 0) {
        return -errno;
    }
    *peer = credentials;
    return 0;
}

int socket_connect(const char *path, int *fd) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        return -ENAMETOOLONG;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    int connection = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (connection < 0) {
        return -errno;
    }
    if (connect(connection, (const struct sockaddr *)&address, sizeof address) < 0) {
        int result = -errno;
        close(connection);
        return result;
    }
    *fd = connection;
    return 0;
}

static bool option_is(int fd, int option, int expected) {
    int value;
    socklen_t len = sizeof value;
    return getsockopt(fd, SOL_SOCKET, option, &value, &len) == 0 && value == expected;
}

/* Whether an environment variable has this number as its value. */
static bool variable_is(const char *name, uint64_t expected) {
    const char *text = getenv(name);
    uint64_t number;
    return text != NULL && number_parse(text, UINT32_MAX, &number) && number == expected;
}

int socket_listener(void) {
    static const char *const variables[] = {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"};
    bool passed = variable_is("LISTEN_PID", (uint64_t)getpid()) && variable_is("LISTEN_FDS", 1);
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        unsetenv(variables[i]);
    }
    if (!passed || !option_is(LISTENER_FD, SO_DOMAIN, AF_UNIX) ||
        !option_is(LISTENER_FD, SO_TYPE, SOCK_SEQPACKET) ||
        !option_is(LISTENER_FD, SO_ACCEPTCONN, 1) || fcntl(LISTENER_FD, F_SETFD, FD_CLOEXEC) < 0) {
        return -1;
    }
    return LISTENER_FD;
}

int socket_accept(int listener) {
    int fd;
    do {
        fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    } while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
    return fd < 0 ? -errno : fd;
}

void socket_turn_away(int listener) {
    struct pollfd waiting = {.fd = listener, .events = POLLIN};
    while (poll(&waiting, 1, 0) > 0) {
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0) {
            return;
        }
        close(fd);
    }
}

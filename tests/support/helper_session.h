/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The helper's loop in a process of its own, at the other end of a socketpair.
 */
#ifndef HMQ_TESTS_SUPPORT_HELPER_SESSION_H
#define HMQ_TESTS_SUPPORT_HELPER_SESSION_H

#include "core/protocol.h"
#include "helper/serve.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

#define WAIT_MS 20000

static inline void write_file(const char *path, const char *text, mode_t mode) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

struct session {
    pid_t helper;
    int socket;
};

static inline struct session begin_with(const struct config *config) {
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(pair[0]);
        const struct serve_context context = {.config = config, .socket = pair[1]};
        _exit((int)serve(&context));
    }
    assert_true(pid > 0);
    close(pair[1]);
    return (struct session){pid, pair[0]};
}

/* Closes the socket. Returns what serve returned. */
static inline int end(const struct session *session) {
    int status = 0;
    close(session->socket);
    assert_int_equal(waitpid(session->helper, &status, 0), session->helper);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* Receives the next reply of a type. A descriptor that comes with it is stored in *fd. */
static inline struct reply await(const struct session *session, uint32_t type, int *fd) {
    for (;;) {
        struct reply reply;
        union {
            char buffer[CMSG_SPACE(sizeof(int))];
            struct cmsghdr align;
        } control;
        struct iovec part = {.iov_base = &reply, .iov_len = sizeof reply};
        struct msghdr message = {.msg_iov = &part,
                                 .msg_iovlen = 1,
                                 .msg_control = control.buffer,
                                 .msg_controllen = sizeof control.buffer};
        struct pollfd set = {.fd = session->socket, .events = POLLIN};
        assert_int_equal(poll(&set, 1, WAIT_MS), 1);
        ssize_t got = recvmsg(session->socket, &message, MSG_CMSG_CLOEXEC);
        assert_int_equal(got, sizeof reply);
        assert_true(reply_valid(&reply, (size_t)got));
        const struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        if (header != NULL) {
            memcpy(fd, CMSG_DATA(header), sizeof *fd);
        }
        if (reply.type == type) {
            return reply;
        }
    }
}

static inline void ask(const struct session *session, const struct request *request) {
    size_t size = request_size(request->id_count);
    assert_int_equal(send(session->socket, request, size, MSG_NOSIGNAL), size);
}

#endif

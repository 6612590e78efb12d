/* SPDX-License-Identifier: BSD-3-Clause */
#include "fake_helper.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define TURN_USEC 5000
#define TURNS_MAX 6000 /* half a minute */
#define QUIET_TURNS 6

uint64_t clock_ahead_usec;
static unsigned turns;

/* Replaces libc's function, for libsystemd as well, because this program's symbol takes precedence.
 */
int clock_gettime(clockid_t clock, struct timespec *now) {
    long result = syscall(SYS_clock_gettime, clock, now);
    if (result == 0 && clock == CLOCK_MONOTONIC) {
        uint64_t usec = (uint64_t)now->tv_nsec / 1000 + clock_ahead_usec;
        now->tv_sec += (time_t)(usec / SECOND);
        now->tv_nsec = (long)(usec % SECOND) * 1000;
    }
    return (int)result;
}

int fake_open(struct fake_helper *fake) {
    int pair[2];
    assert_true(sd_event_new(&fake->event) >= 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair),
                     0);
    fake->socket = pair[0];
    turns = 0;
    return pair[1];
}

void fake_close(struct fake_helper *fake) {
    if (fake->socket >= 0) {
        close(fake->socket);
        fake->socket = -1;
    }
}

void fake_deinit(struct fake_helper *fake) {
    fake_close(fake);
    sd_event_unref(fake->event);
}

void fake_turn(struct fake_helper *fake) {
    turns++;
    if (turns > TURNS_MAX) {
        fail_msg("what was waited for did not come");
    }
    assert_true(sd_event_run(fake->event, TURN_USEC) >= 0);
}

void fake_settle(struct fake_helper *fake) {
    for (int quiet = 0; quiet < QUIET_TURNS; quiet++) {
        fake_turn(fake);
    }
}

bool fake_take(struct fake_helper *fake, struct request *request) {
    memset(request, 0, sizeof *request);
    ssize_t got = recv(fake->socket, request, sizeof *request, MSG_DONTWAIT);
    if (got < 0) {
        return false;
    }
    assert_true(request_valid(request, (size_t)got));
    return true;
}

struct request fake_expect(struct fake_helper *fake, enum request_type type) {
    struct request request;
    for (;;) {
        while (fake_take(fake, &request)) {
            if (request.type == type) {
                return request;
            }
        }
        fake_turn(fake);
    }
}

struct reply fake_make(enum reply_type type, uint32_t sequence) {
    return (struct reply){.version = PROTOCOL_VERSION,
                          .type = type,
                          .sequence = sequence,
                          .postfix = POSTFIX_RUNNING};
}

void fake_send(struct fake_helper *fake, const struct reply *reply, int fd) {
    union {
        char buffer[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {.buffer = {0}};
    struct iovec part = {.iov_base = (void *)(uintptr_t)reply, .iov_len = sizeof *reply};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd >= 0) {
        message.msg_control = control.buffer;
        message.msg_controllen = sizeof control.buffer;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(header), &fd, sizeof fd);
    }
    assert_int_equal(sendmsg(fake->socket, &message, MSG_NOSIGNAL), sizeof *reply);
}

int fake_stream(struct fake_helper *fake, uint32_t sequence) {
    struct reply reply = fake_make(REPLY_STREAM, sequence);
    int pair[2];
    assert_int_equal(pipe2(pair, O_CLOEXEC | O_NONBLOCK), 0);
    fcntl(pair[1], F_SETPIPE_SZ, 1024 * 1024);
    fake_send(fake, &reply, pair[0]);
    close(pair[0]);
    return pair[1];
}

void fake_exit(struct fake_helper *fake, uint32_t sequence, int status, const char *text) {
    struct reply reply = fake_make(REPLY_EXIT, sequence);
    reply.wait_status = status;
    snprintf(reply.text, sizeof reply.text, "%s", text);
    fake_send(fake, &reply, -1);
}

void fake_write(int fd, const char *data, size_t len) {
    assert_int_equal(write(fd, data, len), len);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One loop with poll(2) over the agent's socket, two inotify descriptors, and two descriptors for
 * each child: its error output and its pidfd. A turn looks after the children first, then sends
 * hints, and takes one request last, so that many requests cannot delay a deadline. A request for a
 * command is answered with REPLY_STREAM at once and with REPLY_EXIT when the child has ended.
 * Requests with another worker number were meant for a process that has been replaced, and are
 * dropped. After a hint about the spool no other is sent until the next scan (hint_due).
 */
#include "helper/serve.h"

#include "core/protocol.h"
#include "helper/child.h"
#include "helper/container.h"
#include "helper/mail_log.h"
#include "helper/postfix_lock.h"
#include "helper/scan.h"
#include "helper/settings_watch.h"
#include "helper/spool.h"
#include "helper/writable.h"
#include "os/clock.h"
#include "os/log.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <syslog.h>
#include <unistd.h>

/* The agent runs at most eight at a time: a listing, one for the settings, one for main.cf, one for
 * an action, or four for a flush, and one for the log. Others may be ending. */
#define CHILDREN_MAX 12

/* The agent reads at once. If it does not for this long, it counts as dead. */
#define SEND_TIMEOUT_SEC 10

struct server {
    const struct config *config;
    int socket;
    uint32_t worker;
    _Atomic uint32_t *turns;
    struct spool spool;
    struct scanner *scanner;
    struct postfix_lock lock;
    bool hint_due; /* the next inotify event leads to a hint */
    struct settings_watch settings;
    struct child children[CHILDREN_MAX];
};

static struct reply make_reply(enum reply_type type, uint32_t sequence) {
    return (struct reply){.version = PROTOCOL_VERSION,
                          .type = type,
                          .sequence = sequence,
                          .postfix = POSTFIX_UNKNOWN};
}

/* Sends a reply, with a descriptor when fd is not -1. Returns false if the agent takes nothing. */
static bool send_reply(const struct server *server, const struct reply *reply, int fd) {
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
    return sendmsg(server->socket, &message, MSG_NOSIGNAL) == (ssize_t)sizeof *reply;
}

/* Whether this process may read the queue. Root may; so may the user that Postfix's files belong
 * to. */
static bool may_read_spool(struct server *server) {
    char ignored[PROTOCOL_TEXT];
    char folder[PATH_MAX + sizeof "/deferred"];
    /* Why the spool cannot be found is for the first scan to report. */
    int error = spool_locate(&server->spool, server->config, ignored, sizeof ignored);
    snprintf(folder, sizeof folder, "%s/deferred", server->spool.path);
    return geteuid() == 0 || (error == 0 && access(folder, R_OK | X_OK) == 0);
}

static bool send_hello(struct server *server) {
    struct reply reply = make_reply(REPLY_HELLO, 0);
    reply.worker = server->worker;
    if (may_read_spool(server)) {
        reply.error =
            writable_check(server->config, server->spool.path, reply.text, sizeof reply.text);
    } else if (server->config->spool_mode != SPOOL_NONE) {
        reply.error = EPERM;
        snprintf(reply.text, sizeof reply.text,
                 "not root: Postfix's queue directories cannot be read, "
                 "counts come from postqueue");
    }
    return send_reply(server, &reply, -1);
}

static enum postfix_state look_at_lock(struct server *server) {
    enum postfix_state state = postfix_lock_state(&server->lock, server->spool.path);
    /* A lock that another pid namespace holds looks free from here. */
    return state == POSTFIX_STOPPED && !postfix_lock_sees_all() ? POSTFIX_UNKNOWN : state;
}

static bool handle_scan(struct server *server, const struct request *request) {
    struct reply reply = make_reply(REPLY_COUNTS, request->sequence);
    struct scan_counts counts;
    reply.error = spool_locate(&server->spool, server->config, reply.text, sizeof reply.text);
    if (reply.error == 0) {
        uint64_t start = clock_usec();
        reply.error = (request->flags & SCAN_CHECK) != 0
                          ? scanner_check(server->scanner, server->spool.path, request->rest_usec,
                                          &counts, reply.text, sizeof reply.text)
                          : scanner_scan(server->scanner, server->spool.path,
                                         (request->flags & SCAN_FULL) != 0, &counts, reply.text,
                                         sizeof reply.text);
        reply.postfix = (uint8_t)look_at_lock(server);
        reply.scan_usec = clock_usec() - start;
    }
    if (reply.error == 0) {
        reply.watching = counts.watching;
        reply.changed = counts.hinted || counts.moving;
        reply.resting = counts.resting;
        for (int queue = 0; queue < QUEUE_COUNT; queue++) {
            reply.counts[queue] = counts.messages[queue];
            reply.counted[queue] = counts.known[queue];
        }
        server->hint_due = counts.watching;
    } else if (reply.error != ENOTSUP) {
        spool_forget(&server->spool);
    }
    if (!send_reply(server, &reply, -1)) {
        return false;
    }
    /* The scanner has read the events of changes during the scan, so poll would not wake for them.
     */
    if (server->hint_due && scanner_take_hints(server->scanner)) {
        struct reply dirty = make_reply(REPLY_DIRTY, 0);
        server->hint_due = false;
        return send_reply(server, &dirty, -1);
    }
    return true;
}

static struct child *free_child(struct server *server) {
    for (size_t i = 0; i < CHILDREN_MAX; i++) {
        if (server->children[i].pid == 0) {
            return &server->children[i];
        }
    }
    return NULL;
}

static bool handle_command(struct server *server, const struct request *request) {
    struct reply reply = make_reply(REPLY_STREAM, request->sequence);
    struct child *child = free_child(server);
    int output = -1;
    if (clock_usec() >= request->deadline_usec) {
        reply.error = ETIMEDOUT;
        snprintf(reply.text, sizeof reply.text,
                 "not started: the helper received the request after its deadline");
    } else if (child == NULL) {
        reply.error = EBUSY;
        snprintf(reply.text, sizeof reply.text, "%d commands are running already", CHILDREN_MAX);
    } else {
        reply.error = (request->type == REQUEST_LOG ? mail_log_start : child_start)(
            server->config, request, child, &output, reply.text, sizeof reply.text);
    }
    if (child != NULL && reply.error == 0) {
        child->sequence = request->sequence;
    }
    bool sent = send_reply(server, &reply, output);
    if (output >= 0) {
        close(output);
    }
    return sent;
}

/* Armed before the reading, so that a change during it leads to another one. Arming drops the
 * changes since the last hint, and a main.cf behind a symbolic link gives no hint, so that where
 * the spool is has to be asked for again with every reading. */
static bool handle_settings(struct server *server, const struct request *request) {
    settings_watch_arm(&server->settings, server->config);
    spool_forget(&server->spool);
    return handle_command(server, request);
}

static bool handle_cancel(struct server *server, const struct request *request) {
    for (size_t i = 0; i < CHILDREN_MAX; i++) {
        struct child *child = &server->children[i];
        if (child->pid != 0 && child->sequence == request->sequence) {
            child_stop(child, clock_usec());
        }
    }
    return true;
}

static bool handle_mtime(struct server *server, const struct request *request) {
    struct reply reply = make_reply(REPLY_MTIME, request->sequence);
    reply.error = spool_locate(&server->spool, server->config, reply.text, sizeof reply.text);
    reply.id_count = reply.error == 0 ? request->id_count : 0;
    for (uint32_t i = 0; i < reply.id_count; i++) {
        reply.mtimes[i] = spool_deferred_mtime(&server->spool, request->ids[i]);
    }
    return send_reply(server, &reply, -1);
}

static bool (*const handlers[REQUEST_TYPE_END])(struct server *, const struct request *) = {
    [REQUEST_SCAN] = handle_scan,
    [REQUEST_LIST] = handle_command,
    [REQUEST_SETTINGS] = handle_settings,
    [REQUEST_CANCEL] = handle_cancel,
    [REQUEST_MTIME] = handle_mtime,
    [REQUEST_SELECT] = handle_command,
    [REQUEST_ACTION] = handle_command,
    [REQUEST_FLUSH] = handle_command,
    [REQUEST_VIEW] = handle_command,
    [REQUEST_MAIN_CF] = handle_command,
    [REQUEST_SET_PARAMETER] = handle_command,
    [REQUEST_RELOAD] = handle_command,
    [REQUEST_LOG] = handle_command,
};

/* Returns -1 to go on. */
static int take_request(struct server *server) {
    struct request request;
    ssize_t got = recv(server->socket, &request, sizeof request, MSG_DONTWAIT | MSG_TRUNC);
    if (got < 0) {
        return errno == EAGAIN || errno == EINTR ? -1 : WORKER_PEER_CLOSED;
    }
    if (got == 0) {
        return WORKER_PEER_CLOSED;
    }
    if (!request_valid(&request, (size_t)got)) {
        log_line(LOG_ERR, "hermes-mailqueued sent an invalid request; closing the connection");
        return WORKER_REFUSED;
    }
    /* Meant for an earlier process. The agent gives it up when it receives the hello. */
    if (request.worker != server->worker) {
        return -1;
    }
    return handlers[request.type](server, &request) ? -1 : WORKER_FAILED;
}

/* Shows whether a reload failed because Postfix does not run; the exit status does not. */
static enum postfix_state state_after_reload(struct server *server) {
    char text[PROTOCOL_TEXT];
    return spool_locate(&server->spool, server->config, text, sizeof text) == 0
               ? look_at_lock(server)
               : POSTFIX_UNKNOWN;
}

static bool finish_child(struct server *server, struct child *child) {
    struct reply reply = make_reply(REPLY_EXIT, child->sequence);
    reply.wait_status = child_reap(child);
    reply.timed_out = child->timed_out || container_timed_out(server->config, reply.wait_status);
    reply.error =
        child_not_run(server->config, child, reply.wait_status, reply.text, sizeof reply.text);
    if (reply.error == 0) {
        snprintf(reply.text, sizeof reply.text, "%s", child->last_line);
    }
    reply.reason = (uint8_t)child_reason(child, reply.wait_status, reply.error);
    if (child->type == REQUEST_RELOAD && reply.wait_status != 0 && reply.reason == REASON_NONE &&
        state_after_reload(server) == POSTFIX_STOPPED) {
        reply.reason = REASON_LOCK_FREE;
    }
    return send_reply(server, &reply, -1);
}

/* Milliseconds until the first deadline of a child, at most SERVE_TURN_MS. */
static int poll_timeout(const struct server *server) {
    uint64_t now = clock_usec();
    int timeout = SERVE_TURN_MS;
    for (size_t i = 0; i < CHILDREN_MAX; i++) {
        const struct child *child = &server->children[i];
        if (child->pid == 0 || child->deadline_usec == UINT64_MAX) {
            continue;
        }
        uint64_t left = child->deadline_usec <= now ? 0 : (child->deadline_usec - now) / 1000 + 1;
        timeout = left < (uint64_t)timeout ? (int)left : timeout;
    }
    return timeout;
}

/* The sources of the loop in the order of the poll set: socket, the spool's and main.cf's inotify,
 * then two per child. */
enum {
    POLL_SOCKET,
    POLL_INOTIFY,
    POLL_SETTINGS,
    POLL_CHILDREN,
    POLL_SIZE = POLL_CHILDREN + 2 * CHILDREN_MAX
};

static void fill_poll_set(const struct server *server, struct pollfd set[POLL_SIZE]) {
    set[POLL_SOCKET] = (struct pollfd){.fd = server->socket, .events = POLLIN};
    set[POLL_INOTIFY] = (struct pollfd){.fd = server->hint_due ? scanner_fd(server->scanner) : -1,
                                        .events = POLLIN};
    set[POLL_SETTINGS] =
        (struct pollfd){.fd = settings_watch_fd(&server->settings), .events = POLLIN};
    for (size_t i = 0; i < CHILDREN_MAX; i++) {
        const struct child *child = &server->children[i];
        bool used = child->pid != 0;
        set[POLL_CHILDREN + 2 * i] =
            (struct pollfd){.fd = used ? child->errors : -1, .events = POLLIN};
        set[POLL_CHILDREN + 2 * i + 1] =
            (struct pollfd){.fd = used ? child->pidfd : -1, .events = POLLIN};
    }
}

static bool tend_children(struct server *server, const struct pollfd set[POLL_SIZE]) {
    uint64_t now = clock_usec();
    for (size_t i = 0; i < CHILDREN_MAX; i++) {
        struct child *child = &server->children[i];
        if (child->pid == 0) {
            continue;
        }
        if (set[POLL_CHILDREN + 2 * i].revents != 0) {
            child_read_errors(child);
        }
        if (set[POLL_CHILDREN + 2 * i + 1].revents != 0) {
            if (!finish_child(server, child)) {
                return false;
            }
        } else {
            child_check_deadline(child, now);
        }
    }
    return true;
}

static enum worker_end serve_loop(struct server *server) {
    for (;;) {
        struct pollfd set[POLL_SIZE];
        fill_poll_set(server, set);
        if (server->turns != NULL) {
            atomic_fetch_add(server->turns, 1);
        }
        if (poll(set, POLL_SIZE, poll_timeout(server)) < 0 && errno != EINTR) {
            return WORKER_FAILED;
        }
        if (!tend_children(server, set)) {
            return WORKER_FAILED;
        }
        if (set[POLL_INOTIFY].revents != 0 && scanner_take_hints(server->scanner)) {
            struct reply dirty = make_reply(REPLY_DIRTY, 0);
            server->hint_due = false;
            if (!send_reply(server, &dirty, -1)) {
                return WORKER_FAILED;
            }
        }
        if (set[POLL_SETTINGS].revents != 0 && settings_watch_changed(&server->settings)) {
            struct reply dirty = make_reply(REPLY_SETTINGS_DIRTY, 0);
            spool_forget(&server->spool);
            if (!send_reply(server, &dirty, -1)) {
                return WORKER_FAILED;
            }
        }
        if (set[POLL_SOCKET].revents != 0) {
            int end = take_request(server);
            if (end >= 0) {
                return (enum worker_end)end;
            }
        }
    }
}

enum worker_end serve(const struct serve_context *context) {
    struct server server = {.config = context->config,
                            .socket = context->socket,
                            .worker = context->worker,
                            .turns = context->turns,
                            .scanner = scanner_new(),
                            .lock = POSTFIX_LOCK_INIT};
    settings_watch_init(&server.settings);
    struct timeval timeout = {.tv_sec = SEND_TIMEOUT_SEC};
    enum worker_end end = WORKER_FAILED;
    if (server.scanner != NULL &&
        setsockopt(server.socket, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) == 0 &&
        send_hello(&server)) {
        end = serve_loop(&server);
    }
    for (size_t i = 0; i < CHILDREN_MAX; i++) {
        if (server.children[i].pid != 0) {
            child_stop(&server.children[i], 0);
        }
    }
    settings_watch_deinit(&server.settings);
    scanner_free(server.scanner);
    postfix_lock_forget(&server.lock);
    return end;
}

/* SPDX-License-Identifier: BSD-3-Clause */
#include "os/supervise.h"

#include "os/log.h"
#include "os/process.h"
#include "os/socket.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#define BACKOFF_FIRST_MS 100
#define BACKOFF_MAX_MS 5000

static int wait_for(const struct supervision *supervision, pid_t worker) {
    int status = 0;
    if (supervision->reap != NULL) {
        return supervision->reap(supervision->userdata, worker);
    }
    while (waitpid(worker, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

static bool ended_on_purpose(int status) {
    return WIFEXITED(status) &&
           (WEXITSTATUS(status) == WORKER_PEER_CLOSED || WEXITSTATUS(status) == WORKER_REFUSED);
}

enum worker_end supervise(const struct supervision *supervision) {
    int backoff_ms = BACKOFF_FIRST_MS;
    pid_t supervisor = getpid();
    for (uint32_t number = 1;; number++) {
        pid_t worker = fork();
        if (worker == 0) {
            _exit(process_follow(supervisor) ? supervision->run(supervision->userdata, number)
                                             : WORKER_FAILED);
        }
        if (worker < 0) {
            log_line(LOG_ERR, "cannot start a worker: %s; trying again", strerror(errno));
        } else {
            int status = wait_for(supervision, worker);
            if (ended_on_purpose(status)) {
                return (enum worker_end)WEXITSTATUS(status);
            }
            /* One that was still starting fails because nobody is there. */
            if (WIFEXITED(status) && socket_peer_closed(supervision->socket)) {
                return WORKER_PEER_CLOSED;
            }
            log_line(LOG_WARNING, "worker ended (%s %d), starting another",
                     WIFSIGNALED(status) ? "signal" : "status",
                     WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        }
        if (socket_peer_closed(supervision->socket)) {
            return WORKER_PEER_CLOSED;
        }
        poll(NULL, 0, backoff_ms);
        backoff_ms = 2 * backoff_ms < BACKOFF_MAX_MS ? 2 * backoff_ms : BACKOFF_MAX_MS;
    }
}

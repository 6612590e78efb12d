/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/stop.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>

static volatile sig_atomic_t requested;

static void on_signal(int number) {
    (void)number;
    requested = 1;
}

void stop_catch(void) {
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool stop_requested(void) {
    return requested != 0;
}

void stop_forget(void) {
    requested = 0;
}

void stop_sleep(unsigned milliseconds) {
    const struct timespec wait = {.tv_sec = milliseconds / 1000,
                                  .tv_nsec = (long)(milliseconds % 1000) * 1000000};
    if (!stop_requested()) {
        nanosleep(&wait, NULL);
    }
}

bool stop_wait_input(int fd) {
    sigset_t held;
    sigset_t before;
    struct pollfd input = {.fd = fd, .events = POLLIN};
    /* Held back but while it polls: none is lost between the look at the mark and the wait. */
    sigemptyset(&held);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGTERM);
    sigprocmask(SIG_BLOCK, &held, &before);
    while (!stop_requested() && ppoll(&input, 1, NULL, &before) < 1) {
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return !stop_requested();
}

/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/stop.h"

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

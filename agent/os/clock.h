/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The clocks. Not for the core library, which takes the time as an argument.
 */
#ifndef HMQ_OS_CLOCK_H
#define HMQ_OS_CLOCK_H

#include "core/time_units.h"

#include <stdint.h>
#include <time.h>

/* CLOCK_MONOTONIC in microseconds. */
static inline uint64_t clock_usec(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * USEC_PER_SEC + (uint64_t)now.tv_nsec / NSEC_PER_USEC;
}

/* Seconds since the epoch. */
static inline int64_t clock_wall(void) {
    return (int64_t)time(NULL);
}

#endif

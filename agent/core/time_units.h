/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How many of one unit of time make another. Times are microseconds in uint64_t (named _usec) or
 * seconds (named _s); a clock is read in os/clock.h only.
 */
#ifndef HMQ_CORE_TIME_UNITS_H
#define HMQ_CORE_TIME_UNITS_H

#include <stdint.h>

#define NSEC_PER_USEC UINT64_C(1000)
#define USEC_PER_MSEC UINT64_C(1000)
#define USEC_PER_SEC UINT64_C(1000000)
#define SECONDS_PER_DAY 86400U
#define USEC_PER_DAY (SECONDS_PER_DAY * USEC_PER_SEC)

#endif

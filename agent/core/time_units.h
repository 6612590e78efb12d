/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Conversion between units of time. Times are microseconds in a uint64_t (named _usec) or seconds
 * (named _s). Only os/clock.h reads a clock.
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

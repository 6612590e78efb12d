/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How time goes by, whatever is done to the clock.
 */
#ifndef HMQ_CLIENT_NOW_H
#define HMQ_CLIENT_NOW_H

#include <stdint.h>

/* Milliseconds since some time in the past. */
int64_t now_ms(void);

#endif

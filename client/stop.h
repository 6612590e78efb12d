/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ctrl-C, and waiting that it interrupts.
 */
#ifndef HMQ_CLIENT_STOP_H
#define HMQ_CLIENT_STOP_H

#include <stdbool.h>

/* From now on SIGINT and SIGTERM only set the mark that stop_requested reads. */
void stop_catch(void);

bool stop_requested(void);

/* Removes the mark. */
void stop_forget(void);

/* Sleeps; returns at once when a stop is requested. */
void stop_sleep(unsigned milliseconds);

/* Waits until fd has input, however long. Returns false when a stop is requested first, also one
 * that came before the call. */
bool stop_wait_input(int fd);

#endif

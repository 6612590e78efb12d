/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The last EVENT_LOG_MAX events, for hmqEventTable.
 */
#ifndef HMQ_CORE_EVENT_LOG_H
#define HMQ_CORE_EVENT_LOG_H

#include "core/event.h"

#include <stddef.h>
#include <stdint.h>

struct event_log;

struct event_log *event_log_new(void); /* NULL if out of memory */
void event_log_free(struct event_log *log);

/* Appends a copy. Its serial must be greater than all before it. If the log is full, the oldest
 * event is removed. */
void event_log_add(struct event_log *log, const struct event *event);

/* Returns the event with this serial, or NULL. */
struct event *event_log_find(const struct event_log *log, uint32_t serial);

/* Returns the first event with a serial greater than after, or NULL. */
const struct event *event_log_after(const struct event_log *log, uint32_t after);

/* Returns the serial of the oldest event, or 0 if the log is empty. */
uint32_t event_log_oldest(const struct event_log *log);

#endif

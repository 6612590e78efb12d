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

struct event_log *event_log_new(void); /* NULL without memory */
void event_log_free(struct event_log *log);

/* Appends a copy; its serial is above all before. The oldest leaves a full log. */
void event_log_add(struct event_log *log, const struct event *event);

/* The event with the serial, or NULL. */
struct event *event_log_find(const struct event_log *log, uint32_t serial);

/* The first event with a serial above `after`, or NULL. */
const struct event *event_log_after(const struct event_log *log, uint32_t after);

/* The serial of the oldest event in the log, 0 when it is empty. */
uint32_t event_log_oldest(const struct event_log *log);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The agent as a service: readiness, status and watchdog for systemd (sd_notify(3)), and the
 * latency of the event loop. Without systemd, all of it does nothing.
 */
#ifndef HMQ_APP_SERVICE_H
#define HMQ_APP_SERVICE_H

#include "core/snapshot.h"
#include "core/status.h"

#include <systemd/sd-event.h>

struct service;

/* status and loop are borrowed; nothing else writes loop. Returns 0 with *out, or a negative errno
 * value. */
int service_new(sd_event *event, const struct agent_status *status, struct loop_status *loop,
                struct service **out);
void service_free(struct service *service);

/* Calls stop on SIGTERM and SIGINT, and reload on SIGHUP, from the event loop; both are blocked
 * otherwise. 0 or a negative errno value. */
int service_signals(sd_event *event, sd_event_signal_handler_t stop,
                    sd_event_signal_handler_t reload, void *userdata);

/* A process that only root could start has ended for good; program (a literal) is its name. If
 * there is a service manager, this process exits with a failure, so that everything is started
 * again. Otherwise it continues and logs what no longer works, because nobody would start it again.
 * Returns whether it will exit. */
bool service_process_gone(struct service *service, const char *program);

/* Repeated until the service manager has accepted it. */
void service_ready(struct service *service);
void service_stopping(void);

/* Why the SNMP master agent cannot be used, for the line of service_report; NULL = it can. Copied.
 */
void service_note_master(struct service *service, const char *reason);

/* One line for people with the totals; sent only when it differs from the last one. */
void service_report(struct service *service, const struct snapshot *snapshot);

#endif

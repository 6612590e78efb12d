/*
 * The agent as a service: readiness, status and watchdog for systemd (sd_notify(3)), and the
 * latency of the event loop. All of it does nothing where no systemd is.
 */
#ifndef HMQ_APP_SERVICE_H
#define HMQ_APP_SERVICE_H

#include "core/snapshot.h"
#include "core/status.h"

#include <systemd/sd-event.h>

struct service;

/* status is borrowed; its loop_latency_ms is kept up to date. 0 or a negative errno value. */
int service_new(sd_event *event, struct agent_status *status, struct service **out);
void service_free(struct service *service);

/* A process (a literal) that only root could start has ended for good. A service manager is made to
 * start everything anew: this process exits with a failure. Without one it stays and logs what is
 * lost, because nobody would start it again. */
void service_process_gone(struct service *service, const char *program);

/* Sent again until the manager has taken it. */
void service_ready(struct service *service);
void service_stopping(void);

/* One line for people with the totals; sent only when it differs from the last one. */
void service_report(struct service *service, const struct snapshot *snapshot);

#endif

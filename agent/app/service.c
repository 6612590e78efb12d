#include "app/service.h"

#include "io/log.h"
#include "os/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <systemd/sd-daemon.h>

#define USEC_PER_SEC UINT64_C(1000000)
#define SLOTS 60

/* A stop of the whole service ends the other processes too, and is not their failure. */
#define GONE_WAIT_USEC USEC_PER_SEC

struct service {
    sd_event_source *timer, *gone_timer;
    const char *gone; /* the program that has ended */
    struct agent_status *status;
    uint32_t worst_ms[SLOTS]; /* per second of the last minute */
    size_t slot;
    char line[256];
};

/* How late the timer comes is how long something kept the loop. */
static int on_timer(sd_event_source *source, uint64_t due, void *userdata) {
    struct service *service = userdata;
    uint64_t now = clock_usec();
    uint32_t worst = 0;
    service->slot = (service->slot + 1) % SLOTS;
    service->worst_ms[service->slot] = now > due ? (uint32_t)((now - due) / 1000) : 0;
    for (size_t i = 0; i < SLOTS; i++) {
        worst = service->worst_ms[i] > worst ? service->worst_ms[i] : worst;
    }
    service->status->loop_latency_ms = worst;
    sd_event_source_set_time(source, now + USEC_PER_SEC);
    return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

int service_new(sd_event *event, struct agent_status *status, struct service **out) {
    struct service *service = calloc(1, sizeof *service);
    if (service == NULL) {
        return -ENOMEM;
    }
    service->status = status;
    /* Measured to the millisecond: the default accuracy would add a quarter of a second. */
    int r = sd_event_add_time(event, &service->timer, CLOCK_MONOTONIC, clock_usec() + USEC_PER_SEC,
                              1, on_timer, service);
    if (r >= 0) {
        r = sd_event_set_watchdog(event, 1);
    }
    if (r < 0) {
        service_free(service);
        return r;
    }
    *out = service;
    return 0;
}

void service_free(struct service *service) {
    if (service == NULL) {
        return;
    }
    sd_event_source_disable_unref(service->timer);
    sd_event_source_disable_unref(service->gone_timer);
    free(service);
}

static int on_gone_timer(sd_event_source *source, uint64_t usec, void *userdata) {
    const struct service *service = userdata;
    (void)usec;
    log_line(LOG_CRIT, "stopping, to be started anew together with %s", service->gone);
    service_stopping();
    return sd_event_exit(sd_event_source_get_event(source), -ECHILD);
}

void service_process_gone(struct service *service, const char *program) {
    if (getenv("NOTIFY_SOCKET") == NULL || service->gone != NULL) {
        return;
    }
    service->gone = program;
    sd_event_add_time_relative(sd_event_source_get_event(service->timer), &service->gone_timer,
                               CLOCK_MONOTONIC, GONE_WAIT_USEC, 0, on_gone_timer, service);
}

void service_ready(void) {
    sd_notify(0, "READY=1");
}

void service_stopping(void) {
    sd_notify(0, "STOPPING=1");
}

void service_report(struct service *service, const struct snapshot *snapshot) {
    char line[sizeof service->line];
    uint64_t total;
    static const char *const words[] = {
        [DATA_OK] = "", [DATA_STALE] = " (stale)", [DATA_UNAVAILABLE] = " (listing unavailable)"};
    if (snapshot_total(snapshot, &total)) {
        const uint32_t *messages = snapshot->counts.messages;
        snprintf(line, sizeof line,
                 "%" PRIu64 " messages: %u active, %u deferred, %u on hold, %u incoming, "
                 "%u maildrop%s%s",
                 total, messages[QUEUE_ACTIVE], messages[QUEUE_DEFERRED], messages[QUEUE_HOLD],
                 messages[QUEUE_INCOMING], messages[QUEUE_MAILDROP],
                 service->status->overload ? ", OVERLOAD" : "", words[service->status->data]);
    } else {
        snprintf(line, sizeof line, "queue unknown: %.200s",
                 service->status->last_read_error[0] != '\0' ? service->status->last_read_error
                                                             : "not read yet");
    }
    if (strcmp(line, service->line) != 0) {
        memcpy(service->line, line, sizeof line);
        sd_notifyf(0, "STATUS=%s", line);
    }
}

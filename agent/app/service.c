/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Owns what the service manager is told. No message to it waits: a manager that reads nothing, as
 * one that is being restarted, must not keep the loop. READY=1 and the status line are sent again
 * each second until they were taken; of the watchdog's messages the next one does.
 */
#include "app/service.h"

#include "core/time_units.h"
#include "os/clock.h"
#include "os/log.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#define SLOTS 60

/* A stop of the whole service ends the other processes too, and is not their failure. */
#define GONE_WAIT_USEC USEC_PER_SEC

/* Signs of life within the time the manager waits for one; a lost one must not be the last. */
#define WATCHDOG_SIGNS 4

/* Room for what describe_raised writes. */
#define RAISED_SIZE 48

struct service {
    sd_event_source *timer, *watchdog_timer, *gone_timer;
    const char *gone; /* the program that has ended */
    const struct agent_status *status;
    struct loop_status *loop;
    uint64_t watchdog_usec;   /* between two signs of life */
    uint32_t worst_ms[SLOTS]; /* per second of the last minute */
    size_t slot;
    bool ready_due, line_due; /* to be sent again */
    char line[640];
    bool no_snmp;
    char master[384]; /* why there is no SNMP */
};

/* Returns false when the manager takes nothing now; true without one, and when it is no longer
 * there. */
static bool notify(const char *message) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = getenv("NOTIFY_SOCKET");
    size_t len = path != NULL ? strlen(path) : 0;
    if (len < 2 || len >= sizeof address.sun_path || (path[0] != '/' && path[0] != '@')) {
        return true;
    }
    memcpy(address.sun_path, path, len);
    if (path[0] == '@') {
        address.sun_path[0] = '\0';
    }
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return false;
    }
    ssize_t sent = sendto(fd, message, strlen(message), MSG_DONTWAIT | MSG_NOSIGNAL,
                          (const struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
    bool refused = sent < 0 && (errno == EAGAIN || errno == ENOBUFS);
    close(fd);
    return !refused;
}

static void send_status(struct service *service) {
    char message[sizeof service->line + 16];
    snprintf(message, sizeof message, "STATUS=%s", service->line);
    service->line_due = !notify(message);
}

static int on_watchdog(sd_event_source *source, uint64_t due, void *userdata) {
    const struct service *service = userdata;
    (void)due;
    notify("WATCHDOG=1");
    sd_event_source_set_time_relative(source, service->watchdog_usec);
    return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static int watch(sd_event *event, struct service *service) {
    uint64_t usec;
    if (sd_watchdog_enabled(0, &usec) <= 0) {
        return 0;
    }
    service->watchdog_usec = usec / WATCHDOG_SIGNS;
    int r = sd_event_add_time(event, &service->watchdog_timer, CLOCK_MONOTONIC, 0, 1, on_watchdog,
                              service);
    return r < 0
               ? r
               : sd_event_source_set_priority(service->watchdog_timer, SD_EVENT_PRIORITY_IMPORTANT);
}

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
    service->loop->latency_ms = worst;
    if (service->ready_due) {
        service_ready(service);
    }
    if (service->line_due) {
        send_status(service);
    }
    log_report_lost();
    sd_event_source_set_time(source, now + USEC_PER_SEC);
    return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

int service_new(sd_event *event, const struct agent_status *status, struct loop_status *loop,
                struct service **out) {
    struct service *service = calloc(1, sizeof *service);
    if (service == NULL) {
        return -ENOMEM;
    }
    service->status = status;
    service->loop = loop;
    /* Measured to the millisecond: the default accuracy would add a quarter of a second. */
    int r = sd_event_add_time(event, &service->timer, CLOCK_MONOTONIC, clock_usec() + USEC_PER_SEC,
                              1, on_timer, service);
    if (r >= 0) {
        r = watch(event, service);
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
    sd_event_source_disable_unref(service->watchdog_timer);
    sd_event_source_disable_unref(service->gone_timer);
    free(service);
}

int service_signals(sd_event *event, sd_event_signal_handler_t stop,
                    sd_event_signal_handler_t reload, void *userdata) {
    const struct {
        int number;
        sd_event_signal_handler_t handler;
    } signals[] = {{SIGTERM, stop}, {SIGINT, stop}, {SIGHUP, reload}};
    sigset_t set;
    int r = 0;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        sigaddset(&set, signals[i].number);
    }
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0) {
        return -errno;
    }
    for (size_t i = 0; r >= 0 && i < sizeof signals / sizeof signals[0]; i++) {
        r = sd_event_add_signal(event, NULL, signals[i].number, signals[i].handler, userdata);
    }
    return r < 0 ? r : 0;
}

static int on_gone_timer(sd_event_source *source, uint64_t usec, void *userdata) {
    const struct service *service = userdata;
    (void)usec;
    log_line(LOG_CRIT,
             "%s has ended for good; stopping, so that the service manager starts both again",
             service->gone);
    service_stopping();
    return sd_event_exit(sd_event_source_get_event(source), -ECHILD);
}

bool service_process_gone(struct service *service, const char *program) {
    if (getenv("NOTIFY_SOCKET") == NULL) {
        return false;
    }
    if (service->gone_timer != NULL) {
        return true;
    }
    service->gone = program;
    return sd_event_add_time_relative(sd_event_source_get_event(service->timer),
                                      &service->gone_timer, CLOCK_MONOTONIC, GONE_WAIT_USEC, 0,
                                      on_gone_timer, service) >= 0;
}

void service_ready(struct service *service) {
    service->ready_due = !notify("READY=1");
}

void service_stopping(void) {
    notify("STOPPING=1");
}

void service_note_master(struct service *service, const char *reason) {
    service->no_snmp = reason != NULL;
    snprintf(service->master, sizeof service->master, "%s", reason != NULL ? reason : "");
}

/* ", OVERLOAD, 2 conditions raised" */
static const char *describe_raised(const struct agent_status *status, char out[RAISED_SIZE]) {
    bool overload = status->conditions[CONDITION_OVERLOAD].state == CONDITION_STATE_RAISED;
    unsigned others = 0;
    for (size_t i = CONDITION_OVERLOAD + 1; i < CONDITIONS_MAX; i++) {
        others += status->conditions[i].state == CONDITION_STATE_RAISED;
    }
    int len = snprintf(out, RAISED_SIZE, "%s", overload ? ", OVERLOAD" : "");
    if (others > 0) {
        snprintf(out + len, RAISED_SIZE - (size_t)len, ", %u condition%s raised", others,
                 others == 1 ? "" : "s");
    }
    return out;
}

void service_report(struct service *service, const struct snapshot *snapshot) {
    char line[sizeof service->line];
    char raised[RAISED_SIZE];
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
                 describe_raised(service->status, raised), words[service->status->readings.data]);
    } else {
        snprintf(line, sizeof line, "queue unknown: %.200s",
                 service->status->readings.failed ? service->status->readings.error
                                                  : "not read yet");
    }
    if (service->no_snmp) {
        size_t used = strlen(line);
        snprintf(line + used, sizeof line - used, "; no SNMP: %s", service->master);
    }
    if (strcmp(line, service->line) != 0) {
        memcpy(service->line, line, sizeof line);
        send_status(service);
    }
}

#include "app/agent.h"

#include "app/collector.h"
#include "app/service.h"
#include "core/detect.h"
#include "io/log.h"
#include "snmp/agentx.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#define USEC_PER_SEC UINT64_C(1000000)

struct agent {
    sd_event *event;
    struct config *config;
    struct agent_status status;
    struct detector detector;
    bool data_lost; /* hmqDataLost was raised and not yet followed by hmqDataRestored */
    struct collector *collector;
    struct agentx *agentx;
    struct service *service;
};

static uint64_t now_usec(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * USEC_PER_SEC + (uint64_t)now.tv_nsec / 1000;
}

static void fill_view(void *userdata, struct mib_view *view) {
    const struct agent *agent = userdata;
    *view = (struct mib_view){.snapshot = collector_snapshot(agent->collector),
                              .status = &agent->status,
                              .config = agent->config,
                              .now_usec = now_usec(),
                              .now_wall = time(NULL)};
}

static int event_priority(enum event_type type) {
    const char *severity = event_severity(type);
    if (strcmp(severity, "critical") == 0) {
        return LOG_CRIT;
    }
    return strcmp(severity, "warning") == 0 ? LOG_WARNING : LOG_NOTICE;
}

static void emit(struct agent *agent, enum event_type type, const char *text) {
    struct mib_view view;
    agent->status.event_serial++;
    fill_view(agent, &view);
    log_event(event_priority(type), event_name(type), agent->status.event_serial, text);
    struct notification *notification = mib_notification_new(&view, type);
    if (notification == NULL) {
        log_line(LOG_ERR, "out of memory: the notification %s is lost", event_name(type));
        return;
    }
    agentx_notify(agent->agentx, notification);
}

static struct detect_input measure(const struct agent *agent) {
    const struct snapshot *snapshot = collector_snapshot(agent->collector);
    struct detect_input input = {.hold = {.known = snapshot->counts.known[QUEUE_HOLD],
                                          .value = snapshot->counts.messages[QUEUE_HOLD]}};
    struct queue_totals totals;
    input.total.known = snapshot_total(snapshot, &input.total.value);
    input.oldest_age_s.known = snapshot_all_totals(snapshot, &totals);
    if (input.oldest_age_s.known) {
        input.oldest_age_s.value = queue_totals_age(&totals, time(NULL));
    }
    return input;
}

/* Set before the notification is built: it reads the flag by the same getter as a GET. */
static void set_overload(struct agent *agent, bool overload) {
    if (overload && !agent->status.overload) {
        agent->status.overload_since = time(NULL);
        agent->status.overload_raises++;
    } else if (!overload) {
        agent->status.overload_since = 0;
    }
    agent->status.overload = overload;
}

static void judge_data(struct agent *agent) {
    if (agent->status.data == DATA_UNAVAILABLE && !agent->data_lost &&
        agent->status.last_read_error[0] != '\0') {
        agent->data_lost = true;
        emit(agent, EVENT_DATA_LOST, agent->status.last_read_error);
    } else if (agent->status.data == DATA_OK && agent->data_lost) {
        agent->data_lost = false;
        emit(agent, EVENT_DATA_RESTORED, "the queue can be read again");
    }
}

static void on_changed(void *userdata) {
    struct agent *agent = userdata;
    if (agent->agentx == NULL) {
        return; /* still starting */
    }
    enum event_type events[CONDITION_COUNT];
    struct detect_input input = measure(agent);
    size_t count = detect(&agent->detector, &agent->config->thresholds, &input, events);
    set_overload(agent, agent->detector.raised[CONDITION_OVERLOAD]);
    for (size_t i = 0; i < count; i++) {
        char text[64];
        snprintf(text, sizeof text, "%llu messages in the queue",
                 (unsigned long long)input.total.value);
        emit(agent, events[i], input.total.known ? text : "");
    }
    judge_data(agent);
    service_report(agent->service, collector_snapshot(agent->collector));
}

static void on_log(void *userdata, int priority, const char *text) {
    (void)userdata;
    log_line(priority, "%s", text);
}

static void on_connected(void *userdata, bool up, uint32_t reconnects) {
    struct agent *agent = userdata;
    agent->status.master_reconnects = reconnects;
    if (up) {
        log_line(LOG_NOTICE, "registered with the SNMP master agent at %s",
                 agent->config->agentx_socket);
    } else {
        log_line(LOG_WARNING, "lost the SNMP master agent at %s, trying again",
                 agent->config->agentx_socket);
    }
}

static int on_stop(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata) {
    struct agent *agent = userdata;
    (void)source;
    log_line(LOG_INFO, "stopping on signal %u", info->ssi_signo);
    service_stopping();
    return sd_event_exit(agent->event, 0);
}

/* A bad file changes nothing; what needs a restart is named and leaves all as it was. */
static int on_reload(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata) {
    struct agent *agent = userdata;
    struct config *next;
    char error[512];
    (void)source;
    (void)info;
    if (config_load(agent->config->path, &next, error, sizeof error) < 0) {
        log_line(LOG_ERR, "not reloaded: %s", error);
        return 0;
    }
    const char *key = config_restart_needed(agent->config, next);
    if (key != NULL) {
        log_line(LOG_ERR, "not reloaded: a changed %s needs a restart", key);
        config_free(next);
        return 0;
    }
    collector_reconfigure(agent->collector, next);
    config_free(agent->config);
    agent->config = next;
    log_set_level(next->log_level);
    log_line(LOG_NOTICE, "configuration reloaded from %s", next->path);
    on_changed(agent);
    return 0;
}

static int add_signals(struct agent *agent) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0) {
        return -errno;
    }
    int r = sd_event_add_signal(agent->event, NULL, SIGTERM, on_stop, agent);
    if (r >= 0) {
        r = sd_event_add_signal(agent->event, NULL, SIGINT, on_stop, agent);
    }
    if (r >= 0) {
        r = sd_event_add_signal(agent->event, NULL, SIGHUP, on_reload, agent);
    }
    return r < 0 ? r : 0;
}

int agent_new(struct config *config, int helper_socket, struct agent **out) {
    struct agent *agent = calloc(1, sizeof *agent);
    if (agent == NULL) {
        return -ENOMEM;
    }
    const struct collector_callbacks collector_callbacks = {
        .changed = on_changed, .log = on_log, .userdata = agent};
    const struct agentx_callbacks agentx_callbacks = {
        .view = fill_view, .connected = on_connected, .log = on_log, .userdata = agent};
    agent->config = config;
    agent->status.start_wall = time(NULL);
    int r = sd_event_new(&agent->event);
    if (r >= 0) {
        r = add_signals(agent);
    }
    if (r >= 0) {
        r = service_new(agent->event, &agent->status, &agent->service);
    }
    if (r >= 0) {
        r = collector_new(agent->event, helper_socket, config, &agent->status, &collector_callbacks,
                          &agent->collector);
    }
    if (r >= 0) {
        r = agentx_new(agent->event, config->agentx_socket, &config->base_oid, &agentx_callbacks,
                       &agent->agentx);
    }
    if (r < 0) {
        agent->config = NULL;
        agent_free(agent);
        return r;
    }
    emit(agent, EVENT_AGENT_STARTED, "agent started");
    *out = agent;
    return 0;
}

int agent_run(struct agent *agent) {
    service_ready();
    return sd_event_loop(agent->event);
}

void agent_free(struct agent *agent) {
    if (agent == NULL) {
        return;
    }
    agentx_free(agent->agentx);
    collector_free(agent->collector);
    service_free(agent->service);
    sd_event_unref(agent->event);
    config_free(agent->config);
    free(agent);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The start of the agent, as far as it depends on the database. The queue is served at once, but
 * nothing is detected or announced until the database has been read (`started`), because it holds
 * what was raised before; LOAD_WAIT_USEC limits the wait. What was read is handed out in a fixed
 * order: the tunables first, since detection needs the thresholds; then what was raised and the
 * stored events, so that new events follow them; the settings and the actions; and last the hooks,
 * which need the position of each endpoint.
 */
#include "app/agent_internal.h"

#include "app/load.h"
#include "core/time_units.h"
#include "os/log.h"

#include <string.h>
#include <syslog.h>

/* Long enough for a lock that another program holds on the database (store.h). */
#define LOAD_WAIT_USEC (12 * USEC_PER_SEC)

/* Hooks wait longer, because the position of each endpoint is in the database. */
#define HOOKS_WAIT_USEC (30 * USEC_PER_SEC)

#define LOADED_ACTIONS_OCTETS ((size_t)8 * 1024 * 1024)
#define AUDIT_DAYS 365

static void on_store_usable(void *userdata, int error, const char *text) {
    struct agent *agent = userdata;
    load_note_store(&agent->status.store, agent->store, agent->config->database, error, text);
}

static void on_hooks_gone(void *userdata) {
    struct agent *agent = userdata;
    service_process_gone(agent->service, "hermes-mailqueue-hooks");
}

static bool has_hooks(const struct agent *agent) {
    return agent->hooks_socket >= 0 || agent->hooks_path != NULL;
}

/* image is NULL if the store could not be read in time. */
static void start_hooks(struct agent *agent, const struct store_image *image) {
    sd_event_source_set_enabled(agent->hooks_timer, SD_EVENT_OFF);
    if (agent->hooks != NULL || !has_hooks(agent)) {
        return;
    }
    const struct hook_peer peer = {.socket = agent->hooks_socket,
                                   .path = agent->hooks_path,
                                   .gone = on_hooks_gone,
                                   .userdata = agent};
    agent->hooks_socket = -1;
    int r = hook_feed_new(agent->event, &peer, agent->config, agent->store, agent->events, image,
                          agent->first_serial, &agent->hooks);
    if (r < 0) {
        log_line(LOG_ERR, "webhooks and scripts will not be called: %s", strerror(-r));
    }
}

static int on_hooks_timer(sd_event_source *source, uint64_t usec, void *userdata) {
    struct agent *agent = userdata;
    (void)source;
    (void)usec;
    if (has_hooks(agent)) {
        log_line(LOG_WARNING, "webhooks and scripts receive only what happens from this start "
                              "on: earlier events are in the database, which cannot be read");
    }
    start_hooks(agent, NULL);
    return 0;
}

static void start(struct agent *agent) {
    agent->started = true;
    agent->first_serial = agent->status.events.serial;
    sd_event_source_set_enabled(agent->load_timer, SD_EVENT_OFF);
    agent_changed(agent);
}

static int on_load_timer(sd_event_source *source, uint64_t usec, void *userdata) {
    struct agent *agent = userdata;
    (void)source;
    (void)usec;
    log_line(LOG_WARNING, "the database %s has not been read yet; starting without it",
             agent->config->database);
    events_load(agent->events, NULL);
    start(agent);
    return 0;
}

/* A value that was set before the database was read is newer than the one in the database. */
static void take_tunables(struct agent *agent, const struct store_image *image) {
    uint32_t limit = agent->tunables.message_limit;
    for (size_t i = 0; i < image->tunables.count; i++) {
        const struct stored_tunable *stored = &image->tunables.list[i];
        if (!stored_tunables_has(&agent->tunables_stored, stored->name)) {
            stored_tunables_put(&agent->tunables_stored, stored->name, stored->value);
        }
    }
    tunables_apply(&agent->tunables, &agent->tunables_stored);
    load_report_overrides(&agent->tunables, &agent->tunables_stored, agent->config);
    if (agent->tunables.message_limit != limit) {
        collector_list_soon(agent->collector);
    }
}

static void on_store_loaded(void *userdata, const struct store_image *image, int error,
                            const char *text) {
    struct agent *agent = userdata;
    load_note_store(&agent->status.store, agent->store, agent->config->database, error, text);
    load_report(image, agent->config->database);
    take_tunables(agent, image);
    announcements_load(&agent->announcements);
    if (error == 0) {
        detection_load(&agent->detection, image);
    }
    events_load(agent->events, image);
    if (error == 0) {
        settings_load(agent->settings, image);
    }
    if (!agent->started) {
        start(agent);
    } else {
        agent_changed(agent);
    }
    load_announce(image, agent->events);
    actions_load(agent->actions, image);
    if (error == 0) {
        start_hooks(agent, image);
    }
}

int agent_start_store(struct agent *agent) {
    const struct config *config = agent->config;
    const struct store_limits limits = {.retention_rows = config->action_retention_rows,
                                        .retention_usec = config->action_retention_usec,
                                        .memory_octets = LOADED_ACTIONS_OCTETS,
                                        .audit_days = AUDIT_DAYS};
    const struct store_place place = {.path = config->database,
                                      .config_directory = config->postfix_config_directory,
                                      .container = config->container};
    const struct store_callbacks callbacks = {
        .loaded = on_store_loaded, .usable = on_store_usable, .userdata = agent};
    int r = sd_event_add_time_relative(agent->event, &agent->load_timer, CLOCK_MONOTONIC,
                                       LOAD_WAIT_USEC, 0, on_load_timer, agent);
    if (r >= 0) {
        r = sd_event_add_time_relative(agent->event, &agent->hooks_timer, CLOCK_MONOTONIC,
                                       HOOKS_WAIT_USEC, 0, on_hooks_timer, agent);
    }
    return r < 0 ? r : store_new(agent->event, &place, &limits, &callbacks, &agent->store);
}

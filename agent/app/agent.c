/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Puts the agent together. Every callback from one part to another passes through this file, but
 * for those of the store (app/startup.c). At a stop the store is freed first, because its last
 * callbacks reach the other parts. A reload replaces the contents of the configuration in place,
 * because every part borrows it.
 */
#include "app/agent_internal.h"

#include "app/load.h"
#include "core/time_units.h"
#include "os/log.h"
#include "os/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

/* How long the store may go on writing at a stop. */
#define STOP_WAIT_USEC (5 * USEC_PER_SEC)

static void fill_view(void *userdata, struct mib_view *view) {
    struct agent *agent = userdata;
    size_t hook_count = hook_feed_status(agent->hooks, agent->hook_status);
    *view = (struct mib_view){.snapshot = collector_snapshot(agent->collector),
                              .status = &agent->status,
                              .config = agent->config,
                              .tunables = &agent->tunables,
                              .actions = actions_table(agent->actions),
                              .events = events_log(agent->events),
                              .hooks = agent->hook_status,
                              .hook_count = hook_count,
                              .now_usec = clock_usec(),
                              .now_wall = clock_wall()};
}

void agent_changed(struct agent *agent) {
    if (!agent->started || agent->restarting) {
        return;
    }
    const struct snapshot *snapshot = collector_snapshot(agent->collector);
    history_recorder_look(agent->history);
    announcements_run(&agent->announcements);
    settings_observe(agent->settings, &snapshot->settings);
    detection_run(&agent->detection, snapshot);
    service_report(agent->service, snapshot);
}

static void on_changed(void *userdata) {
    agent_changed(userdata);
}

static void on_log(void *userdata, int priority, const char *text) {
    (void)userdata;
    log_line(priority, "%s", text);
}

static void on_mail_log(void *userdata, const char *error) {
    struct agent *agent = userdata;
    collector_note_mail_log(agent->collector, error);
}

static void on_requeued(void *userdata, const char *old_id, const char *new_id) {
    struct agent *agent = userdata;
    actions_take_new_id(agent->actions, old_id, new_id);
}

static void on_helper_up(void *userdata) {
    struct agent *agent = userdata;
    delivery_reader_wake(agent->delivery_reader);
    actions_wake(agent->actions);
    settings_wake(agent->settings);
}

static void on_helper_gone(void *userdata) {
    struct agent *agent = userdata;
    bool ending = service_process_gone(agent->service, "hermes-mailqueue-helper");
    agent->restarting = ending && agent->status.readings.data == DATA_OK;
}

static void on_connected(void *userdata, bool up, uint32_t reconnects) {
    struct agent *agent = userdata;
    agent->status.process.master_reconnects = reconnects;
    master_report_session(agent->master_report, up);
}

static void on_trouble(void *userdata, const struct master_trouble *trouble) {
    struct agent *agent = userdata;
    master_report_note(agent->master_report, trouble);
}

static void on_master_status(void *userdata, const char *reason) {
    struct agent *agent = userdata;
    service_note_master(agent->service, reason);
    service_report(agent->service, collector_snapshot(agent->collector));
}

static void on_sent(void *userdata, uint32_t serial) {
    struct agent *agent = userdata;
    events_sent(agent->events, serial);
}

static void on_event_added(void *userdata, const struct event *event) {
    struct agent *agent = userdata;
    if (agent->hooks != NULL && !agent->ending) {
        hook_feed_notify(agent->hooks, event);
    }
}

static void on_event_repeated(void *userdata, const struct event *event) {
    struct agent *agent = userdata;
    if (agent->hooks != NULL) {
        hook_feed_repeat(agent->hooks, event);
    }
}

static void on_action_finished(void *userdata, const struct action *action) {
    struct agent *agent = userdata;
    events_emit_action(agent->events, action);
}

/* SET */

static bool on_prepare(void *userdata, struct mib_changes *changes) {
    struct agent *agent = userdata;
    return actions_prepare(agent->actions, changes->actions, changes->action_count);
}

static void on_undo(void *userdata, struct mib_changes *changes) {
    struct agent *agent = userdata;
    actions_undo(agent->actions, changes->actions, changes->action_count);
}

/* By name, because a reload may have changed the conditions since the SET was prepared. */
static void commit_tunables(struct agent *agent, const struct mib_changes *changes) {
    struct stored_tunables set = {.count = 0};
    uint32_t limit = agent->tunables.message_limit;
    stored_tunables_take(&set, &changes->tunables, &changes->tunables_set);
    stored_tunables_take(&agent->tunables_stored, &changes->tunables, &changes->tunables_set);
    tunables_apply(&agent->tunables, &set);
    store_tunables_set(agent->store, &set, NULL, NULL);
    stored_tunables_deinit(&set);
    if (agent->tunables.message_limit != limit) {
        collector_list_soon(agent->collector);
    }
    agent_changed(agent);
}

static void on_commit(void *userdata, struct mib_changes *changes) {
    struct agent *agent = userdata;
    for (size_t i = 0; i < changes->destroyed_count; i++) {
        actions_destroy(agent->actions, &changes->destroyed[i]);
    }
    if (changes->action_count > 0) {
        actions_commit(agent->actions, changes->actions, changes->action_count,
                       collector_snapshot(agent->collector));
    }
    if (changes->tunables_changed) {
        commit_tunables(agent, changes);
    }
    if (lifetime_any(changes->lifetime_changed)) {
        settings_set(agent->settings, changes->lifetime_changed, changes->lifetime_days);
    }
    if (changes->pause.pause_set || changes->pause.for_set) {
        settings_set_pause(agent->settings, &changes->pause);
    }
}

static int on_stop(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata) {
    struct agent *agent = userdata;
    (void)source;
    log_line(LOG_INFO, "stopping on signal %u", info->ssi_signo);
    service_stopping();
    return sd_event_exit(agent->event, 0);
}

/* All or nothing: an error in the file, or a key that needs a restart, leaves everything as it was.
 */
static int on_reload(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata) {
    struct agent *agent = userdata;
    struct config *next;
    char error[512];
    (void)source;
    (void)info;
    if (config_load(agent->config->path, &next, error, sizeof error) < 0) {
        log_line(LOG_ERR, "configuration not reloaded: %s", error);
        return 0;
    }
    const char *key = config_restart_needed(agent->config, next);
    if (key != NULL) {
        log_line(LOG_ERR, "configuration not reloaded: a change of %s needs a restart", key);
        config_free(next);
        return 0;
    }
    /* In place, because everything borrows the configuration. */
    struct config old = *agent->config;
    *agent->config = *next;
    *next = old;
    config_free(next);
    tunables_from_config(&agent->tunables, agent->config);
    tunables_apply(&agent->tunables, &agent->tunables_stored);
    collector_reconfigure(agent->collector);
    log_set_level(agent->config->log_level);
    log_line(LOG_NOTICE, "configuration reloaded from %s", agent->config->path);
    load_report_overrides(&agent->tunables, &agent->tunables_stored, agent->config);
    agent_changed(agent);
    return 0;
}

static int start_reading(struct agent *agent, int helper_socket) {
    const struct collector_callbacks callbacks = {.changed = on_changed,
                                                  .helper_up = on_helper_up,
                                                  .helper_gone = on_helper_gone,
                                                  .log = on_log,
                                                  .userdata = agent};
    return collector_new(agent->event, helper_socket, agent->config, &agent->tunables,
                         &agent->status.readings, &callbacks, &agent->collector);
}

static int start_delivery(struct agent *agent) {
    const struct delivery_reader_callbacks callbacks = {
        .note = on_mail_log, .requeued = on_requeued, .log = on_log, .userdata = agent};
    int r = delivery_reader_new(agent->event, agent->config, collector_helper(agent->collector),
                                &callbacks, &agent->delivery_reader);
    agent->status.delivery = delivery_reader_delivery(agent->delivery_reader);
    return r;
}

static int start_settings(struct agent *agent) {
    const struct settings_context context = {.config = agent->config,
                                             .collector = agent->collector,
                                             .store = agent->store,
                                             .events = agent->events,
                                             .status = &agent->status.lifetimes,
                                             .pause_status = &agent->status.pause};
    return settings_new(agent->event, &context, &agent->settings);
}

static int start_history(struct agent *agent) {
    const struct history_sources sources = {
        .collector = agent->collector, .delivery = agent->status.delivery, .store = agent->store};
    return history_recorder_new(agent->event, &sources, &agent->history);
}

static int start_acting(struct agent *agent) {
    const struct events_sources sources = {.status = &agent->status.events,
                                           .tunables = &agent->tunables,
                                           .store = agent->store,
                                           .view = fill_view,
                                           .added = on_event_added,
                                           .repeated = on_event_repeated,
                                           .userdata = agent};
    const struct actions_context context = {.helper = collector_helper(agent->collector),
                                            .store = agent->store,
                                            .config = agent->config,
                                            .finished = on_action_finished,
                                            .userdata = agent};
    int r = events_new(agent->event, &sources, &agent->events);
    if (r < 0) {
        return r;
    }
    agent->detection = (struct detection){.status = &agent->status,
                                          .conditions = agent->status.conditions,
                                          .tunables = &agent->tunables,
                                          .events = agent->events,
                                          .store = agent->store};
    agent->announcements = (struct announcements){.status = &agent->status,
                                                  .tunables = &agent->tunables,
                                                  .events = agent->events,
                                                  .reported = agent->tunables};
    r = actions_new(agent->event, &context, &agent->actions);
    if (r >= 0) {
        r = start_settings(agent);
    }
    return r < 0 ? r : start_history(agent);
}

static int start_snmp(struct agent *agent) {
    const struct agentx_callbacks callbacks = {.view = fill_view,
                                               .prepare = on_prepare,
                                               .undo = on_undo,
                                               .commit = on_commit,
                                               .sent = on_sent,
                                               .connected = on_connected,
                                               .trouble = on_trouble,
                                               .log = on_log,
                                               .userdata = agent};
    int r = master_report_new(agent->event, agent->config, on_master_status, agent,
                              &agent->master_report);
    if (r == 0) {
        const struct agentx_place place = {.socket = agent->config->agentx_socket,
                                           .base = &agent->config->base_oid,
                                           .context = agent->config->context};
        r = agentx_new(agent->event, &place, &callbacks, &agent->agentx);
    }
    if (r == 0) {
        events_connect(agent->events, agent->agentx);
    }
    return r;
}

int agent_new(struct config *config, const struct agent_peers *peers, struct agent **out) {
    struct agent *agent = calloc(1, sizeof *agent);
    if (agent == NULL) {
        return -ENOMEM;
    }
    agent->config = config;
    agent->hooks_socket = peers->hooks;
    agent->hooks_path = config->hook_count > 0 ? peers->hooks_path : NULL;
    agent->status.process.start_wall = clock_wall();
    tunables_from_config(&agent->tunables, config);
    int r = sd_event_new(&agent->event);
    if (r >= 0) {
        r = service_signals(agent->event, on_stop, on_reload, agent);
    }
    if (r >= 0) {
        r = service_new(agent->event, &agent->status, &agent->status.loop, &agent->service);
    }
    if (r >= 0) {
        r = start_reading(agent, peers->helper);
    }
    if (r >= 0) {
        r = start_delivery(agent);
    }
    if (r >= 0) {
        r = agent_start_store(agent);
    }
    if (r >= 0) {
        r = start_acting(agent);
    }
    if (r >= 0) {
        r = start_snmp(agent);
    }
    if (r < 0) {
        agent->config = NULL;
        agent_free(agent);
        return r;
    }
    *out = agent;
    return 0;
}

int agent_run(struct agent *agent) {
    service_ready(agent->service);
    return sd_event_loop(agent->event);
}

/* The store goes first, because its last callbacks reach the other parts; but the history still has
 * something for it. */
void agent_free(struct agent *agent) {
    if (agent == NULL) {
        return;
    }
    /* The endpoints are told by the next process, which finds in the database how far they are. */
    agent->ending = true;
    history_recorder_free(agent->history);
    store_free(agent->store, STOP_WAIT_USEC);
    hook_feed_free(agent->hooks);
    agentx_free(agent->agentx);
    master_report_free(agent->master_report);
    actions_free(agent->actions);
    settings_free(agent->settings);
    events_free(agent->events);
    delivery_reader_free(agent->delivery_reader);
    collector_free(agent->collector);
    service_free(agent->service);
    sd_event_source_disable_unref(agent->load_timer);
    sd_event_source_disable_unref(agent->hooks_timer);
    if (agent->hooks_socket >= 0) {
        close(agent->hooks_socket);
    }
    sd_event_unref(agent->event);
    stored_tunables_deinit(&agent->tunables_stored);
    config_free(agent->config);
    free(agent);
}

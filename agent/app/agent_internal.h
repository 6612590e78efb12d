/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The state of the agent, for app/agent.c and app/startup.c only.
 */
#ifndef HMQ_APP_AGENT_INTERNAL_H
#define HMQ_APP_AGENT_INTERNAL_H

#include "app/actions.h"
#include "app/agent.h"
#include "app/announcements.h"
#include "app/collector.h"
#include "app/delivery_reader.h"
#include "app/detection.h"
#include "app/events.h"
#include "app/history_recorder.h"
#include "app/hook_feed.h"
#include "app/master_report.h"
#include "app/service.h"
#include "app/settings.h"
#include "io/store/store.h"
#include "agentx/agentx.h"

struct agent {
    sd_event *event;
    sd_event_source *load_timer, *hooks_timer;
    struct config *config;
    struct agent_status status;
    struct tunables tunables;
    /* Set by SNMP, now or earlier: for these the configuration does not count any more. */
    struct stored_tunables tunables_stored;
    bool started; /* the store was read, or is not waited for any longer */
    struct store *store;
    struct collector *collector;
    struct delivery_reader *delivery_reader; /* NULL = mail_log is off */
    struct agentx *agentx;
    struct service *service;
    struct master_report *master_report;
    struct events *events;
    struct actions *actions;
    struct settings *settings;
    struct history_recorder *history;
    struct detection detection;
    struct announcements announcements;
    /* Data that were good a moment ago are no loss: the next process reads them within seconds, or
     * reports that it cannot. */
    bool restarting;
    int hooks_socket; /* until the feed takes it; -1 = none */
    const char *hooks_path;
    uint32_t first_serial;
    struct hook_feed *hooks;
    bool ending; /* the endpoints are told nothing more */
    const struct hook_status *hook_status[CONFIG_HOOKS_MAX];
};

/* The snapshot, the data status or a setting has changed: everything that watches them is run. */
void agent_changed(struct agent *agent);

/* Opens the store and begins to wait for what it has (app/startup.c). Returns 0 or a negative errno
 * value. */
int agent_start_store(struct agent *agent);

#endif

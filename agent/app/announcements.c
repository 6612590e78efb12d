/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/announcements.h"

void announcements_load(struct announcements *announcements) {
    announcements->reported = *announcements->tunables;
}

/* Emits hmqAgentStarted once the first reading has succeeded or failed, because it reports
 * hmqDataStatus. */
static void report_start(struct announcements *announcements) {
    const struct agent_status *status = announcements->status;
    const struct event started = {.type = EVENT_AGENT_STARTED,
                                  .text = "hermes-mailqueued " HMQ_VERSION " started"};
    if (!announcements->started &&
        (status->readings.data != DATA_UNAVAILABLE || status->readings.lost)) {
        announcements->started = true;
        events_emit(announcements->events, &started);
    }
}

/* Waits until the settings have been read, because hmqSettingsChanged reports hmqSettingsState. */
static void report_tunables(struct announcements *announcements) {
    struct event event = {.type = EVENT_SETTINGS_CHANGED};
    if (!announcements->status->readings.settings_tried) {
        return;
    }
    while (tunables_describe(&announcements->reported, announcements->tunables, &event)) {
        events_emit(announcements->events, &event);
        event = (struct event){.type = EVENT_SETTINGS_CHANGED};
    }
    announcements->reported = *announcements->tunables;
}

void announcements_run(struct announcements *announcements) {
    report_start(announcements);
    report_tunables(announcements);
}

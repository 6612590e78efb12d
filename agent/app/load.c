/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/load.h"

#include "core/time_units.h"
#include "os/log.h"

#include <stdio.h>
#include <syslog.h>

void load_note_store(struct store_status *status, const struct store *store, const char *path,
                     int error, const char *text) {
    status->usable = store_usable(store);
    status->failed = error < 0;
    if (status->failed) {
        snprintf(status->error, sizeof status->error, "actions are refused: %.220s", text);
        log_line(LOG_ERR, "%s; monitoring goes on, actions are refused", text);
    } else {
        status->error[0] = '\0';
        log_line(LOG_NOTICE, "opened the database %s%s%s", path, text[0] != '\0' ? "; " : "", text);
    }
}

void load_report(const struct store_image *image, const char *path) {
    int64_t ahead = plausible_time_ahead(&image->clock);
    if (image->interrupted > 0) {
        log_line(LOG_WARNING, "%llu actions were interrupted when the agent last stopped",
                 (unsigned long long)image->interrupted);
    }
    if (ahead > PLAUSIBLE_STEP_S) {
        log_line(LOG_WARNING,
                 "the clock is %lld days ahead of the last time in the database %s: nothing is "
                 "deleted because of its age until the clock has run evenly for %lld days",
                 (long long)(ahead / SECONDS_PER_DAY), path,
                 (long long)(PLAUSIBLE_EVEN_S / SECONDS_PER_DAY));
    }
}

void load_report_overrides(const struct tunables *tunables, const struct stored_tunables *stored,
                           const struct config *config) {
    char text[1024];
    for (unsigned t = 0; t < tunables_count(tunables); t++) {
        if (t != TUNABLE_NOTIFY &&
            tunable_overridden(tunables, t, stored, config, text, sizeof text)) {
            log_line(LOG_NOTICE, "%s", text);
        }
    }
}

void load_announce(const struct store_image *image, struct events *events) {
    for (size_t i = 0; i < image->action_count; i++) {
        struct action *action = image->actions[i];
        if (action->unannounced) {
            action->unannounced = false;
            events_emit_action(events, action);
        }
    }
}

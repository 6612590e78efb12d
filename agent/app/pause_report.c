/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/pause_report.h"

#include "os/log.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#define TIME_TEXT_SIZE 64

/* The setting's name in the list of changes. It is not that of the parameter, which others may set,
 * too. */
#define SETTING_NAME "outbound_pause"

/* "until 2026-11-27 17:00:00 +0100", or that there is no end. */
static const char *until(const struct pause_record *record, char out[TIME_TEXT_SIZE]) {
    time_t ends = (time_t)record->ends;
    struct tm parts;
    if (record->ends == 0 || localtime_r(&ends, &parts) == NULL ||
        strftime(out, TIME_TEXT_SIZE, "until %Y-%m-%d %H:%M:%S %z", &parts) == 0) {
        snprintf(out, TIME_TEXT_SIZE, "until it is resumed");
    }
    return out;
}

static void report(struct events *events, struct event *event) {
    log_line(LOG_NOTICE, "%s", event->text);
    events_emit(events, event);
}

void pause_report_started(struct events *events, const struct pause_record *record) {
    struct event event = {.type = EVENT_SETTINGS_CHANGED};
    char time_text[TIME_TEXT_SIZE];
    event_change_add(&event, SETTING_NAME, "", record->value);
    snprintf(event.text, sizeof event.text,
             "outbound mail is paused %s%s%s; defer_transports is %.60s", until(record, time_text),
             record->who[0] != '\0' ? ", by " : "", record->who, record->value);
    report(events, &event);
}

void pause_report_end_moved(struct events *events, const struct pause_record *record,
                            const char *who) {
    struct event event = {.type = EVENT_SETTINGS_CHANGED};
    char time_text[TIME_TEXT_SIZE];
    snprintf(event.text, sizeof event.text, "outbound mail is now paused %s%s%s",
             until(record, time_text), who[0] != '\0' ? ", by " : "", who);
    report(events, &event);
}

void pause_report_over(struct events *events, const struct pause_record *record,
                       enum pause_over over, const char *who) {
    static const char *const reasons[] = {
        [PAUSE_OVER_TIME] = "its time is over",
        [PAUSE_OVER_SET] = "it was resumed",
        [PAUSE_OVER_EARLIER] = "this was begun before the agent started",
        [PAUSE_OVER_FAILED] = "it could not be made and was taken back",
        [PAUSE_OVER_REMOVED] = "somebody else has removed defer_transports from main.cf",
        [PAUSE_OVER_CHANGED] =
            "somebody else has set defer_transports to another value, which is left alone",
    };
    struct event event = {.type = EVENT_SETTINGS_CHANGED};
    event_change_add(&event, SETTING_NAME, record->value, "");
    snprintf(event.text, sizeof event.text, "the pause of outbound mail has ended: %s%s%s",
             reasons[over], who[0] != '\0' ? ", by " : "", who);
    report(events, &event);
}

void pause_report_stuck(struct events *events, const char *error, bool notify) {
    struct event event = {.type = EVENT_SETTINGS_CHANGED};
    snprintf(event.text, sizeof event.text, "%.250s", error);
    log_line(LOG_ERR, "%s", error);
    if (notify) {
        events_emit(events, &event);
    }
}

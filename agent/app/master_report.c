/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/master_report.h"

#include "core/time_units.h"
#include "io/master_words.h"
#include "os/log.h"

#include <errno.h>
#include <stdlib.h>
#include <syslog.h>

/* The waits between one line and the next. */
static const uint64_t waits_usec[] = {3 * USEC_PER_SEC, 57 * USEC_PER_SEC, 240 * USEC_PER_SEC,
                                      1500 * USEC_PER_SEC, 3600 * USEC_PER_SEC};
#define WAITS (sizeof waits_usec / sizeof waits_usec[0])

struct master_report {
    const struct config *config;
    sd_event_source *timer;
    struct master_trouble trouble;
    struct master_trouble said; /* the trouble last logged; MASTER_GOOD = none yet */
    size_t lines;               /* logged about this trouble */
    void (*status)(void *userdata, const char *reason);
    void *userdata;
};

static void wait_for_line(struct master_report *report) {
    size_t wait = report->lines < WAITS ? report->lines : WAITS - 1;
    sd_event_source_set_time_relative(report->timer, waits_usec[wait]);
    sd_event_source_set_enabled(report->timer, SD_EVENT_ONESHOT);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
    struct master_report *report = userdata;
    struct master_words words;
    (void)source;
    (void)usec;
    master_words_make(&words, &report->trouble, report->config);
    log_line(LOG_WARNING, "%sno SNMP: %s; %s", report->lines > 0 ? "still " : "", words.reason,
             words.advice);
    report->said = report->trouble;
    report->lines++;
    report->status(report->userdata, words.reason);
    wait_for_line(report);
    return 0;
}

int master_report_new(sd_event *event, const struct config *config,
                      void (*status)(void *userdata, const char *reason), void *userdata,
                      struct master_report **out) {
    struct master_report *report = calloc(1, sizeof *report);
    if (report == NULL) {
        return -ENOMEM;
    }
    report->config = config;
    report->status = status;
    report->userdata = userdata;
    int r =
        sd_event_add_time_relative(event, &report->timer, CLOCK_MONOTONIC, 0, 0, on_timer, report);
    if (r >= 0) {
        r = sd_event_source_set_enabled(report->timer, SD_EVENT_OFF);
    }
    if (r < 0) {
        master_report_free(report);
        return r;
    }
    *out = report;
    return 0;
}

void master_report_session(struct master_report *report, bool up) {
    if (up) {
        const char *context = report->config->context;
        log_line(LOG_NOTICE, "registered with the SNMP master agent at %s%s%s",
                 report->config->agentx_socket, context[0] != '\0' ? " in the context " : "",
                 context);
    } else {
        log_line(LOG_WARNING, "lost the SNMP master agent at %s, trying again",
                 report->config->agentx_socket);
    }
}

void master_report_note(struct master_report *report, const struct master_trouble *trouble) {
    bool was_good = report->trouble.kind == MASTER_GOOD;
    report->trouble = *trouble;
    if (trouble->kind == MASTER_GOOD) {
        report->said = *trouble;
        report->lines = 0;
        sd_event_source_set_enabled(report->timer, SD_EVENT_OFF);
        if (!was_good) {
            report->status(report->userdata, NULL);
        }
        return;
    }
    bool another = report->said.kind != MASTER_GOOD &&
                   (report->said.kind != trouble->kind || report->said.number != trouble->number);
    if (another) {
        report->said = (struct master_trouble){.kind = MASTER_GOOD};
        report->lines = 0;
    }
    if (was_good || another) {
        wait_for_line(report);
    }
}

void master_report_free(struct master_report *report) {
    if (report == NULL) {
        return;
    }
    sd_event_source_disable_unref(report->timer);
    free(report);
}

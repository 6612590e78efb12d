/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The stored values of the two lifetimes, and whether Postfix has them. A lifetime that was never
 * set is not stored and follows main.cf. One that was set is compared with every reading of
 * Postfix's settings; a difference is reported as drift, once for each value, even across a
 * restart.
 *
 * A change is stored first (action APPLY), made by settings_change, and then stored as applied or
 * reverted. Another SET waits until then. A change that an earlier process did not complete is
 * found in the store and resumed.
 *
 * The pause of outbound mail (app/pause.h) changes main.cf, too, by the same settings_change. go_on
 * gives each of the two its turn when neither has a change in progress.
 */
#include "app/settings.h"

#include "app/pause.h"
#include "app/settings_change.h"
#include "core/duration.h"
#include "core/time_units.h"
#include "os/log.h"
#include "os/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#define APPLIED '1'
#define TO_BE_APPLIED '2'

struct setting {
    bool stored;
    uint32_t days;
};

struct settings {
    struct settings_context context;
    struct settings_change *change;
    struct pause *pause;
    bool loaded, helper_up;
    bool resume;  /* the stored values have not been applied, because an earlier process ended first
                   */
    bool resumed; /* the present change is that one: what main.cf had before is unknown */
    struct setting stored[LIFETIME_COUNT], previous[LIFETIME_COUNT];
    bool queued[LIFETIME_COUNT]; /* by a SET that waits for the present change */
    uint32_t queued_days[LIFETIME_COUNT];
    bool busy; /* a change is in progress: see changed */
    bool changed[LIFETIME_COUNT];
    int64_t drift_s[LIFETIME_COUNT]; /* what was last reported as drifted, as in the store */
    uint64_t
        settled_usec; /* a reading that began before this moment says nothing about the change */
};

static const char *name_of(int lifetime) {
    return postfix_parameter_names[lifetime_parameter((enum lifetime)lifetime)];
}

static void show(struct settings *settings, enum settings_state state, const char *error) {
    struct lifetimes_status *status = settings->context.status;
    status->state = state;
    snprintf(status->error, sizeof status->error, "%s", error);
    for (int i = 0; i < LIFETIME_COUNT; i++) {
        status->stored[i] = settings->stored[i].stored;
        status->days[i] = settings->stored[i].days;
    }
}

/* Writes the stored values; unapplied marks those that Postfix does not have yet. */
static void store(struct settings *settings, const bool unapplied[LIFETIME_COUNT],
                  store_done done) {
    struct store_parameter parameters[LIFETIME_COUNT] = {0};
    for (int i = 0; i < LIFETIME_COUNT; i++) {
        struct store_parameter *parameter = &parameters[i];
        snprintf(parameter->name, sizeof parameter->name, "%s", name_of(i));
        snprintf(parameter->action, sizeof parameter->action, "%s",
                 unapplied[i] ? "APPLY" : "NONE");
        parameter->applied = unapplied[i] ? TO_BE_APPLIED : APPLIED;
        if (settings->stored[i].stored) {
            snprintf(parameter->value, sizeof parameter->value, "%ud", settings->stored[i].days);
        }
    }
    store_parameters_set(settings->context.store, parameters, LIFETIME_COUNT, done, settings);
}

static void store_applied(struct settings *settings) {
    static const bool none[LIFETIME_COUNT] = {false};
    store(settings, none, NULL);
}

static void note_drift(struct settings *settings, const int64_t seconds[LIFETIME_COUNT]) {
    if (memcmp(settings->drift_s, seconds, sizeof settings->drift_s) != 0) {
        memcpy(settings->drift_s, seconds, sizeof settings->drift_s);
        store_drift_set(settings->context.store, seconds);
    }
}

static void mark_no_drift(int64_t seconds[LIFETIME_COUNT]) {
    for (int i = 0; i < LIFETIME_COUNT; i++) {
        seconds[i] = STORE_NO_DRIFT;
    }
}

static void forget_drift(struct settings *settings) {
    int64_t none[LIFETIME_COUNT];
    mark_no_drift(none);
    note_drift(settings, none);
}

/* Making a change */

static void end_change(struct settings *settings, enum settings_state state, const char *error) {
    settings->busy = false;
    settings->settled_usec = clock_usec();
    show(settings, state, error);
    collector_read_settings_soon(settings->context.collector);
}

static void emit_change(struct settings *settings, const struct settings_change_end *end) {
    struct event event = {.type = EVENT_SETTINGS_CHANGED};
    char value[LIFETIME_VALUE_SIZE];
    for (int i = 0; i < LIFETIME_COUNT; i++) {
        if (settings->changed[i]) {
            lifetime_format(settings->stored[i].days * SECONDS_PER_DAY, value);
            enum postfix_parameter parameter = lifetime_parameter((enum lifetime)i);
            event_change_add(&event, name_of(i),
                             end->old_known[parameter] ? end->old_value[parameter] : NULL, value);
        }
    }
    event_describe_changes(&event);
    events_emit(settings->context.events, &event);
}

/* Reading main.cf back has shown what Postfix has, so the next reading is not needed for that. */
static void applied(struct settings *settings, const struct settings_change_end *end) {
    bool changed[PARAMETER_COUNT] = {false};
    struct postfix_settings values = {.known = false};
    for (int i = 0; i < LIFETIME_COUNT; i++) {
        changed[lifetime_parameter((enum lifetime)i)] = settings->changed[i];
        values.lifetime_s[i] = settings->stored[i].days * SECONDS_PER_DAY;
    }
    collector_note_settings(settings->context.collector, changed, &values);
    store_applied(settings);
    forget_drift(settings);
    /* Must precede the event, which reports the state. */
    show(settings, SETTINGS_APPLIED, end->text);
    emit_change(settings, end);
    end_change(settings, SETTINGS_APPLIED, end->text);
}

/* What an interrupted change replaced is unknown, so the values of main.cf become the stored ones.
 */
static struct setting said_by(const struct main_cf_line *line) {
    uint32_t seconds;
    uint32_t days;
    if (line->set && line->restorable && postfix_time_parse(line->value, 'd', &seconds) &&
        lifetime_days(seconds, &days)) {
        return (struct setting){true, days};
    }
    return (struct setting){.stored = false};
}

static void taken_back(struct settings *settings, const struct settings_change_end *end) {
    for (int i = 0; i < LIFETIME_COUNT; i++) {
        if (!settings->changed[i]) {
            continue;
        }
        settings->stored[i] =
            settings->resumed ? said_by(&end->before.lines[lifetime_parameter((enum lifetime)i)])
                              : settings->previous[i];
    }
    log_line(LOG_ERR, "Postfix's settings were not changed: %s", end->text);
    store_applied(settings);
    end_change(settings, SETTINGS_FAILED, end->text);
}

static void on_change_ended(void *userdata, const struct settings_change_end *end) {
    struct settings *settings = userdata;
    if (end->applied) {
        applied(settings, end);
    } else {
        taken_back(settings, end);
    }
}

static void on_stored(void *userdata, int error, const char *text) {
    struct settings *settings = userdata;
    char reason[STATUS_ERROR_SIZE];
    if (error < 0) {
        snprintf(reason, sizeof reason, "the change cannot be stored: %.200s", text);
        settings_change_refuse(settings->change, reason);
    } else {
        settings_change_start(settings->change);
    }
}

static void begin(struct settings *settings) {
    struct settings_change_request request = {
        .resumed = settings->resumed, .ended = on_change_ended, .userdata = settings};
    for (int i = 0; i < LIFETIME_COUNT; i++) {
        enum postfix_parameter parameter = lifetime_parameter((enum lifetime)i);
        struct main_cf_line *line = &request.wanted[parameter];
        request.changed[parameter] = settings->changed[i];
        *line = (struct main_cf_line){.set = true, .restorable = true};
        snprintf(line->value, sizeof line->value, "%ud", settings->stored[i].days);
    }
    settings->busy = true;
    settings_change_claim(settings->change, &request);
    show(settings, SETTINGS_PENDING, "");
    store(settings, settings->changed, on_stored);
}

static void begin_queued(struct settings *settings) {
    if (settings_change_busy(settings->change) || !settings->helper_up ||
        !lifetime_any(settings->queued)) {
        return;
    }
    memcpy(settings->previous, settings->stored, sizeof settings->previous);
    settings->resumed = false;
    for (int i = 0; i < LIFETIME_COUNT; i++) {
        settings->changed[i] = settings->queued[i];
        if (settings->queued[i]) {
            settings->stored[i] = (struct setting){true, settings->queued_days[i]};
        }
        settings->queued[i] = false;
    }
    begin(settings);
}

static void resume(struct settings *settings) {
    if (settings->resume && settings->helper_up && !settings_change_busy(settings->change)) {
        settings->resume = false;
        settings->resumed = true;
        log_line(LOG_WARNING,
                 "a change of Postfix's settings was interrupted and is being made again");
        begin(settings);
    }
}

/* A lifetime that was left half changed comes first, and the end of a pause before new ones. */
static void go_on(struct settings *settings) {
    resume(settings);
    pause_go_on(settings->pause);
    begin_queued(settings);
}

static void on_idle(void *userdata) {
    go_on(userdata);
}

void settings_set(struct settings *settings, const bool changed[LIFETIME_COUNT],
                  const uint32_t days[LIFETIME_COUNT]) {
    for (int i = 0; i < LIFETIME_COUNT; i++) {
        if (changed[i]) {
            settings->queued[i] = true;
            settings->queued_days[i] = days[i];
        }
    }
    begin_queued(settings);
    if (!settings->busy && lifetime_any(settings->queued)) {
        show(settings, SETTINGS_PENDING, "waiting for the helper");
    }
}

void settings_wake(struct settings *settings) {
    settings->helper_up = true;
    resume(settings);
    pause_wake(settings->pause);
    begin_queued(settings);
}

void settings_set_pause(struct settings *settings, const struct pause_order *order) {
    pause_set(settings->pause, order);
}

/* Reading */

void settings_load(struct settings *settings, const struct store_image *image) {
    settings->loaded = true;
    memcpy(settings->drift_s, image->drift_s, sizeof settings->drift_s);
    for (size_t p = 0; p < image->parameter_count; p++) {
        const struct store_parameter *parameter = &image->parameters[p];
        uint32_t seconds;
        uint32_t days;
        for (int i = 0; i < LIFETIME_COUNT; i++) {
            if (strcmp(parameter->name, name_of(i)) != 0 ||
                !postfix_time_parse(parameter->value, 'd', &seconds) ||
                !lifetime_days(seconds, &days)) {
                continue;
            }
            settings->stored[i] = (struct setting){true, days};
            settings->changed[i] = parameter->applied == TO_BE_APPLIED;
            settings->resume = settings->resume || settings->changed[i];
        }
    }
    show(settings, settings->resume ? SETTINGS_PENDING : SETTINGS_APPLIED, "");
    resume(settings);
    pause_load(settings->pause, &image->pause);
}

/*
 * Finds what Postfix has instead of the stored values, or STORE_NO_DRIFT, and describes it. Returns
 * whether there is any difference. event->changes remains empty, because it is for changes that
 * were requested here and that others may adopt.
 */
static bool find_drift(const struct settings *settings, const struct postfix_settings *read,
                       int64_t drift_s[LIFETIME_COUNT], char *text, size_t size) {
    size_t len = 0;
    for (int i = 0; i < LIFETIME_COUNT; i++) {
        uint32_t seconds = read->lifetime_s[i];
        char stored[LIFETIME_VALUE_SIZE];
        char effective[LIFETIME_VALUE_SIZE];
        drift_s[i] = STORE_NO_DRIFT;
        if (!settings->stored[i].stored || seconds == settings->stored[i].days * SECONDS_PER_DAY) {
            continue;
        }
        drift_s[i] = seconds;
        lifetime_format(settings->stored[i].days * SECONDS_PER_DAY, stored);
        lifetime_format(seconds, effective);
        int written = snprintf(text + len, size - len, "%s%s: Postfix has %s, %s is stored",
                               len > 0 ? "; " : "", name_of(i), effective, stored);
        len += written > 0 ? (size_t)written : 0;
    }
    return len > 0;
}

void settings_observe(struct settings *settings, const struct postfix_settings *read) {
    const struct lifetimes_status *status = settings->context.status;
    pause_observe(settings->pause, read);
    struct event event = {.type = EVENT_SETTINGS_CHANGED};
    int64_t drift_s[LIFETIME_COUNT];
    if (!settings->loaded || settings->busy || settings->resume || !read->known ||
        read->asked_usec < settings->settled_usec || status->state == SETTINGS_PENDING) {
        return;
    }
    if (find_drift(settings, read, drift_s, event.text, sizeof event.text)) {
        bool news = memcmp(drift_s, settings->drift_s, sizeof drift_s) != 0;
        /* A failed change remains visible until there is something new. */
        if (news || status->state == SETTINGS_APPLIED) {
            show(settings, SETTINGS_DRIFTED, event.text);
        }
        if (news) {
            note_drift(settings, drift_s);
            events_emit(settings->context.events, &event);
        }
    } else if (status->state == SETTINGS_DRIFTED ||
               memcmp(drift_s, settings->drift_s, sizeof drift_s) != 0) {
        forget_drift(settings);
        if (status->state == SETTINGS_DRIFTED) {
            show(settings, SETTINGS_APPLIED, "");
        }
        log_line(LOG_NOTICE, "Postfix's settings match the stored ones again");
    }
}

int settings_new(sd_event *event, const struct settings_context *context, struct settings **out) {
    struct settings *settings = calloc(1, sizeof *settings);
    if (settings == NULL) {
        return -ENOMEM;
    }
    const struct settings_change_context change = {
        .collector = context->collector, .idle = on_idle, .userdata = settings};
    settings->context = *context;
    context->status->state = SETTINGS_APPLIED;
    mark_no_drift(settings->drift_s);
    int r = settings_change_new(event, &change, &settings->change);
    if (r >= 0) {
        const struct pause_context pause = {.config = context->config,
                                            .collector = context->collector,
                                            .store = context->store,
                                            .events = context->events,
                                            .change = settings->change,
                                            .status = context->pause_status};
        r = pause_new(event, &pause, &settings->pause);
    }
    if (r < 0) {
        settings_free(settings);
        return r;
    }
    *out = settings;
    return 0;
}

void settings_free(struct settings *settings) {
    if (settings == NULL) {
        return;
    }
    pause_free(settings->pause);
    settings_change_free(settings->change);
    free(settings);
}

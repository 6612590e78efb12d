/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Turns snapshots into events: thresholds that are crossed, data that is lost and restored, Postfix
 * that stops and starts. Each run decides first, then sets the status that a GET shows, then emits
 * the events, and stores the new state last. A crash before the state is stored does no harm: the
 * next start brings the stored state up to date with the stored events (catch_up).
 *
 * Detection can begin before the database has been read. What this process has decided by itself by
 * then is newer and is kept when the stored state arrives (detection_load).
 */
#include "app/detection.h"
#include "os/clock.h"

#include <stdio.h>
#include <string.h>

/* To be called before the notification is built, so that it agrees with a GET at that moment. */
static void set_status(struct condition_status *status, bool raised) {
    if (raised && !status->raised) {
        status->since = clock_wall();
        status->raises++;
    } else if (!raised) {
        status->since = 0;
    }
    status->raised = raised;
}

static void judge_data(struct detection *detection) {
    const struct readings_status *status = &detection->status->readings;
    struct event event = {.type = EVENT_DATA_LOST};
    if (status->lost && !detection->data_lost) {
        detection->data_lost = true;
        snprintf(event.text, sizeof event.text, "%s",
                 status->failed ? status->error : "the queue was not read in time");
    } else if (status->data == DATA_OK && detection->data_lost) {
        detection->data_lost = false;
        event.type = EVENT_DATA_RESTORED;
        snprintf(event.text, sizeof event.text, "the queue can be read again");
    } else {
        return;
    }
    detection->data_decided = detection->data_decided || !detection->loaded;
    events_emit(detection->events, &event);
}

static void judge_postfix(struct detection *detection, const struct snapshot *snapshot) {
    struct event event = {.type =
                              postfix_watch_take(&detection->postfix, snapshot->postfix,
                                                 detection->status->readings.postfix_seen_usec)};
    if (event.type == 0) {
        return;
    }
    snprintf(event.text, sizeof event.text, "%s",
             event.type == EVENT_POSTFIX_STOPPED
                 ? "Postfix has stopped: no mail is received or delivered"
                 : "Postfix is running again");
    detection->postfix_decided = detection->postfix_decided || !detection->loaded;
    events_emit(detection->events, &event);
}

static struct store_state state_of(const struct detection *detection) {
    struct store_state state = {.data_lost = detection->data_lost,
                                .postfix_stopped = detection->postfix.stopped,
                                .serial = detection->status->events.serial};
    for (enum condition c = 0; c < CONDITION_COUNT; c++) {
        state.raised[c] = detection->detector.raised[c];
        state.since[c] = detection->conditions[c].since;
    }
    return state;
}

static bool same_state(const struct store_state *a, const struct store_state *b) {
    return memcmp(a->raised, b->raised, sizeof a->raised) == 0 &&
           memcmp(a->since, b->since, sizeof a->since) == 0 && a->data_lost == b->data_lost &&
           a->postfix_stopped == b->postfix_stopped;
}

/* Applies an event that was stored before the process ended, although its state was not. */
static void catch_up(struct store_state *state, const struct event *event) {
    enum condition condition;
    if (condition_of_event(event->type, &condition)) {
        bool raised = event_is_raise(event->type);
        state->raised[condition] = raised;
        state->since[condition] = raised ? event->time : 0;
    } else if (event->type == EVENT_DATA_LOST || event->type == EVENT_DATA_RESTORED) {
        state->data_lost = event->type == EVENT_DATA_LOST;
    } else if (event->type == EVENT_POSTFIX_STOPPED || event->type == EVENT_POSTFIX_STARTED) {
        state->postfix_stopped = event->type == EVENT_POSTFIX_STOPPED;
    }
}

/* A condition lasts since the earliest raise that no clear has ended. */
static void take_status(struct condition_status *status, bool raised, bool before, int64_t since) {
    status->raised = raised;
    if (!raised || before) {
        status->since = raised ? since : 0;
    }
}

void detection_load(struct detection *detection, const struct store_image *image) {
    struct store_state state = image->state;
    for (size_t i = 0; i < image->event_count; i++) {
        if (image->events[i].serial > state.serial) {
            catch_up(&state, &image->events[i]);
        }
    }
    bool *raised = detection->detector.raised;
    bool late = false;
    for (int c = 0; c < CONDITION_COUNT; c++) {
        bool before = state.raised[c];
        late = late || detection->decided[c];
        if (!detection->decided[c]) {
            raised[c] = before;
        }
        detection->detector.provisional[c] = detection->decided[c] && raised[c] && !before;
        take_status(&detection->conditions[c], raised[c], before, state.since[c]);
    }
    if (!detection->data_decided) {
        detection->data_lost = state.data_lost;
    }
    if (!detection->postfix_decided) {
        detection->postfix.stopped = state.postfix_stopped;
    }
    detection->loaded = true;
    /* Writes the combined state, because what this process has written so far is incomplete. */
    if (late || detection->data_decided || detection->postfix_decided) {
        state = state_of(detection);
        store_state_set(detection->store, &state);
    }
}

static void report(struct detection *detection, enum condition condition,
                   const struct measurement *measured) {
    const struct thresholds *thresholds = &detection->tunables->thresholds;
    bool raised = detection->detector.raised[condition];
    struct event event = {.type = condition_event(condition, raised),
                          .threshold = {.known = true, .value = thresholds->of[condition].above}};
    detection->decided[condition] = detection->decided[condition] || !detection->loaded;
    condition_describe(condition, thresholds, measured, raised, event.text, sizeof event.text);
    events_emit(detection->events, &event);
}

void detection_run(struct detection *detection, const struct snapshot *snapshot) {
    struct measurement measured[CONDITION_COUNT];
    enum condition changed[CONDITION_COUNT];
    struct store_state before = state_of(detection);
    for (enum condition c = 0; c < CONDITION_COUNT; c++) {
        measured[c] = condition_measure(c, snapshot, clock_wall());
    }
    size_t count =
        detect(&detection->detector, &detection->tunables->thresholds, measured, changed);
    for (enum condition c = 0; c < CONDITION_COUNT; c++) {
        set_status(&detection->conditions[c], detection->detector.raised[c]);
    }
    for (size_t i = 0; i < count; i++) {
        report(detection, changed[i], &measured[changed[i]]);
    }
    judge_data(detection);
    judge_postfix(detection, snapshot);
    struct store_state after = state_of(detection);
    if (!same_state(&before, &after)) {
        store_state_set(detection->store, &after);
    }
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Turns snapshots into events: thresholds that are crossed, data that is lost and restored, Postfix
 * that stops and starts. Each run decides first, then sets the status that a GET shows, then emits
 * the events, and stores the new state last. A crash before the state is stored does no harm: the
 * next start brings the stored state up to date with the stored events (catch_up).
 *
 * Detection can begin before the database has been read. What this process has decided by itself by
 * then is newer and is kept when the stored state arrives (detection_load).
 *
 * Nothing begins or ends while the total is unknown, because the notifications report it.
 */
#include "app/detection.h"

#include "os/clock.h"

#include <stdio.h>
#include <string.h>

static const struct conditions *conditions_of(const struct detection *detection) {
    return &detection->tunables->conditions;
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
    detection->changed = true;
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
    detection->changed = true;
    detection->postfix_decided = detection->postfix_decided || !detection->loaded;
    events_emit(detection->events, &event);
}

/* The stored state */

static void store_state(struct detection *detection) {
    struct store_state state = {.data_lost = detection->data_lost,
                                .postfix_stopped = detection->postfix.stopped,
                                .serial = detection->status->events.serial};
    for (size_t i = 0; i < detection->watched_count; i++) {
        if (detection->watched[i].detector.raised) {
            state.raised[state.raised_count++] = detection->watched[i].raise;
        }
    }
    for (size_t i = 0; i < detection->removed_count && state.raised_count < STORE_RAISED_MAX; i++) {
        state.raised[state.raised_count++] = detection->removed[i];
    }
    store_state_set(detection->store, &state);
    detection->changed = false;
}

static size_t find_name(const struct event_condition *list, size_t count, const char *name) {
    size_t at = 0;
    while (at < count && strcmp(list[at].name, name) != 0) {
        at++;
    }
    return at;
}

static void remove_at(struct event_condition *list, size_t *count, size_t at) {
    (*count)--;
    memmove(&list[at], &list[at + 1], (*count - at) * sizeof list[at]);
}

static void add_removed(struct detection *detection, const struct event_condition *raise) {
    if (detection->removed_count < STORE_RAISED_MAX) {
        detection->removed[detection->removed_count++] = *raise;
    }
}

/* Applies an event that was stored before the process ended, although its state was not. */
static void catch_up(struct store_state *state, const struct event *event) {
    if (event->has_condition) {
        size_t at = find_name(state->raised, state->raised_count, event->condition.name);
        if (at < state->raised_count) {
            remove_at(state->raised, &state->raised_count, at);
        }
        if (event_is_raise(event->type) && state->raised_count < STORE_RAISED_MAX) {
            state->raised[state->raised_count++] = event->condition;
        }
    } else if (event->type == EVENT_DATA_LOST || event->type == EVENT_DATA_RESTORED) {
        state->data_lost = event->type == EVENT_DATA_LOST;
    } else if (event->type == EVENT_POSTFIX_STOPPED || event->type == EVENT_POSTFIX_STARTED) {
        state->postfix_stopped = event->type == EVENT_POSTFIX_STOPPED;
    }
}

/* Begins to watch the condition, which may have been raised by an earlier process, or under another
 * watch. The latter ends without hysteresis, as after a change of the threshold. */
static void begin(struct detection *detection, const struct condition *condition,
                  struct watched *watched) {
    size_t at = find_name(detection->removed, detection->removed_count, condition->name);
    *watched = (struct watched){.repeated_usec = clock_usec()};
    snprintf(watched->raise.name, sizeof watched->raise.name, "%s", condition->name);
    if (at < detection->removed_count) {
        watched->raise = detection->removed[at];
        watched->detector.raised = true;
        watched->detector.provisional = !watch_equal(&watched->raise.watch, &condition->watch);
        remove_at(detection->removed, &detection->removed_count, at);
    }
    watched->raise.watch = condition->watch;
}

/* The conditions of the tunables have other names or watches than those that are watched. */
static bool reconfigured(const struct detection *detection) {
    const struct conditions *conditions = conditions_of(detection);
    bool same = detection->watched_count == conditions->count;
    for (size_t i = 0; same && i < conditions->count; i++) {
        const struct event_condition *raise = &detection->watched[i].raise;
        same = strcmp(raise->name, conditions->list[i].name) == 0 &&
               watch_equal(&raise->watch, &conditions->list[i].watch);
    }
    return !same;
}

static const struct watched *find_watched(const struct watched *list, size_t count,
                                          const struct condition *condition) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i].raise.name, condition->name) == 0 &&
            watch_equal(&list[i].raise.watch, &condition->watch)) {
            return &list[i];
        }
    }
    return NULL;
}

/* What remains goes on in its new position, what is gone is cleared later. */
static void reconfigure(struct detection *detection) {
    const struct conditions *conditions = conditions_of(detection);
    struct watched before[CONDITIONS_MAX];
    struct condition_status shown[CONDITIONS_MAX];
    size_t count = detection->watched_count;
    memcpy(before, detection->watched, sizeof before);
    memcpy(shown, detection->conditions, sizeof shown);
    memset(detection->conditions, 0, sizeof shown);
    for (size_t i = 0; i < count; i++) {
        size_t at = conditions_find(conditions, before[i].raise.name);
        if (before[i].detector.raised &&
            (at == conditions->count ||
             !watch_equal(&before[i].raise.watch, &conditions->list[at].watch))) {
            add_removed(detection, &before[i].raise);
        }
    }
    for (size_t i = 0; i < conditions->count; i++) {
        const struct condition *condition = &conditions->list[i];
        const struct watched *same = find_watched(before, count, condition);
        if (same != NULL) {
            detection->watched[i] = *same;
            detection->conditions[i] = shown[same - before];
        } else {
            begin(detection, condition, &detection->watched[i]);
            detection->conditions[i].since =
                detection->watched[i].detector.raised ? detection->watched[i].raise.since : 0;
        }
    }
    detection->watched_count = conditions->count;
    detection->changed = detection->changed || detection->removed_count > 0;
}

/* A condition lasts since the earliest raise that no clear has ended. before is what an earlier
 * process had raised, or NULL. Returns whether the stored state is now out of date. */
static bool load_condition(struct watched *watched, struct condition_status *status,
                           const struct event_condition *before) {
    struct detector *detector = &watched->detector;
    if (!watched->decided) {
        detector->raised = before != NULL;
    }
    detector->provisional = watched->decided && detector->raised && before == NULL;
    if (before != NULL && detector->raised) {
        struct watch watch = watched->raise.watch;
        bool other = !watch_equal(&watch, &before->watch);
        if (watched->decided) {
            watched->raise.since = before->since;
        } else {
            watched->raise = *before;
            watched->raise.watch = watch;
            detector->provisional = other;
        }
    }
    status->since = detector->raised ? watched->raise.since : 0;
    return watched->decided;
}

void detection_load(struct detection *detection, const struct store_image *image) {
    struct store_state state = image->state;
    bool late = detection->data_decided || detection->postfix_decided;
    for (size_t i = 0; i < image->event_count; i++) {
        if (image->events[i].serial > state.serial) {
            catch_up(&state, &image->events[i]);
        }
    }
    if (reconfigured(detection)) {
        reconfigure(detection);
    }
    for (size_t i = 0; i < detection->watched_count; i++) {
        struct watched *watched = &detection->watched[i];
        size_t at = find_name(state.raised, state.raised_count, watched->raise.name);
        bool known = at < state.raised_count;
        late =
            load_condition(watched, &detection->conditions[i], known ? &state.raised[at] : NULL) ||
            late;
        if (known) {
            remove_at(state.raised, &state.raised_count, at);
        }
    }
    for (size_t i = 0; i < state.raised_count; i++) {
        add_removed(detection, &state.raised[i]);
    }
    detection->data_lost = detection->data_decided ? detection->data_lost : state.data_lost;
    if (!detection->postfix_decided) {
        detection->postfix.stopped = state.postfix_stopped;
    }
    detection->loaded = true;
    /* Writes the combined state, because what this process has written so far is incomplete. */
    if (late) {
        store_state(detection);
    }
}

/* Events of conditions */

static void emit(struct detection *detection, enum event_type type,
                 const struct event_condition *condition, uint32_t threshold, const char *text) {
    struct event event = {.type = type,
                          .threshold = {.known = true, .value = threshold},
                          .has_condition = true,
                          .condition = *condition};
    snprintf(event.text, sizeof event.text, "%s", text);
    detection->changed = true;
    events_emit(detection->events, &event);
}

static uint32_t limited(uint64_t value) {
    return value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

/* What a raise is about; a clear repeats it. */
static void note_raise(struct watched *watched, const struct condition *condition,
                       const struct measurement *measured) {
    watched->raise.severity = condition->severity;
    watched->raise.value = limited(measured->value);
    watched->raise.threshold = condition->settings[CONDITION_ABOVE];
    watched->raise.since = clock_wall();
    watched->repeated_usec = clock_usec();
    memcpy(watched->raise.subject, measured->subject, sizeof watched->raise.subject);
}

/* To be called before the notification is built, so that it agrees with a GET at that moment. */
static void show(struct condition_status *status, const struct watched *watched,
                 enum condition_state state, const struct measurement *measured) {
    status->state = state;
    status->since = watched->detector.raised ? watched->raise.since : 0;
    status->known = measured->known;
    status->value = measured->known ? limited(measured->value) : 0;
    memcpy(status->subject, measured->subject, sizeof status->subject);
}

static void report(struct detection *detection, size_t position,
                   const struct measurement *measured) {
    const struct condition *condition = &conditions_of(detection)->list[position];
    struct watched *watched = &detection->watched[position];
    bool raised = watched->detector.raised;
    struct event_condition about = watched->raise;
    char text[EVENT_TEXT_SIZE];
    about.value = measured->known ? limited(measured->value) : watched->raise.value;
    watched->decided = watched->decided || !detection->loaded;
    condition_describe(condition, measured, raised, text, sizeof text);
    emit(detection, condition_event(condition, raised), &about,
         condition->settings[CONDITION_ABOVE], text);
}

/* One look at each condition. Those that began or ended are marked in changed. */
static void look(struct detection *detection, const struct watch_inputs *inputs,
                 struct measurement measured[CONDITIONS_MAX], bool changed[CONDITIONS_MAX]) {
    const struct conditions *conditions = conditions_of(detection);
    uint64_t ran_usec = run_clock_turn(&detection->clock, clock_usec());
    uint64_t total;
    bool known = snapshot_total(inputs->snapshot, &total);
    for (size_t i = 0; i < conditions->count; i++) {
        const struct condition *condition = &conditions->list[i];
        struct watched *watched = &detection->watched[i];
        measured[i] = watch_measure(&condition->watch, inputs);
        struct measurement judged = measured[i];
        /* One that is off ends although its value may never be known again. */
        judged.known = known && (judged.known || condition_is_off(condition));
        enum detected detected = detect(&watched->detector, condition, &judged, ran_usec);
        changed[i] = detected != DETECTED_NOTHING;
        if (detected == DETECTED_RAISE) {
            note_raise(watched, condition, &measured[i]);
            detection->conditions[i].raises++;
        }
        show(&detection->conditions[i], watched,
             detect_state(&watched->detector, condition, &judged), &measured[i]);
    }
}

/* The watch of a condition that is no longer configured still has a value to report. */
static void clear_removed(struct detection *detection, const struct watch_inputs *inputs) {
    uint64_t total;
    if (!snapshot_total(inputs->snapshot, &total)) {
        return;
    }
    while (detection->removed_count > 0) {
        struct event_condition about = detection->removed[0];
        struct measurement measured = watch_measure(&about.watch, inputs);
        char value[EVENT_TEXT_SIZE] = "its value is not known";
        char text[EVENT_TEXT_SIZE + CONDITION_NAME_SIZE + 64];
        if (measured.known) {
            about.value = limited(measured.value);
            watch_describe(&about.watch, measured.value, measured.subject, value, sizeof value);
        }
        snprintf(text, sizeof text, "%s: the condition was removed from the configuration; %s",
                 about.name, value);
        remove_at(detection->removed, &detection->removed_count, 0);
        emit(detection, EVENT_CONDITION_CLEARED, &about, about.threshold, text);
    }
}

static void repeat(struct detection *detection, size_t position) {
    struct watched *watched = &detection->watched[position];
    uint64_t every_usec =
        conditions_of(detection)->list[position].settings[CONDITION_REPEAT] * USEC_PER_SEC;
    uint64_t now = clock_usec();
    if (watched->detector.raised && every_usec != 0 && now - watched->repeated_usec >= every_usec) {
        watched->repeated_usec = now;
        events_repeat(detection->events, watched->raise.name);
    }
}

void detection_run(struct detection *detection, const struct snapshot *snapshot) {
    const struct watch_inputs inputs = {.snapshot = snapshot,
                                        .delivery = detection->status->delivery,
                                        .now = clock_wall(),
                                        .now_usec = clock_usec()};
    struct measurement measured[CONDITIONS_MAX];
    bool changed[CONDITIONS_MAX] = {false};
    if (reconfigured(detection)) {
        reconfigure(detection);
    }
    look(detection, &inputs, measured, changed);
    for (size_t i = 0; i < detection->watched_count; i++) {
        if (changed[i]) {
            report(detection, i, &measured[i]);
        } else {
            repeat(detection, i);
        }
    }
    clear_removed(detection, &inputs);
    judge_data(detection);
    judge_postfix(detection, snapshot);
    if (detection->changed) {
        store_state(detection);
    }
}

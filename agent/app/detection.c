/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/detection.h"
#include "os/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static struct detect_input measure(const struct snapshot *snapshot) {
    struct detect_input input = {.hold = {.known = snapshot->counts.known[QUEUE_HOLD],
                                          .value = snapshot->counts.messages[QUEUE_HOLD]}};
    struct queue_totals totals;
    input.total.known = snapshot_total(snapshot, &input.total.value);
    input.oldest_age_s.known =
        snapshot_all_totals(snapshot, &totals) && totals.unknown_arrival == 0;
    if (input.oldest_age_s.known) {
        input.oldest_age_s.value = queue_totals_age(&totals, clock_wall());
    }
    return input;
}

/* How a crossing is told: what was measured and by which threshold. */
static void describe(struct event *event, const struct thresholds *thresholds,
                     const struct detect_input *input) {
    const struct {
        enum event_type type;
        const char *what, *unit;
        const struct measurement *measured;
        uint32_t threshold, clear;
    } kinds[] = {
        {EVENT_OVERLOAD_RAISED, "the queue has", "messages", &input->total, thresholds->overload,
         thresholds->overload_clear},
        {EVENT_WARNING_RAISED, "the queue has", "messages", &input->total, thresholds->warning,
         detect_clear_value(thresholds->warning)},
        {EVENT_AGE_RAISED, "the oldest message is", "seconds old", &input->oldest_age_s,
         thresholds->age_s, detect_clear_value(thresholds->age_s)},
        {EVENT_HOLD_RAISED, "the hold queue has", "messages", &input->hold, thresholds->hold,
         detect_clear_value(thresholds->hold)},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        bool raise = event->type == kinds[i].type;
        if (!raise && event_raise_of(event->type) != kinds[i].type) {
            continue;
        }
        event->threshold = (struct event_number){.known = true, .value = kinds[i].threshold};
        if (kinds[i].threshold == 0) {
            snprintf(event->text, sizeof event->text,
                     "the threshold was switched off; %s %" PRIu64 " %s", kinds[i].what,
                     kinds[i].measured->value, kinds[i].unit);
            return;
        }
        if (kinds[i].measured == &input->oldest_age_s && input->total.value == 0) {
            snprintf(event->text, sizeof event->text, "the queue is empty");
            return;
        }
        snprintf(event->text, sizeof event->text, "%s %" PRIu64 " %s, %s %" PRIu32, kinds[i].what,
                 kinds[i].measured->value, kinds[i].unit, raise ? "more than" : "no more than",
                 raise ? kinds[i].threshold : kinds[i].clear);
        return;
    }
}

/* Set before the notification is built: it reads the flag by the same getter as a GET. */
static void set_overload(struct overload_status *status, bool overload) {
    if (overload && !status->raised) {
        status->since = clock_wall();
        status->raises++;
    } else if (!overload) {
        status->since = 0;
    }
    status->raised = overload;
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
    return (struct store_state){.detector = detection->detector,
                                .data_lost = detection->data_lost,
                                .postfix_stopped = detection->postfix.stopped,
                                .overload_since = detection->overload->since,
                                .serial = detection->status->events.serial};
}

static bool same_state(const struct store_state *a, const struct store_state *b) {
    return memcmp(a->detector.raised, b->detector.raised, sizeof a->detector.raised) == 0 &&
           a->data_lost == b->data_lost && a->postfix_stopped == b->postfix_stopped &&
           a->overload_since == b->overload_since;
}

static enum condition condition_of(enum event_type type) {
    return (enum condition)((type - EVENT_OVERLOAD_RAISED) / 2);
}

/* An event whose state was not written any more before the process ended. */
static void catch_up(struct store_state *state, const struct event *event) {
    if (event->type <= EVENT_HOLD_CLEARED) {
        state->detector.raised[condition_of(event->type)] = event_raise_of(event->type) == 0;
    } else if (event->type == EVENT_DATA_LOST || event->type == EVENT_DATA_RESTORED) {
        state->data_lost = event->type == EVENT_DATA_LOST;
    } else if (event->type == EVENT_POSTFIX_STOPPED || event->type == EVENT_POSTFIX_STARTED) {
        state->postfix_stopped = event->type == EVENT_POSTFIX_STOPPED;
    }
    if (event->type == EVENT_OVERLOAD_RAISED) {
        state->overload_since = event->time;
    } else if (event->type == EVENT_OVERLOAD_CLEARED) {
        state->overload_since = 0;
    }
}

/* It lasts since the earliest raise that no clear has ended. */
static void take_overload(struct overload_status *status, bool overload,
                          const struct store_state *before) {
    bool since_before = overload && before->detector.raised[CONDITION_OVERLOAD];
    status->raised = overload;
    if (since_before || !overload) {
        status->since = since_before ? before->overload_since : 0;
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
        bool before = state.detector.raised[c];
        late = late || detection->decided[c];
        if (!detection->decided[c]) {
            raised[c] = before;
        }
        detection->detector.provisional[c] = detection->decided[c] && raised[c] && !before;
    }
    if (!detection->data_decided) {
        detection->data_lost = state.data_lost;
    }
    if (!detection->postfix_decided) {
        detection->postfix.stopped = state.postfix_stopped;
    }
    take_overload(detection->overload, raised[CONDITION_OVERLOAD], &state);
    detection->loaded = true;
    /* What this process has written of its own state is not all. */
    if (late || detection->data_decided || detection->postfix_decided) {
        state = state_of(detection);
        store_state_set(detection->store, &state);
    }
}

static void note_decision(struct detection *detection, enum event_type type) {
    if (!detection->loaded) {
        detection->decided[condition_of(type)] = true;
    }
}

void detection_run(struct detection *detection, const struct snapshot *snapshot) {
    enum event_type types[CONDITION_COUNT];
    const struct thresholds *thresholds = &detection->tunables->thresholds;
    struct detect_input input = measure(snapshot);
    struct store_state before = state_of(detection);
    size_t count = detect(&detection->detector, thresholds, &input, types);
    set_overload(detection->overload, detection->detector.raised[CONDITION_OVERLOAD]);
    for (size_t i = 0; i < count; i++) {
        struct event event = {.type = types[i]};
        note_decision(detection, types[i]);
        describe(&event, thresholds, &input);
        events_emit(detection->events, &event);
    }
    judge_data(detection);
    judge_postfix(detection, snapshot);
    struct store_state after = state_of(detection);
    if (!same_state(&before, &after)) {
        store_state_set(detection->store, &after);
    }
}

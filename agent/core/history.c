/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The steps that are running. A reading ends the time of the one before it: that time goes to the
 * running step, or is divided where a new step begins. The wall clock only says to which step a
 * time belongs; how long it was comes from the monotonic clock.
 */
#include "core/history.h"

#include "core/time_units.h"

/* What the wall clock may gain or lose between two readings without being taken to have jumped: it
 * is read in whole seconds. */
#define DRIFT_MAX_S 2

static const uint32_t lengths_s[HISTORY_LEVELS] = {HISTORY_MINUTE_S, HISTORY_HOUR_S};

static const enum queue recorded[] = {QUEUE_MAILDROP, QUEUE_INCOMING, QUEUE_ACTIVE, QUEUE_DEFERRED,
                                      QUEUE_HOLD};

struct history_reading history_read(const struct snapshot *snapshot,
                                    const struct delivery *delivery) {
    struct history_reading reading = {.log_known = delivery_known(delivery)};
    uint64_t total;
    reading.known = snapshot_total(snapshot, &total);
    if (reading.known) {
        reading.total = total > UINT32_MAX ? UINT32_MAX : (uint32_t)total;
        for (size_t i = 0; i < sizeof recorded / sizeof recorded[0]; i++) {
            reading.queues[recorded[i]] = snapshot->counts.messages[recorded[i]];
        }
    }
    for (size_t i = 0; reading.log_known && i < DELIVERY_OUTCOME_END; i++) {
        reading.counts[i] = delivery->counts[i];
    }
    return reading;
}

static void begin(struct history_step *step, uint32_t length_s, int64_t time) {
    *step = (struct history_step){.length_s = length_s, .time = time};
}

static void see_total(struct history_step *step, const struct history_reading *reading) {
    if (reading->known && reading->total > step->total_max) {
        step->total_max = reading->total;
    }
}

/* The reading lasted for ms of the step. */
static void add_time(struct history_step *step, const struct history_reading *reading,
                     uint64_t ms) {
    if (!reading->known || ms == 0) {
        return;
    }
    step->known_ms += ms;
    step->total_ms += reading->total * ms;
    for (size_t i = 0; i < QUEUE_COUNT; i++) {
        step->queues_ms[i] += reading->queues[i] * ms;
    }
    see_total(step, reading);
}

/* What was counted since the last reading, however long ago that was. */
static void add_counts(struct history_step *step, const struct history_reading *last,
                       const struct history_reading *reading, uint64_t ms) {
    if (!last->log_known || !reading->log_known) {
        return;
    }
    step->log_ms += ms;
    for (size_t i = 0; i < DELIVERY_OUTCOME_END; i++) {
        step->counts[i] += (uint32_t)(reading->counts[i] - last->counts[i]);
    }
}

static int64_t start_of(int64_t wall, uint32_t length_s) {
    int64_t into = wall % length_s;
    return wall - (into < 0 ? into + length_s : into);
}

static bool has_jumped(const struct history *history, uint64_t elapsed_usec, int64_t wall) {
    int64_t drift = wall - history->last_wall - (int64_t)(elapsed_usec / USEC_PER_SEC);
    return drift > DRIFT_MAX_S || drift < -DRIFT_MAX_S;
}

size_t history_look(struct history *history, const struct history_reading *reading,
                    uint64_t now_usec, int64_t wall, struct history_step out[HISTORY_LEVELS]) {
    uint64_t elapsed_usec = history->started ? now_usec - history->last_usec : 0;
    uint64_t elapsed_ms = elapsed_usec / USEC_PER_MSEC;
    uint64_t lasted_ms = elapsed_usec <= HISTORY_GAP_USEC ? elapsed_ms : 0;
    bool jumped = history->started && has_jumped(history, elapsed_usec, wall);
    size_t ended = 0;
    for (size_t i = 0; i < HISTORY_LEVELS; i++) {
        struct history_step *step = &history->steps[i];
        int64_t start = start_of(wall, lengths_s[i]);
        uint64_t new_ms = lasted_ms;
        if (!history->started) {
            begin(step, lengths_s[i], start);
        } else if (step->time != start || jumped) {
            uint64_t into_ms = jumped ? 0 : (uint64_t)(wall - start) * 1000;
            new_ms = lasted_ms < into_ms ? lasted_ms : into_ms;
            add_time(step, &history->last, lasted_ms - new_ms);
            out[ended++] = *step;
            begin(step, lengths_s[i], start);
        }
        add_time(step, &history->last, new_ms);
        add_counts(step, &history->last, reading, elapsed_ms);
        see_total(step, reading);
    }
    history->started = true;
    /* What is less than a millisecond counts next time. */
    history->last_usec = now_usec - elapsed_usec % USEC_PER_MSEC;
    history->last_wall = wall;
    history->last = *reading;
    return ended;
}

size_t history_take(struct history *history, bool minute, struct history_step out[HISTORY_LEVELS]) {
    size_t count = 0;
    for (size_t i = minute ? 0 : 1; history->started && i < HISTORY_LEVELS; i++) {
        struct history_step *step = &history->steps[i];
        out[count++] = *step;
        begin(step, step->length_s, step->time);
        see_total(step, &history->last);
    }
    return count;
}

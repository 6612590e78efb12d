/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/reading.h"

#include "core/time_units.h"

#define RETRY_USEC (5 * USEC_PER_SEC)

/* A reading that failed after a long time is tried again after this many times as long. */
#define RETRY_DUTY 3

_Static_assert(READING_SAMPLES == 3, "the median is one of three");

#define STALE_FACTOR 3
#define AGE_MIN_USEC (3 * USEC_PER_SEC)

static uint64_t larger(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

static uint64_t smaller(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

void reading_begin(struct reading *reading, uint64_t now_usec) {
    reading->running = true;
    reading->dirty = false;
    reading->begun_usec = now_usec;
}

void reading_end(struct reading *reading, bool good, uint64_t used_usec, uint64_t interval_usec,
                 uint64_t now_usec) {
    uint64_t wait = interval_usec;
    reading->running = false;
    reading->failed = !good;
    reading->ended_usec = now_usec;
    if (good) {
        /* Only successful readings count: how long a failed one took says nothing about the cost of
         * reading. */
        reading->good_usec = now_usec;
        reading->used_usec[reading->used_next] = used_usec;
        reading->used_next = (reading->used_next + 1) % READING_SAMPLES;
    } else if (reading->begun_usec < reading->resumed_usec) {
        wait = smaller(interval_usec, RETRY_USEC); /* the time of the pause is not its cost */
    } else {
        wait = larger(smaller(interval_usec, RETRY_USEC), RETRY_DUTY * used_usec);
    }
    reading->due_usec = now_usec + wait;
}

void reading_drop(struct reading *reading, uint64_t now_usec) {
    reading->running = false;
    reading->dirty = true;
    reading->ended_usec = now_usec;
    reading->due_usec = now_usec + RETRY_USEC;
}

uint64_t reading_used(const struct reading *reading) {
    uint64_t a = reading->used_usec[0];
    uint64_t b = reading->used_usec[1];
    uint64_t c = reading->used_usec[2];
    return larger(smaller(a, b), smaller(larger(a, b), c));
}

uint64_t reading_gap(const struct reading *reading, uint64_t least_usec, uint64_t most_usec) {
    return larger(least_usec, smaller(READING_DUTY * reading_used(reading), most_usec));
}

uint64_t reading_due(const struct reading *reading, uint64_t gap_usec) {
    if (reading->running) {
        return UINT64_MAX;
    }
    uint64_t by_hint =
        larger(reading->begun_usec + gap_usec, reading->ended_usec + gap_usec / READING_DUTY);
    return reading->dirty && !reading->failed ? smaller(reading->due_usec, by_hint)
                                              : reading->due_usec;
}

uint64_t reading_age_limit(uint64_t interval_usec) {
    return larger(STALE_FACTOR * interval_usec, AGE_MIN_USEC);
}

enum data_status reading_status(const struct reading *reading, uint64_t age_limit_usec,
                                uint64_t now_usec) {
    if (reading->good_usec == 0 || now_usec - reading->good_usec > age_limit_usec) {
        return DATA_UNAVAILABLE;
    }
    return reading->failed ? DATA_STALE : DATA_OK;
}

void reading_paused(struct reading *reading, uint64_t age_limit_usec, uint64_t from_usec,
                    uint64_t now_usec, uint64_t ran_usec, uint64_t chance_usec) {
    if (reading_status(reading, age_limit_usec, from_usec) != DATA_UNAVAILABLE) {
        reading->chance_usec = ran_usec + chance_usec;
    } else if (!reading_has_chance(reading, ran_usec)) {
        reading->chance_usec = 0;
    }
    reading->resumed_usec = now_usec;
}

bool reading_has_chance(const struct reading *reading, uint64_t ran_usec) {
    bool failed_since = reading->failed && reading->begun_usec >= reading->resumed_usec;
    return ran_usec < reading->chance_usec && reading->good_usec != 0 &&
           reading->good_usec < reading->resumed_usec && !failed_since;
}

bool reading_was_tried(const struct reading *reading) {
    return reading->failed || reading->good_usec != 0;
}

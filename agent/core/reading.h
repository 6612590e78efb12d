/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When to read data from Postfix again, and how far the last data can still be trusted. There is
 * one struct for each kind of reading: the counts, the listing, the settings. All times are
 * CLOCK_MONOTONIC in microseconds.
 */
#ifndef HMQ_CORE_READING_H
#define HMQ_CORE_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The number of successful readings whose duration is remembered. */
#define READING_SAMPLES 3

/* Zeroed before use: never read, due at once. */
struct reading {
    bool running, failed;
    bool dirty; /* a hint indicates new data */
    uint64_t begun_usec, ended_usec, good_usec, due_usec;
    uint64_t used_usec[READING_SAMPLES]; /* how long the last successful ones took */
    size_t used_next;
    uint64_t resumed_usec; /* when the process last continued after a pause; 0 = never */
    uint64_t chance_usec;  /* end of the grace period after it, in running time */
};

/* hmqDataStatus */
enum data_status { DATA_OK = 1, DATA_STALE, DATA_UNAVAILABLE };

/* Reading may take one part in READING_DUTY of the time. */
#define READING_DUTY 20

void reading_begin(struct reading *reading, uint64_t now_usec);

/*
 * The reading has ended. If it succeeded, the next one is due after interval_usec. If it failed, it
 * is due soon, but the later the longer it took, because a timeout has its cost, too. used_usec is
 * how long it took.
 */
void reading_end(struct reading *reading, bool good, uint64_t used_usec, uint64_t interval_usec,
                 uint64_t now_usec);

/* The reading has ended without a result that is either a success or a failure, and is to be
 * repeated. */
void reading_drop(struct reading *reading, uint64_t now_usec);

/* How long a reading takes: the median of the last successful ones, so that a single slow one has
 * no effect. Until there are enough, the missing ones count as 0. */
uint64_t reading_used(const struct reading *reading);

/* The shortest time between the beginnings of two readings: least_usec, or longer if a reading
 * takes long, but then at most most_usec. */
uint64_t reading_gap(const struct reading *reading, uint64_t least_usec, uint64_t most_usec);

/*
 * When the next reading is due: at its time or, after a hint, once gap_usec has passed since the
 * last one began, and a part of it since it ended. UINT64_MAX while one is running.
 */
uint64_t reading_due(const struct reading *reading, uint64_t gap_usec);

/* How old data may become before it is no longer served, given how often it is to be read. */
uint64_t reading_age_limit(uint64_t interval_usec);

/* Whether the data is served as good, as stale (the latest attempt failed) or not at all. */
enum data_status reading_status(const struct reading *reading, uint64_t age_limit_usec,
                                uint64_t now_usec);

/*
 * The process or its machine was paused (stopped or frozen) from from_usec to now_usec, after
 * running for ran_usec without pauses. Data that was not too old before the pause gets a grace
 * period: for chance_usec of running time, its age does not count, so that it can be read again
 * first. A pause within the grace period neither ends nor extends it. A reading that began before
 * the pause and fails is due again soon.
 */
void reading_paused(struct reading *reading, uint64_t age_limit_usec, uint64_t from_usec,
                    uint64_t now_usec, uint64_t ran_usec, uint64_t chance_usec);

/* True during the grace period. A successful reading ends it, and so does one that began after the
 * pause and failed. */
bool reading_has_chance(const struct reading *reading, uint64_t ran_usec);

bool reading_was_tried(const struct reading *reading);

#endif

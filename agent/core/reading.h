/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When to read something of Postfix again, and how far what was read can still be trusted. One
 * struct for each kind of reading: the counts, the listing, the settings. All times are
 * CLOCK_MONOTONIC in microseconds.
 */
#ifndef HMQ_CORE_READING_H
#define HMQ_CORE_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Good readings whose duration is remembered. */
#define READING_SAMPLES 3

/* Zeroed before use: never read, due at once. */
struct reading {
    bool running, failed;
    bool dirty; /* a hint says that it would find something new */
    uint64_t begun_usec, ended_usec, good_usec, due_usec;
    uint64_t used_usec[READING_SAMPLES]; /* how long the last good ones took */
    size_t used_next;
    uint64_t resumed_usec; /* when the process last went on after a pause; 0 = never */
    uint64_t chance_usec;  /* how long it has run, pauses left out, when the chance after it ends */
};

/* hmqDataStatus */
enum data_status { DATA_OK = 1, DATA_STALE, DATA_UNAVAILABLE };

/* What reading may take: one part in so many of the time. */
#define READING_DUTY 20

void reading_begin(struct reading *reading, uint64_t now_usec);

/*
 * It went well, and is due again after interval_usec; or it failed, and is due soon, but the later
 * the longer it took: a timeout costs as well. used_usec: how long it took.
 */
void reading_end(struct reading *reading, bool good, uint64_t used_usec, uint64_t interval_usec,
                 uint64_t now_usec);

/* It has come to no result that could be called good or failed, and is to be done again. */
void reading_drop(struct reading *reading, uint64_t now_usec);

/* What one takes: the median of the last good ones, so that a single slow one changes nothing.
 * Those that are not there yet count as 0. */
uint64_t reading_used(const struct reading *reading);

/* The shortest time from begin to begin: at least least_usec, and what its cost allows; but not
 * more than most_usec for its cost. */
uint64_t reading_gap(const struct reading *reading, uint64_t least_usec, uint64_t most_usec);

/*
 * When it is due: by its time, or by a hint once gap_usec has gone by since it began, some of it
 * since it ended. UINT64_MAX while running.
 */
uint64_t reading_due(const struct reading *reading, uint64_t gap_usec);

/* How old it may be before what it said is no longer served, given how often it is to be read. */
uint64_t reading_age_limit(uint64_t interval_usec);

/* What it said is served as it is, as stale (the latest try failed), or not at all. */
enum data_status reading_status(const struct reading *reading, uint64_t age_limit_usec,
                                uint64_t now_usec);

/*
 * The process itself was paused (stopped, frozen, or its machine was) from from_usec to now_usec,
 * after it had run for ran_usec, pauses left out. What had not grown too old by then has a chance
 * to be read before its age counts, for chance_usec of running. A pause within a chance neither
 * ends nor prolongs it. What fails after it had begun before the pause is due again soon.
 */
void reading_paused(struct reading *reading, uint64_t age_limit_usec, uint64_t from_usec,
                    uint64_t now_usec, uint64_t ran_usec, uint64_t chance_usec);

/* True while that chance lasts: neither used, nor lost by a reading that began after the pause and
 * failed. */
bool reading_has_chance(const struct reading *reading, uint64_t ran_usec);

bool reading_was_tried(const struct reading *reading);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the two halves of the collector share: collector.c has its lifecycle, its schedule and the
 * state of the data; collector_readings.c processes the end of each reading.
 */
#ifndef HMQ_APP_COLLECTOR_INTERNAL_H
#define HMQ_APP_COLLECTOR_INTERNAL_H

#include "app/collector.h"
#include "app/empty_listing.h"
#include "app/listing_reader.h"
#include "app/next_retry.h"
#include "app/read_errors.h"
#include "app/settings_reader.h"
#include "app/sighting.h"
#include "core/reading.h"
#include "core/run_clock.h"
#include "core/time_units.h"
#include "os/clock.h"

/* How often, without a hint, to check whether the spool exists and Postfix is running. */
#define LOOK_USEC (5 * USEC_PER_SEC)
#define SETTINGS_INTERVAL_USEC (60 * USEC_PER_SEC)

/* Whether a free lock in the spool is evidence that Postfix is not running. */
enum lock_worth {
    LOCK_UNPROVEN, /* never seen held: it may belong to another spool, or be hidden */
    LOCK_BELIEVED, /* seen held before, or postqueue fails as well */
    LOCK_DENIED,   /* showq(8) answers nevertheless */
};

struct collector {
    sd_event *event;
    sd_event_source *timer;
    struct helper_client *helper;
    const struct config *config;
    const struct tunables *tunables; /* message_limit */
    struct readings_status *status;
    struct collector_callbacks callbacks;
    struct snapshot *snapshot;
    struct reading scan, list, settings;
    struct sighting lock, showq;
    uint64_t lock_free_usec; /* since when the lock has been free, 0 = it has not */
    enum lock_worth lock_worth;
    bool helper_ready, helper_gone;
    unsigned silences; /* how often the first hello was overdue */
    struct run_clock clock;
    uint64_t full_usec;      /* when the next full scan is due */
    bool counts_by_list;     /* the spool cannot be read here */
    bool settings_overtaken; /* the current reading began before a change was read back */
    bool checking;           /* the current scan is a check */
    bool differs;            /* the last listing has fewer messages than the counts */
    bool distrusted;         /* the counts come from another spool than the listing */
    struct listing *surplus; /* a listing with more messages than the counts, held for a check */
    uint64_t scanned;        /* messages in the listed queues at the last scan, */
    uint64_t scanned_usec;   /* and its time; 0 = no such scan */
    struct listing_reader listing;
    struct empty_listing empty;
    struct settings_reader settings_reader;
    struct next_retry next_retry;
    struct read_errors errors;
};

static inline uint64_t larger(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

static inline uint64_t smaller(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

static inline void note_error(struct collector *collector, enum read_cause cause,
                              const char *text) {
    read_errors_note(&collector->errors, cause, text, clock_usec());
}

/* Notes that the loop is running. To be called before the end of a reading is processed and before
 * ages are compared. */
void collector_turn(struct collector *collector);

/* Starts the readings that are due, if possible, and sets the timer for the next one. */
void collector_start_due(struct collector *collector);

/* Determines the data status, removes data that is too old, and reports changes. */
void collector_judge(struct collector *collector);

/* collector_next_snapshot returns a copy of the snapshot to be changed, or NULL (which is noted as
 * an error) if out of memory; collector_publish publishes it (consumed). */
struct snapshot *collector_next_snapshot(struct collector *collector);
void collector_publish(struct collector *collector, struct snapshot *next);

/* True while a listing is held until a check of the spool decides about it. */
static inline bool holds_listing(const struct collector *collector) {
    return collector->empty.held != NULL || collector->surplus != NULL;
}

/* Called by the helper's client and the readers at the end of each reading. */
void collector_on_counts(void *userdata, const struct reply *reply, const char *error);
void collector_on_list_end(void *userdata, const struct listing_end *end);
void collector_on_settings_end(void *userdata, const struct postfix_settings *settings,
                               const char *error);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the two halves of the collector share: collector.c has its life, its schedule and what the
 * snapshot is worth; collector_readings.c what is made of each reading's end.
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

/* Without a hint: a look whether the spool is there and Postfix runs. */
#define LOOK_USEC (5 * USEC_PER_SEC)
#define SETTINGS_INTERVAL_USEC (60 * USEC_PER_SEC)

/* What a free lock in the spool is worth as a sign that Postfix does not run. */
enum lock_worth {
    LOCK_UNPROVEN, /* it was never seen held: it may be another spool's, or hidden */
    LOCK_BELIEVED, /* it was seen held, or postqueue fails as well */
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
    uint64_t lock_free_usec; /* since when the lock has been seen free, 0 = it has not */
    enum lock_worth lock_worth;
    bool helper_ready, helper_gone;
    struct run_clock clock;
    uint64_t full_usec;      /* when the next scan is to be a full one */
    bool counts_by_list;     /* the spool cannot be read here */
    bool settings_overtaken; /* the reading on its way began before a lifetime was read back */
    bool checking;           /* the scan that runs is a check */
    bool differs;            /* the last listing has fewer messages than are counted */
    bool distrusted;         /* the counts are those of another spool than the listing's */
    struct listing *surplus; /* one with more messages than are counted, held for a check */
    uint64_t scanned;        /* messages that the last scan found in the listed queues, */
    uint64_t scanned_usec;   /* and when; 0 = none did */
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

/* Takes in that the loop runs; before the end of a reading is taken in, and before ages count. */
void collector_turn(struct collector *collector);

/* Starts what is due and can be started, and sets the timer for what is due next. */
void collector_start_due(struct collector *collector);

/* Says how good the data is, takes out what is too old, and tells those who look at it. */
void collector_judge(struct collector *collector);

/* A copy of the snapshot to change, and its publication (consumed). NULL without memory, which is
 * noted. */
struct snapshot *collector_next_snapshot(struct collector *collector);
void collector_publish(struct collector *collector, struct snapshot *next);

/* True when a listing is held whose worth a check of the spool is to decide. */
static inline bool holds_listing(const struct collector *collector) {
    return collector->empty.held != NULL || collector->surplus != NULL;
}

/* Ends of the readings, from the helper's client and the readers. */
void collector_on_counts(void *userdata, const struct reply *reply, const char *error);
void collector_on_list_end(void *userdata, const struct listing_end *end);
void collector_on_settings_end(void *userdata, const struct postfix_settings *settings,
                               const char *error);

#endif

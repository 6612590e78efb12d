/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What Postfix's log says about deliveries, for group hmqDelivery and the conditions: a count for
 * each outcome, how many of them are recent, and the delays of what was sent. "Recent" is the last
 * DELIVERY_WINDOW_S seconds, in slots of one second for the outcomes and of DELIVERY_DELAY_SLOT_S
 * for the delays. Memory is constant: delays are kept in a histogram whose buckets are at most 1/16
 * as wide as the values in them, so that a delay that is read from it is wrong by 3.2 % at most.
 *
 * Times are CLOCK_MONOTONIC in microseconds unless they are called wall, which is seconds since the
 * epoch: a change of the wall clock moves nothing into or out of the window.
 */
#ifndef HMQ_CORE_DELIVERY_H
#define HMQ_CORE_DELIVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* hmqDeliveryOutcome */
enum delivery_outcome {
    DELIVERY_NONE = 0,
    DELIVERY_RECEIVED,
    DELIVERY_SENT,
    DELIVERY_DEFERRED,
    DELIVERY_BOUNCED,
    DELIVERY_EXPIRED,
    DELIVERY_REJECTED,
    DELIVERY_HELD,
    DELIVERY_OUTCOME_END,
};

#define DELIVERY_WINDOW_S 300
#define DELIVERY_DELAY_SLOT_S 10
#define DELIVERY_DELAY_SLOTS (DELIVERY_WINDOW_S / DELIVERY_DELAY_SLOT_S)

/* Delays up to 2^32 ms; what is longer counts as that. */
#define DELIVERY_BUCKETS 464

struct delivery_slot {
    uint64_t number; /* of the second since which it counts */
    uint32_t counts[DELIVERY_OUTCOME_END];
};

struct delivery_delays {
    uint64_t number; /* of the interval of DELIVERY_DELAY_SLOT_S */
    uint32_t total;
    uint32_t buckets[DELIVERY_BUCKETS];
};

/* Written by app/delivery_reader.c alone; everyone else reads it through the functions below. */
struct delivery {
    bool known;          /* the log is read; if false, nothing below may be served */
    uint64_t since_usec; /* since when the log has been read without a gap */
    uint64_t sent_usec;  /* when something was sent last, 0 = never */
    uint32_t counts[DELIVERY_OUTCOME_END];
    int64_t last_wall[DELIVERY_OUTCOME_END]; /* 0 = never */
    struct delivery_slot slots[DELIVERY_WINDOW_S];
    struct delivery_delays delays[DELIVERY_DELAY_SLOTS];
};

/* One outcome that the log reports. */
struct delivery_event {
    enum delivery_outcome outcome;
    bool has_delay;
    uint64_t delay_ms; /* of DELIVERY_SENT */
    uint32_t more;     /* how many others of the same there were at that time */
    uint64_t age_s;    /* how long ago it was, 0 unless an old part of the log is read */
};

/* hmqDeliveryOutcomeName: "received" and so on; "" for what is no outcome. Static. */
const char *delivery_outcome_name(enum delivery_outcome outcome);

/* Returns a new one with nothing counted and the log not known, or NULL. free(3) frees it. */
struct delivery *delivery_new(uint64_t now_usec);

/* The log is read. gap: something may have been missed since it was read last, so that nothing is
 * known of the time before now_usec but what was counted. */
void delivery_found(struct delivery *delivery, bool gap, uint64_t now_usec);

/* The log is not read any more. */
void delivery_lost(struct delivery *delivery);

void delivery_add(struct delivery *delivery, const struct delivery_event *event, uint64_t now_usec,
                  int64_t now_wall);

/* Whether there is a log that is read. delivery may be NULL, which is mail_log = off. If it is
 * false, none of the functions below may be called. */
static inline bool delivery_known(const struct delivery *delivery) {
    return delivery != NULL && delivery->known;
}

/* hmqDeliveryRecent: how often an outcome was reported in the last DELIVERY_WINDOW_S seconds, or
 * since the log has been read if that is less. */
uint32_t delivery_recent(const struct delivery *delivery, enum delivery_outcome outcome,
                         uint64_t now_usec);

/* Whether nothing is missing in delivery_recent: the log has been read for so long. */
bool delivery_recent_is_whole(const struct delivery *delivery, uint64_t now_usec);

/* hmqDeliveryIdle: the seconds since something was sent, or since the log has been read without a
 * gap if nothing was sent since then. */
uint64_t delivery_idle_s(const struct delivery *delivery, uint64_t now_usec);

/* Whether delivery_idle_s is the time since something was sent, and not merely a part of it. */
bool delivery_idle_is_whole(const struct delivery *delivery);

/*
 * The delay that percent (1..100) of what was sent in the last DELIVERY_WINDOW_S seconds did not
 * exceed. Returns false, with *delay_ms untouched, if nothing with a known delay was sent.
 */
bool delivery_delay_ms(const struct delivery *delivery, unsigned percent, uint64_t now_usec,
                       uint64_t *delay_ms);

#endif

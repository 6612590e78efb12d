/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a condition can watch, one row for each kind of watch: its word in the configuration, the
 * queues it may be restricted to, its unit, its greatest threshold, its measurement and its
 * wording. Nothing else lists the watches. A condition (core/condition.h) is an instance of one.
 */
#ifndef HMQ_CORE_WATCH_H
#define HMQ_CORE_WATCH_H

#include "core/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct delivery;
struct snapshot;

/* The values of hmqConditionWatch, which never change. */
enum watch_kind {
    WATCH_TOTAL = 1,   /* messages in all queues that mailq(1) lists */
    WATCH_QUEUE,       /* messages in one queue */
    WATCH_AGE,         /* seconds, of the oldest message in all queues but hold, or in one */
    WATCH_SENDER,      /* messages of the sender that has most */
    WATCH_DOMAIN,      /* messages for the domain that has most */
    WATCH_UNDELIVERED, /* seconds in which nothing was sent although mail waits */
    WATCH_DEFERRALS,   /* in the last 5 minutes */
    WATCH_BOUNCES,     /* in the last 5 minutes */
    WATCH_KIND_END,
};

/* The queue of a watch that has none. */
#define WATCH_ANY_QUEUE QUEUE_COUNT

struct watch {
    enum watch_kind kind;
    enum queue queue; /* WATCH_ANY_QUEUE, or the one that is watched */
};

/* Room for what watch_format writes: "queue deferred". */
#define WATCH_TEXT_SIZE 32

/* Octets of what a measurement is about, with the NUL: an address or a domain, as
 * hmqConditionSubject has it (SnmpAdminString), or a queue ID. */
#define WATCH_SUBJECT_SIZE 256

/* False for values that no configuration can produce. */
bool watch_valid(const struct watch *watch);

bool watch_equal(const struct watch *a, const struct watch *b);

/* Parses a watch as the configuration writes it: "total", "queue deferred". Returns false, with
 * what is expected in error (size octets), for anything else. */
bool watch_parse(const char *text, struct watch *out, char *error, size_t size);

/* Writes the watch as the configuration does. Returns out. */
const char *watch_format(const struct watch *watch, char out[WATCH_TEXT_SIZE]);

/* Whether values and thresholds are times, in seconds, rather than numbers of messages. */
bool watch_is_time(enum watch_kind kind);

/*
 * The greatest valid threshold, in the unit of the watch: ten million messages, or a year. More is
 * a mistake, such as a negative number that a tool sent as an unsigned one.
 */
#define WATCH_MAXIMUM_MESSAGES 10000000
#define WATCH_MAXIMUM_S 31536000      /* 365 days */
#define WATCH_MAXIMUM WATCH_MAXIMUM_S /* the greatest of all */
uint32_t watch_maximum(enum watch_kind kind);

/* What is measured; borrowed for the call. */
struct watch_inputs {
    const struct snapshot *snapshot;
    const struct delivery *delivery; /* NULL = mail_log is off */
    int64_t now;                     /* seconds since the epoch */
    uint64_t now_usec;               /* CLOCK_MONOTONIC */
};

/* The value that is watched, at one moment. */
struct measurement {
    bool known; /* if false, the other members mean nothing */
    uint64_t value;
    /* By how much the true value may exceed that; UINT64_MAX = nobody knows. Nothing is cleared by
     * a value that may be greater than the clear value. */
    uint64_t missing;
    bool nothing; /* there is no message to measure, so the value is 0 */
    /* What the value belongs to, UTF-8: the oldest message's queue ID, the sender, the domain. ""
     * if it belongs to none. */
    char subject[WATCH_SUBJECT_SIZE];
};

/* Measures the value. */
struct measurement watch_measure(const struct watch *watch, const struct watch_inputs *inputs);

/* Writes the value as the beginning of a sentence: "the hold queue has 5 messages". Writes at most
 * size octets including the NUL. */
void watch_describe(const struct watch *watch, uint64_t value, const char *subject, char *out,
                    size_t size);

#endif

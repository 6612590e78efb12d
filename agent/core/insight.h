/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What fills the queue: its most frequent senders, recipient domains and reasons, and the ages of
 * its messages. core/insight_builder.h gathers it from all messages of a listing, which owns it; it
 * does not change any more.
 */
#ifndef HMQ_CORE_INSIGHT_H
#define HMQ_CORE_INSIGHT_H

#include "core/queue.h"
#include "core/queue_id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A name that is served (SnmpAdminString), with its NUL. */
#define INSIGHT_NAME_SIZE 256

/* The most rows that a table can have. */
#define INSIGHT_ROWS_MAX 100

/* Ages are divided as by qshape(1): the first bucket has messages of less than 5 minutes, each of
 * the others twice that, and the last one is open. */
#define INSIGHT_AGES 10

/* A sender, a domain or a reason. Counts are lower bounds if the insight is not exact. */
struct insight_row {
    char name[INSIGHT_NAME_SIZE]; /* UTF-8; a sender: "" = the null sender; a domain: lower case, ""
                                     = addresses without one; a reason: see core/reason_group.h */
    uint64_t messages;            /* each counts once */
    uint64_t recipients;          /* each address of a message counts once */
    uint64_t volume;              /* octets, of the messages */
    int64_t oldest_arrival;       /* seconds since the epoch */
    bool recipients_known, volume_known; /* false: some message's could not be read */
    bool ages_known;                     /* the same for arrivals: oldest_arrival and ages */
    uint32_t ages[INSIGHT_AGES];         /* messages, at the time of the listing */
    /* A domain's most frequent reason, "" = none of its recipients has one; a reason's most
     * frequent domain. Not known if memory was too short to count them. */
    bool other_known;
    char other[INSIGHT_NAME_SIZE];
    char example[QUEUE_ID_SIZE]; /* the oldest message; "" = it has no ID that could be read */
};

struct insight_table {
    struct insight_row *rows; /* by messages, then by name; at most the limit, but see below */
    size_t count;
    uint64_t distinct; /* different values in the queue */
    uint64_t lost;     /* the most messages that a count can lack; 0 = counts are exact */
};

/* Has at least the first row of each table, even if the limit is 0. */
struct insight {
    struct insight_table senders, domains, reasons;
    bool exact; /* all counts are exact: everything could be read, and nothing was left out */
    struct {
        uint64_t unknown; /* messages whose arrival could not be read */
        uint64_t messages[INSIGHT_AGES];
    } ages[QUEUE_COUNT]; /* at the time of the listing */
};

/* The one with the most messages. */
struct insight_leader {
    const char *name;  /* borrowed from the insight; "" if nothing is queued, or the null sender */
    uint64_t messages; /* a lower bound, and so no false alarm; 0 if nothing is queued */
    uint64_t lost;     /* how many it may lack */
};

/*
 * The sender, or the recipient domain, with the most messages. insight may be NULL. Returns false,
 * with *leader untouched, if it is not known.
 */
bool insight_largest_sender(const struct insight *insight, struct insight_leader *leader);
bool insight_largest_domain(const struct insight *insight, struct insight_leader *leader);

/* The bucket, 0..INSIGHT_AGES - 1, of a message that arrived age_s seconds ago; the first one if
 * that is negative. */
size_t insight_age_bucket(int64_t age_s);

/* The age in minutes below which a bucket ends: 5, 10, 20 ... 1280, and 0 for the last one. */
uint32_t insight_age_limit(size_t bucket);

/* Frees an insight; NULL is accepted. */
void insight_free(struct insight *insight);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is known of each gateway, and when it is asked again. Each has a pulse: the numbers of the
 * state and the serials, by one GET. The tables of one gateway, the current one, are read besides,
 * and only again when the pulse shows that they have changed. What a gateway answered last stays
 * until it answers again, and is then said to be old.
 */
#ifndef HMQ_CLIENT_TOP_GATEWAYS_H
#define HMQ_CLIENT_TOP_GATEWAYS_H

#include "client/reading.h"
#include "client/tables.h"
#include "client/top/history.h"
#include "client/top/tabs.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* hmqQueue: 1 to 6. */
#define TOP_QUEUES 6

/* Now, for time spans and for people. */
struct moment {
    int64_t ms;      /* of a clock that is never set */
    int64_t epoch_s; /* seconds since the epoch */
};
struct moment moment_now(void);

struct pulse {
    struct reading *reading; /* borrowed */
    bool answered;           /* the last time it was asked */
    int64_t answer_s;        /* when it answered last, since the epoch; 0 = never */
    int64_t lost_s;          /* since when it has not; 0 = it does, or was not asked yet */
    enum fetch_problem problem;
    int64_t due_ms;
    struct history queues[TOP_QUEUES]; /* by hmqQueue - 1 */
};

/* What decides whether a table has changed; -1 = not known. */
struct table_version {
    int64_t parts[4];
};

/* The table of a tab, of the current gateway. */
struct detail {
    struct reading reading;
    struct plan plan;
    bool read;        /* there is something to show */
    int64_t answer_s; /* when it was read, since the epoch */
    struct table_version version, asked;
    int64_t started_ms, started_cpu_ms, due_ms;
    uint64_t number; /* of the reading: another one means other records */
};

struct gateways {
    struct readings *readings; /* borrowed */
    struct pulse pulses[GATEWAYS_MAX];
    struct plan plan; /* of a pulse */
    size_t count;
    size_t current;
    struct detail details[TAB_COUNT];
    uint32_t interval_ms;
    bool moved; /* the details that are under way are those of another gateway */
};

/* readings are borrowed, and have been opened. interval_ms: between two pulses of a gateway. */
void gateways_init(struct gateways *gateways, struct readings *readings, uint32_t interval_ms);

/* Closes the gateways, too. */
void gateways_deinit(struct gateways *gateways);

/* Takes what has come and asks for what is due; tab is the one that is shown. Never waits. Returns
 * true if anything is new. */
bool gateways_step(struct gateways *gateways, enum tab_id tab, struct moment now);

/* Milliseconds until something is due. */
unsigned gateways_wait_ms(const struct gateways *gateways, enum tab_id tab, struct moment now);

/* Makes another gateway the current one. */
void gateways_show(struct gateways *gateways, size_t which);

/* Has everything of the current gateway read again now. */
void gateways_refresh(struct gateways *gateways);

/* True while the table is being read. */
bool detail_busy(const struct detail *detail);

/* The state in one word: as in state_of, or that it does not answer. */
struct state pulse_state(const struct pulse *pulse);

/* The gateways, those that need attention most first. order has room for count. */
void gateways_order(const struct gateways *gateways, size_t *order);

/* The messages of a queue, by hmqQueue, or in all for 0; -1 = not known. */
int64_t pulse_messages(const struct pulse *pulse, int queue);

#endif

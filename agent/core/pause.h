/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A pause of outbound mail: how far it has got, and when it ends. The agent makes it (app/pause.h),
 * and the store keeps its record.
 */
#ifndef HMQ_CORE_PAUSE_H
#define HMQ_CORE_PAUSE_H

#include "core/postfix_settings.h"

#include <stdbool.h>
#include <stdint.h>

/* The maximum of hmqOutboundPauseFor: 30 days. */
#define PAUSE_FOR_MAX_S 2592000U

/* Who asked for a pause and why, as the texts about it have it. */
#define PAUSE_WHO_SIZE 96

enum pause_phase {
    PAUSE_NONE,
    PAUSE_STARTING, /* main.cf may have it already */
    PAUSE_IN_FORCE,
    PAUSE_ENDING, /* main.cf may be as it was already */
    PAUSE_PHASE_END,
};

/* What one SET asks for. */
struct pause_order {
    bool pause_set, pause; /* hmqOutboundPause */
    bool for_set;          /* hmqOutboundPauseFor */
    uint32_t for_s;
    char who[PAUSE_WHO_SIZE];
};

/* What a later process needs to know in order to continue. Times are seconds since the epoch. */
struct pause_record {
    enum pause_phase phase;         /* PAUSE_NONE: the other members mean nothing */
    char value[MAIN_CF_VALUE_SIZE]; /* what the pause writes to defer_transports */
    bool old_empty; /* main.cf had a defer_transports without a value; false: it had none */
    int64_t since;
    int64_t ends;             /* 0 = not until it is told to */
    uint32_t for_s;           /* hmqOutboundPauseFor, 0 = without an end */
    char who[PAUSE_WHO_SIZE]; /* "" = nothing is known */
};

/* The name of a phase in the database ("in force"); "" for PAUSE_NONE and any other number.
 * Static. */
const char *pause_phase_name(int phase);

/* The line of main.cf during the pause, and the one that its end restores. */
struct main_cf_line pause_line(const struct pause_record *record);
struct main_cf_line pause_old_line(const struct pause_record *record);

/*
 * The seconds from wall to the end of a pause that has one, for a process that knows nothing but
 * the record. At most for_s, so that a clock that was set back cannot prolong a pause beyond the
 * time that was asked for; 0 if the end has passed.
 */
uint32_t pause_remaining_s(const struct pause_record *record, int64_t wall);

/*
 * Composes who from the owner and the comment of the action that stands in the same SET. Both may
 * be "". Control characters are replaced, and what does not fit is left out.
 */
void pause_who(const char *owner, const char *comment, char who[PAUSE_WHO_SIZE]);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The last observation by one source of whether Postfix is running: the lock in the spool, or how
 * postqueue got its listing.
 */
#ifndef HMQ_APP_SIGHTING_H
#define HMQ_APP_SIGHTING_H

#include "core/protocol.h"

#include <stdbool.h>
#include <stdint.h>

/* Zeroed before use: never seen. */
struct sighting {
    enum postfix_state state;
    uint64_t seen_usec;
};

static inline void sighting_see(struct sighting *sighting, enum postfix_state state,
                                uint64_t now_usec) {
    *sighting = (struct sighting){.state = state, .seen_usec = now_usec};
}

/* True if the observation is not unknown and not older than age_usec. */
static inline bool sighting_holds(const struct sighting *sighting, uint64_t age_usec,
                                  uint64_t now_usec) {
    return sighting->seen_usec != 0 && sighting->state != POSTFIX_UNKNOWN &&
           now_usec - sighting->seen_usec <= age_usec;
}

#endif

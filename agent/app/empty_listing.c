/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/empty_listing.h"

#include <assert.h>
#include <stddef.h>

/* The clock for the timestamps of files advances with the kernel's ticks. */
#define STAMP_LAG_USEC UINT64_C(20000)

#define TRIES_MAX 2

void empty_listing_hold(struct empty_listing *empty, struct listing *listing) {
    assert(empty->held == NULL);
    empty->held = listing;
    empty->tries++;
}

uint64_t empty_listing_rest(const struct empty_listing *empty, uint64_t now_usec) {
    uint64_t begun_usec = empty->held->taken_usec - empty->held->duration_usec;
    return now_usec - begun_usec + STAMP_LAG_USEC;
}

enum empty_verdict empty_listing_judge(struct empty_listing *empty, bool checked, uint64_t counted,
                                       uint64_t resting, struct listing **listing) {
    *listing = empty->held;
    empty->held = NULL;
    if (!checked) {
        empty->tries--;
        return EMPTY_UNKNOWN;
    }
    if (resting > 0) {
        return EMPTY_LIE;
    }
    return counted == 0 || empty->tries >= TRIES_MAX ? EMPTY_TRUE : EMPTY_UNKNOWN;
}

void empty_listing_reset(struct empty_listing *empty) {
    empty->tries = 0;
}

void empty_listing_deinit(struct empty_listing *empty) {
    listing_unref(empty->held);
    empty->held = NULL;
}

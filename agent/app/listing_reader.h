/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads one listing: has the helper run postqueue -j and builds a struct listing of its lines.
 */
#ifndef HMQ_APP_LISTING_READER_H
#define HMQ_APP_LISTING_READER_H

#include "core/config.h"
#include "core/listing.h"
#include "core/status.h"
#include "io/helper_client.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct listing_end {
    struct listing *listing; /* the callee gets the reference; NULL if there is none */
    bool flawed;             /* there is one, but some of its lines could not be read */
    const char *error;       /* why there is none, or what was wrong with those lines */
    bool ran;                /* the command succeeded and printed a listing */
    bool mail_down;          /* it reported that the mail system is down */
    bool failed;             /* it ended by itself, with a failure */
};

/* Zeroed, then filled by its owner. */
struct listing_reader {
    void (*ended)(void *userdata, const struct listing_end *end);
    void *userdata;
    /* Private. */
    struct listing_builder *builder;
    uint64_t begun_usec;
};

/* Starts a reading that keeps limit messages in the order of the configuration, and the insight as
 * it says. Returns false if the helper does not accept it now or if out of memory. */
bool listing_reader_start(struct listing_reader *reader, struct helper_client *helper,
                          const struct config *config, size_t limit);

/* To be called after the helper's client has been freed, which ends its callbacks. */
void listing_reader_deinit(struct listing_reader *reader);

#endif

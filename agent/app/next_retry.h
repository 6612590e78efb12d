/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fills in hmqMessageNextRetry: asks the helper for the modification times of a listing's deferred
 * messages, a batch at a time, once the listing has been published.
 */
#ifndef HMQ_APP_NEXT_RETRY_H
#define HMQ_APP_NEXT_RETRY_H

#include "core/listing.h"
#include "io/helper_client.h"

#include <stddef.h>

/* Zeroed before use. */
struct next_retry {
    struct listing *listing; /* being filled in, NULL = none */
    size_t row;
};

/* Begins filling in a listing, unless another one is still being filled in. */
void next_retry_start(struct next_retry *next, struct helper_client *helper,
                      struct listing *listing);

/* Takes the helper's answer and requests the next batch. */
void next_retry_take(struct next_retry *next, struct helper_client *helper,
                     const struct reply *reply);

/* Abandons the listing, because the helper was restarted or is no longer needed. */
void next_retry_stop(struct next_retry *next);

#endif

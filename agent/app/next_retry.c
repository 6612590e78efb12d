/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/next_retry.h"

#include <string.h>

static void ask(struct next_retry *next, struct helper_client *helper) {
    const struct listing *listing = next->listing;
    char ids[PROTOCOL_MTIMES][QUEUE_ID_SIZE];
    size_t count = 0;
    for (size_t row = next->row; row < listing->row_count && count < PROTOCOL_MTIMES; row++) {
        if (listing->rows[row]->queue == QUEUE_DEFERRED) {
            memcpy(ids[count++], listing->rows[row]->id, QUEUE_ID_SIZE);
        }
    }
    if (count == 0 || !helper_client_mtimes(helper, (const char(*)[QUEUE_ID_SIZE])ids, count)) {
        next_retry_stop(next);
    }
}

void next_retry_start(struct next_retry *next, struct helper_client *helper,
                      struct listing *listing) {
    if (next->listing == NULL) {
        next->listing = listing_ref(listing);
        next->row = 0;
        ask(next, helper);
    }
}

void next_retry_take(struct next_retry *next, struct helper_client *helper,
                     const struct reply *reply) {
    struct listing *listing = next->listing;
    if (listing == NULL) {
        return;
    }
    uint32_t taken = 0;
    while (taken < reply->id_count && next->row < listing->row_count) {
        struct message *message = listing->rows[next->row++];
        if (message->queue == QUEUE_DEFERRED) {
            message->next_retry = reply->mtimes[taken++];
        }
    }
    if (taken == 0) {
        next->row = listing->row_count;
    }
    ask(next, helper);
}

void next_retry_stop(struct next_retry *next) {
    listing_unref(next->listing);
    next->listing = NULL;
}

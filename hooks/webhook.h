/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Delivery by HTTP: one POST with the event's document (hermes-mailqueue-hooks(8)).
 *
 * 2xx is delivered. 4xx other than 408 and 429 is refused: the same request would be refused again.
 * All else is tried again: no answer, no complete head of an answer within the endpoint's timeout,
 * other statuses, redirects, which are not followed. What counts is the answer's head; its body is
 * not kept, and read no further than its first 64 K.
 */
#ifndef HMQ_HOOKS_WEBHOOK_H
#define HMQ_HOOKS_WEBHOOK_H

#include "core/config.h"
#include "hooks/delivery.h"
#include "hooks/http.h"
#include "hooks/payload.h"
#include "hooks/sign.h"

/* All borrowed for the webhook's life. */
struct webhook_setup {
    const struct config_hook *hook;
    const struct payload_origin *origin;
    const struct secret *secret; /* empty = not signed */
    const char *problem;         /* "" = none; else each try fails with it, and nothing is sent */
    struct http *http;
};

/* Returns 0 with *out, or a negative errno value. */
int webhook_new(const struct webhook_setup *setup, struct delivery *out);

/*
 * The Idempotency-Key of an event: HOST-SERIAL, and HOST-NAME-SERIAL for an instance of Postfix
 * other than /etc/postfix, NAME being the last part of its configuration directory: serials of two
 * agents on one machine are the same numbers. Returns out.
 */
const char *webhook_key(const struct payload_origin *origin, uint32_t serial, char *out,
                        size_t size);

/* What an answer with this HTTP status means for the event. */
enum delivery_outcome webhook_outcome(long status);

#endif

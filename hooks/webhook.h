/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Delivery by HTTP: one POST with the event's document (hermes-mailqueue-hooks(8)).
 *
 * 2xx means delivered. 4xx except 408 and 429 means refused, because the same request would be
 * refused again. Everything else is tried again: no response, no complete response header within
 * the endpoint's timeout, other statuses, and redirects, which are not followed. Only the header of
 * the response counts; its body is discarded, and only the first 64 K of it are read.
 */
#ifndef HMQ_HOOKS_WEBHOOK_H
#define HMQ_HOOKS_WEBHOOK_H

#include "core/config.h"
#include "hooks/delivery.h"
#include "hooks/headers.h"
#include "hooks/http.h"
#include "hooks/payload.h"
#include "hooks/sign.h"

/* All borrowed for the webhook's life. */
struct webhook_setup {
    const struct config_hook *hook;
    const struct payload_origin *origin;
    const struct secret *secret;   /* empty = not signed */
    const struct headers *headers; /* sent with each request */
    const char *problem; /* "" = none; otherwise each attempt fails with it, and nothing is sent */
    struct http *http;
};

/* Returns 0 with *out, or a negative errno value. */
int webhook_new(const struct webhook_setup *setup, struct delivery *out);

/*
 * The Idempotency-Key of an event: HOST-SERIAL, and HOST-NAME-SERIAL for an instance of Postfix
 * other than /etc/postfix, where NAME is the last part of its configuration directory, because two
 * agents on one machine use the same serials. Returns out.
 */
const char *webhook_key(const struct payload_origin *origin, uint32_t serial, char *out,
                        size_t size);

/* What a response with this HTTP status means for the event. */
enum delivery_outcome webhook_outcome(long status);

#endif

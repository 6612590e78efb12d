/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the formats of hooks/payload.h share. For payload*.c only.
 */
#ifndef HMQ_HOOKS_PAYLOAD_INTERNAL_H
#define HMQ_HOOKS_PAYLOAD_INTERNAL_H

#include "hooks/payload.h"

#include <cjson/cJSON.h>

/* The queues that an event reports, in their order. */
#define PAYLOAD_QUEUES 5
extern const enum queue payload_queues[PAYLOAD_QUEUES];

/* Adds any text as valid UTF-8. Returns false if out of memory. */
bool payload_add_text(cJSON *object, const char *name, const char *text);

/* How long a text may be: text_utf8_prefix (octets) or text_utf16_prefix (characters). */
typedef size_t (*payload_prefix)(const char *text, size_t len, size_t max);

/* Adds valid UTF-8. If it is longer than max, which is at least 3, it is cut between characters and
 * ends with "...". Returns false if out of memory. */
bool payload_add_cut(cJSON *object, const char *name, const char *text, size_t max,
                     payload_prefix prefix);

/* Each returns the document (cJSON_Delete), or NULL if out of memory. recipient is the member of
 * struct payload_target; most formats do not use it. */
cJSON *payload_json(const struct event *event, const struct payload_origin *origin,
                    const char *recipient);
cJSON *payload_alertmanager(const struct event *event, const struct payload_origin *origin,
                            const char *recipient);
cJSON *payload_slack(const struct event *event, const struct payload_origin *origin,
                     const char *recipient);
cJSON *payload_pagerduty(const struct event *event, const struct payload_origin *origin,
                         const char *recipient);
cJSON *payload_discord(const struct event *event, const struct payload_origin *origin,
                       const char *recipient);
cJSON *payload_ntfy(const struct event *event, const struct payload_origin *origin,
                    const char *recipient);

#endif

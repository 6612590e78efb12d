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

/* Each returns the document (cJSON_Delete), or NULL if out of memory. */
cJSON *payload_json(const struct event *event, const struct payload_origin *origin);
cJSON *payload_alertmanager(const struct event *event, const struct payload_origin *origin);
cJSON *payload_slack(const struct event *event, const struct payload_origin *origin);

#endif

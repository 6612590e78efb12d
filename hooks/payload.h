/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an endpoint is sent about an event: a JSON document in the format it takes
 * (hermes-mailqueue-hooks(8)), and the variables of a script's environment. An unknown number is
 * null in the JSON and unset in the environment, never 0.
 */
#ifndef HMQ_HOOKS_PAYLOAD_H
#define HMQ_HOOKS_PAYLOAD_H

#include "core/config.h"
#include "core/event.h"

#include <stdbool.h>
#include <stddef.h>

/* Where the events come from; the strings are borrowed. */
struct payload_origin {
    const char *host;      /* host_name, or as returned by gethostname(2) */
    const char *instance;  /* Postfix's configuration directory */
    const char *container; /* the name of its container, "" = none */
    const char *context;   /* the SNMP context of the agent's objects, "" = the default one */
};

/* What a document is made for. */
struct payload_target {
    enum hook_format format;
    const char *recipient; /* whom the document itself names: the integration key of PagerDuty, the
                              topic of ntfy; unused by other formats; borrowed */
};

#define PAYLOAD_TIME_SIZE 32

/*
 * Builds the document:
 *   HOOK_FORMAT_JSON          one object, version 1.
 *   HOOK_FORMAT_ALERTMANAGER  the body of POST /api/v2/alerts of Prometheus' Alertmanager: an array
 *                             of one alert. A clear has the labels of its raise and an endsAt, so
 *                             that it resolves it.
 *   HOOK_FORMAT_SLACK         the body of a Slack incoming webhook: {"text": ...} in its mrkdwn.
 *   HOOK_FORMAT_PAGERDUTY     an event of PagerDuty's Events API v2. A clear has the dedup_key of
 *                             its raise, so that it resolves it. custom_details is the document
 *                             of HOOK_FORMAT_JSON.
 *   HOOK_FORMAT_DISCORD       a message of a Discord webhook, with one embed.
 *   HOOK_FORMAT_NTFY          a message for ntfy, to be published as JSON.
 * Returns it NUL-terminated for free(3), or NULL if out of memory.
 */
char *payload_make(const struct payload_target *target, const struct event *event,
                   const struct payload_origin *origin);

/* The time in RFC 3339, UTC, to the second ("2026-11-24T23:41:07Z"). Returns out. */
const char *payload_time(int64_t time, char out[PAYLOAD_TIME_SIZE]);

/*
 * Returns the environment of a script, NULL-terminated and including PATH and locale, to be freed
 * with payload_environment_free, or NULL if out of memory. hook is the endpoint's name in the
 * configuration.
 */
char **payload_environment(const struct event *event, const struct payload_origin *origin,
                           const char *hook);
void payload_environment_free(char **environment);

#endif

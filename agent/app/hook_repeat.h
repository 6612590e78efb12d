/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Repeats what is raised to endpoints that lose it (webhook.NAME.repeat): Alertmanager keeps alerts
 * only in memory, so an alert that is sent once is lost when it restarts.
 */
#ifndef HMQ_APP_HOOK_REPEAT_H
#define HMQ_APP_HOOK_REPEAT_H

#include "core/config.h"
#include "core/raised.h"
#include "io/hooks_client.h"

#include <systemd/sd-event.h>

struct hook_repeat;

/* All but *out is borrowed. Returns 0 with *out, or a negative errno value. */
int hook_repeat_new(sd_event *event, const struct config *config, struct hooks_client *client,
                    const struct raised *raised, struct hook_repeat **out);

/* NULL is accepted. */
void hook_repeat_free(struct hook_repeat *repeat);

#endif

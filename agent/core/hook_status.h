/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The state of one endpoint: a row of hmqHookTable, as plain data for the MIB.
 */
#ifndef HMQ_CORE_HOOK_STATUS_H
#define HMQ_CORE_HOOK_STATUS_H

#include "core/config.h"
#include "core/event.h"

#include <stdbool.h>
#include <stdint.h>

#define HOOK_NAME_SIZE 64

struct hook_status {
    char name[HOOK_NAME_SIZE];        /* hmqHookName: "webhook.ops" */
    enum hook_kind kind;              /* hmqHookKind */
    uint32_t delivered;               /* hmqHookDelivered: events */
    uint32_t failures;                /* hmqHookFailures: failed attempts */
    struct event_number pending;      /* hmqHookPending: events; unknown until counted */
    char last_error[EVENT_TEXT_SIZE]; /* hmqHookLastError: of this run of the agent, "" = none */
    int64_t last_delivery;            /* hmqHookLastDelivery: seconds since the epoch, 0 = never */
};

#endif

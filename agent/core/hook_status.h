/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How one endpoint does: a row of hmqHookTable, plain data for the MIB to read.
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
    uint32_t failures;                /* hmqHookFailures: tries that failed, events given up too */
    struct event_number pending;      /* hmqHookPending: events; unknown until they are counted */
    char last_error[EVENT_TEXT_SIZE]; /* hmqHookLastError: of this run of the agent, "" = none */
    int64_t last_delivery;            /* hmqHookLastDelivery: seconds since the epoch, 0 = never */
};

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/queue.h"

#include <assert.h>
#include <string.h>

static const char *const names[QUEUE_COUNT] = {
    [QUEUE_MAILDROP] = "maildrop", [QUEUE_INCOMING] = "incoming", [QUEUE_ACTIVE] = "active",
    [QUEUE_DEFERRED] = "deferred", [QUEUE_HOLD] = "hold",         [QUEUE_CORRUPT] = "corrupt",
};

const char *queue_name(enum queue queue) {
    assert(queue < QUEUE_COUNT);
    return names[queue];
}

int queue_mib_value(enum queue queue) {
    assert(queue < QUEUE_COUNT);
    return (int)queue + 1;
}

bool queue_by_name(const char *name, enum queue *queue) {
    for (enum queue q = 0; q < QUEUE_COUNT; q++) {
        if (strcmp(name, names[q]) == 0) {
            *queue = q;
            return true;
        }
    }
    return false;
}

bool queue_is_listed(enum queue queue) {
    return queue != QUEUE_CORRUPT;
}

#include "snmp/mib.h"

#include <stdlib.h>
#include <string.h>

#define EVENT_SERIAL                                                                               \
    { 1, 8, 1, 0 }
#define TOTAL_MESSAGES                                                                             \
    { 1, 2, 1, 0 }
#define OLDEST_AGE                                                                                 \
    { 1, 2, 4, 0 }
#define DATA_STATUS                                                                                \
    { 1, 1, 5, 0 }
#define LAST_READ_ERROR                                                                            \
    { 1, 1, 11, 0 }
#define AGENT_VERSION                                                                              \
    { 1, 1, 1, 0 }
#define QUEUE_MESSAGES(queue)                                                                      \
    { 1, 3, 1, 2, queue }
#define THRESHOLD(column)                                                                          \
    { 1, 4, column, 0 }

/* The longest instance above. */
#define INSTANCE_MAX 5

/* A raise and its clear carry the same varbinds. */
#define CROSSING(column)                                                                           \
    {                                                                                              \
        EVENT_SERIAL, TOTAL_MESSAGES, THRESHOLD(column), OLDEST_AGE, QUEUE_MESSAGES(3),            \
            QUEUE_MESSAGES(4), QUEUE_MESSAGES(5)                                                   \
    }

/* Instances relative to the root; an empty one ends the list. */
static const uint32_t varbinds[EVENT_TYPE_END][MIB_NOTIFICATION_VARBINDS][INSTANCE_MAX] = {
    [EVENT_OVERLOAD_RAISED] = CROSSING(7),
    [EVENT_OVERLOAD_CLEARED] = CROSSING(7),
    [EVENT_WARNING_RAISED] = CROSSING(9),
    [EVENT_WARNING_CLEARED] = CROSSING(9),
    [EVENT_AGE_RAISED] = CROSSING(10),
    [EVENT_AGE_CLEARED] = CROSSING(10),
    [EVENT_HOLD_RAISED] = CROSSING(11),
    [EVENT_HOLD_CLEARED] = CROSSING(11),
    [EVENT_DATA_LOST] = {EVENT_SERIAL, DATA_STATUS, LAST_READ_ERROR},
    [EVENT_DATA_RESTORED] = {EVENT_SERIAL, DATA_STATUS, LAST_READ_ERROR},
    [EVENT_AGENT_STARTED] = {EVENT_SERIAL, AGENT_VERSION, DATA_STATUS},
};

/* hmqQueueMessages alone is a column; its index follows. Every other instance is a scalar's. */
static size_t instance_length(const uint32_t instance[INSTANCE_MAX]) {
    return instance[1] == 3 ? 5 : 4;
}

struct notification *mib_notification_new(const struct mib_view *view, enum event_type type) {
    struct notification *notification = calloc(1, sizeof *notification);
    if (notification == NULL) {
        return NULL;
    }
    notification->type = type;
    for (size_t i = 0; i < MIB_NOTIFICATION_VARBINDS && varbinds[type][i][0] != 0; i++) {
        const uint32_t *instance = varbinds[type][i];
        size_t len = instance_length(instance);
        struct mib_value value;
        if (mib_get(view, instance, len, &value) != MIB_OK) {
            continue;
        }
        struct mib_varbind *varbind = &notification->varbinds[notification->count++];
        memcpy(varbind->name.ids, instance, len * sizeof *instance);
        varbind->name.len = len;
        varbind->type = value.type;
        varbind->integer = value.integer;
        varbind->number = value.number;
        varbind->length = value.length;
        if (value.length > 0) {
            memcpy(varbind->octets, value.octets, value.length);
        }
    }
    return notification;
}

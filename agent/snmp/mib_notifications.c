#include "snmp/mib_transaction.h"

#include <stdlib.h>
#include <string.h>

/* What follows a column's identifier. */
enum instance_index { INDEX_GIVEN, INDEX_ACTION, INDEX_EVENT };

struct variable {
    uint32_t oid[5];
    size_t len;
    enum instance_index index;
};

#define SCALAR(group, object)                                                                      \
    { {1, group, object, 0}, 4, INDEX_GIVEN }
#define EVENT_SERIAL SCALAR(8, 1)
#define QUEUE_MESSAGES(queue)                                                                      \
    { {1, 3, 1, 2, queue}, 5, INDEX_GIVEN }
#define ACTION(column)                                                                             \
    { {1, 6, 5, 1, column}, 5, INDEX_ACTION }
#define EVENT_TEXT                                                                                 \
    { {1, 8, 2, 1, 4}, 5, INDEX_EVENT }

/* A raise and its clear carry the same variables. */
#define CROSSING(threshold)                                                                        \
    {                                                                                              \
        EVENT_SERIAL, SCALAR(2, 1), SCALAR(4, threshold), SCALAR(2, 4), QUEUE_MESSAGES(3),         \
            QUEUE_MESSAGES(4), QUEUE_MESSAGES(5)                                                   \
    }

/* A length of 0 ends the list. */
static const struct variable variables[EVENT_TYPE_END][MIB_NOTIFICATION_VARBINDS] = {
    [EVENT_OVERLOAD_RAISED] = CROSSING(7),
    [EVENT_OVERLOAD_CLEARED] = CROSSING(7),
    [EVENT_WARNING_RAISED] = CROSSING(9),
    [EVENT_WARNING_CLEARED] = CROSSING(9),
    [EVENT_AGE_RAISED] = CROSSING(10),
    [EVENT_AGE_CLEARED] = CROSSING(10),
    [EVENT_HOLD_RAISED] = CROSSING(11),
    [EVENT_HOLD_CLEARED] = CROSSING(11),
    [EVENT_DATA_LOST] = {EVENT_SERIAL, SCALAR(1, 5), SCALAR(1, 11)},
    [EVENT_DATA_RESTORED] = {EVENT_SERIAL, SCALAR(1, 5), SCALAR(1, 11)},
    [EVENT_ACTION_FINISHED] = {EVENT_SERIAL, ACTION(ACTION_STATE), ACTION(ACTION_MATCHED),
                               ACTION(ACTION_SUCCEEDED), ACTION(ACTION_FAILED),
                               ACTION(ACTION_COMMENT)},
    [EVENT_SETTINGS_CHANGED] = {EVENT_SERIAL, EVENT_TEXT, SCALAR(4, 1), SCALAR(4, 2), SCALAR(4, 3),
                                SCALAR(4, 4), SCALAR(4, 5)},
    [EVENT_AGENT_STARTED] = {EVENT_SERIAL, SCALAR(1, 1), SCALAR(1, 5)},
};

static struct mib_oid instance_of(const struct variable *variable, const struct event *event) {
    struct mib_oid name = {.len = variable->len};
    memcpy(name.ids, variable->oid, variable->len * sizeof *name.ids);
    if (variable->index == INDEX_ACTION) {
        name.len += job_key_write(&event->action.key, name.ids + name.len);
    } else if (variable->index == INDEX_EVENT) {
        name.ids[name.len++] = event->serial;
    }
    return name;
}

static void add_varbind(struct notification *notification, const struct mib_oid *name,
                        const struct mib_value *value) {
    struct mib_varbind *varbind = &notification->varbinds[notification->count++];
    varbind->name = *name;
    varbind->type = value->type;
    varbind->integer = value->integer;
    varbind->number = value->number;
    varbind->length =
        value->length < sizeof varbind->octets ? value->length : sizeof varbind->octets;
    if (varbind->length > 0) {
        memcpy(varbind->octets, value->octets, varbind->length);
    }
}

struct notification *mib_notification_new(const struct mib_view *view, const struct event *event) {
    struct notification *notification = calloc(1, sizeof *notification);
    if (notification == NULL) {
        return NULL;
    }
    notification->type = event->type;
    notification->serial = event->serial;
    const struct variable *list = variables[event->type];
    for (size_t i = 0; i < MIB_NOTIFICATION_VARBINDS && list[i].len != 0; i++) {
        struct mib_oid name = instance_of(&list[i], event);
        struct mib_value value;
        if (mib_get(view, name.ids, name.len, &value) == MIB_OK) {
            add_varbind(notification, &name, &value);
        }
    }
    return notification;
}

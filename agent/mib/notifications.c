/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Notifications: which objects each one carries, as the OBJECTS clauses of the module name them.
 * Their values come from the event alone, never from the present state, so that a notification
 * that is sent late reports what was true then; app/events.c has taken them from the state that a
 * GET would have shown at that moment. A notification is complete or it is not built at all.
 */
#include "mib/value.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What follows a column's identifier. */
enum instance { INSTANCE_SCALAR, INSTANCE_QUEUE, INSTANCE_ACTION, INSTANCE_EVENT };

struct variable {
    const char *object; /* its name in the module */
    enum instance instance;
    enum queue queue; /* INSTANCE_QUEUE */
    /* Fills the value, whose type is already set; false when the event does not have it. */
    bool (*get)(const struct event *event, const struct variable *variable,
                struct mib_value *value);
};

#define VALUE(name)                                                                                \
    static bool name(const struct event *event, const struct variable *variable,                   \
                     struct mib_value *value)

static bool set_known(struct mib_value *value, struct event_number number) {
    return number.known && mib_set_number(value, number.value);
}

VALUE(serial) {
    (void)variable;
    return mib_set_number(value, event->serial);
}

VALUE(text) {
    (void)variable;
    return mib_set_text(value, event->text);
}

VALUE(total) {
    (void)variable;
    return set_known(value, event->total);
}

VALUE(queue_messages) {
    return set_known(value, event->queues[variable->queue]);
}

VALUE(oldest_age) {
    (void)variable;
    return set_known(value, event->oldest_age_s);
}

VALUE(threshold) {
    (void)variable;
    return set_known(value, event->threshold);
}

VALUE(data_status) {
    (void)variable;
    return event->data != 0 && mib_set_integer(value, (int32_t)event->data);
}

/* hmqLastReadError may be empty; hmqAgentVersion never is. */
VALUE(detail) {
    (void)variable;
    return mib_set_text(value, event->detail);
}

VALUE(settings_state) {
    (void)variable;
    return event->settings != 0 && mib_set_integer(value, (int32_t)event->settings);
}

VALUE(postfix_status) {
    bool stopped = event->type == EVENT_POSTFIX_STOPPED;
    (void)variable;
    return mib_set_integer(value, stopped ? POSTFIX_STOPPED : POSTFIX_RUNNING);
}

VALUE(action_state) {
    (void)variable;
    return event->has_action && mib_set_integer(value, (int32_t)event->action.state);
}

VALUE(action_matched) {
    (void)variable;
    return event->has_action && mib_set_number(value, event->action.matched);
}

VALUE(action_succeeded) {
    (void)variable;
    return event->has_action && mib_set_number(value, event->action.succeeded);
}

VALUE(action_failed) {
    (void)variable;
    return event->has_action && mib_set_number(value, event->action.failed);
}

VALUE(action_comment) {
    (void)variable;
    return event->has_action && mib_set_text(value, event->action.comment);
}

#define EVENT_SERIAL                                                                               \
    { "hmqEventSerial", INSTANCE_SCALAR, 0, serial }
#define SCALAR(object, get)                                                                        \
    { object, INSTANCE_SCALAR, 0, get }
#define QUEUE(queue)                                                                               \
    { "hmqQueueMessages", INSTANCE_QUEUE, queue, queue_messages }
#define ACTION(object, get)                                                                        \
    { object, INSTANCE_ACTION, 0, get }

/* A raise and its clear carry the same objects. */
#define TOTAL_CROSSED(object)                                                                      \
    {                                                                                              \
        EVENT_SERIAL, SCALAR("hmqTotalMessages", total), SCALAR(object, threshold),                \
            QUEUE(QUEUE_INCOMING), QUEUE(QUEUE_ACTIVE), QUEUE(QUEUE_DEFERRED), QUEUE(QUEUE_HOLD)   \
    }
#define AGE_CROSSED                                                                                \
    {                                                                                              \
        EVENT_SERIAL, SCALAR("hmqTotalMessages", total), SCALAR("hmqAgeThreshold", threshold),     \
            SCALAR("hmqOldestAge", oldest_age)                                                     \
    }
#define HOLD_CROSSED                                                                               \
    { EVENT_SERIAL, SCALAR("hmqHoldThreshold", threshold), QUEUE(QUEUE_HOLD) }
#define DATA_CHANGED                                                                               \
    { EVENT_SERIAL, SCALAR("hmqDataStatus", data_status), SCALAR("hmqLastReadError", detail) }
#define POSTFIX_CHANGED                                                                            \
    { EVENT_SERIAL, SCALAR("hmqPostfixStatus", postfix_status) }

/* A variable without a name ends the list. */
static const struct variable clauses[EVENT_TYPE_END][MIB_NOTIFICATION_VARBINDS + 1] = {
    [EVENT_OVERLOAD_RAISED] = TOTAL_CROSSED("hmqOverloadThreshold"),
    [EVENT_OVERLOAD_CLEARED] = TOTAL_CROSSED("hmqOverloadThreshold"),
    [EVENT_WARNING_RAISED] = TOTAL_CROSSED("hmqWarningThreshold"),
    [EVENT_WARNING_CLEARED] = TOTAL_CROSSED("hmqWarningThreshold"),
    [EVENT_AGE_RAISED] = AGE_CROSSED,
    [EVENT_AGE_CLEARED] = AGE_CROSSED,
    [EVENT_HOLD_RAISED] = HOLD_CROSSED,
    [EVENT_HOLD_CLEARED] = HOLD_CROSSED,
    [EVENT_DATA_LOST] = DATA_CHANGED,
    [EVENT_DATA_RESTORED] = DATA_CHANGED,
    [EVENT_ACTION_FINISHED] = {EVENT_SERIAL, ACTION("hmqActionState", action_state),
                               ACTION("hmqActionMatchedCount", action_matched),
                               ACTION("hmqActionSucceededCount", action_succeeded),
                               ACTION("hmqActionFailedCount", action_failed),
                               ACTION("hmqActionComment", action_comment)},
    [EVENT_SETTINGS_CHANGED] = {EVENT_SERIAL,
                                SCALAR("hmqSettingsState", settings_state),
                                {"hmqEventText", INSTANCE_EVENT, 0, text}},
    [EVENT_AGENT_STARTED] = {EVENT_SERIAL, SCALAR("hmqAgentVersion", detail),
                             SCALAR("hmqDataStatus", data_status)},
    [EVENT_POSTFIX_STOPPED] = POSTFIX_CHANGED,
    [EVENT_POSTFIX_STARTED] = POSTFIX_CHANGED,
};

static void write_name(const struct variable *variable, const struct event *event,
                       const struct mib_group *group, const struct mib_object *object,
                       struct mib_oid *name) {
    memcpy(name->ids, group->prefix, group->prefix_len * sizeof *name->ids);
    name->len = group->prefix_len;
    name->ids[name->len++] = object->column;
    switch (variable->instance) {
    case INSTANCE_SCALAR:
        name->ids[name->len++] = 0;
        break;
    case INSTANCE_QUEUE:
        name->ids[name->len++] = (uint32_t)queue_mib_value(variable->queue);
        break;
    case INSTANCE_ACTION:
        name->len += action_key_write(&event->action.key, name->ids + name->len);
        break;
    case INSTANCE_EVENT:
        name->ids[name->len++] = event->serial;
        break;
    }
}

static bool fill_varbind(const struct variable *variable, const struct event *event,
                         struct mib_varbind *varbind) {
    const struct mib_group *group;
    const struct mib_object *object = mib_find_name(variable->object, &group);
    struct mib_value value = {.type = object != NULL ? object->type : MIB_OTHER};
    if (object == NULL || !variable->get(event, variable, &value)) {
        return false;
    }
    write_name(variable, event, group, object, &varbind->name);
    varbind->type = value.type;
    varbind->integer = value.integer;
    varbind->number = value.number;
    varbind->length = value.length < sizeof varbind->octets ? value.length : sizeof varbind->octets;
    if (varbind->length > 0) {
        memcpy(varbind->octets, value.octets, varbind->length);
    }
    return true;
}

int mib_notification_new(const struct event *event, struct notification **out) {
    assert(event_type_exists(event->type));
    struct notification *notification = calloc(1, sizeof *notification);
    if (notification == NULL) {
        return -ENOMEM;
    }
    notification->type = event->type;
    notification->serial = event->serial;
    for (const struct variable *v = clauses[event->type]; v->object != NULL; v++) {
        if (!fill_varbind(v, event, &notification->varbinds[notification->count++])) {
            free(notification);
            return -ENODATA;
        }
    }
    *out = notification;
    return 0;
}

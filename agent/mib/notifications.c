/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Notifications: the values of the objects that each one carries. core/event_type.c lists these
 * objects, as the OBJECTS clauses of the module do. The values come from the event alone, never
 * from the present state, so that a notification that is sent late reports what was true then;
 * app/events.c has taken them from the state that a GET would have shown at that moment. A
 * notification is complete or it is not built at all.
 */
#include "mib/value.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Fills in the value, whose type is already set. Returns false if the event does not have it. */
typedef bool value_getter(const struct event *event, const struct event_object *object,
                          struct mib_value *value);

#define VALUE(name)                                                                                \
    static bool name(const struct event *event, const struct event_object *object,                 \
                     struct mib_value *value)

static bool set_known(struct mib_value *value, struct event_number number) {
    return number.known && mib_set_number(value, number.value);
}

VALUE(serial) {
    (void)object;
    return mib_set_number(value, event->serial);
}

VALUE(text) {
    (void)object;
    return mib_set_text(value, event->text);
}

VALUE(total) {
    (void)object;
    return set_known(value, event->total);
}

VALUE(queue_messages) {
    return set_known(value, event->queues[object->queue]);
}

VALUE(threshold) {
    (void)object;
    return set_known(value, event->threshold);
}

VALUE(data_status) {
    (void)object;
    return event->data != 0 && mib_set_integer(value, (int32_t)event->data);
}

/* hmqLastReadError may be empty; hmqAgentVersion never is. */
VALUE(detail) {
    (void)object;
    return mib_set_text(value, event->detail);
}

VALUE(settings_state) {
    (void)object;
    return event->settings != 0 && mib_set_integer(value, (int32_t)event->settings);
}

VALUE(postfix_status) {
    bool stopped = event->type == EVENT_POSTFIX_STOPPED;
    (void)object;
    return mib_set_integer(value, stopped ? POSTFIX_STOPPED : POSTFIX_RUNNING);
}

VALUE(action_state) {
    (void)object;
    return event->has_action && mib_set_integer(value, (int32_t)event->action.state);
}

VALUE(action_matched) {
    (void)object;
    return event->has_action && mib_set_number(value, event->action.matched);
}

VALUE(action_succeeded) {
    (void)object;
    return event->has_action && mib_set_number(value, event->action.succeeded);
}

VALUE(action_failed) {
    (void)object;
    return event->has_action && mib_set_number(value, event->action.failed);
}

VALUE(action_comment) {
    (void)object;
    return event->has_action && mib_set_text(value, event->action.comment);
}

VALUE(condition_name) {
    (void)object;
    return event->has_condition && mib_set_text(value, event->condition.name);
}

VALUE(condition_severity) {
    (void)object;
    return event->has_condition &&
           mib_set_integer(value, mib_severity_value(event->condition.severity));
}

VALUE(condition_value) {
    (void)object;
    return event->has_condition && mib_set_number(value, event->condition.value);
}

VALUE(condition_subject) {
    (void)object;
    return event->has_condition && mib_set_text(value, event->condition.subject);
}

static value_getter *const getters[EVENT_VALUE_END] = {
    [EVENT_VALUE_SERIAL] = serial,
    [EVENT_VALUE_TEXT] = text,
    [EVENT_VALUE_TOTAL] = total,
    [EVENT_VALUE_QUEUE] = queue_messages,
    [EVENT_VALUE_THRESHOLD] = threshold,
    [EVENT_VALUE_DATA_STATUS] = data_status,
    [EVENT_VALUE_LAST_ERROR] = detail,
    [EVENT_VALUE_VERSION] = detail,
    [EVENT_VALUE_SETTINGS_STATE] = settings_state,
    [EVENT_VALUE_POSTFIX_STATUS] = postfix_status,
    [EVENT_VALUE_ACTION_STATE] = action_state,
    [EVENT_VALUE_ACTION_MATCHED] = action_matched,
    [EVENT_VALUE_ACTION_SUCCEEDED] = action_succeeded,
    [EVENT_VALUE_ACTION_FAILED] = action_failed,
    [EVENT_VALUE_ACTION_COMMENT] = action_comment,
    [EVENT_VALUE_CONDITION_NAME] = condition_name,
    [EVENT_VALUE_CONDITION_SEVERITY] = condition_severity,
    [EVENT_VALUE_CONDITION_VALUE] = condition_value,
    [EVENT_VALUE_CONDITION_SUBJECT] = condition_subject,
};

/* Writes the index of the row that an event's column is in: it follows from the object's group. */
static size_t write_instance(const struct mib_group *group, const struct event *event,
                             const struct event_object *object, uint32_t *ids) {
    if (group->index == &mib_action_index) {
        return action_key_write(&event->action.key, ids);
    }
    if (group->index == &mib_condition_index) {
        return mib_text_index_write(event->condition.name, ids);
    }
    ids[0] = 0;
    if (group->index == &mib_queue_index) {
        ids[0] = (uint32_t)queue_mib_value(object->queue);
    } else if (group->index == &mib_event_index) {
        ids[0] = event->serial;
    }
    return 1;
}

static bool fill_varbind(const struct event *event, const struct event_object *clause,
                         struct mib_varbind *varbind) {
    const struct mib_group *group;
    const struct mib_object *object = mib_find_name(clause->name, &group);
    struct mib_value value = {.type = object != NULL ? object->type : MIB_OTHER};
    if (object == NULL || !getters[clause->value](event, clause, &value)) {
        return false;
    }
    struct mib_oid *name = &varbind->name;
    memcpy(name->ids, group->prefix, group->prefix_len * sizeof *name->ids);
    name->len = group->prefix_len;
    name->ids[name->len++] = object->column;
    name->len += write_instance(group, event, clause, name->ids + name->len);
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
    for (const struct event_object *o = event_type_objects(event->type); o->name != NULL; o++) {
        if (!fill_varbind(event, o, &notification->varbinds[notification->count++])) {
            free(notification);
            return -ENODATA;
        }
    }
    *out = notification;
    return 0;
}

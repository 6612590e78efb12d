/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table of event types, and what can be read from it. A row's place is its public number, and
 * its objects are in the order of the module's OBJECTS clause: both are fixed.
 */
#include "core/event_type.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#define OBJECT(name, value)                                                                        \
    { name, EVENT_VALUE_##value, 0 }
#define MESSAGES_IN(queue)                                                                         \
    { "hmqQueueMessages", EVENT_VALUE_QUEUE, queue }
#define EVENT_SERIAL OBJECT("hmqEventSerial", SERIAL)

/* A raise and its clear carry the same objects. */
#define TOTAL_CROSSED(threshold)                                                                   \
    {                                                                                              \
        EVENT_SERIAL, OBJECT("hmqTotalMessages", TOTAL), OBJECT(threshold, THRESHOLD),             \
            MESSAGES_IN(QUEUE_INCOMING), MESSAGES_IN(QUEUE_ACTIVE), MESSAGES_IN(QUEUE_DEFERRED),   \
            MESSAGES_IN(QUEUE_HOLD)                                                                \
    }
#define CONDITION_CHANGED                                                                          \
    {                                                                                              \
        EVENT_SERIAL, OBJECT("hmqConditionName", CONDITION_NAME),                                  \
            OBJECT("hmqConditionSeverity", CONDITION_SEVERITY),                                    \
            OBJECT("hmqConditionValue", CONDITION_VALUE),                                          \
            OBJECT("hmqConditionThreshold", THRESHOLD),                                            \
            OBJECT("hmqConditionSubject", CONDITION_SUBJECT), OBJECT("hmqTotalMessages", TOTAL)    \
    }
#define DATA_CHANGED                                                                               \
    { EVENT_SERIAL, OBJECT("hmqDataStatus", DATA_STATUS), OBJECT("hmqLastReadError", LAST_ERROR) }
#define POSTFIX_CHANGED                                                                            \
    { EVENT_SERIAL, OBJECT("hmqPostfixStatus", POSTFIX_STATUS) }

static const struct {
    const char *name;
    const char *title;
    enum event_severity severity;
    enum event_type ends; /* the raise, or 0 */
    struct event_object objects[EVENT_OBJECTS_MAX + 1];
} types[EVENT_TYPE_END] = {
    [EVENT_OVERLOAD_RAISED] = {"hmqOverloadRaised", "Mail queue overloaded", SEVERITY_CRITICAL, 0,
                               TOTAL_CROSSED("hmqOverloadThreshold")},
    [EVENT_OVERLOAD_CLEARED] = {"hmqOverloadCleared", "Mail queue no longer overloaded",
                                SEVERITY_OK, EVENT_OVERLOAD_RAISED,
                                TOTAL_CROSSED("hmqOverloadThreshold")},
    [EVENT_DATA_LOST] = {"hmqDataLost", "Mail queue cannot be read", SEVERITY_CRITICAL, 0,
                         DATA_CHANGED},
    [EVENT_DATA_RESTORED] = {"hmqDataRestored", "Mail queue can be read again", SEVERITY_OK,
                             EVENT_DATA_LOST, DATA_CHANGED},
    [EVENT_ACTION_FINISHED] = {"hmqActionFinished",
                               "Queue action finished",
                               SEVERITY_INFO,
                               0,
                               {EVENT_SERIAL, OBJECT("hmqActionState", ACTION_STATE),
                                OBJECT("hmqActionMatchedCount", ACTION_MATCHED),
                                OBJECT("hmqActionSucceededCount", ACTION_SUCCEEDED),
                                OBJECT("hmqActionFailedCount", ACTION_FAILED),
                                OBJECT("hmqActionComment", ACTION_COMMENT)}},
    [EVENT_SETTINGS_CHANGED] = {"hmqSettingsChanged",
                                "Queue settings changed",
                                SEVERITY_INFO,
                                0,
                                {EVENT_SERIAL, OBJECT("hmqSettingsState", SETTINGS_STATE),
                                 OBJECT("hmqEventText", TEXT)}},
    [EVENT_AGENT_STARTED] = {"hmqAgentStarted",
                             "Mail queue agent started",
                             SEVERITY_INFO,
                             0,
                             {EVENT_SERIAL, OBJECT("hmqAgentVersion", VERSION),
                              OBJECT("hmqDataStatus", DATA_STATUS)}},
    /* The severity is that of the condition: see event_severity_of. */
    [EVENT_CONDITION_RAISED] = {"hmqConditionRaised", "Mail queue condition raised",
                                SEVERITY_WARNING, 0, CONDITION_CHANGED},
    [EVENT_CONDITION_CLEARED] = {"hmqConditionCleared", "Mail queue condition cleared", SEVERITY_OK,
                                 EVENT_CONDITION_RAISED, CONDITION_CHANGED},
    [EVENT_POSTFIX_STOPPED] = {"hmqPostfixStopped", "Postfix has stopped", SEVERITY_CRITICAL, 0,
                               POSTFIX_CHANGED},
    [EVENT_POSTFIX_STARTED] = {"hmqPostfixStarted", "Postfix is running again", SEVERITY_OK,
                               EVENT_POSTFIX_STOPPED, POSTFIX_CHANGED},
};

_Static_assert(EVENT_TYPE_END <= 32, "a set of types has 32 bits");

bool event_type_exists(unsigned type) {
    return type < EVENT_TYPE_END && types[type].name != NULL;
}

uint32_t event_types(void) {
    uint32_t all = 0;
    for (unsigned type = 1; type < EVENT_TYPE_END; type++) {
        all |= event_type_exists(type) ? 1U << type : 0;
    }
    return all;
}

const char *event_name(enum event_type type) {
    assert(type > 0 && type < EVENT_TYPE_END);
    return types[type].name != NULL ? types[type].name : "";
}

const char *event_title(enum event_type type) {
    assert(event_type_exists(type));
    return types[type].title;
}

enum event_type event_type_by_name(const char *name) {
    for (enum event_type type = 1; type < EVENT_TYPE_END; type++) {
        if (types[type].name != NULL && strcmp(name, types[type].name) == 0) {
            return type;
        }
    }
    return 0;
}

enum event_severity event_type_severity(enum event_type type) {
    assert(event_type_exists(type));
    return types[type].severity;
}

static const char *const severities[] = {[SEVERITY_CRITICAL] = "critical",
                                         [SEVERITY_WARNING] = "warning",
                                         [SEVERITY_INFO] = "info",
                                         [SEVERITY_OK] = "ok"};

const char *event_severity_name(enum event_severity severity) {
    assert(severity >= SEVERITY_CRITICAL && severity <= SEVERITY_OK);
    return severities[severity];
}

enum event_severity event_severity_by_name(const char *name) {
    for (enum event_severity s = SEVERITY_CRITICAL; s <= SEVERITY_OK; s++) {
        if (strcmp(name, severities[s]) == 0) {
            return s;
        }
    }
    return 0;
}

enum event_type event_raise_of(enum event_type clear) {
    assert(clear > 0 && clear < EVENT_TYPE_END);
    return types[clear].ends;
}

enum event_type event_clear_of(enum event_type raise) {
    for (enum event_type type = 1; type < EVENT_TYPE_END; type++) {
        if (types[type].ends == raise) {
            return raise != 0 ? type : 0;
        }
    }
    return 0;
}

bool event_is_raise(enum event_type type) {
    return event_clear_of(type) != 0;
}

const struct event_object *event_type_objects(enum event_type type) {
    assert(event_type_exists(type));
    return types[type].objects;
}

bool event_type_carries(enum event_type type, enum event_value value) {
    for (const struct event_object *o = event_type_objects(type); o->name != NULL; o++) {
        if (o->value == value) {
            return true;
        }
    }
    return false;
}

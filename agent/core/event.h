/*
 * Events: what the agent tells the world by itself. Their numbers are the notifications' numbers
 * below hmqNotifications.
 */
#ifndef HMQ_CORE_EVENT_H
#define HMQ_CORE_EVENT_H

enum event_type {
    EVENT_OVERLOAD_RAISED = 1,
    EVENT_OVERLOAD_CLEARED,
    EVENT_WARNING_RAISED,
    EVENT_WARNING_CLEARED,
    EVENT_AGE_RAISED,
    EVENT_AGE_CLEARED,
    EVENT_HOLD_RAISED,
    EVENT_HOLD_CLEARED,
    EVENT_DATA_LOST,
    EVENT_DATA_RESTORED,
    EVENT_ACTION_FINISHED,
    EVENT_SETTINGS_CHANGED,
    EVENT_AGENT_STARTED,
    EVENT_TYPE_END,
};

/* The notification's name in the MIB ("hmqOverloadRaised"); static. */
const char *event_name(enum event_type type);

/* "critical", "warning", "info" or "ok" (a clear); static. */
const char *event_severity(enum event_type type);

#endif

#include "core/event.h"

#include <assert.h>
#include <stddef.h>

static const struct {
    const char *name;
    const char *severity;
} events[EVENT_TYPE_END] = {
    [EVENT_OVERLOAD_RAISED] = {"hmqOverloadRaised", "critical"},
    [EVENT_OVERLOAD_CLEARED] = {"hmqOverloadCleared", "ok"},
    [EVENT_WARNING_RAISED] = {"hmqWarningRaised", "warning"},
    [EVENT_WARNING_CLEARED] = {"hmqWarningCleared", "ok"},
    [EVENT_AGE_RAISED] = {"hmqAgeRaised", "warning"},
    [EVENT_AGE_CLEARED] = {"hmqAgeCleared", "ok"},
    [EVENT_HOLD_RAISED] = {"hmqHoldRaised", "warning"},
    [EVENT_HOLD_CLEARED] = {"hmqHoldCleared", "ok"},
    [EVENT_DATA_LOST] = {"hmqDataLost", "critical"},
    [EVENT_DATA_RESTORED] = {"hmqDataRestored", "ok"},
    [EVENT_ACTION_FINISHED] = {"hmqActionFinished", "info"},
    [EVENT_SETTINGS_CHANGED] = {"hmqSettingsChanged", "info"},
    [EVENT_AGENT_STARTED] = {"hmqAgentStarted", "info"},
};

const char *event_name(enum event_type type) {
    assert(type > 0 && type < EVENT_TYPE_END);
    return events[type].name;
}

const char *event_severity(enum event_type type) {
    assert(type > 0 && type < EVENT_TYPE_END);
    return events[type].severity;
}

enum event_type event_raise_of(enum event_type clear) {
    static const enum event_type raises[EVENT_TYPE_END] = {
        [EVENT_OVERLOAD_CLEARED] = EVENT_OVERLOAD_RAISED,
        [EVENT_WARNING_CLEARED] = EVENT_WARNING_RAISED,
        [EVENT_AGE_CLEARED] = EVENT_AGE_RAISED,
        [EVENT_HOLD_CLEARED] = EVENT_HOLD_RAISED,
        [EVENT_DATA_RESTORED] = EVENT_DATA_LOST,
    };
    assert(clear > 0 && clear < EVENT_TYPE_END);
    return raises[clear];
}

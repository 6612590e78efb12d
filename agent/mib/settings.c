/* SPDX-License-Identifier: BSD-3-Clause */
#include "mib/transaction.h"
#include "mib/value.h"

#define WRITE(max, function, where)                                                                \
    &(const struct mib_write) {                                                                    \
        .minimum = 0, .maximum = (max), .stage = (function), .offset = (where)                     \
    }
#define WRITE_TRUTH(function)                                                                      \
    &(const struct mib_write) {                                                                    \
        .minimum = 1, .maximum = 2, .stage = (function)                                            \
    }
#define TUNABLE(max, tunable) WRITE(max, mib_stage_tunable, (unsigned)(tunable))

/* hmqSettings */

/* The stored lifetime, or that of Postfix if none is stored. */
static bool set_days(const struct mib_view *view, struct mib_value *value, enum lifetime which) {
    const struct lifetimes_status *lifetimes = &view->status->lifetimes;
    const struct postfix_settings *settings = &view->snapshot->settings;
    uint32_t days = lifetimes->days[which];
    bool known = lifetimes->stored[which] ||
                 (settings->known && lifetime_days(settings->lifetime_s[which], &days));
    return known && mib_set_integer(value, (int32_t)days);
}

GETTER(bounce_lifetime) {
    UNUSED_ROW;
    return set_days(view, value, LIFETIME_BOUNCE);
}

GETTER(maximal_lifetime) {
    UNUSED_ROW;
    return set_days(view, value, LIFETIME_MAXIMAL);
}

GETTER(bounce_lifetime_effective) {
    UNUSED_ROW;
    return view->snapshot->settings.known &&
           mib_set_number(value, view->snapshot->settings.lifetime_s[LIFETIME_BOUNCE]);
}

GETTER(maximal_lifetime_effective) {
    UNUSED_ROW;
    return view->snapshot->settings.known &&
           mib_set_number(value, view->snapshot->settings.lifetime_s[LIFETIME_MAXIMAL]);
}

GETTER(settings_state) {
    UNUSED_ROW;
    const struct agent_status *status = view->status;
    return status->readings.settings_tried &&
           mib_set_integer(value, (int32_t)settings_state_shown(status));
}

GETTER(settings_error) {
    UNUSED_ROW;
    const struct agent_status *status = view->status;
    return status->readings.settings_tried && mib_set_text(value, settings_error_shown(status));
}

#define TUNABLE_GETTER(name, tunable)                                                              \
    GETTER(name) {                                                                                 \
        UNUSED_ROW;                                                                                \
        return mib_set_number(value, tunable_get(view->tunables, tunable));                        \
    }

TUNABLE_GETTER(overload_threshold, TUNABLE_OF_CONDITION(CONDITION_OVERLOAD, CONDITION_ABOVE))
TUNABLE_GETTER(overload_clear_threshold, TUNABLE_OF_CONDITION(CONDITION_OVERLOAD, CONDITION_CLEAR))
TUNABLE_GETTER(message_limit, TUNABLE_MESSAGE_LIMIT)

GETTER(notification_enable) {
    UNUSED_ROW;
    tunables_notify_bits(view->tunables, value->small);
    return mib_set_octets(value, value->small, TUNABLES_NOTIFY_OCTETS);
}

/* A pause counts only as long as main.cf is known to have it. */
GETTER(outbound_pause) {
    UNUSED_ROW;
    const struct pause_status *pause = &view->status->pause;
    return pause->known && (!pause->in_force || view->snapshot->settings.known) &&
           mib_set_truth(value, pause->in_force);
}

GETTER(outbound_pause_for) {
    UNUSED_ROW;
    return view->status->pause.known && mib_set_number(value, view->status->pause.for_s);
}

GETTER(outbound_pause_ends) {
    UNUSED_ROW;
    return view->status->pause.known && mib_set_date_or_none(value, view->status->pause.ends);
}

static const struct mib_object settings_objects[] = {
    {1, "hmqBounceQueueLifetime", MIB_INTEGER, bounce_lifetime,
     WRITE(LIFETIME_DAYS_MAX, mib_stage_lifetime, LIFETIME_BOUNCE)},
    {2, "hmqMaximalQueueLifetime", MIB_INTEGER, maximal_lifetime,
     WRITE(LIFETIME_DAYS_MAX, mib_stage_lifetime, LIFETIME_MAXIMAL)},
    {3, "hmqBounceQueueLifetimeEffective", MIB_GAUGE32, bounce_lifetime_effective, NULL},
    {4, "hmqMaximalQueueLifetimeEffective", MIB_GAUGE32, maximal_lifetime_effective, NULL},
    {5, "hmqSettingsState", MIB_INTEGER, settings_state, NULL},
    {6, "hmqSettingsError", MIB_OCTETS, settings_error, NULL},
    {7, "hmqOverloadThreshold", MIB_GAUGE32, overload_threshold,
     TUNABLE(WATCH_MAXIMUM_MESSAGES, TUNABLE_OF_CONDITION(CONDITION_OVERLOAD, CONDITION_ABOVE))},
    {8, "hmqOverloadClearThreshold", MIB_GAUGE32, overload_clear_threshold,
     TUNABLE(WATCH_MAXIMUM_MESSAGES, TUNABLE_OF_CONDITION(CONDITION_OVERLOAD, CONDITION_CLEAR))},
    /* 9, 10 and 11 are retired. */
    {12, "hmqMessageLimit", MIB_GAUGE32, message_limit,
     TUNABLE(TUNABLES_MESSAGE_LIMIT_MAX, TUNABLE_MESSAGE_LIMIT)},
    {13, "hmqNotificationEnable", MIB_OCTETS, notification_enable,
     WRITE(TUNABLES_NOTIFY_OCTETS, mib_stage_notify, 0)},
    {14, "hmqOutboundPause", MIB_INTEGER, outbound_pause, WRITE_TRUTH(mib_stage_pause)},
    {15, "hmqOutboundPauseFor", MIB_GAUGE32, outbound_pause_for,
     WRITE(PAUSE_FOR_MAX_S, mib_stage_pause_for, 0)},
    {16, "hmqOutboundPauseEnds", MIB_OCTETS, outbound_pause_ends, NULL},
};

const struct mib_group mib_settings_group = {{1, 4},
                                             2,
                                             &mib_scalar_index,
                                             settings_objects,
                                             sizeof settings_objects / sizeof settings_objects[0]};

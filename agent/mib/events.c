/* SPDX-License-Identifier: BSD-3-Clause */
#include "mib/value.h"

/* hmqEvents */

GETTER(event_serial) {
    UNUSED_ROW;
    return mib_set_number(value, view->status->events.serial);
}

static const struct mib_object events_objects[] = {
    {1, "hmqEventSerial", MIB_COUNTER32, event_serial, NULL},
};

const struct mib_group mib_events_group = {
    {1, 8}, 2, &mib_scalar_index, events_objects, sizeof events_objects / sizeof events_objects[0]};

/* hmqEventTable */

GETTER(event_time) {
    (void)view;
    return mib_set_date(value, row->event->time);
}

GETTER(event_type) {
    (void)view;
    return mib_set_number(value, (uint64_t)row->event->type);
}

GETTER(event_text) {
    (void)view;
    return mib_set_text(value, row->event->text);
}

GETTER(event_total) {
    (void)view;
    return row->event->total.known && mib_set_number(value, row->event->total.value);
}

GETTER(event_threshold) {
    (void)view;
    return row->event->threshold.known && mib_set_number(value, row->event->threshold.value);
}

GETTER(event_notified) {
    (void)view;
    return mib_set_integer(value, (int32_t)row->event->notified);
}

/* The internal values are those of the object. */
GETTER(event_severity) {
    (void)view;
    return mib_set_integer(value, (int32_t)event_severity_of(row->event));
}

GETTER(event_subject) {
    (void)view;
    return mib_set_text(value, row->event->subject);
}

static const struct mib_object event_objects[] = {
    {2, "hmqEventTime", MIB_OCTETS, event_time, NULL},
    {3, "hmqEventType", MIB_GAUGE32, event_type, NULL},
    {4, "hmqEventText", MIB_OCTETS, event_text, NULL},
    {5, "hmqEventTotal", MIB_GAUGE32, event_total, NULL},
    {6, "hmqEventThreshold", MIB_GAUGE32, event_threshold, NULL},
    {7, "hmqEventNotified", MIB_INTEGER, event_notified, NULL},
    {8, "hmqEventSeverity", MIB_INTEGER, event_severity, NULL},
    {9, "hmqEventSubject", MIB_OCTETS, event_subject, NULL},
};

const struct mib_group mib_event_group = {{1, 8, 2, 1},
                                          4,
                                          &mib_event_index,
                                          event_objects,
                                          sizeof event_objects / sizeof event_objects[0]};

/* SPDX-License-Identifier: BSD-3-Clause */
#include "mib/value.h"

/* hmqHookTable */

static const struct hook_status *status_of(const struct mib_view *view, const struct mib_row *row) {
    return view->hooks[row->hook];
}

GETTER(hook_name) {
    return mib_set_text(value, status_of(view, row)->name);
}

GETTER(hook_kind) {
    return mib_set_integer(value, (int32_t)status_of(view, row)->kind);
}

GETTER(hook_delivered) {
    return mib_set_number(value, status_of(view, row)->delivered);
}

GETTER(hook_failures) {
    return mib_set_number(value, status_of(view, row)->failures);
}

GETTER(hook_pending) {
    const struct event_number *pending = &status_of(view, row)->pending;
    return pending->known && mib_set_number(value, pending->value);
}

GETTER(hook_last_error) {
    return mib_set_text(value, status_of(view, row)->last_error);
}

GETTER(hook_last_delivery) {
    return mib_set_date_or_none(value, status_of(view, row)->last_delivery);
}

static const struct mib_object hook_objects[] = {
    {2, "hmqHookName", MIB_OCTETS, hook_name, NULL},
    {3, "hmqHookKind", MIB_INTEGER, hook_kind, NULL},
    {4, "hmqHookDelivered", MIB_COUNTER32, hook_delivered, NULL},
    {5, "hmqHookFailures", MIB_COUNTER32, hook_failures, NULL},
    {6, "hmqHookPending", MIB_GAUGE32, hook_pending, NULL},
    {7, "hmqHookLastError", MIB_OCTETS, hook_last_error, NULL},
    {8, "hmqHookLastDelivery", MIB_OCTETS, hook_last_delivery, NULL},
};

const struct mib_group mib_hook_group = {
    {1, 9, 1, 1}, 4, &mib_hook_index, hook_objects, sizeof hook_objects / sizeof hook_objects[0]};

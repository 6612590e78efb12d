/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * While mail_log is off there is no delivery, and none of these objects. While the log cannot be
 * read, only those are there that do not come from it.
 */
#include "mib/value.h"

/* hmqDelivery */

static const struct delivery *delivery_of(const struct mib_view *view) {
    return view->status->delivery;
}

GETTER(log_status) {
    UNUSED_ROW;
    enum { STATUS_OK = 1, STATUS_UNAVAILABLE };
    return delivery_of(view) != NULL &&
           mib_set_integer(value,
                           delivery_known(delivery_of(view)) ? STATUS_OK : STATUS_UNAVAILABLE);
}

static bool get_delay(const struct mib_view *view, unsigned percent, struct mib_value *value) {
    uint64_t delay_ms;
    return delivery_known(delivery_of(view)) &&
           delivery_delay_ms(delivery_of(view), percent, view->now_usec, &delay_ms) &&
           mib_set_number(value, delay_ms);
}

GETTER(delay_median) {
    UNUSED_ROW;
    return get_delay(view, 50, value);
}

GETTER(delay_p95) {
    UNUSED_ROW;
    return get_delay(view, 95, value);
}

GETTER(idle) {
    UNUSED_ROW;
    return delivery_known(delivery_of(view)) &&
           mib_set_number(value, delivery_idle_s(delivery_of(view), view->now_usec));
}

static const struct mib_object delivery_objects[] = {
    {1, "hmqDeliveryLogStatus", MIB_INTEGER, log_status, NULL},
};

const struct mib_group mib_delivery_group = {{1, 10},
                                             2,
                                             &mib_scalar_index,
                                             delivery_objects,
                                             sizeof delivery_objects / sizeof delivery_objects[0]};

static const struct mib_object delays_objects[] = {
    {3, "hmqDeliveryDelayMedian", MIB_GAUGE32, delay_median, NULL},
    {4, "hmqDeliveryDelayP95", MIB_GAUGE32, delay_p95, NULL},
    {5, "hmqDeliveryIdle", MIB_GAUGE32, idle, NULL},
};

const struct mib_group mib_delays_group = {{1, 10},
                                           2,
                                           &mib_scalar_index,
                                           delays_objects,
                                           sizeof delays_objects / sizeof delays_objects[0]};

/* hmqDeliveryTable */

GETTER(outcome_name) {
    (void)view;
    return mib_set_text(value, delivery_outcome_name(row->outcome));
}

GETTER(outcome_count) {
    const struct delivery *delivery = delivery_of(view);
    return delivery_known(delivery) && mib_set_number(value, delivery->counts[row->outcome]);
}

GETTER(outcome_recent) {
    const struct delivery *delivery = delivery_of(view);
    return delivery_known(delivery) &&
           mib_set_number(value, delivery_recent(delivery, row->outcome, view->now_usec));
}

GETTER(outcome_last) {
    const struct delivery *delivery = delivery_of(view);
    return delivery_known(delivery) &&
           mib_set_date_or_none(value, delivery->last_wall[row->outcome]);
}

static const struct mib_object outcome_objects[] = {
    {2, "hmqDeliveryOutcomeName", MIB_OCTETS, outcome_name, NULL},
    {3, "hmqDeliveryCount", MIB_COUNTER32, outcome_count, NULL},
    {4, "hmqDeliveryRecent", MIB_GAUGE32, outcome_recent, NULL},
    {5, "hmqDeliveryLast", MIB_OCTETS, outcome_last, NULL},
};

const struct mib_group mib_outcome_group = {{1, 10, 2, 1},
                                            4,
                                            &mib_outcome_index,
                                            outcome_objects,
                                            sizeof outcome_objects / sizeof outcome_objects[0]};

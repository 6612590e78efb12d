/* SPDX-License-Identifier: BSD-3-Clause */
#include "mib/value.h"

/* hmqSummary */

GETTER(total_messages) {
    UNUSED_ROW;
    uint64_t total;
    return snapshot_total(view->snapshot, &total) && mib_set_number(value, total);
}

GETTER(total_volume) {
    UNUSED_ROW;
    struct queue_totals totals;
    return snapshot_all_totals(view->snapshot, &totals) && totals.unknown_size == 0 &&
           mib_set_volume(value, totals.volume);
}

GETTER(total_recipients) {
    UNUSED_ROW;
    struct queue_totals totals;
    return snapshot_all_totals(view->snapshot, &totals) && totals.unknown_recipients == 0 &&
           mib_set_number(value, totals.recipients);
}

GETTER(oldest_age) {
    UNUSED_ROW;
    struct queue_totals totals;
    return snapshot_unheld_totals(view->snapshot, &totals) && totals.unknown_arrival == 0 &&
           mib_set_number(value, queue_totals_age(&totals, view->now_wall));
}

static bool overload_known(const struct mib_view *view) {
    uint64_t total;
    return snapshot_total(view->snapshot, &total);
}

static const struct condition_status *overload_status(const struct mib_view *view) {
    return &view->status->conditions[CONDITION_OVERLOAD];
}

GETTER(overload) {
    UNUSED_ROW;
    return overload_known(view) &&
           mib_set_truth(value, overload_status(view)->state == CONDITION_STATE_RAISED);
}

GETTER(overload_since) {
    UNUSED_ROW;
    const struct condition_status *status = overload_status(view);
    return overload_known(view) &&
           (status->state == CONDITION_STATE_RAISED ? mib_set_date(value, status->since)
                                                    : mib_set_date_or_none(value, 0));
}

GETTER(overload_raises) {
    UNUSED_ROW;
    return mib_set_number(value, overload_status(view)->raises);
}

GETTER(outbound_paused) {
    UNUSED_ROW;
    return view->snapshot->settings.known &&
           mib_set_truth(value, view->snapshot->settings.outbound_paused);
}

static const struct mib_object summary_objects[] = {
    {1, "hmqTotalMessages", MIB_GAUGE32, total_messages, NULL},
    {2, "hmqTotalVolume", MIB_GAUGE32, total_volume, NULL},
    {3, "hmqTotalRecipients", MIB_GAUGE32, total_recipients, NULL},
    {4, "hmqOldestAge", MIB_GAUGE32, oldest_age, NULL},
    {5, "hmqOverload", MIB_INTEGER, overload, NULL},
    {6, "hmqOverloadSince", MIB_OCTETS, overload_since, NULL},
    {7, "hmqOverloadRaises", MIB_COUNTER32, overload_raises, NULL},
    {8, "hmqOutboundPaused", MIB_INTEGER, outbound_paused, NULL},
};

const struct mib_group mib_summary_group = {{1, 2},
                                            2,
                                            &mib_scalar_index,
                                            summary_objects,
                                            sizeof summary_objects / sizeof summary_objects[0]};

/* hmqQueueTable */

GETTER(queue_messages) {
    const struct counts *counts = &view->snapshot->counts;
    return counts->known[row->queue] && mib_set_number(value, counts->messages[row->queue]);
}

GETTER(queue_volume) {
    struct queue_totals totals;
    return snapshot_queue_totals(view->snapshot, row->queue, &totals) && totals.unknown_size == 0 &&
           mib_set_volume(value, totals.volume);
}

GETTER(queue_oldest_age) {
    struct queue_totals totals;
    return snapshot_queue_totals(view->snapshot, row->queue, &totals) &&
           totals.unknown_arrival == 0 &&
           mib_set_number(value, queue_totals_age(&totals, view->now_wall));
}

GETTER(queue_oldest_id) {
    const struct listing *listing = view->snapshot->listing;
    struct queue_totals totals;
    if (!snapshot_queue_totals(view->snapshot, row->queue, &totals) || totals.unknown_arrival > 0 ||
        (totals.messages > 0 && totals.oldest_id[0] == '\0')) {
        return false;
    }
    /* Uses the listing, because totals is a copy and the text must outlive this call. */
    return mib_set_text(value, totals.messages == 0 ? "" : listing->queues[row->queue].oldest_id);
}

GETTER(queue_label) {
    (void)view;
    return mib_set_text(value, queue_name(row->queue));
}

static const struct mib_object queue_objects[] = {
    {2, "hmqQueueMessages", MIB_GAUGE32, queue_messages, NULL},
    {3, "hmqQueueVolume", MIB_GAUGE32, queue_volume, NULL},
    {4, "hmqQueueOldestAge", MIB_GAUGE32, queue_oldest_age, NULL},
    {5, "hmqQueueOldestId", MIB_OCTETS, queue_oldest_id, NULL},
    {6, "hmqQueueName", MIB_OCTETS, queue_label, NULL},
};

const struct mib_group mib_queue_group = {
    {1, 3, 1}, 3, &mib_queue_index, queue_objects, sizeof queue_objects / sizeof queue_objects[0]};

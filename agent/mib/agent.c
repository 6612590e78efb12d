/* SPDX-License-Identifier: BSD-3-Clause */
#include "mib/value.h"

/* hmqAgent */

GETTER(agent_version) {
    (void)view;
    UNUSED_ROW;
    return mib_set_text(value, HMQ_VERSION);
}

GETTER(agent_start_time) {
    UNUSED_ROW;
    return mib_set_date(value, view->status->process.start_wall);
}

GETTER(postfix_version) {
    UNUSED_ROW;
    return view->snapshot->settings.known && mib_set_text(value, view->snapshot->settings.version);
}

GETTER(postfix_status) {
    UNUSED_ROW;
    return mib_set_integer(value, (int32_t)view->snapshot->postfix);
}

GETTER(data_status) {
    UNUSED_ROW;
    return mib_set_integer(value, (int32_t)view->status->readings.data);
}

GETTER(counts_age) {
    UNUSED_ROW;
    return mib_set_elapsed(view, value, view->status->readings.counts_taken_usec, 1000);
}

GETTER(count_method) {
    UNUSED_ROW;
    return mib_set_integer(value, (int32_t)view->status->readings.method);
}

GETTER(list_age) {
    UNUSED_ROW;
    return mib_set_elapsed(view, value, view->status->readings.list_taken_usec, 1000000);
}

GETTER(list_duration) {
    UNUSED_ROW;
    return view->status->readings.list_taken_usec != 0 &&
           mib_set_number(value, view->status->readings.list_duration_usec / 1000);
}

GETTER(read_errors) {
    UNUSED_ROW;
    return mib_set_number(value, view->status->readings.errors.count);
}

GETTER(last_read_error) {
    UNUSED_ROW;
    return mib_set_text(value, last_error_shown(view->status));
}

GETTER(loop_latency) {
    UNUSED_ROW;
    return mib_set_number(value, view->status->loop.latency_ms);
}

GETTER(master_reconnects) {
    UNUSED_ROW;
    return mib_set_number(value, view->status->process.master_reconnects);
}

static const struct mib_object agent_objects[] = {
    {1, "hmqAgentVersion", MIB_OCTETS, agent_version, NULL},
    {2, "hmqAgentStartTime", MIB_OCTETS, agent_start_time, NULL},
    {3, "hmqPostfixVersion", MIB_OCTETS, postfix_version, NULL},
    {4, "hmqPostfixStatus", MIB_INTEGER, postfix_status, NULL},
    {5, "hmqDataStatus", MIB_INTEGER, data_status, NULL},
    {6, "hmqCountsAge", MIB_GAUGE32, counts_age, NULL},
    {7, "hmqCountMethod", MIB_INTEGER, count_method, NULL},
    {8, "hmqListAge", MIB_GAUGE32, list_age, NULL},
    {9, "hmqListDuration", MIB_GAUGE32, list_duration, NULL},
    {10, "hmqReadErrors", MIB_COUNTER32, read_errors, NULL},
    {11, "hmqLastReadError", MIB_OCTETS, last_read_error, NULL},
    {12, "hmqLoopLatency", MIB_GAUGE32, loop_latency, NULL},
    {13, "hmqMasterReconnects", MIB_COUNTER32, master_reconnects, NULL},
};

const struct mib_group mib_agent_group = {
    {1, 1}, 2, &mib_scalar_index, agent_objects, sizeof agent_objects / sizeof agent_objects[0]};

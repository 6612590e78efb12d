#include "snmp/mib_tree.h"

#include "core/text.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TEXT_MAX 255 /* SnmpAdminString */
#define KILO 1024

#define GETTER(name)                                                                               \
    static bool name(const struct mib_view *view, const struct mib_row *row,                       \
                     struct mib_value *value)
#define UNUSED_ROW (void)row

static bool set_number(struct mib_value *value, uint64_t number) {
    value->number = number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
    return true;
}

static bool set_integer(struct mib_value *value, int32_t integer) {
    value->integer = integer;
    return true;
}

static bool set_truth(struct mib_value *value, bool truth) {
    return set_integer(value, truth ? 1 : 2);
}

/* Text that is UTF-8 already, cut to what an SnmpAdminString holds. */
static bool set_text(struct mib_value *value, const char *text) {
    value->octets = text;
    value->length = text_utf8_prefix(text, strlen(text), TEXT_MAX);
    return true;
}

/* DateAndTime of SNMPv2-TC (RFC 2579): local time with its offset from UTC; its year ends at 65535.
 */
static bool set_date(struct mib_value *value, int64_t wall) {
    time_t seconds = (time_t)wall;
    struct tm tm;
    if (localtime_r(&seconds, &tm) == NULL || tm.tm_year > 65535 - 1900) {
        return false;
    }
    unsigned year = (unsigned)tm.tm_year + 1900U;
    long minutes = labs(tm.tm_gmtoff) / 60;
    const uint8_t octets[11] = {
        (uint8_t)(year >> 8),         (uint8_t)year,
        (uint8_t)(tm.tm_mon + 1),     (uint8_t)tm.tm_mday,
        (uint8_t)tm.tm_hour,          (uint8_t)tm.tm_min,
        (uint8_t)tm.tm_sec,           0,
        tm.tm_gmtoff < 0 ? '-' : '+', (uint8_t)(minutes / 60),
        (uint8_t)(minutes % 60),
    };
    memcpy(value->small, octets, sizeof octets);
    value->octets = value->small;
    value->length = sizeof octets;
    return true;
}

/* Time since a moment of CLOCK_MONOTONIC; false when the moment never came. */
static bool set_elapsed(const struct mib_view *view, struct mib_value *value, uint64_t since_usec,
                        uint64_t unit_usec) {
    if (since_usec == 0) {
        return false;
    }
    uint64_t elapsed = view->now_usec > since_usec ? view->now_usec - since_usec : 0;
    return set_number(value, elapsed / unit_usec);
}

static bool set_age(const struct mib_view *view, struct mib_value *value, int64_t since) {
    return set_number(value, view->now_wall > since ? (uint64_t)(view->now_wall - since) : 0);
}

/* K-octets as in MTA-MIB (RFC 2789): rounded up, so that only nothing is 0. */
static bool set_volume(struct mib_value *value, uint64_t octets) {
    return set_number(value, octets / KILO + (octets % KILO != 0));
}

/* hmqAgent */

GETTER(agent_version) {
    (void)view;
    UNUSED_ROW;
    return set_text(value, HMQ_VERSION);
}

GETTER(agent_start_time) {
    UNUSED_ROW;
    return set_date(value, view->status->start_wall);
}

GETTER(postfix_version) {
    UNUSED_ROW;
    return view->snapshot->settings.known && set_text(value, view->snapshot->settings.version);
}

GETTER(postfix_status) {
    UNUSED_ROW;
    return set_integer(value, (int32_t)view->snapshot->postfix);
}

GETTER(data_status) {
    UNUSED_ROW;
    return set_integer(value, (int32_t)view->status->data);
}

GETTER(data_age) {
    UNUSED_ROW;
    return set_elapsed(view, value, view->status->counts_taken_usec, 1000);
}

GETTER(count_method) {
    UNUSED_ROW;
    return set_integer(value, (int32_t)view->status->method);
}

GETTER(list_age) {
    UNUSED_ROW;
    return set_elapsed(view, value, view->status->list_taken_usec, 1000000);
}

GETTER(list_duration) {
    UNUSED_ROW;
    return view->status->list_taken_usec != 0 &&
           set_number(value, view->status->list_duration_usec / 1000);
}

GETTER(read_errors) {
    UNUSED_ROW;
    return set_number(value, view->status->read_errors);
}

GETTER(last_read_error) {
    UNUSED_ROW;
    return set_text(value, view->status->last_read_error);
}

GETTER(loop_latency) {
    UNUSED_ROW;
    return set_number(value, view->status->loop_latency_ms);
}

GETTER(master_reconnects) {
    UNUSED_ROW;
    return set_number(value, view->status->master_reconnects);
}

static const struct mib_object agent_objects[] = {
    {1, "hmqAgentVersion", MIB_OCTETS, agent_version},
    {2, "hmqAgentStartTime", MIB_OCTETS, agent_start_time},
    {3, "hmqPostfixVersion", MIB_OCTETS, postfix_version},
    {4, "hmqPostfixStatus", MIB_INTEGER, postfix_status},
    {5, "hmqDataStatus", MIB_INTEGER, data_status},
    {6, "hmqDataAge", MIB_GAUGE32, data_age},
    {7, "hmqCountMethod", MIB_INTEGER, count_method},
    {8, "hmqListAge", MIB_GAUGE32, list_age},
    {9, "hmqListDuration", MIB_GAUGE32, list_duration},
    {10, "hmqReadErrors", MIB_COUNTER32, read_errors},
    {11, "hmqLastReadError", MIB_OCTETS, last_read_error},
    {12, "hmqLoopLatency", MIB_GAUGE32, loop_latency},
    {13, "hmqMasterReconnects", MIB_COUNTER32, master_reconnects},
};

/* hmqSummary */

GETTER(total_messages) {
    UNUSED_ROW;
    uint64_t total;
    return snapshot_total(view->snapshot, &total) && set_number(value, total);
}

GETTER(total_volume) {
    UNUSED_ROW;
    struct queue_totals totals;
    return snapshot_all_totals(view->snapshot, &totals) && set_volume(value, totals.volume);
}

GETTER(total_recipients) {
    UNUSED_ROW;
    struct queue_totals totals;
    return snapshot_all_totals(view->snapshot, &totals) && set_number(value, totals.recipients);
}

GETTER(oldest_age) {
    UNUSED_ROW;
    struct queue_totals totals;
    return snapshot_all_totals(view->snapshot, &totals) &&
           set_number(value, queue_totals_age(&totals, view->now_wall));
}

static bool overload_known(const struct mib_view *view) {
    uint64_t total;
    return snapshot_total(view->snapshot, &total);
}

GETTER(overload) {
    UNUSED_ROW;
    return overload_known(view) && set_truth(value, view->status->overload);
}

GETTER(overload_since) {
    UNUSED_ROW;
    if (!overload_known(view)) {
        return false;
    }
    if (view->status->overload) {
        return set_date(value, view->status->overload_since);
    }
    value->octets = value->small;
    value->length = 8; /* all zero: no time, as in DISMAN-SCRIPT-MIB (RFC 3165) */
    return true;
}

GETTER(overload_raises) {
    UNUSED_ROW;
    return set_number(value, view->status->overload_raises);
}

GETTER(outbound_paused) {
    UNUSED_ROW;
    return view->snapshot->settings.known &&
           set_truth(value, view->snapshot->settings.outbound_paused);
}

static const struct mib_object summary_objects[] = {
    {1, "hmqTotalMessages", MIB_GAUGE32, total_messages},
    {2, "hmqTotalVolume", MIB_GAUGE32, total_volume},
    {3, "hmqTotalRecipients", MIB_GAUGE32, total_recipients},
    {4, "hmqOldestAge", MIB_GAUGE32, oldest_age},
    {5, "hmqOverload", MIB_INTEGER, overload},
    {6, "hmqOverloadSince", MIB_OCTETS, overload_since},
    {7, "hmqOverloadRaises", MIB_COUNTER32, overload_raises},
    {8, "hmqOutboundPaused", MIB_INTEGER, outbound_paused},
};

/* hmqQueueTable */

GETTER(queue_messages) {
    const struct counts *counts = &view->snapshot->counts;
    return counts->known[row->queue] && set_number(value, counts->messages[row->queue]);
}

GETTER(queue_volume) {
    struct queue_totals totals;
    return snapshot_queue_totals(view->snapshot, row->queue, &totals) &&
           set_volume(value, totals.volume);
}

GETTER(queue_oldest_age) {
    struct queue_totals totals;
    return snapshot_queue_totals(view->snapshot, row->queue, &totals) &&
           set_number(value, queue_totals_age(&totals, view->now_wall));
}

GETTER(queue_oldest_id) {
    const struct listing *listing = view->snapshot->listing;
    struct queue_totals totals;
    if (!snapshot_queue_totals(view->snapshot, row->queue, &totals)) {
        return false;
    }
    /* totals is a copy: the text must outlive this call. */
    return set_text(value, totals.messages == 0 ? "" : listing->queues[row->queue].oldest_id);
}

static const struct mib_object queue_objects[] = {
    {2, "hmqQueueMessages", MIB_GAUGE32, queue_messages},
    {3, "hmqQueueVolume", MIB_GAUGE32, queue_volume},
    {4, "hmqQueueOldestAge", MIB_GAUGE32, queue_oldest_age},
    {5, "hmqQueueOldestId", MIB_OCTETS, queue_oldest_id},
};

/* hmqSettings */

static bool set_days(const struct mib_view *view, struct mib_value *value, uint32_t seconds) {
    uint32_t days;
    return view->snapshot->settings.known && lifetime_days(seconds, &days) &&
           set_integer(value, (int32_t)days);
}

GETTER(bounce_lifetime) {
    UNUSED_ROW;
    return set_days(view, value, view->snapshot->settings.bounce_lifetime_s);
}

GETTER(maximal_lifetime) {
    UNUSED_ROW;
    return set_days(view, value, view->snapshot->settings.maximal_lifetime_s);
}

GETTER(bounce_lifetime_effective) {
    UNUSED_ROW;
    return view->snapshot->settings.known &&
           set_number(value, view->snapshot->settings.bounce_lifetime_s);
}

GETTER(maximal_lifetime_effective) {
    UNUSED_ROW;
    return view->snapshot->settings.known &&
           set_number(value, view->snapshot->settings.maximal_lifetime_s);
}

/* hmqSettingsState: applied(1), failed(3); the others come with SET. */
GETTER(settings_state) {
    UNUSED_ROW;
    return view->status->settings_tried &&
           set_integer(value, view->status->settings_error[0] == '\0' ? 1 : 3);
}

GETTER(settings_error) {
    UNUSED_ROW;
    return view->status->settings_tried && set_text(value, view->status->settings_error);
}

GETTER(overload_threshold) {
    UNUSED_ROW;
    return set_number(value, view->config->thresholds.overload);
}

GETTER(overload_clear_threshold) {
    UNUSED_ROW;
    return set_number(value, view->config->thresholds.overload_clear);
}

GETTER(warning_threshold) {
    UNUSED_ROW;
    return set_number(value, view->config->thresholds.warning);
}

GETTER(age_threshold) {
    UNUSED_ROW;
    return set_number(value, view->config->thresholds.age_s);
}

GETTER(hold_threshold) {
    UNUSED_ROW;
    return set_number(value, view->config->thresholds.hold);
}

GETTER(message_limit) {
    UNUSED_ROW;
    return set_number(value, view->config->message_limit);
}

/* BITS: bit n, from the left, is notification n + 1. All are enabled. */
GETTER(notification_enable) {
    (void)view;
    UNUSED_ROW;
    for (unsigned type = 1; type < EVENT_TYPE_END; type++) {
        unsigned bit = type - 1;
        value->small[bit / 8] = (uint8_t)(value->small[bit / 8] | 0x80U >> bit % 8);
    }
    value->octets = value->small;
    value->length = (EVENT_TYPE_END - 1 + 7) / 8;
    return true;
}

static const struct mib_object settings_objects[] = {
    {1, "hmqBounceQueueLifetime", MIB_INTEGER, bounce_lifetime},
    {2, "hmqMaximalQueueLifetime", MIB_INTEGER, maximal_lifetime},
    {3, "hmqBounceQueueLifetimeEffective", MIB_GAUGE32, bounce_lifetime_effective},
    {4, "hmqMaximalQueueLifetimeEffective", MIB_GAUGE32, maximal_lifetime_effective},
    {5, "hmqSettingsState", MIB_INTEGER, settings_state},
    {6, "hmqSettingsError", MIB_OCTETS, settings_error},
    {7, "hmqOverloadThreshold", MIB_GAUGE32, overload_threshold},
    {8, "hmqOverloadClearThreshold", MIB_GAUGE32, overload_clear_threshold},
    {9, "hmqWarningThreshold", MIB_GAUGE32, warning_threshold},
    {10, "hmqAgeThreshold", MIB_GAUGE32, age_threshold},
    {11, "hmqHoldThreshold", MIB_GAUGE32, hold_threshold},
    {12, "hmqMessageLimit", MIB_GAUGE32, message_limit},
    {13, "hmqNotificationEnable", MIB_OCTETS, notification_enable},
};

/* hmqMessages */

GETTER(message_rows) {
    UNUSED_ROW;
    return view->snapshot->listing != NULL && set_number(value, view->snapshot->listing->row_count);
}

GETTER(message_omitted) {
    UNUSED_ROW;
    return view->snapshot->listing != NULL && set_number(value, view->snapshot->listing->omitted);
}

GETTER(message_list_serial) {
    UNUSED_ROW;
    return set_number(value, view->status->listing_serial);
}

static const struct mib_object messages_objects[] = {
    {1, "hmqMessageRows", MIB_GAUGE32, message_rows},
    {2, "hmqMessageOmitted", MIB_GAUGE32, message_omitted},
    {3, "hmqMessageListSerial", MIB_COUNTER32, message_list_serial},
};

GETTER(message_queue) {
    (void)view;
    return set_integer(value, queue_mib_value(row->message->queue));
}

GETTER(message_arrival) {
    (void)view;
    return set_date(value, row->message->arrival);
}

GETTER(message_age) {
    return set_age(view, value, row->message->arrival);
}

GETTER(message_size) {
    (void)view;
    return set_number(value, row->message->size);
}

GETTER(message_sender) {
    (void)view;
    return set_text(value, row->message->sender);
}

GETTER(message_recipients) {
    (void)view;
    return set_number(value, row->message->recipient_count);
}

GETTER(message_recipient) {
    (void)view;
    return row->message->recipient_count > 0 &&
           set_text(value, row->message->recipients[0].address);
}

GETTER(message_reason) {
    (void)view;
    return row->message->recipient_count > 0 && set_text(value, row->message->recipients[0].reason);
}

GETTER(message_forced_expire) {
    (void)view;
    return set_truth(value, row->message->forced_expire);
}

GETTER(message_next_retry) {
    (void)view;
    return row->message->next_retry != 0 && set_date(value, row->message->next_retry);
}

static const struct mib_object message_objects[] = {
    {2, "hmqMessageQueue", MIB_INTEGER, message_queue},
    {3, "hmqMessageArrival", MIB_OCTETS, message_arrival},
    {4, "hmqMessageAge", MIB_GAUGE32, message_age},
    {5, "hmqMessageSize", MIB_GAUGE32, message_size},
    {6, "hmqMessageSender", MIB_OCTETS, message_sender},
    {7, "hmqMessageRecipients", MIB_GAUGE32, message_recipients},
    {8, "hmqMessageRecipient", MIB_OCTETS, message_recipient},
    {9, "hmqMessageReason", MIB_OCTETS, message_reason},
    {10, "hmqMessageForcedExpire", MIB_INTEGER, message_forced_expire},
    {11, "hmqMessageNextRetry", MIB_OCTETS, message_next_retry},
};

GETTER(recipient_address) {
    (void)view;
    return set_text(value, row->message->recipients[row->recipient].address);
}

GETTER(recipient_reason) {
    (void)view;
    return set_text(value, row->message->recipients[row->recipient].reason);
}

static const struct mib_object recipient_objects[] = {
    {2, "hmqRecipientAddress", MIB_OCTETS, recipient_address},
    {3, "hmqRecipientReason", MIB_OCTETS, recipient_reason},
};

/* hmqEvents */

GETTER(event_serial) {
    UNUSED_ROW;
    return set_number(value, view->status->event_serial);
}

static const struct mib_object event_objects[] = {
    {1, "hmqEventSerial", MIB_COUNTER32, event_serial},
};

#define OBJECTS(table) table, sizeof table / sizeof(table)[0]

const struct mib_group mib_groups[] = {
    {{1, 1}, 2, &mib_scalar_index, OBJECTS(agent_objects)},
    {{1, 2}, 2, &mib_scalar_index, OBJECTS(summary_objects)},
    {{1, 3, 1}, 3, &mib_queue_index, OBJECTS(queue_objects)},
    {{1, 4}, 2, &mib_scalar_index, OBJECTS(settings_objects)},
    {{1, 5}, 2, &mib_scalar_index, OBJECTS(messages_objects)},
    {{1, 5, 4, 1}, 4, &mib_message_index, OBJECTS(message_objects)},
    {{1, 5, 5, 1}, 4, &mib_recipient_index, OBJECTS(recipient_objects)},
    {{1, 8}, 2, &mib_scalar_index, OBJECTS(event_objects)},
};

const size_t mib_group_count = sizeof mib_groups / sizeof mib_groups[0];

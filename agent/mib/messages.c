/* SPDX-License-Identifier: BSD-3-Clause */
#include "mib/transaction.h"
#include "mib/value.h"

/* hmqMessages */

GETTER(messages_listed) {
    UNUSED_ROW;
    return view->snapshot->listing != NULL &&
           mib_set_number(value, view->snapshot->listing->row_count);
}

GETTER(messages_omitted) {
    UNUSED_ROW;
    return view->snapshot->listing != NULL &&
           mib_set_number(value, view->snapshot->listing->omitted);
}

GETTER(message_list_serial) {
    UNUSED_ROW;
    return mib_set_number(value, view->status->readings.listing_serial);
}

static const struct mib_object messages_objects[] = {
    {1, "hmqMessagesListed", MIB_GAUGE32, messages_listed, NULL},
    {2, "hmqMessagesOmitted", MIB_GAUGE32, messages_omitted, NULL},
    {3, "hmqMessageListSerial", MIB_COUNTER32, message_list_serial, NULL},
};

GETTER(message_queue) {
    (void)view;
    return mib_set_integer(value, queue_mib_value(row->message->queue));
}

GETTER(message_arrival) {
    (void)view;
    return mib_set_date(value, row->message->arrival);
}

GETTER(message_age) {
    return mib_set_age(view, value, row->message->arrival);
}

GETTER(message_size) {
    (void)view;
    return mib_set_number(value, row->message->size);
}

GETTER(message_sender) {
    (void)view;
    return mib_set_text(value, message_sender_text(row->message));
}

GETTER(message_recipient_count) {
    (void)view;
    return mib_set_number(value, row->message->recipient_count);
}

GETTER(message_first_recipient) {
    (void)view;
    return row->message->recipient_rows > 0 &&
           mib_set_text(value, message_address_text(row->message, 0));
}

GETTER(message_reason) {
    (void)view;
    return row->message->recipient_rows > 0 &&
           mib_set_text(value, message_reason_text(row->message, 0));
}

GETTER(message_forced_expire) {
    (void)view;
    return mib_set_truth(value, row->message->forced_expire);
}

GETTER(message_next_retry) {
    (void)view;
    return row->message->next_retry != 0 && mib_set_date(value, row->message->next_retry);
}

/* Always reads as none. */
GETTER(message_control) {
    (void)view;
    UNUSED_ROW;
    return mib_set_integer(value, 0);
}

GETTER(message_id) {
    (void)view;
    return mib_set_text(value, row->message->id);
}

static const struct mib_object message_objects[] = {
    {2, "hmqMessageQueue", MIB_INTEGER, message_queue, NULL},
    {3, "hmqMessageArrival", MIB_OCTETS, message_arrival, NULL},
    {4, "hmqMessageAge", MIB_GAUGE32, message_age, NULL},
    {5, "hmqMessageSize", MIB_GAUGE32, message_size, NULL},
    {6, "hmqMessageSender", MIB_OCTETS, message_sender, NULL},
    {7, "hmqMessageRecipientCount", MIB_GAUGE32, message_recipient_count, NULL},
    {8, "hmqMessageFirstRecipient", MIB_OCTETS, message_first_recipient, NULL},
    {9, "hmqMessageReason", MIB_OCTETS, message_reason, NULL},
    {10, "hmqMessageForcedExpire", MIB_INTEGER, message_forced_expire, NULL},
    {11, "hmqMessageNextRetry", MIB_OCTETS, message_next_retry, NULL},
    {12, "hmqMessageControl", MIB_INTEGER, message_control,
     &(const struct mib_write){
         .minimum = 0, .maximum = COMMAND_END - 1, .stage = mib_stage_control}},
    {13, "hmqMessageId", MIB_OCTETS, message_id, NULL},
};

GETTER(recipient_address) {
    (void)view;
    return mib_set_text(value, message_address_text(row->message, row->recipient));
}

GETTER(recipient_reason) {
    (void)view;
    return mib_set_text(value, message_reason_text(row->message, row->recipient));
}

static const struct mib_object recipient_objects[] = {
    {2, "hmqRecipientAddress", MIB_OCTETS, recipient_address, NULL},
    {3, "hmqRecipientReason", MIB_OCTETS, recipient_reason, NULL},
};

const struct mib_group mib_messages_group = {{1, 5},
                                             2,
                                             &mib_scalar_index,
                                             messages_objects,
                                             sizeof messages_objects / sizeof messages_objects[0]};

const struct mib_group mib_message_group = {{1, 5, 4, 1},
                                            4,
                                            &mib_message_index,
                                            message_objects,
                                            sizeof message_objects / sizeof message_objects[0]};

const struct mib_group mib_recipient_group = {{1, 5, 5, 1},
                                              4,
                                              &mib_recipient_index,
                                              recipient_objects,
                                              sizeof recipient_objects /
                                                  sizeof recipient_objects[0]};

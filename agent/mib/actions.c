/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The objects of hmqActions, hmqActionTable, hmqActionResultTable and hmqActionOutputTable: a
 * getter for each, and the tables that give each its column, type, range and stage function, in the
 * order of their columns, which GETNEXT relies on. REQUEST names the member of struct
 * action_request that a column fills, by its offset, so the type of the member has to fit the type
 * of the object: int32_t for INTEGER, uint32_t for Gauge32, and for an octet string an array with
 * room for the maximum and a NUL. mib/set_actions.c treats hmqActionQueueIds and hmqActionAll
 * specially.
 */
#include "mib/transaction.h"
#include "mib/value.h"

#include <stddef.h>
#include <string.h>

#define WRITE(min, max, function, member)                                                          \
    &(const struct mib_write) {                                                                    \
        .minimum = (min), .maximum = (max), .stage = (function), .offset = (member)                \
    }
#define REQUEST(min, max, member)                                                                  \
    WRITE(min, max, mib_stage_action, offsetof(struct action_request, member))

/* hmqActions */

GETTER(flush) {
    (void)view;
    UNUSED_ROW;
    return mib_set_integer(value, 0);
}

GETTER(actions_queued) {
    UNUSED_ROW;
    return mib_set_number(value, action_table_unfinished(view->actions));
}

GETTER(actions_finished) {
    UNUSED_ROW;
    return mib_set_number(value, view->actions->finished_total);
}

GETTER(actions_failed) {
    UNUSED_ROW;
    return mib_set_number(value, view->actions->failed_total);
}

static const struct mib_object actions_objects[] = {
    {1, "hmqFlush", MIB_INTEGER, flush, WRITE(0, 1, mib_stage_flush, 0)},
    {2, "hmqActionsQueued", MIB_GAUGE32, actions_queued, NULL},
    {3, "hmqActionsFinished", MIB_COUNTER32, actions_finished, NULL},
    {4, "hmqActionsFailed", MIB_COUNTER32, actions_failed, NULL},
};

const struct mib_group mib_actions_group = {{1, 6},
                                            2,
                                            &mib_scalar_index,
                                            actions_objects,
                                            sizeof actions_objects / sizeof actions_objects[0]};

/* hmqActionTable */

GETTER(action_queue_ids) {
    (void)view;
    const char *ids = row->action->request.queue_ids;
    return mib_set_octets(value, ids, strlen(ids));
}

GETTER(action_queue) {
    (void)view;
    return mib_set_integer(value, row->action->request.queue);
}

GETTER(action_sender) {
    (void)view;
    return mib_set_text(value, row->action->request.sender);
}

GETTER(action_recipient) {
    (void)view;
    return mib_set_text(value, row->action->request.recipient);
}

GETTER(action_reason) {
    (void)view;
    return mib_set_text(value, row->action->request.reason);
}

GETTER(action_min_age) {
    (void)view;
    return mib_set_number(value, row->action->request.min_age_s);
}

GETTER(action_min_size) {
    (void)view;
    return mib_set_number(value, row->action->request.min_size);
}

GETTER(action_all) {
    (void)view;
    return mib_set_truth(value, row->action->request.all);
}

GETTER(action_expected_count) {
    (void)view;
    return mib_set_integer(value, row->action->request.expected_count);
}

GETTER(action_comment) {
    (void)view;
    return mib_set_text(value, row->action->request.comment);
}

GETTER(action_state) {
    (void)view;
    return mib_set_integer(value, (int32_t)row->action->state);
}

GETTER(action_matched_count) {
    (void)view;
    return mib_set_number(value, row->action->matched);
}

GETTER(action_succeeded_count) {
    (void)view;
    return mib_set_number(value, row->action->succeeded);
}

GETTER(action_failed_count) {
    (void)view;
    return mib_set_number(value, row->action->failed);
}

GETTER(action_start_time) {
    (void)view;
    return mib_set_date_or_none(value, row->action->started);
}

GETTER(action_end_time) {
    (void)view;
    return mib_set_date_or_none(value, row->action->ended);
}

GETTER(action_error) {
    (void)view;
    return mib_set_text(value, row->action->error);
}

GETTER(action_row_status) {
    (void)view;
    UNUSED_ROW;
    return mib_set_integer(value, ROW_ACTIVE);
}

static const struct mib_object action_objects[] = {
    {COLUMN_ACTION_QUEUE_IDS, "hmqActionQueueIds", MIB_OCTETS, action_queue_ids,
     REQUEST(0, ACTION_QUEUE_IDS_MAX, queue_ids)},
    {COLUMN_ACTION_QUEUE, "hmqActionQueue", MIB_INTEGER, action_queue, REQUEST(0, 6, queue)},
    {COLUMN_ACTION_SENDER, "hmqActionSender", MIB_OCTETS, action_sender,
     REQUEST(0, ACTION_TEXT_MAX, sender)},
    {COLUMN_ACTION_RECIPIENT, "hmqActionRecipient", MIB_OCTETS, action_recipient,
     REQUEST(0, ACTION_TEXT_MAX, recipient)},
    {COLUMN_ACTION_REASON, "hmqActionReason", MIB_OCTETS, action_reason,
     REQUEST(0, ACTION_TEXT_MAX, reason)},
    {COLUMN_ACTION_MIN_AGE, "hmqActionMinAge", MIB_GAUGE32, action_min_age,
     REQUEST(0, ACTION_MIN_AGE_MAX_S, min_age_s)},
    {COLUMN_ACTION_MIN_SIZE, "hmqActionMinSize", MIB_GAUGE32, action_min_size,
     REQUEST(0, ACTION_MIN_SIZE_MAX, min_size)},
    {COLUMN_ACTION_ALL, "hmqActionAll", MIB_INTEGER, action_all, REQUEST(1, 2, all)},
    {COLUMN_ACTION_EXPECTED_COUNT, "hmqActionExpectedCount", MIB_INTEGER, action_expected_count,
     REQUEST(ACTION_NO_EXPECTED_COUNT, INT32_MAX, expected_count)},
    {COLUMN_ACTION_COMMENT, "hmqActionComment", MIB_OCTETS, action_comment,
     REQUEST(0, ACTION_TEXT_MAX, comment)},
    {COLUMN_ACTION_STATE, "hmqActionState", MIB_INTEGER, action_state, NULL},
    {COLUMN_ACTION_MATCHED_COUNT, "hmqActionMatchedCount", MIB_GAUGE32, action_matched_count, NULL},
    {COLUMN_ACTION_SUCCEEDED_COUNT, "hmqActionSucceededCount", MIB_GAUGE32, action_succeeded_count,
     NULL},
    {COLUMN_ACTION_FAILED_COUNT, "hmqActionFailedCount", MIB_GAUGE32, action_failed_count, NULL},
    {COLUMN_ACTION_START_TIME, "hmqActionStartTime", MIB_OCTETS, action_start_time, NULL},
    {COLUMN_ACTION_END_TIME, "hmqActionEndTime", MIB_OCTETS, action_end_time, NULL},
    {COLUMN_ACTION_ERROR, "hmqActionError", MIB_OCTETS, action_error, NULL},
    {COLUMN_ACTION_ROW_STATUS, "hmqActionRowStatus", MIB_INTEGER, action_row_status,
     WRITE(ROW_ACTIVE, ROW_DESTROY, mib_stage_action, 0)},
};

const struct mib_group mib_action_group = {{1, 6, 5, 1},
                                           4,
                                           &mib_action_index,
                                           action_objects,
                                           sizeof action_objects / sizeof action_objects[0]};

/* hmqActionResultTable */

GETTER(result_queue_id) {
    (void)view;
    return mib_set_text(value, row->action->results[row->result].id);
}

GETTER(result_outcome) {
    (void)view;
    return mib_set_integer(value, (int32_t)row->action->results[row->result].outcome);
}

GETTER(result_text) {
    (void)view;
    return mib_set_text(value, row->action->results[row->result].text);
}

static const struct mib_object result_objects[] = {
    {2, "hmqActionResultQueueId", MIB_OCTETS, result_queue_id, NULL},
    {3, "hmqActionResultOutcome", MIB_INTEGER, result_outcome, NULL},
    {4, "hmqActionResultText", MIB_OCTETS, result_text, NULL},
};

const struct mib_group mib_result_group = {{1, 6, 6, 1},
                                           4,
                                           &mib_result_index,
                                           result_objects,
                                           sizeof result_objects / sizeof result_objects[0]};

/* hmqActionOutputTable */

GETTER(output_text) {
    (void)view;
    const struct action_line *line = &row->action->lines[row->line];
    return mib_set_octets(value, row->action->output + line->at, line->len);
}

static const struct mib_object output_objects[] = {
    {2, "hmqActionOutputText", MIB_OCTETS, output_text, NULL},
};

const struct mib_group mib_output_group = {{1, 6, 7, 1},
                                           4,
                                           &mib_output_index,
                                           output_objects,
                                           sizeof output_objects / sizeof output_objects[0]};

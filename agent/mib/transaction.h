/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A SET being staged, for mib/set*.c and the stage functions of groups only.
 */
#ifndef HMQ_MIB_TRANSACTION_H
#define HMQ_MIB_TRANSACTION_H

#include "mib/tree.h"

/* One row of hmqActionTable in a PDU. */
struct staged_row {
    struct action_key key;
    struct action
        *action;      /* its request is filled from the columns; owned until moved to changes */
    uint32_t columns; /* bit 1 << column for each one that was set */
    int32_t status;   /* hmqActionRowStatus, 0 = not in the PDU */
    size_t first, at; /* the row's first variable, and the one that set the status */
    bool no_memory;
};

/* hmqMessageControl of a message, or hmqFlush. */
struct staged_control {
    enum action_command command;
    char id[QUEUE_ID_SIZE]; /* "" for hmqFlush */
    size_t variable;
};

struct mib_transaction {
    size_t variable; /* the one being staged */
    struct staged_row *rows;
    size_t row_count, row_capacity;
    struct staged_control *controls;
    size_t control_count, control_capacity;
    size_t tunables_variable; /* the last one that changed a tunable */
    size_t pause_variable, pause_for_variable;
    struct mib_changes changes;
};

/* Grows an array of *capacity elements of size octets so that it has room for one more. */
void *mib_grow(void *array, size_t count, size_t *capacity, size_t size);

/* Appends an action (consumed, also on failure) to the changes. */
enum mib_error mib_add_action(struct mib_transaction *transaction, struct action *action);

/* The parts of the check for hmqActionTable, and for hmqMessageControl and hmqFlush. */
enum mib_error mib_check_rows(struct mib_transaction *transaction, const struct mib_view *view,
                              size_t *variable);
enum mib_error mib_check_controls(struct mib_transaction *transaction, const struct mib_view *view,
                                  size_t *variable);

/* The part for hmqOutboundPause and hmqOutboundPauseFor, which also notes who asks. To be called
 * before the actions are moved to the changes. */
enum mib_error mib_check_pause(struct mib_transaction *transaction, const struct mib_view *view,
                               size_t *variable);

/* Stage functions. */
enum mib_error mib_stage_action(struct mib_transaction *transaction, const struct mib_view *view,
                                const struct mib_object *object, const uint32_t *index,
                                size_t count, const struct mib_value *value);
enum mib_error mib_stage_flush(struct mib_transaction *transaction, const struct mib_view *view,
                               const struct mib_object *object, const uint32_t *index, size_t count,
                               const struct mib_value *value);
enum mib_error mib_stage_control(struct mib_transaction *transaction, const struct mib_view *view,
                                 const struct mib_object *object, const uint32_t *index,
                                 size_t count, const struct mib_value *value);
enum mib_error mib_stage_tunable(struct mib_transaction *transaction, const struct mib_view *view,
                                 const struct mib_object *object, const uint32_t *index,
                                 size_t count, const struct mib_value *value);
enum mib_error mib_stage_condition(struct mib_transaction *transaction, const struct mib_view *view,
                                   const struct mib_object *object, const uint32_t *index,
                                   size_t count, const struct mib_value *value);
enum mib_error mib_stage_notify(struct mib_transaction *transaction, const struct mib_view *view,
                                const struct mib_object *object, const uint32_t *index,
                                size_t count, const struct mib_value *value);
enum mib_error mib_stage_lifetime(struct mib_transaction *transaction, const struct mib_view *view,
                                  const struct mib_object *object, const uint32_t *index,
                                  size_t count, const struct mib_value *value);
enum mib_error mib_stage_pause(struct mib_transaction *transaction, const struct mib_view *view,
                               const struct mib_object *object, const uint32_t *index, size_t count,
                               const struct mib_value *value);
enum mib_error mib_stage_pause_for(struct mib_transaction *transaction, const struct mib_view *view,
                                   const struct mib_object *object, const uint32_t *index,
                                   size_t count, const struct mib_value *value);

/* The columns of hmqActionTable. */
enum action_column {
    COLUMN_ACTION_QUEUE_IDS = 4,
    COLUMN_ACTION_QUEUE,
    COLUMN_ACTION_SENDER,
    COLUMN_ACTION_RECIPIENT,
    COLUMN_ACTION_REASON,
    COLUMN_ACTION_MIN_AGE,
    COLUMN_ACTION_MIN_SIZE,
    COLUMN_ACTION_ALL,
    COLUMN_ACTION_EXPECTED_COUNT,
    COLUMN_ACTION_COMMENT,
    COLUMN_ACTION_STATE,
    COLUMN_ACTION_MATCHED_COUNT,
    COLUMN_ACTION_SUCCEEDED_COUNT,
    COLUMN_ACTION_FAILED_COUNT,
    COLUMN_ACTION_START_TIME,
    COLUMN_ACTION_END_TIME,
    COLUMN_ACTION_ERROR,
    COLUMN_ACTION_ROW_STATUS,
};

/* RowStatus of SNMPv2-TC (RFC 2579) */
enum row_status {
    ROW_ACTIVE = 1,
    ROW_NOT_IN_SERVICE,
    ROW_NOT_READY,
    ROW_CREATE_AND_GO,
    ROW_CREATE_AND_WAIT,
    ROW_DESTROY,
};

#endif

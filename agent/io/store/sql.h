/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All SQL of the store except its schema (schema.c), and the columns of its results: each enum has
 * the columns of one SELECT in their order. Whoever runs a statement passes the values ?1, ?2, ...
 * in their order.
 */
#ifndef HMQ_IO_STORE_SQL_H
#define HMQ_IO_STORE_SQL_H

/* actions */
extern const char sql_action_add[];
extern const char sql_action_started[];
extern const char sql_action_ended[];
extern const char sql_action_result[];
extern const char sql_action_output[];
extern const char sql_action_hide[];
extern const char sql_action_hide_output[];

/* Actions at start. Those that were running are interrupted. */
extern const char sql_actions_interrupt[];
extern const char sql_actions_last_started[];
extern const char sql_actions_not_again[];
extern const char sql_actions_skip_serials[];
extern const char sql_actions_begin_serials[];
extern const char sql_actions_retain[];
extern const char sql_actions_hide_below[];
extern const char sql_actions_drop_output[];

extern const char sql_actions_visible[];
enum actions_column {
    ACTIONS_SERIAL,
    ACTIONS_OWNER,
    ACTIONS_COMMAND,
    ACTIONS_ID,
    ACTIONS_STATE,
    ACTIONS_QUEUE_IDS,
    ACTIONS_QUEUE,
    ACTIONS_SENDER,
    ACTIONS_RECIPIENT,
    ACTIONS_REASON,
    ACTIONS_MIN_AGE,
    ACTIONS_MIN_SIZE,
    ACTIONS_ALL_MESSAGES,
    ACTIONS_EXPECTED_COUNT,
    ACTIONS_COMMENT,
    ACTIONS_MATCHED,
    ACTIONS_SUCCEEDED,
    ACTIONS_FAILED,
    ACTIONS_CREATED,
    ACTIONS_STARTED,
    ACTIONS_ENDED,
    ACTIONS_ERROR,
    ACTIONS_ANNOUNCE,
};

extern const char sql_results_of[];
enum results_column { RESULTS_QUEUE_ID, RESULTS_OUTCOME, RESULTS_TEXT };

extern const char sql_output_of[];
enum output_column { OUTPUT_OUTPUT };

/* Deleting what is too old */
extern const char sql_actions_purge_results[];
extern const char sql_actions_purge[];

/* instance */
extern const char sql_instance_adopt[];
extern const char sql_instance_refuse[];
extern const char sql_instance_value[];
enum instance_column { INSTANCE_VALUE };

/* events */
extern const char sql_event_add[];
extern const char sql_event_announced[];
extern const char sql_event_notified[];
extern const char sql_events_purge[];
extern const char sql_events_last[];
extern const char sql_events_reserved[];

extern const char sql_events_before_last[];
enum before_last_column { BEFORE_LAST_SERIAL };

extern const char sql_events_after[];
extern const char sql_events_latest[]; /* the same columns */
enum events_column {
    EVENTS_SERIAL,
    EVENTS_TIME,
    EVENTS_EVENT,
    EVENTS_NOTIFIED,
    EVENTS_TEXT,
    EVENTS_TOTAL,
    EVENTS_MAILDROP,
    EVENTS_INCOMING,
    EVENTS_ACTIVE,
    EVENTS_DEFERRED,
    EVENTS_HOLD,
    EVENTS_CORRUPT,
    EVENTS_OLDEST_AGE,
    EVENTS_THRESHOLD,
    EVENTS_ACTION_OWNER,
    EVENTS_ACTION_COMMAND,
    EVENTS_ACTION_ID,
    EVENTS_ACTION_STATE,
    EVENTS_ACTION_MATCHED,
    EVENTS_ACTION_SUCCEEDED,
    EVENTS_ACTION_FAILED,
    EVENTS_ACTION_COMMENT,
    EVENTS_DATA_STATUS,
    EVENTS_SETTINGS_STATE,
    EVENTS_DETAIL,
    EVENTS_CHANGES,
    EVENTS_CONDITION_NAME,
    EVENTS_CONDITION_WATCH,
    EVENTS_CONDITION_SEVERITY,
    EVENTS_CONDITION_VALUE,
    EVENTS_CONDITION_SINCE,
    EVENTS_CONDITION_SUBJECT,
};

/* conditions: those that are raised */
extern const char sql_conditions_clear[];
extern const char sql_condition_add[];
extern const char sql_conditions[];
enum conditions_column {
    CONDITIONS_NAME,
    CONDITIONS_WATCH,
    CONDITIONS_SEVERITY,
    CONDITIONS_VALUE,
    CONDITIONS_THRESHOLD,
    CONDITIONS_SINCE,
    CONDITIONS_SUBJECT,
};

/* history_steps */
extern const char sql_history_add[];
extern const char sql_history_trim[]; /* of the length ?1 all but the ?2 that were written last */

/* deliveries */
extern const char sql_delivery_set[];
extern const char sql_delivery_forget[];
extern const char sql_deliveries[];
enum deliveries_column {
    DELIVERIES_HOOK,
    DELIVERIES_SERIAL,
    DELIVERIES_DELIVERED,
    DELIVERIES_FAILURES,
    DELIVERIES_LAST_DELIVERY,
};

/* parameters: in Hermes' shape a setting is a directive (child 2) and its value (child 1). */
extern const char sql_parameter_clear_values[];
extern const char sql_parameter_clear_directive[];
extern const char sql_parameter_directive[];
extern const char sql_parameter_value[];
extern const char sql_parameters[];
enum parameters_column {
    PARAMETERS_NAME,
    PARAMETERS_VALUE,
    PARAMETERS_APPLIED,
    PARAMETERS_ACTION,
};

/* pause */
extern const char sql_pause_clear[];
extern const char sql_pause_set[];
extern const char sql_pause[];
enum pause_column {
    PAUSE_PHASE,
    PAUSE_TRANSPORTS,
    PAUSE_WAS_EMPTY,
    PAUSE_SINCE,
    PAUSE_ENDS,
    PAUSE_DURATION,
    PAUSE_WHO,
};

/* tunables and state are both tables of names and values. */
extern const char sql_tunable_set[];
extern const char sql_tunables[];
extern const char sql_state_set[];
extern const char sql_states[];
enum named_column { NAMED_NAME, NAMED_VALUE };

/* The clock, which is kept in state */
extern const char sql_clock_believed[];
extern const char sql_clock_seen[];
extern const char sql_clock_even[];
extern const char sql_clock_latest[];

/* Whether an unusable database takes writes again */
extern const char sql_probe_write[];
extern const char sql_probe_remove[];

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The SQL of the store, checked against its schema: each SELECT has the columns of its enum, in the
 * same order.
 */
#include "io/store/db.h"
#include "io/store/schema.h"
#include "io/store/sql.h"

#include "unit.h"

#define COLUMNS_MAX 32

#define EVENTS                                                                                     \
    {                                                                                              \
        [EVENTS_SERIAL] = "serial", [EVENTS_TIME] = "time", [EVENTS_EVENT] = "event",              \
        [EVENTS_NOTIFIED] = "notified", [EVENTS_TEXT] = "text", [EVENTS_TOTAL] = "total",          \
        [EVENTS_MAILDROP] = "maildrop", [EVENTS_INCOMING] = "incoming",                            \
        [EVENTS_ACTIVE] = "active", [EVENTS_DEFERRED] = "deferred", [EVENTS_HOLD] = "hold",        \
        [EVENTS_CORRUPT] = "corrupt", [EVENTS_OLDEST_AGE] = "oldest_age",                          \
        [EVENTS_THRESHOLD] = "threshold", [EVENTS_ACTION_OWNER] = "action_owner",                  \
        [EVENTS_ACTION_COMMAND] = "action_command", [EVENTS_ACTION_ID] = "action_id",              \
        [EVENTS_ACTION_STATE] = "action_state", [EVENTS_ACTION_MATCHED] = "action_matched",        \
        [EVENTS_ACTION_SUCCEEDED] = "action_succeeded", [EVENTS_ACTION_FAILED] = "action_failed",  \
        [EVENTS_ACTION_COMMENT] = "action_comment", [EVENTS_DATA_STATUS] = "data_status",          \
        [EVENTS_SETTINGS_STATE] = "settings_state", [EVENTS_DETAIL] = "detail",                    \
        [EVENTS_CHANGES] = "changes", [EVENTS_CONDITION_NAME] = "condition_name",                  \
        [EVENTS_CONDITION_WATCH] = "condition_watch",                                              \
        [EVENTS_CONDITION_SEVERITY] = "condition_severity",                                        \
        [EVENTS_CONDITION_VALUE] = "condition_value",                                              \
        [EVENTS_CONDITION_SINCE] = "condition_since",                                              \
        [EVENTS_CONDITION_SUBJECT] = "condition_subject"                                           \
    }

static const struct {
    const char *name, *sql;
    const char *columns[COLUMNS_MAX];
} selects[] = {
    {"actions",
     sql_actions_visible,
     {[ACTIONS_SERIAL] = "serial",
      [ACTIONS_OWNER] = "owner",
      [ACTIONS_COMMAND] = "command",
      [ACTIONS_ID] = "id",
      [ACTIONS_STATE] = "state",
      [ACTIONS_QUEUE_IDS] = "queue_ids",
      [ACTIONS_QUEUE] = "queue",
      [ACTIONS_SENDER] = "sender",
      [ACTIONS_RECIPIENT] = "recipient",
      [ACTIONS_REASON] = "reason",
      [ACTIONS_MIN_AGE] = "min_age",
      [ACTIONS_MIN_SIZE] = "min_size",
      [ACTIONS_ALL_MESSAGES] = "all_messages",
      [ACTIONS_EXPECTED_COUNT] = "expected_count",
      [ACTIONS_COMMENT] = "comment",
      [ACTIONS_MATCHED] = "matched",
      [ACTIONS_SUCCEEDED] = "succeeded",
      [ACTIONS_FAILED] = "failed",
      [ACTIONS_CREATED] = "created",
      [ACTIONS_STARTED] = "started",
      [ACTIONS_ENDED] = "ended",
      [ACTIONS_ERROR] = "error",
      [ACTIONS_ANNOUNCE] = "announce"}},
    {"results",
     sql_results_of,
     {[RESULTS_QUEUE_ID] = "queue_id", [RESULTS_OUTCOME] = "outcome", [RESULTS_TEXT] = "text"}},
    {"output", sql_output_of, {[OUTPUT_OUTPUT] = "output"}},
    {"instance", sql_instance_value, {[INSTANCE_VALUE] = "value"}},
    {"events after one", sql_events_after, EVENTS},
    {"the latest events", sql_events_latest, EVENTS},
    {"the event before the last", sql_events_before_last, {[BEFORE_LAST_SERIAL] = "serial"}},
    {"deliveries",
     sql_deliveries,
     {[DELIVERIES_HOOK] = "hook",
      [DELIVERIES_SERIAL] = "serial",
      [DELIVERIES_DELIVERED] = "delivered",
      [DELIVERIES_FAILURES] = "failures",
      [DELIVERIES_LAST_DELIVERY] = "last_delivery"}},
    {"parameters",
     sql_parameters,
     {[PARAMETERS_NAME] = "parameter",
      [PARAMETERS_VALUE] = "parameter",
      [PARAMETERS_APPLIED] = "applied",
      [PARAMETERS_ACTION] = "action"}},
    {"conditions",
     sql_conditions,
     {[CONDITIONS_NAME] = "name",
      [CONDITIONS_WATCH] = "watch",
      [CONDITIONS_SEVERITY] = "severity",
      [CONDITIONS_VALUE] = "value",
      [CONDITIONS_THRESHOLD] = "threshold",
      [CONDITIONS_SINCE] = "since",
      [CONDITIONS_SUBJECT] = "subject"}},
    {"tunables", sql_tunables, {[NAMED_NAME] = "name", [NAMED_VALUE] = "value"}},
    {"state", sql_states, {[NAMED_NAME] = "name", [NAMED_VALUE] = "value"}},
};

static void check_select(struct store_db *db, size_t i) {
    sqlite3_stmt *statement = NULL;
    int count = 0;
    CHECK_INT(selects[i].name, sqlite3_prepare_v2(db->handle, selects[i].sql, -1, &statement, NULL),
              SQLITE_OK);
    while (count < COLUMNS_MAX && selects[i].columns[count] != NULL) {
        CHECK_STRING(selects[i].name, sqlite3_column_name(statement, count),
                     selects[i].columns[count]);
        count++;
    }
    CHECK_INT(selects[i].name, sqlite3_column_count(statement), count);
    sqlite3_finalize(statement);
}

static void test_columns(void **state) {
    struct store_db db = {.path = ":memory:"};
    int64_t from;
    (void)state;
    assert_int_equal(sqlite3_open(":memory:", &db.handle), SQLITE_OK);
    assert_int_equal(store_schema_migrate(&db, &from), SQLITE_OK);
    for (size_t i = 0; i < COUNT_OF(selects); i++) {
        check_select(&db, i);
    }
    store_db_close(&db);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The schema, as one migration for each version; a new file goes through all of them. Files with
 * the tables of a released version exist, so those tables stay as they are here, and changes to
 * them go into a new migration. store_schema_recognise runs before anything is written.
 * store_schema_migrate runs in the transaction that also reads the database, so that a failure
 * leaves the old version.
 */
#include "io/store/schema.h"

#include "io/store/db.h"

#include <stdio.h>

/* "HmqD", in the header of the file: what file(1) and the next start know it by. */
#define APPLICATION_ID 0x486d7144

/* clang-format off: the SQL reads as SQL */
/* Version 1, less its views, which version 3 makes anew. */
static const char actions[] =
    "CREATE TABLE actions ("
    " serial INTEGER PRIMARY KEY AUTOINCREMENT,"
    " owner TEXT NOT NULL, command TEXT NOT NULL, id INTEGER NOT NULL,"
    " state TEXT NOT NULL,"
    " queue_ids TEXT NOT NULL, queue TEXT NOT NULL, sender TEXT NOT NULL,"
    " recipient TEXT NOT NULL, reason TEXT NOT NULL,"
    " min_age INTEGER NOT NULL, min_size INTEGER NOT NULL, all_messages INTEGER NOT NULL,"
    " expected_count INTEGER, comment TEXT NOT NULL,"
    " matched INTEGER, succeeded INTEGER, failed INTEGER,"
    " created INTEGER NOT NULL, started INTEGER, ended INTEGER,"
    " error TEXT NOT NULL DEFAULT '', hidden INTEGER NOT NULL DEFAULT 0);"
    "CREATE INDEX actions_visible ON actions (serial) WHERE hidden = 0;"
    "CREATE TABLE action_results ("
    " action INTEGER NOT NULL, number INTEGER NOT NULL,"
    " queue_id TEXT NOT NULL, outcome TEXT NOT NULL, text TEXT NOT NULL,"
    " PRIMARY KEY (action, number)) WITHOUT ROWID;"
    "CREATE TABLE action_output (action INTEGER PRIMARY KEY, output BLOB NOT NULL);";

static const char events[] =
    "CREATE TABLE events ("
    " serial INTEGER PRIMARY KEY, time INTEGER NOT NULL, event TEXT NOT NULL,"
    " notified TEXT NOT NULL, text TEXT NOT NULL, total INTEGER,"
    " maildrop INTEGER, incoming INTEGER, active INTEGER, deferred INTEGER, hold INTEGER,"
    " corrupt INTEGER, oldest_age INTEGER, threshold INTEGER,"
    " action_owner TEXT, action_command TEXT, action_id INTEGER, action_state TEXT,"
    " action_matched INTEGER, action_succeeded INTEGER, action_failed INTEGER,"
    " action_comment TEXT, bounce_old TEXT, bounce_new TEXT, maximal_old TEXT, maximal_new TEXT);"
    "CREATE TABLE deliveries ("
    " hook TEXT PRIMARY KEY, serial INTEGER NOT NULL, delivered INTEGER NOT NULL,"
    " failures INTEGER NOT NULL, last_delivery INTEGER) WITHOUT ROWID;"
    "CREATE VIEW event_log AS SELECT serial,"
    " strftime('%Y-%m-%d %H:%M:%S', time, 'unixepoch') AS time,"
    " event, notified, text, total, threshold, oldest_age FROM events;";

static const char settings[] =
    "CREATE TABLE parameters ("
    " id INTEGER PRIMARY KEY, parameter TEXT NOT NULL, name TEXT, module TEXT NOT NULL,"
    " priority INTEGER, default_value TEXT, editable INTEGER, conf_file TEXT, description TEXT,"
    " parent INTEGER, parent_name TEXT, child INTEGER NOT NULL, order1 INTEGER,"
    " enabled INTEGER NOT NULL, applied TEXT NOT NULL, action TEXT NOT NULL);"
    "CREATE TABLE tunables ("
    " name TEXT PRIMARY KEY, value INTEGER NOT NULL CHECK (value BETWEEN 0 AND 4294967295))"
    " WITHOUT ROWID;"
    "CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;";

/* Version 2: events carry every value that their notification needs; what a setting was and became
 * stands in one column for all settings. */
static const char event_values[] =
    "ALTER TABLE events ADD COLUMN data_status TEXT;"
    "ALTER TABLE events ADD COLUMN settings_state TEXT;"
    "ALTER TABLE events ADD COLUMN detail TEXT;"
    "ALTER TABLE events ADD COLUMN changes TEXT;"
    "UPDATE events SET settings_state = 'applied', changes ="
    " coalesce('bounce_queue_lifetime ' || coalesce(bounce_old, '-') || ' ' || bounce_new || ';', "
    "'')"
    " || coalesce('maximal_queue_lifetime ' || coalesce(maximal_old, '-') || ' ' || maximal_new"
    " || ';', '') WHERE bounce_new IS NOT NULL OR maximal_new IS NOT NULL;"
    "ALTER TABLE events DROP COLUMN bounce_old;"
    "ALTER TABLE events DROP COLUMN bounce_new;"
    "ALTER TABLE events DROP COLUMN maximal_old;"
    "ALTER TABLE events DROP COLUMN maximal_new;";

/* Version 3: an action knows whether its event was written, what is old goes by order, and the file
 * knows the Postfix it belongs to. */
static const char actions_3[] =
    "ALTER TABLE actions ADD COLUMN announce INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX actions_announce ON actions (serial) WHERE announce = 1;"
    "DROP INDEX IF EXISTS actions_hidden;"
    "CREATE INDEX actions_hidden ON actions (serial) WHERE hidden = 1;"
    "CREATE TABLE instance (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "DELETE FROM state WHERE name = 'overload_raises';";

/* A criterion as people would write it, or nothing. What can be very long is shortened: an action
 * on 1,000 messages is one line too. */
static const char audit_3[] =
    "DROP VIEW IF EXISTS audit;"
    "CREATE VIEW audit AS SELECT serial, owner, command, id, state, trim("
    " CASE WHEN length(queue_ids) > 64 THEN ' ids: ' || substr(queue_ids, 1, 60) || '...'"
    "  WHEN queue_ids <> '' THEN ' ids: ' || queue_ids ELSE '' END"
    " || CASE WHEN queue <> 'any' THEN ' queue=' || queue ELSE '' END"
    " || CASE WHEN sender <> '' THEN ' sender=' || sender ELSE '' END"
    " || CASE WHEN recipient <> '' THEN ' recipient=' || recipient ELSE '' END"
    " || CASE WHEN reason <> '' THEN ' reason=' || reason ELSE '' END"
    " || CASE WHEN min_age > 0 THEN ' min_age=' || min_age ELSE '' END"
    " || CASE WHEN min_size > 0 THEN ' min_size=' || min_size ELSE '' END"
    " || CASE WHEN all_messages THEN ' all' ELSE '' END"
    " || CASE WHEN expected_count IS NOT NULL THEN ' expected_count=' || expected_count"
    "  ELSE '' END) AS criteria,"
    " comment, matched, succeeded, failed, error,"
    " (SELECT group_concat(one, ', ') FROM (SELECT CASE WHEN number <= 3"
    "   THEN queue_id || ' ' || outcome"
    "   ELSE (SELECT count(*) - 3 FROM action_results WHERE action = serial) || ' more' END AS one"
    "  FROM action_results WHERE action = serial ORDER BY number LIMIT 4)) AS results,"
    " strftime('%Y-%m-%d %H:%M:%S', created, 'unixepoch') AS created,"
    " strftime('%Y-%m-%d %H:%M:%S', started, 'unixepoch') AS started,"
    " strftime('%Y-%m-%d %H:%M:%S', ended, 'unixepoch') AS ended"
    " FROM actions;"
    "CREATE VIEW audit_results AS SELECT serial, owner, command, id, number, queue_id, outcome,"
    " text, strftime('%Y-%m-%d %H:%M:%S', ended, 'unixepoch') AS ended"
    " FROM action_results JOIN actions ON serial = action ORDER BY serial, number;";

/* The pause of outbound mail: at most one row. */
static const char pause_4[] =
    "CREATE TABLE pause ("
    " id INTEGER PRIMARY KEY CHECK (id = 1), phase TEXT NOT NULL, transports TEXT NOT NULL,"
    " was_empty INTEGER NOT NULL, since INTEGER NOT NULL, ends INTEGER, duration INTEGER NOT NULL,"
    " who TEXT NOT NULL);";

/* Version 5: thresholds other than overload's are conditions, which have names. What was raised and
 * what was set by SNMP goes on under the names by which the configuration's message about the
 * retired keys calls them; 0 meant off. */
static const char conditions_5[] =
    "ALTER TABLE events ADD COLUMN condition_name TEXT;"
    "ALTER TABLE events ADD COLUMN condition_watch TEXT;"
    "ALTER TABLE events ADD COLUMN condition_severity TEXT;"
    "ALTER TABLE events ADD COLUMN condition_value INTEGER;"
    "ALTER TABLE events ADD COLUMN condition_since INTEGER;"
    "ALTER TABLE events ADD COLUMN condition_subject TEXT;"
    "CREATE TABLE conditions ("
    " name TEXT PRIMARY KEY, watch TEXT NOT NULL, severity TEXT NOT NULL,"
    " value INTEGER NOT NULL, threshold INTEGER NOT NULL, since INTEGER NOT NULL,"
    " subject TEXT NOT NULL) WITHOUT ROWID;";

static const char upgrade_5[] =
    "CREATE TABLE old ("
    " name TEXT, word TEXT, watch TEXT, severity TEXT, key TEXT, flag TEXT);"
    "INSERT INTO old VALUES"
    " ('overload', 'Overload', 'total', 'critical', NULL, 'overload_raised'),"
    " ('warning', 'Warning', 'total', 'warning', 'warning_threshold', 'warning_raised'),"
    " ('age', 'Age', 'age', 'warning', 'age_threshold', 'age_raised'),"
    " ('hold', 'Hold', 'queue hold', 'warning', 'hold_threshold', 'hold_raised');"
    "UPDATE events SET condition_name = old.name, condition_watch = old.watch,"
    "  condition_severity = old.severity, condition_subject = '',"
    "  condition_value = CASE old.name WHEN 'age' THEN oldest_age WHEN 'hold' THEN hold"
    "   ELSE total END,"
    "  condition_since = CASE WHEN event LIKE '%Raised' THEN time END"
    " FROM old WHERE events.event IN ('hmq' || old.word || 'Raised', 'hmq' || old.word ||"
    "  'Cleared');"
    "UPDATE events SET event = CASE WHEN event LIKE '%Raised' THEN 'hmqConditionRaised'"
    "  ELSE 'hmqConditionCleared' END"
    " WHERE condition_name IS NOT NULL AND condition_name <> 'overload';"
    "INSERT INTO conditions SELECT old.name, old.watch, old.severity,"
    "  coalesce((SELECT condition_value FROM events WHERE condition_name = old.name"
    "   ORDER BY serial DESC LIMIT 1), 0),"
    "  coalesce((SELECT threshold FROM events WHERE condition_name = old.name"
    "   ORDER BY serial DESC LIMIT 1), 0),"
    "  coalesce((SELECT nullif(value, 0) FROM state WHERE name = old.name || '_since'),"
    "   (SELECT time FROM events WHERE condition_name = old.name ORDER BY serial DESC LIMIT 1), 0),"
    "  '' FROM old JOIN state ON state.name = old.flag WHERE state.value <> 0;"
    "DELETE FROM state WHERE name IN (SELECT flag FROM old) OR name = 'overload_since';"
    "UPDATE tunables SET name = 'condition.' || old.name || '.above' FROM old"
    " WHERE tunables.name = old.key AND tunables.value > 0;"
    "DELETE FROM tunables WHERE name IN (SELECT key FROM old WHERE key IS NOT NULL)"
    " OR (name <> 'notify.hmqOverloadRaised' AND name <> 'notify.hmqOverloadCleared' AND name IN"
    "  (SELECT 'notify.hmq' || word || kind FROM old,"
    "   (SELECT 'Raised' AS kind UNION SELECT 'Cleared')));"
    "DROP TABLE old;";

/* Version 6: the history. A step has sums over its time, known and log being milliseconds, so that
 * parts of it can be added; the view has averages, and rates per minute. */
static const char history_6[] =
    "CREATE TABLE history_steps ("
    " serial INTEGER PRIMARY KEY, step INTEGER NOT NULL, time INTEGER NOT NULL,"
    " known INTEGER NOT NULL, total INTEGER NOT NULL, total_max INTEGER NOT NULL,"
    " maildrop INTEGER NOT NULL, incoming INTEGER NOT NULL, active INTEGER NOT NULL,"
    " deferred INTEGER NOT NULL, hold INTEGER NOT NULL,"
    " log INTEGER NOT NULL, received INTEGER NOT NULL, sent INTEGER NOT NULL,"
    " deferrals INTEGER NOT NULL, bounced INTEGER NOT NULL, rejected INTEGER NOT NULL,"
    " UNIQUE (step, time));"
    /* What is divided by NULL is NULL. */
    "CREATE VIEW history AS SELECT step,"
    " strftime('%Y-%m-%d %H:%M:%S', time, 'unixepoch') AS time,"
    " min((known + 500) / 1000, step) AS known,"
    " round(total * 1.0 / nullif(known, 0), 1) AS total,"
    " CASE WHEN known > 0 THEN total_max END AS total_max,"
    " round(maildrop * 1.0 / nullif(known, 0), 1) AS maildrop,"
    " round(incoming * 1.0 / nullif(known, 0), 1) AS incoming,"
    " round(active * 1.0 / nullif(known, 0), 1) AS active,"
    " round(deferred * 1.0 / nullif(known, 0), 1) AS deferred,"
    " round(hold * 1.0 / nullif(known, 0), 1) AS hold,"
    " round(received * 60000.0 / nullif(log, 0), 1) AS received,"
    " round(sent * 60000.0 / nullif(log, 0), 1) AS sent,"
    " round(deferrals * 60000.0 / nullif(log, 0), 1) AS deferrals,"
    " round(bounced * 60000.0 / nullif(log, 0), 1) AS bounced,"
    " round(rejected * 60000.0 / nullif(log, 0), 1) AS rejected"
    " FROM history_steps ORDER BY history_steps.step, history_steps.time;";
/* clang-format on */

/* Each brings the file from the version of its position to the next one. */
static const char *const migrations[][3] = {
    {actions, events, settings},     {event_values}, {actions_3, audit_3, NULL}, {pause_4},
    {conditions_5, upgrade_5, NULL}, {history_6},
};
_Static_assert(sizeof migrations / sizeof migrations[0] == STORE_SCHEMA_VERSION,
               "every version has a migration that leads to it");

int store_schema_recognise(struct store_db *db) {
    int64_t version, id, tables;
    int rc = store_db_integer(db, "PRAGMA user_version", 0, &version);
    if (rc == SQLITE_OK) {
        rc = store_db_integer(db, "PRAGMA application_id", 0, &id);
    }
    if (rc == SQLITE_OK) {
        rc = store_db_integer(db, "SELECT count(*) FROM sqlite_schema", 0, &tables);
    }
    if (rc != SQLITE_OK) {
        return rc;
    }
    bool fresh = version == 0 && id == 0 && tables == 0;
    if (!fresh && (id != APPLICATION_ID || version < 1)) {
        return store_db_fail(db, STORE_DB_FOREIGN);
    }
    return version > STORE_SCHEMA_VERSION ? store_db_fail(db, STORE_DB_NEWER) : SQLITE_OK;
}

int store_schema_migrate(struct store_db *db, int64_t *from) {
    char pragma[96];
    int rc = store_db_integer(db, "PRAGMA user_version", 0, from);
    if (rc != SQLITE_OK || *from == STORE_SCHEMA_VERSION) {
        return rc;
    }
    for (int64_t v = *from; v < STORE_SCHEMA_VERSION; v++) {
        for (size_t i = 0; i < 3 && migrations[v][i] != NULL; i++) {
            rc = store_db_exec(db, migrations[v][i]);
            if (rc != SQLITE_OK) {
                return rc;
            }
        }
    }
    snprintf(pragma, sizeof pragma, "PRAGMA application_id = %d; PRAGMA user_version = %d",
             APPLICATION_ID, STORE_SCHEMA_VERSION);
    return store_db_exec(db, pragma);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The statements, in the order of sql.h, with what each must not get wrong next to it. Two rules
 * hold for all. The age of a row is never taken from its own time alone (AGED): a clock that was
 * wrong for a while must neither delete new rows nor keep old ones for ever. And what is too old is
 * deleted PURGE_ROWS rows at a time, so that a SET does not wait long.
 */
#include "io/store/sql.h"

/* clang-format off: the SQL reads as SQL */

/* Rows deleted in one transaction, so that a SET does not wait long for it. */
#define PURGE_ROWS "500"

/* actions */

const char sql_action_add[] =
    "INSERT INTO actions"
    " (owner, command, id, state, queue_ids, queue, sender, recipient, reason,"
    "  min_age, min_size, all_messages, expected_count, comment, created)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";

const char sql_action_started[] = "UPDATE actions"
                                  " SET state = ?2, started = ?3, matched = ?4"
                                  " WHERE serial = ?1";

const char sql_action_ended[] = "UPDATE actions"
                                " SET state = ?2, started = ?3, ended = ?4,"
                                "  matched = ?5, succeeded = ?6, failed = ?7,"
                                "  error = ?8, announce = command <> 'count'"
                                " WHERE serial = ?1";

const char sql_action_result[] =
    "REPLACE INTO action_results (action, number, queue_id, outcome, text)"
    " VALUES (?1, ?2, ?3, ?4, ?5)";

const char sql_action_output[] = "REPLACE INTO action_output (action, output)"
                                 " VALUES (?1, ?2)";

const char sql_action_hide[] = "UPDATE actions SET hidden = 1 WHERE serial = ?1";

const char sql_action_hide_output[] = "DELETE FROM action_output WHERE action = ?1";

/* Actions at start */

/* An action is run at most once: what has begun is not begun again. Its counts are those of the
 * results that are known. */
const char sql_actions_interrupt[] =
    "UPDATE actions"
    " SET state = 'interrupted', ended = ?1, error = ?2, announce = command <> 'count',"
    "  succeeded = (SELECT count(*) FROM action_results"
    "   WHERE action = serial AND outcome IN ('done', 'requested', 'unchanged')),"
    "  failed = (SELECT count(*) FROM action_results"
    "   WHERE action = serial AND outcome NOT IN ('done', 'requested', 'unchanged'))"
    " WHERE state = 'running'";

const char sql_actions_last_started[] = "SELECT max(serial) FROM actions WHERE state <> 'queued'";

/* In a copy that was put back, actions that were carried out later are still queued; so is one that
 * was noted as started outside the database, but not yet in it, when the agent was killed. */
const char sql_actions_not_again[] =
    "UPDATE actions"
    " SET state = 'interrupted', ended = ?1, announce = command <> 'count',"
    "  succeeded = 0, failed = 0,"
    "  error = 'this may have been done: the agent was killed as it began, or the database is an"
    " older copy'"
    " WHERE state = 'queued' AND serial <= ?2";

const char sql_actions_skip_serials[] =
    "UPDATE sqlite_sequence SET seq = max(seq, ?1) WHERE name = 'actions'";

const char sql_actions_begin_serials[] =
    "INSERT INTO sqlite_sequence (name, seq) VALUES ('actions', ?1)";

#define FINISHED "hidden = 0 AND state NOT IN ('queued', 'running')"

/* Rows go from the first on, in the order of the SETs: a row counts as at least as young as those
 * before it, and no younger than now (?1), whatever a clock that was wrong wrote into it. Those
 * from before ?2 are too old. */
#define AGED(rows)                                                                                 \
    "SELECT serial FROM"                                                                           \
    " (SELECT serial,"                                                                             \
    "  max(min(coalesce(ended, created), ?1)) OVER (ORDER BY serial) AS since"                     \
    "  FROM (" rows "))"                                                                           \
    " WHERE since < ?2"

/* Those that are too old, and all but the newest ?3. */
const char sql_actions_retain[] =
    "UPDATE actions SET hidden = 1"
    " WHERE serial IN"
    "  (" AGED(
        "SELECT serial, ended, created FROM actions WHERE " FINISHED) ")"
                                                                      " OR (" FINISHED
                                                                      " AND serial <="
                                                                      "  (SELECT serial FROM "
                                                                      "actions WHERE " FINISHED
                                                                      "   ORDER BY serial DESC "
                                                                      "LIMIT 1 OFFSET ?3))";

const char sql_actions_hide_below[] = "UPDATE actions SET hidden = 1"
                                      " WHERE " FINISHED " AND serial <= ?1";

const char sql_actions_drop_output[] =
    "DELETE FROM action_output"
    " WHERE coalesce((SELECT hidden FROM actions WHERE serial = action), 1) = 1";

const char sql_actions_visible[] =
    "SELECT serial, owner, command, id, state,"
    "  queue_ids, queue, sender, recipient, reason, min_age, min_size,"
    "  all_messages, expected_count, comment,"
    "  matched, succeeded, failed, created, started, ended, error, announce"
    " FROM actions"
    " WHERE hidden = 0"
    " ORDER BY serial DESC";

const char sql_results_of[] = "SELECT queue_id, outcome, text"
                              " FROM action_results"
                              " WHERE action = ?1"
                              " ORDER BY number";

const char sql_output_of[] = "SELECT output FROM action_output WHERE action = ?1";

/* Deleting what is too old */

#define HIDDEN                                                                                     \
    "SELECT serial, ended, created FROM actions"                                                   \
    " WHERE hidden = 1 ORDER BY serial LIMIT " PURGE_ROWS

const char sql_actions_purge_results[] =
    "DELETE FROM action_results"
    " WHERE (action, number) IN"
    "  (SELECT r.action, r.number"
    "   FROM actions a JOIN action_results r ON r.action = a.serial"
    "   WHERE a.serial IN (" AGED(HIDDEN) ")"
                                          "   LIMIT " PURGE_ROWS ")";

const char sql_actions_purge[] = "DELETE FROM actions WHERE serial IN (" AGED(HIDDEN) ")";

/* instance */

const char sql_instance_value[] = "SELECT value FROM instance WHERE name = ?1";

const char sql_instance_adopt[] = "INSERT INTO instance (name, value) VALUES (?1, ?2)";

const char sql_instance_refuse[] = "UPDATE actions"
                                   " SET state = 'refused', ended = ?1, announce = 1,"
                                   "  error = 'this was requested for another Postfix instance'"
                                   " WHERE state = 'queued'";

/* events */

#define EVENT_COLUMNS                                                                              \
    "serial, time, event, notified, text, total,"                                                  \
    " maildrop, incoming, active, deferred, hold, corrupt, oldest_age, threshold,"                 \
    " action_owner, action_command, action_id, action_state,"                                      \
    " action_matched, action_succeeded, action_failed, action_comment,"                            \
    " data_status, settings_state, detail, changes,"                                               \
    " condition_name, condition_watch, condition_severity, condition_value,"                       \
    " condition_since, condition_subject"

const char sql_event_add[] =
    "INSERT INTO events (" EVENT_COLUMNS ")"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
    "  ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32)";

const char sql_event_announced[] =
    "UPDATE actions SET announce = 0"
    " WHERE announce = 1 AND owner = ?1 AND command = ?2 AND id = ?3";

const char sql_event_notified[] = "UPDATE events SET notified = ?2 WHERE serial = ?1";

const char sql_events_after[] = "SELECT " EVENT_COLUMNS " FROM events"
                                " WHERE serial > ?1"
                                " ORDER BY serial LIMIT ?2";

/* The last of each type, and of each condition */
const char sql_events_latest[] = "SELECT " EVENT_COLUMNS " FROM events"
                                 " WHERE serial > ?1 AND serial IN"
                                 "  (SELECT max(serial) FROM events GROUP BY event, condition_name"
                                 "   ORDER BY max(serial) DESC LIMIT ?2)"
                                 " ORDER BY serial";

const char sql_events_before_last[] =
    "SELECT serial FROM events ORDER BY serial DESC LIMIT 1 OFFSET ?1";

const char sql_events_last[] = "SELECT max(serial) FROM events";

const char sql_events_reserved[] = "SELECT value FROM state WHERE name = 'event_serial'";

/* In their order, as actions: see AGED. ?1 is the last that may go, ?3 is now. */
const char sql_events_purge[] =
    "DELETE FROM events"
    " WHERE serial IN"
    "  (SELECT serial FROM"
    "   (SELECT serial, max(min(time, ?3)) OVER (ORDER BY serial) AS since"
    "    FROM (SELECT serial, time FROM events"
    "     WHERE serial <= ?1 ORDER BY serial LIMIT " PURGE_ROWS "))"
    "   WHERE since < ?2)";

/* conditions */

const char sql_conditions_clear[] = "DELETE FROM conditions";

const char sql_condition_add[] =
    "REPLACE INTO conditions (name, watch, severity, value, threshold, since, subject)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

const char sql_conditions[] =
    "SELECT name, watch, severity, value, threshold, since, subject FROM conditions"
    " ORDER BY since, name";

/* history_steps */

const char sql_history_add[] =
    "INSERT INTO history_steps (step, time, known, total, total_max,"
    "  maildrop, incoming, active, deferred, hold,"
    "  log, received, sent, deferrals, bounced, rejected)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"
    " ON CONFLICT (step, time) DO UPDATE SET known = known + excluded.known,"
    "  total = total + excluded.total, total_max = max(total_max, excluded.total_max),"
    "  maildrop = maildrop + excluded.maildrop, incoming = incoming + excluded.incoming,"
    "  active = active + excluded.active, deferred = deferred + excluded.deferred,"
    "  hold = hold + excluded.hold, log = log + excluded.log,"
    "  received = received + excluded.received, sent = sent + excluded.sent,"
    "  deferrals = deferrals + excluded.deferrals, bounced = bounced + excluded.bounced,"
    "  rejected = rejected + excluded.rejected";

const char sql_history_trim[] =
    "DELETE FROM history_steps WHERE step = ?1 AND serial <="
    " (SELECT serial FROM history_steps WHERE step = ?1 ORDER BY serial DESC LIMIT 1 OFFSET ?2)";

/* deliveries */

const char sql_delivery_set[] =
    "REPLACE INTO deliveries (hook, serial, delivered, failures, last_delivery)"
    " VALUES (?1, ?2, ?3, ?4, ?5)";

const char sql_delivery_forget[] = "DELETE FROM deliveries WHERE hook = ?1";

const char sql_deliveries[] =
    "SELECT hook, serial, delivered, failures, last_delivery FROM deliveries";

/* parameters */

const char sql_parameter_clear_values[] =
    "DELETE FROM parameters"
    " WHERE module = 'postfix' AND child = 1 AND parent_name = ?1";

const char sql_parameter_clear_directive[] =
    "DELETE FROM parameters"
    " WHERE module = 'postfix' AND child = 2 AND parameter = ?1";

const char sql_parameter_directive[] = "INSERT INTO parameters"
                                       " (parameter, name, module, priority, editable, conf_file,"
                                       "  description, child, order1, enabled, applied, action)"
                                       " VALUES (?1, ?1, 'postfix', 1, 1, 'main.cf',"
                                       "  ?2, 2, ?3, 1, ?4, ?5)";

const char sql_parameter_value[] =
    "INSERT INTO parameters"
    " (parameter, module, priority, default_value, editable, conf_file,"
    "  parent, parent_name, child, order1, enabled, applied, action)"
    " VALUES (?1, 'postfix', 1, ?1, 1, 'main.cf',"
    "  ?2, ?3, 1, 1, 1, ?4, ?5)";

const char sql_parameters[] = "SELECT d.parameter, v.parameter, v.applied, v.action"
                              " FROM parameters d"
                              "  JOIN parameters v ON v.parent_name = d.parameter AND v.child = 1"
                              " WHERE d.module = 'postfix' AND v.module = 'postfix' AND d.child = 2"
                              "  AND d.enabled = 1 AND v.enabled = 1"
                              " ORDER BY d.order1, d.id, v.order1";

/* pause */

const char sql_pause_clear[] = "DELETE FROM pause";

const char sql_pause_set[] =
    "REPLACE INTO pause (id, phase, transports, was_empty, since, ends, duration, who)"
    " VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7)";

const char sql_pause[] =
    "SELECT phase, transports, was_empty, since, ends, duration, who FROM pause";

/* tunables and state */

const char sql_tunable_set[] = "REPLACE INTO tunables (name, value) VALUES (?1, ?2)";

const char sql_tunables[] = "SELECT name, value FROM tunables";

const char sql_state_set[] = "REPLACE INTO state (name, value) VALUES (?1, ?2)";

const char sql_states[] = "SELECT name, value FROM state";

/* The clock */

const char sql_clock_believed[] = "SELECT value FROM state WHERE name = 'clock_believed'";

const char sql_clock_seen[] = "SELECT value FROM state WHERE name = 'clock_seen'";

const char sql_clock_even[] = "SELECT value FROM state WHERE name = 'clock_even'";

/* For a file of a version that did not keep it */
const char sql_clock_latest[] = "SELECT max(coalesce((SELECT max(ended) FROM actions), 0),"
                                "  coalesce((SELECT max(time) FROM events), 0))";

/* A database is usable again when it has taken this much. Two transactions, since SQLite does not
 * write what is removed in the same one. */
const char sql_probe_write[] =
    "REPLACE INTO action_output (action, output) VALUES (-1, zeroblob(65536))";

const char sql_probe_remove[] = "DELETE FROM action_output WHERE action = -1";

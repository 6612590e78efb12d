/* SPDX-License-Identifier: BSD-3-Clause */
/* What is read of the table actions at start, and what is deleted of it when it is too old. */
#include "io/store/internal.h"

#include "core/time_units.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Rows deleted in one transaction, so that a SET does not wait long for it. */
#define PURGE_ROWS "500"

#define FINISHED "hidden = 0 AND state NOT IN ('queued', 'running')"

/* An action is run at most once: what has begun is not begun again. Its counts are those of the
 * results that are known. */
static const char sql_interrupt[] =
    "UPDATE actions SET state = 'interrupted', ended = ?1, error = ?2,"
    " announce = command <> 'count',"
    " succeeded = (SELECT count(*) FROM action_results WHERE action = serial"
    "  AND outcome IN ('done', 'requested', 'unchanged')),"
    " failed = (SELECT count(*) FROM action_results WHERE action = serial"
    "  AND outcome NOT IN ('done', 'requested', 'unchanged'))"
    " WHERE state = 'running'";
static const char interrupted_error[] =
    "hermes-mailqueued ended while this ran; what is not among the results may have been done";
/* A copy that was put back has as queued what was carried out after it was made. */
static const char sql_last_started[] = "SELECT max(serial) FROM actions WHERE state <> 'queued'";
static const char sql_not_again[] =
    "UPDATE actions SET state = 'interrupted', ended = ?1, announce = command <> 'count',"
    " succeeded = 0, failed = 0, error = 'this may have been done: the database is a copy from"
    " before it was started' WHERE state = 'queued' AND serial <= ?2";

static const char sql_skip_serials[] =
    "UPDATE sqlite_sequence SET seq = max(seq, ?1) WHERE name = 'actions'";
static const char sql_begin_serials[] =
    "INSERT INTO sqlite_sequence (name, seq) VALUES ('actions', ?1)";

/* Rows go from the first on, in the order of the SETs: a row counts as at least as young as those
 * before it, and no younger than now (?1), whatever a clock that was wrong wrote into it. */
#define AGED(rows)                                                                                 \
    "SELECT serial FROM (SELECT serial,"                                                           \
    " max(min(coalesce(ended, created), ?1)) OVER (ORDER BY serial) AS since FROM (" rows "))"     \
    " WHERE since < ?2"
static const char sql_retain[] = "UPDATE actions SET hidden = 1 WHERE serial IN (" AGED(
    "SELECT serial, ended, created FROM actions WHERE " FINISHED) ") OR (" FINISHED
                                                                  " AND serial <= "
                                                                  "(SELECT serial FROM actions "
                                                                  "WHERE " FINISHED
                                                                  " ORDER BY serial DESC LIMIT 1 "
                                                                  "OFFSET ?3))";
static const char sql_hide_below[] =
    "UPDATE actions SET hidden = 1 WHERE " FINISHED " AND serial <= ?1";
static const char sql_drop_output[] =
    "DELETE FROM action_output"
    " WHERE coalesce((SELECT hidden FROM actions WHERE serial = action), 1) = 1";
static const char sql_actions[] =
    "SELECT serial, owner, command, id, state, queue_ids, queue, sender, recipient, reason,"
    " min_age, min_size, all_messages, expected_count, comment, matched, succeeded, failed,"
    " created, started, ended, error, announce FROM actions WHERE hidden = 0 ORDER BY serial DESC";
static const char sql_results[] =
    "SELECT queue_id, outcome, text FROM action_results WHERE action = ?1 ORDER BY number";
static const char sql_output[] = "SELECT output FROM action_output WHERE action = ?1";

#define HIDDEN                                                                                     \
    "SELECT serial, ended, created FROM actions WHERE hidden = 1 ORDER BY serial "                 \
    "LIMIT " PURGE_ROWS
static const char sql_purge_results[] =
    "DELETE FROM action_results WHERE (action, number) IN (SELECT r.action, r.number"
    " FROM actions a JOIN action_results r ON r.action = a.serial"
    " WHERE a.serial IN (" AGED(HIDDEN) ") LIMIT " PURGE_ROWS ")";
static const char sql_purge_actions[] = "DELETE FROM actions WHERE serial IN (" AGED(HIDDEN) ")";

/* Finds word among the names of first..last. Returns 0 for a word that is not one. */
static int find_word(const char *word, int first, int last, const char *(*name)(int)) {
    for (int i = first; word != NULL && i <= last; i++) {
        if (strcmp(word, name(i)) == 0) {
            return i;
        }
    }
    return 0;
}

static const char *state_name(int i) {
    return action_state_name((enum action_state)i);
}

static const char *outcome_name(int i) {
    return action_outcome_name((enum action_outcome)i);
}

static const char *column_word(sqlite3_stmt *row, int column) {
    const char *text = (const char *)sqlite3_column_text(row, column);
    return text == NULL ? "" : text;
}

static bool read_request(sqlite3_stmt *row, struct action_request *request) {
    enum queue queue;
    const char *word = column_word(row, 6);
    const char *ids = column_word(row, 5);
    free(request->queue_ids);
    request->queue_ids = strndup(ids, ACTION_QUEUE_IDS_MAX);
    if (strcmp(word, "any") != 0) {
        if (!queue_by_name(word, &queue)) {
            return false;
        }
        request->queue = queue_mib_value(queue);
    }
    store_db_column_text(row, 7, request->sender, sizeof request->sender);
    store_db_column_text(row, 8, request->recipient, sizeof request->recipient);
    store_db_column_text(row, 9, request->reason, sizeof request->reason);
    request->min_age_s = store_db_column_u32(row, 10);
    request->min_size = store_db_column_u32(row, 11);
    request->all = sqlite3_column_int(row, 12) != 0;
    if (sqlite3_column_type(row, 13) != SQLITE_NULL) {
        request->expected_count = sqlite3_column_int(row, 13);
    }
    store_db_column_text(row, 14, request->comment, sizeof request->comment);
    return request->queue_ids != NULL;
}

/* NULL for a row that this program did not write (nothing of it is run), or without memory. */
static struct action *read_action(sqlite3_stmt *row) {
    struct action_key key = {.command = command_by_name(column_word(row, 2)),
                             .id = store_db_column_u32(row, 3)};
    int state = find_word(column_word(row, 4), ACTION_QUEUED, ACTION_STATE_LAST, state_name);
    store_db_column_text(row, 1, key.owner, sizeof key.owner);
    struct action *action = key.command == 0 || state == 0 || key.id == 0 ? NULL : action_new(&key);
    if (action == NULL) {
        return NULL;
    }
    action->serial = (uint64_t)sqlite3_column_int64(row, 0);
    action->state = (enum action_state)state;
    action->matched = store_db_column_u32(row, 15);
    action->created = sqlite3_column_int64(row, 18);
    action->started = sqlite3_column_int64(row, 19);
    action->ended = sqlite3_column_int64(row, 20);
    store_db_column_text(row, 21, action->error, sizeof action->error);
    action->unannounced = sqlite3_column_int(row, 22) != 0;
    if (!read_request(row, &action->request)) {
        action_free(action);
        return NULL;
    }
    return action;
}

static int read_results(struct store_db *db, struct action *action) {
    sqlite3_stmt *row = DB_QUERY(db, sql_results, db_int((int64_t)action->serial));
    int rc = row == NULL ? db->failure.code : SQLITE_ROW;
    while (rc == SQLITE_ROW && (rc = store_db_next(db, row)) == SQLITE_ROW) {
        int outcome = find_word(column_word(row, 1), OUTCOME_DONE, OUTCOME_LAST, outcome_name);
        if (outcome != 0 && !action_add_result(action, column_word(row, 0),
                                               (enum action_outcome)outcome, column_word(row, 2))) {
            rc = store_db_fail(db, SQLITE_NOMEM);
        }
    }
    store_db_end(row);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int read_output(struct store_db *db, struct action *action) {
    sqlite3_stmt *row = DB_QUERY(db, sql_output, db_int((int64_t)action->serial));
    int rc = row == NULL ? db->failure.code : store_db_next(db, row);
    if (rc == SQLITE_ROW) {
        const void *octets = sqlite3_column_blob(row, 0);
        size_t len = (size_t)sqlite3_column_bytes(row, 0);
        action->output = malloc(len + 1);
        if (action->output == NULL) {
            rc = store_db_fail(db, SQLITE_NOMEM);
        } else if (len > 0) {
            memcpy(action->output, octets, len);
        }
        action->output_len = action->output == NULL ? 0 : len;
    }
    store_db_end(row);
    return rc == SQLITE_DONE || rc == SQLITE_ROW ? SQLITE_OK : rc;
}

static int read_rest(struct store_db *db, struct action *action, uint32_t succeeded,
                     uint32_t failed) {
    int rc = read_results(db, action);
    if (rc == SQLITE_OK) {
        rc = read_output(db, action);
    }
    action->succeeded = succeeded;
    action->failed = failed;
    return rc;
}

static bool append(struct store_image *image, struct action *action) {
    size_t n = image->action_count;
    if ((n & (n - 1)) == 0) { /* a power of two: full */
        struct action **actions = realloc(image->actions, (n == 0 ? 1 : 2 * n) * sizeof *actions);
        if (actions == NULL) {
            return false;
        }
        image->actions = actions;
    }
    image->actions[image->action_count++] = action;
    return true;
}

static void reverse(struct store_image *image) {
    for (size_t i = 0; i < image->action_count / 2; i++) {
        struct action **other = &image->actions[image->action_count - 1 - i];
        struct action *action = image->actions[i];
        image->actions[i] = *other;
        *other = action;
    }
}

/* The newest first, so that those are kept that fit; *below is the first that did not. */
static int read_actions(struct store *store, struct store_image *image, int64_t *below) {
    struct store_db *db = &store->db;
    size_t octets = 0;
    sqlite3_stmt *row = store_db_query(db, sql_actions, NULL, 0);
    int rc = row == NULL ? db->failure.code : SQLITE_ROW;
    while (rc == SQLITE_ROW && (rc = store_db_next(db, row)) == SQLITE_ROW) {
        struct action *action = read_action(row);
        if (action == NULL || (*below != 0 && action_is_finished(action->state))) {
            action_free(action);
            continue;
        }
        int rest =
            read_rest(db, action, store_db_column_u32(row, 16), store_db_column_u32(row, 17));
        octets += action_memory(action);
        if (rest == SQLITE_OK && action_is_finished(action->state) &&
            octets > store->limits.memory_octets) {
            *below = (int64_t)action->serial;
            action_free(action);
        } else if (rest != SQLITE_OK || !append(image, action)) {
            rc = rest != SQLITE_OK ? rest : store_db_fail(db, SQLITE_NOMEM);
            action_free(action);
        }
    }
    store_db_end(row);
    reverse(image);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* What has begun is not begun again, also when the file does not know that it has. */
static int interrupt_actions(struct store *store, struct store_image *image) {
    struct store_db *db = &store->db;
    struct store_lock *lock = &db->lock;
    int64_t now = time(NULL);
    int64_t started;
    int rc = DB_RUN(db, sql_interrupt, db_int(now), db_text(interrupted_error));
    if (rc == SQLITE_OK) {
        image->interrupted = (uint64_t)store_db_changes(db);
        rc = store_db_integer(db, sql_last_started, 0, &started);
    }
    if (rc != SQLITE_OK || (uint64_t)started >= lock->started) {
        return rc;
    }
    rc = DB_RUN(db, sql_not_again, db_int(now), db_int((int64_t)lock->started));
    if (rc == SQLITE_OK) {
        image->interrupted += (uint64_t)store_db_changes(db);
        rc = DB_RUN(db, sql_skip_serials, db_int((int64_t)lock->started));
    }
    if (rc == SQLITE_OK && store_db_changes(db) == 0) {
        rc = DB_RUN(db, sql_begin_serials, db_int((int64_t)lock->started));
    }
    return rc;
}

int store_load_actions(struct store *store, struct store_image *image) {
    struct store_db *db = &store->db;
    const struct store_limits *limits = &store->limits;
    int64_t now = store->clock.believed;
    int64_t oldest = now - (int64_t)(limits->retention_usec / USEC_PER_SEC);
    int64_t below = 0;
    int rc = interrupt_actions(store, image);
    if (rc == SQLITE_OK) {
        rc = DB_RUN(db, sql_retain, db_int(now), db_int(oldest), db_int(limits->retention_rows));
    }
    if (rc == SQLITE_OK) {
        rc = read_actions(store, image, &below);
    }
    if (rc == SQLITE_OK && below != 0) {
        rc = DB_RUN(db, sql_hide_below, db_int(below));
    }
    return rc == SQLITE_OK ? store_db_run(db, sql_drop_output, NULL, 0) : rc;
}

int store_purge_actions(struct store *store, bool *more) {
    struct store_db *db = &store->db;
    struct store_db_value now = db_int(store->clock.believed);
    struct store_db_value before =
        db_int(store->clock.believed - (int64_t)store->limits.audit_days * SECONDS_PER_DAY);
    int rc = DB_RUN(db, sql_purge_results, now, before);
    if (rc != SQLITE_OK || store_db_changes(db) > 0) {
        *more = true;
        return rc;
    }
    rc = DB_RUN(db, sql_purge_actions, now, before);
    *more = *more || (rc == SQLITE_OK && store_db_changes(db) > 0);
    return rc;
}

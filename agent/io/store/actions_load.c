/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is read of the actions at start, and what is deleted when it is too old. The order at start
 * makes sure that an action which may have begun is never read as queued. First, actions that were
 * running become interrupted, and so do queued ones that were started according to the lock file
 * (the database is then an older copy). Next, rows beyond action_retention are hidden. Then the
 * visible rows are read, the newest first, and older finished ones are hidden when memory for them
 * runs out. Hidden rows remain for audits until store_purge_actions deletes them, results before
 * their actions, a limited number at a time.
 */
#include "io/store/content.h"
#include "io/store/engine.h"
#include "io/store/sql.h"

#include "core/time_units.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char interrupted_error[] =
    "hermes-mailqueued ended while this ran; messages without a result may have been acted on";

static const char *state_name(int i) {
    return action_state_name((enum action_state)i);
}

static const char *outcome_name(int i) {
    return action_outcome_name((enum action_outcome)i);
}

static bool read_request(sqlite3_stmt *row, struct action *action) {
    struct action_request *request = &action->request;
    enum queue queue;
    const char *word = store_db_column_word(row, ACTIONS_QUEUE);
    const char *ids = store_db_column_word(row, ACTIONS_QUEUE_IDS);
    if (strcmp(word, "any") != 0) {
        if (!queue_by_name(word, &queue)) {
            return false;
        }
        request->queue = queue_mib_value(queue);
    }
    store_db_column_text(row, ACTIONS_SENDER, request->sender, sizeof request->sender);
    store_db_column_text(row, ACTIONS_RECIPIENT, request->recipient, sizeof request->recipient);
    store_db_column_text(row, ACTIONS_REASON, request->reason, sizeof request->reason);
    request->min_age_s = store_db_column_u32(row, ACTIONS_MIN_AGE);
    request->min_size = store_db_column_u32(row, ACTIONS_MIN_SIZE);
    request->all = sqlite3_column_int(row, ACTIONS_ALL_MESSAGES) != 0;
    if (sqlite3_column_type(row, ACTIONS_EXPECTED_COUNT) != SQLITE_NULL) {
        request->expected_count = sqlite3_column_int(row, ACTIONS_EXPECTED_COUNT);
    }
    store_db_column_text(row, ACTIONS_COMMENT, request->comment, sizeof request->comment);
    return action_set_ids(action, ids, ACTION_QUEUE_IDS_MAX);
}

/* NULL for a row that this program did not write (nothing of it is run), or if out of memory. */
static struct action *read_action(sqlite3_stmt *row) {
    struct action_key key = {.command = command_by_name(store_db_column_word(row, ACTIONS_COMMAND)),
                             .id = store_db_column_u32(row, ACTIONS_ID)};
    int state =
        store_db_column_enum(row, ACTIONS_STATE, ACTION_QUEUED, ACTION_STATE_LAST, state_name);
    store_db_column_text(row, ACTIONS_OWNER, key.owner, sizeof key.owner);
    struct action *action = key.command == 0 || state == 0 || key.id == 0 ? NULL : action_new(&key);
    if (action == NULL) {
        return NULL;
    }
    action->serial = (uint64_t)sqlite3_column_int64(row, ACTIONS_SERIAL);
    action->state = (enum action_state)state;
    action->matched = store_db_column_u32(row, ACTIONS_MATCHED);
    action->created = sqlite3_column_int64(row, ACTIONS_CREATED);
    action->started = sqlite3_column_int64(row, ACTIONS_STARTED);
    action->ended = sqlite3_column_int64(row, ACTIONS_ENDED);
    store_db_column_text(row, ACTIONS_ERROR, action->error, sizeof action->error);
    action->unannounced = sqlite3_column_int(row, ACTIONS_ANNOUNCE) != 0;
    if (!read_request(row, action)) {
        action_free(action);
        return NULL;
    }
    return action;
}

static int read_results(struct store_db *db, struct action *action) {
    sqlite3_stmt *row = DB_QUERY(db, sql_results_of, db_int((int64_t)action->serial));
    int rc = row == NULL ? db->failure.code : SQLITE_ROW;
    while (rc == SQLITE_ROW && (rc = store_db_next(db, row)) == SQLITE_ROW) {
        int outcome =
            store_db_column_enum(row, RESULTS_OUTCOME, OUTCOME_DONE, OUTCOME_LAST, outcome_name);
        if (outcome != 0 && !action_add_result(action, store_db_column_word(row, RESULTS_QUEUE_ID),
                                               (enum action_outcome)outcome,
                                               store_db_column_word(row, RESULTS_TEXT))) {
            rc = store_db_fail(db, SQLITE_NOMEM);
        }
    }
    store_db_end(row);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int read_output(struct store_db *db, struct action *action) {
    sqlite3_stmt *row = DB_QUERY(db, sql_output_of, db_int((int64_t)action->serial));
    int rc = row == NULL ? db->failure.code : store_db_next(db, row);
    if (rc == SQLITE_ROW) {
        const void *octets = sqlite3_column_blob(row, OUTPUT_OUTPUT);
        size_t len = (size_t)sqlite3_column_bytes(row, OUTPUT_OUTPUT);
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

/* Reads the newest first, as many as fit into memory; *below is the first that did not. */
static int read_actions(struct store *store, struct store_image *image, int64_t *below) {
    struct store_db *db = &store->db;
    size_t octets = 0;
    sqlite3_stmt *row = store_db_query(db, sql_actions_visible, NULL, 0);
    int rc = row == NULL ? db->failure.code : SQLITE_ROW;
    while (rc == SQLITE_ROW && (rc = store_db_next(db, row)) == SQLITE_ROW) {
        struct action *action = read_action(row);
        if (action == NULL || (*below != 0 && action_is_finished(action->state))) {
            action_free(action);
            continue;
        }
        int rest = read_rest(db, action, store_db_column_u32(row, ACTIONS_SUCCEEDED),
                             store_db_column_u32(row, ACTIONS_FAILED));
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

/* An action that has begun is not begun again, even if the file does not know that it has. */
static int interrupt_actions(struct store *store, struct store_image *image) {
    struct store_db *db = &store->db;
    struct store_lock *lock = &db->lock;
    int64_t now = time(NULL);
    int64_t started = 0;
    int rc = DB_RUN(db, sql_actions_interrupt, db_int(now), db_text(interrupted_error));
    if (rc == SQLITE_OK) {
        image->interrupted = (uint64_t)store_db_changes(db);
        rc = store_db_integer(db, sql_actions_last_started, 0, &started);
    }
    if (rc != SQLITE_OK || (uint64_t)started >= lock->started) {
        return rc;
    }
    rc = DB_RUN(db, sql_actions_not_again, db_int(now), db_int((int64_t)lock->started));
    if (rc == SQLITE_OK) {
        image->interrupted += (uint64_t)store_db_changes(db);
        rc = DB_RUN(db, sql_actions_skip_serials, db_int((int64_t)lock->started));
    }
    if (rc == SQLITE_OK && store_db_changes(db) == 0) {
        rc = DB_RUN(db, sql_actions_begin_serials, db_int((int64_t)lock->started));
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
        rc = DB_RUN(db, sql_actions_retain, db_int(now), db_int(oldest),
                    db_int(limits->retention_rows));
    }
    if (rc == SQLITE_OK) {
        rc = read_actions(store, image, &below);
    }
    if (rc == SQLITE_OK && below != 0) {
        rc = DB_RUN(db, sql_actions_hide_below, db_int(below));
    }
    return rc == SQLITE_OK ? store_db_run(db, sql_actions_drop_output, NULL, 0) : rc;
}

int store_purge_actions(struct store *store, bool *more) {
    struct store_db *db = &store->db;
    struct store_db_value now = db_int(store->clock.believed);
    struct store_db_value before =
        db_int(store->clock.believed - (int64_t)store->limits.audit_days * SECONDS_PER_DAY);
    int rc = DB_RUN(db, sql_actions_purge_results, now, before);
    if (rc != SQLITE_OK || store_db_changes(db) > 0) {
        *more = true;
        return rc;
    }
    rc = DB_RUN(db, sql_actions_purge, now, before);
    *more = *more || (rc == SQLITE_OK && store_db_changes(db) > 0);
    return rc;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tables conditions, one row for each condition that is raised, and state, one row for each
 * name: what else is raised, and which lifetimes were reported as drifted. The engine keeps its
 * clock and the last serial assigned in state, too.
 */
#include "io/store/content.h"
#include "io/store/engine.h"
#include "io/store/sql.h"

#include <string.h>

#define NAME_SIZE 64

static const char *const drift_names[LIFETIME_COUNT] = {
    [LIFETIME_BOUNCE] = "bounce_drift",
    [LIFETIME_MAXIMAL] = "maximal_drift",
};

struct drift_task {
    struct task task;
    int64_t seconds[LIFETIME_COUNT];
};

struct state_task {
    struct task task;
    struct store_state state;
};

int store_state_write(struct store_db *db, const char *name, int64_t value) {
    return DB_RUN(db, sql_state_set, db_text(name), db_int(value));
}

static int add_condition(struct store_db *db, const struct event_condition *condition) {
    char watch[WATCH_TEXT_SIZE];
    return DB_RUN(db, sql_condition_add, db_text(condition->name),
                  db_text(watch_format(&condition->watch, watch)),
                  db_text(event_severity_name(condition->severity)), db_int(condition->value),
                  db_int(condition->threshold), db_int(condition->since),
                  db_text(condition->subject));
}

static int run_state(struct store *store, struct task *task) {
    const struct store_state *state = &((struct state_task *)task)->state;
    struct store_db *db = &store->db;
    int rc = store_state_write(db, "data_lost", state->data_lost);
    if (rc == SQLITE_OK) {
        rc = store_state_write(db, "postfix_stopped", state->postfix_stopped);
    }
    if (rc == SQLITE_OK) {
        rc = store_db_run(db, sql_conditions_clear, NULL, 0);
    }
    for (size_t i = 0; rc == SQLITE_OK && i < state->raised_count; i++) {
        rc = add_condition(db, &state->raised[i]);
    }
    if (rc == SQLITE_OK) {
        rc = store_state_write(db, "state_serial", state->serial);
    }
    return rc;
}

static int run_drift(struct store *store, struct task *task) {
    const struct drift_task *drift = (struct drift_task *)task;
    int rc = SQLITE_OK;
    for (int i = 0; rc == SQLITE_OK && i < LIFETIME_COUNT; i++) {
        rc = store_state_write(&store->db, drift_names[i], drift->seconds[i]);
    }
    return rc;
}

static const struct task_kind state_kind = {.flags = TASK_KEPT, .run = run_state};
static const struct task_kind drift_kind = {.flags = TASK_KEPT, .run = run_drift};

void store_state_set(struct store *store, const struct store_state *state) {
    struct state_task *task = store_task_new(&state_kind, sizeof *task, NULL, NULL);
    if (task == NULL) {
        store_no_memory(store, NULL, NULL);
        return;
    }
    task->state = *state;
    task->task.slot = &store->slots.state;
    store_submit(store, &task->task);
}

void store_drift_set(struct store *store, const int64_t seconds[LIFETIME_COUNT]) {
    struct drift_task *task = store_task_new(&drift_kind, sizeof *task, NULL, NULL);
    if (task == NULL) {
        store_no_memory(store, NULL, NULL);
        return;
    }
    memcpy(task->seconds, seconds, sizeof task->seconds);
    store_submit(store, &task->task);
}

static void take_state(struct store_image *image, const char *name, int64_t value) {
    struct store_state *state = &image->state;
    for (int i = 0; i < LIFETIME_COUNT; i++) {
        if (strcmp(name, drift_names[i]) == 0) {
            image->drift_s[i] = value;
        }
    }
    if (strcmp(name, "postfix_stopped") == 0) {
        state->postfix_stopped = value != 0;
    } else if (strcmp(name, "data_lost") == 0) {
        state->data_lost = value != 0;
        image->has_state = true;
    } else if (strcmp(name, "state_serial") == 0) {
        state->serial = (uint32_t)value;
    }
}

/* False for a row that this program did not write. */
static bool read_condition(sqlite3_stmt *row, struct event_condition *out) {
    char error[256];
    memset(out, 0, sizeof *out);
    store_db_column_text(row, CONDITIONS_NAME, out->name, sizeof out->name);
    out->severity = event_severity_by_name(store_db_column_word(row, CONDITIONS_SEVERITY));
    out->value = store_db_column_u32(row, CONDITIONS_VALUE);
    out->threshold = store_db_column_u32(row, CONDITIONS_THRESHOLD);
    out->since = sqlite3_column_int64(row, CONDITIONS_SINCE);
    store_db_column_text(row, CONDITIONS_SUBJECT, out->subject, sizeof out->subject);
    return condition_name_valid(out->name, strlen(out->name)) && out->severity != 0 &&
           out->severity != SEVERITY_OK &&
           watch_parse(store_db_column_word(row, CONDITIONS_WATCH), &out->watch, error,
                       sizeof error);
}

static int load_conditions(struct store_db *db, struct store_state *state) {
    sqlite3_stmt *row = store_db_query(db, sql_conditions, NULL, 0);
    int rc = row == NULL ? db->failure.code : SQLITE_ROW;
    while (rc == SQLITE_ROW && state->raised_count < STORE_RAISED_MAX &&
           (rc = store_db_next(db, row)) == SQLITE_ROW) {
        state->raised_count += read_condition(row, &state->raised[state->raised_count]);
    }
    store_db_end(row);
    return rc == SQLITE_DONE || rc == SQLITE_ROW ? SQLITE_OK : rc;
}

int store_load_raised(struct store *store, struct store_image *image) {
    struct store_db *db = &store->db;
    char name[NAME_SIZE];
    for (int i = 0; i < LIFETIME_COUNT; i++) {
        image->drift_s[i] = STORE_NO_DRIFT;
    }
    sqlite3_stmt *row = store_db_query(db, sql_states, NULL, 0);
    int rc = row == NULL ? db->failure.code : SQLITE_ROW;
    while (rc == SQLITE_ROW && (rc = store_db_next(db, row)) == SQLITE_ROW) {
        store_db_column_text(row, NAMED_NAME, name, sizeof name);
        take_state(image, name, sqlite3_column_int64(row, NAMED_VALUE));
    }
    store_db_end(row);
    return rc == SQLITE_DONE ? load_conditions(db, &image->state) : rc;
}

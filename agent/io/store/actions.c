/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writes the tables actions, action_results and action_output. Each call copies what it writes,
 * since the worker comes to it later. The writes of one action come in this order: added, started,
 * results, ended, hidden. The caller acts only after the first two are on disk, so these fail when
 * the database is in trouble. The others report what has happened already and wait until they can
 * be written. That an action was started is also noted in the lock file, before the commit: a copy
 * of the database that is put back later does not know it.
 */
#include "io/store/engine.h"
#include "io/store/sql.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Copies of actions, each with what the call writes of it. */
struct add_task {
    struct task task;
    void (*done)(void *userdata, int error, const char *text, const uint64_t *serials,
                 size_t count);
    struct action **actions;
    uint64_t *serials;
    size_t count;
};

struct action_task {
    struct task task;
    struct action *action;
    size_t first; /* the number of action's first result among those of the original */
};

static const char *queue_word(int queue) {
    return queue == 0 ? "any" : queue_name((enum queue)(queue - 1));
}

static int run_add(struct store *store, struct task *task) {
    struct add_task *add = (struct add_task *)task;
    for (size_t i = 0; i < add->count; i++) {
        const struct action *action = add->actions[i];
        const struct action_request *request = &action->request;
        struct store_db_value guard = {.type = DB_TYPE_NULL};
        if (request->expected_count != ACTION_NO_EXPECTED_COUNT) {
            guard = db_int(request->expected_count);
        }
        int rc = DB_RUN(&store->db, sql_action_add, db_text(action->key.owner),
                        db_text(action_command_name(action->key.command)), db_int(action->key.id),
                        db_text(action_state_name(ACTION_QUEUED)), db_text(request->queue_ids),
                        db_text(queue_word(request->queue)), db_text(request->sender),
                        db_text(request->recipient), db_text(request->reason),
                        db_int(request->min_age_s), db_int(request->min_size), db_int(request->all),
                        guard, db_text(request->comment), db_int(action->created));
        if (rc != SQLITE_OK) {
            return rc;
        }
        add->serials[i] = (uint64_t)sqlite3_last_insert_rowid(store->db.handle);
    }
    return SQLITE_OK;
}

static void finish_add(struct store *store, struct task *task) {
    struct add_task *add = (struct add_task *)task;
    (void)store;
    add->done(task->userdata, task->error, task->text == NULL ? "" : task->text, add->serials,
              task->error == 0 ? add->count : 0);
}

static void deinit_add(struct task *task) {
    struct add_task *add = (struct add_task *)task;
    for (size_t i = 0; add->actions != NULL && i < add->count; i++) {
        action_free(add->actions[i]);
    }
    free(add->actions);
    free(add->serials);
}

/* The action without results and output, and what belongs to them or to the process that runs it.
 */
static struct action *copy_action(const struct action *action, bool with_request) {
    struct action *copy = action_new(&action->key);
    if (copy == NULL) {
        return NULL;
    }
    char *queue_ids = copy->request.queue_ids;
    *copy = *action;
    copy->results = NULL;
    copy->result_count = copy->result_capacity = 0;
    copy->output = NULL;
    copy->output_len = 0;
    copy->lines = NULL;
    copy->line_count = 0;
    copy->seen = NULL;
    copy->seen_count = 0;
    copy->request.queue_ids = queue_ids;
    const char *ids = action->request.queue_ids;
    if (with_request && !action_set_ids(copy, ids, strlen(ids))) {
        action_free(copy);
        return NULL;
    }
    return copy;
}

static bool copy_results(struct action *copy, const struct action *action, size_t first) {
    for (size_t i = first; i < action->result_count; i++) {
        const struct action_result *result = &action->results[i];
        if (!action_add_result(copy, result->id, result->outcome, result->text)) {
            return false;
        }
    }
    copy->succeeded = action->succeeded;
    copy->failed = action->failed;
    return true;
}

static bool copy_output(struct action *copy, const struct action *action) {
    if (action->output == NULL) {
        return true;
    }
    copy->output = malloc(action->output_len + 1);
    if (copy->output == NULL) {
        return false;
    }
    memcpy(copy->output, action->output, action->output_len);
    copy->output_len = action->output_len;
    return true;
}

static int write_results(struct store_db *db, const struct action *action, size_t first) {
    for (size_t i = 0; i < action->result_count; i++) {
        const struct action_result *result = &action->results[i];
        int rc = DB_RUN(db, sql_action_result, db_int((int64_t)action->serial),
                        db_int((int64_t)(first + i + 1)), db_text(result->id),
                        db_text(action_outcome_name(result->outcome)), db_text(result->text));
        if (rc != SQLITE_OK) {
            return rc;
        }
    }
    return SQLITE_OK;
}

/* An update that finds its row. */
static int found(struct store_db *db, int rc) {
    return rc == SQLITE_OK && store_db_changes(db) == 0 ? store_db_fail(db, STORE_DB_NO_ROW) : rc;
}

/* Noted in the lock file before the commit: whichever copy of the database the next start finds, it
 * is known that the action has begun. */
static int run_started(struct store *store, struct task *task) {
    const struct action *action = ((struct action_task *)task)->action;
    struct store_lock *lock = &store->db.lock;
    int rc =
        found(&store->db, DB_RUN(&store->db, sql_action_started, db_int((int64_t)action->serial),
                                 db_text(action_state_name(action->state)),
                                 db_time(action->started), db_int(action->matched)));
    if (rc == SQLITE_OK && action->serial > lock->started) {
        lock->started = action->serial;
        store_lock_note(lock);
    }
    return rc;
}

static int run_results(struct store *store, struct task *task) {
    struct action_task *results = (struct action_task *)task;
    return write_results(&store->db, results->action, results->first);
}

static int run_ended(struct store *store, struct task *task) {
    struct action_task *ended = (struct action_task *)task;
    const struct action *action = ended->action;
    struct store_db *db = &store->db;
    int rc =
        found(db, DB_RUN(db, sql_action_ended, db_int((int64_t)action->serial),
                         db_text(action_state_name(action->state)), db_time(action->started),
                         db_time(action->ended), db_int(action->matched), db_int(action->succeeded),
                         db_int(action->failed), db_text(action->error)));
    if (rc == SQLITE_OK) {
        rc = write_results(db, action, ended->first);
    }
    if (rc == SQLITE_OK && action->output != NULL) {
        rc = DB_RUN(db, sql_action_output, db_int((int64_t)action->serial),
                    db_blob(action->output, action->output_len));
    }
    return rc;
}

static int run_hide(struct store *store, struct task *task) {
    struct store_db_value serial = db_int((int64_t)((struct action_task *)task)->first);
    int rc = DB_RUN(&store->db, sql_action_hide, serial);
    return rc == SQLITE_OK ? DB_RUN(&store->db, sql_action_hide_output, serial) : rc;
}

static void deinit_action(struct task *task) {
    action_free(((struct action_task *)task)->action);
}

static const struct task_kind add_kind = {
    .flags = TASK_ON_DISK, .run = run_add, .finish = finish_add, .deinit = deinit_add};
static const struct task_kind started_kind = {
    .flags = TASK_ON_DISK, .run = run_started, .deinit = deinit_action};
static const struct task_kind results_kind = {
    .flags = TASK_KEPT, .run = run_results, .deinit = deinit_action};
static const struct task_kind ended_kind = {
    .flags = TASK_KEPT | TASK_ON_DISK, .run = run_ended, .deinit = deinit_action};
static const struct task_kind hide_kind = {
    .flags = TASK_KEPT, .run = run_hide, .deinit = deinit_action};

void store_actions_add(struct store *store, struct action *const *actions, size_t count,
                       void (*done)(void *userdata, int error, const char *text,
                                    const uint64_t *serials, size_t count),
                       void *userdata) {
    struct add_task *add = store_task_new(&add_kind, sizeof *add, NULL, userdata);
    bool ok = add != NULL;
    if (ok) {
        add->done = done;
        add->actions = calloc(count, sizeof *add->actions);
        add->serials = calloc(count, sizeof *add->serials);
        ok = add->actions != NULL && add->serials != NULL;
    }
    for (size_t i = 0; ok && i < count; i++) {
        add->actions[i] = copy_action(actions[i], true);
        ok = add->actions[i] != NULL;
        add->count = i + 1;
        add->task.octets += ok ? action_memory(add->actions[i]) : 0;
    }
    if (ok) {
        store_submit(store, &add->task);
        return;
    }
    if (add != NULL) {
        deinit_add(&add->task);
        free(add);
    }
    done(userdata, -ENOMEM, "out of memory", NULL, 0);
}

static struct action_task *action_task_new(const struct task_kind *kind,
                                           const struct action *action, store_done done,
                                           void *userdata) {
    struct action_task *task = store_task_new(kind, sizeof *task, done, userdata);
    if (task != NULL && (task->action = copy_action(action, false)) == NULL) {
        free(task);
        return NULL;
    }
    return task;
}

static void submit_action(struct store *store, struct action_task *task, bool ok) {
    if (ok) {
        task->task.octets += action_memory(task->action);
        store_submit(store, &task->task);
        return;
    }
    store_done done = task->task.done;
    void *userdata = task->task.userdata;
    deinit_action(&task->task);
    free(task);
    store_no_memory(store, done, userdata);
}

void store_action_started(struct store *store, const struct action *action, store_done done,
                          void *userdata) {
    struct action_task *task = action_task_new(&started_kind, action, done, userdata);
    if (task == NULL) {
        store_no_memory(store, done, userdata);
        return;
    }
    submit_action(store, task, true);
}

void store_action_results(struct store *store, const struct action *action, size_t first) {
    if (first >= action->result_count) {
        return;
    }
    struct action_task *task = action_task_new(&results_kind, action, NULL, NULL);
    if (task == NULL) {
        store_no_memory(store, NULL, NULL);
        return;
    }
    task->first = first;
    submit_action(store, task, copy_results(task->action, action, first));
}

void store_action_result(struct store *store, const struct action *action, size_t number) {
    const struct action_result *result = &action->results[number];
    struct action_task *task = action_task_new(&results_kind, action, NULL, NULL);
    if (task == NULL) {
        store_no_memory(store, NULL, NULL);
        return;
    }
    task->first = number;
    submit_action(store, task,
                  action_add_result(task->action, result->id, result->outcome, result->text));
}

void store_action_ended(struct store *store, const struct action *action, size_t first,
                        store_done done, void *userdata) {
    struct action_task *task = action_task_new(&ended_kind, action, done, userdata);
    if (task == NULL) {
        store_no_memory(store, done, userdata);
        return;
    }
    task->first = first;
    submit_action(store, task,
                  copy_results(task->action, action, first) && copy_output(task->action, action));
}

void store_action_hide(struct store *store, uint64_t action_serial) {
    struct action_task *task = store_task_new(&hide_kind, sizeof *task, NULL, NULL);
    if (task == NULL) {
        store_no_memory(store, NULL, NULL);
        return;
    }
    task->first = (size_t)action_serial;
    store_submit(store, &task->task);
}

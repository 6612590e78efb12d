/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Owns the table of actions and decides which one runs. An action from a SET is queued; once the
 * journal has given it a serial it may run; it ends in one of the final states. One action runs at
 * a time, in the order of the SETs. Only a flush may let others go first, between two of its
 * batches; it is then in `waiting` and goes on when the other one ends.
 *
 * The disk comes first: an action that the journal does not have never runs, and a queued action
 * that is cancelled stays queued until the journal has its end, since a restart would otherwise run
 * it. Only finished rows leave the table, by hmqActionRowStatus or by action_retention.
 */
#include "app/actions.h"

#include "app/action_run.h"
#include "core/selection.h"
#include "core/time_units.h"
#include "os/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RETENTION_INTERVAL_USEC (60 * USEC_PER_SEC)

/* The memory that finished rows may take, whatever action_retention allows. */
#define RETENTION_OCTETS ((size_t)8 * 1024 * 1024)

struct actions {
    sd_event *event;
    sd_event_source *retention;
    struct actions_context context;
    struct action_table table;
    struct action_run *run;     /* the one action that is running, or NULL */
    struct action_run *waiting; /* a flush that let another action go first, or NULL */
    bool helper_up;
    struct plausible_time clock;
    uint64_t clock_usec; /* when it was looked at */
};

/* A queued action whose end is on its way into the journal. */
struct cancelling {
    struct actions *actions;
    struct action_key key;
};

/* Actions on their way into the journal. */
struct journaling {
    struct actions *actions;
    size_t count;
    struct action_key keys[];
};

static void start_next(struct actions *actions);

/* The time that ages are counted by. It is 0, and nothing is too old, until the database has been
 * read, which has the time that was believed last. */
static int64_t look_at_clock(struct actions *actions) {
    if (actions->clock.believed == 0) {
        return 0;
    }
    uint64_t now = clock_usec();
    int64_t elapsed_s = (int64_t)((now - actions->clock_usec) / USEC_PER_SEC);
    actions->clock_usec += (uint64_t)elapsed_s * USEC_PER_SEC;
    return plausible_time_look(&actions->clock, clock_wall(), elapsed_s);
}

static void apply_retention(struct actions *actions) {
    const struct config *config = actions->context.config;
    const struct action_retention retention = {
        .rows = config->action_retention_rows,
        .octets = RETENTION_OCTETS,
        .age_s = (int64_t)(config->action_retention_usec / USEC_PER_SEC),
    };
    const struct action *surplus;
    int64_t now = look_at_clock(actions);
    while ((surplus = action_table_surplus(&actions->table, &retention, now)) != NULL) {
        struct action_key key = surplus->key;
        actions_destroy(actions, &key);
    }
}

static int on_retention(sd_event_source *source, uint64_t usec, void *userdata) {
    struct actions *actions = userdata;
    (void)usec;
    apply_retention(actions);
    sd_event_source_set_time_relative(source, RETENTION_INTERVAL_USEC);
    return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static void finish(struct actions *actions, struct action *action) {
    free(action->seen);
    action->seen = NULL;
    action->seen_count = 0;
    action_table_finished(&actions->table, action, look_at_clock(actions));
    actions->context.finished(actions->context.userdata, action);
    apply_retention(actions);
}

/* A flush that let another action go first has its next batch now, so that it cannot be held up for
 * ever. */
static bool resume_waiting(struct actions *actions) {
    if (actions->waiting == NULL) {
        return false;
    }
    actions->run = actions->waiting;
    actions->waiting = NULL;
    action_run_resume(actions->run);
    return true;
}

static void on_run_ended(void *userdata, struct action *action, size_t unsaved) {
    struct actions *actions = userdata;
    store_action_ended(actions->context.store, action, unsaved, NULL, NULL);
    action_run_free(actions->run);
    actions->run = NULL;
    finish(actions, action);
    if (!resume_waiting(actions)) {
        start_next(actions);
    }
}

/* The first queued action, in the order of the SETs, that is in the journal. While a flush waits,
 * another flush has to wait for it. */
static struct action *next_queued(const struct actions *actions, bool flush_too) {
    struct action *next = NULL;
    for (size_t i = 0; i < actions->table.count; i++) {
        struct action *action = actions->table.actions[i];
        if (action->state == ACTION_QUEUED && action->serial != 0 && !action->cancel &&
            (flush_too || command_row(action->key.command)->request != REQUEST_FLUSH) &&
            (next == NULL || action->order < next->order)) {
            next = action;
        }
    }
    return next;
}

static bool on_yield(void *userdata) {
    struct actions *actions = userdata;
    if (next_queued(actions, false) == NULL) {
        return false;
    }
    actions->waiting = actions->run;
    actions->run = NULL;
    start_next(actions);
    return true;
}

static void start_next(struct actions *actions) {
    const struct action_run_context context = {.helper = actions->context.helper,
                                               .store = actions->context.store,
                                               .config = actions->context.config,
                                               .ended = on_run_ended,
                                               .yield = on_yield,
                                               .userdata = actions};
    if (actions->run != NULL || !actions->helper_up) {
        return;
    }
    struct action *action = next_queued(actions, actions->waiting == NULL);
    if (action != NULL) {
        /* Without memory it stays queued until something else wakes the queue. */
        actions->run = action_run_new(actions->event, &context, action);
    }
    if (actions->run == NULL) {
        resume_waiting(actions);
    }
}

/* Cancelling */

static void set_cancelled(struct action *action) {
    action->state = ACTION_CANCELLED;
    action->ended = clock_wall();
    snprintf(action->error, sizeof action->error, "cancelled before it began");
}

static void on_cancelled(void *userdata, int error, const char *text) {
    struct cancelling *cancelling = userdata;
    struct actions *actions = cancelling->actions;
    struct action *action = action_table_find(&actions->table, &cancelling->key);
    (void)error; /* this process does not run it, whether or not the journal has its end */
    (void)text;
    free(cancelling);
    if (action != NULL && action->state == ACTION_QUEUED) {
        set_cancelled(action);
        finish(actions, action);
    }
}

/* It counts as cancelled once the journal has its end: until then a restart would find it queued.
 */
static void cancel_queued(struct actions *actions, struct action *action) {
    struct cancelling *cancelling = calloc(1, sizeof *cancelling);
    struct action ended = *action;
    set_cancelled(&ended);
    if (cancelling != NULL) {
        *cancelling = (struct cancelling){.actions = actions, .key = action->key};
        store_action_ended(actions->context.store, &ended, 0, on_cancelled, cancelling);
        return;
    }
    store_action_ended(actions->context.store, &ended, 0, NULL, NULL);
    set_cancelled(action);
    finish(actions, action);
}

static void cancel(struct actions *actions, struct action *action) {
    struct action_run *const runs[] = {actions->run, actions->waiting};
    bool first = !action->cancel;
    action->cancel = true;
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        if (runs[i] != NULL && action_run_action(runs[i]) == action) {
            action_run_cancel(runs[i]);
            return;
        }
    }
    /* An action that is not in the journal yet is cancelled by on_journaled. */
    if (first && action->serial != 0) {
        cancel_queued(actions, action);
    }
}

static void fail_unjournaled(struct actions *actions, struct action *action, const char *text) {
    action->state = ACTION_FAILED;
    action->ended = clock_wall();
    snprintf(action->error, sizeof action->error,
             "not started: it could not be written to the database: %s", text);
    finish(actions, action);
}

static void on_journaled(void *userdata, int error, const char *text, const uint64_t *serials,
                         size_t count) {
    struct journaling *journaling = userdata;
    struct actions *actions = journaling->actions;
    for (size_t i = 0; i < journaling->count; i++) {
        struct action *action = action_table_find(&actions->table, &journaling->keys[i]);
        if (action == NULL || action->state != ACTION_QUEUED) {
            continue;
        }
        if (error < 0 || i >= count) {
            fail_unjournaled(actions, action, text);
            continue;
        }
        action->serial = serials[i];
        if (action->cancel) {
            cancel_queued(actions, action);
        }
    }
    free(journaling);
    start_next(actions);
}

bool actions_prepare(struct actions *actions, struct action *const *added, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!action_table_add(&actions->table, added[i])) {
            while (i-- > 0) {
                action_table_release(&actions->table, &added[i]->key);
            }
            return false;
        }
    }
    return true;
}

void actions_undo(struct actions *actions, struct action *const *added, size_t count) {
    for (size_t i = 0; i < count; i++) {
        action_table_remove(&actions->table, &added[i]->key);
    }
}

/* Short ids are reused. What is deleted must be the message that the manager saw under that id. */
static void note_arrivals(struct action *action, const struct listing *listing) {
    if (!command_row(action->key.command)->destructive || listing == NULL ||
        listing->row_count == 0 || action->request.queue_ids[0] == '\0') {
        return;
    }
    const char *ids = action->request.queue_ids;
    struct target_list named = {0};
    if (target_list_parse(ids, strlen(ids), &named) != 0 || named.count == 0 ||
        (action->seen = calloc(named.count, sizeof *action->seen)) == NULL) {
        target_list_deinit(&named);
        return; /* the time of the SET is compared in any case */
    }
    for (size_t i = 0; i < listing->row_count; i++) {
        const struct message *message = listing->rows[i];
        if (target_list_find(&named, message->id) != NULL) {
            struct action_seen *seen = &action->seen[action->seen_count++];
            memcpy(seen->id, message->id, sizeof seen->id);
            seen->arrival = message->arrival;
        }
    }
    target_list_deinit(&named);
}

void actions_commit(struct actions *actions, struct action *const *added, size_t count,
                    const struct snapshot *snapshot) {
    struct journaling *journaling =
        calloc(1, sizeof *journaling + count * sizeof journaling->keys[0]);
    if (journaling == NULL) {
        for (size_t i = 0; i < count; i++) {
            fail_unjournaled(actions, added[i], "out of memory");
        }
        return;
    }
    journaling->actions = actions;
    journaling->count = count;
    for (size_t i = 0; i < count; i++) {
        journaling->keys[i] = added[i]->key;
        note_arrivals(added[i], snapshot->listing);
    }
    store_actions_add(actions->context.store, added, count, on_journaled, journaling);
}

void actions_destroy(struct actions *actions, const struct action_key *key) {
    struct action *action = action_table_find(&actions->table, key);
    if (action == NULL) {
        return;
    }
    if (!action_is_finished(action->state)) {
        cancel(actions, action);
        return;
    }
    if (action->serial != 0) {
        store_action_hide(actions->context.store, action->serial);
    }
    action_table_remove(&actions->table, key);
}

void actions_load(struct actions *actions, const struct store_image *image) {
    int64_t since = 0;
    actions->clock = image->clock;
    actions->clock_usec = clock_usec();
    for (size_t i = 0; i < image->action_count; i++) {
        struct action *action = image->actions[i];
        /* The store counts in the same way: a row is at least as young as the one before it, and no
         * younger than now. */
        int64_t ended =
            action->ended < image->clock.believed ? action->ended : image->clock.believed;
        since = ended > since ? ended : since;
        action->aged_from = since;
        if (action_table_find(&actions->table, &action->key) == NULL &&
            action_table_add(&actions->table, action)) {
            image->actions[i] = NULL;
        }
    }
    apply_retention(actions);
    start_next(actions);
}

/* The batch that is running may have requeued it, without a result so far. */
void actions_take_new_id(struct actions *actions, const char *id, const char *new_id) {
    size_t number;
    const struct action *action =
        action_table_take_new_id(&actions->table, id, new_id, clock_wall(), &number);
    if (action != NULL && action->serial != 0) {
        store_action_result(actions->context.store, action, number);
    } else if (action == NULL && actions->run != NULL) {
        action_run_note_new_id(actions->run, id, new_id);
    }
}

void actions_wake(struct actions *actions) {
    actions->helper_up = true;
    start_next(actions);
}

const struct action_table *actions_table(const struct actions *actions) {
    return &actions->table;
}

int actions_new(sd_event *event, const struct actions_context *context, struct actions **out) {
    struct actions *actions = calloc(1, sizeof *actions);
    if (actions == NULL) {
        return -ENOMEM;
    }
    actions->event = sd_event_ref(event);
    actions->context = *context;
    int r = sd_event_add_time_relative(event, &actions->retention, CLOCK_MONOTONIC,
                                       RETENTION_INTERVAL_USEC, 0, on_retention, actions);
    if (r < 0) {
        actions_free(actions);
        return r;
    }
    *out = actions;
    return 0;
}

void actions_free(struct actions *actions) {
    if (actions == NULL) {
        return;
    }
    action_run_free(actions->run);
    action_run_free(actions->waiting);
    action_table_deinit(&actions->table);
    sd_event_source_disable_unref(actions->retention);
    sd_event_unref(actions->event);
    free(actions);
}

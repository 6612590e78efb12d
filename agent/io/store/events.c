/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table events: its writes, its reads, and the serials. Serials are reserved in the file, a
 * block at a time, before events use them. After a crash the next start therefore continues above
 * every serial that may have been sent, even if its event was never written. A reservation counts
 * once its transaction is committed. At start the last serial is the highest of the last event, the
 * reservation, and the one in the lock file, which matters when a copy of the database was put
 * back. Types and states are stored as words; a row with an unknown word is skipped.
 */
#include "io/store/content.h"
#include "io/store/engine.h"
#include "io/store/sql.h"

#include "core/time_units.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An endpoint may be a day behind (webhooks are tried for so long). */
#define EVENT_DAYS_MIN 2

/* The last events of each type and of each condition, with room for conditions that are no longer
 * configured. */
#define LATEST_MAX ((size_t)EVENT_TYPE_END + (size_t)8 * CONDITIONS_MAX)

static const char *const notified_words[] = {
    [NOTIFIED_PENDING] = "pending",
    [NOTIFIED_SENT] = "sent",
    [NOTIFIED_SUPPRESSED] = "suppressed",
};

struct event_task {
    struct task task;
    struct event event;
};

struct notified_task {
    struct task task;
    uint32_t serial;
    enum event_notified notified;
};

struct read_task {
    struct task task;
    uint32_t after;
    size_t max, count;
    struct event *events;
    void (*done)(void *userdata, int error, const struct event *events, size_t count);
};

int store_reserve_serials(struct store *store, uint32_t serial, bool last) {
    int64_t end = last ? serial : (int64_t)serial + SERIAL_BLOCK;
    int64_t reserved = store->serials.reserving != NOTHING_RESERVED ? store->serials.reserving
                                                                    : store->serials.reserved;
    if (!last && reserved >= (int64_t)serial + SERIAL_BLOCK / 2) {
        return SQLITE_OK;
    }
    int rc = store_state_write(&store->db, "event_serial", end);
    if (rc == SQLITE_OK) {
        store->serials.reserving = end;
    }
    return rc;
}

/* "" is NULL: the type of the event does not have it. */
static struct store_db_value text_or_null(const char *text) {
    return text[0] != '\0' ? db_text(text) : (struct store_db_value){.type = DB_TYPE_NULL};
}

static int run_add(struct store *store, struct task *task) {
    static const struct store_db_value null = {.type = DB_TYPE_NULL};
    const struct event *event = &((struct event_task *)task)->event;
    const struct event_action *action = &event->action;
    const struct event_condition *condition = &event->condition;
    bool has = event->has_action;
    bool known = event->has_condition;
    char watch[WATCH_TEXT_SIZE];
    int rc = store_reserve_serials(store, event->serial, false);
    if (rc == SQLITE_OK && has) {
        rc = DB_RUN(&store->db, sql_event_announced, db_text(action->key.owner),
                    db_text(action_command_name(action->key.command)), db_int(action->key.id));
    }
    if (rc != SQLITE_OK) {
        return rc;
    }
    return DB_RUN(
        &store->db, sql_event_add, db_int(event->serial), db_int(event->time),
        db_text(event_name(event->type)), db_text(notified_words[event->notified]),
        db_text(event->text), db_number(&event->total), db_number(&event->queues[QUEUE_MAILDROP]),
        db_number(&event->queues[QUEUE_INCOMING]), db_number(&event->queues[QUEUE_ACTIVE]),
        db_number(&event->queues[QUEUE_DEFERRED]), db_number(&event->queues[QUEUE_HOLD]),
        db_number(&event->queues[QUEUE_CORRUPT]), db_number(&event->oldest_age_s),
        db_number(&event->threshold), has ? db_text(action->key.owner) : null,
        has ? db_text(action_command_name(action->key.command)) : null,
        has ? db_int(action->key.id) : null, has ? db_text(action_state_name(action->state)) : null,
        has ? db_int(action->matched) : null, has ? db_int(action->succeeded) : null,
        has ? db_int(action->failed) : null, has ? db_text(action->comment) : null,
        text_or_null(event_data_name(event->data)),
        text_or_null(event_settings_name(event->settings)), text_or_null(event->detail),
        text_or_null(event->changes), known ? db_text(condition->name) : null,
        known ? db_text(watch_format(&condition->watch, watch)) : null,
        known ? db_text(event_severity_name(condition->severity)) : null,
        known ? db_int(condition->value) : null, known ? db_time(condition->since) : null,
        known ? db_text(condition->subject) : null);
}

static int run_notified(struct store *store, struct task *task) {
    const struct notified_task *notified = (struct notified_task *)task;
    return DB_RUN(&store->db, sql_event_notified, db_int(notified->serial),
                  db_text(notified_words[notified->notified]));
}

static const char *data_name(int i) {
    return event_data_name((enum data_status)i);
}

static const char *settings_name(int i) {
    return event_settings_name((enum settings_state)i);
}

static const char *notified_name(int i) {
    return notified_words[i];
}

static const char *state_name(int i) {
    return action_state_name((enum action_state)i);
}

static void read_action(sqlite3_stmt *row, struct event *event) {
    struct event_action *action = &event->action;
    enum action_command command = command_by_name(store_db_column_word(row, EVENTS_ACTION_COMMAND));
    int state = store_db_column_enum(row, EVENTS_ACTION_STATE, ACTION_QUEUED, ACTION_STATE_LAST,
                                     state_name);
    event->has_action = command != 0 && state != 0;
    if (!event->has_action) {
        return;
    }
    store_db_column_text(row, EVENTS_ACTION_OWNER, action->key.owner, sizeof action->key.owner);
    action->key.command = command;
    action->key.id = store_db_column_u32(row, EVENTS_ACTION_ID);
    action->state = (enum action_state)state;
    action->matched = store_db_column_u32(row, EVENTS_ACTION_MATCHED);
    action->succeeded = store_db_column_u32(row, EVENTS_ACTION_SUCCEEDED);
    action->failed = store_db_column_u32(row, EVENTS_ACTION_FAILED);
    store_db_column_text(row, EVENTS_ACTION_COMMENT, action->comment, sizeof action->comment);
}

static void read_details(sqlite3_stmt *row, struct event *event) {
    event->data = (enum data_status)store_db_column_enum(row, EVENTS_DATA_STATUS, DATA_OK,
                                                         DATA_UNAVAILABLE, data_name);
    event->settings = (enum settings_state)store_db_column_enum(
        row, EVENTS_SETTINGS_STATE, SETTINGS_APPLIED, SETTINGS_DRIFTED, settings_name);
    store_db_column_text(row, EVENTS_DETAIL, event->detail, sizeof event->detail);
    store_db_column_text(row, EVENTS_CHANGES, event->changes, sizeof event->changes);
}

static void read_condition(sqlite3_stmt *row, struct event *event) {
    struct event_condition *condition = &event->condition;
    char error[256];
    store_db_column_text(row, EVENTS_CONDITION_NAME, condition->name, sizeof condition->name);
    condition->severity =
        event_severity_by_name(store_db_column_word(row, EVENTS_CONDITION_SEVERITY));
    event->has_condition = condition_name_valid(condition->name, strlen(condition->name)) &&
                           condition->severity != 0 && condition->severity != SEVERITY_OK &&
                           watch_parse(store_db_column_word(row, EVENTS_CONDITION_WATCH),
                                       &condition->watch, error, sizeof error);
    if (!event->has_condition) {
        memset(condition, 0, sizeof *condition);
        return;
    }
    condition->value = store_db_column_u32(row, EVENTS_CONDITION_VALUE);
    condition->threshold = event->threshold.value;
    condition->since = sqlite3_column_int64(row, EVENTS_CONDITION_SINCE);
    store_db_column_text(row, EVENTS_CONDITION_SUBJECT, condition->subject,
                         sizeof condition->subject);
}

/* False for a row that this program did not write. */
static bool read_event(sqlite3_stmt *row, struct event *event) {
    static const enum queue queues[] = {QUEUE_MAILDROP, QUEUE_INCOMING, QUEUE_ACTIVE,
                                        QUEUE_DEFERRED, QUEUE_HOLD,     QUEUE_CORRUPT};
    memset(event, 0, sizeof *event);
    enum event_type type = event_type_by_name(store_db_column_word(row, EVENTS_EVENT));
    int notified = store_db_column_enum(row, EVENTS_NOTIFIED, NOTIFIED_PENDING, NOTIFIED_SUPPRESSED,
                                        notified_name);
    if (type == 0 || notified == 0) {
        return false;
    }
    event->serial = store_db_column_u32(row, EVENTS_SERIAL);
    event->time = sqlite3_column_int64(row, EVENTS_TIME);
    event->type = type;
    event->notified = (enum event_notified)notified;
    store_db_column_text(row, EVENTS_TEXT, event->text, sizeof event->text);
    event->total = store_db_column_number(row, EVENTS_TOTAL);
    for (int i = 0; i < QUEUE_COUNT; i++) {
        event->queues[queues[i]] = store_db_column_number(row, EVENTS_MAILDROP + i);
    }
    event->oldest_age_s = store_db_column_number(row, EVENTS_OLDEST_AGE);
    event->threshold = store_db_column_number(row, EVENTS_THRESHOLD);
    read_action(row, event);
    read_details(row, event);
    read_condition(row, event);
    event_set_subject(event);
    return !event_type_of_conditions(type) || event->has_condition;
}

/* What a query has of the events after serial, at most max. */
static int read_events(struct store_db *db, const char *sql, int64_t after, size_t max,
                       struct event **out, size_t *count) {
    struct event *events = calloc(max == 0 ? 1 : max, sizeof *events);
    if (events == NULL) {
        return store_db_fail(db, SQLITE_NOMEM);
    }
    size_t n = 0;
    sqlite3_stmt *row = DB_QUERY(db, sql, db_int(after), db_int((int64_t)max));
    int rc = row == NULL ? db->failure.code : SQLITE_ROW;
    while (rc == SQLITE_ROW && n < max && (rc = store_db_next(db, row)) == SQLITE_ROW) {
        n += read_event(row, &events[n]);
    }
    store_db_end(row);
    if (rc != SQLITE_DONE && rc != SQLITE_ROW) {
        free(events);
        return rc;
    }
    *out = events;
    *count = n;
    return SQLITE_OK;
}

static int run_read(struct store *store, struct task *task) {
    struct read_task *read = (struct read_task *)task;
    free(read->events);
    read->events = NULL;
    return read_events(&store->db, sql_events_after, read->after, read->max, &read->events,
                       &read->count);
}

static void finish_read(struct store *store, struct task *task) {
    struct read_task *read = (struct read_task *)task;
    (void)store;
    read->done(task->userdata, task->error, read->events, task->error == 0 ? read->count : 0);
}

static void deinit_read(struct task *task) {
    free(((struct read_task *)task)->events);
}

static const struct task_kind event_kind = {.flags = TASK_KEPT | TASK_EXPENDABLE | TASK_ON_DISK,
                                            .run = run_add};
static const struct task_kind notified_kind = {.flags = TASK_KEPT | TASK_EXPENDABLE,
                                               .run = run_notified};
static const struct task_kind read_kind = {
    .run = run_read, .finish = finish_read, .deinit = deinit_read};
void store_event_add(struct store *store, const struct event *event, store_done done,
                     void *userdata) {
    pthread_mutex_lock(&store->mutex);
    if (event->serial > store->last_serial) {
        store->last_serial = event->serial;
    }
    pthread_mutex_unlock(&store->mutex);
    struct event_task *task = store_task_new(&event_kind, sizeof *task, done, userdata);
    if (task == NULL) {
        store_no_memory(store, done, userdata);
        return;
    }
    task->event = *event;
    store_submit(store, &task->task);
}

void store_event_notified(struct store *store, uint32_t serial, enum event_notified notified) {
    struct notified_task *task = store_task_new(&notified_kind, sizeof *task, NULL, NULL);
    if (task == NULL) {
        store_no_memory(store, NULL, NULL);
        return;
    }
    task->serial = serial;
    task->notified = notified;
    store_submit(store, &task->task);
}

void store_events_read(struct store *store, uint32_t after, size_t max,
                       void (*done)(void *userdata, int error, const struct event *events,
                                    size_t count),
                       void *userdata) {
    struct read_task *task = store_task_new(&read_kind, sizeof *task, NULL, userdata);
    if (task == NULL) {
        done(userdata, -ENOMEM, NULL, 0);
        return;
    }
    task->after = after;
    task->max = max;
    task->done = done;
    store_submit(store, &task->task);
}

/* The serial of the event that has count after it, 0 = there are not so many. */
static int serial_before_last(struct store_db *db, int64_t count, int64_t *serial) {
    sqlite3_stmt *row = DB_QUERY(db, sql_events_before_last, db_int(count));
    int rc = row == NULL ? db->failure.code : store_db_next(db, row);
    *serial = rc == SQLITE_ROW ? sqlite3_column_int64(row, BEFORE_LAST_SERIAL) : 0;
    store_db_end(row);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int store_load_events(struct store *store, struct store_image *image) {
    struct store_db *db = &store->db;
    int64_t before, last, reserved;
    int rc = serial_before_last(db, EVENT_LOG_MAX, &before);
    if (rc == SQLITE_OK) {
        rc = read_events(db, sql_events_after, before, EVENT_LOG_MAX, &image->events,
                         &image->event_count);
    }
    if (rc == SQLITE_OK) {
        rc =
            read_events(db, sql_events_latest, 0, LATEST_MAX, &image->latest, &image->latest_count);
    }
    if (rc == SQLITE_OK) {
        rc = store_db_integer(db, sql_events_last, 0, &last);
    }
    if (rc == SQLITE_OK) {
        rc = store_db_integer(db, sql_events_reserved, 0, &reserved);
    }
    if (rc != SQLITE_OK) {
        return rc;
    }
    /* A copy that was put back does not know those that were given out after it was made. */
    int64_t noted = store->db.lock.events;
    int64_t serial = last > reserved ? last : reserved;
    serial = serial > noted ? serial : noted;
    image->event_serial = serial > UINT32_MAX ? UINT32_MAX : (uint32_t)serial;
    store->serials.reserved = 0;
    return store_reserve_serials(store, image->event_serial, false);
}

int store_purge_events(struct store *store, bool *more) {
    struct store_db *db = &store->db;
    int64_t days = store->limits.audit_days;
    int64_t before;
    if (days < EVENT_DAYS_MIN) {
        days = EVENT_DAYS_MIN;
    }
    int rc = serial_before_last(db, EVENT_LOG_MAX, &before);
    if (rc == SQLITE_OK) {
        int64_t now = store->clock.believed;
        rc = DB_RUN(db, sql_events_purge, db_int(before), db_int(now - days * SECONDS_PER_DAY),
                    db_int(now));
    }
    *more = *more || (rc == SQLITE_OK && store_db_changes(db) > 0);
    return rc;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The store: everything that outlives the process, in one SQLite file (write-ahead log) that only
 * this process writes: it holds a lock file beside it as long as it runs. All SQL runs on one
 * worker thread, in the order of the calls, so that a slow or full disk never delays the event
 * loop. Results are delivered by callbacks from the loop.
 *
 * Arguments are copied before a call returns. A call never blocks, and reports failure only through
 * its callback, which is called before the call returns only if out of memory. Between a failure
 * and the next success, store_usable() is false and new actions are refused. A lock held by another
 * program, or a disk that does not respond, counts as a failure after some seconds; in the latter
 * case, calls already passed to the worker remain unanswered until the disk responds.
 *
 * While the database is unusable, calls that ask (store_actions_add, store_action_started,
 * store_events_read, and store_parameters_set, store_tunables_set and store_pause_set with done)
 * fail soon. Calls that report (all others) are kept in memory in their order and written once the
 * database can be written again, which is tried every few seconds; done is called then. The memory
 * is bounded: the oldest events are dropped first, and counted.
 *
 * The schema is documented in hermes-mailqueue-db(5): tables actions, action_results,
 * action_output, events, deliveries, parameters, tunables, pause, state, instance, history_steps,
 * and the views audit, audit_results, event_log and history.
 */
#ifndef HMQ_IO_STORE_STORE_H
#define HMQ_IO_STORE_STORE_H

#include "core/condition.h"
#include "core/event.h"
#include "core/history.h"
#include "core/action.h"
#include "core/pause.h"
#include "core/plausible_time.h"
#include "core/tunables.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

struct store;

#define STORE_HOOK_NAME_SIZE 64

/* One setting of Postfix (hmqSettings) in Hermes' own format: a directive row and its value row. */
struct store_parameter {
    char name[64];                  /* "bounce_queue_lifetime" */
    char value[MAIN_CF_VALUE_SIZE]; /* "5d" */
    char applied;                   /* '1' = applied to Postfix, '2' = to be applied */
    char action[16];                /* "NONE", "APPLY" */
};
#define STORE_PARAMETERS_MAX 8

/* The progress of an endpoint: every event up to serial that it wants has been delivered or given
 * up. */
struct store_cursor {
    char hook[STORE_HOOK_NAME_SIZE]; /* "webhook.ops" */
    uint32_t serial;
    uint32_t delivered, failures; /* hmqHookDelivered, hmqHookFailures */
    int64_t last_delivery;        /* seconds since the epoch, 0 = never */
};

/* What was raised when the process last ran, so that nothing is raised twice. A condition is there
 * until its clear, even if it is no longer configured. */
#define STORE_RAISED_MAX ((size_t)2 * CONDITIONS_MAX)
struct store_state {
    struct event_condition raised[STORE_RAISED_MAX];
    size_t raised_count;
    bool data_lost, postfix_stopped;
    uint32_t serial; /* the last event that it includes; a newer one may be on disk */
};

/*
 * What was found at start. Everything belongs to the store and is valid only during the callback.
 * The callback can take over an action by setting its pointer in actions to NULL, and must then
 * free it (action_free).
 */
struct store_image {
    /* Visible rows, by serial. Those that were running are already marked as interrupted.
     * action->unannounced means that the event about its end was not written; once it is, the next
     * image does not have the mark. */
    struct action **actions;
    size_t action_count;
    uint64_t interrupted;        /* how many were running */
    struct plausible_time clock; /* the basis of ages, at the time of loading */
    struct event *events;        /* the last EVENT_LOG_MAX, by serial */
    size_t event_count;
    struct event *latest; /* the last event of each type and condition, however old, by serial */
    size_t latest_count;
    /* The last serial ever assigned, see store_event_add. In an empty image (error) it is the
     * seconds since the epoch, which is greater than any serial assigned before, so that none is
     * repeated when the database is read later. After a later success, the caller uses the greater
     * of this and its own. */
    uint32_t event_serial;
    bool has_state;
    struct store_state state;
    struct stored_tunables tunables;
    struct store_parameter parameters[STORE_PARAMETERS_MAX];
    size_t parameter_count;
    int64_t drift_s[LIFETIME_COUNT]; /* as store_drift_set left it */
    struct pause_record pause;       /* as store_pause_set left it; PAUSE_NONE if it never did */
    struct store_cursor *cursors;
    size_t cursor_count;
};

/* No lifetime of Postfix has been reported as drifted. */
#define STORE_NO_DRIFT (-1)

/* Where the store is and which instance it belongs to. Copied. */
struct store_place {
    const char *path;
    /* The Postfix instance that it belongs to; a database of another instance is refused. */
    const char *config_directory, *container;
};

struct store_limits {
    uint32_t retention_rows; /* number of visible finished actions */
    uint64_t retention_usec; /* and their maximum age */
    size_t memory_octets;    /* of loaded actions together (action_memory), the newest first */
    uint32_t audit_days;     /* how long hidden actions and old events are kept in the file */
};

/* error: 0, or a negative errno value with one line for people in text ("" for 0). */
typedef void (*store_done)(void *userdata, int error, const char *text);

struct store_callbacks {
    /* The database has been read. On error (-EIO, -EACCES, -ENOSPC, ...) image is empty but valid;
     * reading is tried again until it succeeds, and this is called once more. */
    void (*loaded)(void *userdata, const struct store_image *image, int error, const char *text);
    /* The store became unusable, or is now unusable for another reason (error < 0; text has the
     * reason and what to do), or is usable again (error 0; text reports how much was lost in the
     * meantime, "" = nothing). */
    void (*usable)(void *userdata, int error, const char *text);
    void *userdata;
};

/*
 * Starts the worker and the loading of the database at place, which is created with mode 0600 if it
 * does not exist. A newer schema is refused, and so is a database that another process uses, until
 * that process ends. Returns 0 with *out, or a negative errno value if no thread could be started;
 * problems with the file are reported by loaded.
 */
int store_new(sd_event *event, const struct store_place *place, const struct store_limits *limits,
              const struct store_callbacks *callbacks, struct store **out);

/*
 * Lets the worker write what was submitted, for at most wait_usec, and then stops it. No callback
 * is called any more. Must not be called from a callback. NULL is accepted.
 */
void store_free(struct store *store, uint64_t wait_usec);

bool store_usable(const struct store *store);

/* Actions. done is called after the transaction is on disk (with synchronous = FULL). */

/* Journals new actions (key, request and created) in one transaction. done receives their serials,
 * in the order of actions. */
void store_actions_add(struct store *store, struct action *const *actions, size_t count,
                       void (*done)(void *userdata, int error, const char *text,
                                    const uint64_t *serials, size_t count),
                       void *userdata);

/* The action begins: writes the state running, started and matched. */
void store_action_started(struct store *store, const struct action *action, store_done done,
                          void *userdata);

/* Appends the results from number first on, under the numbers that they have in the action. */
void store_action_results(struct store *store, const struct action *action, size_t first);

/* Writes result number once more, which has changed since. */
void store_action_result(struct store *store, const struct action *action, size_t number);

/* The action has ended: writes state, counts, error, ended, output, and the results from number
 * first on. error is -ENOENT if the action is not in the database, as for store_action_started. */
void store_action_ended(struct store *store, const struct action *action, size_t first,
                        store_done done, void *userdata);

/* Hides an action because of hmqActionRowStatus destroy or the retention: the row remains in the
 * file for the audit, but its output (the contents of mail) does not. */
void store_action_hide(struct store *store, uint64_t action_serial);

/* Events. */

/*
 * Stores an event. Its serial is the last one plus 1, as counted by the caller. Serials never
 * repeat, even after a crash with outstanding writes: the store reserves them in blocks, and after
 * a crash event_serial of the image is the end of the block.
 */
void store_event_add(struct store *store, const struct event *event, store_done done,
                     void *userdata);
void store_event_notified(struct store *store, uint32_t serial, enum event_notified notified);

/* Reads the events after serial after, at most max, in order, for an endpoint that is further
 * behind than the log in memory. events is borrowed for the callback. */
void store_events_read(struct store *store, uint32_t after, size_t max,
                       void (*done)(void *userdata, int error, const struct event *events,
                                    size_t count),
                       void *userdata);

/* The history. */

/* How many steps of each length are kept: a day, and 90 days. */
#define STORE_HISTORY_MINUTES 1440
#define STORE_HISTORY_HOURS 2160

/* Adds what happened in each step to what is stored about it, in one transaction. Asks (see above):
 * it fails while the database is unusable, and is then lost. */
void store_history_add(struct store *store, const struct history_step *steps, size_t count,
                       store_done done, void *userdata);

/* Hooks. */
void store_cursor_set(struct store *store, const struct store_cursor *cursor);
/* Forgets an endpoint that is no longer configured. */
void store_cursor_forget(struct store *store, const char *hook);

/* Settings. */

/* Stores all parameters in one transaction, in Hermes' format. One with the value "" is removed.
 * Without done, this call reports instead of asking (see above): a change that is already effective
 * is written as soon as the database can be written. */
void store_parameters_set(struct store *store, const struct store_parameter *parameters,
                          size_t count, store_done done, void *userdata);
/* Stores these tunables; the others remain stored, or not stored, as they are. done is as above. */
void store_tunables_set(struct store *store, const struct stored_tunables *tunables,
                        store_done done, void *userdata);
void store_state_set(struct store *store, const struct store_state *state);

/* The lifetimes of Postfix that were last reported as drifted, in seconds, or STORE_NO_DRIFT. */
void store_drift_set(struct store *store, const int64_t seconds[LIFETIME_COUNT]);

/* The pause of outbound mail, or with PAUSE_NONE, that there is none. It is stored in Hermes'
 * format as well. done is as for store_parameters_set. */
void store_pause_set(struct store *store, const struct pause_record *record, store_done done,
                     void *userdata);

#endif

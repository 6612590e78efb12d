/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The store: everything that outlives the process, in one SQLite file (write-ahead log) that only
 * this process writes: it holds the lock beside the file for as long as it lives. All SQL runs on
 * one worker thread, in the order of the calls, so that a slow or full disk never keeps the event
 * loop; results come back from the loop by callback.
 *
 * Arguments are copied before a call returns. A call never waits and never fails at once; it fails
 * through its callback (only without memory that is called before the call returns). Between a
 * failure and the next success store_usable() is false: new actions are refused then. A lock that
 * another program holds delays for some seconds before it counts as a failure; so does a disk that
 * does not answer, but what has been handed over then stays unanswered as long as the disk does.
 *
 * While the database is unusable, what asks (store_actions_add, store_action_started,
 * store_events_read, and store_parameters_set and store_tunables_set with done) fails soon. What
 * tells (everything else) is kept in memory in its order (bounded: oldest events dropped first, and
 * counted) and written when the database takes writes again, which is tried every few seconds; done
 * is called then.
 *
 * The schema is documented in hermes-mailqueue-db(5), for people with sqlite3 at hand: tables
 * actions, action_results, action_output, events, deliveries, parameters, tunables, state,
 * instance, and the views audit, audit_results and event_log.
 */
#ifndef HMQ_IO_STORE_STORE_H
#define HMQ_IO_STORE_STORE_H

#include "core/condition.h"
#include "core/event.h"
#include "core/action.h"
#include "core/plausible_time.h"
#include "core/tunables.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

struct store;

#define STORE_HOOK_NAME_SIZE 64

/* One setting of Postfix in Hermes' own shape: a directive row and its value row (hmqSettings). */
struct store_parameter {
    char name[64];   /* "bounce_queue_lifetime" */
    char value[32];  /* "5d" */
    char applied;    /* '1' = Postfix has it, '2' = to be applied */
    char action[16]; /* "NONE", "APPLY" */
};
#define STORE_PARAMETERS_MAX 8

/* How far an endpoint has got: every event up to `serial` that it wants is delivered or given up.
 */
struct store_cursor {
    char hook[STORE_HOOK_NAME_SIZE]; /* "webhook.ops" */
    uint32_t serial;
    uint32_t delivered, failures; /* hmqHookDelivered, hmqHookFailures */
    int64_t last_delivery;        /* seconds since the epoch, 0 = never */
};

/* What conditions were raised when the process last ran, so that none is raised twice. */
struct store_state {
    bool raised[CONDITION_COUNT];
    int64_t since[CONDITION_COUNT]; /* kept where the condition's row has a since_name */
    bool data_lost, postfix_stopped;
    uint32_t serial; /* the last event it has in it: a newer one may be on disk without it */
};

/*
 * What was found at start. Everything belongs to the store and lives for the callback only, except
 * the actions the callback keeps: it takes one by setting its pointer in actions to NULL
 * (action_free).
 */
struct store_image {
    /* Visible rows, by serial; those found running are interrupted already. action->unannounced:
     * the event about its end was not written; once it is, the next image has it so no more. */
    struct action **actions;
    size_t action_count;
    uint64_t interrupted;        /* how many were */
    struct plausible_time clock; /* by which ages are counted, as of the loading */
    struct event *events;        /* the last EVENT_LOG_MAX, by serial */
    size_t event_count;
    struct event *latest; /* the last of each type, however long ago, by serial */
    size_t latest_count;
    /* The last one ever given out, see store_event_add. Of an empty image (error) the seconds since
     * the epoch: beyond any that was given out before, so that none repeats when it is read later.
     * On a later success the higher one of this and the caller's own counts. */
    uint32_t event_serial;
    bool has_state;
    struct store_state state;
    struct tunables tunables;
    uint32_t tunables_known; /* bits 1 << enum tunable of those that are stored */
    struct store_parameter parameters[STORE_PARAMETERS_MAX];
    size_t parameter_count;
    int64_t drift_s[LIFETIME_COUNT]; /* as store_drift_set left it */
    struct store_cursor *cursors;
    size_t cursor_count;
};

/* No lifetime of Postfix has been reported as drifted. */
#define STORE_NO_DRIFT (-1)

/* Where the store is and whose it is. Copied. */
struct store_place {
    const char *path;
    /* The Postfix instance it belongs to; a database of another one is refused. */
    const char *config_directory, *container;
};

struct store_limits {
    uint32_t retention_rows; /* visible finished actions */
    uint64_t retention_usec; /* and their age */
    size_t memory_octets;    /* of loaded actions together (action_memory), the newest first */
    uint32_t audit_days;     /* how long hidden actions and old events stay in the file */
};

/* error: 0, or a negative errno value with one line for people in text ("" for 0). */
typedef void (*store_done)(void *userdata, int error, const char *text);

struct store_callbacks {
    /* Once, when the database has been read. On error (-EIO, -EACCES, -ENOSPC, ...) image is empty
     * but valid; reading is tried again until it works and is then reported again. */
    void (*loaded)(void *userdata, const struct store_image *image, int error, const char *text);
    /* The store became unusable (error < 0: why, what to do), is so for another reason now, or is
     * usable again (error 0; text says how much was lost meanwhile, "" = nothing). */
    void (*usable)(void *userdata, int error, const char *text);
    void *userdata;
};

/*
 * Starts the worker and the loading of the place (made with mode 0600 when it does not exist; a
 * schema that is newer than this program is refused, as is a database that another process uses,
 * until that ends). Returns 0 with *out, or a negative errno value when
 * no thread could be started; a bad file is reported by `loaded`.
 */
int store_new(sd_event *event, const struct store_place *place, const struct store_limits *limits,
              const struct store_callbacks *callbacks, struct store **out);

/*
 * Lets the worker write what was submitted, at most wait_usec, then stops it. No callback is called
 * any more. Not to be called from one. NULL is accepted.
 */
void store_free(struct store *store, uint64_t wait_usec);

bool store_usable(const struct store *store);

/* Actions. done comes after the transaction is on disk (synchronous = FULL for these). */

/* Journals a new action (all of key, request, created) in one transaction with the others of
 * actions. assigned receives the serials in the order of actions from the callback's thread, the
 * loop. */
void store_actions_add(struct store *store, struct action *const *actions, size_t count,
                       void (*done)(void *userdata, int error, const char *text,
                                    const uint64_t *serials, size_t count),
                       void *userdata);

/* The action begins: state running, started, matched. */
void store_action_started(struct store *store, const struct action *action, store_done done,
                          void *userdata);

/* Appends results first .. result_count of action. Written with the numbers they have in it. */
void store_action_results(struct store *store, const struct action *action, size_t first);

/* The end: state, counts, error, ended, output, and the results from `first` on. error is -ENOENT
 * for an action that is not in the database; so it is for store_action_started. */
void store_action_ended(struct store *store, const struct action *action, size_t first,
                        store_done done, void *userdata);

/* hmqActionRowStatus destroy, or retention: the row stays in the file as audit, its output (mail
 * contents) does not. */
void store_action_hide(struct store *store, uint64_t action_serial);

/* Events. */

/*
 * Stores an event whose serial the caller took as the last one plus 1. Serials never repeat, also
 * after a crash with writes outstanding: the store reserves a block of them ahead, and event_serial
 * of an image after a crash is the end of the block.
 */
void store_event_add(struct store *store, const struct event *event, store_done done,
                     void *userdata);
void store_event_notified(struct store *store, uint32_t serial, enum event_notified notified);

/* Events after `after`, at most max, in order, for an endpoint that is behind the ring in memory.
 * events is borrowed for the callback. */
void store_events_read(struct store *store, uint32_t after, size_t max,
                       void (*done)(void *userdata, int error, const struct event *events,
                                    size_t count),
                       void *userdata);

/* Hooks. */
void store_cursor_set(struct store *store, const struct store_cursor *cursor);
/* Of an endpoint that is not configured any more. */
void store_cursor_forget(struct store *store, const char *hook);

/* Settings. */

/* All of parameters in one transaction, in Hermes' shape. One with the value "" is removed.
 * Without done it tells (see above) instead
 * of asking: what is the case already is written as soon as the database takes it. */
void store_parameters_set(struct store *store, const struct store_parameter *parameters,
                          size_t count, store_done done, void *userdata);
/* Those of which is, bits 1 << enum tunable; the others stay as they are stored, or not stored.
 * done as above. */
void store_tunables_set(struct store *store, const struct tunables *tunables, uint32_t which,
                        store_done done, void *userdata);
void store_state_set(struct store *store, const struct store_state *state);

/* The lifetimes of Postfix that were last reported as drifted, in seconds, or STORE_NO_DRIFT. */
void store_drift_set(struct store *store, const int64_t seconds[LIFETIME_COUNT]);

#endif

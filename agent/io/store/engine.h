/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The store has two halves. The engine passes calls to the worker thread and keeps the database
 * usable: store.c (the queue and the loop's side), worker.c (transactions), db.c (SQLite), lock.c,
 * failure.c (what an error means), health.c (usable or not), clock.c, schema.c. The content is what
 * is in the tables: see content.h. This header is the part of the engine that the content uses;
 * internal.h has what only the files of the engine share.
 *
 * A task is one call of store.h with copies of its arguments. It goes from the loop to the worker
 * thread in the queue, in the order of the calls, and back in the list done if there is a callback
 * to call.
 *
 * Tasks that are waiting together are written in one transaction. At most TASKS_MAX tasks and
 * OCTETS_MAX octets may be unwritten. Beyond these limits, a call that asks fails with ENOBUFS, and
 * one that reports replaces the oldest one that is waiting (events first), which then fails with
 * ENOBUFS (see store.h).
 */
#ifndef HMQ_IO_STORE_ENGINE_H
#define HMQ_IO_STORE_ENGINE_H

#include "io/store/store.h"
#include "io/store/db.h"

#include <pthread.h>
#include <sys/queue.h>

#define TASKS_MAX 8192
#define OCTETS_MAX ((size_t)24 * 1024 * 1024)

enum task_flags {
    TASK_KEPT = 1,       /* waits until the database can be written again, instead of failing */
    TASK_EXPENDABLE = 2, /* the first to be dropped when there is no room */
    TASK_ON_DISK = 4,    /* its commit waits for the disk */
};

struct task {
    TAILQ_ENTRY(task) link;
    const struct task_kind *kind;
    struct task **slot; /* where the newest waiting task of its kind is noted, NULL = nowhere */
    size_t octets;
    store_done done;
    void *userdata;
    int error;
    char *text; /* owned, NULL = "" */
};
TAILQ_HEAD(task_list, task);

struct task_kind {
    unsigned flags;
    /* Runs on the worker inside a transaction, and again if that fails. Returns SQLite's result. */
    int (*run)(struct store *store, struct task *task);
    /* Runs on the loop; NULL = task->done is called. */
    void (*finish)(struct store *store, struct task *task);
    /* Frees what the task owns, but not the task; NULL = it owns nothing. */
    void (*deinit)(struct task *task);
};

/* Times in microseconds, which tests shorten. */
struct store_timing {
    uint64_t patience; /* how long to wait for a lock before it counts as a failure */
    uint64_t retry;    /* between attempts to use an unusable database */
    uint64_t purge;    /* between rounds of deleting what is too old */
    uint64_t
        hang; /* how long one step of the worker may take before the disk is reported to hang */
};

/* Notes the newest waiting task of a kind of which only the newest matters. */
struct cursor_slot {
    char hook[STORE_HOOK_NAME_SIZE]; /* "" = free */
    struct task *task;
};

struct store_slots {
    struct task *state;
    struct cursor_slot cursors[CONFIG_HOOKS_MAX];
};

/* The last event serial that is reserved in the file, and in the open transaction. */
struct store_serials {
    int64_t reserved, reserving;
};
#define NOTHING_RESERVED (-1)

struct store {
    /* Used by the loop. */
    sd_event_source *source, *watch;
    struct store_callbacks callbacks;
    bool usable, ready; /* ready: the database has been read */
    bool hung;          /* the disk hangs, which has been reported */

    /* Used by both threads, under the mutex. Only the worker changes health. */
    pthread_mutex_t mutex;
    pthread_cond_t wake, ended_cond;
    struct task_list queue, done;
    size_t tasks, octets;
    uint64_t lost;        /* kept tasks dropped since the last report */
    uint32_t last_serial; /* the highest of the events submitted */
    struct store_slots slots;
    int health; /* 0, or the negative errno value of why the database is unusable */
    char health_text[STORE_TEXT_SIZE];
    uint64_t step_usec; /* since when the worker is in its present step, 0 = it is waiting */
    bool stopping, ended, abandoned;
    uint64_t stop_usec; /* when stopping: the deadline */

    int wake_loop; /* eventfd */
    pthread_t thread;
    char *path, *config_directory, *container;
    struct store_limits limits;
    struct store_timing timing;

    /* Used by the worker. */
    struct store_db db;
    bool loaded, load_reported;
    size_t batch_tasks; /* the number of tasks for the next transaction: one after a failure, then
                           growing again */
    uint64_t busy_usec; /* since when the database is locked, 0 = it is not */
    uint64_t next_try_usec, next_purge_usec;
    struct plausible_time clock;
    uint64_t clock_usec; /* when the clock was read, 0 = not yet by this process */
    struct store_serials serials;
};

/* Returns a zeroed task of size octets that begins with a struct task, or NULL if out of memory. */
void *store_task_new(const struct task_kind *kind, size_t size, store_done done, void *userdata);

/* Submits the task (consumed). */
void store_submit(struct store *store, struct task *task);

/* Reports to done that there was no memory for a task. */
void store_no_memory(struct store *store, store_done done, void *userdata);

#endif

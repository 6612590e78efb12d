/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The store has two halves. The engine takes calls to the worker thread and keeps the database
 * usable: store.c (the queue and the loop's side), worker.c (transactions), db.c (SQLite), lock.c,
 * failure.c (what an error means), health.c (usable or not), clock.c, schema.c. The content is what
 * the tables hold: see content.h. This header is what the content has of the engine; what the files
 * of the engine share besides is in internal.h.
 *
 * A task is one call of store.h with copies of its arguments. It goes from the loop to the worker
 * thread in the queue, in the order of the calls, and back in the list of what is done when there
 * is a callback to call.
 *
 * Several tasks are written in one transaction when they wait anyway. Bounds: TASKS_MAX tasks and
 * OCTETS_MAX octets that are not written yet. Beyond them what asks fails with ENOBUFS, and what
 * tells takes the place of the oldest that is waiting (events first), which fails so.
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
    TASK_KEPT = 1,       /* waits for a database that takes writes again, instead of failing */
    TASK_EXPENDABLE = 2, /* the first to go when there is no room */
    TASK_ON_DISK = 4,    /* its commit waits for the disk */
};

struct task {
    TAILQ_ENTRY(task) link;
    const struct task_kind *kind;
    struct task **slot; /* where the newest of its kind is noted while it waits, NULL = nowhere */
    size_t octets;
    store_done done;
    void *userdata;
    int error;
    char *text; /* owned, NULL = "" */
};
TAILQ_HEAD(task_list, task);

struct task_kind {
    unsigned flags;
    /* On the worker, inside a transaction, again after one that failed. SQLite's result. */
    int (*run)(struct store *store, struct task *task);
    /* On the loop; NULL = task->done is called. */
    void (*finish)(struct store *store, struct task *task);
    /* Frees what the task owns, not the task; NULL = nothing. */
    void (*deinit)(struct task *task);
};

/* Of tests in a hurry: microseconds. */
struct store_timing {
    uint64_t patience; /* how long a lock delays before it is a failure */
    uint64_t retry;    /* between tries of an unusable database */
    uint64_t purge;    /* between rounds of deleting what is too old */
    uint64_t hang;     /* how long the worker may be in one step before the disk is said to hang */
};

/* Where the newest waiting task of a kind is noted of which only the newest counts. */
struct cursor_slot {
    char hook[STORE_HOOK_NAME_SIZE]; /* "" = free */
    struct task *task;
};

struct store_slots {
    struct task *state;
    struct cursor_slot cursors[CONFIG_HOOKS_MAX];
};

/* The last serial of an event that is reserved in the file, and by the transaction that is open. */
struct store_serials {
    int64_t reserved, reserving;
};
#define NOTHING_RESERVED (-1)

struct store {
    /* The loop's. */
    sd_event_source *source, *watch;
    struct store_callbacks callbacks;
    bool usable, ready; /* ready: it has been read */
    bool hung;          /* and the loop has been told so */

    /* Both threads', under the mutex; only the worker changes health. */
    pthread_mutex_t mutex;
    pthread_cond_t wake, ended_cond;
    struct task_list queue, done;
    size_t tasks, octets;
    uint64_t lost;        /* kept tasks dropped since the last report */
    uint32_t last_serial; /* the highest of the events submitted */
    struct store_slots slots;
    int health; /* 0, or the negative errno value of why the database is unusable */
    char health_text[STORE_TEXT_SIZE];
    uint64_t step_usec; /* since when the worker is at it, 0 = it waits */
    bool stopping, ended, abandoned;
    uint64_t stop_usec; /* when stopping: the end of patience */

    int wake_loop; /* eventfd */
    pthread_t thread;
    char *path, *config_directory, *container;
    struct store_limits limits;
    struct store_timing timing;

    /* The worker's. */
    struct store_db db;
    bool loaded, load_reported;
    size_t batch_tasks; /* how many a transaction may take: one after a failure, then more again */
    uint64_t busy_usec; /* since when it is locked, 0 = it is not */
    uint64_t next_try_usec, next_purge_usec;
    struct plausible_time clock;
    uint64_t clock_usec; /* when it was looked at, 0 = not by this process */
    struct store_serials serials;
};

/* A zeroed task of size octets that begins with a struct task; NULL without memory. */
void *store_task_new(const struct task_kind *kind, size_t size, store_done done, void *userdata);

/* Consumes the task. */
void store_submit(struct store *store, struct task *task);

/* Without memory for a task: tells done so. */
void store_no_memory(struct store *store, store_done done, void *userdata);

#endif

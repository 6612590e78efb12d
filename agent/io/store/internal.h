/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the files of the store share. A task is one call of store.h with copies of its arguments. It
 * goes from the loop to the worker thread in the queue, in the order of the calls, and back in the
 * list of what is done when there is a callback to call.
 *
 * Several tasks are written in one transaction when they wait anyway. Bounds: TASKS_MAX tasks and
 * OCTETS_MAX octets that are not written yet. Beyond them what asks fails with ENOBUFS, and what
 * tells takes the place of the oldest that is waiting (events first), which fails so.
 */
#ifndef HMQ_IO_STORE_INTERNAL_H
#define HMQ_IO_STORE_INTERNAL_H

#include "io/store/store.h"
#include "io/store/db.h"

#include <pthread.h>
#include <sys/queue.h>

#define TASKS_MAX 8192
#define OCTETS_MAX ((size_t)24 * 1024 * 1024)

/* Serials reserved ahead of the last event written, see store_event_add. So many events can be
 * waiting to be written at a crash: more than TASKS_MAX, whichever way they are counted. */
#define SERIAL_BLOCK 20000

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

/* Of store.reserving. */
#define NOTHING_RESERVED (-1)

struct cursor_slot {
    char hook[STORE_HOOK_NAME_SIZE]; /* "" = free */
    struct task *task;
};

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
    struct task *state_slot;
    struct cursor_slot cursor_slots[CONFIG_HOOKS_MAX];
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
    /* The last serial reserved in the file; reserving: by the transaction that is open.
     */
    int64_t reserved, reserving;
    struct plausible_time clock;
    uint64_t clock_usec; /* when it was looked at, 0 = not by this process */
};

int store_start(sd_event *event, const struct store_place *place, const struct store_limits *limits,
                const struct store_callbacks *callbacks, const struct store_timing *timing,
                struct store **out);

uint64_t store_now_usec(void);

/* A zeroed task of size octets that begins with a struct task; NULL without memory. */
void *store_task_new(const struct task_kind *kind, size_t size, store_done done, void *userdata);

/* Consumes the task. */
void store_submit(struct store *store, struct task *task);

/* Without memory for a task: tells done so. */
void store_no_memory(struct store *store, store_done done, void *userdata);

/* The next three with the mutex held. */

/* Out of the queue, not out of the counts. */
void store_unlink(struct store *store, struct task *task);

/* The task, in no list any more, goes to the loop, or is freed when nobody waits for it. */
void store_hand_over(struct store *store, struct task *task, int error, const char *text);

/* The same for one that was submitted: it is out of the counts then. */
void store_give_back(struct store *store, struct task *task, int error, const char *text);

/* The worker: store_worker.c. */
void *store_work(void *store);
void store_dispose(struct store *store);

/* Between tries of a database that is locked; each try waits in SQLite besides. */
#define STORE_BUSY_PAUSE_USEC UINT64_C(20000)

/* What db.failure says has happened: waits for a lock, or makes the database unusable, tells the
 * loop and answers what asks. */
void store_failed(struct store *store);

/* It takes writes; tells the loop when that, or what was lost meanwhile, is news. */
void store_recovered(struct store *store);

/* The file is this Postfix instance's, or nobody's yet: then it becomes this one's, and what was
 * queued for another one is refused. from: the version of the schema that was found. */
int store_check_instance(struct store *store, int64_t from);

/* Looks at the clock and writes what is known of it. store->clock.believed is what ages are counted
 * by. */
int store_look_at_clock(struct store *store);

/* Reading at start, in one transaction: each fills its part of the image. */
int store_load_actions(struct store *store, struct store_image *image);
int store_load_events(struct store *store, struct store_image *image);
int store_load_settings(struct store *store, struct store_image *image);
void store_image_deinit(struct store_image *image);

/* Deletes some rows that are too old; *more when there are more. */
int store_purge_actions(struct store *store, bool *more);
int store_purge_events(struct store *store, bool *more);

/* Notes serial as given out, with a block after it; last: exactly, without a block. It counts once
 * the transaction is committed (store_commit). */
int store_reserve_serials(struct store *store, uint32_t serial, bool last);

/* Transactions of the worker: what they reserve counts only when they are committed. */
int store_begin(struct store *store, bool full_sync);
int store_commit(struct store *store);

/* One value of the table state. */
int store_state_write(struct store_db *db, const char *name, int64_t value);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The worker thread: reads the database, writes the queue, deletes what is too old. Nothing is
 * written before everything has been read. After that, tasks of the queue come first, as many as
 * fit into one transaction; when there are none, it probes an unusable database or purges a usable
 * one. A task that fails by its own fault is handed back, and the rest of its batch returns to the
 * front of the queue, in order. After any other failure the whole batch returns, and the next
 * transaction takes a single task. The mutex is not held during calls to SQLite.
 */
#include "io/store/internal.h"

#include "core/time_units.h"
#include "io/store/content.h"
#include "io/store/schema.h"
#include "io/store/sql.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The limits of one transaction. */
#define BATCH_TASKS ((size_t)64)
#define BATCH_OCTETS ((size_t)1024 * 1024)

/* Reports to the loop that the database was read. No call asks for it. */
struct load_task {
    struct task task;
    struct store_image image;
};

static void finish_load(struct store *store, struct task *task) {
    struct load_task *load = (struct load_task *)task;
    store->usable = store->ready = task->error == 0;
    store->hung = false;
    store->callbacks.loaded(store->callbacks.userdata, &load->image, task->error,
                            task->text == NULL ? "" : task->text);
}

static void deinit_load(struct task *task) {
    store_image_deinit(&((struct load_task *)task)->image);
}

static const struct task_kind load_kind = {.finish = finish_load, .deinit = deinit_load};

static void post_image(struct store *store, struct load_task *load, int error, const char *text) {
    pthread_mutex_lock(&store->mutex);
    store_hand_over(store, &load->task, error, text);
    pthread_mutex_unlock(&store->mutex);
}

static int ensure_open(struct store *store) {
    memset(&store->db.failure, 0, sizeof store->db.failure);
    if (store->db.handle == NULL) {
        return store_db_open(&store->db, store->path, !store->loaded);
    }
    return store_db_check(&store->db);
}

int store_begin(struct store *store, bool full_sync) {
    store_content_begin(store);
    return store_db_begin(&store->db, full_sync);
}

int store_commit(struct store *store) {
    int rc = store_db_commit(&store->db);
    if (rc == SQLITE_OK) {
        store_content_committed(store);
    }
    return rc;
}

/* Everything is read before anything is believed: one transaction. */
static int load_image(struct store *store, struct store_image *image) {
    int64_t from = 0;
    int rc = ensure_open(store);
    if (rc == SQLITE_OK) {
        rc = store_begin(store, true);
    }
    if (rc == SQLITE_OK) {
        rc = store_schema_migrate(&store->db, &from);
    }
    if (rc == SQLITE_OK) {
        rc = store_check_instance(store, from);
    }
    if (rc == SQLITE_OK) {
        rc = store_look_at_clock(store);
    }
    if (rc == SQLITE_OK) {
        rc = store_content_load(store, image);
    }
    if (rc == SQLITE_OK) {
        image->clock = store->clock;
        rc = store_commit(store);
    }
    store_db_rollback(&store->db);
    return rc;
}

static void load(struct store *store) {
    struct load_task *task = store_task_new(&load_kind, sizeof *task, NULL, NULL);
    if (task == NULL) {
        store->next_try_usec = store_now_usec() + store->timing.retry;
        return;
    }
    if (load_image(store, &task->image) == SQLITE_OK) {
        store->loaded = true;
        store->busy_usec = 0;
        store->next_try_usec = 0;
        pthread_mutex_lock(&store->mutex);
        store->health = 0;
        store->health_text[0] = '\0';
        if (task->image.event_serial > store->last_serial) {
            store->last_serial = task->image.event_serial;
        }
        pthread_mutex_unlock(&store->mutex);
        post_image(store, task, 0, "");
        return;
    }
    store_image_deinit(&task->image);
    store_failed(store);
    if (store->health == 0 || store->load_reported) {
        free(task);
        return;
    }
    store->load_reported = true;
    memset(&task->image, 0, sizeof task->image);
    task->image.event_serial = (uint32_t)time(NULL);
    post_image(store, task, store->health, store->health_text);
}

/* Takes the tasks of one transaction out of the queue. True if it is to wait for the disk. */
static bool take_batch(struct store *store, struct task_list *batch) {
    size_t count = 0, octets = 0;
    bool on_disk = false;
    struct task *task;
    TAILQ_INIT(batch);
    pthread_mutex_lock(&store->mutex);
    while (count < store->batch_tasks && octets < BATCH_OCTETS &&
           (task = TAILQ_FIRST(&store->queue)) != NULL) {
        store_unlink(store, task);
        TAILQ_INSERT_TAIL(batch, task, link);
        on_disk = on_disk || (task->kind->flags & TASK_ON_DISK) != 0;
        octets += task->octets;
        count++;
    }
    pthread_mutex_unlock(&store->mutex);
    return on_disk;
}

/* Back to the front, in order, unless a newer one has come for its slot. */
static void put_back(struct store *store, struct task_list *batch) {
    struct task *task;
    pthread_mutex_lock(&store->mutex);
    while ((task = TAILQ_LAST(batch, task_list)) != NULL) {
        TAILQ_REMOVE(batch, task, link);
        TAILQ_INSERT_HEAD(&store->queue, task, link);
        if (task->slot == NULL) {
            continue;
        }
        if (*task->slot == NULL) {
            *task->slot = task;
        } else {
            store_unlink(store, task);
            store_give_back(store, task, 0, "");
        }
    }
    pthread_mutex_unlock(&store->mutex);
}

static void give_back_all(struct store *store, struct task_list *batch) {
    struct task *task;
    pthread_mutex_lock(&store->mutex);
    while ((task = TAILQ_FIRST(batch)) != NULL) {
        TAILQ_REMOVE(batch, task, link);
        store_give_back(store, task, 0, "");
    }
    pthread_mutex_unlock(&store->mutex);
}

/* Runs the tasks in one transaction. On failure *culprit is the one that failed, if it was one. */
static int run_batch(struct store *store, struct task_list *batch, bool on_disk,
                     struct task **culprit) {
    struct task *task;
    *culprit = NULL;
    int rc = ensure_open(store);
    if (rc == SQLITE_OK) {
        rc = store_begin(store, on_disk);
    }
    if (rc != SQLITE_OK) {
        return rc;
    }
    TAILQ_FOREACH(task, batch, link) {
        rc = task->kind->run(store, task);
        if (rc != SQLITE_OK) {
            *culprit = task;
            return rc;
        }
    }
    return store_commit(store);
}

static void write_batch(struct store *store, struct task_list *batch, bool on_disk) {
    struct task *culprit;
    int rc = run_batch(store, batch, on_disk, &culprit);
    store_db_rollback(&store->db);
    if (rc == SQLITE_OK) {
        store->busy_usec = 0;
        store->next_try_usec = 0;
        store->batch_tasks =
            2 * store->batch_tasks < BATCH_TASKS ? 2 * store->batch_tasks : BATCH_TASKS;
        give_back_all(store, batch);
        if (store->health == 0) {
            store_recovered(store);
        }
        return;
    }
    if (culprit != NULL && store->db.failure.permanent) {
        TAILQ_REMOVE(batch, culprit, link);
        put_back(store, batch);
        pthread_mutex_lock(&store->mutex);
        store_give_back(store, culprit, store->db.failure.error, store->db.failure.text);
        pthread_mutex_unlock(&store->mutex);
        return;
    }
    put_back(store, batch);
    store->batch_tasks = 1; /* the disk may have room for a small one */
    store_failed(store);
}

static int commit_one(struct store *store, const char *sql) {
    int rc = store_db_begin(&store->db, true);
    if (rc == SQLITE_OK) {
        rc = store_db_exec(&store->db, sql);
    }
    if (rc == SQLITE_OK) {
        rc = store_db_commit(&store->db);
    }
    store_db_rollback(&store->db);
    return rc;
}

static void probe(struct store *store) {
    int rc = ensure_open(store);
    if (rc == SQLITE_OK) {
        rc = commit_one(store, sql_probe_write);
    }
    if (rc == SQLITE_OK) {
        rc = commit_one(store, sql_probe_remove);
    }
    if (rc == SQLITE_OK) {
        store->busy_usec = 0;
        store->next_try_usec = 0;
        store_recovered(store);
    } else {
        store_failed(store);
    }
}

static void purge(struct store *store) {
    bool more = false;
    int rc = ensure_open(store);
    if (rc == SQLITE_OK) {
        rc = store_begin(store, false);
    }
    if (rc == SQLITE_OK) {
        rc = store_look_at_clock(store);
    }
    if (rc == SQLITE_OK) {
        rc = store_content_purge(store, &more);
    }
    if (rc == SQLITE_OK) {
        rc = store_commit(store);
    }
    store_db_rollback(&store->db);
    store->next_purge_usec = store_now_usec() + (more ? 0 : store->timing.purge);
    if (rc != SQLITE_OK && store->db.failure.error != -EBUSY) {
        store_failed(store);
    }
}

static void step(struct store *store) {
    struct task_list batch;
    if (!store->loaded) {
        load(store);
        return;
    }
    bool on_disk = take_batch(store, &batch);
    if (!TAILQ_EMPTY(&batch)) {
        write_batch(store, &batch, on_disk);
    } else if (store->health != 0) {
        probe(store);
    } else {
        purge(store);
    }
}

/* When there is something to do, 0 = at once. With the mutex held. */
static uint64_t due_usec(const struct store *store) {
    bool waiting = !TAILQ_EMPTY(&store->queue) || !store->loaded || store->health != 0;
    return waiting ? store->next_try_usec : store->next_purge_usec;
}

/* When stopping, one more try is given to a database in trouble, and to a locked one all the time
 * there is. With the mutex held. */
static bool finished(struct store *store, bool *noticed) {
    if (!store->stopping) {
        return false;
    }
    if (!*noticed) {
        *noticed = true;
        store->next_try_usec = 0;
        return store->abandoned || TAILQ_EMPTY(&store->queue);
    }
    uint64_t soon = store_now_usec() + STORE_BUSY_PAUSE_USEC;
    if (store->health == -EBUSY && store->next_try_usec > soon) {
        store->next_try_usec = soon; /* what is due sooner stays so: some of it may be written */
    }
    return store->abandoned || TAILQ_EMPTY(&store->queue) || store_now_usec() >= store->stop_usec ||
           (store->health != 0 && store->health != -EBUSY);
}

static void wait_until(struct store *store, uint64_t usec) {
    struct timespec until = {.tv_sec = (time_t)(usec / USEC_PER_SEC),
                             .tv_nsec = (long)(usec % USEC_PER_SEC * 1000)};
    pthread_cond_timedwait(&store->wake, &store->mutex, &until);
}

static void close_down(struct store *store) {
    if (store->loaded && ensure_open(store) == SQLITE_OK) {
        if (store_begin(store, true) == SQLITE_OK && store_look_at_clock(store) == SQLITE_OK &&
            store_content_close(store) == SQLITE_OK) {
            store_commit(store);
        }
        store_db_rollback(&store->db);
    }
    store_db_close(&store->db);
    store_lock_release(&store->db.lock);
}

void *store_work(void *userdata) {
    struct store *store = userdata;
    bool noticed = false;
    store->batch_tasks = BATCH_TASKS;
    pthread_mutex_lock(&store->mutex);
    while (!finished(store, &noticed)) {
        uint64_t due = due_usec(store);
        if (due > store_now_usec()) {
            wait_until(store, due);
            continue;
        }
        store->step_usec = store_now_usec();
        pthread_mutex_unlock(&store->mutex);
        step(store);
        pthread_mutex_lock(&store->mutex);
        store->step_usec = 0;
    }
    pthread_mutex_unlock(&store->mutex);
    close_down(store);
    pthread_mutex_lock(&store->mutex);
    store->ended = true;
    bool abandoned = store->abandoned;
    pthread_cond_signal(&store->ended_cond);
    pthread_mutex_unlock(&store->mutex);
    if (abandoned) {
        store_dispose(store);
    }
    return NULL;
}

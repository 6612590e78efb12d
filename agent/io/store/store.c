/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The loop's side of the engine: the queue of tasks, its limits, and the life of the worker thread.
 * A task is in one place at a time: the queue, the worker's hands, or the list of what is done. It
 * counts towards the limits in the first two. Whatever both threads use is under the mutex, and no
 * callback is called while it is held.
 *
 * When the worker stays in one step for too long, the store counts as unusable although nothing has
 * failed yet. At a stop the worker has a limited time to write what is waiting. If it hangs even
 * then, it is abandoned, and frees the store itself when the call to the disk returns.
 */
#include "io/store/internal.h"

#include "core/time_units.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/* Callbacks in one turn of the loop. */
#define DISPATCH_MAX 32

/* How often a busy worker is checked. */
#define WATCH_USEC (USEC_PER_SEC / 4)

static const char too_much[] = "too many changes are waiting to be written to the database";

/* SQLite's stack is modest; the default of 8 MiB is for the main thread. */
#define STACK_SIZE ((size_t)512 * 1024)

uint64_t store_now_usec(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * USEC_PER_SEC + (uint64_t)now.tv_nsec / 1000;
}

void *store_task_new(const struct task_kind *kind, size_t size, store_done done, void *userdata) {
    struct task *task = calloc(1, size);
    if (task != NULL) {
        task->kind = kind;
        task->octets = size;
        task->done = done;
        task->userdata = userdata;
    }
    return task;
}

static void task_free(struct task *task) {
    if (task->kind->deinit != NULL) {
        task->kind->deinit(task);
    }
    free(task->text);
    free(task);
}

static void wake_loop(const struct store *store) {
    uint64_t one = 1;
    ssize_t ignored = write(store->wake_loop, &one, sizeof one);
    (void)ignored; /* EAGAIN: it is awake */
}

void store_unlink(struct store *store, struct task *task) {
    TAILQ_REMOVE(&store->queue, task, link);
    if (task->slot != NULL && *task->slot == task) {
        *task->slot = NULL;
    }
}

void store_hand_over(struct store *store, struct task *task, int error, const char *text) {
    if (store->abandoned || (task->kind->finish == NULL && task->done == NULL)) {
        task_free(task);
        return;
    }
    task->error = error;
    free(task->text);
    task->text = error != 0 ? strdup(text) : NULL;
    TAILQ_INSERT_TAIL(&store->done, task, link);
    wake_loop(store);
}

void store_give_back(struct store *store, struct task *task, int error, const char *text) {
    store->tasks--;
    store->octets -= task->octets;
    store_hand_over(store, task, error, text);
}

static bool full(const struct store *store, const struct task *task) {
    return store->tasks >= TASKS_MAX || store->octets + task->octets > OCTETS_MAX;
}

/* The oldest kept task, of the expendable ones as long as there are any. */
static struct task *find_victim(struct store *store) {
    struct task *task, *other = NULL;
    TAILQ_FOREACH(task, &store->queue, link) {
        /* The analyzer does not see that TAILQ_REMOVE took out what was freed.
         * NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
        if ((task->kind->flags & TASK_EXPENDABLE) != 0) {
            return task;
        }
        if (other == NULL && (task->kind->flags & TASK_KEPT) != 0) {
            other = task;
        }
    }
    return other;
}

/* Makes room for a task that must not fail now. What is in the worker's hands stays. */
static void make_room(struct store *store, const struct task *task) {
    while (full(store, task)) {
        struct task *victim = find_victim(store);
        if (victim == NULL) {
            return;
        }
        store_unlink(store, victim);
        store->lost++;
        store_give_back(store, victim, -ENOBUFS, too_much);
    }
}

/* Of the tasks for one slot only the newest counts. */
static void clear_slot(struct store *store, const struct task *task) {
    struct task *older = task->slot == NULL ? NULL : *task->slot;
    if (older != NULL) {
        store_unlink(store, older);
        store_give_back(store, older, 0, "");
    }
}

static void arm_watch(struct store *store) {
    sd_event_source_set_time_relative(store->watch, WATCH_USEC);
    sd_event_source_set_enabled(store->watch, SD_EVENT_ONESHOT);
}

/* It is unknown whether a disk that does not answer has what was written, so no more is accepted.
 */
static void check_hang(struct store *store, uint64_t for_usec, bool healthy) {
    char text[STORE_TEXT_SIZE];
    bool hangs = for_usec >= store->timing.hang;
    if (hangs == store->hung) {
        return;
    }
    store->hung = hangs;
    store->usable = !hangs && healthy && store->ready;
    if (hangs) {
        snprintf(text, sizeof text, "%s: the disk does not answer; check it and its file system",
                 store->path);
        store->callbacks.usable(store->callbacks.userdata, -ETIMEDOUT, text);
    } else if (store->usable) {
        store->callbacks.usable(store->callbacks.userdata, 0, "");
    }
}

static int on_watch(sd_event_source *source, uint64_t usec, void *userdata) {
    struct store *store = userdata;
    uint64_t now = store_now_usec();
    (void)source;
    (void)usec;
    pthread_mutex_lock(&store->mutex);
    uint64_t since = store->step_usec;
    bool waiting = store->tasks > 0 || since != 0;
    bool healthy = store->health == 0;
    pthread_mutex_unlock(&store->mutex);
    check_hang(store, since != 0 && now > since ? now - since : 0, healthy);
    if (waiting) {
        arm_watch(store);
    }
    return 0;
}

void store_submit(struct store *store, struct task *task) {
    int enabled = SD_EVENT_OFF;
    bool kept = (task->kind->flags & TASK_KEPT) != 0;
    pthread_mutex_lock(&store->mutex);
    clear_slot(store, task);
    if (kept) {
        make_room(store, task);
    }
    if (!kept && store->health != 0) {
        store_hand_over(store, task, store->health, store->health_text);
    } else if (full(store, task)) {
        store->lost += kept;
        store_hand_over(store, task, -ENOBUFS, too_much);
    } else {
        if (task->slot != NULL) {
            *task->slot = task;
        }
        store->tasks++;
        store->octets += task->octets;
        TAILQ_INSERT_TAIL(&store->queue, task, link);
        pthread_cond_signal(&store->wake);
    }
    pthread_mutex_unlock(&store->mutex);
    if (sd_event_source_get_enabled(store->watch, &enabled) == 0) {
        arm_watch(store);
    }
}

void store_no_memory(struct store *store, store_done done, void *userdata) {
    if (done != NULL) {
        done(userdata, -ENOMEM, "out of memory");
        return;
    }
    pthread_mutex_lock(&store->mutex);
    store->lost++;
    pthread_mutex_unlock(&store->mutex);
}

static int on_wake(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
    struct store *store = userdata;
    struct task *task;
    uint64_t count;
    (void)source;
    (void)revents;
    ssize_t ignored = read(fd, &count, sizeof count);
    (void)ignored;
    for (int i = 0; i < DISPATCH_MAX; i++) {
        pthread_mutex_lock(&store->mutex);
        task = TAILQ_FIRST(&store->done);
        if (task != NULL) {
            TAILQ_REMOVE(&store->done, task, link);
        }
        pthread_mutex_unlock(&store->mutex);
        if (task == NULL) {
            return 0;
        }
        if (task->kind->finish != NULL) {
            task->kind->finish(store, task);
        } else {
            task->done(task->userdata, task->error, task->text == NULL ? "" : task->text);
        }
        task_free(task);
    }
    wake_loop(store);
    return 0;
}

static void free_list(struct task_list *list) {
    struct task *task;
    while ((task = TAILQ_FIRST(list)) != NULL) {
        TAILQ_REMOVE(list, task, link);
        task_free(task);
    }
}

void store_dispose(struct store *store) {
    free_list(&store->queue);
    free_list(&store->done);
    pthread_cond_destroy(&store->wake);
    pthread_cond_destroy(&store->ended_cond);
    pthread_mutex_destroy(&store->mutex);
    if (store->wake_loop >= 0) {
        close(store->wake_loop);
    }
    free(store->path);
    free(store->config_directory);
    free(store->container);
    free(store);
}

/* The thread blocks every signal; they are for the loop. */
static int start_thread(struct store *store) {
    pthread_attr_t attributes;
    sigset_t all, before;
    sigfillset(&all);
    int r = pthread_attr_init(&attributes);
    if (r != 0) {
        return -r;
    }
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    r = pthread_create(&store->thread, &attributes, store_work, store);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return -r;
}

static void init_locks(struct store *store) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&store->mutex, NULL);
    pthread_cond_init(&store->wake, &attributes);
    pthread_cond_init(&store->ended_cond, &attributes);
    pthread_condattr_destroy(&attributes);
}

int store_start(sd_event *event, const struct store_place *place, const struct store_limits *limits,
                const struct store_callbacks *callbacks, const struct store_timing *timing,
                struct store **out) {
    struct store *store = calloc(1, sizeof *store);
    if (store == NULL) {
        return -ENOMEM;
    }
    TAILQ_INIT(&store->queue);
    TAILQ_INIT(&store->done);
    init_locks(store);
    store->callbacks = *callbacks;
    store->limits = *limits;
    store->timing = *timing;
    store->path = strdup(place->path);
    store->config_directory = strdup(place->config_directory);
    store->container = strdup(place->container);
    store->wake_loop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int r = store->wake_loop < 0 ? -errno : 0;
    if (store->path == NULL || store->config_directory == NULL || store->container == NULL) {
        r = -ENOMEM;
    }
    if (r == 0) {
        r = sd_event_add_io(event, &store->source, store->wake_loop, EPOLLIN, on_wake, store);
    }
    if (r >= 0) {
        r = sd_event_add_time_relative(event, &store->watch, CLOCK_MONOTONIC, WATCH_USEC, 0,
                                       on_watch, store);
    }
    if (r >= 0) {
        r = start_thread(store);
    }
    if (r < 0) {
        sd_event_source_disable_unref(store->source);
        sd_event_source_disable_unref(store->watch);
        store_dispose(store);
        return r;
    }
    *out = store;
    return 0;
}

int store_new(sd_event *event, const struct store_place *place, const struct store_limits *limits,
              const struct store_callbacks *callbacks, struct store **out) {
    static const struct store_timing timing = {
        .patience = 10 * USEC_PER_SEC,
        .retry = 2 * USEC_PER_SEC,
        .purge = 3600 * USEC_PER_SEC,
        .hang = 5 * USEC_PER_SEC,
    };
    return store_start(event, place, limits, callbacks, &timing, out);
}

void store_free(struct store *store, uint64_t wait_usec) {
    if (store == NULL) {
        return;
    }
    sd_event_source_disable_unref(store->source);
    sd_event_source_disable_unref(store->watch);
    uint64_t end_usec = store_now_usec() + wait_usec;
    struct timespec end = {.tv_sec = (time_t)(end_usec / USEC_PER_SEC),
                           .tv_nsec = (long)(end_usec % USEC_PER_SEC * 1000)};
    pthread_mutex_lock(&store->mutex);
    store->stopping = true;
    store->stop_usec = end_usec;
    pthread_cond_signal(&store->wake);
    while (!store->ended &&
           pthread_cond_timedwait(&store->ended_cond, &store->mutex, &end) != ETIMEDOUT) {
    }
    bool ended = store->ended;
    pthread_t thread = store->thread;
    store->abandoned = !ended;
    pthread_mutex_unlock(&store->mutex);
    if (ended) {
        pthread_join(thread, NULL);
        store_dispose(store);
    } else {
        /* It hangs in a call to the disk, and frees the store if that ever returns. */
        pthread_detach(thread);
    }
}

bool store_usable(const struct store *store) {
    return store->usable;
}

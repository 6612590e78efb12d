/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether the database is usable, and if not, why. Runs on the worker thread. */
#include "io/store/internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct health_task {
    struct task task;
    int error;
    char text[STORE_TEXT_SIZE];
};

static void finish_health(struct store *store, struct task *task) {
    struct health_task *health = (struct health_task *)task;
    store->usable = health->error == 0;
    store->hung = false;
    store->callbacks.usable(store->callbacks.userdata, health->error, health->text);
}

static const struct task_kind health_kind = {.finish = finish_health};

static void post_health(struct store *store, int error, const char *text) {
    struct health_task *health = store_task_new(&health_kind, sizeof *health, NULL, NULL);
    if (health != NULL) {
        health->error = error;
        snprintf(health->text, sizeof health->text, "%s", text);
        store_hand_over(store, &health->task, 0, "");
    }
}

/* Fails the waiting calls that ask; those that report keep waiting. The mutex must be held. */
static void refuse_waiting(struct store *store) {
    struct task *task, *next;
    for (task = TAILQ_FIRST(&store->queue); task != NULL; task = next) {
        next = TAILQ_NEXT(task, link);
        if ((task->kind->flags & TASK_KEPT) == 0) {
            store_unlink(store, task);
            store_give_back(store, task, store->health, store->health_text);
        }
    }
}

static void become_unusable(struct store *store) {
    const struct store_db_failure *failure = &store->db.failure;
    store->next_try_usec = store_now_usec() + store->timing.retry;
    pthread_mutex_lock(&store->mutex);
    bool news = store->health == 0 || strcmp(store->health_text, failure->text) != 0;
    store->health = failure->error;
    memcpy(store->health_text, failure->text, sizeof store->health_text);
    if (news && (store->loaded || store->load_reported)) {
        post_health(store, failure->error, failure->text);
    }
    refuse_waiting(store);
    pthread_mutex_unlock(&store->mutex);
}

void store_recovered(struct store *store) {
    char text[STORE_TEXT_SIZE] = "";
    pthread_mutex_lock(&store->mutex);
    bool news = store->health != 0 || store->lost > 0;
    store->health = 0;
    store->health_text[0] = '\0';
    if (store->lost > 0) {
        snprintf(text, sizeof text, "%s: %llu writes, the oldest, are lost: there was no room",
                 store->path, (unsigned long long)store->lost);
        store->lost = 0;
    }
    if (news) {
        post_health(store, 0, text);
    }
    pthread_mutex_unlock(&store->mutex);
}

/* Waits for a lock at first. Returns true if the failure is to be reported. */
static bool out_of_patience(struct store *store) {
    uint64_t now = store_now_usec();
    if (store->db.failure.error != -EBUSY || store->health != 0) {
        return true;
    }
    if (store->busy_usec == 0) {
        store->busy_usec = now;
    }
    store->next_try_usec = now + STORE_BUSY_PAUSE_USEC;
    return now - store->busy_usec >= store->timing.patience;
}

void store_failed(struct store *store) {
    int error = store->db.failure.error;
    if (!out_of_patience(store)) {
        return;
    }
    /* After any other error the connection itself may be at fault, so it is closed, unless the file
     * was deleted: then only the connection still has its contents. */
    if (error != -EBUSY && error != -ENOSPC && error != -ESTALE && store->db.handle != NULL) {
        int moved = 0;
        sqlite3_file_control(store->db.handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
        if (!moved) {
            store_db_close(&store->db);
        }
    }
    become_unusable(store);
}

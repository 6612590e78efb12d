/* SPDX-License-Identifier: BSD-3-Clause */
#include "io/store/content.h"

#include "io/store/engine.h"

#include <stdlib.h>
#include <string.h>

void store_content_begin(struct store *store) {
    store->serials.reserving = NOTHING_RESERVED;
}

void store_content_committed(struct store *store) {
    struct store_lock *lock = &store->db.lock;
    if (store->serials.reserving != NOTHING_RESERVED) {
        store->serials.reserved = store->serials.reserving;
        lock->events = (uint32_t)store->serials.reserved;
        store_lock_note(lock);
    }
}

int store_content_load(struct store *store, struct store_image *image) {
    static int (*const load[])(struct store *, struct store_image *) = {
        store_load_settings, store_load_pause,      store_load_raised,
        store_load_events,   store_load_deliveries, store_load_actions,
    };
    int rc = SQLITE_OK;
    for (size_t i = 0; rc == SQLITE_OK && i < sizeof load / sizeof load[0]; i++) {
        rc = load[i](store, image);
    }
    return rc;
}

int store_content_purge(struct store *store, bool *more) {
    int rc = store_purge_actions(store, more);
    return rc == SQLITE_OK ? store_purge_events(store, more) : rc;
}

int store_content_close(struct store *store) {
    return store_reserve_serials(store, store->last_serial, true);
}

void store_image_deinit(struct store_image *image) {
    for (size_t i = 0; i < image->action_count; i++) {
        action_free(image->actions[i]);
    }
    free(image->actions);
    free(image->events);
    free(image->latest);
    free(image->cursors);
    stored_tunables_deinit(&image->tunables);
    memset(image, 0, sizeof *image);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Records the history of the queue (core/history.h) in the database: a reading every few seconds
 * and at each change, a write every five minutes and at the end. A crash loses what was not written
 * yet.
 */
#ifndef HMQ_APP_HISTORY_RECORDER_H
#define HMQ_APP_HISTORY_RECORDER_H

#include "app/collector.h"
#include "core/delivery.h"
#include "io/store/store.h"

#include <systemd/sd-event.h>

struct history_recorder;

/* All borrowed. */
struct history_sources {
    struct collector *collector;
    const struct delivery *delivery; /* NULL = no log is read */
    struct store *store;
};

/* Returns 0 with *out, or a negative errno value. */
int history_recorder_new(sd_event *event, const struct history_sources *sources,
                         struct history_recorder **out);

/* Passes what was not written yet to the store, which must still be there. NULL is accepted. */
void history_recorder_free(struct history_recorder *recorder);

/* The snapshot may have changed. */
void history_recorder_look(struct history_recorder *recorder);

#endif

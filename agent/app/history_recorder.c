/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Owns the steps that have ended and are not written yet. They are written together, a few in one
 * transaction, because nobody needs them at once and a disk wears. Their number is limited: a clock
 * that jumps all the time ends steps all the time. A write that fails is not tried again, and the
 * first of a series is logged.
 */
#include "app/history_recorder.h"

#include "core/history.h"
#include "core/time_units.h"
#include "os/clock.h"
#include "os/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#define LOOK_USEC (5 * USEC_PER_SEC)
#define WRITE_USEC (300 * USEC_PER_SEC)
/* More than end in WRITE_USEC, and those that are running. */
#define STEPS_MAX 16

struct history_recorder {
    struct history_sources sources;
    struct history history;
    struct history_step steps[STEPS_MAX];
    size_t count;
    uint64_t written_usec;
    bool failing;
    sd_event_source *timer;
};

static void on_written(void *userdata, int error, const char *text) {
    struct history_recorder *recorder = userdata;
    if (error != 0 && !recorder->failing) {
        log_line(LOG_WARNING, "the history of the queue cannot be written and has a gap: %s", text);
    }
    recorder->failing = error != 0;
}

static void keep(struct history_recorder *recorder, const struct history_step *steps,
                 size_t count) {
    for (size_t i = 0; i < count && recorder->count < STEPS_MAX; i++) {
        recorder->steps[recorder->count++] = steps[i];
    }
}

static void look(struct history_recorder *recorder) {
    struct history_step ended[HISTORY_LEVELS];
    struct history_reading reading =
        history_read(collector_snapshot(recorder->sources.collector), recorder->sources.delivery);
    keep(recorder, ended,
         history_look(&recorder->history, &reading, clock_usec(), clock_wall(), ended));
}

static void write_steps(struct history_recorder *recorder, bool all, store_done done) {
    struct history_step running[HISTORY_LEVELS];
    keep(recorder, running, history_take(&recorder->history, all, running));
    store_history_add(recorder->sources.store, recorder->steps, recorder->count, done, recorder);
    recorder->count = 0;
    recorder->written_usec = clock_usec();
}

void history_recorder_look(struct history_recorder *recorder) {
    look(recorder);
    if (clock_usec() - recorder->written_usec >= WRITE_USEC) {
        write_steps(recorder, false, on_written);
    }
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
    (void)usec;
    history_recorder_look(userdata);
    sd_event_source_set_time_relative(source, LOOK_USEC);
    return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

int history_recorder_new(sd_event *event, const struct history_sources *sources,
                         struct history_recorder **out) {
    struct history_recorder *recorder = calloc(1, sizeof *recorder);
    if (recorder == NULL) {
        return -ENOMEM;
    }
    recorder->sources = *sources;
    recorder->written_usec = clock_usec();
    int r = sd_event_add_time_relative(event, &recorder->timer, CLOCK_MONOTONIC, LOOK_USEC, 0,
                                       on_timer, recorder);
    if (r < 0) {
        free(recorder);
        return r;
    }
    *out = recorder;
    return 0;
}

void history_recorder_free(struct history_recorder *recorder) {
    if (recorder == NULL) {
        return;
    }
    look(recorder);
    write_steps(recorder, true, NULL);
    sd_event_source_disable_unref(recorder->timer);
    free(recorder);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A pause has a record with a phase (core/pause.h), which the store has before main.cf is touched:
 *
 *   NONE -> STARTING -> IN_FORCE -> ENDING -> NONE
 *               |           |          ^
 *               |           +----------|-------------> NONE: somebody else changed main.cf
 *               +--- not clean --------+
 *
 * STARTING and ENDING are changes of main.cf (app/settings_change.h). A start that fails is
 * reverted; it becomes ENDING if that cannot be proved. An end that fails is tried again until it
 * succeeds, because mail must not stay paused without anybody's knowing. Nothing but what the pause
 * wrote is ever removed: pause_change.c and pause_observe compare main.cf with the record.
 *
 * A SET that arrives during a change waits until that has ended. Everything that may have become
 * possible or due is done by pause_go_on, which must follow each change of this module's state.
 */
#include "app/pause_internal.h"

#include "os/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

/* A main.cf without what the pause wrote is looked at a second time, because an editor may have
 * been writing it. */
#define DOUBT_USEC (2 * USEC_PER_SEC)

/* A SET that moves the end by no more than this is a manager's retry. */
#define SAME_END_USEC (10 * USEC_PER_SEC)

/* A wall clock that differs by more has been set. */
#define CLOCK_SLACK_S 5

void pause_show_record(struct pause *pause) {
    struct pause_status *status = pause->context.status;
    const struct pause_record *record = &pause->record;
    enum pause_phase phase = record->phase;
    const struct pause_order *queued = &pause->queued;
    bool wanted = phase == PAUSE_STARTING || phase == PAUSE_IN_FORCE;
    status->known = pause->loaded;
    status->wanted = pause->has_queued && queued->pause_set ? queued->pause : wanted;
    status->in_force = (phase == PAUSE_IN_FORCE || phase == PAUSE_ENDING) && pause->doubt_usec == 0;
    status->for_s = phase != PAUSE_NONE ? record->for_s : 0;
    status->ends = phase != PAUSE_NONE ? record->ends : 0;
}

void pause_show(struct pause *pause, enum settings_state state, const char *error) {
    struct pause_status *status = pause->context.status;
    status->state = state;
    snprintf(status->error, sizeof status->error, "%s", error);
    pause_show_record(pause);
}

/* Notes what is so already. */
void pause_store_record(struct pause *pause) {
    store_pause_set(pause->context.store, &pause->record, NULL, NULL);
}

/* The end */

static int64_t wall_of(uint64_t usec) {
    uint64_t now = pause_now_usec();
    return clock_wall() +
           (usec > now ? (int64_t)((usec - now + USEC_PER_SEC / 2) / USEC_PER_SEC) : 0);
}

static void set_end(struct pause *pause, uint32_t for_s, uint64_t from_usec) {
    pause->record.for_s = for_s;
    pause->end_usec = for_s != 0 ? from_usec + for_s * USEC_PER_SEC : 0;
    pause->record.ends = for_s != 0 ? wall_of(pause->end_usec) : 0;
}

static void move_end(struct pause *pause, const struct pause_order *order, uint64_t from_usec) {
    uint64_t before = pause->end_usec;
    bool in_force = pause->record.phase == PAUSE_IN_FORCE;
    set_end(pause, order->for_s, from_usec);
    bool retry = pause->end_usec == before || (before != 0 && pause->end_usec >= before &&
                                               pause->end_usec - before <= SAME_END_USEC);
    if (!in_force) {
        return;
    }
    pause_store_record(pause);
    if (!retry) {
        pause_show(pause, SETTINGS_APPLIED, "");
        pause_report_end_moved(pause->context.events, &pause->record, order->who);
    }
}

/* The stored end follows a wall clock that was set, for a later process. */
static void follow_clock(struct pause *pause) {
    if (pause->end_usec == 0 || pause->record.phase != PAUSE_IN_FORCE ||
        pause->end_usec <= pause_now_usec()) {
        return;
    }
    int64_t ends = wall_of(pause->end_usec);
    if (llabs(ends - pause->record.ends) > CLOCK_SLACK_S) {
        log_line(LOG_NOTICE,
                 "the clock was set; the end of the pause of outbound mail was "
                 "corrected by %lld s",
                 (long long)(ends - pause->record.ends));
        pause->record.ends = ends;
        pause_store_record(pause);
        pause_show_record(pause);
    }
}

/* What a SET asks for */

static void order_start(struct pause *pause, const struct pause_order *order) {
    struct pause_record *record = &pause->record;
    if (record->phase == PAUSE_ENDING) {
        record->phase = PAUSE_STARTING; /* of which main.cf may have anything */
        record->for_s = 0;
        record->ends = 0;
        pause->end_usec = 0;
    } else if (record->phase == PAUSE_NONE) {
        *record = (struct pause_record){.phase = PAUSE_STARTING, .since = clock_wall()};
        snprintf(record->value, sizeof record->value, "%s",
                 pause->context.config->pause_transports);
        pause->fresh = true;
    } else {
        return;
    }
    memcpy(record->who, order->who, sizeof record->who);
    pause->retry_usec = 0;
    pause_show(pause, SETTINGS_PENDING, pause->helper_up ? "" : "waiting for the helper");
}

static void order_end(struct pause *pause, const struct pause_order *order) {
    struct pause_record *record = &pause->record;
    if (record->phase == PAUSE_STARTING && pause->fresh) {
        *record = (struct pause_record){.phase = PAUSE_NONE};
        pause->end_usec = 0;
        pause_show(pause, SETTINGS_APPLIED, "");
    } else if (record->phase == PAUSE_STARTING || record->phase == PAUSE_IN_FORCE) {
        pause_begin_ending(pause, PAUSE_OVER_SET, order->who);
        pause_show(pause, SETTINGS_PENDING, pause->helper_up ? "" : "waiting for the helper");
    }
}

static void take_queued(struct pause *pause) {
    const struct pause_order order = pause->queued;
    if (!pause->has_queued) {
        return;
    }
    pause->has_queued = false;
    pause->queued = (struct pause_order){.pause_set = false};
    if (order.pause_set && order.pause) {
        order_start(pause, &order);
    } else if (order.pause_set) {
        order_end(pause, &order);
    }
    if (order.for_set &&
        (pause->record.phase == PAUSE_STARTING || pause->record.phase == PAUSE_IN_FORCE)) {
        move_end(pause, &order, pause->queued_usec);
    }
    pause_show_record(pause);
}

void pause_set(struct pause *pause, const struct pause_order *order) {
    struct pause_order *queued = &pause->queued;
    pause->has_queued = true;
    if (order->pause_set) {
        queued->pause_set = true;
        queued->pause = order->pause;
    }
    if (order->pause_set && !order->pause) {
        queued->for_set = false;
    } else if (order->for_set) {
        queued->for_set = true;
        queued->for_s = order->for_s;
        pause->queued_usec = pause_now_usec();
    }
    memcpy(queued->who, order->who, sizeof queued->who);
    pause_show_record(pause);
    pause_go_on(pause);
}

/* What is due */

static void end_in_time(struct pause *pause) {
    if (pause->end_usec == 0 || pause_now_usec() < pause->end_usec) {
        return;
    }
    if (pause->record.phase == PAUSE_STARTING && pause->fresh) {
        pause->record = (struct pause_record){.phase = PAUSE_NONE};
        pause->end_usec = 0;
        pause_show(pause, SETTINGS_FAILED, "the pause was not made before the end of its time");
        log_line(LOG_ERR, "outbound mail was not paused: the helper was not ready in time");
    } else if (pause->record.phase == PAUSE_STARTING || pause->record.phase == PAUSE_IN_FORCE) {
        pause_begin_ending(pause, PAUSE_OVER_TIME, "");
        pause_show(pause, SETTINGS_PENDING, pause->helper_up ? "" : "waiting for the helper");
    }
}

static uint64_t sooner(uint64_t a, uint64_t b) {
    return a == 0 || (b != 0 && b < a) ? b : a;
}

static void set_timer(struct pause *pause) {
    enum pause_phase phase = pause->record.phase;
    uint64_t next = sooner(pause->store_usec, pause->doubt_usec);
    if (!pause->busy && (phase == PAUSE_STARTING || phase == PAUSE_IN_FORCE)) {
        next = sooner(next, pause->end_usec);
    }
    if (!pause->busy && phase == PAUSE_ENDING) {
        next = sooner(next, pause->retry_usec);
    }
    if (next == 0) {
        sd_event_source_set_enabled(pause->timer, SD_EVENT_OFF);
    } else {
        sd_event_source_set_time(pause->timer, next);
        sd_event_source_set_enabled(pause->timer, SD_EVENT_ONESHOT);
    }
}

void pause_go_on(struct pause *pause) {
    if (pause->loaded && !pause->busy) {
        take_queued(pause);
        end_in_time(pause);
        bool changes = pause->record.phase == PAUSE_STARTING || pause->record.phase == PAUSE_ENDING;
        if (changes && pause->helper_up && !settings_change_busy(pause->context.change) &&
            pause_now_usec() >= pause->retry_usec) {
            pause_attempt(pause);
        }
    }
    set_timer(pause);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
    struct pause *pause = userdata;
    uint64_t now = pause_now_usec();
    (void)source;
    (void)usec;
    if (pause->store_usec != 0 && now >= pause->store_usec) {
        pause_give_up_storing(pause);
    }
    if (pause->doubt_usec != 0 && now >= pause->doubt_usec) {
        /* Not 0, which would be no doubt; the reading that follows decides. */
        pause->doubt_usec = UINT64_MAX;
        collector_read_settings_soon(pause->context.collector);
    }
    pause_go_on(pause);
    return 0;
}

void pause_wake(struct pause *pause) {
    pause->helper_up = true;
    pause->retry_usec = 0;
    pause_go_on(pause);
}

/* Reading */

static void observe_in_force(struct pause *pause, const struct postfix_settings *read) {
    if (strcmp(read->defer_transports, pause->record.value) == 0) {
        pause->doubt_usec = 0;
        pause_show_record(pause);
    } else if (pause->doubt_usec == 0) {
        pause->doubt_usec = pause_now_usec() + DOUBT_USEC;
        pause->settled_usec = clock_usec() + DOUBT_USEC / 2;
        pause_show_record(pause);
    } else {
        pause_end_of_others(pause, !read->outbound_paused);
    }
    set_timer(pause);
}

/* It may be a pause that this agent has made, and of which a lost or restored database knows
 * nothing: nobody will end it. No warning: on many a gateway it is what its administrator wants. */
static void observe_none(struct pause *pause, const struct postfix_settings *read) {
    if (strcmp(read->defer_transports, pause->others) != 0) {
        snprintf(pause->others, sizeof pause->others, "%s", read->defer_transports);
        if (read->outbound_paused) {
            log_line(LOG_NOTICE,
                     "defer_transports is \"%s\" in main.cf, and no pause set here: mail for these "
                     "transports waits until somebody removes it",
                     pause->others);
        }
    }
    if (!read->outbound_paused && pause->context.status->state == SETTINGS_DRIFTED) {
        pause_show(pause, SETTINGS_APPLIED, "");
    }
}

void pause_observe(struct pause *pause, const struct postfix_settings *read) {
    follow_clock(pause);
    if (!pause->loaded || pause->busy || !read->known || read->asked_usec < pause->settled_usec) {
        return;
    }
    if (pause->record.phase == PAUSE_IN_FORCE) {
        observe_in_force(pause, read);
    } else if (pause->record.phase == PAUSE_NONE) {
        observe_none(pause, read);
    }
}

void pause_load(struct pause *pause, const struct pause_record *record) {
    pause->loaded = true;
    pause->record = *record;
    if (record->phase != PAUSE_NONE && record->ends != 0) {
        pause->end_usec = pause_now_usec() + pause_remaining_s(record, clock_wall()) * USEC_PER_SEC;
        pause->record.ends = wall_of(pause->end_usec);
    }
    if (record->phase == PAUSE_ENDING) {
        bool in_time = record->ends != 0 && record->ends <= clock_wall();
        pause_begin_ending(pause, in_time ? PAUSE_OVER_TIME : PAUSE_OVER_EARLIER, "");
    }
    if (record->phase != PAUSE_NONE) {
        log_line(LOG_NOTICE, "a pause of outbound mail is %s since an earlier start",
                 pause_phase_name(record->phase));
    }
    pause_show(pause,
               record->phase == PAUSE_STARTING || record->phase == PAUSE_ENDING ? SETTINGS_PENDING
                                                                                : SETTINGS_APPLIED,
               "");
    pause_go_on(pause);
}

int pause_new(sd_event *event, const struct pause_context *context, struct pause **out) {
    struct pause *pause = calloc(1, sizeof *pause);
    if (pause == NULL) {
        return -ENOMEM;
    }
    pause->context = *context;
    context->status->state = SETTINGS_APPLIED;
    int r = sd_event_add_time_relative(event, &pause->timer, CLOCK_BOOTTIME, 0, 0, on_timer, pause);
    if (r >= 0) {
        r = sd_event_source_set_enabled(pause->timer, SD_EVENT_OFF);
    }
    if (r < 0) {
        pause_free(pause);
        return r;
    }
    *out = pause;
    return 0;
}

void pause_free(struct pause *pause) {
    if (pause == NULL) {
        return;
    }
    sd_event_source_disable_unref(pause->timer);
    free(pause);
}

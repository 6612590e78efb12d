/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the two halves of the pause share: pause.c has its orders, its time and what it reads;
 * pause_change.c makes the changes of main.cf.
 */
#ifndef HMQ_APP_PAUSE_INTERNAL_H
#define HMQ_APP_PAUSE_INTERNAL_H

#include "app/pause.h"
#include "app/pause_report.h"
#include "core/time_units.h"
#include "os/clock.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Why the present change of main.cf ended before anything was written. */
enum verdict { VERDICT_NONE, VERDICT_REMOVED, VERDICT_CHANGED };

struct pause {
    struct pause_context context;
    sd_event_source *timer;
    struct pause_record record;
    struct pause_order queued; /* SETs that wait for the present change */
    uint64_t queued_usec;      /* when the end in queued was asked for */
    bool has_queued, loaded, helper_up;
    bool busy;    /* a change was claimed */
    bool fresh;   /* STARTING: nothing is stored, and main.cf is not touched */
    bool storing; /* the change waits for the store */
    enum verdict verdict;
    enum pause_over over; /* ENDING: why */
    char over_who[PAUSE_WHO_SIZE];
    unsigned failures; /* of the end */
    /* On the clock of pause_now_usec; 0 = not. */
    uint64_t end_usec, retry_usec, store_usec, doubt_usec, notified_usec;
    char others[MAIN_CF_VALUE_SIZE]; /* what somebody else has in main.cf, as reported */
    uint64_t settled_usec; /* a reading that began before this moment says nothing about the pause;
                            * CLOCK_MONOTONIC, as in the readings */
};

/* CLOCK_BOOTTIME, which goes on while the machine is suspended. */
static inline uint64_t pause_now_usec(void) {
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (uint64_t)now.tv_sec * USEC_PER_SEC + (uint64_t)now.tv_nsec / NSEC_PER_USEC;
}

/* Sets the status: the state with its text, and what the record has; or the latter alone. */
void pause_show(struct pause *pause, enum settings_state state, const char *error);
void pause_show_record(struct pause *pause);

/* Stores the record, which is in effect already. */
void pause_store_record(struct pause *pause);

/* The pause is to end. pause_go_on must follow. who is "" if unknown. */
void pause_begin_ending(struct pause *pause, enum pause_over over, const char *who);

/* Somebody else has removed what the pause wrote, or replaced it: the pause is over. */
void pause_end_of_others(struct pause *pause, bool removed);

/* Begins the change that the phase, STARTING or ENDING, asks for. No change may be in progress. */
void pause_attempt(struct pause *pause);

/* The store has not answered in time. */
void pause_give_up_storing(struct pause *pause);

#endif

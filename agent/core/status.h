/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The agent's own state, for group hmqAgent and the notifications. There is one struct for each
 * module that contributes a part. Only that module has a pointer to write it; everyone else reads
 * it through a pointer to a const struct agent_status. Whether something fails is a bool; the texts
 * are for people.
 */
#ifndef HMQ_CORE_STATUS_H
#define HMQ_CORE_STATUS_H

#include "core/condition.h"
#include "core/delivery.h"
#include "core/reading.h"
#include "core/snapshot.h"

#include <stdbool.h>
#include <stdint.h>

#define STATUS_ERROR_SIZE 256

/* Written by app/agent.c. */
struct process_status {
    int64_t start_wall; /* seconds since the epoch */
    uint32_t master_reconnects;
};

/* Written by app/service.c. */
struct loop_status {
    uint32_t latency_ms; /* worst of the last minute */
};

/* Written by app/read_errors.c, a part of the collector. */
struct read_errors_status {
    uint32_t count;
    char last[STATUS_ERROR_SIZE]; /* "" = none yet */
};

/* Written by the collector (app/collector.c and app/collector_readings.c). */
struct readings_status {
    enum data_status data;
    bool lost; /* unavailable although reading was tried */
    enum count_method method;
    bool failed; /* a reading that data depends on is failing; the reason is in error */
    char error[STATUS_ERROR_SIZE];
    bool settings_tried;
    bool settings_failed; /* the last reading of the settings; the reason is in settings_error */
    char settings_error[STATUS_ERROR_SIZE];
    uint64_t
        postfix_seen_usec; /* CLOCK_MONOTONIC of the observation in snapshot.postfix, 0 = none */
    uint64_t counts_taken_usec; /* CLOCK_MONOTONIC of the last good counts, 0 = none yet */
    uint64_t list_taken_usec;   /* of the last good listing, 0 = none */
    uint64_t list_duration_usec;
    uint32_t listing_serial;
    struct read_errors_status errors;
};

/* The two lifetimes as hmqSettings has them. Written by app/settings.c. */
struct lifetimes_status {
    enum settings_state state;
    char error[STATUS_ERROR_SIZE];
    bool stored[LIFETIME_COUNT];
    uint32_t days[LIFETIME_COUNT];
};

/* The pause of outbound mail as hmqSettings has it. Written by app/pause.c. */
struct pause_status {
    bool known;    /* the database was read, which has a pause of an earlier process */
    bool wanted;   /* a pause is in force or is being made, and was not ended */
    bool in_force; /* as far as is known; main.cf has it */
    uint32_t for_s;
    int64_t ends; /* seconds since the epoch, 0 = no end */
    enum settings_state state;
    char error[STATUS_ERROR_SIZE];
};

/* Written by app/load.c. */
struct store_status {
    bool usable; /* requests that must be stored first can be accepted */
    bool failed; /* actions are refused at present; the reason is in error */
    char error[STATUS_ERROR_SIZE];
};

/* Written by app/events.c. */
struct events_status {
    uint32_t serial; /* of the last event */
};

/* All of it. Owned by the agent; everyone else has it const. */
struct agent_status {
    struct process_status process;
    struct loop_status loop;
    struct readings_status readings;
    struct lifetimes_status lifetimes;
    struct pause_status pause;
    struct store_status store;
    /* In the order of tunables.conditions. Written by app/detection.c. */
    struct condition_status conditions[CONDITIONS_MAX];
    struct events_status events;
    const struct delivery *delivery; /* of app/delivery_reader.c; NULL while mail_log is off */
};

/* hmqLastReadError */
static inline const char *last_error_shown(const struct agent_status *status) {
    return status->store.failed ? status->store.error : status->readings.errors.last;
}

/* What Postfix's parameters are as a whole: the state of the lifetimes, or of the pause if that
 * needs attention more. */
static inline enum settings_state settings_state_all(const struct agent_status *status) {
    static const enum settings_state order[] = {SETTINGS_PENDING, SETTINGS_FAILED,
                                                SETTINGS_DRIFTED};
    for (unsigned i = 0; i < sizeof order / sizeof order[0]; i++) {
        if (status->lifetimes.state == order[i] || status->pause.state == order[i]) {
            return order[i];
        }
    }
    return SETTINGS_APPLIED;
}

/* If Postfix's settings cannot be read, this is reported instead of their last known state, unless
 * a change is in progress. */
static inline bool settings_unreadable(const struct agent_status *status) {
    return status->readings.settings_failed && settings_state_all(status) != SETTINGS_PENDING;
}

/* hmqSettingsState, which is shown once readings.settings_tried is set. */
static inline enum settings_state settings_state_shown(const struct agent_status *status) {
    return settings_unreadable(status) ? SETTINGS_FAILED : settings_state_all(status);
}

/* hmqSettingsError */
static inline const char *settings_error_shown(const struct agent_status *status) {
    enum settings_state state = settings_state_all(status);
    if (settings_unreadable(status)) {
        return status->readings.settings_error;
    }
    bool of_pause = status->pause.state == state && status->pause.error[0] != '\0';
    bool of_lifetimes = status->lifetimes.state == state && status->lifetimes.error[0] != '\0';
    return of_pause ? status->pause.error : of_lifetimes ? status->lifetimes.error : "";
}

#endif

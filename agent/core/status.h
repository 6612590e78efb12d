/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The agent's own state, for group hmqAgent and the notifications.
 */
#ifndef HMQ_CORE_STATUS_H
#define HMQ_CORE_STATUS_H

#include "core/reading.h"
#include "core/snapshot.h"

#include <stdbool.h>
#include <stdint.h>

#define STATUS_ERROR_SIZE 256

/* The two lifetimes as hmqSettings has them. */
struct lifetimes_status {
    enum settings_state state;
    char error[STATUS_ERROR_SIZE];
    bool stored[LIFETIME_COUNT];
    uint32_t days[LIFETIME_COUNT];
};

struct agent_status {
    int64_t start_wall; /* seconds since the epoch */
    enum data_status data;
    bool lost; /* unavailable after reading was tried, not for want of a first result */
    enum count_method method;
    uint32_t read_errors;
    char last_read_error[STATUS_ERROR_SIZE]; /* "" = none yet */
    char data_error[STATUS_ERROR_SIZE];      /* why data is not DATA_OK; "" = no failure known */
    char store_error[STATUS_ERROR_SIZE];     /* why actions cannot be stored at present, or "" */
    struct lifetimes_status lifetimes;
    bool settings_tried;
    uint64_t postfix_seen_usec; /* CLOCK_MONOTONIC of what snapshot.postfix is from, 0 = nothing */
    char settings_error[STATUS_ERROR_SIZE]; /* why the last reading of the settings failed, or "" */
    uint64_t counts_taken_usec;             /* CLOCK_MONOTONIC of the last good counts, 0 = none */
    uint64_t list_taken_usec;               /* of the last good listing, 0 = none */
    uint64_t list_duration_usec;
    uint32_t loop_latency_ms; /* worst of the last minute */
    uint32_t master_reconnects;
    uint32_t listing_serial;
    uint32_t event_serial;
    bool store_usable; /* what has to be stored first can be taken on */
    bool overload;
    int64_t overload_since; /* seconds since the epoch, 0 = not overloaded */
    uint32_t overload_raises;
};

/* hmqLastReadError */
static inline const char *last_error_shown(const struct agent_status *status) {
    return status->store_error[0] != '\0' ? status->store_error : status->last_read_error;
}

/* That Postfix's settings cannot be read outweighs what was last known of them, but for a change
 * that is on its way. */
static inline bool settings_unreadable(const struct agent_status *status) {
    return status->settings_error[0] != '\0' && status->lifetimes.state != SETTINGS_PENDING;
}

/* hmqSettingsState, which is shown once settings_tried is set. */
static inline enum settings_state settings_state_shown(const struct agent_status *status) {
    return settings_unreadable(status) ? SETTINGS_FAILED : status->lifetimes.state;
}

#endif

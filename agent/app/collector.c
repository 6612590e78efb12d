#include "app/collector.h"

#include "io/helper_client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#define USEC_PER_SEC UINT64_C(1000000)

/* Scanning and listing may take one part in so many of the time. */
#define DUTY 20
#define RETRY_USEC (5 * USEC_PER_SEC)
#define TICK_USEC (USEC_PER_SEC / 10)
#define SETTINGS_INTERVAL_USEC (60 * USEC_PER_SEC)
#define STALE_FACTOR 3
#define AGE_MIN_USEC (3 * USEC_PER_SEC)
#define SETTINGS_TEXT_MAX 8192

/* One kind of reading: when it was begun, when it last went well, when it is due. */
struct reading {
    bool running, failed, dirty;
    uint64_t begun_usec, good_usec, used_usec, due_usec;
};

struct collector {
    sd_event *event;
    sd_event_source *timer;
    struct helper_client *helper;
    const struct config *config;
    struct agent_status *status;
    struct collector_callbacks callbacks;
    struct snapshot *snapshot;
    struct reading scan, list, settings;
    bool helper_ready, helper_gone;
    bool full_due;       /* the next scan is to be a full one */
    bool counts_by_list; /* the spool cannot be read here */
    struct listing_builder *builder;
    uint32_t lines_skipped;
    char line_error[STATUS_ERROR_SIZE];
    char settings_text[SETTINGS_TEXT_MAX];
    size_t settings_len;
    struct snapshot *mtime_snapshot; /* being filled with next retries */
};

static uint64_t now_usec(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * USEC_PER_SEC + (uint64_t)now.tv_nsec / 1000;
}

static uint64_t larger(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

/* Counted each time, told in the log when it is another one than last time. */
static void note_error(struct collector *collector, const char *text) {
    struct agent_status *status = collector->status;
    status->read_errors++;
    if (strcmp(status->last_read_error, text) != 0) {
        snprintf(status->last_read_error, sizeof status->last_read_error, "%s", text);
        collector->callbacks.log(collector->callbacks.userdata, LOG_WARNING, text);
    }
}

/* How old a reading may be before what it said is no longer served. */
static uint64_t age_limit(const struct collector *collector, const struct reading *reading) {
    uint64_t interval = collector->config->scan_interval_usec;
    if (reading == &collector->list) {
        interval = larger(interval, larger(collector->config->list_interval_usec,
                                           DUTY * reading->used_usec));
    }
    return larger(STALE_FACTOR * interval, AGE_MIN_USEC);
}

static enum data_status reading_status(const struct collector *collector,
                                       const struct reading *reading, uint64_t now) {
    if (reading->good_usec == 0 || collector->helper_gone ||
        now - reading->good_usec > age_limit(collector, reading)) {
        return DATA_UNAVAILABLE;
    }
    return reading->failed ? DATA_STALE : DATA_OK;
}

static void publish(struct collector *collector, struct snapshot *next) {
    snapshot_unref(collector->snapshot);
    collector->snapshot = next;
}

/* What has become too old is taken out of the snapshot: no number is better than a false one. */
static void judge(struct collector *collector) {
    uint64_t now = now_usec();
    enum data_status list = reading_status(collector, &collector->list, now);
    enum data_status counts =
        collector->counts_by_list ? list : reading_status(collector, &collector->scan, now);
    struct snapshot *snapshot = collector->snapshot;
    bool drop_list = list == DATA_UNAVAILABLE && snapshot->listing != NULL;
    bool drop_counts = counts == DATA_UNAVAILABLE && snapshot->counts.taken_usec != 0;
    if (drop_list || drop_counts) {
        struct snapshot *next = snapshot_copy(snapshot);
        if (next != NULL && drop_list) {
            listing_unref(next->listing);
            next->listing = NULL;
        }
        if (next != NULL && drop_counts) {
            next->counts = (struct counts){.taken_usec = 0};
        }
        if (next != NULL) {
            publish(collector, next);
        }
    }
    collector->status->data = counts > list ? counts : list;
    collector->status->method = collector->counts_by_list ? COUNT_COMMAND : COUNT_SPOOL;
    collector->callbacks.changed(collector->callbacks.userdata);
}

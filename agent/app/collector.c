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

/* What one source said of Postfix: the lock in the spool, or how postqueue got its listing. */
struct sighting {
    enum postfix_state state;
    uint64_t seen_usec;
};

struct collector {
    sd_event *event;
    sd_event_source *timer;
    struct helper_client *helper;
    const struct config *config;
    const struct tunables *tunables; /* message_limit */
    struct agent_status *status;
    struct collector_callbacks callbacks;
    struct snapshot *snapshot;
    struct reading scan, list, settings;
    struct sighting lock, showq;
    bool helper_ready, helper_gone;
    bool full_due;       /* the next scan is to be a full one */
    bool counts_by_list; /* the spool cannot be read here */
    struct listing_builder *builder;
    uint32_t lines_skipped;
    char line_error[STATUS_ERROR_SIZE];
    char settings_text[SETTINGS_TEXT_MAX];
    size_t settings_len;
    struct listing *mtime_listing; /* whose deferred rows are being asked for */
    size_t mtime_row;
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
        interval = larger(interval,
                          larger(collector->config->list_interval_usec, DUTY * reading->used_usec));
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

static struct snapshot *next_snapshot(struct collector *collector) {
    struct snapshot *next = snapshot_copy(collector->snapshot);
    if (next == NULL) {
        note_error(collector, "out of memory");
    }
    return next;
}

static void see_postfix(struct sighting *sighting, enum postfix_state state) {
    *sighting = (struct sighting){.state = state, .seen_usec = now_usec()};
}

static bool tells(const struct collector *collector, const struct sighting *sighting,
                  const struct reading *reading, uint64_t now) {
    return sighting->seen_usec != 0 && sighting->state != POSTFIX_UNKNOWN &&
           !collector->helper_gone && now - sighting->seen_usec <= age_limit(collector, reading);
}

/* The lock says it at once; where it cannot be seen, as in a container, the listing tells. */
static void publish_postfix(struct collector *collector, uint64_t now) {
    enum postfix_state state = POSTFIX_UNKNOWN;
    if (tells(collector, &collector->lock, &collector->scan, now)) {
        state = collector->lock.state;
    } else if (tells(collector, &collector->showq, &collector->list, now)) {
        state = collector->showq.state;
    }
    struct snapshot *next = state != collector->snapshot->postfix ? next_snapshot(collector) : NULL;
    if (next != NULL) {
        next->postfix = state;
        publish(collector, next);
    }
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
    publish_postfix(collector, now);
    collector->status->data = counts > list ? counts : list;
    collector->status->method = collector->counts_by_list ? COUNT_COMMAND : COUNT_SPOOL;
    collector->callbacks.changed(collector->callbacks.userdata);
}

static void reading_ended(struct reading *reading, bool good, uint64_t interval) {
    uint64_t now = now_usec();
    reading->running = false;
    reading->failed = !good;
    if (good) {
        /* The time a failing one took, up to its timeout, says nothing of what reading costs. */
        reading->used_usec = now - reading->begun_usec;
        reading->good_usec = now;
    }
    reading->due_usec = now + (good || interval < RETRY_USEC ? interval : RETRY_USEC);
}

/* Where the spool cannot be read, the listing counts; corrupt is not in it and stays unknown. */
static void counts_from_listing(struct counts *counts, const struct listing *listing) {
    *counts = (struct counts){.taken_usec = listing->taken_usec};
    for (int queue = 0; queue < QUEUE_COUNT; queue++) {
        const struct queue_totals *totals = &listing->queues[queue];
        counts->known[queue] = queue_is_listed((enum queue)queue);
        counts->messages[queue] = (uint32_t)(totals->messages + totals->unreadable);
    }
}

static bool means_no_spool(int error) {
    return error == ENOTSUP || error == EACCES || error == EPERM;
}

static void on_counts(void *userdata, const struct reply *reply, const char *error) {
    struct collector *collector = userdata;
    bool good = reply != NULL && reply->error == 0;
    reading_ended(&collector->scan, good, collector->config->scan_interval_usec);
    struct snapshot *next = next_snapshot(collector);
    if (next == NULL) {
        return;
    }
    if (reply != NULL) {
        see_postfix(&collector->lock, (enum postfix_state)reply->postfix);
    }
    if (good) {
        collector->counts_by_list = false;
        collector->scan.used_usec = reply->scan_usec;
        next->counts.taken_usec = collector->scan.good_usec;
        for (int queue = 0; queue < QUEUE_COUNT; queue++) {
            next->counts.known[queue] = reply->counted[queue] != 0;
            next->counts.messages[queue] = reply->counts[queue];
        }
        collector->status->counts_taken_usec = collector->scan.good_usec;
    } else {
        collector->full_due = true;
        if (reply == NULL || reply->error != ENOTSUP) {
            note_error(collector, error);
        }
        if (reply != NULL && means_no_spool(reply->error)) {
            collector->counts_by_list = true;
            collector->scan.due_usec = now_usec() + collector->config->scan_interval_usec;
            if (next->listing != NULL) {
                counts_from_listing(&next->counts, next->listing);
                collector->status->counts_taken_usec = next->counts.taken_usec;
            }
        }
    }
    publish(collector, next);
    judge(collector);
}

static int on_list_line(void *userdata, const char *line, size_t len) {
    struct collector *collector = userdata;
    char error[STATUS_ERROR_SIZE];
    switch (listing_builder_add(collector->builder, line, len, error, sizeof error)) {
    case LINE_OK:
        return 0;
    case LINE_SKIPPED:
        collector->lines_skipped++;
        memcpy(collector->line_error, error, sizeof error);
        return 0;
    case LINE_NO_MEMORY:
        snprintf(collector->line_error, sizeof collector->line_error, "out of memory");
        return -ENOMEM;
    case LINE_BAD:
        break;
    }
    memcpy(collector->line_error, error, sizeof error);
    return -EBADMSG;
}

/* Asks for the next retries of one batch of deferred rows; its answer asks for the next one. */
static void ask_mtimes(struct collector *collector) {
    const struct listing *listing = collector->mtime_listing;
    char ids[PROTOCOL_MTIMES][QUEUE_ID_SIZE];
    size_t count = 0;
    size_t row = collector->mtime_row;
    for (; row < listing->row_count && count < PROTOCOL_MTIMES; row++) {
        if (listing->rows[row]->queue == QUEUE_DEFERRED) {
            memcpy(ids[count++], listing->rows[row]->id, QUEUE_ID_SIZE);
        }
    }
    if (count == 0 || !helper_client_mtimes(collector->helper, ids, count)) {
        listing_unref(collector->mtime_listing);
        collector->mtime_listing = NULL;
    }
}

static void on_mtimes(void *userdata, const struct reply *reply) {
    struct collector *collector = userdata;
    struct listing *listing = collector->mtime_listing;
    if (listing == NULL) {
        return;
    }
    uint32_t taken = 0;
    while (taken < reply->id_count && collector->mtime_row < listing->row_count) {
        struct message *message = listing->rows[collector->mtime_row++];
        if (message->queue == QUEUE_DEFERRED) {
            message->next_retry = reply->mtimes[taken++];
        }
    }
    if (taken == 0) {
        collector->mtime_row = listing->row_count;
    }
    ask_mtimes(collector);
}

static void list_succeeded(struct collector *collector, struct listing *listing) {
    struct agent_status *status = collector->status;
    struct snapshot *next = next_snapshot(collector);
    if (next == NULL) {
        listing_unref(listing);
        return;
    }
    listing_unref(next->listing);
    next->listing = listing;
    status->listing_serial++;
    status->list_taken_usec = listing->taken_usec;
    status->list_duration_usec = listing->duration_usec;
    if (collector->counts_by_list) {
        counts_from_listing(&next->counts, listing);
        status->counts_taken_usec = listing->taken_usec;
    }
    publish(collector, next);
    if (collector->lines_skipped > 0) {
        note_error(collector, collector->line_error);
    }
}

static void on_list_end(void *userdata, const struct command_end *end) {
    struct collector *collector = userdata;
    struct listing *listing = NULL;
    char text[2 * STATUS_ERROR_SIZE];
    if (end->ok) {
        listing =
            listing_builder_finish(collector->builder, collector->list.begun_usec, now_usec());
    }
    if (listing == NULL) {
        listing_builder_free(collector->builder);
    }
    collector->builder = NULL;
    reading_ended(&collector->list, listing != NULL, collector->config->scan_interval_usec);
    if (end->ok || end->mail_down) {
        see_postfix(&collector->showq, end->mail_down ? POSTFIX_STOPPED : POSTFIX_RUNNING);
    }
    if (listing != NULL) {
        list_succeeded(collector, listing);
    } else {
        snprintf(text, sizeof text, "%s%s%s", end->error,
                 collector->line_error[0] != '\0' ? ": " : "", collector->line_error);
        note_error(collector, end->ok ? "out of memory" : text);
    }
    judge(collector);
    if (listing != NULL && collector->mtime_listing == NULL && !collector->counts_by_list &&
        collector->snapshot->listing != NULL) {
        collector->mtime_listing = listing_ref(collector->snapshot->listing);
        collector->mtime_row = 0;
        ask_mtimes(collector);
    }
}

static int on_settings_line(void *userdata, const char *line, size_t len) {
    struct collector *collector = userdata;
    if (len + 1 > SETTINGS_TEXT_MAX - collector->settings_len) {
        return -EMSGSIZE;
    }
    memcpy(collector->settings_text + collector->settings_len, line, len);
    collector->settings_len += len;
    collector->settings_text[collector->settings_len++] = '\n';
    return 0;
}

static void on_settings_end(void *userdata, const struct command_end *end) {
    struct collector *collector = userdata;
    struct agent_status *status = collector->status;
    struct postfix_settings settings = {.known = false};
    char error[STATUS_ERROR_SIZE];
    bool good = end->ok && postfix_settings_parse(collector->settings_text, collector->settings_len,
                                                  &settings, error, sizeof error);
    if (!end->ok) {
        snprintf(error, sizeof error, "%s", end->error);
    }
    reading_ended(&collector->settings, good, SETTINGS_INTERVAL_USEC);
    status->settings_tried = true;
    snprintf(status->settings_error, sizeof status->settings_error, "%s", good ? "" : error);
    struct snapshot *next = next_snapshot(collector);
    if (next != NULL) {
        next->settings = settings;
        publish(collector, next);
    }
    if (!good) {
        note_error(collector, error);
    }
    judge(collector);
}

static void begin(struct reading *reading, uint64_t now) {
    reading->running = true;
    reading->dirty = false;
    reading->begun_usec = now;
}

static void start_scan(struct collector *collector, uint64_t now) {
    bool full = collector->full_due || now >= collector->scan.due_usec;
    if (helper_client_scan(collector->helper, full)) {
        collector->full_due = false;
        begin(&collector->scan, now);
    }
}

static void start_list(struct collector *collector, uint64_t now) {
    const struct stream_callbacks callbacks = {
        .line = on_list_line, .end = on_list_end, .userdata = collector};
    const struct helper_order order = {.type = REQUEST_LIST};
    collector->builder =
        listing_builder_new(collector->config->message_order, collector->tunables->message_limit);
    collector->lines_skipped = 0;
    collector->line_error[0] = '\0';
    if (collector->builder == NULL || !helper_client_run(collector->helper, &order, &callbacks)) {
        listing_builder_free(collector->builder);
        collector->builder = NULL;
        return;
    }
    begin(&collector->list, now);
}

static void start_settings(struct collector *collector, uint64_t now) {
    const struct stream_callbacks callbacks = {
        .line = on_settings_line, .end = on_settings_end, .userdata = collector};
    const struct helper_order order = {.type = REQUEST_SETTINGS};
    collector->settings_len = 0;
    if (helper_client_run(collector->helper, &order, &callbacks)) {
        begin(&collector->settings, now);
    }
}

/* Due: its time has come, or a hint has and the last reading is long enough ago for its cost. */
static bool is_due(const struct reading *reading, uint64_t gap, uint64_t now) {
    return !reading->running && (now >= reading->due_usec || (reading->dirty && !reading->failed &&
                                                              now >= reading->begun_usec + gap));
}

static void start_what_is_due(struct collector *collector) {
    uint64_t now = now_usec();
    uint64_t list_gap =
        larger(collector->config->list_interval_usec, DUTY * collector->list.used_usec);
    if (!collector->helper_ready) {
        return;
    }
    if (is_due(&collector->scan, DUTY * collector->scan.used_usec, now)) {
        start_scan(collector, now);
    }
    bool by_list = collector->counts_by_list;
    collector->list.dirty = collector->list.dirty || by_list;
    if (is_due(&collector->list, list_gap, now)) {
        start_list(collector, now);
    }
    if (is_due(&collector->settings, DUTY * collector->settings.used_usec, now)) {
        start_settings(collector, now);
    }
}

static int on_tick(sd_event_source *source, uint64_t usec, void *userdata) {
    struct collector *collector = userdata;
    (void)usec;
    start_what_is_due(collector);
    judge(collector);
    sd_event_source_set_time_relative(source, TICK_USEC);
    return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static void on_hello(void *userdata, const char *missing) {
    struct collector *collector = userdata;
    collector->helper_ready = true;
    collector->full_due = true;
    listing_unref(collector->mtime_listing);
    collector->mtime_listing = NULL;
    collector->scan.due_usec = 0;
    collector->list.due_usec = 0;
    if (missing[0] != '\0') {
        note_error(collector, missing);
    }
    start_what_is_due(collector);
    collector->callbacks.helper_up(collector->callbacks.userdata);
}

static void on_dirty(void *userdata) {
    struct collector *collector = userdata;
    collector->scan.dirty = true;
    collector->list.dirty = true;
    start_what_is_due(collector);
}

static void on_settings_dirty(void *userdata) {
    struct collector *collector = userdata;
    collector->settings.dirty = true;
    start_what_is_due(collector);
}

static void on_gone(void *userdata) {
    struct collector *collector = userdata;
    collector->helper_ready = false;
    collector->helper_gone = true;
    note_error(collector, "the helper has ended; restart hermes-mailqueued");
    judge(collector);
}

int collector_new(sd_event *event, int socket, const struct config *config,
                  const struct tunables *tunables, struct agent_status *status,
                  const struct collector_callbacks *callbacks, struct collector **out) {
    struct collector *collector = calloc(1, sizeof *collector);
    if (collector == NULL) {
        return -ENOMEM;
    }
    const struct helper_callbacks helper_callbacks = {.hello = on_hello,
                                                      .dirty = on_dirty,
                                                      .settings_dirty = on_settings_dirty,
                                                      .counts = on_counts,
                                                      .mtimes = on_mtimes,
                                                      .gone = on_gone,
                                                      .userdata = collector};
    collector->event = sd_event_ref(event);
    collector->config = config;
    collector->tunables = tunables;
    collector->status = status;
    collector->callbacks = *callbacks;
    collector->counts_by_list = config->spool_mode == SPOOL_NONE;
    status->data = DATA_UNAVAILABLE;
    collector->snapshot = snapshot_new();
    int r = collector->snapshot == NULL ? -ENOMEM : 0;
    if (r == 0) {
        r = helper_client_new(event, socket, config->command_timeout_usec, &helper_callbacks,
                              &collector->helper);
    }
    if (r == 0) {
        r = sd_event_add_time_relative(event, &collector->timer, CLOCK_MONOTONIC, TICK_USEC, 0,
                                       on_tick, collector);
    }
    if (r < 0) {
        collector_free(collector);
        return r;
    }
    *out = collector;
    return 0;
}

void collector_free(struct collector *collector) {
    if (collector == NULL) {
        return;
    }
    sd_event_source_disable_unref(collector->timer);
    helper_client_free(collector->helper);
    listing_builder_free(collector->builder);
    listing_unref(collector->mtime_listing);
    snapshot_unref(collector->snapshot);
    sd_event_unref(collector->event);
    free(collector);
}

void collector_reconfigure(struct collector *collector) {
    collector->scan.due_usec = 0;
    collector->list.due_usec = 0;
}

const struct snapshot *collector_snapshot(const struct collector *collector) {
    return collector->snapshot;
}

struct helper_client *collector_helper(const struct collector *collector) {
    return collector->helper;
}

void collector_list_soon(struct collector *collector) {
    collector->list.dirty = true;
    start_what_is_due(collector);
}

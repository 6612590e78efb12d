#include "app/collector.h"

#include "app/listing_reader.h"
#include "app/next_retry.h"
#include "core/reading.h"
#include "io/helper_client.h"
#include "os/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#define USEC_PER_SEC UINT64_C(1000000)

/* Between two scans however short: each costs both processes something besides. */
#define SCAN_GAP_USEC (USEC_PER_SEC / 40)

/* Without a hint: a look whether the spool is there and Postfix runs. */
#define LOOK_USEC (5 * USEC_PER_SEC)

/* Where nothing changes, listing may take one part in so many of the time. */
#define UNCHANGED_DUTY 2000

/* What grows old without an event is judged as often. */
#define JUDGE_USEC USEC_PER_SEC
#define TIMER_ACCURACY_USEC 1000
#define SETTINGS_INTERVAL_USEC (60 * USEC_PER_SEC)
#define SETTINGS_TEXT_MAX 8192

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
    uint64_t full_usec;      /* when the next scan is to be a full one */
    bool counts_by_list;     /* the spool cannot be read here */
    bool settings_overtaken; /* the reading on its way began before a lifetime was read back */
    uint64_t total_before;   /* messages counted when the listing began, 0 = unknown too */
    struct listing_reader listing;
    char settings_text[SETTINGS_TEXT_MAX];
    size_t settings_len;
    struct next_retry next_retry;
};

static uint64_t larger(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

static uint64_t smaller(uint64_t a, uint64_t b) {
    return a < b ? a : b;
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

static uint64_t list_gap(const struct collector *collector) {
    return reading_gap(&collector->list, collector->config->list_interval_usec);
}

static uint64_t scan_gap(const struct collector *collector) {
    return reading_gap(&collector->scan, SCAN_GAP_USEC);
}

static uint64_t age_limit(const struct collector *collector, const struct reading *reading) {
    uint64_t interval = collector->config->scan_interval_usec;
    return reading_age_limit(reading == &collector->list ? larger(interval, list_gap(collector))
                                                         : interval);
}

static enum data_status status_of(const struct collector *collector, const struct reading *reading,
                                  uint64_t now) {
    return collector->helper_gone ? DATA_UNAVAILABLE
                                  : reading_status(reading, age_limit(collector, reading), now);
}

static uint64_t settings_gap(const struct collector *collector) {
    return reading_gap(&collector->settings, 0);
}

static void set_timer(struct collector *collector) {
    uint64_t now = clock_usec();
    uint64_t next = now + JUDGE_USEC;
    if (collector->helper_ready) {
        next = smaller(next, reading_due(&collector->scan, scan_gap(collector)));
        next = smaller(next, reading_due(&collector->list, list_gap(collector)));
        next = smaller(next, reading_due(&collector->settings, settings_gap(collector)));
    }
    /* What could not be started though it was due is not tried again at once. */
    next = larger(next, now + SCAN_GAP_USEC);
    sd_event_source_set_time(collector->timer, next);
    sd_event_source_set_enabled(collector->timer, SD_EVENT_ONESHOT);
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
    *sighting = (struct sighting){.state = state, .seen_usec = clock_usec()};
}

static bool tells(const struct collector *collector, const struct sighting *sighting,
                  const struct reading *reading, uint64_t now) {
    return sighting->seen_usec != 0 && sighting->state != POSTFIX_UNKNOWN &&
           !collector->helper_gone && now - sighting->seen_usec <= age_limit(collector, reading);
}

/* The lock says it at once; where it cannot be seen, as in a container, the listing tells. */
static void publish_postfix(struct collector *collector, uint64_t now) {
    enum postfix_state state = POSTFIX_UNKNOWN;
    uint64_t seen_usec = 0;
    if (tells(collector, &collector->lock, &collector->scan, now)) {
        state = collector->lock.state;
        seen_usec = collector->lock.seen_usec;
    } else if (tells(collector, &collector->showq, &collector->list, now)) {
        state = collector->showq.state;
        seen_usec = collector->showq.seen_usec;
    }
    collector->status->postfix_seen_usec = seen_usec;
    struct snapshot *next = state != collector->snapshot->postfix ? next_snapshot(collector) : NULL;
    if (next != NULL) {
        next->postfix = state;
        publish(collector, next);
    }
}

/* What has become too old is taken out of the snapshot: no number is better than a false one. */
static void drop_outdated(struct collector *collector, enum data_status counts,
                          enum data_status list) {
    const struct snapshot *snapshot = collector->snapshot;
    bool drop_list = list == DATA_UNAVAILABLE && snapshot->listing != NULL;
    bool drop_counts = counts == DATA_UNAVAILABLE && snapshot->counts.taken_usec != 0;
    if (!drop_list && !drop_counts) {
        return;
    }
    struct snapshot *next = snapshot_copy(snapshot);
    if (next == NULL) {
        return; /* tried again when judged next */
    }
    if (drop_list) {
        listing_unref(next->listing);
        next->listing = NULL;
    }
    if (drop_counts) {
        next->counts = (struct counts){.taken_usec = 0};
    }
    publish(collector, next);
}

static void judge(struct collector *collector) {
    uint64_t now = clock_usec();
    struct agent_status *status = collector->status;
    const struct reading *counting =
        collector->counts_by_list ? &collector->list : &collector->scan;
    enum data_status list = status_of(collector, &collector->list, now);
    enum data_status counts = status_of(collector, counting, now);
    drop_outdated(collector, counts, list);
    publish_postfix(collector, now);
    status->data = counts > list ? counts : list;
    status->lost = collector->helper_gone ||
                   (list == DATA_UNAVAILABLE && reading_was_tried(&collector->list)) ||
                   (counts == DATA_UNAVAILABLE && reading_was_tried(counting));
    status->method = collector->counts_by_list ? COUNT_COMMAND : COUNT_SPOOL;
    set_timer(collector);
    collector->callbacks.changed(collector->callbacks.userdata);
}

static bool means_no_spool(int error) {
    return error == ENOTSUP || error == EACCES || error == EPERM;
}

static void start_what_is_due(struct collector *collector);

static void take_counts(struct collector *collector, struct snapshot *next,
                        const struct reply *reply) {
    struct reading *list = &collector->list;
    uint64_t now = collector->scan.good_usec;
    collector->counts_by_list = false;
    collector->scan.used_usec = reply->scan_usec;
    next->counts.taken_usec = now;
    for (int queue = 0; queue < QUEUE_COUNT; queue++) {
        next->counts.known[queue] = reply->counted[queue] != 0;
        next->counts.messages[queue] = reply->counts[queue];
    }
    collector->status->counts_taken_usec = now;
    if (reply->watching == 0 || reply->changed != 0) {
        list->dirty = true;
    } else if (!list->dirty && !list->failed && !list->running && list->good_usec != 0) {
        list->good_usec = now; /* nothing has changed since: it still holds */
    }
}

/* Without a spool to read, the listing counts. */
static void count_by_list(struct collector *collector, struct snapshot *next) {
    collector->counts_by_list = true;
    if (next->listing != NULL) {
        counts_from_listing(&next->counts, next->listing);
        collector->status->counts_taken_usec = next->counts.taken_usec;
    }
}

static void on_counts(void *userdata, const struct reply *reply, const char *error) {
    struct collector *collector = userdata;
    bool good = reply != NULL && reply->error == 0;
    reading_end(&collector->scan, good, smaller(LOOK_USEC, collector->config->scan_interval_usec),
                clock_usec());
    struct snapshot *next = next_snapshot(collector);
    if (next == NULL) {
        judge(collector);
        return;
    }
    if (reply != NULL) {
        see_postfix(&collector->lock, (enum postfix_state)reply->postfix);
    }
    if (good) {
        take_counts(collector, next, reply);
    } else {
        bool no_spool = reply != NULL && means_no_spool(reply->error);
        collector->full_usec = 0;
        /* What this process may never read is told once. */
        if ((reply == NULL || reply->error != ENOTSUP) &&
            !(no_spool && collector->counts_by_list)) {
            note_error(collector, error);
        }
        if (no_spool) {
            count_by_list(collector, next);
        }
    }
    publish(collector, next);
    start_what_is_due(collector);
    judge(collector);
}

static uint64_t counted_messages(const struct collector *collector) {
    uint64_t total = 0;
    return !collector->counts_by_list && snapshot_total(collector->snapshot, &total) ? total : 0;
}

/* A command that says nothing and exits with 0 has not said that the queue is empty. */
static bool is_false_nothing(const struct collector *collector, const struct listing *listing) {
    return listing_messages(listing) == 0 && counted_messages(collector) > 0 &&
           collector->total_before > 0;
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
}

/* How long a listing is good for when nothing hints at a change. */
static uint64_t list_rest(const struct collector *collector) {
    uint64_t used = clock_usec() - collector->list.begun_usec;
    return larger(collector->config->scan_interval_usec, UNCHANGED_DUTY * used);
}

static void on_list_end(void *userdata, const struct listing_end *end) {
    struct collector *collector = userdata;
    struct listing *listing = end->listing;
    const char *error = end->error;
    char nothing[STATUS_ERROR_SIZE];
    if (listing != NULL && is_false_nothing(collector, listing)) {
        listing_unref(listing);
        listing = NULL;
        snprintf(nothing, sizeof nothing, "postqueue listed nothing, but %llu messages are on disk",
                 (unsigned long long)counted_messages(collector));
        error = nothing;
    }
    reading_end(&collector->list, listing != NULL, list_rest(collector), clock_usec());
    if (end->ran || end->mail_down) {
        see_postfix(&collector->showq, end->mail_down ? POSTFIX_STOPPED : POSTFIX_RUNNING);
    }
    if (listing != NULL) {
        list_succeeded(collector, listing);
    }
    if (error[0] != '\0') {
        note_error(collector, error);
    }
    judge(collector);
    if (listing != NULL && !collector->counts_by_list && collector->snapshot->listing != NULL) {
        next_retry_start(&collector->next_retry, collector->helper, collector->snapshot->listing);
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

/* What it says may be from before the change, and is read again. */
static bool is_overtaken(struct collector *collector) {
    bool overtaken = collector->settings_overtaken;
    collector->settings_overtaken = false;
    if (overtaken) {
        reading_end(&collector->settings, true, 0, clock_usec());
        start_what_is_due(collector);
    }
    return overtaken;
}

static void on_settings_end(void *userdata, const struct command_end *end) {
    struct collector *collector = userdata;
    if (is_overtaken(collector)) {
        return;
    }
    struct agent_status *status = collector->status;
    struct postfix_settings settings = {.known = false};
    char error[STATUS_ERROR_SIZE];
    bool good = end->ok && postfix_settings_parse(collector->settings_text, collector->settings_len,
                                                  &settings, error, sizeof error);
    if (!end->ok) {
        snprintf(error, sizeof error, "%s", end->error);
    }
    reading_end(&collector->settings, good, SETTINGS_INTERVAL_USEC, clock_usec());
    status->settings_tried = true;
    snprintf(status->settings_error, sizeof status->settings_error, "%s", good ? "" : error);
    struct snapshot *next = next_snapshot(collector);
    if (next != NULL) {
        next->settings = settings;
        next->settings.asked_usec = collector->settings.begun_usec;
        publish(collector, next);
    }
    if (!good) {
        note_error(collector, error);
    }
    judge(collector);
}

static void start_scan(struct collector *collector, uint64_t now) {
    bool full = now >= collector->full_usec;
    if (helper_client_scan(collector->helper, full)) {
        if (full) {
            collector->full_usec = now + collector->config->scan_interval_usec;
        }
        reading_begin(&collector->scan, now);
    }
}

static void start_list(struct collector *collector, uint64_t now) {
    collector->total_before = counted_messages(collector);
    if (listing_reader_start(&collector->listing, collector->helper,
                             collector->config->message_order,
                             collector->tunables->message_limit)) {
        reading_begin(&collector->list, now);
    }
}

static void start_settings(struct collector *collector, uint64_t now) {
    const struct stream_callbacks callbacks = {
        .line = on_settings_line, .end = on_settings_end, .userdata = collector};
    const struct helper_order order = {.type = REQUEST_SETTINGS};
    collector->settings_len = 0;
    if (helper_client_run(collector->helper, &order, &callbacks)) {
        reading_begin(&collector->settings, now);
    }
}

static void start_what_is_due(struct collector *collector) {
    uint64_t now = clock_usec();
    if (!collector->helper_ready) {
        return;
    }
    if (now >= reading_due(&collector->scan, scan_gap(collector))) {
        start_scan(collector, now);
    }
    collector->list.dirty = collector->list.dirty || collector->counts_by_list;
    /* After the scan, whose answer tells what changed until then: a change that comes later is
     * another one, and makes the listing dirty again. */
    if (!collector->scan.running && now >= reading_due(&collector->list, list_gap(collector))) {
        start_list(collector, now);
    }
    if (now >= reading_due(&collector->settings, settings_gap(collector))) {
        start_settings(collector, now);
    }
    set_timer(collector);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
    struct collector *collector = userdata;
    (void)source;
    (void)usec;
    start_what_is_due(collector);
    judge(collector);
    return 0;
}

static void on_hello(void *userdata, const char *missing) {
    struct collector *collector = userdata;
    bool told = collector->scan.failed || collector->list.failed || collector->settings.failed;
    if (collector->helper_ready && !told) {
        note_error(collector, "the helper was started anew");
    }
    collector->helper_ready = true;
    collector->full_usec = 0;
    next_retry_stop(&collector->next_retry);
    collector->scan.due_usec = 0;
    collector->list.due_usec = 0;
    if (missing[0] != '\0') {
        note_error(collector, missing);
    }
    start_what_is_due(collector);
    collector->callbacks.helper_up(collector->callbacks.userdata);
}

static void on_mtimes(void *userdata, const struct reply *reply) {
    struct collector *collector = userdata;
    next_retry_take(&collector->next_retry, collector->helper, reply);
}

static void on_dirty(void *userdata) {
    struct collector *collector = userdata;
    collector->scan.dirty = true;
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
    collector->callbacks.helper_gone(collector->callbacks.userdata);
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
    collector->listing = (struct listing_reader){.ended = on_list_end, .userdata = collector};
    collector->counts_by_list = config->spool_mode == SPOOL_NONE;
    status->data = DATA_UNAVAILABLE;
    collector->snapshot = snapshot_new();
    int r = collector->snapshot == NULL ? -ENOMEM : 0;
    if (r == 0) {
        r = helper_client_new(event, socket, config->command_timeout_usec, &helper_callbacks,
                              &collector->helper);
    }
    if (r == 0) {
        r = sd_event_add_time_relative(event, &collector->timer, CLOCK_MONOTONIC, JUDGE_USEC,
                                       TIMER_ACCURACY_USEC, on_timer, collector);
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
    listing_reader_deinit(&collector->listing);
    next_retry_stop(&collector->next_retry);
    snapshot_unref(collector->snapshot);
    sd_event_unref(collector->event);
    free(collector);
}

void collector_reconfigure(struct collector *collector) {
    collector->full_usec = 0;
    collector->scan.due_usec = 0;
    collector->list.due_usec = 0;
    set_timer(collector);
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

void collector_note_lifetimes(struct collector *collector, const bool changed[LIFETIME_COUNT],
                              const uint32_t seconds[LIFETIME_COUNT]) {
    collector->settings_overtaken = collector->settings.running;
    collector->status->settings_tried = true;
    struct snapshot *next = collector->snapshot->settings.known ? next_snapshot(collector) : NULL;
    if (next == NULL) {
        return;
    }
    if (changed[LIFETIME_BOUNCE]) {
        next->settings.bounce_lifetime_s = seconds[LIFETIME_BOUNCE];
    }
    if (changed[LIFETIME_MAXIMAL]) {
        next->settings.maximal_lifetime_s = seconds[LIFETIME_MAXIMAL];
    }
    next->settings.asked_usec = clock_usec();
    publish(collector, next);
}

void collector_read_settings_soon(struct collector *collector) {
    on_settings_dirty(collector);
}

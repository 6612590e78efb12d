/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Three readings, each with a schedule of its own (core/reading.h): the counts, by scanning the
 * spool; the listing; Postfix's settings. What they find is published as a new snapshot.
 *
 * Counts and listing see the queue at different times, and mail moves in between. If a listing is
 * empty although messages are counted, it is held, and its reading is not complete, until a check
 * of the spool has shown what is there (app/empty_listing.h). If a listing has some messages, but
 * fewer than are counted, the next full scan is a check, which finds the files that Postfix does
 * not list. If it has more than are counted in a spool where nothing moves, it is held, too. If the
 * check still finds fewer, and no change since the scan before the listing, the spool that is
 * counted is not Postfix's, and its counts are ignored until they agree with a listing.
 *
 * The lock in the spool shows whether Postfix is running, until showq(8) answers a listing that
 * began after the lock was seen free. From then on the listing decides, until the lock is seen held
 * again.
 */
#include "app/collector_internal.h"
#include "core/time_units.h"
#include "os/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The least time between two scans, however short they are: each has a fixed cost in both
 * processes. */
#define SCAN_GAP_USEC (USEC_PER_SEC / 40)

/* A queue that changes is listed at least this often, whatever it costs. */
#define LIST_GAP_MAX_USEC (60 * USEC_PER_SEC)

/* How often the age of the data is checked. */
#define JUDGE_USEC USEC_PER_SEC
#define TIMER_ACCURACY_USEC 1000

/* The time, beyond its own timeout, until the helper has ended a reading and the next one begins.
 */
#define CHANCE_MORE_USEC (5 * USEC_PER_SEC)

static uint64_t list_gap(const struct collector *collector) {
    return reading_gap(&collector->list, collector->config->list_interval_usec, LIST_GAP_MAX_USEC);
}

static uint64_t scan_gap(const struct collector *collector) {
    return reading_gap(&collector->scan, SCAN_GAP_USEC, LOOK_USEC);
}

static uint64_t age_limit(const struct collector *collector, const struct reading *reading) {
    uint64_t interval = collector->config->scan_interval_usec;
    return reading_age_limit(reading == &collector->list ? larger(interval, list_gap(collector))
                                                         : interval);
}

static enum data_status status_of(const struct collector *collector, const struct reading *reading,
                                  uint64_t now) {
    if (collector->helper_gone) {
        return DATA_UNAVAILABLE;
    }
    enum data_status status = reading_status(reading, age_limit(collector, reading), now);
    return status == DATA_UNAVAILABLE && reading_has_chance(reading, collector->clock.ran_usec)
               ? DATA_STALE
               : status;
}

/* The time for a reading that was running when the pause began, the wait after it fails, and
 * another one. */
static uint64_t chance_after_pause(const struct collector *collector) {
    return 2 * (collector->config->command_timeout_usec + CHANCE_MORE_USEC) + CHANCE_MORE_USEC;
}

/* Data that became too old during a pause says nothing about Postfix. */
void collector_turn(struct collector *collector) {
    struct reading *const readings[] = {&collector->scan, &collector->list, &collector->settings};
    uint64_t now = clock_usec();
    bool paused = run_clock_paused(&collector->clock, now);
    for (size_t i = 0; paused && i < sizeof readings / sizeof *readings; i++) {
        reading_paused(readings[i], age_limit(collector, readings[i]), collector->clock.seen_usec,
                       now, collector->clock.ran_usec, chance_after_pause(collector));
    }
    run_clock_turn(&collector->clock, now);
}

static uint64_t settings_gap(const struct collector *collector) {
    return reading_gap(&collector->settings, 0, SETTINGS_INTERVAL_USEC);
}

static void set_timer(struct collector *collector) {
    uint64_t now = clock_usec();
    uint64_t next = now + JUDGE_USEC;
    if (collector->helper_ready) {
        next = smaller(next, reading_due(&collector->scan, scan_gap(collector)));
        next = smaller(next, reading_due(&collector->list, list_gap(collector)));
        next = smaller(next, reading_due(&collector->settings, settings_gap(collector)));
    }
    /* A reading that was due but could not be started is not tried again at once. */
    next = larger(next, now + SCAN_GAP_USEC);
    sd_event_source_set_time(collector->timer, next);
    sd_event_source_set_enabled(collector->timer, SD_EVENT_ONESHOT);
}

void collector_publish(struct collector *collector, struct snapshot *next) {
    snapshot_unref(collector->snapshot);
    collector->snapshot = next;
}

struct snapshot *collector_next_snapshot(struct collector *collector) {
    struct snapshot *next = snapshot_copy(collector->snapshot);
    if (next == NULL) {
        note_error(collector, CAUSE_MEMORY, "out of memory");
    }
    return next;
}

bool collector_believes_lock(const struct collector *collector) {
    return collector->lock_worth == LOCK_BELIEVED;
}

static bool lock_tells(const struct collector *collector, uint64_t now) {
    return sighting_holds(&collector->lock, age_limit(collector, &collector->scan), now) &&
           (collector->lock.state == POSTFIX_RUNNING || collector_believes_lock(collector));
}

/* Although nothing moves, another listing is due before the result of the last one is too old. */
static bool needs_showq(const struct collector *collector, uint64_t now) {
    return !lock_tells(collector, now) && collector->showq.seen_usec != 0 &&
           !sighting_holds(&collector->showq, age_limit(collector, &collector->list) / 2, now);
}

/* The lock shows it at once. If the lock cannot be seen, as in a container, the listing shows it.
 */
static void publish_postfix(struct collector *collector, uint64_t now) {
    const struct sighting *sighting = NULL;
    if (lock_tells(collector, now)) {
        sighting = &collector->lock;
    } else if (sighting_holds(&collector->showq, age_limit(collector, &collector->list), now)) {
        sighting = &collector->showq;
    }
    if (collector->helper_gone) {
        sighting = NULL;
    }
    enum postfix_state state = sighting != NULL ? sighting->state : POSTFIX_UNKNOWN;
    collector->status->postfix_seen_usec = sighting != NULL ? sighting->seen_usec : 0;
    struct snapshot *next =
        state != collector->snapshot->postfix ? collector_next_snapshot(collector) : NULL;
    if (next != NULL) {
        next->postfix = state;
        collector_publish(collector, next);
    }
}

/* Removes data that is too old from the snapshot: no number is better than a false one. */
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
        return; /* tried again at the next check */
    }
    if (drop_list) {
        listing_unref(next->listing);
        next->listing = NULL;
    }
    if (drop_counts) {
        next->counts = (struct counts){.taken_usec = 0};
    }
    collector_publish(collector, next);
}

/* Notes why the data is not good. If both readings fail, the reason of the more important one
 * counts. */
static void note_data_error(struct collector *collector) {
    const struct read_errors *errors = &collector->errors;
    struct readings_status *status = collector->status;
    enum read_cause cause = CAUSE_LISTING;
    if (collector->helper_gone || collector->silences > 0) {
        cause = CAUSE_HELPER;
    } else if (read_errors_lasting(errors, CAUSE_COUNTS) && !collector->counts_by_list) {
        cause = CAUSE_COUNTS;
    }
    status->failed = status->data != DATA_OK && read_errors_lasting(errors, cause);
    snprintf(status->error, sizeof status->error, "%s",
             status->failed ? read_errors_text(errors, cause) : "");
}

/* A helper that accepts the connection and says nothing asks for nothing to be read, so no reading
 * fails. */
static void expect_hello(struct collector *collector) {
    uint64_t wait = collector->config->command_timeout_usec + CHANCE_MORE_USEC;
    if (!collector->helper_ready && !collector->helper_gone &&
        collector->clock.ran_usec > (collector->silences + 1) * wait) {
        collector->silences++;
        note_error(collector, CAUSE_HELPER,
                   "the helper does not respond: it hangs, or it serves another agent");
    }
}

void collector_judge(struct collector *collector) {
    collector_turn(collector);
    expect_hello(collector);
    uint64_t now = clock_usec();
    struct readings_status *status = collector->status;
    const struct reading *counting =
        collector->counts_by_list ? &collector->list : &collector->scan;
    enum data_status list = status_of(collector, &collector->list, now);
    enum data_status counts = status_of(collector, counting, now);
    drop_outdated(collector, counts, list);
    publish_postfix(collector, now);
    status->data = counts > list ? counts : list;
    status->lost = collector->helper_gone || collector->silences > 0 ||
                   (list == DATA_UNAVAILABLE && reading_was_tried(&collector->list)) ||
                   (counts == DATA_UNAVAILABLE && reading_was_tried(counting));
    status->method = collector->counts_by_list ? COUNT_COMMAND : COUNT_SPOOL;
    note_data_error(collector);
    set_timer(collector);
    collector->callbacks.changed(collector->callbacks.userdata);
}

static void start_check(struct collector *collector, uint64_t now) {
    const struct empty_listing *empty = &collector->empty;
    uint64_t rest = empty->held != NULL ? empty_listing_rest(empty, now) : 0;
    collector->checking = helper_client_check(collector->helper, rest);
    if (collector->checking) {
        collector->full_usec = now + collector->config->scan_interval_usec;
        collector->differs = false;
        reading_begin(&collector->scan, now);
    }
}

static void start_scan(struct collector *collector, uint64_t now) {
    bool full = now >= collector->full_usec;
    if (holds_listing(collector) || (full && collector->differs)) {
        start_check(collector, now);
    } else if (helper_client_scan(collector->helper, full)) {
        if (full) {
            collector->full_usec = now + collector->config->scan_interval_usec;
        }
        reading_begin(&collector->scan, now);
    }
}

static void start_list(struct collector *collector, uint64_t now) {
    if (listing_reader_start(&collector->listing, collector->helper, collector->config,
                             collector->tunables->message_limit)) {
        reading_begin(&collector->list, now);
    }
}

static void start_settings(struct collector *collector, uint64_t now) {
    if (settings_reader_start(&collector->settings_reader, collector->helper)) {
        reading_begin(&collector->settings, now);
    }
}

void collector_start_due(struct collector *collector) {
    collector_turn(collector);
    uint64_t now = clock_usec();
    if (!collector->helper_ready) {
        return;
    }
    bool check = holds_listing(collector) && !collector->scan.running;
    if (check || now >= reading_due(&collector->scan, scan_gap(collector))) {
        start_scan(collector, now);
    }
    collector->list.dirty =
        collector->list.dirty || collector->counts_by_list || needs_showq(collector, now);
    /* After the scan, whose answer includes all changes so far: a later change makes the listing
     * dirty again. */
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
    collector_start_due(collector);
    collector_judge(collector);
    return 0;
}

static void on_hello(void *userdata, const char *missing) {
    struct collector *collector = userdata;
    bool told = collector->scan.failed || collector->list.failed || collector->settings.failed;
    if (collector->helper_ready && !told) {
        note_error(collector, CAUSE_HELPER, "the helper was restarted");
    }
    collector->helper_ready = true;
    if (collector->silences > 0) {
        collector->silences = 0;
        read_errors_over(&collector->errors, CAUSE_HELPER, clock_usec());
    }
    collector->full_usec = 0;
    next_retry_stop(&collector->next_retry);
    collector->scan.due_usec = 0;
    collector->list.due_usec = 0;
    if (missing != NULL) {
        note_error(collector, CAUSE_HELPER, missing);
    }
    collector_start_due(collector);
    collector->callbacks.helper_up(collector->callbacks.userdata);
}

static void on_mtimes(void *userdata, const struct reply *reply) {
    struct collector *collector = userdata;
    next_retry_take(&collector->next_retry, collector->helper, reply);
}

static void on_dirty(void *userdata) {
    struct collector *collector = userdata;
    collector->scan.dirty = true;
    collector_start_due(collector);
}

static void on_settings_dirty(void *userdata) {
    struct collector *collector = userdata;
    collector->settings.dirty = true;
    collector->scan.dirty = true; /* queue_directory may have changed */
    collector_start_due(collector);
}

static void on_gone(void *userdata) {
    struct collector *collector = userdata;
    collector->helper_ready = false;
    collector->helper_gone = true;
    note_error(collector, CAUSE_HELPER, "the helper has ended; restart hermes-mailqueued");
    /* First: whoever starts all anew need not tell of what is lost for as long. */
    collector->callbacks.helper_gone(collector->callbacks.userdata);
    collector_judge(collector);
}

int collector_new(sd_event *event, int socket, const struct config *config,
                  const struct tunables *tunables, struct readings_status *status,
                  const struct collector_callbacks *callbacks, struct collector **out) {
    struct collector *collector = calloc(1, sizeof *collector);
    if (collector == NULL) {
        return -ENOMEM;
    }
    const struct helper_callbacks helper_callbacks = {.hello = on_hello,
                                                      .dirty = on_dirty,
                                                      .settings_dirty = on_settings_dirty,
                                                      .counts = collector_on_counts,
                                                      .mtimes = on_mtimes,
                                                      .gone = on_gone,
                                                      .userdata = collector};
    collector->event = sd_event_ref(event);
    collector->config = config;
    collector->tunables = tunables;
    collector->status = status;
    collector->callbacks = *callbacks;
    collector->listing =
        (struct listing_reader){.ended = collector_on_list_end, .userdata = collector};
    collector->settings_reader.ended = collector_on_settings_end;
    collector->settings_reader.userdata = collector;
    collector->errors.status = &status->errors;
    collector->errors.log = callbacks->log;
    collector->errors.userdata = callbacks->userdata;
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
    empty_listing_deinit(&collector->empty);
    listing_unref(collector->surplus);
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
    collector_start_due(collector);
}

void collector_note_settings(struct collector *collector, const bool changed[PARAMETER_COUNT],
                             const struct postfix_settings *values) {
    collector->settings_overtaken = collector->settings.running;
    collector->status->settings_tried = true;
    struct snapshot *next =
        collector->snapshot->settings.known ? collector_next_snapshot(collector) : NULL;
    if (next == NULL) {
        return;
    }
    for (int i = 0; i < LIFETIME_COUNT; i++) {
        if (changed[lifetime_parameter((enum lifetime)i)]) {
            next->settings.lifetime_s[i] = values->lifetime_s[i];
        }
    }
    if (changed[PARAMETER_DEFER_TRANSPORTS]) {
        next->settings.outbound_paused = values->outbound_paused;
        memcpy(next->settings.defer_transports, values->defer_transports,
               sizeof values->defer_transports);
    }
    next->settings.asked_usec = clock_usec();
    collector_publish(collector, next);
}

void collector_note_mail_log(struct collector *collector, const char *error) {
    if (error != NULL) {
        note_error(collector, CAUSE_MAIL_LOG, error);
    } else {
        read_errors_over(&collector->errors, CAUSE_MAIL_LOG, clock_usec());
    }
}

void collector_read_settings_soon(struct collector *collector) {
    on_settings_dirty(collector);
}

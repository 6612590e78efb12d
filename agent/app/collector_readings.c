/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What happens when a reading ends: the counts from a scan or a check, a listing, or Postfix's
 * settings. The reading is closed first, with its cost, which sets the time of the next one. Then a
 * new snapshot is published, and last the data is judged, which informs the rest of the agent. A
 * reading that fails changes no number; the last good ones stay until collector_judge finds them
 * too old. If the spool cannot be read at all, the listing provides the counts. An empty listing
 * that contradicts the counts is held back until a check of the spool has decided (judge_held).
 */
#include "app/collector_internal.h"
#include "os/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* While nothing changes, listing takes at most one part in this many of the time. */
#define UNCHANGED_DUTY 2000

static void note_good(struct collector *collector, enum read_cause cause) {
    read_errors_over(&collector->errors, cause, clock_usec());
}

static bool means_no_spool(int error) {
    return error == ENOTSUP || error == EACCES || error == EPERM;
}

static void take_counts(struct collector *collector, struct snapshot *next,
                        const struct reply *reply) {
    struct reading *list = &collector->list;
    uint64_t now = collector->scan.good_usec;
    collector->counts_by_list = false;
    next->counts.taken_usec = now;
    for (int queue = 0; queue < QUEUE_COUNT; queue++) {
        next->counts.known[queue] = reply->counted[queue] != 0;
        next->counts.messages[queue] = reply->counts[queue];
    }
    collector->status->counts_taken_usec = now;
    /* No hint announces what a check finds, nor files that count again. */
    if (reply->watching == 0 || reply->changed != 0 ||
        !counts_equal(&next->counts, &collector->snapshot->counts)) {
        list->dirty = true;
    } else if (!list->dirty && !list->failed && !list->running && list->good_usec != 0) {
        list->good_usec = now; /* nothing has changed since: it still holds */
    }
}

/* If the spool cannot be read, the listing provides the counts. */
static void count_by_list(struct collector *collector, struct snapshot *next) {
    collector->counts_by_list = true;
    if (next->listing != NULL) {
        counts_from_listing(&next->counts, next->listing);
        collector->status->counts_taken_usec = next->counts.taken_usec;
    }
}

static void judge_held(struct collector *collector, const struct reply *check);
static void judge_surplus(struct collector *collector, const struct reply *check);

/* Ends the reading; the cost of a check is not that of the scans that follow hints. */
static void end_scan(struct collector *collector, const struct reply *reply, bool good) {
    uint64_t now = clock_usec();
    uint64_t used = good ? reply->scan_usec : now - collector->scan.begun_usec;
    if (good && collector->checking) {
        used = reading_used(&collector->scan);
    }
    reading_end(&collector->scan, good, used,
                smaller(LOOK_USEC, collector->config->scan_interval_usec), now);
}

static void scan_failed(struct collector *collector, struct snapshot *next,
                        const struct reply *reply, const char *error) {
    bool no_spool = reply != NULL && means_no_spool(reply->error);
    collector->full_usec = 0;
    collector->scanned_usec = 0;
    /* A spool that this process may never read is reported once. */
    if ((reply == NULL || reply->error != ENOTSUP) && !(no_spool && collector->counts_by_list)) {
        note_error(collector, CAUSE_COUNTS, error);
    }
    if (no_spool) {
        count_by_list(collector, next);
    }
}

static uint64_t messages_of(const struct reply *reply) {
    uint64_t sum = 0;
    for (enum queue q = 0; q < QUEUE_COUNT; q++) {
        sum += queue_is_listed(q) ? reply->counts[q] : 0;
    }
    return sum;
}

static void see_lock(struct collector *collector, enum postfix_state state) {
    uint64_t now = clock_usec();
    /* In a container a lock that was released looks as if it could not be seen. */
    bool vanished = collector->lock.state == POSTFIX_RUNNING && state == POSTFIX_UNKNOWN;
    collector->list.dirty = collector->list.dirty || vanished;
    sighting_see(&collector->lock, state, now);
    if (state == POSTFIX_RUNNING) {
        collector->lock_worth = LOCK_BELIEVED;
    }
    if (state != POSTFIX_STOPPED) {
        collector->lock_free_usec = 0;
    } else if (collector->lock_free_usec == 0) {
        collector->lock_free_usec = now;
        collector->list.dirty = collector->list.dirty || collector->lock_worth == LOCK_UNPROVEN;
    }
}

/* What a listing that began while the lock was free says of the lock's worth. */
static void weigh_lock(struct collector *collector, const struct listing_end *end) {
    if (end->mail_down || (end->failed && collector->lock_worth == LOCK_UNPROVEN)) {
        collector->lock_worth = LOCK_BELIEVED;
    } else if (end->ran && collector->lock_worth != LOCK_DENIED) {
        collector->lock_worth = LOCK_DENIED;
        collector->list.dirty = true; /* a showq(8) that outlived master(8) answers only once */
    }
}

static void see_showq(struct collector *collector, const struct listing_end *end) {
    if (end->ran || end->mail_down) {
        sighting_see(&collector->showq, end->mail_down ? POSTFIX_STOPPED : POSTFIX_RUNNING,
                     clock_usec());
    }
    if (collector->lock_free_usec != 0 && collector->list.begun_usec >= collector->lock_free_usec) {
        weigh_lock(collector, end);
    }
}

/* While another spool is counted, its numbers are not taken: the listing and they must agree. */
static bool counts_agree(struct collector *collector, const struct reply *reply) {
    const struct listing *listing = collector->snapshot->listing;
    collector->scanned = messages_of(reply);
    collector->scanned_usec = clock_usec();
    if (collector->distrusted && listing != NULL &&
        collector->scanned >= listing_messages(listing)) {
        collector->distrusted = false;
    }
    return !collector->distrusted;
}

void collector_on_counts(void *userdata, const struct reply *reply, const char *error) {
    struct collector *collector = userdata;
    bool scanned = reply != NULL && reply->error == 0;
    bool checked = collector->checking;
    collector_turn(collector);
    bool good = scanned && counts_agree(collector, reply);
    end_scan(collector, reply, good);
    collector->checking = false;
    struct snapshot *next = collector_next_snapshot(collector);
    if (reply != NULL) {
        see_lock(collector, (enum postfix_state)reply->postfix);
    }
    if (next != NULL && good) {
        take_counts(collector, next, reply);
        note_good(collector, CAUSE_COUNTS);
    } else if (scanned) {
        collector->list.dirty = true; /* the next one may agree */
    } else if (next != NULL) {
        scan_failed(collector, next, reply, error);
    }
    if (next != NULL) {
        collector_publish(collector, next);
    }
    if (checked && collector->empty.held != NULL) {
        judge_held(collector, good ? reply : NULL);
    } else if (checked && collector->surplus != NULL) {
        judge_surplus(collector, scanned ? reply : NULL);
    }
    collector_start_due(collector);
    collector_judge(collector);
}

static uint64_t counted_messages(const struct collector *collector) {
    uint64_t total = 0;
    return !collector->counts_by_list && snapshot_total(collector->snapshot, &total) ? total : 0;
}

static void list_succeeded(struct collector *collector, struct listing *listing) {
    struct readings_status *status = collector->status;
    struct snapshot *next = collector_next_snapshot(collector);
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
    collector_publish(collector, next);
}

/* How long a listing is valid while nothing hints at a change. */
static uint64_t list_rest(const struct collector *collector) {
    return larger(collector->config->scan_interval_usec,
                  UNCHANGED_DUTY * reading_used(&collector->list));
}

static bool lists_more(const struct collector *collector, const struct listing *listing) {
    return !collector->counts_by_list && collector->scanned_usec != 0 &&
           listing_messages(listing) > collector->scanned;
}

/* Takes the listing (consumed); NULL = there is none, and error says why. now: when the command
 * ended. */
static void end_list(struct collector *collector, struct listing *listing, const char *error,
                     uint64_t now) {
    struct reading *list = &collector->list;
    bool good = listing != NULL;
    reading_end(list, good, now - list->begun_usec, list_rest(collector), now);
    empty_listing_reset(&collector->empty);
    if (!good) {
        note_error(collector, CAUSE_LISTING, error);
        return;
    }
    /* Mail that has left by now, or a spool that is not Postfix's: the next listing decides. */
    list->dirty = list->dirty || lists_more(collector, listing);
    list_succeeded(collector, listing);
    note_good(collector, CAUSE_LISTING);
    collector->differs = !collector->counts_by_list && snapshot_lists_fewer(collector->snapshot);
    if (!collector->counts_by_list && collector->snapshot->listing != NULL) {
        next_retry_start(&collector->next_retry, collector->helper, collector->snapshot->listing);
    }
}

static void judge_held(struct collector *collector, const struct reply *check) {
    struct listing *held;
    char error[STATUS_ERROR_SIZE];
    uint32_t resting = check != NULL ? check->resting : 0;
    enum empty_verdict verdict = empty_listing_judge(&collector->empty, check != NULL,
                                                     counted_messages(collector), resting, &held);
    if (verdict == EMPTY_TRUE) {
        end_list(collector, listing_ref(held), "", held->taken_usec);
    } else if (verdict == EMPTY_LIE) {
        snprintf(error, sizeof error, "postqueue listed nothing, but %u messages are on disk",
                 resting);
        end_list(collector, NULL, error, held->taken_usec);
    } else {
        reading_drop(&collector->list, held->taken_usec);
    }
    listing_unref(held);
}

/* From now on the counts are unknown, until they agree with a listing. */
static void distrust_counts(struct collector *collector, uint64_t listed, uint64_t counted) {
    const struct config *config = collector->config;
    bool named = config->spool_mode == SPOOL_PATH;
    char error[STATUS_ERROR_SIZE];
    snprintf(error, sizeof error,
             "postqueue lists %" PRIu64 " messages, but %" PRIu64 " are on disk: spool_directory = "
             "%.100s is not the spool that Postfix uses",
             listed, counted, named ? config->spool_directory : "auto");
    collector->distrusted = true;
    collector->scan.failed = true;
    collector->scan.good_usec = 0;
    note_error(collector, CAUSE_COUNTS, error);
}

/* Where nothing has moved since the scan before the listing, it lists what that scan counted. */
static void judge_surplus(struct collector *collector, const struct reply *check) {
    struct listing *listing = collector->surplus;
    uint64_t listed = listing_messages(listing);
    collector->surplus = NULL;
    if (check != NULL && check->watching != 0 && check->changed == 0 &&
        messages_of(check) < listed) {
        distrust_counts(collector, listed, messages_of(check));
    }
    end_list(collector, listing, "", listing->taken_usec);
}

/* True if more is listed than the last scan counted, which ended before the listing began, and
 * nothing is known to have moved since. */
static bool is_surplus(const struct collector *collector, const struct listing *listing) {
    const struct reading *scan = &collector->scan;
    return lists_more(collector, listing) && !scan->running && !scan->dirty &&
           collector->scanned_usec <= collector->list.begun_usec;
}

void collector_on_list_end(void *userdata, const struct listing_end *end) {
    struct collector *collector = userdata;
    collector_turn(collector);
    see_showq(collector, end);
    if (end->listing != NULL && end->flawed) {
        note_error(collector, CAUSE_LINES, end->error);
    } else if (end->listing != NULL) {
        note_good(collector, CAUSE_LINES);
    }
    if (end->listing != NULL && listing_messages(end->listing) == 0 &&
        counted_messages(collector) > 0) {
        empty_listing_hold(&collector->empty, end->listing);
        collector_start_due(collector);
    } else if (end->listing != NULL && is_surplus(collector, end->listing)) {
        collector->surplus = end->listing;
        collector_start_due(collector);
    } else {
        end_list(collector, end->listing, end->error, clock_usec());
    }
    collector_judge(collector);
}

/* The settings may have been read before the change, and are read again. */
static bool is_overtaken(struct collector *collector) {
    bool overtaken = collector->settings_overtaken;
    uint64_t now = clock_usec();
    collector->settings_overtaken = false;
    if (overtaken) {
        reading_end(&collector->settings, true, now - collector->settings.begun_usec, 0, now);
        collector_start_due(collector);
    }
    return overtaken;
}

void collector_on_settings_end(void *userdata, const struct postfix_settings *settings,
                               const char *error) {
    struct collector *collector = userdata;
    collector_turn(collector);
    if (is_overtaken(collector)) {
        return;
    }
    struct readings_status *status = collector->status;
    uint64_t now = clock_usec();
    reading_end(&collector->settings, settings->known, now - collector->settings.begun_usec,
                SETTINGS_INTERVAL_USEC, now);
    status->settings_tried = true;
    status->settings_failed = !settings->known;
    snprintf(status->settings_error, sizeof status->settings_error, "%s", error);
    struct snapshot *next = collector_next_snapshot(collector);
    if (next != NULL) {
        next->settings = *settings;
        next->settings.asked_usec = collector->settings.begun_usec;
        collector_publish(collector, next);
    }
    if (settings->known) {
        note_good(collector, CAUSE_SETTINGS);
    } else {
        note_error(collector, CAUSE_SETTINGS, error);
    }
    collector_judge(collector);
}

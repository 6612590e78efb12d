/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table of watches, and how each one measures. A measurement is unknown unless everything that
 * it needs is known: an unknown number never becomes 0. What was counted incompletely is a
 * lower bound, and so no false alarm; `missing` keeps it from being a false end of one, too. That
 * is so after each start of the agent and each gap in the log, for what the log reports.
 */
#include "core/watch.h"

#include "core/delivery.h"
#include "core/duration.h"
#include "core/snapshot.h"
#include "core/text.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The queues that a watch may name. */
enum naming {
    NAMES_NONE,   /* it is about all queues */
    NAMES_ONE,    /* it must name one */
    NAMES_LISTED, /* it may name one that mailq(1) lists */
};

static struct measurement measure_total(enum queue queue, const struct watch_inputs *inputs) {
    struct measurement measured = {.known = false};
    (void)queue;
    measured.known = snapshot_total(inputs->snapshot, &measured.value);
    return measured;
}

static struct measurement measure_queue(enum queue queue, const struct watch_inputs *inputs) {
    const struct counts *counts = &inputs->snapshot->counts;
    return (struct measurement){.known = counts->known[queue], .value = counts->messages[queue]};
}

static struct measurement measure_age(enum queue queue, const struct watch_inputs *inputs) {
    struct measurement measured = {.known = false};
    struct queue_totals totals;
    bool known = queue == WATCH_ANY_QUEUE ? snapshot_unheld_totals(inputs->snapshot, &totals)
                                          : snapshot_queue_totals(inputs->snapshot, queue, &totals);
    if (known && totals.unknown_arrival == 0) {
        measured.known = true;
        measured.value = queue_totals_age(&totals, inputs->now);
        measured.nothing = totals.messages == 0;
        snprintf(measured.subject, sizeof measured.subject, "%s", totals.oldest_id);
    }
    return measured;
}

/* What an empty queue has of anything, whatever an older listing says. */
static bool is_empty(const struct watch_inputs *inputs) {
    uint64_t total;
    return snapshot_total(inputs->snapshot, &total) && total == 0;
}

static struct measurement measure_leader(const struct watch_inputs *inputs,
                                         bool (*find)(const struct insight *insight,
                                                      struct insight_leader *leader),
                                         const char *unnamed) {
    struct measurement measured = {.known = true, .nothing = true};
    struct insight_leader leader;
    if (is_empty(inputs)) {
        return measured;
    }
    measured.known = find(snapshot_insight(inputs->snapshot), &leader);
    if (measured.known && leader.messages > 0) {
        measured.nothing = false;
        measured.value = leader.messages;
        measured.missing = leader.lost;
        snprintf(measured.subject, sizeof measured.subject, "%s",
                 leader.name[0] != '\0' ? leader.name : unnamed);
    }
    return measured;
}

static struct measurement measure_sender(enum queue queue, const struct watch_inputs *inputs) {
    (void)queue;
    return measure_leader(inputs, insight_largest_sender, "<>");
}

static struct measurement measure_domain(enum queue queue, const struct watch_inputs *inputs) {
    (void)queue;
    return measure_leader(inputs, insight_largest_domain, "");
}

/* Mail that has just arrived after a quiet night has not waited since the last delivery: the time
 * counts from the arrival of the oldest message. Held mail is not to be sent. */
static struct measurement measure_undelivered(enum queue queue, const struct watch_inputs *inputs) {
    struct measurement measured = measure_age(queue, inputs);
    if (!delivery_known(inputs->delivery)) {
        return (struct measurement){.known = false};
    }
    uint64_t idle_s = delivery_idle_s(inputs->delivery, inputs->now_usec);
    if (idle_s < measured.value) {
        measured.missing = delivery_idle_is_whole(inputs->delivery) ? 0 : measured.value - idle_s;
        measured.value = idle_s;
    }
    measured.subject[0] = '\0';
    return measured;
}

static struct measurement measure_recent(const struct watch_inputs *inputs,
                                         enum delivery_outcome outcome) {
    struct measurement measured = {.known = delivery_known(inputs->delivery)};
    if (measured.known) {
        measured.value = delivery_recent(inputs->delivery, outcome, inputs->now_usec);
        measured.missing =
            delivery_recent_is_whole(inputs->delivery, inputs->now_usec) ? 0 : UINT64_MAX;
    }
    return measured;
}

static struct measurement measure_deferrals(enum queue queue, const struct watch_inputs *inputs) {
    (void)queue;
    return measure_recent(inputs, DELIVERY_DEFERRED);
}

static struct measurement measure_bounces(enum queue queue, const struct watch_inputs *inputs) {
    (void)queue;
    return measure_recent(inputs, DELIVERY_BOUNCED);
}

static void describe_total(enum queue queue, uint64_t value, const char *subject, char *out,
                           size_t size) {
    (void)queue;
    (void)subject;
    snprintf(out, size, "the queue has %" PRIu64 " message%s", value, value == 1 ? "" : "s");
}

static void describe_queue(enum queue queue, uint64_t value, const char *subject, char *out,
                           size_t size) {
    (void)subject;
    snprintf(out, size, "the %s queue has %" PRIu64 " message%s", queue_name(queue), value,
             value == 1 ? "" : "s");
}

static void describe_age(enum queue queue, uint64_t value, const char *subject, char *out,
                         size_t size) {
    bool any = queue == WATCH_ANY_QUEUE;
    char age[DURATION_WORDS_SIZE];
    snprintf(out, size, "the oldest %s%smessage%s%s%s is %s old", any ? "" : queue_name(queue),
             any ? "" : " ", subject[0] != '\0' ? " (" : "", subject, subject[0] != '\0' ? ")" : "",
             duration_words(value, age));
}

/* Of a long name only the beginning, so that the rest of the text is not lost. */
#define NAME_SHOWN 100

static void describe_named(const char *what, uint64_t value, const char *subject, char *out,
                           size_t size) {
    size_t len = text_utf8_prefix(subject, strlen(subject), NAME_SHOWN);
    snprintf(out, size, "the %s%s%.*s%s has %" PRIu64 " message%s", what, len > 0 ? " " : "",
             (int)len, subject, subject[len] != '\0' ? "..." : "", value, value == 1 ? "" : "s");
}

static void describe_sender(enum queue queue, uint64_t value, const char *subject, char *out,
                            size_t size) {
    (void)queue;
    describe_named("sender", value, subject, out, size);
}

static void describe_domain(enum queue queue, uint64_t value, const char *subject, char *out,
                            size_t size) {
    (void)queue;
    describe_named("domain", value, subject, out, size);
}

static void describe_undelivered(enum queue queue, uint64_t value, const char *subject, char *out,
                                 size_t size) {
    (void)queue;
    (void)subject;
    char time[DURATION_WORDS_SIZE];
    snprintf(out, size, "nothing was sent for %s", duration_words(value, time));
}

static void describe_recent(const char *what, uint64_t value, char *out, size_t size) {
    snprintf(out, size, "%" PRIu64 " deliver%s %s in the last %d minutes", value,
             value == 1 ? "y" : "ies", what, DELIVERY_WINDOW_S / 60);
}

static void describe_deferrals(enum queue queue, uint64_t value, const char *subject, char *out,
                               size_t size) {
    (void)queue;
    (void)subject;
    describe_recent(value == 1 ? "was deferred" : "were deferred", value, out, size);
}

static void describe_bounces(enum queue queue, uint64_t value, const char *subject, char *out,
                             size_t size) {
    (void)queue;
    (void)subject;
    describe_recent("bounced", value, out, size);
}

static const struct row {
    const char *word;
    enum naming naming;
    bool time;
    struct measurement (*measure)(enum queue queue, const struct watch_inputs *inputs);
    void (*describe)(enum queue queue, uint64_t value, const char *subject, char *out, size_t size);
} rows[WATCH_KIND_END] = {
    [WATCH_TOTAL] = {"total", NAMES_NONE, false, measure_total, describe_total},
    [WATCH_QUEUE] = {"queue", NAMES_ONE, false, measure_queue, describe_queue},
    [WATCH_AGE] = {"age", NAMES_LISTED, true, measure_age, describe_age},
    [WATCH_SENDER] = {"sender", NAMES_NONE, false, measure_sender, describe_sender},
    [WATCH_DOMAIN] = {"domain", NAMES_NONE, false, measure_domain, describe_domain},
    [WATCH_UNDELIVERED] = {"undelivered", NAMES_NONE, true, measure_undelivered,
                           describe_undelivered},
    [WATCH_DEFERRALS] = {"deferrals", NAMES_NONE, false, measure_deferrals, describe_deferrals},
    [WATCH_BOUNCES] = {"bounces", NAMES_NONE, false, measure_bounces, describe_bounces},
};

static const struct row *row_of(enum watch_kind kind) {
    assert(kind > 0 && kind < WATCH_KIND_END && rows[kind].word != NULL);
    return &rows[kind];
}

static bool names(enum naming naming, enum queue queue) {
    return naming == NAMES_ONE || (naming == NAMES_LISTED && queue_is_listed(queue));
}

bool watch_valid(const struct watch *watch) {
    if (watch->kind <= 0 || watch->kind >= WATCH_KIND_END || rows[watch->kind].word == NULL) {
        return false;
    }
    enum naming naming = rows[watch->kind].naming;
    return watch->queue == WATCH_ANY_QUEUE
               ? naming != NAMES_ONE
               : watch->queue < QUEUE_COUNT && names(naming, watch->queue);
}

bool watch_equal(const struct watch *a, const struct watch *b) {
    return a->kind == b->kind && a->queue == b->queue;
}

/* Lists every watch: "total, queue QUEUE, age, age QUEUE". */
static void explain(const char *text, char *error, size_t size) {
    char choices[160] = "";
    size_t len = 0;
    for (enum watch_kind k = 1; k < WATCH_KIND_END; k++) {
        const struct row *row = &rows[k];
        if (row->word == NULL) {
            continue;
        }
        const char *between = len > 0 ? ", " : "";
        len += (size_t)snprintf(choices + len, sizeof choices - len, "%s%s%s", between, row->word,
                                row->naming == NAMES_ONE ? " QUEUE" : "");
        if (row->naming == NAMES_LISTED) {
            len += (size_t)snprintf(choices + len, sizeof choices - len, ", %s QUEUE", row->word);
        }
    }
    snprintf(error, size, "\"%s\" is not one of: %s", text, choices);
}

bool watch_parse(const char *text, struct watch *out, char *error, size_t size) {
    size_t word = strcspn(text, " \t");
    const char *queue = text + word + strspn(text + word, " \t");
    struct watch watch = {.queue = WATCH_ANY_QUEUE};
    for (enum watch_kind k = 1; k < WATCH_KIND_END; k++) {
        if (rows[k].word != NULL && strlen(rows[k].word) == word &&
            strncmp(text, rows[k].word, word) == 0) {
            watch.kind = k;
        }
    }
    bool found = watch.kind != 0 && (queue[0] == '\0' || queue_by_name(queue, &watch.queue));
    if (!found || !watch_valid(&watch)) {
        explain(text, error, size);
        return false;
    }
    *out = watch;
    return true;
}

const char *watch_format(const struct watch *watch, char out[WATCH_TEXT_SIZE]) {
    bool any = watch->queue == WATCH_ANY_QUEUE;
    snprintf(out, WATCH_TEXT_SIZE, "%s%s%s", row_of(watch->kind)->word, any ? "" : " ",
             any ? "" : queue_name(watch->queue));
    return out;
}

bool watch_is_time(enum watch_kind kind) {
    return row_of(kind)->time;
}

uint32_t watch_maximum(enum watch_kind kind) {
    return watch_is_time(kind) ? WATCH_MAXIMUM_S : WATCH_MAXIMUM_MESSAGES;
}

struct measurement watch_measure(const struct watch *watch, const struct watch_inputs *inputs) {
    return row_of(watch->kind)->measure(watch->queue, inputs);
}

void watch_describe(const struct watch *watch, uint64_t value, const char *subject, char *out,
                    size_t size) {
    row_of(watch->kind)->describe(watch->queue, value, subject, out, size);
}

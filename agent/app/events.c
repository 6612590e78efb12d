/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Owns the log of events, their serials and what is raised. An event passes through the same steps
 * in the same order: it gets its serial and time; its values are taken from the view that a GET has
 * at this moment; its notification is built from these values; the system log, the log in memory
 * and the store get it; and finally others are told: managers by the notification, and the
 * endpoints. Telling waits until the store has the event, or for STORE_WAIT_USEC, so that a restart
 * does not forget what was told: it would never send the clear of a raise that it knows nothing of.
 * Events are told in the order of their serials: if one has to be told early, all that are waiting
 * before it are told first.
 */
#include "app/events.h"

#include "core/text.h"
#include "os/log.h"
#include "os/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#define STORE_WAIT_USEC UINT64_C(1000000)

/* An event that is being written to the disk. */
struct waiting {
    struct waiting *next;
    struct events *events;
    struct event event;
    struct notification *notification; /* NULL = none is to be sent */
    bool told;                         /* early, after STORE_WAIT_USEC */
    uint64_t until_usec;
};

struct events {
    sd_event_source *timer;
    struct events_sources sources;
    struct agentx *agentx;
    struct event_log *log;
    struct raised raised;
    struct waiting *first, *last;
};

static int priority_of(const struct event *event) {
    static const int priorities[] = {[SEVERITY_CRITICAL] = LOG_CRIT,
                                     [SEVERITY_WARNING] = LOG_WARNING,
                                     [SEVERITY_INFO] = LOG_NOTICE,
                                     [SEVERITY_OK] = LOG_NOTICE};
    return priorities[event_severity_of(event)];
}

/* Sends the notification (consumed; NULL = none), and informs the endpoints. */
static void tell(struct events *events, const struct event *event,
                 struct notification *notification) {
    if (notification != NULL) {
        agentx_notify(events->agentx, notification);
    }
    events->sources.added(events->sources.userdata, event);
}

static void release(struct waiting *waiting) {
    if (!waiting->told) {
        waiting->told = true;
        tell(waiting->events, &waiting->event, waiting->notification);
        waiting->notification = NULL;
    }
}

/* Tells all that are waiting, in their order. */
static void release_all(struct events *events) {
    for (struct waiting *waiting = events->first; waiting != NULL; waiting = waiting->next) {
        release(waiting);
    }
}

/* The store calls back in the order of the requests, except for those that it could not accept:
 * these fail at once, before those that are waiting. */
static void take_out(struct events *events, const struct waiting *waiting) {
    struct waiting *before = NULL;
    struct waiting *at = events->first;
    while (at != waiting) {
        before = at;
        at = at->next;
    }
    if (before != NULL) {
        before->next = waiting->next;
    } else {
        events->first = waiting->next;
    }
    if (events->last == waiting) {
        events->last = before;
    }
}

static void on_stored(void *userdata, int error, const char *text) {
    struct waiting *waiting = userdata;
    (void)text;
    if (error < 0) {
        release_all(waiting->events);
    }
    release(waiting);
    take_out(waiting->events, waiting);
    free(waiting);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
    struct events *events = userdata;
    uint64_t now = clock_usec();
    (void)usec;
    for (struct waiting *waiting = events->first; waiting != NULL; waiting = waiting->next) {
        if (waiting->until_usec > now) {
            sd_event_source_set_time(source, waiting->until_usec);
            return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
        }
        release(waiting);
    }
    return 0;
}

static void add_waiting(struct events *events, struct waiting *waiting) {
    if (events->last != NULL) {
        events->last->next = waiting;
    } else {
        events->first = waiting;
    }
    events->last = waiting;
    /* The timer may be off even though others are first, because they were told early after a
     * second. */
    int enabled = SD_EVENT_OFF;
    sd_event_source_get_enabled(events->timer, &enabled);
    if (enabled == SD_EVENT_OFF) {
        sd_event_source_set_time(events->timer, waiting->until_usec);
        sd_event_source_set_enabled(events->timer, SD_EVENT_ONESHOT);
    }
}

int events_new(sd_event *event, const struct events_sources *sources, struct events **out) {
    struct events *events = calloc(1, sizeof *events);
    if (events == NULL || (events->log = event_log_new()) == NULL) {
        free(events);
        return -ENOMEM;
    }
    events->sources = *sources;
    int r = sd_event_add_time(event, &events->timer, CLOCK_MONOTONIC, 0, 1000, on_timer, events);
    if (r >= 0) {
        r = sd_event_source_set_enabled(events->timer, SD_EVENT_OFF);
    }
    if (r < 0) {
        events_free(events);
        return r;
    }
    *out = events;
    return 0;
}

void events_free(struct events *events) {
    if (events == NULL) {
        return;
    }
    while (events->first != NULL) {
        struct waiting *waiting = events->first;
        events->first = waiting->next;
        free(waiting->notification);
        free(waiting);
    }
    sd_event_source_disable_unref(events->timer);
    event_log_free(events->log);
    free(events);
}

void events_connect(struct events *events, struct agentx *agentx) {
    events->agentx = agentx;
}

static void observe_queue(struct event *event, const struct mib_view *view) {
    const struct snapshot *snapshot = view->snapshot;
    uint64_t total;
    struct queue_totals totals;
    event->total.known = snapshot_total(snapshot, &total);
    event->total.value = event->total.known ? (uint32_t)total : 0;
    for (int queue = 0; queue < QUEUE_COUNT; queue++) {
        event->queues[queue].known = snapshot->counts.known[queue];
        event->queues[queue].value = snapshot->counts.messages[queue];
    }
    event->oldest_age_s.known =
        snapshot_unheld_totals(snapshot, &totals) && totals.unknown_arrival == 0;
    if (event->oldest_age_s.known) {
        event->oldest_age_s.value = queue_totals_age(&totals, view->now_wall);
    }
}

/* Fills in the values that only some notifications carry. */
static void observe_state(struct event *event, const struct agent_status *status) {
    if (event_type_carries(event->type, EVENT_VALUE_DATA_STATUS)) {
        event->data = status->readings.data;
    }
    if (event_type_carries(event->type, EVENT_VALUE_LAST_ERROR)) {
        snprintf(event->detail, sizeof event->detail, "%s", last_error_shown(status));
    }
    if (event_type_carries(event->type, EVENT_VALUE_VERSION)) {
        snprintf(event->detail, sizeof event->detail, "%s", HMQ_VERSION);
    }
    if (event_type_carries(event->type, EVENT_VALUE_SETTINGS_STATE)) {
        event->settings = settings_state_shown(status);
    }
}

void events_observe(struct event *event, const struct mib_view *view) {
    observe_queue(event, view);
    observe_state(event, view->status);
}

/* Returns NULL if out of memory, in which case the notification is sent after a restart, and for an
 * incomplete event, which is then no longer pending. */
static struct notification *build(struct event *event) {
    struct notification *notification = NULL;
    int r = mib_notification_new(event, &notification);
    if (r == -ENODATA) {
        event->notified = NOTIFIED_SUPPRESSED;
        log_line(LOG_ERR,
                 "the notification of event %u (%s) is not sent: some of its values are "
                 "not known",
                 event->serial, event_name(event->type));
    } else if (r < 0) {
        log_line(LOG_ERR,
                 "the notification of event %u (%s) will be sent after a restart: out of memory",
                 event->serial, event_name(event->type));
    }
    return notification;
}

/* Stores the event and tells it, with its notification (consumed; NULL = none). */
static void store_and_tell(struct events *events, const struct event *event,
                           struct notification *notification) {
    struct store *store = events->sources.store;
    struct waiting *waiting = store_usable(store) ? calloc(1, sizeof *waiting) : NULL;
    if (waiting == NULL) {
        store_event_add(store, event, NULL, NULL);
        release_all(events); /* earlier ones are told first */
        tell(events, event, notification);
        return;
    }
    *waiting = (struct waiting){.events = events,
                                .event = *event,
                                .notification = notification,
                                .until_usec = clock_usec() + STORE_WAIT_USEC};
    add_waiting(events, waiting);
    store_event_add(store, event, on_stored, waiting);
}

void events_emit(struct events *events, const struct event *given) {
    struct events_status *status = events->sources.status;
    struct event event = *given;
    struct mib_view view;
    bool notify = tunables_notify(events->sources.tunables, event.type);
    status->serial++;
    events->sources.view(events->sources.userdata, &view);
    event.serial = status->serial;
    event.time = view.now_wall;
    event.notified = notify ? NOTIFIED_PENDING : NOTIFIED_SUPPRESSED;
    events_observe(&event, &view);
    text_make_safe(event.text);
    text_make_safe(event.detail);
    event_set_subject(&event);
    struct notification *notification = notify ? build(&event) : NULL;
    log_event(priority_of(&event), event_name(event.type), event.serial, event.text);
    event_log_add(events->log, &event);
    raised_take(&events->raised, &event);
    store_and_tell(events, &event, notification);
}

/* Describes a finished action in one line: the command, the owner, and how it ended. */
static void describe_action(const struct action *action, char *text, size_t size) {
    const char *command = action_command_name(action->key.command);
    const char *by = action->key.owner[0] != '\0' ? " by " : "";
    const char *colon = action->error[0] != '\0' ? ": " : "";
    int len = snprintf(text, size, "%s%s%s: %s", command, by, action->key.owner,
                       action_state_name(action->state));
    if (action->result_count == 0) {
        snprintf(text + len, size - (size_t)len, "%s%s", colon, action->error);
    } else {
        snprintf(text + len, size - (size_t)len, ", %u of %u succeeded%s%s", action->succeeded,
                 action->succeeded + action->failed, colon, action->error);
    }
}

void events_emit_action(struct events *events, const struct action *action) {
    if (command_row(action->key.command)->no_event) {
        return;
    }
    struct event event = {.type = EVENT_ACTION_FINISHED, .has_action = true};
    event.action = (struct event_action){.key = action->key,
                                         .state = action->state,
                                         .matched = action->matched,
                                         .succeeded = action->succeeded,
                                         .failed = action->failed};
    memcpy(event.action.comment, action->request.comment, sizeof event.action.comment);
    describe_action(action, event.text, sizeof event.text);
    events_emit(events, &event);
}

static void note_notified(struct events *events, uint32_t serial, enum event_notified notified) {
    struct event *event = event_log_find(events->log, serial);
    struct event *raise = raised_find_serial(&events->raised, serial);
    if (event != NULL) {
        event->notified = notified;
    }
    if (raise != NULL) {
        raise->notified = notified;
    }
    store_event_notified(events->sources.store, serial, notified);
}

void events_sent(struct events *events, uint32_t serial) {
    note_notified(events, serial, NOTIFIED_SENT);
}

static void resend(struct events *events, const struct event *pending) {
    struct event event = *pending;
    struct notification *notification = build(&event);
    if (notification != NULL) {
        agentx_notify(events->agentx, notification);
    } else if (event.notified != NOTIFIED_PENDING) {
        note_notified(events, event.serial, event.notified);
    }
}

/* What this process has already raised or cleared is newer. */
static void load_raised(struct events *events, const struct store_image *image, uint32_t begun) {
    events->raised.count = 0;
    for (size_t i = 0; i < image->latest_count; i++) {
        raised_take(&events->raised, &image->latest[i]);
    }
    const struct event *event = begun != 0 ? event_log_find(events->log, begun) : NULL;
    for (; event != NULL; event = event_log_after(events->log, event->serial)) {
        raised_take(&events->raised, event);
    }
}

void events_repeat(struct events *events, const char *condition) {
    struct event *raise = raised_find(&events->raised, condition);
    if (raise == NULL || raise->notified == NOTIFIED_PENDING) {
        return;
    }
    log_line(LOG_NOTICE, "event %" PRIu32 " (%s) is sent again: %s", raise->serial,
             event_name(raise->type), raise->text);
    if (tunables_notify(events->sources.tunables, raise->type)) {
        struct event event = *raise;
        struct notification *notification = build(&event);
        if (notification != NULL) {
            note_notified(events, raise->serial, NOTIFIED_PENDING);
            release_all(events); /* in the order of serials */
            agentx_notify(events->agentx, notification);
        }
    }
    events->sources.repeated(events->sources.userdata, raise);
}

void events_load(struct events *events, const struct store_image *image) {
    struct events_status *status = events->sources.status;
    if (image == NULL) {
        status->serial = (uint32_t)clock_wall();
        return;
    }
    if (image->event_serial > status->serial) {
        status->serial = image->event_serial;
    }
    /* If the image was read late, hmqEventTable has already begun with new events, but the earlier
     * ones have not been sent yet. */
    uint32_t begun = event_log_oldest(events->log);
    load_raised(events, image, begun);
    for (size_t i = 0; i < image->event_count; i++) {
        const struct event *event = &image->events[i];
        if (begun == 0) {
            event_log_add(events->log, event);
        }
        if (event->notified == NOTIFIED_PENDING && (begun == 0 || event->serial < begun)) {
            resend(events, event);
        }
    }
}

bool events_may_tell(const struct events *events, uint32_t serial) {
    for (const struct waiting *waiting = events->first; waiting != NULL; waiting = waiting->next) {
        if (waiting->event.serial == serial) {
            return waiting->told;
        }
    }
    return true;
}

const struct event_log *events_log(const struct events *events) {
    return events->log;
}

const struct raised *events_raised(const struct events *events) {
    return &events->raised;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Each endpoint has three positions among the serials: what was answered (`cursor`), what was sent
 * and is not answered yet (`window`), and what was looked at (`read_serial`). A new session forgets
 * the window and reads from the cursor again. Nothing is sent before the hello of the hooks
 * process.
 */
#include "io/hooks_client.h"

#include "core/hook_protocol.h"
#include "core/time_units.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define AGAIN_USEC USEC_PER_SEC
#define OTHER_CONFIGURATION_USEC (30 * USEC_PER_SEC)

/* Events looked at in one go: more than a window, because not all of them may be wanted. */
#define FEED_MAX 64
#define COUNT_MAX 256

/* A cursor is also reported after this many events that the endpoint did not want. */
#define UNWANTED_MAX 256

struct endpoint {
    struct store_cursor cursor;
    uint32_t reported_serial; /* of the last cursor reported */
    struct hook_status status;
    uint32_t events;              /* bits 1 << enum event_type that it wants */
    uint32_t read_serial;         /* the last event that was ordered, or not wanted */
    uint32_t window[HOOK_WINDOW]; /* serials ordered and not answered, a ring */
    size_t first, count;
    bool failing; /* the last report was HOOK_RETRYING */
    /* What is pending is counted once through at the start; then each new event is added. */
    bool counting;
    uint32_t counted_serial, counted;
    /* The question to `want`. */
    bool asked, asking; /* not answered yet; within the call */
    bool resting;       /* the last answer was a failure; until the timer */
    bool news;          /* something happened since it was asked */
    bool no_more;       /* nothing is left to ask for before there is news */
    uint32_t asked_after;
};

struct hooks_client {
    sd_event *event;
    sd_event_source *io, *timer;
    int socket;       /* -1 = not connected */
    uint32_t session; /* of the last HOOK_HELLO */
    bool greeted;
    bool full;                  /* the socket takes no more for now */
    char said[EVENT_TEXT_SIZE]; /* the last complaint, which is not repeated */
    const struct config *config;
    struct hooks_callbacks callbacks;
    size_t count;
    struct endpoint endpoints[];
};

static void say(const struct hooks_client *client, int priority, const char *text) {
    client->callbacks.log(client->callbacks.userdata, priority, text);
}

static void complain(struct hooks_client *client, const char *text) {
    if (strcmp(client->said, text) != 0) {
        snprintf(client->said, sizeof client->said, "%s", text);
        say(client, LOG_ERR, text);
    }
}

/* Serials wrap after 2^32 - 1. */
static bool is_after(uint32_t a, uint32_t b) {
    return (int32_t)(a - b) > 0;
}

static bool wants(const struct endpoint *endpoint, const struct event *event) {
    return (endpoint->events & 1U << event->type) != 0;
}

static void report_cursor(struct hooks_client *client, struct endpoint *endpoint) {
    endpoint->reported_serial = endpoint->cursor.serial;
    client->callbacks.cursor(client->callbacks.userdata, &endpoint->cursor);
}

static void arm_timer(struct hooks_client *client, uint64_t usec) {
    sd_event_source_set_time_relative(client->timer, usec);
    sd_event_source_set_enabled(client->timer, SD_EVENT_ONESHOT);
}

static bool wants_feed(const struct hooks_client *client, const struct endpoint *endpoint) {
    if (endpoint->asked || endpoint->resting) {
        return false;
    }
    return endpoint->counting || (client->greeted && !client->full && !endpoint->no_more &&
                                  endpoint->count < HOOK_WINDOW);
}

/* A loop rather than a recursion through feed, when `want` answers within the call. */
static void ask(struct hooks_client *client, size_t hook) {
    struct endpoint *endpoint = &client->endpoints[hook];
    if (endpoint->asking) {
        return;
    }
    endpoint->asking = true;
    while (wants_feed(client, endpoint)) {
        endpoint->asked = true;
        endpoint->news = false;
        endpoint->asked_after =
            endpoint->counting ? endpoint->counted_serial : endpoint->read_serial;
        client->callbacks.want(client->callbacks.userdata, hook, endpoint->asked_after,
                               endpoint->counting ? COUNT_MAX : FEED_MAX);
    }
    endpoint->asking = false;
}

static void ask_all(struct hooks_client *client) {
    for (size_t i = 0; i < client->count; i++) {
        ask(client, i);
    }
}

static void lose(struct hooks_client *client, const char *why) {
    char text[EVENT_TEXT_SIZE];
    bool again = client->callbacks.connect != NULL;
    bool worked = client->greeted;
    client->io = sd_event_source_disable_unref(client->io);
    if (client->socket >= 0) {
        close(client->socket);
        client->socket = -1;
    }
    client->greeted = false;
    snprintf(text, sizeof text, "hooks: %.150s; events are kept, %s", why,
             again ? "connecting again" : "restart hermes-mailqueued");
    complain(client, text);
    if (again) {
        arm_timer(client, AGAIN_USEC);
    } else if (worked && client->callbacks.gone != NULL) {
        client->callbacks.gone(client->callbacks.userdata);
    }
}

/* Returns false if the order does not fit now; the socket is then watched for room. */
static bool send_order(struct hooks_client *client, size_t hook, const struct event *event,
                       bool repeat) {
    struct hook_order order = {.version = HOOK_PROTOCOL_VERSION,
                               .session = client->session,
                               .hook = (uint32_t)hook,
                               .repeat = repeat,
                               .event = *event};
    if (send(client->socket, &order, sizeof order, MSG_NOSIGNAL | MSG_DONTWAIT) ==
        (ssize_t)sizeof order) {
        return true;
    }
    /* A socket that failed becomes readable too, and on_socket closes it. */
    client->full = true;
    sd_event_source_set_io_events(client->io, EPOLLIN | EPOLLOUT);
    return false;
}

/* Orders what is wanted of the events, as far as the window and the socket take it. Returns true if
 * all were looked at. */
static bool order_events(struct hooks_client *client, size_t hook, const struct event *events,
                         size_t count) {
    struct endpoint *endpoint = &client->endpoints[hook];
    for (size_t i = 0; i < count; i++) {
        if (!is_after(events[i].serial, endpoint->read_serial)) {
            continue;
        }
        if (wants(endpoint, &events[i])) {
            if (endpoint->count == HOOK_WINDOW || !send_order(client, hook, &events[i], false)) {
                return false;
            }
            endpoint->window[(endpoint->first + endpoint->count) % HOOK_WINDOW] = events[i].serial;
            endpoint->count++;
        }
        endpoint->read_serial = events[i].serial;
    }
    return true;
}

static void feed_orders(struct hooks_client *client, size_t hook, const struct event *events,
                        size_t count) {
    struct endpoint *endpoint = &client->endpoints[hook];
    if (!client->greeted || endpoint->asked_after != endpoint->read_serial) {
        return; /* the hooks process was restarted meanwhile: this answers an older question */
    }
    bool all = order_events(client, hook, events, count);
    endpoint->no_more = all && count < FEED_MAX && !endpoint->news;
    if (endpoint->count == 0) {
        endpoint->cursor.serial = endpoint->read_serial;
        if (endpoint->cursor.serial - endpoint->reported_serial >= UNWANTED_MAX) {
            report_cursor(client, endpoint);
        }
    }
}

static void feed_count(struct endpoint *endpoint, const struct event *events, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (is_after(events[i].serial, endpoint->counted_serial)) {
            endpoint->counted += wants(endpoint, &events[i]) ? 1 : 0;
            endpoint->counted_serial = events[i].serial;
        }
    }
    if (count < COUNT_MAX && !endpoint->news) {
        endpoint->counting = false;
        endpoint->status.pending = (struct event_number){.known = true, .value = endpoint->counted};
    }
}

void hooks_client_feed(struct hooks_client *client, size_t hook, const struct event *events,
                       size_t count) {
    assert(hook < client->count);
    struct endpoint *endpoint = &client->endpoints[hook];
    endpoint->asked = false;
    if (endpoint->counting) {
        feed_count(endpoint, events, count);
    } else {
        feed_orders(client, hook, events, count);
    }
    ask(client, hook);
}

void hooks_client_feed_failed(struct hooks_client *client, size_t hook) {
    assert(hook < client->count);
    client->endpoints[hook].asked = false;
    client->endpoints[hook].resting = true;
    arm_timer(client, AGAIN_USEC);
}

void hooks_client_notify(struct hooks_client *client, const struct event *event) {
    for (size_t i = 0; i < client->count; i++) {
        struct endpoint *endpoint = &client->endpoints[i];
        endpoint->news = true;
        endpoint->no_more = false;
        if (!endpoint->counting && is_after(event->serial, endpoint->counted_serial)) {
            endpoint->status.pending.value += wants(endpoint, event) ? 1 : 0;
            endpoint->counted_serial = event->serial;
        }
        ask(client, i);
    }
}

void hooks_client_repeat(struct hooks_client *client, size_t hook, const struct event *event) {
    assert(hook < client->count);
    const struct endpoint *endpoint = &client->endpoints[hook];
    if (client->greeted && !client->full && endpoint->count == 0 && wants(endpoint, event) &&
        !is_after(event->serial, endpoint->cursor.serial)) {
        send_order(client, hook, event, true);
    }
}

static void take_hello(struct hooks_client *client, const struct hook_report *report) {
    if (report->hook != client->config->hook_count ||
        report->serial != hook_digest(client->config)) {
        lose(client, "hermes-mailqueue-hooks has read a different configuration");
        if (client->callbacks.connect != NULL) {
            arm_timer(client, OTHER_CONFIGURATION_USEC);
        }
        return;
    }
    client->session = report->session;
    client->greeted = true;
    client->said[0] = '\0';
    if (report->text[0] != '\0') {
        char text[EVENT_TEXT_SIZE + 16];
        snprintf(text, sizeof text, "hooks: %s", report->text);
        say(client, LOG_ERR, text);
    }
    /* The new process does not know the orders without an answer: they are sent again. */
    for (size_t i = 0; i < client->count; i++) {
        struct endpoint *endpoint = &client->endpoints[i];
        endpoint->read_serial = endpoint->cursor.serial;
        endpoint->count = 0;
        endpoint->no_more = false;
    }
    ask_all(client);
}

static void note(const struct hooks_client *client, const struct endpoint *endpoint, int priority,
                 const struct hook_report *report, const char *what) {
    char text[2 * EVENT_TEXT_SIZE];
    snprintf(text, sizeof text, "hooks: %s: event %u %s%s%s", endpoint->status.name, report->serial,
             what, report->text[0] != '\0' ? ": " : "", report->text);
    say(client, priority, text);
}

static void take_failure(struct endpoint *endpoint, const struct hook_report *report) {
    endpoint->cursor.failures++;
    endpoint->status.failures = endpoint->cursor.failures;
    snprintf(endpoint->status.last_error, sizeof endpoint->status.last_error, "%s", report->text);
}

static void take_retrying(struct hooks_client *client, struct endpoint *endpoint,
                          const struct hook_report *report) {
    take_failure(endpoint, report);
    if (!endpoint->failing) {
        note(client, endpoint, LOG_WARNING, report, "is not delivered yet");
    }
    endpoint->failing = true;
    report_cursor(client, endpoint);
}

static void take_answer(struct hooks_client *client, struct endpoint *endpoint,
                        const struct hook_report *report) {
    if (report->type == HOOK_DELIVERED) {
        endpoint->cursor.delivered++;
        endpoint->cursor.last_delivery = time(NULL);
        endpoint->status.delivered = endpoint->cursor.delivered;
        endpoint->status.last_delivery = endpoint->cursor.last_delivery;
        if (endpoint->failing) {
            note(client, endpoint, LOG_NOTICE, report, "is delivered, after failures");
        }
        endpoint->failing = false;
    } else {
        take_failure(endpoint, report);
        note(client, endpoint, LOG_ERR, report, "is given up");
    }
    endpoint->first = (endpoint->first + 1) % HOOK_WINDOW;
    endpoint->count--;
    endpoint->cursor.serial = endpoint->count == 0 ? endpoint->read_serial : report->serial;
    if (endpoint->status.pending.value > 0) {
        endpoint->status.pending.value--;
    }
    report_cursor(client, endpoint);
}

static void take_report(struct hooks_client *client, const struct hook_report *report) {
    if (report->type == HOOK_HELLO) {
        take_hello(client, report);
        return;
    }
    if (!client->greeted || report->session != client->session) {
        return;
    }
    struct endpoint *endpoint =
        report->hook < client->count ? &client->endpoints[report->hook] : NULL;
    if (endpoint == NULL || endpoint->count == 0 ||
        endpoint->window[endpoint->first] != report->serial) {
        lose(client, "hermes-mailqueue-hooks reported on an event that it was not given");
        return;
    }
    if (report->type == HOOK_RETRYING) {
        take_retrying(client, endpoint, report);
    } else {
        take_answer(client, endpoint, report);
        ask(client, report->hook);
    }
}

static int on_socket(sd_event_source *source, int socket, uint32_t revents, void *userdata) {
    struct hooks_client *client = userdata;
    struct hook_report report;
    if ((revents & EPOLLOUT) != 0) {
        client->full = false;
        sd_event_source_set_io_events(source, EPOLLIN);
        ask_all(client);
    }
    ssize_t got = recv(socket, &report, sizeof report, MSG_DONTWAIT | MSG_TRUNC);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return 0;
    }
    if (got <= 0) {
        lose(client, "hermes-mailqueue-hooks has ended");
    } else if (!hook_report_valid(&report, (size_t)got)) {
        lose(client, "hermes-mailqueue-hooks sent an invalid report");
    } else {
        take_report(client, &report);
    }
    return 0;
}

static int adopt(struct hooks_client *client, int socket) {
    int r = sd_event_add_io(client->event, &client->io, socket, EPOLLIN, on_socket, client);
    if (r < 0) {
        close(socket);
        return r;
    }
    client->socket = socket;
    client->full = false;
    return 0;
}

static void connect_again(struct hooks_client *client) {
    int socket = client->callbacks.connect(client->callbacks.userdata);
    int r = socket < 0 ? socket : adopt(client, socket);
    if (r < 0) {
        char text[EVENT_TEXT_SIZE];
        snprintf(text, sizeof text, "hooks: cannot reach hermes-mailqueue-hooks: %s; trying again",
                 strerror(-r));
        complain(client, text);
        arm_timer(client, AGAIN_USEC);
    }
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
    struct hooks_client *client = userdata;
    (void)source;
    (void)usec;
    for (size_t i = 0; i < client->count; i++) {
        client->endpoints[i].resting = false;
    }
    if (client->socket < 0 && client->callbacks.connect != NULL) {
        connect_again(client);
    }
    ask_all(client);
    return 0;
}

static void endpoint_init(struct hooks_client *client, size_t hook,
                          const struct store_cursor *cursors, size_t cursor_count,
                          uint32_t event_serial) {
    struct endpoint *endpoint = &client->endpoints[hook];
    const struct config_hook *from = &client->config->hooks[hook];
    struct store_cursor *cursor = &endpoint->cursor;
    bool known = false;
    hook_full_name(from, cursor->hook, sizeof cursor->hook);
    cursor->serial = event_serial;
    for (size_t i = 0; i < cursor_count; i++) {
        if (strcmp(cursors[i].hook, cursor->hook) == 0) {
            *cursor = cursors[i];
            known = true;
        }
    }
    endpoint->events = config_hook_events(from);
    endpoint->read_serial = cursor->serial;
    endpoint->counted_serial = cursor->serial;
    endpoint->reported_serial = cursor->serial;
    endpoint->counting = is_after(event_serial, cursor->serial);
    endpoint->status = (struct hook_status){.kind = from->kind,
                                            .delivered = cursor->delivered,
                                            .failures = cursor->failures,
                                            .pending.known = !endpoint->counting,
                                            .last_delivery = cursor->last_delivery};
    hook_full_name(from, endpoint->status.name, sizeof endpoint->status.name);
    if (!known) {
        report_cursor(client, endpoint);
    }
}

/* The first question is asked from the loop, when the caller has its client. */
int hooks_client_new(sd_event *event, int socket, const struct config *config,
                     const struct store_cursor *cursors, size_t cursor_count, uint32_t event_serial,
                     const struct hooks_callbacks *callbacks, struct hooks_client **out) {
    struct hooks_client *client =
        calloc(1, sizeof *client + config->hook_count * sizeof client->endpoints[0]);
    if (client == NULL) {
        if (socket >= 0) {
            close(socket);
        }
        return -ENOMEM;
    }
    client->event = sd_event_ref(event);
    client->socket = -1;
    client->config = config;
    client->callbacks = *callbacks;
    client->count = config->hook_count;
    int r = socket >= 0 ? adopt(client, socket) : 0;
    if (r >= 0) {
        r = sd_event_add_time_relative(event, &client->timer, CLOCK_MONOTONIC, 0, 0, on_timer,
                                       client);
    }
    if (r < 0) {
        hooks_client_free(client);
        return r;
    }
    for (size_t i = 0; i < client->count; i++) {
        endpoint_init(client, i, cursors, cursor_count, event_serial);
    }
    *out = client;
    return 0;
}

void hooks_client_free(struct hooks_client *client) {
    if (client == NULL) {
        return;
    }
    sd_event_source_disable_unref(client->io);
    sd_event_source_disable_unref(client->timer);
    if (client->socket >= 0) {
        close(client->socket);
    }
    sd_event_unref(client->event);
    free(client);
}

size_t hooks_client_count(const struct hooks_client *client) {
    return client->count;
}

const struct hook_status *hooks_client_status(const struct hooks_client *client, size_t hook) {
    assert(hook < client->count);
    return &client->endpoints[hook].status;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Gives the hooks client the events it asks for: from the log in memory, or from the store for an
 * endpoint that is further behind. The log in memory has everything back to its oldest event; while
 * it is empty, everything since the serial at which the feed began. At the start, the cursors of
 * endpoints that are no longer configured are deleted, and events that were logged while the
 * database was being read are announced to the client, which cannot know of them otherwise.
 */
#include "app/hook_feed.h"

#include "app/hook_repeat.h"
#include "core/hook_protocol.h"
#include "io/hooks_client.h"
#include "os/log.h"
#include "os/socket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#define BATCH_MAX 64

struct hook_feed {
    struct hooks_client *client;
    struct hook_repeat *repeat;
    struct store *store;
    const struct events *events;
    const struct event_log *log;
    uint32_t event_serial; /* when the feed began */
    struct hook_peer peer;
    struct event batch[BATCH_MAX];
};

/* A question to the store that has no answer yet. */
struct question {
    struct hook_feed *feed;
    size_t hook;
};

static void on_read(void *userdata, int error, const struct event *events, size_t count) {
    struct question *question = userdata;
    if (error < 0) {
        hooks_client_feed_failed(question->feed->client, question->hook);
    } else {
        hooks_client_feed(question->feed->client, question->hook, events, count);
    }
    free(question);
}

/* True if the log in memory has everything after the serial. */
static bool log_reaches_back(const struct hook_feed *feed, uint32_t after) {
    uint32_t oldest = event_log_oldest(feed->log);
    return oldest != 0 ? after + 1 >= oldest : after >= feed->event_serial;
}

/* The event of the log after the serial, NULL if there is none that may be told. */
static const struct event *next_told(const struct hook_feed *feed, uint32_t after) {
    const struct event *event = event_log_after(feed->log, after);
    return event != NULL && events_may_tell(feed->events, event->serial) ? event : NULL;
}

static void on_want(void *userdata, size_t hook, uint32_t after, size_t max) {
    struct hook_feed *feed = userdata;
    if (!log_reaches_back(feed, after)) {
        struct question *question = malloc(sizeof *question);
        if (question == NULL) {
            hooks_client_feed_failed(feed->client, hook);
            return;
        }
        *question = (struct question){.feed = feed, .hook = hook};
        store_events_read(feed->store, after, max, on_read, question);
        return;
    }
    size_t count = 0;
    const struct event *event;
    max = max < BATCH_MAX ? max : BATCH_MAX;
    while (count < max && (event = next_told(feed, after)) != NULL) {
        feed->batch[count++] = *event;
        after = event->serial;
    }
    hooks_client_feed(feed->client, hook, feed->batch, count);
}

static void on_cursor(void *userdata, const struct store_cursor *cursor) {
    const struct hook_feed *feed = userdata;
    store_cursor_set(feed->store, cursor);
}

static void on_log(void *userdata, int priority, const char *text) {
    (void)userdata;
    log_line(priority, "%s", text);
}

static void on_gone(void *userdata) {
    const struct hook_feed *feed = userdata;
    feed->peer.gone(feed->peer.userdata);
}

static int on_connect(void *userdata) {
    const struct hook_feed *feed = userdata;
    int socket;
    int r = socket_connect(feed->peer.path, &socket);
    return r < 0 ? r : socket;
}

/* A name that is configured again later starts with new events, not with what happened meanwhile.
 */
static void forget_removed(const struct hook_feed *feed, const struct store_image *image,
                           const struct config *config) {
    for (size_t i = 0; image != NULL && i < image->cursor_count; i++) {
        char name[HOOK_NAME_SIZE];
        bool configured = false;
        for (size_t h = 0; h < config->hook_count && !configured; h++) {
            hook_full_name(&config->hooks[h], name, sizeof name);
            configured = strcmp(name, image->cursors[i].hook) == 0;
        }
        if (!configured) {
            store_cursor_forget(feed->store, image->cursors[i].hook);
        }
    }
}

/* Events that were logged while the database was being read are pending too. */
static void notify_since(struct hook_feed *feed, uint32_t serial) {
    const struct event *event;
    while ((event = next_told(feed, serial)) != NULL) {
        hooks_client_notify(feed->client, event);
        serial = event->serial;
    }
}

int hook_feed_new(sd_event *event, const struct hook_peer *peer, const struct config *config,
                  struct store *store, const struct events *events, const struct store_image *image,
                  uint32_t event_serial, struct hook_feed **out) {
    struct hook_feed *feed = calloc(1, sizeof *feed);
    const struct hooks_callbacks callbacks = {.want = on_want,
                                              .cursor = on_cursor,
                                              .log = on_log,
                                              .connect = peer->path != NULL ? on_connect : NULL,
                                              .gone = on_gone,
                                              .userdata = feed};
    if (feed == NULL) {
        if (peer->socket >= 0) {
            close(peer->socket);
        }
        return -ENOMEM;
    }
    feed->peer = *peer;
    feed->store = store;
    feed->events = events;
    feed->log = events_log(events);
    feed->event_serial = event_serial;
    int r = hooks_client_new(event, peer->socket, config, image != NULL ? image->cursors : NULL,
                             image != NULL ? image->cursor_count : 0, event_serial, &callbacks,
                             &feed->client);
    if (r >= 0) {
        r = hook_repeat_new(event, config, feed->client, events_raised(events), &feed->repeat);
    }
    if (r < 0) {
        hook_feed_free(feed);
        return r;
    }
    forget_removed(feed, image, config);
    notify_since(feed, event_serial);
    *out = feed;
    return 0;
}

void hook_feed_free(struct hook_feed *feed) {
    if (feed == NULL) {
        return;
    }
    hook_repeat_free(feed->repeat);
    hooks_client_free(feed->client);
    free(feed);
}

void hook_feed_notify(struct hook_feed *feed, const struct event *event) {
    hooks_client_notify(feed->client, event);
}

void hook_feed_repeat(struct hook_feed *feed, const struct event *event) {
    for (size_t i = 0; i < hooks_client_count(feed->client); i++) {
        hooks_client_repeat(feed->client, i, event);
    }
}

size_t hook_feed_status(const struct hook_feed *feed,
                        const struct hook_status *status[CONFIG_HOOKS_MAX]) {
    size_t count = feed != NULL ? hooks_client_count(feed->client) : 0;
    for (size_t i = 0; i < count; i++) {
        status[i] = hooks_client_status(feed->client, i);
    }
    return count;
}

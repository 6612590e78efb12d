/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Owns the socket to the helper and one stream for each command that may run at the same time. A
 * stream is active from the request until its end is reported. It ends when its output has ended
 * and REPLY_EXIT has arrived, in either order. Output is read at idle priority, one chunk at a
 * time, so that GETs go first. When the helper process is replaced or ends, what is still in the
 * pipes is read, and then every stream ends as lost.
 */
#include "io/helper_packet.h"
#include "io/helper_stream.h"

#include "core/run_clock.h"
#include "os/clock.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Small enough that a GET waits no longer than one chunk's lines take. */
#define CHUNK_SIZE ((size_t)64 * 1024)

/* postqueue writes 4 KB at a time, and waking up for each piece costs more than parsing it. After a
 * read that did not fill the chunk, the pipe may fill for this long. */
#define FILL_USEC UINT64_C(5000)

#define DRAIN_READS_MAX 32

/* After the deadline of a command, the helper has this long to end it and report that. */
#define EXIT_GRACE_USEC (5 * USEC_PER_SEC)

struct helper_client {
    sd_event *event;
    int socket;
    sd_event_source *io, *timer;
    struct run_clock clock; /* what a paused agent could not take is not late */
    uint64_t reply_timeout_usec;
    struct helper_callbacks callbacks;
    uint32_t sequence;
    uint32_t worker;        /* the helper process that said hello last */
    uint32_t scan_sequence; /* 0 = none asked */
    uint64_t scan_usec;     /* when it was asked, by the run clock */
    struct stream streams[STREAM_COUNT];
    char *chunk; /* CHUNK_SIZE */
};

static uint64_t ran_usec(struct helper_client *client) {
    return run_clock_turn(&client->clock, clock_usec());
}

static uint32_t next_sequence(struct helper_client *client) {
    client->sequence++;
    if (client->sequence == 0) {
        client->sequence = 1;
    }
    return client->sequence;
}

static bool send_request(const struct helper_client *client, struct request *request) {
    size_t size = request_size(request->id_count);
    request->version = PROTOCOL_VERSION;
    request->worker = client->worker;
    request->deadline_usec =
        request->type == REQUEST_CANCEL ? 0 : clock_usec() + client->reply_timeout_usec;
    assert(request_valid(request, size));
    return client->socket >= 0 &&
           send(client->socket, request, size, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)size;
}

static void cancel_command(struct helper_client *client, struct stream *stream) {
    struct request request = {.type = REQUEST_CANCEL, .sequence = stream->sequence};
    stream->cancelled = true;
    stream_close_output(stream);
    send_request(client, &request);
}

/* Stops the command. The stream ends with its REPLY_EXIT, which may have come already. */
static void stream_cancel(struct helper_client *client, struct stream *stream) {
    if (stream->exited) {
        stream_finish(stream);
    } else {
        cancel_command(client, stream);
    }
}

static int on_filled(sd_event_source *source, uint64_t usec, void *userdata) {
    struct stream *stream = userdata;
    (void)source;
    (void)usec;
    return sd_event_source_set_enabled(stream->output, SD_EVENT_ON);
}

/* Without the timer the next read comes at once. */
static void let_fill(struct stream *stream) {
    if (sd_event_source_set_time_relative(stream->fill, FILL_USEC) >= 0 &&
        sd_event_source_set_enabled(stream->fill, SD_EVENT_ONESHOT) >= 0) {
        sd_event_source_set_enabled(stream->output, SD_EVENT_OFF);
    }
}

static struct stream *find_output(struct helper_client *client, int fd) {
    for (size_t i = 0; i < STREAM_COUNT; i++) {
        if (client->streams[i].active && client->streams[i].fd == fd) {
            return &client->streams[i];
        }
    }
    return NULL;
}

/* Reads once. Returns false if nothing is there now. */
static bool read_output(struct helper_client *client, struct stream *stream) {
    ssize_t got = read(stream->fd, client->chunk, CHUNK_SIZE);
    if (got < 0) {
        if (errno != EAGAIN && errno != EINTR) {
            stream_fail(stream, "reading from %s failed: %s", stream_program(stream),
                        strerror(errno));
            stream_cancel(client, stream);
        }
        return false;
    }
    if (got > 0) {
        if (!stream_take(stream, client->chunk, (size_t)got)) {
            stream_cancel(client, stream);
        } else if ((size_t)got < CHUNK_SIZE) {
            let_fill(stream);
        }
        return true;
    }
    stream_close_output(stream);
    return false;
}

static int on_output(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
    struct helper_client *client = userdata;
    (void)source;
    (void)revents;
    struct stream *stream = find_output(client, fd);
    assert(stream != NULL);
    read_output(client, stream);
    /* A stream whose output was rejected may have ended already. */
    if (stream->active && stream->output_ended && stream->exited) {
        stream_finish(stream);
    }
    return 0;
}

static struct stream *find_stream(struct helper_client *client, uint32_t sequence) {
    for (size_t i = 0; i < STREAM_COUNT; i++) {
        if (client->streams[i].active && client->streams[i].sequence == sequence) {
            return &client->streams[i];
        }
    }
    return NULL;
}

static void take_stream(struct helper_client *client, const struct reply *reply, int *fd) {
    struct stream *stream = find_stream(client, reply->sequence);
    if (stream == NULL || stream->fd >= 0 || stream->output_ended) {
        return;
    }
    if (reply->error != 0 || *fd < 0) {
        stream_fail(stream, "%s",
                    reply->text[0] != '\0' ? reply->text : "the helper sent no output");
        stream->not_run = reply->error != 0;
        stream->lost = reply->error == 0;
        stream_finish(stream);
        return;
    }
    int r = sd_event_add_io(client->event, &stream->output, *fd, EPOLLIN, on_output, client);
    if (r >= 0) {
        r = sd_event_add_time_relative(client->event, &stream->fill, CLOCK_MONOTONIC, 0, 1,
                                       on_filled, stream);
    }
    if (r >= 0) {
        r = sd_event_source_set_enabled(stream->fill, SD_EVENT_OFF);
    }
    if (r < 0) {
        stream_fail(stream, "cannot watch the output of %s: %s", stream_program(stream),
                    strerror(-r));
        stream_cancel(client, stream);
        return;
    }
    sd_event_source_set_priority(stream->output, SD_EVENT_PRIORITY_IDLE);
    stream->fd = *fd;
    *fd = -1;
}

static void take_exit(struct helper_client *client, const struct reply *reply, int *fd) {
    (void)fd;
    struct stream *stream = find_stream(client, reply->sequence);
    if (stream == NULL) {
        return;
    }
    stream->exited = true;
    stream->timed_out = reply->timed_out;
    stream->exit_error = reply->error;
    stream->not_run = reply->error != 0;
    stream->reason = (enum command_reason)reply->reason;
    stream->wait_status = reply->wait_status;
    if (reply->text[0] != '\0') {
        snprintf(stream->last_words, sizeof stream->last_words, "%s", reply->text);
    }
    if (stream->output_ended) {
        stream_finish(stream);
    }
}

/* What a command wrote before its helper was lost still counts, up to what a pipe holds. */
static void drain_output(struct helper_client *client, struct stream *stream) {
    for (size_t i = 0; i < DRAIN_READS_MAX && stream->fd >= 0; i++) {
        if (!read_output(client, stream)) {
            return;
        }
    }
}

static bool is_running(const struct stream *stream, uint32_t sequence) {
    return stream->active && stream->sequence == sequence;
}

/* A callback may start new commands, which must not fail with the old ones. */
static void fail_all(struct helper_client *client, const char *error) {
    uint32_t sequences[STREAM_COUNT];
    for (size_t i = 0; i < STREAM_COUNT; i++) {
        sequences[i] = client->streams[i].active ? client->streams[i].sequence : 0;
    }
    if (client->scan_sequence != 0) {
        client->scan_sequence = 0;
        client->callbacks.counts(client->callbacks.userdata, NULL, error);
    }
    for (size_t i = 0; i < STREAM_COUNT; i++) {
        struct stream *stream = &client->streams[i];
        if (is_running(stream, sequences[i])) {
            drain_output(client, stream);
        }
        if (is_running(stream, sequences[i])) {
            stream->lost = true;
            stream_fail(stream, "%s", error);
            stream_finish(stream);
        }
    }
}

static void take_hello(struct helper_client *client, const struct reply *reply, int *fd) {
    (void)fd;
    /* First, because commands that callbacks start are for the new process. */
    client->worker = reply->worker;
    fail_all(client, "the helper was restarted");
    client->callbacks.hello(client->callbacks.userdata, reply->error != 0 ? reply->text : NULL);
}

static void take_counts(struct helper_client *client, const struct reply *reply, int *fd) {
    (void)fd;
    if (reply->sequence == client->scan_sequence) {
        client->scan_sequence = 0;
        client->callbacks.counts(client->callbacks.userdata, reply, reply->text);
    }
}

static void take_mtimes(struct helper_client *client, const struct reply *reply, int *fd) {
    (void)fd;
    client->callbacks.mtimes(client->callbacks.userdata, reply);
}

static void take_dirty(struct helper_client *client, const struct reply *reply, int *fd) {
    (void)reply;
    (void)fd;
    client->callbacks.dirty(client->callbacks.userdata);
}

static void take_settings_dirty(struct helper_client *client, const struct reply *reply, int *fd) {
    (void)reply;
    (void)fd;
    client->callbacks.settings_dirty(client->callbacks.userdata);
}

/* A handler that keeps the descriptor sets *fd to -1. */
static void (*const handlers[REPLY_TYPE_END])(struct helper_client *, const struct reply *,
                                              int *) = {
    [REPLY_HELLO] = take_hello,
    [REPLY_COUNTS] = take_counts,
    [REPLY_STREAM] = take_stream,
    [REPLY_EXIT] = take_exit,
    [REPLY_MTIME] = take_mtimes,
    [REPLY_DIRTY] = take_dirty,
    [REPLY_SETTINGS_DIRTY] = take_settings_dirty,
};

static void lose_helper(struct helper_client *client) {
    client->io = sd_event_source_disable_unref(client->io);
    client->timer = sd_event_source_disable_unref(client->timer);
    close(client->socket);
    client->socket = -1;
    fail_all(client, "the helper has ended; restart hermes-mailqueued");
    client->callbacks.gone(client->callbacks.userdata);
}

static int on_socket(sd_event_source *source, int socket, uint32_t revents, void *userdata) {
    struct helper_client *client = userdata;
    struct reply reply;
    int fd;
    (void)source;
    (void)revents;
    ssize_t got = helper_receive(socket, &reply, &fd);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return 0;
    }
    if (got <= 0 || !reply_valid(&reply, (size_t)got)) {
        lose_helper(client);
    } else {
        handlers[reply.type](client, &reply, &fd);
    }
    if (fd >= 0) {
        close(fd);
    }
    return 0;
}

/* A helper that is stopped or waits for a disk sends nothing; its readings fail as well. */
static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
    struct helper_client *client = userdata;
    uint64_t now = ran_usec(client);
    (void)usec;
    if (client->scan_sequence != 0 && now - client->scan_usec > client->reply_timeout_usec) {
        client->scan_sequence = 0;
        client->callbacks.counts(client->callbacks.userdata, NULL,
                                 "the helper did not answer in time");
    }
    for (size_t i = 0; i < STREAM_COUNT; i++) {
        struct stream *stream = &client->streams[i];
        if (stream->active && stream->type != REQUEST_LOG &&
            now - stream->asked_usec > client->reply_timeout_usec + EXIT_GRACE_USEC) {
            stream_fail(stream, "%s: the helper did not answer in time", stream_program(stream));
            stream->lost = true;
            cancel_command(client, stream);
            stream_finish(stream);
        }
    }
    sd_event_source_set_time_relative(source, USEC_PER_SEC);
    return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

int helper_client_new(sd_event *event, int socket, uint64_t reply_timeout_usec,
                      const struct helper_callbacks *callbacks, struct helper_client **out) {
    struct helper_client *client = calloc(1, sizeof *client);
    if (client == NULL || (client->chunk = malloc(CHUNK_SIZE)) == NULL) {
        free(client);
        close(socket);
        return -ENOMEM;
    }
    client->event = sd_event_ref(event);
    client->socket = socket;
    client->reply_timeout_usec = reply_timeout_usec;
    client->callbacks = *callbacks;
    for (size_t i = 0; i < STREAM_COUNT; i++) {
        client->streams[i].fd = -1;
    }
    int r = sd_event_add_io(event, &client->io, socket, EPOLLIN, on_socket, client);
    if (r >= 0) {
        r = sd_event_add_time_relative(event, &client->timer, CLOCK_MONOTONIC, USEC_PER_SEC, 0,
                                       on_timer, client);
    }
    if (r < 0) {
        helper_client_free(client);
        return r;
    }
    *out = client;
    return 0;
}

void helper_client_free(struct helper_client *client) {
    if (client == NULL) {
        return;
    }
    for (size_t i = 0; i < STREAM_COUNT; i++) {
        stream_close_output(&client->streams[i]);
        lines_deinit(&client->streams[i].lines);
    }
    sd_event_source_disable_unref(client->io);
    sd_event_source_disable_unref(client->timer);
    if (client->socket >= 0) {
        close(client->socket);
    }
    sd_event_unref(client->event);
    free(client->chunk);
    free(client);
}

static bool ask_scan(struct helper_client *client, struct request *request) {
    if (client->scan_sequence != 0) {
        return false;
    }
    request->sequence = next_sequence(client);
    if (!send_request(client, request)) {
        return false;
    }
    client->scan_sequence = request->sequence;
    client->scan_usec = ran_usec(client);
    return true;
}

bool helper_client_scan(struct helper_client *client, bool full) {
    struct request request = {.type = REQUEST_SCAN, .flags = full ? SCAN_FULL : 0};
    return ask_scan(client, &request);
}

bool helper_client_check(struct helper_client *client, uint64_t rest_usec) {
    struct request request = {
        .type = REQUEST_SCAN, .flags = SCAN_FULL | SCAN_CHECK, .rest_usec = rest_usec};
    return ask_scan(client, &request);
}

bool helper_client_mtimes(struct helper_client *client, const char (*ids)[QUEUE_ID_SIZE],
                          size_t count) {
    struct request request = {.type = REQUEST_MTIME, .id_count = (uint32_t)count};
    request.sequence = next_sequence(client);
    memcpy(request.ids, ids, count * sizeof *ids);
    return send_request(client, &request);
}

static struct stream *free_stream(struct helper_client *client, enum request_type type) {
    struct stream *stream = &client->streams[stream_kinds[type].slot];
    size_t count = type == REQUEST_FLUSH ? HELPER_FLUSHES : 1;
    for (size_t i = 0; i < count; i++) {
        if (!stream[i].active) {
            return &stream[i];
        }
    }
    return NULL;
}

bool helper_client_run(struct helper_client *client, const struct helper_order *order,
                       const struct stream_callbacks *callbacks) {
    assert(order->type < REQUEST_TYPE_END && stream_kinds[order->type].program != NULL);
    const struct kind *kind = &stream_kinds[order->type];
    struct stream *stream = free_stream(client, order->type);
    struct request request = helper_request(order);
    size_t output_max = order->output_max != 0 ? order->output_max : kind->output_max;
    if (stream == NULL) {
        return false;
    }
    request.sequence = next_sequence(client);
    if (!send_request(client, &request)) {
        return false;
    }
    *stream = (struct stream){.active = true,
                              .type = order->type,
                              .sequence = request.sequence,
                              .callbacks = *callbacks,
                              .fd = -1,
                              .output_left = output_max != 0 ? output_max : SIZE_MAX,
                              .started_usec = clock_usec(),
                              .asked_usec = ran_usec(client)};
    return true;
}

/* SPDX-License-Identifier: BSD-3-Clause */
#include "helper/mail_log_output.h"

#include "core/time_units.h"
#include "os/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The agent waits longer than this before it takes silence for a log that does not answer. */
#define IDLE_USEC (5 * USEC_PER_SEC)
#define LOOK_USEC (5 * USEC_PER_SEC)

#define ERROR_SIZE 256

static void write_all(const struct mail_log_output *output, const void *data, size_t len) {
    const char *rest = data;
    while (len > 0) {
        ssize_t done = write(output->fd, rest, len);
        if (done < 0 && errno != EINTR) {
            _exit(0);
        }
        if (done > 0) {
            rest += done;
            len -= (size_t)done;
        }
    }
}

void mail_log_write(struct mail_log_output *output, const struct mail_log_record *record,
                    const void *payload) {
    struct mail_log_record full = *record;
    full.read_usec = clock_usec();
    full.skipped = output->skipped;
    output->skipped = 0;
    output->written_usec = full.read_usec;
    write_all(output, &full, sizeof full);
    write_all(output, payload, full.length);
}

void mail_log_write_begin(struct mail_log_output *output, const struct mail_log_position *position,
                          bool resumed) {
    const struct mail_log_place *place = output->place;
    char payload[MAIL_LOG_NAME_SIZE + PATH_MAX];
    const char *text = place->source == MAIL_LOG_FILE ? place->path : "the journal";
    size_t name = strlen(place->syslog_name) + 1;
    size_t len = strlen(text) + 1;
    memcpy(payload, place->syslog_name, name);
    memcpy(payload + name, text, len);
    const struct mail_log_record record = {.type = MAIL_LOG_BEGIN,
                                           .length = (uint32_t)(name + len),
                                           .flags = resumed ? MAIL_LOG_RESUMED : 0,
                                           .position = *position};
    mail_log_write(output, &record, payload);
}

void mail_log_write_error(struct mail_log_output *output, const struct mail_log_position *position,
                          const char *format, ...) {
    char text[ERROR_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const struct mail_log_record record = {
        .type = MAIL_LOG_UNREADABLE, .length = (uint32_t)strlen(text) + 1, .position = *position};
    mail_log_write(output, &record, text);
}

void mail_log_rest(struct mail_log_output *output, const struct mail_log_position *position,
                   int fd) {
    uint64_t now = clock_usec();
    if (now - output->written_usec >= IDLE_USEC) {
        const struct mail_log_record record = {.type = MAIL_LOG_IDLE, .position = *position};
        mail_log_write(output, &record, NULL);
    }
    if (now - output->looked_usec >= LOOK_USEC) {
        output->looked_usec = now;
        if (mail_log_settings_changed(output->place)) {
            _exit(0);
        }
    }
    struct pollfd set[] = {{.fd = output->fd}, {.fd = fd, .events = POLLIN}};
    poll(set, 2, MAIL_LOG_POLL_MS);
    if ((set[0].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) {
        _exit(0);
    }
}

void mail_log_split(struct mail_log_buffer *buffer, struct mail_log_output *output, size_t *drop,
                    size_t *lines) {
    *drop = *lines = 0;
    if (buffer->skipping) {
        const char *newline = memchr(buffer->data, '\n', buffer->held);
        buffer->skipping = newline == NULL;
        *drop = newline == NULL ? buffer->held : (size_t)(newline - buffer->data) + 1;
    }
    const char *start = buffer->data + *drop;
    const char *last = memrchr(start, '\n', buffer->held - *drop);
    if (last != NULL) {
        *lines = (size_t)(last - start) + 1;
    } else if (*drop == 0 && buffer->held == sizeof buffer->data) {
        buffer->skipping = true;
        output->skipped++;
        *drop = buffer->held;
    }
}

void mail_log_consume(struct mail_log_buffer *buffer, size_t octets) {
    buffer->held -= octets;
    memmove(buffer->data, buffer->data + octets, buffer->held);
}

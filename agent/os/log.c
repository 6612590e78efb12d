/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where each line goes. This file uses the journal's datagram protocol
 * (systemd.io/JOURNAL_NATIVE_PROTOCOL) rather than sd_journal_send(3), and writes to stderr without
 * stdio, because both of these can block.
 *
 * stderr is shared with the processes that started this one, so O_NONBLOCK must not be set on it. A
 * pipe or terminal is therefore opened a second time, which requires the privileges that the
 * process started with. If that is impossible, each write is preceded by poll(2) and is at most as
 * long as a pipe accepts at once. A write to a regular file waits only for its disk.
 */
#include "os/log.h"

#include "core/text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#define JOURNAL_SOCKET "/run/systemd/journal/socket"
#define TEXT_SIZE 1024
#define LINE_SIZE (TEXT_SIZE + 128) /* with name and priority; below PIPE_BUF */
#define ENTRY_SIZE (TEXT_SIZE + 512)

static struct {
    const char *name;
    int level;
    int journal; /* a socket, -1 = lines go to stderr */
    int stream;  /* stderr, or what was opened in its place */
    bool own_stream, socket_stream;
    bool prefix;     /* the journal reads stderr: lines begin with priorities as in sd-daemon(3) */
    bool unfinished; /* a part of a line was written */
    unsigned long lost; /* lines since the last report */
} state = {.name = "hermes-mailqueue", .level = LOG_INFO, .journal = -1, .stream = STDERR_FILENO};

static const char *const priority_names[] = {
    [LOG_EMERG] = "emergency", [LOG_ALERT] = "alert",     [LOG_CRIT] = "critical",
    [LOG_ERR] = "error",       [LOG_WARNING] = "warning", [LOG_NOTICE] = "notice",
    [LOG_INFO] = "info",       [LOG_DEBUG] = "debug",
};

/* JOURNAL_STREAM has the device and inode of the stream that a service manager connected. */
static bool stream_is_journal(const struct stat *st) {
    const char *stream = getenv("JOURNAL_STREAM");
    char expected[64];
    snprintf(expected, sizeof expected, "%ju:%ju", (uintmax_t)st->st_dev, (uintmax_t)st->st_ino);
    return stream != NULL && strcmp(stream, expected) == 0;
}

static void open_stream(void) {
    struct stat st;
    if (state.own_stream) {
        close(state.stream);
    }
    state.stream = STDERR_FILENO;
    state.own_stream = state.socket_stream = state.prefix = false;
    if (fstat(STDERR_FILENO, &st) < 0) {
        return;
    }
    state.socket_stream = S_ISSOCK(st.st_mode);
    state.prefix = stream_is_journal(&st);
    if (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode)) {
        int fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (fd >= 0) {
            state.stream = fd;
            state.own_stream = true;
        }
    }
}

void log_open(const char *name, bool to_stderr, int level) {
    state.name = name;
    state.level = level;
    if (state.journal >= 0) {
        close(state.journal);
        state.journal = -1;
    }
    if (!to_stderr && access(JOURNAL_SOCKET, W_OK) == 0) {
        state.journal = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    }
    open_stream();
}

void log_set_level(int level) {
    state.level = level;
}

/* Writes what fits now. Returns the number of octets, which may be 0. */
static size_t write_some(const char *octets, size_t len) {
    ssize_t written;
    if (state.socket_stream) {
        written = send(state.stream, octets, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    } else {
        struct pollfd room = {.fd = state.stream, .events = POLLOUT};
        if (!state.own_stream && (poll(&room, 1, 0) <= 0 || (room.revents & POLLOUT) == 0)) {
            return 0;
        }
        written = write(state.stream, octets, len);
    }
    return written > 0 ? (size_t)written : 0;
}

/* Returns false if the line was lost. A terminal may accept a part of a line; the next one then
 * begins on a new line. */
static bool write_stream(int priority, const char *text) {
    char line[LINE_SIZE];
    const char *start = state.unfinished ? "\n" : "";
    int len = state.prefix ? snprintf(line, sizeof line, "%s<%d>%s\n", start, priority, text)
                           : snprintf(line, sizeof line, "%s%s: %s: %s\n", start, state.name,
                                      priority_names[priority], text);
    size_t written = write_some(line, (size_t)len);
    if (written > 0) {
        state.unfinished = written < (size_t)len;
    }
    return written == (size_t)len;
}

/* Returns false with errno set if the journal did not accept the entry. */
static bool write_journal(int priority, const char *text, const char *event, unsigned serial) {
    static const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = JOURNAL_SOCKET};
    char entry[ENTRY_SIZE];
    int len = snprintf(entry, sizeof entry, "MESSAGE=%s\nPRIORITY=%d\nSYSLOG_IDENTIFIER=%s\n", text,
                       priority, state.name);
    if (event != NULL) {
        len += snprintf(entry + len, sizeof entry - (size_t)len, "HMQ_EVENT=%s\nHMQ_SERIAL=%u\n",
                        event, serial);
    }
    return sendto(state.journal, entry, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL,
                  (const struct sockaddr *)&address, sizeof address) == len;
}

/* If there is no journal, lines go to stderr; if it accepts no more, they are lost. */
static bool put(int priority, const char *text, const char *event, unsigned serial) {
    if (state.journal >= 0) {
        if (write_journal(priority, text, event, serial)) {
            return true;
        }
        if (errno == EAGAIN || errno == ENOBUFS) {
            return false;
        }
    }
    return write_stream(priority, text);
}

void log_report_lost(void) {
    char text[TEXT_SIZE];
    if (state.lost == 0) {
        return;
    }
    snprintf(text, sizeof text, "log lines were lost because nothing read them: %lu", state.lost);
    if (put(LOG_WARNING, text, NULL, 0)) {
        state.lost = 0;
    }
}

static void put_or_count(int priority, char *text, const char *event, unsigned serial) {
    int saved = errno;
    text_make_safe(text);
    log_report_lost();
    if (state.lost > 0 || !put(priority, text, event, serial)) {
        state.lost++;
    }
    errno = saved;
}

void log_line(int priority, const char *format, ...) {
    char text[TEXT_SIZE];
    va_list arguments;
    if (priority > state.level) {
        return;
    }
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    put_or_count(priority, text, NULL, 0);
}

void log_event(int priority, const char *event, unsigned serial, const char *text) {
    char line[TEXT_SIZE];
    if (priority > state.level) {
        return;
    }
    snprintf(line, sizeof line, "%s: %s", event, text);
    put_or_count(priority, line, event, serial);
}

/* SPDX-License-Identifier: BSD-3-Clause */
#include "io/helper_stream.h"

#include "core/text.h"
#include "os/clock.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINE_MAX_OCTETS ((size_t)64 * 1024)

/* postsuper prints one or two lines of less than 200 octets for each queue ID. */
#define ACTION_OUTPUT_MAX ((size_t)1024 * 1024)

const struct kind stream_kinds[REQUEST_TYPE_END] = {
    [REQUEST_LIST] = {STREAM_LIST, "postqueue", LINE_MAX_OCTETS, 0},
    [REQUEST_SETTINGS] = {STREAM_SETTINGS, "postconf", LINE_MAX_OCTETS, 0},
    [REQUEST_SELECT] = {STREAM_ACTION, "postqueue", LINE_MAX_OCTETS, 0},
    [REQUEST_ACTION] = {STREAM_ACTION, "postsuper", LINE_MAX_OCTETS, ACTION_OUTPUT_MAX},
    [REQUEST_FLUSH] = {STREAM_FLUSH, "postqueue", LINE_MAX_OCTETS, LINE_MAX_OCTETS},
    [REQUEST_VIEW] = {STREAM_ACTION, "postcat", LINE_MAX_OCTETS, 0},
    [REQUEST_MAIN_CF] = {STREAM_MAIN_CF, "postconf", LINE_MAX_OCTETS, LINE_MAX_OCTETS},
    [REQUEST_SET_PARAMETER] = {STREAM_MAIN_CF, "postconf", LINE_MAX_OCTETS, LINE_MAX_OCTETS},
    [REQUEST_RELOAD] = {STREAM_MAIN_CF, "postfix", LINE_MAX_OCTETS, LINE_MAX_OCTETS},
    [REQUEST_LOG] = {STREAM_LOG, "the reading of the mail log", 0, 0},
};

void stream_close_output(struct stream *stream) {
    stream->output = sd_event_source_disable_unref(stream->output);
    stream->fill = sd_event_source_disable_unref(stream->fill);
    if (stream->fd >= 0) {
        close(stream->fd);
        stream->fd = -1;
    }
    stream->output_ended = true;
}

void stream_fail(struct stream *stream, const char *format, ...) {
    va_list arguments;
    if (stream->failed) {
        return;
    }
    stream->failed = true;
    va_start(arguments, format);
    vsnprintf(stream->error, sizeof stream->error, format, arguments);
    va_end(arguments);
}

const char *stream_program(const struct stream *stream) {
    return stream_kinds[stream->type].program;
}

/* To be called after the output has ended, because it has the last message of an action. */
static void judge_exit(struct stream *stream) {
    const char *colon = stream->last_words[0] != '\0' ? ": " : "";
    const char *name = stream_program(stream);
    int status = stream->wait_status;
    if (!stream->exited || stream->truncated) {
        return;
    }
    /* postfix(1) writes its reasons only to a terminal and to the log. */
    if (stream->type == REQUEST_RELOAD && stream->last_words[0] == '\0') {
        snprintf(stream->last_words, sizeof stream->last_words,
                 "Postfix is not running, or its log has the reason");
        colon = ": ";
    }
    if (stream->timed_out) {
        stream_fail(stream, "%s did not end within command_timeout%s%s", name, colon,
                    stream->last_words);
    } else if (stream->exit_error != 0) {
        stream_fail(stream, "%s", stream->last_words);
    } else if (WIFSIGNALED(status)) {
        stream_fail(stream, "%s was ended by signal %d%s%s", name, WTERMSIG(status), colon,
                    stream->last_words);
    } else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        stream_fail(stream, "%s ended with status %d%s%s", name, WEXITSTATUS(status), colon,
                    stream->last_words);
    } else if (lines_unfinished(&stream->lines)) {
        stream_fail(stream, "%s: output ended within line %llu", name,
                    (unsigned long long)stream->lines.number + 1);
    }
}

/* With a status greater than 128, timeout(1) and shells report a signal. */
static bool ended_by_itself(const struct stream *stream) {
    return stream->exited && !stream->lost && !stream->timed_out && !stream->cancelled &&
           WIFEXITED(stream->wait_status) && WEXITSTATUS(stream->wait_status) <= 128;
}

void stream_finish(struct stream *stream) {
    struct stream_callbacks callbacks = stream->callbacks;
    char error[STREAM_ERROR_SIZE];
    judge_exit(stream);
    memcpy(error, stream->error, sizeof error);
    struct command_end end = {.ok = !stream->failed,
                              .error = error,
                              .lost = stream->lost,
                              .not_run = stream->not_run,
                              .exited = ended_by_itself(stream),
                              .reason = stream->reason,
                              .mail_down = stream->reason == REASON_MAIL_DOWN,
                              .truncated = stream->truncated,
                              .used_usec = clock_usec() - stream->started_usec};
    stream_close_output(stream);
    lines_deinit(&stream->lines);
    stream->active = false;
    callbacks.end(callbacks.userdata, &end);
}

/* If an action failed, the last line is the reason. */
static int on_line(void *userdata, const char *line, size_t len) {
    struct stream *stream = userdata;
    if (stream->type == REQUEST_ACTION) {
        text_escape(line, len, stream->last_words, sizeof stream->last_words);
    }
    return stream->callbacks.line(stream->callbacks.userdata, line, len);
}

bool stream_take(struct stream *stream, const char *data, size_t len) {
    size_t line_max = stream_kinds[stream->type].line_max;
    size_t taken = len < stream->output_left ? len : stream->output_left;
    int r = 0;
    stream->output_left -= taken;
    if (taken > 0 && stream->callbacks.data != NULL) {
        r = stream->callbacks.data(stream->callbacks.userdata, data, taken);
    } else if (taken > 0) {
        r = lines_feed(&stream->lines, data, taken, line_max, on_line, stream);
    }
    if (r == -EMSGSIZE) {
        stream_fail(stream, "%s: line %llu is longer than %zu octets", stream_program(stream),
                    (unsigned long long)stream->lines.number + 1, line_max);
    } else if (r != 0 && stream->callbacks.data != NULL) {
        stream_fail(stream, "%s: output refused", stream_program(stream));
    } else if (r != 0) {
        stream_fail(stream, "%s: output refused at line %llu", stream_program(stream),
                    (unsigned long long)stream->lines.number);
    } else if (taken < len && stream->type == REQUEST_VIEW) {
        stream->truncated = true;
    } else if (taken < len) {
        stream_fail(stream, "%s: too much output, stopped", stream_program(stream));
    }
    return r == 0 && taken == len;
}

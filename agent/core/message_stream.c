/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Cuts lines up without parsing them: only strings, their escapes and the nesting of brackets have
 * to be followed to find the newline, the array "recipients" and the commas between its elements.
 * What is cut out is parsed by core/message_json.h, which notices whatever is wrong with it.
 */
#include "core/message_stream.h"

#include "core/hash_set.h"
#include "core/json_string.h"
#include "core/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A frame or a recipient. Postfix's own limits (line_length_limit and the like) are 2 KiB. */
#define PIECE_MAX ((size_t)64 * 1024)
#define FIRST_CAPACITY ((size_t)1024)
#define ERROR_SIZE 160
#define RECIPIENTS_NAME "\"recipients\""

struct piece {
    char *text;
    size_t length, capacity;
    bool cut; /* there was more */
};

struct message_stream {
    struct message_handlers handlers;
    struct piece frame, element;
    size_t depth; /* of brackets */
    bool in_string, escaped;
    bool in_recipients; /* within the brackets of the array, at depth 2 or more */
    bool had_recipients, odd_recipients;
    size_t recipient_count;
    struct hash_set addresses;
    uint64_t messages, other_lines;
    char error[ERROR_SIZE]; /* of the first line that was no message */
    bool no_memory;
    bool refused; /* the rest of the output */
};

struct message_stream *message_stream_new(const struct message_handlers *handlers) {
    struct message_stream *stream = calloc(1, sizeof *stream);
    if (stream != NULL) {
        stream->handlers = *handlers;
    }
    return stream;
}

void message_stream_free(struct message_stream *stream) {
    if (stream != NULL) {
        free(stream->frame.text);
        free(stream->element.text);
        hash_set_deinit(&stream->addresses);
        free(stream);
    }
}

/* Makes room for so many octets. Returns false without memory. */
static bool reserve(struct piece *piece, size_t needed) {
    size_t capacity = piece->capacity == 0 ? FIRST_CAPACITY : piece->capacity;
    while (capacity < needed) {
        capacity *= 2;
    }
    if (capacity > piece->capacity) {
        char *text = realloc(piece->text, capacity);
        if (text == NULL) {
            return false;
        }
        piece->text = text;
        piece->capacity = capacity;
    }
    return true;
}

/* Appends to the present piece. What exceeds its limit is dropped. */
static void append(struct message_stream *stream, const char *data, size_t len) {
    struct piece *piece = stream->in_recipients ? &stream->element : &stream->frame;
    if (len > PIECE_MAX - piece->length) {
        len = PIECE_MAX - piece->length;
        piece->cut = true;
    }
    if (!reserve(piece, piece->length + len)) {
        stream->no_memory = true;
        return;
    }
    memcpy(piece->text + piece->length, data, len);
    piece->length += len;
}

static void take_recipient(void *userdata, const char *address, const char *reason) {
    struct message_stream *stream = userdata;
    size_t len = strlen(address);
    if (len == 0 || hash_set_add(&stream->addresses, address, len)) {
        stream->recipient_count++;
        stream->handlers.recipient(stream->handlers.userdata, address, reason);
    }
}

static bool is_blank(const struct piece *piece) {
    for (size_t i = 0; i < piece->length; i++) {
        if (piece->text[i] != ' ' && piece->text[i] != '\t' && piece->text[i] != '\r') {
            return false;
        }
    }
    return true;
}

/* An array may be empty, but there must be an element on either side of a comma. */
static void end_element(struct message_stream *stream, bool last) {
    struct piece *element = &stream->element;
    if (is_blank(element)) {
        stream->odd_recipients = stream->odd_recipients || !last || stream->recipient_count > 0;
    } else if (element->cut ||
               !message_json_recipient(element->text, element->length, take_recipient, stream)) {
        stream->odd_recipients = true;
    }
    element->length = 0;
    element->cut = false;
}

/* True where the frame ends with the name of the recipients and a colon. */
static bool recipients_begin(const struct message_stream *stream) {
    const char *text = stream->frame.text;
    size_t len = stream->frame.length;
    size_t name = strlen(RECIPIENTS_NAME);
    if (stream->frame.cut) {
        return false;
    }
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t')) {
        len--;
    }
    if (len == 0 || text[--len] != ':') {
        return false;
    }
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t')) {
        len--;
    }
    return len > name && memcmp(text + len - name, RECIPIENTS_NAME, name) == 0 &&
           text[len - name - 1] != '\\';
}

/* Every bracket belongs to the frame, including those around the recipients. */
static void open_bracket(struct message_stream *stream, const char *bracket, const char **mark) {
    bool maybe = *bracket == '[' && stream->depth == 1 && !stream->had_recipients;
    stream->depth++;
    if (maybe) {
        append(stream, *mark, (size_t)(bracket - *mark));
        bool recipients = recipients_begin(stream);
        append(stream, bracket, 1);
        *mark = bracket + 1;
        stream->in_recipients = stream->had_recipients = recipients;
    }
}

static void close_bracket(struct message_stream *stream, const char *bracket, const char **mark) {
    if (stream->in_recipients && stream->depth == 2) {
        append(stream, *mark, (size_t)(bracket - *mark));
        *mark = bracket;
        end_element(stream, true);
        stream->in_recipients = false;
    }
    if (stream->depth > 0) {
        stream->depth--;
    }
}

static void take_comma(struct message_stream *stream, const char *comma, const char **mark) {
    if (stream->in_recipients && stream->depth == 2) {
        append(stream, *mark, (size_t)(comma - *mark));
        *mark = comma + 1;
        end_element(stream, false);
    }
}

static void reset_line(struct message_stream *stream) {
    stream->frame.length = stream->element.length = 0;
    stream->frame.cut = stream->element.cut = false;
    stream->depth = 0;
    stream->in_string = stream->escaped = false;
    stream->in_recipients = stream->had_recipients = stream->odd_recipients = false;
    stream->recipient_count = 0;
    hash_set_clear(&stream->addresses);
}

static int end_line(struct message_stream *stream) {
    struct message_json *json;
    struct message_head head;
    char error[ERROR_SIZE] = "";
    char shown[80];
    if (stream->no_memory) {
        return -ENOMEM;
    }
    const char *frame = stream->frame.text != NULL ? stream->frame.text : "";
    enum line_result result =
        message_json_open(frame, stream->frame.length, &json, &head, error, sizeof error);
    if (result == LINE_OK && stream->odd_recipients) {
        result = LINE_SKIPPED;
        head.missing |= MISSING_RECIPIENTS;
        snprintf(error, sizeof error, "broken JSON in recipients: %s",
                 text_escape(frame, stream->frame.length, shown, sizeof shown));
    }
    head.recipient_count = stream->recipient_count;
    if (result != LINE_BAD) {
        stream->messages++;
    } else {
        stream->other_lines++;
        if (stream->other_lines == 1) {
            memcpy(stream->error, error, sizeof error);
        }
    }
    int r = stream->handlers.message(stream->handlers.userdata, result, &head, error);
    message_json_close(json);
    reset_line(stream);
    return r;
}

/* The octets outside strings that decide how a line is cut up. */
static const bool structural[256] = {
    ['"'] = true, ['{'] = true, ['}'] = true,  ['['] = true,
    [']'] = true, [','] = true, ['\n'] = true,
};

/* The next octet that matters, or end. */
static const char *find_octet(const struct message_stream *stream, const char *at,
                              const char *end) {
    if (stream->in_string) {
        return json_string_end(at, end);
    }
    while (at < end && !structural[(unsigned char)*at]) {
        at++;
    }
    return at;
}

/* Follows one of those octets. *mark is the first octet that has not been appended yet. */
static void take_octet(struct message_stream *stream, const char *octet, const char **mark) {
    if (stream->in_string) {
        stream->escaped = *octet == '\\';
        stream->in_string = *octet != '"';
    } else if (*octet == '"') {
        stream->in_string = true;
    } else if (*octet == ',') {
        take_comma(stream, octet, mark);
    } else if (*octet == '{' || *octet == '[') {
        open_bracket(stream, octet, mark);
    } else {
        close_bracket(stream, octet, mark);
    }
}

/* A message may be of any length, but it begins with a brace. */
static bool is_endless(const struct message_stream *stream) {
    const char *text = stream->frame.text;
    size_t blanks = 0;
    while (stream->frame.cut && blanks < stream->frame.length &&
           (text[blanks] == ' ' || text[blanks] == '\t')) {
        blanks++;
    }
    return stream->frame.cut && (blanks == stream->frame.length || text[blanks] != '{');
}

int message_stream_feed(struct message_stream *stream, const char *data, size_t len) {
    const char *end = data + len;
    const char *mark = data;
    int r = 0;
    for (const char *octet = data; octet < end && r == 0; octet++) {
        if (stream->escaped && *octet != '\n') {
            stream->escaped = false;
            continue;
        }
        octet = find_octet(stream, octet, end);
        if (octet == end) {
            break;
        }
        if (*octet == '\n') {
            append(stream, mark, (size_t)(octet - mark));
            mark = octet + 1;
            r = end_line(stream);
        } else {
            take_octet(stream, octet, &mark);
        }
    }
    if (r == 0) {
        append(stream, mark, (size_t)(end - mark));
        if (is_endless(stream)) {
            r = end_line(stream);
            r = r == 0 ? -EBADMSG : r;
        }
    }
    r = stream->no_memory ? -ENOMEM : r;
    stream->refused = stream->refused || r != 0;
    return r;
}

bool message_stream_end(const struct message_stream *stream, char *error, size_t size) {
    if (stream->other_lines > stream->messages) {
        snprintf(error, size, "the output is not a listing: %s", stream->error);
        return false;
    }
    if (stream->refused) {
        snprintf(error, size, "the output was not read beyond line %" PRIu64,
                 stream->messages + stream->other_lines);
        return false;
    }
    if (stream->frame.length > 0) {
        snprintf(error, size, "the output ends within line %" PRIu64,
                 stream->messages + stream->other_lines + 1);
        return false;
    }
    return true;
}

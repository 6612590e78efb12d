/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a command prints on its terminal, as lines: text, the styles of client/screen.h, and lines
 * that it writes anew. Everything else that a terminal would obey is left out.
 */
#ifndef HMQ_CLIENT_TOP_CONSOLE_H
#define HMQ_CLIENT_TOP_CONSOLE_H

#include "client/top/canvas.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More lines than any message that an agent shows; the first go when there are more. */
#define CONSOLE_LINES_MAX 100000
#define CONSOLE_LINE_MAX 4096

struct console_line {
    char *text;      /* owned; valid UTF-8 once the line has ended */
    uint8_t *styles; /* owned; of each octet */
    size_t len, room;
};

/* Zeroed before use. */
struct console {
    struct console_line *lines; /* owned; the last one may still grow */
    size_t count, capacity;
    bool rewrite; /* the next character begins the last line anew */
    uint8_t style;
    char escape[16]; /* the sequence that has begun */
    size_t escape_len;
};

void console_deinit(struct console *console);

/* Takes octets in pieces of any size. */
void console_take(struct console *console, const char *octets, size_t len);

/* Draws a line on rows of the canvas from the one that pen is on, at most count of them, each from
 * its column to its end. Returns the rows it took, at least 1. */
size_t console_draw(const struct console *console, size_t line, struct pen pen, size_t count);

/* The text of a line, as valid UTF-8 without unsafe characters; the caller frees it. */
char *console_text(const struct console *console, size_t line);

/* The rows that console_draw needs for a line, each of width columns. */
size_t console_rows(const struct console *console, size_t line, size_t width);

/* The first line from a place on that contains text, whatever its case; SIZE_MAX if there is none.
 */
size_t console_find(const struct console *console, size_t from, const char *text);

#endif

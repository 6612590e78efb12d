/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Takes octets one by one. A terminal turns the end of a line into CR LF; a CR without LF means
 * that the line is written anew. Octets are kept as they are and made safe when they are looked at,
 * because a character may come in two pieces.
 */
#include "client/top/console.h"
#include "client/memory.h"
#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ESCAPE '\033'

static void drop_lines(struct console *console, size_t count) {
    for (size_t i = 0; i < count; i++) {
        free(console->lines[i].text);
        free(console->lines[i].styles);
    }
    console->count -= count;
    memmove(console->lines, console->lines + count, console->count * sizeof *console->lines);
}

void console_deinit(struct console *console) {
    if (console->count > 0) {
        drop_lines(console, console->count);
    }
    free(console->lines);
    *console = (struct console){0};
}

static void begin_line(struct console *console) {
    if (console->count == CONSOLE_LINES_MAX) {
        drop_lines(console, CONSOLE_LINES_MAX / 10);
    }
    if (console->count == console->capacity) {
        console->capacity = console->capacity == 0 ? 64 : 2 * console->capacity;
        console->lines = need(realloc(console->lines, console->capacity * sizeof *console->lines));
    }
    console->lines[console->count++] = (struct console_line){.text = NULL};
}

static struct console_line *last_line(struct console *console) {
    if (console->count == 0) {
        begin_line(console);
    }
    return &console->lines[console->count - 1];
}

static void make_room(struct console_line *line) {
    if (line->len == line->room) {
        line->room = line->room == 0 ? 64 : 2 * line->room;
        line->text = need(realloc(line->text, line->room));
        line->styles = need(realloc(line->styles, line->room));
    }
}

static void put(struct console *console, char octet) {
    struct console_line *line = last_line(console);
    if (console->rewrite) {
        line->len = 0;
        console->rewrite = false;
    }
    if (line->len < CONSOLE_LINE_MAX) {
        make_room(line);
        line->text[line->len] = octet;
        line->styles[line->len++] = console->style;
    }
}

/* Takes back the last character. */
static void rub_out(struct console *console) {
    struct console_line *line = last_line(console);
    while (line->len > 0 && ((unsigned char)line->text[--line->len] & 0xC0) == 0x80) {
    }
}

/* The sequences that screen_style prints. */
static void obey(struct console *console) {
    static const struct {
        const char *sequence;
        enum style style;
    } styles[] = {{"[m", STYLE_PLAIN},   {"[1m", STYLE_BOLD},  {"[2m", STYLE_DIM},
                  {"[1;31m", STYLE_BAD}, {"[33m", STYLE_WARN}, {"[32m", STYLE_GOOD}};
    for (size_t i = 0; i < sizeof styles / sizeof styles[0]; i++) {
        if (strcmp(styles[i].sequence, console->escape) == 0) {
            console->style = (uint8_t)styles[i].style;
        }
    }
}

/* Takes an octet of a sequence, which a letter ends. */
static void take_escape(struct console *console, char octet) {
    bool first = console->escape_len == 1;
    bool ended = !first && octet >= '@' && octet <= '~';
    console->escape[console->escape_len - 1] = octet;
    console->escape[console->escape_len] = '\0';
    console->escape_len++;
    if (ended) {
        obey(console);
    }
    if (ended || (first && octet != '[') || console->escape_len + 1 >= sizeof console->escape) {
        console->escape_len = 0;
    }
}

void console_take(struct console *console, const char *octets, size_t len) {
    for (size_t i = 0; i < len; i++) {
        unsigned char octet = (unsigned char)octets[i];
        if (console->escape_len > 0) {
            take_escape(console, octets[i]);
        } else if (octet == ESCAPE) {
            console->escape_len = 1;
        } else if (octet == '\n') {
            last_line(console);
            begin_line(console);
            console->rewrite = false;
        } else if (octet == '\r') {
            console->rewrite = true;
        } else if (octet == '\b') {
            rub_out(console);
        } else if (octet >= ' ' && octet != 0x7F) {
            put(console, octets[i]);
        } else if (octet == '\t') {
            put(console, ' ');
        }
    }
}

char *console_text(const struct console *console, size_t line) {
    const struct console_line *at = &console->lines[line];
    char *text = need(malloc(3 * at->len + 1));
    text_to_utf8(at->len > 0 ? at->text : "", at->len, text);
    return text;
}

/* Goes through the characters of a line, row by row; draws them if pen is not NULL. */
static size_t lay_out(const struct console *console, size_t line, size_t width, struct pen *pen,
                      size_t most) {
    const struct console_line *at = &console->lines[line];
    size_t rows = 1;
    size_t used = 0;
    for (size_t from = 0; from < at->len;) {
        char piece[3 * CONSOLE_LINE_MAX + 1];
        size_t end = from;
        while (end < at->len && at->styles[end] == at->styles[from]) {
            end++;
        }
        text_to_utf8(at->text + from, end - from, piece);
        size_t columns;
        for (size_t i = 0, len; piece[i] != '\0'; i += len, used += columns) {
            len = screen_character(piece + i, &columns);
            if (used + columns > width && used > 0) {
                used = 0;
                if (rows++ == most) {
                    return most;
                }
                if (pen != NULL) {
                    *pen = pen_at(pen->canvas, pen->end - width, pen->y + 1, width);
                }
            }
            if (pen != NULL) {
                char one[8];
                snprintf(one, sizeof one, "%.*s", (int)len, piece + i);
                pen_styled(pen, (enum style)at->styles[from], one);
            }
        }
        from = end;
    }
    return rows;
}

size_t console_draw(const struct console *console, size_t line, struct pen pen, size_t count) {
    return lay_out(console, line, pen_room(&pen), &pen, count);
}

size_t console_rows(const struct console *console, size_t line, size_t width) {
    return lay_out(console, line, width, NULL, SIZE_MAX);
}

size_t console_find(const struct console *console, size_t from, const char *text) {
    for (size_t i = from; i < console->count; i++) {
        char *line = console_text(console, i);
        bool found = strcasestr(line, text) != NULL;
        free(line);
        if (found) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A cell is written by put_cell alone, and only with a character that core/text.h calls safe. Half
 * of a wide character is never left over at an edge: it does not fit then.
 */
#include "client/top/canvas.h"
#include "client/memory.h"
#include "core/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct canvas_cell blank = {.text = " ", .columns = 1, .style = STYLE_PLAIN};

void canvas_deinit(struct canvas *canvas) {
    free(canvas->cells);
    *canvas = (struct canvas){0};
}

void canvas_clear(struct canvas *canvas) {
    for (size_t i = 0; i < canvas->width * canvas->height; i++) {
        canvas->cells[i] = blank;
    }
    canvas->cursor = false;
}

void canvas_resize(struct canvas *canvas, size_t width, size_t height) {
    if (width != canvas->width || height != canvas->height) {
        free(canvas->cells);
        canvas->width = width;
        canvas->height = height;
        canvas->cells = need(calloc(width * height + 1, sizeof *canvas->cells));
    }
    canvas_clear(canvas);
}

char *canvas_row(const struct canvas *canvas, size_t y) {
    char *text = need(malloc(canvas->width * CELL_SIZE + 1));
    size_t len = 0;
    for (size_t x = 0; x < canvas->width; x++) {
        const struct canvas_cell *cell = &canvas->cells[y * canvas->width + x];
        size_t octets = cell->columns > 0 ? strlen(cell->text) : 0;
        memcpy(text + len, cell->text, octets);
        len += octets;
    }
    while (len > 0 && text[len - 1] == ' ') {
        len--;
    }
    text[len] = '\0';
    return text;
}

struct pen pen_at(struct canvas *canvas, size_t x, size_t y, size_t width) {
    size_t end = x + width < canvas->width ? x + width : canvas->width;
    return (struct pen){
        .canvas = canvas, .x = x, .y = y, .end = y < canvas->height && x < end ? end : x};
}

size_t pen_room(const struct pen *pen) {
    return pen->end - pen->x;
}

static struct canvas_cell *cell_at(const struct pen *pen, size_t x) {
    return &pen->canvas->cells[pen->y * pen->canvas->width + x];
}

static void put_cell(struct pen *pen, const char *text, size_t len, size_t columns) {
    struct canvas_cell *cell = cell_at(pen, pen->x);
    *cell = (struct canvas_cell){
        .columns = (uint8_t)columns, .style = (uint8_t)pen->style, .reversed = pen->reversed};
    memcpy(cell->text, text, len);
    for (size_t i = 1; i < columns; i++) {
        cell[i] = *cell;
        cell[i].columns = 0;
    }
    pen->x += columns;
}

/* Adds a combining character to the cell before, if there is one. */
static void combine(const struct pen *pen, size_t start, const char *text, size_t len) {
    if (pen->x == start) {
        return;
    }
    struct canvas_cell *cell = cell_at(pen, pen->x - 1);
    while (cell->columns == 0) {
        cell--;
    }
    size_t used = strlen(cell->text);
    if (used + len < CELL_SIZE) {
        memcpy(cell->text + used, text, len);
        cell->text[used + len] = '\0';
    }
}

/* Draws what fits in front of the column end. */
static void put_part(struct pen *pen, const char *text, size_t end) {
    size_t start = pen->x;
    for (size_t len; *text != '\0'; text += len) {
        size_t columns;
        len = screen_character(text, &columns);
        bool drawn = text_is_safe(text, len) && (len == 1 || pen->canvas->unicode);
        if (columns == 0 && drawn) {
            combine(pen, start, text, len);
            continue;
        }
        columns = drawn || columns == 0 ? columns : 1;
        if (pen->x + columns > end) {
            return;
        }
        if (drawn) {
            put_cell(pen, text, len, columns);
        } else if (columns > 0) {
            put_cell(pen, "?", 1, 1);
        }
    }
}

void pen_put(struct pen *pen, const char *text) {
    size_t width = screen_width(text);
    if (width <= pen_room(pen)) {
        put_part(pen, text, pen->end);
        return;
    }
    if (pen_room(pen) == 0) {
        return;
    }
    put_part(pen, text, pen->end - 1);
    put_part(pen, pen->canvas->unicode ? "\xE2\x80\xA6" : "~", pen->end);
    pen->x = pen->end;
}

void pen_styled(struct pen *pen, enum style style, const char *text) {
    enum style own = pen->style;
    pen->style = style;
    pen_put(pen, text);
    pen->style = own;
}

void pen_say(struct pen *pen, const char *format, ...) {
    char text[1600];
    va_list list;
    va_start(list, format);
    int len = vsnprintf(text, sizeof text, format, list);
    va_end(list);
    if (len >= (int)sizeof text) {
        text[text_utf8_prefix(text, sizeof text - 1, sizeof text - 1)] = '\0';
    }
    pen_put(pen, text);
}

void pen_blank(struct pen *pen, size_t x) {
    while (pen->x < x && pen->x < pen->end) {
        put_cell(pen, " ", 1, 1);
    }
}

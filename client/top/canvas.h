/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A screen in memory: cells with one character each. All that is drawn goes through it, so that the
 * layout can be looked at without a terminal, and so that nothing reaches one that is more than
 * text: a character that a terminal obeys is drawn as "?".
 */
#ifndef HMQ_CLIENT_TOP_CANVAS_H
#define HMQ_CLIENT_TOP_CANVAS_H

#include "client/screen.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A character with those that are combined with it; more of them are left out. */
#define CELL_SIZE 20

struct canvas_cell {
    char text[CELL_SIZE]; /* UTF-8 */
    uint8_t columns;      /* 1 or 2; 0 = the right half of the cell before */
    uint8_t style;        /* enum style */
    bool reversed;
};

struct canvas {
    size_t width, height;
    struct canvas_cell *cells; /* owned; row by row */
    bool unicode;              /* other characters than those of ASCII can be drawn */
    bool cursor;               /* is to be seen, at: */
    size_t cursor_x, cursor_y;
};

void canvas_deinit(struct canvas *canvas);

/* Gives it another size, and empties it. */
void canvas_resize(struct canvas *canvas, size_t width, size_t height);

/* Empties it and hides the cursor. */
void canvas_clear(struct canvas *canvas);

/* The text of a row, without blanks at its end; the caller frees it. */
char *canvas_row(const struct canvas *canvas, size_t y);

/* Draws from left to right on one row, up to its end. */
struct pen {
    struct canvas *canvas;
    size_t x, y, end; /* end: the column after the last one */
    enum style style;
    bool reversed;
};

/* A pen for width columns from x, or as many of them as the canvas has. */
struct pen pen_at(struct canvas *canvas, size_t x, size_t y, size_t width);

/* Draws text, which is valid UTF-8; if it does not fit, it ends with an ellipsis. */
void pen_put(struct pen *pen, const char *text);

/* The same in a style, after which the pen has its own again. */
void pen_styled(struct pen *pen, enum style style, const char *text);

/* The same for a formatted text. */
void pen_say(struct pen *pen, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Draws blanks up to the column x, or to the end if that comes first. */
void pen_blank(struct pen *pen, size_t x);

/* The columns that are left. */
size_t pen_room(const struct pen *pen);

#endif

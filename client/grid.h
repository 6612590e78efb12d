/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Records as a table that fits the screen: long texts are cut first, then columns that matter least
 * are left out. Where programs read, everything is printed.
 */
#ifndef HMQ_CLIENT_GRID_H
#define HMQ_CLIENT_GRID_H

#include "client/format.h"
#include "client/record.h"
#include "client/screen.h"

#include <stdbool.h>
#include <stddef.h>

#define GRID_COLUMNS_MAX 14
/* Room for a text of a cell that is made for it. */
#define GRID_TEXT_SIZE 1024

struct grid_column {
    unsigned field;      /* of the table */
    unsigned importance; /* 0 = always there; the greatest is left out first */
    size_t least;        /* how narrow it may become; 0 = never cut */
};

struct grid {
    const struct screen *screen;
    const struct records *records;
    const size_t *rows; /* which records, in which order; NULL = all */
    size_t row_count;
    const struct grid_column *columns;
    size_t column_count;
    size_t room;       /* columns of the screen to use; 0 = those of the screen */
    int64_t elapsed_s; /* since the records were read: ages are greater by that */
    /* Each may be NULL. text: the text of a cell if it is not the usual one, or NULL. after: what
     * follows a row. style: of a row. */
    const char *(*text)(const struct record *record, unsigned field, char out[GRID_TEXT_SIZE]);
    void (*after)(const struct grid *grid, const struct record *record);
    enum style (*style)(const struct record *record);
};

/* How wide each column is, and which are shown. */
struct grid_layout {
    size_t widths[GRID_COLUMNS_MAX];
    bool shown[GRID_COLUMNS_MAX];
};

void grid_print(const struct grid *grid);

/* What each column needs, by all rows. */
void grid_measure(const struct grid *grid, struct grid_layout *layout);

/* Narrows what was measured to the room of the grid. */
void grid_fit(const struct grid *grid, struct grid_layout *layout);

/* Prints one record, or the headings if it is NULL, without style and without the end of the line.
 */
void grid_print_row(const struct grid *grid, const struct grid_layout *layout,
                    const struct record *record);

/* The text of a cell, as it is printed. Borrowed, or out. */
const char *grid_cell(const struct grid *grid, const struct record *record, size_t column,
                      char out[GRID_TEXT_SIZE]);

/* The columns that all of it takes when nothing is cut. */
size_t grid_width(const struct grid *grid);

#endif

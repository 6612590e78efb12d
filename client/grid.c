/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Works in two passes over the rows: the first measures, the second prints. What does not fit is
 * taken from the widest column that may be cut, one step after the other, and when all are as
 * narrow as they may be the least important column goes.
 */
#include "client/grid.h"

#include <string.h>

#define GAP 2

static size_t row_count(const struct grid *grid) {
    return grid->rows != NULL ? grid->row_count : grid->records->count;
}

static const struct record *row_at(const struct grid *grid, size_t i) {
    return &grid->records->items[grid->rows != NULL ? grid->rows[i] : i];
}

static const struct field *field_of(const struct grid *grid, size_t column) {
    return &grid->records->table->fields[grid->columns[column].field];
}

const char *grid_cell(const struct grid *grid, const struct record *record, size_t column,
                      char out[GRID_TEXT_SIZE]) {
    unsigned field = grid->columns[column].field;
    struct cell cell = record->cells[field];
    const char *text = grid->text != NULL ? grid->text(record, field, out) : NULL;
    if (text != NULL) {
        return text;
    }
    if (field_of(grid, column)->kind == FIELD_AGE) {
        cell.number += grid->elapsed_s;
    }
    return format_cell(field_of(grid, column), &cell, out);
}

/* A column of which nothing is known is one that an older agent does not have. */
static bool is_served(const struct grid *grid, size_t column) {
    for (size_t i = 0; i < row_count(grid); i++) {
        if (row_at(grid, i)->cells[grid->columns[column].field].known) {
            return true;
        }
    }
    return grid->columns[column].importance == 0;
}

void grid_measure(const struct grid *grid, struct grid_layout *layout) {
    char buffer[GRID_TEXT_SIZE];
    for (size_t c = 0; c < grid->column_count; c++) {
        layout->shown[c] = is_served(grid, c);
        layout->widths[c] = screen_width(field_of(grid, c)->title);
        for (size_t i = 0; i < row_count(grid); i++) {
            size_t width = screen_width(grid_cell(grid, row_at(grid, i), c, buffer));
            layout->widths[c] = width > layout->widths[c] ? width : layout->widths[c];
        }
    }
}

static size_t total(const struct grid *grid, const struct grid_layout *layout) {
    size_t sum = 0;
    for (size_t c = 0; c < grid->column_count; c++) {
        sum += layout->shown[c] ? layout->widths[c] + (sum > 0 ? GAP : 0) : 0;
    }
    return sum;
}

/* Narrows the widest column that may be cut by one. Returns false if there is none. */
static bool narrow(const struct grid *grid, struct grid_layout *layout) {
    size_t widest = SIZE_MAX;
    for (size_t c = 0; c < grid->column_count; c++) {
        if (layout->shown[c] && grid->columns[c].least > 0 &&
            layout->widths[c] > grid->columns[c].least &&
            (widest == SIZE_MAX || layout->widths[c] > layout->widths[widest])) {
            widest = c;
        }
    }
    if (widest == SIZE_MAX) {
        return false;
    }
    layout->widths[widest]--;
    return true;
}

/* Leaves out the column that matters least. Returns false if all have to be there. */
static bool leave_out(const struct grid *grid, struct grid_layout *layout) {
    size_t least = SIZE_MAX;
    for (size_t c = 0; c < grid->column_count; c++) {
        if (layout->shown[c] && grid->columns[c].importance > 0 &&
            (least == SIZE_MAX || grid->columns[c].importance > grid->columns[least].importance)) {
            least = c;
        }
    }
    if (least == SIZE_MAX) {
        return false;
    }
    layout->shown[least] = false;
    return true;
}

/* As wide as it may be at the least. */
static bool fits_narrowed(const struct grid *grid, const struct grid_layout *layout, size_t room) {
    struct grid_layout least = *layout;
    for (size_t c = 0; c < grid->column_count; c++) {
        size_t limit = grid->columns[c].least;
        if (limit > 0 && least.widths[c] > limit) {
            least.widths[c] = limit;
        }
    }
    return total(grid, &least) <= room;
}

void grid_fit(const struct grid *grid, struct grid_layout *layout) {
    size_t room = grid->room != 0 ? grid->room : grid->screen->width;
    if (room == 0) {
        return;
    }
    while (!fits_narrowed(grid, layout, room) && leave_out(grid, layout)) {
    }
    while (total(grid, layout) > room && narrow(grid, layout)) {
    }
}

static bool is_right(enum field_kind kind) {
    return kind != FIELD_TEXT && kind != FIELD_SENDER && kind != FIELD_NAME && kind != FIELD_TIME &&
           kind != FIELD_TRUTH;
}

/* The text of a column in a row; record is NULL for the titles. */
static const char *text_of(const struct grid *grid, const struct record *record, size_t column,
                           char buffer[GRID_TEXT_SIZE]) {
    return record != NULL ? grid_cell(grid, record, column, buffer) : field_of(grid, column)->title;
}

/* A line ends with its last text, and has no blanks behind it. */
void grid_print_row(const struct grid *grid, const struct grid_layout *layout,
                    const struct record *record) {
    char buffer[GRID_TEXT_SIZE];
    size_t last = 0;
    bool first = true;
    for (size_t c = 0; c < grid->column_count; c++) {
        last = layout->shown[c] && text_of(grid, record, c, buffer)[0] != '\0' ? c : last;
    }
    for (size_t c = 0; c <= last; c++) {
        if (!layout->shown[c]) {
            continue;
        }
        const char *text = text_of(grid, record, c, buffer);
        bool right = is_right(field_of(grid, c)->kind);
        if (!first) {
            screen_put(grid->screen, "  ", 0);
        }
        first = false;
        if (c == last && !right) {
            screen_put(grid->screen, text, layout->widths[c]);
        } else {
            screen_pad(grid->screen, text, layout->widths[c], right);
        }
    }
}

size_t grid_width(const struct grid *grid) {
    struct grid_layout layout = {.widths = {0}};
    grid_measure(grid, &layout);
    return total(grid, &layout);
}

static void print_line(const struct grid *grid, const struct grid_layout *layout,
                       const struct record *record, enum style style) {
    if (style != STYLE_PLAIN) {
        screen_style(grid->screen, style);
    }
    grid_print_row(grid, layout, record);
    if (style != STYLE_PLAIN) {
        screen_style(grid->screen, STYLE_PLAIN);
    }
    screen_end_line();
}

void grid_print(const struct grid *grid) {
    struct grid_layout layout = {.widths = {0}};
    grid_measure(grid, &layout);
    grid_fit(grid, &layout);
    print_line(grid, &layout, NULL, STYLE_BOLD);
    for (size_t i = 0; i < row_count(grid); i++) {
        const struct record *record = row_at(grid, i);
        print_line(grid, &layout, record, grid->style != NULL ? grid->style(record) : STYLE_PLAIN);
        if (grid->after != NULL) {
            grid->after(grid, record);
        }
    }
}

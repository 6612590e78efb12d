/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What takes most of the screen: the table, the output of a command, or the help. Rows are printed
 * by client/grid.c into a line in memory, so that they look as the commands have them.
 */
#include "client/top/draw.h"
#include "client/top/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Marks of rows stand in front of them. */
#define MARGIN 2

/* Lines that the printing functions of client/ make, one at a time. */
struct sheet {
    FILE *out;
    char *text; /* owned */
    size_t size;
};

/* Without memory, out is NULL. */
static void sheet_init(struct sheet *sheet) {
    *sheet = (struct sheet){.text = NULL};
    sheet->out = open_memstream(&sheet->text, &sheet->size);
}

static void sheet_deinit(struct sheet *sheet) {
    fclose(sheet->out);
    free(sheet->text);
}

/* A row of the grid, or its headings, as text. Borrowed until the next. */
static const char *sheet_row(struct sheet *sheet, const struct grid *grid,
                             const struct grid_layout *layout, const struct record *record) {
    rewind(sheet->out);
    grid_print_row(grid, layout, record);
    fputc('\0', sheet->out);
    fflush(sheet->out);
    return sheet->text;
}

/* In place of a table: why there is none. */
static void draw_nothing(struct model *model, struct canvas *canvas, struct area area) {
    const struct tab *tab = tab_of(model->tab);
    struct detail *detail = &model->gateways.details[model->tab];
    const struct pulse *pulse = model_pulse(model);
    struct pen pen = pen_at(canvas, area.x, area.y, area.width);
    const char *words = "reading ...";
    if (pulse->lost_s != 0 && !detail->read) {
        words = pulse->reading->problem;
    } else if (detail->read && !reading_served(&detail->reading, tab->table)) {
        words = table_absent_words(table_of(tab->table)->guard);
    } else if (detail->read && model->views[model->tab].filter[0] != '\0') {
        words = "No row has the text of the filter.";
    } else if (detail->read && model->tab == TAB_MESSAGES && pulse_messages(pulse, 0) != 0) {
        words = NOT_LISTED_YET;
    } else if (detail->read) {
        words = table_empty_words(tab->table);
    } else if (detail->reading.problem[0] != '\0') {
        words = detail->reading.problem;
    }
    pen_put(&pen, words);
}

static bool is_marked(const struct model *model, const struct record *record) {
    return model->tab == TAB_MESSAGES && record->cells[MESSAGE_ID].known &&
           marks_have(&model->marks, record->cells[MESSAGE_ID].text);
}

/* Scrolls so that the cursor is among so many rows. */
static void scroll_to_cursor(struct tab_view *view, size_t rows) {
    if (view->cursor < view->top) {
        view->top = view->cursor;
    } else if (view->cursor >= view->top + rows) {
        view->top = view->cursor + 1 - rows;
    }
    if (view->top + rows > view->row_count) {
        view->top = view->row_count > rows ? view->row_count - rows : 0;
    }
}

void draw_table(struct model *model, struct canvas *canvas, struct area area, struct moment now) {
    struct tab_view *view = &model->views[model->tab];
    struct grid grid = model_grid(model);
    const struct screen screen_like = {.terminal = true, .unicode = canvas->unicode};
    struct screen screen = screen_like;
    struct grid_layout layout = view->natural;
    struct sheet sheet;
    bool old = model_pulse(model)->lost_s != 0;
    if (grid.records == NULL || view->row_count == 0 || area.width <= MARGIN || area.height < 2) {
        draw_nothing(model, canvas, area);
        return;
    }
    sheet_init(&sheet);
    if (sheet.out == NULL) {
        return;
    }
    screen.out = sheet.out;
    grid.screen = &screen;
    grid.room = area.width - MARGIN;
    /* What is old stays as it was. */
    grid.elapsed_s = old ? 0 : now.epoch_s - model->gateways.details[model->tab].answer_s;
    grid_fit(&grid, &layout);
    scroll_to_cursor(view, area.height - 1);
    struct pen pen = pen_at(canvas, area.x + MARGIN, area.y, area.width - MARGIN);
    pen_styled(&pen, STYLE_BOLD, sheet_row(&sheet, &grid, &layout, NULL));
    for (size_t y = 1; y < area.height && view->top + y - 1 < view->row_count; y++) {
        size_t row = view->top + y - 1;
        const struct record *record = &grid.records->items[view->rows[row]];
        pen = pen_at(canvas, area.x, area.y + y, area.width);
        pen.style = old ? STYLE_DIM : grid.style != NULL ? grid.style(record) : STYLE_PLAIN;
        pen.reversed = row == view->cursor;
        pen_styled(&pen, STYLE_WARN, is_marked(model, record) ? "* " : "  ");
        pen_put(&pen, sheet_row(&sheet, &grid, &layout, record));
        pen_blank(&pen, pen.end);
    }
    sheet_deinit(&sheet);
}

/* The first line, so that the last one is at the end of the area. */
static size_t following_top(const struct console *console, struct area area) {
    size_t rows = 0;
    size_t top = console->count;
    while (top > 0) {
        size_t needed = console_rows(console, top - 1, area.width);
        if (rows + needed > area.height - 1) {
            break;
        }
        rows += needed;
        top--;
    }
    return top < console->count ? top : console->count > 0 ? console->count - 1 : 0;
}

void draw_console(struct model *model, struct canvas *canvas, struct area area) {
    const struct console *console = &model->console;
    struct pen pen = pen_at(canvas, area.x, area.y, area.width);
    pen.reversed = true;
    pen_put(&pen, model->console_title);
    pen_blank(&pen, pen.end);
    if (model->console_follows) {
        model->console_top = following_top(console, area);
    }
    size_t y = 1;
    for (size_t line = model->console_top; line < console->count && y < area.height; line++) {
        pen = pen_at(canvas, area.x, area.y + y, area.width);
        y += console_draw(console, line, pen, area.height - y);
    }
}

static void draw_keys(struct canvas *canvas, struct area area, size_t at, const char *names,
                      const char *help) {
    if (at >= area.height) {
        return;
    }
    struct pen pen = pen_at(canvas, area.x, area.y + at, area.width);
    pen_styled(&pen, STYLE_BOLD, names);
    pen_blank(&pen, area.x + 19);
    pen_put(&pen, help);
}

void draw_help(struct model *model, struct canvas *canvas, struct area area) {
    size_t counts[2];
    const struct key_row *tables[] = {key_rows(&counts[0]), reading_key_rows(&counts[1])};
    size_t line = 0;
    for (size_t t = 0; t < 2; t++) {
        for (size_t i = 0; i < counts[t]; i++, line++) {
            if (line >= model->help_top) {
                draw_keys(canvas, area, line - model->help_top, tables[t][i].names,
                          tables[t][i].help);
            }
        }
        for (size_t i = 0; t == 0 && i < 2; i++, line++) {
            if (line >= model->help_top && i == 1) {
                draw_keys(canvas, area, line - model->help_top, "", "In a text that is read:");
            }
        }
    }
}

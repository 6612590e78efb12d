/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From top to bottom: the state of the gateway that is shown, its queues, the tabs, the table, the
 * text of the row under the cursor, what the table is sorted and filtered by, and the most
 * important keys. The list of gateways is at the left, if there are several and if there is room.
 * Where the screen is low, the queues go first.
 */
#include "client/top/draw.h"

#include <stdio.h>
#include <string.h>

#define WIDTH_MIN 30
#define HEIGHT_MIN 8
/* Lines below the table. */
#define BELOW 3
/* So many rows a table has to have before there is room for queues. */
#define ROWS_LEAST 6
#define GATEWAYS_WIDTH 22
#define GATEWAYS_SCREEN_MIN 72

struct parts {
    struct area gateways, queues, tabs, table;
};

static struct parts divide(const struct model *model, size_t width, size_t height) {
    bool several = model->gateways.count > 1 && width >= GATEWAYS_SCREEN_MIN;
    size_t left = several ? GATEWAYS_WIDTH + 2 : 0;
    size_t middle = height - 1 - BELOW;
    size_t queues = middle > TOP_QUEUES + 1 + ROWS_LEAST ? TOP_QUEUES - 1 : 0;
    return (struct parts){
        .gateways = {0, 1, several ? GATEWAYS_WIDTH : 0, middle},
        .queues = {left, 1, width - left, queues},
        .tabs = {left, 1 + queues, width - left, 1},
        .table = {left, 2 + queues, width - left, middle - queues - 1},
    };
}

struct area draw_table_area(const struct model *model, size_t width, size_t height) {
    return width < WIDTH_MIN || height < HEIGHT_MIN ? (struct area){0, 0, width, height}
                                                    : divide(model, width, height).table;
}

static void put_cell(struct pen *pen, struct reading *reading, enum table_id id, unsigned field) {
    char buffer[FORMAT_SIZE];
    pen_put(pen,
            format_cell(&table_of(id)->fields[field], reading_cell(reading, id, field), buffer));
}

/* The totals, as far as they are known. */
static void draw_totals(struct pulse *pulse, struct pen *pen) {
    struct reading *reading = pulse->reading;
    int64_t total = pulse_messages(pulse, 0);
    char number[FORMAT_SIZE];
    if (pulse->answer_s == 0) {
        return;
    }
    pen_put(pen, ", ");
    pen_put(pen, total >= 0 ? format_messages(total, number) : "how many messages is unknown");
    if (reading_cell(reading, TABLE_SUMMARY, SUMMARY_VOLUME)->known) {
        pen_put(pen, ", ");
        put_cell(pen, reading, TABLE_SUMMARY, SUMMARY_VOLUME);
    }
    if (cell_number(reading_cell(reading, TABLE_SUMMARY, SUMMARY_OLDEST), 0) > 0) {
        pen_put(pen, ", the oldest ");
        put_cell(pen, reading, TABLE_SUMMARY, SUMMARY_OLDEST);
        pen_put(pen, " old");
    }
    if (cell_number(reading_cell(reading, TABLE_SUMMARY, SUMMARY_PAUSED), 0) == TRUTH_TRUE) {
        pen_styled(pen, STYLE_WARN, ", outbound mail is paused");
    }
}

/* Since when it does not answer, or since when what is shown is old. */
static void draw_loss(const struct pulse *pulse, struct pen *pen) {
    char time[FORMAT_SIZE];
    if (pulse->lost_s == 0) {
        return;
    }
    pen->style = STYLE_BAD;
    pen_say(pen, " since %s", format_time(pulse->lost_s, time));
    if (pulse->answer_s != 0) {
        pen_say(pen, "; OLD: of %s", format_time(pulse->answer_s, time));
    }
    pen_say(pen, " (%s)", pulse->reading->problem);
    pen->style = STYLE_DIM;
}

static void draw_head(struct model *model, struct canvas *canvas, struct moment now) {
    struct pulse *pulse = model_pulse(model);
    struct state state = pulse_state(pulse);
    struct pen pen = pen_at(canvas, 0, 0, canvas->width);
    char time[FORMAT_SIZE];
    format_time(now.epoch_s, time);
    /* The time of day stands at the right, if there is room for it. */
    time[19] = '\0';
    if (canvas->width >= 60) {
        struct pen right = pen_at(canvas, canvas->width - 8, 0, 8);
        pen_styled(&right, STYLE_DIM, time + 11);
        pen.end = canvas->width - 9;
    }
    pen_styled(&pen, STYLE_BOLD, pulse->reading->gateway->name);
    pen_put(&pen, "  ");
    pen_styled(&pen, state.style, state.word);
    draw_loss(pulse, &pen);
    draw_totals(pulse, &pen);
}

static void draw_tabs(const struct model *model, struct canvas *canvas, struct area area) {
    struct pen pen = pen_at(canvas, area.x, area.y, area.width);
    /* Where not all titles fit, only that of the shown one is whole. */
    bool brief = area.width < 78;
    for (unsigned t = 0; t < TAB_COUNT; t++) {
        bool shown = t == (unsigned)model->tab;
        const char *title = tab_of((enum tab_id)t)->title;
        pen.style = shown ? STYLE_BOLD : STYLE_PLAIN;
        pen.reversed = shown;
        pen_say(&pen, " %u %.*s ", t + 1, brief && !shown ? 3 : 12, title);
        pen.reversed = false;
    }
}

/* What the table is about, and what of it. */
static void draw_status(struct model *model, struct canvas *canvas, struct moment now) {
    const struct tab *tab = tab_of(model->tab);
    const struct tab_view *view = &model->views[model->tab];
    const struct detail *detail = &model->gateways.details[model->tab];
    const struct records *records = model_records(model);
    struct pen pen = pen_at(canvas, 0, canvas->height - 2, canvas->width);
    char number[FORMAT_SIZE];
    char all[FORMAT_SIZE];
    pen.style = STYLE_DIM;
    if (records != NULL && records->count > 0) {
        pen_say(&pen, "%.40s of %.40s", format_number((int64_t)view->row_count, number),
                format_number((int64_t)records->count, all));
        int64_t omitted = cell_number(
            reading_cell(model_pulse(model)->reading, TABLE_LISTING, LISTING_OMITTED), 0);
        if (model->tab == TAB_MESSAGES && omitted > 0) {
            pen_say(&pen, " (%s more are not listed)", format_number(omitted, number));
        }
        pen_say(&pen, ", by %s%s", table_of(tab->table)->fields[view->sort].title,
                view->descending ? ", greatest first" : "");
    }
    if (model->marks.count > 0) {
        pen.style = STYLE_WARN;
        pen_say(&pen, ", %s marked", format_number((int64_t)model->marks.count, number));
        pen.style = STYLE_DIM;
    }
    if (detail->read) {
        pen_say(&pen, ", read %s ago", format_duration(now.epoch_s - detail->answer_s, number));
    }
    if (detail_busy(detail)) {
        pen_say(&pen, ", reading: %s values",
                format_number((int64_t)detail->reading.fetch.tree.count, number));
    }
    if (detail->reading.problem[0] != '\0') {
        pen_styled(&pen, STYLE_BAD, ", ");
        pen_styled(&pen, STYLE_BAD, detail->reading.problem);
    }
}

static void draw_typed(struct canvas *canvas, const char *what, const char *text) {
    struct pen pen = pen_at(canvas, 0, canvas->height - 1, canvas->width);
    pen_styled(&pen, STYLE_BOLD, what);
    /* The end of what is typed is to be seen. */
    while (screen_width(text) + 1 > pen_room(&pen) && *text != '\0') {
        size_t columns;
        text += screen_character(text, &columns);
    }
    pen_put(&pen, text);
    canvas->cursor = true;
    canvas->cursor_x = pen.x < canvas->width ? pen.x : canvas->width - 1;
    canvas->cursor_y = canvas->height - 1;
}

/* The last line: what was said, what is typed, or the keys. */
static void draw_foot(const struct model *model, struct canvas *canvas) {
    struct pen pen = pen_at(canvas, 0, canvas->height - 1, canvas->width);
    if (model->said[0] != '\0') {
        pen_styled(&pen, STYLE_WARN, model->said);
    } else if (model->mode == MODE_FILTER) {
        draw_typed(canvas, "/", model->views[model->tab].filter);
    } else if (model->mode == MODE_SEARCH) {
        draw_typed(canvas, "search: ", model->search);
    } else if (model->mode == MODE_CONSOLE && model->child.pid != 0 && model->asks) {
        pen_put(&pen, "keys go to the command: y or n and Enter answers, Esc is no, Ctrl-C stops");
    } else if (model->mode != MODE_TABLE) {
        pen_put(&pen, model->mode == MODE_CONSOLE ? "q back  / search  PgUp PgDn scroll"
                                                  : "q back  PgUp PgDn scroll");
    } else {
        pen_put(&pen,
                "? help  q quit  / filter  s sort  Space mark  Enter read  v view  HURFXD act");
    }
}

/* The row under the cursor, in full, as far as one line goes. */
static void draw_said(struct model *model, struct canvas *canvas) {
    const struct record *record = model_cursor(model);
    const struct tab *tab = tab_of(model->tab);
    struct pen pen = pen_at(canvas, 0, canvas->height - 3, canvas->width);
    char buffer[GRID_TEXT_SIZE];
    if (model->mode == MODE_CONSOLE || model->mode == MODE_SEARCH || model->mode == MODE_HELP) {
        return;
    }
    if (model->views[model->tab].filter[0] != '\0' && model->mode == MODE_TABLE) {
        pen_styled(&pen, STYLE_WARN, "filter: ");
        pen_styled(&pen, STYLE_WARN, model->views[model->tab].filter);
        pen_put(&pen, "  ");
    }
    if (record != NULL && record->cells[tab->said].known) {
        pen_put(&pen, format_cell(&table_of(tab->table)->fields[tab->said],
                                  &record->cells[tab->said], buffer));
    }
}

void draw_top(struct model *model, struct canvas *canvas, struct moment now) {
    canvas_clear(canvas);
    model->too_small = canvas->width < WIDTH_MIN || canvas->height < HEIGHT_MIN;
    if (model->too_small) {
        struct pen pen = pen_at(canvas, 0, 0, canvas->width);
        pen_say(&pen, "hmq top needs %dx%d", WIDTH_MIN, HEIGHT_MIN);
        return;
    }
    const struct parts parts = divide(model, canvas->width, canvas->height);
    draw_head(model, canvas, now);
    draw_gateways(model, canvas, parts.gateways);
    draw_queues(model, canvas, parts.queues);
    draw_tabs(model, canvas, parts.tabs);
    model->page = parts.table.height > 1 ? parts.table.height - 1 : 1;
    model->columns = parts.table.width;
    if (model->mode == MODE_CONSOLE || model->mode == MODE_SEARCH) {
        draw_console(model, canvas, parts.table);
    } else if (model->mode == MODE_HELP) {
        draw_help(model, canvas, parts.table);
    } else {
        draw_table(model, canvas, parts.table, now);
    }
    draw_said(model, canvas);
    draw_status(model, canvas, now);
    draw_foot(model, canvas);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rows are records in an order, chosen by a filter. They are made anew when there are other records
 * or when order or filter change, and only then: a key that moves the cursor costs nothing that
 * grows with the table. The records belong to the detail and go with its next reading, so that rows
 * must be made anew before anything is looked up in them: that is what number is compared for.
 */
#include "client/top/model.h"
#include "client/memory.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void model_init(struct model *model, struct client *client, uint32_t interval_ms) {
    *model = (struct model){
        .client = client, .child = {.terminal = -1}, .changed = true, .page = 20, .columns = 80};
    gateways_init(&model->gateways, &client->readings, interval_ms);
    for (unsigned t = 0; t < TAB_COUNT; t++) {
        model->views[t].sort = tab_of((enum tab_id)t)->sort;
        model->views[t].descending = tab_of((enum tab_id)t)->descending;
    }
}

void model_deinit(struct model *model) {
    for (unsigned t = 0; t < TAB_COUNT; t++) {
        free(model->views[t].rows);
        free(model->views[t].cursor_key);
    }
    child_deinit(&model->child);
    console_deinit(&model->console);
    marks_deinit(&model->marks);
    gateways_deinit(&model->gateways);
}

static struct detail *detail_of(struct model *model) {
    return &model->gateways.details[model->tab];
}

static struct tab_view *view_of(struct model *model) {
    return &model->views[model->tab];
}

struct pulse *model_pulse(struct model *model) {
    return &model->gateways.pulses[model->gateways.current];
}

const struct records *model_records(struct model *model) {
    struct detail *detail = detail_of(model);
    return detail->read ? reading_table(&detail->reading, tab_of(model->tab)->table) : NULL;
}

struct grid model_grid(struct model *model) {
    const struct tab_view *view = view_of(model);
    struct grid grid = table_grid(tab_of(model->tab)->table);
    grid.records = model_records(model);
    grid.rows = view->rows;
    grid.row_count = view->row_count;
    return grid;
}

/* Compares two records by a field. What is not known comes last in any order. */
struct order {
    const struct records *records;
    size_t field;
    bool descending;
};

static int compare_cells(const struct field *field, const struct cell *one,
                         const struct cell *other) {
    if (one->text != NULL && other->text != NULL) {
        int folded = strcasecmp(one->text, other->text);
        return folded != 0 ? folded : strcmp(one->text, other->text);
    }
    /* What has not happened yet is later than all that has. */
    int64_t never = field->kind == FIELD_TIME ? INT64_MAX : 0;
    int64_t a = one->number == 0 ? never : one->number;
    int64_t b = other->number == 0 ? never : other->number;
    return (a > b) - (a < b);
}

static int by_order(const void *a, const void *b, void *userdata) {
    const struct order *order = userdata;
    size_t one = *(const size_t *)a;
    size_t other = *(const size_t *)b;
    const struct cell *cell = &order->records->items[one].cells[order->field];
    const struct cell *with = &order->records->items[other].cells[order->field];
    if (cell->known != with->known) {
        return cell->known ? -1 : 1;
    }
    int compared =
        cell->known ? compare_cells(&order->records->table->fields[order->field], cell, with) : 0;
    if (compared != 0) {
        return order->descending ? -compared : compared;
    }
    return (one > other) - (one < other);
}

/* True if some column has the text of the filter. */
static bool is_shown(const struct grid *grid, const struct record *record, const char *filter) {
    char buffer[GRID_TEXT_SIZE];
    for (size_t c = 0; c < grid->column_count; c++) {
        if (strcasestr(grid_cell(grid, record, c, buffer), filter) != NULL) {
            return true;
        }
    }
    return false;
}

static char *key_of(const struct tab *tab, const struct record *record) {
    char buffer[FORMAT_SIZE];
    const char *text =
        format_cell(&table_of(tab->table)->fields[tab->key], &record->cells[tab->key], buffer);
    return need(strdup(text));
}

static void remember_cursor(struct model *model) {
    struct tab_view *view = view_of(model);
    const struct records *records = model_records(model);
    free(view->cursor_key);
    view->cursor_key = records != NULL && view->cursor < view->row_count
                           ? key_of(tab_of(model->tab), &records->items[view->rows[view->cursor]])
                           : NULL;
}

/* Where the row that the cursor was on is now; it stays at its place if that row has gone. */
static void restore_cursor(struct model *model) {
    struct tab_view *view = view_of(model);
    const struct tab *tab = tab_of(model->tab);
    const struct records *records = model_records(model);
    size_t rows = records != NULL && view->cursor_key != NULL ? view->row_count : 0;
    for (size_t i = 0; i < rows; i++) {
        char buffer[FORMAT_SIZE];
        const struct record *record = &records->items[view->rows[i]];
        if (strcmp(format_cell(&records->table->fields[tab->key], &record->cells[tab->key], buffer),
                   view->cursor_key) == 0) {
            /* It stays on the same line of the screen, too. */
            size_t line = view->cursor - view->top;
            view->cursor = i;
            view->top = i > line ? i - line : 0;
            return;
        }
    }
    if (view->cursor >= view->row_count) {
        view->cursor = view->row_count > 0 ? view->row_count - 1 : 0;
    }
}

static void make_rows(struct model *model) {
    struct tab_view *view = view_of(model);
    const struct records *records = model_records(model);
    free(view->rows);
    view->rows = NULL;
    view->row_count = 0;
    if (records == NULL) {
        return;
    }
    struct grid grid = table_grid(records->table == NULL ? TABLE_COUNT : tab_of(model->tab)->table);
    view->rows = need(calloc(records->count + 1, sizeof *view->rows));
    for (size_t i = 0; i < records->count; i++) {
        grid.records = records;
        if (view->filter[0] == '\0' || is_shown(&grid, &records->items[i], view->filter)) {
            view->rows[view->row_count++] = i;
        }
    }
    struct order order = {records, view->sort, view->descending};
    qsort_r(view->rows, view->row_count, sizeof *view->rows, by_order, &order);
}

static bool is_listed(void *userdata, const char *id) {
    const struct records *records = userdata;
    size_t low = 0;
    size_t high = records->count;
    /* The index of a message is its ID with the length in front, so records are by length first. */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct cell *cell = &records->items[middle].cells[MESSAGE_ID];
        const char *text = cell->known ? cell->text : "";
        size_t a = strlen(text);
        size_t b = strlen(id);
        int compared = a != b ? (a > b) - (a < b) : strcmp(text, id);
        if (compared == 0) {
            return true;
        }
        if (compared < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return false;
}

/* Marks are of what can be seen: those of messages that are no longer listed go. */
static void drop_marks(struct model *model) {
    const struct records *records = model_records(model);
    if (model->tab != TAB_MESSAGES || records == NULL) {
        return;
    }
    size_t gone = marks_keep(&model->marks, is_listed, (void *)(uintptr_t)records);
    if (gone > 0 && model->mode == MODE_TABLE) {
        model_say(model, "%zu marked message%s no longer listed", gone,
                  gone == 1 ? " is" : "s are");
    }
}

/* "23h59m" */
#define AGE_WIDTH 6

static void leave_room(const struct grid *grid, struct grid_layout *layout) {
    for (size_t c = 0; c < grid->column_count; c++) {
        bool age = grid->records->table->fields[grid->columns[c].field].kind == FIELD_AGE;
        if (age && layout->widths[c] < AGE_WIDTH) {
            layout->widths[c] = AGE_WIDTH;
        }
    }
}

void model_refresh(struct model *model) {
    struct tab_view *view = view_of(model);
    uint64_t number = detail_of(model)->number + 1;
    if (view->number == number && !view->stale) {
        return;
    }
    bool other = view->number != number;
    make_rows(model);
    struct grid grid = model_grid(model);
    if (other && grid.records != NULL) {
        grid.rows = NULL;
        grid_measure(&grid, &view->natural);
        leave_room(&grid, &view->natural);
        drop_marks(model);
    }
    view->number = number;
    view->stale = false;
    restore_cursor(model);
    model->changed = true;
}

const struct record *model_cursor(struct model *model) {
    const struct tab_view *view = view_of(model);
    const struct records *records = model_records(model);
    return records != NULL && view->cursor < view->row_count
               ? &records->items[view->rows[view->cursor]]
               : NULL;
}

void model_move(struct model *model, long rows) {
    struct tab_view *view = view_of(model);
    size_t last = view->row_count > 0 ? view->row_count - 1 : 0;
    if (rows < 0) {
        size_t back = (size_t)-rows;
        view->cursor = view->cursor > back ? view->cursor - back : 0;
    } else {
        view->cursor = last - view->cursor < (size_t)rows ? last : view->cursor + (size_t)rows;
    }
    remember_cursor(model);
}

void model_show_tab(struct model *model, enum tab_id tab) {
    model->tab = tab;
    model->views[tab].stale = true;
}

void model_show_gateway(struct model *model, size_t which) {
    if (which == model->gateways.current) {
        return;
    }
    gateways_show(&model->gateways, which);
    marks_clear(&model->marks);
    for (unsigned t = 0; t < TAB_COUNT; t++) {
        struct tab_view *view = &model->views[t];
        view->cursor = 0;
        view->top = 0;
        view->stale = true;
        free(view->cursor_key);
        view->cursor_key = NULL;
    }
}

void model_sort(struct model *model, int step) {
    struct tab_view *view = view_of(model);
    const struct grid grid = table_grid(tab_of(model->tab)->table);
    size_t at = 0;
    assert(grid.column_count > 0);
    for (size_t c = 0; c < grid.column_count; c++) {
        at = grid.columns[c].field == view->sort ? c : at;
    }
    at = (at + grid.column_count + (size_t)(long)step) % grid.column_count;
    view->sort = grid.columns[at].field;
    view->stale = true;
}

void model_reverse(struct model *model) {
    view_of(model)->descending = !view_of(model)->descending;
    view_of(model)->stale = true;
}

void model_filter(struct model *model, const char *text) {
    struct tab_view *view = view_of(model);
    snprintf(view->filter, sizeof view->filter, "%s", text);
    view->stale = true;
}

static const char *id_of(const struct record *record) {
    const struct cell *cell = &record->cells[MESSAGE_ID];
    return cell->known ? cell->text : "";
}

void model_mark(struct model *model) {
    const struct record *record = model_cursor(model);
    if (model->tab != TAB_MESSAGES) {
        model_say(model, "only messages can be marked; an action here is about the whole row");
    } else if (record != NULL) {
        marks_toggle(&model->marks, id_of(record));
        model_move(model, 1);
    }
}

void model_mark_all(struct model *model) {
    const struct tab_view *view = view_of(model);
    const struct records *records = model_records(model);
    if (model->tab != TAB_MESSAGES) {
        model_mark(model);
        return;
    }
    for (size_t i = 0; records != NULL && i < view->row_count; i++) {
        marks_append(&model->marks, id_of(&records->items[view->rows[i]]));
    }
    marks_sort(&model->marks);
}

void model_say(struct model *model, const char *format, ...) {
    va_list list;
    va_start(list, format);
    vsnprintf(model->said, sizeof model->said, format, list);
    va_end(list);
    model->changed = true;
}

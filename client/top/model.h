/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the screen shows and where its user is: the tab, for each tab the order, the filter and the
 * cursor, what is marked, and the command that was started last. Knows no terminal.
 */
#ifndef HMQ_CLIENT_TOP_MODEL_H
#define HMQ_CLIENT_TOP_MODEL_H

#include "client/commands.h"
#include "client/top/child.h"
#include "client/top/console.h"
#include "client/top/gateways.h"
#include "client/top/marks.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FILTER_SIZE 128

/* What keys mean, and what takes the place of the table. */
enum mode {
    MODE_TABLE,
    MODE_FILTER,  /* the filter is being typed */
    MODE_CONSOLE, /* a command, or a text to read */
    MODE_SEARCH,  /* what is looked for in it is being typed */
    MODE_HELP,
};

/* A tab as its user has arranged it. */
struct tab_view {
    size_t sort; /* a field of the table */
    bool descending;
    char filter[FILTER_SIZE];
    size_t cursor, top; /* rows of those that are shown */
    char *cursor_key;   /* owned; of the row under the cursor */
    size_t *rows;       /* owned; records in the order shown */
    size_t row_count;
    uint64_t number;            /* of the reading that rows are of; 0 = none */
    bool stale;                 /* order or filter have changed since */
    struct grid_layout natural; /* what its columns need, with room for ages to grow */
};

struct model {
    struct client *client; /* borrowed */
    struct gateways gateways;
    enum mode mode;
    enum tab_id tab;
    struct tab_view views[TAB_COUNT];
    struct marks marks;
    size_t page, columns;       /* rows and columns of the table that the screen has */
    char said[300];             /* until the next key */
    bool quit, suspend, redraw; /* to be done by whoever has the terminal */

    struct child child;
    bool asks; /* it is one that acts, and may ask: keys go to it while it runs */
    struct console console;
    char console_title[600];
    size_t console_top;   /* the first line that is shown */
    bool console_follows; /* shows the end */
    char search[FILTER_SIZE];
    size_t help_top;
    bool changed;   /* to be drawn */
    bool too_small; /* the screen shows nothing, so that keys do nothing */
};

/* client and its readings are borrowed. */
void model_init(struct model *model, struct client *client, uint32_t interval_ms);
void model_deinit(struct model *model);

/* The records of the tab that is shown; NULL if there are none to show. */
const struct records *model_records(struct model *model);

/* Brings the rows of the shown tab up to date, with the cursor on the row that it was on. */
void model_refresh(struct model *model);

/* The record under the cursor, or NULL. */
const struct record *model_cursor(struct model *model);

/* Moves the cursor by so many rows. */
void model_move(struct model *model, long rows);

void model_show_tab(struct model *model, enum tab_id tab);
void model_show_gateway(struct model *model, size_t which);

/* The next field to sort by, or the one before: step is 1 or -1. */
void model_sort(struct model *model, int step);
void model_reverse(struct model *model);

/* Sets the filter of the shown tab. */
void model_filter(struct model *model, const char *text);

/* Marks or unmarks the message under the cursor; marks all that are shown. */
void model_mark(struct model *model);
void model_mark_all(struct model *model);

/* Says something until the next key. */
void model_say(struct model *model, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The grid of the shown tab: all but screen and room. */
struct grid model_grid(struct model *model);

/* The pulse of the gateway that is shown. */
struct pulse *model_pulse(struct model *model);

#endif

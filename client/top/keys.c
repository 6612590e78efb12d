/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Each mode has its keys. Those of the tables, and those of a text that is read, are rows; where
 * something is typed, and while a command runs, keys are what is typed.
 */
#include "client/top/keys.h"
#include "client/top/act.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static void do_move(struct model *model, const struct key_row *row) {
    model_move(model, row->argument);
}

static void do_page(struct model *model, const struct key_row *row) {
    long page = model->page > 1 ? (long)model->page - 1 : 1;
    model_move(model, row->argument * page);
}

static void do_end(struct model *model, const struct key_row *row) {
    model_move(model, row->argument * (long)RECORDS_MAX);
}

static void do_tab(struct model *model, const struct key_row *row) {
    int next = ((int)model->tab + row->argument + TAB_COUNT) % TAB_COUNT;
    model_show_tab(model, (enum tab_id)next);
}

/* The gateway above or below in the list. */
static void do_gateway(struct model *model, const struct key_row *row) {
    size_t order[GATEWAYS_MAX];
    size_t count = model->gateways.count;
    size_t at = 0;
    assert(count > 0);
    gateways_order(&model->gateways, order);
    for (size_t i = 0; i < count; i++) {
        at = order[i] == model->gateways.current ? i : at;
    }
    at = (at + count + (size_t)(long)row->argument) % count;
    model_show_gateway(model, order[at]);
}

static void do_sort(struct model *model, const struct key_row *row) {
    model_sort(model, row->argument);
}

static void do_reverse(struct model *model, const struct key_row *row) {
    (void)row;
    model_reverse(model);
}

static void do_filter(struct model *model, const struct key_row *row) {
    (void)row;
    model->mode = MODE_FILTER;
}

static void do_clear(struct model *model, const struct key_row *row) {
    (void)row;
    model_filter(model, "");
}

static void do_mark(struct model *model, const struct key_row *row) {
    (void)row;
    model_mark(model);
}

static void do_mark_all(struct model *model, const struct key_row *row) {
    (void)row;
    model_mark_all(model);
}

static void do_unmark(struct model *model, const struct key_row *row) {
    (void)row;
    marks_clear(&model->marks);
}

static void do_read(struct model *model, const struct key_row *row) {
    (void)row;
    act_read_row(model);
}

static void do_view(struct model *model, const struct key_row *row) {
    (void)row;
    act_view_message(model);
}

static void do_act(struct model *model, const struct key_row *row) {
    act_on_choice(model, (enum action_command)row->argument);
}

static void do_refresh(struct model *model, const struct key_row *row) {
    (void)row;
    gateways_refresh(&model->gateways);
    model->redraw = true;
}

static void do_help(struct model *model, const struct key_row *row) {
    (void)row;
    model->mode = MODE_HELP;
    model->help_top = 0;
}

static void do_suspend(struct model *model, const struct key_row *row) {
    (void)row;
    model->suspend = true;
}

static void do_quit(struct model *model, const struct key_row *row) {
    (void)row;
    model->quit = true;
}

static const struct key_row rows[] = {
    {{KEYS_UP, 'k'}, "Up, k", "the row above", do_move, -1},
    {{KEYS_DOWN, 'j'}, "Down, j", "the row below", do_move, 1},
    {{KEYS_PAGE_UP, 'b'}, "PgUp, b", "a page up", do_page, -1},
    {{KEYS_PAGE_DOWN, 'f'}, "PgDn, f", "a page down", do_page, 1},
    {{KEYS_HOME, 'g'}, "Home, g", "the first row", do_end, -1},
    {{KEYS_END, 'G'}, "End, G", "the last row", do_end, 1},
    {{KEYS_RIGHT, KEYS_TAB, 'l'}, "Right, Tab, l", "the next table", do_tab, 1},
    {{KEYS_LEFT, KEYS_BACK_TAB, 'h'}, "Left, Shift-Tab, h", "the table before", do_tab, -1},
    {{']', 'n'}, "], n", "the next gateway in the list", do_gateway, 1},
    {{'[', 'p'}, "[, p", "the gateway before", do_gateway, -1},
    {{KEYS_ENTER},
     "Enter",
     "what there is to read of the row; of a sender or a domain, its messages",
     do_read,
     0},
    {{'v'}, "v", "the message as postcat(1) prints it", do_view, 0},
    {{'/'}, "/", "filter: only rows that have the text you type", do_filter, 0},
    {{KEYS_ESCAPE}, "Esc", "no filter", do_clear, 0},
    {{'>', 's'}, ">, s", "sort by the next column", do_sort, 1},
    {{'<', 'S'}, "<, S", "sort by the column before", do_sort, -1},
    {{'r'}, "r", "reverse the order", do_reverse, 0},
    {{' '}, "Space", "mark the message, or unmark it", do_mark, 0},
    {{'*'}, "*", "mark all messages that are shown", do_mark_all, 0},
    {{'u'}, "u", "unmark all", do_unmark, 0},
    {{'H'}, "H", "hold what is marked, or what the row stands for", do_act, COMMAND_HOLD},
    {{'U'}, "U", "unhold (release) it", do_act, COMMAND_UNHOLD},
    {{'R'}, "R", "requeue it", do_act, COMMAND_REQUEUE},
    {{'F'}, "F", "flush it: try to deliver now", do_act, COMMAND_FLUSH},
    {{'X'}, "X", "expire it: back to the senders", do_act, COMMAND_EXPIRE},
    {{'D'}, "D", "delete it", do_act, COMMAND_DELETE},
    {{'C'}, "C", "count it, of all messages", do_act, COMMAND_COUNT},
    {{KEYS_CTRL_L}, "Ctrl-L", "ask again now, and draw all anew", do_refresh, 0},
    {{'?'}, "?", "this help", do_help, 0},
    {{KEYS_CTRL_Z}, "Ctrl-Z", "suspend", do_suspend, 0},
    {{'q', KEYS_CTRL_C}, "q, Ctrl-C", "quit", do_quit, 0},
};

const struct key_row *key_rows(size_t *count) {
    *count = sizeof rows / sizeof rows[0];
    return rows;
}

/* The lines of what is read, whichever it is. */
static size_t *top_of(struct model *model) {
    return model->mode == MODE_HELP ? &model->help_top : &model->console_top;
}

static void scroll(struct model *model, long lines) {
    size_t *top = top_of(model);
    size_t count = model->mode == MODE_HELP ? key_lines() : model->console.count;
    size_t last = count > 0 ? count - 1 : 0;
    if (lines < 0) {
        *top = *top > (size_t)-lines ? *top - (size_t)-lines : 0;
    } else {
        *top = *top + (size_t)lines < last ? *top + (size_t)lines : last;
    }
    model->console_follows = false;
}

static void do_scroll(struct model *model, const struct key_row *row) {
    scroll(model, row->argument);
}

static void do_scroll_page(struct model *model, const struct key_row *row) {
    scroll(model, row->argument * (model->page > 1 ? (long)model->page - 1 : 1));
}

static void do_scroll_end(struct model *model, const struct key_row *row) {
    scroll(model, row->argument * (long)CONSOLE_LINES_MAX);
    model->console_follows = row->argument > 0;
}

static void do_search(struct model *model, const struct key_row *row) {
    (void)row;
    if (model->mode == MODE_CONSOLE) {
        model->mode = MODE_SEARCH;
        model->search[0] = '\0';
    }
}

/* Scrolls to the next line that has what is looked for. */
static void find(struct model *model, size_t from) {
    size_t found =
        model->search[0] != '\0' ? console_find(&model->console, from, model->search) : SIZE_MAX;
    if (found == SIZE_MAX) {
        model_say(model, "not found: %s", model->search);
    } else {
        model->console_top = found;
        model->console_follows = false;
    }
}

static void do_find_next(struct model *model, const struct key_row *row) {
    (void)row;
    find(model, model->console_top + 1);
}

static void do_leave(struct model *model, const struct key_row *row) {
    (void)row;
    model->mode = MODE_TABLE;
    child_deinit(&model->child);
}

static const struct key_row reading_rows[] = {
    {{KEYS_UP, 'k'}, "Up, k", "a line up", do_scroll, -1},
    {{KEYS_DOWN, 'j'}, "Down, j", "a line down", do_scroll, 1},
    {{KEYS_PAGE_UP, 'b'}, "PgUp, b", "a page up", do_scroll_page, -1},
    {{KEYS_PAGE_DOWN, 'f', ' '}, "PgDn, f, Space", "a page down", do_scroll_page, 1},
    {{KEYS_HOME, 'g'}, "Home, g", "the beginning", do_scroll_end, -1},
    {{KEYS_END, 'G'}, "End, G", "the end", do_scroll_end, 1},
    {{'/'}, "/", "search", do_search, 0},
    {{'n'}, "n", "search on", do_find_next, 0},
    {{'q', KEYS_ESCAPE, KEYS_ENTER, KEYS_CTRL_C}, "q, Esc, Enter", "back", do_leave, 0},
};

const struct key_row *reading_key_rows(size_t *count) {
    *count = sizeof reading_rows / sizeof reading_rows[0];
    return reading_rows;
}

size_t key_lines(void) {
    return sizeof rows / sizeof rows[0] + sizeof reading_rows / sizeof reading_rows[0] + 2;
}

static void take_row(struct model *model, const struct key_row *table, size_t count, int key) {
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < sizeof table[i].keys / sizeof table[i].keys[0]; k++) {
            if (table[i].keys[k] == key) {
                table[i].act(model, &table[i]);
                return;
            }
        }
    }
    if (key >= '1' && key < '1' + TAB_COUNT && table == rows) {
        model_show_tab(model, (enum tab_id)(key - '1'));
    }
}

/* The octets of a character in UTF-8. */
static size_t encode(int key, char out[5]) {
    unsigned code = (unsigned)key;
    size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned first[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = len; i-- > 1; code >>= 6) {
        out[i] = (char)(0x80 | (code & 0x3F));
    }
    out[0] = (char)(first[len] | code);
    out[len] = '\0';
    return len;
}

/* Changes a text that is typed. Returns false if the key does not. */
static bool edit(char text[FILTER_SIZE], int key) {
    size_t len = strlen(text);
    char typed[5];
    if (key == KEYS_BACKSPACE || key == 0x7F) {
        while (len > 0 && ((unsigned char)text[--len] & 0xC0) == 0x80) {
        }
        text[len] = '\0';
        return true;
    }
    if (key == KEYS_CTRL_U) {
        text[0] = '\0';
        return true;
    }
    if (key < ' ' || key >= KEYS_SPECIAL) {
        return false;
    }
    size_t octets = encode(key, typed);
    if (len + octets < FILTER_SIZE) {
        memcpy(text + len, typed, octets + 1);
    }
    return true;
}

static void take_filter(struct model *model, int key) {
    char text[FILTER_SIZE];
    snprintf(text, sizeof text, "%s", model->views[model->tab].filter);
    if (key == KEYS_ENTER || key == KEYS_CTRL_C) {
        model->mode = MODE_TABLE;
    } else if (key == KEYS_ESCAPE) {
        model->mode = MODE_TABLE;
        model_filter(model, "");
    } else if (edit(text, key)) {
        model_filter(model, text);
    } else {
        take_row(model, rows, sizeof rows / sizeof rows[0], key);
    }
}

static void take_search(struct model *model, int key) {
    if (edit(model->search, key)) {
        return;
    }
    model->mode = MODE_CONSOLE;
    if (key == KEYS_ENTER) {
        find(model, model->console_top);
    }
}

/* While a command that asks runs it is typed to; only paging is ours. */
static void take_running(struct model *model, int key) {
    char typed[5];
    if (key == KEYS_PAGE_UP || key == KEYS_PAGE_DOWN) {
        take_row(model, reading_rows, sizeof reading_rows / sizeof reading_rows[0], key);
    } else if (key == KEYS_ESCAPE) {
        /* No answer is a no, wherever a command asks. */
        child_type(&model->child, "n\n", 2);
    } else if (key < KEYS_SPECIAL) {
        size_t len = encode(key == KEYS_BACKSPACE ? 0x7F : key, typed);
        child_type(&model->child, typed, len);
    }
}

void keys_take(struct model *model, int key) {
    /* Nothing is done that nobody can see. */
    if (model->too_small && key != 'q' && key != KEYS_CTRL_C && key != KEYS_ESCAPE) {
        return;
    }
    model_refresh(model);
    model->said[0] = '\0';
    model->changed = true;
    switch (model->mode) {
    case MODE_FILTER:
        take_filter(model, key);
        return;
    case MODE_SEARCH:
        take_search(model, key);
        return;
    case MODE_CONSOLE:
        if (model->child.pid != 0 && model->asks) {
            take_running(model, key);
            return;
        }
        break;
    case MODE_HELP:
    case MODE_TABLE:
        break;
    }
    if (model->mode == MODE_TABLE) {
        take_row(model, rows, sizeof rows / sizeof rows[0], key);
    } else {
        take_row(model, reading_rows, sizeof reading_rows / sizeof reading_rows[0], key);
    }
}

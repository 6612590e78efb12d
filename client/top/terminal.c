/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Opens the terminal with newterm, which returns where initscr would end the program. It is in raw
 * mode: Ctrl-C is a key, which may be for a command that runs, and Ctrl-Z is one too. Characters
 * are decoded in the UTF-8 locale that screen_init has set for this thread.
 */
#include "client/top/terminal.h"
#include "client/top/keys.h"

#include <curses.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* How long Escape may turn out to be the beginning of another key. */
#define ESCAPE_MS 25

static SCREEN *terminal;
static bool has_color;

static void set_modes(void) {
    raw();
    noecho();
    nonl();
    intrflush(stdscr, FALSE);
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    leaveok(stdscr, FALSE);
}

/* True if the cursor can be put anywhere. */
static bool can_place(void) {
    const char *sequence = tigetstr("cup");
    return sequence != NULL && sequence != (const char *)-1;
}

bool terminal_open(bool color) {
    set_escdelay(ESCAPE_MS);
    terminal = newterm(NULL, stdout, stdin);
    if (terminal == NULL) {
        return false;
    }
    set_term(terminal);
    /* One without it, such as dumb, gets a heap of pieces. */
    if (!can_place()) {
        terminal_close();
        return false;
    }
    set_modes();
    has_color = color && has_colors() == TRUE && start_color() == OK;
    if (has_color) {
        use_default_colors();
        init_pair(STYLE_BAD, COLOR_RED, -1);
        init_pair(STYLE_WARN, COLOR_YELLOW, -1);
        init_pair(STYLE_GOOD, COLOR_GREEN, -1);
    }
    return true;
}

void terminal_close(void) {
    if (terminal != NULL) {
        endwin();
        delscreen(terminal);
        terminal = NULL;
    }
}

void terminal_size(size_t *width, size_t *height) {
    *width = (size_t)getmaxx(stdscr);
    *height = (size_t)getmaxy(stdscr);
}

static attr_t attributes(const struct canvas_cell *cell, short *pair) {
    static const attr_t by_style[] = {
        [STYLE_PLAIN] = A_NORMAL, [STYLE_BOLD] = A_BOLD,   [STYLE_DIM] = A_DIM,
        [STYLE_BAD] = A_BOLD,     [STYLE_WARN] = A_NORMAL, [STYLE_GOOD] = A_NORMAL};
    bool colored =
        cell->style == STYLE_BAD || cell->style == STYLE_WARN || cell->style == STYLE_GOOD;
    *pair = 0;
    if (has_color && colored) {
        *pair = cell->style;
    }
    return by_style[cell->style] | (cell->reversed ? A_REVERSE : A_NORMAL);
}

/* The cells of a row that look alike are sent together. */
static void show_row(const struct canvas *canvas, size_t y) {
    const struct canvas_cell *cells = &canvas->cells[y * canvas->width];
    char text[CELL_SIZE * 64];
    move((int)y, 0);
    for (size_t x = 0; x < canvas->width;) {
        const struct canvas_cell *first = &cells[x];
        size_t len = 0;
        for (; x < canvas->width && cells[x].style == first->style &&
               cells[x].reversed == first->reversed && len + CELL_SIZE < sizeof text;
             x++) {
            size_t octets = cells[x].columns > 0 ? strlen(cells[x].text) : 0;
            memcpy(text + len, cells[x].text, octets);
            len += octets;
        }
        short pair;
        attr_t attribute = attributes(first, &pair);
        attr_set(attribute, pair, NULL);
        addnstr(text, (int)len);
    }
}

void terminal_show(const struct canvas *canvas, bool anew) {
    if (anew) {
        clearok(stdscr, TRUE);
    }
    for (size_t y = 0; y < canvas->height; y++) {
        show_row(canvas, y);
    }
    attr_set(A_NORMAL, 0, NULL);
    curs_set(canvas->cursor ? 1 : 0);
    move(canvas->cursor ? (int)canvas->cursor_y : 0, canvas->cursor ? (int)canvas->cursor_x : 0);
    refresh();
}

int terminal_key(void) {
    static const struct {
        wint_t code;
        int key;
    } keys[] = {{KEY_UP, KEYS_UP},
                {KEY_DOWN, KEYS_DOWN},
                {KEY_LEFT, KEYS_LEFT},
                {KEY_RIGHT, KEYS_RIGHT},
                {KEY_PPAGE, KEYS_PAGE_UP},
                {KEY_NPAGE, KEYS_PAGE_DOWN},
                {KEY_HOME, KEYS_HOME},
                {KEY_END, KEYS_END},
                {KEY_BTAB, KEYS_BACK_TAB},
                {KEY_ENTER, KEYS_ENTER},
                {KEY_BACKSPACE, KEYS_BACKSPACE},
                {KEY_RESIZE, KEYS_RESIZE}};
    wint_t code;
    int kind = get_wch(&code);
    if (kind == OK) {
        return code == '\r' ? KEYS_ENTER : code == 0x7F ? KEYS_BACKSPACE : (int)code;
    }
    for (size_t i = 0; kind == KEY_CODE_YES && i < sizeof keys / sizeof keys[0]; i++) {
        if (keys[i].code == code) {
            return keys[i].key;
        }
    }
    return kind == KEY_CODE_YES ? KEYS_SPECIAL : KEYS_NONE;
}

void terminal_suspend(void) {
    const struct sigaction stop = {.sa_handler = SIG_DFL};
    struct sigaction before;
    endwin();
    /* Unlike SIGSTOP it stops nothing where there is no shell to go on from, as after ssh -t. */
    sigaction(SIGTSTP, &stop, &before);
    kill(0, SIGTSTP);
    sigaction(SIGTSTP, &before, NULL);
    set_modes();
    clearok(stdscr, TRUE);
    refresh();
}

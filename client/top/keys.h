/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The keys: one table of what they do, from which the help is made too.
 */
#ifndef HMQ_CLIENT_TOP_KEYS_H
#define HMQ_CLIENT_TOP_KEYS_H

#include "client/top/model.h"

#include <stddef.h>

/* Keys that are no characters; a character is itself, as in Unicode. */
enum key {
    KEYS_NONE = 0,
    KEYS_CTRL_C = 3,
    KEYS_BACKSPACE = 8,
    KEYS_TAB = 9,
    KEYS_ENTER = 10,
    KEYS_CTRL_L = 12,
    KEYS_CTRL_U = 21,
    KEYS_CTRL_Z = 26,
    KEYS_ESCAPE = 27,
    KEYS_SPECIAL = 0x110000,
    KEYS_UP,
    KEYS_DOWN,
    KEYS_LEFT,
    KEYS_RIGHT,
    KEYS_PAGE_UP,
    KEYS_PAGE_DOWN,
    KEYS_HOME,
    KEYS_END,
    KEYS_BACK_TAB,
    KEYS_RESIZE,
};

/* A key of the table, or of the text in its place. */
struct key_row {
    int keys[4];       /* any of them; the rest is 0 */
    const char *names; /* for people, as hmq(1) has them */
    const char *help;
    void (*act)(struct model *model, const struct key_row *row);
    int argument; /* what act makes of it */
};

/* All rows of the keys of the tables; *count is set. Static. */
const struct key_row *key_rows(size_t *count);

/* The same of a text that is read: the output of a command, or the help. */
const struct key_row *reading_key_rows(size_t *count);

/* The lines of the help: all rows, with a heading and a blank between. */
size_t key_lines(void);

/* Does what a key does. */
void keys_take(struct model *model, int key);

#endif

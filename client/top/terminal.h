/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The terminal: the only part that knows ncurses. It shows canvases, and its keys are those of
 * keys.h.
 */
#ifndef HMQ_CLIENT_TOP_TERMINAL_H
#define HMQ_CLIENT_TOP_TERMINAL_H

#include "client/top/canvas.h"

#include <stdbool.h>

/* Takes the terminal over. Returns false if its type (TERM) is unknown, or cannot move the cursor.
 */
bool terminal_open(bool color);

/* Gives it back as it was. */
void terminal_close(void);

/* Its size now. */
void terminal_size(size_t *width, size_t *height);

/* Shows a canvas of its size; sends only what has changed, or all if anew is true. */
void terminal_show(const struct canvas *canvas, bool anew);

/* The next key that has been pressed; KEYS_NONE if there is none. Never waits for one. */
int terminal_key(void);

/* Gives the terminal back until this program is continued. */
void terminal_suspend(void);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A question to the person at the terminal.
 */
#ifndef HMQ_CLIENT_ASK_H
#define HMQ_CLIENT_ASK_H

#include <stdbool.h>

/* Opens the terminal that the user sits at, whatever standard input is. Returns -1 if there is
 * none; otherwise the caller closes it. */
int ask_open(void);

/* Asks a question on a terminal and waits for a line, however long it takes. Returns true if the
 * line is y or yes, in whatever case. All else is a no: no input, more words, Ctrl-C once
 * stop_catch has been called, and what was typed before the question stood there. */
bool ask(int terminal, const char *question);

#endif

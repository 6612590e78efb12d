/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What standard output is: a terminal with a width and perhaps colors, or something that programs
 * read, where nothing is cut. Widths are in columns of a terminal.
 */
#ifndef HMQ_CLIENT_SCREEN_H
#define HMQ_CLIENT_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum style { STYLE_PLAIN, STYLE_BOLD, STYLE_DIM, STYLE_BAD, STYLE_WARN, STYLE_GOOD };

struct screen {
    FILE *out; /* standard output, or where lines of it are made */
    bool terminal;
    bool color;
    bool unicode; /* bars and ellipses may be more than ASCII */
    bool whole;   /* -l: reasons are never cut, but continued on the next line */
    size_t width; /* 0 = unlimited */
};

/* Looks at standard output, NO_COLOR, TERM and the locale. */
void screen_init(struct screen *screen, bool whole);

/* The columns that text takes; text is valid UTF-8. */
size_t screen_width(const char *text);

/* Prints text in at most width columns, with an ellipsis if it is longer; 0 = all of it. Returns
 * the columns used. On a terminal without UTF-8 other characters are printed as "?". */
size_t screen_put(const struct screen *screen, const char *text, size_t width);

/* Prints octets that may be anything. On a terminal they are nothing more than text, and tabs are
 * blanks; elsewhere they are printed as they are. */
void screen_put_octets(const struct screen *screen, const char *octets, size_t len);

/* screen_put with blanks up to width, at the right or (right = true) at the left. */
void screen_pad(const struct screen *screen, const char *text, size_t width, bool right);

/* Prints text over several lines of the screen's width, each after indent blanks. */
void screen_wrap(const struct screen *screen, const char *text, size_t indent);

/* The same behind something that has indent columns on the first line. */
void screen_wrap_behind(const struct screen *screen, const char *text, size_t indent);

/* Begins a style, which STYLE_PLAIN ends. Prints nothing without colors. */
void screen_style(const struct screen *screen, enum style style);

/* Prints text in a style. */
void screen_styled(const struct screen *screen, enum style style, const char *text);

/* Prints a sentence in a style, over as many lines as it needs. The result is valid UTF-8 without
 * unsafe characters if the arguments are. */
void screen_say(const struct screen *screen, enum style style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Ends a line of standard output. */
void screen_end_line(void);

/* The octets of the character at text, and the columns that it takes: 0 for one that is combined
 * with the one before. text is valid UTF-8 and not empty. */
size_t screen_character(const char *text, size_t *columns);

/* Prints a bar of width columns at most, filled by part / whole. */
void screen_bar(const struct screen *screen, double part, double whole, size_t width);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Widths are measured in a UTF-8 locale of our own, whatever the user's is: C.UTF-8, which every
 * Debian has. What is printed has gone through core/text.h before and has no control characters.
 */
#include "client/screen.h"
#include "core/text.h"

#include <langinfo.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

/* Tables need some room. */
#define WIDTH_MIN 20

static size_t terminal_width(void) {
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        return size.ws_col < WIDTH_MIN ? WIDTH_MIN : size.ws_col;
    }
    return 80;
}

void screen_init(struct screen *screen, bool whole) {
    const char *term = getenv("TERM");
    const char *no_color = getenv("NO_COLOR");
    setlocale(LC_ALL, "");
    *screen =
        (struct screen){.out = stdout, .terminal = isatty(STDOUT_FILENO) == 1, .whole = whole};
    screen->unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    if (screen->terminal) {
        screen->width = terminal_width();
        screen->color = (no_color == NULL || no_color[0] == '\0') && term != NULL &&
                        term[0] != '\0' && strcmp(term, "dumb") != 0;
    }
    static locale_t locale;
    if (locale == (locale_t)0) {
        locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    }
    if (locale != (locale_t)0) {
        uselocale(locale);
    }
}

size_t screen_character(const char *text, size_t *columns) {
    wchar_t wide;
    mbstate_t state = {0};
    size_t len = mbrtowc(&wide, text, strlen(text), &state);
    if (len == 0 || len > 4) {
        *columns = 1;
        return 1;
    }
    int width = wcwidth(wide);
    *columns = width < 0 ? 1 : (size_t)width;
    return len;
}

size_t screen_width(const char *text) {
    size_t width = 0;
    for (size_t columns; *text != '\0'; width += columns) {
        text += screen_character(text, &columns);
    }
    return width;
}

/* Prints the characters of text that fit in width columns; returns how many octets these were. */
static size_t put_part(const struct screen *screen, const char *text, size_t width, size_t *used) {
    size_t at = 0;
    *used = 0;
    while (text[at] != '\0') {
        size_t columns;
        size_t len = screen_character(text + at, &columns);
        if (width != 0 && *used + columns > width) {
            break;
        }
        if (len > 1 && screen->terminal && !screen->unicode) {
            for (size_t i = 0; i < columns; i++) {
                fputc('?', screen->out);
            }
        } else {
            fwrite(text + at, 1, len, screen->out);
        }
        *used += columns;
        at += len;
    }
    return at;
}

size_t screen_put(const struct screen *screen, const char *text, size_t width) {
    size_t used;
    if (width == 0 || screen_width(text) <= width) {
        put_part(screen, text, width, &used);
        return used;
    }
    const char *ellipsis = screen->unicode ? "\xE2\x80\xA6" : "~";
    if (width > 1) {
        put_part(screen, text, width - 1, &used);
    } else {
        used = 0;
    }
    fputs(ellipsis, screen->out);
    return used + 1;
}

void screen_put_octets(const struct screen *screen, const char *octets, size_t len) {
    if (!screen->terminal) {
        fwrite(octets, 1, len, screen->out);
        return;
    }
    while (len > 0) {
        char safe[3 * 256 + 1];
        size_t part = len < 256 ? len : 256;
        text_to_utf8(octets, part, safe);
        screen_put(screen, safe, 0);
        octets += part;
        len -= part;
    }
}

static void blanks(const struct screen *screen, size_t count) {
    fprintf(screen->out, "%*s", (int)count, "");
}

void screen_pad(const struct screen *screen, const char *text, size_t width, bool right) {
    size_t needs = screen_width(text);
    if (right && needs < width) {
        blanks(screen, width - needs);
    }
    size_t used = screen_put(screen, text, width);
    if (!right && used < width) {
        blanks(screen, width - used);
    }
}

void screen_wrap(const struct screen *screen, const char *text, size_t indent) {
    blanks(screen, indent);
    screen_wrap_behind(screen, text, indent);
}

void screen_wrap_behind(const struct screen *screen, const char *text, size_t indent) {
    size_t room = screen->width > indent + 10 ? screen->width - indent : 10;
    do {
        size_t used;
        size_t len = strlen(text);
        if (screen->width != 0 && screen_width(text) > room) {
            /* At a blank, if there is one in the second half of the line. */
            size_t columns = 0;
            size_t last = 0;
            for (size_t at = 0, wide; columns < room; columns += wide) {
                if (text[at] == ' ' && columns > room / 2) {
                    last = at;
                }
                at += screen_character(text + at, &wide);
                len = at;
            }
            len = last > 0 ? last : len;
        }
        char *line = strndup(text, len);
        if (line != NULL) {
            put_part(screen, line, 0, &used);
        }
        free(line);
        fputc('\n', screen->out);
        text += len;
        text += text[0] == ' ';
        blanks(screen, *text != '\0' ? indent : 0);
    } while (*text != '\0');
}

void screen_style(const struct screen *screen, enum style style) {
    static const char *const codes[] = {"", "1", "2", "1;31", "33", "32"};
    if (screen->color) {
        fprintf(screen->out, "\033[%sm", codes[style]);
    }
}

void screen_styled(const struct screen *screen, enum style style, const char *text) {
    size_t used;
    screen_style(screen, style);
    put_part(screen, text, 0, &used);
    screen_style(screen, STYLE_PLAIN);
}

void screen_say(const struct screen *screen, enum style style, const char *format, ...) {
    va_list list;
    char *text = NULL;
    va_start(list, format);
    int len = vasprintf(&text, format, list);
    va_end(list);
    if (len < 0) {
        return;
    }
    if (style != STYLE_PLAIN) {
        screen_style(screen, style);
    }
    screen_wrap(screen, text, 0);
    if (style != STYLE_PLAIN) {
        screen_style(screen, STYLE_PLAIN);
    }
    free(text);
}

void screen_end_line(void) {
    putchar('\n');
}

void screen_bar(const struct screen *screen, double part, double whole, size_t width) {
    static const char *const eighths[] = {"",
                                          "\xE2\x96\x8F",
                                          "\xE2\x96\x8E",
                                          "\xE2\x96\x8D",
                                          "\xE2\x96\x8C",
                                          "\xE2\x96\x8B",
                                          "\xE2\x96\x8A",
                                          "\xE2\x96\x89"};
    double filled = whole > 0 && part > 0 ? part / whole * (double)width : 0;
    size_t full = (size_t)filled;
    size_t rest = (size_t)((filled - (double)full) * 8);
    if (full >= width) {
        full = width;
        rest = 0;
    } else if (full == 0 && rest == 0 && part > 0) {
        rest = 1; /* what is there is to be seen */
    }
    for (size_t i = 0; i < full; i++) {
        fputs(screen->unicode ? "\xE2\x96\x88" : "#", screen->out);
    }
    bool half = !screen->unicode && rest > 0;
    fputs(screen->unicode ? eighths[rest] : half ? "-" : "", screen->out);
    blanks(screen, width - full - (rest > 0));
}

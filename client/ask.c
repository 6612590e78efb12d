/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/ask.h"
#include "client/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <termios.h>
#include <unistd.h>

int ask_open(void) {
    if (isatty(STDIN_FILENO) != 1 && isatty(STDERR_FILENO) != 1) {
        return -1;
    }
    return open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
}

static void print(int terminal, const char *text) {
    size_t len = strlen(text);
    while (len > 0) {
        ssize_t written = write(terminal, text, len);
        if (written < 0 && errno != EINTR) {
            return;
        }
        text += written > 0 ? written : 0;
        len -= written > 0 ? (size_t)written : 0;
    }
}

/* Reads a line to its end; what is longer than the buffer is no answer, and must not be left for
 * the next question. Returns false if none came. */
static bool read_line(int terminal, char *line, size_t size) {
    size_t len = 0;
    for (;;) {
        char octet;
        if (!stop_wait_input(terminal)) {
            return false;
        }
        ssize_t got = read(terminal, &octet, 1);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return false;
        }
        if (octet == '\n') {
            line[len < size ? len : 0] = '\0';
            return true;
        }
        if (len < size) {
            line[len++] = octet;
        }
    }
}

bool ask(int terminal, const char *question) {
    char line[8];
    /* It may have been meant for anything. */
    tcflush(terminal, TCIFLUSH);
    print(terminal, question);
    if (!read_line(terminal, line, sizeof line)) {
        print(terminal, "\n");
        return false;
    }
    line[strcspn(line, " \t\r")] = '\0';
    return strcasecmp(line, "y") == 0 || strcasecmp(line, "yes") == 0;
}

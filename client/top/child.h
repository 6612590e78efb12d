/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A command of hmq that runs beside the screen, on a terminal of its own: this program once more,
 * with the gateway and the SNMP options that it was started with. So what is previewed, asked, done
 * and reported is the same as on the command line, and the screen never waits for it.
 */
#ifndef HMQ_CLIENT_TOP_CHILD_H
#define HMQ_CLIENT_TOP_CHILD_H

#include "client/arguments.h"
#include "client/top/marks.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define CHILD_WORDS_MAX 128

/* The words of a command, all borrowed but those in texts. */
struct child_words {
    const char *words[CHILD_WORDS_MAX];
    size_t count;
    char texts[4][600]; /* what is made for some of them */
    size_t text_count;
};

/* Begins with the options of the gateway: "hmq", "-H" and so on, and the command. */
void child_begin(struct child_words *words, const struct arguments *arguments, const char *gateway,
                 const char *name);

/* Adds a word, which is borrowed. */
void child_add(struct child_words *words, const char *word);

/* Adds a pattern that matches exactly this text after prefix. Returns false if it is too long. */
bool child_add_pattern(struct child_words *words, const char *prefix, const char *text);

/* Adds the options of SNMP, which come last, and ends the words. */
void child_end(struct child_words *words, const struct arguments *arguments);

/* The command as it could be typed, without the options of SNMP; words that need it are quoted. */
const char *child_text(const struct child_words *words, char *out, size_t size);

struct child {
    pid_t pid;    /* 0 = none runs */
    int terminal; /* -1 = none */
    int status;   /* of the last one: its exit status, or 128 and the signal */
};

/*
 * Starts it on a terminal of columns and rows; ids, if there are any, are its standard input.
 * Returns false, with errno set, if that is not possible.
 */
bool child_start(struct child *child, struct child_words *words, const struct marks *ids,
                 size_t columns, size_t rows);

/* Gives the terminal another size. */
void child_resize(const struct child *child, size_t columns, size_t rows);

/* Types octets. */
void child_type(const struct child *child, const char *octets, size_t len);

/* Reads what it has printed into buffer; never waits. Returns the octets, or 0 if there are none at
 * present or it has ended, in which case pid is 0. */
size_t child_read(struct child *child, char *buffer, size_t size);

/* Hangs up its terminal and waits for its end. */
void child_deinit(struct child *child);

#endif

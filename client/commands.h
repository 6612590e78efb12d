/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The commands of the client, one row each.
 */
#ifndef HMQ_CLIENT_COMMANDS_H
#define HMQ_CLIENT_COMMANDS_H

#include "client/arguments.h"
#include "client/screen.h"

#include <stddef.h>
#include <stdint.h>

/* The exit statuses, but for check. */
enum exit_status { EXIT_DONE = 0, EXIT_NOT_DONE = 1, EXIT_USAGE = 2, EXIT_UNREACHABLE = 3 };

struct client {
    struct arguments arguments;
    struct screen screen;
    struct readings readings;
};

struct command_row {
    const char *name;
    const char *words;   /* what follows it, for the usage; "" = nothing */
    const char *summary; /* one line for the help */
    uint32_t options;    /* groups of options besides OPTIONS_GATEWAY */
    size_t words_min, words_max;
    uint32_t tables; /* what a reading command reads, and prints as JSON */
    /* A reading command prints one gateway; returns an exit status. NULL for the others. */
    int (*show)(struct client *client, struct reading *reading);
    /* The others do everything; a row with both does so if it has words. */
    int (*run)(struct client *client);
};

/* All rows; *count is set. Static. */
const struct command_row *commands(size_t *count);

/* The row with a name, or NULL. */
const struct command_row *command_find(const char *name);

/* The name most like a word, or NULL if none is. */
const char *command_like(const char *word);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The command line: hmq [OPTION...] COMMAND [WORD...] [-- SNMP-OPTION...]. Options may stand before
 * and after the command.
 */
#ifndef HMQ_CLIENT_ARGUMENTS_H
#define HMQ_CLIENT_ARGUMENTS_H

#include "client/reading.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct command_row;

/* Groups of options, of which a command takes some. All take those of the gateway. */
enum option_group {
    OPTIONS_GATEWAY = 1 << 0,
    OPTIONS_JSON = 1 << 1,
    OPTIONS_LONG = 1 << 2,     /* -l */
    OPTIONS_CRITERIA = 1 << 3, /* --sender and so on */
    OPTIONS_LIMIT = 1 << 4,
    OPTIONS_FOLLOW = 1 << 5,
    OPTIONS_ACT = 1 << 6,   /* --owner, --comment, --wait */
    OPTIONS_GUARD = 1 << 7, /* --expect, --dry-run, -q, --all */
    OPTIONS_YES = 1 << 8,
    OPTIONS_CHECK = 1 << 9,
    OPTIONS_TOP = 1 << 10,
};

/* Which messages: all that are given must be met. */
struct criteria {
    int queue;          /* 0 = any, else hmqQueue */
    const char *sender; /* a pattern; NULL = any; so are the next two */
    const char *recipient;
    const char *reason; /* a part of it */
    uint32_t min_age_s; /* 0 = any; so is the next */
    uint32_t min_size;
};

struct arguments {
    const struct command_row *command;
    char **words; /* after the command */
    size_t word_count;
    char *hosts[GATEWAYS_MAX]; /* owned */
    size_t host_count;
    const char *context, *base_oid; /* NULL = not given */
    struct criteria criteria;
    int64_t expect, limit;     /* -1 = not given */
    int64_t warning, critical; /* -w, -c: -1 = not given */
    uint32_t wait_s;
    uint32_t interval_s;         /* 0 = not given */
    const char *comment, *owner; /* NULL = not given */
    bool all, json, whole, follow, yes, quiet, dry_run, help, version;
    char **snmp; /* after "--" */
    int snmp_count;
};

/*
 * Reads the command line, whose words are kept. Returns false if it is wrong, and has then said
 * why. Call arguments_deinit in any case.
 */
bool arguments_read(struct arguments *arguments, int argc, char **argv);
void arguments_deinit(struct arguments *arguments);

/* True if any criterion is given. */
bool criteria_given(const struct criteria *criteria);

/* Prints a message about what the user gave, ending with where help is. Returns 2. */
int usage_error(const struct arguments *arguments, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Reads "5d" or "90s". Returns NULL, or what is wrong with it, in words. */
const char *age_parse(const char *text, uint32_t *seconds);

/* Prints the help of a command, or of all if it is NULL. */
void print_help(const struct command_row *command);

#endif

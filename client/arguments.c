/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Each option is a row of `options`: its names, the group that decides which commands take it, and
 * the function that takes its value. What is wrong with a value is said in words with the value in
 * it, escaped, because it may come from a mail.
 */
#include "client/arguments.h"
#include "client/commands.h"
#include "client/memory.h"
#include "core/action.h"
#include "core/duration.h"
#include "core/queue.h"
#include "core/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_DEFAULT_S 600

int usage_error(const struct arguments *arguments, const char *format, ...) {
    char words[1024];
    va_list list;
    va_start(list, format);
    vsnprintf(words, sizeof words, format, list);
    va_end(list);
    fprintf(stderr, "hmq: %s (hmq %s%s--help has more)\n", words,
            arguments->command != NULL ? arguments->command->name : "",
            arguments->command != NULL ? " " : "");
    return EXIT_USAGE;
}

/* A word of the user as it can be printed. */
static const char *shown(const char *word, char out[128]) {
    size_t len = strlen(word);
    if (!text_is_safe(word, len) || len >= 128) {
        return text_escape(word, len, out, 128);
    }
    memcpy(out, word, len + 1);
    return out;
}

bool criteria_given(const struct criteria *criteria) {
    return criteria->queue != 0 || criteria->sender != NULL || criteria->recipient != NULL ||
           criteria->reason != NULL || criteria->min_age_s != 0 || criteria->min_size != 0;
}

/* A number with one unit of a table behind it. Returns NULL, or what is wrong. */
static const char *scaled(const char *text, const char *units, const uint32_t *factors,
                          uint64_t max, uint32_t *value) {
    size_t digits = strspn(text, "0123456789");
    char number[16];
    uint64_t parsed;
    const char *unit = text[digits] != '\0' ? strchr(units, text[digits]) : NULL;
    if (digits == 0 || digits >= sizeof number || unit == NULL || text[digits + 1] != '\0') {
        return "is no number with a unit";
    }
    snprintf(number, sizeof number, "%.*s", (int)digits, text);
    if (!number_parse(number, UINT32_MAX, &parsed) || parsed * factors[unit - units] > max) {
        return "is too much";
    }
    *value = (uint32_t)(parsed * factors[unit - units]);
    return NULL;
}

static bool only_digits(const char *text) {
    return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

const char *age_parse(const char *text, uint32_t *seconds) {
    static const uint32_t factors[] = {1, 60, 3600, 86400, 604800};
    if (only_digits(text)) {
        return "has no unit: s, m, h, d or w";
    }
    return scaled(text, "smhdw", factors, ACTION_MIN_AGE_MAX_S, seconds);
}

/* Each takes the value of an option and returns NULL, or what is wrong with it. */
typedef const char *option_taker(struct arguments *arguments, char *value);

static const char *take_hosts(struct arguments *arguments, char *value) {
    for (char *part = value; part != NULL;) {
        char *comma = strchr(part, ',');
        size_t len = comma != NULL ? (size_t)(comma - part) : strlen(part);
        if (len == 0 || part[0] == '-') {
            return "is no host";
        }
        if (arguments->host_count == GATEWAYS_MAX) {
            return "is one host too many";
        }
        arguments->hosts[arguments->host_count++] = need(strndup(part, len));
        part = comma != NULL ? comma + 1 : NULL;
    }
    return NULL;
}

static const char *take_context(struct arguments *arguments, char *value) {
    arguments->context = value;
    return strlen(value) <= 32 ? NULL : "is longer than the 32 octets of a context";
}

static const char *take_base(struct arguments *arguments, char *value) {
    struct readings tried;
    arguments->base_oid = value;
    return readings_set_base(&tried, value) ? NULL : "is no numeric OID";
}

static const char *take_queue(struct arguments *arguments, char *value) {
    enum queue queue;
    if (!queue_by_name(value, &queue) || !queue_is_listed(queue)) {
        return "is none of maildrop, incoming, active, deferred and hold";
    }
    arguments->criteria.queue = queue_mib_value(queue);
    return NULL;
}

static const char *take_text(const char **member, char *value) {
    if (value[0] == '\0') {
        return "is empty, which would match everything";
    }
    if (strlen(value) > ACTION_TEXT_MAX) {
        return "is longer than 255 octets";
    }
    if (!text_is_safe(value, strlen(value))) {
        return "is not UTF-8, or has control characters";
    }
    *member = value;
    return NULL;
}

static const char *take_sender(struct arguments *arguments, char *value) {
    const char *wrong = take_text(&arguments->criteria.sender, value);
    return wrong != NULL && value[0] == '\0' ? "is empty; the null sender is '<>'" : wrong;
}

static const char *take_recipient(struct arguments *arguments, char *value) {
    return take_text(&arguments->criteria.recipient, value);
}

static const char *take_reason(struct arguments *arguments, char *value) {
    return take_text(&arguments->criteria.reason, value);
}

static const char *take_comment(struct arguments *arguments, char *value) {
    const char *wrong = take_text(&arguments->comment, value);
    return value[0] == '\0' ? NULL : wrong;
}

static const char *take_owner(struct arguments *arguments, char *value) {
    arguments->owner = value;
    return strlen(value) > ACTION_OWNER_MAX      ? "is longer than 32 octets"
           : !text_is_safe(value, strlen(value)) ? "has characters that no owner may have"
                                                 : NULL;
}

static const char *take_age(struct arguments *arguments, char *value) {
    const char *wrong = age_parse(value, &arguments->criteria.min_age_s);
    return wrong != NULL ? wrong : arguments->criteria.min_age_s == 0 ? "is any age" : NULL;
}

static const char *take_size(struct arguments *arguments, char *value) {
    static const uint32_t factors[] = {1, 1024, 1024, 1048576, 1048576, 1073741824};
    if (only_digits(value)) {
        return "has no unit: B, K, M or G";
    }
    const char *wrong =
        scaled(value, "BkKmMG", factors, ACTION_MIN_SIZE_MAX, &arguments->criteria.min_size);
    return wrong != NULL ? wrong : arguments->criteria.min_size == 0 ? "is any size" : NULL;
}

static const char *take_number(int64_t *member, const char *value) {
    uint64_t number;
    if (!number_parse(value, INT32_MAX, &number)) {
        return "is no number";
    }
    *member = (int64_t)number;
    return NULL;
}

static const char *take_expect(struct arguments *arguments, char *value) {
    return take_number(&arguments->expect, value);
}

static const char *take_limit(struct arguments *arguments, char *value) {
    return take_number(&arguments->limit, value);
}

static const char *take_warning(struct arguments *arguments, char *value) {
    return take_number(&arguments->warning, value);
}

static const char *take_critical(struct arguments *arguments, char *value) {
    return take_number(&arguments->critical, value);
}

static const char *take_interval(struct arguments *arguments, char *value) {
    const char *wrong = age_parse(value, &arguments->interval_s);
    return wrong != NULL                   ? wrong
           : arguments->interval_s == 0    ? "is no time"
           : arguments->interval_s > 86400 ? "is more than a day"
                                           : NULL;
}

static const char *take_wait(struct arguments *arguments, char *value) {
    return age_parse(value, &arguments->wait_s);
}

/* An option either sets a flag or has a taker. */
static const struct option_row {
    const char *name;
    char letter;
    uint32_t group;
    size_t flag; /* its place in struct arguments */
    option_taker *take;
    const char *value, *summary; /* for the help */
} options[] = {
    {"--host", 'H', OPTIONS_GATEWAY, 0, take_hosts, "HOST[,HOST...]",
     "HOST, HOST:PORT, [IPV6]:PORT, tcp:HOST (localhost)"},
    {"--context", 'n', OPTIONS_GATEWAY, 0, take_context, "CONTEXT",
     "the SNMP context, if one snmpd has several agents"},
    {"--base-oid", 0, OPTIONS_GATEWAY, 0, take_base, "OID", "the agent's base_oid"},
    {"--json", 'j', OPTIONS_JSON, offsetof(struct arguments, json), NULL, "",
     "JSON, as hmq(1) describes it"},
    {"--long", 'l', OPTIONS_LONG, offsetof(struct arguments, whole), NULL, "",
     "texts are never cut"},
    {"--queue", 0, OPTIONS_CRITERIA, 0, take_queue, "QUEUE",
     "in maildrop, incoming, active, deferred or hold"},
    {"--sender", 0, OPTIONS_CRITERIA, 0, take_sender, "PATTERN",
     "sender matches, with * and ?; '<>' is the null one"},
    {"--recipient", 0, OPTIONS_CRITERIA, 0, take_recipient, "PATTERN", "a recipient matches"},
    {"--reason", 0, OPTIONS_CRITERIA, 0, take_reason, "TEXT",
     "the reason for the delay contains TEXT"},
    {"--min-age", 0, OPTIONS_CRITERIA, 0, take_age, "AGE", "at least as old: 90s, 30m, 4h, 5d, 1w"},
    {"--min-size", 0, OPTIONS_CRITERIA, 0, take_size, "SIZE",
     "at least as large: 500K, 10M, 20000B"},
    {"--all", 0, OPTIONS_GUARD, offsetof(struct arguments, all), NULL, "", "every message"},
    {"--limit", 0, OPTIONS_LIMIT, 0, take_limit, "N", "print N at most"},
    {"--follow", 'f', OPTIONS_FOLLOW, offsetof(struct arguments, follow), NULL, "",
     "go on with what happens, until Ctrl-C"},
    {"--dry-run", 0, OPTIONS_GUARD, offsetof(struct arguments, dry_run), NULL, "",
     "list and count the messages, and do nothing"},
    {"--expect", 0, OPTIONS_GUARD, 0, take_expect, "N", "do nothing unless N messages match"},
    {"--yes", 'y', OPTIONS_YES, offsetof(struct arguments, yes), NULL, "", "do not ask"},
    {"--quiet", 'q', OPTIONS_GUARD, offsetof(struct arguments, quiet), NULL, "",
     "no messages, only the summary"},
    {"--comment", 0, OPTIONS_ACT, 0, take_comment, "TEXT", "why; kept in the agent's records"},
    {"--owner", 0, OPTIONS_ACT, 0, take_owner, "NAME", "the owner of the action (the SNMP user)"},
    {"--wait", 0, OPTIONS_ACT, 0, take_wait, "TIME", "how long to wait for the end (10m)"},
    {"--interval", 0, OPTIONS_TOP, 0, take_interval, "TIME",
     "between two questions to a gateway (2s)"},
    {"--warning", 'w', OPTIONS_CHECK, 0, take_warning, "N", "warning above N messages"},
    {"--critical", 'c', OPTIONS_CHECK, 0, take_critical, "N", "critical above N messages"},
    {"--help", 'h', OPTIONS_GATEWAY, offsetof(struct arguments, help), NULL, "", "this text"},
    {"--version", 'V', OPTIONS_GATEWAY, offsetof(struct arguments, version), NULL, "",
     "the version"},
};

#define OPTION_COUNT (sizeof options / sizeof options[0])

static const struct option_row *find_option(const char *word, size_t len) {
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option_row *row = &options[i];
        bool is_letter = len == 2 && word[1] == row->letter && row->letter != 0;
        if (is_letter || (strlen(row->name) == len && strncmp(row->name, word, len) == 0)) {
            return row;
        }
    }
    return NULL;
}

/* The options in use, to be compared with those of the command once that is known. */
struct reader {
    struct arguments *arguments;
    int argc, at;
    char **argv;
    const struct option_row *used[128];
    size_t used_count;
};

static bool take_value(struct reader *reader, const struct option_row *row, char *value) {
    char word[128];
    const char *wrong = row->take(reader->arguments, value);
    if (wrong != NULL) {
        usage_error(reader->arguments, "%s %s %s", row->name, shown(value, word), wrong);
    }
    return wrong == NULL;
}

static bool read_option(struct reader *reader, char *word) {
    bool is_long = word[1] == '-';
    char *equals = is_long ? strchr(word, '=') : NULL;
    size_t len = !is_long ? 2 : equals != NULL ? (size_t)(equals - word) : strlen(word);
    const struct option_row *row = find_option(word, len);
    char *attached = equals != NULL ? equals + 1 : !is_long && word[2] != '\0' ? word + 2 : NULL;
    char name[128];
    if (row == NULL) {
        usage_error(reader->arguments, "%s is no option; those of SNMP come after --",
                    shown(word, name));
        return false;
    }
    if (reader->used_count < sizeof reader->used / sizeof reader->used[0]) {
        reader->used[reader->used_count++] = row;
    }
    if (row->take == NULL && attached != NULL) {
        usage_error(reader->arguments, "%s takes no value", row->name);
        return false;
    }
    if (row->take == NULL) {
        *(bool *)((char *)reader->arguments + row->flag) = true;
        return true;
    }
    bool last = reader->at == reader->argc || strcmp(reader->argv[reader->at], "--") == 0;
    if (attached == NULL && last) {
        usage_error(reader->arguments, "%s needs a value: %s %s", row->name, row->name, row->value);
        return false;
    }
    return take_value(reader, row, attached != NULL ? attached : reader->argv[reader->at++]);
}

static bool read_command(struct reader *reader, const char *word) {
    char name[128];
    if (reader->arguments->command != NULL) {
        return true;
    }
    reader->arguments->command = command_find(word);
    if (reader->arguments->command == NULL) {
        const char *like = command_like(word);
        usage_error(reader->arguments, "%s is no command%s%s%s", shown(word, name),
                    like != NULL ? "; is it " : "", like != NULL ? like : "",
                    like != NULL ? "?" : "");
        return false;
    }
    return true;
}

static bool read_words(struct reader *reader) {
    struct arguments *arguments = reader->arguments;
    while (reader->at < reader->argc) {
        char *word = reader->argv[reader->at++];
        if (strcmp(word, "--") == 0) {
            arguments->snmp = reader->argv + reader->at;
            arguments->snmp_count = reader->argc - reader->at;
            return true;
        }
        if (word[0] == '-' && word[1] != '\0') {
            if (!read_option(reader, word)) {
                return false;
            }
        } else if (arguments->command == NULL) {
            if (!read_command(reader, word)) {
                return false;
            }
        } else {
            arguments->words[arguments->word_count++] = word;
        }
    }
    return true;
}

static bool check_options(const struct reader *reader) {
    const struct arguments *arguments = reader->arguments;
    uint32_t allowed = arguments->command->options | OPTIONS_GATEWAY;
    for (size_t i = 0; i < reader->used_count; i++) {
        if ((reader->used[i]->group & allowed) == 0) {
            usage_error(arguments, "%s is no option of %s", reader->used[i]->name,
                        arguments->command->name);
            return false;
        }
    }
    return true;
}

static bool check_words(const struct arguments *arguments) {
    const struct command_row *command = arguments->command;
    char word[128];
    if (arguments->word_count < command->words_min) {
        usage_error(arguments, "%s needs %s", command->name, command->words);
        return false;
    }
    if (arguments->word_count > command->words_max) {
        usage_error(arguments, "%s: what is %s? It takes %s", command->name,
                    shown(arguments->words[command->words_max], word),
                    command->words_max == 0 ? "options only" : command->words);
        return false;
    }
    return true;
}

bool arguments_read(struct arguments *arguments, int argc, char **argv) {
    struct reader reader = {.arguments = arguments, .argc = argc, .at = 1, .argv = argv};
    *arguments = (struct arguments){
        .expect = -1, .limit = -1, .warning = -1, .critical = -1, .wait_s = WAIT_DEFAULT_S};
    arguments->words = need(calloc((size_t)argc + 1, sizeof *arguments->words));
    if (!read_words(&reader)) {
        return false;
    }
    if (arguments->help || arguments->version) {
        return true;
    }
    if (arguments->command == NULL) {
        arguments->command = command_find("status");
    }
    if (arguments->host_count == 0) {
        arguments->hosts[arguments->host_count++] = need(strdup("localhost"));
    }
    return check_options(&reader) && check_words(arguments);
}

void arguments_deinit(struct arguments *arguments) {
    for (size_t i = 0; i < arguments->host_count; i++) {
        free(arguments->hosts[i]);
    }
    free(arguments->words);
    *arguments = (struct arguments){0};
}

static void print_options(uint32_t groups) {
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option_row *row = &options[i];
        char name[64];
        if ((row->group & groups) == 0) {
            continue;
        }
        snprintf(name, sizeof name, "%s %s", row->name, row->value);
        if (row->letter != 0) {
            printf("  -%c, %-22s %s\n", row->letter, name, row->summary);
        } else {
            printf("      %-22s %s\n", name, row->summary);
        }
    }
}

void print_help(const struct command_row *command) {
    size_t count;
    const struct command_row *rows = commands(&count);
    if (command != NULL) {
        printf("usage: hmq [OPTION...] %s%s%s [-- SNMP-OPTION...]\n\n  %s\n\n", command->name,
               command->words[0] != '\0' ? " " : "", command->words, command->summary);
        print_options(command->options | OPTIONS_GATEWAY);
        return;
    }
    puts("usage: hmq [OPTION...] [COMMAND [WORD...]] [-- SNMP-OPTION...]\n");
    for (size_t i = 0; i < count; i++) {
        printf("  %-11s %s\n", rows[i].name, rows[i].summary);
    }
    puts("\nhmq COMMAND --help has the options of a command; all of them take");
    print_options(OPTIONS_GATEWAY);
    puts("\nThe SNMP options are those of snmpget(1): -v -c -u -l -a -A -x -X -e -E -r -t.\n"
         "It is better to keep user and passphrases in snmp.conf(5), which is read anyway.\n"
         "Exit: 0 done, 1 not done or partly, 2 wrong usage, 3 unreachable or refused.");
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * check prints one line and exits with 0 to 3. What is not known is UNKNOWN and never OK: a gateway
 * that does not answer, one without an agent, data that is stale, a condition that cannot be
 * judged. With -w and -c the number of messages decides, otherwise the agent's own conditions. Of
 * several gateways the worst counts.
 */
#include "client/check.h"
#include "client/format.h"
#include "client/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TABLES                                                                                     \
    (TABLE_BIT(TABLE_SUMMARY) | TABLE_BIT(TABLE_QUEUES) | TABLE_BIT(TABLE_SETTINGS) |              \
     TABLE_BIT(TABLE_CONDITION_COUNTS) | TABLE_BIT(TABLE_CONDITIONS))

enum { PLUGIN_OK, PLUGIN_WARNING, PLUGIN_CRITICAL, PLUGIN_UNKNOWN };

struct finding {
    int status;
    char words[2048]; /* the names of as many conditions as an agent can have, too */
};

/* Which of two is worse: critical, then unknown, then warning. */
static int worse(int a, int b) {
    static const int rank[] = {0, 1, 3, 2};
    return rank[a] >= rank[b] ? a : b;
}

static void by_threshold(const struct arguments *arguments, int64_t total,
                         struct finding *finding) {
    char number[FORMAT_SIZE];
    char limit[FORMAT_SIZE];
    bool critical = arguments->critical >= 0 && total > arguments->critical;
    bool warning = arguments->warning >= 0 && total > arguments->warning;
    finding->status = critical ? PLUGIN_CRITICAL : warning ? PLUGIN_WARNING : PLUGIN_OK;
    format_messages(total, number);
    if (critical || warning) {
        snprintf(finding->words, sizeof finding->words, "%.60s, above %.60s", number,
                 format_number(critical ? arguments->critical : arguments->warning, limit));
    } else {
        snprintf(finding->words, sizeof finding->words, "%s", number);
    }
}

/* Puts the names of the conditions in a state behind the words. Returns how many there are. */
static size_t add_names(struct reading *reading, int64_t state, const char *is, char *words,
                        size_t size) {
    const struct records *records = reading_table(reading, TABLE_CONDITIONS);
    size_t count = 0;
    for (size_t i = 0; i < records->count; i++) {
        const struct cell *cells = records->items[i].cells;
        size_t len = strlen(words);
        if (cell_number(&cells[CONDITION_STATE], 0) == state && cells[CONDITION_NAME].known) {
            snprintf(words + len, size - len, ", %s is %s", cells[CONDITION_NAME].text, is);
            count++;
        }
    }
    return count;
}

static void by_conditions(struct reading *reading, int64_t total, struct finding *finding) {
    static const int statuses[] = {PLUGIN_OK, PLUGIN_OK, PLUGIN_WARNING, PLUGIN_CRITICAL};
    const struct cell *worst = reading_cell(reading, TABLE_CONDITION_COUNTS, CONDITIONS_WORST);
    const struct cell *overload = reading_cell(reading, TABLE_SUMMARY, SUMMARY_OVERLOAD);
    bool overloaded = cell_number(overload, 0) == TRUTH_TRUE;
    char number[FORMAT_SIZE];
    snprintf(finding->words, sizeof finding->words, "%s", format_messages(total, number));
    if (worst->known && worst->number <= 3) {
        finding->status = statuses[worst->number];
        add_names(reading, STATE_RAISED, "raised", finding->words, sizeof finding->words);
    } else if (overload->known) {
        finding->status = overloaded ? PLUGIN_CRITICAL : PLUGIN_OK;
    } else {
        finding->status = PLUGIN_UNKNOWN;
    }
    if (overloaded && !worst->known) {
        size_t len = strlen(finding->words);
        snprintf(finding->words + len, sizeof finding->words - len, ", overload");
    }
    /* Somebody wants to hear of it, and nobody knows whether it is so. */
    if (add_names(reading, STATE_UNKNOWN, "unknown", finding->words, sizeof finding->words) > 0 &&
        finding->status == PLUGIN_OK) {
        finding->status = PLUGIN_UNKNOWN;
    }
}

static void judge(const struct arguments *arguments, struct reading *reading,
                  struct finding *finding) {
    const struct table *agent = table_of(TABLE_AGENT);
    const struct cell *data = reading_cell(reading, TABLE_AGENT, AGENT_DATA);
    const struct cell *error = reading_cell(reading, TABLE_AGENT, AGENT_LAST_ERROR);
    const struct cell *total = reading_cell(reading, TABLE_SUMMARY, SUMMARY_TOTAL);
    char buffer[FORMAT_SIZE];
    finding->status = PLUGIN_UNKNOWN;
    if (reading->problem[0] != '\0') {
        snprintf(finding->words, sizeof finding->words, "%.390s", reading->problem);
        return;
    }
    if (cell_number(data, 0) != DATA_OK || !total->known) {
        snprintf(finding->words, sizeof finding->words, "the data is %s%s%.300s",
                 format_cell(&agent->fields[AGENT_DATA], data, buffer),
                 error->known && error->text[0] != '\0' ? ": " : "",
                 error->known ? error->text : "");
        return;
    }
    if (arguments->warning >= 0 || arguments->critical >= 0) {
        by_threshold(arguments, total->number, finding);
    } else {
        by_conditions(reading, total->number, finding);
    }
    if (cell_number(reading_cell(reading, TABLE_AGENT, AGENT_POSTFIX), 0) == VALUE_STOPPED) {
        finding->status = PLUGIN_CRITICAL;
        size_t len = strlen(finding->words);
        snprintf(finding->words + len, sizeof finding->words - len, ", Postfix is stopped");
    }
}

static void print_limit(int64_t limit) {
    putchar(';');
    if (limit >= 0) {
        printf("%" PRId64, limit);
    }
}

static void print_datum(const char *prefix, const char *label, const struct cell *cell,
                        const char *unit) {
    if (cell->known) {
        printf(" '%s%s'=%" PRId64 "%s;;;0", prefix, label, cell->number, unit);
    }
}

/* What is not known has no value. */
static void print_performance(const struct arguments *arguments, struct reading *reading,
                              const char *prefix) {
    const struct cell *total = reading_cell(reading, TABLE_SUMMARY, SUMMARY_TOTAL);
    const struct records *queues = reading_table(reading, TABLE_QUEUES);
    char name[24];
    if (total->known) {
        printf(" '%smessages'=%" PRId64, prefix, total->number);
        bool own = arguments->warning < 0 && arguments->critical < 0;
        const struct cell *overload = reading_cell(reading, TABLE_SETTINGS, SETTINGS_OVERLOAD);
        print_limit(arguments->warning);
        print_limit(own && cell_number(overload, 0) > 0 ? overload->number : arguments->critical);
        fputs(";0", stdout);
    }
    print_datum(prefix, "volume", reading_cell(reading, TABLE_SUMMARY, SUMMARY_VOLUME), "KB");
    print_datum(prefix, "oldest", reading_cell(reading, TABLE_SUMMARY, SUMMARY_OLDEST), "s");
    for (size_t i = 0; i < queues->count; i++) {
        const struct cell *cells = queues->items[i].cells;
        print_datum(prefix,
                    cell_name(&queues->table->fields[QUEUES_QUEUE], &cells[QUEUES_QUEUE], name),
                    &cells[QUEUES_MESSAGES], "");
    }
    print_datum(prefix, "conditions_raised",
                reading_cell(reading, TABLE_CONDITION_COUNTS, CONDITIONS_RAISED), "");
}

/* Plugins' output has its own meaning for "|", and a quote would end a label. */
static void print_plain(const char *text) {
    for (; *text != '\0'; text++) {
        putchar(*text == '|' || *text == '\'' ? '/' : *text);
    }
}

int run_check(struct client *client) {
    static const char *const names[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
    const struct arguments *arguments = &client->arguments;
    size_t count = client->readings.count;
    struct finding *findings = need(calloc(count, sizeof *findings));
    int status = PLUGIN_OK;
    readings_fetch(&client->readings, TABLES);
    for (size_t i = 0; i < count; i++) {
        judge(arguments, &client->readings.items[i], &findings[i]);
        status = i == 0 ? findings[i].status : worse(status, findings[i].status);
    }
    printf("MAILQUEUE %s -", names[status]);
    for (size_t i = 0; i < count; i++) {
        if (count > 1) {
            printf("%s %s %s,", i > 0 ? ";" : "", client->readings.items[i].gateway->name,
                   names[findings[i].status]);
        }
        putchar(' ');
        print_plain(findings[i].words);
    }
    bool first = true;
    for (size_t i = 0; i < count; i++) {
        struct reading *reading = &client->readings.items[i];
        char prefix[300] = "";
        if (count > 1) {
            snprintf(prefix, sizeof prefix, "%.290s.", reading->gateway->name);
        }
        if (reading->problem[0] == '\0') {
            fputs(first ? " |" : "", stdout);
            first = false;
            print_performance(arguments, reading, prefix);
        }
    }
    putchar('\n');
    free(findings);
    return status;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The commands that print one table each. A table that the agent does not serve is not an empty
 * one: show_absent says why it may be missing.
 */
#include "client/memory.h"
#include "client/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int show_absent(struct client *client, enum table_id id) {
    static const struct {
        enum table_id id;
        const char *words;
    } reasons[] = {
        {TABLE_LISTING, "the queue could not be listed"},
        {TABLE_INSIGHT, "the agent does not serve hmqInsight: it is an older one, this user has no "
                        "view of it, or the queue could not be listed"},
        {TABLE_DELIVERY, "the agent does not serve hmqDelivery: it is an older one, this user has "
                         "no view of it, or mail_log is off"},
        {TABLE_CONDITION_COUNTS, "the agent does not serve hmqConditions: it is an older one, or "
                                 "this user has no view of it"},
        {TABLE_EVENT_SERIAL, "this user has no view of the events"},
        {TABLE_ACTION_COUNTS, "this user has no view of the actions"},
    };
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (reasons[i].id == id) {
            screen_say(&client->screen, STYLE_PLAIN, "%s", reasons[i].words);
        }
    }
    return EXIT_NOT_DONE;
}

/* Prints all rows of a table, if it is there; nothing says that there are none. */
static int print_table(struct client *client, struct reading *reading, enum table_id id,
                       struct grid grid, const char *nothing) {
    if (!reading_served(reading, id)) {
        return show_absent(client, table_of(id)->guard);
    }
    grid.screen = &client->screen;
    grid.records = reading_table(reading, id);
    if (grid.records->count == 0) {
        screen_say(&client->screen, STYLE_PLAIN, "%s", nothing);
    } else {
        grid_print(&grid);
    }
    if (grid.records->left_out) {
        puts("... and more, which were left out");
    }
    return EXIT_DONE;
}

#define COLUMNS(array) .columns = array, .column_count = sizeof array / sizeof array[0]

/* Whether ranks are exact, and how many there are in all. */
static void print_insight(struct client *client, struct reading *reading, unsigned field,
                          const char *what, size_t shown) {
    const struct cell *count = reading_cell(reading, TABLE_INSIGHT, field);
    const struct cell *exact = reading_cell(reading, TABLE_INSIGHT, INSIGHT_EXACT);
    char number[FORMAT_SIZE];
    if (count->known && count->number > (int64_t)shown) {
        printf("... of %s %s\n", format_number(count->number, number), what);
    }
    if (exact->known && exact->number != TRUTH_TRUE) {
        screen_say(&client->screen, STYLE_PLAIN,
                   "There are more than the agent keeps: the numbers are lower bounds.");
    }
}

int show_senders(struct client *client, struct reading *reading) {
    static const struct grid_column columns[] = {
        {SENDER_RANK, 5, 0},   {SENDER_MESSAGES, 0, 0}, {SENDER_RECIPIENTS, 4, 0},
        {SENDER_VOLUME, 3, 0}, {SENDER_OLDEST, 2, 0},   {SENDER_ADDRESS, 0, 12},
    };
    int status = print_table(client, reading, TABLE_SENDERS, (struct grid){COLUMNS(columns)},
                             "No messages.");
    if (status == EXIT_DONE) {
        print_insight(client, reading, INSIGHT_SENDERS, "senders",
                      reading_table(reading, TABLE_SENDERS)->count);
    }
    return status;
}

int show_domains(struct client *client, struct reading *reading) {
    static const struct grid_column columns[] = {
        {DOMAIN_RANK, 5, 0},   {DOMAIN_MESSAGES, 0, 0}, {DOMAIN_RECIPIENTS, 4, 0},
        {DOMAIN_OLDEST, 2, 0}, {DOMAIN_NAME, 0, 12},    {DOMAIN_REASON, 3, 20},
    };
    int status = print_table(client, reading, TABLE_DOMAINS, (struct grid){COLUMNS(columns)},
                             "No messages.");
    if (status == EXIT_DONE) {
        print_insight(client, reading, INSIGHT_DOMAINS, "domains",
                      reading_table(reading, TABLE_DOMAINS)->count);
    }
    return status;
}

static void print_whole_reason(const struct grid *grid, const struct record *record) {
    if (record->cells[REASON_TEXT].known) {
        screen_wrap(grid->screen, record->cells[REASON_TEXT].text, 3);
    }
}

int show_reasons(struct client *client, struct reading *reading) {
    static const struct grid_column columns[] = {
        {REASON_RANK, 6, 0},   {REASON_MESSAGES, 0, 0}, {REASON_RECIPIENTS, 4, 0},
        {REASON_OLDEST, 2, 0}, {REASON_DOMAIN, 3, 10},  {REASON_EXAMPLE, 5, 0},
        {REASON_TEXT, 0, 16},
    };
    struct grid grid = {COLUMNS(columns)};
    if (client->screen.whole && client->screen.width != 0) {
        grid.column_count--;
        grid.after = print_whole_reason;
    }
    int status = print_table(client, reading, TABLE_REASONS, grid, "No message is delayed.");
    if (status == EXIT_DONE) {
        print_insight(client, reading, INSIGHT_REASONS, "reasons",
                      reading_table(reading, TABLE_REASONS)->count);
    }
    return status;
}

int show_delivery(struct client *client, struct reading *reading) {
    static const struct grid_column columns[] = {{OUTCOME_NAME, 0, 0},
                                                 {OUTCOME_RECENT, 0, 0},
                                                 {OUTCOME_COUNT, 1, 0},
                                                 {OUTCOME_LAST_TIME, 2, 0}};
    static const char *const labels[] = {"log", "delay, median", "delay, 95 %", "idle"};
    const struct table *table = table_of(TABLE_DELIVERY);
    char buffer[FORMAT_SIZE];
    int status = print_table(client, reading, TABLE_OUTCOMES, (struct grid){COLUMNS(columns)},
                             "No outcomes.");
    for (unsigned f = 0; status == EXIT_DONE && f < table->count; f++) {
        const struct cell *cell = reading_cell(reading, TABLE_DELIVERY, f);
        /* No delay where nothing was sent. */
        bool nothing = !cell->known && (f == DELIVERY_MEDIAN || f == DELIVERY_P95);
        printf("%-14s %s\n", labels[f],
               nothing ? "nothing sent in 5 minutes"
                       : format_cell(&table->fields[f], cell, buffer));
    }
    return status;
}

enum style condition_style(const struct record *record) {
    int64_t state = cell_number(&record->cells[CONDITION_STATE], STATE_UNKNOWN);
    if (state == STATE_RAISED) {
        return cell_number(&record->cells[CONDITION_SEVERITY], 0) == 3 ? STYLE_BAD : STYLE_WARN;
    }
    return state == STATE_UNKNOWN ? STYLE_DIM : STYLE_PLAIN;
}

bool condition_is_time(const struct record *record) {
    int64_t watch = cell_number(&record->cells[CONDITION_WATCH], 0);
    return watch == 3 || watch == 6; /* age, undelivered */
}

const char *condition_text(const struct record *record, unsigned field, char out[GRID_TEXT_SIZE]) {
    bool seconds = condition_is_time(record);
    bool amount = field == CONDITION_VALUE || field == CONDITION_THRESHOLD ||
                  field == CONDITION_CLEAR_THRESHOLD;
    const struct cell *queue = &record->cells[CONDITION_QUEUE];
    char name[24];
    if (amount && seconds && record->cells[field].known) {
        return format_duration(record->cells[field].number, out);
    }
    if (field == CONDITION_WATCH && cell_number(queue, 0) != 0) {
        const struct field *fields = table_of(TABLE_CONDITIONS)->fields;
        snprintf(out, GRID_TEXT_SIZE, "%s ",
                 cell_name(&fields[CONDITION_WATCH], &record->cells[CONDITION_WATCH], name));
        size_t len = strlen(out);
        snprintf(out + len, GRID_TEXT_SIZE - len, "%s",
                 cell_name(&fields[CONDITION_QUEUE], queue, name));
        return out;
    }
    if (field == CONDITION_STATE && cell_number(&record->cells[CONDITION_IS_ENABLED], 1) != 1) {
        return "disabled";
    }
    return NULL;
}

int show_conditions(struct client *client, struct reading *reading) {
    static const struct grid_column columns[] = {
        {CONDITION_NAME, 0, 0},
        {CONDITION_STATE, 0, 0},
        {CONDITION_SEVERITY, 3, 0},
        {CONDITION_WATCH, 5, 0},
        {CONDITION_VALUE, 1, 0},
        {CONDITION_THRESHOLD, 2, 0},
        {CONDITION_CLEAR_THRESHOLD, 7, 0},
        {CONDITION_FOR_S, 8, 0},
        {CONDITION_SINCE, 6, 0},
        {CONDITION_SUBJECT, 4, 10},
    };
    return print_table(
        client, reading, TABLE_CONDITIONS,
        (struct grid){COLUMNS(columns), .text = condition_text, .style = condition_style},
        "No conditions.");
}

static const struct records *actions_to_sort;

/* By when they started; those that wait come last. */
static int by_start(const void *a, const void *b) {
    const size_t *one = a;
    const size_t *other = b;
    int64_t first = cell_number(&actions_to_sort->items[*one].cells[ACTION_STARTED], 0);
    int64_t second = cell_number(&actions_to_sort->items[*other].cells[ACTION_STARTED], 0);
    first = first == 0 ? INT64_MAX : first;
    second = second == 0 ? INT64_MAX : second;
    return first != second ? (first > second) - (first < second)
                           : (*one > *other) - (*one < *other);
}

int show_actions(struct client *client, struct reading *reading) {
    static const struct grid_column columns[] = {
        {ACTION_STARTED, 2, 0}, {ACTION_COMMAND, 0, 0},   {ACTION_STATE, 0, 0},
        {ACTION_MATCHED, 4, 0}, {ACTION_SUCCEEDED, 0, 0}, {ACTION_FAILURES, 0, 0},
        {ACTION_OWNER, 3, 0},   {ACTION_ID, 6, 0},        {ACTION_COMMENT, 5, 10},
        {ACTION_ERROR, 5, 16},
    };
    const struct records *actions = reading_table(reading, TABLE_ACTIONS);
    size_t count = actions->count;
    size_t limit = client->arguments.limit >= 0 ? (size_t)client->arguments.limit : count;
    size_t *rows = need(calloc(count + 1, sizeof *rows));
    for (size_t i = 0; i < count; i++) {
        rows[i] = i;
    }
    actions_to_sort = actions;
    qsort(rows, count, sizeof *rows, by_start);
    limit = limit < count ? limit : count;
    int status = print_table(
        client, reading, TABLE_ACTIONS,
        (struct grid){COLUMNS(columns), .rows = rows + count - limit, .row_count = limit},
        "No actions.");
    free(rows);
    return status;
}

int show_hooks(struct client *client, struct reading *reading) {
    static const struct grid_column columns[] = {
        {HOOK_NAME, 0, 12},   {HOOK_DELIVERED, 2, 0}, {HOOK_FAILURES, 1, 0},
        {HOOK_PENDING, 0, 0}, {HOOK_LAST, 3, 0},      {HOOK_ERROR, 4, 16},
    };
    return print_table(client, reading, TABLE_HOOKS, (struct grid){COLUMNS(columns)},
                       "No webhooks and no scripts are configured, or this user has no view of "
                       "them.");
}

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
    screen_say(&client->screen, STYLE_PLAIN, "%s", table_absent_words(id));
    return EXIT_NOT_DONE;
}

/* Whether there are messages, but none of them has been listed. */
static bool awaits_listing(struct reading *reading) {
    return cell_number(reading_cell(reading, TABLE_SUMMARY, SUMMARY_TOTAL), 0) > 0 &&
           cell_number(reading_cell(reading, TABLE_LISTING, LISTING_LISTED), 0) == 0 &&
           cell_number(reading_cell(reading, TABLE_LISTING, LISTING_OMITTED), 0) == 0;
}

void show_nothing(struct client *client, struct reading *reading, enum table_id id) {
    enum table_id guard = table_of(id)->guard;
    const char *words = table_empty_words(id);
    if (guard == TABLE_LISTING || guard == TABLE_INSIGHT) {
        reading_fetch(reading, TABLE_BIT(TABLE_SUMMARY) | TABLE_BIT(TABLE_LISTING));
        if (reading->problem[0] != '\0') {
            words = reading->problem;
        } else if (awaits_listing(reading)) {
            words = NOT_LISTED_YET;
        }
    }
    screen_say(&client->screen, STYLE_PLAIN, "%s", words);
}

/* Prints the rows of a table, if it is there; by a grid of table_grid, with or without rows. */
static int print_table(struct client *client, struct reading *reading, enum table_id id,
                       struct grid grid) {
    if (!reading_served(reading, id)) {
        return show_absent(client, table_of(id)->guard);
    }
    grid.screen = &client->screen;
    grid.records = reading_table(reading, id);
    if (grid.records->count == 0) {
        show_nothing(client, reading, id);
        return EXIT_DONE;
    }
    grid_print(&grid);
    if (grid.records->left_out) {
        puts("... and more, which were left out");
    }
    return EXIT_DONE;
}

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

/* A table of the insight, and how much of it that is. */
static int print_ranks(struct client *client, struct reading *reading, enum table_id id,
                       unsigned counted) {
    int status = print_table(client, reading, id, table_grid(id));
    if (status == EXIT_DONE) {
        print_insight(client, reading, counted, table_of(id)->key,
                      reading_table(reading, id)->count);
    }
    return status;
}

int show_senders(struct client *client, struct reading *reading) {
    return print_ranks(client, reading, TABLE_SENDERS, INSIGHT_SENDERS);
}

int show_domains(struct client *client, struct reading *reading) {
    return print_ranks(client, reading, TABLE_DOMAINS, INSIGHT_DOMAINS);
}

static void print_whole_reason(const struct grid *grid, const struct record *record) {
    if (record->cells[REASON_TEXT].known) {
        screen_wrap(grid->screen, record->cells[REASON_TEXT].text, 3);
    }
}

int show_reasons(struct client *client, struct reading *reading) {
    struct grid grid = table_grid(TABLE_REASONS);
    if (client->screen.whole && client->screen.width != 0) {
        grid.column_count--;
        grid.after = print_whole_reason;
    }
    int status = print_table(client, reading, TABLE_REASONS, grid);
    if (status == EXIT_DONE) {
        print_insight(client, reading, INSIGHT_REASONS, "reasons",
                      reading_table(reading, TABLE_REASONS)->count);
    }
    return status;
}

int show_delivery(struct client *client, struct reading *reading) {
    static const char *const labels[] = {"log", "delay, median", "delay, 95 %", "idle"};
    const struct table *table = table_of(TABLE_DELIVERY);
    char buffer[FORMAT_SIZE];
    int status = print_table(client, reading, TABLE_OUTCOMES, table_grid(TABLE_OUTCOMES));
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

int show_conditions(struct client *client, struct reading *reading) {
    return print_table(client, reading, TABLE_CONDITIONS, table_grid(TABLE_CONDITIONS));
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
    struct grid grid = table_grid(TABLE_ACTIONS);
    grid.rows = rows + count - limit;
    grid.row_count = limit;
    int status = print_table(client, reading, TABLE_ACTIONS, grid);
    free(rows);
    return status;
}

int show_hooks(struct client *client, struct reading *reading) {
    return print_table(client, reading, TABLE_HOOKS, table_grid(TABLE_HOOKS));
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages: a line for each, and the reason for its delay behind or below it. The agent lists only
 * the first messages; what is said of a selection among them says so.
 */
#include "client/criteria.h"
#include "client/memory.h"
#include "client/show.h"
#include "core/queue_id.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_reason(const struct grid *grid, const struct record *record) {
    const struct cell *reason = &record->cells[MESSAGE_REASON];
    if (!reason->known || reason->text[0] == '\0') {
        return;
    }
    screen_style(grid->screen, STYLE_DIM);
    if (grid->screen->whole) {
        screen_wrap(grid->screen, reason->text, 3);
        screen_style(grid->screen, STYLE_PLAIN);
        return;
    }
    screen_put(grid->screen, "   ", 0);
    screen_put(grid->screen, reason->text, grid->screen->width > 3 ? grid->screen->width - 3 : 0);
    screen_style(grid->screen, STYLE_PLAIN);
    screen_end_line();
}

void show_messages(const struct screen *screen, const struct records *records, const size_t *rows,
                   size_t count) {
    struct grid grid = table_grid(TABLE_MESSAGES);
    grid.screen = screen;
    grid.records = records;
    grid.rows = rows;
    grid.row_count = count;
    if (count == 0) {
        return;
    }
    /* Reasons stand behind where everything fits, and below each message otherwise. */
    if (screen->width != 0 && grid_width(&grid) > screen->width) {
        grid.column_count--; /* the reason is the last */
        grid.after = print_reason;
    }
    grid_print(&grid);
}

/* How many there are besides those that are shown. */
static void print_rest(struct client *client, struct reading *reading, size_t matched,
                       size_t shown) {
    const struct screen *screen = &client->screen;
    const struct criteria *criteria = &client->arguments.criteria;
    const struct cell *omitted = reading_cell(reading, TABLE_LISTING, LISTING_OMITTED);
    const struct cell *listed = reading_cell(reading, TABLE_LISTING, LISTING_LISTED);
    char words[1200];
    char number[FORMAT_SIZE];
    char more[FORMAT_SIZE];
    if (matched > shown) {
        screen_say(screen, STYLE_PLAIN, "... and %s more",
                   format_number((int64_t)(matched - shown), number));
    }
    if (!omitted->known) {
        screen_say(screen, STYLE_PLAIN, "... and perhaps more: how many are not listed is unknown");
    } else if (omitted->number > 0 && criteria_given(criteria)) {
        criteria_words(criteria, words, sizeof words);
        screen_say(screen, STYLE_PLAIN,
                   "... of the %s that the agent lists; %s more were not looked at (hmq count "
                   "counts all: %s)",
                   format_number(cell_number(listed, 0), number),
                   format_number(omitted->number, more), words);
    } else if (omitted->number > 0) {
        screen_say(screen, STYLE_PLAIN,
                   "... and %s more, which the agent does not list (message_limit)",
                   format_number(omitted->number, number));
    }
}

int show_list(struct client *client, struct reading *reading) {
    const struct criteria *criteria = &client->arguments.criteria;
    size_t *rows;
    if (!reading_served(reading, TABLE_LISTING)) {
        return show_absent(client, TABLE_LISTING);
    }
    size_t matched = criteria_select(criteria, reading, &rows);
    size_t shown = matched;
    if (client->arguments.limit >= 0 && (size_t)client->arguments.limit < shown) {
        shown = (size_t)client->arguments.limit;
    }
    show_messages(&client->screen, reading_table(reading, TABLE_MESSAGES), rows, shown);
    if (matched == 0 && criteria_given(criteria)) {
        puts("No message matches.");
    }
    print_rest(client, reading, matched, shown);
    if (matched == 0 && !criteria_given(criteria)) {
        show_nothing(client, reading, TABLE_MESSAGES);
    }
    free(rows);
    return EXIT_DONE;
}

/* The message with an ID, or NULL. */
static const struct record *find_message(struct reading *reading, const char *id) {
    const struct records *messages = reading_table(reading, TABLE_MESSAGES);
    for (size_t i = 0; i < messages->count; i++) {
        const struct cell *cell = &messages->items[i].cells[MESSAGE_ID];
        if (cell->known && strcmp(cell->text, id) == 0) {
            return &messages->items[i];
        }
    }
    return NULL;
}

static void print_field(const struct screen *screen, const char *title, const struct table *table,
                        const struct record *record, unsigned field) {
    char buffer[FORMAT_SIZE];
    printf("%-12s", title);
    screen_put(screen, format_cell(&table->fields[field], &record->cells[field], buffer), 0);
    screen_end_line();
}

static void print_recipients(const struct screen *screen, struct reading *reading,
                             const struct record *message) {
    size_t first;
    size_t count = recipients_of(reading, message, &first);
    int64_t all = cell_number(&message->cells[MESSAGE_RECIPIENTS], -1);
    const struct records *recipients = reading_table(reading, TABLE_RECIPIENTS);
    char number[FORMAT_SIZE];
    puts("recipients");
    for (size_t i = first; i < first + count; i++) {
        const struct cell *cells = recipients->items[i].cells;
        const struct cell *reason = &cells[RECIPIENT_REASON];
        screen_put(screen, "   ", 0);
        screen_put(screen, cells[RECIPIENT_ADDRESS].known ? cells[RECIPIENT_ADDRESS].text : "?", 0);
        screen_end_line();
        if (reason->known && reason->text[0] != '\0') {
            screen_style(screen, STYLE_DIM);
            screen_wrap(screen, reason->text, 6);
            screen_style(screen, STYLE_PLAIN);
        }
    }
    if (all < 0) {
        puts("   ... how many there are is unknown");
    } else if (all > (int64_t)count) {
        printf("   ... and %s more\n", format_number(all - (int64_t)count, number));
    }
}

int show_message(struct client *client, struct reading *reading) {
    static const struct {
        const char *title;
        unsigned field;
    } lines[] = {{"id", MESSAGE_ID},           {"queue", MESSAGE_QUEUE},
                 {"from", MESSAGE_SENDER},     {"size", MESSAGE_SIZE},
                 {"arrived", MESSAGE_ARRIVAL}, {"age", MESSAGE_AGE},
                 {"next try", MESSAGE_RETRY},  {"expired", MESSAGE_EXPIRED}};
    const char *id = client->arguments.words[0];
    const struct record *message = find_message(reading, id);
    const struct cell *omitted = reading_cell(reading, TABLE_LISTING, LISTING_OMITTED);
    if (message == NULL) {
        const char *why = !reading_served(reading, TABLE_LISTING) ? "the queue could not be listed"
                          : omitted->known && omitted->number == 0
                              ? "it is not in the queue"
                              : "it is not among the messages that the agent lists; hmq count says "
                                "whether it is in the queue, hmq view shows it";
        fprintf(stderr, "hmq: %s: %s: %s\n", reading->gateway->name, id, why);
        return EXIT_NOT_DONE;
    }
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        /* Only deferred messages have a next try. */
        if (lines[i].field != MESSAGE_RETRY || message->cells[MESSAGE_RETRY].known) {
            print_field(&client->screen, lines[i].title, table_of(TABLE_MESSAGES), message,
                        lines[i].field);
        }
    }
    print_recipients(&client->screen, reading, message);
    return EXIT_DONE;
}

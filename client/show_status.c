/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The whole at a glance: the state in one word, the queues, what is raised, and what leads. What is
 * not known is said to be unknown; a group that the agent does not serve is left out.
 */
#include "client/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LEADING 3

static const char *cell_words(struct reading *reading, enum table_id id, unsigned field,
                              char out[FORMAT_SIZE]) {
    return format_cell(&table_of(id)->fields[field], reading_cell(reading, id, field), out);
}

/* Puts pieces on lines of the screen, separated by commas; *used is where the line is. */
static void put_piece(const struct screen *screen, const char *piece, size_t *used) {
    size_t width = screen_width(piece);
    if (*used > 0 && screen->width != 0 && *used + width + 2 > screen->width) {
        puts(",");
        *used = 0;
    } else if (*used > 0) {
        screen_put(screen, ", ", 0);
        *used += 2;
    }
    screen_put(screen, piece, 0);
    *used += width;
}

static void print_state(const struct screen *screen, struct reading *reading) {
    struct state state = state_of(reading);
    const struct cell *total = reading_cell(reading, TABLE_SUMMARY, SUMMARY_TOTAL);
    char piece[GRID_TEXT_SIZE];
    char buffer[FORMAT_SIZE];
    size_t used = 0;
    screen_styled(screen, state.style, state.word);
    used = strlen(state.word);
    if (total->known) {
        put_piece(screen, format_messages(total->number, buffer), &used);
    } else {
        put_piece(screen, "how many messages is unknown", &used);
    }
    if (reading_cell(reading, TABLE_SUMMARY, SUMMARY_VOLUME)->known) {
        put_piece(screen, cell_words(reading, TABLE_SUMMARY, SUMMARY_VOLUME, buffer), &used);
    }
    if (cell_number(reading_cell(reading, TABLE_SUMMARY, SUMMARY_OLDEST), 0) > 0) {
        snprintf(piece, sizeof piece, "the oldest %s old",
                 cell_words(reading, TABLE_SUMMARY, SUMMARY_OLDEST, buffer));
        put_piece(screen, piece, &used);
    }
    screen_end_line();
}

static void print_agent(const struct screen *screen, struct reading *reading) {
    static const char *const postfix[] = {"", " is running", " is STOPPED", ": state unknown"};
    int64_t running = cell_number(reading_cell(reading, TABLE_AGENT, AGENT_POSTFIX), 3);
    const struct cell *version = reading_cell(reading, TABLE_AGENT, AGENT_POSTFIX_VERSION);
    char piece[GRID_TEXT_SIZE];
    char buffer[FORMAT_SIZE];
    size_t used = 0;
    snprintf(piece, sizeof piece, "Postfix%s%s%s", version->known ? " " : "",
             version->known ? version->text : "",
             running >= 1 && running <= 3 ? postfix[running] : postfix[3]);
    put_piece(screen, piece, &used);
    if (reading_cell(reading, TABLE_AGENT, AGENT_COUNTS_AGE)->known) {
        snprintf(piece, sizeof piece, "counted %s ago",
                 cell_words(reading, TABLE_AGENT, AGENT_COUNTS_AGE, buffer));
        put_piece(screen, piece, &used);
    }
    if (reading_cell(reading, TABLE_AGENT, AGENT_LIST_AGE)->known) {
        snprintf(piece, sizeof piece, "listed %s ago",
                 cell_words(reading, TABLE_AGENT, AGENT_LIST_AGE, buffer));
        put_piece(screen, piece, &used);
    }
    screen_end_line();
    const struct cell *error = reading_cell(reading, TABLE_AGENT, AGENT_LAST_ERROR);
    if (cell_number(reading_cell(reading, TABLE_AGENT, AGENT_DATA), 0) != DATA_OK && error->known &&
        error->text[0] != '\0') {
        screen_style(screen, STYLE_BAD);
        screen_wrap(screen, error->text, 0);
        screen_style(screen, STYLE_PLAIN);
    }
}

static void print_pause(const struct screen *screen, struct reading *reading) {
    const struct cell *ends = reading_cell(reading, TABLE_SETTINGS, SETTINGS_PAUSE_ENDS);
    bool ours = cell_number(reading_cell(reading, TABLE_SETTINGS, SETTINGS_PAUSE), 0) == TRUTH_TRUE;
    char buffer[FORMAT_SIZE];
    if (cell_number(reading_cell(reading, TABLE_SUMMARY, SUMMARY_PAUSED), 0) != TRUTH_TRUE) {
        return;
    }
    if (ours && ends->known && ends->number != 0) {
        screen_say(screen, STYLE_WARN, "Outbound mail is paused until %s",
                   format_time(ends->number, buffer));
    } else {
        screen_say(screen, STYLE_WARN, "Outbound mail is paused%s",
                   ours ? " until hmq resume" : " (defer_transports is set)");
    }
}

/* One queue: name, number, bar, volume, age, id, as far as they fit. */
static void print_queue(const struct screen *screen, const struct record *record, int64_t most) {
    const struct field *fields = table_of(TABLE_QUEUES)->fields;
    const struct cell *cells = record->cells;
    char buffer[FORMAT_SIZE];
    const struct cell *count = &cells[QUEUES_MESSAGES];
    size_t width = screen->width != 0 ? screen->width : 100;
    size_t used = 10 + 10;
    printf("%-10s%10s", cell_name(&fields[QUEUES_QUEUE], &cells[QUEUES_QUEUE], buffer),
           format_cell(&fields[QUEUES_MESSAGES], count, (char[FORMAT_SIZE]){0}));
    size_t bar = width >= 100 ? 30 : width >= 72 ? 16 : width >= 34 ? width - used - 3 : 0;
    if (bar > 0 && screen->terminal && cell_number(count, 0) > 0) {
        fputs("  ", stdout);
        screen_bar(screen, (double)cell_number(count, 0), (double)most, bar < 30 ? bar : 30);
    }
    /* corrupt(6) is a number only, and an empty queue has no oldest message. */
    if (width >= 72 && cells[QUEUES_VOLUME].known && cell_number(count, 0) > 0) {
        printf("  %9s", format_cell(&fields[QUEUES_VOLUME], &cells[QUEUES_VOLUME], buffer));
        printf("  oldest %6s", format_cell(&fields[QUEUES_OLDEST], &cells[QUEUES_OLDEST], buffer));
        if (width >= 72 + 12 || !screen->terminal) {
            fputs("  ", stdout);
            screen_put(screen, cells[QUEUES_OLDEST_ID].known ? cells[QUEUES_OLDEST_ID].text : "?",
                       0);
        }
    }
    screen_end_line();
}

static void print_queues(const struct screen *screen, struct reading *reading) {
    const struct records *queues = reading_table(reading, TABLE_QUEUES);
    int64_t most = 0;
    for (size_t i = 0; i < queues->count; i++) {
        int64_t count = cell_number(&queues->items[i].cells[QUEUES_MESSAGES], 0);
        most = count > most ? count : most;
    }
    for (size_t i = 0; i < queues->count; i++) {
        if (i == 0) {
            screen_end_line();
        }
        print_queue(screen, &queues->items[i], most);
    }
}

static void print_overload(const struct screen *screen, struct reading *reading) {
    const struct cell *overload = reading_cell(reading, TABLE_SUMMARY, SUMMARY_OVERLOAD);
    const struct cell *since = reading_cell(reading, TABLE_SUMMARY, SUMMARY_SINCE);
    const struct cell *above = reading_cell(reading, TABLE_SETTINGS, SETTINGS_OVERLOAD);
    const struct cell *clear = reading_cell(reading, TABLE_SETTINGS, SETTINGS_OVERLOAD_CLEAR);
    bool raised = cell_number(overload, 0) == TRUTH_TRUE;
    bool dated = raised && since->known && since->number != 0;
    char limits[2 * FORMAT_SIZE] = "";
    char one[FORMAT_SIZE];
    char two[FORMAT_SIZE];
    if (above->known && above->number == 0) {
        snprintf(limits, sizeof limits, ", the detection is off");
    } else if (above->known && clear->known) {
        snprintf(limits, sizeof limits, " (begins above %.40s, ends at %.40s)",
                 format_number(above->number, one), format_number(clear->number, two));
    }
    screen_say(screen, raised ? STYLE_BAD : STYLE_PLAIN, "Overload: %s%s%s%s",
               !overload->known ? "unknown"
               : raised         ? "YES"
                                : "no",
               dated ? " since " : "", dated ? format_time(since->number, one) : "", limits);
}

/* The value of a condition in its unit. */
static const char *condition_cell(const struct record *record, unsigned field,
                                  char out[GRID_TEXT_SIZE]) {
    const char *text = condition_text(record, field, out);
    return text != NULL ? text
                        : format_cell(&table_of(TABLE_CONDITIONS)->fields[field],
                                      &record->cells[field], out);
}

static void print_condition(const struct screen *screen, const struct record *record) {
    const struct cell *subject = &record->cells[CONDITION_SUBJECT];
    bool about = subject->known && subject->text[0] != '\0';
    char state[GRID_TEXT_SIZE];
    char value[GRID_TEXT_SIZE];
    char above[GRID_TEXT_SIZE];
    bool known = record->cells[CONDITION_VALUE].known;
    screen_say(screen, condition_style(record), "%s: %s%s%s (above %s)%s%s",
               record->cells[CONDITION_NAME].text, condition_cell(record, CONDITION_STATE, state),
               known ? ", " : "", known ? condition_cell(record, CONDITION_VALUE, value) : "",
               condition_cell(record, CONDITION_THRESHOLD, above), about ? ": " : "",
               about ? subject->text : "");
}

/* Conditions that are raised, pending or unknown; overload has its own line. */
static void print_conditions(const struct screen *screen, struct reading *reading) {
    const struct records *records = reading_table(reading, TABLE_CONDITIONS);
    size_t clear = 0;
    for (size_t i = 0; i < records->count; i++) {
        const struct record *record = &records->items[i];
        const struct cell *cells = record->cells;
        bool enabled = cell_number(&cells[CONDITION_IS_ENABLED], 1) == 1;
        if (!cells[CONDITION_NAME].known || strcmp(cells[CONDITION_NAME].text, "overload") == 0) {
            continue;
        }
        if (!enabled || cell_number(&cells[CONDITION_STATE], STATE_UNKNOWN) == 2) {
            clear++;
            continue;
        }
        print_condition(screen, record);
    }
    if (clear > 0) {
        screen_say(screen, STYLE_PLAIN, "%zu other condition%s clear or disabled", clear,
                   clear == 1 ? " is" : "s are");
    }
}

static void print_leading(const struct screen *screen, struct reading *reading, enum table_id id,
                          const char *title, const unsigned fields[2]) {
    const struct records *records = reading_table(reading, id);
    const struct table *table = table_of(id);
    char buffer[FORMAT_SIZE];
    size_t room = screen->width > 12 ? screen->width - 12 : 0;
    if (records->count == 0) {
        return;
    }
    screen_end_line();
    screen_styled(screen, STYLE_BOLD, title);
    screen_end_line();
    for (size_t i = 0; i < records->count && i < LEADING; i++) {
        const struct cell *cells = records->items[i].cells;
        printf("%10s  ", format_cell(&table->fields[fields[0]], &cells[fields[0]], buffer));
        const char *text = format_cell(&table->fields[fields[1]], &cells[fields[1]], buffer);
        if (screen->whole && room > 0) {
            screen_wrap(screen, text, 0);
            continue;
        }
        screen_put(screen, text, room);
        screen_end_line();
    }
}

int show_status(struct client *client, struct reading *reading) {
    const struct screen *screen = &client->screen;
    print_state(screen, reading);
    print_agent(screen, reading);
    print_pause(screen, reading);
    print_queues(screen, reading);
    screen_end_line();
    print_overload(screen, reading);
    print_conditions(screen, reading);
    print_leading(screen, reading, TABLE_SENDERS, "Senders that lead",
                  (const unsigned[2]){SENDER_MESSAGES, SENDER_ADDRESS});
    print_leading(screen, reading, TABLE_DOMAINS, "Domains that lead",
                  (const unsigned[2]){DOMAIN_MESSAGES, DOMAIN_NAME});
    print_leading(screen, reading, TABLE_REASONS, "Reasons that lead",
                  (const unsigned[2]){REASON_MESSAGES, REASON_TEXT});
    return EXIT_DONE;
}

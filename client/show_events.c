/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Events, the last of them, and with -f what comes. The agent keeps some; a serial that is missing
 * between two looks is said to be.
 */
#include "client/events.h"
#include "client/json.h"
#include "client/memory.h"
#include "client/show.h"
#include "client/stop.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define FOLLOW_MS 2000
#define EVENTS_SHOWN 20

static void print_whole(const struct grid *grid, const struct record *record) {
    if (record->cells[EVENT_TEXT].known) {
        screen_wrap(grid->screen, record->cells[EVENT_TEXT].text, 3);
    }
}

static void print_events(const struct screen *screen, const struct records *records,
                         const size_t *rows, size_t count) {
    struct grid grid = table_grid(TABLE_EVENTS);
    grid.screen = screen;
    grid.records = records;
    grid.rows = rows;
    grid.row_count = count;
    if (screen->whole && screen->width != 0) {
        grid.column_count--;
        grid.after = print_whole;
    }
    grid_print(&grid);
}

int show_events(struct client *client, struct reading *reading) {
    const struct records *records = reading_table(reading, TABLE_EVENTS);
    size_t limit = client->arguments.limit >= 0 ? (size_t)client->arguments.limit : EVENTS_SHOWN;
    if (!reading_served(reading, TABLE_EVENTS)) {
        return show_absent(client, TABLE_EVENT_SERIAL);
    }
    size_t count = records->count < limit ? records->count : limit;
    size_t *rows = need(calloc(count + 1, sizeof *rows));
    for (size_t i = 0; i < count; i++) {
        rows[i] = records->count - count + i;
    }
    if (count > 0) {
        print_events(&client->screen, records, rows, count);
    } else if (!client->arguments.follow) {
        puts("No events.");
    }
    free(rows);
    return EXIT_DONE;
}

/* The last event of a gateway that was printed. */
struct follower {
    struct reading *reading;
    int64_t last;
    bool lost; /* it did not answer at the last look */
};

static int64_t last_serial(const struct records *records) {
    return records->count > 0
               ? cell_number(&records->items[records->count - 1].cells[EVENT_SERIAL], 0)
               : 0;
}

static void print_line(struct client *client, const struct follower *follower,
                       const struct record *record) {
    const struct table *table = table_of(TABLE_EVENTS);
    char buffer[FORMAT_SIZE];
    if (client->arguments.json) {
        cJSON *object = json_record(table, record);
        need(cJSON_AddStringToObject(object, "gateway", follower->reading->gateway->name));
        char *text = need(cJSON_PrintUnformatted(object));
        puts(text);
        cJSON_free(text);
        cJSON_Delete(object);
        return;
    }
    if (client->readings.count > 1) {
        printf("%s  ", follower->reading->gateway->name);
    }
    printf("%s  ", format_cell(&table->fields[EVENT_TIME], &record->cells[EVENT_TIME], buffer));
    screen_styled(&client->screen, event_style(record),
                  format_cell(&table->fields[EVENT_TEXT], &record->cells[EVENT_TEXT], buffer));
    screen_end_line();
}

/* Prints what is new since the last look. */
static void follow(struct client *client, struct follower *follower) {
    struct reading *reading = follower->reading;
    const struct records *records = reading_table(reading, TABLE_EVENTS);
    if (reading->problem[0] != '\0') {
        if (!follower->lost) {
            fprintf(stderr, "hmq: %s: %s; still trying\n", reading->gateway->name,
                    reading->problem);
        }
        follower->lost = true;
        return;
    }
    follower->lost = false;
    for (size_t i = 0; i < records->count; i++) {
        int64_t serial = cell_number(&records->items[i].cells[EVENT_SERIAL], 0);
        if (serial <= follower->last) {
            continue;
        }
        if (follower->last > 0 && serial > follower->last + 1) {
            fprintf(stderr, "hmq: %s: %" PRId64 " events between are no longer listed\n",
                    reading->gateway->name, serial - follower->last - 1);
        }
        follower->last = serial;
        print_line(client, follower, &records->items[i]);
    }
    fflush(stdout);
}

void events_follow(struct client *client) {
    struct follower *followers = need(calloc(client->readings.count, sizeof *followers));
    for (size_t i = 0; i < client->readings.count; i++) {
        followers[i].reading = &client->readings.items[i];
        followers[i].last = last_serial(reading_table(followers[i].reading, TABLE_EVENTS));
    }
    fflush(stdout);
    stop_catch();
    while (!stop_requested()) {
        stop_sleep(FOLLOW_MS);
        if (stop_requested() || ferror(stdout)) {
            break;
        }
        readings_fetch(&client->readings, TABLE_BIT(TABLE_EVENT_SERIAL) | TABLE_BIT(TABLE_EVENTS));
        for (size_t i = 0; i < client->readings.count; i++) {
            follow(client, &followers[i]);
        }
    }
    free(followers);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How old messages are, as qshape(1) has it: by queue, and by the domains that lead. A count that
 * the agent does not know is -1 here, and a question mark in the table.
 */
#include "client/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BUCKETS 10
#define QUEUES 5
#define CELL_WIDTH 7

/* -1 = unknown. */
struct ages {
    int64_t up_to[BUCKETS];
    int64_t messages[QUEUES][BUCKETS];
};

static void read_ages(struct reading *reading, struct ages *ages) {
    const struct records *records = reading_table(reading, TABLE_AGES);
    memset(ages, -1, sizeof *ages);
    for (size_t i = 0; i < records->count; i++) {
        const struct cell *cells = records->items[i].cells;
        int64_t queue = cell_number(&cells[AGE_QUEUE], 0) - 1;
        int64_t bucket = cell_number(&cells[AGE_BUCKET], 0) - 1;
        if (queue >= 0 && queue < QUEUES && bucket >= 0 && bucket < BUCKETS) {
            ages->up_to[bucket] = cell_number(&cells[AGE_UP_TO], -1);
            ages->messages[queue][bucket] = cell_number(&cells[AGE_MESSAGES], -1);
        }
    }
}

static const char *bucket_name(int64_t up_to, char out[FORMAT_SIZE]) {
    if (up_to < 0) {
        return "?";
    }
    return up_to == 0 ? "older" : format_duration(up_to * 60, out);
}

static bool in_use(const struct ages *ages, size_t queue) {
    for (size_t b = 0; b < BUCKETS; b++) {
        if (ages->messages[queue][b] > 0) {
            return true;
        }
    }
    return false;
}

/* True if all of it is known, and 0. */
static bool is_empty(const struct ages *ages) {
    for (size_t q = 0; q < QUEUES; q++) {
        for (size_t b = 0; b < BUCKETS; b++) {
            if (ages->messages[q][b] != 0) {
                return false;
            }
        }
    }
    return true;
}

static int64_t bucket_total(const struct ages *ages, size_t bucket) {
    int64_t sum = 0;
    for (size_t q = 0; q < QUEUES; q++) {
        sum += ages->messages[q][bucket] > 0 ? ages->messages[q][bucket] : 0;
    }
    return sum;
}

static void print_queues(const struct screen *screen, const struct ages *ages) {
    const struct field *queue = &table_of(TABLE_QUEUES)->fields[QUEUES_QUEUE];
    char buffer[FORMAT_SIZE];
    size_t used = 8;
    int64_t most = 0;
    screen_style(screen, STYLE_BOLD);
    printf("%-8s", "UP TO");
    for (size_t q = 0; q < QUEUES; q++) {
        if (in_use(ages, q)) {
            printf("%10s", queue->names[q + 1]);
            used += 10;
        }
    }
    screen_style(screen, STYLE_PLAIN);
    screen_end_line();
    for (size_t b = 0; b < BUCKETS; b++) {
        most = bucket_total(ages, b) > most ? bucket_total(ages, b) : most;
    }
    for (size_t b = 0; b < BUCKETS; b++) {
        printf("%-8s", bucket_name(ages->up_to[b], buffer));
        for (size_t q = 0; q < QUEUES; q++) {
            int64_t count = ages->messages[q][b];
            if (in_use(ages, q)) {
                printf("%10s", count < 0 ? "?" : format_number(count, buffer));
            }
        }
        if (screen->terminal && screen->width >= used + 12) {
            size_t room = screen->width - used - 3;
            fputs("  ", stdout);
            screen_bar(screen, (double)bucket_total(ages, b), (double)most, room < 40 ? room : 40);
        }
        screen_end_line();
    }
}

/* The messages of a domain in a bucket; -1 = unknown. */
static int64_t domain_messages(const struct records *records, int64_t rank, size_t bucket) {
    for (size_t i = 0; i < records->count; i++) {
        const struct cell *cells = records->items[i].cells;
        if (cell_number(&cells[DOMAIN_AGE_RANK], 0) == rank &&
            cell_number(&cells[DOMAIN_AGE_BUCKET], 0) == (int64_t)bucket + 1) {
            return cell_number(&cells[DOMAIN_AGE_MESSAGES], -1);
        }
    }
    return -1;
}

static void print_domains(const struct screen *screen, struct reading *reading,
                          const struct ages *ages) {
    const struct records *domains = reading_table(reading, TABLE_DOMAINS);
    const struct records *counts = reading_table(reading, TABLE_DOMAIN_AGES);
    size_t needed = (size_t)BUCKETS * CELL_WIDTH;
    size_t name_width = 40;
    char buffer[FORMAT_SIZE];
    if (domains->count == 0 || counts->count == 0 ||
        (screen->width != 0 && screen->width < needed + 10)) {
        return;
    }
    if (screen->width != 0 && screen->width < needed + name_width) {
        name_width = screen->width - needed;
    }
    screen_end_line();
    screen_style(screen, STYLE_BOLD);
    screen_pad(screen, "DOMAIN", name_width, false);
    for (size_t b = 0; b < BUCKETS; b++) {
        printf("%*s", CELL_WIDTH, bucket_name(ages->up_to[b], buffer));
    }
    screen_style(screen, STYLE_PLAIN);
    screen_end_line();
    for (size_t i = 0; i < domains->count; i++) {
        const struct cell *cells = domains->items[i].cells;
        int64_t rank = cell_number(&cells[DOMAIN_RANK], 0);
        screen_pad(screen, cells[DOMAIN_NAME].known ? cells[DOMAIN_NAME].text : "?", name_width,
                   false);
        for (size_t b = 0; b < BUCKETS; b++) {
            int64_t count = domain_messages(counts, rank, b);
            printf("%*s", CELL_WIDTH, count < 0 ? "?" : format_number(count, buffer));
        }
        screen_end_line();
    }
}

int show_ages(struct client *client, struct reading *reading) {
    struct ages ages;
    if (!reading_served(reading, TABLE_AGES)) {
        return show_absent(client, TABLE_INSIGHT);
    }
    read_ages(reading, &ages);
    if (is_empty(&ages)) {
        show_nothing(client, reading, TABLE_AGES);
        return EXIT_DONE;
    }
    print_queues(&client->screen, &ages);
    print_domains(&client->screen, reading, &ages);
    return EXIT_DONE;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Results with the same outcome and text are one group. A text that has the message's own ID in it,
 * or its new one, differs from message to message and is compared without them.
 */
#include "client/act_results.h"
#include "client/act.h"
#include "client/format.h"
#include "client/json.h"
#include "client/memory.h"
#include "client/tables.h"
#include "core/duration.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Groups of at most so many messages that were done have their IDs printed. */
#define IDS_SHOWN 10

static int by_group(const void *a, const void *b) {
    const struct row_result *one = *(const struct row_result *const *)a;
    const struct row_result *other = *(const struct row_result *const *)b;
    if (one->outcome != other->outcome) {
        return one->outcome < other->outcome ? -1 : 1;
    }
    int texts = strcmp(one->group, other->group);
    return texts != 0 ? texts : (one > other) - (one < other);
}

const struct row_result **results_sorted(const struct row *rows, size_t row_count, size_t *count) {
    size_t sum = 0;
    for (size_t r = 0; r < row_count; r++) {
        sum += rows[r].result_count;
    }
    const struct row_result **all = need(calloc(sum + 1, sizeof *all));
    *count = 0;
    for (size_t r = 0; r < row_count; r++) {
        for (size_t i = 0; i < rows[r].result_count; i++) {
            all[(*count)++] = &rows[r].results[i];
        }
    }
    qsort(all, sum, sizeof *all, by_group);
    return all;
}

static const char *outcome_name(int outcome, char out[24]) {
    if (outcome >= OUTCOME_DONE && outcome <= OUTCOME_LAST) {
        return action_outcome_name((enum action_outcome)outcome);
    }
    snprintf(out, 24, "outcome %d", outcome);
    return out;
}

static bool is_success(int outcome) {
    return outcome >= OUTCOME_DONE && outcome <= OUTCOME_LAST &&
           action_outcome_succeeded((enum action_outcome)outcome);
}

/* The IDs of a group; those that were requeued with the new ones. */
static void print_ids(const struct screen *screen, const struct row_result **results,
                      size_t count) {
    char *line = need(malloc(count * ((size_t)2 * QUEUE_ID_SIZE + sizeof ",  as ") + 1));
    char *end = line;
    for (size_t i = 0; i < count; i++) {
        bool renamed = results[i]->new_id[0] != '\0';
        end = stpcpy(end, i == 0 ? "" : renamed ? ", " : " ");
        end = stpcpy(end, results[i]->id);
        end = stpcpy(end, renamed ? " as " : "");
        end = stpcpy(end, results[i]->new_id);
    }
    *end = '\0';
    screen_wrap(screen, line, 3);
    free(line);
}

static void print_group(const struct screen *screen, const struct row_result **results,
                        size_t count) {
    const struct row_result *first = results[0];
    bool good = is_success(first->outcome);
    enum style style = good ? STYLE_PLAIN : STYLE_BAD;
    const char *gap = first->text[0] != '\0' ? ": " : "";
    char name[24];
    char number[FORMAT_SIZE];
    if (count == 1) {
        screen_say(screen, style, "%s  %s%s%s", first->id, outcome_name(first->outcome, name), gap,
                   first->text);
        return;
    }
    screen_say(screen, style, "%s  %s%s%s", format_messages((int64_t)count, number),
               outcome_name(first->outcome, name), gap, first->group);
    if (!good || count <= IDS_SHOWN || screen->whole) {
        print_ids(screen, results, count);
    }
}

void results_print(const struct screen *screen, const struct row_result **sorted, size_t count) {
    for (size_t at = 0; at < count;) {
        size_t end = at + 1;
        while (end < count && sorted[end]->outcome == sorted[at]->outcome &&
               strcmp(sorted[end]->group, sorted[at]->group) == 0) {
            end++;
        }
        print_group(screen, sorted + at, end - at);
        at = end;
    }
}

void results_tally(const struct row_result **sorted, size_t count, char *out, size_t size) {
    size_t used = 0;
    char name[24];
    out[0] = '\0';
    for (size_t at = 0; at < count && used < size;) {
        size_t end = at;
        while (end < count && sorted[end]->outcome == sorted[at]->outcome) {
            end++;
        }
        used += (size_t)snprintf(out + used, size - used, "%s%zu %s", at > 0 ? ", " : "", end - at,
                                 outcome_name(sorted[at]->outcome, name));
        at = end;
    }
}

void results_add_json(cJSON *array, const struct row *row) {
    char name[24];
    for (size_t i = 0; i < row->result_count; i++) {
        const struct row_result *result = &row->results[i];
        cJSON *one = need(cJSON_CreateObject());
        need(cJSON_AddStringToObject(one, "id", result->id));
        need(cJSON_AddStringToObject(one, "outcome", outcome_name(result->outcome, name)));
        need(cJSON_AddStringToObject(one, "text", result->text));
        if (result->new_id[0] != '\0') {
            need(cJSON_AddStringToObject(one, "new_id", result->new_id));
        } else {
            need(cJSON_AddNullToObject(one, "new_id"));
        }
        cJSON_AddItemToArray(array, one);
    }
}

size_t results_without_id(const struct row *rows, size_t row_count) {
    size_t count = 0;
    for (size_t r = 0; r < row_count; r++) {
        for (size_t i = 0; i < rows[r].result_count; i++) {
            count +=
                rows[r].results[i].outcome == OUTCOME_DONE && rows[r].results[i].new_id[0] == '\0';
        }
    }
    return count;
}

/* The action with this number; of several owners the one that was begun last. */
static const struct record *find_action(struct reading *reading, int64_t number, size_t *place) {
    const struct records *actions = reading_table(reading, TABLE_ACTIONS);
    const struct record *found = NULL;
    for (size_t i = 0; i < actions->count; i++) {
        const struct record *action = &actions->items[i];
        if (cell_number(&action->cells[ACTION_ID], -1) == number &&
            (found == NULL || cell_number(&action->cells[ACTION_STARTED], 0) >=
                                  cell_number(&found->cells[ACTION_STARTED], 0))) {
            found = action;
            *place = i;
        }
    }
    return found;
}

static void print_action(struct client *client, struct reading *reading, const size_t *place) {
    struct grid grid = table_grid(TABLE_ACTIONS);
    grid.screen = &client->screen;
    grid.records = reading_table(reading, TABLE_ACTIONS);
    grid.rows = place;
    grid.row_count = 1;
    grid_print(&grid);
}

static int show_results(struct client *client, struct reading *reading, int64_t number,
                        cJSON *document) {
    struct row row;
    size_t place = 0;
    size_t count;
    bool there = reading->problem[0] == '\0';
    cJSON *object = document != NULL ? json_add_gateway(document, reading->gateway->name,
                                                        there ? NULL : reading->problem)
                                     : NULL;
    if (!there) {
        if (document == NULL) {
            reading_complain(reading, "%s", reading->problem);
        }
        return EXIT_UNREACHABLE;
    }
    const struct record *action = find_action(reading, number, &place);
    if (object != NULL) {
        json_add_table(object, reading, TABLE_ACTIONS, &place, action != NULL ? 1 : 0);
    }
    if (action == NULL) {
        reading_complain(reading, "no action has the number %" PRId64 "; hmq actions lists them",
                         number);
        return EXIT_NOT_DONE;
    }
    row_of(&row, reading, action);
    row_read_results(&row);
    if (object != NULL) {
        results_add_json(need(cJSON_AddArrayToObject(object, "results")), &row);
    } else {
        const struct row_result **sorted = results_sorted(&row, 1, &count);
        print_action(client, reading, &place);
        results_print(&client->screen, sorted, count);
        free(sorted);
    }
    if (!row.results_read) {
        reading_complain(reading, "not all results could be read");
    }
    bool read = row.results_read;
    row_deinit(&row);
    return read ? EXIT_DONE : EXIT_NOT_DONE;
}

int run_results(struct client *client) {
    const struct arguments *arguments = &client->arguments;
    cJSON *document = arguments->json ? json_document(arguments->command->name) : NULL;
    size_t unreachable = 0;
    int status = EXIT_DONE;
    uint64_t number;
    if (!number_parse(arguments->words[0], UINT32_MAX, &number)) {
        cJSON_Delete(document);
        return usage_error(arguments, "actions: what is %s? It takes the NUMBER of an action",
                           arguments->words[0]);
    }
    readings_fetch(&client->readings, TABLE_BIT(TABLE_ACTIONS));
    for (size_t i = 0; i < client->readings.count; i++) {
        int one = show_results(client, &client->readings.items[i], (int64_t)number, document);
        unreachable += one == EXIT_UNREACHABLE;
        status = one != EXIT_DONE ? EXIT_NOT_DONE : status;
    }
    if (document != NULL) {
        json_print(document);
    }
    return unreachable == client->readings.count ? EXIT_UNREACHABLE : status;
}

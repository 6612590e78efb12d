/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The two commands of hmqActionTable that change nothing: count, and view.
 */
#include "client/act.h"
#include "client/criteria.h"
#include "client/format.h"
#include "client/json.h"
#include "client/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct act act_for(struct client *client, struct reading *reading,
                          enum action_command command, const struct id_list *ids) {
    return (struct act){.client = client,
                        .reading = reading,
                        .command = command,
                        .ids = ids,
                        .criteria = client->arguments.criteria,
                        .owner = act_owner(client),
                        .terminal = -1,
                        .counted = -1,
                        .guard = -1};
}

static int count_one(struct act *act, cJSON *document) {
    struct reading *reading = act->reading;
    char words[600];
    char number[FORMAT_SIZE];
    snprintf(words, sizeof words, "%s", reading->problem);
    if (reading->problem[0] == '\0' && act->ids->empty_mailq && act->ids->count == 0) {
        act->counted = 0;
    } else if (reading->problem[0] == '\0') {
        act->counted = act_count(act, words, sizeof words);
    }
    bool good = act->counted >= 0;
    if (document != NULL) {
        cJSON *object = json_add_gateway(document, reading->gateway->name, good ? NULL : words);
        if (good) {
            need(cJSON_AddNumberToObject(object, "counted", (double)act->counted));
        }
    } else if (!good) {
        reading_complain(reading, "%s", words);
    } else if (act->client->readings.count > 1) {
        printf("%s: %s\n", reading->gateway->name, format_messages(act->counted, number));
    } else {
        puts(format_messages(act->counted, number));
    }
    return good ? EXIT_DONE : reading->problem[0] != '\0' ? EXIT_UNREACHABLE : EXIT_NOT_DONE;
}

int run_count(struct client *client) {
    struct id_list ids = {.ids = NULL};
    cJSON *document = client->arguments.json ? json_document("count") : NULL;
    size_t unreachable = 0;
    int status = act_read_ids(client, &ids);
    if (status == EXIT_DONE) {
        readings_fetch(&client->readings, 0);
        for (size_t i = 0; i < client->readings.count; i++) {
            struct act act = act_for(client, &client->readings.items[i], COMMAND_COUNT, &ids);
            int one = count_one(&act, document);
            unreachable += one == EXIT_UNREACHABLE;
            status = one != EXIT_DONE ? EXIT_NOT_DONE : status;
        }
        status = unreachable == client->readings.count ? EXIT_UNREACHABLE : status;
    }
    if (document != NULL && status != EXIT_USAGE) {
        json_print(document);
    }
    id_list_deinit(&ids);
    return status;
}

/* A row of the output, which is a line unless it is 255 octets long: then the next one goes on. */
static void print_text(void *userdata, const char *octets, size_t len) {
    const struct screen *screen = userdata;
    screen_put_octets(screen, octets, len);
    if (len < ACTION_LINE_MAX) {
        putchar('\n');
    }
}

int run_view(struct client *client) {
    struct id_list ids = {.ids = NULL};
    const char *word = client->arguments.words[0];
    struct reading *reading = &client->readings.items[0];
    struct row row = {0};
    if (client->readings.count > 1) {
        return usage_error(&client->arguments,
                           "a queue ID belongs to one gateway, and -H names %zu",
                           client->readings.count);
    }
    if (!id_list_add(&ids, word, strlen(word))) {
        return usage_error(&client->arguments, "%s", ids.wrong);
    }
    struct act act = act_for(client, reading, COMMAND_VIEW, &ids);
    const struct row_request request = {.command = COMMAND_VIEW,
                                        .owner = act.owner,
                                        .criteria = &act.criteria,
                                        .ids = (const char(*)[QUEUE_ID_SIZE])ids.ids,
                                        .id_count = ids.count,
                                        .guard = -1};
    reading_fetch(reading, 0);
    const char *wrong = NULL;
    if (reading->problem[0] != '\0') {
        wrong = reading->problem;
        act.status = EXIT_UNREACHABLE;
    } else if (!act_run_row(&act, &row, &request)) {
        wrong = row.words;
    } else if (row.state != ACTION_DONE) {
        row_read_results(&row);
        wrong = row.error[0] != '\0'   ? row.error
                : row.result_count > 0 ? row.results[0].text
                                       : "it could not be read";
        act.status = EXIT_NOT_DONE;
    } else if (!row_read_output(&row, print_text, &client->screen)) {
        wrong = row.words;
        act.status = EXIT_NOT_DONE;
    } else if (row.error[0] != '\0') {
        /* Such as that there is more of it than view_limit. */
        wrong = row.error;
        act.status = EXIT_NOT_DONE;
    }
    if (wrong != NULL) {
        reading_complain(reading, "%s: %s", word, wrong);
    }
    row_deinit(&row);
    id_list_deinit(&ids);
    return act.status;
}

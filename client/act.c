/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The commands that act: what is asked for is shown first, in words, with the first messages and
 * how many there are, and then asked for on the terminal. What ends messages is guarded by the
 * number that was shown, so that no others are touched that came meanwhile.
 */
#include "client/act.h"
#include "client/ask.h"
#include "client/criteria.h"
#include "client/format.h"
#include "client/json.h"
#include "client/memory.h"
#include "client/stop.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PREVIEW 10
#define ALL_MESSAGES SIZE_MAX

const char *act_owner(const struct client *client) {
    const char *user = snmp_setup_user(&client->readings.setup);
    const char *name = getenv("USER");
    if (client->arguments.owner != NULL) {
        return client->arguments.owner;
    }
    if (user[0] != '\0') {
        return user;
    }
    if (name == NULL || strlen(name) > ACTION_OWNER_MAX) {
        name = getuid() == 0 ? "root" : "";
    }
    return name;
}

int act_read_ids(struct client *client, struct id_list *ids) {
    const struct arguments *arguments = &client->arguments;
    for (size_t i = 0; i < arguments->word_count; i++) {
        const char *word = arguments->words[i];
        bool good = strcmp(word, "-") == 0 ? id_list_read(ids, stdin)
                                           : id_list_add(ids, word, strlen(word));
        if (!good) {
            return usage_error(arguments, "%s", ids->wrong);
        }
    }
    return EXIT_DONE;
}

static int check_choice(const struct client *client, const struct id_list *ids,
                        const struct command *command) {
    const struct arguments *arguments = &client->arguments;
    bool chosen = ids->count > 0 || criteria_given(&arguments->criteria);
    if (arguments->all && chosen) {
        return usage_error(arguments, "--all cannot be combined with IDs or criteria");
    }
    if (!chosen && !arguments->all && !command->whole_queue && command->request != 0) {
        return usage_error(arguments,
                           "%s which messages? Give IDs, criteria such as --sender, or "
                           "--all",
                           command->name);
    }
    if (ids->count > 0 && client->readings.count > 1) {
        return usage_error(arguments, "queue IDs belong to one gateway, and -H names %zu",
                           client->readings.count);
    }
    if (arguments->all && arguments->yes && command->destructive && arguments->expect < 0 &&
        !arguments->dry_run) {
        return usage_error(arguments,
                           "%s --all -y needs --expect N, the number of messages there "
                           "should be",
                           command->name);
    }
    if (arguments->json && !arguments->yes && !arguments->dry_run && command->request != 0) {
        return usage_error(arguments, "--json cannot ask: add -y");
    }
    return EXIT_DONE;
}

static bool confirmed(struct act *act) {
    char object[1400];
    char question[1700];
    const char *name = action_command_name(act->command);
    act_object(act, object, sizeof object);
    snprintf(question, sizeof question, "%c%s %s on %s? [y/N] ", toupper((unsigned char)name[0]),
             name + 1, object, act->reading->gateway->name);
    fflush(stdout);
    return ask(act->terminal, question);
}

/* Counts where that is needed. Returns false if nothing is to be done. */
static bool count_first(struct act *act, bool ask) {
    const struct arguments *arguments = &act->client->arguments;
    const struct command *command = command_row(act->command);
    bool by_name = act->ids->count > 0 && !criteria_given(&act->criteria);
    bool needed = arguments->expect >= 0 || arguments->dry_run || (ask && !by_name);
    char words[600];
    char number[FORMAT_SIZE];
    if (!needed || act_flushes_all(act)) {
        return true;
    }
    act->counted = act_count(act, words, sizeof words);
    if (act->counted < 0) {
        reading_complain(act->reading, "the messages cannot be counted: %s", words);
        /* Without a number nothing that ends messages is done. */
        bool enough = !command->destructive && arguments->expect < 0 && !arguments->dry_run;
        act->status = enough ? act->status : EXIT_NOT_DONE;
        return enough;
    }
    if (arguments->expect >= 0 && act->counted != arguments->expect) {
        snprintf(words, sizeof words, "%s match, and not the %lld expected; nothing was done",
                 format_messages(act->counted, number), (long long)arguments->expect);
        reading_complain(act->reading, "%s", words);
        act->status = EXIT_NOT_DONE;
        return false;
    }
    if (arguments->expect >= 0 || (command->destructive && !by_name)) {
        act->guard = act->counted;
    }
    return true;
}

static void print_dry_run(struct act *act) {
    char object[1400];
    const char *name = action_command_name(act->command);
    act_preview(act, act->client->arguments.quiet ? 0 : ALL_MESSAGES);
    if (act_flushes_all(act)) {
        screen_say(&act->client->screen, STYLE_BOLD, "flush: would flush the whole queue");
        return;
    }
    if (act->ids->count > 0) {
        char number[FORMAT_SIZE];
        screen_say(&act->client->screen, STYLE_BOLD, "%s: would act on %s of those named", name,
                   format_messages(act->counted, number));
        return;
    }
    screen_say(&act->client->screen, STYLE_BOLD, "%s: would act on %s", name,
               act_object(act, object, sizeof object));
}

/* Everything but the report. Returns true if it was begun. */
static bool begin(struct act *act) {
    const struct arguments *arguments = &act->client->arguments;
    bool ask = !arguments->yes;
    if (!count_first(act, ask)) {
        return false;
    }
    if (arguments->dry_run || act->counted == 0) {
        if (!arguments->json && arguments->dry_run) {
            print_dry_run(act);
        } else if (!arguments->json) {
            printf("%s: no message matches\n", action_command_name(act->command));
        }
        return false;
    }
    if (ask) {
        act_preview(act, PREVIEW);
        if (!confirmed(act)) {
            reading_complain(act->reading, "nothing was done");
            act->status = EXIT_NOT_DONE;
            return false;
        }
    }
    act_run(act);
    return true;
}

static void act_on(struct act *act, cJSON *document) {
    struct reading *reading = act->reading;
    bool there = reading->problem[0] == '\0';
    if (act->client->readings.count > 1 && document == NULL) {
        screen_styled(&act->client->screen, STYLE_BOLD, reading->gateway->name);
        screen_end_line();
    }
    if (!there) {
        act->status = EXIT_UNREACHABLE;
        if (document == NULL) {
            reading_complain(act->reading, "%s", reading->problem);
        } else {
            json_add_gateway(document, reading->gateway->name, reading->problem);
        }
        return;
    }
    bool begun = begin(act);
    if (document != NULL) {
        cJSON *object = json_add_gateway(document, reading->gateway->name, NULL);
        cJSON_AddItemToObject(object, "counted",
                              need(act->counted >= 0 ? cJSON_CreateNumber((double)act->counted)
                                                     : cJSON_CreateNull()));
        act_report_json(act, object, begun);
    } else if (begun) {
        act_report(act);
    }
}

/* Ctrl-C was for all gateways, and this one comes after it. */
static void leave_out(struct act *act, cJSON *document) {
    static const char *const words = "not begun, because of Ctrl-C";
    act->status = EXIT_NOT_DONE;
    if (document != NULL) {
        json_add_gateway(document, act->reading->gateway->name, words);
    } else {
        reading_complain(act->reading, "%s", words);
    }
}

/* A choice among no messages is no message, and never all. */
static void say_empty(const struct client *client, const char *command) {
    if (!client->arguments.json) {
        printf("%s: no message, since mailq says that the queue is empty\n", command);
        return;
    }
    cJSON *document = json_document(command);
    for (size_t i = 0; i < client->readings.count; i++) {
        cJSON *object = json_add_gateway(document, client->readings.items[i].gateway->name, NULL);
        need(cJSON_AddNumberToObject(object, "counted", 0));
        need(cJSON_AddArrayToObject(object, "actions"));
        need(cJSON_AddArrayToObject(object, "results"));
    }
    json_print(document);
}

/* One action on each gateway, one after the other. */
static int act_on_all(struct client *client, const struct id_list *ids, int terminal) {
    const struct arguments *arguments = &client->arguments;
    cJSON *document = arguments->json ? json_document(arguments->command->name) : NULL;
    int status = EXIT_DONE;
    size_t unreachable = 0;
    bool halted = false;
    /* Messages are shown before; of those that have expired the number is needed in any case. */
    bool blind = arguments->yes && !arguments->dry_run &&
                 command_by_name(arguments->command->name) != COMMAND_EXPIRE;
    readings_fetch(&client->readings,
                   TABLE_BIT(TABLE_SUMMARY) | TABLE_BIT(TABLE_DELIVERY) |
                       (blind ? 0
                              : TABLE_BIT(TABLE_LISTING) | TABLE_BIT(TABLE_MESSAGES) |
                                    TABLE_BIT(TABLE_RECIPIENTS)));
    for (size_t i = 0; i < client->readings.count; i++) {
        struct act act = {.client = client,
                          .reading = &client->readings.items[i],
                          .command = command_by_name(arguments->command->name),
                          .ids = ids,
                          .criteria = arguments->criteria,
                          .owner = act_owner(client),
                          .terminal = terminal,
                          .counted = -1,
                          .guard = -1};
        if (halted) {
            leave_out(&act, document);
        } else {
            act_on(&act, document);
            halted = act.halted || stop_requested();
        }
        unreachable += act.status == EXIT_UNREACHABLE;
        status = act.status != EXIT_DONE ? EXIT_NOT_DONE : status;
        act_deinit(&act);
    }
    if (document != NULL) {
        json_print(document);
    } else {
        readings_suggest(&client->readings);
    }
    return unreachable == client->readings.count ? EXIT_UNREACHABLE : status;
}

int run_act(struct client *client) {
    const struct arguments *arguments = &client->arguments;
    const struct command *command = command_row(command_by_name(arguments->command->name));
    struct id_list ids = {.ids = NULL};
    int terminal = ask_open();
    int status = act_read_ids(client, &ids);
    if (status == EXIT_DONE && ids.count == 0 && ids.empty_mailq) {
        say_empty(client, command->name);
    } else if (status == EXIT_DONE) {
        status = check_choice(client, &ids, command);
        if (status == EXIT_DONE && !arguments->yes && !arguments->dry_run && terminal < 0) {
            status = usage_error(arguments, "there is no terminal to ask on: add -y");
        }
        if (status == EXIT_DONE) {
            status = act_on_all(client, &ids, terminal);
        }
    }
    if (terminal >= 0) {
        close(terminal);
    }
    id_list_deinit(&ids);
    return status;
}

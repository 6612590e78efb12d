/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads the command line, opens the gateways and runs the command. A reading command asks all
 * gateways at once and then prints them in the order of -H.
 */
#include "client/run.h"
#include "client/commands.h"
#include "client/criteria.h"
#include "client/events.h"
#include "client/json.h"
#include "os/confine.h"
#include "os/confine_files.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BASE_OID ".1.3.6.1.4.1.8072.9999.9999.2525"

/* The tables of the command; messages as the criteria choose them. */
static void add_tables(struct client *client, struct reading *reading, cJSON *object) {
    const struct arguments *arguments = &client->arguments;
    uint32_t tables = arguments->command->tables | TABLE_BIT(TABLE_AGENT);
    size_t *rows = NULL;
    size_t count = 0;
    if ((tables & TABLE_BIT(TABLE_MESSAGES)) != 0) {
        count = criteria_select(&arguments->criteria, reading, &rows);
        if (arguments->limit >= 0 && (size_t)arguments->limit < count) {
            count = (size_t)arguments->limit;
        }
    }
    for (unsigned t = 0; t < TABLE_COUNT; t++) {
        if ((tables & TABLE_BIT(t)) != 0) {
            bool chosen = t == TABLE_MESSAGES;
            json_add_table(object, reading, (enum table_id)t, chosen ? rows : NULL,
                           chosen ? count : 0);
        }
    }
    free(rows);
}

static int print_json(struct client *client) {
    cJSON *document = json_document(client->arguments.command->name);
    size_t failed = 0;
    for (size_t i = 0; i < client->readings.count; i++) {
        struct reading *reading = &client->readings.items[i];
        bool there = reading->problem[0] == '\0';
        cJSON *object =
            json_add_gateway(document, reading->gateway->name, there ? NULL : reading->problem);
        if (there) {
            add_tables(client, reading, object);
        }
        failed += !there;
    }
    json_print(document);
    return failed == 0                        ? EXIT_DONE
           : failed == client->readings.count ? EXIT_UNREACHABLE
                                              : EXIT_NOT_DONE;
}

/* Prints one gateway; its name stands above where there are several. */
static int print_one(struct client *client, struct reading *reading, bool first) {
    if (client->readings.count > 1) {
        if (!first) {
            screen_end_line();
        }
        screen_styled(&client->screen, STYLE_BOLD, reading->gateway->name);
        screen_end_line();
    }
    fflush(stdout);
    if (reading->problem[0] != '\0') {
        reading_complain(reading, "%s", reading->problem);
        return EXIT_UNREACHABLE;
    }
    return client->arguments.command->show(client, reading);
}

static int print_text(struct client *client) {
    size_t unreachable = 0;
    int status = EXIT_DONE;
    for (size_t i = 0; i < client->readings.count; i++) {
        int one = print_one(client, &client->readings.items[i], i == 0);
        unreachable += one == EXIT_UNREACHABLE;
        status = one != EXIT_DONE ? EXIT_NOT_DONE : status;
    }
    readings_suggest(&client->readings);
    return unreachable == client->readings.count ? EXIT_UNREACHABLE : status;
}

/* Recipients may be many: a list needs them for JSON, and for criteria that are about them. */
static uint32_t tables_needed(const struct arguments *arguments) {
    uint32_t tables = arguments->command->tables;
    bool list = strcmp(arguments->command->name, "list") == 0;
    return list && !arguments->json && !criteria_need_recipients(&arguments->criteria)
               ? tables & ~TABLE_BIT(TABLE_RECIPIENTS)
               : tables;
}

static int run_reading(struct client *client) {
    const struct arguments *arguments = &client->arguments;
    readings_fetch(&client->readings, tables_needed(arguments));
    int status = arguments->json && !arguments->follow ? print_json(client) : print_text(client);
    if (arguments->follow && status != EXIT_UNREACHABLE) {
        events_follow(client);
    }
    return status;
}

/* The status for a wrong command line: to a monitoring system 2 means critical, so that for check
 * it is unknown. argv, of argc words, is looked through for the command if that is not known yet.
 */
static int usage_status(const struct arguments *arguments, int argc, char **argv) {
    bool check = arguments->command != NULL && strcmp(arguments->command->name, "check") == 0;
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        check = check || strcmp(argv[i], "check") == 0;
    }
    return check ? EXIT_UNREACHABLE : EXIT_USAGE;
}

/* What comes from the network is read by a process that can neither run a program nor change a
 * file. top runs this program for what is done, and it would inherit the confinement. A kernel that
 * has none of it changes nothing. */
static void give_up_the_rest(const struct arguments *arguments) {
    if (strcmp(arguments->command->name, "top") != 0) {
        confine_files();
        confine(true);
    }
}

static int run_command(struct client *client) {
    const struct arguments *arguments = &client->arguments;
    const char *base = arguments->base_oid != NULL ? arguments->base_oid : BASE_OID;
    if (!snmp_setup_init(&client->readings.setup, arguments->snmp, arguments->snmp_count)) {
        usage_error(arguments, "the SNMP options are wrong, or none say which user");
        return usage_status(arguments, 0, NULL);
    }
    if (client->readings.setup.defaults.version == SNMP_VERSION_3 &&
        snmp_setup_user(&client->readings.setup)[0] == '\0') {
        usage_error(arguments, "no SNMP user is given; ~/.snmp/snmp.conf has one, as FILES in "
                               "hmq(1) shows, or -u after --");
        return usage_status(arguments, 0, NULL);
    }
    give_up_the_rest(arguments);
    client->readings.setup.context = arguments->context;
    readings_set_base(&client->readings, base);
    readings_open(&client->readings, (char **)(uintptr_t)arguments->hosts, arguments->host_count);
    bool reads = arguments->command->show != NULL &&
                 (arguments->command->run == NULL || arguments->word_count == 0);
    int status = reads ? run_reading(client) : arguments->command->run(client);
    readings_close(&client->readings);
    return status;
}

int hmq_run(int argc, char **argv) {
    static struct client client;
    int status;
    signal(SIGPIPE, SIG_IGN);
    if (!arguments_read(&client.arguments, argc, argv)) {
        status = usage_status(&client.arguments, argc, argv);
    } else {
        screen_init(&client.screen, client.arguments.whole);
        if (client.arguments.help) {
            print_help(client.arguments.command);
            status = EXIT_DONE;
        } else if (client.arguments.version) {
            puts("hmq " HMQ_VERSION);
            status = EXIT_DONE;
        } else {
            status = run_command(&client);
        }
    }
    arguments_deinit(&client.arguments);
    if (fflush(stdout) != 0 && status == EXIT_DONE) {
        status = EXIT_NOT_DONE;
    }
    return status;
}

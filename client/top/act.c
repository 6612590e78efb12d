/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An action is begun by the words of its command, as they could be typed: what a row stands for
 * becomes a criterion whose wildcards are escaped. What is marked is given by ID.
 */
#include "client/top/act.h"
#include "client/format.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The options that an action takes over from the command line of the screen. */
static void add_action_options(struct model *model, struct child_words *words) {
    const struct arguments *arguments = &model->client->arguments;
    if (arguments->owner != NULL) {
        child_add(words, "--owner");
        child_add(words, arguments->owner);
    }
    if (arguments->comment != NULL) {
        child_add(words, "--comment");
        child_add(words, arguments->comment);
    }
}

/* Empties it; follows: so that the end is to be seen. */
static void open_console(struct model *model, bool follows) {
    console_deinit(&model->console);
    model->console_top = 0;
    model->console_follows = follows;
    model->search[0] = '\0';
    model->mode = MODE_CONSOLE;
    model->changed = true;
}

static void start(struct model *model, struct child_words *words, const struct marks *ids,
                  bool asks) {
    child_end(words, &model->client->arguments);
    if (model->child.pid != 0) {
        model_say(model, "another command is still running");
        return;
    }
    open_console(model, asks);
    model->asks = asks;
    child_text(words, model->console_title, sizeof model->console_title);
    if (!child_start(&model->child, words, ids, model->columns, model->page + 1)) {
        model->mode = MODE_TABLE;
        model_say(model, "it cannot be started: %s", strerror(errno));
    }
}

static const char *key_text(struct model *model, const struct record *record) {
    const struct cell *cell = &record->cells[tab_of(model->tab)->key];
    return cell->known && cell->text != NULL ? cell->text : NULL;
}

/* Adds the criterion that a row stands for. Returns false if it has none, having said so. */
static bool add_choice(struct model *model, struct child_words *words,
                       const struct record *record) {
    static const struct {
        enum tab_choice choice;
        const char *option, *prefix;
    } options[] = {{CHOICE_SENDER, "--sender", ""}, {CHOICE_DOMAIN, "--recipient", "*@"}};
    enum tab_choice choice = tab_of(model->tab)->choice;
    const char *text = key_text(model, record);
    if (text == NULL || (text[0] == '\0' && choice != CHOICE_SENDER)) {
        model_say(model, "what this row stands for is unknown");
        return false;
    }
    if (choice == CHOICE_ID) {
        child_add(words, text);
        return true;
    }
    if (choice == CHOICE_REASON) {
        child_add(words, "--reason");
        child_add(words, text);
        return true;
    }
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        if (options[i].choice == choice) {
            child_add(words, options[i].option);
            return child_add_pattern(words, options[i].prefix, text[0] != '\0' ? text : "<>");
        }
    }
    model_say(model, "there is nothing to act on here: messages, senders, domains and reasons are");
    return false;
}

void act_on_choice(struct model *model, enum action_command command) {
    struct child_words words;
    const struct record *record = model_cursor(model);
    bool marked = model->tab == TAB_MESSAGES && model->marks.count > 0;
    child_begin(&words, &model->client->arguments, model_pulse(model)->reading->gateway->name,
                action_command_name(command));
    if (!marked && record == NULL) {
        model_say(model, "there is no row to act on");
        return;
    }
    if (marked) {
        child_add(&words, "-");
    } else if (!add_choice(model, &words, record)) {
        return;
    }
    add_action_options(model, &words);
    start(model, &words, marked ? &model->marks : NULL, true);
}

static void show_message(struct model *model, const struct record *record, const char *command) {
    struct child_words words;
    const char *id = key_text(model, record);
    if (id == NULL) {
        return;
    }
    child_begin(&words, &model->client->arguments, model_pulse(model)->reading->gateway->name,
                command);
    child_add(&words, id);
    if (model->client->arguments.owner != NULL && strcmp(command, "view") == 0) {
        child_add(&words, "--owner");
        child_add(&words, model->client->arguments.owner);
    }
    start(model, &words, NULL, false);
}

static void print_line(struct console *console, const char *title, const char *text) {
    char line[GRID_TEXT_SIZE + 64];
    int len = snprintf(line, sizeof line, "%-16s %s\r\n", title, text);
    console_take(console, line, len < (int)sizeof line ? (size_t)len : sizeof line - 1);
}

/* All that is known of a record. */
static void show_record(struct model *model, const struct record *record) {
    const struct table *table = table_of(tab_of(model->tab)->table);
    const struct grid grid = table_grid(tab_of(model->tab)->table);
    open_console(model, false);
    snprintf(model->console_title, sizeof model->console_title, "%s", tab_of(model->tab)->title);
    for (unsigned f = 0; f < table->count; f++) {
        char buffer[GRID_TEXT_SIZE];
        char value[FORMAT_SIZE];
        const char *text = grid.text != NULL ? grid.text(record, f, buffer) : NULL;
        if (record->cells[f].known) {
            print_line(&model->console, table->fields[f].title,
                       text != NULL ? text
                                    : format_cell(&table->fields[f], &record->cells[f], value));
        }
    }
}

/* The messages of a sender and so on: those that have its text in a column. */
static void show_messages_of(struct model *model, const struct record *record) {
    char text[FILTER_SIZE];
    const char *key = key_text(model, record);
    if (key == NULL) {
        return;
    }
    snprintf(text, sizeof text, "%s", key[0] != '\0' ? key : "<>");
    model_show_tab(model, TAB_MESSAGES);
    model_filter(model, text);
}

void act_read_row(struct model *model) {
    const struct record *record = model_cursor(model);
    enum tab_choice choice = tab_of(model->tab)->choice;
    if (record == NULL) {
        model_say(model, "there is no row to read");
    } else if (choice == CHOICE_ID) {
        show_message(model, record, "show");
    } else if (choice == CHOICE_SENDER || choice == CHOICE_DOMAIN) {
        show_messages_of(model, record);
    } else {
        show_record(model, record);
    }
}

void act_view_message(struct model *model) {
    const struct record *record = model_cursor(model);
    if (model->tab != TAB_MESSAGES) {
        model_say(model, "only a message can be viewed");
    } else if (record != NULL) {
        show_message(model, record, "view");
    }
}

void act_take_output(struct model *model) {
    char buffer[16384];
    if (model->child.pid == 0) {
        return;
    }
    size_t got = child_read(&model->child, buffer, sizeof buffer);
    if (got > 0) {
        console_take(&model->console, buffer, got);
        model->changed = true;
    }
    if (model->child.pid == 0) {
        /* What it has done is to be seen. */
        gateways_refresh(&model->gateways);
        model->changed = true;
    }
}

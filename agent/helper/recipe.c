/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table of programs with their fixed options, and how a request completes them. An argument
 * that comes from a request has been checked by request_valid before it gets here.
 */
#include "helper/recipe.h"

#include "core/permission.h"
#include "core/postfix_settings.h"

#include <errno.h>
#include <stdio.h>

static void push(void *userdata, const char *word) {
    struct argument_vector *vector = userdata;
    if (vector->count < VECTOR_WORDS_MAX) {
        vector->words[vector->count++] = word;
        vector->words[vector->count] = NULL;
    }
}

static void push_parameters(const struct request *request, struct argument_vector *vector) {
    (void)request;
    for (size_t i = 0; postfix_parameter_names[i] != NULL; i++) {
        push(vector, postfix_parameter_names[i]);
    }
}

static void push_main_cf(const struct request *request, struct argument_vector *vector) {
    (void)request;
    for (int p = PARAMETER_MAIL_VERSION + 1; p < PARAMETER_COUNT; p++) {
        push(vector, postfix_parameter_names[p]);
    }
}

static void push_setting(const struct request *request, struct argument_vector *vector) {
    const char *name = postfix_parameter_names[request->parameter];
    if ((request->flags & PARAMETER_REMOVE) != 0) {
        push(vector, "-X");
        push(vector, name);
        return;
    }
    snprintf(vector->setting, sizeof vector->setting, "%s=%s", name, request->value);
    push(vector, "-e");
    push(vector, vector->setting);
}

static void push_action(const struct request *request, struct argument_vector *vector) {
    push(vector, command_row((enum action_command)request->command)->option);
    push(vector, "-");
}

static void push_flush(const struct request *request, struct argument_vector *vector) {
    if (request->id_count == 0) {
        push(vector, "-f");
        return;
    }
    push(vector, "-i");
    push(vector, request->ids[0]);
}

static void push_id(const struct request *request, struct argument_vector *vector) {
    push(vector, request->ids[0]);
}

static const struct recipe recipes[] = {
    {REQUEST_LIST, "postqueue", "-j", NULL, ERRORS_LAST_LINE, false},
    {REQUEST_SELECT, "postqueue", "-j", NULL, ERRORS_LAST_LINE, false},
    {REQUEST_SETTINGS, "postconf", "-xh", push_parameters, ERRORS_LAST_LINE, false},
    {REQUEST_ACTION, "postsuper", NULL, push_action, ERRORS_OUTPUT, false},
    {REQUEST_FLUSH, "postqueue", NULL, push_flush, ERRORS_LAST_LINE, false},
    {REQUEST_VIEW, "postcat", "-q", push_id, ERRORS_LAST_LINE, false},
    {REQUEST_MAIN_CF, "postconf", "-n", push_main_cf, ERRORS_LAST_LINE, false},
    {REQUEST_SET_PARAMETER, "postconf", NULL, push_setting, ERRORS_LAST_LINE, false},
    {REQUEST_RELOAD, "postfix", "reload", NULL, ERRORS_REPORT, true},
};

const struct recipe *recipe_find(uint32_t type) {
    for (size_t i = 0; i < sizeof recipes / sizeof recipes[0]; i++) {
        if (recipes[i].type == type) {
            return &recipes[i];
        }
    }
    return NULL;
}

static void begin_vector(const struct config *config, const char *program, uint64_t timeout_usec,
                         struct argument_vector *vector) {
    *vector = (struct argument_vector){.count = 0};
    if (container_used(config)) {
        container_words(config, timeout_usec, vector->seconds, push, vector);
    }
    push(vector, program);
    push(vector, "-c");
    push(vector, config->postfix_config_directory);
}

bool recipe_vector(const struct config *config, const struct request *request,
                   uint64_t timeout_usec, struct argument_vector *vector) {
    const struct recipe *recipe = recipe_find(request->type);
    if (recipe == NULL) {
        return false;
    }
    begin_vector(config, recipe->program, timeout_usec, vector);
    if (recipe->option != NULL) {
        push(vector, recipe->option);
    }
    if (recipe->complete != NULL) {
        recipe->complete(request, vector);
    }
    return true;
}

void recipe_vector_postconf(const struct config *config, const char *parameter,
                            uint64_t timeout_usec, struct argument_vector *vector) {
    begin_vector(config, "postconf", timeout_usec, vector);
    push(vector, "-xh");
    push(vector, parameter);
}

/* The word of allow_settings that a parameter needs. */
static enum setting_kind kind_of(enum postfix_parameter parameter) {
    switch (parameter) {
    case PARAMETER_BOUNCE_LIFETIME:
    case PARAMETER_MAXIMAL_LIFETIME:
        return SETTING_LIFETIMES;
    case PARAMETER_DEFER_TRANSPORTS:
        return SETTING_PAUSE;
    case PARAMETER_MAIL_VERSION:
    case PARAMETER_COUNT:
        break;
    }
    return SETTING_LIFETIMES; /* no valid request has it */
}

/* The operation of a request, which the configuration may forbid. */
static struct operation operation_of(const struct request *request) {
    struct operation operation = {.command = (enum action_command)request->command};
    for (uint32_t value = 1; operation.command == 0 && value < COMMAND_END; value++) {
        if (command_row((enum action_command)value)->request == request->type) {
            operation.command = (enum action_command)value;
        }
    }
    if (request->type == REQUEST_SET_PARAMETER || request->type == REQUEST_RELOAD) {
        operation.setting = kind_of((enum postfix_parameter)request->parameter);
    }
    return operation;
}

int recipe_allowed(const struct config *config, const struct request *request, char *error,
                   size_t size) {
    struct operation operation = operation_of(request);
    if (permission_given(config, operation)) {
        return 0;
    }
    const char *word = permission_word(operation);
    snprintf(error, size, "%s %s%s", permission_key(operation),
             word[0] != '\0' ? "does not name " : "is no", word);
    return EPERM;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The argument vector of every request, word by word: here and in a container; and what the
 * configuration refuses.
 */
#include "helper/recipe.h"

#include "core/command.h"

#include <errno.h>

#include "config_text.h"
#include "unit.h"

#define ID "3F25A01B2C"
#define LONG_ID "4c7BvQ0jLmz3Q"

static const struct {
    const char *name;
    struct request request;
    const char *words; /* NULL = runs no command */
} vectors[] = {
    {"scan", {.type = REQUEST_SCAN}, NULL},
    {"cancel", {.type = REQUEST_CANCEL}, NULL},
    {"mtime", {.type = REQUEST_MTIME, .id_count = 1, .ids = {ID}}, NULL},
    {"list", {.type = REQUEST_LIST}, "[postqueue][-c][/etc/pf][-j]"},
    {"select", {.type = REQUEST_SELECT}, "[postqueue][-c][/etc/pf][-j]"},
    {"settings",
     {.type = REQUEST_SETTINGS},
     "[postconf][-c][/etc/pf][-xh][mail_version][bounce_queue_lifetime][maximal_queue_lifetime]"
     "[defer_transports]"},
    {"hold",
     {.type = REQUEST_ACTION, .command = COMMAND_HOLD, .id_count = 2, .ids = {ID, LONG_ID}},
     "[postsuper][-c][/etc/pf][-h][-]"},
    {"unhold",
     {.type = REQUEST_ACTION, .command = COMMAND_UNHOLD, .id_count = 1, .ids = {ID}},
     "[postsuper][-c][/etc/pf][-H][-]"},
    {"requeue",
     {.type = REQUEST_ACTION, .command = COMMAND_REQUEUE, .id_count = 1, .ids = {ID}},
     "[postsuper][-c][/etc/pf][-r][-]"},
    {"delete",
     {.type = REQUEST_ACTION, .command = COMMAND_DELETE, .id_count = 1, .ids = {ID}},
     "[postsuper][-c][/etc/pf][-d][-]"},
    {"expire",
     {.type = REQUEST_ACTION, .command = COMMAND_EXPIRE, .id_count = 1, .ids = {ID}},
     "[postsuper][-c][/etc/pf][-e][-]"},
    {"flush", {.type = REQUEST_FLUSH}, "[postqueue][-c][/etc/pf][-f]"},
    {"flush one",
     {.type = REQUEST_FLUSH, .id_count = 1, .ids = {LONG_ID}},
     "[postqueue][-c][/etc/pf][-i][" LONG_ID "]"},
    {"view",
     {.type = REQUEST_VIEW, .id_count = 1, .ids = {ID}},
     "[postcat][-c][/etc/pf][-q][" ID "]"},
    {"main.cf",
     {.type = REQUEST_MAIN_CF},
     "[postconf][-c][/etc/pf][-n][bounce_queue_lifetime][maximal_queue_lifetime]"
     "[defer_transports]"},
    {"set",
     {.type = REQUEST_SET_PARAMETER, .parameter = PARAMETER_BOUNCE_LIFETIME, .value = "5d"},
     "[postconf][-c][/etc/pf][-e][bounce_queue_lifetime=5d]"},
    {"set the other",
     {.type = REQUEST_SET_PARAMETER,
      .parameter = PARAMETER_MAXIMAL_LIFETIME,
      .value = "00000008640000s"},
     "[postconf][-c][/etc/pf][-e][maximal_queue_lifetime=00000008640000s]"},
    {"remove",
     {.type = REQUEST_SET_PARAMETER,
      .flags = PARAMETER_REMOVE,
      .parameter = PARAMETER_MAXIMAL_LIFETIME},
     "[postconf][-c][/etc/pf][-X][maximal_queue_lifetime]"},
    {"set a list",
     {.type = REQUEST_SET_PARAMETER,
      .parameter = PARAMETER_DEFER_TRANSPORTS,
      .value = "smtp relay"},
     "[postconf][-c][/etc/pf][-e][defer_transports=smtp relay]"},
    {"set to nothing",
     {.type = REQUEST_SET_PARAMETER, .parameter = PARAMETER_DEFER_TRANSPORTS},
     "[postconf][-c][/etc/pf][-e][defer_transports=]"},
    {"reload", {.type = REQUEST_RELOAD}, "[postfix][-c][/etc/pf][reload]"},
};

static void check_vectors(const char *text, const char *front) {
    struct config *config = good_config(front, text);
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct argument_vector vector;
        char words[1024];
        char expected[1024];
        size_t len = (size_t)snprintf(words, sizeof words, "%s", "");
        bool runs =
            recipe_vector(config, &vectors[i].request, config->command_timeout_usec, &vector);
        CHECK_INT(vectors[i].name, runs, vectors[i].words != NULL);
        if (!runs) {
            continue;
        }
        for (size_t word = 0; word < vector.count; word++) {
            len += (size_t)snprintf(words + len, sizeof words - len, "[%s]", vector.words[word]);
        }
        snprintf(expected, sizeof expected, "%s%s", front, vectors[i].words);
        CHECK_STRING(vectors[i].name, words, expected);
        CHECK(vectors[i].name, vector.words[vector.count] == NULL);
    }
    config_free(config);
}

static void test_vectors(void **state) {
    (void)state;
    check_vectors("postfix_config_directory = /etc/pf\n", "");
    check_vectors("postfix_config_directory = /etc/pf\ncontainer = mx\ncommand_timeout = 7s\n",
                  "[docker][exec][-i][mx][timeout][-k][2][7]");
    check_vectors(
        "postfix_config_directory = /etc/pf\ncontainer = mx\n"
        "container_command = docker b c d e f g h i j k l m n o p\n",
        "[docker][b][c][d][e][f][g][h][i][j][k][l][m][n][o][p][exec][-i][mx][timeout][-k][2]"
        "[30]");
}

static const struct {
    const char *name;
    const char *config;
    struct request request;
    int result;
    const char *error;
} permissions[] = {
    {"by default", "", {.type = REQUEST_ACTION, .command = COMMAND_DELETE}, 0, ""},
    {"flush by default", "", {.type = REQUEST_FLUSH}, 0, ""},
    {"no view by default", "", {.type = REQUEST_VIEW}, EPERM, "allow_view is no"},
    {"view", "allow_view = yes\n", {.type = REQUEST_VIEW}, 0, ""},
    {"another one only",
     "allow_actions = hold unhold\n",
     {.type = REQUEST_ACTION, .command = COMMAND_DELETE},
     EPERM,
     "allow_actions does not name delete"},
    {"this one only",
     "allow_actions = expire\n",
     {.type = REQUEST_ACTION, .command = COMMAND_EXPIRE},
     0,
     ""},
    {"no flush",
     "allow_actions = hold\n",
     {.type = REQUEST_FLUSH},
     EPERM,
     "allow_actions does not name flush"},
    {"no flush of one",
     "allow_actions = hold\n",
     {.type = REQUEST_FLUSH, .id_count = 1},
     EPERM,
     "allow_actions does not name flush"},
    {"monitoring is no action", "allow_actions = hold\n", {.type = REQUEST_LIST}, 0, ""},
    {"nor is a setting", "allow_actions =\n", {.type = REQUEST_SET_PARAMETER}, 0, ""},
    {"a lifetime that may not be set",
     "allow_settings = thresholds pause\n",
     {.type = REQUEST_SET_PARAMETER},
     EPERM,
     "allow_settings does not name lifetimes"},
    {"a reload for it",
     "allow_settings =\n",
     {.type = REQUEST_RELOAD},
     EPERM,
     "allow_settings does not name lifetimes"},
    {"a pause that may not be set",
     "allow_settings = lifetimes thresholds\n",
     {.type = REQUEST_SET_PARAMETER, .parameter = PARAMETER_DEFER_TRANSPORTS, .value = "smtp"},
     EPERM,
     "allow_settings does not name pause"},
    {"a pause only",
     "allow_settings = pause\n",
     {.type = REQUEST_SET_PARAMETER, .parameter = PARAMETER_DEFER_TRANSPORTS, .value = "smtp"},
     0,
     ""},
    {"a reload for a pause",
     "allow_settings = pause\n",
     {.type = REQUEST_RELOAD, .parameter = PARAMETER_DEFER_TRANSPORTS},
     0,
     ""},
    {"a lifetime, where only a pause may be set",
     "allow_settings = pause\n",
     {.type = REQUEST_RELOAD, .parameter = PARAMETER_MAXIMAL_LIFETIME},
     EPERM,
     "allow_settings does not name lifetimes"},
    {"main.cf may be read", "allow_settings =\n", {.type = REQUEST_MAIN_CF}, 0, ""},
};

static void test_permissions(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(permissions); i++) {
        char error[128] = "";
        struct config *config = good_config(permissions[i].name, permissions[i].config);
        CHECK_INT(permissions[i].name,
                  recipe_allowed(config, &permissions[i].request, error, sizeof error),
                  permissions[i].result);
        CHECK_STRING(permissions[i].name, error, permissions[i].error);
        config_free(config);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_permissions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the configuration allows a manager to do, and by which of its keys.
 */
#include "core/permission.h"

#include "config_text.h"
#include "unit.h"

static const struct {
    const char *name;
    const char *config;
    struct operation operation;
    bool given;
    const char *key, *word;
} cases[] = {
    {"hold by default", "", {.command = COMMAND_HOLD}, true, "allow_actions", "hold"},
    {"count by default", "", {.command = COMMAND_COUNT}, true, "allow_actions", "count"},
    {"a command that is named",
     "allow_actions = flush\n",
     {.command = COMMAND_FLUSH},
     true,
     "allow_actions",
     "flush"},
    {"a command that is not",
     "allow_actions = flush\n",
     {.command = COMMAND_DELETE},
     false,
     "allow_actions",
     "delete"},
    {"none is named",
     "allow_actions =\n",
     {.command = COMMAND_COUNT},
     false,
     "allow_actions",
     "count"},
    {"view by default", "", {.command = COMMAND_VIEW}, false, "allow_view", ""},
    {"view",
     "allow_view = yes\nallow_actions =\n",
     {.command = COMMAND_VIEW},
     true,
     "allow_view",
     ""},
    {"lifetimes by default",
     "",
     {.setting = SETTING_LIFETIMES},
     true,
     "allow_settings",
     "lifetimes"},
    {"a setting that is named",
     "allow_settings = pause\n",
     {.setting = SETTING_PAUSE},
     true,
     "allow_settings",
     "pause"},
    {"a setting that is not",
     "allow_settings = pause\n",
     {.setting = SETTING_THRESHOLDS},
     false,
     "allow_settings",
     "thresholds"},
};

static void test_cases(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *name = cases[i].name;
        struct config *config = good_config(name, cases[i].config);
        CHECK_INT(name, permission_given(config, cases[i].operation), cases[i].given);
        CHECK_STRING(name, permission_key(cases[i].operation), cases[i].key);
        CHECK_STRING(name, permission_word(cases[i].operation), cases[i].word);
        config_free(config);
    }
}

static void test_reading(void **state) {
    (void)state;
    struct config *config = good_config("nothing allowed", "allow_actions =\nallow_settings =\n");
    assert_true(permission_given(config, (struct operation){.command = (enum action_command)0}));
    config_free(config);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_reading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The blocks webhook.NAME and script.NAME: members, defaults, and what is refused.
 */
#include "core/config_keys.h"

#include "core/event_type.h"

#include "config_text.h"

#define URL "webhook.a.url = http://x/\n"
#define URL_B "webhook.b.url = http://y/\n"
#define PATH "script.a.path = /x\n"
#define NAME32 "abcdefghijklmnopqrstuvwxyz012345"
#define BEFORE CONFIG_TEXT_PATH ":"

static const struct {
    const char *name;
    const char *text;
    const char *printed; /* the end of the printed configuration, which the hooks are */
} good[] = {
    {"a webhook", URL, URL "webhook.a.timeout = 10s\n"},
    {"a script", PATH, PATH "script.a.timeout = 10s\n"},
    {"https", "webhook.a.url = https://h:1/p?q=1#f\n",
     "webhook.a.url = https://h:1/p?q=1#f\nwebhook.a.timeout = 10s\n"},
    {"the target last", "webhook.a.format = alertmanager\n" URL,
     URL "webhook.a.format = alertmanager\nwebhook.a.timeout = 10s\n"
         "webhook.a.repeat = 60s\n"},
    {"repeated more often", "webhook.a.repeat = 1s\n" URL "webhook.a.format = alertmanager\n",
     URL "webhook.a.format = alertmanager\nwebhook.a.timeout = 10s\n"
         "webhook.a.repeat = 1s\n"},
    {"never repeated", "webhook.a.repeat = 0\n" URL "webhook.a.format = alertmanager\n",
     URL "webhook.a.format = alertmanager\nwebhook.a.timeout = 10s\n"
         "webhook.a.repeat = 0s\n"},
    {"PagerDuty", URL "webhook.a.format = pagerduty\nwebhook.a.secret_file = /k\n",
     URL "webhook.a.secret_file = /k\nwebhook.a.format = pagerduty\n"
         "webhook.a.timeout = 10s\n"},
    {"ntfy", "webhook.a.url = https://h/topic\nwebhook.a.format = ntfy\n",
     "webhook.a.url = https://h/topic\nwebhook.a.format = ntfy\nwebhook.a.timeout = 10s\n"},
    {"headers", URL "webhook.a.header_file = /h\nwebhook.a.format = discord\n",
     URL "webhook.a.header_file = /h\nwebhook.a.format = discord\n"
         "webhook.a.timeout = 10s\n"},
    {"one name for both kinds", URL PATH,
     URL "webhook.a.timeout = 10s\n" PATH "script.a.timeout = 10s\n"},
    {"blocks mixed", URL "webhook.b.url = http://y/\nwebhook.a.timeout = 1ms\n",
     URL "webhook.a.timeout = 1ms\nwebhook.b.url = http://y/\nwebhook.b.timeout = 10s\n"},
    {"a name that begins another", "webhook.ab.url = http://y/\n" URL,
     "webhook.ab.url = http://y/\nwebhook.ab.timeout = 10s\n" URL "webhook.a.timeout = 10s\n"},
    {"the longest name", "script." NAME32 ".path = /x\n",
     "script." NAME32 ".path = /x\nscript." NAME32 ".timeout = 10s\n"},
    {"all kinds of characters in a name", "script.A-b_9.path = /x\n",
     "script.A-b_9.path = /x\nscript.A-b_9.timeout = 10s\n"},
    {"the longest timeout", PATH "script.a.timeout = 1h\n", PATH "script.a.timeout = 3600s\n"},
    {"events", PATH "script.a.events = hmqOverloadRaised  hmqAgentStarted\n",
     PATH "script.a.events = hmqOverloadRaised  hmqAgentStarted\nscript.a.timeout = 10s\n"},
};

static void test_good(void **state) {
    (void)state;
    struct config *defaults = good_config("defaults", "");
    char *before = printed_config(defaults);
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct config *config = good_config(good[i].name, good[i].text);
        char *printed = printed_config(config);
        CHECK_STRING(good[i].name, printed + strlen(before), good[i].printed);
        struct config *again = good_config(good[i].name, printed);
        CHECK(good[i].name, config_restart_needed(config, again) == NULL);
        config_free(again);
        free(printed);
        config_free(config);
    }
    free(before);
    config_free(defaults);
}

static const struct {
    const char *name;
    const char *text;
    const char *error;
} bad[] = {
    {"no url", "\nwebhook.a.format = json\n", "2: webhook.a has no url"},
    {"no path", "script.a.events = all\n", "1: script.a has no path"},
    {"the second has none", URL "webhook.b.format = json\n", "2: webhook.b has no url"},
    {"no name", "webhook.url = http://x/\n", "1: webhook.url: unknown key"},
    {"an empty name", "webhook..url = http://x/\n", "1: webhook..url: unknown key"},
    {"a long name", "webhook." NAME32 "6.url = http://x/\n",
     "1: webhook." NAME32 "6.url: unknown key"},
    {"a name with a blank", "webhook.a b.url = http://x/\n", "1: webhook.a b.url: unknown key"},
    {"a name with a dot", "webhook.a.b.url = http://x/\n", "1: webhook.a.b.url: unknown key"},
    {"no member", "webhook.a = http://x/\n", "1: webhook.a: unknown key"},
    {"an empty member", "webhook.a. = http://x/\n", "1: webhook.a.: unknown key"},
    {"an unknown member", "webhook.a.uri = http://x/\n", "1: webhook.a.uri: unknown key"},
    {"a script's member", "webhook.a.path = /x\n", "1: webhook.a.path: unknown key"},
    {"a webhook's member", "script.a.url = http://x/\n", "1: script.a.url: unknown key"},
    {"a webhook's format", "script.a.format = json\n", "1: script.a.format: unknown key"},
    {"another kind", "mail.a.url = http://x/\n", "1: mail.a.url: unknown key"},
    {"another scheme", "webhook.a.url = ftp://x/\n",
     "1: webhook.a.url: \"ftp://x/\" is not an http:// or https:// URL"},
    {"no scheme", "webhook.a.url = x\n",
     "1: webhook.a.url: \"x\" is not an http:// or https:// URL"},
    {"a relative path", "script.a.path = x\n", "1: script.a.path: \"x\" is not an absolute path"},
    {"a relative secret", "webhook.a.secret_file = x\n",
     "1: webhook.a.secret_file: \"x\" is not an absolute path"},
    {"relative headers", "webhook.a.header_file = x\n",
     "1: webhook.a.header_file: \"x\" is not an absolute path"},
    {"a script's headers", PATH "script.a.header_file = /x\n",
     "2: script.a.header_file: unknown key"},
    {"PagerDuty without a key", URL "webhook.a.format = pagerduty\n",
     "2: webhook.a has no secret_file; format = pagerduty reads the integration key from it"},
    {"ntfy without a topic", "webhook.a.format = ntfy\nwebhook.a.url = https://h/\n",
     "2: webhook.a.url: for format = ntfy it is the server and a topic, such as "
     "https://ntfy.example.com/mailqueue"},
    {"ntfy without a url", "\nwebhook.a.format = ntfy\n", "2: webhook.a has no url"},
    {"a relative certificate", "webhook.a.ca_file = x\n",
     "1: webhook.a.ca_file: \"x\" is not an absolute path"},
    {"an unknown format", "webhook.a.format = xml\n",
     "1: webhook.a.format: \"xml\" is not one of: json alertmanager slack pagerduty discord "
     "ntfy"},
    {"an unknown event", "script.a.events = all hmqNothing\n",
     "1: script.a.events: \"hmqNothing\" is neither all nor a notification such as "
     "hmqOverloadRaised"},
    {"no timeout", "script.a.timeout = 0\n",
     "1: script.a.timeout: \"0\" is not a duration from 1ms to 1h"},
    {"a long timeout", "script.a.timeout = 3601s\n",
     "1: script.a.timeout: \"3601s\" is not a duration from 1ms to 1h"},
    {"too often", URL "webhook.a.repeat = 10ms\n",
     "2: webhook.a.repeat: \"10ms\" is neither 0 nor a duration from 1s to 24h"},
    {"too seldom", URL "webhook.a.repeat = 25h\n",
     "2: webhook.a.repeat: \"25h\" is neither 0 nor a duration from 1s to 24h"},
    {"repeat twice", URL "webhook.a.repeat = 1m\nwebhook.a.repeat = 1m\n",
     "3: webhook.a.repeat: already set"},
    {"a script's repeat", PATH "script.a.repeat = 1m\n", "2: script.a.repeat: unknown key"},
    {"repeat for another format", URL "webhook.a.repeat = 1m\nwebhook.a.format = slack\n",
     "1: webhook.a.repeat applies only to format = alertmanager"},
    {"a repeated url", URL URL, "2: webhook.a.url: already set"},
    {"a repeated timeout", PATH "script.a.timeout = 10s\nscript.a.timeout = 10s\n",
     "3: script.a.timeout: already set"},
};

static void test_bad(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct config *config = NULL;
        char error[512] = "";
        CHECK_INT(bad[i].name, config_from(bad[i].text, strlen(bad[i].text), &config, error), -1);
        CHECK(bad[i].name, config == NULL);
        CHECK(bad[i].name, strncmp(error, BEFORE, sizeof BEFORE - 1) == 0);
        CHECK_STRING(bad[i].name, error + sizeof BEFORE - 1, bad[i].error);
    }
}

static void test_limit(void **state) {
    (void)state;
    char text[65 * 32] = "";
    size_t len = 0;
    for (int i = 0; i < 64; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len, "script.s%d.path = /x\n", i);
    }
    struct config *config = good_config("64 hooks", text);
    CHECK_INT("64 hooks", config->hook_count, CONFIG_HOOKS_MAX);
    CHECK_STRING("64 hooks", config->hooks[63].name, "s63");
    CHECK_INT("64 hooks", config->hooks[63].kind, HOOK_SCRIPT);
    CHECK_INT("64 hooks", config->hooks[63].line, 64);
    config_free(config);
    config = NULL;
    len += (size_t)snprintf(text + len, sizeof text - len, "script.s64.path = /x\n");
    char error[512] = "";
    CHECK_INT("65 hooks", config_from(text, len, &config, error), -1);
    CHECK_STRING("65 hooks", error,
                 BEFORE "65: script.s64.path: more than 64 webhooks and scripts");
}

/* Only what a clear resolves may open an incident, unless the events are named. */
static void test_events(void **state) {
    (void)state;
    const uint32_t info =
        1U << EVENT_ACTION_FINISHED | 1U << EVENT_SETTINGS_CHANGED | 1U << EVENT_AGENT_STARTED;
    static const char *const formats[] = {"json", "slack", "discord"};
    for (size_t i = 0; i < COUNT_OF(formats); i++) {
        char text[128];
        snprintf(text, sizeof text, URL "webhook.a.format = %s\n", formats[i]);
        struct config *config = good_config(formats[i], text);
        CHECK_INT(formats[i], config_hook_events(&config->hooks[0]), event_types());
        config_free(config);
    }
    struct config *config = good_config(
        "pagerduty", URL "webhook.a.format = pagerduty\nwebhook.a.secret_file = /k\n" URL_B
                         "webhook.b.format = pagerduty\nwebhook.b.secret_file = /k\n"
                         "webhook.b.events = all\n");
    CHECK_INT("pagerduty", config_hook_events(&config->hooks[0]), event_types() & ~info);
    CHECK_INT("all", config_hook_events(&config->hooks[1]), event_types());
    config_free(config);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The keys one by one: default, values and how they are printed, values that are refused and why.
 */
#include "core/config_keys.h"

#include "core/command.h"

#include <syslog.h>

#include "config_text.h"

#define SECOND UINT64_C(1000000)
#define WORDS4 "docker a b c "
#define WORDS16 WORDS4 WORDS4 WORDS4 WORDS4
#define X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X32 "abcdefghijklmnopqrstuvwxyz123456"
#define X106 X50 X50 "xxxxxx"
#define HOST64 X50 "12345678901234"
#define OID64                                                                                      \
    ".1.3.6.1.5.6.7.8.1.2.3.4.5.6.7.8.1.2.3.4.5.6.7.8.1.2.3.4.5.6.7.8"                             \
    ".1.2.3.4.5.6.7.8.1.2.3.4.5.6.7.8.1.2.3.4.5.6.7.8.1.2.3.4.5.6.7.8"

/* The key's value as printed, from `key = value`; NULL as a value = the default. */
static const struct {
    const char *key;
    const char *value;
    const char *printed;
} values[] = {
    {"agentx_socket", NULL, "unix:/run/agentx/master"},
    {"agentx_socket", "tcp:localhost:705", "tcp:localhost:705"},
    {"agentx_socket", "unix:/" X106, "unix:/" X106},
    {"agentx_socket", "tcp:192.0.2.1:65535", "tcp:192.0.2.1:65535"},
    {"agentx_socket", "tcp6:[::1]:705", "tcp6:[::1]:705"},
    {"base_oid", NULL, ".1.3.6.1.4.1.8072.9999.9999.2525"},
    {"base_oid", "1.3.6.1.4.1.5", ".1.3.6.1.4.1.5"},
    {"base_oid", ".1.3.6.1.4.4294967295", ".1.3.6.1.4.4294967295"},
    {"base_oid", OID64, OID64},
    {"context", NULL, ""},
    {"context", "", ""},
    {"context", "o", "o"},
    {"context", "Out-2_b.example", "Out-2_b.example"},
    {"context", X32, X32},
    {"postfix_config_directory", NULL, "/etc/postfix"},
    {"postfix_config_directory", "/a b", "/a b"},
    {"spool_directory", NULL, "auto"},
    {"mail_log", NULL, "auto"},
    {"mail_log", "journal", "journal"},
    {"mail_log", "off", "off"},
    {"mail_log", "/var/log/mail.log", "/var/log/mail.log"},
    {"spool_directory", "none", "none"},
    {"spool_directory", "/var/spool/postfix", "/var/spool/postfix"},
    {"container", NULL, ""},
    {"container", "a", "a"},
    {"container", "Mail_1.x-y", "Mail_1.x-y"},
    {"container_command", NULL, "docker"},
    {"container_command", "podman  --runtime  runc", "podman --runtime runc"},
    {"container_command", "/usr/bin/docker", "/usr/bin/docker"},
    {"container_command", WORDS16, "docker a b c docker a b c docker a b c docker a b c"},
    {"command_path", NULL, "/usr/sbin:/usr/bin:/sbin:/bin"},
    {"command_path", "/opt/postfix/sbin", "/opt/postfix/sbin"},
    {"command_path", "/opt/a b:/usr/bin/", "/opt/a b:/usr/bin/"},
    {"database", NULL, "/var/lib/hermes-mailqueue/hermes-mailqueue.db"},
    {"host_name", NULL, ""},
    {"host_name", "gw1", "gw1"},
    {"host_name", "Gw_1.example.com:161", "Gw_1.example.com:161"},
    {"host_name", "2001:db8::1", "2001:db8::1"},
    {"host_name", HOST64, HOST64},
    {"user", NULL, "hermes-mq"},
    {"hooks_user", NULL, "hermes-mq-hooks"},
    {"list_interval", NULL, "10s"},
    {"list_interval", "100ms", "100ms"},
    {"list_interval", "1d", "86400s"},
    {"scan_interval", NULL, "60s"},
    {"scan_interval", "2m", "120s"},
    {"command_timeout", NULL, "30s"},
    {"command_timeout", "1s", "1s"},
    {"command_timeout", "1h", "3600s"},
    {"command_timeout", "1001ms", "1001ms"},
    {"message_order", NULL, "oldest"},
    {"message_order", "newest", "newest"},
    {"message_order", "largest", "largest"},
    {"overload_threshold", NULL, "500"},
    {"overload_threshold", "0", "0"},
    {"overload_threshold", "10000000", "10000000"},
    {"overload_clear_threshold", NULL, "450"},
    {"overload_clear_threshold", "0", "0"},
    {"message_limit", NULL, "100"},
    {"message_limit", "0", "0"},
    {"message_limit", "10000", "10000"},
    {"insight_limit", NULL, "20"},
    {"insight_limit", "0", "0"},
    {"insight_limit", "100", "100"},
    {"allow_actions", NULL, "hold unhold requeue delete flush expire count"},
    {"allow_actions", "", ""},
    {"allow_actions", "count hold  hold", "hold count"},
    {"allow_settings", NULL, "lifetimes thresholds pause"},
    {"allow_settings", "", ""},
    {"allow_settings", "pause lifetimes pause", "lifetimes pause"},
    {"pause_transports", NULL, "smtp relay"},
    {"pause_transports", "smtp", "smtp"},
    {"pause_transports", "smtp,relay", "smtp relay"},
    {"pause_transports", "smtp, relay   my-smtp_2,", "smtp relay my-smtp_2"},
    {"allow_view", NULL, "no"},
    {"allow_view", "yes", "yes"},
    {"view_limit", NULL, "256K"},
    {"view_limit", "1", "1"},
    {"view_limit", "1000", "1000"},
    {"view_limit", "16M", "16384K"},
    {"view_limit", "16777216", "16384K"},
    {"action_retention", NULL, "1000 604800s"},
    {"action_retention", "1 1m", "1 60s"},
    {"action_retention", "100000 61500ms", "100000 61500ms"},
    {"log_level", NULL, "info"},
    {"log_level", "error", "error"},
    {"log_level", "warning", "warning"},
    {"log_level", "notice", "notice"},
    {"log_level", "debug", "debug"},
};

static void test_values(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        char text[256] = "";
        char name[256];
        char line[256];
        if (values[i].value != NULL) {
            snprintf(text, sizeof text, "%s = %s\n", values[i].key, values[i].value);
        }
        snprintf(name, sizeof name, "%s = %s", values[i].key,
                 values[i].value != NULL ? values[i].value : "(default)");
        snprintf(line, sizeof line, "%s = %s", values[i].key, values[i].printed);
        struct config *config = good_config(name, text);
        char *printed = printed_config(config);
        CHECK(name, has_line(printed, line));
        config_free(config);
        free(printed);
    }
}

static void test_every_key_has_a_default(void **state) {
    (void)state;
    struct config_key key;
    for (size_t k = 0; config_key_at(k, &key); k++) {
        bool found = false;
        for (size_t i = 0; i < COUNT_OF(values); i++) {
            found |= values[i].value == NULL && strcmp(values[i].key, key.name) == 0;
        }
        CHECK(key.name, found);
    }
}

static const struct {
    const char *key;
    const char *value;
    const char *error; /* behind FILE:LINE: key: */
} refused[] = {
    {"agentx_socket", "", "\"\" is neither unix:/PATH nor tcp:HOST:PORT"},
    {"agentx_socket", "/run/agentx/master",
     "\"/run/agentx/master\" is neither unix:/PATH nor tcp:HOST:PORT"},
    {"agentx_socket", "unix:master", NULL},
    {"agentx_socket", "unix:/" X106 "x", "the path of a socket may have at most 107 octets"},
    {"agentx_socket", "tcp:localhost", NULL},
    {"agentx_socket", "tcp:705", NULL},
    {"agentx_socket", "tcp::705", NULL},
    {"agentx_socket", "tcp:localhost:0", NULL},
    {"agentx_socket", "tcp:localhost:65536", NULL},
    {"agentx_socket", "tcp:localhost:snmp", NULL},
    {"agentx_socket", "udp:localhost:705", NULL},
    {"base_oid", "",
     "\"\" is not a numeric object identifier below .1.3 "
     "(.1.3.6.1.4.1.8072.9999.9999.2525)"},
    {"base_oid", ".1.3.6.1.4",
     "\".1.3.6.1.4\" is not a numeric object identifier below .1.3 "
     "(.1.3.6.1.4.1.8072.9999.9999.2525)"},
    {"base_oid", ".1.4.6.1.4.1", NULL},
    {"base_oid", ".2.3.6.1.4.1", NULL},
    {"base_oid", "..1.3.6.1.4.1", NULL},
    {"base_oid", ".1.3.6.1.4.1.", NULL},
    {"base_oid", ".1.3.6.1.4..1", NULL},
    {"base_oid", ".1.3.6.1.4.4294967296", NULL},
    {"base_oid", ".1.3.6.1.4.-1", NULL},
    {"base_oid", ".1.3.6.1.4.1x", NULL},
    {"base_oid", OID64 ".1", NULL},
    {"context", X32 "x", "\"" X32 "x\" is not an SNMP context: at most 32 letters, digits, - _ ."},
    {"context", "a b", "\"a b\" is not an SNMP context: at most 32 letters, digits, - _ ."},
    {"context", "out*", NULL},
    {"context", "a/b", NULL},
    {"context", "\"out\"", NULL},
    {"context", "caf\xc3\xa9", NULL},
    {"postfix_config_directory", "etc", "\"etc\" is not an absolute path"},
    {"postfix_config_directory", "", "\"\" is not an absolute path"},
    {"mail_log", "mail.log", "\"mail.log\" is neither auto, journal, off nor an absolute path"},
    {"mail_log", "", "\"\" is neither auto, journal, off nor an absolute path"},
    {"spool_directory", "spool", "\"spool\" is neither auto, none nor an absolute path"},
    {"spool_directory", "", "\"\" is neither auto, none nor an absolute path"},
    {"container", "-x", "\"-x\" is not a container name: letters, digits, _ . -"},
    {"container", ".x", NULL},
    {"container", "a b", NULL},
    {"container", "a/b", NULL},
    {"container", "a;b", NULL},
    {"container_command", "", "must name a command: docker or podman"},
    {"container_command", "sh -c docker", "\"sh\" is neither docker nor podman"},
    {"container_command", "/usr/bin/dockerx", "\"/usr/bin/dockerx\" is neither docker nor podman"},
    {"container_command", WORDS16 "q", "more than 16 words"},
    {"command_path", "", "\"\" is not a list of absolute paths separated by colons"},
    {"command_path", "bin", "\"bin\" is not a list of absolute paths separated by colons"},
    {"command_path", "/usr/bin:bin", NULL},
    {"command_path", "/usr/bin:", NULL},
    {"command_path", ":/usr/bin", NULL},
    {"command_path", "/usr/bin::/bin", NULL},
    {"command_path", "/usr/bin, /bin:.", NULL},
    {"database", "queue.db", "\"queue.db\" is not an absolute path"},
    {"host_name", "gw 1", "\"gw 1\" is not a host name: at most 64 letters, digits, - _ . :"},
    {"host_name", "gw/1", NULL},
    {"host_name", "caf\xc3\xa9", NULL},
    {"host_name", HOST64 "x", NULL},
    {"user", "", "must not be empty"},
    {"hooks_user", "", "must not be empty"},
    {"list_interval", "99ms", "\"99ms\" is not a duration from 100ms to 86400s (10s, 5m)"},
    {"list_interval", "2d", "\"2d\" is not a duration from 100ms to 86400s (10s, 5m)"},
    {"list_interval", "", NULL},
    {"list_interval", "-1s", NULL},
    {"list_interval", "10 s", NULL},
    {"list_interval", "1w", NULL},
    {"scan_interval", "soon", "\"soon\" is not a duration from 100ms to 86400s (10s, 5m)"},
    {"command_timeout", "999ms", "\"999ms\" is not a duration from 1000ms to 3600s (10s, 5m)"},
    {"command_timeout", "3601s", NULL},
    {"message_order", "random", "\"random\" is not one of: oldest newest largest"},
    {"message_order", "", "\"\" is not one of: oldest newest largest"},
    {"message_order", "Oldest", NULL},
    {"overload_threshold", "-1", "\"-1\" is not a number from 0 to 10000000"},
    {"overload_threshold", "10000001", NULL},
    {"overload_threshold", "", NULL},
    {"overload_threshold", "0x10", NULL},
    {"overload_threshold", "500.0", NULL},
    {"overload_clear_threshold", "x", "\"x\" is not a number from 0 to 10000000"},
    {"message_limit", "10001", "\"10001\" is not a number from 0 to 10000"},
    {"insight_limit", "101", "\"101\" is not a number from 0 to 100"},
    {"insight_limit", "-1", NULL},
    {"allow_actions", "hold view",
     "\"view\" is not one of: hold unhold requeue delete flush expire count"},
    {"allow_actions", "hold,delete", NULL},
    {"allow_actions", "all", NULL},
    {"allow_settings", "lifetime", "\"lifetime\" is not one of: lifetimes thresholds pause"},
    {"allow_settings", "none", NULL},
    {"pause_transports", "", NULL},
    {"pause_transports", ",", NULL},
    {"pause_transports", "smtp:relay",
     "\"smtp:relay\" is not a list of transports: names of "
     "letters, digits, _ and -, together at most 127 octets"},
    {"pause_transports", "-smtp", NULL},
    {"pause_transports", "$relay", NULL},
    {"pause_transports", "smtp;relay", NULL},
    {"allow_view", "true", "\"true\" is neither yes nor no"},
    {"allow_view", "", "\"\" is neither yes nor no"},
    {"view_limit", "17M", "\"17M\" is not a size of 1 to 16777216 octets (256K, 1M)"},
    {"view_limit", "0", "\"0\" is not a size of 1 to 16777216 octets (256K, 1M)"},
    {"view_limit", "0K", NULL},
    {"view_limit", "-1", NULL},
    {"view_limit", "16777217", NULL},
    {"view_limit", "K", NULL},
    {"view_limit", "1G", NULL},
    {"view_limit", "1KK", NULL},
    {"view_limit", "00000000000000000000000000000001K", NULL},
    {"view_limit", "", NULL},
    {"action_retention", "1000", "\"1000\" is not a number of rows and an age (1000 7d)"},
    {"action_retention", "0 7d",
     "\"0 7d\" would delete rows before a manager can read their results; the minimum is 1 row and "
     "1m"},
    {"action_retention", "1000 0", NULL},
    {"action_retention", "1000 59s", NULL},
    {"action_retention", "7d 1000", NULL},
    {"action_retention", "1000 7d x", NULL},
    {"action_retention", "100001 7d", NULL},
    {"action_retention", "", NULL},
    {"log_level", "emergency", "\"emergency\" is not one of: error warning notice info debug"},
};

static void test_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct config *config = NULL;
        char text[256];
        char start[256];
        char error[512] = "";
        int len = snprintf(text, sizeof text, "\n%s = %s\n", refused[i].key, refused[i].value);
        int start_len = snprintf(start, sizeof start, CONFIG_TEXT_PATH ":2: %s: ", refused[i].key);
        CHECK_INT(text, config_from(text, (size_t)len, &config, error), -1);
        CHECK(text, config == NULL);
        CHECK(text, strncmp(error, start, (size_t)start_len) == 0);
        if (refused[i].error != NULL) {
            CHECK_STRING(text, error + start_len, refused[i].error);
        }
    }
}

/* What printing does not show: the numbers behind it. */
static void test_members(void **state) {
    (void)state;
    struct config *config = good_config("defaults", "");
    CHECK_INT("base_oid", config->base_oid.len, 10);
    CHECK_INT("base_oid", config->base_oid.ids[9], 2525);
    CHECK_INT("mail_log", config->log_mode, LOG_MODE_AUTO);
    CHECK("mail_log", config->mail_log == NULL);
    CHECK("mail_log", config_reads_mail_log(config));
    CHECK_INT("spool_directory", config->spool_mode, SPOOL_AUTO);
    CHECK("spool_directory", config->spool_directory == NULL);
    CHECK("container_command", config->container_command[1] == NULL);
    CHECK_INT("list_interval", config->list_interval_usec, 10 * SECOND);
    CHECK_INT("scan_interval", config->scan_interval_usec, 60 * SECOND);
    CHECK_INT("command_timeout", config->command_timeout_usec, 30 * SECOND);
    CHECK_INT("message_order", config->message_order, ORDER_OLDEST);
    CHECK_INT("allow_actions", config->allow_actions,
              1 << COMMAND_HOLD | 1 << COMMAND_UNHOLD | 1 << COMMAND_REQUEUE | 1 << COMMAND_DELETE |
                  1 << COMMAND_FLUSH | 1 << COMMAND_EXPIRE | 1 << COMMAND_COUNT);
    CHECK_INT("allow_settings", config->allow_settings,
              1 << SETTING_LIFETIMES | 1 << SETTING_THRESHOLDS | 1 << SETTING_PAUSE);
    CHECK_STRING("pause_transports", config->pause_transports, "smtp relay");
    CHECK_INT("view_limit", config->view_limit_bytes, 262144);
    CHECK_INT("action_retention", config->action_retention_rows, 1000);
    CHECK_INT("action_retention", config->action_retention_usec, 7 * 86400 * SECOND);
    CHECK_INT("log_level", config->log_level, LOG_INFO);
    CHECK_INT("hooks", config->hook_count, 0);
    CHECK_INT("conditions", config->conditions.count, 1);
    CHECK_INT("overload", config->conditions.list[0].settings[CONDITION_ABOVE], 500);
    CHECK_INT("overload", config->conditions.list[0].settings[CONDITION_CLEAR], 450);
    config_free(config);
    config = good_config("others", "spool_directory = /s\nmessage_order = largest\nlog_level = "
                                   "error\n");
    CHECK_INT("spool_directory", config->spool_mode, SPOOL_PATH);
    CHECK_STRING("spool_directory", config->spool_directory, "/s");
    CHECK_INT("message_order", config->message_order, ORDER_LARGEST);
    CHECK_INT("log_level", config->log_level, LOG_ERR);
    config_free(config);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_every_key_has_a_default),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

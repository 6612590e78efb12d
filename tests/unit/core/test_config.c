/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The configuration file as a whole: syntax, errors with file and line, what only the whole file
 * shows, printing and reading again, and what a reload may change.
 */
#include "core/config.h"

#include "core/config_keys.h"

#include <sys/stat.h>
#include <unistd.h>

#include "config_text.h"

#define P CONFIG_TEXT_PATH
#define A100                                                                                       \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
    "aaaaaaaa"
#define A1000 A100 A100 A100 A100 A100 A100 A100 A100 A100 A100
#define BYTES(literal) (literal), sizeof(literal) - 1

static const struct {
    const char *name;
    const char *text;
    const char *line; /* of the printed configuration */
} good[] = {
    {"empty file", "", "user = hermes-mq"},
    {"no newline at the end", "user = joe", "user = joe"},
    {"CR LF", "user = joe\r\n", "user = joe"},
    {"white space anywhere", " \t user\t =\t joe \t\n\n  \n", "user = joe"},
    {"no white space", "user=joe\n", "user = joe"},
    {"comment lines", "# user = jim\n  # user = jim\nuser = joe\n#", "user = joe"},
    {"comment after a value", "user = joe # not jim\n", "user = joe"},
    {"a # within a value", "user = joe#1\n", "user = joe#1"},
    {"a # where the value would start", "container =# y\n", "container = "},
    {"a # behind another =", "user = a=#b\n", "user = a=#b"},
    {"the first = divides", "user = a=b\n", "user = a=b"},
    {"the longest value", "user = " A1000 "aaaaaaaaaabbbbbbbbbbccc\n",
     "user = " A1000 "aaaaaaaaaabbbbbbbbbbccc"},
    {"clear threshold follows the threshold", "overload_threshold = 1000\n",
     "overload_clear_threshold = 900"},
    {"clear threshold of an odd threshold", "overload_threshold = 7\n",
     "overload_clear_threshold = 6"},
    {"clear threshold of the greatest threshold", "overload_threshold = 10000000\n",
     "overload_clear_threshold = 9000000"},
    {"clear threshold equal", "overload_clear_threshold = 500\n", "overload_clear_threshold = 500"},
    {"clear threshold before the threshold",
     "overload_clear_threshold = 600\noverload_threshold = 600\n",
     "overload_clear_threshold = 600"},
    {"clear threshold with overload off",
     "overload_threshold = 0\noverload_clear_threshold = 450\n", "overload_clear_threshold = 450"},
};

static void test_good(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct config *config = good_config(good[i].name, good[i].text);
        char *printed = printed_config(config);
        CHECK(good[i].name, has_line(printed, good[i].line));
        CHECK_STRING(good[i].name, config->path, P);
        free(printed);
        config_free(config);
    }
}

static const struct {
    const char *name;
    const char *text;
    size_t len;
    const char *error;
} bad[] = {
    {"no equals sign", BYTES("\n\nuser joe\n"), P ":3: user joe: is not `key = value`"},
    {"unknown key", BYTES("usr = joe\n"), P ":1: usr: unknown key"},
    {"no key", BYTES("= joe\n"), P ":1: unknown key"},
    {"a key in upper case", BYTES("User = joe\n"), P ":1: User: unknown key"},
    {"a key with foreign octets", BYTES("us\xC3\xA9r = joe\n"), P ":1: us\\xC3\\xA9r: unknown key"},
    {"a key of a hundred characters", BYTES(A100 " = 1\n"), P ":1: " A100 ": unknown key"},
    {"a repeated key", BYTES("user = joe\n# x\nuser = joe\n"), P ":3: user: already set on line 1"},
    {"a bad value", BYTES("user = joe\nmessage_limit = many\n"),
     P ":2: message_limit: \"many\" is not a number from 0 to 10000"},
    {"a control character",
     BYTES("user = jo\x01"
           "e\n"),
     P ":1: user: control character in the value"},
    {"a tab within a value", BYTES("user = jo\te\n"), P ":1: user: control character in the value"},
    {"DEL", BYTES("user = jo\x7F\n"), P ":1: user: control character in the value"},
    {"NUL in a value", BYTES("user = jo\0e\n"), P ":1: NUL character in the line"},
    {"NUL at a line's start", BYTES("\n\0user = joe\n"), P ":2: NUL character in the line"},
    {"NUL in the last line", BYTES("user = jo\0e"), P ":1: NUL character in the line"},
    {"a value of 1024 octets", BYTES("user = " A1000 "aaaaaaaaaabbbbbbbbbbcccc\n"),
     P ":1: user: the value is too long"},
    {"a line of 2000 octets", BYTES("\nuser = " A1000 A1000 "\n"), P ":2: the line is too long"},
    {"a comment of 2000 octets", BYTES("#" A1000 A1000 "\n"), P ":1: the line is too long"},
    {"a last line of 2000 octets", BYTES("user = " A1000 A1000), P ":1: the line is too long"},
    {"clear threshold above the default threshold", BYTES("\noverload_clear_threshold = 501\n"),
     P ":2: overload_clear_threshold: 501 is above overload_threshold, which is 500"},
    {"clear threshold above the threshold",
     BYTES("overload_clear_threshold = 11\noverload_threshold = 10\n"),
     P ":1: overload_clear_threshold: 11 is above overload_threshold, which is 10"},
    {"a condition that is not complete", BYTES("user = joe\ncondition.a.watch = total\n"),
     P ":2: condition.a has no above"},
    {"the first of two errors", BYTES("a = 1\nb = 1\n"), P ":1: a: unknown key"},
};

static void test_bad(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct config *config = NULL;
        char error[512] = "";
        CHECK_INT(bad[i].name, config_from(bad[i].text, bad[i].len, &config, error), -1);
        CHECK(bad[i].name, config == NULL);
        CHECK_STRING(bad[i].name, error, bad[i].error);
    }
}

/* A message that does not fit is cut, not written past its end. */
static void test_short_error(void **state) {
    (void)state;
    char text[] = "user = joe\nuser = joe\n";
    for (size_t size = 1; size < 40; size++) {
        char *error = malloc(size);
        FILE *stream = fmemopen(text, sizeof text - 1, "r");
        struct config *config = NULL;
        assert_non_null(error);
        assert_non_null(stream);
        CHECK_INT("short error", config_parse(stream, P, &config, error, size), -1);
        CHECK_INT("short error", strlen(error) < size, true);
        fclose(stream);
        free(error);
    }
}

/* Everything set to something other than its default, hooks too. */
static const char everything[] = "agentx_socket = tcp:localhost:705\n"
                                 "base_oid = .1.3.6.1.4.1.99999.7\n"
                                 "context = out\n"
                                 "postfix_config_directory = /etc/postfix-out\n"
                                 "spool_directory = /srv/spool\n"
                                 "mail_log = /var/log/postfix.log\n"
                                 "container = hermes_postfix_dkim\n"
                                 "container_command = podman --runtime runc\n"
                                 "command_path = /opt/postfix/sbin:/usr/bin\n"
                                 "database = /srv/queue.db\n"
                                 "host_name = gw1.example.com\n"
                                 "user = joe\n"
                                 "hooks_user = jim\n"
                                 "list_interval = 2500ms\n"
                                 "scan_interval = 90s\n"
                                 "command_timeout = 7s\n"
                                 "message_order = largest\n"
                                 "overload_threshold = 20\n"
                                 "overload_clear_threshold = 3\n"
                                 "message_limit = 10000\n"
                                 "insight_limit = 7\n"
                                 "allow_actions = hold count\n"
                                 "allow_settings = thresholds\n"
                                 "pause_transports = lmtp smtp\n"
                                 "allow_view = yes\n"
                                 "view_limit = 1000\n"
                                 "action_retention = 5 3600s\n"
                                 "log_level = debug\n"
                                 "condition.overload.for = 60s\n"
                                 "condition.overload.repeat = 3600s\n"
                                 "condition.old.watch = age hold\n"
                                 "condition.old.above = 7200s\n"
                                 "condition.old.clear = 60s\n"
                                 "condition.old.severity = critical\n"
                                 "condition.old.for = 30s\n"
                                 "condition.old.repeat = 600s\n"
                                 "webhook.ops.url = https://example.com/hook#x\n"
                                 "webhook.ops.events = hmqOverloadRaised hmqOverloadCleared\n"
                                 "webhook.ops.secret_file = /etc/secret\n"
                                 "webhook.ops.header_file = /etc/headers\n"
                                 "webhook.ops.format = slack\n"
                                 "webhook.ops.ca_file = /etc/ca.pem\n"
                                 "webhook.ops.timeout = 1500ms\n"
                                 "script.page.path = /usr/local/bin/page\n"
                                 "script.page.events = all\n"
                                 "script.page.timeout = 10s\n";

static void test_round_trip(void **state) {
    (void)state;
    struct config *config = good_config("everything", everything);
    char *printed = printed_config(config);
    CHECK_STRING("everything is printed as it was set", printed, everything);
    CHECK("nothing needs a restart", config_restart_needed(config, config) == NULL);
    struct config_key key;
    for (size_t k = 0; config_key_at(k, &key); k++) {
        CHECK(key.name, strstr(everything, key.name) != NULL);
    }
    config_free(config);
    free(printed);

    config = good_config("defaults", "");
    printed = printed_config(config);
    struct config *again = good_config("the defaults as printed", printed);
    char *twice = printed_config(again);
    CHECK_STRING("the defaults", twice, printed);
    CHECK("no default needs a restart", config_restart_needed(config, again) == NULL);
    config_free(config);
    config_free(again);
    free(printed);
    free(twice);
}

/* One line of the file above and the default in its place. */
static void test_restart_needed(void **state) {
    (void)state;
    struct config *defaults = good_config("defaults", "");
    char text[sizeof everything];
    char *rest = NULL;
    memcpy(text, everything, sizeof text);
    for (char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        char key[64];
        snprintf(key, sizeof key, "%.*s", (int)strcspn(line, " "), line);
        if (strchr(key, '.') != NULL && strstr(key, ".url") == NULL &&
            strstr(key, ".path") == NULL) {
            continue;
        }
        const char *expected = strchr(key, '.') != NULL ? "webhooks and scripts" : key;
        struct config_key known;
        for (size_t k = 0; config_key_at(k, &known); k++) {
            if (strcmp(key, known.name) == 0 && known.live) {
                expected = "";
            }
        }
        struct config *changed = good_config(key, line);
        const char *needed = config_restart_needed(defaults, changed);
        CHECK_STRING(key, needed != NULL ? needed : "", expected);
        config_free(changed);
    }
    config_free(defaults);
}

/* Where each key and each member of a block was set. */
static void test_line_numbers(void **state) {
    (void)state;
    struct config *config =
        good_config("lines", "# x\nuser = joe\n\nwebhook.a.url = http://a/\nscript.b.path = /b\n"
                             "webhook.a.secret_file = /s\nwebhook.a.timeout = 1s\n");
    CHECK_INT("a key", config_line(config, "user"), 2);
    CHECK_INT("a default", config_line(config, "hooks_user"), 0);
    CHECK_INT("no key", config_line(config, "nonsense"), 0);
    CHECK_INT("url", config_hook_line(&config->hooks[0], "url"), 4);
    CHECK_INT("secret_file", config_hook_line(&config->hooks[0], "secret_file"), 6);
    CHECK_INT("the block", config_hook_line(&config->hooks[0], "ca_file"), 4);
    CHECK_INT("path", config_hook_line(&config->hooks[1], "path"), 5);
    CHECK_INT("another kind's", config_hook_line(&config->hooks[1], "url"), 5);
    config_free(config);
}

static void test_load(void **state) {
    (void)state;
    char path[] = "/tmp/hmq-config-XXXXXX";
    char error[512] = "";
    char expected[512];
    struct config *config = NULL;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "user = joe\n", 11), 11);
    CHECK_INT("a file", config_load(path, &config, error, sizeof error), 0);
    CHECK_STRING("a file", config->user, "joe");
    CHECK_STRING("a file", config->path, path);
    config_free(config);
    config = NULL;
    assert_int_equal(write(fd, "x\n", 2), 2);
    close(fd);
    snprintf(expected, sizeof expected, "%s:2: x: is not `key = value`", path);
    CHECK_INT("a bad file", config_load(path, &config, error, sizeof error), -1);
    CHECK_STRING("a bad file", error, expected);
    unlink(path);
    snprintf(expected, sizeof expected, "%s:0: cannot be read: No such file or directory", path);
    CHECK_INT("no file", config_load(path, &config, error, sizeof error), -1);
    CHECK_STRING("no file", error, expected);
    CHECK_INT("a folder", config_load("/tmp", &config, error, sizeof error), -1);
    CHECK_STRING("a folder", error, "/tmp:0: is not a regular file");
    assert_int_equal(mkfifo(path, 0600), 0);
    snprintf(expected, sizeof expected, "%s:0: is not a regular file", path);
    CHECK_INT("a FIFO that nobody writes to", config_load(path, &config, error, sizeof error), -1);
    CHECK_STRING("a FIFO that nobody writes to", error, expected);
    unlink(path);
    CHECK("nothing came out", config == NULL);
    config_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),           cmocka_unit_test(test_bad),
        cmocka_unit_test(test_short_error),    cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_restart_needed), cmocka_unit_test(test_line_numbers),
        cmocka_unit_test(test_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

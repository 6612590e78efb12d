/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands for a container: their words for docker and for podman with options, and the messages of
 * the engines if it is not running, as docker 20 and 28 and podman 4.3 write them.
 */
#include "helper/container.h"

#include <errno.h>
#include <stdlib.h>

#include "config_text.h"
#include "unit.h"

struct words {
    char text[512];
};

static void add_word(void *userdata, const char *word) {
    struct words *words = userdata;
    size_t len = strlen(words->text);
    snprintf(words->text + len, sizeof words->text - len, "[%s]", word);
}

static const struct {
    const char *name;
    const char *config;
    const char *words;
} commands[] = {
    {"docker", "container = hermes_postfix_dkim\n",
     "[docker][exec][-i][hermes_postfix_dkim][timeout][-k][2][30]"},
    {"podman with options",
     "container = mx\ncontainer_command = podman  --runtime runc\ncommand_timeout = 1500ms\n",
     "[podman][--runtime][runc][exec][-i][mx][timeout][-k][2][2]"},
};

static void test_words(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        char seconds[24];
        struct words words = {.text = ""};
        struct config *config = good_config(commands[i].name, commands[i].config);
        CHECK(commands[i].name, container_used(config));
        container_words(config, config->command_timeout_usec, seconds, add_word, &words);
        CHECK_STRING(commands[i].name, words.text, commands[i].words);
        config_free(config);
    }
}

static const struct {
    const char *name;
    const char *line;
    int error;
    const char *text;
} sayings[] = {
    {"docker: stopped", "Error response from daemon: container 6e190b5cedb4 is not running",
     EHOSTDOWN, "container mx is not running"},
    {"docker: stopped, older", "Error response from daemon: Container mx is not running", EHOSTDOWN,
     "container mx is not running"},
    {"podman: stopped",
     "Error: can only create exec sessions on running containers: container state improper",
     EHOSTDOWN, "container mx is not running"},
    {"docker: missing", "Error response from daemon: No such container: mx", ENOENT,
     "container mx does not exist"},
    {"docker: missing, older", "Error: No such container: mx", ENOENT,
     "container mx does not exist"},
    {"podman: missing", "Error: no container with name or ID \"mx\" found: no such container",
     ENOENT, "container mx does not exist"},
    {"docker: paused",
     "Error response from daemon: Container mx is paused, unpause the container before exec",
     EAGAIN, "container mx is paused"},
    {"docker: restarting",
     "Error response from daemon: Container mx is restarting, wait until the container is running",
     EAGAIN, "container mx is restarting"},
    {"docker: no daemon",
     "Cannot connect to the Docker daemon at unix:///run/x. Is the docker daemon running?",
     ECONNREFUSED,
     "docker: Cannot connect to the Docker daemon at unix:///run/x. Is the docker daemon running?"},
    {"podman: no service", "Error: unable to connect to Podman socket: refused", ECONNREFUSED,
     "docker: Error: unable to connect to Podman socket: refused"},
    {"no such program inside", "Error: runc: exec failed: \"timeout\": executable file not found",
     EIO,
     "no command runs in container mx: Error: runc: exec failed: \"timeout\": executable file not "
     "found"},
    {"Postfix's own line", "postqueue: fatal: Error: the mail system is not running", 0, ""},
    {"nothing said", "", 0, ""},
};

static void test_sayings(void **state) {
    (void)state;
    struct config *config = good_config("a container", "container = mx\n");
    for (size_t i = 0; i < COUNT_OF(sayings); i++) {
        char text[256] = "";
        CHECK_INT(sayings[i].name, container_explain(config, sayings[i].line, text, sizeof text),
                  sayings[i].error);
        CHECK_STRING(sayings[i].name, text, sayings[i].text);
    }
    config_free(config);
}

static void test_no_container(void **state) {
    (void)state;
    char text[64] = "";
    struct config *config = good_config("no container", "");
    assert_false(container_used(config));
    assert_int_equal(container_explain(config, "Error: No such container: mx", text, sizeof text),
                     0);
    assert_false(container_timed_out(config, 124 << 8));
    config_free(config);
}

static void test_timed_out(void **state) {
    (void)state;
    struct config *config = good_config("a container", "container = mx\n");
    assert_true(container_timed_out(config, 124 << 8));
    assert_false(container_timed_out(config, 1 << 8));
    assert_false(container_timed_out(config, 0));
    assert_false(container_timed_out(config, 9));
    config_free(config);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_sayings),
        cmocka_unit_test(test_no_container),
        cmocka_unit_test(test_timed_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

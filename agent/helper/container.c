/* SPDX-License-Identifier: BSD-3-Clause */
#include "helper/container.h"

#include "core/time_units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#define KILL_AFTER_SECONDS "2"

/* The status of timeout(1) if its first signal ended the command. */
#define TIMEOUT_STATUS 124

/* Docker's "Error response from daemon: ..." and podman's "Error: ..."; Postfix's programs begin
 * their lines with their own names. */
static const char *const engine_prefixes[] = {"Error", "Cannot connect to"};

/* Messages of docker (moby's daemon/exec.go), podman (libpod) and its API; the first match counts.
 * For those without a text here, the engine's message is passed on. */
static const struct {
    const char *says;
    int error;
    const char *text;
} sayings[] = {
    {"is not running", EHOSTDOWN, "is not running"},
    {"container state improper", EHOSTDOWN, "is not running"},
    {"is paused", EAGAIN, "is paused"},
    {"is restarting", EAGAIN, "is restarting"},
    {"no such container", ENOENT, "does not exist"},
    {"cannot connect to", ECONNREFUSED, NULL},
    {"unable to connect to", ECONNREFUSED, NULL},
};

bool container_used(const struct config *config) {
    return config->container[0] != '\0';
}

void container_words(const struct config *config, uint64_t timeout_usec, char seconds[static 24],
                     void (*push)(void *userdata, const char *word), void *userdata) {
    /* For timeout(1), 0 would mean no limit. */
    uint64_t limit = timeout_usec > 0 ? (timeout_usec + USEC_PER_SEC - 1) / USEC_PER_SEC : 1;
    snprintf(seconds, 24, "%" PRIu64, limit);
    for (size_t i = 0; config->container_command[i] != NULL; i++) {
        push(userdata, config->container_command[i]);
    }
    const char *const words[] = {
        "exec", "-i", config->container, "timeout", "-k", KILL_AFTER_SECONDS, seconds};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        push(userdata, words[i]);
    }
}

bool container_timed_out(const struct config *config, int wait_status) {
    return container_used(config) && WIFEXITED(wait_status) &&
           WEXITSTATUS(wait_status) == TIMEOUT_STATUS;
}

static bool engine_speaks(const char *line) {
    for (size_t i = 0; i < sizeof engine_prefixes / sizeof engine_prefixes[0]; i++) {
        if (strncmp(line, engine_prefixes[i], strlen(engine_prefixes[i])) == 0) {
            return true;
        }
    }
    return false;
}

int container_explain(const struct config *config, const char *line, char *text, size_t size) {
    if (!container_used(config) || !engine_speaks(line)) {
        return 0;
    }
    for (size_t i = 0; i < sizeof sayings / sizeof sayings[0]; i++) {
        if (strcasestr(line, sayings[i].says) != NULL && sayings[i].text != NULL) {
            snprintf(text, size, "container %s %s", config->container, sayings[i].text);
            return sayings[i].error;
        }
        if (strcasestr(line, sayings[i].says) != NULL) {
            snprintf(text, size, "%s: %s", config->container_command[0], line);
            return sayings[i].error;
        }
    }
    snprintf(text, size, "no command runs in container %s: %s", config->container, line);
    return EIO;
}

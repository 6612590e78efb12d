/* SPDX-License-Identifier: BSD-3-Clause */
#include "hooks/setup.h"

#include "hooks/script_check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool load_secret(const struct config_hook *hook, struct secret *secret, char *problem) {
    if (!secret_load(hook->secret_file, secret, problem, SETUP_PROBLEM_SIZE)) {
        return false;
    }
    if (config_hook_format(hook) == HOOK_FORMAT_PAGERDUTY && !secret_is_pagerduty_key(secret)) {
        snprintf(problem, SETUP_PROBLEM_SIZE,
                 "secret_file %.150s: is not the integration key of PagerDuty's Events API v2: 32 "
                 "letters and digits",
                 hook->secret_file);
        return false;
    }
    return true;
}

void setup_load_secrets(struct setup *setup) {
    for (size_t i = 0; i < setup->config->hook_count; i++) {
        const struct config_hook *hook = &setup->config->hooks[i];
        char *problem = setup->problems[i];
        bool good = true;
        if (hook->secret_file != NULL) {
            setup->members[i] = "secret_file";
            good = load_secret(hook, &setup->secrets[i], problem);
        }
        if (good && hook->header_file != NULL) {
            setup->members[i] = "header_file";
            headers_load(hook->header_file, &setup->headers[i], problem, SETUP_PROBLEM_SIZE);
        }
    }
}

/* A script is checked again before each run. */
void setup_find_problems(struct setup *setup) {
    for (size_t i = 0; i < setup->config->hook_count; i++) {
        const struct config_hook *hook = &setup->config->hooks[i];
        char *problem = setup->problems[i];
        if (hook->kind == HOOK_SCRIPT) {
            setup->members[i] = "path";
            script_check(hook->target, geteuid(), problem, SETUP_PROBLEM_SIZE);
        } else if (hook->ca_file != NULL && problem[0] == '\0' && access(hook->ca_file, R_OK) < 0) {
            setup->members[i] = "ca_file";
            snprintf(problem, SETUP_PROBLEM_SIZE, "ca_file %s: %s", hook->ca_file, strerror(errno));
        }
    }
}

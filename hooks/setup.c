/* SPDX-License-Identifier: BSD-3-Clause */
#include "hooks/setup.h"

#include "hooks/script_check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void setup_load_secrets(struct setup *setup) {
    for (size_t i = 0; i < setup->config->hook_count; i++) {
        const char *file = setup->config->hooks[i].secret_file;
        if (file != NULL) {
            setup->members[i] = "secret_file";
            secret_load(file, &setup->secrets[i], setup->problems[i], SETUP_PROBLEM_SIZE);
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

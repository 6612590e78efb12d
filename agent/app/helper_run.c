/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/helper_run.h"

void helper_run(struct helper_client *helper, const struct helper_order *order,
                const struct stream_callbacks *callbacks) {
    if (!helper_client_run(helper, order, callbacks)) {
        const struct command_end none = {.error = "the helper does not take the command",
                                         .not_run = true};
        callbacks->end(callbacks->userdata, &none);
    }
}

int helper_run_ignore_line(void *userdata, const char *line, size_t len) {
    (void)userdata;
    (void)line;
    (void)len;
    return 0;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands whose end is to be called in any case, also when the helper does not take them.
 */
#ifndef HMQ_APP_HELPER_RUN_H
#define HMQ_APP_HELPER_RUN_H

#include "io/helper_client.h"

/* As helper_client_run, but a command that was not sent ends within the call, with not_run. */
void helper_run(struct helper_client *helper, const struct helper_order *order,
                const struct stream_callbacks *callbacks);

/* The line handler for commands whose output does not matter. */
int helper_run_ignore_line(void *userdata, const char *line, size_t len);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs commands whose end callback must always be called, even if the helper does not accept them.
 */
#ifndef HMQ_APP_HELPER_RUN_H
#define HMQ_APP_HELPER_RUN_H

#include "io/helper_client.h"

/* Like helper_client_run, but if the command is not sent, its end is called at once with not_run.
 */
void helper_run(struct helper_client *helper, const struct helper_order *order,
                const struct stream_callbacks *callbacks);

/* A line handler for commands whose output does not matter. */
int helper_run_ignore_line(void *userdata, const char *line, size_t len);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads Postfix's log through the helper, and counts what it says about deliveries. The counts
 * begin when the agent starts, at the end of the log; a process that follows the log and ends is
 * replaced by another one, which goes on where it was.
 */
#ifndef HMQ_APP_DELIVERY_READER_H
#define HMQ_APP_DELIVERY_READER_H

#include "core/config.h"
#include "core/delivery.h"
#include "io/helper_client.h"

#include <systemd/sd-event.h>

struct delivery_reader;

struct delivery_reader_callbacks {
    /* The log cannot be read, for a reason of one line, or with NULL can be read again. */
    void (*note)(void *userdata, const char *error);
    /* Postfix has taken up the message that had the ID old_id again, as new_id. */
    void (*requeued)(void *userdata, const char *old_id, const char *new_id);
    /* One line for the log; priority as in syslog(3). */
    void (*log)(void *userdata, int priority, const char *text);
    void *userdata;
};

/* Returns 0 with *out, which is NULL if the configuration has no log read, or a negative errno
 * value. helper is borrowed for the lifetime of the reader. */
int delivery_reader_new(sd_event *event, const struct config *config, struct helper_client *helper,
                        const struct delivery_reader_callbacks *callbacks,
                        struct delivery_reader **out);

/* To be called before the helper's client is freed. NULL is accepted, here and below. */
void delivery_reader_free(struct delivery_reader *reader);

/* A helper process has introduced itself, so the log can be asked for. */
void delivery_reader_wake(struct delivery_reader *reader);

/* What was counted; borrowed for the lifetime of the reader. NULL if the log is not to be read. */
const struct delivery *delivery_reader_delivery(const struct delivery_reader *reader);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The connection to the SNMP master agent: opened without blocking, and opened again whenever it
 * has ended.
 *
 * Attempts are made every 100 ms in the first ten seconds after a connection has ended, then every
 * 500 ms (over TCP every 2 s), so that a master that has come back is found at once.
 */
#ifndef HMQ_IO_MASTER_LINK_H
#define HMQ_IO_MASTER_LINK_H

#include "core/master.h"

#include <stdbool.h>
#include <systemd/sd-event.h>

struct master_link;

struct master_link_callbacks {
    /* Connected; the socket (non-blocking, close-on-exec) belongs to the callee. */
    void (*up)(void *userdata, int socket);
    /* An attempt has failed. Called for each one. */
    void (*failed)(void *userdata, const struct master_trouble *trouble);
    void *userdata;
};

/*
 * Starts connecting from the event loop. address and callbacks are copied.
 * Returns 0 with *out (master_link_free), or a negative errno value.
 */
int master_link_new(sd_event *event, const struct master_address *address,
                    const struct master_link_callbacks *callbacks, struct master_link **out);

/* The connection that was passed to up has ended: connects again, from the loop. */
void master_link_again(struct master_link *link);

/* True if the socket that the connection was made to has been replaced by another, so that its
 * master can no longer be reached by others. Always false over TCP. */
bool master_link_replaced(const struct master_link *link);

void master_link_free(struct master_link *link); /* NULL is accepted */

#endif

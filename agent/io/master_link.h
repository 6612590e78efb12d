/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The connection to the SNMP master agent: opened without ever waiting, and opened again whenever
 * it has ended.
 *
 * One attempt follows another: every 100 ms in the first ten seconds after a connection has ended,
 * then every 500 ms (over TCP every 2 s), so that a master that has come back is found at once.
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
    /* An attempt has failed; called for each one. */
    void (*failed)(void *userdata, const struct master_trouble *trouble);
    void *userdata;
};

/*
 * Starts connecting from the event loop. address and callbacks are copied.
 * Returns 0 with *out (master_link_free), or a negative errno value.
 */
int master_link_new(sd_event *event, const struct master_address *address,
                    const struct master_link_callbacks *callbacks, struct master_link **out);

/* The connection handed out has ended: connects anew, from the loop. */
void master_link_again(struct master_link *link);

/* True when another socket has taken the place of the one that the connection was made to, so that
 * its master is no longer the one that others reach. Always false over TCP. */
bool master_link_replaced(const struct master_link *link);

void master_link_free(struct master_link *link); /* NULL is accepted */

#endif

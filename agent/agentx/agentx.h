/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The AgentX session with the master agent (RFC 2741), by net-snmp's library, in an sd-event loop.
 * The only module with agent/agentx.c to include net-snmp's headers.
 *
 * It starts without a master and goes on trying; when the session is lost it reconnects and
 * registers again. It notices when the registration is taken away, and never takes away that of
 * another agent. Nothing waits for the master: it may be busy or stopped for any time. Handlers
 * answer from the view at once. Notifications are kept, in order, until a master has acknowledged
 * each.
 */
#ifndef HMQ_AGENTX_AGENTX_H
#define HMQ_AGENTX_AGENTX_H

#include "core/config.h"
#include "core/master.h"
#include "mib/set.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

/* Notifications kept while there is no master; beyond it the oldest is dropped and counted. */
#define AGENTX_OUTBOX_MAX 1000

struct agentx;

struct agentx_callbacks {
    /* Fills the view for one request; what it borrows must live until the handler has returned. */
    void (*view)(void *userdata, struct mib_view *view);
    /* A SET: prepare does what may fail (false: it did, and nothing has changed), undo takes it
     * back, commit makes it so and cannot fail. Of changes, actions belong to the application once
     * they have been prepared and not undone. */
    bool (*prepare)(void *userdata, struct mib_changes *changes);
    void (*undo)(void *userdata, struct mib_changes *changes);
    void (*commit)(void *userdata, struct mib_changes *changes);
    /* A master has taken the notification with this event serial. */
    void (*sent)(void *userdata, uint32_t serial);
    /* The registered session came up (true) or was lost (false). reconnects counts each time a
     * session was established after the first. */
    void (*connected)(void *userdata, bool up, uint32_t reconnects);
    /* Why the master cannot be used, or does not answer; MASTER_GOOD when that is over. Repeated
     * with each attempt. */
    void (*trouble)(void *userdata, const struct master_trouble *trouble);
    /* One line for the log; priority as in syslog(3). */
    void (*log)(void *userdata, int priority, const char *text);
    void *userdata;
};

/*
 * Starts the subagent: configuration of the library (no files read or written), one registration of
 * base.1 (hmqObjects), session in the loop. A master need not be there. One per process (the
 * library's state is global). callbacks is copied.
 * socket is as in core/master.h. Returns 0 with *out (agentx_free), or a negative errno value:
 * -EINVAL when the socket is not of that form.
 */
int agentx_new(sd_event *event, const char *socket, const struct config_oid *base,
               const struct agentx_callbacks *callbacks, struct agentx **out);

/* Queues a notification (consumed) and sends what can be sent. */
void agentx_notify(struct agentx *agentx, struct notification *notification);

/* Notifications not yet acknowledged by a master. */
size_t agentx_pending(const struct agentx *agentx);

/* Closes the session and frees; NULL is accepted. Kept notifications are lost. */
void agentx_free(struct agentx *agentx);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The AgentX session with the master agent (RFC 2741), which uses net-snmp's library in an sd-event
 * loop. Only the files of this directory include net-snmp's headers.
 *
 * It starts without a master and keeps trying to connect; when the session is lost, it reconnects
 * and registers again. It notices when its registration is taken over, and never takes over that of
 * another agent. Nothing waits for the master, which may be busy or stopped for any length of time.
 * Handlers answer at once from the view. Notifications are kept, in order, until a master has
 * acknowledged each of them.
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

/* The number of notifications that are kept while there is no master. Beyond that the oldest one is
 * dropped and counted. */
#define AGENTX_OUTBOX_MAX 1000

struct agentx;

struct agentx_callbacks {
    /* Fills the view for one request. Borrowed data must remain valid until the handler has
     * returned. */
    void (*view)(void *userdata, struct mib_view *view);
    /* The steps of a SET: prepare does everything that can fail (and returns false, with nothing
     * changed, if it does), undo reverts it, and commit makes it effective and cannot fail. The
     * actions in changes belong to the application once they have been prepared, unless they are
     * undone. */
    bool (*prepare)(void *userdata, struct mib_changes *changes);
    void (*undo)(void *userdata, struct mib_changes *changes);
    void (*commit)(void *userdata, struct mib_changes *changes);
    /* A master has acknowledged the notification with this event serial. */
    void (*sent)(void *userdata, uint32_t serial);
    /* The objects have been registered (up), or the session was lost. reconnects is the number of
     * sessions established after the first. */
    void (*connected)(void *userdata, bool up, uint32_t reconnects);
    /* Why the master cannot be used or does not answer; MASTER_GOOD once it works. Repeated after
     * each attempt. */
    void (*trouble)(void *userdata, const struct master_trouble *trouble);
    /* One line for the log; priority as in syslog(3). */
    void (*log)(void *userdata, int priority, const char *text);
    void *userdata;
};

/* Where the objects are: the master's address in the form of core/master.h, their root, and their
 * context, "" for the default one. */
struct agentx_place {
    const char *socket;
    const struct config_oid *base;
    const char *context;
};

/*
 * Starts the subagent: configures the library, which reads and writes no files, and starts a
 * session in the loop that registers base.1 (hmqObjects) in the context; requests in any other
 * context find nothing. No master has to be running. There can be only one subagent in a process,
 * because the library's state is global. place and callbacks are copied. Returns 0 with *out
 * (agentx_free), or a negative errno value: -EINVAL if the address is malformed.
 */
int agentx_new(sd_event *event, const struct agentx_place *place,
               const struct agentx_callbacks *callbacks, struct agentx **out);

/* Queues a notification (consumed) and sends it as soon as possible. */
void agentx_notify(struct agentx *agentx, struct notification *notification);

/* The number of notifications that no master has acknowledged yet. */
size_t agentx_pending(const struct agentx *agentx);

/* Closes the session and frees it; NULL is accepted. Notifications that are still kept are lost. */
void agentx_free(struct agentx *agentx);

#endif

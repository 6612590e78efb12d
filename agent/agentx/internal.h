/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Shared by agentx.c only.
 */
#ifndef HMQ_AGENTX_INTERNAL_H
#define HMQ_AGENTX_INTERNAL_H

#include "core/master.h"
#include "agentx/agentx.h"

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <sys/types.h>

/* agentx/protocol.h is not among the installed headers. RFC 2741, 6.1, and the library's own number
 * for the version. */
#define AGENTX_OPEN 1
#define AGENTX_CLOSE 2
#define AGENTX_REGISTER 3
#define AGENTX_NOTIFY 12
#define AGENTX_PING 13
#define AGENTX_RESPONSE 18
#define AGENTX_VERSION 0xC1

/* The process at the other end of the session, so that a new master is told from the same one. */
struct master_identity {
    pid_t pid;           /* 0 = unknown */
    uint64_t start_time; /* clock ticks since boot, proc(5) */
};

struct outbox {
    struct notification *first, *last;
    size_t count;
    uint64_t dropped;
    netsnmp_session *session; /* NULL = none is up */
    bool in_flight;           /* first is on its way */
    bool in_doubt;            /* the session was lost before first was acknowledged */
    bool rejected;            /* the master does not know the session: first waits for another */
    struct master_identity master;
    void (*sent)(void *userdata, uint32_t serial);
    void *userdata;
};

/* The part of a name below base as mib.h wants it; true when it is below (or at) base. */
bool agentx_relative_name(const struct config_oid *base, const netsnmp_variable_list *variable,
                          uint32_t *ids, size_t *len);

/* base and the relative name after it; returns the length. */
size_t agentx_full_name(const struct config_oid *base, const struct mib_oid *relative,
                        oid name[MAX_OID_LEN]);

/* The handler of everything below base.1; its myvoid is a struct agentx_handler. */
struct agentx_handler {
    struct agentx_callbacks callbacks;
    struct config_oid base;
};
int agentx_on_request(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
                      netsnmp_agent_request_info *info, netsnmp_request_info *requests);

/* One phase of a SET. */
void agentx_set_request(const struct agentx_callbacks *callbacks, const struct config_oid *base,
                        netsnmp_agent_request_info *info, netsnmp_request_info *requests);

/* The session of this number has ended: undoes each of its SETs that was applied and not
 * committed. */
void agentx_set_abandon(long session);

/* A transport of the library over a connected socket (consumed, also on failure); it neither waits
 * nor raises SIGPIPE. NULL without memory. */
netsnmp_transport *agentx_transport_new(int socket);

/* Sends the first kept notification if a session is up and none is on its way. */
void outbox_send(struct outbox *outbox, const struct config_oid *base);

/* Appends (consumed); drops the oldest that is not on its way when full. */
void outbox_add(struct outbox *outbox, struct notification *notification);

/* The session ended: what was on its way is in doubt. */
void outbox_session_lost(struct outbox *outbox);

/* A session is up (session is borrowed): a notification in doubt counts as sent when the master is
 * still the same. */
void outbox_session_up(struct outbox *outbox, netsnmp_session *session);

void outbox_deinit(struct outbox *outbox);

#endif

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

/* Defined here because agentx/protocol.h is not an installed header. The types are those of RFC
 * 2741, 6.1; the version is the library's own number. */
#define AGENTX_OPEN 1
#define AGENTX_CLOSE 2
#define AGENTX_REGISTER 3
#define AGENTX_NOTIFY 12
#define AGENTX_PING 13
#define AGENTX_RESPONSE 18
#define AGENTX_VERSION 0xC1
#define AGENTX_FLAG_NON_DEFAULT_CONTEXT 0x08

/* The process at the other end of the session, which distinguishes a new master from the same one.
 */
struct master_identity {
    pid_t pid;           /* 0 = unknown */
    uint64_t start_time; /* clock ticks since boot, proc(5) */
};

struct outbox {
    struct notification *first, *last;
    size_t count;
    uint64_t dropped;
    netsnmp_session *session; /* NULL = none is up */
    bool in_flight;           /* first has been sent and not yet acknowledged */
    bool in_doubt;            /* the session was lost before first was acknowledged */
    bool rejected;            /* the master does not know the session: first waits for a new one */
    struct master_identity master;
    const char *context; /* borrowed; "" = the default one */
    void (*sent)(void *userdata, uint32_t serial);
    void *userdata;
};

/* Writes the part of a name after base, in the form of mib.h. Returns true if the name is at or
 * below base. */
bool agentx_relative_name(const struct config_oid *base, const netsnmp_variable_list *variable,
                          uint32_t *ids, size_t *len);

/* Writes base followed by the relative name. Returns the length. */
size_t agentx_full_name(const struct config_oid *base, const struct mib_oid *relative,
                        oid name[MAX_OID_LEN]);

/* Puts a PDU to the master in a context, "" for the default one (RFC 2741, 6.1.1). Returns false if
 * out of memory. */
bool agentx_set_context(netsnmp_pdu *pdu, const char *context);

/* The handler of everything below base.1. Its myvoid is a struct agentx_handler. */
struct agentx_handler {
    struct agentx_callbacks callbacks;
    struct config_oid base;
};
int agentx_on_request(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
                      netsnmp_agent_request_info *info, netsnmp_request_info *requests);

/* One phase of a SET. */
void agentx_set_request(const struct agentx_callbacks *callbacks, const struct config_oid *base,
                        netsnmp_agent_request_info *info, netsnmp_request_info *requests);

/* The session with this number has ended: undoes each of its SETs that was prepared but not
 * committed. */
void agentx_set_abandon(long session);

/* Returns a transport of the library over a connected socket (consumed, also on failure), or NULL
 * if out of memory. The transport neither blocks nor raises SIGPIPE. */
netsnmp_transport *agentx_transport_new(int socket);

/* Sends the first notification if a session is up and none is in flight. */
void outbox_send(struct outbox *outbox, const struct config_oid *base);

/* Appends a notification (consumed). If the outbox is full, drops the oldest one that is not in
 * flight. */
void outbox_add(struct outbox *outbox, struct notification *notification);

/* The session has ended: it is in doubt whether the notification in flight arrived. */
void outbox_session_lost(struct outbox *outbox);

/* A session (borrowed) is up. A notification in doubt counts as sent if the master is still the
 * same. */
void outbox_session_up(struct outbox *outbox, netsnmp_session *session);

void outbox_deinit(struct outbox *outbox);

#endif

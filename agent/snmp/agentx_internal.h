/*
 * Shared by snmp/agentx*.c only.
 */
#ifndef HMQ_SNMP_AGENTX_INTERNAL_H
#define HMQ_SNMP_AGENTX_INTERNAL_H

#include "snmp/agentx.h"

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <sys/types.h>

/* The process at the other end of the session, so that a new master is told from the same one. */
struct master_identity {
    pid_t pid;           /* 0 = unknown */
    uint64_t start_time; /* clock ticks since boot, proc(5) */
};

struct outbox {
    struct notification *first, *last;
    size_t count;
    uint64_t dropped;
    bool in_flight; /* first is on its way */
    bool in_doubt;  /* the session was lost before first was acknowledged */
    bool rejected;  /* the master does not know the session: first waits for another one */
    struct master_identity master;
    void (*sent)(void *userdata, uint32_t serial);
    void *userdata;
};

/* The part of a name below base as mib.h wants it; true when it is below (or at) base. */
bool agentx_relative_name(const struct config_oid *base, const netsnmp_variable_list *variable,
                          uint32_t *ids, size_t *len);

/* One phase of a SET. */
void agentx_set_request(const struct agentx_callbacks *callbacks, const struct config_oid *base,
                        netsnmp_agent_request_info *info, netsnmp_request_info *requests);

/* Sends the first kept notification if a session is up and none is on its way. */
void outbox_send(struct outbox *outbox, const struct config_oid *base);

/* Appends (consumed); drops the oldest that is not on its way when full. */
void outbox_add(struct outbox *outbox, struct notification *notification);

/* The session ended: what was on its way is in doubt. */
void outbox_session_lost(struct outbox *outbox);

/* A session is up: a notification in doubt counts as sent when the master is still the same. */
void outbox_session_up(struct outbox *outbox);

void outbox_deinit(struct outbox *outbox);

#endif

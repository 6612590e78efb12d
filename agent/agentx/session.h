/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The AgentX session (RFC 2741, 7.1) over one connection: Open, Register, Ping. For agentx.c
 * only.
 */
#ifndef HMQ_AGENTX_SESSION_H
#define HMQ_AGENTX_SESSION_H

#include "agentx/internal.h"

#include <systemd/sd-event.h>

struct agentx_session;

/* Which registration a session makes. */
struct agentx_session_role {
    const struct config_oid *base; /* borrowed; the objects are base.1 */
    uint8_t priority;              /* RFC 2741, 6.2.3: the lower, the sooner it is asked */
    uint64_t refused_max_usec; /* the longest wait before a refused registration is tried again */
};

/* Called from within the library: a callee must not free the session. */
struct agentx_session_callbacks {
    /* The objects are registered: the master asks for them from now on. */
    void (*up)(void *userdata, netsnmp_session *library);
    /* A request has come. */
    void (*requested)(void *userdata);
    /* A ping was answered. */
    void (*alive)(void *userdata);
    /* The connection has ended; number is the session's, 0 when the master had given it none. */
    void (*ended)(void *userdata, long number);
    /* What keeps the session from being up, or from being answered; MASTER_GOOD when that is over.
     */
    void (*trouble)(void *userdata, const struct master_trouble *trouble);
    /* True when the connection leads to a master that others no longer reach. */
    bool (*replaced)(void *userdata);
    /* One line for the log; priority as in syslog(3). */
    void (*log)(void *userdata, int priority, const char *text);
    void *userdata;
};

/* role and callbacks are copied. 0 or a negative errno value. */
int agentx_session_new(sd_event *event, const struct agentx_session_role *role,
                       const struct agentx_session_callbacks *callbacks,
                       struct agentx_session **out);

/* Begins on a connected socket (consumed). There must be no connection yet.
 * 0 or a negative errno value. */
int agentx_session_begin(struct agentx_session *session, int socket);

/* Somebody has taken the registration away, as a request to a session of lower precedence shows:
 * registers again. */
void agentx_session_taken(struct agentx_session *session);

/* Sends a Close, as far as there is a connection, so that the master logs no loss. NULL is
 * accepted. */
void agentx_session_close(struct agentx_session *session);

/* The library's session must be closed before: snmp_shutdown does it. NULL is accepted. */
void agentx_session_free(struct agentx_session *session);

#endif

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

/* How a session registers. */
struct agentx_session_role {
    const struct config_oid *base; /* borrowed; the objects are base.1 */
    const char *context;           /* borrowed; "" = the default one */
    bool columns;                  /* also registers the columns of long tables */
    uint8_t priority;              /* RFC 2741, 6.2.3: the lowest value takes precedence */
    uint64_t refused_max_usec; /* the longest wait before a refused registration is tried again */
};

/* These are called from within the library, so they must not free the session. */
struct agentx_session_callbacks {
    /* The objects are registered, and the master can request them from now on. */
    void (*up)(void *userdata, netsnmp_session *library);
    /* A request has arrived. */
    void (*requested)(void *userdata);
    /* A ping was answered. */
    void (*alive)(void *userdata);
    /* The connection has ended. number is that of the session, or 0 if the master had not given it
     * one. */
    void (*ended)(void *userdata, long number);
    /* Why the session is not up or not answered; MASTER_GOOD once it is. */
    void (*trouble)(void *userdata, const struct master_trouble *trouble);
    /* True if the connection leads to a master that others can no longer reach. */
    bool (*replaced)(void *userdata);
    /* One line for the log; priority as in syslog(3). */
    void (*log)(void *userdata, int priority, const char *text);
    void *userdata;
};

/* role and callbacks are copied. Returns 0 with *out, or a negative errno value. */
int agentx_session_new(sd_event *event, const struct agentx_session_role *role,
                       const struct agentx_session_callbacks *callbacks,
                       struct agentx_session **out);

/* Begins on a connected socket (consumed). There must be no connection yet. Returns 0 or a negative
 * errno value. */
int agentx_session_begin(struct agentx_session *session, int socket);

/* Registers again. To be called when a request to a session of lower precedence shows that the
 * registration has been taken over. */
void agentx_session_taken(struct agentx_session *session);

/* Sends a Close if there is a connection, so that the master does not log a lost one. NULL is
 * accepted. */
void agentx_session_close(struct agentx_session *session);

/* The library's session must have been closed before, by snmp_shutdown. NULL is accepted. */
void agentx_session_free(struct agentx_session *session);

#endif

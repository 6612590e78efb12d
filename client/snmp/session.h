/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SNMP sessions with several gateways at once. Each gateway has at most one request under way; all
 * wait together in snmp_wait, so that those that do not answer cost one time-out and not one each.
 * With SNMPv3 the engine ID is asked for in the same way, before the first request.
 */
#ifndef HMQ_CLIENT_SNMP_SESSION_H
#define HMQ_CLIENT_SNMP_SESSION_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include <stdbool.h>
#include <stddef.h>

/* How a request ended. */
enum answer_kind {
    ANSWER_RESPONSE, /* variables, and error_status, which may be an error */
    ANSWER_TIMEOUT,  /* no answer; the request may have arrived */
    ANSWER_REPORT,   /* SNMPv3: the user, the passphrases, the context: see words */
    ANSWER_FAILED,   /* not sent: see words */
};

struct answer {
    enum answer_kind kind;
    long error_status; /* SNMP_ERR_... */
    long error_index;  /* from 1; 0 = none in particular */
    const netsnmp_variable_list *variables;
    int report;        /* REPORT: SNMPERR_... */
    const char *words; /* all but RESPONSE: what happened, for people */
};

struct gateway;

/* Receives the end of a request. The answer is valid during the call; it may send the next one. */
typedef void answer_handler(void *userdata, struct gateway *gateway, const struct answer *answer);

/* How the library is to reach gateways: the options after --, and those of snmp.conf(5). */
struct snmp_setup {
    netsnmp_session defaults;
    const char *context; /* -n; NULL = that of the options */
};

struct gateway {
    const char *name; /* as it was given; borrowed */
    netsnmp_session *session;
    bool probed; /* the engine ID is known, or not needed */
    bool waiting;
    netsnmp_pdu *next; /* waits for the engine ID; owned */
    answer_handler *handler;
    void *userdata;
    char problem[256]; /* why there is no session */
};

/*
 * Initializes the library. options are those after "--", count of them; they stay as they are. No
 * MIB module is read, and nothing is written. Returns false if they are wrong; the library has then
 * printed why.
 */
bool snmp_setup_init(struct snmp_setup *setup, char **options, int count);

/* The SNMPv3 user, or "" with a community. Borrowed. */
const char *snmp_setup_user(const struct snmp_setup *setup);

/*
 * Opens a session with the gateway called name, which is borrowed: HOST, HOST:PORT, an IPv6 address
 * with or without brackets, or an address as net-snmp has it, such as tcp:HOST:PORT. Does not send
 * anything. Returns false if the name cannot be resolved; gateway->problem then says why.
 */
bool gateway_open(struct gateway *gateway, struct snmp_setup *setup, const char *name);
void gateway_close(struct gateway *gateway);

/*
 * Sends a request, which is consumed. handler is called exactly once: from snmp_wait, or from this
 * function if nothing can be sent. No other request of the gateway may be under way.
 */
void gateway_send(struct gateway *gateway, netsnmp_pdu *pdu, answer_handler *handler,
                  void *userdata);

/* Waits until no gateway has a request under way. */
void snmp_wait(void);

/* Waits for at most that time, and returns early when something has come or *interrupted is set. */
void snmp_wait_ms(unsigned milliseconds, const volatile int *interrupted);

#endif

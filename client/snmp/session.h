/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SNMP sessions with several gateways at once. All requests wait together in snmp_wait, so that
 * gateways that do not answer cost one time-out and not one each. With SNMPv3 the engine ID is
 * asked for in the same way, before the first request.
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
    bool probed;       /* the engine ID is known, or not needed */
    bool doubted;      /* it may be another one now, so that it is asked for again */
    char problem[256]; /* why there is no session */
};

/* One request at a time. Zeroed before use. It must not move or end while it is under way. */
struct snmp_request {
    struct gateway *gateway;
    bool waiting;      /* it is under way */
    netsnmp_pdu *next; /* waits for the engine ID; owned */
    answer_handler *handler;
    void *userdata;
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

/* Ends what is under way, so that the requests may go. May be called again. */
void gateway_close(struct gateway *gateway);

/*
 * Sends pdu, which is consumed, as a request. handler is called exactly once: from the functions
 * below, or from this one if nothing can be sent. The request must not be under way.
 */
void gateway_send(struct gateway *gateway, struct snmp_request *request, netsnmp_pdu *pdu,
                  answer_handler *handler, void *userdata);

/* Waits until no request is under way. */
void snmp_wait(void);

/* Serves what is under way, and returns when something has come for a request, when one of the
 * count descriptors at inputs can be read, on a signal, or after that time at the latest. */
void snmp_serve(unsigned milliseconds, const int *inputs, size_t count);

#endif

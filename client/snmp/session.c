/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Owns net-snmp's sessions. All are in the library's own list, so that snmp_read2 and snmp_timeout
 * serve each of them. The library can discover the engine ID of SNMPv3 only by waiting for one
 * gateway after the other. So sessions are opened without that, and the first request waits behind
 * an empty one of an empty user (RFC 3414, 4), whose report has the ID. A request is answered by
 * exactly one call of its handler, for which `waiting` stands. The library calls back twice for a
 * report; the first of the two is ignored. An agent that returns with another engine ID is asked
 * for it anew.
 */
#include "client/snmp/session.h"
#include "client/snmp/address.h"

#include <net-snmp/library/large_fd_set.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>

#define OPTIONS_MAX 64

static int requests_under_way;

static void no_more_options(int argc, char *const *argv, int option) {
    (void)argc;
    (void)argv;
    (void)option;
}

bool snmp_setup_init(struct snmp_setup *setup, char **options, int count) {
    static char program[] = "hmq";
    static char nobody[] = "localhost";
    char *arguments[OPTIONS_MAX + 2] = {program};
    if (count > OPTIONS_MAX) {
        fprintf(stderr, "hmq: more than %d SNMP options\n", OPTIONS_MAX);
        return false;
    }
    for (int i = 0; i < count; i++) {
        if (options[i][0] == '-' && options[i][1] != '\0' && strchr("hHV", options[i][1]) != NULL) {
            fprintf(stderr, "hmq: %s is no option for a request\n", options[i]);
            return false;
        }
        arguments[i + 1] = options[i];
    }
    arguments[count + 1] = nobody;
    /* No modules are needed. Without snmp_shutdown nothing is written either. */
    setenv("MIBS", "", 1);
    setenv("MIBDIRS", "/dev/null", 1);
    int used = netsnmp_parse_args(count + 2, arguments, &setup->defaults, "", no_more_options,
                                  NETSNMP_PARSE_ARGS_NOZERO);
    if (used < 0) {
        return false;
    }
    if (used != count + 2) {
        fprintf(stderr, "hmq: %s stands among the SNMP options, but is none\n",
                arguments[used - 1]);
        return false;
    }
    /* The library's words would come between ours; what matters is in the answers. */
    snmp_disable_log();
    return true;
}

const char *snmp_setup_user(const struct snmp_setup *setup) {
    const char *user = setup->defaults.securityName;
    if (setup->defaults.version != SNMP_VERSION_3) {
        return "";
    }
    if (user == NULL || user[0] == '\0') {
        user = netsnmp_ds_get_string(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_SECNAME);
    }
    return user != NULL ? user : "";
}

/* A name that has IPv6 addresses only is to be reached all the same. */
static bool only_ipv6(const char *name) {
    char host[256];
    char port[256];
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM};
    struct addrinfo *found = NULL;
    if (!address_split(name, host, port, sizeof host) ||
        getaddrinfo(host, NULL, &hints, &found) != 0) {
        return false;
    }
    bool four = false;
    for (const struct addrinfo *at = found; at != NULL; at = at->ai_next) {
        four = four || at->ai_family == AF_INET;
    }
    freeaddrinfo(found);
    return !four;
}

bool gateway_open(struct gateway *gateway, struct snmp_setup *setup, const char *name) {
    netsnmp_session session = setup->defaults;
    char address[512];
    char peer[sizeof address + sizeof "udp6:"];
    *gateway = (struct gateway){.name = name};
    if (!address_for_snmp(name, address, sizeof address)) {
        snprintf(gateway->problem, sizeof gateway->problem, "the address is too long");
        return false;
    }
    bool six = strcmp(address, name) == 0 && only_ipv6(name);
    snprintf(peer, sizeof peer, "%s%s", six ? "udp6:" : "", address);
    session.peername = peer;
    if (setup->context != NULL) {
        /* Not changed by the library, which copies it. */
        session.contextName = (char *)(uintptr_t)setup->context;
        session.contextNameLen = strlen(setup->context);
    }
    gateway->session = snmp_open(&session);
    if (gateway->session == NULL) {
        snprintf(gateway->problem, sizeof gateway->problem, "%s",
                 snmp_api_errstring(session.s_snmp_errno));
        return false;
    }
    /* snmp_open keeps no such flag. */
    gateway->session->flags |= SNMP_FLAGS_DONT_PROBE;
    gateway->probed = gateway->session->version != SNMP_VERSION_3;
    return true;
}

void gateway_close(struct gateway *gateway) {
    if (gateway->session != NULL) {
        snmp_close(gateway->session);
    }
    gateway->session = NULL;
}

static void finish(struct snmp_request *request, const struct answer *answer) {
    if (!request->waiting) {
        return;
    }
    request->waiting = false;
    requests_under_way--;
    request->handler(request->userdata, request->gateway, answer);
}

static void fail(struct snmp_request *request, const char *words) {
    const struct answer answer = {.kind = ANSWER_FAILED, .words = words};
    finish(request, &answer);
}

/* The library drops the report of an agent that has returned with another engine ID, so that this
 * looks like no answer. */
static void doubt(struct gateway *gateway) {
    gateway->doubted = gateway->session != NULL && gateway->session->version == SNMP_VERSION_3;
}

/* The next request will ask for the engine ID. */
static void forget_engine(struct gateway *gateway) {
    netsnmp_session *session = gateway->session;
    free(session->securityEngineID);
    free(session->contextEngineID);
    session->securityEngineID = NULL;
    session->contextEngineID = NULL;
    session->securityEngineIDLen = 0;
    session->contextEngineIDLen = 0;
    session->flags &= ~(unsigned long)SNMP_FLAGS_USER_CREATED; /* its keys are made for each */
    gateway->probed = false;
    gateway->doubted = false;
}

/* What a report means (RFC 3411, 3412, 3414 and 3415), and what is to be done about it. */
static const char *report_words(int type) {
    static const struct {
        int type;
        const char *words;
    } reports[] = {
        {SNMPERR_UNKNOWN_USER_NAME, "snmpd there does not know this SNMPv3 user"},
        {SNMPERR_AUTHENTICATION_FAILURE,
         "the authentication passphrase or protocol (-A, -a) is another one there"},
        {SNMPERR_DECRYPTION_ERR,
         "the privacy passphrase or protocol (-X, -x) is another one there"},
        {SNMPERR_UNSUPPORTED_SEC_LEVEL,
         "the security level (-l) is not one that this user has there"},
        {SNMPERR_NOT_IN_TIME_WINDOW, "its SNMP clock does not agree with what it said before"},
        {SNMPERR_UNKNOWN_ENG_ID, "its engine ID has changed meanwhile"},
        {SNMPERR_BAD_CONTEXT, "it has no such SNMP context (-n)"},
    };
    for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++) {
        if (reports[i].type == type) {
            return reports[i].words;
        }
    }
    return "it refuses the request by an SNMPv3 report";
}

static void on_message(struct snmp_request *request, netsnmp_pdu *pdu) {
    struct answer answer = {.kind = ANSWER_RESPONSE,
                            .error_status = pdu->errstat,
                            .error_index = pdu->errindex,
                            .variables = pdu->variables};
    if (pdu->command == SNMP_MSG_REPORT) {
        int type = snmpv3_get_report_type(pdu);
        answer =
            (struct answer){.kind = ANSWER_REPORT, .report = type, .words = report_words(type)};
        doubt(request->gateway);
    }
    finish(request, &answer);
}

/* snmpd answers nothing to a request in a context that nobody has registered. */
static const char *timeout_words(const struct gateway *gateway) {
    const netsnmp_session *session = gateway->session;
    bool context = session->version == SNMP_VERSION_3 && session->contextNameLen > 0;
    return context && gateway->probed
               ? "no answer, as for an SNMP context (-n) that it does not have"
               : "no answer";
}

static int on_event(int operation, netsnmp_session *session, int id, netsnmp_pdu *pdu,
                    void *userdata) {
    struct snmp_request *request = userdata;
    const struct answer timeout = {.kind = ANSWER_TIMEOUT,
                                   .words = timeout_words(request->gateway)};
    const struct answer closed = {.kind = ANSWER_TIMEOUT, .words = "it has closed the connection"};
    (void)id;
    switch (operation) {
    case NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE:
        on_message(request, pdu);
        break;
    case NETSNMP_CALLBACK_OP_TIMED_OUT:
        doubt(request->gateway);
        finish(request, &timeout);
        break;
    case NETSNMP_CALLBACK_OP_SEND_FAILED:
        fail(request, snmp_api_errstring(session->s_snmp_errno));
        break;
    case NETSNMP_CALLBACK_OP_DISCONNECT:
        /* As with a time-out the request may have arrived. */
        finish(request, &closed);
        break;
    default: /* SEC_ERROR precedes RECEIVED_MESSAGE */
        break;
    }
    return 1;
}

static void send_next(struct snmp_request *request) {
    struct gateway *gateway = request->gateway;
    netsnmp_pdu *pdu = request->next;
    request->next = NULL;
    if (snmp_async_send(gateway->session, pdu, on_event, request) == 0) {
        const char *words = snmp_api_errstring(gateway->session->s_snmp_errno);
        snmp_free_pdu(pdu);
        fail(request, words);
    }
}

static int on_probe(int operation, netsnmp_session *session, int id, netsnmp_pdu *pdu,
                    void *userdata) {
    struct snmp_request *request = userdata;
    if (operation == NETSNMP_CALLBACK_OP_SEC_ERROR) {
        return 1;
    }
    if (operation == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE && session->securityEngineIDLen > 0) {
        request->gateway->probed = true;
        if (!request->waiting) {
            return 1;
        }
        if (usm_create_user_from_session(session) == SNMPERR_SUCCESS) {
            send_next(request);
        } else {
            fail(request, "no key can be made of the passphrases");
        }
        return 1;
    }
    if (operation == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE) {
        fail(request, "it does not tell its SNMPv3 engine ID");
        return 1;
    }
    return on_event(operation, session, id, pdu, userdata);
}

/* The user of a probe, which the library wants to have in its list. */
static bool add_empty_user(void) {
    static bool added;
    struct usmUser *user = added ? NULL : usm_create_user();
    if (added || user == NULL) {
        return added;
    }
    free(user->name);
    free(user->secName);
    user->name = strdup("");
    user->secName = strdup("");
    if (user->name == NULL || user->secName == NULL) {
        usm_free_user(user);
        return false;
    }
    usm_add_user(user);
    added = true;
    return true;
}

static void send_probe(struct snmp_request *request) {
    struct gateway *gateway = request->gateway;
    netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GET);
    if (pdu == NULL || !add_empty_user() || (pdu->securityName = strdup("")) == NULL) {
        snmp_free_pdu(pdu);
        fail(request, "out of memory");
        return;
    }
    pdu->version = SNMP_VERSION_3;
    pdu->securityNameLen = 0;
    pdu->securityLevel = SNMP_SEC_LEVEL_NOAUTH;
    pdu->securityModel = SNMP_SEC_MODEL_USM;
    if (snmp_async_send(gateway->session, pdu, on_probe, request) == 0) {
        const char *words = snmp_api_errstring(gateway->session->s_snmp_errno);
        snmp_free_pdu(pdu);
        fail(request, words);
    }
}

void gateway_send(struct gateway *gateway, struct snmp_request *request, netsnmp_pdu *pdu,
                  answer_handler *handler, void *userdata) {
    request->gateway = gateway;
    request->handler = handler;
    request->userdata = userdata;
    request->waiting = true;
    requests_under_way++;
    if (gateway->session == NULL || pdu == NULL) {
        snmp_free_pdu(pdu);
        fail(request, gateway->session == NULL ? gateway->problem : "out of memory");
        return;
    }
    snmp_free_pdu(request->next);
    request->next = pdu;
    if (gateway->doubted) {
        forget_engine(gateway);
    }
    if (gateway->probed) {
        send_next(request);
    } else {
        send_probe(request);
    }
}

/* Serves the sessions once; waits for at most limit, or as the library needs if that is NULL. */
static void serve(const struct timeval *limit, const int *inputs, size_t input_count) {
    netsnmp_large_fd_set set;
    struct timeval wait = limit != NULL ? *limit : (struct timeval){.tv_sec = 60};
    int block = limit == NULL;
    int count = 0;
    netsnmp_large_fd_set_init(&set, FD_SETSIZE);
    NETSNMP_LARGE_FD_ZERO(&set);
    snmp_select_info2(&count, &set, &wait, &block);
    if (limit != NULL && block) {
        /* Nothing is under way, so that the library would wait for ever. */
        wait = *limit;
        block = 0;
    }
    for (size_t i = 0; i < input_count; i++) {
        NETSNMP_LARGE_FD_SET(inputs[i], &set);
        count = inputs[i] >= count ? inputs[i] + 1 : count;
    }
    int ready = netsnmp_large_fd_set_select(count, &set, NULL, NULL, block ? NULL : &wait);
    if (ready > 0) {
        snmp_read2(&set);
    }
    if (ready == 0 || input_count > 0) {
        snmp_timeout();
    }
    netsnmp_large_fd_set_cleanup(&set);
}

void snmp_wait(void) {
    while (requests_under_way > 0) {
        serve(NULL, NULL, 0);
    }
}

void snmp_serve(unsigned milliseconds, const int *inputs, size_t count) {
    const struct timeval limit = {.tv_sec = milliseconds / 1000,
                                  .tv_usec = (suseconds_t)(milliseconds % 1000) * 1000};
    serve(&limit, inputs, count);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The SNMP master agent as the agent sees it: where it listens, and why it cannot be used.
 */
#ifndef HMQ_CORE_MASTER_H
#define HMQ_CORE_MASTER_H

#include <stdbool.h>

#define MASTER_PATH_SIZE 108 /* sun_path, unix(7) */
#define MASTER_HOST_SIZE 256
#define MASTER_PORT_SIZE 6

enum master_transport { MASTER_UNIX, MASTER_TCP };

struct master_address {
    enum master_transport transport;
    char path[MASTER_PATH_SIZE]; /* MASTER_UNIX */
    char host[MASTER_HOST_SIZE]; /* MASTER_TCP: a name, or an address without brackets */
    char port[MASTER_PORT_SIZE]; /* MASTER_TCP: 1 to 65535 */
};

/*
 * Parses an agentx_socket: unix:PATH with an absolute path, tcp:HOST:PORT or tcp6:HOST:PORT, where
 * an IPv6 address is in brackets. Returns false, with *address untouched, if it is malformed or too
 * long.
 */
bool master_address_parse(const char *text, struct master_address *address);

/* Errors of AgentX, RFC 2741, 6.2.16. */
enum agentx_error {
    AGENTX_ERROR_OPEN_FAILED = 256,
    AGENTX_ERROR_NOT_OPEN = 257,
    AGENTX_ERROR_UNSUPPORTED_CONTEXT = 262,
    AGENTX_ERROR_DUPLICATE_REGISTRATION = 263,
    AGENTX_ERROR_UNKNOWN_REGISTRATION = 264,
    AGENTX_ERROR_PARSE = 266,
    AGENTX_ERROR_REQUEST_DENIED = 267,
    AGENTX_ERROR_PROCESSING = 268,
};

/* The name that RFC 2741 gives an error, or "unknown error". */
const char *agentx_error_name(int error);

enum master_trouble_kind {
    MASTER_GOOD,
    MASTER_UNREACHABLE,          /* number: errno */
    MASTER_UNRESOLVED,           /* number: an error of getaddrinfo(3) */
    MASTER_SILENT,               /* connected, but it does not answer */
    MASTER_REFUSES_SESSION,      /* number: enum agentx_error */
    MASTER_OCCUPIED,             /* another subagent has registered the objects */
    MASTER_REFUSES_REGISTRATION, /* number: enum agentx_error */
};

struct master_trouble {
    enum master_trouble_kind kind;
    int number;
};

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The library's own transports block in sendto(2), raise SIGPIPE, and take an empty read for the
 * end of the connection. This one does none of these.
 */
#include "agentx/internal.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/* How long the master's socket may remain full. A master reads answers before it requests more, so
 * one that does not has failed. */
#define SEND_WAIT_MSEC 200

static const oid domain[] = {1, 3, 6, 1, 2, 1, 100, 1, 13}; /* transportDomainLocal, RFC 3419 */

static int receive(netsnmp_transport *transport, void *octets, int size, void **opaque,
                   int *opaque_size) {
    *opaque = NULL;
    *opaque_size = 0;
    ssize_t got = recv(transport->sock, octets, (size_t)size, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        transport->flags |= NETSNMP_TRANSPORT_FLAG_EMPTY_PKT;
        return 0;
    }
    return (int)got;
}

static bool wait_writable(int socket) {
    struct pollfd poll_fd = {.fd = socket, .events = POLLOUT};
    return poll(&poll_fd, 1, SEND_WAIT_MSEC) == 1;
}

static int send_all(netsnmp_transport *transport, const void *octets, int size, void **opaque,
                    int *opaque_size) {
    const char *rest = octets;
    size_t left = (size_t)size;
    (void)opaque;
    (void)opaque_size;
    while (left > 0) {
        ssize_t sent = send(transport->sock, rest, left, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            rest += sent;
            left -= (size_t)sent;
        } else if (errno != EINTR && (errno != EAGAIN || !wait_writable(transport->sock))) {
            /* A part of a PDU may have been sent, so the connection is useless. The reader notices
             * its end. */
            shutdown(transport->sock, SHUT_RDWR);
            return -1;
        }
    }
    return size;
}

static int close_socket(netsnmp_transport *transport) {
    if (transport->sock < 0) {
        return -1;
    }
    int r = close(transport->sock);
    transport->sock = -1;
    return r;
}

netsnmp_transport *agentx_transport_new(int socket) {
    netsnmp_transport *transport = calloc(1, sizeof *transport); /* the library calls free(3) */
    if (transport == NULL) {
        close(socket);
        return NULL;
    }
    transport->domain = domain;
    transport->domain_length = OID_LENGTH(domain);
    transport->sock = socket;
    transport->flags = NETSNMP_TRANSPORT_FLAG_STREAM | NETSNMP_TRANSPORT_FLAG_OPENED;
    transport->msgMaxSize = SNMP_MAX_PACKET_LEN;
    transport->f_recv = receive;
    transport->f_send = send_all;
    transport->f_close = close_socket;
    return transport;
}

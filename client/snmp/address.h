/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Addresses of gateways as people write them.
 */
#ifndef HMQ_CLIENT_SNMP_ADDRESS_H
#define HMQ_CLIENT_SNMP_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Rewrites an address for net-snmp: "::1", "[::1]", "[::1]:1161" and "fe80::1%eth0" become
 * "udp6:[...]", all else stays as it is. Returns false if the result needs more than size octets.
 */
bool address_for_snmp(const char *name, char *out, size_t size);

/* Splits "[ADDRESS]:PORT" or "HOST:PORT" at the port. Returns false if it has a transport before
 * it, such as "tcp:", or is too long. The port is "" if there is none. */
bool address_split(const char *name, char *host, char *port, size_t size);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/snmp/address.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* True for "tcp:", "udp6:", "unix:" and the like in front: net-snmp knows what they mean. */
static bool has_transport(const char *name) {
    static const char *const transports[] = {"udp",    "udp6",  "udpv6",   "udpipv6", "tcp",
                                             "tcp6",   "tcpv6", "tcpipv6", "unix",    "dtlsudp",
                                             "tlstcp", "ssh",   "alias",   "dtlsudp6"};
    const char *colon = strchr(name, ':');
    if (name[0] == '/') {
        return true;
    }
    for (size_t i = 0; colon != NULL && i < sizeof transports / sizeof transports[0]; i++) {
        size_t len = strlen(transports[i]);
        if (len == (size_t)(colon - name) && strncasecmp(name, transports[i], len) == 0) {
            return true;
        }
    }
    return false;
}

/* More than one colon, and none of it is a port. */
static bool is_bare_ipv6(const char *name) {
    const char *colon = strchr(name, ':');
    return colon != NULL && strchr(colon + 1, ':') != NULL;
}

bool address_for_snmp(const char *name, char *out, size_t size) {
    bool plain = has_transport(name);
    bool bracketed = !plain && name[0] == '[';
    bool bare = !plain && !bracketed && is_bare_ipv6(name);
    int len = snprintf(out, size, "%s%s%s%s", bracketed || bare ? "udp6:" : "", bare ? "[" : "",
                       name, bare ? "]" : "");
    return len >= 0 && (size_t)len < size;
}

bool address_split(const char *name, char *host, char *port, size_t size) {
    const char *end;
    if (has_transport(name) || strlen(name) >= size) {
        return false;
    }
    port[0] = '\0';
    if (name[0] == '[' && (end = strchr(name, ']')) != NULL) {
        snprintf(host, size, "%.*s", (int)(end - name - 1), name + 1);
        snprintf(port, size, "%s", end[1] == ':' ? end + 2 : "");
    } else if (is_bare_ipv6(name) || (end = strchr(name, ':')) == NULL) {
        snprintf(host, size, "%s", name);
    } else {
        snprintf(host, size, "%.*s", (int)(end - name), name);
        snprintf(port, size, "%s", end + 1);
    }
    return true;
}

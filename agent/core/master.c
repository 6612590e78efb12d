/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/master.h"

#include "core/duration.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static bool parse_path(const char *path, struct master_address *address) {
    if (path[0] != '/' || strlen(path) >= sizeof address->path) {
        return false;
    }
    address->transport = MASTER_UNIX;
    memcpy(address->path, path, strlen(path) + 1);
    return true;
}

static bool set_port(const char *text, struct master_address *address) {
    uint64_t number;
    if (!number_parse(text, UINT16_MAX, &number) || number == 0) {
        return false;
    }
    snprintf(address->port, sizeof address->port, "%u", (unsigned)number);
    return true;
}

static bool set_host(const char *text, size_t len, struct master_address *address) {
    if (len == 0 || len >= sizeof address->host) {
        return false;
    }
    memcpy(address->host, text, len);
    address->host[len] = '\0';
    return true;
}

static bool parse_tcp(const char *text, struct master_address *address) {
    address->transport = MASTER_TCP;
    if (text[0] == '[') {
        const char *end = strchr(text, ']');
        return end != NULL && set_host(text + 1, (size_t)(end - text - 1), address) &&
               end[1] == ':' && set_port(end + 2, address);
    }
    const char *colon = strchr(text, ':');
    return colon != NULL && set_host(text, (size_t)(colon - text), address) &&
           set_port(colon + 1, address);
}

bool master_address_parse(const char *text, struct master_address *address) {
    struct master_address parsed = {.transport = MASTER_UNIX};
    bool good = false;
    if (strncmp(text, "unix:", 5) == 0) {
        good = parse_path(text + 5, &parsed);
    } else if (strncmp(text, "tcp:", 4) == 0) {
        good = parse_tcp(text + 4, &parsed);
    } else if (strncmp(text, "tcp6:", 5) == 0) {
        good = parse_tcp(text + 5, &parsed);
    }
    if (good) {
        *address = parsed;
    }
    return good;
}

const char *agentx_error_name(int error) {
    static const struct {
        enum agentx_error error;
        const char *name;
    } names[] = {
        {AGENTX_ERROR_OPEN_FAILED, "openFailed"},
        {AGENTX_ERROR_NOT_OPEN, "notOpen"},
        {AGENTX_ERROR_UNSUPPORTED_CONTEXT, "unsupportedContext"},
        {AGENTX_ERROR_DUPLICATE_REGISTRATION, "duplicateRegistration"},
        {AGENTX_ERROR_UNKNOWN_REGISTRATION, "unknownRegistration"},
        {AGENTX_ERROR_PARSE, "parseError"},
        {AGENTX_ERROR_REQUEST_DENIED, "requestDenied"},
        {AGENTX_ERROR_PROCESSING, "processingError"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if ((int)names[i].error == error) {
            return names[i].name;
        }
    }
    return "unknown error";
}

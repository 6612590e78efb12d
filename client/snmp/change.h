/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A SET, and what its refusal means.
 */
#ifndef HMQ_CLIENT_SNMP_CHANGE_H
#define HMQ_CLIENT_SNMP_CHANGE_H

#include "client/snmp/fetch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHANGES_MAX 24

/* One object and its new value. */
struct change_value {
    struct oid_part name; /* below the base, with the instance */
    enum { CHANGE_INTEGER, CHANGE_UNSIGNED, CHANGE_OCTETS } type;
    int64_t number;
    const char *octets; /* borrowed */
    size_t len;
};

enum change_end {
    CHANGE_DONE,
    CHANGE_NO_ANSWER,    /* it may have been carried out */
    CHANGE_NOT_SENT,     /* certainly not */
    CHANGE_NO_ACCESS,    /* the view of this user does not have the object */
    CHANGE_NOT_WRITABLE, /* the agent's configuration does not allow it */
    CHANGE_BAD_VALUE,
    CHANGE_INCONSISTENT,
    CHANGE_NO_RESOURCES,
    CHANGE_ERROR,
};

struct change {
    struct change_value values[CHANGES_MAX];
    size_t count;
    enum change_end end;
    size_t at;       /* which value was refused; count = none in particular */
    char words[256]; /* the error's name, or why it was not sent */
};

struct change_value *change_add(struct change *change, const uint32_t *oid, size_t len);

/* Sends all in one request and waits. */
void change_send(struct change *change, struct gateway *gateway, const struct fetch *like);

#endif

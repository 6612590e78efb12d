/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The MIB as data: HERMES-MAILQUEUE-MIB's objects as descriptors with getters over a snapshot, and
 * GET and GETNEXT over them. It does not depend on net-snmp, so a test can walk the whole tree.
 * Object identifiers here are relative to the root (hermesMailQueueMIB): hmqTotalMessages is 1.2.1.
 */
#ifndef HMQ_MIB_MIB_H
#define HMQ_MIB_MIB_H

#include "core/config.h"
#include "core/event.h"
#include "core/event_log.h"
#include "core/hook_status.h"
#include "core/action_table.h"
#include "core/snapshot.h"
#include "core/status.h"
#include "core/tunables.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More than the longest relative identifier: 1.6.6.1.4 with owner, command, ID and result index. */
#define MIB_OID_MAX 64

/* MIB_OTHER: any other type, in a SET only. */
enum mib_type { MIB_INTEGER, MIB_GAUGE32, MIB_COUNTER32, MIB_OCTETS, MIB_OTHER };

struct mib_value {
    enum mib_type type;
    int32_t integer;    /* MIB_INTEGER */
    uint32_t number;    /* MIB_GAUGE32, MIB_COUNTER32 */
    const void *octets; /* MIB_OCTETS: borrowed from the view, or points to small below */
    size_t length;      /* MIB_OCTETS: 0..ACTION_QUEUE_IDS_MAX octets */
    uint8_t small[16];  /* DateAndTime and BITS */
};

struct mib_oid {
    uint32_t ids[MIB_OID_MAX];
    size_t len;
};

/* What the getters read; borrowed for the duration of the call. */
struct mib_view {
    const struct snapshot *snapshot;
    const struct agent_status *status;
    const struct config *config;
    const struct tunables *tunables;
    const struct action_table *actions;
    const struct event_log *events;
    const struct hook_status *const *hooks; /* in the order of the configuration */
    size_t hook_count;
    uint64_t now_usec; /* CLOCK_MONOTONIC */
    int64_t now_wall;  /* seconds since the epoch */
};

enum mib_result {
    MIB_OK,
    MIB_NO_OBJECT,   /* no such object in the module */
    MIB_NO_INSTANCE, /* the object exists, but not this instance, or its value is unknown */
    MIB_END,         /* GETNEXT: nothing after oid */
};

/* GET. Returns MIB_OK with the value, or MIB_NO_OBJECT or MIB_NO_INSTANCE with *value untouched. */
enum mib_result mib_get(const struct mib_view *view, const uint32_t *oid, size_t len,
                        struct mib_value *value);

/*
 * GETNEXT: finds the first instance with a value after oid, or at oid if inclusive. oid may be any
 * 0..128 sub-identifiers. Returns MIB_OK with its name and value, or MIB_END.
 */
enum mib_result mib_next(const struct mib_view *view, const uint32_t *oid, size_t len,
                         bool inclusive, struct mib_oid *name, struct mib_value *value);

/* One variable of a notification, including its value. */
struct mib_varbind {
    struct mib_oid name;
    enum mib_type type;
    int32_t integer;
    uint32_t number;
    size_t length;
    uint8_t octets[255];
};

/* A notification, kept until a master has acknowledged it. */
struct notification {
    enum event_type type; /* its number below hmqNotifications */
    uint32_t serial;      /* of its event */
    size_t count;
    struct mib_varbind varbinds[EVENT_OBJECTS_MAX];
    struct notification *next;
};

/*
 * Builds the notification of an event from the event alone, with every object of its OBJECTS clause
 * in order. Returns 0 with a new notification in *out (free(3)), -ENOMEM, or -ENODATA if the event
 * lacks a value that the clause requires: it is never sent incomplete.
 */
int mib_notification_new(const struct event *event, struct notification **out);

/* The tables that can have many rows, by their number from 0: *first is the name of the first
 * column, and *last the number of the last one. Returns false if there is no such number. */
bool mib_long_table(size_t number, struct mib_oid *first, uint32_t *last);

#endif

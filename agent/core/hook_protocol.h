/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The protocol between the agent and the hooks process, over a SOCK_SEQPACKET socket: each packet
 * is one struct of fixed size, whose type depends on the direction. Both processes come from one
 * build, run on one machine and read the same configuration file, so an endpoint is identified by
 * its position in config.hooks. The digest in HOOK_HELLO shows the agent whether the file was
 * changed between the two readings.
 *
 *   agent -> hooks  struct hook_order: deliver this event to this endpoint. For each endpoint, the
 *                   orders come in the order of serials, and at most HOOK_WINDOW are unanswered.
 *   hooks -> agent  struct hook_report. HOOK_HELLO is the first report of each (re)started process,
 *                   which has no earlier orders and is sent all unanswered ones again.
 *                   HOOK_DELIVERED and HOOK_GIVEN_UP answer an order. HOOK_RETRYING reports a
 * failed attempt and does not answer the order.
 *
 * Each HOOK_HELLO chooses a session that the orders and reports after it repeat. A packet with
 * another session was in transit when the process was restarted, and is ignored. Otherwise a
 * restarted process could take a late order for its first one and deliver it before earlier ones.
 *
 * An order with repeat set is a reminder of a raise that was delivered before, for an endpoint that
 * may have lost it. It is tried once, only while no event is waiting, and not answered.
 *
 * Each event is delivered at least once, in order for each endpoint. Endpoints do not wait for each
 * other.
 */
#ifndef HMQ_CORE_HOOK_PROTOCOL_H
#define HMQ_CORE_HOOK_PROTOCOL_H

#include "core/config.h"
#include "core/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HOOK_PROTOCOL_VERSION 3
#define HOOK_WINDOW 16

enum hook_report_type {
    HOOK_HELLO = 1,
    HOOK_DELIVERED,
    HOOK_RETRYING,
    HOOK_GIVEN_UP,
    HOOK_REPORT_TYPE_END,
};

struct hook_order {
    uint32_t version;
    uint32_t session; /* of the HOOK_HELLO this is for */
    uint32_t hook;    /* position in config.hooks */
    uint32_t repeat;  /* 1 = a reminder, see above */
    struct event event;
};

struct hook_report {
    uint32_t version;
    uint32_t type;    /* enum hook_report_type */
    uint32_t session; /* HOOK_HELLO: chosen at random, else that of the order */
    uint32_t hook;    /* position in config.hooks; HOOK_HELLO: how many there are */
    uint32_t serial;  /* of the event; HOOK_HELLO: hook_digest of the configuration it runs with */
    char text[EVENT_TEXT_SIZE]; /* HOOK_RETRYING, HOOK_GIVEN_UP: why; HOOK_HELLO: problems, or "" */
};

/* True if the len octets at packet are well-formed: length, enumerations, terminated texts. */
bool hook_order_valid(const struct hook_order *packet, size_t len);
bool hook_report_valid(const struct hook_report *packet, size_t len);

/* A hash (FNV-1a) of the endpoints' names, kinds, order and targets. */
uint32_t hook_digest(const struct config *config);

/* "webhook.ops", as in the configuration: hmqHookName. out is NUL-terminated and truncated to size.
 */
void hook_full_name(const struct config_hook *hook, char *out, size_t size);

#endif

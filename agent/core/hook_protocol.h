/*
 * The protocol between core and the hooks process, over a SOCK_SEQPACKET socketpair: one packet is
 * one fixed-size struct of the direction. Both processes are of one build and one machine and read
 * the same configuration file, so that an endpoint is named by its position in config.hooks.
 *
 *   core -> hooks   struct hook_order: deliver this event to this endpoint. Per endpoint in the
 *                   order of serials, at most HOOK_WINDOW unanswered.
 *   hooks -> core   struct hook_report: HOOK_HELLO first of all from each (re)started process,
 *                   which forgets what ran before and is sent all unanswered orders again;
 *                   HOOK_DELIVERED and HOOK_GIVEN_UP answer an order; HOOK_RETRYING tells of a
 *                   failed try and does not.
 *
 * Delivery is at least once and in order per endpoint; endpoints do not wait for each other.
 */
#ifndef HMQ_CORE_HOOK_PROTOCOL_H
#define HMQ_CORE_HOOK_PROTOCOL_H

#include "core/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HOOK_PROTOCOL_VERSION 1
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
    uint32_t hook; /* position in config.hooks */
    struct event event;
};

struct hook_report {
    uint32_t version;
    uint32_t type;              /* enum hook_report_type */
    uint32_t hook;              /* position in config.hooks */
    uint32_t serial;            /* of the event */
    char text[EVENT_TEXT_SIZE]; /* HOOK_RETRYING, HOOK_GIVEN_UP: why; HOOK_HELLO: what is wrong, ""
                                 */
};

/* True when the len octets at packet are well-formed: lengths, enumerations, terminated texts. */
bool hook_order_valid(const struct hook_order *packet, size_t len);
bool hook_report_valid(const struct hook_report *packet, size_t len);

#endif

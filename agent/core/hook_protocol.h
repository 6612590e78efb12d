/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The protocol between the agent and the hooks process, over a SOCK_SEQPACKET socket: one packet is
 * one fixed-size struct of the direction. Both processes are of one build and one machine and read
 * the same configuration file, so that an endpoint is named by its position in config.hooks; the
 * digest in HOOK_HELLO tells the agent when the file was changed between the two readings.
 *
 *   agent -> hooks  struct hook_order: deliver this event to this endpoint. Per endpoint in the
 *                   order of serials, at most HOOK_WINDOW unanswered.
 *   hooks -> agent  struct hook_report: HOOK_HELLO first of all from each (re)started process,
 *                   which forgets what ran before and is sent all unanswered orders again;
 *                   HOOK_DELIVERED and HOOK_GIVEN_UP answer an order; HOOK_RETRYING tells of a
 *                   failed try and does not.
 *
 * Each HOOK_HELLO chooses a session that the orders and reports after it repeat. What carries
 * another one was under way when the process was restarted, and is ignored: otherwise a restarted
 * process could take a late order for the first of its own and deliver it before its elders.
 *
 * An order with repeat set is a reminder of a raise that was delivered before, for an endpoint that
 * may have forgotten it. It is tried once, only while nothing else is owed, and not answered.
 *
 * Delivery is at least once and in order per endpoint; endpoints do not wait for each other.
 */
#ifndef HMQ_CORE_HOOK_PROTOCOL_H
#define HMQ_CORE_HOOK_PROTOCOL_H

#include "core/config.h"
#include "core/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HOOK_PROTOCOL_VERSION 2
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
    uint32_t repeat;  /* 1: only a reminder, see below */
    struct event event;
};

struct hook_report {
    uint32_t version;
    uint32_t type;    /* enum hook_report_type */
    uint32_t session; /* HOOK_HELLO: chosen at random, else that of the order */
    uint32_t hook;    /* position in config.hooks; HOOK_HELLO: how many there are */
    uint32_t serial;  /* of the event; HOOK_HELLO: hook_digest of the configuration it runs with */
    char text[EVENT_TEXT_SIZE]; /* HOOK_RETRYING, HOOK_GIVEN_UP: why; HOOK_HELLO: what is wrong, ""
                                 */
};

/* True when the len octets at packet are well-formed: lengths, enumerations, terminated texts. */
bool hook_order_valid(const struct hook_order *packet, size_t len);
bool hook_report_valid(const struct hook_report *packet, size_t len);

/* A number (FNV-1a) that differs when the endpoints' names, kinds, order or targets do. */
uint32_t hook_digest(const struct config *config);

/* "webhook.ops", as in the configuration: hmqHookName. out is NUL-terminated, cut to fit size. */
void hook_full_name(const struct config_hook *hook, char *out, size_t size);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading objects of several gateways at once: subtrees by walks, which are bounded whatever an
 * agent answers, and single objects.
 */
#ifndef HMQ_CLIENT_SNMP_FETCH_H
#define HMQ_CLIENT_SNMP_FETCH_H

#include "client/snmp/session.h"
#include "client/snmp/tree.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A subtree, or an object with its instance, below the base. */
struct oid_part {
    uint32_t oid[TREE_OID_MAX];
    size_t len;
};

/* Why a fetch ended early. */
enum fetch_problem {
    FETCH_FINE,
    FETCH_UNREACHABLE, /* no answer, or it cannot be sent */
    FETCH_REFUSED,     /* a report: the credentials or the context */
    FETCH_NO_VIEW,     /* the user may read nothing */
    FETCH_ODD,         /* an answer that no sound agent gives */
    FETCH_STOPPED,     /* by fetch_stop */
};

/* One gateway's reading. Owns tree. */
struct fetch {
    struct gateway *gateway;
    const uint32_t *base; /* the agent's base_oid; borrowed */
    size_t base_len;
    const struct oid_part *gets; /* objects to read first, each with its instance; borrowed */
    size_t get_count;
    const struct oid_part *roots; /* subtrees to walk then; borrowed */
    size_t root_count;
    struct oid_tree tree;
    enum fetch_problem problem;
    int report;      /* REFUSED: SNMPERR_... */
    char words[256]; /* for people, if there is a problem */

    struct snmp_request request; /* under way while it is waiting */
    bool stopped;                /* by fetch_stop */
    size_t got;                  /* of the objects */
    size_t root;                 /* the one that is being walked */
    struct oid_part last;        /* where the walk is */
    long repetitions;            /* for each request */
    size_t requests;             /* so far */
};

/* Starts one fetch, with an empty tree; it has ended once snmp_wait returns, or fetch_busy is
 * false. What has no instance is not in the tree. */
void fetch_start(struct fetch *fetch);

/* True while the fetch has not ended. */
bool fetch_busy(const struct fetch *fetch);

/* Has it end with the next answer. */
void fetch_stop(struct fetch *fetch);

/* Empties the tree and the problem. */
void fetch_reset(struct fetch *fetch);

/* Adds an identifier below a base to a request. */
void fetch_add_name(netsnmp_pdu *pdu, const struct fetch *fetch, const struct oid_part *part);

/* Adds the variables of an answer to the tree, as the walk does: for the tests. Returns false once
 * the subtree has ended or there is a problem. */
bool fetch_take(struct fetch *fetch, const netsnmp_variable_list *variables);

#endif

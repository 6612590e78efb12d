/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The gateways that a command is about, and what is read from each.
 */
#ifndef HMQ_CLIENT_READING_H
#define HMQ_CLIENT_READING_H

#include "client/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GATEWAYS_MAX 100

/* What is read from one gateway. Tables are read from the tree when they are asked for. */
struct reading {
    struct gateway *gateway; /* borrowed */
    struct fetch fetch;      /* the last one, or the one under way */
    struct oid_tree tree;    /* of the last fetch that ended well */
    struct records tables[TABLE_COUNT];
    uint32_t read;     /* tables that are */
    char problem[512]; /* why nothing can be shown, or nothing new; "" = there is an agent */
};

struct readings {
    struct gateway gateways[GATEWAYS_MAX];
    struct reading items[GATEWAYS_MAX]; /* of each gateway */
    size_t count;
    uint32_t base[TREE_OID_MAX];
    size_t base_len;
    struct snmp_setup setup;
};

/* Reads an OID such as .1.3.6.1 into base. Returns false if it is none. */
bool readings_set_base(struct readings *readings, const char *oid);

/* Opens a session with each name; names are borrowed. One that cannot be opened has a problem. */
void readings_open(struct readings *readings, char **names, size_t count);
void readings_close(struct readings *readings);

/* Prepares one more reading of a gateway, which has another already. */
void reading_init(struct reading *reading, const struct readings *readings,
                  struct gateway *gateway);

/* Forgets what was read. No fetch may be under way. */
void reading_deinit(struct reading *reading);

/* Starts a fetch, which has ended when fetch_busy is false. The plan is borrowed until then. What
 * was read before stays. */
void reading_start(struct reading *reading, const struct plan *plan);

/* Takes over what a fetch has brought once it has ended: instead of what was read before, or, if it
 * failed or there is no agent, only the problem. */
void reading_finish(struct reading *reading);

/* Reads the tables of a set, by TABLE_BIT, of all gateways at once, and the group of the agent.
 * What was read before is dropped. */
void readings_fetch(struct readings *readings, uint32_t tables);

/* The same for one gateway. */
void reading_fetch(struct reading *reading, uint32_t tables);

/* A table of the gateway. Borrowed until the next fetch. */
const struct records *reading_table(struct reading *reading, enum table_id id);

/* The cell of a group of scalars. Borrowed. */
const struct cell *reading_cell(struct reading *reading, enum table_id id, unsigned field);

/* False if the agent serves nothing of the table: an older one, a view without it, or a part of the
 * agent that is off. */
bool reading_served(struct reading *reading, enum table_id id);

/* Says on standard error, after what was printed so far, what is wrong with the gateway. */
__attribute__((format(printf, 2, 3))) void reading_complain(const struct reading *reading,
                                                            const char *format, ...);

/* After the complaints: the command that finds out why a gateway could not be read, if one could
 * not.
 */
void readings_suggest(const struct readings *readings);

#endif

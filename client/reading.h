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

/* One gateway. Its tables are read from its tree when they are asked for. */
struct reading {
    struct gateway gateway;
    struct fetch fetch;
    struct records tables[TABLE_COUNT];
    uint32_t read;     /* tables that are */
    char problem[512]; /* why nothing can be shown; "" = there is an agent */
};

struct readings {
    struct reading items[GATEWAYS_MAX];
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

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Records: the values of a group or of the rows of a table, read from the objects of a gateway.
 * What has no instance is not known, and never 0. Text is valid UTF-8 without unsafe characters
 * (core/text.h), whatever was sent.
 */
#ifndef HMQ_CLIENT_RECORD_H
#define HMQ_CLIENT_RECORD_H

#include "client/schema.h"
#include "client/snmp/fetch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One table has at most so many; more are left out. */
#define RECORDS_MAX 100000

struct cell {
    bool known;
    int64_t number; /* TIME: seconds since the epoch, 0 = never */
    char *text;     /* TEXT and SENDER: owned; otherwise NULL */
};

struct record {
    struct cell *cells;    /* owned; one for each field of the table */
    const uint32_t *index; /* borrowed from the tree */
    size_t index_len;
};

struct records {
    const struct table *table;
    struct record *items; /* in the order of the index */
    size_t count;
    bool left_out; /* more rows than RECORDS_MAX */
};

void records_deinit(struct records *records);

/*
 * Reads a table, or a group of scalars, of which there is always one record. A row is one in the
 * first column that has any. The tree must outlive the records.
 */
void records_read(struct records *records, enum table_id id, const struct oid_tree *tree);

/* True if anything of the group or table is known. */
bool records_any(const struct records *records);

/* The number, or otherwise if it is not known. */
int64_t cell_number(const struct cell *cell, int64_t otherwise);

/* The name of a NAME; "?" if it is unknown, and its number if it has no name here. */
const char *cell_name(const struct field *field, const struct cell *cell, char buffer[24]);

/* Seconds since the epoch of a DateAndTime (RFC 2579) of 8 or 11 octets. Without a zone it is taken
 * as UTC. 0 for all zeros. Returns false if it is malformed. */
bool date_read(const char *octets, size_t len, int64_t *seconds);

/* The identifiers that the tables of a set, by TABLE_BIT, are read by. */
struct plan {
    struct oid_part gets[64];
    size_t get_count;
    struct oid_part roots[TABLE_COUNT];
    size_t root_count;
};
void plan_make(struct plan *plan, uint32_t tables);

/* Adds one object to a plan, which has room for it: of a scalar the instance is 0. */
void plan_add(struct plan *plan, enum table_id id, unsigned field, uint32_t instance);

#endif

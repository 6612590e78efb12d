/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Records as JSON: the keys of the schema, null for what is not known, names for enumerations,
 * RFC 3339 in UTC for times, and true or false.
 */
#ifndef HMQ_CLIENT_JSON_H
#define HMQ_CLIENT_JSON_H

#include "client/reading.h"

#include <cjson/cJSON.h>

/* The version of the document that hmq(1) describes. */
#define JSON_VERSION 1

/* One record as an object. The caller owns it. */
cJSON *json_record(const struct table *table, const struct record *record);

/* Some rows of a table as an array; rows NULL = all. The caller owns it. */
cJSON *json_rows(const struct records *records, const size_t *rows, size_t count);

/* Adds a table of the gateway under its key: an object for a group of scalars, otherwise an array;
 * null if nothing is known of it. rows as above. */
void json_add_table(cJSON *object, struct reading *reading, enum table_id id, const size_t *rows,
                    size_t count);

/* The document of a command, with an empty array "gateways". The caller owns it. */
cJSON *json_document(const char *command);

/* Adds an object for a gateway to the document and returns it; error may be NULL. Borrowed. */
cJSON *json_add_gateway(cJSON *document, const char *name, const char *error);

/* Prints and frees it. */
void json_print(cJSON *document);

#endif

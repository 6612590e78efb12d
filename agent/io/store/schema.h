/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tables of the store, and the migration of older files. Part of the store, on its worker
 * thread. The schema is documented in hermes-mailqueue-db(5).
 */
#ifndef HMQ_IO_STORE_SCHEMA_H
#define HMQ_IO_STORE_SCHEMA_H

#include <stdint.h>

struct store_db;

/* PRAGMA user_version */
#define STORE_SCHEMA_VERSION 6

/* Fails for a database of another program and for a newer schema. Writes nothing. */
int store_schema_recognise(struct store_db *db);

/* Creates or upgrades the tables, inside a transaction. *from is the version that was found, 0 = a
 * new file. */
int store_schema_migrate(struct store_db *db, int64_t *from);

#endif

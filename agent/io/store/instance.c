/* SPDX-License-Identifier: BSD-3-Clause */
/* The owner of the database: the Postfix instance that its actions were requested for. */
#include "io/store/content.h"
#include "io/store/engine.h"
#include "io/store/sql.h"

#include "io/store/schema.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define VALUE_SIZE 512

/* Reads a value; "" if there is none. */
static int read_value(struct store_db *db, const char *name, char value[VALUE_SIZE]) {
    value[0] = '\0';
    sqlite3_stmt *row = DB_QUERY(db, sql_instance_value, db_text(name));
    int rc = row == NULL ? db->failure.code : store_db_next(db, row);
    if (rc == SQLITE_ROW) {
        store_db_column_text(row, INSTANCE_VALUE, value, VALUE_SIZE);
    }
    store_db_end(row);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int adopt(struct store *store, int64_t from) {
    struct store_db *db = &store->db;
    int rc = DB_RUN(db, sql_instance_adopt, db_text("config_directory"),
                    db_text(store->config_directory));
    if (rc == SQLITE_OK) {
        rc = DB_RUN(db, sql_instance_adopt, db_text("container"), db_text(store->container));
    }
    /* A file of an older schema, which did not record an instance, is assumed to be this one's, and
     * its queued actions are kept. */
    return rc == SQLITE_OK && from == STORE_SCHEMA_VERSION
               ? DB_RUN(db, sql_instance_refuse, db_int(time(NULL)))
               : rc;
}

int store_check_instance(struct store *store, int64_t from) {
    char directory[VALUE_SIZE], container[VALUE_SIZE], what[3 * VALUE_SIZE];
    int rc = read_value(&store->db, "config_directory", directory);
    if (rc == SQLITE_OK) {
        rc = read_value(&store->db, "container", container);
    }
    if (rc != SQLITE_OK) {
        return rc;
    }
    if (directory[0] == '\0') {
        return adopt(store, from);
    }
    if (strcmp(directory, store->config_directory) == 0 &&
        strcmp(container, store->container) == 0) {
        return SQLITE_OK;
    }
    snprintf(what, sizeof what, "belongs to the Postfix instance %.160s%s%.64s", directory,
             container[0] != '\0' ? " in the container " : "", container);
    return store_db_fail_as(&store->db, STORE_DB_INSTANCE, what);
}

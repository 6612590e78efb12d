/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The store's connection to SQLite, used by the worker thread only. Functions return SQLite's
 * (extended) result codes, or one of enum store_db_code; after the first failure of a transaction,
 * failure explains it for people.
 */
#ifndef HMQ_IO_STORE_DB_H
#define HMQ_IO_STORE_DB_H

#include "core/event.h"
#include "io/store/lock.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define STORE_TEXT_SIZE 512
#define STORE_DB_STATEMENTS 64

/* Codes in addition to SQLite's, whose primary codes are below 256. */
enum store_db_code {
    STORE_DB_NEWER = 0x10000, /* the schema is newer than this program */
    STORE_DB_FOREIGN,         /* another program's database */
    STORE_DB_REPLACED,        /* the open database was replaced by another file */
    STORE_DB_NO_ROW,          /* what is to be changed does not exist */
    STORE_DB_SYSTEM,          /* a system call of this program failed: errno */
    STORE_DB_HELD,            /* another agent uses it */
    STORE_DB_INSTANCE,        /* it belongs to another Postfix instance */
};

struct store_db_failure {
    int code;
    int error;      /* negative errno, 0 = none */
    bool permanent; /* caused by the statement itself: trying again does not help */
    char text[STORE_TEXT_SIZE];
};

struct store_db {
    const char *path; /* borrowed */
    sqlite3 *handle;  /* NULL = closed */
    struct {
        const char *sql;
        sqlite3_stmt *statement;
    } cache[STORE_DB_STATEMENTS];
    size_t cached;
    bool full_sync;         /* the present setting of synchronous */
    ino_t log_inode;        /* of the write-ahead log, 0 = not known yet */
    struct store_lock lock; /* from the first opening on, whether open or closed */
    struct store_db_failure failure;
};

struct store_db_value {
    enum { DB_TYPE_NULL, DB_TYPE_INT, DB_TYPE_TEXT, DB_TYPE_BLOB } type;
    int64_t number;
    const void *data;
    size_t len;
};

static inline struct store_db_value db_int(int64_t number) {
    return (struct store_db_value){.type = DB_TYPE_INT, .number = number};
}

/* Borrowed until the statement has run. */
static inline struct store_db_value db_text(const char *text) {
    return (struct store_db_value){.type = DB_TYPE_TEXT, .data = text};
}

static inline struct store_db_value db_blob(const void *data, size_t len) {
    return (struct store_db_value){.type = DB_TYPE_BLOB, .data = data, .len = len};
}

/* NULL for a number that is not known, or a time that is 0. */
static inline struct store_db_value db_number(const struct event_number *number) {
    return number->known ? db_int(number->value) : (struct store_db_value){.type = DB_TYPE_NULL};
}

static inline struct store_db_value db_time(int64_t time_s) {
    return time_s != 0 ? db_int(time_s) : (struct store_db_value){.type = DB_TYPE_NULL};
}

/*
 * Takes the lock of path and opens the database. With create, creates the file (mode 0600) if there
 * is none. Before anything is written, it refuses a file that is not regular, belongs to another
 * program or is used by another agent. A write-ahead log of a file that was here before is removed.
 */
int store_db_open(struct store_db *db, const char *path, bool create);

/* Closes the database; the last connection moves the write-ahead log into the file. The lock
 * remains. */
void store_db_close(struct store_db *db);

/*
 * Checks whether the lock and the open files are still those at path. If the database has been
 * deleted, it is written again from the open one. If its log has been deleted, the contents of the
 * log are moved into the file, and the file is opened again.
 */
int store_db_check(struct store_db *db);

/* BEGIN IMMEDIATE. With full_sync, the commit returns once it is on disk; without it, the commit
 * survives a crash of the process, but perhaps not one of the machine. */
int store_db_begin(struct store_db *db, bool full_sync);
int store_db_commit(struct store_db *db);
void store_db_rollback(struct store_db *db);

/* Runs statements without results; they are not cached. */
int store_db_exec(struct store_db *db, const char *sql);

/* Runs one statement with the values ?1, ?2, ... sql must have static storage duration, because the
 * statement is cached by its address. */
int store_db_run(struct store_db *db, const char *sql, const struct store_db_value *values,
                 size_t count);
#define DB_RUN(db, sql, ...)                                                                       \
    store_db_run(db, sql, (struct store_db_value[]){__VA_ARGS__},                                  \
                 sizeof((struct store_db_value[]){__VA_ARGS__}) / sizeof(struct store_db_value))

/*
 * Begins a query. To be followed by store_db_next until that does not return SQLITE_ROW (at the end
 * it returns SQLITE_DONE), and by store_db_end. Returns NULL on failure.
 */
sqlite3_stmt *store_db_query(struct store_db *db, const char *sql,
                             const struct store_db_value *values, size_t count);
#define DB_QUERY(db, sql, ...)                                                                     \
    store_db_query(db, sql, (struct store_db_value[]){__VA_ARGS__},                                \
                   sizeof((struct store_db_value[]){__VA_ARGS__}) / sizeof(struct store_db_value))
int store_db_next(struct store_db *db, sqlite3_stmt *statement);
void store_db_end(sqlite3_stmt *statement);

/* Reads the first column of the first row, or fallback if there is none or it is NULL. */
int store_db_integer(struct store_db *db, const char *sql, int64_t fallback, int64_t *out);

/* The number of rows that the last statement changed. */
int store_db_changes(const struct store_db *db);

/* Notes a failure that SQLite did not see (see enum store_db_code; SQLITE_NOMEM). Returns code. */
int store_db_fail(struct store_db *db, int code);

/* The same, with the caller's description (not NULL) of what is wrong. */
int store_db_fail_as(struct store_db *db, int code, const char *what);

/* Read columns, limited to the range of the result. */
void store_db_column_text(sqlite3_stmt *statement, int column, char *out, size_t size);
uint32_t store_db_column_u32(sqlite3_stmt *statement, int column);
struct event_number store_db_column_number(sqlite3_stmt *statement, int column);

/* A text as stored, "" for NULL; borrowed from SQLite until the statement's next row. */
const char *store_db_column_word(sqlite3_stmt *statement, int column);

/* Returns the value in first..last, all greater than 0, whose name is the stored word, or 0 if
 * there is none. */
int store_db_column_enum(sqlite3_stmt *statement, int column, int first, int last,
                         const char *(*name)(int value));

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Owns the connection to SQLite. A database is opened in this order: the file is created with its
 * mode, the lock is taken, a write-ahead log that belongs to another file is removed, and only then
 * is SQLite called. store_db_check comes before each transaction and finds what has changed since:
 * a deleted file is written again from the open connection, a deleted log leads to a checkpoint and
 * a new connection, and a replaced file is a failure. The files are noted in the lock file at the
 * first commit, when the log exists. Each transaction sets `synchronous` as it needs it, so that
 * only what has to be on disk waits for the disk.
 */
#include "io/store/db.h"

#include "core/text.h"
#include "io/store/schema.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How long one try waits for another program's lock. The worker tries again after it. */
#define BUSY_TIMEOUT_MS 200

/* A reader can make the log grow; without one it is cut to journal_size_limit. */
#define SETTINGS                                                                                   \
    "PRAGMA cache_size = -1024;"                                                                   \
    "PRAGMA journal_size_limit = 4194304;"                                                         \
    "PRAGMA trusted_schema = OFF;"

int store_db_exec(struct store_db *db, const char *sql) {
    errno = 0;
    int rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? rc : store_db_fail(db, rc);
}

static sqlite3_stmt *prepare(struct store_db *db, const char *sql) {
    sqlite3_stmt *statement;
    for (size_t i = 0; i < db->cached; i++) {
        if (db->cache[i].sql == sql) {
            return db->cache[i].statement;
        }
    }
    assert(db->cached < STORE_DB_STATEMENTS);
    errno = 0;
    int rc = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
    if (rc != SQLITE_OK) {
        store_db_fail(db, rc);
        return NULL;
    }
    db->cache[db->cached].sql = sql;
    db->cache[db->cached].statement = statement;
    db->cached++;
    return statement;
}

static int bind(sqlite3_stmt *statement, int position, const struct store_db_value *value) {
    switch (value->type) {
    case DB_TYPE_INT:
        return sqlite3_bind_int64(statement, position, value->number);
    case DB_TYPE_TEXT:
        return sqlite3_bind_text(statement, position, value->data, -1, SQLITE_STATIC);
    case DB_TYPE_BLOB:
        return sqlite3_bind_blob64(statement, position, value->data, value->len, SQLITE_STATIC);
    case DB_TYPE_NULL:
        break;
    }
    return sqlite3_bind_null(statement, position);
}

sqlite3_stmt *store_db_query(struct store_db *db, const char *sql,
                             const struct store_db_value *values, size_t count) {
    sqlite3_stmt *statement = prepare(db, sql);
    if (statement == NULL) {
        return NULL;
    }
    assert((size_t)sqlite3_bind_parameter_count(statement) == count);
    for (size_t i = 0; i < count; i++) {
        int rc = bind(statement, (int)i + 1, &values[i]);
        if (rc != SQLITE_OK) {
            store_db_fail(db, rc);
            store_db_end(statement);
            return NULL;
        }
    }
    return statement;
}

int store_db_next(struct store_db *db, sqlite3_stmt *statement) {
    errno = 0; /* store_db_fail looks at it */
    int rc = sqlite3_step(statement);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? rc : store_db_fail(db, rc);
}

void store_db_end(sqlite3_stmt *statement) {
    if (statement != NULL) {
        sqlite3_reset(statement);
        sqlite3_clear_bindings(statement);
    }
}

int store_db_run(struct store_db *db, const char *sql, const struct store_db_value *values,
                 size_t count) {
    sqlite3_stmt *statement = store_db_query(db, sql, values, count);
    if (statement == NULL) {
        return db->failure.code;
    }
    int rc;
    do {
        rc = store_db_next(db, statement);
    } while (rc == SQLITE_ROW);
    store_db_end(statement);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int store_db_integer(struct store_db *db, const char *sql, int64_t fallback, int64_t *out) {
    sqlite3_stmt *statement = store_db_query(db, sql, NULL, 0);
    if (statement == NULL) {
        return db->failure.code;
    }
    int rc = store_db_next(db, statement);
    *out = rc == SQLITE_ROW && sqlite3_column_type(statement, 0) != SQLITE_NULL
               ? sqlite3_column_int64(statement, 0)
               : fallback;
    store_db_end(statement);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int store_db_changes(const struct store_db *db) {
    return sqlite3_changes(db->handle);
}

int store_db_begin(struct store_db *db, bool full_sync) {
    if (db->full_sync != full_sync) {
        int rc = store_db_exec(db, full_sync ? "PRAGMA synchronous = FULL"
                                             : "PRAGMA synchronous = NORMAL");
        if (rc != SQLITE_OK) {
            return rc;
        }
        db->full_sync = full_sync;
    }
    return store_db_run(db, "BEGIN IMMEDIATE", NULL, 0);
}

/* Lets the next start decide whether the log belongs to the file next to it. */
static void note_files(struct store_db *db) {
    db->lock.file = store_file_id(db->lock.path, "");
    db->lock.log = store_file_id(db->lock.path, "-wal");
    store_lock_note(&db->lock);
}

/* SQLite takes any log next to a file as the file's own and writes it into the file. A log that
 * stayed behind when its file was replaced would undo or damage the replacement. If the log is not
 * the one that was noted either, file and log were copied together and belong together. */
static void remove_stale_log(const struct store_db *db) {
    static const char *const leftovers[] = {"-wal", "-shm"};
    char name[PATH_MAX + 8];
    struct store_file_id file = store_file_id(db->lock.path, "");
    struct store_file_id log = store_file_id(db->lock.path, "-wal");
    if (db->lock.file.inode == 0 || store_file_same(&file, &db->lock.file) ||
        !store_file_same(&log, &db->lock.log)) {
        return;
    }
    for (size_t i = 0; i < sizeof leftovers / sizeof leftovers[0]; i++) {
        snprintf(name, sizeof name, "%s%s", db->lock.path, leftovers[i]);
        unlink(name);
    }
}

static int take_lock(struct store_db *db) {
    char what[128];
    pid_t holder;
    int r = store_lock_take(&db->lock, db->path, &holder);
    if (r == 0) {
        return SQLITE_OK;
    }
    if (r != -EWOULDBLOCK) {
        errno = -r;
        return store_db_fail(db, STORE_DB_SYSTEM);
    }
    if (holder == 0) {
        return store_db_fail(db, STORE_DB_HELD);
    }
    snprintf(what, sizeof what, "in use by another hermes-mailqueued (process %d)", (int)holder);
    return store_db_fail_as(db, STORE_DB_HELD, what);
}

static ino_t inode_of(const char *path, const char *suffix) {
    char name[PATH_MAX];
    struct stat found;
    int len = snprintf(name, sizeof name, "%s%s", path, suffix);
    return len < (int)sizeof name && stat(name, &found) == 0 ? found.st_ino : 0;
}

int store_db_commit(struct store_db *db) {
    int rc = store_db_run(db, "COMMIT", NULL, 0);
    if (rc == SQLITE_OK && db->log_inode == 0) {
        db->log_inode = inode_of(db->lock.path, "-wal");
        note_files(db);
    }
    return rc;
}

void store_db_rollback(struct store_db *db) {
    if (db->handle != NULL && !sqlite3_get_autocommit(db->handle)) {
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
    }
}

void store_db_close(struct store_db *db) {
    store_db_rollback(db);
    for (size_t i = 0; i < db->cached; i++) {
        sqlite3_finalize(db->cache[i].statement);
    }
    sqlite3_close(db->handle);
    db->handle = NULL;
    db->cached = 0;
    db->log_inode = 0;
}

/* SQLite would create a file that everybody can read, and would wait for the writer of a FIFO. */
static int make_file(struct store_db *db, bool create) {
    struct stat found;
    int flags = O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (create ? O_CREAT : 0);
    int fd = open(db->path, flags, 0600);
    if (fd < 0) {
        return store_db_fail(db, STORE_DB_SYSTEM);
    }
    bool regular = fstat(fd, &found) == 0 && S_ISREG(found.st_mode);
    close(fd);
    return regular ? SQLITE_OK : store_db_fail(db, STORE_DB_FOREIGN);
}

int store_db_open(struct store_db *db, const char *path, bool create) {
    db->path = path;
    int rc = make_file(db, create);
    if (rc == SQLITE_OK) {
        rc = take_lock(db);
    }
    if (rc != SQLITE_OK) {
        return rc;
    }
    remove_stale_log(db);
    errno = 0;
    rc = sqlite3_open_v2(path, &db->handle,
                         SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (rc != SQLITE_OK) {
        store_db_fail(db, rc);
        store_db_close(db);
        return rc;
    }
    sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
    db->full_sync = true;
    rc = store_schema_recognise(db);
    if (rc == SQLITE_OK) {
        rc = store_db_exec(db, SETTINGS "PRAGMA synchronous = FULL; PRAGMA journal_mode = WAL");
    }
    if (rc != SQLITE_OK) {
        store_db_close(db);
    }
    return rc;
}

/* Puts a complete copy in place of the deleted file, which is never there in part. */
static int write_copy(struct store_db *db, const char *copy) {
    static const char *const leftovers[] = {"-wal", "-shm"};
    char name[PATH_MAX];
    unlink(copy);
    int fd = open(copy, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return store_db_fail(db, STORE_DB_SYSTEM);
    }
    int rc = DB_RUN(db, "VACUUM INTO ?1", db_text(copy));
    if (rc == SQLITE_OK) {
        /* These belong to the deleted file; beside the new one they would damage it. */
        for (size_t i = 0; i < 2; i++) {
            snprintf(name, sizeof name, "%s%s", db->path, leftovers[i]);
            unlink(name);
        }
        if (fsync(fd) < 0 || link(copy, db->path) < 0) {
            rc = store_db_fail(db, STORE_DB_SYSTEM);
        }
    }
    close(fd);
    unlink(copy);
    return rc;
}

static int restore(struct store_db *db) {
    char copy[PATH_MAX];
    const char *path = db->path;
    int len = snprintf(copy, sizeof copy, "%s.restored", path);
    if (len >= (int)sizeof copy - 8) {
        errno = ENAMETOOLONG;
        return store_db_fail(db, STORE_DB_SYSTEM);
    }
    int rc = write_copy(db, copy);
    if (rc != SQLITE_OK) {
        return rc;
    }
    store_db_close(db);
    return store_db_open(db, path, false);
}

int store_db_check(struct store_db *db) {
    int moved = 0;
    const char *path = db->path;
    int rc = take_lock(db);
    if (rc != SQLITE_OK) {
        return rc;
    }
    sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    if (moved) {
        if (inode_of(path, "") != 0) {
            remove_stale_log(db);
            return store_db_fail(db, STORE_DB_REPLACED);
        }
        return errno == ENOENT ? restore(db) : store_db_fail(db, STORE_DB_SYSTEM);
    }
    if (db->log_inode == 0 || inode_of(db->lock.path, "-wal") == db->log_inode) {
        return SQLITE_OK;
    }
    rc = store_db_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)");
    if (rc != SQLITE_OK) {
        return rc;
    }
    store_db_close(db);
    return store_db_open(db, path, false);
}

void store_db_column_text(sqlite3_stmt *statement, int column, char *out, size_t size) {
    const char *text = (const char *)sqlite3_column_text(statement, column);
    size_t len = text == NULL ? 0 : text_utf8_prefix(text, strlen(text), size - 1);
    if (len > 0) {
        memcpy(out, text, len);
    }
    out[len] = '\0';
}

uint32_t store_db_column_u32(sqlite3_stmt *statement, int column) {
    int64_t value = sqlite3_column_int64(statement, column);
    return value < 0 ? 0 : value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

struct event_number store_db_column_number(sqlite3_stmt *statement, int column) {
    return (struct event_number){.known = sqlite3_column_type(statement, column) != SQLITE_NULL,
                                 .value = store_db_column_u32(statement, column)};
}

const char *store_db_column_word(sqlite3_stmt *statement, int column) {
    const char *word = (const char *)sqlite3_column_text(statement, column);
    return word != NULL ? word : "";
}

int store_db_column_enum(sqlite3_stmt *statement, int column, int first, int last,
                         const char *(*name)(int value)) {
    const char *word = store_db_column_word(statement, column);
    for (int value = first; value <= last; value++) {
        if (strcmp(word, name(value)) == 0) {
            return value;
        }
    }
    return 0;
}

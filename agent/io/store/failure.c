/* SPDX-License-Identifier: BSD-3-Clause */
#include "io/store/db.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct meaning {
    int key; /* a result code, or an errno value */
    int error;
    bool permanent;
    const char *what; /* NULL = the message of SQLite or the system */
    const char *remedy;
};

static const struct meaning codes[] = {
    {SQLITE_FULL, ENOSPC, false, "no space left", "free space on its file system"},
    {SQLITE_BUSY, EBUSY, false, "locked by another program",
     "end what holds it, for instance an open transaction in sqlite3(1)"},
    {SQLITE_LOCKED, EBUSY, false, "locked by another program",
     "end what holds it, for instance an open transaction in sqlite3(1)"},
    {SQLITE_READONLY, EROFS, false, "cannot be written",
     "make the file and its directory writable for the user of hermes-mailqueued"},
    {SQLITE_NOTADB, EBADMSG, false, "is not a database",
     "move it away, or name another file as `database`"},
    {SQLITE_CORRUPT, EBADMSG, false, "is damaged",
     "stop hermes-mailqueued, save what `sqlite3 FILE .recover` can read, and move it away"},
    {SQLITE_NOMEM, ENOMEM, false, "out of memory", "free memory on this machine"},
    {SQLITE_CONSTRAINT, EEXIST, true, NULL, "this row is not written"},
    {SQLITE_TOOBIG, EFBIG, true, NULL, "this row is not written"},
    {SQLITE_MISMATCH, EINVAL, true, NULL, "this row is not written"},
    {SQLITE_ERROR, EIO, false, NULL,
     "its tables are not as hermes-mailqueued made them: restore a backup, or move it away"},
    {STORE_DB_NEWER, EPROTONOSUPPORT, false, "was written by a newer version",
     "install that version again, or move the file away"},
    {STORE_DB_FOREIGN, EBADMSG, false, "is not a database of hermes-mailqueue",
     "move it away, or name another file as `database`"},
    {STORE_DB_REPLACED, ESTALE, false, "another file was put in its place while it was in use",
     "restart hermes-mailqueued to use that file; what was not in it is lost"},
    {STORE_DB_HELD, EBUSY, false, "in use by another hermes-mailqueued",
     "stop that one, or give this one a `database` of its own"},
    {STORE_DB_INSTANCE, EMEDIUMTYPE, false, "belongs to another Postfix instance",
     "give this agent a `database` of its own; to move a database on purpose see "
     "hermes-mailqueue-db(5)"},
    {STORE_DB_NO_ROW, ENOENT, true, "the row to change is not in it", "nothing was changed"},
};

static const struct meaning errors[] = {
    {ENOENT, ENOENT, false, "there is no such file or directory",
     "make the directory, owned by the user of hermes-mailqueued; restart for a new file"},
    {ENOTDIR, ENOTDIR, false, "there is no such directory", "name another file as `database`"},
    {EISDIR, EISDIR, false, "is a directory", "name a file as `database`"},
    {EACCES, EACCES, false, "permission denied",
     "give the file and its directory to the user of hermes-mailqueued"},
    {EPERM, EACCES, false, "not permitted",
     "give the file and its directory to the user of hermes-mailqueued; see lsattr(1)"},
    {EROFS, EROFS, false, "the file system is read-only",
     "mount it writable, or name the directory in ReadWritePaths= in a drop-in for the unit"},
    {ENOSPC, ENOSPC, false, "no space left", "free space on its file system"},
    {EDQUOT, ENOSPC, false, "no space left within the quota", "raise the quota"},
    {EFBIG, ENOSPC, false, "no space left: the file may not grow", "raise the limit (ulimit -f)"},
};

static const struct meaning *find(const struct meaning *table, size_t count, int key) {
    for (size_t i = 0; i < count; i++) {
        if (table[i].key == key) {
            return &table[i];
        }
    }
    return NULL;
}

static const struct meaning *meaning_of(int code, int system_error) {
    static const struct meaning other = {0, EIO, false, NULL, "check the disk and the kernel log"};
    int primary = code >= STORE_DB_NEWER ? code : code & 0xff;
    const struct meaning *found = NULL;
    if (primary == SQLITE_CANTOPEN || primary == SQLITE_IOERR || primary == STORE_DB_SYSTEM) {
        found = find(errors, sizeof errors / sizeof errors[0], system_error);
    }
    if (found == NULL) {
        found = find(codes, sizeof codes / sizeof codes[0], primary);
    }
    return found != NULL ? found : &other;
}

int store_db_fail(struct store_db *db, int code) {
    return store_db_fail_as(db, code, NULL);
}

int store_db_fail_as(struct store_db *db, int code, const char *words) {
    struct store_db_failure *failure = &db->failure;
    /* SQLite does not record the system error of a failed commit. */
    int system_error = errno != 0 ? errno : sqlite3_system_errno(db->handle);
    if (failure->error != 0) {
        return code;
    }
    const struct meaning *meaning = meaning_of(code, system_error);
    const char *what = words != NULL ? words : meaning->what;
    if (what == NULL) {
        what = code == STORE_DB_SYSTEM ? strerror(system_error) : sqlite3_errmsg(db->handle);
    }
    failure->code = code;
    failure->error = -meaning->error;
    failure->permanent = meaning->permanent;
    snprintf(failure->text, sizeof failure->text, "%s: %s; %s", db->path, what, meaning->remedy);
    return code;
}

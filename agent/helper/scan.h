/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counts the messages on disk: one pass of getdents64(2) over the queue directories and their hash
 * subdirectories (hash_queue_depth, postconf(5)), with inotify(7) as a hint to which directories
 * have changed.
 *
 * A message counts if its name is a queue ID, it is a regular file, and showq(8) would list it. The
 * latter means that the file has the mode bits 0700, by which Postfix marks it as complete
 * (src/global/mail_queue.h), and, except in maildrop, whose files belong to the users who submitted
 * them, that it is not empty and its owner is that of the directory. Examining each file takes ten
 * times as long as reading the names, so a scan does this only in incoming and maildrop, where
 * files are written. In the other queues a check does it, and each scan does it for the files that
 * the last check did not count.
 */
#ifndef HMQ_HELPER_SCAN_H
#define HMQ_HELPER_SCAN_H

#include "core/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scan_counts {
    uint32_t messages[QUEUE_COUNT];
    bool known[QUEUE_COUNT]; /* false for corrupt if its directory does not exist */
    bool watching;           /* inotify sees every change in every directory: there are hints */
    bool hinted;             /* something had changed, or may have, when the scan began */
    bool moving;             /* something more changed during the scan */
    uint32_t resting;        /* of a check: see scanner_check */
};

struct scanner;

/* Returns a scanner that knows nothing yet, or NULL if out of memory. Without inotify each scan is
 * a full one. */
struct scanner *scanner_new(void);
void scanner_free(struct scanner *scanner);

/*
 * Scans the queue directories below spool: those that inotify reported, or all of them. It scans
 * all with full, the first time, after a lost event, if there is no watch, and if spool is another
 * directory than the last time. Returns 0 with *counts, or an errno value with *counts untouched
 * and one line in error. After an error the next scan is a full one.
 */
int scanner_scan(struct scanner *scanner, const char *spool, bool full, struct scan_counts *counts,
                 char *error, size_t size);

/*
 * A full scan that examines each file. counts->resting is the number of messages in the listed
 * queues that have stayed in their place for at least rest_usec, which means that they were neither
 * created nor moved nor changed in that time. Returns as scanner_scan does.
 */
int scanner_check(struct scanner *scanner, const char *spool, uint64_t rest_usec,
                  struct scan_counts *counts, char *error, size_t size);

/* The inotify descriptor to poll for POLLIN, or -1. */
int scanner_fd(const struct scanner *scanner);

/* Reads the events of inotify. Returns true if a scan would find a change. */
bool scanner_take_hints(struct scanner *scanner);

#endif

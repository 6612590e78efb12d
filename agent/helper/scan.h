/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counts the messages on disk: one pass of getdents64(2) over the queue directories and their hash
 * subdirectories (hash_queue_depth, postconf(5)), with inotify(7) as a hint which directories
 * changed.
 *
 * A message counts when its file is regular and named by a queue id, and when showq(8) would list
 * it: the file has the mode bits 0700, by which Postfix says that it is complete
 * (src/global/mail_queue.h); and but for maildrop, whose files belong to those who submitted them,
 * its owner is that of the directory and it is not empty. To look at each file costs ten times as
 * much as to read their names, so that a scan does it in incoming and maildrop only, where files
 * are written. In the other queues it is done by a check, and by each scan for the files that the
 * last check found not to count.
 */
#ifndef HMQ_HELPER_SCAN_H
#define HMQ_HELPER_SCAN_H

#include "core/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scan_counts {
    uint32_t messages[QUEUE_COUNT];
    bool known[QUEUE_COUNT]; /* false for corrupt when its directory does not exist */
    bool watching;           /* inotify covers every directory: changes will be hinted */
    bool hinted;             /* something had changed or may have, when the scan began */
    bool moving;             /* and something more while it ran */
    uint32_t resting;        /* of a check: see there */
};

struct scanner;

/* A scanner that knows nothing yet; NULL without memory. Without inotify it scans all each time. */
struct scanner *scanner_new(void);
void scanner_free(struct scanner *scanner);

/*
 * Scans the queue directories below spool: the ones inotify named, or all of them with full, at the
 * first time, after a lost event, when there is no watch and when spool is another directory than
 * the last time. Returns 0 with *counts, or an errno value with *counts untouched and one line in
 * error. After an error the next scan is a full one.
 */
int scanner_scan(struct scanner *scanner, const char *spool, bool full, struct scan_counts *counts,
                 char *error, size_t size);

/*
 * A full scan that looks at each file. counts->resting is how many of the messages in the queues
 * that are listed have lain where they are for rest_usec at least: neither made nor moved nor
 * changed in the meantime. Returns as scanner_scan.
 */
int scanner_check(struct scanner *scanner, const char *spool, uint64_t rest_usec,
                  struct scan_counts *counts, char *error, size_t size);

/* The inotify descriptor to poll for POLLIN, or -1. */
int scanner_fd(const struct scanner *scanner);

/* Takes in what inotify has to say. Returns true when a scan would find something changed. */
bool scanner_take_hints(struct scanner *scanner);

#endif

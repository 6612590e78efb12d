/*
 * Counts the messages on disk: one pass of getdents64(2) over the queue folders and their hash
 * subfolders (hash_queue_depth, postconf(5)), with inotify(7) as a hint which folders changed.
 *
 * A message counts when its file is regular and named by a queue id; in incoming and maildrop it
 * must be complete too, which Postfix says by the mode bits 0700 (src/global/mail_queue.h).
 */
#ifndef HMQ_HELPER_SCAN_H
#define HMQ_HELPER_SCAN_H

#include "core/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scan_counts {
    uint32_t messages[QUEUE_COUNT];
    bool known[QUEUE_COUNT]; /* false for corrupt when its folder does not exist */
    bool watching;           /* inotify covers every folder: changes will be hinted */
    bool hinted;             /* something had changed or may have, when the scan began */
    bool moving;             /* and something more while it ran */
};

struct scanner;

/* A scanner that knows nothing yet; NULL without memory. Without inotify it scans all each time. */
struct scanner *scanner_new(void);
void scanner_free(struct scanner *scanner);

/*
 * Scans the queue folders below spool: the ones inotify named, or all of them with full, at the
 * first time, after a lost event and when there is no watch.
 * Returns 0 with *counts, or an errno value with *counts untouched and one line in error. After an
 * error the next scan is a full one.
 */
int scanner_scan(struct scanner *scanner, const char *spool, bool full, struct scan_counts *counts,
                 char *error, size_t size);

/* The inotify descriptor to poll for POLLIN, or -1. */
int scanner_fd(const struct scanner *scanner);

/* Takes in what inotify has to say. Returns true when a scan would find something changed. */
bool scanner_take_hints(struct scanner *scanner);

#endif

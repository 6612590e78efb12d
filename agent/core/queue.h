/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The queues of Postfix, as showq(8) and the spool directory name them.
 */
#ifndef HMQ_CORE_QUEUE_H
#define HMQ_CORE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

/* In the order of hmqQueue in the MIB, which counts from 1. */
enum queue {
    QUEUE_MAILDROP,
    QUEUE_INCOMING,
    QUEUE_ACTIVE,
    QUEUE_DEFERRED,
    QUEUE_HOLD,
    QUEUE_CORRUPT,
    QUEUE_COUNT,
};

/* The directory name of a queue below the spool directory ("deferred"); static, never NULL. */
const char *queue_name(enum queue queue);

/* The value of hmqQueue for a queue, 1..6. */
int queue_mib_value(enum queue queue);

/* Finds a queue by its directory name. Returns false, with *queue untouched, for any other name. */
bool queue_by_name(const char *name, enum queue *queue);

/* True for the five queues that mailq(1) lists and hmqTotalMessages counts: all but corrupt. */
bool queue_is_listed(enum queue queue);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Queue ids, by the grammar of Postfix's src/global/mail_queue.h:
 *
 *   short   5 upper-case hex digits of microseconds, then the inode in upper-case hex
 *   long    seconds (6 or more) and microseconds (4) in base 52, the letter z, the inode in
 *           base 51 (enable_long_queue_ids); the digits are 0-9 and letters without vowels
 *
 * Postfix itself accepts any of [A-Za-z0-9_], so that "ALL" would pass there. It does not here.
 */
#ifndef HMQ_CORE_QUEUE_ID_H
#define HMQ_CORE_QUEUE_ID_H

#include <stdbool.h>
#include <stddef.h>

#define QUEUE_ID_MIN 6
#define QUEUE_ID_MAX 32

/* A buffer for a queue id and its terminating NUL. */
#define QUEUE_ID_SIZE (QUEUE_ID_MAX + 1)

/* True when the len octets at id are a short or a long queue id, QUEUE_ID_MIN..QUEUE_ID_MAX. */
bool queue_id_valid(const char *id, size_t len);

/*
 * Compares two ids in the order of SNMP's variable-length string index: by length first, then by
 * octets (RFC 2578, 7.7). Returns less than, equal to or greater than 0.
 */
int queue_id_compare(const char *a, const char *b);

/*
 * Writes the characters Postfix hashes a queue file by (hash_queue_depth takes the first of them)
 * and a NUL: all of a short id; of a long one the five hex digits of its microseconds. Beyond them
 * Postfix takes an underscore. Returns false for an invalid id.
 */
bool queue_id_hash_chars(const char *id, char out[QUEUE_ID_SIZE]);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Queue IDs, by the grammar of Postfix's src/global/mail_queue.h:
 *
 *   short   5 upper-case hex digits of microseconds, then the inode in upper-case hex
 *   long    seconds (6 or more) and microseconds (4) in base 52, the letter z, the inode in
 *           base 51 (enable_long_queue_ids); the digits are 0-9 and letters without vowels
 *
 * Postfix itself accepts all characters in [A-Za-z0-9_], and so even "ALL". These functions do not.
 */
#ifndef HMQ_CORE_QUEUE_ID_H
#define HMQ_CORE_QUEUE_ID_H

#include <stdbool.h>
#include <stddef.h>

#define QUEUE_ID_MIN 6
#define QUEUE_ID_MAX 32

/* The size of a buffer for a queue ID with its NUL. */
#define QUEUE_ID_SIZE (QUEUE_ID_MAX + 1)

/* True if the len octets at id are a short or long queue ID of QUEUE_ID_MIN to QUEUE_ID_MAX octets.
 */
bool queue_id_valid(const char *id, size_t len);

/*
 * Compares two IDs in the order of SNMP's variable-length string index: by length first, then by
 * octets (RFC 2578, 7.7). Returns less than, equal to or greater than 0.
 */
int queue_id_compare(const char *a, const char *b);

/*
 * Writes the characters that name the hash directories of a queue file, of which Postfix uses the
 * first hash_queue_depth, and a NUL. They are the whole of a short ID, and the microseconds of a
 * long one as five hex digits. If they are not enough, Postfix uses underscores. Returns false for
 * an invalid ID.
 */
bool queue_id_hash_chars(const char *id, char out[QUEUE_ID_SIZE]);

#endif

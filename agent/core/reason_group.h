/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The group of a reason: its text with `*` in place of what varies from one message to the next, so
 * that one cause has one text. Replaced are mail addresses, host names, IP addresses, queue IDs,
 * message IDs and session tokens, times, and numbers. SMTP reply codes and enhanced status codes
 * (RFC 5321, RFC 3463) stay, as do ports, codes such as S3150 or TSS04, the blocklist in
 * "blocked using LIST", and what a URL leads to.
 */
#ifndef HMQ_CORE_REASON_GROUP_H
#define HMQ_CORE_REASON_GROUP_H

#include <stddef.h>

/* A group is served as SnmpAdminString: at most 255 octets, with its NUL. */
#define REASON_GROUP_SIZE 256

/*
 * Writes the group of the len octets at reason, which may be any, to out, as valid UTF-8 with a
 * NUL. A longer group is cut, and ends with `*`. The same reason always has the same group. Returns
 * the length without the NUL. The time is proportional to len.
 */
size_t reason_group(const char *reason, size_t len, char out[REASON_GROUP_SIZE]);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The request headers of a webhook's own (header_file), for instance "Authorization: Bearer ...".
 * Their values are secrets: no message contains one.
 */
#ifndef HMQ_HOOKS_HEADERS_H
#define HMQ_HOOKS_HEADERS_H

#include <stdbool.h>
#include <stddef.h>

#define HEADERS_MAX 4096 /* octets of a file */
#define HEADERS_COUNT_MAX 16

struct headers {
    /* "Name: value", NUL-terminated, one after the other; each may be longer than its line in the
     * file by a blank and the NUL. */
    char text[HEADERS_MAX + 2 * HEADERS_COUNT_MAX];
    size_t count;
};

/*
 * Reads lines `Name: value`. Empty lines and lines that begin with # are skipped, and blanks around
 * a value are dropped. Returns false, with the line and what is wrong with it in error, if a line
 * has another form or anything but printable ASCII, if a name occurs twice, is set by this program
 * itself, or concerns the connection (RFC 9110, section 7.6.1), or if there are no headers or more
 * than HEADERS_COUNT_MAX. len is at most HEADERS_MAX.
 */
bool headers_parse(const char *text, size_t len, struct headers *out, char *error, size_t size);

/* Reads a header file, which is checked as a secret file is. Returns false, with the reason and
 * what to do in error, if it cannot be used. */
bool headers_load(const char *path, struct headers *out, char *error, size_t size);

/* Returns the header after at, the first one if at is NULL, or NULL after the last one. */
const char *headers_next(const struct headers *headers, const char *at);

#endif

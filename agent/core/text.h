/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text from outside: made valid UTF-8 for the MIB, or escaped for the log.
 *
 * An unsafe character here is a control character (C0, DEL or C1), a separator of lines or
 * paragraphs, or one that changes the direction of text (U+061C, U+200E, U+200F, U+202A..202E,
 * U+2066..2069). None of them may reach a terminal or the MIB in a text from outside.
 */
#ifndef HMQ_CORE_TEXT_H
#define HMQ_CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Copies the len octets at in to out as valid UTF-8 (RFC 3629) with a NUL: each invalid octet
 * becomes U+FFFD, each unsafe character a space. out needs 3 * len + 1 octets. Returns the length
 * without the NUL.
 */
size_t text_to_utf8(const char *in, size_t len, char *out);

/* Does the same in place for NUL-terminated text, which cannot grow: an invalid octet becomes "?".
 */
void text_make_safe(char *text);

/* True if the len octets at in are valid UTF-8 without unsafe characters. */
bool text_is_safe(const char *in, size_t len);

/* The longest prefix of valid UTF-8 text, at most max octets, that ends between characters. */
size_t text_utf8_prefix(const char *text, size_t len, size_t max);

/* The longest prefix of valid UTF-8 text, in octets, that ends between characters and has at most
 * max code units in UTF-16. No text has more characters than that, so that a service that limits a
 * text in characters accepts it, however it counts those beyond U+FFFF. */
size_t text_utf16_prefix(const char *text, size_t len, size_t max);

/* True if the len octets at in are valid UTF-8 (RFC 3629). */
bool text_is_utf8(const char *in, size_t len);

/*
 * Copies the len octets at in with everything but printable ASCII written as \xHH. If the result
 * with its NUL exceeds size (at least 4), it is truncated and ends with "...". Returns out, so that
 * the call can be a printf argument.
 */
const char *text_escape(const char *in, size_t len, char *out, size_t size);

#endif

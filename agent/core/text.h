/*
 * Text from outside: made valid UTF-8 for the MIB, or escaped for the log.
 */
#ifndef HMQ_CORE_TEXT_H
#define HMQ_CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Copies the len octets at in as valid UTF-8 (RFC 3629) and a NUL into out: each invalid octet
 * becomes U+FFFD, each control character and NUL a space. out needs 3 * len + 1 octets.
 * Returns the length without the NUL.
 */
size_t text_to_utf8(const char *in, size_t len, char *out);

/* The longest prefix of valid UTF-8 text, at most max octets, that ends between characters. */
size_t text_utf8_prefix(const char *text, size_t len, size_t max);

/* True when the len octets at in are valid UTF-8 (RFC 3629). */
bool text_is_utf8(const char *in, size_t len);

/*
 * Copies the len octets at in with everything but printable ASCII written as \xHH, cut with "..."
 * to fit size (at least 4) with its NUL. Returns out, for use in a printf argument.
 */
const char *text_escape(const char *in, size_t len, char *out, size_t size);

#endif

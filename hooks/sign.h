/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The signature of a webhook's body: HMAC-SHA256 (RFC 2104, FIPS 180-4) with the endpoint's secret,
 * computed by libcrypto, which libcurl is linked with already.
 */
#ifndef HMQ_HOOKS_SIGN_H
#define HMQ_HOOKS_SIGN_H

#include <stdbool.h>
#include <stddef.h>

#define SECRET_MAX 1024

/* "sha256=", 64 hexadecimal digits, NUL */
#define SIGN_SIZE (7 + 64 + 1)

struct secret {
    char octets[SECRET_MAX];
    size_t len; /* 0 = there is none: nothing is signed */
};

/*
 * Reads a secret file: all of it but one newline at its end. The file must be a regular one that
 * others can neither read nor write, not empty and at most SECRET_MAX octets. Returns false, with
 * the reason and what to do in error, otherwise.
 */
bool secret_load(const char *path, struct secret *secret, char *error, size_t size);

/* Writes the value of X-Hermes-Signature for the body. Returns false when libcrypto fails. */
bool sign_body(const struct secret *secret, const char *body, size_t len, char out[SIGN_SIZE]);

#endif

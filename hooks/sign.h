/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The signature of a webhook's body: HMAC-SHA256 (RFC 2104, FIPS 180-4) with the endpoint's secret,
 * computed by libcrypto, which libcurl already depends on.
 */
#ifndef HMQ_HOOKS_SIGN_H
#define HMQ_HOOKS_SIGN_H

#include "hooks/secret.h"

#include <stdbool.h>
#include <stddef.h>

/* "sha256=", 64 hexadecimal digits, NUL */
#define SIGN_SIZE (7 + 64 + 1)

/* Writes the value of X-Hermes-Signature for the body. Returns false if libcrypto fails. */
bool sign_body(const struct secret *secret, const char *body, size_t len, char out[SIGN_SIZE]);

#endif

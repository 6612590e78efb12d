/* SPDX-License-Identifier: BSD-3-Clause */
#include "hooks/sign.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>

#define HASH_SIZE 32

bool sign_body(const struct secret *secret, const char *body, size_t len, char out[SIGN_SIZE]) {
    unsigned char hash[HASH_SIZE];
    unsigned hash_len = 0;
    if (HMAC(EVP_sha256(), secret->octets, (int)secret->len, (const unsigned char *)body, len, hash,
             &hash_len) == NULL ||
        hash_len != sizeof hash) {
        return false;
    }
    size_t written = (size_t)snprintf(out, SIGN_SIZE, "sha256=");
    for (size_t i = 0; i < sizeof hash; i++) {
        written += (size_t)snprintf(out + written, SIGN_SIZE - written, "%02x", hash[i]);
    }
    return true;
}

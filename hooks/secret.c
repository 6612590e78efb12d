/* SPDX-License-Identifier: BSD-3-Clause */
#include "hooks/secret.h"

#include "hooks/private_file.h"

#include <ctype.h>
#include <string.h>

#define PAGERDUTY_KEY_LEN 32

bool secret_load(const char *path, struct secret *secret, char *error, size_t size) {
    const struct private_file file = {.member = "secret_file", .path = path, .max = SECRET_MAX};
    char octets[SECRET_MAX + 2];
    ssize_t len = private_file_read(&file, octets, error, size);
    if (len < 0) {
        return false;
    }
    memcpy(secret->octets, octets, (size_t)len);
    secret->len = (size_t)len;
    explicit_bzero(octets, sizeof octets);
    return true;
}

bool secret_is_pagerduty_key(const struct secret *secret) {
    for (size_t i = 0; i < secret->len; i++) {
        if (!isalnum((unsigned char)secret->octets[i])) {
            return false;
        }
    }
    return secret->len == PAGERDUTY_KEY_LEN;
}

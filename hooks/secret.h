/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The content of a webhook's secret_file: what its bodies are signed with or, with the format
 * pagerduty, the integration key that they contain.
 */
#ifndef HMQ_HOOKS_SECRET_H
#define HMQ_HOOKS_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#define SECRET_MAX 1024

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

/* Whether the secret has the form of an integration key of PagerDuty's Events API v2: 32 letters
 * and digits. Keys for its other APIs have other lengths. */
bool secret_is_pagerduty_key(const struct secret *secret);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/ntfy_url.h"

#include <string.h>

#define TOPIC_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

bool ntfy_url_split(const char *url, struct ntfy_url *out) {
    const char *scheme = strstr(url, "://");
    if (scheme == NULL) {
        return false;
    }
    const char *authority = scheme + strlen("://");
    size_t authority_len = strcspn(authority, "/?#");
    if (authority_len == 0 || authority[authority_len] != '/') {
        return false;
    }
    const char *topic = authority + authority_len + 1;
    size_t len = strcspn(topic, "?#");
    if (len == 0 || len > NTFY_TOPIC_MAX || strspn(topic, TOPIC_CHARACTERS) != len) {
        return false;
    }
    *out = (struct ntfy_url){.server_len = (size_t)(topic - url), .rest = topic + len};
    memcpy(out->topic, topic, len);
    return true;
}

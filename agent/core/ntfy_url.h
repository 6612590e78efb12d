/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The URL of a topic of ntfy, as its users know it: https://SERVER/TOPIC. What is published as JSON
 * is sent to the server's root instead, and names the topic in the body (docs.ntfy.sh, "Publish as
 * JSON"). ntfy itself does not run below a path of a server.
 */
#ifndef HMQ_CORE_NTFY_URL_H
#define HMQ_CORE_NTFY_URL_H

#include <stdbool.h>
#include <stddef.h>

#define NTFY_TOPIC_MAX 64

struct ntfy_url {
    char topic[NTFY_TOPIC_MAX + 1];
    size_t server_len; /* octets of the URL up to the topic, with the slash before it */
    const char *rest;  /* what follows the topic: a query, a fragment or nothing; borrowed */
};

/* Returns false, with *out untouched, unless the path of the URL is one topic: 1 to 64 letters,
 * digits, "-" and "_". */
bool ntfy_url_split(const char *url, struct ntfy_url *out);

#endif

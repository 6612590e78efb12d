/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libcurl's multi interface (libcurl-multi(3)) in an sd-event loop: its sockets and its timer
 * become event sources, so that any number of transfers can wait at once without blocking the loop.
 */
#ifndef HMQ_HOOKS_HTTP_H
#define HMQ_HOOKS_HTTP_H

#include <curl/curl.h>
#include <systemd/sd-event.h>

struct http;

typedef void (*http_done)(void *userdata, CURLcode code);

/* Returns 0 with *out, or a negative errno value. curl_global_init must have been called. */
int http_new(sd_event *event, struct http **out);

/* All transfers must have ended or been cancelled. NULL is accepted. */
void http_free(struct http *http);

/*
 * Starts the transfer that easy is set up for; done is called from the loop when it has ended.
 * CURLOPT_PRIVATE is used here. Returns 0, or -EIO if libcurl refuses the handle.
 */
int http_start(struct http *http, CURL *easy, http_done done, void *userdata);

/* Ends a transfer without calling done. Does nothing if it has ended. */
void http_cancel(struct http *http, CURL *easy);

#endif

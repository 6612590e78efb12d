/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One HTTP request for each try. The options of the handle are set once; the document, its
 * signature and the headers are made for a try and freed at its end. The head of the answer
 * decides: once a final head (not 100 Continue) has been read to its end (`answered`), its status
 * is the outcome, whatever becomes of the body. Without one the event is tried again.
 */
#include "hooks/webhook.h"

#include "core/config_keys.h"
#include "core/ntfy_url.h"
#include "core/text.h"
#include "core/time_units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_TIMEOUT_MAX_USEC (10 * USEC_PER_SEC)
#define BODY_MAX ((size_t)64 * 1024)
#define SHOWN_MAX 120
#define DEFAULT_INSTANCE "/etc/postfix"

struct webhook {
    struct webhook_setup setup;
    struct payload_target target;
    char recipient[SECRET_MAX + 1]; /* what target borrows */
    CURL *easy;
    struct curl_slist *headers;
    char *document;
    delivery_done done;
    void *userdata;
    bool answered;         /* a final head was read to its end */
    size_t body_len;       /* octets of the body that came */
    char shown[SHOWN_MAX]; /* the first of them */
    char curl_error[CURL_ERROR_SIZE];
};

enum delivery_outcome webhook_outcome(long status) {
    if (status >= 200 && status < 300) {
        return DELIVERY_DONE;
    }
    bool refused = status >= 400 && status < 500 && status != 408 && status != 429;
    return refused ? DELIVERY_REFUSED : DELIVERY_RETRY;
}

const char *webhook_key(const struct payload_origin *origin, uint32_t serial, char *out,
                        size_t size) {
    const char *slash = strrchr(origin->instance, '/');
    if (strcmp(origin->instance, DEFAULT_INSTANCE) == 0 || slash == NULL) {
        snprintf(out, size, "%s-%" PRIu32, origin->host, serial);
    } else {
        snprintf(out, size, "%s-%s-%" PRIu32, origin->host, slash + 1, serial);
    }
    return out;
}

/* Called for each line of a head, those of "100 Continue" included. */
static size_t on_header(char *line, size_t one, size_t len, void *userdata) {
    struct webhook *webhook = userdata;
    long status = 0;
    curl_easy_getinfo(webhook->easy, CURLINFO_RESPONSE_CODE, &status);
    if (len <= 2 && (line[0] == '\r' || line[0] == '\n') && status >= 200) {
        webhook->answered = true;
    }
    return one * len;
}

/* Taking less than was offered ends the transfer. */
static size_t on_body(char *octets, size_t one, size_t len, void *userdata) {
    struct webhook *webhook = userdata;
    size_t room = webhook->body_len < SHOWN_MAX ? SHOWN_MAX - webhook->body_len : 0;
    memcpy(webhook->shown + SHOWN_MAX - room, octets, len < room ? len : room);
    webhook->body_len += len;
    return webhook->body_len > BODY_MAX ? 0 : one * len;
}

static void forget_try(struct webhook *webhook) {
    curl_slist_free_all(webhook->headers);
    webhook->headers = NULL;
    free(webhook->document);
    webhook->document = NULL;
}

/* "HTTP 400: invalid_payload" */
static void describe_answer(const struct webhook *webhook, long status,
                            struct delivery_result *result) {
    char shown[SHOWN_MAX + 4];
    size_t len = webhook->body_len < SHOWN_MAX ? webhook->body_len : SHOWN_MAX;
    const char *newline = memchr(webhook->shown, '\n', len);
    len = newline != NULL ? (size_t)(newline - webhook->shown) : len;
    if (result->outcome == DELIVERY_DONE) {
        return;
    }
    if (status >= 300 && status < 400) {
        snprintf(result->text, sizeof result->text,
                 "HTTP %ld: redirects are not followed; set url to where it leads", status);
    } else {
        snprintf(result->text, sizeof result->text, "HTTP %ld%s%s", status, len > 0 ? ": " : "",
                 text_escape(webhook->shown, len, shown, sizeof shown));
    }
}

static void describe_failure(const struct webhook *webhook, CURLcode code,
                             struct delivery_result *result) {
    /* What libcurl before 8.6 reports of a header line that exceeds its limit of 100 KB. */
    bool out_of_room = code == CURLE_OUT_OF_MEMORY;
    bool certificate = code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE;
    char shown[200];
    const char *text =
        webhook->curl_error[0] != '\0' ? webhook->curl_error : curl_easy_strerror(code);
    snprintf(result->text, sizeof result->text, "%s%s",
             text_escape(text, strlen(text), shown, sizeof shown),
             certificate   ? " (see ca_file)"
             : out_of_room ? " (or too long a header line in the answer)"
                           : "");
}

static void on_end(void *userdata, CURLcode code) {
    struct webhook *webhook = userdata;
    struct delivery_result result = {.outcome = DELIVERY_RETRY};
    long status = 0;
    curl_off_t retry_after = 0;
    curl_easy_getinfo(webhook->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(webhook->easy, CURLINFO_RETRY_AFTER, &retry_after);
    if (webhook->answered) {
        result.outcome = webhook_outcome(status);
        if (retry_after > 0 && (uint64_t)retry_after < UINT64_MAX / USEC_PER_SEC) {
            result.retry_after_usec = (uint64_t)retry_after * USEC_PER_SEC;
        }
        describe_answer(webhook, status, &result);
    } else {
        describe_failure(webhook, code, &result);
    }
    forget_try(webhook);
    webhook->done(webhook->userdata, &result);
}

static bool add_header(struct webhook *webhook, const char *name, const char *value) {
    char line[512];
    snprintf(line, sizeof line, "%s: %s", name, value);
    struct curl_slist *longer = curl_slist_append(webhook->headers, line);
    webhook->headers = longer != NULL ? longer : webhook->headers;
    return longer != NULL;
}

static bool add_own_headers(struct webhook *webhook) {
    const char *line = NULL;
    while ((line = headers_next(webhook->setup.headers, line)) != NULL) {
        struct curl_slist *longer = curl_slist_append(webhook->headers, line);
        if (longer == NULL) {
            return false;
        }
        webhook->headers = longer;
    }
    return true;
}

/* The key of PagerDuty signs nothing: it is in the body. */
static bool is_signed(const struct webhook *webhook) {
    return webhook->setup.secret->len > 0 && webhook->target.format != HOOK_FORMAT_PAGERDUTY;
}

/* Returns NULL, or why the request cannot be made. */
static const char *prepare(struct webhook *webhook, const struct event *event) {
    const struct webhook_setup *setup = &webhook->setup;
    char key[300];
    char signature[SIGN_SIZE];
    webhook->document = payload_make(&webhook->target, event, setup->origin);
    if (webhook->document == NULL) {
        return "out of memory";
    }
    size_t len = strlen(webhook->document);
    /* An empty Expect keeps libcurl from waiting for "100 Continue". */
    bool good = add_header(webhook, "Content-Type", "application/json") &&
                add_header(webhook, "Idempotency-Key",
                           webhook_key(setup->origin, event->serial, key, sizeof key)) &&
                add_header(webhook, "Expect", "") && add_own_headers(webhook);
    if (good && is_signed(webhook)) {
        if (!sign_body(setup->secret, webhook->document, len, signature)) {
            return "the body cannot be signed";
        }
        good = add_header(webhook, "X-Hermes-Signature", signature);
    }
    good = good &&
           curl_easy_setopt(webhook->easy, CURLOPT_HTTPHEADER, webhook->headers) == CURLE_OK &&
           curl_easy_setopt(webhook->easy, CURLOPT_POSTFIELDS, webhook->document) == CURLE_OK &&
           curl_easy_setopt(webhook->easy, CURLOPT_POSTFIELDSIZE, (long)len) == CURLE_OK;
    return good ? NULL : "out of memory";
}

static void webhook_start(void *self, const struct event *event, delivery_done done,
                          void *userdata) {
    struct webhook *webhook = self;
    webhook->done = done;
    webhook->userdata = userdata;
    webhook->answered = false;
    webhook->body_len = 0;
    webhook->curl_error[0] = '\0';
    const char *problem = webhook->setup.problem;
    if (problem[0] == '\0') {
        problem = prepare(webhook, event);
    }
    if (problem == NULL && http_start(webhook->setup.http, webhook->easy, on_end, webhook) == 0) {
        return;
    }
    struct delivery_result result = {.outcome = DELIVERY_RETRY};
    snprintf(result.text, sizeof result.text, "%s",
             problem != NULL ? problem : "the request cannot be started");
    forget_try(webhook);
    done(userdata, &result);
}

static void webhook_free(void *self) {
    struct webhook *webhook = self;
    if (webhook == NULL) {
        return;
    }
    if (webhook->easy != NULL) {
        http_cancel(webhook->setup.http, webhook->easy);
        curl_easy_cleanup(webhook->easy);
    }
    forget_try(webhook);
    free(webhook);
}

static long milliseconds(uint64_t usec) {
    return usec >= 1000 ? (long)(usec / 1000) : 1;
}

/* Whom the body names, and where the request goes. */
static bool set_target(struct webhook *webhook) {
    const struct config_hook *hook = webhook->setup.hook;
    const struct secret *secret = webhook->setup.secret;
    struct ntfy_url ntfy;
    char server[CONFIG_VALUE_MAX];
    const char *url = hook->target;
    webhook->target.format = config_hook_format(hook);
    webhook->target.recipient = webhook->recipient;
    if (webhook->target.format == HOOK_FORMAT_PAGERDUTY) {
        snprintf(webhook->recipient, sizeof webhook->recipient, "%.*s", (int)secret->len,
                 secret->octets);
    } else if (webhook->target.format == HOOK_FORMAT_NTFY && ntfy_url_split(url, &ntfy)) {
        /* A document in JSON is for the server, and names the topic itself. */
        snprintf(webhook->recipient, sizeof webhook->recipient, "%s", ntfy.topic);
        snprintf(server, sizeof server, "%.*s%s", (int)ntfy.server_len, url, ntfy.rest);
        url = server;
    }
    return curl_easy_setopt(webhook->easy, CURLOPT_URL, url) == CURLE_OK;
}

/* What is the same for every request. Nothing is taken from the environment or a home directory. */
static bool set_options(struct webhook *webhook) {
    const struct config_hook *hook = webhook->setup.hook;
    CURL *easy = webhook->easy;
    uint64_t connect = hook->timeout_usec < CONNECT_TIMEOUT_MAX_USEC ? hook->timeout_usec
                                                                     : CONNECT_TIMEOUT_MAX_USEC;
    bool good =
        curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_USERAGENT, "hermes-mailqueue/" HMQ_VERSION) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, milliseconds(hook->timeout_usec)) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(connect)) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
        /* A name server that hangs must not hold up the loop when its request is given up. */
        curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, webhook->curl_error) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_HEADERDATA, webhook) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, webhook) == CURLE_OK;
    if (good && hook->ca_file != NULL) {
        /* These authorities and no others. */
        good = curl_easy_setopt(easy, CURLOPT_CAINFO, hook->ca_file) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_CAPATH, NULL) == CURLE_OK;
    }
    return good;
}

int webhook_new(const struct webhook_setup *setup, struct delivery *out) {
    struct webhook *webhook = calloc(1, sizeof *webhook);
    if (webhook == NULL) {
        return -ENOMEM;
    }
    webhook->setup = *setup;
    webhook->easy = curl_easy_init();
    if (webhook->easy == NULL || !set_target(webhook) || !set_options(webhook)) {
        webhook_free(webhook);
        return -ENOMEM;
    }
    *out = (struct delivery){.start = webhook_start, .free = webhook_free, .self = webhook};
    return 0;
}

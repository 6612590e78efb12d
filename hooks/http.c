/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connects libcurl to the event loop. libcurl says which sockets and which timeout to watch
 * (watch_socket, set_timer), the loop reports what happened (curl_multi_socket_action), and after
 * each such call the transfers that have ended are reported. A handle is taken out of libcurl
 * before its callback is called, because the callback may start the next transfer or free the
 * handle.
 */
#include "hooks/http.h"

#include <errno.h>
#include <stdlib.h>

#define TIMER_ACCURACY_USEC 1000

struct http {
    sd_event *event;
    CURLM *multi;
    sd_event_source *timer;
};

struct transfer {
    http_done done;
    void *userdata;
};

/* Takes a handle out and returns what was kept with it. */
static struct transfer *take_transfer(struct http *http, CURL *easy) {
    struct transfer *transfer = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)(void *)&transfer);
    if (transfer != NULL) {
        curl_multi_remove_handle(http->multi, easy);
        curl_easy_setopt(easy, CURLOPT_PRIVATE, NULL);
    }
    return transfer;
}

static void tell_ended(struct http *http) {
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE) {
            continue;
        }
        /* Removing the handle frees the message. */
        CURLcode code = message->data.result;
        struct transfer *transfer = take_transfer(http, message->easy_handle);
        if (transfer != NULL) {
            struct transfer copy = *transfer;
            free(transfer);
            copy.done(copy.userdata, code);
        }
    }
}

static int on_socket(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
    struct http *http = userdata;
    int running;
    int flags = ((revents & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) |
                ((revents & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                ((revents & (EPOLLERR | EPOLLHUP)) != 0 ? CURL_CSELECT_ERR : 0);
    (void)source;
    curl_multi_socket_action(http->multi, fd, flags, &running);
    tell_ended(http);
    return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
    struct http *http = userdata;
    int running;
    (void)source;
    (void)usec;
    curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    tell_ended(http);
    return 0;
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *userdata, void *socket_data) {
    struct http *http = userdata;
    sd_event_source *source = socket_data;
    uint32_t events = ((what & CURL_POLL_IN) != 0 ? (uint32_t)EPOLLIN : 0) |
                      ((what & CURL_POLL_OUT) != 0 ? (uint32_t)EPOLLOUT : 0);
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        sd_event_source_disable_unref(source);
        curl_multi_assign(http->multi, fd, NULL);
        return 0;
    }
    if (source != NULL) {
        return sd_event_source_set_io_events(source, events) < 0 ? -1 : 0;
    }
    if (sd_event_add_io(http->event, &source, fd, events, on_socket, http) < 0) {
        return -1;
    }
    curl_multi_assign(http->multi, fd, source);
    return 0;
}

static int set_timer(CURLM *multi, long timeout_ms, void *userdata) {
    struct http *http = userdata;
    (void)multi;
    if (timeout_ms < 0) {
        return sd_event_source_set_enabled(http->timer, SD_EVENT_OFF) < 0 ? -1 : 0;
    }
    if (sd_event_source_set_time_relative(http->timer, (uint64_t)timeout_ms * 1000) < 0 ||
        sd_event_source_set_enabled(http->timer, SD_EVENT_ONESHOT) < 0) {
        return -1;
    }
    return 0;
}

int http_new(sd_event *event, struct http **out) {
    struct http *http = calloc(1, sizeof *http);
    if (http == NULL) {
        return -ENOMEM;
    }
    http->event = sd_event_ref(event);
    http->multi = curl_multi_init();
    int r = http->multi == NULL ? -ENOMEM : 0;
    if (r == 0) {
        r = sd_event_add_time(event, &http->timer, CLOCK_MONOTONIC, 0, TIMER_ACCURACY_USEC,
                              on_timer, http);
    }
    if (r >= 0) {
        r = sd_event_source_set_enabled(http->timer, SD_EVENT_OFF);
    }
    if (r >= 0 && (curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, watch_socket) != 0 ||
                   curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http) != 0 ||
                   curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, set_timer) != 0 ||
                   curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http) != 0)) {
        r = -EIO;
    }
    if (r < 0) {
        http_free(http);
        return r;
    }
    *out = http;
    return 0;
}

void http_free(struct http *http) {
    if (http == NULL) {
        return;
    }
    /* Closes the connections kept for later, whose sources go with them. */
    curl_multi_cleanup(http->multi);
    sd_event_source_disable_unref(http->timer);
    sd_event_unref(http->event);
    free(http);
}

int http_start(struct http *http, CURL *easy, http_done done, void *userdata) {
    struct transfer *transfer = malloc(sizeof *transfer);
    if (transfer == NULL) {
        return -ENOMEM;
    }
    *transfer = (struct transfer){.done = done, .userdata = userdata};
    if (curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer) != CURLE_OK ||
        curl_multi_add_handle(http->multi, easy) != CURLM_OK) {
        curl_easy_setopt(easy, CURLOPT_PRIVATE, NULL);
        free(transfer);
        return -EIO;
    }
    return 0;
}

void http_cancel(struct http *http, CURL *easy) {
    free(take_transfer(http, easy));
}

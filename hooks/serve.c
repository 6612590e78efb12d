/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Puts the worker together: the socket to the agent, and for each webhook and script an endpoint
 * with its delivery. Each process draws a random session number. Orders with another number were
 * meant for an earlier process and are dropped. The hello is sent first, with a digest of the
 * configuration, so that the agent notices when the two processes have read different files. An
 * invalid order ends the worker. So does a report that the agent does not take within
 * SEND_TIMEOUT_SEC.
 */
#include "hooks/serve.h"

#include "core/hook_protocol.h"
#include "hooks/endpoint.h"
#include "hooks/http.h"
#include "hooks/script.h"
#include "hooks/webhook.h"
#include "os/log.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <syslog.h>
#include <unistd.h>

/* The agent reads at once. If it does not for this long, it counts as dead. */
#define SEND_TIMEOUT_SEC 10

struct server {
    const struct setup *setup;
    int socket;
    uint32_t session;
    char host[HOST_NAME_MAX + 1];
    struct payload_origin origin;
    sd_event *event;
    sd_event_source *source;
    struct http *http;
    struct endpoint *endpoints[CONFIG_HOOKS_MAX];
};

static void leave(struct server *server, enum worker_end end) {
    sd_event_exit(server->event, (int)end);
}

static void send_report(void *userdata, uint32_t hook, enum hook_report_type type, uint32_t serial,
                        const char *text) {
    struct server *server = userdata;
    struct hook_report report = {.version = HOOK_PROTOCOL_VERSION,
                                 .type = type,
                                 .session = server->session,
                                 .hook = hook,
                                 .serial = serial};
    snprintf(report.text, sizeof report.text, "%s", text);
    if (send(server->socket, &report, sizeof report, MSG_NOSIGNAL) != (ssize_t)sizeof report) {
        leave(server, errno == EPIPE || errno == ECONNRESET ? WORKER_PEER_CLOSED : WORKER_FAILED);
    }
}

static void send_hello(struct server *server) {
    const struct config *config = server->setup->config;
    char text[EVENT_TEXT_SIZE] = "";
    for (size_t i = config->hook_count; i > 0; i--) {
        if (server->setup->problems[i - 1][0] != '\0') {
            char name[64];
            hook_full_name(&config->hooks[i - 1], name, sizeof name);
            log_line(LOG_ERR, "%s: %s", name, server->setup->problems[i - 1]);
            snprintf(text, sizeof text, "%s: %.180s", name, server->setup->problems[i - 1]);
        }
    }
    send_report(server, (uint32_t)config->hook_count, HOOK_HELLO, hook_digest(config), text);
}

/* Returns -1 to go on, else how to end. */
static int take_order(struct server *server) {
    struct hook_order order;
    ssize_t got = recv(server->socket, &order, sizeof order, MSG_DONTWAIT | MSG_TRUNC);
    if (got < 0) {
        return errno == EAGAIN || errno == EINTR ? -1 : WORKER_PEER_CLOSED;
    }
    if (got == 0) {
        return WORKER_PEER_CLOSED;
    }
    if (!hook_order_valid(&order, (size_t)got) || order.hook >= server->setup->config->hook_count) {
        log_line(LOG_ERR, "hermes-mailqueued sent an invalid order; closing the connection");
        return WORKER_REFUSED;
    }
    if (order.session != server->session) {
        return -1;
    }
    if (order.repeat != 0) {
        endpoint_repeat(server->endpoints[order.hook], &order.event);
        return -1;
    }
    if (!endpoint_add(server->endpoints[order.hook], &order.event)) {
        log_line(LOG_ERR, "hermes-mailqueued sent too many orders; closing the connection");
        return WORKER_REFUSED;
    }
    return -1;
}

static int on_socket(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
    struct server *server = userdata;
    (void)source;
    (void)fd;
    (void)revents;
    int end = take_order(server);
    if (end >= 0) {
        leave(server, (enum worker_end)end);
    }
    return 0;
}

static int make_delivery(struct server *server, size_t i, struct delivery *delivery) {
    const struct setup *setup = server->setup;
    const struct config_hook *hook = &setup->config->hooks[i];
    if (hook->kind == HOOK_SCRIPT) {
        return script_new(server->event, hook, &server->origin, delivery);
    }
    const struct webhook_setup webhook = {.hook = hook,
                                          .origin = &server->origin,
                                          .secret = &setup->secrets[i],
                                          .headers = &setup->headers[i],
                                          .problem = setup->problems[i],
                                          .http = server->http};
    return webhook_new(&webhook, delivery);
}

static int make_endpoints(struct server *server) {
    for (size_t i = 0; i < server->setup->config->hook_count; i++) {
        struct endpoint_setup endpoint = {.hook = (uint32_t)i,
                                          .policy = server->setup->policy,
                                          .report = send_report,
                                          .userdata = server};
        int r = make_delivery(server, i, &endpoint.delivery);
        if (r == 0) {
            r = endpoint_new(server->event, &endpoint, &server->endpoints[i]);
        }
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

static int server_init(struct server *server) {
    struct timeval timeout = {.tv_sec = SEND_TIMEOUT_SEC};
    const struct config *config = server->setup->config;
    server->origin = (struct payload_origin){
        .host = config->host_name[0] != '\0' ? config->host_name : server->host,
        .instance = config->postfix_config_directory,
        .container = config->container,
        .context = config->context};
    if (gethostname(server->host, sizeof server->host - 1) < 0 ||
        getrandom(&server->session, sizeof server->session, 0) != (ssize_t)sizeof server->session ||
        setsockopt(server->socket, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) < 0) {
        return -errno;
    }
    int r = sd_event_new(&server->event);
    if (r >= 0) {
        r = http_new(server->event, &server->http);
    }
    if (r >= 0) {
        r = make_endpoints(server);
    }
    if (r >= 0) {
        r = sd_event_add_io(server->event, &server->source, server->socket, EPOLLIN, on_socket,
                            server);
    }
    return r;
}

static void server_deinit(struct server *server) {
    for (size_t i = 0; i < CONFIG_HOOKS_MAX; i++) {
        endpoint_free(server->endpoints[i]);
    }
    http_free(server->http);
    sd_event_source_disable_unref(server->source);
    sd_event_unref(server->event);
}

enum worker_end serve(struct setup *setup, int socket) {
    struct server server = {.setup = setup, .socket = socket};
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return WORKER_FAILED;
    }
    setup_find_problems(setup);
    int r = server_init(&server);
    if (r >= 0) {
        send_hello(&server);
        r = sd_event_loop(server.event);
    }
    server_deinit(&server);
    curl_global_cleanup();
    if (r < 0) {
        log_line(LOG_ERR, "cannot call webhooks and scripts: %s", strerror(-r));
        return WORKER_FAILED;
    }
    return (enum worker_end)r;
}

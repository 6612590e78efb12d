/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Integrates net-snmp's library into the agent's event loop.
 *
 * A connection made by io/master_link.h is passed to a session (session.c), and when it ends, the
 * link connects again. There are two sessions, each with its own link. The first one serves the
 * objects; the second one, started once the first is up, shows when the registration of the first
 * has been taken over (see session.c). The library reads and answers requests; it opens no session
 * by itself.
 *
 * The library opens and closes descriptors within its calls. They are therefore watched through one
 * epoll descriptor, which is rebuilt when the session or the notifications have changed. It is read
 * until nothing is left, because within the library a request and its answer pass through two
 * pipes. A session that has ended is freed (in rebuild) only after that, as answers to it may still
 * be in transit.
 */
#include "agentx/session.h"

#include "core/time_units.h"
#include "io/master_link.h"

#include <net-snmp/agent/agent_callbacks.h>
#include <net-snmp/library/large_fd_set.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define APPLICATION "hermes-mailqueued"
/* The default, 250 ms, would delay each notification. */
#define TIMER_ACCURACY_USEC 1000
#define READ_ROUNDS_MAX 64 /* after this many, the rest of the loop gets its turn */
#define LOG_SIZE 512

/* The default priority (RFC 2741, 6.2.3), which only one agent can have. */
#define FIRST_PRIORITY 127
#define FIRST_REFUSED_MAX_USEC (30 * USEC_PER_SEC)
#define SECOND_PRIORITY 200
#define SECOND_REFUSED_MAX_USEC (600 * USEC_PER_SEC)

/* From libnetsnmpagent, which has no header for it: opens a session and waits for the answers. */
int subagent_startup(int major_id, int minor_id, void *server_arg, void *client_arg);

struct agentx {
    sd_event *event;
    int epoll; /* represents the library's descriptors, which come and go, in the loop */
    sd_event_source *io, *timer;
    struct agentx_handler handler;
    struct master_address address;
    char *context;
    struct master_link *link, *second_link;
    struct agentx_session *session, *second;
    bool library_opened;
    bool up;
    bool changed;             /* the session has changed, so descriptors may differ */
    bool ended, second_ended; /* the session has ended: it is cleaned up from the loop */
    long ended_number, second_ended_number;
    uint32_t sessions;
    struct outbox outbox;
};

/* The session */

static void on_up(void *userdata, netsnmp_session *library) {
    struct agentx *agentx = userdata;
    agentx->up = true;
    agentx->sessions++;
    agentx->changed = true;
    outbox_session_up(&agentx->outbox, library);
    agentx->handler.callbacks.connected(agentx->handler.callbacks.userdata, true,
                                        agentx->sessions - 1);
}

/* The master answers, so it has also read a notification whose answer has timed out. */
static void on_alive(void *userdata) {
    struct agentx *agentx = userdata;
    if (agentx->up && agentx->outbox.in_doubt) {
        agentx->changed = true;
        outbox_session_up(&agentx->outbox, agentx->outbox.session);
    }
}

static void on_ended(void *userdata, long number) {
    struct agentx *agentx = userdata;
    agentx->changed = agentx->ended = true;
    agentx->ended_number = number;
    outbox_session_lost(&agentx->outbox);
    if (agentx->up) {
        agentx->up = false;
        agentx->handler.callbacks.connected(agentx->handler.callbacks.userdata, false,
                                            agentx->sessions - 1);
    }
}

static void on_trouble(void *userdata, const struct master_trouble *trouble) {
    struct agentx *agentx = userdata;
    agentx->handler.callbacks.trouble(agentx->handler.callbacks.userdata, trouble);
}

static bool on_replaced(void *userdata) {
    const struct agentx *agentx = userdata;
    return master_link_replaced(agentx->link);
}

static void on_session_log(void *userdata, int priority, const char *text) {
    struct agentx *agentx = userdata;
    agentx->handler.callbacks.log(agentx->handler.callbacks.userdata, priority, text);
}

static void on_requested(void *userdata) {
    (void)userdata;
}

/* The second session: its state is not reported. */

static void on_second_up(void *userdata, netsnmp_session *library) {
    (void)userdata;
    (void)library;
}

static void on_second_requested(void *userdata) {
    struct agentx *agentx = userdata;
    agentx_session_taken(agentx->session);
}

static void on_second_alive(void *userdata) {
    (void)userdata;
}

static void on_second_ended(void *userdata, long number) {
    struct agentx *agentx = userdata;
    agentx->changed = agentx->second_ended = true;
    agentx->second_ended_number = number;
}

static void on_second_trouble(void *userdata, const struct master_trouble *trouble) {
    (void)userdata;
    (void)trouble;
}

static bool on_second_replaced(void *userdata) {
    const struct agentx *agentx = userdata;
    return master_link_replaced(agentx->second_link);
}

/* The library */

static int on_log(int major_id, int minor_id, void *server_arg, void *client_arg) {
    struct agentx *agentx = client_arg;
    const struct snmp_log_message *message = server_arg;
    char text[LOG_SIZE];
    (void)major_id;
    (void)minor_id;
    snprintf(text, sizeof text, "net-snmp: %s", message->msg);
    text[strcspn(text, "\n")] = '\0';
    agentx->handler.callbacks.log(agentx->handler.callbacks.userdata, message->priority, text);
    return SNMP_ERR_NOERROR;
}

/* One subtree, whatever the sessions register. */
static int register_tree(struct agentx *agentx) {
    static const struct mib_oid objects = {.ids = {1}, .len = 1}; /* hmqObjects */
    oid name[MAX_OID_LEN];
    size_t len = agentx_full_name(&agentx->handler.base, &objects, name);
    netsnmp_handler_registration *registration = netsnmp_create_handler_registration(
        "hermesMailQueue", agentx_on_request, name, len, HANDLER_CAN_RWRITE);
    if (registration == NULL) {
        return -ENOMEM;
    }
    registration->handler->myvoid = &agentx->handler;
    if (agentx->context[0] != '\0') {
        registration->contextName = strdup(agentx->context);
        if (registration->contextName == NULL) {
            netsnmp_handler_registration_free(registration);
            return -ENOMEM;
        }
    }
    if (netsnmp_register_handler(registration) != MIB_REGISTERED_OK) {
        return -EIO;
    }
    register_mib_reattach(); /* the library serves nothing before it has a session of its own */
    return 0;
}

/* Rebuilds the epoll descriptor from the library's present descriptors. */
static void rebuild(struct agentx *agentx) {
    int count = 0;
    int block = 1;
    struct timeval timeout = {0};
    netsnmp_large_fd_set set;
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll >= 0) {
        /* A new one each time, so that nothing registered in it can be stale. */
        int old = agentx->epoll;
        agentx->epoll = epoll;
        sd_event_source_set_io_fd(agentx->io, epoll);
        close(old);
    }
    netsnmp_large_fd_set_init(&set, FD_SETSIZE);
    snmp_select_info2(&count, &set, &timeout, &block);
    for (int fd = 0; fd < count; fd++) {
        if (NETSNMP_LARGE_FD_ISSET(fd, &set)) {
            struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
            epoll_ctl(agentx->epoll, EPOLL_CTL_ADD, fd, &event);
            fcntl(fd, F_SETFD, FD_CLOEXEC);
        }
    }
    netsnmp_large_fd_set_cleanup(&set);
    if (block == 0) {
        uint64_t usec = (uint64_t)timeout.tv_sec * 1000000 + (uint64_t)timeout.tv_usec;
        sd_event_source_set_time_relative(agentx->timer, usec);
    }
    sd_event_source_set_enabled(agentx->timer, block == 0 ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
}

/* The connections */

static void on_second_link_up(void *userdata, int socket) {
    struct agentx *agentx = userdata;
    if (agentx_session_begin(agentx->second, socket) < 0) {
        master_link_again(agentx->second_link);
    }
    rebuild(agentx);
}

/* Without it, the loss of a registration is not noticed, but the objects can still be served. */
static void start_second_link(struct agentx *agentx) {
    const struct master_link_callbacks callbacks = {
        .up = on_second_link_up, .failed = on_second_trouble, .userdata = agentx};
    if (master_link_new(agentx->event, &agentx->address, &callbacks, &agentx->second_link) < 0) {
        on_session_log(agentx, LOG_WARNING, "no second connection to the master agent");
    }
}

/* To be called after every call into the library: sessions, descriptors and timers may have
 * changed. */
static void settle(struct agentx *agentx) {
    if (agentx->ended) {
        agentx->ended = false;
        agentx_set_abandon(agentx->ended_number);
        master_link_again(agentx->link);
    }
    if (agentx->second_ended) {
        agentx->second_ended = false;
        agentx_set_abandon(agentx->second_ended_number);
        master_link_again(agentx->second_link);
    }
    if (agentx->up && agentx->second_link == NULL) {
        start_second_link(agentx);
    }
    agentx->changed = false;
    outbox_send(&agentx->outbox, &agentx->handler.base);
    rebuild(agentx);
}

/* Reads from the descriptors that are ready now. Returns false if none is. */
static bool read_ready(int epoll) {
    struct epoll_event events[16];
    netsnmp_large_fd_set set;
    int count = epoll_wait(epoll, events, 16, 0);
    if (count <= 0) {
        return false;
    }
    netsnmp_large_fd_set_init(&set, FD_SETSIZE);
    for (int i = 0; i < count; i++) {
        NETSNMP_LARGE_FD_SET(events[i].data.fd, &set);
    }
    snmp_read2(&set);
    netsnmp_large_fd_set_cleanup(&set);
    netsnmp_check_outstanding_agent_requests();
    return true;
}

static int on_readable(sd_event_source *source, int epoll, uint32_t revents, void *userdata) {
    struct agentx *agentx = userdata;
    size_t pending = agentx->outbox.count;
    (void)source;
    (void)revents;
    for (int round = 0; round < READ_ROUNDS_MAX && read_ready(epoll); round++) {
    }
    /* Answering a GET changes nothing. */
    if (agentx->changed || agentx->outbox.count != pending) {
        settle(agentx);
    }
    return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
    struct agentx *agentx = userdata;
    (void)source;
    (void)usec;
    snmp_timeout();
    run_alarms();
    settle(agentx);
    return 0;
}

static void on_link_up(void *userdata, int socket) {
    struct agentx *agentx = userdata;
    int r = agentx_session_begin(agentx->session, socket);
    if (r < 0) {
        const struct master_trouble trouble = {.kind = MASTER_UNREACHABLE, .number = -r};
        on_trouble(agentx, &trouble);
        master_link_again(agentx->link);
    }
    settle(agentx);
}

static const struct {
    int major, minor;
    SNMPCallback *function;
} library_callbacks[] = {
    {SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_LOGGING, on_log},
};

/* Disables everything that the library would read from or write to files by itself. */
static void configure_library(struct agentx *agentx) {
    setenv("MIBS", "", 1);
    setenv("MIBDIRS", "/dev/null", 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
    netsnmp_enable_subagent();
    snmp_disable_log();
    snmp_enable_calllog();
    for (size_t i = 0; i < sizeof library_callbacks / sizeof library_callbacks[0]; i++) {
        snmp_register_callback(library_callbacks[i].major, library_callbacks[i].minor,
                               library_callbacks[i].function, agentx);
    }
}

/* When the library shuts down, it frees the arguments of callbacks that are still registered. */
static void forget_callbacks(struct agentx *agentx) {
    for (size_t i = 0; i < sizeof library_callbacks / sizeof library_callbacks[0]; i++) {
        snmp_unregister_callback(library_callbacks[i].major, library_callbacks[i].minor,
                                 library_callbacks[i].function, agentx, 1);
    }
}

static int add_sessions(struct agentx *agentx) {
    const struct agentx_session_role first_role = {.base = &agentx->handler.base,
                                                   .context = agentx->context,
                                                   .columns = true,
                                                   .priority = FIRST_PRIORITY,
                                                   .refused_max_usec = FIRST_REFUSED_MAX_USEC};
    const struct agentx_session_role second_role = {.base = &agentx->handler.base,
                                                    .context = agentx->context,
                                                    .priority = SECOND_PRIORITY,
                                                    .refused_max_usec = SECOND_REFUSED_MAX_USEC};
    const struct agentx_session_callbacks first = {.up = on_up,
                                                   .requested = on_requested,
                                                   .alive = on_alive,
                                                   .ended = on_ended,
                                                   .trouble = on_trouble,
                                                   .replaced = on_replaced,
                                                   .log = on_session_log,
                                                   .userdata = agentx};
    const struct agentx_session_callbacks second = {.up = on_second_up,
                                                    .requested = on_second_requested,
                                                    .alive = on_second_alive,
                                                    .ended = on_second_ended,
                                                    .trouble = on_second_trouble,
                                                    .replaced = on_second_replaced,
                                                    .log = on_session_log,
                                                    .userdata = agentx};
    int r = agentx_session_new(agentx->event, &first_role, &first, &agentx->session);
    return r < 0 ? r : agentx_session_new(agentx->event, &second_role, &second, &agentx->second);
}

static int add_sources(struct agentx *agentx) {
    const struct master_link_callbacks callbacks = {
        .up = on_link_up, .failed = on_trouble, .userdata = agentx};
    int r =
        sd_event_add_io(agentx->event, &agentx->io, agentx->epoll, EPOLLIN, on_readable, agentx);
    if (r >= 0) {
        r = sd_event_add_time_relative(agentx->event, &agentx->timer, CLOCK_MONOTONIC, 0,
                                       TIMER_ACCURACY_USEC, on_timer, agentx);
    }
    if (r >= 0) {
        r = add_sessions(agentx);
    }
    if (r >= 0) {
        r = master_link_new(agentx->event, &agentx->address, &callbacks, &agentx->link);
    }
    return r < 0 ? r : 0;
}

static int start_library(struct agentx *agentx) {
    configure_library(agentx);
    if (init_agent(APPLICATION) != 0) {
        return -EIO;
    }
    agentx->library_opened = true;
    /* Otherwise init_snmp would connect by itself. */
    snmp_unregister_callback(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_POST_READ_CONFIG,
                             subagent_startup, NULL, 1);
    init_snmp(APPLICATION);
    return register_tree(agentx);
}

int agentx_new(sd_event *event, const struct agentx_place *place,
               const struct agentx_callbacks *callbacks, struct agentx **out) {
    struct master_address address;
    if (!master_address_parse(place->socket, &address)) {
        return -EINVAL;
    }
    struct agentx *agentx = calloc(1, sizeof *agentx);
    if (agentx == NULL) {
        return -ENOMEM;
    }
    agentx->event = sd_event_ref(event);
    agentx->address = address;
    agentx->handler.callbacks = *callbacks;
    agentx->handler.base = *place->base;
    agentx->context = strdup(place->context);
    agentx->outbox.context = agentx->context;
    agentx->outbox.sent = callbacks->sent;
    agentx->outbox.userdata = callbacks->userdata;
    agentx->epoll = epoll_create1(EPOLL_CLOEXEC);
    int r = agentx->epoll < 0 ? -errno : 0;
    if (r == 0) {
        r = agentx->context == NULL ? -ENOMEM : start_library(agentx);
    }
    if (r == 0) {
        r = add_sources(agentx);
    }
    if (r < 0) {
        agentx_free(agentx);
        return r;
    }
    *out = agentx;
    return 0;
}

void agentx_notify(struct agentx *agentx, struct notification *notification) {
    outbox_add(&agentx->outbox, notification);
    /* Sending may reveal that the session is lost, so it is not done within a caller's callback. */
    sd_event_source_set_time_relative(agentx->timer, 0);
    sd_event_source_set_enabled(agentx->timer, SD_EVENT_ONESHOT);
}

size_t agentx_pending(const struct agentx *agentx) {
    return agentx->outbox.count;
}

void agentx_free(struct agentx *agentx) {
    if (agentx == NULL) {
        return;
    }
    agentx_session_close(agentx->second);
    agentx_session_close(agentx->session);
    forget_callbacks(agentx);
    if (agentx->library_opened) {
        snmp_shutdown(APPLICATION);
    }
    master_link_free(agentx->link);
    master_link_free(agentx->second_link);
    agentx_session_free(agentx->session);
    agentx_session_free(agentx->second);
    sd_event_source_disable_unref(agentx->io);
    sd_event_source_disable_unref(agentx->timer);
    if (agentx->epoll >= 0) {
        close(agentx->epoll);
    }
    outbox_deinit(&agentx->outbox);
    free(agentx->context);
    sd_event_unref(agentx->event);
    free(agentx);
}

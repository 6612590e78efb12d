#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/agent/net-snmp-agent-includes.h>
#include <net-snmp/agent/agent_callbacks.h>
#include <net-snmp/library/large_fd_set.h>

#include "snmp/agentx_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define APPLICATION "hermes-mailqueued"
#define PING_INTERVAL_SEC 5
#define SESSION_TIMEOUT_USEC 500000L
/* The default, 250 ms, would be added to each notification's way. */
#define TIMER_ACCURACY_USEC 1000
#define REREGISTER_USEC UINT64_C(5000000)
#define LIBRARY_CALL_SEC 2
#define LIBRARY_CALL_REPEAT_NSEC 500000000L
#define LOG_SIZE 512

extern netsnmp_session *main_session; /* libnetsnmpagent: NULL while there is no session */

struct agentx {
    sd_event *event;
    int epoll; /* stands for the library's descriptors, which come and go, in the loop */
    sd_event_source *io, *timer, *reregister;
    struct agentx_callbacks callbacks;
    struct config_oid base;
    netsnmp_handler_registration *registration;
    bool up;
    bool registration_failed;
    uint32_t sessions;
    timer_t alarm;
    bool alarm_opened;
    struct outbox outbox;
};

/*
 * The library connects and sends without a timeout. To a master that is stopped and whose backlog
 * is full, which its own attempts fill, a connect(2) would wait for as long as that takes. A signal
 * to this thread, repeated in case one comes just before the wait begins, makes it fail instead.
 */
static void on_alarm(int signal_number) {
    (void)signal_number;
}

static int alarm_open(struct agentx *agentx) {
    struct sigaction action = {.sa_handler = on_alarm}; /* no SA_RESTART */
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGALRM};
    event._sigev_un._tid = gettid();
    if (sigaction(SIGALRM, &action, NULL) < 0 ||
        timer_create(CLOCK_MONOTONIC, &event, &agentx->alarm) < 0) {
        return -errno;
    }
    agentx->alarm_opened = true;
    return 0;
}

static void alarm_arm(const struct agentx *agentx) {
    const struct itimerspec time = {.it_value = {.tv_sec = LIBRARY_CALL_SEC},
                                    .it_interval = {.tv_nsec = LIBRARY_CALL_REPEAT_NSEC}};
    if (agentx->alarm_opened) {
        timer_settime(agentx->alarm, 0, &time, NULL);
    }
}

static void alarm_disarm(const struct agentx *agentx) {
    const struct itimerspec time = {.it_value = {.tv_sec = 0}};
    if (agentx->alarm_opened) {
        timer_settime(agentx->alarm, 0, &time, NULL);
    }
}

static void alarm_close(struct agentx *agentx) {
    if (agentx->alarm_opened) {
        timer_delete(agentx->alarm);
        agentx->alarm_opened = false;
    }
}

static const u_char asn_types[] = {[MIB_INTEGER] = ASN_INTEGER,
                                   [MIB_GAUGE32] = ASN_GAUGE,
                                   [MIB_COUNTER32] = ASN_COUNTER,
                                   [MIB_OCTETS] = ASN_OCTET_STR};

static void set_value(netsnmp_variable_list *variable, const struct mib_value *value) {
    if (value->type == MIB_OCTETS) {
        snmp_set_var_typed_value(variable, ASN_OCTET_STR, value->octets, value->length);
    } else if (value->type == MIB_INTEGER) {
        snmp_set_var_typed_integer(variable, ASN_INTEGER, value->integer);
    } else {
        unsigned long number = value->number;
        snmp_set_var_typed_value(variable, asn_types[value->type], &number, sizeof number);
    }
}

bool agentx_relative_name(const struct config_oid *base, const netsnmp_variable_list *variable,
                          uint32_t *ids, size_t *len) {
    *len = 0;
    for (size_t i = 0; i < variable->name_length; i++) {
        if (i < base->len) {
            if (variable->name[i] != base->ids[i]) {
                return false;
            }
        } else {
            ids[(*len)++] = (uint32_t)variable->name[i];
        }
    }
    return variable->name_length >= base->len;
}

static void answer_get(const struct agentx *agentx, const struct mib_view *view,
                       netsnmp_request_info *request, netsnmp_agent_request_info *info) {
    uint32_t ids[MAX_OID_LEN];
    size_t len;
    struct mib_value value;
    enum mib_result result = MIB_NO_OBJECT;
    if (agentx_relative_name(&agentx->base, request->requestvb, ids, &len)) {
        result = mib_get(view, ids, len, &value);
    }
    if (result == MIB_OK) {
        set_value(request->requestvb, &value);
    } else {
        netsnmp_set_request_error(
            info, request, result == MIB_NO_OBJECT ? SNMP_NOSUCHOBJECT : SNMP_NOSUCHINSTANCE);
    }
}

static void answer_next(const struct agentx *agentx, const struct mib_view *view,
                        netsnmp_request_info *request) {
    uint32_t ids[MAX_OID_LEN];
    size_t len;
    struct mib_value value;
    struct mib_oid next;
    /* The library moves a name before the registered subtree to its start. */
    if (!agentx_relative_name(&agentx->base, request->requestvb, ids, &len) ||
        mib_next(view, ids, len, request->inclusive != 0, &next, &value) != MIB_OK) {
        return;
    }
    oid name[MAX_OID_LEN];
    size_t full = 0;
    for (size_t i = 0; i < agentx->base.len; i++) {
        name[full++] = agentx->base.ids[i];
    }
    for (size_t i = 0; i < next.len && full < MAX_OID_LEN; i++) {
        name[full++] = next.ids[i];
    }
    snmp_set_var_objid(request->requestvb, name, full);
    set_value(request->requestvb, &value);
}

static int on_request(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
                      netsnmp_agent_request_info *info, netsnmp_request_info *requests) {
    const struct agentx *agentx = handler->myvoid;
    struct mib_view view;
    (void)registration;
    if (info->mode != MODE_GET && info->mode != MODE_GETNEXT) {
        agentx_set_request(&agentx->callbacks, &agentx->base, info, requests);
        return SNMP_ERR_NOERROR;
    }
    agentx->callbacks.view(agentx->callbacks.userdata, &view);
    for (netsnmp_request_info *request = requests; request != NULL; request = request->next) {
        if (request->processed != 0) {
            continue;
        }
        if (info->mode == MODE_GET) {
            answer_get(agentx, &view, request, info);
        } else {
            answer_next(agentx, &view, request);
        }
    }
    return SNMP_ERR_NOERROR;
}

/* One subtree, so that a look-up below it costs the master one round trip. */
static int register_tree(struct agentx *agentx) {
    oid name[MAX_OID_LEN];
    size_t len = 0;
    for (; len < agentx->base.len; len++) {
        name[len] = agentx->base.ids[len];
    }
    name[len++] = 1; /* hmqObjects */
    netsnmp_handler_registration *registration = netsnmp_create_handler_registration(
        "hermesMailQueue", on_request, name, len, HANDLER_CAN_RWRITE);
    if (registration == NULL) {
        return -ENOMEM;
    }
    registration->handler->myvoid = agentx;
    agentx->registration = registration;
    return netsnmp_register_handler(registration) == MIB_REGISTERED_OK ? 0 : -EIO;
}

static int on_session_init(int major_id, int minor_id, void *server_arg, void *client_arg) {
    netsnmp_session *session = server_arg;
    (void)major_id;
    (void)minor_id;
    (void)client_arg;
    session->timeout = SESSION_TIMEOUT_USEC;
    session->retries = 0;
    return SNMP_ERR_NOERROR;
}

static int on_index_stop(int major_id, int minor_id, void *server_arg, void *client_arg) {
    struct agentx *agentx = client_arg;
    (void)major_id;
    (void)minor_id;
    if (server_arg != main_session || !agentx->up) {
        return SNMP_ERR_NOERROR;
    }
    agentx->up = false;
    outbox_session_lost(&agentx->outbox);
    agentx->callbacks.connected(agentx->callbacks.userdata, false,
                                agentx->sessions > 0 ? agentx->sessions - 1 : 0);
    return SNMP_ERR_NOERROR;
}

/* The library says only here that a registration was refused, and does not try again itself. */
static int on_log(int major_id, int minor_id, void *server_arg, void *client_arg) {
    struct agentx *agentx = client_arg;
    const struct snmp_log_message *message = server_arg;
    char text[LOG_SIZE];
    (void)major_id;
    (void)minor_id;
    snprintf(text, sizeof text, "net-snmp: %s", message->msg);
    text[strcspn(text, "\n")] = '\0';
    if (strstr(text, "registering pdu failed") != NULL) {
        agentx->registration_failed = true;
    }
    /* Without a master it repeats itself with each attempt; connected tells it once. */
    bool routine = strstr(text, "AgentX master agent") != NULL ||
                   strstr(text, "Failed to connect to the agentx master") != NULL ||
                   strstr(text, "AgentX subagent connected") != NULL;
    agentx->callbacks.log(agentx->callbacks.userdata, routine ? LOG_DEBUG : message->priority,
                          text);
    return SNMP_ERR_NOERROR;
}

static void settle(struct agentx *agentx);

static int on_reregister(sd_event_source *source, uint64_t usec, void *userdata) {
    struct agentx *agentx = userdata;
    (void)source;
    (void)usec;
    if (main_session != NULL) {
        alarm_arm(agentx);
        netsnmp_unregister_handler(agentx->registration);
        agentx->registration_failed = false;
        register_tree(agentx);
        alarm_disarm(agentx);
    }
    settle(agentx);
    return 0;
}

static void note_session(struct agentx *agentx) {
    if (main_session == NULL) {
        agentx->registration_failed = false; /* a new session registers all anew */
        return;
    }
    if (agentx->registration_failed) {
        int enabled = SD_EVENT_OFF;
        sd_event_source_get_enabled(agentx->reregister, &enabled);
        if (enabled != SD_EVENT_OFF) {
            return; /* each ping comes here: it must not put the attempt off */
        }
        sd_event_source_set_time_relative(agentx->reregister, REREGISTER_USEC);
        sd_event_source_set_enabled(agentx->reregister, SD_EVENT_ONESHOT);
        return;
    }
    if (!agentx->up) {
        agentx->up = true;
        agentx->sessions++;
        outbox_session_up(&agentx->outbox);
        agentx->callbacks.connected(agentx->callbacks.userdata, true, agentx->sessions - 1);
    }
    outbox_send(&agentx->outbox, &agentx->base);
}

/* Puts the library's present descriptors behind the epoll, whatever was behind it before. */
static void rebuild(struct agentx *agentx) {
    int count = 0;
    int block = 1;
    struct timeval timeout = {0};
    netsnmp_large_fd_set set;
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll >= 0) {
        /* A new one each time: what is registered in it cannot be stale. */
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

/* To be called after every call into the library: sessions, descriptors and timers may differ. */
static void settle(struct agentx *agentx) {
    note_session(agentx);
    rebuild(agentx);
}

static int on_readable(sd_event_source *source, int epoll, uint32_t revents, void *userdata) {
    struct agentx *agentx = userdata;
    struct epoll_event events[16];
    netsnmp_large_fd_set set;
    (void)source;
    (void)revents;
    /* Fresh readiness only: the library takes a read of nothing for the end of the session. */
    int count = epoll_wait(epoll, events, 16, 0);
    if (count <= 0) {
        return 0;
    }
    netsnmp_large_fd_set_init(&set, FD_SETSIZE);
    int highest = 0;
    for (int i = 0; i < count; i++) {
        int fd = events[i].data.fd;
        NETSNMP_LARGE_FD_SET(fd, &set);
        highest = fd >= highest ? fd + 1 : highest;
    }
    const netsnmp_session *before = main_session;
    size_t pending = agentx->outbox.count;
    /* Without the alarm, which costs more than an answer: reading opens no connection. */
    snmp_read2(&set);
    netsnmp_large_fd_set_cleanup(&set);
    netsnmp_check_outstanding_agent_requests();
    /* An answered GET leaves everything as it was. */
    if (main_session != before || main_session == NULL || agentx->outbox.count != pending ||
        highest == 0) {
        settle(agentx);
    }
    return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
    struct agentx *agentx = userdata;
    (void)source;
    (void)usec;
    alarm_arm(agentx);
    snmp_timeout();
    run_alarms();
    alarm_disarm(agentx);
    settle(agentx);
    return 0;
}

static const struct {
    int major, minor;
    SNMPCallback *function;
} library_callbacks[] = {
    {SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_LOGGING, on_log},
    {SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_SESSION_INIT, on_session_init},
    {SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_STOP, on_index_stop},
};

/* Everything the library would read from or write to files by itself is off. */
static void configure_library(struct agentx *agentx, const char *socket) {
    setenv("MIBS", "", 1);
    setenv("MIBDIRS", "/dev/null", 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
    netsnmp_enable_subagent();
    netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_X_SOCKET, socket);
    snmp_disable_log();
    snmp_enable_calllog();
    for (size_t i = 0; i < sizeof library_callbacks / sizeof library_callbacks[0]; i++) {
        snmp_register_callback(library_callbacks[i].major, library_callbacks[i].minor,
                               library_callbacks[i].function, agentx);
    }
}

/* What is registered when the library shuts down has its argument freed by it. */
static void forget_callbacks(struct agentx *agentx) {
    for (size_t i = 0; i < sizeof library_callbacks / sizeof library_callbacks[0]; i++) {
        snmp_unregister_callback(library_callbacks[i].major, library_callbacks[i].minor,
                                 library_callbacks[i].function, agentx, 1);
    }
}

static int add_sources(struct agentx *agentx) {
    int r =
        sd_event_add_io(agentx->event, &agentx->io, agentx->epoll, EPOLLIN, on_readable, agentx);
    if (r >= 0) {
        r = sd_event_add_time_relative(agentx->event, &agentx->timer, CLOCK_MONOTONIC, 0,
                                       TIMER_ACCURACY_USEC, on_timer, agentx);
    }
    if (r >= 0) {
        r = sd_event_add_time_relative(agentx->event, &agentx->reregister, CLOCK_MONOTONIC, 0, 0,
                                       on_reregister, agentx);
    }
    if (r >= 0) {
        r = sd_event_source_set_enabled(agentx->reregister, SD_EVENT_OFF);
    }
    return r < 0 ? r : 0;
}

int agentx_new(sd_event *event, const char *socket, const struct config_oid *base,
               const struct agentx_callbacks *callbacks, struct agentx **out) {
    struct agentx *agentx = calloc(1, sizeof *agentx);
    if (agentx == NULL) {
        return -ENOMEM;
    }
    agentx->event = sd_event_ref(event);
    agentx->callbacks = *callbacks;
    agentx->outbox.sent = callbacks->sent;
    agentx->outbox.userdata = callbacks->userdata;
    agentx->base = *base;
    agentx->epoll = epoll_create1(EPOLL_CLOEXEC);
    int r = agentx->epoll < 0 ? -errno : add_sources(agentx);
    if (r == 0) {
        r = alarm_open(agentx);
    }
    if (r == 0) {
        configure_library(agentx, socket);
        r = init_agent(APPLICATION) == 0 ? 0 : -EIO;
    }
    if (r == 0) {
        /* init_agent sets its own default and init_snmp uses what is set by then. */
        netsnmp_ds_set_int(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_AGENTX_PING_INTERVAL,
                           PING_INTERVAL_SEC);
        r = register_tree(agentx);
    }
    if (r < 0) {
        agentx_free(agentx);
        return r;
    }
    init_snmp(APPLICATION);
    *out = agentx;
    /* on_timer comes at once and settles from the loop, when the caller has its *out. */
    return 0;
}

void agentx_notify(struct agentx *agentx, struct notification *notification) {
    outbox_add(&agentx->outbox, notification);
    /* Sending may find the session lost, so that it is not done inside a caller's callback. */
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
    forget_callbacks(agentx);
    if (agentx->registration != NULL) {
        alarm_arm(agentx);
        snmp_shutdown(APPLICATION);
    }
    alarm_close(agentx);
    sd_event_source_disable_unref(agentx->io);
    sd_event_source_disable_unref(agentx->timer);
    sd_event_source_disable_unref(agentx->reregister);
    if (agentx->epoll >= 0) {
        close(agentx->epoll);
    }
    outbox_deinit(&agentx->outbox);
    sd_event_unref(agentx->event);
    free(agentx);
}

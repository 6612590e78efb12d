/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One attempt at a time, in one of three states: looking up the host's name (names only;
 * getaddrinfo runs in a thread of the C library), connecting (TCP only), or waiting for the next
 * attempt. A connection that is up has no state here. Every attempt ends after CONNECT_USEC.
 */
#include "io/master_link.h"

#include "core/time_units.h"
#include "os/clock.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define CONNECT_USEC (10 * USEC_PER_SEC)
#define EAGER_USEC (10 * USEC_PER_SEC)
#define EAGER_RETRY_USEC (100 * USEC_PER_MSEC)
#define UNIX_RETRY_USEC (500 * USEC_PER_MSEC)
#define TCP_RETRY_USEC (2 * USEC_PER_SEC)
#define LOOKUP_POLL_USEC (50 * USEC_PER_MSEC)
#define TIMER_ACCURACY_USEC (10 * USEC_PER_MSEC)

/* How long TCP keeps a connection to a host that no longer responds. */
#define TCP_LOST_MSEC 30000
#define TCP_KEEPALIVE_SEC 10

/* The least wait after a connection that ended at once. */
#define SHORT_LIVED_USEC USEC_PER_SEC
#define SHORT_LIVED_RETRY_USEC (500 * USEC_PER_MSEC)

/* Owns the data of the thread, which may outlive the link. */
struct lookup {
    struct gaicb request;
    struct gaicb *list[1];
    struct addrinfo hints;
    char host[MASTER_HOST_SIZE];
    char port[MASTER_PORT_SIZE];
};

struct master_link {
    sd_event *event;
    struct master_address address;
    struct master_link_callbacks callbacks;
    sd_event_source *timer, *connecting;
    int socket;             /* while connecting; -1 = none */
    uint64_t began_usec;    /* when this series of attempts began */
    uint64_t deadline_usec; /* deadline of this attempt */
    uint64_t up_usec;       /* when the last connection was made */
    struct lookup *lookup;  /* in progress; NULL = none */
    dev_t device;           /* the socket that the last connection was made to */
    ino_t inode;
};

static void wait_usec(struct master_link *link, uint64_t usec) {
    sd_event_source_set_time_relative(link->timer, usec);
    sd_event_source_set_enabled(link->timer, SD_EVENT_ONESHOT);
}

static void stop_connecting(struct master_link *link) {
    link->connecting = sd_event_source_disable_unref(link->connecting);
    if (link->socket >= 0) {
        close(link->socket);
        link->socket = -1;
    }
}

static void attempt_failed(struct master_link *link, enum master_trouble_kind kind, int number) {
    const struct master_trouble trouble = {.kind = kind, .number = number};
    bool eager = clock_usec() - link->began_usec < EAGER_USEC;
    uint64_t slow = link->address.transport == MASTER_UNIX ? UNIX_RETRY_USEC : TCP_RETRY_USEC;
    stop_connecting(link);
    wait_usec(link, eager ? EAGER_RETRY_USEC : slow);
    link->callbacks.failed(link->callbacks.userdata, &trouble);
}

static void connected(struct master_link *link) {
    int socket = link->socket;
    link->socket = -1;
    stop_connecting(link);
    link->up_usec = clock_usec();
    sd_event_source_set_enabled(link->timer, SD_EVENT_OFF);
    link->callbacks.up(link->callbacks.userdata, socket);
}

static void connect_unix(struct master_link *link) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat status;
    memcpy(address.sun_path, link->address.path, sizeof address.sun_path);
    link->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* If the backlog is full, this fails with EAGAIN instead of blocking. */
    if (link->socket < 0 ||
        connect(link->socket, (const struct sockaddr *)&address, sizeof address) < 0) {
        attempt_failed(link, MASTER_UNREACHABLE, errno);
        return;
    }
    bool known = stat(link->address.path, &status) == 0;
    link->device = known ? status.st_dev : 0;
    link->inode = known ? status.st_ino : 0;
    connected(link);
}

static int on_connecting(sd_event_source *source, int socket, uint32_t revents, void *userdata) {
    struct master_link *link = userdata;
    int error = 0;
    socklen_t len = sizeof error;
    (void)source;
    (void)revents;
    if (getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &len) < 0) {
        error = errno;
    }
    if (error != 0) {
        attempt_failed(link, MASTER_UNREACHABLE, error);
    } else {
        connected(link);
    }
    return 0;
}

static void set_tcp_options(int socket) {
    const struct {
        int level, name, value;
    } options[] = {
        {IPPROTO_TCP, TCP_NODELAY, 1},
        {IPPROTO_TCP, TCP_USER_TIMEOUT, TCP_LOST_MSEC},
        {SOL_SOCKET, SO_KEEPALIVE, 1},
        {IPPROTO_TCP, TCP_KEEPIDLE, TCP_KEEPALIVE_SEC},
        {IPPROTO_TCP, TCP_KEEPINTVL, TCP_KEEPALIVE_SEC},
    };
    /* If one of them cannot be set, a lost host is only noticed later. */
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        setsockopt(socket, options[i].level, options[i].name, &options[i].value,
                   sizeof options[i].value);
    }
}

static void connect_tcp(struct master_link *link, const struct addrinfo *found) {
    link->socket = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (link->socket >= 0) {
        set_tcp_options(link->socket);
    }
    if (link->socket < 0 ||
        (connect(link->socket, found->ai_addr, found->ai_addrlen) < 0 && errno != EINPROGRESS)) {
        attempt_failed(link, MASTER_UNREACHABLE, errno);
        return;
    }
    int r = sd_event_add_io(link->event, &link->connecting, link->socket, EPOLLOUT, on_connecting,
                            link);
    if (r < 0) {
        attempt_failed(link, MASTER_UNREACHABLE, -r);
        return;
    }
    uint64_t now = clock_usec();
    wait_usec(link, link->deadline_usec > now ? link->deadline_usec - now : 0);
}

static void lookup_free(struct lookup *lookup) {
    if (lookup->request.ar_result != NULL) {
        freeaddrinfo(lookup->request.ar_result);
    }
    free(lookup);
}

/* The name is looked up again at each attempt, because its address may have changed. */
static void start_lookup(struct master_link *link) {
    struct lookup *lookup = calloc(1, sizeof *lookup);
    if (lookup == NULL) {
        attempt_failed(link, MASTER_UNREACHABLE, ENOMEM);
        return;
    }
    memcpy(lookup->host, link->address.host, sizeof lookup->host);
    memcpy(lookup->port, link->address.port, sizeof lookup->port);
    lookup->hints.ai_socktype = SOCK_STREAM;
    lookup->request = (struct gaicb){
        .ar_name = lookup->host, .ar_service = lookup->port, .ar_request = &lookup->hints};
    lookup->list[0] = &lookup->request;
    struct sigevent silent = {.sigev_notify = SIGEV_NONE};
    int r = getaddrinfo_a(GAI_NOWAIT, lookup->list, 1, &silent);
    if (r != 0) {
        free(lookup);
        attempt_failed(link, MASTER_UNRESOLVED, r);
        return;
    }
    link->lookup = lookup;
    wait_usec(link, LOOKUP_POLL_USEC);
}

static void take_lookup(struct master_link *link) {
    int r = gai_error(&link->lookup->request);
    if (r == EAI_INPROGRESS) {
        wait_usec(link, LOOKUP_POLL_USEC);
        return;
    }
    struct lookup *lookup = link->lookup;
    link->lookup = NULL;
    if (r != 0) {
        attempt_failed(link, MASTER_UNRESOLVED, r);
    } else {
        connect_tcp(link, lookup->request.ar_result);
    }
    lookup_free(lookup);
}

static void begin_tcp(struct master_link *link) {
    static const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
                                          .ai_socktype = SOCK_STREAM};
    bool local = strcmp(link->address.host, "localhost") == 0;
    struct addrinfo *found = NULL;
    if (getaddrinfo(local ? "127.0.0.1" : link->address.host, link->address.port, &hints, &found) ==
        0) {
        connect_tcp(link, found);
        freeaddrinfo(found);
    } else {
        start_lookup(link);
    }
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
    struct master_link *link = userdata;
    (void)source;
    (void)usec;
    if (link->lookup != NULL) {
        take_lookup(link);
    } else if (link->socket >= 0) {
        attempt_failed(link, MASTER_UNREACHABLE, ETIMEDOUT);
    } else {
        link->deadline_usec = clock_usec() + CONNECT_USEC;
        if (link->address.transport == MASTER_UNIX) {
            connect_unix(link);
        } else {
            begin_tcp(link);
        }
    }
    return 0;
}

int master_link_new(sd_event *event, const struct master_address *address,
                    const struct master_link_callbacks *callbacks, struct master_link **out) {
    struct master_link *link = calloc(1, sizeof *link);
    if (link == NULL) {
        return -ENOMEM;
    }
    link->event = sd_event_ref(event);
    link->address = *address;
    link->callbacks = *callbacks;
    link->socket = -1;
    link->began_usec = clock_usec();
    int r = sd_event_add_time_relative(event, &link->timer, CLOCK_MONOTONIC, 0, TIMER_ACCURACY_USEC,
                                       on_timer, link);
    if (r < 0) {
        master_link_free(link);
        return r;
    }
    *out = link;
    return 0;
}

void master_link_again(struct master_link *link) {
    link->began_usec = clock_usec();
    bool short_lived = link->began_usec - link->up_usec < SHORT_LIVED_USEC;
    wait_usec(link, short_lived ? SHORT_LIVED_RETRY_USEC : 0);
}

bool master_link_replaced(const struct master_link *link) {
    struct stat status;
    return link->address.transport == MASTER_UNIX && link->inode != 0 &&
           stat(link->address.path, &status) == 0 &&
           (status.st_dev != link->device || status.st_ino != link->inode);
}

void master_link_free(struct master_link *link) {
    if (link == NULL) {
        return;
    }
    stop_connecting(link);
    /* A lookup that cannot be cancelled is left to the C library's thread. */
    if (link->lookup != NULL && gai_cancel(&link->lookup->request) != EAI_NOTCANCELED) {
        lookup_free(link->lookup);
    }
    sd_event_source_disable_unref(link->timer);
    sd_event_unref(link->event);
    free(link);
}

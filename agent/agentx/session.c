/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Nothing here blocks: each PDU is sent with a callback for its answer, and the library's own
 * functions for sessions, which block, are not used.
 *
 * States: NONE (no connection) -> OPENING -> REGISTERING -> UP. A refused registration is tried
 * again and again. The end of the connection leads to NONE from any state.
 *
 * A refused registration is never unregistered: the master would remove the one that was the reason
 * for the refusal. The master does not report when the Unregister of another subagent removes our
 * registration, and no PDU can query it: a repeated Register only makes the master log an error
 * each time. So there are two sessions, each on its own connection, because net-snmp's master does
 * not distinguish sessions of one connection. The second one registers the same objects with a
 * lower precedence, so it gets a request only when the first registration has gone. That reveals
 * the loss: the objects are still served, and the first session registers again at once.
 *
 * Besides the whole, the first session registers the columns of each long table. A master has to
 * answer a request with something that the manager may see; for what the view hides it asks for one
 * instance after the other, while all others wait. It passes over a region at once if all of that
 * is hidden, which can be said of a column, but not of the whole. If such a registration is
 * refused, the objects are served all the same.
 *
 * A master that does not answer is busy, and its connection still works once it continues, so the
 * session waits. The session ends only with the connection, with the answer notOpen, or if the
 * socket has been replaced.
 */
#include "agentx/session.h"

#include "core/time_units.h"
#include "os/clock.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#define TICK_USEC USEC_PER_SEC
#define PING_USEC (5 * USEC_PER_SEC)
#define SILENT_USEC (15 * USEC_PER_SEC)
#define REFUSED_USEC (5 * USEC_PER_SEC)

/* A request that was in transit to the second session when the first one registered proves nothing.
 */
#define REGISTERED_FIRST_USEC (2 * USEC_PER_SEC)

/* The library must not limit the time for answers. It counts microseconds in a long. */
#define LIBRARY_TIMEOUT_USEC (365L * 86400 * 1000000)

/* From libnetsnmpagent, which has no header for it: passes a request to the handlers, and their
 * answer to the session. */
int handle_agentx_packet(int operation, netsnmp_session *session, int reqid, netsnmp_pdu *pdu,
                         void *magic);
int agentx_parse(netsnmp_session *session, netsnmp_pdu *pdu, u_char *packet, size_t length);
int agentx_realloc_build(netsnmp_session *session, netsnmp_pdu *pdu, u_char **packet,
                         size_t *packet_length, size_t *out_length);
int agentx_check_packet(u_char *packet, size_t length);

enum session_state { SESSION_NONE, SESSION_OPENING, SESSION_REGISTERING, SESSION_UP };

enum question { ASK_OPEN, ASK_REGISTER, ASK_COLUMNS, ASK_PING, QUESTIONS };

/* The argument of a callback for an answer. */
struct asked {
    struct agentx_session *session;
    enum question question;
};

struct agentx_session {
    sd_event_source *tick;
    struct agentx_session_role role;
    struct agentx_session_callbacks callbacks;
    netsnmp_session *library; /* NULL = no connection */
    int socket;               /* owned by the library */
    enum session_state state;
    long id;               /* the session number; 0 = none */
    size_t table;          /* the long table whose columns are being registered */
    bool taken;            /* the registration was taken over and is being made again */
    bool silent;           /* reported */
    uint64_t heard_usec;   /* when something was last received */
    uint64_t asked_usec;   /* when the oldest unanswered question was sent; 0 = none */
    uint64_t up_usec;      /* when it was registered */
    uint64_t refused_usec; /* when to register again after a refusal; 0 = not refused */
    uint64_t refused_wait_usec;
    struct asked asked[QUESTIONS];
};

static void report(struct agentx_session *session, enum master_trouble_kind kind, int number) {
    const struct master_trouble trouble = {.kind = kind, .number = number};
    session->callbacks.trouble(session->callbacks.userdata, &trouble);
}

/* Makes the library read the end of the connection next, which it reports to on_packet. */
static void drop(struct agentx_session *session) {
    shutdown(session->socket, SHUT_RDWR);
}

/* Something was received from the master. */
static void note_heard(struct agentx_session *session) {
    session->heard_usec = clock_usec();
    if (session->silent) {
        session->silent = false;
        report(session, MASTER_GOOD, 0);
    }
}

static int on_answer(int operation, netsnmp_session *library, int request_id, netsnmp_pdu *pdu,
                     void *magic);

/* Sends the PDU (consumed). */
static void ask(struct agentx_session *session, enum question question, netsnmp_pdu *pdu) {
    if (pdu == NULL) {
        drop(session);
        return;
    }
    if (snmp_async_send(session->library, pdu, on_answer, &session->asked[question]) == 0) {
        snmp_free_pdu(pdu);
        drop(session);
    } else if (session->asked_usec == 0) {
        session->asked_usec = clock_usec();
    }
}

static size_t root_name(const struct agentx_session *session, oid name[MAX_OID_LEN]) {
    static const struct mib_oid objects = {.ids = {1}, .len = 1}; /* hmqObjects */
    return agentx_full_name(session->role.base, &objects, name);
}

static void ask_open(struct agentx_session *session) {
    static const char description[] = "hermes-mailqueued " HMQ_VERSION;
    oid name[MAX_OID_LEN];
    size_t len = root_name(session, name);
    netsnmp_pdu *pdu = snmp_pdu_create(AGENTX_OPEN);
    if (pdu != NULL) {
        pdu->time = 0; /* the master's default timeout */
        snmp_pdu_add_variable(pdu, name, len, ASN_OCTET_STR, description, sizeof description - 1);
    }
    ask(session, ASK_OPEN, pdu);
}

/* NULL if out of memory. */
static netsnmp_pdu *new_registration(const struct agentx_session *session) {
    netsnmp_pdu *pdu = snmp_pdu_create(AGENTX_REGISTER);
    if (pdu == NULL) {
        return NULL;
    }
    pdu->time = 0;
    pdu->priority = session->role.priority;
    pdu->sessid = session->id;
    if (!agentx_set_context(pdu, session->role.context)) {
        snmp_free_pdu(pdu); /* better no registration than one in another context */
        return NULL;
    }
    return pdu;
}

static void ask_register(struct agentx_session *session) {
    oid name[MAX_OID_LEN];
    size_t len = root_name(session, name);
    netsnmp_pdu *pdu = new_registration(session);
    if (pdu != NULL) {
        snmp_pdu_add_variable(pdu, name, len, ASN_NULL, NULL, 0);
    }
    ask(session, ASK_REGISTER, pdu);
}

/* The columns of a long table, as a range of the last sub-identifier (RFC 2741, 6.2.3), whose end
 * the library takes from the value. Nothing after the last table. */
static void ask_columns(struct agentx_session *session) {
    oid name[MAX_OID_LEN], end[MAX_OID_LEN];
    struct mib_oid first;
    uint32_t last;
    if (!session->role.columns || !mib_long_table(session->table, &first, &last)) {
        return;
    }
    size_t len = agentx_full_name(session->role.base, &first, name);
    netsnmp_pdu *pdu = new_registration(session);
    if (pdu != NULL) {
        memcpy(end, name, len * sizeof *name);
        end[len - 1] = last;
        pdu->range_subid = (int)len;
        snmp_pdu_add_variable(pdu, name, len, ASN_OBJECT_ID, end, len * sizeof *end);
    }
    ask(session, ASK_COLUMNS, pdu);
}

static void ask_ping(struct agentx_session *session) {
    netsnmp_pdu *pdu = snmp_pdu_create(AGENTX_PING);
    if (pdu != NULL) {
        pdu->time = 0;
        pdu->sessid = session->id;
    }
    ask(session, ASK_PING, pdu);
}

static void opened(struct agentx_session *session, const netsnmp_pdu *answer) {
    if (answer->errstat != SNMP_ERR_NOERROR) {
        report(session, MASTER_REFUSES_SESSION, (int)answer->errstat);
        drop(session);
        return;
    }
    session->id = answer->sessid;
    session->library->sessid = answer->sessid;
    session->state = SESSION_REGISTERING;
    ask_register(session);
}

static void refused(struct agentx_session *session, int error) {
    uint64_t longer = session->refused_wait_usec * 2;
    session->refused_usec = clock_usec() + session->refused_wait_usec;
    session->refused_wait_usec =
        longer < session->role.refused_max_usec ? longer : session->role.refused_max_usec;
    report(session,
           error == AGENTX_ERROR_DUPLICATE_REGISTRATION ? MASTER_OCCUPIED
                                                        : MASTER_REFUSES_REGISTRATION,
           error);
}

/* The answer to a repeated registration. If another agent was faster, it serves the objects from
 * now on, and the next request to the second session shows that it has ended. */
static void registered_again(struct agentx_session *session, int error) {
    session->taken = false;
    if (error == SNMP_ERR_NOERROR) {
        report(session, MASTER_GOOD, 0);
        session->callbacks.log(session->callbacks.userdata, LOG_NOTICE,
                               "the objects are registered again; they remained available");
    } else {
        report(session, MASTER_OCCUPIED, error);
    }
}

static void registered(struct agentx_session *session, const netsnmp_pdu *answer) {
    if (session->state == SESSION_UP) {
        registered_again(session, (int)answer->errstat);
        return;
    }
    if (answer->errstat != SNMP_ERR_NOERROR) {
        refused(session, (int)answer->errstat);
        return;
    }
    session->state = SESSION_UP;
    session->up_usec = clock_usec();
    report(session, MASTER_GOOD, 0);
    session->callbacks.up(session->callbacks.userdata, session->library);
    session->table = 0;
    ask_columns(session);
}

static void registered_columns(struct agentx_session *session, const netsnmp_pdu *answer) {
    if (answer->errstat != SNMP_ERR_NOERROR) {
        session->callbacks.log(session->callbacks.userdata, LOG_INFO,
                               "the master agent takes no columns of a table: a manager that may "
                               "not see them delays others");
        return;
    }
    session->table++;
    ask_columns(session);
}

static void pinged(struct agentx_session *session, const netsnmp_pdu *answer) {
    (void)answer;
    session->callbacks.alive(session->callbacks.userdata);
}

static void (*const take_answer[QUESTIONS])(struct agentx_session *session,
                                            const netsnmp_pdu *answer) = {
    [ASK_OPEN] = opened,
    [ASK_REGISTER] = registered,
    [ASK_COLUMNS] = registered_columns,
    [ASK_PING] = pinged,
};

static int on_answer(int operation, netsnmp_session *library, int request_id, netsnmp_pdu *pdu,
                     void *magic) {
    const struct asked *asked = magic;
    struct agentx_session *session = asked->session;
    (void)request_id;
    /* Closing the library's session also ends its questions, as if they had timed out. */
    if (operation != NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE || library != session->library) {
        return 1;
    }
    session->asked_usec = 0;
    note_heard(session);
    netsnmp_set_agent_uptime((u_long)pdu->time);
    if (pdu->errstat == AGENTX_ERROR_NOT_OPEN) {
        drop(session);
    } else {
        take_answer[asked->question](session, pdu);
    }
    return 1;
}

void agentx_session_taken(struct agentx_session *session) {
    if (session->state != SESSION_UP || session->taken ||
        clock_usec() - session->up_usec < REGISTERED_FIRST_USEC) {
        return;
    }
    session->taken = true;
    session->callbacks.log(session->callbacks.userdata, LOG_WARNING,
                           "another AgentX client has unregistered the objects; registering them "
                           "again");
    ask_register(session);
}

static int on_packet(int operation, netsnmp_session *library, int request_id, netsnmp_pdu *pdu,
                     void *magic) {
    struct agentx_session *session = magic;
    if (library != session->library) {
        return 1;
    }
    if (operation == NETSNMP_CALLBACK_OP_DISCONNECT) {
        session->library = NULL; /* the library frees it when it next looks for descriptors */
        session->socket = -1;
        session->state = SESSION_NONE;
        long number = session->id;
        session->id = 0;
        session->taken = session->silent = false;
        session->callbacks.ended(session->callbacks.userdata, number);
        return 0;
    }
    if (operation != NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE || pdu->command == AGENTX_RESPONSE) {
        return 1; /* an answer that nothing waits for */
    }
    note_heard(session);
    session->callbacks.requested(session->callbacks.userdata);
    return handle_agentx_packet(operation, library, request_id, pdu, NULL);
}

static void watch_silence(struct agentx_session *session, uint64_t now) {
    uint64_t since = session->asked_usec;
    if (since == 0) {
        if (now - session->heard_usec >= PING_USEC && session->id != 0) {
            ask_ping(session);
        }
        return;
    }
    since = session->heard_usec > since ? session->heard_usec : since;
    if (now - since < SILENT_USEC) {
        return;
    }
    if (session->callbacks.replaced(session->callbacks.userdata)) {
        drop(session);
    } else if (!session->silent) {
        session->silent = true;
        report(session, MASTER_SILENT, 0);
    }
}

static int on_tick(sd_event_source *source, uint64_t usec, void *userdata) {
    struct agentx_session *session = userdata;
    uint64_t now = clock_usec();
    (void)usec;
    if (session->library == NULL) {
        return 0; /* agentx_session_begin starts it again */
    }
    if (session->refused_usec != 0 && now >= session->refused_usec) {
        session->refused_usec = 0;
        ask_register(session);
    }
    watch_silence(session, now);
    sd_event_source_set_time_relative(source, TICK_USEC);
    return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

int agentx_session_new(sd_event *event, const struct agentx_session_role *role,
                       const struct agentx_session_callbacks *callbacks,
                       struct agentx_session **out) {
    struct agentx_session *session = calloc(1, sizeof *session);
    if (session == NULL) {
        return -ENOMEM;
    }
    session->role = *role;
    session->callbacks = *callbacks;
    session->socket = -1;
    for (size_t i = 0; i < QUESTIONS; i++) {
        session->asked[i] = (struct asked){.session = session, .question = (enum question)i};
    }
    int r =
        sd_event_add_time_relative(event, &session->tick, CLOCK_MONOTONIC, 0, 0, on_tick, session);
    if (r >= 0) {
        r = sd_event_source_set_enabled(session->tick, SD_EVENT_OFF);
    }
    if (r < 0) {
        agentx_session_free(session);
        return r;
    }
    *out = session;
    return 0;
}

int agentx_session_begin(struct agentx_session *session, int socket) {
    netsnmp_transport *transport = agentx_transport_new(socket);
    netsnmp_session settings;
    if (transport == NULL) {
        return -ENOMEM;
    }
    snmp_sess_init(&settings);
    settings.version = AGENTX_VERSION;
    settings.flags |= SNMP_FLAGS_STREAM_SOCKET;
    settings.retries = 0; /* a repeated question could be answered twice */
    settings.timeout = LIBRARY_TIMEOUT_USEC;
    settings.callback = on_packet;
    settings.callback_magic = session;
    session->library = snmp_add_full(&settings, transport, NULL, agentx_parse, NULL, NULL,
                                     agentx_realloc_build, agentx_check_packet, NULL);
    if (session->library == NULL) {
        return -ENOMEM; /* and the library has freed the transport */
    }
    /* The library keeps the timer of its own pings here; it has none. */
    session->library->securityModel = SNMP_DEFAULT_SECMODEL;
    session->socket = socket;
    session->state = SESSION_OPENING;
    session->asked_usec = session->refused_usec = 0;
    session->heard_usec = clock_usec();
    session->refused_wait_usec = REFUSED_USEC;
    sd_event_source_set_time_relative(session->tick, TICK_USEC);
    sd_event_source_set_enabled(session->tick, SD_EVENT_ONESHOT);
    ask_open(session);
    return 0;
}

void agentx_session_close(struct agentx_session *session) {
    if (session == NULL || session->library == NULL || session->id == 0) {
        return;
    }
    netsnmp_pdu *pdu = snmp_pdu_create(AGENTX_CLOSE);
    if (pdu == NULL) {
        return;
    }
    pdu->time = 0;
    pdu->errstat = 5; /* reasonShutdown, RFC 2741, 6.2.2 */
    pdu->sessid = session->id;
    if (snmp_async_send(session->library, pdu, NULL, NULL) == 0) {
        snmp_free_pdu(pdu);
    }
}

void agentx_session_free(struct agentx_session *session) {
    if (session == NULL) {
        return;
    }
    sd_event_source_disable_unref(session->tick);
    free(session);
}

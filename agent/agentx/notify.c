/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Notifications to the master, one at a time: each is an AgentX-Notify PDU (RFC 2741, 6.2.10) that
 * the master must acknowledge before the next one is sent.
 *
 * The first notification of the queue is idle, in flight (sent and not answered), in doubt (the
 * session ended before the answer) or rejected (the master does not know the session). When a new
 * session is up, one that is in doubt counts as sent if the same master process is still there,
 * because that reads what is in its socket; otherwise it is sent again, as is one that was
 * rejected. When the queue is full, the oldest one that is not in flight is dropped and counted.
 */
#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/agent/net-snmp-agent-includes.h>

#include "agentx/internal.h"

#include "core/duration.h"
#include "os/socket.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A stopped master answers late; if the notification were sent again, it would arrive twice. */
#define ANSWER_TIMEOUT_SEC 3600

#define MICROSECONDS_PER_SEC 1000000L

static const oid sysuptime_oid[] = {1, 3, 6, 1, 2, 1, 1, 3, 0};
static const oid snmptrap_oid[] = {1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0};

/* Field 22 of /proc/PID/stat (proc(5)); the name, field 2, may hold anything but ends in a ). */
static bool start_time(pid_t pid, uint64_t *ticks) {
    char path[64];
    char line[1024] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *stat = fopen(path, "re");
    if (stat == NULL) {
        return false;
    }
    char *name_end = fgets(line, sizeof line, stat) != NULL ? strrchr(line, ')') : NULL;
    fclose(stat);
    if (name_end == NULL) {
        return false;
    }
    char *rest = NULL;
    const char *field = strtok_r(name_end + 1, " ", &rest);
    for (int number = 3; number < 22 && field != NULL; number++) {
        field = strtok_r(NULL, " ", &rest);
    }
    return field != NULL && number_parse(field, UINT64_MAX, ticks);
}

static struct master_identity identify_master(netsnmp_session *session) {
    struct master_identity identity = {.pid = 0};
    struct ucred peer;
    netsnmp_transport *transport =
        session != NULL ? snmp_sess_transport(snmp_sess_pointer(session)) : NULL;
    if (transport != NULL && socket_peer(transport->sock, &peer) == 0 &&
        start_time(peer.pid, &identity.start_time)) {
        identity.pid = peer.pid;
    }
    return identity;
}

static void drop_first(struct outbox *outbox) {
    struct notification *first = outbox->first;
    outbox->first = first->next;
    if (outbox->first == NULL) {
        outbox->last = NULL;
    }
    outbox->count--;
    free(first);
}

static void first_sent(struct outbox *outbox) {
    uint32_t serial = outbox->first->serial;
    drop_first(outbox);
    outbox->sent(outbox->userdata, serial);
}

static int on_answer(int operation, netsnmp_session *session, int request_id, netsnmp_pdu *pdu,
                     void *magic) {
    struct outbox *outbox = magic;
    (void)session;
    (void)request_id;
    bool answered = operation == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE;
    /* A master that does not know the session has not forwarded the notification. The next ping
     * reveals that, too, and a new session sends it. Any other answer means that the master has
     * received it. */
    if (outbox->in_flight && answered && pdu != NULL && pdu->errstat == AGENTX_ERROR_NOT_OPEN) {
        outbox->in_flight = false;
        outbox->rejected = true;
    } else if (outbox->in_flight && answered) {
        outbox->in_flight = false;
        first_sent(outbox);
    } else if (outbox->in_flight) {
        outbox->in_flight = false;
        outbox->in_doubt = true;
    }
    return 1;
}

static bool add_variable(netsnmp_pdu *pdu, const oid *name, size_t len,
                         const struct mib_varbind *varbind) {
    static const u_char types[] = {[MIB_INTEGER] = ASN_INTEGER,
                                   [MIB_GAUGE32] = ASN_GAUGE,
                                   [MIB_COUNTER32] = ASN_COUNTER,
                                   [MIB_OCTETS] = ASN_OCTET_STR};
    long integer = varbind->integer;
    unsigned long number = varbind->number;
    const void *value = &number;
    size_t size = sizeof number;
    if (varbind->type == MIB_INTEGER) {
        value = &integer;
        size = sizeof integer;
    } else if (varbind->type == MIB_OCTETS) {
        value = varbind->octets;
        size = varbind->length;
    }
    return snmp_pdu_add_variable(pdu, name, len, types[varbind->type], value, size) != NULL;
}

static netsnmp_pdu *make_pdu(const struct outbox *outbox, const struct config_oid *base) {
    const struct notification *notification = outbox->first;
    netsnmp_pdu *pdu = snmp_pdu_create(AGENTX_NOTIFY);
    if (pdu == NULL) {
        return NULL;
    }
    pdu->time = ANSWER_TIMEOUT_SEC * MICROSECONDS_PER_SEC;
    pdu->flags |= UCD_MSG_FLAG_PDU_TIMEOUT;
    pdu->sessid = outbox->session->sessid;

    oid name[MAX_OID_LEN];
    struct mib_oid trap = {.ids = {0, (uint32_t)notification->type}, .len = 2};
    size_t len = agentx_full_name(base, &trap, name);
    u_long uptime = netsnmp_get_agent_uptime();
    bool good = agentx_set_context(pdu, outbox->context) &&
                snmp_pdu_add_variable(pdu, sysuptime_oid, OID_LENGTH(sysuptime_oid), ASN_TIMETICKS,
                                      &uptime, sizeof uptime) != NULL &&
                snmp_pdu_add_variable(pdu, snmptrap_oid, OID_LENGTH(snmptrap_oid), ASN_OBJECT_ID,
                                      name, len * sizeof *name) != NULL;
    for (size_t i = 0; good && i < notification->count; i++) {
        len = agentx_full_name(base, &notification->varbinds[i].name, name);
        good = add_variable(pdu, name, len, &notification->varbinds[i]);
    }
    if (!good) {
        snmp_free_pdu(pdu);
        return NULL;
    }
    return pdu;
}

void outbox_send(struct outbox *outbox, const struct config_oid *base) {
    if (outbox->session == NULL || outbox->first == NULL || outbox->in_flight || outbox->in_doubt ||
        outbox->rejected) {
        return;
    }
    netsnmp_pdu *pdu = make_pdu(outbox, base);
    if (pdu == NULL) {
        return;
    }
    outbox->in_flight = true;
    if (snmp_async_send(outbox->session, pdu, on_answer, outbox) == 0) {
        /* The library has not closed anything yet: the next ping fails, and the session is
         * restarted. */
        outbox->in_flight = false;
        snmp_free_pdu(pdu);
        return;
    }
    outbox->master = identify_master(outbox->session);
}

void outbox_add(struct outbox *outbox, struct notification *notification) {
    if (outbox->count == AGENTX_OUTBOX_MAX) {
        if (outbox->in_flight || outbox->in_doubt) {
            struct notification *second = outbox->first->next;
            outbox->first->next = second->next;
            outbox->count--;
            free(second);
        } else {
            drop_first(outbox);
        }
        outbox->dropped++;
    }
    notification->next = NULL;
    if (outbox->last != NULL) {
        outbox->last->next = notification;
    } else {
        outbox->first = notification;
    }
    outbox->last = notification;
    outbox->count++;
}

void outbox_session_lost(struct outbox *outbox) {
    outbox->session = NULL;
    outbox->rejected = false;
    if (outbox->in_flight) {
        outbox->in_flight = false;
        outbox->in_doubt = true;
    }
}

void outbox_session_up(struct outbox *outbox, netsnmp_session *session) {
    outbox->session = session;
    if (!outbox->in_doubt) {
        return;
    }
    struct master_identity master = identify_master(session);
    outbox->in_doubt = false;
    /* A master that is still running reads what is in its socket; for one that has ended, it is
     * lost. */
    if (master.pid != 0 && master.pid == outbox->master.pid &&
        master.start_time == outbox->master.start_time) {
        first_sent(outbox);
    }
}

void outbox_deinit(struct outbox *outbox) {
    while (outbox->first != NULL) {
        drop_first(outbox);
    }
}

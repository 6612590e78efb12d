/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The outbox of notifications without a master: the library's sending is replaced, so that each
 * answer, silence and lost session can be played.
 */
#include "agentx/internal.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit.h"

#define NOT_OPEN 257

static netsnmp_session session = {.sessid = 42};
static netsnmp_transport transport;

/* What was handed to the library last. */
static struct {
    unsigned count;
    bool refuse;
    netsnmp_pdu *pdu;
    netsnmp_callback answer;
    void *magic;
} wire;

static uint32_t sent[16];
static size_t sent_count;

int __wrap_snmp_async_send(netsnmp_session *to, netsnmp_pdu *pdu, netsnmp_callback answer,
                           void *magic);
netsnmp_transport *__wrap_snmp_sess_transport(struct session_list *list);

int __wrap_snmp_async_send(netsnmp_session *to, netsnmp_pdu *pdu, netsnmp_callback answer,
                           void *magic) {
    assert_ptr_equal(to, &session);
    if (wire.refuse) {
        return 0;
    }
    if (wire.pdu != NULL) {
        snmp_free_pdu(wire.pdu);
    }
    wire.pdu = pdu;
    wire.answer = answer;
    wire.magic = magic;
    wire.count++;
    return 1;
}

netsnmp_transport *__wrap_snmp_sess_transport(struct session_list *list) {
    (void)list;
    return &transport;
}

static const struct config_oid base = {{1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2525}, 10};
static struct outbox outbox;

static void on_sent(void *userdata, uint32_t serial) {
    (void)userdata;
    assert_true(sent_count < COUNT_OF(sent));
    sent[sent_count++] = serial;
}

static void add(uint32_t serial) {
    struct notification *notification = calloc(1, sizeof *notification);
    assert_non_null(notification);
    notification->type = EVENT_OVERLOAD_RAISED;
    notification->serial = serial;
    notification->count = 2;
    notification->varbinds[0] =
        (struct mib_varbind){.name = {{1, 8, 1, 0}, 4}, .type = MIB_COUNTER32, .number = serial};
    notification->varbinds[1] = (struct mib_varbind){
        .name = {{1, 1, 11, 0}, 4}, .type = MIB_OCTETS, .length = 4, .octets = "text"};
    outbox_add(&outbox, notification);
}

/* The serial in the PDU that is on the wire. */
static uint32_t on_wire(void) {
    const netsnmp_variable_list *serial = wire.pdu->variables->next_variable->next_variable;
    return (uint32_t)*serial->val.integer;
}

static void answer(int operation, long error) {
    netsnmp_pdu pdu = {.errstat = error};
    wire.answer(operation, &session, 1, &pdu, wire.magic);
}

static int set_up(void **state) {
    (void)state;
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
        return -1;
    }
    transport.sock = pair[0];
    close(pair[1]);
    wire.count = 0;
    wire.refuse = false;
    sent_count = 0;
    outbox = (struct outbox){.sent = on_sent, .session = &session, .context = ""};
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    outbox_deinit(&outbox);
    if (wire.pdu != NULL) {
        snmp_free_pdu(wire.pdu);
        wire.pdu = NULL;
    }
    close(transport.sock);
    return 0;
}

static void test_one_at_a_time(void **state) {
    (void)state;
    for (uint32_t serial = 1; serial <= 3; serial++) {
        add(serial);
    }
    for (uint32_t serial = 1; serial <= 3; serial++) {
        outbox_send(&outbox, &base);
        outbox_send(&outbox, &base);
        CHECK_INT("one on its way", wire.count, serial);
        CHECK_INT("in order", on_wire(), serial);
        CHECK_INT("kept until it is acknowledged", outbox.count, 4 - serial);
        answer(NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE, 0);
        CHECK_INT("told", sent[serial - 1], serial);
    }
    outbox_send(&outbox, &base);
    CHECK_INT("nothing left", wire.count, 3);
    CHECK_INT("nothing left", outbox.count, 0);
    add(4);
    outbox_send(&outbox, &base);
    CHECK_INT("and on", on_wire(), 4);
}

/* sysUpTime.0, snmpTrapOID.0, then the varbinds under the base. */
static void test_pdu(void **state) {
    (void)state;
    static const oid trap[] = {1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2525, 0, 1};
    static const oid text[] = {1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2525, 1, 1, 11, 0};
    add(7);
    outbox_send(&outbox, &base);
    const netsnmp_variable_list *variable = wire.pdu->variables;
    CHECK_INT("AgentX-Notify", wire.pdu->command, 12);
    CHECK_INT("the session", wire.pdu->sessid, 42);
    CHECK_INT("sysUpTime", variable->type, ASN_TIMETICKS);
    variable = variable->next_variable;
    CHECK_INT("snmpTrapOID", variable->type, ASN_OBJECT_ID);
    CHECK_INT("its length", variable->val_len, sizeof trap);
    CHECK("its value", memcmp(variable->val.objid, trap, sizeof trap) == 0);
    variable = variable->next_variable;
    CHECK_INT("a counter", variable->type, ASN_COUNTER);
    variable = variable->next_variable;
    CHECK_INT("octets", variable->type, ASN_OCTET_STR);
    CHECK_INT("their length", variable->val_len, 4);
    CHECK("their value", memcmp(variable->val.string, "text", 4) == 0);
    CHECK("their name",
          snmp_oid_compare(variable->name, variable->name_length, text, OID_LENGTH(text)) == 0);
    CHECK("the end", variable->next_variable == NULL);
}

/* RFC 2741, 6.1.1: a flag in the header, and the name behind it. */
static void test_context(void **state) {
    (void)state;
    add(1);
    outbox_send(&outbox, &base);
    CHECK("the default context", (wire.pdu->flags & AGENTX_FLAG_NON_DEFAULT_CONTEXT) == 0);
    CHECK("which has no name", wire.pdu->community == NULL);
    answer(NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE, 0);
    outbox.context = "out";
    add(2);
    outbox_send(&outbox, &base);
    CHECK("another one", (wire.pdu->flags & AGENTX_FLAG_NON_DEFAULT_CONTEXT) != 0);
    CHECK_INT("its length", wire.pdu->community_len, 3);
    CHECK("its name", memcmp(wire.pdu->community, "out", 3) == 0);
}

static void test_no_master(void **state) {
    (void)state;
    outbox.session = NULL;
    add(1);
    outbox_send(&outbox, &base);
    CHECK_INT("nothing sent", wire.count, 0);
    outbox_session_up(&outbox, &session);
    outbox_send(&outbox, &base);
    CHECK_INT("sent when there is one", on_wire(), 1);
}

static const struct {
    const char *name;
    int operation; /* of the answer; 0 = none, the session is lost */
    long error;
    bool other_master;      /* at the next session */
    unsigned transmissions; /* of it in all */
} fates[] = {
    {"acknowledged", NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE, 0, false, 1},
    {"refused", NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE, SNMP_ERR_GENERR, false, 1},
    {"the session is not known", NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE, NOT_OPEN, false, 2},
    {"silence, then the same master", NETSNMP_CALLBACK_OP_TIMED_OUT, 0, false, 1},
    {"silence, then another master", NETSNMP_CALLBACK_OP_TIMED_OUT, 0, true, 2},
    {"a lost session, then the same master", 0, 0, false, 1},
    {"a lost session, then another master", 0, 0, true, 2},
};

/* Once each: what a living master has been sent is not sent again, what a dead one was, is. */
static void test_fates(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(fates); i++) {
        const char *name = fates[i].name;
        add(1);
        add(2);
        outbox_send(&outbox, &base);
        if (fates[i].operation != 0) {
            answer(fates[i].operation, fates[i].error);
        }
        bool doubtful = sent_count == 0;
        if (doubtful) {
            outbox_send(&outbox, &base);
            CHECK_INT(name, wire.count, 1);
        }
        outbox_session_lost(&outbox);
        outbox_send(&outbox, &base);
        CHECK_INT(name, wire.count, 1);
        outbox.master.start_time += fates[i].other_master;
        outbox_session_up(&outbox, &session);
        outbox_send(&outbox, &base);
        CHECK_INT(name, on_wire(), fates[i].transmissions == 2 ? 1 : 2);
        if (fates[i].transmissions == 2) {
            answer(NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE, 0);
            outbox_send(&outbox, &base);
        }
        answer(NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE, 0);
        CHECK_INT(name, wire.count, fates[i].transmissions + 1);
        CHECK_INT(name, outbox.count, 0);
        CHECK_INT(name, sent_count, 2);
        CHECK_INT(name, sent[0], 1);
        CHECK_INT(name, sent[1], 2);
        tear_down(state);
        assert_int_equal(set_up(state), 0);
    }
}

static void test_send_fails(void **state) {
    (void)state;
    add(1);
    wire.refuse = true;
    outbox_send(&outbox, &base);
    CHECK_INT("kept", outbox.count, 1);
    wire.refuse = false;
    outbox_send(&outbox, &base);
    CHECK_INT("tried again", on_wire(), 1);
}

/* When it is full the oldest goes that is not on its way. */
static void test_full(void **state) {
    (void)state;
    for (int in_flight = 0; in_flight <= 1; in_flight++) {
        for (uint32_t serial = 1; serial <= AGENTX_OUTBOX_MAX; serial++) {
            add(serial);
        }
        if (in_flight != 0) {
            outbox_send(&outbox, &base);
        }
        CHECK_INT("none dropped", outbox.dropped, 0);
        add(AGENTX_OUTBOX_MAX + 1);
        add(AGENTX_OUTBOX_MAX + 2);
        CHECK_INT("dropped", outbox.dropped, 2);
        CHECK_INT("the bound", outbox.count, AGENTX_OUTBOX_MAX);
        CHECK_INT("first", outbox.first->serial, in_flight != 0 ? 1 : 3);
        CHECK_INT("second", outbox.first->next->serial, 4);
        CHECK_INT("last", outbox.last->serial, AGENTX_OUTBOX_MAX + 2);
        tear_down(state);
        assert_int_equal(set_up(state), 0);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_one_at_a_time), TEST(test_pdu),        TEST(test_context), TEST(test_no_master),
        TEST(test_fates),         TEST(test_send_fails), TEST(test_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

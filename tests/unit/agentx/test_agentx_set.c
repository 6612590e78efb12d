/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The phases of a SET as net-snmp calls the handler, on requests made by hand: each way a master
 * can go through them, or leave in between, and what the application is told.
 */
#include "sample.h"
#include "agentx/internal.h"

#include <stdlib.h>

#include "unit.h"

#define ROOT 8072, 2525
#define SESSION 7 /* the number of the AgentX session */

static const struct config_oid root = {.ids = {ROOT}, .len = 2};

static struct {
    struct sample sample;
    bool refuse;
    int prepared, undone, committed;
    size_t actions; /* of the changes that were prepared */
    netsnmp_agent_request_info info;
    netsnmp_agent_session request_session;
    netsnmp_pdu pdu;
    netsnmp_request_info requests[2];
} t;

static void fill_view(void *userdata, struct mib_view *view) {
    (void)userdata;
    *view = t.sample.view;
}

static bool on_prepare(void *userdata, struct mib_changes *changes) {
    (void)userdata;
    if (t.refuse) {
        return false;
    }
    t.prepared++;
    t.actions = changes->action_count;
    for (size_t i = 0; i < changes->action_count; i++) {
        assert_true(action_table_add(&t.sample.actions, changes->actions[i]));
    }
    return true;
}

static void on_undo(void *userdata, struct mib_changes *changes) {
    (void)userdata;
    t.undone++;
    for (size_t i = 0; i < changes->action_count; i++) {
        action_table_remove(&t.sample.actions, &changes->actions[i]->key);
    }
}

static void on_commit(void *userdata, struct mib_changes *changes) {
    (void)userdata;
    (void)changes;
    t.committed++;
}

static const struct agentx_callbacks callbacks = {
    .view = fill_view, .prepare = on_prepare, .undo = on_undo, .commit = on_commit};

/* agentx.c is not linked in: it needs the library to be running. */
bool agentx_relative_name(const struct config_oid *base, const netsnmp_variable_list *variable,
                          uint32_t *ids, size_t *len) {
    *len = 0;
    for (size_t i = 0; i < variable->name_length; i++) {
        if (i < base->len && variable->name[i] != base->ids[i]) {
            return false;
        }
        if (i >= base->len) {
            ids[(*len)++] = (uint32_t)variable->name[i];
        }
    }
    return variable->name_length >= base->len;
}

static const oid flush_name[] = {ROOT, 1, 6, 1, 0};
static const oid total_name[] = {ROOT, 1, 2, 1, 0};
static const oid threshold_name[] = {ROOT, 1, 4, 7, 0};
static const oid clear_name[] = {ROOT, 1, 4, 8, 0};
static const oid comment_name[] = {ROOT, 1, 6, 5, 1, 13, 0, 1, 1};

static void set_up(void) {
    memset(&t, 0, sizeof t);
    sample_init(&t.sample, SAMPLE_ALL);
    for (size_t i = 0; i < COUNT_OF(t.requests); i++) {
        t.requests[i].requestvb = calloc(1, sizeof *t.requests[i].requestvb);
        assert_non_null(t.requests[i].requestvb);
        t.requests[i].index = (int)i + 1;
        t.requests[i].agent_req_info = &t.info;
    }
    t.pdu.sessid = SESSION;
    t.request_session.pdu = &t.pdu;
    t.info.asp = &t.request_session;
    t.requests[0].next = &t.requests[1];
    t.requests[1].prev = &t.requests[0];
}

/* Puts a variable into a request. */
static void put(size_t request, const oid *name, size_t name_len, u_char type, const void *value,
                size_t len) {
    assert_int_equal(snmp_set_var_objid(t.requests[request].requestvb, name, name_len), 0);
    assert_int_equal(snmp_set_var_typed_value(t.requests[request].requestvb, type, value, len), 0);
}

static void put_number(size_t request, const oid *name, size_t name_len, u_char type, long value) {
    put(request, name, name_len, type, &value, sizeof value);
}

/* One request only. */
static void put_flush(void) {
    t.requests[0].next = NULL;
    put_number(0, flush_name, COUNT_OF(flush_name), ASN_INTEGER, 1);
}

#define LOST (-1) /* for a phase: the end of the session */

static void phase(int mode) {
    if (mode == LOST) {
        agentx_set_abandon(SESSION + 1);
        agentx_set_abandon(SESSION);
        return;
    }
    t.info.mode = mode;
    agentx_set_request(&callbacks, &root, &t.info, t.requests);
}

/* As net-snmp does when the SET is over, or its session gone. */
static void end_set(void) {
    netsnmp_free_all_list_data(t.info.agent_data);
    t.info.agent_data = NULL;
}

static void tear_down(void) {
    end_set();
    for (size_t i = 0; i < COUNT_OF(t.requests); i++) {
        snmp_free_var(t.requests[i].requestvb);
    }
    sample_deinit(&t.sample);
}

/* The phases in their order, then the end; what the application has been told by then. */
static const struct {
    const char *name;
    int modes[6];
    size_t count;
    bool refuse;
    int prepared, undone, committed;
} ways[] = {
#define R1 MODE_SET_RESERVE1
#define R2 MODE_SET_RESERVE2
#define ACT MODE_SET_ACTION
    {"to its end", {R1, R2, ACT, MODE_SET_COMMIT}, 4, false, 1, 0, 1},
    {"undone", {R1, R2, ACT, MODE_SET_UNDO}, 4, false, 1, 1, 0},
    {"undone, then freed", {R1, R2, ACT, MODE_SET_UNDO, MODE_SET_FREE}, 5, false, 1, 1, 0},
    {"another's error in RESERVE2", {R1, R2, MODE_SET_FREE}, 3, false, 0, 0, 0},
    {"another's error in RESERVE1", {R1, MODE_SET_FREE}, 2, false, 0, 0, 0},
    {"freed instead of committed", {R1, R2, ACT, MODE_SET_FREE}, 4, false, 1, 1, 0},
    {"the master is gone after RESERVE1", {R1}, 1, false, 0, 0, 0},
    {"the master is gone after RESERVE2", {R1, R2}, 2, false, 0, 0, 0},
    {"the master is gone after ACTION", {R1, R2, ACT}, 3, false, 1, 1, 0},
    {"no memory in ACTION", {R1, R2, ACT, MODE_SET_UNDO}, 4, true, 0, 0, 0},
    /* The library keeps such a SET for ever. */
    {"the session ends after RESERVE2", {R1, R2, LOST}, 3, false, 0, 0, 0},
    {"the session ends after ACTION", {R1, R2, ACT, LOST}, 4, false, 1, 1, 0},
    {"and another master commits", {R1, R2, ACT, LOST, MODE_SET_COMMIT}, 5, false, 1, 1, 0},
    {"or undoes", {R1, R2, ACT, LOST, MODE_SET_UNDO}, 5, false, 1, 1, 0},
    {"the session ends after COMMIT", {R1, R2, ACT, MODE_SET_COMMIT, LOST}, 5, false, 1, 0, 1},
};

static void test_ways(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        const char *name = ways[i].name;
        set_up();
        put_flush();
        t.refuse = ways[i].refuse;
        size_t actions = t.sample.actions.count;
        bool lost = false;
        for (size_t m = 0; m < ways[i].count; m++) {
            phase(ways[i].modes[m]);
            bool refused = t.refuse && ways[i].modes[m] == MODE_SET_ACTION;
            lost = lost || ways[i].modes[m] == LOST;
            CHECK_INT(name, t.requests[0].status != 0,
                      refused || (t.refuse && m > 2) || (lost && ways[i].modes[m] != LOST));
            CHECK_INT(name, t.sample.actions.count,
                      lost && t.committed == 0 ? actions : t.sample.actions.count);
        }
        end_set();
        CHECK_INT(name, t.prepared, ways[i].prepared);
        CHECK_INT(name, t.undone, ways[i].undone);
        CHECK_INT(name, t.committed, ways[i].committed);
        CHECK_INT(name, t.sample.actions.count, actions + (size_t)ways[i].committed);
        CHECK_INT(name, t.actions, ways[i].prepared);
        tear_down();
    }
}

/* A phase out of the blue: nothing was staged, nothing is done. */
static void test_no_reserve(void **state) {
    static const int modes[] = {R2, ACT, MODE_SET_COMMIT, MODE_SET_UNDO, MODE_SET_FREE};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(modes); i++) {
        set_up();
        put_flush();
        phase(modes[i]);
        assert_int_equal(t.prepared + t.undone + t.committed, 0);
        tear_down();
    }
}

/* The error stands at the variable it belongs to, and at no other. */
static void test_errors(void **state) {
    (void)state;
    set_up();
    put_number(0, threshold_name, COUNT_OF(threshold_name), ASN_UNSIGNED, 1);
    put_number(1, total_name, COUNT_OF(total_name), ASN_UNSIGNED, 1);
    phase(R1);
    assert_int_equal(t.requests[0].status, SNMP_ERR_NOERROR);
    assert_int_equal(t.requests[1].status, SNMP_ERR_NOTWRITABLE);
    tear_down();

    set_up();
    put_number(0, clear_name, COUNT_OF(clear_name), ASN_UNSIGNED, 501);
    put_number(1, flush_name, COUNT_OF(flush_name), ASN_INTEGER, 0);
    phase(R1);
    assert_int_equal(t.requests[0].status, SNMP_ERR_NOERROR);
    phase(R2);
    assert_int_equal(t.requests[0].status, SNMP_ERR_INCONSISTENTVALUE);
    assert_int_equal(t.requests[1].status, SNMP_ERR_NOERROR);
    tear_down();

    set_up();
    put_number(0, threshold_name, COUNT_OF(threshold_name), ASN_UNSIGNED, 1);
    put_number(1, clear_name, COUNT_OF(clear_name), ASN_UNSIGNED, 501);
    phase(R1);
    phase(R2);
    assert_int_equal(t.requests[0].status, SNMP_ERR_NOERROR);
    assert_int_equal(t.requests[1].status, SNMP_ERR_INCONSISTENTVALUE);
    tear_down();
}

/* Each type as it comes from the wire. */
static const struct {
    const char *name;
    u_char type;
    long number;
    const oid *object;
    size_t len;
    int error;
} types[] = {
#define AT(name) name, COUNT_OF(name)
    {"INTEGER for INTEGER", ASN_INTEGER, 1, AT(flush_name), SNMP_ERR_NOERROR},
    {"a negative one", ASN_INTEGER, -1, AT(flush_name), SNMP_ERR_WRONGVALUE},
    {"Unsigned32 for INTEGER", ASN_UNSIGNED, 1, AT(flush_name), SNMP_ERR_WRONGTYPE},
    {"Counter32 for INTEGER", ASN_COUNTER, 1, AT(flush_name), SNMP_ERR_WRONGTYPE},
    {"TimeTicks for Unsigned32", ASN_TIMETICKS, 1, AT(threshold_name), SNMP_ERR_WRONGTYPE},
    {"Unsigned32", ASN_UNSIGNED, 10000000, AT(threshold_name), SNMP_ERR_NOERROR},
    {"a negative Unsigned32", ASN_UNSIGNED, 4294967291, AT(threshold_name), SNMP_ERR_WRONGVALUE},
    {"INTEGER for Unsigned32", ASN_INTEGER, 1, AT(threshold_name), SNMP_ERR_WRONGTYPE},
    {"INTEGER for text", ASN_INTEGER, 1, AT(comment_name), SNMP_ERR_WRONGTYPE},
};

static void test_types(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        set_up();
        t.requests[0].next = NULL;
        put_number(0, types[i].object, types[i].len, types[i].type, types[i].number);
        phase(R1);
        CHECK_INT(types[i].name, t.requests[0].status, types[i].error);
        tear_down();
    }
    set_up();
    t.requests[0].next = NULL;
    put(0, comment_name, COUNT_OF(comment_name), ASN_OCTET_STR, "", 0);
    phase(R1);
    CHECK_INT("no octets", t.requests[0].status, SNMP_ERR_NOERROR);
    tear_down();
    set_up();
    t.requests[0].next = NULL;
    put(0, flush_name, COUNT_OF(flush_name), ASN_NULL, NULL, 0);
    phase(R1);
    CHECK_INT("NULL", t.requests[0].status, SNMP_ERR_WRONGTYPE);
    tear_down();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ways),
        cmocka_unit_test(test_no_reserve),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

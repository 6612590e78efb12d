/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A walk goes through its roots one after the other by GETBULK (GETNEXT with SNMPv1), each request
 * from the last identifier of the answer before. It ends with the last root, with an identifier
 * that does not increase, or when the tree is full. An agent that cannot put its answer into one
 * datagram says tooBig or genErr; it is asked again for less.
 */
#include "client/snmp/fetch.h"

#include <stdio.h>
#include <string.h>

#define REPETITIONS 25
/* More than any number of rows that an agent can be configured to have takes. */
#define REQUESTS_MAX 40000
/* Objects of one GET: a request of SNMPv3 fits into one datagram without fragments. */
#define GET_MAX 40

static void ask_next(struct fetch *fetch);

static void fail(struct fetch *fetch, enum fetch_problem problem, const char *words) {
    fetch->problem = problem;
    snprintf(fetch->words, sizeof fetch->words, "%s", words);
}

/* Copies a value. Returns false if it is none: noSuchObject, noSuchInstance or endOfMibView. */
static bool read_value(const netsnmp_variable_list *variable, struct object *object) {
    switch (variable->type) {
    case ASN_INTEGER:
        object->number = variable->val.integer != NULL ? *variable->val.integer : 0;
        return variable->val.integer != NULL;
    case ASN_GAUGE:
    case ASN_COUNTER:
    case ASN_TIMETICKS:
    case ASN_UINTEGER:
        object->number =
            variable->val.integer != NULL ? (int64_t)(uint32_t)*variable->val.integer : 0;
        return variable->val.integer != NULL;
    case ASN_OCTET_STR:
        object->is_text = true;
        object->octets = (char *)variable->val.string;
        object->len = variable->val_len;
        return object->octets != NULL || object->len == 0;
    default:
        return false;
    }
}

/* The identifier below the base. Returns false for one that is not there, or too long. */
static bool read_name(const struct fetch *fetch, const netsnmp_variable_list *variable,
                      struct oid_part *name) {
    if (variable->name_length <= fetch->base_len ||
        variable->name_length - fetch->base_len > TREE_OID_MAX) {
        return false;
    }
    name->len = variable->name_length - fetch->base_len;
    for (size_t i = 0; i < fetch->base_len; i++) {
        if (variable->name[i] != fetch->base[i]) {
            return false;
        }
    }
    for (size_t i = 0; i < name->len; i++) {
        name->oid[i] = (uint32_t)variable->name[fetch->base_len + i];
    }
    return true;
}

static bool keep(struct fetch *fetch, struct oid_part *name,
                 const netsnmp_variable_list *variable) {
    struct object object = {.oid = name->oid, .oid_len = name->len};
    if (!read_value(variable, &object)) {
        return true;
    }
    enum tree_add added = tree_add(&fetch->tree, &object);
    if (added != TREE_ADDED) {
        fail(fetch, FETCH_ODD,
             added == TREE_FULL ? "it answers more than an agent can have" : "out of memory");
        return false;
    }
    return true;
}

bool fetch_take(struct fetch *fetch, const netsnmp_variable_list *variables) {
    const struct oid_part *root = &fetch->roots[fetch->root];
    struct oid_part name;
    if (variables == NULL) {
        fail(fetch, FETCH_ODD, "it answers nothing to a walk");
        return false;
    }
    for (; variables != NULL; variables = variables->next_variable) {
        if (variables->type == SNMP_ENDOFMIBVIEW || variables->type == SNMP_NOSUCHOBJECT ||
            variables->type == SNMP_NOSUCHINSTANCE || !read_name(fetch, variables, &name) ||
            !oid_below(name.oid, name.len, root->oid, root->len)) {
            return false;
        }
        if (oid_compare(name.oid, name.len, fetch->last.oid, fetch->last.len) <= 0) {
            fail(fetch, FETCH_ODD, "its objects do not come in order, so that no walk would end");
            return false;
        }
        fetch->last = name;
        if (!keep(fetch, &name, variables)) {
            return false;
        }
    }
    return true;
}

static void begin_root(struct fetch *fetch) {
    if (fetch->root < fetch->root_count) {
        fetch->last = fetch->roots[fetch->root];
        ask_next(fetch);
    }
}

/* True if the end of an answer is a problem, which then is recorded. */
static bool failed(struct fetch *fetch, const struct answer *answer) {
    if (fetch->stopped) {
        fail(fetch, FETCH_STOPPED, "stopped");
        return true;
    }
    if (answer->kind == ANSWER_RESPONSE) {
        return false;
    }
    fail(fetch, answer->kind == ANSWER_REPORT ? FETCH_REFUSED : FETCH_UNREACHABLE, answer->words);
    fetch->report = answer->report;
    return true;
}

static void on_walked(void *userdata, struct gateway *gateway, const struct answer *answer) {
    struct fetch *fetch = userdata;
    (void)gateway;
    if (failed(fetch, answer)) {
        return;
    }
    if ((answer->error_status == SNMP_ERR_TOOBIG || answer->error_status == SNMP_ERR_GENERR) &&
        fetch->repetitions > 1) {
        fetch->repetitions /= 5;
        ask_next(fetch);
        return;
    }
    if (answer->error_status == SNMP_ERR_AUTHORIZATIONERROR) {
        fail(fetch, FETCH_NO_VIEW,
             "snmpd there lets this user read nothing at this security level");
        return;
    }
    bool ended = answer->error_status == SNMP_ERR_NOSUCHNAME;
    if (!ended && answer->error_status != SNMP_ERR_NOERROR) {
        char words[128];
        snprintf(words, sizeof words, "it answers a walk with the error %s",
                 snmp_errstring((int)answer->error_status));
        fail(fetch, FETCH_ODD, words);
        return;
    }
    if (!ended && fetch_take(fetch, answer->variables)) {
        ask_next(fetch);
    } else if (fetch->problem == FETCH_FINE) {
        fetch->root++;
        begin_root(fetch);
    }
}

void fetch_add_name(netsnmp_pdu *pdu, const struct fetch *fetch, const struct oid_part *part) {
    oid name[MAX_OID_LEN];
    size_t len = 0;
    for (size_t i = 0; i < fetch->base_len && len < MAX_OID_LEN; i++) {
        name[len++] = fetch->base[i];
    }
    for (size_t i = 0; i < part->len && len < MAX_OID_LEN; i++) {
        name[len++] = part->oid[i];
    }
    snmp_add_null_var(pdu, name, len);
}

static void ask_next(struct fetch *fetch) {
    bool bulk =
        fetch->gateway->session != NULL && fetch->gateway->session->version != SNMP_VERSION_1;
    netsnmp_pdu *pdu = snmp_pdu_create(bulk ? SNMP_MSG_GETBULK : SNMP_MSG_GETNEXT);
    if (fetch->requests++ >= REQUESTS_MAX) {
        snmp_free_pdu(pdu);
        fail(fetch, FETCH_ODD, "its answers do not end");
        return;
    }
    if (pdu != NULL) {
        if (bulk) {
            pdu->non_repeaters = 0;
            pdu->max_repetitions = fetch->repetitions;
        }
        fetch_add_name(pdu, fetch, &fetch->last);
    }
    gateway_send(fetch->gateway, &fetch->request, pdu, on_walked, fetch);
}

void fetch_reset(struct fetch *fetch) {
    tree_deinit(&fetch->tree);
    fetch->problem = FETCH_FINE;
    fetch->report = 0;
    fetch->words[0] = '\0';
    fetch->stopped = false;
    fetch->got = 0;
    fetch->root = 0;
    fetch->requests = 0;
    fetch->repetitions = REPETITIONS;
}

static void ask_objects(struct fetch *fetch);

static void on_got(void *userdata, struct gateway *gateway, const struct answer *answer) {
    struct fetch *fetch = userdata;
    struct oid_part name;
    (void)gateway;
    if (failed(fetch, answer)) {
        return;
    }
    /* SNMPv1 has no word for one that is missing: the whole answer is an error. */
    const netsnmp_variable_list *variable =
        answer->error_status == SNMP_ERR_NOERROR ? answer->variables : NULL;
    for (; variable != NULL; variable = variable->next_variable) {
        if (read_name(fetch, variable, &name) && !keep(fetch, &name, variable)) {
            return;
        }
    }
    ask_objects(fetch);
}

static void ask_objects(struct fetch *fetch) {
    if (fetch->got >= fetch->get_count) {
        begin_root(fetch);
        return;
    }
    netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GET);
    size_t most =
        fetch->gateway->session != NULL && fetch->gateway->session->version == SNMP_VERSION_1
            ? 1
            : GET_MAX;
    for (size_t i = 0; i < most && fetch->got < fetch->get_count; i++) {
        if (pdu != NULL) {
            fetch_add_name(pdu, fetch, &fetch->gets[fetch->got]);
        }
        fetch->got++;
    }
    gateway_send(fetch->gateway, &fetch->request, pdu, on_got, fetch);
}

void fetch_start(struct fetch *fetch) {
    fetch_reset(fetch);
    ask_objects(fetch);
}

bool fetch_busy(const struct fetch *fetch) {
    return fetch->request.waiting;
}

void fetch_stop(struct fetch *fetch) {
    fetch->stopped = true;
}

/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/snmp/change.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

struct change_value *change_add(struct change *change, const uint32_t *oid, size_t len) {
    assert(change->count < CHANGES_MAX && len <= TREE_OID_MAX);
    struct change_value *value = &change->values[change->count++];
    *value = (struct change_value){0};
    memcpy(value->name.oid, oid, len * sizeof *oid);
    value->name.len = len;
    return value;
}

/* Those of SNMPv1 have one name for several. */
static enum change_end meaning(long error) {
    static const struct {
        long error;
        enum change_end end;
    } meanings[] = {
        {SNMP_ERR_NOERROR, CHANGE_DONE},
        {SNMP_ERR_NOACCESS, CHANGE_NO_ACCESS},
        {SNMP_ERR_AUTHORIZATIONERROR, CHANGE_NO_ACCESS},
        {SNMP_ERR_NOCREATION, CHANGE_NO_ACCESS},
        {SNMP_ERR_NOSUCHNAME, CHANGE_NO_ACCESS},
        {SNMP_ERR_NOTWRITABLE, CHANGE_NOT_WRITABLE},
        {SNMP_ERR_READONLY, CHANGE_NOT_WRITABLE},
        {SNMP_ERR_BADVALUE, CHANGE_BAD_VALUE},
        {SNMP_ERR_WRONGTYPE, CHANGE_BAD_VALUE},
        {SNMP_ERR_WRONGLENGTH, CHANGE_BAD_VALUE},
        {SNMP_ERR_WRONGENCODING, CHANGE_BAD_VALUE},
        {SNMP_ERR_WRONGVALUE, CHANGE_BAD_VALUE},
        {SNMP_ERR_INCONSISTENTVALUE, CHANGE_INCONSISTENT},
        {SNMP_ERR_INCONSISTENTNAME, CHANGE_INCONSISTENT},
        {SNMP_ERR_RESOURCEUNAVAILABLE, CHANGE_NO_RESOURCES},
    };
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++) {
        if (meanings[i].error == error) {
            return meanings[i].end;
        }
    }
    return CHANGE_ERROR;
}

static void on_answer(void *userdata, struct gateway *gateway, const struct answer *answer) {
    struct change *change = userdata;
    (void)gateway;
    change->at = change->count;
    if (answer->kind != ANSWER_RESPONSE) {
        /* A report comes instead of carrying it out. */
        change->end = answer->kind == ANSWER_TIMEOUT ? CHANGE_NO_ANSWER : CHANGE_NOT_SENT;
        snprintf(change->words, sizeof change->words, "%s", answer->words);
        return;
    }
    change->end = meaning(answer->error_status);
    if (answer->error_index > 0 && (size_t)answer->error_index <= change->count) {
        change->at = (size_t)answer->error_index - 1;
    }
    snprintf(change->words, sizeof change->words, "%s", snmp_errstring((int)answer->error_status));
}

static void add_value(netsnmp_pdu *pdu, const struct change_value *value,
                      const struct fetch *like) {
    fetch_add_name(pdu, like, &value->name);
    netsnmp_variable_list *variable = pdu->variables;
    while (variable != NULL && variable->next_variable != NULL) {
        variable = variable->next_variable;
    }
    if (variable == NULL) {
        return;
    }
    long number = (long)value->number;
    switch (value->type) {
    case CHANGE_OCTETS:
        snmp_set_var_typed_value(variable, ASN_OCTET_STR, value->octets, value->len);
        break;
    case CHANGE_INTEGER:
        snmp_set_var_typed_value(variable, ASN_INTEGER, &number, sizeof number);
        break;
    case CHANGE_UNSIGNED:
        snmp_set_var_typed_value(variable, ASN_GAUGE, &number, sizeof number);
        break;
    }
}

void change_send(struct change *change, struct gateway *gateway, const struct fetch *like) {
    struct snmp_request request = {.waiting = false};
    netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_SET);
    for (size_t i = 0; pdu != NULL && i < change->count; i++) {
        add_value(pdu, &change->values[i], like);
    }
    gateway_send(gateway, &request, pdu, on_answer, change);
    snmp_wait();
}

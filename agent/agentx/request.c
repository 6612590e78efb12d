/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * GET and GETNEXT: each is answered at once from the view. set.c handles a SET.
 */
#include "agentx/internal.h"

size_t agentx_full_name(const struct config_oid *base, const struct mib_oid *relative,
                        oid name[MAX_OID_LEN]) {
    size_t len = 0;
    for (size_t i = 0; i < base->len; i++) {
        name[len++] = base->ids[i];
    }
    for (size_t i = 0; i < relative->len && len < MAX_OID_LEN; i++) {
        name[len++] = relative->ids[i];
    }
    return len;
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

static void answer_get(const struct agentx_handler *agent, const struct mib_view *view,
                       netsnmp_request_info *request, netsnmp_agent_request_info *info) {
    uint32_t ids[MAX_OID_LEN];
    size_t len;
    struct mib_value value;
    enum mib_result result = MIB_NO_OBJECT;
    if (agentx_relative_name(&agent->base, request->requestvb, ids, &len)) {
        result = mib_get(view, ids, len, &value);
    }
    if (result == MIB_OK) {
        set_value(request->requestvb, &value);
    } else {
        netsnmp_set_request_error(
            info, request, result == MIB_NO_OBJECT ? SNMP_NOSUCHOBJECT : SNMP_NOSUCHINSTANCE);
    }
}

static void answer_next(const struct agentx_handler *agent, const struct mib_view *view,
                        netsnmp_request_info *request) {
    uint32_t ids[MAX_OID_LEN];
    size_t len;
    struct mib_value value;
    struct mib_oid next;
    /* The library moves a name before the registered subtree to its start. */
    if (!agentx_relative_name(&agent->base, request->requestvb, ids, &len) ||
        mib_next(view, ids, len, request->inclusive != 0, &next, &value) != MIB_OK) {
        return;
    }
    oid name[MAX_OID_LEN];
    size_t full = agentx_full_name(&agent->base, &next, name);
    snmp_set_var_objid(request->requestvb, name, full);
    set_value(request->requestvb, &value);
}

int agentx_on_request(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
                      netsnmp_agent_request_info *info, netsnmp_request_info *requests) {
    const struct agentx_handler *agent = handler->myvoid;
    struct mib_view view;
    (void)registration;
    if (info->mode != MODE_GET && info->mode != MODE_GETNEXT) {
        agentx_set_request(&agent->callbacks, &agent->base, info, requests);
        return SNMP_ERR_NOERROR;
    }
    agent->callbacks.view(agent->callbacks.userdata, &view);
    for (netsnmp_request_info *request = requests; request != NULL; request = request->next) {
        if (request->processed != 0) {
            continue;
        }
        if (info->mode == MODE_GET) {
            answer_get(agent, &view, request, info);
        } else {
            answer_next(agent, &view, request);
        }
    }
    return SNMP_ERR_NOERROR;
}

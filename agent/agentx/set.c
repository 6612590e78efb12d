/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The phases of a SET (RFC 2741, 7.2.4) as net-snmp's handlers see them: RESERVE1 and RESERVE2 are
 * TestSet, ACTION is CommitSet, UNDO is UndoSet, COMMIT or FREE is CleanupSet. The transaction
 * travels with the request from phase to phase.
 *
 * A master can end at any point, and the library then never frees a SET that it began. Therefore
 * all unfinished ones are in a list here. When the session ends, those that were prepared but not
 * committed are undone, because no success was reported, and any later phase of them fails.
 */
#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/agent/net-snmp-agent-includes.h>

#include "agentx/internal.h"
#include "mib/set.h"

#include <stdlib.h>

#define DATA_NAME "hermes-mailqueue"

struct pending_set {
    const struct agentx_callbacks *callbacks;
    struct mib_transaction *transaction;
    bool prepared;  /* but neither committed nor undone yet */
    bool abandoned; /* its session has ended */
    long session;   /* the session number */
    struct pending_set *previous, *next;
};

static struct pending_set *first_pending; /* the library has no other place for it */

static const int snmp_errors[] = {
    [MIB_ERROR_NONE] = SNMP_ERR_NOERROR,
    [MIB_NOT_WRITABLE] = SNMP_ERR_NOTWRITABLE,
    [MIB_WRONG_TYPE] = SNMP_ERR_WRONGTYPE,
    [MIB_WRONG_LENGTH] = SNMP_ERR_WRONGLENGTH,
    [MIB_WRONG_VALUE] = SNMP_ERR_WRONGVALUE,
    [MIB_NO_CREATION] = SNMP_ERR_NOCREATION,
    [MIB_INCONSISTENT_NAME] = SNMP_ERR_INCONSISTENTNAME,
    [MIB_INCONSISTENT_VALUE] = SNMP_ERR_INCONSISTENTVALUE,
    [MIB_RESOURCE_UNAVAILABLE] = SNMP_ERR_RESOURCEUNAVAILABLE,
};

static void undo(struct pending_set *pending) {
    if (pending->prepared) {
        pending->prepared = false;
        pending->callbacks->undo(pending->callbacks->userdata,
                                 mib_transaction_changes(pending->transaction));
    }
}

static void free_pending(void *data) {
    struct pending_set *pending = data;
    undo(pending);
    if (pending->next != NULL) {
        pending->next->previous = pending->previous;
    }
    if (pending->previous != NULL) {
        pending->previous->next = pending->next;
    } else {
        first_pending = pending->next;
    }
    mib_transaction_free(pending->transaction);
    free(pending);
}

/* The value in the variable of a request. */
static struct mib_value sent_value(const netsnmp_variable_list *variable) {
    switch (variable->type) {
    case ASN_INTEGER:
        return (struct mib_value){.type = MIB_INTEGER, .integer = (int32_t)*variable->val.integer};
    case ASN_UNSIGNED:
        return (struct mib_value){.type = MIB_GAUGE32,
                                  .number = (uint32_t)(u_long)*variable->val.integer};
    case ASN_OCTET_STR:
        return (struct mib_value){.type = MIB_OCTETS,
                                  .octets = variable->val.string != NULL ? variable->val.string
                                                                         : (const u_char *)"",
                                  .length = variable->val_len};
    default:
        return (struct mib_value){.type = MIB_OTHER};
    }
}

static void reserve1(struct pending_set *pending, const struct config_oid *base,
                     const struct mib_view *view, netsnmp_agent_request_info *info,
                     netsnmp_request_info *requests) {
    for (netsnmp_request_info *request = requests; request != NULL; request = request->next) {
        uint32_t ids[MAX_OID_LEN];
        size_t len;
        enum mib_error error = MIB_NOT_WRITABLE;
        if (agentx_relative_name(base, request->requestvb, ids, &len)) {
            struct mib_value value = sent_value(request->requestvb);
            error = mib_transaction_stage(pending->transaction, view, ids, len, &value);
        }
        if (error != MIB_ERROR_NONE) {
            netsnmp_set_request_error(info, request, snmp_errors[error]);
            return;
        }
    }
}

static void reserve2(struct pending_set *pending, const struct mib_view *view,
                     netsnmp_agent_request_info *info, netsnmp_request_info *requests) {
    size_t variable = 0;
    enum mib_error error = mib_transaction_check(pending->transaction, view, &variable);
    if (error == MIB_ERROR_NONE) {
        return;
    }
    netsnmp_request_info *request = requests;
    while (variable-- > 0 && request->next != NULL) {
        request = request->next;
    }
    netsnmp_set_request_error(info, request, snmp_errors[error]);
}

static struct pending_set *new_pending(const struct agentx_callbacks *callbacks,
                                       netsnmp_agent_request_info *info) {
    struct pending_set *pending = calloc(1, sizeof *pending);
    if (pending == NULL || (pending->transaction = mib_transaction_new()) == NULL) {
        free(pending);
        return NULL;
    }
    pending->callbacks = callbacks;
    /* The library copies it from the master's PDU. */
    pending->session = info->asp->pdu->sessid;
    pending->next = first_pending;
    if (first_pending != NULL) {
        first_pending->previous = pending;
    }
    first_pending = pending;
    netsnmp_agent_add_list_data(info, netsnmp_create_data_list(DATA_NAME, pending, free_pending));
    return pending;
}

void agentx_set_abandon(long session) {
    for (struct pending_set *pending = first_pending; pending != NULL; pending = pending->next) {
        if (pending->session == session) {
            undo(pending);
            pending->abandoned = true;
        }
    }
}

void agentx_set_request(const struct agentx_callbacks *callbacks, const struct config_oid *base,
                        netsnmp_agent_request_info *info, netsnmp_request_info *requests) {
    struct pending_set *pending = netsnmp_agent_get_list_data(info, DATA_NAME);
    struct mib_view view;
    callbacks->view(callbacks->userdata, &view);
    if (info->mode == MODE_SET_RESERVE1 && pending == NULL) {
        pending = new_pending(callbacks, info);
    }
    if (pending == NULL || pending->abandoned) {
        netsnmp_set_request_error(info, requests, SNMP_ERR_RESOURCEUNAVAILABLE);
        return;
    }
    struct mib_changes *changes = mib_transaction_changes(pending->transaction);
    switch (info->mode) {
    case MODE_SET_RESERVE1:
        reserve1(pending, base, &view, info, requests);
        break;
    case MODE_SET_RESERVE2:
        reserve2(pending, &view, info, requests);
        break;
    case MODE_SET_ACTION:
        pending->prepared = callbacks->prepare(callbacks->userdata, changes);
        changes->prepared = pending->prepared;
        if (!pending->prepared) {
            netsnmp_set_request_error(info, requests, SNMP_ERR_COMMITFAILED);
        }
        break;
    case MODE_SET_COMMIT:
        pending->prepared = false;
        callbacks->commit(callbacks->userdata, changes);
        break;
    default: /* MODE_SET_UNDO, MODE_SET_FREE */
        undo(pending);
        break;
    }
}

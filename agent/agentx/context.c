/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The SNMP context of a PDU. The library keeps it where SNMPv1 has the community.
 */
#include "agentx/internal.h"

#include <string.h>

bool agentx_set_context(netsnmp_pdu *pdu, const char *context) {
    if (context[0] == '\0') {
        return true;
    }
    pdu->community = (u_char *)strdup(context); /* the library frees it with the PDU */
    if (pdu->community == NULL) {
        return false;
    }
    pdu->community_len = strlen(context);
    pdu->flags |= AGENTX_FLAG_NON_DEFAULT_CONTEXT;
    return true;
}

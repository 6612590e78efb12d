/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * constant_agent SOCKET ROWS: the reference of the ratios: a net-snmp subagent that answers with
 * constants and is registered as ours is (one subtree, its own handler). Below netSnmpPlaypen 2526,
 * beside ours: scalar .1.2.1.0, and a table .1.5.4.1.2..11 of ROWS rows with the same index as
 * hmqMessageTable (11 octets) and values of its types and usual lengths.
 */
#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID_LENGTH 11
#define COLUMN_FIRST 2
#define COLUMN_LAST 11
#define ROWS_MAX 100000000

static const oid root[] = {1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2526, 1};
static const oid scalar[] = {1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2526, 1, 2, 1, 0};
static const oid entry[] = {1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2526, 1, 5, 4, 1};

#define ENTRY_LENGTH OID_LENGTH(entry)

static unsigned long rows;

static const struct {
    u_char type;
    const char *text;
    unsigned long number;
} columns[COLUMN_LAST - COLUMN_FIRST + 1] = {
    {ASN_INTEGER, NULL, 4},
    {ASN_OCTET_STR, "01234567+00", 0},
    {ASN_GAUGE, NULL, 86400},
    {ASN_GAUGE, NULL, 2352},
    {ASN_OCTET_STR, "sender@sender.example", 0},
    {ASN_GAUGE, NULL, 1},
    {ASN_OCTET_STR, "recipient@other.example", 0},
    {ASN_OCTET_STR, "delivery temporarily suspended: connect to 127.0.0.1[127.0.0.1]:1: refused",
     0},
    {ASN_INTEGER, NULL, 2},
    {ASN_OCTET_STR, "01234567+00", 0},
};

static void answer_column(netsnmp_variable_list *variable, size_t column) {
    if (columns[column].type == ASN_OCTET_STR) {
        snmp_set_var_typed_value(variable, ASN_OCTET_STR, columns[column].text,
                                 strlen(columns[column].text));
    } else if (columns[column].type == ASN_INTEGER) {
        snmp_set_var_typed_integer(variable, ASN_INTEGER, (long)columns[column].number);
    } else {
        snmp_set_var_typed_value(variable, columns[column].type, &columns[column].number,
                                 sizeof columns[column].number);
    }
}

/* Finds the row after the one named. The ID has the number of the row in decimal digits. */
static void next_cell(netsnmp_variable_list *variable) {
    oid name[ENTRY_LENGTH + 2 + ID_LENGTH];
    oid column = COLUMN_FIRST;
    unsigned long row = 0;
    if (variable->name_length == ENTRY_LENGTH + 2 + ID_LENGTH) {
        column = variable->name[ENTRY_LENGTH];
        for (size_t i = 0; i < ID_LENGTH; i++) {
            row = row * 10 + (unsigned long)(variable->name[ENTRY_LENGTH + 2 + i] - '0');
        }
        row++;
    } else if (variable->name_length > ENTRY_LENGTH) {
        column = variable->name[ENTRY_LENGTH];
    }
    if (row >= rows) {
        row = 0;
        column++;
    }
    if (column < COLUMN_FIRST || column > COLUMN_LAST) {
        return;
    }
    memcpy(name, entry, sizeof entry);
    name[ENTRY_LENGTH] = column;
    name[ENTRY_LENGTH + 1] = ID_LENGTH;
    for (size_t i = ID_LENGTH; i-- > 0; row /= 10) {
        name[ENTRY_LENGTH + 2 + i] = '0' + row % 10;
    }
    snmp_set_var_objid(variable, name, OID_LENGTH(name));
    answer_column(variable, column - COLUMN_FIRST);
}

static int on_request(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
                      netsnmp_agent_request_info *info, netsnmp_request_info *requests) {
    (void)handler;
    (void)registration;
    for (netsnmp_request_info *request = requests; request != NULL; request = request->next) {
        netsnmp_variable_list *variable = request->requestvb;
        if (info->mode == MODE_GETNEXT) {
            next_cell(variable);
        } else if (info->mode == MODE_GET && snmp_oid_compare(variable->name, variable->name_length,
                                                              scalar, OID_LENGTH(scalar)) == 0) {
            unsigned long number = 100000;
            snmp_set_var_typed_value(variable, ASN_GAUGE, &number, sizeof number);
        } else {
            netsnmp_set_request_error(info, request, SNMP_NOSUCHOBJECT);
        }
    }
    return SNMP_ERR_NOERROR;
}

int main(int argc, char **argv) {
    char *end;
    rows = argc == 3 ? strtoul(argv[2], &end, 10) : 0;
    if (rows == 0 || rows > ROWS_MAX || *end != '\0') {
        fprintf(stderr, "usage: constant_agent SOCKET ROWS\n");
        return 2;
    }
    setenv("MIBS", "", 1);
    setenv("MIBDIRS", "/dev/null", 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
    snmp_enable_stderrlog();
    netsnmp_enable_subagent();
    netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_X_SOCKET, argv[1]);
    if (init_agent("constant_agent") != 0) {
        return 1;
    }
    netsnmp_handler_registration *registration = netsnmp_create_handler_registration(
        "constant", on_request, root, OID_LENGTH(root), HANDLER_CAN_RONLY);
    if (registration == NULL || netsnmp_register_handler(registration) != MIB_REGISTERED_OK) {
        return 1;
    }
    init_snmp("constant_agent");
    for (;;) {
        agent_check_and_process(1);
    }
}

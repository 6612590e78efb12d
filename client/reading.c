/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/reading.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool readings_set_base(struct readings *readings, const char *oid) {
    uint32_t parts[TREE_OID_MAX];
    size_t count = 0;
    if (oid[0] == '.') {
        oid++;
    }
    for (;;) {
        char *end;
        if (*oid < '0' || *oid > '9' || count == TREE_OID_MAX - 8) {
            return false;
        }
        unsigned long part = strtoul(oid, &end, 10);
        if (part > UINT32_MAX) {
            return false;
        }
        parts[count++] = (uint32_t)part;
        if (*end == '\0') {
            break;
        }
        if (*end != '.') {
            return false;
        }
        oid = end + 1;
    }
    if (count < 2) {
        return false;
    }
    memcpy(readings->base, parts, count * sizeof parts[0]);
    readings->base_len = count;
    return true;
}

void readings_open(struct readings *readings, char **names, size_t count) {
    readings->count = count < GATEWAYS_MAX ? count : GATEWAYS_MAX;
    for (size_t i = 0; i < readings->count; i++) {
        struct reading *reading = &readings->items[i];
        gateway_open(&reading->gateway, &readings->setup, names[i]);
        reading->fetch = (struct fetch){
            .gateway = &reading->gateway, .base = readings->base, .base_len = readings->base_len};
    }
}

static void forget(struct reading *reading) {
    for (size_t t = 0; t < TABLE_COUNT; t++) {
        if ((reading->read & TABLE_BIT(t)) != 0) {
            records_deinit(&reading->tables[t]);
        }
    }
    reading->read = 0;
    reading->problem[0] = '\0';
}

void readings_close(struct readings *readings) {
    for (size_t i = 0; i < readings->count; i++) {
        forget(&readings->items[i]);
        fetch_reset(&readings->items[i].fetch);
        gateway_close(&readings->items[i].gateway);
    }
    readings->count = 0;
}

/* Decides whether there is an agent. */
static void judge(struct reading *reading) {
    const struct fetch *fetch = &reading->fetch;
    if (fetch->problem != FETCH_FINE) {
        snprintf(reading->problem, sizeof reading->problem, "%s", fetch->words);
    } else if (!reading_cell(reading, TABLE_AGENT, AGENT_VERSION)->known) {
        snprintf(reading->problem, sizeof reading->problem,
                 "snmpd answers, but there is no hermes-mailqueued behind it, or this user has no "
                 "view of it");
    }
}

static void fetch_some(struct reading *readings, size_t count, uint32_t tables) {
    struct plan plan;
    plan_make(&plan, tables | TABLE_BIT(TABLE_AGENT));
    for (size_t i = 0; i < count; i++) {
        struct reading *reading = &readings[i];
        forget(reading);
        reading->fetch.gets = plan.gets;
        reading->fetch.get_count = plan.get_count;
        reading->fetch.roots = plan.roots;
        reading->fetch.root_count = plan.root_count;
        fetch_start(&reading->fetch);
    }
    snmp_wait();
    for (size_t i = 0; i < count; i++) {
        readings[i].fetch.gets = NULL;
        readings[i].fetch.roots = NULL;
        judge(&readings[i]);
    }
}

void readings_fetch(struct readings *readings, uint32_t tables) {
    fetch_some(readings->items, readings->count, tables);
}

void reading_fetch(struct reading *reading, uint32_t tables) {
    fetch_some(reading, 1, tables);
}

const struct records *reading_table(struct reading *reading, enum table_id id) {
    if ((reading->read & TABLE_BIT(id)) == 0) {
        records_read(&reading->tables[id], id, &reading->fetch.tree);
        reading->read |= TABLE_BIT(id);
    }
    return &reading->tables[id];
}

const struct cell *reading_cell(struct reading *reading, enum table_id id, unsigned field) {
    return &reading_table(reading, id)->items[0].cells[field];
}

bool reading_served(struct reading *reading, enum table_id id) {
    return records_any(reading_table(reading, id)) ||
           records_any(reading_table(reading, table_of(id)->guard));
}

void reading_complain(const struct reading *reading, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fflush(stdout);
    fprintf(stderr, "hmq: %s: ", reading->gateway.name);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

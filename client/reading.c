/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Owns the sessions and what has been read over them. A fetch collects objects in a tree of its
 * own, which takes the place of the one before only when it is whole, so that nobody sees half of
 * one.
 */
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
        gateway_open(&readings->gateways[i], &readings->setup, names[i]);
        reading_init(&readings->items[i], readings, &readings->gateways[i]);
    }
}

void reading_init(struct reading *reading, const struct readings *readings,
                  struct gateway *gateway) {
    *reading = (struct reading){
        .gateway = gateway,
        .fetch = {.gateway = gateway, .base = readings->base, .base_len = readings->base_len}};
}

static void forget(struct reading *reading) {
    for (size_t t = 0; t < TABLE_COUNT; t++) {
        if ((reading->read & TABLE_BIT(t)) != 0) {
            records_deinit(&reading->tables[t]);
        }
    }
    reading->read = 0;
    tree_deinit(&reading->tree);
}

void reading_deinit(struct reading *reading) {
    forget(reading);
    fetch_reset(&reading->fetch);
}

void readings_close(struct readings *readings) {
    for (size_t i = 0; i < readings->count; i++) {
        gateway_close(&readings->gateways[i]);
        reading_deinit(&readings->items[i]);
    }
    readings->count = 0;
}

void reading_start(struct reading *reading, const struct plan *plan) {
    reading->fetch.gets = plan->gets;
    reading->fetch.get_count = plan->get_count;
    reading->fetch.roots = plan->roots;
    reading->fetch.root_count = plan->root_count;
    fetch_start(&reading->fetch);
}

/* An agent always has a version. */
static bool lacks_agent(const struct fetch *fetch) {
    static const uint32_t version[] = {1, 1, 1, 0};
    for (size_t i = 0; i < fetch->get_count; i++) {
        if (oid_compare(fetch->gets[i].oid, fetch->gets[i].len, version, 4) == 0) {
            return tree_find(&fetch->tree, version, 4) == NULL;
        }
    }
    return false;
}

void reading_finish(struct reading *reading) {
    struct fetch *fetch = &reading->fetch;
    reading->problem[0] = '\0';
    if (fetch->problem != FETCH_FINE) {
        snprintf(reading->problem, sizeof reading->problem, "%s", fetch->words);
    } else if (lacks_agent(fetch)) {
        snprintf(reading->problem, sizeof reading->problem,
                 "snmpd answers, but there is no hermes-mailqueued behind it, or this user has no "
                 "view of it");
    } else {
        forget(reading);
        reading->tree = fetch->tree;
        fetch->tree = (struct oid_tree){.objects = NULL};
    }
    fetch->gets = NULL;
    fetch->roots = NULL;
}

static void fetch_some(struct reading *readings, size_t count, uint32_t tables) {
    struct plan plan;
    plan_make(&plan, tables | TABLE_BIT(TABLE_AGENT));
    for (size_t i = 0; i < count; i++) {
        forget(&readings[i]);
        reading_start(&readings[i], &plan);
    }
    snmp_wait();
    for (size_t i = 0; i < count; i++) {
        reading_finish(&readings[i]);
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
        records_read(&reading->tables[id], id, &reading->tree);
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
    fprintf(stderr, "hmq: %s: ", reading->gateway->name);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

void readings_suggest(const struct readings *readings) {
    for (size_t i = 0; i < readings->count; i++) {
        if (readings->items[i].problem[0] != '\0') {
            fprintf(stderr, "hmq: to find out why: hmq -H %s doctor\n",
                    readings->items[i].gateway->name);
            return;
        }
    }
}

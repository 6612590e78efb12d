/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/json.h"
#include "client/format.h"
#include "client/memory.h"
#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cJSON *json_cell(const struct field *field, const struct cell *cell) {
    char buffer[FORMAT_SIZE];
    if (!cell->known || (field->kind == FIELD_TIME && cell->number == 0)) {
        return cJSON_CreateNull();
    }
    switch (field->kind) {
    case FIELD_TEXT:
    case FIELD_SENDER:
        return cJSON_CreateString(cell->text);
    case FIELD_NAME:
        return cJSON_CreateString(cell_name(field, cell, buffer));
    case FIELD_TRUTH:
        return cJSON_CreateBool(cell->number == TRUTH_TRUE);
    case FIELD_TIME:
        return cJSON_CreateString(format_rfc3339(cell->number, buffer));
    default:
        return cJSON_CreateNumber((double)cell->number);
    }
}

cJSON *json_record(const struct table *table, const struct record *record) {
    cJSON *object = need(cJSON_CreateObject());
    for (size_t f = 0; f < table->count; f++) {
        cJSON_AddItemToObject(object, table->fields[f].key,
                              need(json_cell(&table->fields[f], &record->cells[f])));
    }
    return object;
}

cJSON *json_rows(const struct records *records, const size_t *rows, size_t count) {
    cJSON *array = need(cJSON_CreateArray());
    for (size_t i = 0; i < (rows != NULL ? count : records->count); i++) {
        size_t at = rows != NULL ? rows[i] : i;
        cJSON_AddItemToArray(array, json_record(records->table, &records->items[at]));
    }
    return array;
}

void json_add_table(cJSON *object, struct reading *reading, enum table_id id, const size_t *rows,
                    size_t count) {
    const struct table *table = table_of(id);
    const struct records *records = reading_table(reading, id);
    cJSON *item;
    if (!reading_served(reading, id)) {
        item = cJSON_CreateNull();
    } else if (table->scalars) {
        item = json_record(table, &records->items[0]);
    } else {
        item = json_rows(records, rows, count);
    }
    cJSON_AddItemToObject(object, table->key, need(item));
}

cJSON *json_document(const char *command) {
    cJSON *document = need(cJSON_CreateObject());
    need(cJSON_AddNumberToObject(document, "version", JSON_VERSION));
    need(cJSON_AddStringToObject(document, "command", command));
    need(cJSON_AddArrayToObject(document, "gateways"));
    return document;
}

/* A text of the command line or the library, which may be anything. */
static cJSON *safe_string(const char *text) {
    size_t len = strlen(text);
    char *safe = need(malloc(3 * len + 1));
    text_to_utf8(text, len, safe);
    cJSON *string = need(cJSON_CreateString(safe));
    free(safe);
    return string;
}

cJSON *json_add_gateway(cJSON *document, const char *name, const char *error) {
    cJSON *gateway = need(cJSON_CreateObject());
    cJSON_AddItemToObject(gateway, "gateway", safe_string(name));
    cJSON_AddItemToObject(gateway, "error",
                          error != NULL ? safe_string(error) : need(cJSON_CreateNull()));
    cJSON_AddItemToArray(cJSON_GetObjectItem(document, "gateways"), gateway);
    return gateway;
}

void json_print(cJSON *document) {
    char *text = need(cJSON_Print(document));
    puts(text);
    cJSON_free(text);
    cJSON_Delete(document);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A tree has the objects of a table column by column. The rows are those of one column; the other
 * columns are looked up by the index, so that rows which came or went during the walk only lack
 * values.
 */
#include "client/record.h"
#include "client/memory.h"
#include "core/text.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void records_deinit(struct records *records) {
    for (size_t i = 0; i < records->count; i++) {
        for (size_t f = 0; f < records->table->count; f++) {
            free(records->items[i].cells[f].text);
        }
        free(records->items[i].cells);
    }
    free(records->items);
    *records = (struct records){0};
}

static char *clean(const char *octets, size_t len) {
    char *text = need(malloc(3 * len + 1));
    text_to_utf8(octets, len, text);
    return text;
}

bool date_read(const char *octets, size_t len, int64_t *seconds) {
    static const char never[11];
    const unsigned char *o = (const unsigned char *)octets;
    if (len != 8 && len != 11) {
        return false;
    }
    if (memcmp(octets, never, 8) == 0) {
        *seconds = 0;
        return true;
    }
    struct tm tm = {.tm_year = o[0] * 256 + o[1] - 1900,
                    .tm_mon = o[2] - 1,
                    .tm_mday = o[3],
                    .tm_hour = o[4],
                    .tm_min = o[5],
                    .tm_sec = o[6]};
    if (tm.tm_year < 70 || tm.tm_year > 8099 || tm.tm_mon < 0 || tm.tm_mon > 11 || tm.tm_mday < 1 ||
        tm.tm_mday > 31 || tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 60) {
        return false;
    }
    int64_t offset = 0;
    if (len == 11) {
        if ((octets[8] != '+' && octets[8] != '-') || o[9] > 14 || o[10] > 59) {
            return false;
        }
        offset = ((int64_t)o[9] * 60 + o[10]) * 60;
        offset = octets[8] == '-' ? -offset : offset;
    }
    *seconds = (int64_t)timegm(&tm) - offset;
    return true;
}

static void read_object(const struct field *field, const struct object *object, struct cell *cell) {
    bool text = field->kind == FIELD_TEXT || field->kind == FIELD_SENDER;
    if (object->is_text != (text || field->kind == FIELD_TIME)) {
        return; /* of another type than the module has */
    }
    if (text) {
        cell->text = clean(object->octets, object->len);
        cell->known = true;
    } else if (field->kind == FIELD_TIME) {
        cell->known = date_read(object->octets, object->len, &cell->number);
    } else {
        cell->number = object->number;
        cell->known = object->number >= 0;
    }
}

/* A string of the index, its length in front. */
static void read_index_text(const struct record *record, struct cell *cell) {
    char octets[TREE_OID_MAX];
    size_t len = record->index_len > 0 ? record->index[0] : SIZE_MAX;
    if (len >= record->index_len) {
        return;
    }
    for (size_t i = 0; i < len; i++) {
        uint32_t octet = record->index[i + 1];
        octets[i] = (char)(octet <= UINT8_MAX ? octet : '?');
    }
    cell->text = clean(octets, len);
    cell->known = true;
}

static void read_index(const struct field *field, const struct record *record, struct cell *cell) {
    size_t len = record->index_len;
    if (field->place == IN_INDEX_TEXT) {
        read_index_text(record, cell);
    } else if (field->place == IN_INDEX_FIRST && len > 0) {
        *cell = (struct cell){.known = true, .number = record->index[0]};
    } else if (field->place == IN_INDEX_LAST && len > 0) {
        *cell = (struct cell){.known = true, .number = record->index[len - 1]};
    } else if (field->place == IN_INDEX_LAST_BUT_ONE && len > 1) {
        *cell = (struct cell){.known = true, .number = record->index[len - 2]};
    }
}

static void read_cell(const struct table *table, const struct field *field,
                      const struct record *record, const struct oid_tree *tree, struct cell *cell) {
    uint32_t oid[TREE_OID_MAX + 8];
    size_t len = table->prefix_len;
    if (field->place != IN_COLUMN) {
        read_index(field, record, cell);
        return;
    }
    memcpy(oid, table->prefix, len * sizeof *oid);
    oid[len++] = field->column;
    memcpy(oid + len, record->index, record->index_len * sizeof *oid);
    const struct object *object = tree_find(tree, oid, len + record->index_len);
    if (object != NULL) {
        read_object(field, object, cell);
    }
}

static void add_record(struct records *records, size_t *capacity, const struct record *like,
                       const struct oid_tree *tree) {
    if (records->count == *capacity) {
        *capacity = *capacity == 0 ? 16 : 2 * *capacity;
        records->items = need(realloc(records->items, *capacity * sizeof *records->items));
    }
    struct record record = *like;
    record.cells = need(calloc(records->table->count, sizeof *record.cells));
    for (size_t f = 0; f < records->table->count; f++) {
        read_cell(records->table, &records->table->fields[f], &record, tree, &record.cells[f]);
    }
    records->items[records->count++] = record;
}

/* The first object of the first column that has one; tree->count if there is none. */
static size_t first_column(const struct table *table, const struct oid_tree *tree) {
    size_t at = tree_at(tree, table->prefix, table->prefix_len);
    return at < tree->count && oid_below(tree->objects[at].oid, tree->objects[at].oid_len,
                                         table->prefix, table->prefix_len)
               ? at
               : tree->count;
}

void records_read(struct records *records, enum table_id id, const struct oid_tree *tree) {
    static const uint32_t scalar[] = {0};
    const struct table *table = table_of(id);
    size_t capacity = 0;
    *records = (struct records){.table = table};
    if (table->scalars) {
        const struct record one = {.index = scalar, .index_len = 1};
        add_record(records, &capacity, &one, tree);
        return;
    }
    size_t at = first_column(table, tree);
    const struct object *first = at < tree->count ? &tree->objects[at] : NULL;
    size_t prefix = table->prefix_len + 1;
    for (; at < tree->count && first->oid_len > prefix; at++) {
        const struct object *object = &tree->objects[at];
        if (object->oid_len <= prefix ||
            !oid_below(object->oid, object->oid_len, first->oid, prefix)) {
            break;
        }
        const struct record row = {.index = object->oid + prefix,
                                   .index_len = object->oid_len - prefix};
        if (records->count == RECORDS_MAX) {
            records->left_out = true;
            break;
        }
        add_record(records, &capacity, &row, tree);
    }
}

bool records_any(const struct records *records) {
    if (records->table->scalars == 0) {
        return records->count > 0;
    }
    for (size_t f = 0; f < records->table->count; f++) {
        if (records->items[0].cells[f].known) {
            return true;
        }
    }
    return false;
}

int64_t cell_number(const struct cell *cell, int64_t otherwise) {
    return cell->known ? cell->number : otherwise;
}

const char *cell_name(const struct field *field, const struct cell *cell, char buffer[24]) {
    if (!cell->known) {
        return "?";
    }
    for (int64_t i = 0; field->names != NULL && field->names[i] != NULL; i++) {
        if (i == cell->number && field->names[i][0] != '\0') {
            return field->names[i];
        }
    }
    snprintf(buffer, 24, "%" PRId64, cell->number);
    return buffer;
}

void plan_add(struct plan *plan, enum table_id id, unsigned field, uint32_t instance) {
    const struct table *table = table_of(id);
    assert(plan->get_count < sizeof plan->gets / sizeof plan->gets[0]);
    struct oid_part *get = &plan->gets[plan->get_count++];
    memcpy(get->oid, table->prefix, table->prefix_len * sizeof *get->oid);
    get->len = table->prefix_len;
    get->oid[get->len++] = table->fields[field].column;
    get->oid[get->len++] = instance;
}

void plan_make(struct plan *plan, uint32_t tables) {
    *plan = (struct plan){0};
    for (unsigned t = 0; t < TABLE_COUNT; t++) {
        const struct table *table = table_of((enum table_id)t);
        if ((tables & TABLE_BIT(t)) == 0) {
            continue;
        }
        if (!table->scalars) {
            struct oid_part *root = &plan->roots[plan->root_count++];
            memcpy(root->oid, table->prefix, table->prefix_len * sizeof *root->oid);
            root->len = table->prefix_len;
            continue;
        }
        for (unsigned f = 0; f < table->count; f++) {
            plan_add(plan, (enum table_id)t, f, 0);
        }
    }
}

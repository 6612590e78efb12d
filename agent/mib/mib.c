/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * GET and GETNEXT over the tables of objects. A name belongs to a group by its prefix, to an object
 * by the next sub-identifier, and to a row by the rest, which the group's index reads.
 */
#include "mib/mib.h"

#include "mib/tree.h"

#include <string.h>

/* The longest prefix plus the column. */
#define COLUMN_OID_MAX 5

static size_t column_oid(const struct mib_group *group, const struct mib_object *object,
                         uint32_t oid[COLUMN_OID_MAX]) {
    memcpy(oid, group->prefix, group->prefix_len * sizeof *oid);
    oid[group->prefix_len] = object->column;
    return group->prefix_len + 1;
}

/* The first object of the group whose column is not before oid; *inside is set if oid belongs to
 * it. */
static size_t first_object(const struct mib_group *group, const uint32_t *oid, size_t len,
                           bool *inside) {
    *inside = false;
    for (size_t i = 0; i < group->prefix_len; i++) {
        if (i == len || oid[i] < group->prefix[i]) {
            return 0;
        }
        if (oid[i] > group->prefix[i]) {
            return group->object_count;
        }
    }
    if (len == group->prefix_len) {
        return 0;
    }
    size_t at = 0;
    while (at < group->object_count && group->objects[at].column < oid[group->prefix_len]) {
        at++;
    }
    *inside = at < group->object_count && group->objects[at].column == oid[group->prefix_len];
    return at;
}

const struct mib_group *const mib_groups[] = {
    &mib_agent_group,      &mib_summary_group, &mib_queue_group,     &mib_settings_group,
    &mib_messages_group,   &mib_message_group, &mib_recipient_group, &mib_actions_group,
    &mib_action_group,     &mib_result_group,  &mib_output_group,    &mib_insight_group,
    &mib_sender_group,     &mib_domain_group,  &mib_reason_group,    &mib_age_group,
    &mib_domain_age_group, &mib_events_group,  &mib_event_group,     &mib_hook_group,
    &mib_delivery_group,   &mib_outcome_group, &mib_delays_group,    &mib_conditions_group,
    &mib_condition_group,
};

const size_t mib_group_count = sizeof mib_groups / sizeof mib_groups[0];

static const struct mib_group *const long_tables[] = {
    &mib_message_group, &mib_recipient_group, &mib_action_group,
    &mib_result_group,  &mib_output_group,    &mib_sender_group,
    &mib_domain_group,  &mib_reason_group,    &mib_event_group,
};

bool mib_long_table(size_t number, struct mib_oid *first, uint32_t *last) {
    if (number >= sizeof long_tables / sizeof long_tables[0]) {
        return false;
    }
    const struct mib_group *group = long_tables[number];
    first->len = column_oid(group, &group->objects[0], first->ids);
    *last = group->objects[group->object_count - 1].column;
    return true;
}

const struct mib_object *mib_find(const uint32_t *oid, size_t len, const struct mib_group **group,
                                  size_t *index) {
    for (size_t g = 0; g < mib_group_count; g++) {
        bool inside;
        size_t at = first_object(mib_groups[g], oid, len, &inside);
        if (inside) {
            *group = mib_groups[g];
            *index = mib_groups[g]->prefix_len + 1;
            return &mib_groups[g]->objects[at];
        }
    }
    return NULL;
}

const struct mib_object *mib_find_name(const char *name, const struct mib_group **group) {
    for (size_t g = 0; g < mib_group_count; g++) {
        for (size_t o = 0; o < mib_groups[g]->object_count; o++) {
            if (strcmp(mib_groups[g]->objects[o].name, name) == 0) {
                *group = mib_groups[g];
                return &mib_groups[g]->objects[o];
            }
        }
    }
    return NULL;
}

static bool read_value(const struct mib_view *view, const struct mib_object *object,
                       const struct mib_row *row, struct mib_value *value) {
    *value = (struct mib_value){.type = object->type};
    return object->get(view, row, value);
}

/* Finds the first row after the index that has a value in the column. */
static bool next_in_column(const struct mib_view *view, const struct mib_group *group,
                           const struct mib_object *object, const uint32_t *index, size_t count,
                           bool inclusive, struct mib_oid *name, struct mib_value *value) {
    uint32_t at[MIB_OID_MAX];
    struct mib_row row = {0};
    while (group->index->find(view, index, count, inclusive, &row)) {
        count = group->index->write(&row, at);
        if (read_value(view, object, &row, value)) {
            name->len = column_oid(group, object, name->ids);
            memcpy(name->ids + name->len, at, count * sizeof *at);
            name->len += count;
            return true;
        }
        index = at;
        inclusive = false;
    }
    return false;
}

enum mib_result mib_get(const struct mib_view *view, const uint32_t *oid, size_t len,
                        struct mib_value *value) {
    const struct mib_group *group;
    size_t at;
    const struct mib_object *object = mib_find(oid, len, &group, &at);
    if (object == NULL) {
        return MIB_NO_OBJECT;
    }
    struct mib_row row = {0};
    struct mib_value found;
    uint32_t index[MIB_OID_MAX];
    const uint32_t *asked = oid + at;
    size_t count = len - at;
    if (!group->index->find(view, asked, count, true, &row) ||
        group->index->write(&row, index) != count ||
        memcmp(index, asked, count * sizeof *index) != 0 ||
        !read_value(view, object, &row, &found)) {
        return MIB_NO_INSTANCE;
    }
    *value = found;
    if (found.octets == found.small) {
        value->octets = value->small;
    }
    return MIB_OK;
}

enum mib_result mib_next(const struct mib_view *view, const uint32_t *oid, size_t len,
                         bool inclusive, struct mib_oid *name, struct mib_value *value) {
    for (size_t g = 0; g < mib_group_count; g++) {
        const struct mib_group *group = mib_groups[g];
        bool inside;
        for (size_t o = first_object(group, oid, len, &inside); o < group->object_count; o++) {
            size_t column_len = group->prefix_len + 1;
            if (next_in_column(view, group, &group->objects[o], inside ? oid + column_len : NULL,
                               inside ? len - column_len : 0, inside ? inclusive : true, name,
                               value)) {
                return MIB_OK;
            }
            inside = false;
        }
    }
    return MIB_END;
}

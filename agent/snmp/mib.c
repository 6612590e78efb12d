#include "snmp/mib.h"

#include "snmp/mib_tree.h"

#include <string.h>

/* The longest prefix and the column behind it. */
#define COLUMN_OID_MAX 5

static size_t column_oid(const struct mib_group *group, const struct mib_object *object,
                         uint32_t oid[COLUMN_OID_MAX]) {
    memcpy(oid, group->prefix, group->prefix_len * sizeof *oid);
    oid[group->prefix_len] = object->column;
    return group->prefix_len + 1;
}

/* Compares oid with a column: 0 when it lies in it, below 0 when before, above 0 when after. */
static int compare_with_column(const uint32_t *oid, size_t len, const uint32_t *column,
                               size_t column_len) {
    for (size_t i = 0; i < column_len; i++) {
        if (i == len) {
            return -1;
        }
        if (oid[i] != column[i]) {
            return oid[i] < column[i] ? -1 : 1;
        }
    }
    return 0;
}

const struct mib_group *const mib_groups[] = {
    &mib_agent_group,    &mib_summary_group, &mib_queue_group,     &mib_settings_group,
    &mib_messages_group, &mib_message_group, &mib_recipient_group, &mib_actions_group,
    &mib_action_group,   &mib_result_group,  &mib_output_group,    &mib_events_group,
    &mib_event_group,    &mib_hook_group,
};

const size_t mib_group_count = sizeof mib_groups / sizeof mib_groups[0];

const struct mib_object *mib_find(const uint32_t *oid, size_t len, const struct mib_group **group,
                                  size_t *index) {
    for (size_t g = 0; g < mib_group_count; g++) {
        for (size_t o = 0; o < mib_groups[g]->object_count; o++) {
            uint32_t column[COLUMN_OID_MAX];
            size_t column_len = column_oid(mib_groups[g], &mib_groups[g]->objects[o], column);
            if (compare_with_column(oid, len, column, column_len) == 0) {
                *group = mib_groups[g];
                *index = column_len;
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

/* The first row of a column after the index that has a value. */
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
        for (size_t o = 0; o < group->object_count; o++) {
            uint32_t column[COLUMN_OID_MAX];
            size_t column_len = column_oid(group, &group->objects[o], column);
            int order = compare_with_column(oid, len, column, column_len);
            if (order > 0) {
                continue;
            }
            bool inside = order == 0;
            if (next_in_column(view, group, &group->objects[o], inside ? oid + column_len : NULL,
                               inside ? len - column_len : 0, inside ? inclusive : true, name,
                               value)) {
                return MIB_OK;
            }
        }
    }
    return MIB_END;
}

/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/snmp/tree.h"

#include <stdlib.h>
#include <string.h>

static void object_deinit(struct object *object) {
    free(object->oid);
    free(object->octets);
}

void tree_deinit(struct oid_tree *tree) {
    for (size_t i = 0; i < tree->count; i++) {
        object_deinit(&tree->objects[i]);
    }
    free(tree->objects);
    *tree = (struct oid_tree){0};
}

int oid_compare(const uint32_t *a, size_t a_len, const uint32_t *b, size_t b_len) {
    for (size_t i = 0; i < a_len && i < b_len; i++) {
        if (a[i] != b[i]) {
            return a[i] < b[i] ? -1 : 1;
        }
    }
    return (a_len > b_len) - (a_len < b_len);
}

bool oid_below(const uint32_t *oid, size_t len, const uint32_t *prefix, size_t prefix_len) {
    return len >= prefix_len && oid_compare(oid, prefix_len, prefix, prefix_len) == 0;
}

size_t tree_at(const struct oid_tree *tree, const uint32_t *oid, size_t len) {
    size_t low = 0;
    size_t high = tree->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct object *object = &tree->objects[middle];
        if (oid_compare(object->oid, object->oid_len, oid, len) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool is_at(const struct oid_tree *tree, size_t at, const uint32_t *oid, size_t len) {
    return at < tree->count &&
           oid_compare(tree->objects[at].oid, tree->objects[at].oid_len, oid, len) == 0;
}

const struct object *tree_find(const struct oid_tree *tree, const uint32_t *oid, size_t len) {
    size_t at = tree_at(tree, oid, len);
    return is_at(tree, at, oid, len) ? &tree->objects[at] : NULL;
}

/* Returns false, with *copy untouched, if out of memory. */
static bool object_copy(const struct object *object, struct object *copy) {
    struct object made = *object;
    made.oid = malloc(object->oid_len * sizeof *made.oid);
    made.octets = object->is_text ? malloc(object->len + 1) : NULL;
    if (made.oid == NULL || (object->is_text && made.octets == NULL)) {
        object_deinit(&made);
        return false;
    }
    memcpy(made.oid, object->oid, object->oid_len * sizeof *made.oid);
    if (object->is_text) {
        if (object->len > 0) {
            memcpy(made.octets, object->octets, object->len);
        }
        made.octets[object->len] = '\0';
    }
    *copy = made;
    return true;
}

static bool make_room(struct oid_tree *tree) {
    if (tree->count < tree->capacity) {
        return true;
    }
    size_t capacity = tree->capacity == 0 ? 256 : 2 * tree->capacity;
    struct object *objects = realloc(tree->objects, capacity * sizeof *objects);
    if (objects == NULL) {
        return false;
    }
    tree->objects = objects;
    tree->capacity = capacity;
    return true;
}

enum tree_add tree_add(struct oid_tree *tree, const struct object *object) {
    size_t needed = sizeof *object + object->oid_len * sizeof *object->oid + object->len;
    if (tree->count >= TREE_OBJECTS_MAX || tree->octets + needed > TREE_OCTETS_MAX) {
        return TREE_FULL;
    }
    struct object copy;
    if (!make_room(tree) || !object_copy(object, &copy)) {
        return TREE_NO_MEMORY;
    }
    size_t at = tree_at(tree, object->oid, object->oid_len);
    if (is_at(tree, at, object->oid, object->oid_len)) {
        object_deinit(&tree->objects[at]);
    } else {
        memmove(tree->objects + at + 1, tree->objects + at,
                (tree->count - at) * sizeof *tree->objects);
        tree->count++;
    }
    tree->objects[at] = copy;
    tree->octets += needed;
    return TREE_ADDED;
}

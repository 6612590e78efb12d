/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What one gateway has answered: objects by identifier, in the order of identifiers. Whatever an
 * agent sends, the memory is bounded, and identifiers that do not increase are refused, so that a
 * walk ends.
 */
#ifndef HMQ_CLIENT_SNMP_TREE_H
#define HMQ_CLIENT_SNMP_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The sub-identifiers of an object below the agent's base_oid, index included. */
#define TREE_OID_MAX 80

/* The limits of one gateway's answers. */
#define TREE_OBJECTS_MAX 600000
#define TREE_OCTETS_MAX ((size_t)128 * 1024 * 1024)

/* An object that has an instance. */
struct object {
    uint32_t *oid; /* owned; below the base */
    size_t oid_len;
    bool is_text;   /* octets and len count; otherwise number */
    int64_t number; /* of an integer of any kind */
    char *octets;   /* owned; followed by a NUL that len does not count */
    size_t len;
};

struct oid_tree {
    struct object *objects; /* sorted by identifier */
    size_t count, capacity;
    size_t octets; /* the memory of the objects, about */
};

/* What tree_add returns. */
enum tree_add { TREE_ADDED, TREE_FULL, TREE_NO_MEMORY };

void tree_deinit(struct oid_tree *tree);

/*
 * Adds a copy of an object, or replaces the one with the same identifier. The identifier has 1 to
 * TREE_OID_MAX parts.
 */
enum tree_add tree_add(struct oid_tree *tree, const struct object *object);

/* Less than, equal to or greater than 0, in the order of SNMP's identifiers. */
int oid_compare(const uint32_t *a, size_t a_len, const uint32_t *b, size_t b_len);

/* True if the identifier begins with the prefix. */
bool oid_below(const uint32_t *oid, size_t len, const uint32_t *prefix, size_t prefix_len);

/* The object with an identifier, or NULL. Borrowed until the next tree_add. */
const struct object *tree_find(const struct oid_tree *tree, const uint32_t *oid, size_t len);

/* The place of the first object at or after an identifier; tree->count if there is none. */
size_t tree_at(const struct oid_tree *tree, const uint32_t *oid, size_t len);

#endif

/*
 * How the object tables of mib_objects.c are laid out, for snmp/mib*.c only.
 */
#ifndef HMQ_SNMP_MIB_TREE_H
#define HMQ_SNMP_MIB_TREE_H

#include "snmp/mib.h"

/* A row of any table; each index sets the members it needs. */
struct mib_row {
    enum queue queue;
    const struct message *message;
    size_t recipient; /* position in message->recipients */
};

struct mib_object {
    uint32_t column;
    const char *name; /* in HERMES-MAILQUEUE-MIB */
    enum mib_type type;
    /* Fills value, whose type is already set; false when the value is unknown. */
    bool (*get)(const struct mib_view *view, const struct mib_row *row, struct mib_value *value);
};

struct mib_index {
    /*
     * Finds the first row whose index is after the count sub-identifiers, or at them when
     * inclusive. They may be anything. Returns false when there is none.
     */
    bool (*find)(const struct mib_view *view, const uint32_t *index, size_t count, bool inclusive,
                 struct mib_row *row);
    /* Writes the row's index and returns its length. */
    size_t (*write)(const struct mib_row *row, uint32_t *index);
};

/* Objects below one prefix: the scalars of a group, or the columns of a table's entry. */
struct mib_group {
    uint32_t prefix[4];
    size_t prefix_len;
    const struct mib_index *index;
    const struct mib_object *objects; /* by column */
    size_t object_count;
};

/* In the order of their identifiers. */
extern const struct mib_group mib_groups[];
extern const size_t mib_group_count;

/* The instance of every scalar: 0. */
extern const struct mib_index mib_scalar_index;
extern const struct mib_index mib_queue_index;
extern const struct mib_index mib_message_index;
extern const struct mib_index mib_recipient_index;

#endif

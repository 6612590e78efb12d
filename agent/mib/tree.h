/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The layout of the object tables. For the files of mib/ only.
 */
#ifndef HMQ_MIB_TREE_H
#define HMQ_MIB_TREE_H

#include "mib/set.h"

/* A row of any table; each index sets the members it needs. */
struct mib_row {
    enum queue queue;
    const struct message *message;
    size_t recipient; /* below message->recipient_rows */
    const struct action *action;
    size_t result; /* position in action->results */
    size_t line;   /* position in action->lines */
    const struct event *event;
    size_t hook; /* position in view->hooks */
    const struct insight_row *ranked;
    size_t rank;   /* position in its table */
    size_t bucket; /* of ages, below INSIGHT_AGES */
    enum delivery_outcome outcome;
    size_t condition; /* position in view->tunables->conditions */
    const char *condition_name;
};

struct mib_object;
struct mib_transaction;

/* How a column can be written. */
struct mib_write {
    int64_t minimum, maximum; /* of the number; of the length of octets */
    /* Stages a value of the right type and range. index is the requested instance. */
    enum mib_error (*stage)(struct mib_transaction *transaction, const struct mib_view *view,
                            const struct mib_object *object, const uint32_t *index, size_t count,
                            const struct mib_value *value);
    size_t offset; /* where the stage function stores it: the offset of a member, the number of a
                      tunable, an enum condition_setting or an enum lifetime */
};

struct mib_object {
    uint32_t column;
    const char *name; /* in HERMES-MAILQUEUE-MIB */
    enum mib_type type;
    /* Fills value, whose type is already set. Returns false if the value is unknown. */
    bool (*get)(const struct mib_view *view, const struct mib_row *row, struct mib_value *value);
    const struct mib_write *write; /* NULL = read-only */
};

struct mib_index {
    /*
     * Finds the first row whose index follows the count sub-identifiers at index, or equals them if
     * inclusive. They need not be a valid index. Returns false if there is none.
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
extern const struct mib_group *const mib_groups[];
extern const size_t mib_group_count;

extern const struct mib_group mib_agent_group, mib_summary_group, mib_queue_group;
extern const struct mib_group mib_settings_group;
extern const struct mib_group mib_messages_group, mib_message_group, mib_recipient_group;
extern const struct mib_group mib_actions_group, mib_action_group, mib_result_group,
    mib_output_group;
extern const struct mib_group mib_insight_group, mib_sender_group, mib_domain_group,
    mib_reason_group, mib_age_group, mib_domain_age_group;
extern const struct mib_group mib_events_group, mib_event_group;
extern const struct mib_group mib_hook_group;
extern const struct mib_group mib_delivery_group, mib_outcome_group, mib_delays_group;
extern const struct mib_group mib_conditions_group, mib_condition_group;

/* The object that an identifier belongs to, or NULL. *index is the position at which the instance
 * begins. */
const struct mib_object *mib_find(const uint32_t *oid, size_t len, const struct mib_group **group,
                                  size_t *index);

/* The object with this name in the module, and its group; NULL if there is none. */
const struct mib_object *mib_find_name(const char *name, const struct mib_group **group);

/* The instance of every scalar: 0. */
extern const struct mib_index mib_scalar_index;
extern const struct mib_index mib_queue_index;
extern const struct mib_index mib_message_index;
extern const struct mib_index mib_recipient_index;
extern const struct mib_index mib_action_index;
extern const struct mib_index mib_result_index;
extern const struct mib_index mib_output_index;
extern const struct mib_index mib_sender_index;
extern const struct mib_index mib_domain_index;
extern const struct mib_index mib_reason_index;
extern const struct mib_index mib_age_index;
extern const struct mib_index mib_domain_age_index;
extern const struct mib_index mib_event_index;
extern const struct mib_index mib_hook_index;
extern const struct mib_index mib_outcome_index;
extern const struct mib_index mib_condition_index;

/* Writes an index that is a variable-length string: its length, then one sub-identifier per octet.
 * Returns its length. */
size_t mib_text_index_write(const char *text, uint32_t *index);

#endif

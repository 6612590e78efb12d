/* SPDX-License-Identifier: BSD-3-Clause */
#include "mib/set.h"

#include "mib/transaction.h"

#include <stdlib.h>
#include <string.h>

struct mib_transaction *mib_transaction_new(void) {
    return calloc(1, sizeof(struct mib_transaction));
}

void mib_transaction_free(struct mib_transaction *transaction) {
    if (transaction == NULL) {
        return;
    }
    for (size_t i = 0; i < transaction->row_count; i++) {
        action_free(transaction->rows[i].action);
    }
    for (size_t i = 0; i < transaction->changes.action_count && !transaction->changes.prepared;
         i++) {
        action_free(transaction->changes.actions[i]);
    }
    free(transaction->rows);
    free(transaction->controls);
    free(transaction->changes.actions);
    free(transaction->changes.destroyed);
    free(transaction);
}

void *mib_grow(void *array, size_t count, size_t *capacity, size_t size) {
    if (count < *capacity) {
        return array;
    }
    size_t more = *capacity == 0 ? 4 : 2 * *capacity;
    void *grown = realloc(array, more * size);
    if (grown != NULL) {
        *capacity = more;
    }
    return grown;
}

enum mib_error mib_add_action(struct mib_transaction *transaction, struct action *action) {
    struct mib_changes *changes = &transaction->changes;
    struct action **actions = mib_grow(changes->actions, changes->action_count,
                                       &changes->action_capacity, sizeof(struct action *));
    if (actions == NULL) {
        action_free(action);
        return MIB_RESOURCE_UNAVAILABLE;
    }
    changes->actions = actions;
    actions[changes->action_count++] = action;
    return MIB_ERROR_NONE;
}

static bool in_range(const struct mib_object *object, int64_t number) {
    return number >= object->write->minimum && number <= object->write->maximum;
}

static enum mib_error check_syntax(const struct mib_object *object, const struct mib_value *value) {
    if (value->type != object->type) {
        return MIB_WRONG_TYPE;
    }
    if (value->type == MIB_OCTETS) {
        return in_range(object, (int64_t)value->length) ? MIB_ERROR_NONE : MIB_WRONG_LENGTH;
    }
    int64_t number = value->type == MIB_INTEGER ? value->integer : (int64_t)value->number;
    return in_range(object, number) ? MIB_ERROR_NONE : MIB_WRONG_VALUE;
}

enum mib_error mib_transaction_stage(struct mib_transaction *transaction,
                                     const struct mib_view *view, const uint32_t *oid, size_t len,
                                     const struct mib_value *value) {
    const struct mib_group *group;
    size_t index;
    const struct mib_object *object = mib_find(oid, len, &group, &index);
    if (object == NULL || object->write == NULL) {
        return MIB_NOT_WRITABLE;
    }
    enum mib_error error = check_syntax(object, value);
    if (error == MIB_ERROR_NONE && group->index == &mib_scalar_index &&
        (len - index != 1 || oid[index] != 0)) {
        error = MIB_NO_CREATION;
    }
    if (error == MIB_ERROR_NONE) {
        error = object->write->stage(transaction, view, object, oid + index, len - index, value);
    }
    transaction->variable++;
    return error;
}

static enum mib_error check_tunables(const struct mib_transaction *transaction, size_t *variable) {
    *variable = transaction->tunables_variable;
    return transaction->changes.tunables_changed &&
                   !tunables_consistent(&transaction->changes.tunables)
               ? MIB_INCONSISTENT_VALUE
               : MIB_ERROR_NONE;
}

/* Requests must be stored first, so nothing new can be accepted without a store. */
static enum mib_error check_resources(const struct mib_transaction *transaction,
                                      const struct mib_view *view, size_t *variable) {
    const struct mib_changes *changes = &transaction->changes;
    /* A pause can always be ended. */
    bool pauses = changes->pause.for_set || (changes->pause.pause_set && changes->pause.pause);
    bool stores = changes->action_count > 0 || changes->tunables_changed || pauses ||
                  lifetime_any(changes->lifetime_changed);
    size_t actions = action_table_unfinished(view->actions) + changes->action_count;
    *variable = 0;
    return (stores && !view->status->store.usable) ||
                   (changes->action_count > 0 && actions > MIB_ACTIONS_MAX)
               ? MIB_RESOURCE_UNAVAILABLE
               : MIB_ERROR_NONE;
}

enum mib_error mib_transaction_check(struct mib_transaction *transaction,
                                     const struct mib_view *view, size_t *variable) {
    enum mib_error error = check_tunables(transaction, variable);
    if (error == MIB_ERROR_NONE) {
        error = mib_check_pause(transaction, view, variable);
    }
    if (error == MIB_ERROR_NONE) {
        error = mib_check_rows(transaction, view, variable);
    }
    if (error == MIB_ERROR_NONE) {
        error = mib_check_controls(transaction, view, variable);
    }
    if (error == MIB_ERROR_NONE) {
        error = check_resources(transaction, view, variable);
    }
    return error;
}

struct mib_changes *mib_transaction_changes(struct mib_transaction *transaction) {
    return &transaction->changes;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SETs of settings: thresholds, columns of conditions, notifications, lifetimes and the pause. Each
 * variable is staged by itself, and only if allow_settings names its kind. What depends on more
 * than one variable of the PDU, in whatever order they come, is checked when all of them are
 * staged.
 */
#include "core/permission.h"
#include "mib/transaction.h"

#include <string.h>

static bool allowed(const struct mib_view *view, enum setting_kind kind) {
    return permission_given(view->config, (struct operation){.setting = kind});
}

/* The tunables with the changes of this PDU. */
static struct tunables *staged_tunables(struct mib_transaction *transaction,
                                        const struct mib_view *view) {
    if (!transaction->changes.tunables_changed) {
        transaction->changes.tunables_changed = true;
        transaction->changes.tunables = *view->tunables;
    }
    transaction->tunables_variable = transaction->variable;
    return &transaction->changes.tunables;
}

enum mib_error mib_stage_tunable(struct mib_transaction *transaction, const struct mib_view *view,
                                 const struct mib_object *object, const uint32_t *index,
                                 size_t count, const struct mib_value *value) {
    unsigned tunable = (unsigned)object->write->offset;
    (void)index;
    (void)count;
    if (!allowed(view, SETTING_THRESHOLDS)) {
        return MIB_NOT_WRITABLE;
    }
    tunable_put(staged_tunables(transaction, view), tunable, value->number);
    transaction->changes.tunables_set.has[tunable] = true;
    return MIB_ERROR_NONE;
}

/* A column of hmqConditionTable. What the row may have depends on its watch; no row is created. */
enum mib_error mib_stage_condition(struct mib_transaction *transaction, const struct mib_view *view,
                                   const struct mib_object *object, const uint32_t *index,
                                   size_t count, const struct mib_value *value) {
    enum condition_setting setting = (enum condition_setting)object->write->offset;
    struct mib_row row = {0};
    uint32_t own[MIB_OID_MAX];
    if (!mib_condition_index.find(view, index, count, true, &row) ||
        mib_condition_index.write(&row, own) != count ||
        memcmp(own, index, count * sizeof *index) != 0) {
        return MIB_NO_CREATION;
    }
    if (!allowed(view, SETTING_THRESHOLDS)) {
        return MIB_NOT_WRITABLE;
    }
    bool truth = setting == CONDITION_ENABLED;
    uint32_t number = truth ? (value->integer == 1 ? 1 : 0) : value->number;
    const struct condition *condition = &view->tunables->conditions.list[row.condition];
    if (number > condition_setting_maximum(condition, setting)) {
        return MIB_WRONG_VALUE;
    }
    unsigned tunable = TUNABLE_OF_CONDITION(row.condition, setting);
    tunable_put(staged_tunables(transaction, view), tunable, number);
    transaction->changes.tunables_set.has[tunable] = true;
    return MIB_ERROR_NONE;
}

/* BITS: bit n, from the left, is notification n + 1; octets that are left out are zero. */
enum mib_error mib_stage_notify(struct mib_transaction *transaction, const struct mib_view *view,
                                const struct mib_object *object, const uint32_t *index,
                                size_t count, const struct mib_value *value) {
    const uint8_t *octets = value->octets;
    uint32_t notify = 0;
    (void)object;
    (void)index;
    (void)count;
    if (!allowed(view, SETTING_THRESHOLDS)) {
        return MIB_NOT_WRITABLE;
    }
    for (unsigned bit = 0; bit < 8 * value->length; bit++) {
        if ((octets[bit / 8] & 0x80U >> bit % 8) == 0) {
            continue;
        }
        if (!event_type_exists(bit + 1)) {
            return MIB_WRONG_VALUE;
        }
        notify |= 1U << (bit + 1);
    }
    staged_tunables(transaction, view)->notify = notify;
    transaction->changes.tunables_set.has[TUNABLE_NOTIFY] = true;
    return MIB_ERROR_NONE;
}

enum mib_error mib_stage_lifetime(struct mib_transaction *transaction, const struct mib_view *view,
                                  const struct mib_object *object, const uint32_t *index,
                                  size_t count, const struct mib_value *value) {
    size_t which = object->write->offset;
    (void)index;
    (void)count;
    if (!allowed(view, SETTING_LIFETIMES)) {
        return MIB_NOT_WRITABLE;
    }
    transaction->changes.lifetime_changed[which] = true;
    transaction->changes.lifetime_days[which] = (uint32_t)value->integer;
    return MIB_ERROR_NONE;
}

/* TruthValue: 1 is true and 2 is false. */
enum mib_error mib_stage_pause(struct mib_transaction *transaction, const struct mib_view *view,
                               const struct mib_object *object, const uint32_t *index, size_t count,
                               const struct mib_value *value) {
    (void)object;
    (void)index;
    (void)count;
    if (!allowed(view, SETTING_PAUSE)) {
        return MIB_NOT_WRITABLE;
    }
    transaction->changes.pause.pause_set = true;
    transaction->changes.pause.pause = value->integer == 1;
    transaction->pause_variable = transaction->variable;
    return MIB_ERROR_NONE;
}

enum mib_error mib_stage_pause_for(struct mib_transaction *transaction, const struct mib_view *view,
                                   const struct mib_object *object, const uint32_t *index,
                                   size_t count, const struct mib_value *value) {
    (void)object;
    (void)index;
    (void)count;
    if (!allowed(view, SETTING_PAUSE)) {
        return MIB_NOT_WRITABLE;
    }
    transaction->changes.pause.for_set = true;
    transaction->changes.pause.for_s = value->number;
    transaction->pause_for_variable = transaction->variable;
    return MIB_ERROR_NONE;
}

/* Owner and comment of an action in the same PDU say who asks; AgentX carries no user. */
static void note_who(struct mib_transaction *transaction) {
    for (size_t i = 0; i < transaction->row_count; i++) {
        const struct staged_row *row = &transaction->rows[i];
        if (row->action != NULL && row->status == ROW_CREATE_AND_GO) {
            pause_who(row->key.owner, row->action->request.comment, transaction->changes.pause.who);
            return;
        }
    }
}

enum mib_error mib_check_pause(struct mib_transaction *transaction, const struct mib_view *view,
                               size_t *variable) {
    struct pause_order *order = &transaction->changes.pause;
    const struct pause_status *pause = &view->status->pause;
    const struct postfix_settings *postfix = &view->snapshot->settings;
    bool wanted = order->pause_set ? order->pause : pause->wanted;
    if (!order->pause_set && !order->for_set) {
        return MIB_ERROR_NONE;
    }
    *variable = order->pause_set ? transaction->pause_variable : transaction->pause_for_variable;
    if (!pause->known) {
        return MIB_RESOURCE_UNAVAILABLE;
    }
    if (order->pause_set && order->pause && !pause->wanted && !pause->in_force && postfix->known &&
        postfix->outbound_paused) {
        return MIB_INCONSISTENT_VALUE; /* somebody else's */
    }
    if (order->for_set && order->for_s > 0 && !wanted) {
        *variable = transaction->pause_for_variable;
        return MIB_INCONSISTENT_VALUE;
    }
    note_who(transaction);
    return MIB_ERROR_NONE;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A PDU with any variables. Each consists of an octet for the object (its position in the tree),
 * one for the type, one for the number of sub-identifiers of the instance, these, one for the
 * length of the value, and the value. What a PDU requests must be within bounds and new, and must
 * not change the view.
 */
#include "sample.h"
#include "mib/tree.h"

#include "fuzz.h"

#include <string.h>

struct input {
    const uint8_t *data;
    size_t left;
};

static uint8_t take(struct input *input) {
    if (input->left == 0) {
        return 0;
    }
    input->left--;
    return *input->data++;
}

static size_t read_name(struct input *input, uint32_t oid[128]) {
    size_t pick = take(input);
    size_t len = 0;
    for (size_t g = 0; g < mib_group_count; g++) {
        const struct mib_group *group = mib_groups[g];
        if (pick < group->object_count) {
            len = group->prefix_len;
            memcpy(oid, group->prefix, len * sizeof *oid);
            oid[len++] = group->objects[pick].column;
            break;
        }
        pick -= group->object_count;
    }
    size_t count = take(input) % 100;
    for (size_t i = 0; i < count; i++) {
        uint8_t id = take(input);
        oid[len++] = id == 0xFF ? UINT32_MAX : id;
    }
    return len;
}

static void check_changes(const struct mib_view *view, const struct mib_changes *changes) {
    MUST(changes->action_count <= MIB_ACTIONS_MAX);
    for (size_t i = 0; i < changes->action_count; i++) {
        const struct action_key *key = &changes->actions[i]->key;
        MUST(key->id != 0 && action_table_find(view->actions, key) == NULL);
        for (size_t j = 0; j < i; j++) {
            const struct action_key *other = &changes->actions[j]->key;
            MUST(key->id != other->id || key->command != other->command ||
                 strcmp(key->owner, other->owner) != 0);
        }
    }
    for (size_t i = 0; i < changes->destroyed_count; i++) {
        const struct action *action = action_table_find(view->actions, &changes->destroyed[i]);
        MUST(action != NULL && action_is_finished(action->state));
    }
    MUST(!changes->tunables_changed || tunables_consistent(&changes->tunables));
    for (int i = 0; i < LIFETIME_COUNT; i++) {
        MUST(!changes->lifetime_changed[i] || changes->lifetime_days[i] <= LIFETIME_DAYS_MAX);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct sample sample;
    if (sample.snapshot == NULL) {
        sample_init(&sample, SAMPLE_ALL);
        sample.config->allow_view = true;
    }
    struct input input = {data, size};
    struct mib_transaction *transaction = mib_transaction_new();
    MUST(transaction != NULL);
    const struct tunables before = sample.tunables;
    size_t actions = sample.actions.count;
    size_t count = 0;
    enum mib_error error = MIB_ERROR_NONE;
    while (input.left > 0 && error == MIB_ERROR_NONE) {
        uint32_t oid[128];
        size_t len = read_name(&input, oid);
        struct mib_value value = {.type = (enum mib_type)(take(&input) % (MIB_OTHER + 1))};
        value.length = take(&input);
        value.length = value.length < input.left ? value.length : input.left;
        value.octets = input.data;
        for (size_t i = 0; i < value.length; i++) {
            value.number = value.number << 8 | input.data[i];
        }
        value.integer = (int32_t)value.number;
        input.data += value.length;
        input.left -= value.length;
        error = mib_transaction_stage(transaction, &sample.view, oid, len, &value);
        count++;
    }
    size_t at = 0;
    if (error == MIB_ERROR_NONE && count > 0) {
        error = mib_transaction_check(transaction, &sample.view, &at);
        MUST(at < count);
        if (error == MIB_ERROR_NONE) {
            check_changes(&sample.view, mib_transaction_changes(transaction));
        }
    }
    MUST(memcmp(&before, &sample.tunables, sizeof before) == 0 && actions == sample.actions.count);
    mib_transaction_free(transaction);
    return 0;
}

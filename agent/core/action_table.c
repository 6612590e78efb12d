/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Owns the rows of hmqActionTable and the numbers kept about them. The array is sorted by key in
 * the order of object identifiers, so that a look-up and a GETNEXT are one binary search. Each
 * action has two more orders: `order`, in which the SETs came and the actions run, and `end_order`,
 * in which the actions ended and their rows leave. The memory of a row counts towards `octets` only
 * once the action has finished: action_table_finished has to be called after the last change to the
 * row but a new ID, since the same amount is subtracted when the row leaves.
 */
#include "core/action_table.h"

#include "core/text.h"

#include <stdlib.h>
#include <string.h>

void action_table_deinit(struct action_table *table) {
    for (size_t i = 0; i < table->count; i++) {
        action_free(table->actions[i]);
    }
    free(table->actions);
    *table = (struct action_table){0};
}

size_t action_key_write(const struct action_key *key, uint32_t index[ACTION_KEY_SUBIDS]) {
    size_t len = strlen(key->owner);
    index[0] = (uint32_t)len;
    for (size_t i = 0; i < len; i++) {
        index[i + 1] = (unsigned char)key->owner[i];
    }
    index[len + 1] = (uint32_t)key->command;
    index[len + 2] = key->id;
    return len + 3;
}

bool action_key_read(const uint32_t *index, size_t count, struct action_key *key, size_t *used) {
    if (count == 0 || index[0] > ACTION_OWNER_MAX || count < (size_t)index[0] + 3) {
        return false;
    }
    size_t len = index[0];
    struct action_key read = {.command = (enum action_command)0};
    for (size_t i = 0; i < len; i++) {
        if (index[i + 1] == 0 || index[i + 1] > UINT8_MAX) {
            return false;
        }
        read.owner[i] = (char)(unsigned char)index[i + 1];
    }
    uint32_t command = index[len + 1];
    read.id = index[len + 2];
    if (!text_is_safe(read.owner, len) || !command_exists(command) || read.id == 0) {
        return false;
    }
    read.command = (enum action_command)command;
    *key = read;
    *used = len + 3;
    return true;
}

/* Compares a key with sub-identifiers in the order of object identifiers. */
static int compare_index(const struct action_key *key, const uint32_t *index, size_t count) {
    uint32_t own[ACTION_KEY_SUBIDS];
    size_t len = action_key_write(key, own);
    for (size_t i = 0; i < count; i++) {
        if (i == len) {
            return -1;
        }
        if (own[i] != index[i]) {
            return own[i] < index[i] ? -1 : 1;
        }
    }
    return len == count ? 0 : 1;
}

size_t action_table_search(const struct action_table *table, const uint32_t *index, size_t count,
                           bool inclusive) {
    size_t low = 0;
    size_t high = table->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare_index(&table->actions[middle]->key, index, count);
        if (order < 0 || (order == 0 && !inclusive)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static size_t position(const struct action_table *table, const struct action_key *key,
                       bool *found) {
    uint32_t index[ACTION_KEY_SUBIDS];
    size_t len = action_key_write(key, index);
    size_t at = action_table_search(table, index, len, true);
    *found = at < table->count && compare_index(&table->actions[at]->key, index, len) == 0;
    return at;
}

bool action_table_add(struct action_table *table, struct action *action) {
    bool found;
    if (!action_index_output(action)) {
        return false;
    }
    if (table->count == table->capacity) {
        size_t capacity = table->capacity == 0 ? 64 : 2 * table->capacity;
        struct action **actions = realloc(table->actions, capacity * sizeof(struct action *));
        if (actions == NULL) {
            return false;
        }
        table->actions = actions;
        table->capacity = capacity;
    }
    size_t at = position(table, &action->key, &found);
    memmove(&table->actions[at + 1], &table->actions[at],
            (table->count - at) * sizeof(struct action *));
    table->actions[at] = action;
    table->count++;
    action->order = table->next_order++;
    if (action_is_finished(action->state)) {
        table->octets += action_memory(action);
        action->end_order = ++table->next_end;
    }
    return true;
}

static struct action *take_out(struct action_table *table, const struct action_key *key) {
    bool found;
    size_t at = position(table, key, &found);
    if (!found) {
        return NULL;
    }
    struct action *action = table->actions[at];
    if (action_is_finished(action->state)) {
        table->octets -= action_memory(action);
    }
    table->count--;
    memmove(&table->actions[at], &table->actions[at + 1],
            (table->count - at) * sizeof(struct action *));
    return action;
}

void action_table_remove(struct action_table *table, const struct action_key *key) {
    action_free(take_out(table, key));
}

void action_table_release(struct action_table *table, const struct action_key *key) {
    take_out(table, key);
}

struct action *action_table_find(const struct action_table *table, const struct action_key *key) {
    bool found;
    size_t at = position(table, key, &found);
    return found ? table->actions[at] : NULL;
}

void action_table_finished(struct action_table *table, struct action *action, int64_t now) {
    action->end_order = ++table->next_end;
    action->aged_from = now;
    table->octets += action_memory(action);
    table->finished_total++;
    if (action->state != ACTION_DONE && action->state != ACTION_PARTIAL &&
        action->state != ACTION_CANCELLED) {
        table->failed_total++;
    }
}

static bool awaits(const struct action *action, const char *id, int64_t now) {
    if (action->ended != 0 && now - action->ended > ACTION_NEW_ID_S) {
        return false;
    }
    for (size_t i = 0; action->awaited_ids > 0 && i < action->result_count; i++) {
        if (action->results[i].awaits_id && strcmp(action->results[i].id, id) == 0) {
            return true;
        }
    }
    return false;
}

struct action *action_table_take_new_id(struct action_table *table, const char *id,
                                        const char *new_id, int64_t now, size_t *number) {
    struct action *last = NULL;
    for (size_t i = 0; i < table->count; i++) {
        struct action *action = table->actions[i];
        if ((last == NULL || action->order > last->order) && awaits(action, id, now)) {
            last = action;
        }
    }
    if (last == NULL) {
        return NULL;
    }
    size_t before = action_memory(last);
    size_t place = action_take_new_id(last, id, new_id);
    if (action_is_finished(last->state)) {
        table->octets = table->octets - before + action_memory(last);
    }
    *number = place;
    return place != SIZE_MAX ? last : NULL;
}

const struct action *action_table_surplus(const struct action_table *table,
                                          const struct action_retention *retention, int64_t now) {
    const struct action *oldest = NULL;
    size_t finished = 0;
    for (size_t i = 0; i < table->count; i++) {
        const struct action *action = table->actions[i];
        if (!action_is_finished(action->state)) {
            continue;
        }
        finished++;
        if (oldest == NULL || action->end_order < oldest->end_order) {
            oldest = action;
        }
    }
    if (oldest == NULL) {
        return NULL;
    }
    /* The action that has just ended stays whatever its size, because its manager is waiting. */
    bool too_much =
        finished > retention->rows || (finished > 1 && table->octets > retention->octets);
    bool too_old = now != 0 && oldest->aged_from != 0 && now - oldest->aged_from > retention->age_s;
    return too_much || too_old ? oldest : NULL;
}

size_t action_table_unfinished(const struct action_table *table) {
    size_t count = 0;
    for (size_t i = 0; i < table->count; i++) {
        count += !action_is_finished(table->actions[i]->state);
    }
    return count;
}

uint32_t action_table_free_id(const struct action_table *table, const char *owner,
                              enum action_command command) {
    uint32_t greatest = 0;
    uint32_t first_free = 1;
    /* The rows of one owner and command are next to each other, in the order of their ids. */
    for (size_t i = 0; i < table->count; i++) {
        const struct action_key *key = &table->actions[i]->key;
        if (key->command == command && strcmp(key->owner, owner) == 0) {
            greatest = key->id;
            first_free = key->id == first_free ? first_free + 1 : first_free;
        }
    }
    return greatest < INT32_MAX ? greatest + 1 : first_free;
}

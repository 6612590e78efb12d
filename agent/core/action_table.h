/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rows of hmqActionTable, in the order of their index: owner (length first, RFC 2578, 7.7),
 * command, id.
 */
#ifndef HMQ_CORE_ACTION_TABLE_H
#define HMQ_CORE_ACTION_TABLE_H

#include "core/action.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The sub-identifiers of a key: the owner's length and octets, the command, the id. */
#define ACTION_KEY_SUBIDS (ACTION_OWNER_MAX + 3)

/* Zeroed before use. The table owns its actions. */
struct action_table {
    struct action **actions;
    size_t count, capacity;
    uint64_t next_order, next_end;
    size_t octets;           /* action_memory of the finished ones */
    uint32_t finished_total; /* hmqActionsFinished */
    uint32_t failed_total;   /* hmqActionsFailed: finished failed, refused or interrupted */
};

struct action_retention {
    size_t rows;   /* finished rows that are kept */
    size_t octets; /* and their total memory */
    int64_t age_s;
};

void action_table_deinit(struct action_table *table);

/* Adds an action whose key is not in the table yet, and takes ownership. Returns false, without
 * taking ownership, if out of memory. */
bool action_table_add(struct action_table *table, struct action *action);

/* Removes an action and frees it. */
void action_table_remove(struct action_table *table, const struct action_key *key);

/* Removes an action without freeing it. */
void action_table_release(struct action_table *table, const struct action_key *key);

struct action *action_table_find(const struct action_table *table, const struct action_key *key);

/* Must be called when an action of the table has ended. now is plausible time
 * (core/plausible_time.h), 0 = unknown. */
void action_table_finished(struct action_table *table, struct action *action, int64_t now);

/* How long after the end of an action a new ID is still taken for one of its messages: much longer
 * than Postfix needs, and too short for the old ID to be that of another message meanwhile. */
#define ACTION_NEW_ID_S 3600

/* Postfix has given the message that had this ID a new one. The result that awaits it, of the
 * action that was added last, gets it: see action_take_new_id. Returns the action, with the place
 * of the result in *number, or NULL if none awaits it. now is in seconds since the epoch. */
struct action *action_table_take_new_id(struct action_table *table, const char *id,
                                        const char *new_id, int64_t now, size_t *number);

/* Returns the finished action that the limits require to be removed next, which is the one that
 * ended first, or NULL if none has to go. now is as above; with 0, age is ignored. */
const struct action *action_table_surplus(const struct action_table *table,
                                          const struct action_retention *retention, int64_t now);

/* Actions that are queued or running. */
size_t action_table_unfinished(const struct action_table *table);

/* Returns an ID for a new row of owner and command: one more than the greatest in use, or the
 * lowest free one. */
uint32_t action_table_free_id(const struct action_table *table, const char *owner,
                              enum action_command command);

/*
 * Finds the first action whose key follows the count sub-identifiers at index, or equals them if
 * inclusive. The sub-identifiers need not form a valid key. Returns its position, or table->count
 * if there is none.
 */
size_t action_table_search(const struct action_table *table, const uint32_t *index, size_t count,
                           bool inclusive);

/* Writes the key's sub-identifiers and returns their number. */
size_t action_key_write(const struct action_key *key, uint32_t index[ACTION_KEY_SUBIDS]);

/*
 * Reads a key from the beginning of the count sub-identifiers; *used receives how many it consists
 * of. Returns false if they cannot be a key: a sub-identifier above 255 in the owner, an owner that
 * is too long or not UTF-8, an unknown command, the ID 0, or too few sub-identifiers.
 */
bool action_key_read(const uint32_t *index, size_t count, struct action_key *key, size_t *used);

#endif

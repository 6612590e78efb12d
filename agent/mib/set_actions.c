/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A SET of hmqActionTable, hmqMessageControl or hmqFlush, in two steps. Staging takes the variables
 * one by one as the PDU has them, checks each by itself, and collects the columns of one index in
 * one staged row. The checks come last, when the whole PDU is known: they decide what becomes of
 * each staged row, name the variable that is at fault, and turn each one-line control into an
 * action with a free id and no owner. Neither step changes a table; what is to be done is left in
 * the changes of the transaction. A repeated SET is neither an error nor a second action: a row
 * that exists with the same request is accepted, and so is a control repeated within MIB_RETRY_S.
 */
#include "core/permission.h"
#include "core/selection.h"
#include "core/text.h"
#include "mib/transaction.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool allowed(const struct mib_view *view, enum action_command command) {
    return permission_given(view->config, (struct operation){.command = command});
}

static struct staged_row *find_row(struct mib_transaction *transaction,
                                   const struct action_key *key) {
    for (size_t i = 0; i < transaction->row_count; i++) {
        struct staged_row *row = &transaction->rows[i];
        if (row->key.command == key->command && row->key.id == key->id &&
            strcmp(row->key.owner, key->owner) == 0) {
            return row;
        }
    }
    struct staged_row *rows = mib_grow(transaction->rows, transaction->row_count,
                                       &transaction->row_capacity, sizeof *rows);
    struct action *action = rows != NULL ? action_new(key) : NULL;
    if (rows != NULL) {
        transaction->rows = rows;
    }
    if (action == NULL) {
        return NULL;
    }
    struct staged_row *row = &rows[transaction->row_count++];
    *row = (struct staged_row){.key = *key, .action = action, .first = transaction->variable};
    return row;
}

static enum mib_error stage_ids(struct action *action, const struct mib_value *value) {
    struct target_list ids = {0};
    int r = target_list_parse(value->octets, value->length, &ids);
    if (r != 0) {
        return r == -ENOMEM ? MIB_RESOURCE_UNAVAILABLE : MIB_WRONG_VALUE;
    }
    target_list_deinit(&ids);
    return action_set_ids(action, value->octets, value->length) ? MIB_ERROR_NONE
                                                                : MIB_RESOURCE_UNAVAILABLE;
}

static enum mib_error stage_text(char *member, const struct mib_value *value) {
    const char *octets = value->octets;
    if (!text_is_utf8(octets, value->length) || memchr(octets, '\0', value->length) != NULL) {
        return MIB_WRONG_VALUE;
    }
    memcpy(member, octets, value->length);
    member[value->length] = '\0';
    /* Addresses and reasons of messages are changed in the same way, so that a pattern still finds
     * them. */
    text_make_safe(member);
    return MIB_ERROR_NONE;
}

static enum mib_error stage_status(struct staged_row *row, size_t variable, int32_t status) {
    if (status != ROW_CREATE_AND_GO && status != ROW_DESTROY && status != ROW_ACTIVE) {
        return MIB_WRONG_VALUE;
    }
    row->status = status;
    row->at = variable;
    return MIB_ERROR_NONE;
}

static enum mib_error stage_column(const struct mib_object *object, struct action *action,
                                   const struct mib_value *value) {
    struct action_request *request = &action->request;
    char *member = (char *)request + object->write->offset;
    if (object->column == COLUMN_ACTION_QUEUE_IDS) {
        return stage_ids(action, value);
    }
    if (object->type == MIB_OCTETS) {
        return stage_text(member, value);
    }
    if (object->column == COLUMN_ACTION_ALL) {
        request->all = value->integer == 1;
    } else if (object->type == MIB_INTEGER) {
        memcpy(member, &value->integer, sizeof value->integer);
    } else {
        memcpy(member, &value->number, sizeof value->number);
    }
    return MIB_ERROR_NONE;
}

enum mib_error mib_stage_action(struct mib_transaction *transaction, const struct mib_view *view,
                                const struct mib_object *object, const uint32_t *index,
                                size_t count, const struct mib_value *value) {
    struct action_key key;
    size_t used;
    (void)view;
    if (!action_key_read(index, count, &key, &used) || used != count) {
        return MIB_NO_CREATION;
    }
    struct staged_row *row = find_row(transaction, &key);
    if (row == NULL) {
        return MIB_RESOURCE_UNAVAILABLE;
    }
    if ((row->columns & 1U << object->column) != 0) {
        return MIB_INCONSISTENT_VALUE;
    }
    row->columns |= 1U << object->column;
    return object->column == COLUMN_ACTION_ROW_STATUS
               ? stage_status(row, transaction->variable, value->integer)
               : stage_column(object, row->action, value);
}

static enum mib_error check_one_id(const struct action_request *request) {
    struct target_list list = {0};
    int r = target_list_parse(request->queue_ids, strlen(request->queue_ids), &list);
    bool one = r == 0 && list.count == 1;
    target_list_deinit(&list);
    return one ? MIB_ERROR_NONE : r == -ENOMEM ? MIB_RESOURCE_UNAVAILABLE : MIB_INCONSISTENT_VALUE;
}

/* Whether a new row has what its command needs. */
static enum mib_error check_complete(const struct action_key *key,
                                     const struct action_request *request) {
    const struct command *row = command_row(key->command);
    bool ids = request->queue_ids[strspn(request->queue_ids, " ,\t\r\n")] != '\0';
    bool guarded = request->expected_count != ACTION_NO_EXPECTED_COUNT;
    if (row->one_id) {
        return check_one_id(request);
    }
    if (!row->whole_queue && !ids && !request_has_criteria(request) && !request->all) {
        return MIB_INCONSISTENT_VALUE;
    }
    return request->all && row->destructive && !guarded ? MIB_INCONSISTENT_VALUE : MIB_ERROR_NONE;
}

static enum mib_error check_create(struct mib_transaction *transaction, const struct mib_view *view,
                                   struct staged_row *row) {
    const struct action *existing = action_table_find(view->actions, &row->key);
    if (existing != NULL) {
        return request_equal(&existing->request, &row->action->request) ? MIB_ERROR_NONE
                                                                        : MIB_INCONSISTENT_VALUE;
    }
    if (!allowed(view, row->key.command)) {
        return MIB_NOT_WRITABLE;
    }
    enum mib_error error = check_complete(&row->key, &row->action->request);
    if (error != MIB_ERROR_NONE) {
        return error;
    }
    struct action *action = row->action;
    row->action = NULL;
    action->created = view->now_wall;
    return mib_add_action(transaction, action);
}

static enum mib_error check_destroy(struct mib_transaction *transaction,
                                    const struct mib_view *view, const struct staged_row *row) {
    struct mib_changes *changes = &transaction->changes;
    const struct action *existing = action_table_find(view->actions, &row->key);
    if (row->columns != 1U << COLUMN_ACTION_ROW_STATUS) {
        return MIB_INCONSISTENT_VALUE;
    }
    if (existing == NULL) {
        return MIB_ERROR_NONE; /* RFC 2579: destroying a row that does not exist is not an error */
    }
    struct action_key *keys = mib_grow(changes->destroyed, changes->destroyed_count,
                                       &changes->destroyed_capacity, sizeof *keys);
    if (keys == NULL) {
        return MIB_RESOURCE_UNAVAILABLE;
    }
    changes->destroyed = keys;
    keys[changes->destroyed_count++] = row->key;
    return MIB_ERROR_NONE;
}

enum mib_error mib_check_rows(struct mib_transaction *transaction, const struct mib_view *view,
                              size_t *variable) {
    for (size_t i = 0; i < transaction->row_count; i++) {
        struct staged_row *row = &transaction->rows[i];
        const struct action *existing = action_table_find(view->actions, &row->key);
        enum mib_error error = MIB_ERROR_NONE;
        *variable = row->status != 0 ? row->at : row->first;
        if (row->status == 0) {
            error = existing != NULL ? MIB_INCONSISTENT_VALUE : MIB_INCONSISTENT_NAME;
        } else if (row->status == ROW_CREATE_AND_GO) {
            error = check_create(transaction, view, row);
        } else if (row->status == ROW_DESTROY) {
            error = check_destroy(transaction, view, row);
        } else if (existing == NULL || row->columns != 1U << COLUMN_ACTION_ROW_STATUS) {
            error = MIB_INCONSISTENT_VALUE;
        }
        if (error != MIB_ERROR_NONE) {
            return error;
        }
    }
    return MIB_ERROR_NONE;
}

/* A PDU gives no order to two commands for one message, so only one is accepted. */
static bool controlled(const struct mib_transaction *transaction, const char *id) {
    for (size_t i = 0; i < transaction->control_count; i++) {
        if (strcmp(transaction->controls[i].id, id) == 0) {
            return true;
        }
    }
    return false;
}

static enum mib_error add_control(struct mib_transaction *transaction, enum action_command command,
                                  const char *id) {
    if (controlled(transaction, id)) {
        return MIB_INCONSISTENT_VALUE;
    }
    struct staged_control *controls = mib_grow(transaction->controls, transaction->control_count,
                                               &transaction->control_capacity, sizeof *controls);
    if (controls == NULL) {
        return MIB_RESOURCE_UNAVAILABLE;
    }
    transaction->controls = controls;
    struct staged_control *control = &controls[transaction->control_count++];
    *control = (struct staged_control){.command = command, .variable = transaction->variable};
    memcpy(control->id, id, strlen(id) + 1);
    return MIB_ERROR_NONE;
}

enum mib_error mib_stage_flush(struct mib_transaction *transaction, const struct mib_view *view,
                               const struct mib_object *object, const uint32_t *index, size_t count,
                               const struct mib_value *value) {
    (void)object;
    (void)index;
    (void)count;
    if (value->integer == 0) {
        return MIB_ERROR_NONE;
    }
    return allowed(view, COMMAND_FLUSH) ? add_control(transaction, COMMAND_FLUSH, "")
                                        : MIB_NOT_WRITABLE;
}

/* True for a request such as a one-line control makes: a row without an owner may ask for more. */
static bool is_control(const struct action_request *request, const char *id) {
    return strcmp(request->queue_ids, id) == 0 && !request_has_criteria(request) && !request->all &&
           request->expected_count == ACTION_NO_EXPECTED_COUNT;
}

/* The last one-line control of the message with this id, or of hmqFlush (""). */
static const struct action *last_control(const struct action_table *actions, const char *id) {
    const struct action *last = NULL;
    for (size_t i = 0; i < actions->count && actions->actions[i]->key.owner[0] == '\0'; i++) {
        const struct action *action = actions->actions[i];
        if (is_control(&action->request, id) && (last == NULL || action->order > last->order)) {
            last = action;
        }
    }
    return last;
}

static bool is_retry(const struct mib_view *view, enum action_command command, const char *id) {
    const struct action *last = last_control(view->actions, id);
    return last != NULL && last->key.command == command && view->now_wall >= last->created &&
           view->now_wall - last->created <= MIB_RETRY_S;
}

/* The queue ID that an index stands for, whether or not there is such a message. */
static bool index_id(const uint32_t *index, size_t count, char id[QUEUE_ID_SIZE]) {
    size_t len = count - 1;
    if (len > QUEUE_ID_MAX) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        id[i] = (char)(index[i + 1] <= INT8_MAX ? index[i + 1] : 0);
    }
    id[len] = '\0';
    return queue_id_valid(id, len);
}

enum mib_error mib_stage_control(struct mib_transaction *transaction, const struct mib_view *view,
                                 const struct mib_object *object, const uint32_t *index,
                                 size_t count, const struct mib_value *value) {
    enum action_command command = (enum action_command)value->integer;
    struct mib_row row;
    uint32_t own[MIB_OID_MAX];
    char id[QUEUE_ID_SIZE];
    (void)object;
    if (value->integer != 0 && !command_row(command)->control) {
        return MIB_WRONG_VALUE;
    }
    if (count == 0 || index[0] != count - 1) {
        return MIB_NO_CREATION;
    }
    if (!mib_message_index.find(view, index, count, true, &row) ||
        mib_message_index.write(&row, own) != count ||
        memcmp(own, index, count * sizeof *own) != 0) {
        /* A retry whose first SET was carried out may find that the message is gone. */
        bool done =
            value->integer != 0 && index_id(index, count, id) && is_retry(view, command, id);
        return done ? MIB_ERROR_NONE : MIB_INCONSISTENT_NAME;
    }
    if (value->integer == 0) {
        return MIB_ERROR_NONE;
    }
    return allowed(view, command) ? add_control(transaction, command, row.message->id)
                                  : MIB_WRONG_VALUE;
}

static bool staged(const struct mib_transaction *transaction, const struct action_key *key) {
    for (size_t i = 0; i < transaction->changes.action_count; i++) {
        const struct action_key *other = &transaction->changes.actions[i]->key;
        if (other->owner[0] == '\0' && other->command == key->command && other->id == key->id) {
            return true;
        }
    }
    return false;
}

/* A free id that no other row of this PDU uses. */
static uint32_t next_id(const struct mib_transaction *transaction, const struct mib_view *view,
                        enum action_command command) {
    struct action_key key = {.command = command,
                             .id = action_table_free_id(view->actions, "", command)};
    while (staged(transaction, &key) || action_table_find(view->actions, &key) != NULL) {
        key.id = key.id < INT32_MAX ? key.id + 1 : 1;
    }
    return key.id;
}

enum mib_error mib_check_controls(struct mib_transaction *transaction, const struct mib_view *view,
                                  size_t *variable) {
    for (size_t i = 0; i < transaction->control_count; i++) {
        const struct staged_control *control = &transaction->controls[i];
        *variable = control->variable;
        if (is_retry(view, control->command, control->id)) {
            continue;
        }
        struct action_key key = {.command = control->command,
                                 .id = next_id(transaction, view, control->command)};
        struct action *action = action_new(&key);
        if (action == NULL || !action_set_ids(action, control->id, QUEUE_ID_MAX)) {
            action_free(action);
            return MIB_RESOURCE_UNAVAILABLE;
        }
        action->created = view->now_wall;
        enum mib_error error = mib_add_action(transaction, action);
        if (error != MIB_ERROR_NONE) {
            return error;
        }
    }
    return MIB_ERROR_NONE;
}

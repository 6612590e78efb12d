/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PDUs for the tests of SET: variables by the names of their objects, staged and checked.
 */
#ifndef HMQ_TESTS_SUPPORT_SET_PDU_H
#define HMQ_TESTS_SUPPORT_SET_PDU_H

#include "sample.h"
#include "mib/transaction.h"

#include <stdlib.h>

#include "unit.h"

#define VARIABLES 6

static const char *const error_names[] = {
    [MIB_ERROR_NONE] = "noError",
    [MIB_NOT_WRITABLE] = "notWritable",
    [MIB_WRONG_TYPE] = "wrongType",
    [MIB_WRONG_LENGTH] = "wrongLength",
    [MIB_WRONG_VALUE] = "wrongValue",
    [MIB_NO_CREATION] = "noCreation",
    [MIB_INCONSISTENT_NAME] = "inconsistentName",
    [MIB_INCONSISTENT_VALUE] = "inconsistentValue",
    [MIB_RESOURCE_UNAVAILABLE] = "resourceUnavailable",
};

/* The instance of a variable: a scalar (0), a row of hmqActionTable, a message, or a condition. */
struct variable {
    const char *object; /* NULL = the end */
    const char *owner;  /* of a row */
    enum action_command command;
    uint32_t id;
    const char *message; /* or the name of a condition */
    struct mib_value value;
};

#define INT(number)                                                                                \
    { .type = MIB_INTEGER, .integer = (number) }
#define GAUGE(value)                                                                               \
    { .type = MIB_GAUGE32, .number = (value) }
#define COUNTER(value)                                                                             \
    { .type = MIB_COUNTER32, .number = (value) }
#define OCTETS(text)                                                                               \
    { .type = MIB_OCTETS, .octets = (text), .length = sizeof(text) - 1 }
#define OTHER                                                                                      \
    { .type = MIB_OTHER }

#define SCALAR(name, ...)                                                                          \
    { .object = (name), .value = __VA_ARGS__ }
#define CELL(name, who, what, number, ...)                                                         \
    { .object = (name), .owner = (who), .command = (what), .id = (number), .value = __VA_ARGS__ }
#define CONTROL(name, ...)                                                                         \
    { .object = "hmqMessageControl", .message = (name), .value = __VA_ARGS__ }
#define CONDITION(name, of, ...)                                                                   \
    { .object = (name), .message = (of), .value = __VA_ARGS__ }
#define STATUS(who, what, number, status) CELL("hmqActionRowStatus", who, what, number, INT(status))
#define IDS(who, what, number, ids) CELL("hmqActionQueueIds", who, what, number, OCTETS(ids))

static inline const struct mib_object *find_object(const char *name, uint32_t *oid, size_t *len) {
    for (size_t g = 0; g < mib_group_count; g++) {
        const struct mib_group *group = mib_groups[g];
        for (size_t o = 0; o < group->object_count; o++) {
            if (strcmp(group->objects[o].name, name) == 0) {
                memcpy(oid, group->prefix, group->prefix_len * sizeof *oid);
                oid[group->prefix_len] = group->objects[o].column;
                *len = group->prefix_len + 1;
                return &group->objects[o];
            }
        }
    }
    fail_msg("there is no %s", name);
    return NULL;
}

static inline size_t name_of(const struct variable *variable, uint32_t oid[128]) {
    size_t len = 0;
    find_object(variable->object, oid, &len);
    if (variable->owner != NULL) {
        struct action_key key = {.command = variable->command, .id = variable->id};
        snprintf(key.owner, sizeof key.owner, "%s", variable->owner);
        return len + action_key_write(&key, oid + len);
    }
    if (variable->message != NULL) {
        oid[len++] = (uint32_t)strlen(variable->message);
        for (const char *c = variable->message; *c != '\0'; c++) {
            oid[len++] = (unsigned char)*c;
        }
        return len;
    }
    oid[len++] = 0;
    return len;
}

/* Stages and checks the variables. The caller owns the transaction; *at is the variable that caused
 * the error. */
static inline enum mib_error run(const struct mib_view *view, const struct variable *variables,
                                 struct mib_transaction **transaction, size_t *at) {
    *transaction = mib_transaction_new();
    assert_non_null(*transaction);
    for (size_t i = 0; i < VARIABLES && variables[i].object != NULL; i++) {
        uint32_t oid[128];
        size_t len = name_of(&variables[i], oid);
        enum mib_error error =
            mib_transaction_stage(*transaction, view, oid, len, &variables[i].value);
        *at = i;
        if (error != MIB_ERROR_NONE) {
            return error;
        }
    }
    return mib_transaction_check(*transaction, view, at);
}

static inline void check_error(const char *name, enum mib_error is, enum mib_error should) {
    CHECK_STRING(name, error_names[is], error_names[should]);
}

/* Adds an action to the sample's table. */
static inline struct action *add_action(struct sample *sample, const char *owner,
                                        enum action_command command, uint32_t id, const char *ids) {
    struct action_key key = {.command = command, .id = id};
    snprintf(key.owner, sizeof key.owner, "%s", owner);
    struct action *action = action_new(&key);
    assert_non_null(action);
    free(action->request.queue_ids);
    action->request.queue_ids = strdup(ids);
    action->created = sample->view.now_wall;
    assert_true(action_table_add(&sample->actions, action));
    return action;
}

#endif

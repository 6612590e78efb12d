/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Actions whose helper and journal are played by the test: a script has the answer to each order,
 * and the fixture checks that the orders are those of the script.
 */
#ifndef HMQ_TESTS_SUPPORT_ACTIONS_FIXTURE_H
#define HMQ_TESTS_SUPPORT_ACTIONS_FIXTURE_H

#include "app/actions.h"

#include "unit.h"

#define ORDERS_MAX 8

/* What the helper is to do with the next order. */
struct scripted {
    enum request_type type;
    size_t ids;           /* the number of IDs that it must carry */
    const char *lines[4]; /* its output */
    bool confirm;         /* ACTION: every ID is also confirmed */
    size_t listed;        /* SELECT: the number of additional deferred messages, from A0000000 on */
    const char *error;    /* NULL = ok */
    bool lost, refused;   /* refused: the order is not accepted */
    bool exited, not_run; /* as command_end has them */
    enum command_reason reason;
    void (*meanwhile)(void); /* what happens before its end */
};

struct played {
    sd_event *loop;
    struct config config;
    struct actions *actions;
    struct snapshot *snapshot;
    const struct scripted *script;
    size_t orders;
    bool journal_fails, start_fails;
    bool journal_waits; /* until let_journal */
    void (*journaled)(void *userdata, int error, const char *text, const uint64_t *serials,
                      size_t count);
    void *journaled_userdata;
    size_t hold_at; /* the order that was a hold */
    size_t started, ended, rewritten;
    uint64_t serial;
    size_t finished_count;
};

extern struct played t;

/* Begins with a script, which must remain valid until tear_down. */
void set_up(const struct scripted *script);
void tear_down(void);

/* Creates an action of the owner ops with ids. Its number is 1, or id. */
struct action *new_action(enum action_command command, const char *ids);
struct action *numbered(enum action_command command, const char *ids, uint32_t id);

/* Adds the action as a SET does. */
void add(struct action *action);

/* Runs the loop until this many actions have ended. */
void run_until(size_t finished);

#define HELD(id) "postsuper: " id ": placed on hold"
#define IN(queue, id, arrival, expired)                                                            \
    "{\"queue_name\": \"" queue "\", \"queue_id\": \"" id "\", \"arrival_time\": " #arrival        \
    ", \"message_size\": 9, \"forced_expire\": " #expired                                          \
    ", \"sender\": \"x@y\", \"recipients\": []}"
#define LISTED(id, arrival, sender)                                                                \
    "{\"queue_name\": \"deferred\", \"queue_id\": \"" id "\", \"arrival_time\": " #arrival         \
    ", \"message_size\": 9, \"forced_expire\": false, \"sender\": \"" sender                       \
    "\", \"recipients\": []}"
#define REMOVED(id) "postsuper: " id ": removed"

#endif

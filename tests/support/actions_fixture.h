/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Actions with the helper and the journal played by the test: a script says what each order is
 * answered with, and the fixture checks that the orders are those of the script.
 */
#ifndef HMQ_TESTS_SUPPORT_ACTIONS_FIXTURE_H
#define HMQ_TESTS_SUPPORT_ACTIONS_FIXTURE_H

#include "app/actions.h"

#include "unit.h"

#define ORDERS_MAX 8

/* What the helper is to do with the next order. */
struct scripted {
    enum request_type type;
    size_t ids;           /* it must carry so many */
    const char *lines[4]; /* its output */
    bool confirm;         /* ACTION: every id is confirmed besides */
    size_t listed;        /* SELECT: so many deferred messages besides, A0000000 and on */
    const char *error;    /* NULL = ok */
    bool lost, refused;   /* refused: the order is not taken */
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
    size_t started, ended;
    uint64_t serial;
    size_t finished_count;
};

extern struct played t;

/* Begins with a script, which has to last until tear_down. */
void set_up(const struct scripted *script);
void tear_down(void);

/* An action of the owner ops with ids, its number 1 or another. */
struct action *new_action(enum action_command command, const char *ids);
struct action *numbered(enum action_command command, const char *ids, uint32_t id);

/* Hands it over as a SET does. */
void add(struct action *action);

/* Runs the loop until so many actions have ended. */
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

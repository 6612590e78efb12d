/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The commands of an action, one row each: everything that the agent, the helper and the MIB know
 * about a command, except the code that carries out its kind of request. core/permission.h decides
 * whether a command is allowed, core/evidence.h what a listing proves about it.
 */
#ifndef HMQ_CORE_COMMAND_H
#define HMQ_CORE_COMMAND_H

#include "core/protocol.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* hmqActionCommand. A set of commands is a bit mask of 1 << command. */
enum action_command {
    COMMAND_HOLD = 1,
    COMMAND_UNHOLD,
    COMMAND_REQUEUE,
    COMMAND_DELETE,
    COMMAND_FLUSH,
    COMMAND_EXPIRE,
    COMMAND_VIEW,
    COMMAND_COUNT,
    COMMAND_END,
};

/* What a listing of the queue can show of a message. */
enum place_state {
    PLACE_UNDEFINED = 0,
    PLACE_GONE,
    PLACE_HELD,
    PLACE_FREE, /* in any queue but hold */
    PLACE_IN_MAILDROP,
    PLACE_ACTIVE,
    PLACE_EXPIRED, /* marked by postsuper -e */
};

/* What proves that a command was carried out, when postsuper itself did not report it. */
enum place_proof {
    PROOF_NONE = 0,
    PROOF_GOAL,      /* the message is in the state that the command aims at */
    PROOF_CHANGE,    /* ... and was in the queue in another state before */
    PROOF_FROM_HOLD, /* ... and was on hold before: held mail leaves the queue by nothing else */
};

struct command {
    const char *name; /* in the MIB, the configuration and the database */

    /* How it is carried out */
    enum request_type request; /* of the helper; 0 = nothing but a listing of the queue */
    const char *option;        /* ACTION: of postsuper(1), which reads the IDs from its input */
    size_t batch;              /* IDs in one batch */
    const char *evidence;      /* ACTION: what postsuper reports about an ID when it succeeds */
    const char *summary;       /* ACTION: the words before the count in its last line */

    /* What a SET must contain, and which messages it can affect */
    bool control;       /* hmqMessageControl has it, under the number of hmqActionCommand */
    bool by_allow_view; /* allowed by allow_view instead of allow_actions */
    bool one_id;        /* requires exactly one ID */
    bool whole_queue;   /* may come without criteria: then it affects the whole queue and needs no
                           listing */
    bool looks_up_ids;  /* lists the queue first even if the messages are named by ID */
    bool destructive;   /* removes messages: they must be the ones that the manager saw, and
                           hmqActionAll requires hmqActionExpectedCount */
    bool new_id;        /* Postfix gives the message another ID */
    bool no_event;      /* no hmqActionFinished is sent when it ends */

    /* What a listing shows about a message */
    enum place_state goal;       /* a message in this state is left unchanged */
    const char *unchanged;       /* the text of the result in that case */
    enum place_proof proof;      /* NONE: a listing afterwards proves nothing */
    const char *proven;          /* the text of the result if it was done */
    const char *disproven;       /* and if it was not */
    enum place_state unreached;  /* a message in this state is out of the command's reach */
    const char *unreached_cause; /* the text of the result in that case */
};

/* True for a value of enum action_command. */
bool command_exists(uint32_t value);

/* The row of a command that exists. Static. */
const struct command *command_row(enum action_command command);

/* The command with a name, or 0 if there is none. */
enum action_command command_by_name(const char *name);

#endif

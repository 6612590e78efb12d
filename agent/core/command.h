/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The commands of an action, one row each: all that the agent, the helper and the MIB know about a
 * command apart from the code that carries out its kind of request. What a command may do is
 * core/permission.h, what a listing proves about it core/evidence.h.
 */
#ifndef HMQ_CORE_COMMAND_H
#define HMQ_CORE_COMMAND_H

#include "core/protocol.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* hmqActionCommand. Sets of commands have the bit 1 << command of each. */
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
    size_t batch;              /* IDs in one go */
    const char *evidence;      /* ACTION: what postsuper reports about an ID that it is done with */
    const char *summary;       /* ACTION: the words before the count in its last line */

    /* What a SET has to say, and what it may reach */
    bool control;       /* hmqMessageControl has it, under the number of hmqActionCommand */
    bool by_allow_view; /* allowed by allow_view instead of allow_actions */
    bool one_id;        /* names exactly one ID */
    bool whole_queue;   /* may name nothing: the whole queue, which needs no listing */
    bool looks_up_ids;  /* lists the queue first even if the messages are named by ID */
    bool destructive;   /* ends the life of messages: it must be the ones the manager saw, and
                         * hmqActionAll needs hmqActionExpectedCount */
    bool new_id;        /* Postfix gives the message another ID */
    bool no_event;      /* its end is no hmqActionFinished */

    /* What a listing shows about a message */
    enum place_state goal;       /* a message in this state is left unchanged */
    const char *unchanged;       /* the result's text then */
    enum place_proof proof;      /* NONE: a listing afterwards proves nothing */
    const char *proven;          /* the result's text when it was done */
    const char *disproven;       /* when it was not */
    enum place_state unreached;  /* a message in this state is out of the command's reach */
    const char *unreached_cause; /* the result's text then */
};

/* True for a value of enum action_command. */
bool command_exists(uint32_t value);

/* The row of a command that exists. Static. */
const struct command *command_row(enum action_command command);

/* The command with a name, or 0 when there is none. */
enum action_command command_by_name(const char *name);

#endif

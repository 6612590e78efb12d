/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The agent's end of the protocol with the helper (core/protocol.h), in an sd-event loop: sends
 * requests, matches replies, reads a command's output line by line, and never waits.
 */
#ifndef HMQ_IO_HELPER_CLIENT_H
#define HMQ_IO_HELPER_CLIENT_H

#include "core/command.h"
#include "core/lines.h"
#include "core/protocol.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

struct helper_client;

/* Text is borrowed for the call. All run from the loop. */
struct helper_callbacks {
    /* A helper process has introduced itself; earlier requests are forgotten. missing is what it
     * cannot do here, NULL = nothing. */
    void (*hello)(void *userdata, const char *missing);
    /* The spool may have changed. */
    void (*dirty)(void *userdata);
    /* main.cf may have changed. */
    void (*settings_dirty)(void *userdata);
    /* The answer to helper_client_scan. If there is none, reply is NULL and error has the reason.
     */
    void (*counts)(void *userdata, const struct reply *reply, const char *error);
    /* The answer to helper_client_mtimes. */
    void (*mtimes)(void *userdata, const struct reply *reply);
    /* The helper has ended, and no further callback follows. */
    void (*gone)(void *userdata);
    void *userdata;
};

/* A command and its arguments. Everything is borrowed for the call of helper_client_run. */
struct helper_order {
    /* LIST, SELECT, SETTINGS, ACTION, FLUSH, VIEW, MAIN_CF, SET_PARAMETER, RELOAD or LOG. */
    enum request_type type;
    enum action_command command;      /* ACTION: one that postsuper carries out */
    const char (*ids)[QUEUE_ID_SIZE]; /* ACTION: 1..PROTOCOL_IDS; FLUSH: 0 or 1; VIEW: 1 */
    size_t id_count;
    enum postfix_parameter parameter; /* SET_PARAMETER: which; RELOAD: one that was changed */
    const char *value;                /* SET_PARAMETER: its value, main_cf_value_valid */
    bool remove;                      /* SET_PARAMETER: take it out of main.cf; no value then */
    const struct mail_log_position *position; /* LOG: where to go on; NULL = at the end */
    size_t output_max; /* the limit of output in octets; 0 = none, except that ACTION has one that
                          fits */
};

/* How a command ended. */
struct command_end {
    bool ok; /* exit status 0, and every line was accepted or the output truncated */
    const char
        *error;     /* if not ok, the reason in one line, with the command's own message; else "" */
    bool mail_down; /* Postfix or its container is not running */
    bool lost; /* the helper ended or did not answer in time: apart from the output, it is unknown
                  what the command did */
    bool not_run; /* the command was certainly not started */
    bool exited;  /* it ended by itself, successfully or not, and is no longer running */
    enum command_reason reason; /* the reason, if there is a code for it */
    bool truncated;     /* VIEW: the output exceeded output_max, and the command was stopped */
    uint64_t used_usec; /* from the request to the end */
};

struct stream_callbacks {
    /* One line of output. Returns 0 to continue, or another value to stop the command. */
    line_handler line;
    /* For LIST, SELECT, VIEW and LOG, replaces line: octets of output as they arrive, perhaps only
     * one. Returns as line does. NULL = line is used. */
    int (*data)(void *userdata, const char *data, size_t len);
    /* The command has ended. Called once for each started stream; with an error if the helper has
     * ended or was restarted. */
    void (*end)(void *userdata, const struct command_end *end);
    void *userdata;
};

/* Takes ownership of the socket. reply_timeout_usec is how long the answer to a scan may take, and
 * how long a command may take from its order to its end. Returns 0 with *out, or a negative errno
 * value. */
int helper_client_new(sd_event *event, int socket, uint64_t reply_timeout_usec,
                      const struct helper_callbacks *callbacks, struct helper_client **out);
void helper_client_free(struct helper_client *client);

/* Each returns false if the request cannot be made now because one of its kind is running or the
 * helper has ended. */
bool helper_client_scan(struct helper_client *client, bool full);

/* Requests a full scan that examines each file. Its answer includes the number of messages that
 * have stayed in their place for rest_usec. */
bool helper_client_check(struct helper_client *client, uint64_t rest_usec);
bool helper_client_mtimes(struct helper_client *client, const char (*ids)[QUEUE_ID_SIZE],
                          size_t count);

/* The number of FLUSH commands that may run at once. */
#define HELPER_FLUSHES 4

/*
 * Starts a command. There are six kinds, each of which runs one command at a time (FLUSH
 * HELPER_FLUSHES of them), independently of the others: LIST; SETTINGS; actions (SELECT, ACTION,
 * VIEW); FLUSH; main.cf (MAIN_CF, SET_PARAMETER, RELOAD); and LOG, which alone has no time by
 * which it must have ended. Returns false if the command was
 * not sent and will not run. An order that violates the protocol is a mistake of the caller
 * (assert). An order that the configuration does not allow is refused by the helper, which the end
 * reports.
 *
 * A line of more than 64 KiB, or more output than output_max, is an error and stops the command.
 * The output of VIEW is truncated instead.
 */
bool helper_client_run(struct helper_client *client, const struct helper_order *order,
                       const struct stream_callbacks *callbacks);

#endif

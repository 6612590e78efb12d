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
    /* A helper process introduced itself; what it was asked before is forgotten. missing: what it
     * may not do here, NULL when nothing. */
    void (*hello)(void *userdata, const char *missing);
    /* The spool may have changed. */
    void (*dirty)(void *userdata);
    /* main.cf may have changed. */
    void (*settings_dirty)(void *userdata);
    /* The answer to helper_client_scan; or reply is NULL and error says why there is none. */
    void (*counts)(void *userdata, const struct reply *reply, const char *error);
    /* The answer to helper_client_mtimes. */
    void (*mtimes)(void *userdata, const struct reply *reply);
    /* The helper has ended and no further call will come. */
    void (*gone)(void *userdata);
    void *userdata;
};

/* What to run, and with what. Everything is borrowed for the call of helper_client_run. */
struct helper_order {
    /* LIST, SELECT, SETTINGS, ACTION, FLUSH, VIEW, LIFETIMES, SET_LIFETIME or RELOAD. */
    enum request_type type;
    enum action_command command;      /* ACTION: one that postsuper carries out */
    const char (*ids)[QUEUE_ID_SIZE]; /* ACTION: 1..PROTOCOL_IDS; FLUSH: 0 or 1; VIEW: 1 */
    size_t id_count;
    enum postfix_parameter parameter; /* SET_LIFETIME: which of the two lifetimes */
    const char *value;                /* SET_LIFETIME: its value, lifetime_value_valid */
    bool remove;                      /* SET_LIFETIME: take it out of main.cf; no value then */
    size_t output_max; /* octets of output to take; 0 = no limit, ACTION a fitting one */
};

/* How a command ended. */
struct command_end {
    bool ok;           /* exit status 0 and every line taken, or truncated */
    const char *error; /* one line why not, with the command's own last words; "" when ok */
    bool mail_down;    /* Postfix or its container does not run */
    bool lost; /* the helper went away or did not answer in time: what the command did besides its
                * output is unknown */
    bool not_run; /* it is certain that the command was not started */
    bool exited;  /* it ended by itself, well or not: nothing of it is running any more */
    enum command_reason reason; /* why not ok, where a code says more than the text */
    bool truncated;     /* VIEW: there was more than output_max, and the command was stopped */
    uint64_t used_usec; /* from the request to the end */
};

struct stream_callbacks {
    /* One line of output. Returns 0 to go on, or non-zero to stop the command. */
    line_handler line;
    /* LIST, SELECT and VIEW, instead of line: octets of output as they come, for as little as one.
     * Returns as line. NULL = lines. */
    int (*data)(void *userdata, const char *data, size_t len);
    /* The end, called once for each started stream unless the helper is gone or started anew:
     * then with an error too. */
    void (*end)(void *userdata, const struct command_end *end);
    void *userdata;
};

/* Takes the socket (consumed). reply_timeout_usec is how long an answer to a scan may take, and
 * what a command has from its order to its end. Returns 0 with *out, or a negative errno value. */
int helper_client_new(sd_event *event, int socket, uint64_t reply_timeout_usec,
                      const struct helper_callbacks *callbacks, struct helper_client **out);
void helper_client_free(struct helper_client *client);

/* Each returns false when it cannot be asked now: one of its kind is running, or the helper gone.
 */
bool helper_client_scan(struct helper_client *client, bool full);

/* The same as a full scan that looks at each file; its answer has the messages that have lain where
 * they are for rest_usec. */
bool helper_client_check(struct helper_client *client, uint64_t rest_usec);
bool helper_client_mtimes(struct helper_client *client, const char (*ids)[QUEUE_ID_SIZE],
                          size_t count);

/* FLUSH commands at a time. */
#define HELPER_FLUSHES 4

/*
 * Starts a command. There are five kinds, each of which runs one command at a time (FLUSH
 * HELPER_FLUSHES of them), independent of the others: LIST; SETTINGS; actions (SELECT, ACTION,
 * VIEW); FLUSH; and the lifetimes' (LIFETIMES, SET_LIFETIME, RELOAD). False: it was not sent, and
 * will not be run. An order that the protocol does not allow is a mistake of the caller (assert).
 * What the configuration does not allow the helper refuses: the end says so.
 *
 * A line may have 64 KiB; more, or more output than output_max, is an error and stops the command,
 * but for VIEW: there it is cut.
 */
bool helper_client_run(struct helper_client *client, const struct helper_order *order,
                       const struct stream_callbacks *callbacks);

#endif

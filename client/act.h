/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An action on the messages of one gateway, as its user sees it: one, however many rows of
 * hmqActionTable it takes.
 */
#ifndef HMQ_CLIENT_ACT_H
#define HMQ_CLIENT_ACT_H

#include "client/commands.h"
#include "client/row.h"

#include <stdio.h>

struct act {
    struct client *client;
    struct reading *reading;
    enum action_command command;
    const struct id_list *ids;
    struct criteria criteria;
    const char *owner;
    int terminal;    /* to ask on; -1 = there is none */
    int64_t counted; /* how many messages it is about; -1 = not known */
    int64_t guard;   /* -1 = none */

    struct row *rows; /* those that were accepted, in order */
    size_t row_count;
    bool stopped; /* by Ctrl-C, so that the rest was not begun */
    bool left;    /* by Ctrl-C or --wait, while the agent goes on */
    bool halted;  /* by Ctrl-C, so that no other gateway is to be touched */
    int status;   /* the worst so far: an exit status */
};

/* Commands of the table. */
int run_act(struct client *client);
int run_count(struct client *client);
int run_view(struct client *client);

/* The owner of rows: --owner, the SNMP user, as views can enforce it, or with a community who runs
 * this. Borrowed. */
const char *act_owner(const struct client *client);

/* Reads the queue IDs among the words, and those of standard input for "-". Returns an exit status;
 * what is wrong has been said. */
int act_read_ids(struct client *client, struct id_list *ids);

/* How many rows it takes. */
size_t act_batches(const struct act *act);

/* True if it flushes the queue as a whole, which takes one request and has no results. */
bool act_flushes_all(const struct act *act);

/* Counts the messages by the agent, as they are now, without those that the command leaves out.
 * Returns -1, with words, if they cannot be counted. */
int64_t act_count(struct act *act, char *words, size_t size);

/* Prints what it would do: the first messages, limit at most, and a sentence. */
void act_preview(struct act *act, size_t limit);

/* "12 messages from *@x.example" and the like. Returns out. */
const char *act_object(const struct act *act, char *out, size_t size);

/* How many messages were requeued and will get a new ID that is not known yet. Postfix gives it
 * later, and its log shows it to an agent that reads the log. */
size_t act_awaited_ids(const struct act *act);

/* Runs one row after the other, shows progress, and takes Ctrl-C. Sets status. */
void act_run(struct act *act);

/* Runs one row from its creation to its end; messages about what went wrong are printed. Returns
 * false if it did not end in sight, with act->status set. */
bool act_run_row(struct act *act, struct row *row, const struct row_request *request);

/* Prints what became of each message, and a summary; sets status. */
void act_report(struct act *act);

struct cJSON;

/* Adds the same to a JSON object of the gateway; begun is false if no action was begun. */
void act_report_json(struct act *act, struct cJSON *object, bool begun);

void act_deinit(struct act *act);

#endif

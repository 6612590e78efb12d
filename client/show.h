/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading commands: each prints what was read from one gateway and returns an exit status.
 */
#ifndef HMQ_CLIENT_SHOW_H
#define HMQ_CLIENT_SHOW_H

#include "client/commands.h"
#include "client/tables.h"

int show_status(struct client *client, struct reading *reading);
int show_list(struct client *client, struct reading *reading);
int show_message(struct client *client, struct reading *reading);
int show_senders(struct client *client, struct reading *reading);
int show_domains(struct client *client, struct reading *reading);
int show_reasons(struct client *client, struct reading *reading);
int show_ages(struct client *client, struct reading *reading);
int show_delivery(struct client *client, struct reading *reading);
int show_conditions(struct client *client, struct reading *reading);
int show_events(struct client *client, struct reading *reading);
int show_actions(struct client *client, struct reading *reading);
int show_hooks(struct client *client, struct reading *reading);

/* Prints messages, each with its reason, on lines of the screen. rows and count as in a grid. */
void show_messages(const struct screen *screen, const struct records *records, const size_t *rows,
                   size_t count);

/* Prints why a table is not there, and returns EXIT_NOT_DONE. */
int show_absent(struct client *client, enum table_id id);

/* Prints what a table without rows means. As messages are counted sooner than they are listed, this
 * asks the gateway once more, after which nothing else that was read of it is there. */
void show_nothing(struct client *client, struct reading *reading, enum table_id id);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A realistic queue as a view for the MIB: several senders, domains and reasons, short and long
 * IDs, the null sender, text that is not ASCII or too long, a message with 5,000 recipients. Every
 * object of the MIB has a value; the data of a new object must be added here.
 */
#ifndef HMQ_TESTS_SUPPORT_SAMPLE_H
#define HMQ_TESTS_SUPPORT_SAMPLE_H

#include "mib/mib.h"

/* What is known in the sample. */
enum {
    SAMPLE_COUNTS = 1,
    SAMPLE_LISTING = 2,
    SAMPLE_SETTINGS = 4,
    SAMPLE_EMPTY = 8, /* the queue is empty */
    SAMPLE_ALL = SAMPLE_COUNTS | SAMPLE_LISTING | SAMPLE_SETTINGS,
};

struct sample {
    struct snapshot *snapshot;
    struct agent_status status;
    struct delivery *delivery;
    struct config *config;
    struct tunables tunables;
    struct action_table actions;
    struct event_log *events;
    struct hook_status hooks[2];
    const struct hook_status *hook_list[2];
    struct mib_view view;
};

/* Returns an event of a type with everything that its notification requires. */
struct event sample_event(const struct sample *sample, enum event_type type);

/* Fills the sample with what is to be known; exits on failure. */
void sample_init(struct sample *sample, unsigned known);
void sample_deinit(struct sample *sample);

/* The time of the sample, seconds since the epoch. */
#define SAMPLE_NOW INT64_C(1700003600)

#endif

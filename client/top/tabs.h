/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tables of the screen, one row each.
 */
#ifndef HMQ_CLIENT_TOP_TABS_H
#define HMQ_CLIENT_TOP_TABS_H

#include "client/schema.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tab_id {
    TAB_MESSAGES,
    TAB_SENDERS,
    TAB_DOMAINS,
    TAB_REASONS,
    TAB_CONDITIONS,
    TAB_EVENTS,
    TAB_ACTIONS,
    TAB_COUNT,
};

/* What the commands are told of a row. */
enum tab_choice { CHOICE_NONE, CHOICE_ID, CHOICE_SENDER, CHOICE_DOMAIN, CHOICE_REASON };

/* When the table is read again. */
enum tab_change {
    CHANGE_WITH_LISTING, /* hmqMessageListSerial */
    CHANGE_WITH_EVENTS,  /* hmqEventSerial */
    CHANGE_WITH_ACTIONS, /* the counts of actions, and while one is queued */
    CHANGE_WITH_ALL,     /* either of the first two, and the conditions' counts and the total */
};

struct tab {
    const char *title;
    enum table_id table;
    uint32_t tables; /* what is read for it */
    enum tab_change change;
    enum tab_choice choice;
    unsigned key;    /* the field by which a row is the same one after the next reading */
    unsigned said;   /* the field that is shown in full for the row under the cursor */
    size_t sort;     /* the field that it is sorted by at first */
    bool descending; /* the greatest first */
};

/* Static. */
const struct tab *tab_of(enum tab_id id);

#endif

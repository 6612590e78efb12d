/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tables as people see them, in every command that shows them: columns, texts, styles, and what
 * is said where there is nothing.
 */
#ifndef HMQ_CLIENT_TABLES_H
#define HMQ_CLIENT_TABLES_H

#include "client/grid.h"
#include "client/reading.h"

#include <stdbool.h>

/* The grid of a table: columns, text and style; the caller adds screen, records and rows. A table
 * that no command shows as one has no columns. */
struct grid table_grid(enum table_id id);

/* Messages are counted sooner than they are listed. */
#define NOT_LISTED_YET "No message is listed yet."

/* What is said of a table that the agent serves and that has no rows. */
const char *table_empty_words(enum table_id id);

/* Why a table may not be served; id is that of its guard. */
const char *table_absent_words(enum table_id id);

/* True if a row of TABLE_CONDITIONS watches a time, in seconds, and not a number. */
bool condition_is_time(const struct record *record);

/* The style of a row of TABLE_CONDITIONS or of TABLE_EVENTS. */
enum style condition_style(const struct record *record);
enum style event_style(const struct record *record);

/* A cell of a condition, in the unit of what it watches; see struct grid. */
const char *condition_text(const struct record *record, unsigned field, char out[GRID_TEXT_SIZE]);

/* The state of a gateway in one word, by the groups that status reads. */
struct state {
    const char *word;
    enum style style;
};
struct state state_of(struct reading *reading);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The results of actions: grouped for people, one by one for scripts.
 */
#ifndef HMQ_CLIENT_ACT_RESULTS_H
#define HMQ_CLIENT_ACT_RESULTS_H

#include "client/commands.h"
#include "client/row.h"

struct cJSON;

/* All results of all rows by outcome and text, and their number in *count. The caller frees the
 * array; the results are borrowed. */
const struct row_result **results_sorted(const struct row *rows, size_t row_count, size_t *count);

/* Prints them by groups. IDs of what was not done are always among them. */
void results_print(const struct screen *screen, const struct row_result **sorted, size_t count);

/* "12 done, 1 notFound". */
void results_tally(const struct row_result **sorted, size_t count, char *out, size_t size);

/* Appends the results of a row to an array of JSON. */
void results_add_json(struct cJSON *array, const struct row *row);

/* How many messages were requeued without a new ID so far. */
size_t results_without_id(const struct row *rows, size_t row_count);

/* hmq actions NUMBER: the results of one action. */
int run_results(struct client *client);

#endif

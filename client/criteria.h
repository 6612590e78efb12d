/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Criteria, compared with the messages that an agent lists. The agent compares an action's with the
 * whole queue by itself; this is for what is shown.
 */
#ifndef HMQ_CLIENT_CRITERIA_H
#define HMQ_CLIENT_CRITERIA_H

#include "client/arguments.h"
#include "client/reading.h"

#include <stdbool.h>
#include <stddef.h>

/* True if the criteria are about single recipients, so that TABLE_RECIPIENTS has to be read. */
bool criteria_need_recipients(const struct criteria *criteria);

/* The recipients of a message: *first is the place of the first one among the records of
 * TABLE_RECIPIENTS. Returns how many there are. */
size_t recipients_of(struct reading *reading, const struct record *message, size_t *first);

/* The criteria in words: "from *@spam.example, at least 4h00m old"; "" if there are none. Returns
 * out. */
const char *criteria_words(const struct criteria *criteria, char *out, size_t size);

/* The messages that meet the criteria, oldest first. What is not known of one meets none. The
 * caller frees *rows. Returns how many. */
size_t criteria_select(const struct criteria *criteria, struct reading *reading, size_t **rows);

#endif

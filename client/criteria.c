/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The same comparisons as the agent makes (core/selection.c), of what it serves: a reason that was
 * cut on its way, or a recipient that is not listed, cannot be compared.
 */
#include "client/criteria.h"
#include "client/format.h"
#include "client/memory.h"
#include "core/selection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t recipients_of(struct reading *reading, const struct record *message, size_t *first) {
    const struct records *recipients = reading_table(reading, TABLE_RECIPIENTS);
    size_t low = 0;
    size_t high = recipients->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct record *at = &recipients->items[middle];
        if (oid_compare(at->index, at->index_len, message->index, message->index_len) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *first = low;
    while (high < recipients->count &&
           oid_below(recipients->items[high].index, recipients->items[high].index_len,
                     message->index, message->index_len)) {
        high++;
    }
    return high - low;
}

/* Unknown is never a match, and an empty text would be one of everything. */
static const char *text_or(const struct cell *cell, const char *unknown) {
    return cell->known ? cell->text : unknown;
}

/* Shows the search the recipients of a message. */
static void search_message(struct recipient_search *search, struct reading *reading,
                           const struct record *message) {
    size_t first;
    size_t count = recipients_of(reading, message, &first);
    const struct records *recipients = reading_table(reading, TABLE_RECIPIENTS);
    recipient_search_next(search);
    if (count == 0) {
        recipient_search_take(search, text_or(&message->cells[MESSAGE_FIRST], ""),
                              text_or(&message->cells[MESSAGE_REASON], ""));
    }
    for (size_t i = first; i < first + count; i++) {
        const struct cell *cells = recipients->items[i].cells;
        recipient_search_take(search, text_or(&cells[RECIPIENT_ADDRESS], ""),
                              text_or(&cells[RECIPIENT_REASON], ""));
    }
}

bool criteria_need_recipients(const struct criteria *criteria) {
    return criteria->recipient != NULL || criteria->reason != NULL;
}

/* All but those about recipients. */
static bool message_matches(const struct criteria *criteria, const struct record *message) {
    const struct cell *cells = message->cells;
    if (criteria->queue != 0 && cell_number(&cells[MESSAGE_QUEUE], 0) != criteria->queue) {
        return false;
    }
    if (criteria->sender != NULL &&
        (!cells[MESSAGE_SENDER].known ||
         !address_matches(criteria->sender, cells[MESSAGE_SENDER].text))) {
        return false;
    }
    return cell_number(&cells[MESSAGE_AGE], 0) >= criteria->min_age_s &&
           cell_number(&cells[MESSAGE_SIZE], 0) >= criteria->min_size;
}

static const struct records *sorted_messages;

static int by_age(const void *a, const void *b) {
    const size_t *one = a;
    const size_t *other = b;
    int64_t one_age = cell_number(&sorted_messages->items[*one].cells[MESSAGE_AGE], -1);
    int64_t other_age = cell_number(&sorted_messages->items[*other].cells[MESSAGE_AGE], -1);
    if (one_age != other_age) {
        return one_age > other_age ? -1 : 1;
    }
    return (*one > *other) - (*one < *other);
}

/* Whether the text of a reason means a group shows only when all messages have been looked at. */
size_t criteria_select(const struct criteria *criteria, struct reading *reading, size_t **rows) {
    const struct records *messages = reading_table(reading, TABLE_MESSAGES);
    struct action_request about = {.queue = 0};
    struct recipient_search search = {.request = &about};
    bool recipients = criteria_need_recipients(criteria);
    bool *in_group = need(calloc(messages->count + 1, sizeof *in_group));
    size_t found = 0;
    size_t count = 0;
    *rows = need(calloc(messages->count + 1, sizeof **rows));
    snprintf(about.recipient, sizeof about.recipient, "%s",
             criteria->recipient != NULL ? criteria->recipient : "");
    snprintf(about.reason, sizeof about.reason, "%s",
             criteria->reason != NULL ? criteria->reason : "");
    for (size_t i = 0; i < messages->count; i++) {
        if (recipients) {
            search_message(&search, reading, &messages->items[i]);
        }
        in_group[i] = search.in_group;
        if ((!recipients || search.found) && message_matches(criteria, &messages->items[i])) {
            (*rows)[found++] = i;
        }
    }
    for (size_t i = 0; i < found; i++) {
        if (recipient_search_selects(&search, in_group[(*rows)[i]])) {
            (*rows)[count++] = (*rows)[i];
        }
    }
    free(in_group);
    sorted_messages = messages;
    qsort(*rows, count, sizeof **rows, by_age);
    return count;
}

const char *criteria_words(const struct criteria *criteria, char *out, size_t size) {
    char buffer[FORMAT_SIZE];
    const char *parts[6][2];
    size_t count = 0;
    const struct field *queue = &table_of(TABLE_MESSAGES)->fields[MESSAGE_QUEUE];
    if (criteria->queue != 0) {
        parts[count][0] = "in the queue ";
        parts[count++][1] = queue->names[criteria->queue];
    }
    if (criteria->sender != NULL) {
        parts[count][0] = "from ";
        parts[count++][1] = criteria->sender;
    }
    if (criteria->recipient != NULL) {
        parts[count][0] = "to ";
        parts[count++][1] = criteria->recipient;
    }
    if (criteria->reason != NULL) {
        parts[count][0] = "delayed because of ";
        parts[count++][1] = criteria->reason;
    }
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < count && used < size; i++) {
        used += (size_t)snprintf(out + used, size - used, "%s%s%s", used > 0 ? ", " : "",
                                 parts[i][0], parts[i][1]);
    }
    if (criteria->min_age_s != 0 && used < size) {
        used += (size_t)snprintf(out + used, size - used, "%sat least %s old", used > 0 ? ", " : "",
                                 format_duration(criteria->min_age_s, buffer));
    }
    if (criteria->min_size != 0 && used < size) {
        snprintf(out + used, size - used, "%sat least %s large", used > 0 ? ", " : "",
                 format_octets(criteria->min_size, buffer));
    }
    return out;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How each table finds its next row. A find function gets the sub-identifiers that follow the
 * column. They come from the manager and may be too few, too many or out of range. It finds the
 * first row after them, or at them when `inclusive`, and must neither skip a row nor go back,
 * because a walk would then lose rows or never end. A table that has rows below another table's
 * (recipients, results, output lines) first checks whether the index is within such a list and then
 * goes on with the next list that is not empty. Nothing is remembered between two calls: the rows
 * may have changed.
 */
#include "mib/tree.h"

#include <string.h>

/* The first value that an integer index may have in the row to be found; indexes begin at 1. */
static uint32_t next_integer(const uint32_t *index, size_t count, bool inclusive) {
    if (count == 0 || index[0] == 0) {
        return 1;
    }
    bool at_row = count == 1 && inclusive;
    return at_row || index[0] == UINT32_MAX ? index[0] : index[0] + 1;
}

static bool find_scalar(const struct mib_view *view, const uint32_t *index, size_t count,
                        bool inclusive, struct mib_row *row) {
    (void)view;
    (void)row;
    return count == 0 || (count == 1 && index[0] == 0 && inclusive);
}

static size_t write_scalar(const struct mib_row *row, uint32_t *index) {
    (void)row;
    index[0] = 0;
    return 1;
}

const struct mib_index mib_scalar_index = {find_scalar, write_scalar};

static bool find_queue(const struct mib_view *view, const uint32_t *index, size_t count,
                       bool inclusive, struct mib_row *row) {
    (void)view;
    uint32_t next = next_integer(index, count, inclusive);
    if (next > QUEUE_COUNT) {
        return false;
    }
    row->queue = (enum queue)(next - 1);
    return true;
}

static size_t write_queue(const struct mib_row *row, uint32_t *index) {
    index[0] = (uint32_t)queue_mib_value(row->queue);
    return 1;
}

const struct mib_index mib_queue_index = {find_queue, write_queue};

static bool find_message(const struct mib_view *view, const uint32_t *index, size_t count,
                         bool inclusive, struct mib_row *row) {
    const struct listing *listing = view->snapshot->listing;
    if (listing == NULL) {
        return false;
    }
    size_t at = listing_search(listing, index, count, inclusive);
    if (at == listing->row_count) {
        return false;
    }
    row->message = listing->rows[at];
    return true;
}

size_t mib_text_index_write(const char *text, uint32_t *index) {
    size_t len = strlen(text);
    index[0] = (uint32_t)len;
    for (size_t i = 0; i < len; i++) {
        index[i + 1] = (unsigned char)text[i];
    }
    return len + 1;
}

static size_t write_message(const struct mib_row *row, uint32_t *index) {
    return mib_text_index_write(row->message->id, index);
}

const struct mib_index mib_message_index = {find_message, write_message};

/* True if the message's index is the beginning of the longer index asked for. */
static bool index_continues(const struct message *message, const uint32_t *index, size_t count) {
    uint32_t own[QUEUE_ID_SIZE];
    size_t len = write_message(&(struct mib_row){.message = message}, own);
    return count > len && memcmp(own, index, len * sizeof *own) == 0;
}

static bool find_recipient(const struct mib_view *view, const uint32_t *index, size_t count,
                           bool inclusive, struct mib_row *row) {
    const struct listing *listing = view->snapshot->listing;
    if (listing == NULL) {
        return false;
    }
    size_t at = listing_search(listing, index, count, true);
    if (at > 0 && index_continues(listing->rows[at - 1], index, count)) {
        const struct message *message = listing->rows[at - 1];
        size_t own = strlen(message->id) + 1;
        uint32_t next = next_integer(index + own, count - own, inclusive);
        if (next <= message->recipient_rows) {
            row->message = message;
            row->recipient = next - 1;
            return true;
        }
    }
    while (at < listing->row_count && listing->rows[at]->recipient_rows == 0) {
        at++;
    }
    if (at == listing->row_count) {
        return false;
    }
    row->message = listing->rows[at];
    row->recipient = 0;
    return true;
}

static size_t write_recipient(const struct mib_row *row, uint32_t *index) {
    size_t len = write_message(row, index);
    index[len] = (uint32_t)row->recipient + 1;
    return len + 1;
}

const struct mib_index mib_recipient_index = {find_recipient, write_recipient};

static bool find_action(const struct mib_view *view, const uint32_t *index, size_t count,
                        bool inclusive, struct mib_row *row) {
    size_t at = action_table_search(view->actions, index, count, inclusive);
    if (at == view->actions->count) {
        return false;
    }
    row->action = view->actions->actions[at];
    return true;
}

static size_t write_action(const struct mib_row *row, uint32_t *index) {
    return action_key_write(&row->action->key, index);
}

const struct mib_index mib_action_index = {find_action, write_action};

/* For the tables whose rows are numbered within an action: finds the action, and the position of
 * the row in it, from 0. rows: how many the action has. */
static bool find_below_action(const struct mib_view *view, const uint32_t *index, size_t count,
                              bool inclusive, size_t (*rows)(const struct action *action),
                              struct mib_row *row, size_t *position) {
    struct action_key key;
    size_t used;
    size_t at = action_table_search(view->actions, index, count, true);
    if (action_key_read(index, count, &key, &used)) {
        const struct action *action = action_table_find(view->actions, &key);
        uint32_t next = next_integer(index + used, count - used, inclusive);
        if (action != NULL && next <= rows(action)) {
            row->action = action;
            *position = next - 1;
            return true;
        }
        at = action_table_search(view->actions, index, used, false);
    }
    while (at < view->actions->count && rows(view->actions->actions[at]) == 0) {
        at++;
    }
    if (at == view->actions->count) {
        return false;
    }
    row->action = view->actions->actions[at];
    *position = 0;
    return true;
}

static size_t count_results(const struct action *action) {
    return action->result_count;
}

static bool find_result(const struct mib_view *view, const uint32_t *index, size_t count,
                        bool inclusive, struct mib_row *row) {
    return find_below_action(view, index, count, inclusive, count_results, row, &row->result);
}

static size_t write_result(const struct mib_row *row, uint32_t *index) {
    size_t len = write_action(row, index);
    index[len] = (uint32_t)row->result + 1;
    return len + 1;
}

const struct mib_index mib_result_index = {find_result, write_result};

static size_t count_lines(const struct action *action) {
    return action->line_count;
}

static bool find_output(const struct mib_view *view, const uint32_t *index, size_t count,
                        bool inclusive, struct mib_row *row) {
    return find_below_action(view, index, count, inclusive, count_lines, row, &row->line);
}

static size_t write_output(const struct mib_row *row, uint32_t *index) {
    size_t len = write_action(row, index);
    index[len] = (uint32_t)row->line + 1;
    return len + 1;
}

const struct mib_index mib_output_index = {find_output, write_output};

static bool find_event(const struct mib_view *view, const uint32_t *index, size_t count,
                       bool inclusive, struct mib_row *row) {
    uint32_t next = next_integer(index, count, inclusive);
    bool past = count > 0 && index[0] == UINT32_MAX && !(count == 1 && inclusive);
    row->event = past ? NULL : event_log_after(view->events, next - 1);
    return row->event != NULL;
}

static size_t write_event(const struct mib_row *row, uint32_t *index) {
    index[0] = row->event->serial;
    return 1;
}

const struct mib_index mib_event_index = {find_event, write_event};

static bool find_hook(const struct mib_view *view, const uint32_t *index, size_t count,
                      bool inclusive, struct mib_row *row) {
    uint32_t next = next_integer(index, count, inclusive);
    if (next > view->hook_count) {
        return false;
    }
    row->hook = next - 1;
    return true;
}

static size_t write_hook(const struct mib_row *row, uint32_t *index) {
    index[0] = (uint32_t)row->hook + 1;
    return 1;
}

const struct mib_index mib_hook_index = {find_hook, write_hook};

/* The rows of a table that are shown: insight_limit may be less than what the listing kept. */
static size_t ranked_rows(const struct mib_view *view, const struct insight_table *table) {
    size_t limit = view->config->insight_limit;
    return table->count < limit ? table->count : limit;
}

static bool find_ranked(const struct mib_view *view, const struct insight_table *table,
                        uint32_t rank, struct mib_row *row) {
    if (rank > ranked_rows(view, table)) {
        return false;
    }
    row->rank = rank - 1;
    row->ranked = &table->rows[rank - 1];
    return true;
}

static bool find_sender(const struct mib_view *view, const uint32_t *index, size_t count,
                        bool inclusive, struct mib_row *row) {
    const struct insight *insight = snapshot_insight(view->snapshot);
    return insight != NULL &&
           find_ranked(view, &insight->senders, next_integer(index, count, inclusive), row);
}

static bool find_domain(const struct mib_view *view, const uint32_t *index, size_t count,
                        bool inclusive, struct mib_row *row) {
    const struct insight *insight = snapshot_insight(view->snapshot);
    return insight != NULL &&
           find_ranked(view, &insight->domains, next_integer(index, count, inclusive), row);
}

static bool find_reason(const struct mib_view *view, const uint32_t *index, size_t count,
                        bool inclusive, struct mib_row *row) {
    const struct insight *insight = snapshot_insight(view->snapshot);
    return insight != NULL &&
           find_ranked(view, &insight->reasons, next_integer(index, count, inclusive), row);
}

static size_t write_rank(const struct mib_row *row, uint32_t *index) {
    index[0] = (uint32_t)row->rank + 1;
    return 1;
}

const struct mib_index mib_sender_index = {find_sender, write_rank};
const struct mib_index mib_domain_index = {find_domain, write_rank};
const struct mib_index mib_reason_index = {find_reason, write_rank};

/* Where an index of some integer and an age bucket goes on: *first may be beyond the last row. */
static void next_bucket(const uint32_t *index, size_t count, bool inclusive, uint32_t *first,
                        struct mib_row *row) {
    bool below = count > 0 && index[0] > 0;
    uint32_t bucket = below ? next_integer(index + 1, count - 1, inclusive) : 1;
    bool past = bucket > INSIGHT_AGES;
    *first = below ? index[0] : 1;
    if (past && *first < UINT32_MAX) {
        ++*first;
    }
    row->bucket = past ? 0 : bucket - 1;
}

/* Corrupt messages are not listed, and so have no ages. */
static bool find_age(const struct mib_view *view, const uint32_t *index, size_t count,
                     bool inclusive, struct mib_row *row) {
    uint32_t queue;
    next_bucket(index, count, inclusive, &queue, row);
    if (snapshot_insight(view->snapshot) == NULL || queue > QUEUE_COUNT ||
        !queue_is_listed((enum queue)(queue - 1))) {
        return false;
    }
    row->queue = (enum queue)(queue - 1);
    return true;
}

static size_t write_age(const struct mib_row *row, uint32_t *index) {
    index[0] = (uint32_t)queue_mib_value(row->queue);
    index[1] = (uint32_t)row->bucket + 1;
    return 2;
}

const struct mib_index mib_age_index = {find_age, write_age};

static bool find_domain_age(const struct mib_view *view, const uint32_t *index, size_t count,
                            bool inclusive, struct mib_row *row) {
    const struct insight *insight = snapshot_insight(view->snapshot);
    uint32_t rank;
    next_bucket(index, count, inclusive, &rank, row);
    return insight != NULL && find_ranked(view, &insight->domains, rank, row);
}

static size_t write_domain_age(const struct mib_row *row, uint32_t *index) {
    index[0] = (uint32_t)row->rank + 1;
    index[1] = (uint32_t)row->bucket + 1;
    return 2;
}

const struct mib_index mib_domain_age_index = {find_domain_age, write_domain_age};

static bool find_outcome(const struct mib_view *view, const uint32_t *index, size_t count,
                         bool inclusive, struct mib_row *row) {
    uint32_t next = next_integer(index, count, inclusive);
    if (view->status->delivery == NULL || next >= DELIVERY_OUTCOME_END) {
        return false;
    }
    row->outcome = (enum delivery_outcome)next;
    return true;
}

static size_t write_outcome(const struct mib_row *row, uint32_t *index) {
    index[0] = (uint32_t)row->outcome;
    return 1;
}

const struct mib_index mib_outcome_index = {find_outcome, write_outcome};

/* Compares two indexes as identifiers. */
static int compare_index(const uint32_t *a, size_t a_len, const uint32_t *b, size_t b_len) {
    for (size_t i = 0; i < a_len && i < b_len; i++) {
        if (a[i] != b[i]) {
            return a[i] < b[i] ? -1 : 1;
        }
    }
    return a_len == b_len ? 0 : a_len < b_len ? -1 : 1;
}

/* There are few, and they are in the order of the configuration, so that all are looked at. */
static bool find_condition(const struct mib_view *view, const uint32_t *index, size_t count,
                           bool inclusive, struct mib_row *row) {
    const struct conditions *conditions = &view->tunables->conditions;
    uint32_t best[CONDITION_NAME_SIZE];
    size_t best_len = 0;
    for (size_t i = 0; i < conditions->count; i++) {
        uint32_t own[CONDITION_NAME_SIZE];
        size_t len = mib_text_index_write(conditions->list[i].name, own);
        int order = compare_index(own, len, index, count);
        bool follows = order > 0 || (order == 0 && inclusive);
        if (follows && (best_len == 0 || compare_index(own, len, best, best_len) < 0)) {
            memcpy(best, own, len * sizeof *own);
            best_len = len;
            row->condition = i;
            row->condition_name = conditions->list[i].name;
        }
    }
    return best_len != 0;
}

static size_t write_condition(const struct mib_row *row, uint32_t *index) {
    return mib_text_index_write(row->condition_name, index);
}

const struct mib_index mib_condition_index = {find_condition, write_condition};

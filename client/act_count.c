/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How many messages an action is about. The agent counts by rows of the command count, whatever it
 * lists. A selection leaves out what already is where the command would put it (see
 * hmqActionEntry), and a count does not, so that these are counted by themselves and subtracted.
 */
#include "client/act.h"
#include "client/criteria.h"
#include "client/format.h"
#include "client/memory.h"
#include "client/show.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Which queues a selection leaves out, ends with 0. */
static const int *left_out(enum action_command command) {
    static const int none[] = {0};
    static const int hold[] = {5, 0};
    static const int flush[] = {3, 5, 0};
    static const int requeue[] = {1, 0};
    switch (command) {
    case COMMAND_HOLD:
        return hold;
    case COMMAND_FLUSH:
        return flush;
    case COMMAND_REQUEUE:
        return requeue;
    default:
        return none;
    }
}

static bool leaves_out(enum action_command command, int queue) {
    for (const int *at = left_out(command); *at != 0; at++) {
        if (*at == queue) {
            return true;
        }
    }
    return command == COMMAND_UNHOLD && queue != 5;
}

size_t act_batches(const struct act *act) {
    return act->ids->count == 0 ? 1 : (act->ids->count + ROW_IDS_MAX - 1) / ROW_IDS_MAX;
}

bool act_flushes_all(const struct act *act) {
    return act->command == COMMAND_FLUSH && act->ids->count == 0 && !criteria_given(&act->criteria);
}

/* The sum over all batches of IDs. */
static int64_t count_rows(struct act *act, const struct criteria *criteria, char *words,
                          size_t size) {
    int64_t sum = 0;
    for (size_t b = 0; b < act_batches(act); b++) {
        size_t at = b * ROW_IDS_MAX;
        size_t rest = act->ids->count - at;
        const struct row_request request = {
            .command = COMMAND_COUNT,
            .owner = act->owner,
            .criteria = criteria,
            .ids = act->ids->count > 0 ? (const char(*)[QUEUE_ID_SIZE])(act->ids->ids + at) : NULL,
            .id_count = rest < ROW_IDS_MAX ? rest : ROW_IDS_MAX,
            .all = act->ids->count == 0 && !criteria_given(criteria),
            .guard = -1,
        };
        struct row row;
        int status = act->status;
        bool ended = act_run_row(act, &row, &request);
        bool counted = ended && row.state == ACTION_DONE && row.matched >= 0;
        if (!counted) {
            snprintf(words, size, "%s", row.error[0] != '\0' ? row.error : row.words);
        }
        act->status = status;
        sum += counted ? row.matched : 0;
        row_deinit(&row);
        if (!counted) {
            return -1;
        }
    }
    return sum;
}

/* Messages that have already expired are left out by expire, and no criterion counts them. */
static int64_t already_expired(struct act *act) {
    const struct records *messages = reading_table(act->reading, TABLE_MESSAGES);
    size_t *rows;
    size_t found = criteria_select(&act->criteria, act->reading, &rows);
    int64_t count = 0;
    for (size_t i = 0; i < found; i++) {
        const struct cell *expired = &messages->items[rows[i]].cells[MESSAGE_EXPIRED];
        count += cell_number(expired, 0) == TRUTH_TRUE;
    }
    free(rows);
    return count;
}

int64_t act_count(struct act *act, char *words, size_t size) {
    struct criteria criteria = act->criteria;
    bool by_name = act->ids->count > 0 && !criteria_given(&criteria);
    if (criteria.queue != 0 && !by_name && leaves_out(act->command, criteria.queue)) {
        return 0;
    }
    if (act->command == COMMAND_UNHOLD && !by_name) {
        criteria.queue = 5;
    }
    int64_t sum = count_rows(act, &criteria, words, size);
    for (const int *at = left_out(act->command); sum > 0 && !by_name && *at != 0; at++) {
        if (act->criteria.queue != 0) {
            break;
        }
        criteria.queue = *at;
        int64_t other = count_rows(act, &criteria, words, size);
        sum = other < 0 ? -1 : sum > other ? sum - other : 0;
    }
    if (act->command == COMMAND_EXPIRE && sum > 0 && !by_name) {
        int64_t expired = already_expired(act);
        sum = sum > expired ? sum - expired : 0;
    }
    return sum;
}

static bool named(const struct id_list *ids, const struct record *message) {
    const struct cell *id = &message->cells[MESSAGE_ID];
    return ids->count == 0 || (id->known && hash_set_has(&ids->seen, id->text, strlen(id->text)));
}

const char *act_object(const struct act *act, char *out, size_t size) {
    char words[1200];
    char number[FORMAT_SIZE];
    criteria_words(&act->criteria, words, sizeof words);
    const char *gap = words[0] != '\0' ? " " : "";
    if (act_flushes_all(act)) {
        snprintf(out, size, "the whole queue");
    } else if (act->ids->count > 0) {
        format_messages((int64_t)act->ids->count, number);
        snprintf(out, size, "%s named by ID%s%s", number, words[0] != '\0' ? ", if " : "", words);
    } else if (act->counted >= 0) {
        format_messages(act->counted, number);
        snprintf(out, size, "%s%s%s%s", words[0] == '\0' ? "ALL " : "", number, gap, words);
    } else {
        snprintf(out, size, "%s messages%s%s", words[0] == '\0' ? "ALL" : "the", gap, words);
    }
    return out;
}

void act_preview(struct act *act, size_t limit) {
    const struct screen *screen = &act->client->screen;
    const struct records *messages = reading_table(act->reading, TABLE_MESSAGES);
    bool by_name = act->ids->count > 0 && !criteria_given(&act->criteria);
    char number[FORMAT_SIZE];
    size_t *rows;
    size_t found = criteria_select(&act->criteria, act->reading, &rows);
    size_t count = 0;
    for (size_t i = 0; i < found; i++) {
        const struct record *message = &messages->items[rows[i]];
        int queue = (int)cell_number(&message->cells[MESSAGE_QUEUE], 0);
        bool expired = act->command == COMMAND_EXPIRE &&
                       cell_number(&message->cells[MESSAGE_EXPIRED], 0) == TRUTH_TRUE;
        if (named(act->ids, message) &&
            (by_name || (!leaves_out(act->command, queue) && !expired))) {
            rows[count++] = rows[i];
        }
    }
    show_messages(screen, messages, rows, count < limit ? count : limit);
    int64_t all = by_name ? (int64_t)act->ids->count : act->counted;
    int64_t shown = (int64_t)(count < limit ? count : limit);
    if (all > shown) {
        screen_say(screen, STYLE_PLAIN,
                   shown > 0 ? "... and %s more" : "%s that the agent does not list",
                   shown > 0 ? format_number(all - shown, number) : format_messages(all, number));
    }
    free(rows);
}

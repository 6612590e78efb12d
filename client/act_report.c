/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What became of the messages, by what the results of the rows say and nothing else. Where results
 * could not be read the counts of the rows stand in, and are said to.
 */
#include "client/act.h"
#include "client/act_results.h"
#include "client/format.h"
#include "client/json.h"
#include "client/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *state_name(int64_t state, char out[24]) {
    if (state >= ACTION_QUEUED && state <= ACTION_STATE_LAST) {
        return action_state_name((enum action_state)state);
    }
    snprintf(out, 24, "state %" PRId64, state);
    return out;
}

/* The sums of the rows. */
struct sums {
    int64_t matched, succeeded, failed;
    bool all_read, all_done;
    const struct row *bad; /* the first that is not done */
};

static struct sums add_up(const struct act *act) {
    struct sums sums = {.all_read = true, .all_done = true};
    for (size_t r = 0; r < act->row_count; r++) {
        const struct row *row = &act->rows[r];
        sums.matched += row->matched > 0 ? row->matched : 0;
        sums.succeeded += row->succeeded > 0 ? row->succeeded : 0;
        sums.failed += row->failed > 0 ? row->failed : 0;
        sums.all_read = sums.all_read && row->results_read;
        sums.all_done = sums.all_done && row->state == ACTION_DONE;
        if (row->state != ACTION_DONE && sums.bad == NULL) {
            sums.bad = row;
        }
    }
    return sums;
}

static void account(const struct act *act, const struct sums *sums, const struct row_result **all,
                    size_t count, char out[512]) {
    if (!sums->all_read) {
        snprintf(out, 512, "%" PRId64 " %s, %" PRId64 " not; not all results could be read",
                 sums->succeeded, act->command == COMMAND_FLUSH ? "requested" : "done",
                 sums->failed);
        return;
    }
    results_tally(all, count, out, 512);
    if (count > 0 || !sums->all_done) {
        return;
    }
    if (act_flushes_all(act)) {
        snprintf(out, 512, "delivery of everything requested");
    } else if (sums->matched > 0) {
        snprintf(out, 512, "%" PRId64 " matched, nothing was done", sums->matched);
    } else {
        snprintf(out, 512, "no message matches");
    }
}

/* A flush delivers whatever is paused. */
static void warn_of_pause(const struct act *act, const struct sums *sums) {
    const struct cell *paused = reading_cell(act->reading, TABLE_SUMMARY, SUMMARY_PAUSED);
    if (act->command == COMMAND_FLUSH && cell_number(paused, 0) == TRUTH_TRUE &&
        (sums->succeeded > 0 || (act_flushes_all(act) && sums->all_done))) {
        fprintf(stderr, "hmq: outbound mail is paused (defer_transports), but a flush delivers\n");
    }
}

static void point_at_new_ids(const struct act *act) {
    if (act_awaited_ids(act) > 0 && !act->client->arguments.quiet) {
        screen_say(&act->client->screen, STYLE_PLAIN,
                   "Postfix takes them up within a minute; then this shows the new IDs: hmq -H %s "
                   "actions %" PRIu32,
                   act->reading->gateway->name, act->rows[0].id);
    }
}

static void print_summary(const struct act *act, const struct sums *sums, const char *words) {
    char state[24];
    char ids[64];
    const struct row *first = &act->rows[0];
    const struct row *last = &act->rows[act->row_count - 1];
    const char *error = sums->bad != NULL ? sums->bad->error : "";
    if (act->row_count == 1) {
        snprintf(ids, sizeof ids, "number %" PRIu32, first->id);
    } else {
        snprintf(ids, sizeof ids, "numbers %" PRIu32 " to %" PRIu32, first->id, last->id);
    }
    screen_say(&act->client->screen, sums->all_done ? STYLE_BOLD : STYLE_BAD,
               "%s: %s%s%s%s%s (owner %s, %s)", action_command_name(act->command),
               sums->bad != NULL ? state_name(sums->bad->state, state) : "",
               sums->bad != NULL && words[0] != '\0' ? ", " : "", words,
               error[0] != '\0' ? ": " : "", error, act->owner[0] != '\0' ? act->owner : "''", ids);
}

static void judge(struct act *act, const struct sums *sums) {
    if (act->status == EXIT_DONE && (!sums->all_done || act->stopped || act->row_count == 0)) {
        act->status = EXIT_NOT_DONE;
    }
}

/* What was not begun, which no row has a result for. */
static size_t not_begun(const struct act *act) {
    size_t begun = act->row_count * ROW_IDS_MAX;
    return act->ids->count > begun ? act->ids->count - begun : 0;
}

void act_report(struct act *act) {
    const struct sums sums = add_up(act);
    size_t count;
    char words[512];
    char number[FORMAT_SIZE];
    judge(act, &sums);
    if (act->row_count == 0) {
        return;
    }
    const struct row_result **all = results_sorted(act->rows, act->row_count, &count);
    account(act, &sums, all, count, words);
    if (!act->client->arguments.quiet) {
        results_print(&act->client->screen, all, count);
    }
    free(all);
    if (not_begun(act) > 0) {
        screen_say(&act->client->screen, STYLE_BAD, "%s not begun",
                   format_messages((int64_t)not_begun(act), number));
    }
    print_summary(act, &sums, words);
    warn_of_pause(act, &sums);
    point_at_new_ids(act);
}

static cJSON *number_or_null(int64_t number) {
    return need(number >= 0 ? cJSON_CreateNumber((double)number) : cJSON_CreateNull());
}

static cJSON *json_row(const struct act *act, const struct row *row) {
    cJSON *object = need(cJSON_CreateObject());
    char state[24];
    cJSON_AddItemToObject(object, "owner", need(cJSON_CreateString(act->owner)));
    cJSON_AddItemToObject(object, "id", number_or_null(row->id));
    cJSON_AddItemToObject(object, "state", need(cJSON_CreateString(state_name(row->state, state))));
    cJSON_AddItemToObject(object, "matched", number_or_null(row->matched));
    cJSON_AddItemToObject(object, "succeeded", number_or_null(row->succeeded));
    cJSON_AddItemToObject(object, "failed", number_or_null(row->failed));
    cJSON_AddItemToObject(object, "error", need(cJSON_CreateString(row->error)));
    cJSON_AddItemToObject(object, "results_complete", need(cJSON_CreateBool(row->results_read)));
    return object;
}

void act_report_json(struct act *act, cJSON *object, bool begun) {
    const struct sums sums = add_up(act);
    cJSON *rows = need(cJSON_AddArrayToObject(object, "actions"));
    cJSON *results = need(cJSON_AddArrayToObject(object, "results"));
    if (begun) {
        judge(act, &sums);
    }
    for (size_t r = 0; r < act->row_count; r++) {
        const struct row *row = &act->rows[r];
        cJSON_AddItemToArray(rows, json_row(act, row));
        results_add_json(results, row);
    }
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rows run one after the other. While one runs, its counts are shown on a terminal, and Ctrl-C asks
 * whether the agent is to stop it: a second one, or one where nobody can be asked, only leaves it
 * running. What was accepted and is not seen to its end is never called done.
 */
#include "client/act.h"
#include "client/ask.h"
#include "client/act_results.h"
#include "client/format.h"
#include "client/memory.h"
#include "client/now.h"
#include "client/stop.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* hmqDeliveryLogStatus */
#define LOG_OK 1

#define NEW_ID_WAIT_MS 70000

static void show_progress(const struct act *act, const struct row *row, bool answered) {
    char text[160];
    char ended[FORMAT_SIZE];
    char all[FORMAT_SIZE];
    if (isatty(STDERR_FILENO) != 1 || act->client->arguments.quiet) {
        return;
    }
    int64_t done = row->succeeded + row->failed;
    for (size_t i = 0; i < act->row_count; i++) {
        done += act->rows[i].succeeded + act->rows[i].failed;
    }
    int64_t total = act->ids->count > 0 ? (int64_t)act->ids->count : row->matched;
    snprintf(text, sizeof text, "%s: %s, %.40s of %.40s", action_command_name(act->command),
             !answered                     ? "no answer"
             : row->state == ACTION_QUEUED ? "waiting"
                                           : "running",
             format_number(done, ended), total > 0 ? format_number(total, all) : "?");
    fprintf(stderr, "\r%-60.60s\r", text);
}

static void clear_progress(void) {
    if (isatty(STDERR_FILENO) == 1) {
        fprintf(stderr, "\r%-79s\r", "");
    }
}

/* Ctrl-C came. Returns false if the row is no longer to be waited for. */
static bool offer_stop(struct act *act, struct row *row) {
    clear_progress();
    stop_forget();
    act->halted = true;
    if (act->terminal < 0) {
        return false;
    }
    if (!ask(act->terminal, "\nStop the action? What is done stays done. [y/N] ")) {
        act->halted = stop_requested();
        return !act->halted;
    }
    act->stopped = true;
    if (!row_poll(row)) {
        reading_complain(act->reading, "the agent cannot be told to stop: %s", row->words);
        return false;
    }
    if (!row_ended(row) && !row->gone && !row_cancel(row)) {
        reading_complain(act->reading, "%s", row->words);
    }
    return true;
}

/* Waits until the state of the row is final. */
static bool wait_for_end(struct act *act, struct row *row) {
    static const unsigned pauses[] = {20, 50, 100, 200, 500, 1000};
    size_t pause = 0;
    int64_t end = now_ms() + (int64_t)act->client->arguments.wait_s * 1000;
    bool answered = false;
    for (;;) {
        answered = row_poll(row);
        if (answered && row->gone) {
            snprintf(row->words, sizeof row->words,
                     "the row of the action is gone; its results are unknown");
            return false;
        }
        if (answered && row_ended(row)) {
            return true;
        }
        if (row->state != 0) {
            show_progress(act, row, answered);
        }
        if (now_ms() >= end || (stop_requested() && !offer_stop(act, row))) {
            break;
        }
        stop_sleep(pauses[pause]);
        pause += pause + 1 < sizeof pauses / sizeof pauses[0];
    }
    snprintf(row->words, sizeof row->words,
             "%s; hmq actions will show what becomes of it (owner '%s', number %" PRIu32 ")",
             answered ? "the action has not ended yet, and goes on"
                      : "no answer: whether the action has ended is unknown",
             act->owner, row->id);
    act->left = true;
    return false;
}

bool act_run_row(struct act *act, struct row *row, const struct row_request *request) {
    enum row_created created = row_create(row, act->reading, request);
    if (created != ROW_ACCEPTED) {
        act->status = created == ROW_UNKNOWN || row->reading->gateway->session == NULL
                          ? EXIT_UNREACHABLE
                          : EXIT_NOT_DONE;
        return false;
    }
    bool ended = wait_for_end(act, row);
    clear_progress();
    if (!ended) {
        act->status = EXIT_UNREACHABLE;
    }
    return ended;
}

/* The guard of one batch; the caller has compared the sum. Returns false if it cannot be counted.
 */
static bool batch_guard(struct act *act, struct row_request *request) {
    struct id_list part = {.ids = NULL};
    char words[512];
    bool by_name = act->ids->count > 0 && !criteria_given(&act->criteria);
    if (act->guard < 0 || (by_name && !command_row(act->command)->looks_up_ids)) {
        return true; /* the agent acts on what is named without a look, and counts the names */
    }
    if (request->ids == NULL || act_batches(act) == 1) {
        request->guard = act->guard;
        return true;
    }
    struct act one = *act;
    for (size_t i = 0; i < request->id_count; i++) {
        id_list_add(&part, request->ids[i], strlen(request->ids[i]));
    }
    one.ids = &part;
    one.rows = NULL;
    one.row_count = 0;
    request->guard = act_count(&one, words, sizeof words);
    act->halted = one.halted;
    id_list_deinit(&part);
    return request->guard >= 0;
}

size_t act_awaited_ids(const struct act *act) {
    const struct cell *log = reading_cell(act->reading, TABLE_DELIVERY, DELIVERY_LOG);
    bool expected = command_row(act->command)->new_id && cell_number(log, 0) == LOG_OK;
    return expected ? results_without_id(act->rows, act->row_count) : 0;
}

/* Someone at a terminal sees the new IDs come, mostly within a minute, or leaves by Ctrl-C. A
 * script is not held up. */
static void await_new_ids(struct act *act) {
    int64_t end = now_ms() + NEW_ID_WAIT_MS;
    char number[FORMAT_SIZE];
    size_t awaited;
    if (isatty(STDERR_FILENO) != 1 || act->client->arguments.quiet) {
        return;
    }
    while ((awaited = act_awaited_ids(act)) > 0 && now_ms() < end && !stop_requested()) {
        fprintf(stderr, "\rrequeue: done; %s still to get a new ID (Ctrl-C: do not wait)\r",
                format_messages((int64_t)awaited, number));
        stop_sleep(1000);
        for (size_t r = 0; r < act->row_count; r++) {
            row_read_results(&act->rows[r]);
        }
        clear_progress();
    }
}

void act_run(struct act *act) {
    size_t batches = act_batches(act);
    act->rows = need(calloc(batches, sizeof *act->rows));
    stop_catch();
    for (size_t b = 0; b < batches && !act->stopped && !act->left; b++) {
        size_t at = b * ROW_IDS_MAX;
        size_t rest = act->ids->count - at;
        struct row *row = &act->rows[act->row_count];
        struct row_request request = {
            .command = act->command,
            .owner = act->owner,
            .criteria = &act->criteria,
            .ids = act->ids->count > 0 ? (const char(*)[QUEUE_ID_SIZE])(act->ids->ids + at) : NULL,
            .id_count = rest < ROW_IDS_MAX ? rest : ROW_IDS_MAX,
            .all = act->client->arguments.all && act->ids->count == 0,
            .guard = -1,
            .comment = act->client->arguments.comment,
        };
        if (!batch_guard(act, &request)) {
            reading_complain(act->reading,
                             "the messages cannot be counted, so that the rest was not begun");
            act->status = EXIT_NOT_DONE;
            return;
        }
        bool ended = act_run_row(act, row, &request);
        if (row->state != 0 || ended) {
            act->row_count++;
        }
        if (!ended) {
            reading_complain(act->reading, "%s", row->words);
            return;
        }
        row_read_results(row);
    }
    await_new_ids(act);
}

void act_deinit(struct act *act) {
    for (size_t i = 0; i < act->row_count; i++) {
        row_deinit(&act->rows[i]);
    }
    free(act->rows);
    act->rows = NULL;
    act->row_count = 0;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The changes of main.cf that begin and end a pause. What main.cf has is judged when it was read:
 * a pause begins only where defer_transports is empty, and its end touches only what the pause
 * wrote. Before the first write the store has the record, so that a later process can continue. An
 * end does not depend on the store, though.
 */
#include "app/pause_internal.h"

#include "os/log.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

/* Between attempts to end a pause: doubled each time. */
#define RETRY_FIRST_USEC (5 * USEC_PER_SEC)
#define RETRY_MAX_USEC (300 * USEC_PER_SEC)

/* How often a failing end raises the event. */
#define NOTIFY_USEC (3600 * USEC_PER_SEC)

/* How long the store may take before a pause is refused, or ended without it. */
#define STORE_WAIT_USEC (15 * USEC_PER_SEC)

static void note_main_cf(struct pause *pause, const char *value) {
    const bool changed[PARAMETER_COUNT] = {[PARAMETER_DEFER_TRANSPORTS] = true};
    struct postfix_settings settings = {.outbound_paused = value[0] != '\0'};
    snprintf(settings.defer_transports, sizeof settings.defer_transports, "%s", value);
    collector_note_settings(pause->context.collector, changed, &settings);
    pause->settled_usec = clock_usec();
    collector_read_settings_soon(pause->context.collector);
}

void pause_begin_ending(struct pause *pause, enum pause_over over, const char *who) {
    pause->record.phase = PAUSE_ENDING;
    pause->over = over;
    snprintf(pause->over_who, sizeof pause->over_who, "%s", who);
    pause->failures = 0;
    pause->retry_usec = pause->doubt_usec = pause->notified_usec = 0;
}

/* The pause is over, and main.cf is as it should be, or somebody else's. */
static void end_pause(struct pause *pause, enum pause_over over, enum settings_state state,
                      const char *error) {
    const struct pause_record was = pause->record;
    pause->record = (struct pause_record){.phase = PAUSE_NONE};
    pause->end_usec = pause->retry_usec = pause->doubt_usec = 0;
    pause->settled_usec = clock_usec();
    pause_store_record(pause);
    /* Must precede the event, which reports the state. */
    pause_show(pause, state, error);
    pause_report_over(pause->context.events, &was, over, pause->over_who);
    pause->over_who[0] = '\0';
}

void pause_end_of_others(struct pause *pause, bool removed) {
    pause->over_who[0] = '\0';
    if (removed) {
        end_pause(pause, PAUSE_OVER_REMOVED, SETTINGS_APPLIED, "");
    } else {
        end_pause(pause, PAUSE_OVER_CHANGED, SETTINGS_DRIFTED,
                  "defer_transports in main.cf is not what the pause had set, and is left alone");
    }
}

static void on_stored(void *userdata, int error, const char *text) {
    struct pause *pause = userdata;
    char reason[STATUS_ERROR_SIZE];
    if (!pause->storing) {
        return; /* it took too long, and was given up */
    }
    pause->storing = false;
    pause->store_usec = 0;
    if (pause->record.phase == PAUSE_ENDING) {
        settings_change_start(pause->context.change); /* whether or not it is stored */
    } else if (error < 0) {
        snprintf(reason, sizeof reason, "the pause cannot be stored: %.200s", text);
        settings_change_refuse(pause->context.change, reason);
    } else {
        pause->fresh = false;
        settings_change_go_on(pause->context.change);
    }
}

static void store_first(struct pause *pause) {
    pause->storing = true;
    pause->store_usec = pause_now_usec() + STORE_WAIT_USEC;
    store_pause_set(pause->context.store, &pause->record, on_stored, pause);
}

/* A disk that hangs neither keeps mail paused nor leaves a pause pending. */
void pause_give_up_storing(struct pause *pause) {
    pause->storing = false;
    pause->store_usec = 0;
    if (pause->record.phase == PAUSE_ENDING) {
        settings_change_start(pause->context.change);
    } else {
        settings_change_refuse(pause->context.change,
                               "the pause cannot be stored: the database does not respond");
    }
}

static bool is_empty(const struct main_cf_line *line) {
    return !line->set || (line->restorable && line->value[0] == '\0');
}

static bool judge_start(void *userdata, const struct main_cf *before) {
    struct pause *pause = userdata;
    const struct main_cf_line *line = &before->lines[PARAMETER_DEFER_TRANSPORTS];
    const struct main_cf_line ours = pause_line(&pause->record);
    if (!pause->fresh && main_cf_line_equal(line, &ours)) {
        return true;
    }
    if (!is_empty(line)) {
        settings_change_refuse(pause->context.change,
                               "defer_transports in main.cf was set by somebody else");
        return false;
    }
    pause->record.old_empty = line->set;
    store_first(pause);
    return false;
}

static void on_start_ended(void *userdata, const struct settings_change_end *end) {
    struct pause *pause = userdata;
    pause->busy = false;
    if (end->applied) {
        pause->record.phase = PAUSE_IN_FORCE;
        pause_store_record(pause);
        note_main_cf(pause, pause->record.value);
        pause_show(pause, SETTINGS_APPLIED, end->text);
        pause_report_started(pause->context.events, &pause->record);
        return;
    }
    log_line(LOG_ERR, "outbound mail was not paused: %s", end->text);
    /* A SET that arrived meanwhile was a retry, asked for another end, or for this one. */
    pause->has_queued = false;
    pause->queued = (struct pause_order){.pause_set = false};
    if (end->clean) {
        pause->record = (struct pause_record){.phase = PAUSE_NONE};
        pause->end_usec = 0;
    } else {
        pause_begin_ending(pause, PAUSE_OVER_FAILED, "");
    }
    pause_store_record(pause);
    pause_show(pause, SETTINGS_FAILED, end->text);
}

static bool judge_end(void *userdata, const struct main_cf *before) {
    struct pause *pause = userdata;
    const struct main_cf_line *line = &before->lines[PARAMETER_DEFER_TRANSPORTS];
    const struct main_cf_line ours = pause_line(&pause->record);
    const struct main_cf_line old = pause_old_line(&pause->record);
    if (main_cf_line_equal(line, &ours) || main_cf_line_equal(line, &old)) {
        return true;
    }
    pause->verdict = is_empty(line) ? VERDICT_REMOVED : VERDICT_CHANGED;
    settings_change_refuse(pause->context.change, "");
    return false;
}

static void end_failed(struct pause *pause, const char *text) {
    uint64_t now = pause_now_usec();
    uint64_t wait = RETRY_FIRST_USEC << (pause->failures < 7 ? pause->failures : 7);
    char error[STATUS_ERROR_SIZE];
    bool notify = pause->notified_usec == 0 || now >= pause->notified_usec + NOTIFY_USEC;
    wait = wait < RETRY_MAX_USEC ? wait : RETRY_MAX_USEC;
    pause->failures++;
    pause->retry_usec = now + wait;
    pause->notified_usec = notify ? now : pause->notified_usec;
    snprintf(error, sizeof error,
             "the pause of outbound mail could not be ended: %.160s; next attempt in %u s", text,
             (unsigned)(wait / USEC_PER_SEC));
    pause_show(pause, SETTINGS_FAILED, error);
    pause_report_stuck(pause->context.events, error, notify);
}

static void on_end_ended(void *userdata, const struct settings_change_end *end) {
    struct pause *pause = userdata;
    enum verdict verdict = pause->verdict;
    pause->busy = false;
    if (end->applied) {
        note_main_cf(pause, "");
        end_pause(pause, pause->over, SETTINGS_APPLIED, end->text);
    } else if (verdict != VERDICT_NONE) {
        pause_end_of_others(pause, verdict == VERDICT_REMOVED);
    } else {
        end_failed(pause, end->text);
    }
}

static void claim(struct pause *pause, bool ending) {
    struct settings_change_request request = {
        .changed = {[PARAMETER_DEFER_TRANSPORTS] = true},
        .resumed = ending || !pause->fresh,
        .one_way = ending,
        .judge = ending ? judge_end : judge_start,
        .ended = ending ? on_end_ended : on_start_ended,
        .userdata = pause,
    };
    request.wanted[PARAMETER_DEFER_TRANSPORTS] =
        ending ? pause_old_line(&pause->record) : pause_line(&pause->record);
    pause->busy = true;
    pause->verdict = VERDICT_NONE;
    settings_change_claim(pause->context.change, &request);
}

void pause_attempt(struct pause *pause) {
    bool ending = pause->record.phase == PAUSE_ENDING;
    /* A failure stays visible until an attempt succeeds. */
    if (!ending || pause->failures == 0) {
        pause_show(pause, SETTINGS_PENDING, "");
    }
    claim(pause, ending);
    if (ending && pause->failures == 0) {
        store_first(pause);
    } else {
        settings_change_start(pause->context.change);
    }
}

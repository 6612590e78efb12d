/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The times: a pulse is due interval_ms after the one before has ended, so that a slow gateway is
 * never asked faster than it answers. A table that costs much is read seldom: after its reading
 * there is a pause of CPU_SHARE times the processor time that it took, and of LINK_SHARE times the
 * time in all.
 */
#include "client/top/gateways.h"
#include "client/now.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CPU_SHARE 40
#define LINK_SHARE 2
/* Where no serial shows whether a table has changed. */
#define BLIND_MS 10000

struct moment moment_now(void) {
    return (struct moment){.ms = now_ms(), .epoch_s = (int64_t)time(NULL)};
}

static int64_t cpu_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* What a pulse asks for. */
static void plan_pulse(struct plan *plan) {
    static const struct {
        enum table_id table;
        unsigned field;
    } wanted[] = {
        {TABLE_AGENT, AGENT_VERSION},
        {TABLE_AGENT, AGENT_POSTFIX},
        {TABLE_AGENT, AGENT_DATA},
        {TABLE_AGENT, AGENT_LIST_AGE},
        {TABLE_AGENT, AGENT_LAST_ERROR},
        {TABLE_SUMMARY, SUMMARY_TOTAL},
        {TABLE_SUMMARY, SUMMARY_VOLUME},
        {TABLE_SUMMARY, SUMMARY_OLDEST},
        {TABLE_SUMMARY, SUMMARY_OVERLOAD},
        {TABLE_SUMMARY, SUMMARY_PAUSED},
        {TABLE_LISTING, LISTING_LISTED},
        {TABLE_LISTING, LISTING_OMITTED},
        {TABLE_LISTING, LISTING_SERIAL},
        {TABLE_ACTION_COUNTS, ACTIONS_QUEUED},
        {TABLE_ACTION_COUNTS, ACTIONS_FINISHED},
        {TABLE_EVENT_SERIAL, 0},
        {TABLE_CONDITION_COUNTS, CONDITIONS_RAISED},
        {TABLE_CONDITION_COUNTS, CONDITIONS_WORST},
    };
    *plan = (struct plan){0};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        plan_add(plan, wanted[i].table, wanted[i].field, 0);
    }
    for (uint32_t queue = 1; queue <= TOP_QUEUES; queue++) {
        plan_add(plan, TABLE_QUEUES, QUEUES_MESSAGES, queue);
    }
}

void gateways_init(struct gateways *gateways, struct readings *readings, uint32_t interval_ms) {
    *gateways = (struct gateways){
        .readings = readings, .count = readings->count, .interval_ms = interval_ms};
    plan_pulse(&gateways->plan);
    for (size_t i = 0; i < gateways->count; i++) {
        gateways->pulses[i].reading = &readings->items[i];
    }
    for (unsigned t = 0; t < TAB_COUNT; t++) {
        struct detail *detail = &gateways->details[t];
        plan_make(&detail->plan, tab_of((enum tab_id)t)->tables);
        reading_init(&detail->reading, readings, &readings->gateways[0]);
    }
}

void gateways_deinit(struct gateways *gateways) {
    /* What is under way belongs to the details. */
    for (size_t i = 0; i < gateways->count; i++) {
        gateway_close(&gateways->readings->gateways[i]);
    }
    for (unsigned t = 0; t < TAB_COUNT; t++) {
        reading_deinit(&gateways->details[t].reading);
    }
}

bool detail_busy(const struct detail *detail) {
    return fetch_busy(&detail->reading.fetch);
}

int64_t pulse_messages(const struct pulse *pulse, int queue) {
    if (queue == 0) {
        return cell_number(reading_cell(pulse->reading, TABLE_SUMMARY, SUMMARY_TOTAL), -1);
    }
    const struct records *queues = reading_table(pulse->reading, TABLE_QUEUES);
    for (size_t i = 0; i < queues->count; i++) {
        const struct cell *cells = queues->items[i].cells;
        if (cell_number(&cells[QUEUES_QUEUE], 0) == queue) {
            return cell_number(&cells[QUEUES_MESSAGES], -1);
        }
    }
    return -1;
}

struct state pulse_state(const struct pulse *pulse) {
    if (pulse->lost_s != 0) {
        static const char *const words[] = {[FETCH_FINE] = "NO AGENT",
                                            [FETCH_UNREACHABLE] = "NO ANSWER",
                                            [FETCH_REFUSED] = "REFUSED",
                                            [FETCH_ODD] = "ODD ANSWER",
                                            [FETCH_STOPPED] = "NO ANSWER"};
        return (struct state){words[pulse->problem], STYLE_BAD};
    }
    return pulse->answer_s == 0 ? (struct state){"asking", STYLE_DIM} : state_of(pulse->reading);
}

/* What has come of a pulse. */
static void take_pulse(struct gateways *gateways, struct pulse *pulse, struct moment now) {
    reading_finish(pulse->reading);
    pulse->problem = pulse->reading->fetch.problem;
    pulse->answered = pulse->reading->problem[0] == '\0';
    pulse->due_ms = now.ms + gateways->interval_ms;
    if (pulse->answered) {
        pulse->answer_s = now.epoch_s;
        pulse->lost_s = 0;
    } else if (pulse->lost_s == 0) {
        pulse->lost_s = now.epoch_s;
    }
    for (int queue = 1; queue <= TOP_QUEUES; queue++) {
        history_add(&pulse->queues[queue - 1], pulse->answered ? pulse_messages(pulse, queue) : -1);
    }
}

/* gets of a reading stand while its fetch has not been taken. */
static bool is_ended(const struct reading *reading) {
    return (reading->fetch.gets != NULL || reading->fetch.roots != NULL) &&
           !fetch_busy(&reading->fetch);
}

static bool is_asked(const struct reading *reading) {
    return fetch_busy(&reading->fetch);
}

static bool step_pulse(struct gateways *gateways, struct pulse *pulse, struct moment now) {
    bool ended = is_ended(pulse->reading);
    if (ended) {
        take_pulse(gateways, pulse, now);
    }
    if (!is_asked(pulse->reading) && now.ms >= pulse->due_ms) {
        reading_start(pulse->reading, &gateways->plan);
    }
    return ended;
}

static struct table_version version_of(const struct pulse *pulse, enum tab_change change) {
    struct reading *reading = pulse->reading;
    int64_t listing = cell_number(reading_cell(reading, TABLE_LISTING, LISTING_SERIAL), -1);
    int64_t event = cell_number(reading_cell(reading, TABLE_EVENT_SERIAL, 0), -1);
    const struct record *actions = &reading_table(reading, TABLE_ACTION_COUNTS)->items[0];
    const struct record *conditions = &reading_table(reading, TABLE_CONDITION_COUNTS)->items[0];
    switch (change) {
    case CHANGE_WITH_EVENTS:
        return (struct table_version){{event}};
    case CHANGE_WITH_ACTIONS:
        return (struct table_version){{cell_number(&actions->cells[ACTIONS_FINISHED], -1),
                                       cell_number(&actions->cells[ACTIONS_QUEUED], -1)}};
    case CHANGE_WITH_ALL:
        return (struct table_version){{listing, event,
                                       cell_number(&conditions->cells[CONDITIONS_RAISED], -1),
                                       pulse_messages(pulse, 0)}};
    case CHANGE_WITH_LISTING:
        break;
    }
    return (struct table_version){{listing}};
}

/* The table of an action that is under way changes without a count that shows it. */
static bool is_moving(const struct pulse *pulse, enum tab_change change) {
    const struct cell *queued = reading_cell(pulse->reading, TABLE_ACTION_COUNTS, ACTIONS_QUEUED);
    return change == CHANGE_WITH_ACTIONS && cell_number(queued, 0) > 0;
}

static bool is_blind(struct table_version version) {
    return version.parts[0] < 0;
}

static void take_detail(struct gateways *gateways, enum tab_id tab, struct moment now) {
    struct detail *detail = &gateways->details[tab];
    bool stopped = detail->reading.fetch.stopped;
    reading_finish(&detail->reading);
    if (stopped) {
        detail->reading.problem[0] = '\0';
        detail->due_ms = now.ms;
        return;
    }
    if (detail->reading.problem[0] == '\0') {
        /* Reads the records, so that this is part of what it costs. */
        reading_table(&detail->reading, tab_of(tab)->table);
        detail->read = true;
        detail->answer_s = now.epoch_s;
        detail->version = detail->asked;
    }
    detail->number++;
    int64_t pause = CPU_SHARE * (cpu_ms() - detail->started_cpu_ms);
    int64_t link = LINK_SHARE * (now.ms - detail->started_ms);
    int64_t least = is_blind(detail->asked) ? BLIND_MS : gateways->interval_ms;
    pause = link > pause ? link : pause;
    detail->due_ms = now.ms + (pause > least ? pause : least);
}

static bool is_wanted(const struct gateways *gateways, enum tab_id tab) {
    const struct detail *detail = &gateways->details[tab];
    const struct pulse *pulse = &gateways->pulses[gateways->current];
    enum tab_change change = tab_of(tab)->change;
    if (!pulse->answered) {
        return false;
    }
    const struct table_version version = version_of(pulse, change);
    return !detail->read || detail->reading.problem[0] != '\0' || is_blind(version) ||
           is_moving(pulse, change) || memcmp(&version, &detail->version, sizeof version) != 0;
}

/* Those of a gateway that is no longer the current one are forgotten once they have ended. */
static void leave(struct gateways *gateways) {
    struct readings *readings = gateways->readings;
    for (unsigned t = 0; t < TAB_COUNT; t++) {
        if (detail_busy(&gateways->details[t])) {
            return;
        }
    }
    for (unsigned t = 0; t < TAB_COUNT; t++) {
        struct detail *detail = &gateways->details[t];
        uint64_t number = detail->number + 1;
        struct plan plan = detail->plan;
        reading_deinit(&detail->reading);
        *detail = (struct detail){.plan = plan, .number = number};
        reading_init(&detail->reading, readings, &readings->gateways[gateways->current]);
    }
    gateways->moved = false;
}

static bool step_details(struct gateways *gateways, enum tab_id shown, struct moment now) {
    bool news = false;
    for (unsigned t = 0; t < TAB_COUNT; t++) {
        struct detail *detail = &gateways->details[t];
        if (detail_busy(detail) && t != (unsigned)shown) {
            fetch_stop(&detail->reading.fetch);
        }
        if (is_ended(&detail->reading)) {
            take_detail(gateways, (enum tab_id)t, now);
            news = true;
        }
    }
    struct detail *detail = &gateways->details[shown];
    if (!detail_busy(detail) && now.ms >= detail->due_ms && is_wanted(gateways, shown)) {
        detail->asked = version_of(&gateways->pulses[gateways->current], tab_of(shown)->change);
        detail->started_ms = now.ms;
        detail->started_cpu_ms = cpu_ms();
        reading_start(&detail->reading, &detail->plan);
        news = true;
    }
    return news;
}

bool gateways_step(struct gateways *gateways, enum tab_id tab, struct moment now) {
    bool news = false;
    for (size_t i = 0; i < gateways->count; i++) {
        news = step_pulse(gateways, &gateways->pulses[i], now) || news;
    }
    if (gateways->moved) {
        leave(gateways);
        news = true;
    }
    return (!gateways->moved && step_details(gateways, tab, now)) || news;
}

unsigned gateways_wait_ms(const struct gateways *gateways, enum tab_id tab, struct moment now) {
    int64_t due = now.ms + 1000;
    for (size_t i = 0; i < gateways->count; i++) {
        const struct pulse *pulse = &gateways->pulses[i];
        if (!is_asked(pulse->reading) && pulse->due_ms < due) {
            due = pulse->due_ms;
        }
    }
    const struct detail *detail = &gateways->details[tab];
    if (!gateways->moved && !detail_busy(detail) && is_wanted(gateways, tab) &&
        detail->due_ms < due) {
        due = detail->due_ms;
    }
    return due > now.ms ? (unsigned)(due - now.ms) : 0;
}

void gateways_show(struct gateways *gateways, size_t which) {
    if (which == gateways->current) {
        return;
    }
    gateways->current = which;
    gateways->moved = true;
    for (unsigned t = 0; t < TAB_COUNT; t++) {
        struct detail *detail = &gateways->details[t];
        detail->read = false;
        detail->number++;
        fetch_stop(&detail->reading.fetch);
    }
}

void gateways_refresh(struct gateways *gateways) {
    gateways->pulses[gateways->current].due_ms = 0;
    for (unsigned t = 0; t < TAB_COUNT; t++) {
        gateways->details[t].due_ms = 0;
        gateways->details[t].version.parts[0] = -1;
    }
}

/* How much a gateway needs attention. */
static int urgency(const struct pulse *pulse) {
    static const int by_style[] = {
        [STYLE_PLAIN] = 0, [STYLE_DIM] = 1, [STYLE_GOOD] = 0, [STYLE_WARN] = 2, [STYLE_BAD] = 3};
    return pulse->lost_s != 0 ? 4 : by_style[pulse_state(pulse).style];
}

struct rank {
    size_t which;
    int urgency;
    int64_t messages;
};

static int by_urgency(const void *a, const void *b) {
    const struct rank *one = a;
    const struct rank *other = b;
    if (one->urgency != other->urgency) {
        return other->urgency - one->urgency;
    }
    if (one->messages != other->messages) {
        return one->messages > other->messages ? -1 : 1;
    }
    return (one->which > other->which) - (one->which < other->which);
}

void gateways_order(const struct gateways *gateways, size_t *order) {
    struct rank ranks[GATEWAYS_MAX];
    for (size_t i = 0; i < gateways->count; i++) {
        const struct pulse *pulse = &gateways->pulses[i];
        ranks[i] = (struct rank){i, urgency(pulse), pulse_messages(pulse, 0)};
    }
    qsort(ranks, gateways->count, sizeof ranks[0], by_urgency);
    for (size_t i = 0; i < gateways->count; i++) {
        order[i] = ranks[i].which;
    }
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One row of `looks` for each table that is shown as one. Where columns do not fit, those with the
 * greatest importance number go first.
 */
#include "client/tables.h"

#include <inttypes.h>
#include <stdio.h>

static const struct grid_column messages[] = {
    {MESSAGE_ID, 0, 0},      {MESSAGE_QUEUE, 3, 0},  {MESSAGE_AGE, 0, 0},     {MESSAGE_SIZE, 4, 0},
    {MESSAGE_SENDER, 2, 12}, {MESSAGE_FIRST, 1, 12}, {MESSAGE_REASON, 5, 30},
};
static const struct grid_column senders[] = {
    {SENDER_RANK, 5, 0},   {SENDER_MESSAGES, 0, 0}, {SENDER_RECIPIENTS, 4, 0},
    {SENDER_VOLUME, 3, 0}, {SENDER_OLDEST, 2, 0},   {SENDER_ADDRESS, 0, 12},
};
static const struct grid_column domains[] = {
    {DOMAIN_RANK, 5, 0},   {DOMAIN_MESSAGES, 0, 0}, {DOMAIN_RECIPIENTS, 4, 0},
    {DOMAIN_OLDEST, 2, 0}, {DOMAIN_NAME, 0, 12},    {DOMAIN_REASON, 3, 20},
};
static const struct grid_column reasons[] = {
    {REASON_RANK, 6, 0},   {REASON_MESSAGES, 0, 0}, {REASON_RECIPIENTS, 4, 0},
    {REASON_OLDEST, 2, 0}, {REASON_DOMAIN, 3, 10},  {REASON_EXAMPLE, 5, 0},
    {REASON_TEXT, 0, 16},
};
static const struct grid_column outcomes[] = {
    {OUTCOME_NAME, 0, 0}, {OUTCOME_RECENT, 0, 0}, {OUTCOME_COUNT, 1, 0}, {OUTCOME_LAST_TIME, 2, 0}};
static const struct grid_column conditions[] = {
    {CONDITION_NAME, 0, 0},
    {CONDITION_STATE, 0, 0},
    {CONDITION_SEVERITY, 3, 0},
    {CONDITION_WATCH, 5, 0},
    {CONDITION_VALUE, 1, 0},
    {CONDITION_THRESHOLD, 2, 0},
    {CONDITION_CLEAR_THRESHOLD, 7, 0},
    {CONDITION_FOR_S, 8, 0},
    {CONDITION_SINCE, 6, 0},
    {CONDITION_SUBJECT, 4, 10},
};
static const struct grid_column actions[] = {
    {ACTION_STARTED, 2, 0},   {ACTION_COMMAND, 0, 0},  {ACTION_STATE, 0, 0}, {ACTION_MATCHED, 4, 0},
    {ACTION_SUCCEEDED, 0, 0}, {ACTION_FAILURES, 0, 0}, {ACTION_OWNER, 3, 0}, {ACTION_ID, 1, 0},
    {ACTION_COMMENT, 5, 10},  {ACTION_ERROR, 5, 16},
};
static const struct grid_column hooks[] = {
    {HOOK_NAME, 0, 12},   {HOOK_DELIVERED, 2, 0}, {HOOK_FAILURES, 1, 0},
    {HOOK_PENDING, 0, 0}, {HOOK_LAST, 3, 0},      {HOOK_ERROR, 4, 16},
};
static const struct grid_column events[] = {
    {EVENT_SERIAL, 4, 0}, {EVENT_TIME, 2, 0},  {EVENT_SEVERITY, 5, 0},
    {EVENT_TYPE, 3, 0},   {EVENT_TEXT, 0, 20},
};

/* The first recipient, and how many more; the reason on one line. */
static const char *message_text(const struct record *record, unsigned field,
                                char out[GRID_TEXT_SIZE]) {
    int64_t count = cell_number(&record->cells[MESSAGE_RECIPIENTS], 0);
    const struct cell *first = &record->cells[MESSAGE_FIRST];
    if (field == MESSAGE_ID && cell_number(&record->cells[MESSAGE_EXPIRED], 0) == TRUTH_TRUE) {
        snprintf(out, GRID_TEXT_SIZE, "%s#", record->cells[MESSAGE_ID].text);
        return out;
    }
    if (field != MESSAGE_FIRST || count < 2 || !first->known) {
        return NULL;
    }
    snprintf(out, GRID_TEXT_SIZE, "+%" PRId64 " %s", count - 1, first->text);
    return out;
}

enum style event_style(const struct record *record) {
    static const enum style styles[] = {STYLE_PLAIN, STYLE_BAD, STYLE_WARN, STYLE_PLAIN,
                                        STYLE_GOOD};
    int64_t severity = cell_number(&record->cells[EVENT_SEVERITY], 0);
    return severity >= 0 && severity <= 4 ? styles[severity] : STYLE_PLAIN;
}

enum style condition_style(const struct record *record) {
    int64_t state = cell_number(&record->cells[CONDITION_STATE], STATE_UNKNOWN);
    if (state == STATE_RAISED) {
        return cell_number(&record->cells[CONDITION_SEVERITY], 0) == 3 ? STYLE_BAD : STYLE_WARN;
    }
    return state == STATE_UNKNOWN ? STYLE_DIM : STYLE_PLAIN;
}

bool condition_is_time(const struct record *record) {
    int64_t watch = cell_number(&record->cells[CONDITION_WATCH], 0);
    return watch == 3 || watch == 6; /* age, undelivered */
}

const char *condition_text(const struct record *record, unsigned field, char out[GRID_TEXT_SIZE]) {
    bool seconds = condition_is_time(record);
    bool amount = field == CONDITION_VALUE || field == CONDITION_THRESHOLD ||
                  field == CONDITION_CLEAR_THRESHOLD;
    const struct cell *queue = &record->cells[CONDITION_QUEUE];
    char name[24];
    if (amount && seconds && record->cells[field].known) {
        return format_duration(record->cells[field].number, out);
    }
    if (field == CONDITION_WATCH && cell_number(queue, 0) != 0) {
        const struct field *fields = table_of(TABLE_CONDITIONS)->fields;
        snprintf(out, GRID_TEXT_SIZE, "%s ",
                 cell_name(&fields[CONDITION_WATCH], &record->cells[CONDITION_WATCH], name));
        size_t len = strlen(out);
        snprintf(out + len, GRID_TEXT_SIZE - len, "%s",
                 cell_name(&fields[CONDITION_QUEUE], queue, name));
        return out;
    }
    if (field == CONDITION_STATE && cell_number(&record->cells[CONDITION_IS_ENABLED], 1) != 1) {
        return "disabled";
    }
    return NULL;
}

#define COLUMNS(array) array, sizeof array / sizeof array[0]

static const struct look {
    enum table_id id;
    const struct grid_column *columns;
    size_t count;
    const char *(*text)(const struct record *record, unsigned field, char out[GRID_TEXT_SIZE]);
    enum style (*style)(const struct record *record);
    const char *empty;
} looks[] = {
    {TABLE_MESSAGES, COLUMNS(messages), message_text, NULL, "No messages."},
    {TABLE_SENDERS, COLUMNS(senders), NULL, NULL, "No messages."},
    {TABLE_DOMAINS, COLUMNS(domains), NULL, NULL, "No messages."},
    {TABLE_REASONS, COLUMNS(reasons), NULL, NULL, "No message is delayed."},
    {TABLE_AGES, NULL, 0, NULL, NULL, "No messages."},
    {TABLE_OUTCOMES, COLUMNS(outcomes), NULL, NULL, "No outcomes."},
    {TABLE_CONDITIONS, COLUMNS(conditions), condition_text, condition_style, "No conditions."},
    {TABLE_EVENTS, COLUMNS(events), NULL, event_style, "No events."},
    {TABLE_ACTIONS, COLUMNS(actions), NULL, NULL, "No actions."},
    {TABLE_HOOKS, COLUMNS(hooks), NULL, NULL,
     "No webhooks and no scripts are configured, or this user has no view of them."},
};

/* NULL for a table that is not shown as one. */
static const struct look *look_of(enum table_id id) {
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
        if (looks[i].id == id) {
            return &looks[i];
        }
    }
    return NULL;
}

struct grid table_grid(enum table_id id) {
    const struct look *look = look_of(id);
    if (look == NULL) {
        return (struct grid){.columns = NULL};
    }
    return (struct grid){.columns = look->columns,
                         .column_count = look->count,
                         .text = look->text,
                         .style = look->style};
}

const char *table_empty_words(enum table_id id) {
    const struct look *look = look_of(id);
    return look == NULL ? "" : look->empty;
}

const char *table_absent_words(enum table_id id) {
    static const struct {
        enum table_id id;
        const char *words;
    } reasons_why[] = {
        {TABLE_LISTING, "the queue could not be listed"},
        {TABLE_INSIGHT, "the agent does not serve hmqInsight: it is an older one, this user has no "
                        "view of it, or the queue could not be listed"},
        {TABLE_DELIVERY, "the agent does not serve hmqDelivery: it is an older one, this user has "
                         "no view of it, or mail_log is off"},
        {TABLE_CONDITION_COUNTS, "the agent does not serve hmqConditions: it is an older one, or "
                                 "this user has no view of it"},
        {TABLE_EVENT_SERIAL, "this user has no view of the events"},
        {TABLE_ACTION_COUNTS, "this user has no view of the actions"},
    };
    for (size_t i = 0; i < sizeof reasons_why / sizeof reasons_why[0]; i++) {
        if (reasons_why[i].id == id) {
            return reasons_why[i].words;
        }
    }
    return "";
}

struct state state_of(struct reading *reading) {
    int64_t data = cell_number(reading_cell(reading, TABLE_AGENT, AGENT_DATA), 0);
    int64_t postfix = cell_number(reading_cell(reading, TABLE_AGENT, AGENT_POSTFIX), 0);
    int64_t worst = cell_number(reading_cell(reading, TABLE_CONDITION_COUNTS, CONDITIONS_WORST), 0);
    const struct cell *overload = reading_cell(reading, TABLE_SUMMARY, SUMMARY_OVERLOAD);
    if (data == DATA_UNAVAILABLE) {
        return (struct state){"UNKNOWN", STYLE_BAD};
    }
    if (postfix == VALUE_STOPPED) {
        return (struct state){"POSTFIX IS STOPPED", STYLE_BAD};
    }
    if (cell_number(overload, 0) == TRUTH_TRUE) {
        return (struct state){"OVERLOAD", STYLE_BAD};
    }
    if (worst >= 2) {
        return worst == 3 ? (struct state){"CRITICAL", STYLE_BAD}
                          : (struct state){"WARNING", STYLE_WARN};
    }
    if (data == DATA_STALE) {
        return (struct state){"STALE", STYLE_WARN};
    }
    if (data != DATA_OK || !overload->known) {
        return (struct state){"UNKNOWN", STYLE_WARN};
    }
    return (struct state){"OK", STYLE_GOOD};
}

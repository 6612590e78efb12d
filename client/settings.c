/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * settings, pause and resume: what can be set, by the names of the configuration. A change is one
 * SET for each gateway; then the settings are read until the agent says that they are in force, and
 * what is printed is what was read.
 */
#include "client/settings.h"
#include "client/criteria.h"
#include "client/json.h"
#include "client/memory.h"
#include "client/now.h"
#include "client/show.h"
#include "client/snmp/change.h"
#include "client/stop.h"
#include "core/duration.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define TABLES                                                                                     \
    (TABLE_BIT(TABLE_SETTINGS) | TABLE_BIT(TABLE_SUMMARY) | TABLE_BIT(TABLE_CONDITION_COUNTS) |    \
     TABLE_BIT(TABLE_CONDITIONS))
/* How long the agent may take to apply a change: a command of Postfix and its time limit. */
#define APPLY_MS 60000
#define APPLY_PAUSE_MS 200
#define ASSIGNMENTS_MAX 20
#define WORDS_SIZE 256

enum { STATE_APPLIED = 1, STATE_APPLYING, STATE_FAILED, STATE_DRIFTED };

/* A setting: one of the group, or of a condition. */
struct setting {
    const char *name; /* of a condition: what follows condition.NAME. */
    unsigned field;   /* in its table */
    int type;         /* of SNMP: 'i' INTEGER, 'u' Unsigned32 */
    enum field_kind kind;
};

/* In the order in which they are shown. Of a lifetime there is also the one that Postfix runs with.
 */
enum { ROW_BOUNCE, ROW_MAXIMAL, ROW_AFTER_LIFETIMES, ROW_CLEAR };
static const struct setting settings[] = {
    [ROW_BOUNCE] = {"bounce_queue_lifetime", SETTINGS_BOUNCE, 'i', FIELD_DAYS},
    [ROW_MAXIMAL] = {"maximal_queue_lifetime", SETTINGS_MAXIMAL, 'i', FIELD_DAYS},
    [ROW_AFTER_LIFETIMES] = {"overload_threshold", SETTINGS_OVERLOAD, 'u', FIELD_NUMBER},
    [ROW_CLEAR] = {"overload_clear_threshold", SETTINGS_OVERLOAD_CLEAR, 'u', FIELD_NUMBER},
    {"message_limit", SETTINGS_LIMIT, 'u', FIELD_NUMBER},
};
enum { ROW_OF_CONDITION_CLEAR = 1 };
static const struct setting of_condition[] = {
    {"above", CONDITION_THRESHOLD, 'u', FIELD_NUMBER},
    [ROW_OF_CONDITION_CLEAR] = {"clear", CONDITION_CLEAR_THRESHOLD, 'u', FIELD_NUMBER},
    {"for", CONDITION_FOR_S, 'u', FIELD_SECONDS},
    {"repeat", CONDITION_REPEAT_S, 'u', FIELD_SECONDS},
    {"enabled", CONDITION_IS_ENABLED, 'i', FIELD_TRUTH},
};

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* One NAME=VALUE. */
struct assignment {
    const struct setting *setting;
    char condition[33]; /* "" = one of the group */
    int64_t value;
};

static const struct setting *find_setting(const struct setting *rows, size_t count,
                                          const char *name, size_t len) {
    for (size_t i = 0; i < count; i++) {
        if (strlen(rows[i].name) == len && strncmp(rows[i].name, name, len) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

/* Reads a value. Returns NULL, or what is wrong with it. */
static const char *parse_value(const struct setting *setting, const char *text, int64_t *value) {
    uint64_t number;
    uint32_t seconds;
    const char *wrong = NULL;
    switch (setting->kind) {
    case FIELD_TRUTH:
        *value = strcmp(text, "yes") == 0 ? TRUTH_TRUE : TRUTH_FALSE;
        return strcmp(text, "yes") == 0 || strcmp(text, "no") == 0 ? NULL : "is neither yes nor no";
    case FIELD_DAYS:
        wrong = age_parse(text, &seconds);
        *value = wrong == NULL ? seconds / 86400 : 0;
        return wrong != NULL          ? wrong
               : seconds % 86400 != 0 ? "is not a number of whole days, such as 5d"
                                      : NULL;
    case FIELD_SECONDS:
        wrong = age_parse(text, &seconds);
        *value = wrong == NULL ? seconds : 0;
        return wrong;
    default:
        break;
    }
    /* Thresholds of conditions that watch an age may come as one. */
    if (number_parse(text, UINT32_MAX, &number)) {
        *value = (int64_t)number;
        return NULL;
    }
    wrong = age_parse(text, &seconds);
    *value = wrong == NULL ? seconds : 0;
    return wrong == NULL && strchr(setting->name, '_') == NULL ? NULL : "is no number";
}

static bool read_assignment(const struct client *client, const char *word,
                            struct assignment *assignment) {
    const char *equals = strchr(word, '=');
    size_t len = equals != NULL ? (size_t)(equals - word) : strlen(word);
    const char *name = word;
    *assignment = (struct assignment){0};
    if (equals == NULL) {
        usage_error(&client->arguments, "%s has no value: NAME=VALUE", word);
        return false;
    }
    const char *dot = memchr(word, '.', len);
    if (dot != NULL && strncmp(word, "condition.", 10) == 0) {
        const char *last = memrchr(word, '.', len);
        size_t between = last > word + 10 ? (size_t)(last - word) - 10 : 0;
        if (between > 0 && between < sizeof assignment->condition) {
            memcpy(assignment->condition, word + 10, between);
            len -= (size_t)(last + 1 - word);
            name = last + 1;
        }
    }
    bool condition = assignment->condition[0] != '\0';
    assignment->setting = condition ? find_setting(of_condition, COUNT_OF(of_condition), name, len)
                                    : find_setting(settings, COUNT_OF(settings), name, len);
    if (assignment->setting == NULL) {
        usage_error(&client->arguments,
                    "%.*s is no setting that can be set; hmq settings lists them",
                    (int)(equals - word), word);
        return false;
    }
    const char *wrong = parse_value(assignment->setting, equals + 1, &assignment->value);
    if (wrong != NULL) {
        usage_error(&client->arguments, "%.*s: %s %s", (int)(equals - word), word, equals + 1,
                    wrong);
    }
    return wrong == NULL;
}

static const struct record *find_condition(struct reading *reading, const char *name) {
    const struct records *records = reading_table(reading, TABLE_CONDITIONS);
    for (size_t i = 0; i < records->count; i++) {
        const struct cell *cell = &records->items[i].cells[CONDITION_NAME];
        if (cell->known && strcmp(cell->text, name) == 0) {
            return &records->items[i];
        }
    }
    return NULL;
}

/* The cell that an assignment is about; NULL if there is no such condition. */
static const struct cell *cell_of(struct reading *reading, const struct assignment *assignment) {
    if (assignment->setting == NULL) {
        return NULL;
    }
    if (assignment->condition[0] == '\0') {
        return reading_cell(reading, TABLE_SETTINGS, assignment->setting->field);
    }
    const struct record *record = find_condition(reading, assignment->condition);
    return record != NULL ? &record->cells[assignment->setting->field] : NULL;
}

/* A time that is set has no rest: 90s and not 1m. Returns out. */
static const char *exact_time(int64_t seconds, char out[FORMAT_SIZE]) {
    static const struct {
        int64_t seconds;
        char letter;
    } units[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
    size_t unit = 0;
    while (seconds == 0 ? units[unit].seconds != 1 : seconds % units[unit].seconds != 0) {
        unit++;
    }
    snprintf(out, FORMAT_SIZE, "%" PRId64 "%c", seconds / units[unit].seconds, units[unit].letter);
    return out;
}

/* The value of a setting; record is that of its condition, or NULL. */
static const char *value_words(const struct setting *setting, const struct record *record,
                               const struct cell *cell, char out[FORMAT_SIZE]) {
    const struct field like = {.kind = setting->kind};
    bool threshold = record != NULL && (setting->field == CONDITION_THRESHOLD ||
                                        setting->field == CONDITION_CLEAR_THRESHOLD);
    bool time = setting->kind == FIELD_SECONDS || (threshold && condition_is_time(record));
    if (cell == NULL || !cell->known) {
        return "?";
    }
    return time ? exact_time(cell->number, out) : format_cell(&like, cell, out);
}

/* The condition of an assignment; NULL if it is about none. */
static const struct record *condition_of(struct reading *reading,
                                         const struct assignment *assignment) {
    return assignment->condition[0] != '\0' ? find_condition(reading, assignment->condition) : NULL;
}

static void add_change(struct change *change, struct reading *reading,
                       const struct assignment *assignment) {
    bool condition = assignment->condition[0] != '\0';
    const struct table *table = table_of(condition ? TABLE_CONDITIONS : TABLE_SETTINGS);
    uint32_t oid[TREE_OID_MAX];
    size_t len = table->prefix_len;
    memcpy(oid, table->prefix, len * sizeof *oid);
    oid[len++] = table->fields[assignment->setting->field].column;
    if (condition) {
        const struct record *record = find_condition(reading, assignment->condition);
        memcpy(oid + len, record->index, record->index_len * sizeof *oid);
        len += record->index_len;
    } else {
        oid[len++] = 0;
    }
    struct change_value *value = change_add(change, oid, len);
    value->type = assignment->setting->type == 'i' ? CHANGE_INTEGER : CHANGE_UNSIGNED;
    value->number = assignment->value;
}

/* The value that will be in force: from the list, or else the present one; -1 = unknown. */
static int64_t value_after(struct reading *reading, const struct assignment *list, size_t count,
                           const char *condition, unsigned field) {
    for (size_t i = 0; i < count; i++) {
        if (list[i].setting->field == field && strcmp(list[i].condition, condition) == 0) {
            return list[i].value;
        }
    }
    const struct record *record = condition[0] != '\0' ? find_condition(reading, condition) : NULL;
    return condition[0] == '\0' ? cell_number(reading_cell(reading, TABLE_SETTINGS, field), -1)
           : record != NULL     ? cell_number(&record->cells[field], -1)
                                : -1;
}

/* Why the agent finds the values inconsistent: often only the threshold was given, which is now
 * below its clear threshold. */
static const char *explain_conflict(struct reading *reading, const struct assignment *list,
                                    size_t count, char words[WORDS_SIZE]) {
    for (size_t i = 0; i < count; i++) {
        const char *name = list[i].condition;
        bool condition = name[0] != '\0';
        const struct setting *clear =
            condition ? &of_condition[ROW_OF_CONDITION_CLEAR] : &settings[ROW_CLEAR];
        int64_t limit = value_after(reading, list, count, name,
                                    condition ? (unsigned)CONDITION_THRESHOLD : SETTINGS_OVERLOAD);
        int64_t cleared = value_after(reading, list, count, name, clear->field);
        const struct cell cell = {.known = true, .number = cleared};
        char buffer[FORMAT_SIZE];
        if (limit >= 0 && cleared > limit) {
            snprintf(words, WORDS_SIZE,
                     "%s%s%s%s would be %s, which is above its threshold: set it, too, such as to "
                     "90 %% of the threshold",
                     condition ? "condition." : "", name, condition ? "." : "", clear->name,
                     value_words(clear, condition ? find_condition(reading, name) : NULL, &cell,
                                 buffer));
            return words;
        }
    }
    return "the values do not agree with each other";
}

const char *settings_refusal(const struct change *change, const char *inconsistent) {
    switch (change->end) {
    case CHANGE_NO_ACCESS:
        return "this user may not change it: its write view lacks it, or this agent does not have "
               "it";
    case CHANGE_NOT_WRITABLE:
        return "the agent's configuration does not allow it (allow_settings)";
    case CHANGE_BAD_VALUE:
        return "the agent refuses a value: it is out of range";
    case CHANGE_INCONSISTENT:
        return inconsistent;
    case CHANGE_NO_RESOURCES:
        return "the agent cannot store settings at present; its log says more";
    default:
        return change->words;
    }
}

int settings_left_out(const struct reading *reading) {
    reading_complain(reading, "not changed, because of Ctrl-C");
    return EXIT_NOT_DONE;
}

/* True once all have the values that were asked for, and they are in force. */
static bool in_force(struct reading *reading, const struct assignment *list, size_t count) {
    int64_t state = cell_number(reading_cell(reading, TABLE_SETTINGS, SETTINGS_STATE), 0);
    for (size_t i = 0; i < count; i++) {
        const struct cell *cell = cell_of(reading, &list[i]);
        if (cell == NULL || !cell->known || cell->number != list[i].value) {
            return false;
        }
        if (list[i].setting->kind == FIELD_DAYS && list[i].condition[0] == '\0' &&
            state != STATE_APPLIED) {
            return false;
        }
    }
    return true;
}

/* Reads until all is in force or has failed. */
static bool wait_until_in_force(struct reading *reading, const struct assignment *list,
                                size_t count) {
    int64_t end = now_ms() + APPLY_MS;
    stop_catch();
    while (now_ms() < end && !stop_requested()) {
        reading_fetch(reading, TABLES);
        if (in_force(reading, list, count)) {
            return true;
        }
        if (cell_number(reading_cell(reading, TABLE_SETTINGS, SETTINGS_STATE), 0) == STATE_FAILED) {
            return false;
        }
        stop_sleep(APPLY_PAUSE_MS);
    }
    return false;
}

static void print_change(const struct assignment *assignment, const char *old, const char *now) {
    if (assignment->condition[0] != '\0') {
        printf("condition.%s.%s: %s, was %s\n", assignment->condition, assignment->setting->name,
               now, old);
    } else {
        printf("%s: %s, was %s\n", assignment->setting->name, now, old);
    }
}

static void print_state(const struct screen *screen, struct reading *reading) {
    const struct table *table = table_of(TABLE_SETTINGS);
    const struct cell *state = reading_cell(reading, TABLE_SETTINGS, SETTINGS_STATE);
    const struct cell *error = reading_cell(reading, TABLE_SETTINGS, SETTINGS_ERROR);
    char buffer[FORMAT_SIZE];
    bool good = cell_number(state, 0) == STATE_APPLIED;
    bool more = error->known && error->text[0] != '\0' && !good;
    screen_say(screen, good ? STYLE_PLAIN : STYLE_BAD, "state: %s%s%s",
               format_cell(&table->fields[SETTINGS_STATE], state, buffer), more ? ": " : "",
               more ? error->text : "");
}

/* Changes the settings of one gateway. Returns an exit status. */
static int change_one(struct client *client, struct reading *reading, const struct assignment *list,
                      size_t count) {
    struct change change = {.count = 0};
    char old[ASSIGNMENTS_MAX][FORMAT_SIZE];
    char buffer[FORMAT_SIZE];
    char words[WORDS_SIZE];
    for (size_t i = 0; i < count; i++) {
        const struct cell *cell = cell_of(reading, &list[i]);
        if (cell == NULL) {
            reading_complain(reading, "it has no such condition, or this user has no view of it");
            return EXIT_NOT_DONE;
        }
        snprintf(old[i], sizeof old[i], "%s",
                 value_words(list[i].setting, condition_of(reading, &list[i]), cell, buffer));
        add_change(&change, reading, &list[i]);
    }
    change_send(&change, reading->gateway, &reading->fetch);
    if (change.end != CHANGE_DONE && change.end != CHANGE_NO_ANSWER) {
        reading_complain(reading, "%s",
                         settings_refusal(&change, explain_conflict(reading, list, count, words)));
        return change.end == CHANGE_NOT_SENT ? EXIT_UNREACHABLE : EXIT_NOT_DONE;
    }
    bool good = wait_until_in_force(reading, list, count);
    if (reading->problem[0] != '\0') {
        reading_complain(reading, "%s", reading->problem);
        return EXIT_UNREACHABLE;
    }
    for (size_t i = 0; i < count; i++) {
        print_change(&list[i], old[i],
                     value_words(list[i].setting, condition_of(reading, &list[i]),
                                 cell_of(reading, &list[i]), buffer));
    }
    print_state(&client->screen, reading);
    return good ? EXIT_DONE : EXIT_NOT_DONE;
}

/* As wide as the longest name. */
static size_t name_width(const struct records *conditions) {
    size_t width = strlen("overload_clear_threshold");
    for (size_t i = 0; i < conditions->count; i++) {
        const struct cell *name = &conditions->items[i].cells[CONDITION_NAME];
        size_t len =
            strlen("condition.") + strlen(name->known ? name->text : "?") + strlen(".enabled");
        width = len > width ? len : width;
    }
    return width;
}

static void print_line(size_t width, const char *name, const char *value, const char *more) {
    printf("%-*s  %s%s\n", (int)width, name, value, more);
}

static void print_lifetime(struct reading *reading, size_t width, const struct setting *setting,
                           unsigned now) {
    const struct cell *cell = reading_cell(reading, TABLE_SETTINGS, setting->field);
    const struct cell *effective = reading_cell(reading, TABLE_SETTINGS, now);
    char buffer[FORMAT_SIZE];
    char seconds[FORMAT_SIZE];
    char more[FORMAT_SIZE + 32] = "";
    if (effective->known && (!cell->known || effective->number != cell->number * 86400)) {
        snprintf(more, sizeof more, " (Postfix runs with %.60s)",
                 format_duration(effective->number, seconds));
    }
    print_line(width, setting->name, value_words(setting, NULL, cell, buffer), more);
}

static void print_conditions(struct reading *reading, size_t width) {
    const struct records *records = reading_table(reading, TABLE_CONDITIONS);
    char name[80];
    char buffer[FORMAT_SIZE];
    for (size_t i = 0; i < records->count; i++) {
        const struct record *record = &records->items[i];
        for (size_t s = 0; s < COUNT_OF(of_condition); s++) {
            const struct cell *cell = &record->cells[of_condition[s].field];
            snprintf(name, sizeof name, "condition.%.32s.%s",
                     record->cells[CONDITION_NAME].known ? record->cells[CONDITION_NAME].text : "?",
                     of_condition[s].name);
            if (cell->known) {
                print_line(width, name, value_words(&of_condition[s], record, cell, buffer), "");
            }
        }
    }
}

int show_settings(struct client *client, struct reading *reading) {
    char buffer[FORMAT_SIZE];
    if (!reading_served(reading, TABLE_SETTINGS)) {
        reading_complain(reading, "this user has no view of the settings");
        return EXIT_NOT_DONE;
    }
    size_t width = name_width(reading_table(reading, TABLE_CONDITIONS));
    print_lifetime(reading, width, &settings[ROW_BOUNCE], SETTINGS_BOUNCE_NOW);
    print_lifetime(reading, width, &settings[ROW_MAXIMAL], SETTINGS_MAXIMAL_NOW);
    for (size_t i = ROW_AFTER_LIFETIMES; i < COUNT_OF(settings); i++) {
        const struct cell *cell = reading_cell(reading, TABLE_SETTINGS, settings[i].field);
        bool off = settings[i].field == SETTINGS_OVERLOAD && cell_number(cell, 1) == 0;
        print_line(width, settings[i].name, value_words(&settings[i], NULL, cell, buffer),
                   off ? " (off)" : "");
    }
    print_conditions(reading, width);
    print_state(&client->screen, reading);
    return EXIT_DONE;
}

int run_settings(struct client *client) {
    const struct arguments *arguments = &client->arguments;
    struct assignment list[ASSIGNMENTS_MAX] = {{.setting = NULL}};
    size_t unreachable = 0;
    int status = EXIT_DONE;
    for (size_t i = 0; i < arguments->word_count; i++) {
        if (!read_assignment(client, arguments->words[i], &list[i])) {
            return EXIT_USAGE;
        }
    }
    if (arguments->json && arguments->word_count > 0) {
        return usage_error(arguments, "--json prints settings, and changes none");
    }
    readings_fetch(&client->readings, TABLES);
    for (size_t i = 0; i < client->readings.count; i++) {
        struct reading *reading = &client->readings.items[i];
        int one = EXIT_UNREACHABLE;
        if (client->readings.count > 1) {
            screen_styled(&client->screen, STYLE_BOLD, reading->gateway->name);
            screen_end_line();
        }
        if (stop_requested()) {
            one = settings_left_out(reading);
        } else if (reading->problem[0] != '\0') {
            reading_complain(reading, "%s", reading->problem);
        } else {
            one = change_one(client, reading, list, arguments->word_count);
        }
        unreachable += one == EXIT_UNREACHABLE;
        status = one != EXIT_DONE ? EXIT_NOT_DONE : status;
    }
    return unreachable == client->readings.count ? EXIT_UNREACHABLE : status;
}

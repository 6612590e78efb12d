/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ID of a row is the time in milliseconds, so that rows are in the order of time and one is
 * seldom in use; if it is, the next is tried. The order that keeps the promise of the header: look
 * whether the row is free, send the SET, and when no answer comes look whether the row is there
 * before the same SET is sent once more. net-snmp's own retries send the same datagram, which the
 * agent knows for a retry.
 */
#include "client/row.h"
#include "client/memory.h"
#include "client/snmp/change.h"
#include "core/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TRIES 9
#define ACTION_ENTRY 1, 6, 5, 1

/* Columns of hmqActionTable. */
enum {
    COLUMN_IDS = 4,
    COLUMN_QUEUE,
    COLUMN_SENDER,
    COLUMN_RECIPIENT,
    COLUMN_REASON,
    COLUMN_MIN_AGE,
    COLUMN_MIN_SIZE,
    COLUMN_ALL,
    COLUMN_EXPECTED,
    COLUMN_COMMENT,
    COLUMN_STATE,
    COLUMN_STATUS = 21,
};
enum { CREATE_AND_GO = 4, DESTROY = 6 };

static uint32_t next_id(void) {
    static uint32_t last;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t milliseconds = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    uint32_t id = (uint32_t)(milliseconds % UINT32_MAX) + 1;
    /* They come round after 49 days. */
    if (id <= last && last - id < UINT32_MAX / 2) {
        id = last + 1;
    }
    last = id;
    return id;
}

static void set_index(struct row *row, const struct row_request *request, uint32_t id) {
    size_t len = strlen(request->owner);
    row->index_len = 0;
    row->index[row->index_len++] = (uint32_t)len;
    for (size_t i = 0; i < len; i++) {
        row->index[row->index_len++] = (unsigned char)request->owner[i];
    }
    row->index[row->index_len++] = (uint32_t)request->command;
    row->index[row->index_len++] = id;
    row->id = id;
}

/* The name of a column's object. */
static size_t column_name(const struct row *row, uint32_t column, uint32_t oid[TREE_OID_MAX]) {
    static const uint32_t entry[] = {ACTION_ENTRY};
    size_t len = sizeof entry / sizeof entry[0];
    memcpy(oid, entry, sizeof entry);
    oid[len++] = column;
    memcpy(oid + len, row->index, row->index_len * sizeof *oid);
    return len + row->index_len;
}

static struct change_value *add(struct change *change, const struct row *row, uint32_t column) {
    uint32_t oid[TREE_OID_MAX];
    size_t len = column_name(row, column, oid);
    return change_add(change, oid, len);
}

static void add_number(struct change *change, const struct row *row, uint32_t column, int type,
                       int64_t number) {
    struct change_value *value = add(change, row, column);
    value->type = type == 'i' ? CHANGE_INTEGER : CHANGE_UNSIGNED;
    value->number = number;
}

static void add_text(struct change *change, const struct row *row, uint32_t column,
                     const char *text) {
    if (text != NULL && text[0] != '\0') {
        struct change_value *value = add(change, row, column);
        value->type = CHANGE_OCTETS;
        value->octets = text;
        value->len = strlen(text);
    }
}

/* The IDs with blanks between; the caller frees it. */
static char *join(const struct row_request *request) {
    char *text = need(malloc(request->id_count * QUEUE_ID_SIZE + 1));
    size_t len = 0;
    for (size_t i = 0; i < request->id_count; i++) {
        size_t id_len = strlen(request->ids[i]);
        if (len > 0) {
            text[len++] = ' ';
        }
        memcpy(text + len, request->ids[i], id_len);
        len += id_len;
    }
    text[len] = '\0';
    return text;
}

static void fill(struct change *change, const struct row *row, const struct row_request *request,
                 const char *ids) {
    const struct criteria *criteria = request->criteria;
    *change = (struct change){0};
    add_number(change, row, COLUMN_STATUS, 'i', CREATE_AND_GO);
    add_text(change, row, COLUMN_IDS, ids);
    if (criteria->queue != 0) {
        add_number(change, row, COLUMN_QUEUE, 'i', criteria->queue);
    }
    add_text(change, row, COLUMN_SENDER, criteria->sender);
    add_text(change, row, COLUMN_RECIPIENT, criteria->recipient);
    add_text(change, row, COLUMN_REASON, criteria->reason);
    if (criteria->min_age_s != 0) {
        add_number(change, row, COLUMN_MIN_AGE, 'u', criteria->min_age_s);
    }
    if (criteria->min_size != 0) {
        add_number(change, row, COLUMN_MIN_SIZE, 'u', criteria->min_size);
    }
    if (request->all) {
        add_number(change, row, COLUMN_ALL, 'i', TRUTH_TRUE);
    }
    if (request->guard >= 0) {
        add_number(change, row, COLUMN_EXPECTED, 'i', request->guard);
    }
    add_text(change, row, COLUMN_COMMENT, request->comment);
}

static int64_t number_at(const struct row *row, const struct oid_tree *tree, uint32_t column) {
    uint32_t oid[TREE_OID_MAX];
    size_t len = column_name(row, column, oid);
    const struct object *object = tree_find(tree, oid, len);
    return object != NULL && !object->is_text && object->number >= 0 ? object->number : -1;
}

static void read_error(struct row *row, const struct oid_tree *tree) {
    uint32_t oid[TREE_OID_MAX];
    size_t len = column_name(row, COLUMN_STATE + 6, oid);
    const struct object *object = tree_find(tree, oid, len);
    row->error[0] = '\0';
    if (object != NULL && object->is_text && object->len <= ACTION_TEXT_MAX) {
        text_to_utf8(object->octets, object->len, row->error);
    }
}

bool row_poll(struct row *row) {
    static const uint32_t columns[] = {COLUMN_STATE, COLUMN_STATE + 1, COLUMN_STATE + 2,
                                       COLUMN_STATE + 3, COLUMN_STATE + 6};
    struct oid_part names[sizeof columns / sizeof columns[0]];
    struct fetch fetch = {.gateway = row->reading->gateway,
                          .base = row->reading->fetch.base,
                          .base_len = row->reading->fetch.base_len,
                          .gets = names,
                          .get_count = sizeof columns / sizeof columns[0]};
    for (size_t i = 0; i < fetch.get_count; i++) {
        names[i].len = column_name(row, columns[i], names[i].oid);
    }
    fetch_start(&fetch);
    snmp_wait();
    bool answered = fetch.problem == FETCH_FINE;
    if (answered) {
        int64_t state = number_at(row, &fetch.tree, COLUMN_STATE);
        row->gone = state < 0;
        if (state >= 0) {
            row->state = state;
            row->matched = number_at(row, &fetch.tree, COLUMN_STATE + 1);
            row->succeeded = number_at(row, &fetch.tree, COLUMN_STATE + 2);
            row->failed = number_at(row, &fetch.tree, COLUMN_STATE + 3);
            read_error(row, &fetch.tree);
        }
    } else {
        snprintf(row->words, sizeof row->words, "%s", fetch.words);
    }
    tree_deinit(&fetch.tree);
    return answered;
}

bool row_ended(const struct row *row) {
    return row->state != 0 && row->state != ACTION_QUEUED && row->state != ACTION_RUNNING;
}

/* Why the SET was refused, in words. */
static void explain(struct row *row, const struct row_request *request,
                    const struct change *change) {
    const char *command = action_command_name(request->command);
    uint32_t column = change->at < change->count ? change->values[change->at].name.oid[4] : 0;
    char *out = row->words;
    size_t size = sizeof row->words;
    switch (change->end) {
    case CHANGE_NO_ACCESS:
        snprintf(out, size,
                 "this user may not %s under the owner '%s': the write view lacks it, or --owner "
                 "has to be another",
                 command, request->owner);
        break;
    case CHANGE_NOT_WRITABLE:
        snprintf(out, size,
                 "the agent's configuration does not allow %s (allow_actions, allow_view), or "
                 "nothing may be written there",
                 command);
        break;
    case CHANGE_NO_RESOURCES:
        snprintf(out, size,
                 "the agent takes no actions at present: its journal cannot be "
                 "written, or too many wait; its log says more");
        break;
    case CHANGE_BAD_VALUE:
        snprintf(out, size,
                 column == COLUMN_IDS ? "the agent refuses a queue ID (%s)"
                                      : "the agent refuses a value (%s)",
                 change->words);
        break;
    default:
        snprintf(out, size, "the agent refuses this: %s", change->words);
        break;
    }
}

static void say_unknown(struct row *row, const struct row_request *request, const char *why) {
    snprintf(row->words, sizeof row->words,
             "%s; whether it has accepted the action is unknown: hmq actions shows it, with the "
             "owner '%s' and the number %" PRIu32,
             why, request->owner, row->id);
}

/* After a SET without an answer: was it accepted? The same SET runs nothing twice. */
static enum row_created settle(struct row *row, const struct row_request *request,
                               struct change *change) {
    char why[256];
    if (!row_poll(row)) {
        snprintf(why, sizeof why, "%.255s", row->words);
        say_unknown(row, request, why);
        return ROW_UNKNOWN;
    }
    if (!row->gone) {
        return ROW_ACCEPTED;
    }
    change_send(change, row->reading->gateway, &row->reading->fetch);
    if (change->end == CHANGE_DONE) {
        return ROW_ACCEPTED;
    }
    if (change->end == CHANGE_NO_ANSWER) {
        say_unknown(row, request, change->words);
        return ROW_UNKNOWN;
    }
    explain(row, request, change);
    return ROW_REFUSED;
}

enum row_created row_create(struct row *row, struct reading *reading,
                            const struct row_request *request) {
    char *ids = join(request);
    enum row_created created = ROW_REFUSED;
    struct change change;
    char why[256];
    *row = (struct row){.reading = reading, .matched = -1, .succeeded = -1, .failed = -1};
    for (int i = 0; i < TRIES; i++) {
        set_index(row, request, next_id());
        snprintf(row->words, sizeof row->words, "no free row; is another using the owner '%s'?",
                 request->owner);
        if (!row_poll(row)) {
            snprintf(why, sizeof why, "%.255s", row->words);
            snprintf(row->words, sizeof row->words, "%s; nothing was requested", why);
            break;
        }
        if (!row->gone) {
            continue;
        }
        fill(&change, row, request, ids);
        change_send(&change, reading->gateway, &reading->fetch);
        if (change.end == CHANGE_INCONSISTENT && row_poll(row) && !row->gone) {
            continue; /* another was first */
        }
        if (change.end == CHANGE_DONE) {
            created = ROW_ACCEPTED;
        } else if (change.end == CHANGE_NO_ANSWER) {
            created = settle(row, request, &change);
        } else if (change.end == CHANGE_NOT_SENT) {
            snprintf(row->words, sizeof row->words, "%s", change.words);
        } else {
            explain(row, request, &change);
        }
        break;
    }
    free(ids);
    row->state = 0;
    return created;
}

bool row_cancel(struct row *row) {
    struct change change = {0};
    add_number(&change, row, COLUMN_STATUS, 'i', DESTROY);
    change_send(&change, row->reading->gateway, &row->reading->fetch);
    snprintf(row->words, sizeof row->words, "%s", change.words);
    return change.end == CHANGE_DONE;
}

/* The text in which the ID stands as `*`; the new ID is left out. */
static char *group_of(const char *text, const char *id, const char *new_id) {
    static const char with[] = ", with new IDs";
    size_t size = strlen(text) + sizeof with;
    char *group = need(malloc(size));
    const char *found = strstr(text, id);
    const char *as = new_id[0] != '\0' ? strstr(text, " as ") : NULL;
    if (as != NULL) {
        snprintf(group, size, "%.*s%s", (int)(as - text), text, with);
    } else if (found != NULL) {
        snprintf(group, size, "%.*s*%s", (int)(found - text), text, found + strlen(id));
    } else {
        snprintf(group, size, "%s", text);
    }
    return group;
}

static void take_result(struct row *row, const struct record *record) {
    const struct cell *id = &record->cells[RESULT_ID];
    const struct cell *text = &record->cells[RESULT_TEXT];
    struct row_result *result = &row->results[row->result_count++];
    *result = (struct row_result){.outcome = (int)cell_number(&record->cells[RESULT_OUTCOME], 0),
                                  .text = need(strdup(text->known ? text->text : ""))};
    if (id->known && queue_id_valid(id->text, strlen(id->text))) {
        memcpy(result->id, id->text, strlen(id->text) + 1);
    } else {
        memcpy(result->id, "?", 2);
    }
    if (result->outcome == OUTCOME_DONE) {
        action_text_new_id(result->text, result->new_id);
    }
    result->group = group_of(result->text, result->id, result->new_id);
}

static void forget_results(struct row *row) {
    for (size_t i = 0; i < row->result_count; i++) {
        free(row->results[i].text);
        free(row->results[i].group);
    }
    free(row->results);
    row->results = NULL;
    row->result_count = 0;
}

void row_of(struct row *row, struct reading *reading, const struct record *action) {
    const struct cell *cells = action->cells;
    *row = (struct row){.reading = reading,
                        .id = (uint32_t)cell_number(&cells[ACTION_ID], 0),
                        .state = cell_number(&cells[ACTION_STATE], 0),
                        .matched = cell_number(&cells[ACTION_MATCHED], -1),
                        .succeeded = cell_number(&cells[ACTION_SUCCEEDED], -1),
                        .failed = cell_number(&cells[ACTION_FAILURES], -1)};
    size_t most = sizeof row->index / sizeof row->index[0];
    row->index_len = action->index_len < most ? action->index_len : most;
    memcpy(row->index, action->index, row->index_len * sizeof row->index[0]);
}

void row_read_results(struct row *row) {
    struct oid_part roots[3];
    struct records records;
    struct fetch fetch = {.gateway = row->reading->gateway,
                          .base = row->reading->fetch.base,
                          .base_len = row->reading->fetch.base_len,
                          .roots = roots,
                          .root_count = 3};
    for (uint32_t i = 0; i < 3; i++) {
        roots[i].len = column_name(row, i + 2, roots[i].oid);
        roots[i].oid[2] = 6; /* hmqActionResultTable */
    }
    for (int tries = 0; tries < 3; tries++) {
        tree_deinit(&fetch.tree);
        fetch_start(&fetch);
        snmp_wait();
        if (fetch.problem == FETCH_FINE) {
            break;
        }
    }
    records_read(&records, TABLE_RESULTS, &fetch.tree);
    forget_results(row);
    row->results = need(calloc(records.count + 1, sizeof *row->results));
    for (size_t i = 0; i < records.count; i++) {
        take_result(row, &records.items[i]);
    }
    /* Of a count there are none. */
    row->results_read = fetch.problem == FETCH_FINE && row->succeeded >= 0 && row->failed >= 0 &&
                        (int64_t)records.count >= row->succeeded + row->failed;
    records_deinit(&records);
    tree_deinit(&fetch.tree);
}

bool row_read_output(struct row *row, void (*take)(void *userdata, const char *octets, size_t len),
                     void *userdata) {
    struct oid_part root;
    struct fetch fetch = {.gateway = row->reading->gateway,
                          .base = row->reading->fetch.base,
                          .base_len = row->reading->fetch.base_len,
                          .roots = &root,
                          .root_count = 1};
    root.len = column_name(row, 2, root.oid);
    root.oid[2] = 7; /* hmqActionOutputTable */
    fetch_start(&fetch);
    snmp_wait();
    bool good = fetch.problem == FETCH_FINE && fetch.tree.count > 0;
    if (!good) {
        snprintf(row->words, sizeof row->words, "%s",
                 fetch.problem != FETCH_FINE ? fetch.words
                                             : "this user has no view of the text of messages");
    }
    for (size_t i = 0; good && i < fetch.tree.count; i++) {
        const struct object *object = &fetch.tree.objects[i];
        if (object->is_text) {
            take(userdata, object->octets, object->len);
        }
    }
    tree_deinit(&fetch.tree);
    return good;
}

void row_deinit(struct row *row) {
    forget_results(row);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Decides which messages an action is about: the list of targets, the parser of hmqActionQueueIds,
 * and the criteria. Criteria are applied to one message at a time while a listing is read, and in
 * this order: recipient_search sees all recipients of the message, then request_matches is asked. A
 * value that could not be read meets no criterion, so that nothing is deleted on a guess. A pattern
 * is matched by going back to its last * only, which limits the time that any pattern can take. The
 * text of a reason group is never used as a pattern: its * must not match more than the group has.
 */
#include "core/selection.h"

#include "core/reason_group.h"
#include "core/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SEPARATORS " ,\t\r\n"
#define NULL_SENDER "<>"
#define NULL_SENDER_NAME "MAILER-DAEMON" /* as mailq(1) prints it */

void target_list_deinit(struct target_list *list) {
    free(list->targets);
    *list = (struct target_list){0};
}

bool target_list_add(struct target_list *list, const char *id, int64_t arrival) {
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 64 : 2 * list->capacity;
        struct target *targets = realloc(list->targets, capacity * sizeof *targets);
        if (targets == NULL) {
            return false;
        }
        list->targets = targets;
        list->capacity = capacity;
    }
    struct target *target = &list->targets[list->count++];
    *target = (struct target){.arrival = arrival};
    size_t len = strnlen(id, QUEUE_ID_MAX);
    memcpy(target->id, id, len);
    return true;
}

static int by_id(const void *a, const void *b) {
    const struct target *ta = a;
    const struct target *tb = b;
    return queue_id_compare(ta->id, tb->id);
}

void target_list_sort(struct target_list *list) {
    size_t kept = 0;
    if (list->count == 0) {
        return;
    }
    qsort(list->targets, list->count, sizeof *list->targets, by_id);
    for (size_t i = 0; i < list->count; i++) {
        if (kept == 0 || strcmp(list->targets[kept - 1].id, list->targets[i].id) != 0) {
            list->targets[kept++] = list->targets[i];
        }
    }
    list->count = kept;
}

struct target *target_list_find(const struct target_list *list, const char *id) {
    struct target key = {.arrival = 0};
    size_t len = strnlen(id, QUEUE_ID_SIZE);
    if (len == QUEUE_ID_SIZE || list->count == 0) {
        return NULL;
    }
    memcpy(key.id, id, len);
    return bsearch(&key, list->targets, list->count, sizeof key, by_id);
}

int target_list_parse(const char *text, size_t len, struct target_list *list) {
    struct target_list parsed = {0};
    for (size_t at = 0; at < len;) {
        if (text[at] != '\0' && strchr(SEPARATORS, text[at]) != NULL) {
            at++;
            continue;
        }
        size_t end = at;
        while (end < len && (text[end] == '\0' || strchr(SEPARATORS, text[end]) == NULL)) {
            end++;
        }
        char id[QUEUE_ID_SIZE] = "";
        int r = queue_id_valid(text + at, end - at) ? 0 : -EINVAL;
        if (r == 0) {
            memcpy(id, text + at, end - at);
            r = target_list_add(&parsed, id, 0) ? 0 : -ENOMEM;
        }
        if (r != 0) {
            target_list_deinit(&parsed);
            return r;
        }
        at = end;
    }
    target_list_sort(&parsed);
    *list = parsed;
    return 0;
}

bool request_has_criteria(const struct action_request *request) {
    return request->queue != 0 || request->sender[0] != '\0' || request->recipient[0] != '\0' ||
           request->reason[0] != '\0' || request->min_age_s != 0 || request->min_size != 0;
}

static bool same_ids(const char *a, const char *b) {
    struct target_list la = {0};
    struct target_list lb = {0};
    bool same = strcmp(a, b) == 0;
    if (!same && target_list_parse(a, strlen(a), &la) == 0 &&
        target_list_parse(b, strlen(b), &lb) == 0) {
        same = la.count == lb.count;
        for (size_t i = 0; same && i < la.count; i++) {
            same = strcmp(la.targets[i].id, lb.targets[i].id) == 0;
        }
    }
    target_list_deinit(&la);
    target_list_deinit(&lb);
    return same;
}

bool request_equal(const struct action_request *a, const struct action_request *b) {
    return a->queue == b->queue && strcmp(a->sender, b->sender) == 0 &&
           strcmp(a->recipient, b->recipient) == 0 && strcmp(a->reason, b->reason) == 0 &&
           a->min_age_s == b->min_age_s && a->min_size == b->min_size && a->all == b->all &&
           a->expected_count == b->expected_count && strcmp(a->comment, b->comment) == 0 &&
           same_ids(a->queue_ids, b->queue_ids);
}

/* The length of the character at text, which is not empty; 1 where it is not valid UTF-8. */
static size_t character(const char *text) {
    unsigned char lead = (unsigned char)text[0];
    size_t len = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    size_t there = strnlen(text, len);
    return there == len && text_is_utf8(text, len) ? len : 1;
}

/* One octet of a pattern against one of an address; fold: letters are equal in either case. */
static bool same_octet(char p, char c, bool fold) {
    return fold ? tolower((unsigned char)p) == tolower((unsigned char)c) : p == c;
}

/* Whether a backslash takes its meaning from the character behind it. */
static bool is_escaped(const char *pattern) {
    return pattern[0] == '\\' && pattern[1] != '\0' && strchr("*?\\", pattern[1]) != NULL;
}

/* A glob of * and ? that goes back to the last * only, which is enough and bounds the time. */
bool address_matches(const char *pattern, const char *address) {
    if (address[0] == '\0' && strcasecmp(pattern, NULL_SENDER_NAME) == 0) {
        return true;
    }
    if (strcmp(pattern, NULL_SENDER) == 0) {
        return address[0] == '\0';
    }
    const char *at = strrchr(address, '@');
    const char *domain = at != NULL ? at : address + strlen(address);
    const char *star = NULL;
    const char *resume = NULL;
    const char *p = pattern;
    const char *c = address;
    while (*c != '\0') {
        size_t escape = is_escaped(p) ? 1 : 0;
        if (*p == '*') {
            star = p++;
            resume = c;
        } else if (*p == '?') {
            p++;
            c += character(c);
        } else if (*p != '\0' && same_octet(p[escape], *c, c >= domain)) {
            p += escape + 1;
            c++;
        } else if (star != NULL) {
            p = star + 1;
            resume += character(resume);
            c = resume;
        } else {
            return false;
        }
    }
    while (*p == '*') {
        p++;
    }
    return *p == '\0';
}

/* The group is the text of a row of hmqReasonTable. */
static bool is_in_group(const char *group, const char *reason) {
    char own[REASON_GROUP_SIZE];
    if (group[0] == '\0' || reason[0] == '\0') {
        return false;
    }
    reason_group(reason, strlen(reason), own);
    return strcmp(own, group) == 0;
}

void recipient_search_take(void *userdata, const char *address, const char *reason) {
    struct recipient_search *search = userdata;
    const struct action_request *request = search->request;
    bool meant = request->recipient[0] == '\0' || address_matches(request->recipient, address);
    bool part = request->reason[0] == '\0' ||
                (strchr(request->reason, '*') == NULL && strstr(reason, request->reason) != NULL);
    bool group = is_in_group(request->reason, reason);
    search->group_listed = search->group_listed || group;
    search->found = search->found || (meant && (part || group));
    search->in_group = search->in_group || (meant && group);
}

void recipient_search_next(struct recipient_search *search) {
    search->found = search->in_group = false;
}

bool recipient_search_selects(const struct recipient_search *search, bool in_group) {
    return in_group || !search->group_listed;
}

bool request_matches(const struct action_request *request, const struct message_head *head,
                     bool recipient_found, int64_t now) {
    if (request->queue != 0 && request->queue != queue_mib_value(head->queue)) {
        return false;
    }
    if (request->min_size != 0 &&
        ((head->missing & MISSING_SIZE) != 0 || head->size < request->min_size)) {
        return false;
    }
    if (request->min_age_s != 0 && ((head->missing & MISSING_ARRIVAL) != 0 ||
                                    now - head->arrival < (int64_t)request->min_age_s)) {
        return false;
    }
    if (request->sender[0] != '\0' && ((head->missing & MISSING_SENDER) != 0 ||
                                       !address_matches(request->sender, head->sender))) {
        return false;
    }
    return (request->recipient[0] == '\0' && request->reason[0] == '\0') || recipient_found;
}

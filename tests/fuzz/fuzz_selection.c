/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lists of queue IDs, and patterns that are matched with addresses: the first line is the pattern,
 * the second the address, and everything together a list of IDs. A simple recursive matcher must
 * agree unless it takes too long. The two lines also are a reason that is asked for, and one of a
 * recipient.
 */
#include "core/reason_group.h"
#include "core/selection.h"

#include "fuzz.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define PLAIN_MAX 12

static bool plain(const char *p, const char *c, const char *domain) {
    if (*p == '*') {
        return plain(p + 1, c, domain) || (*c != '\0' && plain(p, c + 1, domain));
    }
    if (*p == '\0' || *c == '\0') {
        return *p == *c;
    }
    bool same = *p == '?' || *p == *c ||
                (c >= domain && tolower((unsigned char)*p) == tolower((unsigned char)*c));
    return same && plain(p + 1, c + 1, domain);
}

/* As hmqActionReason, a text selects what has it as its group, or else what it is a part of. */
static void check_reason(const char *text, const char *reason) {
    struct action_request request = {.expected_count = -1};
    struct recipient_search search = {.request = &request};
    char group[REASON_GROUP_SIZE];
    reason_group(reason, strlen(reason), group);
    if (strlen(text) < sizeof request.reason) {
        memcpy(request.reason, text, strlen(text) + 1);
        recipient_search_take(&search, "", reason);
        MUST(search.in_group == (text[0] != '\0' && reason[0] != '\0' && strcmp(text, group) == 0));
        MUST(!search.found || search.in_group || text[0] == '\0' ||
             (strchr(text, '*') == NULL && strstr(reason, text) != NULL));
    }
    memcpy(request.reason, group, sizeof group);
    search = (struct recipient_search){.request = &request};
    recipient_search_take(&search, "", reason);
    MUST(search.found && (search.in_group || group[0] == '\0'));
}

static void check_pattern(char *pattern) {
    char *address = strchr(pattern, '\n');
    if (address == NULL) {
        return;
    }
    *address++ = '\0';
    check_reason(pattern, address);
    bool matches = address_matches(pattern, address);
    if (strcmp(pattern, "<>") == 0) {
        MUST(matches == (*address == '\0'));
    } else if (strlen(pattern) <= PLAIN_MAX && strlen(address) <= PLAIN_MAX) {
        const char *at = strrchr(address, '@');
        MUST(matches == plain(pattern, address, at != NULL ? at : address + strlen(address)));
    }
    MUST(address_matches("*", address));
}

static void check_ids(const char *text, size_t size) {
    struct target_list list = {0};
    if (target_list_parse(text, size, &list) != 0) {
        MUST(list.targets == NULL && list.count == 0);
        return;
    }
    for (size_t i = 0; i < list.count; i++) {
        const struct target *target = &list.targets[i];
        MUST(queue_id_valid(target->id, strlen(target->id)));
        MUST(i == 0 || queue_id_compare(list.targets[i - 1].id, target->id) < 0);
        MUST(target_list_find(&list, target->id) == target);
        MUST(memmem(text, size, target->id, strlen(target->id)) != NULL);
    }
    target_list_deinit(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    check_ids((const char *)data, size);
    char *text = malloc(size + 1);
    MUST(text != NULL);
    if (size > 0) {
        memcpy(text, data, size);
    }
    text[size] = '\0';
    check_pattern(text);
    free(text);
    return 0;
}

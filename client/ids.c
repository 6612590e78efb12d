/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The output of mailq is recognized line by line, so that some of its lines will do. Once a line
 * with a message has come, indented lines and those in parentheses are its recipients and reasons;
 * before, they are taken for words, and a word that is no queue ID is an error: what is not
 * understood must not become a smaller or larger choice.
 */
#include "client/ids.h"
#include "client/memory.h"
#include "core/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r\n,"

void id_list_deinit(struct id_list *list) {
    free(list->ids);
    hash_set_deinit(&list->seen);
    *list = (struct id_list){0};
}

bool id_list_add(struct id_list *list, const char *word, size_t len) {
    char shown[64];
    size_t bare = len > 0 && strchr("*!#", word[len - 1]) != NULL ? len - 1 : len;
    if (!queue_id_valid(word, bare)) {
        snprintf(list->wrong, sizeof list->wrong, "%s is not a queue ID%s",
                 text_escape(word, len, shown, sizeof shown),
                 bare >= QUEUE_ID_MIN && strspn(word, "0123456789abcdefABCDEF") == bare
                     ? " (upper and lower case matter)"
                     : "");
        return false;
    }
    if (list->count >= IDS_MAX) {
        snprintf(list->wrong, sizeof list->wrong, "more than %d queue IDs", IDS_MAX);
        return false;
    }
    if (!hash_set_add(&list->seen, word, bare)) {
        return true;
    }
    if (list->count == list->capacity) {
        list->capacity = list->capacity == 0 ? 64 : 2 * list->capacity;
        list->ids = need(realloc(list->ids, list->capacity * sizeof *list->ids));
    }
    memcpy(list->ids[list->count], word, bare);
    list->ids[list->count++][bare] = '\0';
    return true;
}

static bool add_words(struct id_list *list, const char *line) {
    for (line += strspn(line, BLANKS); *line != '\0';) {
        size_t len = strcspn(line, BLANKS);
        if (!id_list_add(list, line, len)) {
            return false;
        }
        line += len;
        line += strspn(line, BLANKS);
    }
    return true;
}

/* A line of mailq with a message: ID and mark, size, and a date that begins with a day's name. */
static bool is_message(const char *line, size_t *id_len) {
    size_t id = strcspn(line, BLANKS);
    size_t at = id + strspn(line + id, " \t");
    size_t digits = strspn(line + at, "0123456789");
    size_t day = at + digits + strspn(line + at + digits, " \t");
    *id_len = id;
    return id > 0 && at > id && digits > 0 && day > at + digits &&
           isupper((unsigned char)line[day]) && islower((unsigned char)line[day + 1]) &&
           islower((unsigned char)line[day + 2]) && line[day + 3] == ' ';
}

/* What stands around the messages, and below each. */
static bool is_rest(const char *line) {
    size_t indent = strspn(line, " \t\r\n");
    return line[indent] == '\0' || indent > 0 || line[0] == '(' || strncmp(line, "-- ", 3) == 0;
}

static bool take_line(struct id_list *list, const char *line, bool *listing) {
    size_t len;
    if (strncmp(line, "-Queue ID-", 10) == 0) {
        *listing = true;
        return true;
    }
    if (strncmp(line, "Mail queue is empty", 19) == 0) {
        list->empty_mailq = true;
        return true;
    }
    if (is_message(line, &len)) {
        *listing = true;
        return id_list_add(list, line, len);
    }
    return (*listing && is_rest(line)) || add_words(list, line);
}

bool id_list_read(struct id_list *list, FILE *file) {
    char *line = NULL;
    size_t size = 0;
    bool listing = false;
    bool good = true;
    ssize_t len;
    while (good && (len = getline(&line, &size, file)) >= 0) {
        if (strlen(line) != (size_t)len) {
            snprintf(list->wrong, sizeof list->wrong, "standard input has binary data");
            good = false;
        } else {
            good = take_line(list, line, &listing);
        }
    }
    if (good && list->count == 0 && !list->empty_mailq) {
        snprintf(list->wrong, sizeof list->wrong, "no queue ID on standard input");
        good = false;
    }
    free(line);
    return good;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Parses one frame or one recipient, and limits what broken input costs. What has the usual form is
 * read directly (core/message_plain.h), which halves the cost of a listing; everything else is left
 * to cJSON. When a frame does not parse, it is cut at its last comma between two members, then at
 * the one before, until the rest is an object; only the members lost in this way count as missing.
 * Text with a NUL is rejected before cJSON sees it, because cJSON would end its strings there. So
 * is anything that follows the object: if the newline between two messages is lost, the second must
 * not vanish unnoticed.
 */
#include "core/message_json.h"

#include "core/message_plain.h"
#include "core/text.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What mailq(1) and postqueue -j print for the null sender. */
#define NULL_SENDER "MAILER-DAEMON"

/* cJSON's numbers are doubles, exact up to here. */
#define EXACT_MAX 9007199254740992.0

/* The members of a broken frame that are tried. */
#define MEMBERS_MAX 16

#define ESCAPED_NUL "\\u0000"

/* The longest texts of a recipient, in octets, that are read without cJSON. */
#define PLAIN_MAX ((size_t)1023)

/* struct message_json is cJSON's tree itself, or the sender alone, as a string: the type only keeps
 * cJSON out of the header. */
static struct message_json *handle(cJSON *object) {
    return (struct message_json *)(void *)object;
}

static const char *string_member(const cJSON *object, const char *name) {
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
    return text != NULL ? text : "";
}

static bool number_member(const cJSON *object, const char *name, double *number) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble <= EXACT_MAX)) {
        return false;
    }
    *number = item->valuedouble;
    return true;
}

/* Fills head from the object, as far as it goes. */
static void read_head(const cJSON *object, struct message_head *head) {
    const char *id = string_member(object, "queue_id");
    double number;
    if (queue_id_valid(id, strlen(id))) {
        memcpy(head->id, id, strlen(id) + 1);
    } else {
        head->missing |= MISSING_ID;
    }
    if (number_member(object, "arrival_time", &number)) {
        head->arrival = (int64_t)number;
    } else {
        head->missing |= MISSING_ARRIVAL;
    }
    if (number_member(object, "message_size", &number)) {
        head->size = (uint64_t)number;
    } else {
        head->missing |= MISSING_SIZE;
    }
    if (!cJSON_IsString(cJSON_GetObjectItemCaseSensitive(object, "sender"))) {
        head->missing |= MISSING_SENDER;
    }
    if (!cJSON_IsArray(cJSON_GetObjectItemCaseSensitive(object, "recipients"))) {
        head->missing |= MISSING_RECIPIENTS;
    }
    head->sender = string_member(object, "sender");
    if (strcmp(head->sender, NULL_SENDER) == 0) {
        head->sender = "";
    }
    head->forced_expire =
        cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, "forced_expire")) != 0;
}

static const char *missing_member(unsigned missing) {
    static const char *const names[] = {"queue_id", "arrival_time", "message_size", "sender",
                                        "recipients"};
    size_t bit = 0;
    while ((missing & 1U << bit) == 0) {
        bit++;
    }
    return names[bit];
}

/* At a NUL, raw or escaped, the strings that cJSON makes would end too early. */
static bool has_nul(const char *text, size_t len) {
    if (memchr(text, '\0', len) != NULL) {
        return true;
    }
    const char *escaped = memchr(text, '\\', len);
    while (escaped != NULL && (escaped = memmem(escaped, len - (size_t)(escaped - text),
                                                ESCAPED_NUL, strlen(ESCAPED_NUL))) != NULL) {
        size_t backslashes = 0;
        while (escaped - backslashes > text && escaped[-1 - (long)backslashes] == '\\') {
            backslashes++;
        }
        if (backslashes % 2 == 0) {
            return true;
        }
        escaped++;
    }
    return false;
}

/* cJSON stops after the value, where the next message may follow if a newline was lost. */
static cJSON *parse_whole(const char *text, size_t len) {
    const char *end = NULL;
    cJSON *value = has_nul(text, len) ? NULL : cJSON_ParseWithLengthOpts(text, len, &end, false);
    while (value != NULL && end < text + len && strchr(" \t\r", *end) != NULL) {
        end++;
    }
    if (value != NULL && end != text + len) {
        cJSON_Delete(value);
        return NULL;
    }
    return value;
}

/* Finds the commas between the first members of an object. Returns their number. */
static size_t find_commas(const char *frame, size_t len, size_t commas[MEMBERS_MAX]) {
    size_t count = 0;
    size_t depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < len && count < MEMBERS_MAX; i++) {
        char c = frame[i];
        if (in_string) {
            i += c == '\\';
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        } else if (c == ',' && depth == 1) {
            commas[count++] = i;
        }
    }
    return count;
}

/* The members in front of what is broken, as an object; NULL if there are none. */
static cJSON *parse_beginning(const char *frame, size_t len) {
    size_t commas[MEMBERS_MAX];
    size_t count = find_commas(frame, len, commas);
    char *copy = count > 0 ? malloc(commas[count - 1] + 1) : NULL;
    cJSON *object = NULL;
    if (copy == NULL) {
        return NULL;
    }
    memcpy(copy, frame, commas[count - 1] + 1);
    while (object == NULL && count > 0) {
        size_t end = commas[--count];
        copy[end] = '}';
        object = parse_whole(copy, end + 1);
    }
    free(copy);
    return object;
}

static bool copy_text(const struct plain_text *text, char *out, size_t size) {
    if (text->len >= size) {
        return false;
    }
    memcpy(out, text->text, text->len);
    out[text->len] = '\0';
    return true;
}

/* Reads a frame as Postfix usually prints it. Returns the owner of the sender's text, or NULL,
 * with *head undefined, if the frame is another one. */
static cJSON *read_plain(const char *text, size_t len, struct message_head *head) {
    struct plain_frame frame;
    char queue[16];
    char sender[PLAIN_MAX + 1];
    if (!message_plain_frame(text, len, &frame) ||
        !copy_text(&frame.queue_name, queue, sizeof queue) || !queue_by_name(queue, &head->queue) ||
        !queue_id_valid(frame.queue_id.text, frame.queue_id.len) ||
        !copy_text(&frame.sender, sender, sizeof sender)) {
        return NULL;
    }
    copy_text(&frame.queue_id, head->id, sizeof head->id);
    head->arrival = (int64_t)frame.arrival_time;
    head->size = frame.message_size;
    head->forced_expire = frame.forced_expire;
    cJSON *owner = cJSON_CreateString(strcmp(sender, NULL_SENDER) == 0 ? "" : sender);
    head->sender = owner != NULL ? owner->valuestring : NULL;
    return owner;
}

enum line_result message_json_open(const char *frame, size_t len, struct message_json **json,
                                   struct message_head *head, char *error, size_t size) {
    char shown[80];
    *head = (struct message_head){.sender = ""};
    cJSON *object = read_plain(frame, len, head);
    *json = handle(object);
    if (object != NULL) {
        return LINE_OK;
    }
    *head = (struct message_head){.sender = ""};
    object = parse_whole(frame, len);
    bool whole = object != NULL;
    if (!whole) {
        object = parse_beginning(frame, len);
    }
    if (!cJSON_IsObject(object) ||
        !queue_by_name(string_member(object, "queue_name"), &head->queue)) {
        snprintf(error, size, "%s: %s",
                 whole && cJSON_IsObject(object) ? "unknown queue_name" : "not one JSON object",
                 text_escape(frame, len, shown, sizeof shown));
        cJSON_Delete(object);
        return LINE_BAD;
    }
    read_head(object, head);
    *json = handle(object);
    if (!whole) {
        head->missing |= MISSING_RECIPIENTS;
        snprintf(error, size, "broken JSON: %s", text_escape(frame, len, shown, sizeof shown));
    } else if (head->missing != 0) {
        snprintf(error, size, "bad or missing %s: %s", missing_member(head->missing),
                 text_escape(frame, len, shown, sizeof shown));
    }
    return head->missing == 0 ? LINE_OK : LINE_SKIPPED;
}

bool message_json_recipient(const char *element, size_t len, recipient_handler take,
                            void *userdata) {
    struct plain_text plain_address;
    struct plain_text plain_reason;
    char address[PLAIN_MAX + 1];
    char reason[PLAIN_MAX + 1];
    if (message_plain_recipient(element, len, &plain_address, &plain_reason) &&
        copy_text(&plain_address, address, sizeof address) &&
        copy_text(&plain_reason, reason, sizeof reason)) {
        take(userdata, address, reason);
        return true;
    }
    cJSON *item = parse_whole(element, len);
    if (item == NULL) {
        return false;
    }
    take(userdata, string_member(item, "address"), string_member(item, "delay_reason"));
    cJSON_Delete(item);
    return true;
}

void message_json_close(struct message_json *json) {
    cJSON_Delete((cJSON *)(void *)json);
}

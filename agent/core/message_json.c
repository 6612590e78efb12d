#include "core/message_json.h"

#include "core/text.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What mailq(1) and postqueue -j print for the null sender. */
#define NULL_SENDER "MAILER-DAEMON"

/* cJSON's numbers are doubles, exact up to here. */
#define EXACT_MAX 9007199254740992.0

/* struct message_json is cJSON's tree itself: the type only keeps cJSON out of the header. */
static const cJSON *tree(const struct message_json *json) {
    return (const cJSON *)(const void *)json;
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

/* Fills head from the object. Returns the name of the first member that is wrong, or NULL. */
static const char *read_head(const cJSON *object, struct message_head *head) {
    const char *id = string_member(object, "queue_id");
    if (!queue_id_valid(id, strlen(id))) {
        return "queue_id";
    }
    double arrival;
    if (!number_member(object, "arrival_time", &arrival)) {
        return "arrival_time";
    }
    double size;
    if (!number_member(object, "message_size", &size)) {
        return "message_size";
    }
    if (!cJSON_IsString(cJSON_GetObjectItemCaseSensitive(object, "sender"))) {
        return "sender";
    }
    const cJSON *recipients = cJSON_GetObjectItemCaseSensitive(object, "recipients");
    if (!cJSON_IsArray(recipients)) {
        return "recipients";
    }
    memcpy(head->id, id, strlen(id) + 1);
    head->arrival = (int64_t)arrival;
    head->size = (uint64_t)size;
    head->forced_expire =
        cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, "forced_expire")) != 0;
    const cJSON *recipient;
    cJSON_ArrayForEach(recipient, recipients) {
        head->recipient_count++;
    }
    return NULL;
}

/* cJSON stops after the object: behind it may stand the next message of a newline that got lost. */
static cJSON *parse_whole(const char *line, size_t len) {
    const char *end = NULL;
    cJSON *object = cJSON_ParseWithLengthOpts(line, len, &end, false);
    while (object != NULL && end < line + len && strchr(" \t\r", *end) != NULL && *end != '\0') {
        end++;
    }
    if (object != NULL && end != line + len) {
        cJSON_Delete(object);
        return NULL;
    }
    return object;
}

enum line_result message_json_open(const char *line, size_t len, struct message_json **json,
                                   struct message_head *head, char *error, size_t size) {
    char shown[80];
    cJSON *object = parse_whole(line, len);
    *json = NULL;
    *head = (struct message_head){0};
    if (!cJSON_IsObject(object)) {
        cJSON_Delete(object);
        snprintf(error, size, "not one JSON object: %s",
                 text_escape(line, len, shown, sizeof shown));
        return LINE_BAD;
    }
    if (!queue_by_name(string_member(object, "queue_name"), &head->queue)) {
        cJSON_Delete(object);
        snprintf(error, size, "unknown queue_name: %s",
                 text_escape(line, len, shown, sizeof shown));
        return LINE_BAD;
    }
    const char *wrong = read_head(object, head);
    if (wrong != NULL) {
        cJSON_Delete(object);
        snprintf(error, size, "bad or missing %s: %s", wrong,
                 text_escape(line, len, shown, sizeof shown));
        return LINE_SKIPPED;
    }
    *json = (struct message_json *)(void *)object;
    return LINE_OK;
}

const char *message_json_sender(const struct message_json *json) {
    const char *sender = string_member(tree(json), "sender");
    return strcmp(sender, NULL_SENDER) == 0 ? "" : sender;
}

void message_json_recipients(const struct message_json *json,
                             bool (*take)(void *userdata, const char *address, const char *reason),
                             void *userdata) {
    const cJSON *item;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(tree(json), "recipients")) {
        if (!take(userdata, string_member(item, "address"), string_member(item, "delay_reason"))) {
            return;
        }
    }
}

/* The octets text_to_utf8 may need for a string, its NUL included. */
static size_t utf8_room(const char *text) {
    return 3 * strlen(text) + 1;
}

/* Points the message at the strings that lie behind it: sender, then address and reason of each. */
static void point_at_strings(struct message *message) {
    const char *strings = (const char *)&message->recipients[message->recipient_count];
    message->sender = strings;
    for (size_t i = 0; i < message->recipient_count; i++) {
        strings += strlen(strings) + 1;
        message->recipients[i].address = strings;
        strings += strlen(strings) + 1;
        message->recipients[i].reason = strings;
    }
}

struct message *message_json_build(const struct message_json *json,
                                   const struct message_head *head) {
    const cJSON *object = tree(json);
    const cJSON *recipients = cJSON_GetObjectItemCaseSensitive(object, "recipients");
    const cJSON *item;
    const char *sender = message_json_sender(json);
    size_t fixed = sizeof(struct message) + head->recipient_count * sizeof(struct recipient);
    size_t room = fixed + utf8_room(sender);
    cJSON_ArrayForEach(item, recipients) {
        room += utf8_room(string_member(item, "address"));
        room += utf8_room(string_member(item, "delay_reason"));
    }
    struct message *message = malloc(room);
    if (message == NULL) {
        return NULL;
    }
    *message = (struct message){
        .queue = head->queue,
        .forced_expire = head->forced_expire,
        .arrival = head->arrival,
        .size = head->size,
        .recipient_count = head->recipient_count,
    };
    memcpy(message->id, head->id, sizeof message->id);
    char *end = (char *)message + fixed;
    end += text_to_utf8(sender, strlen(sender), end) + 1;
    cJSON_ArrayForEach(item, recipients) {
        const char *address = string_member(item, "address");
        const char *reason = string_member(item, "delay_reason");
        end += text_to_utf8(address, strlen(address), end) + 1;
        end += text_to_utf8(reason, strlen(reason), end) + 1;
    }
    struct message *fitted = realloc(message, (size_t)(end - (char *)message));
    message = fitted != NULL ? fitted : message;
    point_at_strings(message);
    return message;
}

void message_json_close(struct message_json *json) {
    cJSON_Delete((cJSON *)(void *)json);
}

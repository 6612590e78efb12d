/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The message for ntfy, published as JSON. ntfy limits a message to 4096 octets. Its releases
 * before 1.30 apply that limit to the whole document, so title and message are limited to what
 * leaves room for the rest of it even if JSON doubles each of their octets. A message is plain
 * text unless it is declared as Markdown, so nothing needs to be escaped.
 */
#include "core/text.h"
#include "hooks/payload_chat.h"

#define TITLE_MAX 250
#define MESSAGE_MAX 1500

/* 5 breaks through "do not disturb", 4 is loud, 3 the default, 2 makes no sound. */
static const int priorities[] = {
    [SEVERITY_CRITICAL] = 5,
    [SEVERITY_WARNING] = 4,
    [SEVERITY_INFO] = 2,
    [SEVERITY_OK] = 3,
};

static bool add_title(cJSON *document, const struct event *event,
                      const struct payload_origin *origin) {
    struct chat chat = {.escapes = NULL};
    chat_add_title(&chat, event);
    chat_add(&chat, " on ");
    chat_add_foreign(&chat, origin->host);
    return payload_add_cut(document, "title", chat.text, TITLE_MAX, text_utf8_prefix);
}

static bool add_message(cJSON *document, const struct event *event,
                        const struct payload_origin *origin) {
    struct chat chat = {.escapes = NULL};
    chat_add_body(&chat, event);
    chat_add(&chat, chat.len > 0 ? "\n" : "");
    chat_add_origin(&chat, event, origin);
    return payload_add_cut(document, "message", chat.text, MESSAGE_MAX, text_utf8_prefix);
}

/* A tag that is the short code of an emoji is shown as that in front of the title. */
static bool add_tags(cJSON *document, enum event_severity severity) {
    cJSON *tags = cJSON_AddArrayToObject(document, "tags");
    cJSON *tag = cJSON_CreateString(chat_emoji(severity));
    if (tags == NULL || tag == NULL || !cJSON_AddItemToArray(tags, tag)) {
        cJSON_Delete(tag);
        return false;
    }
    return true;
}

cJSON *payload_ntfy(const struct event *event, const struct payload_origin *origin,
                    const char *recipient) {
    enum event_severity severity = event_severity_of(event);
    cJSON *document = cJSON_CreateObject();
    bool good = document != NULL && payload_add_text(document, "topic", recipient) &&
                add_title(document, event, origin) && add_message(document, event, origin) &&
                cJSON_AddNumberToObject(document, "priority", priorities[severity]) != NULL &&
                add_tags(document, severity);
    if (!good) {
        cJSON_Delete(document);
        return NULL;
    }
    return document;
}

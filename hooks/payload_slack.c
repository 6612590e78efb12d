/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Slack message for an event: a title, the text of the event, the numbers of the queue or of
 * the action, and a last line that names the event and where it comes from.
 */
#include "hooks/payload_chat.h"

/* Slack gives a meaning to these only. */
static const struct chat_escape escapes[] = {
    {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'\0', NULL}};

cJSON *payload_slack(const struct event *event, const struct payload_origin *origin,
                     const char *recipient) {
    (void)recipient;
    struct chat chat = {.escapes = escapes};
    chat_add(&chat, ":%s: *", chat_emoji(event_severity_of(event)));
    chat_add_title(&chat, event);
    chat_add(&chat, "* on ");
    chat_add_foreign(&chat, origin->host);
    chat_add_body(&chat, event);
    chat_add(&chat, "\n_");
    chat_add_origin(&chat, event, origin);
    chat_add(&chat, "_");
    cJSON *document = cJSON_CreateObject();
    if (document != NULL && cJSON_AddStringToObject(document, "text", chat.text) == NULL) {
        cJSON_Delete(document);
        return NULL;
    }
    return document;
}

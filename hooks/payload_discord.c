/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Discord message for an event: a line of content, which is what a phone shows, and an embed
 * with the text, the numbers and where the event comes from, in the color of its severity. Nobody
 * is ever mentioned: allowed_mentions permits none, whatever the texts contain. The limits are
 * those of Discord's "Execute Webhook" and of its embeds, in characters.
 */
#include "core/text.h"
#include "hooks/payload_chat.h"

#include <inttypes.h>

#define CONTENT_MAX 2000
/* The texts of an embed may have 6000 characters together. */
#define DESCRIPTION_MAX 3900
#define FOOTER_MAX 2000

/* What has a meaning in Discord's Markdown, or makes a link, an emoji or a mention. */
static const struct chat_escape escapes[] = {
    {'\\', "\\\\"}, {'`', "\\`"}, {'*', "\\*"}, {'_', "\\_"}, {'~', "\\~"},
    {'|', "\\|"},   {'<', "\\<"}, {'>', "\\>"}, {'#', "\\#"}, {'[', "\\["},
    {']', "\\]"},   {':', "\\:"}, {'@', "\\@"}, {'\0', NULL}};

static const struct {
    const char *symbol; /* the emoji itself: short codes are for people who type */
    int color;          /* 0xRRGGBB */
} looks[] = {
    [SEVERITY_CRITICAL] = {"\xF0\x9F\x9A\xA8", 0xC62828},
    [SEVERITY_WARNING] = {"\xE2\x9A\xA0\xEF\xB8\x8F", 0xF9A825},
    [SEVERITY_INFO] = {"\xE2\x84\xB9\xEF\xB8\x8F", 0x1565C0},
    [SEVERITY_OK] = {"\xE2\x9C\x85", 0x2E7D32},
};

static bool add_content(cJSON *document, const struct event *event,
                        const struct payload_origin *origin) {
    struct chat chat = {.escapes = escapes};
    chat_add(&chat, "%s **", looks[event_severity_of(event)].symbol);
    chat_add_title(&chat, event);
    chat_add(&chat, "** on ");
    chat_add_foreign(&chat, origin->host);
    return payload_add_cut(document, "content", chat.text, CONTENT_MAX, text_utf16_prefix);
}

/* Mentions nobody. */
static bool add_mentions(cJSON *document) {
    cJSON *mentions = cJSON_AddObjectToObject(document, "allowed_mentions");
    return mentions != NULL && cJSON_AddArrayToObject(mentions, "parse") != NULL;
}

/* An empty description is not allowed. */
static bool add_description(cJSON *embed, const struct event *event) {
    struct chat chat = {.escapes = escapes};
    chat_add_body(&chat, event);
    return chat.len == 0 ||
           payload_add_cut(embed, "description", chat.text, DESCRIPTION_MAX, text_utf16_prefix);
}

/* A footer has no Markdown, and the time beside it in the reader's time zone. */
static bool add_footer(cJSON *embed, const struct event *event,
                       const struct payload_origin *origin) {
    struct chat chat = {.escapes = NULL};
    char time[PAYLOAD_TIME_SIZE];
    cJSON *footer = cJSON_AddObjectToObject(embed, "footer");
    chat_add(&chat, "%s #%" PRIu32 ", ", event_name(event->type), event->serial);
    chat_add_foreign(&chat, origin->instance);
    return footer != NULL &&
           payload_add_cut(footer, "text", chat.text, FOOTER_MAX, text_utf16_prefix) &&
           payload_add_text(embed, "timestamp", payload_time(event->time, time));
}

static bool add_embed(cJSON *document, const struct event *event,
                      const struct payload_origin *origin) {
    cJSON *embeds = cJSON_AddArrayToObject(document, "embeds");
    cJSON *embed = cJSON_CreateObject();
    if (embeds == NULL || embed == NULL || !cJSON_AddItemToArray(embeds, embed)) {
        cJSON_Delete(embed);
        return false;
    }
    int color = looks[event_severity_of(event)].color;
    return add_description(embed, event) &&
           cJSON_AddNumberToObject(embed, "color", color) != NULL &&
           add_footer(embed, event, origin);
}

cJSON *payload_discord(const struct event *event, const struct payload_origin *origin,
                       const char *recipient) {
    (void)recipient;
    cJSON *document = cJSON_CreateObject();
    bool good = document != NULL && add_content(document, event, origin) &&
                add_mentions(document) && add_embed(document, event, origin);
    if (!good) {
        cJSON_Delete(document);
        return NULL;
    }
    return document;
}

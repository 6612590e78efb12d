/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What endpoints are sent: of any texts of an event and its origin, each format is JSON in valid
 * UTF-8 without unsafe characters but line ends, and no longer than the services take. And header
 * files: whatever is taken is one line each.
 */
#include "core/text.h"
#include "hooks/headers.h"
#include "hooks/payload.h"

#include "fuzz.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The longest documents that the services take, in octets; for the others what their texts can
 * grow to. */
static const size_t longest[HOOK_FORMAT_END] = {
    [HOOK_FORMAT_JSON] = 64 * 1024,    [HOOK_FORMAT_ALERTMANAGER] = 64 * 1024,
    [HOOK_FORMAT_SLACK] = 40 * 1024,   [HOOK_FORMAT_PAGERDUTY] = 512 * 1024,
    [HOOK_FORMAT_DISCORD] = 32 * 1024, [HOOK_FORMAT_NTFY] = 4096,
};

/* Copies the next line of the input. */
static void take(const char **data, size_t *size, char *out, size_t out_size) {
    const char *end = *size > 0 ? memchr(*data, '\n', *size) : NULL;
    size_t len = end != NULL ? (size_t)(end - *data) : *size;
    snprintf(out, out_size, "%.*s", (int)len, *data);
    *data += end != NULL ? len + 1 : len;
    *size -= end != NULL ? len + 1 : len;
}

static void check_strings(const cJSON *item) {
    for (; item != NULL; item = item->next) {
        for (const char *at = item->valuestring; at != NULL && *at != '\0';) {
            size_t len = strcspn(at, "\n");
            MUST(text_is_safe(at, len));
            at += len + (at[len] == '\n' ? 1U : 0U);
        }
        check_strings(item->child);
    }
}

static void check_format(enum hook_format format, const struct event *event,
                         const struct payload_origin *origin) {
    const struct payload_target target = {.format = format, .recipient = "recipient"};
    char *text = payload_make(&target, event, origin);
    MUST(text != NULL && strlen(text) <= longest[format] && text_is_utf8(text, strlen(text)));
    cJSON *document = cJSON_Parse(text);
    MUST(document != NULL);
    check_strings(document);
    cJSON_Delete(document);
    free(text);
}

static void check_headers(const char *text, size_t size) {
    struct headers headers = {.count = 0};
    char error[256] = "";
    size_t count = 0;
    if (size > HEADERS_MAX || !headers_parse(text, size, &headers, error, sizeof error)) {
        return;
    }
    for (const char *at = NULL; (at = headers_next(&headers, at)) != NULL; count++) {
        MUST(strpbrk(at, "\r\n") == NULL && strstr(at, ": ") != NULL);
        MUST(strncasecmp(at, "host:", 5) != 0 && strncasecmp(at, "content-", 8) != 0);
    }
    MUST(count == headers.count && count > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const char *text = (const char *)data;
    char host[65];
    char instance[1024];
    struct event event = {.serial = 1, .type = EVENT_OVERLOAD_RAISED, .total = {true, 1}};
    check_headers(text, size);
    if (size > 0) {
        unsigned type = (unsigned char)text[0] % EVENT_TYPE_END;
        event.type = event_type_exists(type) ? (enum event_type)type : EVENT_ACTION_FINISHED;
        event.has_action = event.type == EVENT_ACTION_FINISHED;
        event.has_condition = event_type_of_conditions(event.type);
        event.condition.watch = (struct watch){WATCH_AGE, QUEUE_DEFERRED};
        event.condition.severity = SEVERITY_WARNING;
        event.action.key.command = COMMAND_HOLD;
        event.action.state = ACTION_DONE;
        text++;
        size--;
    }
    take(&text, &size, event.text, sizeof event.text);
    take(&text, &size, host, sizeof host);
    take(&text, &size, event.action.comment, sizeof event.action.comment);
    take(&text, &size, event.action.key.owner, sizeof event.action.key.owner);
    take(&text, &size, instance, sizeof instance);
    take(&text, &size, event.condition.subject, sizeof event.condition.subject);
    take(&text, &size, event.condition.name, sizeof event.condition.name);
    const struct payload_origin origin = {
        .host = host, .instance = instance, .container = host, .context = ""};
    for (enum hook_format format = 0; format < HOOK_FORMAT_END; format++) {
        check_format(format, &event, &origin);
    }
    return 0;
}

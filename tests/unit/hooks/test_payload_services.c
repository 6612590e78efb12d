/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The documents for PagerDuty, Discord and ntfy: each as a whole, with hostile texts, and with the
 * longest texts within the limits of the services. tests/support/services.py has the same limits
 * for what arrives over HTTP.
 */
#include "hooks/payload.h"

#include "core/text.h"

#include "unit.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

#define KEY "0123456789abcdefABCDEF0123456789"

static const struct payload_origin origin = {
    .host = "gw1.example.com", .instance = "/etc/postfix", .container = "", .context = ""};

static struct event overload(enum event_type type) {
    struct event event = {.serial = 17,
                          .type = type,
                          .time = 1795563667, /* 2026-11-24T23:41:07Z */
                          .text = "612 messages in the queue",
                          .total = {true, 612},
                          .oldest_age_s = {true, 11520},
                          .threshold = {true, 500}};
    event.queues[QUEUE_DEFERRED] = (struct event_number){true, 612};
    return event;
}

static struct event old_mail(enum event_type type) {
    struct event event = overload(type);
    event.has_condition = true;
    event.condition = (struct event_condition){.name = "old_mail",
                                               .watch = {WATCH_AGE, QUEUE_DEFERRED},
                                               .severity = SEVERITY_WARNING,
                                               .value = 7201,
                                               .threshold = 7200,
                                               .since = 1795563600,
                                               .subject = "4F0C2A"};
    return event;
}

static struct event finished(void) {
    struct event event = {.serial = 18, .type = EVENT_ACTION_FINISHED, .has_action = true};
    event.action =
        (struct event_action){.key = {.owner = "ops", .command = COMMAND_DELETE, .id = 7},
                              .state = ACTION_PARTIAL,
                              .matched = 3,
                              .succeeded = 2,
                              .failed = 1,
                              .comment = "spam <wave> & \"more\""};
    return event;
}

static char *make_text(enum hook_format format, const struct event *event,
                       const struct payload_origin *from) {
    const struct payload_target target = {
        .format = format, .recipient = format == HOOK_FORMAT_NTFY ? "mail-queue" : KEY};
    char *text = payload_make(&target, event, from);
    assert_non_null(text);
    return text;
}

static cJSON *make(enum hook_format format, const struct event *event,
                   const struct payload_origin *from) {
    char *text = make_text(format, event, from);
    cJSON *document = cJSON_Parse(text);
    assert_non_null(document);
    free(text);
    return document;
}

static cJSON *at(cJSON *object, const char *name) {
    cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    if (item == NULL) {
        fail_msg("no %s in %s", name, cJSON_PrintUnformatted(object));
    }
    return item;
}

static const char *string_at(cJSON *object, const char *name) {
    const char *text = cJSON_GetStringValue(at(object, name));
    assert_non_null(text);
    return text;
}

static void check_document(const char *name, enum hook_format format, const struct event *event,
                           const char *expected) {
    cJSON *is = make(format, event, &origin);
    cJSON *should = cJSON_Parse(expected);
    assert_non_null(should);
    if (!cJSON_Compare(is, should, 1)) {
        fail_msg("case \"%s\": %s, not %s", name, cJSON_PrintUnformatted(is), expected);
    }
    cJSON_Delete(is);
    cJSON_Delete(should);
}

/* custom_details are the document of the format json, which has its own tests. */
static void check_pagerduty(const char *name, const struct event *event, const char *expected) {
    cJSON *is = make(HOOK_FORMAT_PAGERDUTY, event, &origin);
    cJSON *should = cJSON_Parse(expected);
    cJSON *json = make(HOOK_FORMAT_JSON, event, &origin);
    assert_non_null(should);
    cJSON_AddItemToObject(at(should, "payload"), "custom_details", json);
    if (!cJSON_Compare(is, should, 1)) {
        fail_msg("case \"%s\": %s, not %s", name, cJSON_PrintUnformatted(is), expected);
    }
    cJSON_Delete(is);
    cJSON_Delete(should);
}

static void test_pagerduty(void **state) {
    (void)state;
    struct event event = overload(EVENT_OVERLOAD_RAISED);
    check_pagerduty(
        "raise", &event,
        "{\"routing_key\":\"" KEY "\",\"event_action\":\"trigger\","
        "\"dedup_key\":\"hermes-mailqueue gw1.example.com /etc/postfix hmqOverload\","
        "\"client\":\"hermes-mailqueue\",\"payload\":{"
        "\"summary\":\"Mail queue overloaded on gw1.example.com: 612 messages in the queue\","
        "\"timestamp\":\"2026-11-24T23:41:07Z\",\"severity\":\"critical\","
        "\"source\":\"gw1.example.com\",\"component\":\"postfix\",\"group\":\"/etc/postfix\","
        "\"class\":\"hmqOverload\"}}");
    event = old_mail(EVENT_CONDITION_CLEARED);
    event.text[0] = '\0';
    check_pagerduty(
        "clear", &event,
        "{\"routing_key\":\"" KEY "\",\"event_action\":\"resolve\","
        "\"dedup_key\":\"hermes-mailqueue gw1.example.com /etc/postfix hmqCondition_old_mail\","
        "\"client\":\"hermes-mailqueue\",\"payload\":{"
        "\"summary\":\"Mail queue condition cleared (old_mail) on gw1.example.com\","
        "\"timestamp\":\"2026-11-24T23:41:07Z\",\"severity\":\"warning\","
        "\"source\":\"gw1.example.com\",\"component\":\"postfix\",\"group\":\"/etc/postfix\","
        "\"class\":\"hmqCondition_old_mail\"}}");
    event = finished();
    check_pagerduty(
        "action", &event,
        "{\"routing_key\":\"" KEY "\",\"event_action\":\"trigger\","
        "\"dedup_key\":\"hermes-mailqueue gw1.example.com /etc/postfix hmqActionFinished 18\","
        "\"client\":\"hermes-mailqueue\",\"payload\":{"
        "\"summary\":\"Queue action finished on gw1.example.com\","
        "\"timestamp\":\"1970-01-01T00:00:00Z\",\"severity\":\"info\","
        "\"source\":\"gw1.example.com\",\"component\":\"postfix\",\"group\":\"/etc/postfix\","
        "\"class\":\"hmqActionFinished\"}}");
}

static void dedup_key(const struct payload_origin *from, enum event_type type, uint32_t serial,
                      char out[300]) {
    struct event event = event_type_of_conditions(type) ? old_mail(type) : overload(type);
    event.serial = serial;
    event.total.value = serial;
    cJSON *document = make(HOOK_FORMAT_PAGERDUTY, &event, from);
    snprintf(out, 300, "%s", string_at(document, "dedup_key"));
    cJSON_Delete(document);
}

/* PagerDuty knows an alert by its key alone: equal for a raise and its clear, and for no others. */
static void test_dedup_key(void **state) {
    (void)state;
    char raised[300];
    char cleared[300];
    char other[300];
    for (enum event_type clear = 1; clear < EVENT_TYPE_END; clear++) {
        enum event_type raise = event_type_exists(clear) ? event_raise_of(clear) : 0;
        if (raise == 0) {
            continue;
        }
        dedup_key(&origin, raise, 3, raised);
        dedup_key(&origin, clear, 99, cleared);
        CHECK_STRING(event_name(clear), cleared, raised);
        for (enum event_type type = 1; type < EVENT_TYPE_END; type++) {
            if (event_type_exists(type) && type != raise && type != clear) {
                dedup_key(&origin, type, 3, other);
                CHECK(event_name(type), strcmp(other, raised) != 0);
            }
        }
    }
}

/* Each condition is an alert of its own. */
static void test_dedup_key_of_conditions(void **state) {
    (void)state;
    struct event a = old_mail(EVENT_CONDITION_RAISED);
    struct event b = old_mail(EVENT_CONDITION_RAISED);
    snprintf(b.condition.name, sizeof b.condition.name, "older_mail");
    cJSON *first = make(HOOK_FORMAT_PAGERDUTY, &a, &origin);
    cJSON *second = make(HOOK_FORMAT_PAGERDUTY, &b, &origin);
    CHECK("two names", strcmp(string_at(first, "dedup_key"), string_at(second, "dedup_key")) != 0);
    cJSON_Delete(first);
    cJSON_Delete(second);
}

static void test_dedup_key_of_origins(void **state) {
    (void)state;
    char long_instance[1000] = "/";
    char other_instance[1000] = "/";
    memset(long_instance + 1, 'a', sizeof long_instance - 2);
    memset(other_instance + 1, 'a', sizeof other_instance - 2);
    other_instance[sizeof other_instance - 2] = 'b';
    const struct payload_origin origins[] = {
        origin,
        {.host = "gw2", .instance = "/etc/postfix", .container = "", .context = ""},
        {.host = "gw1.example.com", .instance = "/etc/out", .container = "", .context = ""},
        {.host = "gw1.example.com", .instance = "/etc/postfix", .container = "mx", .context = ""},
        {.host = "gw1.example.com", .instance = "/etc/postfix", .container = "", .context = "out"},
        {.host = "gw1.example.com", .instance = long_instance, .container = "", .context = ""},
        {.host = "gw1.example.com", .instance = other_instance, .container = "", .context = ""},
    };
    for (size_t i = 0; i < COUNT_OF(origins); i++) {
        char raised[300];
        char cleared[300];
        dedup_key(&origins[i], EVENT_OVERLOAD_RAISED, 1, raised);
        dedup_key(&origins[i], EVENT_OVERLOAD_CLEARED, 2, cleared);
        CHECK_STRING(raised, cleared, raised);
        CHECK(raised, strlen(raised) <= 255);
        for (size_t k = 0; k < i; k++) {
            dedup_key(&origins[k], EVENT_OVERLOAD_RAISED, 1, cleared);
            CHECK(raised, strcmp(cleared, raised) != 0);
        }
    }
}

static void test_discord(void **state) {
    (void)state;
    struct event event = overload(EVENT_OVERLOAD_RAISED);
    check_document("raise", HOOK_FORMAT_DISCORD, &event,
                   "{\"content\":\"\xF0\x9F\x9A\xA8 **Mail queue overloaded** on gw1.example.com\","
                   "\"allowed_mentions\":{\"parse\":[]},\"embeds\":[{"
                   "\"description\":\"612 messages in the queue\\n612 messages: 612 deferred; "
                   "oldest 3 h 12 min; threshold 500\",\"color\":12986408,"
                   "\"footer\":{\"text\":\"hmqOverloadRaised #17, /etc/postfix\"},"
                   "\"timestamp\":\"2026-11-24T23:41:07Z\"}]}");
    event = old_mail(EVENT_CONDITION_RAISED);
    check_document(
        "condition", HOOK_FORMAT_DISCORD, &event,
        "{\"content\":\"\xE2\x9A\xA0\xEF\xB8\x8F **Mail queue condition raised (old\\\\_mail)** on "
        "gw1.example.com\",\"allowed_mentions\":{\"parse\":[]},\"embeds\":[{"
        "\"description\":\"612 messages in the queue\\n612 messages: 612 deferred; "
        "oldest 3 h 12 min; threshold 8 min 20 s\",\"color\":16361509,"
        "\"footer\":{\"text\":\"hmqConditionRaised #17, /etc/postfix\"},"
        "\"timestamp\":\"2026-11-24T23:41:07Z\"}]}");
    event = finished();
    check_document(
        "action", HOOK_FORMAT_DISCORD, &event,
        "{\"content\":\"\xE2\x84\xB9\xEF\xB8\x8F **Queue action finished** on gw1.example.com\","
        "\"allowed_mentions\":{\"parse\":[]},\"embeds\":[{"
        "\"description\":\"delete partial: 3 matched, 2 succeeded, 1 failed; by ops: "
        "spam \\\\<wave\\\\> & \\\"more\\\"\",\"color\":1402304,"
        "\"footer\":{\"text\":\"hmqActionFinished #18, /etc/postfix\"},"
        "\"timestamp\":\"1970-01-01T00:00:00Z\"}]}");
    struct event started = {.serial = 1, .type = EVENT_AGENT_STARTED};
    check_document(
        "nothing known", HOOK_FORMAT_DISCORD, &started,
        "{\"content\":\"\xE2\x84\xB9\xEF\xB8\x8F **Mail queue agent started** on gw1.example.com\","
        "\"allowed_mentions\":{\"parse\":[]},\"embeds\":[{\"color\":1402304,"
        "\"footer\":{\"text\":\"hmqAgentStarted #1, /etc/postfix\"},"
        "\"timestamp\":\"1970-01-01T00:00:00Z\"}]}");
}

static void test_discord_hostile(void **state) {
    (void)state;
    struct event event = {
        .serial = 1,
        .type = EVENT_DATA_LOST,
        .text = "@everyone <@&1> [a](https://x) *b* _c_ `d` ~e~ |f| \\ \xE2\x80\xAE\n# g :x:"};
    cJSON *document = make(HOOK_FORMAT_DISCORD, &event, &origin);
    CHECK_STRING("hostile", string_at(cJSON_GetArrayItem(at(document, "embeds"), 0), "description"),
                 "\\@everyone \\<\\@&1\\> \\[a\\](https\\://x) \\*b\\* \\_c\\_ \\`d\\` \\~e\\~ "
                 "\\|f\\| \\\\   \\# g \\:x\\:\nnumber of messages unknown");
    cJSON_Delete(document);
}

static void test_ntfy(void **state) {
    (void)state;
    struct event event = overload(EVENT_OVERLOAD_RAISED);
    check_document("raise", HOOK_FORMAT_NTFY, &event,
                   "{\"topic\":\"mail-queue\","
                   "\"title\":\"Mail queue overloaded on gw1.example.com\","
                   "\"message\":\"612 messages in the queue\\n612 messages: 612 deferred; "
                   "oldest 3 h 12 min; threshold 500\\n"
                   "hmqOverloadRaised #17, 2026-11-24T23:41:07Z, /etc/postfix\","
                   "\"priority\":5,\"tags\":[\"rotating_light\"]}");
    event = overload(EVENT_OVERLOAD_CLEARED);
    event.total.known = false;
    check_document("clear", HOOK_FORMAT_NTFY, &event,
                   "{\"topic\":\"mail-queue\","
                   "\"title\":\"Mail queue no longer overloaded on gw1.example.com\","
                   "\"message\":\"612 messages in the queue\\n"
                   "hmqOverloadCleared #17, 2026-11-24T23:41:07Z, /etc/postfix\","
                   "\"priority\":3,\"tags\":[\"white_check_mark\"]}");
    struct event started = {.serial = 1, .type = EVENT_AGENT_STARTED};
    check_document("nothing known", HOOK_FORMAT_NTFY, &started,
                   "{\"topic\":\"mail-queue\","
                   "\"title\":\"Mail queue agent started on gw1.example.com\","
                   "\"message\":\"hmqAgentStarted #1, 1970-01-01T00:00:00Z, /etc/postfix\","
                   "\"priority\":2,\"tags\":[\"information_source\"]}");
}

/* Fills a text with as many whole copies of a character as fit. */
static void fill(char *text, size_t size, const char *character) {
    size_t len = strlen(character);
    size_t count = (size - 1) / len;
    for (size_t i = 0; i < count; i++) {
        memcpy(text + i * len, character, len);
    }
    text[count * len] = '\0';
}

/* How many code units of UTF-16 a text has: at least as many as characters. */
static size_t units(const char *text) {
    size_t count = 0;
    for (; *text != '\0'; text++) {
        unsigned char octet = (unsigned char)*text;
        count += (octet & 0xC0) != 0x80 ? 1U : 0U;
        count += octet >= 0xF0 ? 1U : 0U;
    }
    return count;
}

static void check_limits(const char *name, const struct event *event,
                         const struct payload_origin *from) {
    cJSON *document = make(HOOK_FORMAT_PAGERDUTY, event, from);
    const char *summary = string_at(at(document, "payload"), "summary");
    CHECK(name, units(summary) <= 1024 && text_is_utf8(summary, strlen(summary)));
    CHECK(name, units(string_at(document, "dedup_key")) <= 255);
    cJSON_Delete(document);

    document = make(HOOK_FORMAT_DISCORD, event, from);
    cJSON *embed = cJSON_GetArrayItem(at(document, "embeds"), 0);
    const char *content = string_at(document, "content");
    const char *description = string_at(embed, "description");
    const char *footer = string_at(at(embed, "footer"), "text");
    CHECK(name, units(content) <= 2000 && text_is_utf8(content, strlen(content)));
    CHECK(name, units(description) <= 4096 && text_is_utf8(description, strlen(description)));
    CHECK(name, units(footer) <= 2048 && text_is_utf8(footer, strlen(footer)));
    CHECK(name, units(description) + units(footer) <= 6000);
    cJSON_Delete(document);

    char *text = make_text(HOOK_FORMAT_NTFY, event, from);
    CHECK(name, strlen(text) <= 4096 && text_is_utf8(text, strlen(text)));
    free(text);
    document = make(HOOK_FORMAT_NTFY, event, from);
    CHECK(name, strlen(string_at(document, "message")) <= 4096);
    cJSON_Delete(document);
}

/* Each text of an event and its origin at its longest, with characters that grow in various ways:
 * escaped for Markdown, escaped for JSON, invalid, of two to four octets. */
static void test_limits(void **state) {
    (void)state;
    static const char *const characters[] = {
        "*", "\"", "\\", "\xff", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x93\xA7"};
    for (size_t i = 0; i < COUNT_OF(characters); i++) {
        for (int with_action = 0; with_action < 2; with_action++) {
            struct event event = with_action != 0 ? finished() : overload(EVENT_OVERLOAD_RAISED);
            char host[65];
            char instance[1024];
            fill(event.text, sizeof event.text, characters[i]);
            fill(event.action.comment, sizeof event.action.comment, characters[i]);
            fill(event.action.key.owner, sizeof event.action.key.owner, characters[i]);
            fill(host, sizeof host, characters[i]);
            fill(instance, sizeof instance, characters[i]);
            const struct payload_origin from = {
                .host = host, .instance = instance, .container = instance, .context = host};
            check_limits(characters[i], &event, &from);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pagerduty),
        cmocka_unit_test(test_dedup_key),
        cmocka_unit_test(test_dedup_key_of_conditions),
        cmocka_unit_test(test_dedup_key_of_origins),
        cmocka_unit_test(test_discord),
        cmocka_unit_test(test_discord_hostile),
        cmocka_unit_test(test_ntfy),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

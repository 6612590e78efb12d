/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What endpoints are sent: each format member by member, and unknown numbers never as 0.
 */
#include "hooks/payload.h"

#include "core/text.h"

#include "unit.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

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
    event.queues[QUEUE_MAILDROP] = (struct event_number){true, 0};
    event.queues[QUEUE_INCOMING] = (struct event_number){true, 1};
    event.queues[QUEUE_ACTIVE] = (struct event_number){true, 20};
    event.queues[QUEUE_DEFERRED] = (struct event_number){true, 579};
    event.queues[QUEUE_HOLD] = (struct event_number){true, 12};
    return event;
}

static struct event old_mail(enum event_type type) {
    struct event event = overload(type);
    event.has_condition = true;
    event.condition = (struct event_condition){.name = "old-mail",
                                               .watch = {WATCH_AGE, QUEUE_DEFERRED},
                                               .severity = SEVERITY_INFO,
                                               .value = 7201,
                                               .threshold = 7200,
                                               .since = 1795563600,
                                               .subject = "4F0C2A"};
    return event;
}

static struct event finished(void) {
    struct event event = {.serial = 4294967295U,
                          .type = EVENT_ACTION_FINISHED,
                          .time = 1795563667,
                          .has_action = true};
    event.action =
        (struct event_action){.key = {.owner = "ops", .command = COMMAND_DELETE, .id = 7},
                              .state = ACTION_PARTIAL,
                              .matched = 3,
                              .succeeded = 2,
                              .failed = 1,
                              .comment = "spam <wave> & \"more\""};
    return event;
}

static cJSON *make(enum hook_format format, const struct event *event) {
    const struct payload_target target = {.format = format, .recipient = "to"};
    char *text = payload_make(&target, event, &origin);
    assert_non_null(text);
    cJSON *document = cJSON_Parse(text);
    assert_non_null(document);
    free(text);
    return document;
}

/* The whole document, so that nothing is missing and nothing more is there. */
static void check_document(const char *name, enum hook_format format, const struct event *event,
                           const char *expected) {
    cJSON *is = make(format, event);
    cJSON *should = cJSON_Parse(expected);
    assert_non_null(should);
    if (!cJSON_Compare(is, should, 1)) {
        fail_msg("case \"%s\": %s, not %s", name, cJSON_PrintUnformatted(is), expected);
    }
    cJSON_Delete(is);
    cJSON_Delete(should);
}

static void test_json(void **state) {
    (void)state;
    struct event event = overload(EVENT_OVERLOAD_RAISED);
    check_document("raise", HOOK_FORMAT_JSON, &event,
                   "{\"version\":1,\"serial\":17,\"time\":\"2026-11-24T23:41:07Z\","
                   "\"host\":\"gw1.example.com\",\"instance\":\"/etc/postfix\","
                   "\"event\":\"hmqOverloadRaised\",\"severity\":\"critical\","
                   "\"text\":\"612 messages in the queue\","
                   "\"queue\":{\"total\":612,\"maildrop\":0,\"incoming\":1,\"active\":20,"
                   "\"deferred\":579,\"hold\":12,\"oldest_age\":11520},\"threshold\":500}");
}

static void test_json_condition(void **state) {
    (void)state;
    struct event event = old_mail(EVENT_CONDITION_RAISED);
    cJSON *document = make(HOOK_FORMAT_JSON, &event);
    cJSON *should = cJSON_Parse("{\"name\":\"old-mail\",\"watch\":\"age deferred\",\"value\":7201,"
                                "\"subject\":\"4F0C2A\",\"since\":\"2026-11-24T23:40:00Z\"}");
    assert_true(cJSON_Compare(cJSON_GetObjectItemCaseSensitive(document, "condition"), should, 1));
    CHECK_STRING("raise", cJSON_GetObjectItemCaseSensitive(document, "severity")->valuestring,
                 "info");
    cJSON_Delete(document);
    event.type = EVENT_CONDITION_CLEARED;
    event.condition.since = 0;
    document = make(HOOK_FORMAT_JSON, &event);
    CHECK_STRING("clear", cJSON_GetObjectItemCaseSensitive(document, "severity")->valuestring,
                 "ok");
    assert_true(cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(
        cJSON_GetObjectItemCaseSensitive(document, "condition"), "since")));
    cJSON_Delete(document);
    cJSON_Delete(should);
}

static void test_json_unknown_is_null(void **state) {
    (void)state;
    struct event event = {.serial = 1, .type = EVENT_DATA_LOST, .text = "spool gone"};
    check_document("lost", HOOK_FORMAT_JSON, &event,
                   "{\"version\":1,\"serial\":1,\"time\":\"1970-01-01T00:00:00Z\","
                   "\"host\":\"gw1.example.com\",\"instance\":\"/etc/postfix\","
                   "\"event\":\"hmqDataLost\",\"severity\":\"critical\",\"text\":\"spool gone\","
                   "\"queue\":{\"total\":null,\"maildrop\":null,\"incoming\":null,\"active\":null,"
                   "\"deferred\":null,\"hold\":null,\"oldest_age\":null},\"threshold\":null}");
}

static void test_json_action(void **state) {
    (void)state;
    struct event event = finished();
    cJSON *document = make(HOOK_FORMAT_JSON, &event);
    cJSON *should = cJSON_Parse("{\"owner\":\"ops\",\"command\":\"delete\",\"id\":7,"
                                "\"state\":\"partial\",\"matched\":3,\"succeeded\":2,\"failed\":1,"
                                "\"comment\":\"spam <wave> & \\\"more\\\"\"}");
    assert_true(cJSON_Compare(cJSON_GetObjectItemCaseSensitive(document, "action"), should, 1));
    assert_true(cJSON_GetObjectItemCaseSensitive(document, "serial")->valuedouble == 4294967295.0);
    cJSON_Delete(document);
    cJSON_Delete(should);
}

static void test_json_is_utf8_whatever_comes(void **state) {
    (void)state;
    struct event event = {.serial = 1, .type = EVENT_DATA_LOST, .text = "a\xff\x01z"};
    cJSON *document = make(HOOK_FORMAT_JSON, &event);
    CHECK_STRING("text", cJSON_GetObjectItemCaseSensitive(document, "text")->valuestring,
                 "a\xEF\xBF\xBD z");
    cJSON_Delete(document);
}

/* Of any event with any texts, nothing else known: a document that every reader accepts. */
static void test_every_format_is_valid(void **state) {
    (void)state;
    for (enum hook_format format = 0; format < HOOK_FORMAT_END; format++) {
        for (enum event_type type = 1; type < EVENT_TYPE_END; type++) {
            if (!event_type_exists(type)) {
                continue;
            }
            struct event event = old_mail(type);
            snprintf(event.text, sizeof event.text, "a\xff\x01\"<z");
            snprintf(event.condition.subject, sizeof event.condition.subject, "a\xff\x01\"<z");
            const struct payload_target target = {.format = format, .recipient = "to"};
            char *text = payload_make(&target, &event, &origin);
            char *clean = text != NULL ? malloc(3 * strlen(text) + 1) : NULL;
            cJSON *document = text != NULL ? cJSON_Parse(text) : NULL;
            CHECK(event_name(type), document != NULL && clean != NULL);
            text_to_utf8(text, strlen(text), clean);
            CHECK_STRING(event_name(type), text, clean);
            cJSON_Delete(document);
            free(clean);
            free(text);
        }
    }
}

static cJSON *alert_part(cJSON *document, const char *name) {
    assert_int_equal(cJSON_GetArraySize(document), 1);
    cJSON *part = cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(document, 0), name);
    assert_non_null(part);
    return part;
}

static void test_alert_is_whole(void **state) {
    (void)state;
    struct event event = overload(EVENT_OVERLOAD_CLEARED);
    check_document(
        "clear", HOOK_FORMAT_ALERTMANAGER, &event,
        "[{\"labels\":{\"alertname\":\"hmqOverload\",\"severity\":\"critical\","
        "\"job\":\"hermes-mailqueue\",\"instance\":\"gw1.example.com\","
        "\"postfix\":\"/etc/postfix\"},\"annotations\":{\"summary\":\"612 messages in the "
        "queue\",\"event\":\"hmqOverloadCleared\",\"event_serial\":\"17\",\"total\":\"612\","
        "\"threshold\":\"500\",\"oldest_age\":\"11520\",\"maildrop\":\"0\",\"incoming\":\"1\","
        "\"active\":\"20\",\"deferred\":\"579\",\"hold\":\"12\"},"
        "\"startsAt\":\"2026-11-24T23:41:07Z\",\"endsAt\":\"2026-11-24T23:41:07Z\"}]");
}

/* Alertmanager knows an alert by its labels alone. */
static void test_clear_has_the_labels_of_its_raise(void **state) {
    (void)state;
    for (enum event_type clear = 1; clear < EVENT_TYPE_END; clear++) {
        enum event_type raise = event_raise_of(clear);
        if (raise == 0) {
            continue;
        }
        struct event first = overload(raise);
        struct event second = overload(clear);
        second.serial = 99;
        second.total.value = 1;
        cJSON *a = make(HOOK_FORMAT_ALERTMANAGER, &first);
        cJSON *b = make(HOOK_FORMAT_ALERTMANAGER, &second);
        CHECK(event_name(clear),
              cJSON_Compare(alert_part(a, "labels"), alert_part(b, "labels"), 1));
        CHECK_STRING(event_name(raise), alert_part(a, "endsAt")->valuestring,
                     "2027-11-24T23:41:07Z");
        CHECK_STRING(event_name(clear), alert_part(b, "endsAt")->valuestring,
                     "2026-11-24T23:41:07Z");
        cJSON_Delete(a);
        cJSON_Delete(b);
    }
}

static void test_alert_unknown_is_absent(void **state) {
    (void)state;
    struct event event = {.serial = 1, .type = EVENT_DATA_LOST, .text = "spool gone"};
    cJSON *document = make(HOOK_FORMAT_ALERTMANAGER, &event);
    cJSON *annotations = alert_part(document, "annotations");
    assert_int_equal(cJSON_GetArraySize(annotations), 3);
    assert_null(cJSON_GetObjectItemCaseSensitive(annotations, "total"));
    cJSON_Delete(document);
}

/* Two actions are two alerts, gone after five minutes. */
static void test_alert_of_an_action(void **state) {
    (void)state;
    struct event event = finished();
    cJSON *document = make(HOOK_FORMAT_ALERTMANAGER, &event);
    CHECK_STRING(
        "serial",
        cJSON_GetObjectItemCaseSensitive(alert_part(document, "labels"), "serial")->valuestring,
        "4294967295");
    CHECK_STRING("ends", alert_part(document, "endsAt")->valuestring, "2026-11-24T23:46:07Z");
    CHECK_STRING(
        "comment",
        cJSON_GetObjectItemCaseSensitive(alert_part(document, "annotations"), "action_comment")
            ->valuestring,
        "spam <wave> & \"more\"");
    cJSON_Delete(document);
}

static void check_slack(const char *name, const struct event *event, const char *expected) {
    cJSON *document = make(HOOK_FORMAT_SLACK, event);
    assert_int_equal(cJSON_GetArraySize(document), 1);
    CHECK_STRING(name, cJSON_GetObjectItemCaseSensitive(document, "text")->valuestring, expected);
    cJSON_Delete(document);
}

static void test_slack(void **state) {
    (void)state;
    struct event event = overload(EVENT_OVERLOAD_RAISED);
    check_slack("raise", &event,
                ":rotating_light: *Mail queue overloaded* on gw1.example.com\n"
                "612 messages in the queue\n"
                "612 messages: 1 incoming, 20 active, 579 deferred, 12 hold; oldest 3 h 12 min; "
                "threshold 500\n"
                "_hmqOverloadRaised #17, 2026-11-24T23:41:07Z, /etc/postfix_");
    event = old_mail(EVENT_CONDITION_CLEARED);
    event.threshold.value = 90000;
    event.oldest_age_s.value = 59;
    event.total.value = 1;
    event.text[0] = '\0';
    check_slack("age", &event,
                ":white_check_mark: *Mail queue condition cleared (old-mail)* on gw1.example.com\n"
                "1 message: 1 incoming, 20 active, 579 deferred, 12 hold; oldest 59 s; "
                "threshold 1 d 1 h\n"
                "_hmqConditionCleared #17, 2026-11-24T23:41:07Z, /etc/postfix_");
    struct event lost = {.serial = 2, .type = EVENT_DATA_LOST, .text = "no <spool> & co"};
    check_slack("lost", &lost,
                ":rotating_light: *Mail queue cannot be read* on gw1.example.com\n"
                "no &lt;spool&gt; &amp; co\nnumber of messages unknown\n"
                "_hmqDataLost #2, 1970-01-01T00:00:00Z, /etc/postfix_");
    event = finished();
    check_slack("action", &event,
                ":information_source: *Queue action finished* on gw1.example.com\n"
                "delete partial: 3 matched, 2 succeeded, 1 failed; by ops: "
                "spam &lt;wave&gt; &amp; \"more\"\n"
                "_hmqActionFinished #4294967295, 2026-11-24T23:41:07Z, /etc/postfix_");
}

/* The longest texts, each character of which grows when it is escaped, are not cut. */
static void test_slack_has_room(void **state) {
    (void)state;
    struct event event = finished();
    memset(event.text, '<', sizeof event.text - 1);
    memset(event.action.comment, '&', sizeof event.action.comment - 1);
    cJSON *document = make(HOOK_FORMAT_SLACK, &event);
    const char *text = cJSON_GetObjectItemCaseSensitive(document, "text")->valuestring;
    static const char end[] = "/etc/postfix_";
    assert_string_equal(text + strlen(text) - strlen(end), end);
    cJSON_Delete(document);
}

static const char *variable(char **environment, const char *name) {
    size_t len = strlen(name);
    for (size_t i = 0; environment[i] != NULL; i++) {
        if (strncmp(environment[i], name, len) == 0 && environment[i][len] == '=') {
            return environment[i] + len + 1;
        }
    }
    return NULL;
}

static void test_environment(void **state) {
    (void)state;
    static const struct {
        const char *name, *value;
    } raised[] = {
        {"HMQ_HOOK", "pager"},
        {"HMQ_EVENT", "hmqOverloadRaised"},
        {"HMQ_SERIAL", "17"},
        {"HMQ_SEVERITY", "critical"},
        {"HMQ_TIME", "2026-11-24T23:41:07Z"},
        {"HMQ_TEXT", "612 messages in the queue"},
        {"HMQ_HOST", "gw1.example.com"},
        {"HMQ_INSTANCE", "/etc/postfix"},
        {"HMQ_TOTAL", "612"},
        {"HMQ_MAILDROP", "0"},
        {"HMQ_INCOMING", "1"},
        {"HMQ_ACTIVE", "20"},
        {"HMQ_DEFERRED", "579"},
        {"HMQ_HOLD", "12"},
        {"HMQ_OLDEST_AGE", "11520"},
        {"HMQ_THRESHOLD", "500"},
    };
    struct event event = overload(EVENT_OVERLOAD_RAISED);
    char **environment = payload_environment(&event, &origin, "pager");
    for (size_t i = 0; i < COUNT_OF(raised); i++) {
        const char *value = variable(environment, raised[i].name);
        CHECK_STRING(raised[i].name, value != NULL ? value : "(not set)", raised[i].value);
    }
    assert_null(variable(environment, "HMQ_ACTION_OWNER"));
    payload_environment_free(environment);
}

/* A script that acts over SNMP has to reach the agent that called it. */
static void test_context(void **state) {
    (void)state;
    static const struct payload_origin out = {.host = "gw1.example.com",
                                              .instance = "/etc/postfix-out",
                                              .container = "",
                                              .context = "out"};
    struct event event = overload(EVENT_OVERLOAD_RAISED);
    const struct payload_target target = {.format = HOOK_FORMAT_JSON};
    char *text = payload_make(&target, &event, &out);
    char **environment = payload_environment(&event, &out, "pager");
    assert_non_null(text);
    assert_non_null(strstr(text, "\"instance\":\"/etc/postfix-out\",\"context\":\"out\","));
    assert_string_equal(variable(environment, "HMQ_CONTEXT"), "out");
    payload_environment_free(environment);
    free(text);
    environment = payload_environment(&event, &origin, "pager");
    assert_null(variable(environment, "HMQ_CONTEXT"));
    payload_environment_free(environment);
}

static void test_environment_unknown_is_not_set(void **state) {
    (void)state;
    struct event event = finished();
    char **environment = payload_environment(&event, &origin, "pager");
    assert_null(variable(environment, "HMQ_TOTAL"));
    assert_null(variable(environment, "HMQ_DEFERRED"));
    assert_null(variable(environment, "HMQ_THRESHOLD"));
    assert_null(variable(environment, "HMQ_OLDEST_AGE"));
    assert_string_equal(variable(environment, "HMQ_ACTION_STATE"), "partial");
    assert_string_equal(variable(environment, "HMQ_ACTION_OWNER"), "ops");
    assert_string_equal(variable(environment, "HMQ_ACTION_COMMENT"), "spam <wave> & \"more\"");
    payload_environment_free(environment);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_json_condition),
        cmocka_unit_test(test_json_unknown_is_null),
        cmocka_unit_test(test_json_action),
        cmocka_unit_test(test_json_is_utf8_whatever_comes),
        cmocka_unit_test(test_every_format_is_valid),
        cmocka_unit_test(test_alert_is_whole),
        cmocka_unit_test(test_clear_has_the_labels_of_its_raise),
        cmocka_unit_test(test_alert_unknown_is_absent),
        cmocka_unit_test(test_alert_of_an_action),
        cmocka_unit_test(test_slack),
        cmocka_unit_test(test_slack_has_room),
        cmocka_unit_test(test_environment),
        cmocka_unit_test(test_context),
        cmocka_unit_test(test_environment_unknown_is_not_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

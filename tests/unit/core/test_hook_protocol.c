/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The packets between the agent and the hooks process: what is well-formed and what is not.
 */
#include "core/hook_protocol.h"

#include "unit.h"

static struct hook_order good_order(void) {
    struct hook_order order = {.version = HOOK_PROTOCOL_VERSION, .session = 5, .hook = 63};
    order.event = (struct event){.serial = 1,
                                 .type = EVENT_ACTION_FINISHED,
                                 .text = "done",
                                 .has_action = true,
                                 .action = {.key = {.owner = "ops", .command = COMMAND_COUNT},
                                            .state = ACTION_INTERRUPTED,
                                            .comment = "why"}};
    return order;
}

static void break_version(struct hook_order *order) {
    order->version++;
}
static void break_hook(struct hook_order *order) {
    order->hook = CONFIG_HOOKS_MAX;
}
static void break_serial(struct hook_order *order) {
    order->event.serial = 0;
}
static void break_type_low(struct hook_order *order) {
    order->event.type = 0;
}
static void break_type_high(struct hook_order *order) {
    order->event.type = EVENT_TYPE_END;
}
static void break_text(struct hook_order *order) {
    memset(order->event.text, 'x', sizeof order->event.text);
}
static void break_owner(struct hook_order *order) {
    memset(order->event.action.key.owner, 'x', sizeof order->event.action.key.owner);
}
static void break_comment(struct hook_order *order) {
    memset(order->event.action.comment, 'x', sizeof order->event.action.comment);
}
static void break_command(struct hook_order *order) {
    order->event.action.key.command = COMMAND_END;
}
static void break_state(struct hook_order *order) {
    order->event.action.state = 0;
}
static void break_repeat(struct hook_order *order) {
    order->repeat = 2;
}
static void break_detail(struct hook_order *order) {
    memset(order->event.detail, 'x', sizeof order->event.detail);
}
static void break_changes(struct hook_order *order) {
    memset(order->event.changes, 'x', sizeof order->event.changes);
}
static void break_reserved(struct hook_order *order) {
    order->event.type = EVENT_OVERLOAD_CLEARED + 1;
}
static void break_flag(struct hook_order *order) {
    memset(&order->event.queues[QUEUE_HOLD].known, 2, 1);
}
static void break_total_flag(struct hook_order *order) {
    memset(&order->event.total.known, 255, 1);
}

static struct hook_order condition_order(void) {
    struct hook_order order = {.version = HOOK_PROTOCOL_VERSION, .session = 5, .hook = 63};
    order.event = (struct event){.serial = 1,
                                 .type = EVENT_OVERLOAD_RAISED,
                                 .has_condition = true,
                                 .condition = {.name = "overload",
                                               .watch = {WATCH_QUEUE, QUEUE_HOLD},
                                               .severity = SEVERITY_INFO,
                                               .subject = "4F0C2A"}};
    return order;
}

static void break_condition(struct hook_order *order) {
    memset(&order->event.has_condition, 2, 1);
}
static void break_name(struct hook_order *order) {
    memset(order->event.condition.name, 'x', sizeof order->event.condition.name);
}
static void break_no_name(struct hook_order *order) {
    order->event.condition.name[0] = '\0';
}
static void break_letters(struct hook_order *order) {
    order->event.condition.name[0] = '"';
}
static void break_subject(struct hook_order *order) {
    memset(order->event.condition.subject, 'x', sizeof order->event.condition.subject);
}
static void break_watch(struct hook_order *order) {
    order->event.condition.watch.kind = WATCH_KIND_END;
}
static void break_queue(struct hook_order *order) {
    order->event.condition.watch.queue = QUEUE_COUNT + 1;
}
static void break_nothing_said(struct hook_order *order) {
    order->event.type = EVENT_CONDITION_CLEARED;
    order->event.has_condition = false;
}
static void break_about(struct hook_order *order) {
    memset(order->event.subject, 'x', sizeof order->event.subject);
}
static void break_severity(struct hook_order *order) {
    order->event.condition.severity = SEVERITY_OK;
}

static void test_conditions(void **state) {
    (void)state;
    static const struct {
        const char *name;
        void (*spoil)(struct hook_order *);
    } cases[] = {
        {"a flag", break_condition},
        {"name not ended", break_name},
        {"no name", break_no_name},
        {"a name with a quotation mark", break_letters},
        {"subject not ended", break_subject},
        {"watch", break_watch},
        {"queue", break_queue},
        {"severity", break_severity},
        {"which condition is not said", break_nothing_said},
        {"what it is about not ended", break_about},
    };
    struct hook_order order = condition_order();
    assert_true(hook_order_valid(&order, sizeof order));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        order = condition_order();
        cases[i].spoil(&order);
        CHECK(cases[i].name, !hook_order_valid(&order, sizeof order));
    }
}

static void test_orders(void **state) {
    (void)state;
    static const struct {
        const char *name;
        void (*spoil)(struct hook_order *);
    } cases[] = {
        {"version", break_version},
        {"hook", break_hook},
        {"repeat", break_repeat},
        {"detail not ended", break_detail},
        {"changes not ended", break_changes},
        {"a reserved type", break_reserved},
        {"serial", break_serial},
        {"type 0", break_type_low},
        {"type beyond", break_type_high},
        {"text not ended", break_text},
        {"owner not ended", break_owner},
        {"comment not ended", break_comment},
        {"command", break_command},
        {"state", break_state},
        {"a flag of a queue", break_flag},
        {"a flag of the total", break_total_flag},
    };
    struct hook_order order = good_order();
    assert_true(hook_order_valid(&order, sizeof order));
    assert_false(hook_order_valid(&order, sizeof order - 1));
    assert_false(hook_order_valid(&order, sizeof order + 1));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        order = good_order();
        cases[i].spoil(&order);
        CHECK(cases[i].name, !hook_order_valid(&order, sizeof order));
    }
    order = good_order();
    order.event.has_action = false;
    order.event.action.state = 0;
    assert_true(hook_order_valid(&order, sizeof order));
}

static void test_reports(void **state) {
    (void)state;
    static const struct {
        const char *name;
        struct hook_report report;
        bool good;
    } cases[] = {
        {"hello", {HOOK_PROTOCOL_VERSION, HOOK_HELLO, 1, CONFIG_HOOKS_MAX, 0, ""}, true},
        {"hello of too many", {HOOK_PROTOCOL_VERSION, HOOK_HELLO, 1, 65, 0, ""}, false},
        {"delivered", {HOOK_PROTOCOL_VERSION, HOOK_DELIVERED, 1, 63, 9, ""}, true},
        {"no such hook", {HOOK_PROTOCOL_VERSION, HOOK_DELIVERED, 1, 64, 9, ""}, false},
        {"no serial", {HOOK_PROTOCOL_VERSION, HOOK_DELIVERED, 1, 0, 0, ""}, false},
        {"type 0", {HOOK_PROTOCOL_VERSION, 0, 1, 0, 9, ""}, false},
        {"type beyond", {HOOK_PROTOCOL_VERSION, HOOK_REPORT_TYPE_END, 1, 0, 9, ""}, false},
        {"version", {HOOK_PROTOCOL_VERSION + 1, HOOK_GIVEN_UP, 1, 0, 9, ""}, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CHECK_INT(cases[i].name, hook_report_valid(&cases[i].report, sizeof cases[i].report),
                  cases[i].good);
        CHECK(cases[i].name, !hook_report_valid(&cases[i].report, sizeof cases[i].report - 1));
    }
    struct hook_report report = cases[2].report;
    memset(report.text, 'x', sizeof report.text);
    assert_false(hook_report_valid(&report, sizeof report));
}

static uint32_t digest_of(const char *text) {
    struct config *config;
    char error[256];
    FILE *stream = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
    assert_non_null(stream);
    if (config_parse(stream, "test", &config, error, sizeof error) < 0) {
        fail_msg("%s", error);
    }
    fclose(stream);
    uint32_t digest = hook_digest(config);
    config_free(config);
    return digest;
}

static void test_digest_tells_configurations_apart(void **state) {
    (void)state;
    static const char *const texts[] = {
        "webhook.a.url = http://x/\nscript.b.path = /y\n",
        "script.b.path = /y\nwebhook.a.url = http://x/\n",
        "webhook.a.url = http://x/\nscript.b.path = /z\n",
        "webhook.a.url = http://x/\nscript.c.path = /y\n",
        "webhook.a.url = http://x/\nwebhook.b.url = http://y\n",
        "webhook.a.url = http://x/\n",
        "\n",
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        CHECK_INT(texts[i], digest_of(texts[i]), digest_of(texts[i]));
        for (size_t k = 0; k < i; k++) {
            CHECK(texts[i], digest_of(texts[i]) != digest_of(texts[k]));
        }
    }
    CHECK_INT("what else is in the file does not matter", digest_of(texts[5]),
              digest_of("list_interval = 3s\nwebhook.a.url = http://x/\n"));
}

static void test_events_of_a_hook(void **state) {
    (void)state;
    const uint32_t all = event_types();
    static const struct {
        char *events;
        uint32_t expected; /* 0 = all */
    } cases[] = {
        {NULL, 0},
        {"all", 0},
        {"hmqDataLost all", 0},
        {"hmqDataLost", 1U << EVENT_DATA_LOST},
        {"hmqDataLost\thmqOverloadRaised  hmqOverloadCleared",
         1U << EVENT_DATA_LOST | 1U << EVENT_OVERLOAD_RAISED | 1U << EVENT_OVERLOAD_CLEARED},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct config_hook hook = {.events = cases[i].events};
        CHECK_INT(cases[i].events != NULL ? cases[i].events : "not given",
                  config_hook_events(&hook), cases[i].expected != 0 ? cases[i].expected : all);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_reports),
        cmocka_unit_test(test_digest_tells_configurations_apart),
        cmocka_unit_test(test_events_of_a_hook),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

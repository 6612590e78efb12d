/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A document or an environment without memory: whichever allocation fails, there is none, or it is
 * the same as with all memory. A document that lacks a member would say something else.
 */
#include "hooks/payload.h"

#include "scarce_memory.h"

#include "unit.h"

#include <stdlib.h>

static const struct payload_origin origin = {
    .host = "gw1.example.com", .instance = "/etc/postfix", .container = "c", .context = "out"};

static struct payload_target target = {.recipient = "to"};
static struct event event;
static char *whole;

static void raise_old_mail(void) {
    event = (struct event){.serial = 17,
                           .type = EVENT_CONDITION_RAISED,
                           .time = 1795563667,
                           .text = "mail is too old",
                           .total = {true, 612},
                           .threshold = {true, 500},
                           .has_condition = true};
    event.condition = (struct event_condition){.name = "old-mail",
                                               .watch = {WATCH_AGE, QUEUE_DEFERRED},
                                               .severity = SEVERITY_INFO,
                                               .value = 7201,
                                               .threshold = 7200,
                                               .since = 1795563600,
                                               .subject = "4F0C2A"};
}

static void finish_action(void) {
    event = (struct event){
        .serial = 18, .type = EVENT_ACTION_FINISHED, .time = 1795563667, .has_action = true};
    event.action =
        (struct event_action){.key = {.owner = "ops", .command = COMMAND_DELETE, .id = 7},
                              .state = ACTION_PARTIAL,
                              .matched = 3,
                              .succeeded = 2,
                              .failed = 1,
                              .comment = "spam"};
}

static void change_settings(void) {
    event = (struct event){.serial = 19, .type = EVENT_SETTINGS_CHANGED, .time = 1795563667};
    assert_true(event_change_add(&event, "hmqOverloadThreshold", "500", "600"));
    assert_true(event_change_add(&event, "defer_transports", NULL, "smtp relay"));
}

static bool make_payload(void) {
    char *text = payload_make(&target, &event, &origin);
    if (text == NULL) {
        return false;
    }
    CHECK_STRING("as with all memory", text, whole);
    free(text);
    return true;
}

static void (*const events[])(void) = {raise_old_mail, finish_action, change_settings};

static void test_payload(void **state) {
    (void)state;
    for (size_t e = 0; e < COUNT_OF(events); e++) {
        events[e]();
        for (enum hook_format format = 0; format < HOOK_FORMAT_END; format++) {
            target.format = format;
            whole = payload_make(&target, &event, &origin);
            assert_non_null(whole);
            each_allocation_fails("a document", make_payload);
            free(whole);
        }
    }
}

static size_t variables;

static size_t count_of(char *const *environment) {
    size_t count = 0;
    while (environment[count] != NULL) {
        count++;
    }
    return count;
}

static bool make_environment(void) {
    char **environment = payload_environment(&event, &origin, "page");
    if (environment == NULL) {
        return false;
    }
    CHECK_INT("as many as with all memory", count_of(environment), variables);
    payload_environment_free(environment);
    return true;
}

static void test_environment(void **state) {
    (void)state;
    for (size_t e = 0; e < COUNT_OF(events); e++) {
        events[e]();
        char **environment = payload_environment(&event, &origin, "page");
        assert_non_null(environment);
        variables = count_of(environment);
        payload_environment_free(environment);
        each_allocation_fails("an environment", make_environment);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_payload),
                                       cmocka_unit_test(test_environment)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

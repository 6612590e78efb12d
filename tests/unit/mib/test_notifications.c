/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Notifications are made from events: each type carries every object of its OBJECTS clause, in
 * order, with the values of the event; so does one whose event was read from the database; and one
 * that lacks a value is not made at all.
 */
#include "sample.h"
#include "mib/tree.h"
#include "store_fixture.h"

#include <errno.h>
#include <stdlib.h>

#define SERIAL 4711

struct variable {
    const char *object;
    const char *instance; /* "" for the columns of hmqActionEntry */
    const char *value;
};

#define CROSSING(object)                                                                           \
    {                                                                                              \
        {"hmqEventSerial", ".0", "4711"}, {"hmqTotalMessages", ".0", "9"}, {object, ".0", "5"},    \
            {"hmqQueueMessages", ".2", "1"}, {"hmqQueueMessages", ".3", "1"},                      \
            {"hmqQueueMessages", ".4", "4"}, {"hmqQueueMessages", ".5", "2"},                      \
    }
#define CONDITION                                                                                  \
    {                                                                                              \
        {"hmqEventSerial", ".0", "4711"}, {"hmqConditionName", OLDEST, "oldest"},                  \
            {"hmqConditionSeverity", OLDEST, "2"}, {"hmqConditionValue", OLDEST, "86400"},         \
            {"hmqConditionThreshold", OLDEST, "5"}, {"hmqConditionSubject", OLDEST, "A91C04D7E2"}, \
            {"hmqTotalMessages", ".0", "9"},                                                       \
    }
#define OLDEST ".6.111.108.100.101.115.116"
#define DATA(status)                                                                               \
    {                                                                                              \
        {"hmqEventSerial", ".0", "4711"}, {"hmqDataStatus", ".0", status},                         \
            {"hmqLastReadError", ".0", "postqueue: failed"},                                       \
    }

static const struct variable clauses[EVENT_TYPE_END][8] = {
    [EVENT_OVERLOAD_RAISED] = CROSSING("hmqOverloadThreshold"),
    [EVENT_OVERLOAD_CLEARED] = CROSSING("hmqOverloadThreshold"),
    [EVENT_DATA_LOST] = DATA("3"),
    [EVENT_DATA_RESTORED] = DATA("1"),
    [EVENT_ACTION_FINISHED] = {{"hmqEventSerial", ".0", "4711"},
                               {"hmqActionState", "", "4"},
                               {"hmqActionMatchedCount", "", "2"},
                               {"hmqActionSucceededCount", "", "1"},
                               {"hmqActionFailedCount", "", "1"},
                               {"hmqActionComment", "", "ticket 4711"}},
    [EVENT_SETTINGS_CHANGED] = {{"hmqEventSerial", ".0", "4711"},
                                {"hmqSettingsState", ".0", "1"},
                                {"hmqEventText", ".4711",
                                 "bounce_queue_lifetime: 3d, was 5d; maximal_queue_lifetime: 7d, "
                                 "was unknown"}},
    [EVENT_AGENT_STARTED] = {{"hmqEventSerial", ".0", "4711"},
                             {"hmqAgentVersion", ".0", HMQ_VERSION},
                             {"hmqDataStatus", ".0", "1"}},
    [EVENT_CONDITION_RAISED] = CONDITION,
    [EVENT_CONDITION_CLEARED] = CONDITION,
    [EVENT_POSTFIX_STOPPED] = {{"hmqEventSerial", ".0", "4711"}, {"hmqPostfixStatus", ".0", "2"}},
    [EVENT_POSTFIX_STARTED] = {{"hmqEventSerial", ".0", "4711"}, {"hmqPostfixStatus", ".0", "1"}},
};

static struct event make_event(const struct sample *sample, enum event_type type) {
    struct event event = sample_event(sample, type);
    event.serial = SERIAL;
    return event;
}

static void write_oid(char *text, size_t size, const uint32_t *ids, size_t count) {
    size_t len = strlen(text);
    for (size_t i = 0; i < count; i++) {
        len += (size_t)snprintf(text + len, size - len, ".%u", ids[i]);
    }
}

static void check_varbind(const char *name, const struct mib_varbind *is,
                          const struct variable *should) {
    const struct mib_group *group;
    const struct mib_object *object = mib_find_name(should->object, &group);
    char expected[256] = "";
    char found[256] = "";
    char value[256];
    assert_non_null(object);
    write_oid(expected, sizeof expected, group->prefix, group->prefix_len);
    write_oid(expected, sizeof expected, &object->column, 1);
    size_t len = strlen(expected);
    /* hold, and "alice" by its length, octets and id 1 */
    snprintf(expected + len, sizeof expected - len, "%s",
             should->instance[0] != '\0' ? should->instance : ".5.97.108.105.99.101.1.1");
    write_oid(found, sizeof found, is->name.ids, is->name.len);
    CHECK_STRING(name, found, expected);
    CHECK_INT(name, is->type, object->type);
    if (is->type == MIB_OCTETS) {
        snprintf(value, sizeof value, "%.*s", (int)is->length, (const char *)is->octets);
    } else {
        snprintf(value, sizeof value, "%lld",
                 is->type == MIB_INTEGER ? (long long)is->integer : (long long)is->number);
    }
    CHECK_STRING(name, value, should->value);
}

static void check_complete(const struct event *event) {
    const char *name = event_name(event->type);
    const struct variable *clause = clauses[event->type];
    struct notification *notification = NULL;
    CHECK_INT(name, mib_notification_new(event, &notification), 0);
    CHECK_INT(name, notification->type, event->type);
    CHECK_INT(name, notification->serial, SERIAL);
    size_t count = 0;
    for (; count < COUNT_OF(clauses[0]) && clause[count].object != NULL; count++) {
        CHECK(name, count < notification->count);
        check_varbind(name, &notification->varbinds[count], &clause[count]);
    }
    CHECK_INT(name, notification->count, count);
    CHECK(name, count >= 2);
    free(notification);
}

static void test_complete(void **state) {
    struct sample sample;
    (void)state;
    sample_init(&sample, SAMPLE_ALL);
    for (enum event_type type = 1; type < EVENT_TYPE_END; type++) {
        if (event_type_exists(type)) {
            struct event event = make_event(&sample, type);
            check_complete(&event);
        }
    }
    sample_deinit(&sample);
}

/* What was not sent before a restart is made from what the database has. */
static void test_from_the_database(void **state) {
    struct sample sample;
    struct fixture fixture;
    (void)state;
    sample_init(&sample, SAMPLE_ALL);
    fixture_init(&fixture);
    fixture_start(&fixture);
    uint32_t serial = 0;
    for (enum event_type type = 1; type < EVENT_TYPE_END; type++) {
        if (event_type_exists(type)) {
            struct event event = sample_event(&sample, type);
            event.serial = ++serial;
            store_event_add(fixture.store, &event, NULL, NULL);
        }
    }
    fixture_restart(&fixture);
    assert_int_equal(fixture.image.event_count, serial);
    for (size_t i = 0; i < fixture.image.event_count; i++) {
        struct event event = fixture.image.events[i];
        event.serial = SERIAL;
        check_complete(&event);
    }
    fixture_deinit(&fixture);
    sample_deinit(&sample);
}

/* A value that the event does not have is never made up, nor left out. */
static void test_incomplete(void **state) {
    struct sample sample;
    (void)state;
    sample_init(&sample, SAMPLE_ALL);
    for (enum event_type type = 1; type < EVENT_TYPE_END; type++) {
        struct notification *notification = NULL;
        bool from_type = type == EVENT_POSTFIX_STOPPED || type == EVENT_POSTFIX_STARTED;
        const struct event event = {.serial = SERIAL, .type = type, .text = "told"};
        if (event_type_exists(type)) {
            CHECK_INT(event_name(type), mib_notification_new(&event, &notification),
                      from_type ? 0 : -ENODATA);
            CHECK(event_name(type), from_type || notification == NULL);
            free(notification);
        }
    }
    struct event partly = make_event(&sample, EVENT_OVERLOAD_RAISED);
    struct notification *none = NULL;
    partly.queues[QUEUE_HOLD].known = false;
    assert_int_equal(mib_notification_new(&partly, &none), -ENODATA);
    sample_deinit(&sample);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_complete),
        cmocka_unit_test(test_from_the_database),
        cmocka_unit_test(test_incomplete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

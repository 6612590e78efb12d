/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One endpoint on a delivery that answers as the case says: order, backoff, giving up.
 */
#include "hooks/endpoint.h"

#include "unit.h"

#include <stdlib.h>
#include <time.h>

#define ANSWERS_MAX 40

/* 's' = done, 'r' = retry, 'x' = refused; each later from the loop, upper case within the call. */
struct fake {
    sd_event *event;
    sd_event_source *later;
    const char *answers;
    size_t next;
    delivery_done done;
    void *userdata;
    uint64_t retry_after_usec;
    uint32_t tried[ANSWERS_MAX];
    size_t tries;
    char log[1024]; /* "1d 2r 2g ": serial and d(elivered), r(etrying), g(iven up) */
    size_t reports, stop_after;
    char last_text[EVENT_TEXT_SIZE];
};

static void answer(struct fake *fake) {
    static const struct {
        char letter;
        enum delivery_outcome outcome;
    } outcomes[] = {{'s', DELIVERY_DONE}, {'r', DELIVERY_RETRY}, {'x', DELIVERY_REFUSED}};
    struct delivery_result result = {.retry_after_usec = fake->retry_after_usec, .text = "because"};
    for (size_t i = 0; i < COUNT_OF(outcomes); i++) {
        if ((fake->answers[fake->next] | 0x20) == outcomes[i].letter) {
            result.outcome = outcomes[i].outcome;
        }
    }
    fake->next += fake->answers[fake->next + 1] != '\0';
    fake->done(fake->userdata, &result);
}

static int on_later(sd_event_source *source, uint64_t usec, void *userdata) {
    struct fake *fake = userdata;
    (void)source;
    (void)usec;
    fake->later = sd_event_source_disable_unref(fake->later);
    answer(fake);
    return 0;
}

static void fake_start(void *self, const struct event *event, delivery_done done, void *userdata) {
    struct fake *fake = self;
    assert_true(fake->tries < ANSWERS_MAX);
    fake->tried[fake->tries++] = event->serial;
    fake->done = done;
    fake->userdata = userdata;
    if ((fake->answers[fake->next] & 0x20) == 0) {
        answer(fake);
    } else {
        assert_true(sd_event_add_time_relative(fake->event, &fake->later, CLOCK_MONOTONIC, 0, 1,
                                               on_later, fake) >= 0);
    }
}

static void fake_free(void *self) {
    struct fake *fake = self;
    fake->later = sd_event_source_disable_unref(fake->later);
}

static void on_report(void *userdata, uint32_t hook, enum hook_report_type type, uint32_t serial,
                      const char *text) {
    struct fake *fake = userdata;
    static const char letters[] = {
        [HOOK_DELIVERED] = 'd', [HOOK_RETRYING] = 'r', [HOOK_GIVEN_UP] = 'g'};
    assert_int_equal(hook, 3);
    size_t len = strlen(fake->log);
    snprintf(fake->log + len, sizeof fake->log - len, "%u%c ", serial, letters[type]);
    snprintf(fake->last_text, sizeof fake->last_text, "%s", text);
    fake->reports++;
    if (fake->reports == fake->stop_after) {
        sd_event_exit(fake->event, 0);
    }
}

/* Adds events 1..count, whose times are so long ago, and runs until there were so many reports. */
static void run(struct fake *fake, size_t count, int64_t age_s, size_t reports,
                uint64_t give_up_usec) {
    struct endpoint *endpoint;
    struct endpoint_setup setup = {.hook = 3,
                                   .policy = {1000, 8000, give_up_usec},
                                   .delivery = {fake_start, fake_free, fake},
                                   .report = on_report,
                                   .userdata = fake};
    assert_true(sd_event_new(&fake->event) >= 0);
    fake->stop_after = reports;
    assert_int_equal(endpoint_new(fake->event, &setup, &endpoint), 0);
    for (uint32_t i = 1; i <= count; i++) {
        struct event event = {.serial = i, .type = EVENT_AGENT_STARTED, .time = time(NULL) - age_s};
        assert_true(endpoint_add(endpoint, &event));
    }
    if (fake->reports < reports) {
        assert_true(sd_event_loop(fake->event) >= 0);
    }
    endpoint_free(endpoint);
    fake->event = sd_event_unref(fake->event);
}

#define DAY (24 * 3600 * UINT64_C(1000000))

static void test_in_order(void **state) {
    (void)state;
    static const struct {
        const char *name, *answers;
        size_t events, reports;
        const char *log;
    } cases[] = {
        {"all well", "s", 3, 3, "1d 2d 3d "},
        {"all well at once", "S", 3, 3, "1d 2d 3d "},
        {"a failure keeps the place", "srrs", 3, 5, "1d 2r 2r 2d 3d "},
        {"a failure at once", "SRRS", 3, 5, "1d 2r 2r 2d 3d "},
        {"refused is passed over", "sxs", 3, 3, "1d 2g 3d "},
        {"refused at once", "X", 16, 16, "1g 2g 3g 4g 5g 6g 7g 8g 9g 10g 11g 12g 13g 14g 15g 16g "},
        {"retried, then refused", "rxs", 2, 3, "1r 1g 2d "},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fake fake = {.answers = cases[i].answers};
        run(&fake, cases[i].events, 0, cases[i].reports, DAY);
        CHECK_STRING(cases[i].name, fake.log, cases[i].log);
    }
}

/* Older than the limit: the first is tried, the others go with it when it fails. */
static void test_too_old(void **state) {
    (void)state;
    struct fake fake = {.answers = "r"};
    run(&fake, 3, 90000, 3, DAY);
    assert_string_equal(fake.log, "1g 2g 3g ");
    assert_int_equal(fake.tries, 1);
    assert_non_null(strstr(fake.last_text, "because"));

    struct fake works = {.answers = "s"};
    run(&works, 3, 90000, 3, DAY);
    assert_string_equal(works.log, "1d 2d 3d ");
}

/* Two seconds are the limit: tried again until then, the last time at their end, then given up. */
static void test_gives_up_in_time(void **state) {
    (void)state;
    struct fake fake = {.answers = "r", .retry_after_usec = 600 * UINT64_C(1000000)};
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    run(&fake, 1, 0, 2, 2000000);
    clock_gettime(CLOCK_MONOTONIC, &end);
    assert_string_equal(fake.log, "1r 1g ");
    assert_true(end.tv_sec - start.tv_sec <= 3);
}

static void test_retry_after_is_kept(void **state) {
    (void)state;
    struct fake fake = {.answers = "rs", .retry_after_usec = 300000};
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    run(&fake, 1, 0, 2, DAY);
    clock_gettime(CLOCK_MONOTONIC, &end);
    int64_t used_ms = (end.tv_sec - start.tv_sec) * 1000 + (end.tv_nsec - start.tv_nsec) / 1000000;
    assert_string_equal(fake.log, "1r 1d ");
    assert_true(used_ms >= 299);
}

static void test_window(void **state) {
    (void)state;
    struct fake fake = {.answers = "s"};
    struct endpoint *endpoint;
    struct endpoint_setup setup = {.hook = 3,
                                   .policy = {1000, 8000, DAY},
                                   .delivery = {fake_start, fake_free, &fake},
                                   .report = on_report,
                                   .userdata = &fake};
    struct event event = {.serial = 1, .type = EVENT_AGENT_STARTED, .time = time(NULL)};
    assert_true(sd_event_new(&fake.event) >= 0);
    assert_int_equal(endpoint_new(fake.event, &setup, &endpoint), 0);
    for (size_t i = 0; i < HOOK_WINDOW; i++, event.serial++) {
        assert_true(endpoint_add(endpoint, &event));
    }
    assert_false(endpoint_add(endpoint, &event));
    fake.stop_after = 1;
    assert_true(sd_event_loop(fake.event) >= 0);
    assert_true(endpoint_add(endpoint, &event));
    assert_false(endpoint_add(endpoint, &event));
    endpoint_free(endpoint);
    sd_event_unref(fake.event);
}

/* Adds and reminders in the order of a script: "a1 r2 " adds event 1, then reminds of event 2. What
 * is tried must be this. Answers come from the loop. */
static const struct {
    const char *name, *answers, *script;
    uint32_t tried[6];
    const char *log;
} reminders[] = {
    {"one", "s", "r1 ", {1}, ""},
    {"two, in order", "s", "r1 r2 ", {1, 2}, ""},
    {"one that fails is not tried again, nor is the next", "r", "r1 r2 ", {1}, ""},
    {"not while an event is owed", "s", "a1 r2 ", {1}, "1d "},
    {"an event overtakes those that wait", "s", "r1 r2 a3 ", {1, 3}, "3d "},
    {"the one under way ends before the event begins", "s", "r1 a2 a3 ", {1, 2, 3}, "2d 3d "},
    {"a failed one does not delay an event", "rs", "r1 a2 ", {1, 2}, "2d "},
};

static void test_reminders(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(reminders); i++) {
        struct fake fake = {.answers = reminders[i].answers};
        struct endpoint *endpoint;
        struct endpoint_setup setup = {.hook = 3,
                                       .policy = {1000, 8000, DAY},
                                       .delivery = {fake_start, fake_free, &fake},
                                       .report = on_report,
                                       .userdata = &fake};
        assert_true(sd_event_new(&fake.event) >= 0);
        assert_int_equal(endpoint_new(fake.event, &setup, &endpoint), 0);
        for (const char *at = reminders[i].script; *at != '\0'; at += 3) {
            struct event event = {.serial = (uint32_t)(at[1] - '0'),
                                  .type = EVENT_OVERLOAD_RAISED,
                                  .time = time(NULL)};
            if (at[0] == 'a') {
                assert_true(endpoint_add(endpoint, &event));
            } else {
                endpoint_repeat(endpoint, &event);
            }
        }
        while (sd_event_run(fake.event, 20000) > 0) {
        }
        CHECK_STRING(reminders[i].name, fake.log, reminders[i].log);
        for (size_t n = 0; n < COUNT_OF(reminders[0].tried); n++) {
            CHECK_INT(reminders[i].name, fake.tried[n], reminders[i].tried[n]);
        }
        endpoint_free(endpoint);
        sd_event_unref(fake.event);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reminders),
        cmocka_unit_test(test_in_order),
        cmocka_unit_test(test_too_old),
        cmocka_unit_test(test_gives_up_in_time),
        cmocka_unit_test(test_retry_after_is_kept),
        cmocka_unit_test(test_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

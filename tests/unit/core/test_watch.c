/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Watches: how the configuration names them, what each measures, and that an unknown number is
 * never measured as 0.
 */
#include "core/watch.h"

#include "core/delivery.h"
#include "core/snapshot.h"
#include "unit.h"

#include <stdlib.h>

static const struct {
    const char *text;
    struct watch watch;
    bool time;
    uint32_t maximum;
} good[] = {
    {"total", {WATCH_TOTAL, WATCH_ANY_QUEUE}, false, 10000000},
    {"queue maildrop", {WATCH_QUEUE, QUEUE_MAILDROP}, false, 10000000},
    {"queue corrupt", {WATCH_QUEUE, QUEUE_CORRUPT}, false, 10000000},
    {"age", {WATCH_AGE, WATCH_ANY_QUEUE}, true, 31536000},
    {"age hold", {WATCH_AGE, QUEUE_HOLD}, true, 31536000},
    {"sender", {WATCH_SENDER, WATCH_ANY_QUEUE}, false, 10000000},
    {"domain", {WATCH_DOMAIN, WATCH_ANY_QUEUE}, false, 10000000},
    {"undelivered", {WATCH_UNDELIVERED, WATCH_ANY_QUEUE}, true, 31536000},
    {"deferrals", {WATCH_DEFERRALS, WATCH_ANY_QUEUE}, false, 10000000},
    {"bounces", {WATCH_BOUNCES, WATCH_ANY_QUEUE}, false, 10000000},
};

static void test_good(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        char error[256] = "";
        char text[WATCH_TEXT_SIZE];
        struct watch watch;
        CHECK(good[i].text, watch_parse(good[i].text, &watch, error, sizeof error));
        CHECK(good[i].text, watch_equal(&watch, &good[i].watch));
        CHECK(good[i].text, watch_valid(&watch));
        CHECK_STRING(good[i].text, watch_format(&watch, text), good[i].text);
        CHECK_INT(good[i].text, watch_is_time(watch.kind), good[i].time);
        CHECK_INT(good[i].text, watch_maximum(watch.kind), good[i].maximum);
        CHECK(good[i].text, watch_maximum(watch.kind) <= WATCH_MAXIMUM);
    }
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        for (size_t j = 0; j < COUNT_OF(good); j++) {
            CHECK_INT(good[i].text, watch_equal(&good[i].watch, &good[j].watch), i == j);
        }
    }
    struct watch watch;
    char error[256];
    assert_true(watch_parse("queue \t deferred", &watch, error, sizeof error));
    assert_int_equal(watch.queue, QUEUE_DEFERRED);
}

static void test_bad(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",          " ",           "queue",    "Total",        "totals",    "total hold",
        "queue all", "age corrupt", "age held", "queue hold x", "queuehold", "0"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct watch watch = {.kind = WATCH_AGE};
        char error[256] = "";
        CHECK(bad[i], !watch_parse(bad[i], &watch, error, sizeof error));
        CHECK(bad[i],
              strstr(error, " is not one of: total, queue QUEUE, age, age QUEUE, sender, domain, "
                            "undelivered, deferrals, bounces") != NULL);
        CHECK_INT(bad[i], watch.kind, WATCH_AGE);
    }
}

static void test_valid(void **state) {
    (void)state;
    static const struct {
        const char *name;
        struct watch watch;
    } bad[] = {
        {"kind 0", {0, WATCH_ANY_QUEUE}},
        {"kind beyond", {WATCH_KIND_END, WATCH_ANY_QUEUE}},
        {"queue beyond", {WATCH_QUEUE, QUEUE_COUNT + 1}},
        {"no queue", {WATCH_QUEUE, WATCH_ANY_QUEUE}},
        {"the sender of one", {WATCH_SENDER, QUEUE_HOLD}},
        {"the total of one", {WATCH_TOTAL, QUEUE_HOLD}},
        {"an age that nothing lists", {WATCH_AGE, QUEUE_CORRUPT}},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        CHECK(bad[i].name, !watch_valid(&bad[i].watch));
    }
}

#define NOW 1700000000
#define TEN "aaaaaaaaaa"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static struct measurement measure(const struct snapshot *snapshot, enum watch_kind kind,
                                  enum queue queue) {
    const struct watch_inputs inputs = {.snapshot = snapshot, .now = NOW};
    return watch_measure(&(struct watch){kind, queue}, &inputs);
}

static struct listing listing_of(int64_t deferred, int64_t held) {
    struct listing listing = {.references = 1};
    listing.queues[QUEUE_DEFERRED] =
        (struct queue_totals){.messages = 3, .oldest_arrival = deferred, .oldest_id = "4F0C2A"};
    listing.queues[QUEUE_HOLD] =
        (struct queue_totals){.messages = 2, .oldest_arrival = held, .oldest_id = "4F0C2B"};
    return listing;
}

static void test_measure(void **state) {
    (void)state;
    struct snapshot *snapshot = snapshot_new();
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        CHECK(good[i].text, !measure(snapshot, good[i].watch.kind, good[i].watch.queue).known);
    }
    for (enum queue queue = 0; queue < QUEUE_COUNT; queue++) {
        snapshot->counts.known[queue] = true;
    }
    struct measurement age = measure(snapshot, WATCH_AGE, WATCH_ANY_QUEUE);
    assert_true(age.known && age.nothing && age.value == 0);
    assert_string_equal(age.subject, "");
    snapshot->counts.messages[QUEUE_HOLD] = 2;
    snapshot->counts.messages[QUEUE_DEFERRED] = 3;
    snapshot->counts.messages[QUEUE_CORRUPT] = 1;
    assert_int_equal(measure(snapshot, WATCH_TOTAL, WATCH_ANY_QUEUE).value, 5);
    assert_int_equal(measure(snapshot, WATCH_QUEUE, QUEUE_HOLD).value, 2);
    assert_int_equal(measure(snapshot, WATCH_QUEUE, QUEUE_CORRUPT).value, 1);
    assert_false(measure(snapshot, WATCH_AGE, WATCH_ANY_QUEUE).known);
    struct listing listing = listing_of(NOW - 60, NOW - 900);
    snapshot->listing = &listing;
    age = measure(snapshot, WATCH_AGE, WATCH_ANY_QUEUE);
    assert_true(age.known && !age.nothing);
    assert_int_equal(age.value, 60); /* what is held waits for a person */
    assert_string_equal(age.subject, "4F0C2A");
    age = measure(snapshot, WATCH_AGE, QUEUE_HOLD);
    assert_int_equal(age.value, 900);
    assert_string_equal(age.subject, "4F0C2B");
    listing.queues[QUEUE_DEFERRED].unknown_arrival = 1;
    assert_false(measure(snapshot, WATCH_AGE, WATCH_ANY_QUEUE).known);
    assert_true(measure(snapshot, WATCH_AGE, QUEUE_HOLD).known);
    snapshot->counts.known[QUEUE_MAILDROP] = false;
    assert_false(measure(snapshot, WATCH_TOTAL, WATCH_ANY_QUEUE).known);
    assert_true(measure(snapshot, WATCH_QUEUE, QUEUE_DEFERRED).known);
    snapshot->listing = NULL;
    snapshot_unref(snapshot);
}

static void know_all(struct snapshot *snapshot, uint32_t deferred) {
    for (enum queue queue = 0; queue < QUEUE_COUNT; queue++) {
        snapshot->counts.known[queue] = true;
    }
    snapshot->counts.messages[QUEUE_DEFERRED] = deferred;
}

static void test_leaders(void **state) {
    (void)state;
    struct insight_row sender = {.name = "zo\xC3\xAB@x.example", .messages = 7};
    struct insight_row domain = {.name = "", .messages = 5};
    struct insight insight = {.senders = {&sender, 1, 1, 0}, .domains = {&domain, 1, 1, 0}};
    struct listing listing = {.references = 1};
    struct snapshot *snapshot = snapshot_new();
    know_all(snapshot, 9);
    assert_false(measure(snapshot, WATCH_SENDER, WATCH_ANY_QUEUE).known);
    snapshot->listing = &listing;
    assert_false(measure(snapshot, WATCH_DOMAIN, WATCH_ANY_QUEUE).known);
    listing.insight = &insight;
    struct measurement measured = measure(snapshot, WATCH_SENDER, WATCH_ANY_QUEUE);
    assert_true(measured.known && !measured.nothing);
    assert_int_equal(measured.value, 7);
    assert_string_equal(measured.subject, "zo\xC3\xAB@x.example");
    assert_int_equal(measured.missing, 0);
    insight.senders.lost = 2;
    assert_int_equal(measure(snapshot, WATCH_SENDER, WATCH_ANY_QUEUE).missing, 2);
    measured = measure(snapshot, WATCH_DOMAIN, WATCH_ANY_QUEUE);
    assert_int_equal(measured.value, 5);
    assert_string_equal(measured.subject, "");
    sender.messages = 1;
    measured = measure(snapshot, WATCH_SENDER, WATCH_ANY_QUEUE);
    assert_true(measured.known && !measured.nothing && measured.value == 1);
    /* There is mail, but none of it has a domain of a recipient. */
    insight.domains.count = 0;
    measured = measure(snapshot, WATCH_DOMAIN, WATCH_ANY_QUEUE);
    assert_true(measured.known && measured.nothing && measured.value == 0);
    assert_string_equal(measured.subject, "");
    sender.name[0] = '\0';
    assert_string_equal(measure(snapshot, WATCH_SENDER, WATCH_ANY_QUEUE).subject, "<>");
    /* Empty now, whatever the older listing has. */
    snapshot->counts.messages[QUEUE_DEFERRED] = 0;
    measured = measure(snapshot, WATCH_SENDER, WATCH_ANY_QUEUE);
    assert_true(measured.known && measured.nothing && measured.value == 0);
    snapshot->listing = NULL;
    snapshot_unref(snapshot);
}

#define SECOND UINT64_C(1000000)

static struct measurement measure_log(const struct snapshot *snapshot, enum watch_kind kind,
                                      const struct delivery *delivery, uint64_t now_s) {
    const struct watch_inputs inputs = {
        .snapshot = snapshot, .delivery = delivery, .now = NOW, .now_usec = now_s * SECOND};
    return watch_measure(&(struct watch){kind, WATCH_ANY_QUEUE}, &inputs);
}

static void test_deliveries(void **state) {
    (void)state;
    struct delivery *delivery = delivery_new(1000 * SECOND);
    struct listing listing = listing_of(NOW - 60, NOW - 9000);
    struct snapshot *snapshot = snapshot_new();
    const struct delivery_event deferred = {.outcome = DELIVERY_DEFERRED};
    const struct delivery_event bounced = {.outcome = DELIVERY_BOUNCED};
    const struct delivery_event sent = {.outcome = DELIVERY_SENT};
    know_all(snapshot, 3);
    snapshot->counts.messages[QUEUE_HOLD] = 2;
    snapshot->listing = &listing;
    assert_false(measure_log(snapshot, WATCH_BOUNCES, NULL, 1000).known);
    assert_false(measure_log(snapshot, WATCH_UNDELIVERED, delivery, 1000).known);
    delivery_found(delivery, true, 1000 * SECOND);
    assert_int_equal(measure_log(snapshot, WATCH_UNDELIVERED, delivery, 1030).value, 30);
    /* When something was sent before the log was read, nobody knows. */
    assert_int_equal(measure_log(snapshot, WATCH_UNDELIVERED, delivery, 1030).missing, 30);
    /* The mail that waits came long after the last delivery. */
    struct measurement measured = measure_log(snapshot, WATCH_UNDELIVERED, delivery, 5000);
    assert_true(measured.known);
    assert_int_equal(measured.value, 60);
    assert_int_equal(measured.missing, 0);
    assert_string_equal(measured.subject, "");
    /* What is held is not to be sent. */
    snapshot->counts.messages[QUEUE_DEFERRED] = 0;
    measured = measure_log(snapshot, WATCH_UNDELIVERED, delivery, 5000);
    assert_true(measured.known && measured.nothing && measured.value == 0);
    delivery_add(delivery, &deferred, 5000 * SECOND, NOW);
    delivery_add(delivery, &deferred, 5000 * SECOND, NOW);
    delivery_add(delivery, &bounced, 5000 * SECOND, NOW);
    assert_int_equal(measure_log(snapshot, WATCH_DEFERRALS, delivery, 5001).value, 2);
    assert_int_equal(measure_log(snapshot, WATCH_BOUNCES, delivery, 5001).value, 1);
    assert_int_equal(measure_log(snapshot, WATCH_DEFERRALS, delivery, 5301).value, 0);
    assert_int_equal(measure_log(snapshot, WATCH_DEFERRALS, delivery, 5301).missing, 0);
    /* Lines were missed: what the five minutes had is known again when they are over. */
    delivery_found(delivery, true, 6000 * SECOND);
    assert_true(measure_log(snapshot, WATCH_DEFERRALS, delivery, 6299).missing == UINT64_MAX);
    assert_int_equal(measure_log(snapshot, WATCH_DEFERRALS, delivery, 6300).missing, 0);
    snapshot->counts.messages[QUEUE_DEFERRED] = 3;
    assert_int_equal(measure_log(snapshot, WATCH_UNDELIVERED, delivery, 6010).missing, 50);
    delivery_add(delivery, &sent, 6011 * SECOND, NOW);
    measured = measure_log(snapshot, WATCH_UNDELIVERED, delivery, 6012);
    assert_true(measured.value == 1 && measured.missing == 0);
    delivery_lost(delivery);
    assert_false(measure_log(snapshot, WATCH_DEFERRALS, delivery, 5301).known);
    snapshot->listing = NULL;
    snapshot_unref(snapshot);
    free(delivery);
}

static void test_describe(void **state) {
    (void)state;
    static const struct {
        const char *text;
        struct watch watch;
        uint64_t value;
        const char *subject;
    } cases[] = {
        {"the queue has 5 messages", {WATCH_TOTAL, WATCH_ANY_QUEUE}, 5, ""},
        {"the hold queue has 0 messages", {WATCH_QUEUE, QUEUE_HOLD}, 0, ""},
        {"the oldest message is 1 min 1 s old", {WATCH_AGE, WATCH_ANY_QUEUE}, 61, ""},
        {"the oldest deferred message (4F0C2A) is 1 min 1 s old",
         {WATCH_AGE, QUEUE_DEFERRED},
         61,
         "4F0C2A"},
        {"the queue has 1 message", {WATCH_TOTAL, WATCH_ANY_QUEUE}, 1, ""},
        {"the hold queue has 1 message", {WATCH_QUEUE, QUEUE_HOLD}, 1, ""},
        {"the hold queue has 2 messages", {WATCH_QUEUE, QUEUE_HOLD}, 2, ""},
        {"the domain x has 2 messages", {WATCH_DOMAIN, WATCH_ANY_QUEUE}, 2, "x"},
        {"the sender <> has 1 message", {WATCH_SENDER, WATCH_ANY_QUEUE}, 1, "<>"},
        {"the domain has 2 messages", {WATCH_DOMAIN, WATCH_ANY_QUEUE}, 2, ""},
        {"the domain " HUNDRED "... has 2 messages",
         {WATCH_DOMAIN, WATCH_ANY_QUEUE},
         2,
         HUNDRED "\xC3\xA9"},
        {"nothing was sent for 15 min 1 s", {WATCH_UNDELIVERED, WATCH_ANY_QUEUE}, 901, ""},
        {"1 delivery was deferred in the last 5 minutes",
         {WATCH_DEFERRALS, WATCH_ANY_QUEUE},
         1,
         ""},
        {"2 deliveries bounced in the last 5 minutes", {WATCH_BOUNCES, WATCH_ANY_QUEUE}, 2, ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[256];
        watch_describe(&cases[i].watch, cases[i].value, cases[i].subject, text, sizeof text);
        CHECK_STRING(cases[i].text, text, cases[i].text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),     cmocka_unit_test(test_bad),
        cmocka_unit_test(test_valid),    cmocka_unit_test(test_measure),
        cmocka_unit_test(test_leaders),  cmocka_unit_test(test_deliveries),
        cmocka_unit_test(test_describe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Readings that contradict each other: Postfix's lock and showq(8), the counts and the listing.
 * False data is never served as good, and mail that moves is not a contradiction.
 */
#include "collector_world.h"

#define DOWN "postqueue: warning: Mail system is down -- accessing queue directly"

static void answer_down(bool down) {
    world.list_reason = down ? REASON_MAIL_DOWN : REASON_NONE;
    world.list_words = down ? DOWN : "";
}

static void test_postfix_state(void **state) {
    (void)state;
    read_all();
    world.postfix = POSTFIX_STOPPED;
    answer_down(true);
    STEPS_UNTIL(now()->postfix == POSTFIX_STOPPED);
    CHECK("still counted", status.data == DATA_OK && total_is(3));
    world.postfix = POSTFIX_RUNNING;
    answer_down(false);
    STEPS_UNTIL(now()->postfix == POSTFIX_RUNNING);
}

/* showq(8) answers, so the free lock belongs to another spool or is hidden. */
static void test_lock_denied(void **state) {
    (void)state;
    world.postfix = POSTFIX_STOPPED;
    say_hello("");
    for (int i = 0; i < 200; i++) {
        step();
        CHECK("no false alarm", now()->postfix != POSTFIX_STOPPED);
    }
    CHECK_INT("it runs", now()->postfix, POSTFIX_RUNNING);
    CHECK("the lock is not believed", !collector_believes_lock(collector));
    answer_down(true);
    STEPS_UNTIL(now()->postfix == POSTFIX_STOPPED);
    CHECK("the lock was right", collector_believes_lock(collector));
}

/* The lock was seen held before, so a free lock counts at once, until showq(8) answers. */
static void test_lock_contradicted(void **state) {
    (void)state;
    read_all();
    CHECK("believed", collector_believes_lock(collector));
    world.postfix = POSTFIX_STOPPED;
    unsigned lists = world.lists;
    STEPS_UNTIL(world.lists > lists + 2);
    CHECK_INT("it runs", now()->postfix, POSTFIX_RUNNING);
    for (int i = 0; i < 200; i++) {
        step();
        CHECK_INT("it runs still", now()->postfix, POSTFIX_RUNNING);
    }
    world.postfix = POSTFIX_RUNNING;
    STEPS_UNTIL(collector_believes_lock(collector));
}

/* In a container the lock cannot be seen, and in a queue that rests nothing asks for a listing. */
static void test_lock_hidden(void **state) {
    (void)state;
    world.postfix = POSTFIX_UNKNOWN;
    world.still = true;
    answer_down(true);
    say_hello("");
    STEPS_UNTIL(now()->postfix == POSTFIX_STOPPED);
    unsigned lists = world.lists;
    for (int i = 0; i < 150; i++) {
        step();
        CHECK_INT("it stays known", now()->postfix, POSTFIX_STOPPED);
    }
    CHECK("by few listings", world.lists > lists && world.lists < lists + 20);
    answer_down(false);
    STEPS_UNTIL(now()->postfix == POSTFIX_RUNNING);
    world.postfix = POSTFIX_RUNNING;
    steps(10);
    lists = world.lists;
    steps(30);
    CHECK_INT("the lock is enough", world.lists, lists);
    world.postfix = POSTFIX_UNKNOWN;
    answer_down(true);
    int looks = 0;
    for (; now()->postfix != POSTFIX_STOPPED && looks < 200; looks++) {
        step();
    }
    CHECK("a listing is made soon after the lock was last seen", looks < 15);
}

/* A Postfix that could not start because of its main.cf, which postqueue cannot read either. */
static void test_lock_and_no_listing(void **state) {
    (void)state;
    world.postfix = POSTFIX_STOPPED;
    world.list_status = EXITED(1);
    world.list_words = "postqueue: fatal: bad string length 0 < 1: myhostname =";
    say_hello("");
    STEPS_UNTIL(now()->postfix == POSTFIX_STOPPED);
}

static bool counts_lost(void) {
    return status.data == DATA_UNAVAILABLE && total_unknown();
}

/* The spool of another Postfix, or an old one: nothing moves in it, although messages are listed.
 */
static void test_other_spool(void **state) {
    (void)state;
    world.still = true;
    world.counts[QUEUE_DEFERRED] = world.counts[QUEUE_HOLD] = 0;
    say_hello("");
    STEPS_UNTIL(status.errors.count > 0);
    for (int i = 0; i < 200; i++) {
        CHECK_INT("never ok", status.data, DATA_UNAVAILABLE);
        CHECK("no false 0", total_unknown());
        step();
    }
    CHECK_STRING("the key is named", status.error,
                 "postqueue lists 3 messages, but 0 are on disk: spool_directory = auto is not the "
                 "spool that Postfix uses");
    world.counts[QUEUE_DEFERRED] = 3;
    STEPS_UNTIL(status.data == DATA_OK);
    CHECK("the right spool", total_is(3));
    world.counts[QUEUE_DEFERRED] = 1;
    STEPS_UNTIL(counts_lost());
    world.listing = MESSAGE("deferred", "3F2504E0B1");
    STEPS_UNTIL(status.data == DATA_OK);
    CHECK("the queue has run down to what is counted", total_is(1));
}

/* Mail that arrived or left between the two readings is not a contradiction. */
static void test_more_listed(void **state) {
    (void)state;
    read_all();
    world.counts[QUEUE_DEFERRED] = 0;
    for (int i = 0; i < 200; i++) {
        step();
        CHECK_INT("ok", status.data, DATA_OK);
        CHECK("counted", !total_unknown());
    }
    CHECK_INT("no errors", status.errors.count, 0);
}

/* After a change of main.cf the spool is located again and counted again. */
static void test_settings_dirty(void **state) {
    (void)state;
    struct reply dirty = fake_make(REPLY_SETTINGS_DIRTY, 0);
    world.still = true;
    read_all();
    steps(10);
    world.counts[QUEUE_HOLD] = 2;
    fake_send(&fake, &dirty, -1);
    step();
    step();
    CHECK("counted at once", total_is(4));
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        TEST(test_postfix_state), TEST(test_lock_denied),         TEST(test_lock_contradicted),
        TEST(test_lock_hidden),   TEST(test_lock_and_no_listing), TEST(test_other_spool),
        TEST(test_more_listed),   TEST(test_settings_dirty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

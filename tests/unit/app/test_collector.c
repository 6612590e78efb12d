/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The collector with a helper played by the test: what is known, stale, unavailable and restored.
 * In every state what is unknown has no number: never 0.
 */
#include "collector_world.h"

static void check_nothing_known(const char *name) {
    struct queue_totals totals;
    CHECK(name, total_unknown());
    for (int q = 0; q < QUEUE_COUNT; q++) {
        CHECK(name, !now()->counts.known[q]);
        CHECK(name, !snapshot_queue_totals(now(), (enum queue)q, &totals));
    }
    CHECK(name, !snapshot_all_totals(now(), &totals));
    CHECK(name, now()->listing == NULL);
}

static void test_before_hello(void **state) {
    (void)state;
    struct request request;
    steps(10);
    CHECK("nothing is asked", world.scans + world.lists == 0 && !fake_take(&fake, &request));
    check_nothing_known("before hello");
    CHECK_INT("unavailable", status.data, DATA_UNAVAILABLE);
    CHECK("but not lost", !status.lost);
    CHECK_INT("no error", status.errors.count, 0);
}

/* It accepts the connection, and hangs or serves another agent. */
static void test_no_hello(void **state) {
    (void)state;
    uint64_t begun = clock_ahead_usec;
    STEPS_UNTIL(status.lost);
    CHECK("soon", clock_ahead_usec - begun < 10 * SECOND);
    CHECK("the reason", strstr(status.error, "the helper does not respond") != NULL);
    check_nothing_known("no hello");
    CHECK_INT("logged", logs, 1);
    STEPS_UNTIL(status.errors.count > 1);
    CHECK_INT("once", logs, 1);
    read_all();
    CHECK("in the end it is served", !status.lost && total_is(3));
    CHECK("and says so", strstr(logged, "can be read again") != NULL);
}

/* Nothing can be said to an agent that is paused. */
static void test_no_hello_while_paused(void **state) {
    (void)state;
    steps(5);
    clock_ahead_usec += 1000 * SECOND;
    steps(5);
    CHECK("not lost", !status.lost);
    read_all();
    CHECK_INT("no error", status.errors.count, 0);
}

static void test_all_well(void **state) {
    (void)state;
    struct queue_totals totals;
    read_all();
    CHECK("total", total_is(3));
    CHECK_INT("the first scan is full", world.full_scans, 1);
    CHECK_INT("corrupt", now()->counts.messages[QUEUE_CORRUPT], 0);
    CHECK_INT("rows", now()->listing->row_count, 3);
    CHECK("totals", snapshot_all_totals(now(), &totals) && totals.volume == 3000);
    CHECK_INT("method", status.method, COUNT_SPOOL);
    CHECK_INT("Postfix", now()->postfix, POSTFIX_RUNNING);
    CHECK_STRING("version", now()->settings.version, "3.7.11");
    CHECK_INT("errors", status.errors.count, 0);
    STEPS_UNTIL(now()->listing->rows[0]->next_retry != 0);
    CHECK_INT("the first retry", now()->listing->rows[0]->next_retry, 1700000300);
    CHECK_INT("the second", now()->listing->rows[1]->next_retry, 1700000301);
    CHECK_INT("none on hold", now()->listing->rows[2]->next_retry, 0);
    CHECK("told", changes > 0);
}

/* An empty queue is an honest 0. */
static void test_empty(void **state) {
    (void)state;
    struct queue_totals totals;
    world.counts[QUEUE_DEFERRED] = world.counts[QUEUE_HOLD] = 0;
    world.listing = "";
    read_all();
    CHECK("total", total_is(0));
    CHECK("totals", snapshot_all_totals(now(), &totals) && totals.messages == 0);
    CHECK_INT("rows", now()->listing->row_count, 0);
    CHECK_INT("errors", status.errors.count, 0);
}

static void test_no_corrupt(void **state) {
    (void)state;
    world.corrupt_known = false;
    read_all();
    CHECK("unknown", !now()->counts.known[QUEUE_CORRUPT]);
    CHECK("the total is known", total_is(3));
}

/* Ways in which reading fails. */
static const struct {
    const char *name;
    int scan_error;
    const char *scan_text;
    const char *listing; /* NULL = as it was */
    int list_status;
    const char *words;
    bool counts_lost, list_lost;
    const char *error;
} failures[] = {
    {"the spool is gone", ENOENT, "cannot read /spool/: No such file or directory", NULL, 0, "",
     true, false, "cannot read /spool/: No such file or directory"},
    {"postqueue fails", 0, "", "", EXITED(69), "postqueue: fatal: x", false, true,
     "postqueue ended with status 69: postqueue: fatal: x"},
    {"postqueue crashes", 0, "", MESSAGE("hold", "3F2504E0B1"), SIGSEGV, "", false, true,
     "postqueue was ended by signal 11"},
    {"a cut listing", 0, "", MESSAGE("hold", "3F2504E0B1") "{\"queue_na", 0, "", false, true,
     "postqueue: the output ends within line 2"},
    {"junk", 0, "", "Mail queue is empty\n", 0, "", false, true,
     "postqueue: the output is not a listing: not one JSON object: Mail queue is empty"},
    {"nothing listed though there are messages", 0, "", "", 0, "", false, true,
     "postqueue listed nothing, but 3 messages are on disk"},
    {"both", EIO, "cannot read /spool/hold: Input/output error", "", EXITED(1), "x", true, true,
     NULL},
};

/* Stale first, with the last values; unavailable then, with none; and restored. */
static void test_failures(void **state) {
    for (size_t i = 0; i < COUNT_OF(failures); i++) {
        const char *name = failures[i].name;
        read_all();
        const char *listing = world.listing;
        world.scan_error = failures[i].scan_error;
        world.scan_text = failures[i].scan_text;
        world.listing = failures[i].listing != NULL ? failures[i].listing : world.listing;
        world.list_status = failures[i].list_status;
        world.list_words = failures[i].words;
        STEPS_UNTIL(status.data != DATA_OK);
        CHECK_INT(name, status.data, DATA_STALE);
        CHECK(name, total_is(3));
        CHECK(name, now()->listing != NULL && now()->listing->row_count == 3);
        CHECK(name, !status.lost);
        CHECK(name, status.errors.count > 0);
        if (failures[i].error != NULL) {
            CHECK_STRING(name, status.errors.last, failures[i].error);
        }
        STEPS_UNTIL(status.data == DATA_UNAVAILABLE);
        CHECK(name, status.lost);
        /* The two grow old each in its time. */
        STEPS_UNTIL(!failures[i].list_lost || now()->listing == NULL);
        STEPS_UNTIL(!failures[i].counts_lost || total_unknown());
        steps(20);
        CHECK_INT(name, total_unknown(), failures[i].counts_lost);
        CHECK_INT(name, now()->listing == NULL, failures[i].list_lost);
        if (failures[i].counts_lost && failures[i].list_lost) {
            check_nothing_known(name);
        }
        CHECK_INT(name, logs, failures[i].error != NULL ? 1 : logs);

        world.scan_error = 0;
        world.listing = listing;
        world.list_status = 0;
        world.list_words = world.scan_text = "";
        STEPS_UNTIL(status.data == DATA_OK);
        CHECK(name, total_is(3));
        CHECK(name, now()->listing != NULL && now()->listing->row_count == 3);
        CHECK(name, !status.lost);
        tear_down(state);
        assert_int_equal(set_up(state), 0);
    }
}

/* A helper that says nothing is a failed reading too. */
static void test_silence(void **state) {
    (void)state;
    read_all();
    world.silent = true;
    STEPS_UNTIL(status.data == DATA_UNAVAILABLE && now()->listing == NULL && total_unknown());
    check_nothing_known("silence");
    CHECK("lost", status.lost);
    STEPS_UNTIL(strstr(status.errors.last, "the helper did not answer in time") != NULL);
    STEPS_UNTIL(strstr(status.error, "the helper did not answer in time") != NULL);
    world.silent = false;
    STEPS_UNTIL(status.data == DATA_OK && total_is(3));
    CHECK("restored", !status.lost);
}

static void test_helper_gone(void **state) {
    (void)state;
    read_all();
    fake_close(&fake);
    STEPS_UNTIL(status.data == DATA_UNAVAILABLE);
    check_nothing_known("gone");
    CHECK_INT("told once", gone, 1);
    CHECK("lost", status.lost);
    CHECK_INT("Postfix", now()->postfix, POSTFIX_UNKNOWN);
    CHECK_STRING("the error", status.errors.last,
                 "the helper has ended; restart hermes-mailqueued");
}

static void test_helper_anew(void **state) {
    (void)state;
    read_all();
    unsigned full = world.full_scans;
    say_hello("");
    STEPS_UNTIL(world.full_scans > full);
    STEPS_UNTIL(status.data == DATA_OK);
    CHECK("total", total_is(3));
}

/* Counts from the listing: chosen, or because the spool may not be read. */
static void test_by_list(void **state) {
    (void)state;
    world.scan_error = ENOTSUP;
    world.scan_text = "the spool is not read: spool_directory is none";
    read_all();
    CHECK_INT("method", status.method, COUNT_COMMAND);
    CHECK("total", total_is(3));
    CHECK("corrupt is unknown", !now()->counts.known[QUEUE_CORRUPT]);
    CHECK("an empty queue is 0",
          now()->counts.known[QUEUE_ACTIVE] && now()->counts.messages[QUEUE_ACTIVE] == 0);
    CHECK_INT("no error", status.errors.count, 0);
    world.list_status = EXITED(69);
    STEPS_UNTIL(status.data == DATA_UNAVAILABLE);
    check_nothing_known("no listing");
    world.list_status = 0;
    STEPS_UNTIL(status.data == DATA_OK && total_is(3));
}

static void test_not_root(void **state) {
    (void)state;
    world.scan_error = EACCES;
    world.scan_text = "cannot read /spool/maildrop: Permission denied";
    say_hello("not root: Postfix's queue directories cannot be read");
    STEPS_UNTIL(status.data == DATA_OK);
    CHECK_INT("method", status.method, COUNT_COMMAND);
    CHECK("total", total_is(3));
    CHECK_STRING("told", status.errors.last, world.scan_text);
    unsigned errors = status.errors.count;
    steps(50);
    CHECK_INT("told once", status.errors.count, errors);
    /* A spool that can be read after all is better. */
    world.scan_error = 0;
    world.counts[QUEUE_HOLD] = 5;
    STEPS_UNTIL(status.method == COUNT_SPOOL);
    CHECK("total", total_is(7));
}

/* Odd lines cost their messages a row, and the totals what is unknown of them; they are reported.
 */
static void test_odd_lines(void **state) {
    (void)state;
    struct queue_totals totals;
    world.listing = MESSAGE("deferred", "3F2504E0B1") MESSAGE(
        "deferred",
        "ALL") "a warning\n"
               "{\"queue_name\": \"hold\", \"queue_id\": \"3F2504E0B3\", \"sender\": \"\\x\"}\n";
    read_all();
    CHECK_INT("rows", now()->listing->row_count, 1);
    CHECK_INT("the others are omitted", now()->listing->omitted, 2);
    CHECK("deferred is known", snapshot_queue_totals(now(), QUEUE_DEFERRED, &totals));
    CHECK_INT("all of it", totals.volume, 2000);
    CHECK_INT("no size is missing", totals.unknown_size, 0);
    CHECK("hold is known", snapshot_queue_totals(now(), QUEUE_HOLD, &totals));
    CHECK_INT("but not its size", totals.unknown_size, 1);
    CHECK("the counts are known", total_is(3));
    CHECK("the first is reported", strstr(status.errors.last, "queue_id") != NULL);
}

static void test_settings_fail(void **state) {
    (void)state;
    read_all();
    world.settings = "3.7.11\nsoon\n30d\n\n";
    collector_read_settings_soon(collector);
    STEPS_UNTIL(!now()->settings.known);
    CHECK_STRING("why", status.settings_error, "bounce_queue_lifetime is no time value: \"soon\"");
    CHECK_INT("the queue is another thing", status.data, DATA_OK);
    world.settings = "3.7.11\n4d\n30d\n\n";
    STEPS_UNTIL(now()->settings.known);
    CHECK_STRING("no error", status.settings_error, "");
    CHECK_INT("read anew", now()->settings.lifetime_s[LIFETIME_BOUNCE], 4 * 86400);
}

/* A hint is followed soon, and without one only the look from time to time. */
static void test_hints(void **state) {
    (void)state;
    struct reply dirty = fake_make(REPLY_DIRTY, 0);
    read_all();
    world.counts[QUEUE_HOLD] = 100;
    fake_send(&fake, &dirty, -1);
    step();
    step();
    CHECK("counted at once", total_is(102));
}

/* 601 messages, by the listing alone. */
static char many[601 * 320];

static void list_many(void) {
    size_t len = 0;
    for (int i = 0; i < 601; i++) {
        len += (size_t)snprintf(many + len, sizeof many - len,
                                "{\"queue_name\": \"deferred\", \"queue_id\": \"3F25%06X\", "
                                "\"arrival_time\": 1700000000, \"message_size\": 1000, "
                                "\"sender\": \"\", \"recipients\": []}\n",
                                (unsigned)i);
    }
    world.listing = many;
}

/* One slow listing says nothing of the next ones: what they show is not late by twenty times. */
static void test_slow_once(void **state) {
    (void)state;
    world.scan_error = ENOTSUP;
    world.listing_usec = 5 * SECOND;
    read_all();
    list_many();
    uint64_t before = clock_ahead_usec;
    STEPS_UNTIL(total_is(601));
    CHECK("soon", clock_ahead_usec - before < 30 * SECOND);
    /* Nor does one among others, */
    unsigned lists = world.lists;
    STEPS_UNTIL(world.lists == lists + 3);
    world.listing_usec = 5 * SECOND;
    STEPS_UNTIL(world.listing_usec == 0);
    world.listing = MESSAGE("deferred", "3F2504E0B1");
    before = clock_ahead_usec;
    STEPS_UNTIL(total_is(1));
    CHECK("soon again", clock_ahead_usec - before < 30 * SECOND);
    /* and when all are slow they are made every minute still. */
    world.step_usec = SECOND / 2;
    lists = world.lists;
    before = clock_ahead_usec;
    while (world.lists < lists + 6) {
        world.listing_usec = 5 * SECOND;
        step();
    }
    CHECK("every minute", clock_ahead_usec - before < 6 * 70 * SECOND);
    CHECK("not more often", clock_ahead_usec - before > 3 * 55 * SECOND);
}

/* Rows follow a reload that took long. */
static void test_slow_reload(void **state) {
    (void)state;
    world.counts[QUEUE_DEFERRED] = world.counts[QUEUE_HOLD] = 0;
    world.listing = "";
    read_all();
    CHECK_INT("no rows", now()->listing->row_count, 0);
    collector_reconfigure(collector);
    world.listing_usec = 4 * SECOND;
    STEPS_UNTIL(world.listing_usec == 0);
    world.counts[QUEUE_HOLD] = 1;
    world.listing = MESSAGE("hold", "3F2504E0B1");
    uint64_t before = clock_ahead_usec;
    STEPS_UNTIL(now()->listing != NULL && now()->listing->row_count == 1);
    CHECK("soon", clock_ahead_usec - before < 30 * SECOND);
}

/* Mail that stays for milliseconds is counted while the listing finds none: no error, and the data
 * stays good. */
static void test_passing_mail(void **state) {
    (void)state;
    read_all();
    world.listing = "";
    world.counts[QUEUE_DEFERRED] = 0;
    world.young = true;
    unsigned serial = status.listing_serial;
    for (int i = 0; i < 100; i++) {
        step();
        CHECK_INT("data", status.data, DATA_OK);
        CHECK("not lost", !status.lost);
    }
    CHECK_INT("no errors", status.errors.count, 0);
    CHECK("it was looked after", world.checks > 0);
    CHECK("listings are taken", status.listing_serial > serial);
    CHECK("the counts are those of the scans", total_is(1));
}

/* A command that lies about mail that has just come is found out by the time it rests. */
static void test_false_nothing(void **state) {
    (void)state;
    read_all();
    unsigned serial = status.listing_serial;
    world.listing = "";
    world.young = true;
    unsigned checks = world.checks;
    STEPS_UNTIL(world.checks > checks);
    world.young = false;
    STEPS_UNTIL(status.errors.count > 0);
    CHECK_STRING("found out", status.errors.last,
                 "postqueue listed nothing, but 3 messages are on disk");
    CHECK_INT("stale", status.data, DATA_STALE);
    CHECK_INT("never taken", status.listing_serial, serial);
    CHECK_INT("the old rows", now()->listing->row_count, 3);
}

/* A check that fails proves nothing: no listing is taken, and the error is the check's own. */
static void test_check_fails(void **state) {
    (void)state;
    read_all();
    unsigned serial = status.listing_serial;
    unsigned lists = world.lists;
    world.listing = "";
    STEPS_UNTIL(world.lists > lists);
    world.scan_error = EIO;
    world.scan_text = "cannot read /spool/hold: Input/output error";
    steps(5);
    CHECK_INT("not taken", status.listing_serial, serial);
    CHECK_STRING("why", status.errors.last, world.scan_text);
    world.scan_error = 0;
    STEPS_UNTIL(strstr(status.errors.last, "listed nothing") != NULL);
}

/* Files that Postfix does not list are counted as it counts them: alone in the queue, */
static void test_unlisted_alone(void **state) {
    (void)state;
    world.listing = "";
    world.counts[QUEUE_DEFERRED] = world.counts[QUEUE_HOLD] = 0;
    world.unlisted = 1;
    read_all();
    CHECK("none", total_is(0));
    steps(30);
    CHECK("none", total_is(0));
    CHECK_INT("ok", status.data, DATA_OK);
    CHECK("not lost", !status.lost);
    CHECK_INT("no errors", status.errors.count, 0);
    CHECK_INT("one check", world.checks, 1);
}

/* and among others. */
static void test_unlisted_among(void **state) {
    (void)state;
    world.unlisted = 1;
    read_all();
    STEPS_UNTIL(total_is(3));
    steps(50);
    CHECK("stays", total_is(3));
    CHECK_INT("no errors", status.errors.count, 0);
    CHECK_INT("one check", world.checks, 1);
}

/* Two readings that fail in different ways: each is logged once, and when it is over. */
static void test_log(void **state) {
    (void)state;
    read_all();
    world.scan_error = ENOENT;
    world.scan_text = "cannot read /spool/: No such file or directory";
    world.settings = "";
    collector_read_settings_soon(collector);
    world.step_usec = SECOND / 2;
    uint64_t before = clock_ahead_usec;
    while (clock_ahead_usec - before < 150 * SECOND) {
        step();
    }
    CHECK("many errors", status.errors.count > 20);
    CHECK_INT("two lines", logs, 2);
    world.scan_error = 0;
    STEPS_UNTIL(logs == 3);
    CHECK("over", strncmp(logged, "the counts can be read again, after ", 36) == 0);
    CHECK_STRING("no error", status.error, "");
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        TEST(test_before_hello),
        TEST(test_no_hello),
        TEST(test_no_hello_while_paused),
        TEST(test_all_well),
        TEST(test_empty),
        TEST(test_no_corrupt),
        TEST(test_failures),
        TEST(test_silence),
        TEST(test_helper_gone),
        TEST(test_helper_anew),
        TEST(test_not_root),
        TEST(test_hints),
        TEST(test_odd_lines),
        TEST(test_settings_fail),
        TEST(test_slow_reload),
        TEST(test_passing_mail),
        TEST(test_false_nothing),
        TEST(test_check_fails),
        TEST(test_unlisted_alone),
        TEST(test_unlisted_among),
        TEST(test_log),
        cmocka_unit_test_setup_teardown(test_slow_once, set_up_by_list, tear_down),
        cmocka_unit_test_setup_teardown(test_by_list, set_up_by_list, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

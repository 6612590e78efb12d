/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The reader of the log at the agent's end of the protocol, with the helper played by the test.
 */
#include "app/delivery_reader.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "config_text.h"
#include "fake_helper.h"
#include "unit.h"

struct world {
    struct fake_helper fake;
    struct config *config;
    struct helper_client *client;
    struct delivery_reader *reader;
    const struct delivery *delivery;
    uint32_t worker;
    int pipe; /* the write end of the stream */
    struct request request;
    unsigned failures, recoveries;
    char last[512], logged[512];
    char requeued[2 * QUEUE_ID_SIZE + 8];
};

static void on_hello(void *userdata, const char *missing) {
    struct world *world = userdata;
    (void)missing;
    delivery_reader_wake(world->reader);
}

static void on_nothing(void *userdata) {
    (void)userdata;
}

static void on_counts(void *userdata, const struct reply *reply, const char *error) {
    (void)userdata;
    (void)reply;
    (void)error;
}

static void on_mtimes(void *userdata, const struct reply *reply) {
    (void)userdata;
    (void)reply;
}

static void on_note(void *userdata, const char *error) {
    struct world *world = userdata;
    if (error == NULL) {
        world->recoveries++;
        return;
    }
    world->failures++;
    snprintf(world->last, sizeof world->last, "%s", error);
}

static void on_log(void *userdata, int priority, const char *text) {
    struct world *world = userdata;
    (void)priority;
    snprintf(world->logged, sizeof world->logged, "%s", text);
}

static void on_requeued(void *userdata, const char *old_id, const char *new_id) {
    struct world *world = userdata;
    snprintf(world->requeued, sizeof world->requeued, "%s as %s", old_id, new_id);
}

static void say_hello(struct world *world) {
    struct reply reply = fake_make(REPLY_HELLO, 0);
    reply.worker = ++world->worker;
    fake_send(&world->fake, &reply, -1);
}

static void accept_request(struct world *world) {
    world->request = fake_expect(&world->fake, REQUEST_LOG);
    world->pipe = fake_stream(&world->fake, world->request.sequence);
}

static struct world *setup(void) {
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    const struct helper_callbacks callbacks = {.hello = on_hello,
                                               .dirty = on_nothing,
                                               .settings_dirty = on_nothing,
                                               .counts = on_counts,
                                               .mtimes = on_mtimes,
                                               .gone = on_nothing,
                                               .userdata = world};
    const struct delivery_reader_callbacks reader_callbacks = {
        .note = on_note, .requeued = on_requeued, .log = on_log, .userdata = world};
    clock_ahead_usec = 0;
    world->config = good_config("world", "mail_log = /log\n");
    int socket = fake_open(&world->fake);
    assert_int_equal(
        helper_client_new(world->fake.event, socket, 30 * SECOND, &callbacks, &world->client), 0);
    assert_int_equal(delivery_reader_new(world->fake.event, world->config, world->client,
                                         &reader_callbacks, &world->reader),
                     0);
    world->delivery = delivery_reader_delivery(world->reader);
    assert_non_null(world->delivery);
    say_hello(world);
    accept_request(world);
    return world;
}

static void teardown(struct world *world) {
    delivery_reader_free(world->reader);
    helper_client_free(world->client);
    fake_deinit(&world->fake);
    config_free(world->config);
    free(world);
}

static struct mail_log_position file_position(uint64_t offset) {
    return (struct mail_log_position){.source = MAIL_LOG_FILE, .path = 1, .offset = offset};
}

static void send_record(struct world *world, enum mail_log_record_type type, uint32_t flags,
                        struct mail_log_position position, const char *payload, size_t len) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const struct mail_log_record record = {.type = type,
                                           .length = (uint32_t)len,
                                           .flags = flags,
                                           .read_usec = (uint64_t)now.tv_sec * SECOND +
                                                        (uint64_t)now.tv_nsec / 1000,
                                           .position = position};
    fake_write(world->pipe, (const char *)&record, sizeof record);
    if (len > 0) {
        fake_write(world->pipe, payload, len);
    }
}

static void send_begin(struct world *world, uint32_t flags, struct mail_log_position position) {
    send_record(world, MAIL_LOG_BEGIN, flags, position, "postfix\0/log", 13);
}

static void send_lines(struct world *world, const char *lines, uint64_t offset) {
    send_record(world, MAIL_LOG_LINES, 0, file_position(offset), lines, strlen(lines));
}

static void begin(struct world *world) {
    send_begin(world, 0, file_position(10));
    UNTIL(&world->fake, delivery_known(world->delivery));
}

#define HELD "Nov 27 14:46:03 gw postfix/postsuper[1]: 7C21D3F8A6: placed on hold\n"
#define REQUEUED                                                                                   \
    "Nov 27 14:46:03 gw postfix/pickup[1]: 7C21D3F8A6: uid=102 from=<a@b.example> "                \
    "orig_id=4ABC12DEF0\n"
#define FOREIGN "Nov 27 14:46:03 gw postfix-out/postsuper[1]: 7C21D3F8A6: placed on hold\n"

static void test_off(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool reads;
    } cases[] = {{"mail_log = off\n", false},
                 {"container = x\n", false},
                 {"container = x\nmail_log = /log\n", true},
                 {"container = x\nmail_log = journal\n", true},
                 {"", true}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct config *config = good_config("off", cases[i].text);
        CHECK_INT(cases[i].text, config_reads_mail_log(config), cases[i].reads);
        config_free(config);
    }
    struct config *config = good_config("off", "mail_log = off\n");
    struct delivery_reader *reader;
    const struct delivery_reader_callbacks none = {0};
    assert_int_equal(delivery_reader_new(NULL, config, NULL, &none, &reader), 0);
    assert_null(reader);
    assert_null(delivery_reader_delivery(reader));
    delivery_reader_wake(reader);
    delivery_reader_free(reader);
    config_free(config);
}

static void test_counts(void **state) {
    (void)state;
    struct world *world = setup();
    assert_int_equal(world->request.position.source, MAIL_LOG_NOWHERE);
    assert_false(delivery_known(world->delivery));
    begin(world);
    send_lines(world, HELD "no line\n" FOREIGN HELD, 200);
    UNTIL(&world->fake, world->delivery->counts[DELIVERY_HELD] > 0);
    assert_int_equal(world->delivery->counts[DELIVERY_HELD], 2);
    assert_string_equal(world->requeued, "");
    send_lines(world, REQUEUED, 300);
    UNTIL(&world->fake, world->delivery->counts[DELIVERY_RECEIVED] > 0);
    assert_string_equal(world->requeued, "4ABC12DEF0 as 7C21D3F8A6");
    close(world->pipe);
    teardown(world);
}

/* Half a record that was lost with its writer is asked for once more. */
static void test_goes_on(void **state) {
    (void)state;
    struct world *world = setup();
    begin(world);
    send_lines(world, HELD, 100);
    UNTIL(&world->fake, world->delivery->counts[DELIVERY_HELD] == 1);
    const struct mail_log_record half = {
        .type = MAIL_LOG_LINES, .length = sizeof HELD - 1, .position = file_position(200)};
    fake_write(world->pipe, (const char *)&half, sizeof half);
    fake_write(world->pipe, HELD, 20);
    close(world->pipe);
    say_hello(world);
    accept_request(world);
    assert_int_equal(world->request.position.offset, 100);
    assert_true(delivery_known(world->delivery));
    send_begin(world, MAIL_LOG_RESUMED, file_position(100));
    send_lines(world, HELD, 200);
    UNTIL(&world->fake, world->delivery->counts[DELIVERY_HELD] == 2);
    assert_int_equal(world->failures, 0);
    assert_null(strstr(world->logged, "missing"));

    /* And a process that ends by itself. */
    close(world->pipe);
    fake_exit(&world->fake, world->request.sequence, 0, "");
    accept_request(world);
    assert_int_equal(world->request.position.offset, 200);
    send_begin(world, 0, file_position(0));
    UNTIL(&world->fake, strstr(world->logged, "missing") != NULL);
    close(world->pipe);
    teardown(world);
}

static void test_unreadable(void **state) {
    (void)state;
    struct world *world = setup();
    begin(world);
    send_lines(world, HELD, 100);
    send_record(world, MAIL_LOG_UNREADABLE, 0, file_position(100), "/log: no\nway", 13);
    UNTIL(&world->fake, !delivery_known(world->delivery));
    assert_int_equal(world->failures, 1);
    assert_string_equal(world->last, "the mail log is not read: /log: no\\x0Away");
    assert_int_equal(world->delivery->counts[DELIVERY_HELD], 1);
    /* Its process lives, and so it is still unreadable. */
    send_record(world, MAIL_LOG_IDLE, 0, file_position(100), "", 0);
    fake_settle(&world->fake);
    assert_false(delivery_known(world->delivery));
    begin(world);
    assert_int_equal(world->recoveries, 1);
    close(world->pipe);
    teardown(world);
}

/* In steps, as a loop that runs: a jump of the clock is a pause. */
static void pass_time(struct world *world, unsigned seconds) {
    for (unsigned i = 0; i < seconds; i++) {
        clock_ahead_usec += SECOND;
        fake_settle(&world->fake);
    }
}

static void test_silence(void **state) {
    (void)state;
    struct world *world = setup();
    begin(world);
    pass_time(world, 20);
    assert_true(delivery_known(world->delivery));
    send_record(world, MAIL_LOG_IDLE, 0, file_position(10), "", 0);
    pass_time(world, 20);
    assert_true(delivery_known(world->delivery));
    /* A pause of the agent itself is no silence of the log. */
    clock_ahead_usec += 3600 * SECOND;
    fake_settle(&world->fake);
    assert_true(delivery_known(world->delivery));
    pass_time(world, 20);
    assert_false(delivery_known(world->delivery));
    assert_int_equal(world->failures, 1);
    send_record(world, MAIL_LOG_IDLE, 0, file_position(10), "", 0);
    UNTIL(&world->fake, delivery_known(world->delivery));
    assert_int_equal(world->recoveries, 1);
    close(world->pipe);
    teardown(world);
}

static void test_garbage(void **state) {
    (void)state;
    struct world *world = setup();
    char garbage[256];
    memset(garbage, 'x', sizeof garbage);
    begin(world);
    fake_write(world->pipe, garbage, sizeof garbage);
    struct request cancel = fake_expect(&world->fake, REQUEST_CANCEL);
    assert_int_equal(cancel.sequence, world->request.sequence);
    close(world->pipe);
    fake_exit(&world->fake, world->request.sequence, 15, "");
    accept_request(world);
    assert_int_equal(world->request.position.offset, 10);
    close(world->pipe);
    teardown(world);
}

static void add_journal_line(char *text, size_t size, uint64_t usec) {
    size_t used = strlen(text);
    snprintf(text + used, size - used,
             "%llu.%06llu gw postfix/postsuper[1]: 7C21D3F8A6: placed on hold\n",
             (unsigned long long)(usec / SECOND), (unsigned long long)(usec % SECOND));
}

static void send_journal(struct world *world, const uint64_t *stamps, size_t count) {
    const struct mail_log_position journal = {.source = MAIL_LOG_JOURNAL};
    char text[2048] = "";
    for (size_t i = 0; i < count; i++) {
        add_journal_line(text, sizeof text, stamps[i]);
    }
    send_record(world, MAIL_LOG_LINES, MAIL_LOG_BACKLOG, journal, text, strlen(text));
}

/* The stream ends, and another one goes on behind what was sent. */
static void resume_journal(struct world *world, uint64_t stamp) {
    const struct mail_log_position journal = {.source = MAIL_LOG_JOURNAL};
    close(world->pipe);
    fake_exit(&world->fake, world->request.sequence, 256, "");
    accept_request(world);
    assert_int_equal(world->request.position.source, MAIL_LOG_JOURNAL);
    assert_int_equal(world->request.position.stamp_usec, stamp);
    send_begin(world, MAIL_LOG_RESUMED, journal);
}

static void expect_held(struct world *world, uint64_t count) {
    UNTIL(&world->fake, world->delivery->counts[DELIVERY_HELD] >= count);
    fake_settle(&world->fake);
    assert_int_equal(world->delivery->counts[DELIVERY_HELD], count);
}

/* What journald gets in a burst it has at later times than the lines have, so that lines with
 * earlier times than the last one come twice, too; and in the order in which it got them. */
static void test_journal_burst(void **state) {
    (void)state;
    struct world *world = setup();
    const struct mail_log_position journal = {.source = MAIL_LOG_JOURNAL};
    uint64_t t = (uint64_t)time(NULL) * SECOND - 60 * SECOND;
    const uint64_t first[] = {t, t + 40, t + 80, t + 70};
    const uint64_t again[] = {t, t + 40, t + 80, t + 70, t + 75};
    const uint64_t lost[] = {t + 80, t + 90, t + 60};
    send_begin(world, 0, journal);
    send_journal(world, first, COUNT_OF(first));
    expect_held(world, 4);
    resume_journal(world, t + 70);
    send_journal(world, again, COUNT_OF(again));
    expect_held(world, 5);
    /* The last line is gone: a later one than any is new, and so is all that follows. */
    resume_journal(world, t + 75);
    send_journal(world, lost, COUNT_OF(lost));
    expect_held(world, 7);
    close(world->pipe);
    teardown(world);
}

/* journalctl begins at a time: the lines of just that time come twice, and are counted once. */
static void test_journal(void **state) {
    (void)state;
    struct world *world = setup();
    const struct mail_log_position journal = {.source = MAIL_LOG_JOURNAL};
    uint64_t t = (uint64_t)time(NULL) * SECOND - 60 * SECOND;
    const uint64_t first[] = {t, t + 5, t + 5};
    const uint64_t again[] = {t + 5, t + 5, t + 5, t + 9};
    send_begin(world, 0, journal);
    send_journal(world, first, COUNT_OF(first));
    expect_held(world, 3);
    resume_journal(world, t + 5);
    send_journal(world, again, COUNT_OF(again));
    expect_held(world, 5);
    assert_int_equal(world->failures, 0);
    /* Their own times count. */
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    uint64_t usec = (uint64_t)now.tv_sec * SECOND;
    assert_int_equal(delivery_recent(world->delivery, DELIVERY_HELD, usec), 5);
    assert_int_equal(delivery_recent(world->delivery, DELIVERY_HELD, usec + 245 * SECOND), 0);
    close(world->pipe);
    teardown(world);
}

static void test_no_helper(void **state) {
    (void)state;
    struct world *world = setup();
    begin(world);
    fake_close(&world->fake);
    pass_time(world, 20);
    assert_true(delivery_known(world->delivery));
    pass_time(world, 20);
    assert_false(delivery_known(world->delivery));
    close(world->pipe);
    teardown(world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_off),       cmocka_unit_test(test_counts),
        cmocka_unit_test(test_goes_on),   cmocka_unit_test(test_unreadable),
        cmocka_unit_test(test_silence),   cmocka_unit_test(test_garbage),
        cmocka_unit_test(test_journal),   cmocka_unit_test(test_journal_burst),
        cmocka_unit_test(test_no_helper),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

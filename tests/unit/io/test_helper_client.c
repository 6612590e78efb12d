/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The helper's client against the other end of its socketpair: replies in any order, of any
 * sequence and content, output that ends early, never or in too long a line, and silence.
 */
#include "io/helper_client.h"

#include "os/clock.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fake_helper.h"

#define REPLY_TIMEOUT (10 * SECOND)
#define EXITED(status) ((status) << 8)

/* What the callbacks were told. */
struct told {
    unsigned hellos, dirty, settings_dirty, counts, mtimes, gone;
    char hello[64], counts_error[128];
    uint32_t deferred;
};

struct run {
    unsigned lines, ends;
    int refuse_at; /* the line that is refused, from 1; 0 = none */
    char text[256];
    struct command_end end;
    char error[256];
};

static struct told told;

static void on_hello(void *userdata, const char *missing) {
    (void)userdata;
    told.hellos++;
    snprintf(told.hello, sizeof told.hello, "%s", missing != NULL ? missing : "");
}

static void on_dirty(void *userdata) {
    (void)userdata;
    told.dirty++;
}

static void on_settings_dirty(void *userdata) {
    (void)userdata;
    told.settings_dirty++;
}

static void on_counts(void *userdata, const struct reply *reply, const char *error) {
    (void)userdata;
    told.counts++;
    told.deferred = reply != NULL ? reply->counts[QUEUE_DEFERRED] : 0;
    snprintf(told.counts_error, sizeof told.counts_error, "%s", error);
}

static void on_mtimes(void *userdata, const struct reply *reply) {
    (void)userdata;
    (void)reply;
    told.mtimes++;
}

static void on_gone(void *userdata) {
    (void)userdata;
    told.gone++;
}

static int on_line(void *userdata, const char *line, size_t len) {
    struct run *run = userdata;
    size_t used = strlen(run->text);
    run->lines++;
    if (len < 32) {
        snprintf(run->text + used, sizeof run->text - used, "%.*s|", (int)len, line);
    }
    return (int)run->lines == run->refuse_at ? -EBADMSG : 0;
}

static void on_end(void *userdata, const struct command_end *end) {
    struct run *run = userdata;
    run->ends++;
    run->end = *end;
    snprintf(run->error, sizeof run->error, "%s", end->error);
}

static struct fake_helper fake;
static struct helper_client *client;

static int set_up(void **state) {
    (void)state;
    static const struct helper_callbacks callbacks = {.hello = on_hello,
                                                      .dirty = on_dirty,
                                                      .settings_dirty = on_settings_dirty,
                                                      .counts = on_counts,
                                                      .mtimes = on_mtimes,
                                                      .gone = on_gone};
    int socket = fake_open(&fake);
    told = (struct told){0};
    return helper_client_new(fake.event, socket, REPLY_TIMEOUT, &callbacks, &client);
}

static int tear_down(void **state) {
    (void)state;
    helper_client_free(client);
    fake_deinit(&fake);
    return 0;
}

/* Starts a command and returns its sequence number. */
static uint32_t start(struct run *run, enum request_type type) {
    const struct stream_callbacks callbacks = {.line = on_line, .end = on_end, .userdata = run};
    const struct helper_order order = {.type = type};
    assert_true(helper_client_run(client, &order, &callbacks));
    return fake_expect(&fake, type).sequence;
}

static const struct {
    const char *name;
    const char *output;
    int refuse_at;
    int status;
    const char *last_words;
    bool timed_out;
    const char *lines; /* taken */
    const char *error; /* "" = a good end */
    bool mail_down;    /* as the helper's code says, whatever the text */
} ends[] = {
    {"a good end", "one\ntwo\n", 0, 0, "", false, "one|two|", "", false},
    {"no output", "", 0, 0, "", false, "", "", false},
    {"a warning does no harm", "one\n", 0, 0, "postqueue: warning: x", false, "one|", "", false},
    {"an exit status", "one\n", 0, EXITED(69), "postqueue: fatal: Queue report unavailable", false,
     "one|", "postqueue ended with status 69: postqueue: fatal: Queue report unavailable", false},
    {"an exit status without words", "", 0, EXITED(1), "", false, "",
     "postqueue ended with status 1", false},
    {"the mail system is down", "", 0, EXITED(69), "postqueue: fatal: mail system is down", false,
     "", "postqueue ended with status 69: postqueue: fatal: mail system is down", true},
    {"a signal", "one\n", 0, SIGSEGV, "", false, "one|", "postqueue was ended by signal 11", false},
    {"a deadline", "one\n", 0, SIGTERM, "", true, "one|",
     "postqueue did not end within command_timeout", false},
    {"a cut line", "one\ntw", 0, 0, "", false, "one|", "postqueue: output ended within line 2",
     false},
    {"a refused line", "one\ntwo\nthree\n", 2, 0, "", false, "one|two|",
     "postqueue: output refused at line 2", false},
    {"a refused line of a failed command", "one\n", 1, EXITED(1), "", false, "one|",
     "postqueue: output refused at line 1", false},
};

/* Each with the exit before its output is read, and after. */
static void test_ends(void **state) {
    (void)state;
    for (size_t i = 0; i < 2 * COUNT_OF(ends); i++) {
        const char *name = ends[i / 2].name;
        bool exit_first = i % 2 != 0;
        struct run run = {.refuse_at = ends[i / 2].refuse_at};
        uint32_t sequence = start(&run, REQUEST_LIST);
        struct reply reply = fake_make(REPLY_EXIT, sequence);
        reply.wait_status = ends[i / 2].status;
        reply.timed_out = ends[i / 2].timed_out;
        reply.reason = ends[i / 2].mail_down ? REASON_MAIL_DOWN : REASON_NONE;
        snprintf(reply.text, sizeof reply.text, "%s", ends[i / 2].last_words);
        int output = fake_stream(&fake, sequence);
        if (exit_first) {
            fake_send(&fake, &reply, -1);
        }
        fake_write(output, ends[i / 2].output, strlen(ends[i / 2].output));
        close(output);
        if (!exit_first) {
            fake_settle(&fake);
            CHECK_INT(name, run.ends, 0);
            fake_send(&fake, &reply, -1);
        }
        UNTIL(&fake, run.ends > 0);
        fake_settle(&fake);
        CHECK_INT(name, run.ends, 1);
        CHECK_STRING(name, run.text, ends[i / 2].lines);
        CHECK_STRING(name, run.error, ends[i / 2].error);
        CHECK_INT(name, run.end.ok, ends[i / 2].error[0] == '\0');
        CHECK_INT(name, run.end.mail_down, ends[i / 2].mail_down);
        CHECK(name, !run.end.lost);
    }
    CHECK_INT("the helper stays", told.gone, 0);
}

/* Two kinds of commands at once, the later one answered first; and no second one of a kind. */
static void test_out_of_order(void **state) {
    (void)state;
    struct run list = {0};
    struct run settings = {0};
    const struct stream_callbacks callbacks = {.line = on_line, .end = on_end, .userdata = &list};
    const struct helper_order order = {.type = REQUEST_LIST};
    uint32_t first = start(&list, REQUEST_LIST);
    uint32_t second = start(&settings, REQUEST_SETTINGS);
    CHECK("another sequence", first != second);
    CHECK("one of a kind", !helper_client_run(client, &order, &callbacks));
    fake_exit(&fake, second, 0, "");
    int settings_output = fake_stream(&fake, second);
    int list_output = fake_stream(&fake, first);
    fake_write(settings_output, "s\n", 2);
    fake_write(list_output, "l\n", 2);
    close(settings_output);
    UNTIL(&fake, settings.ends > 0);
    CHECK_INT("the list goes on", list.ends, 0);
    fake_write(list_output, "m\n", 2);
    close(list_output);
    fake_exit(&fake, first, 0, "");
    UNTIL(&fake, list.ends > 0);
    CHECK_STRING("list", list.text, "l|m|");
    CHECK_STRING("settings", settings.text, "s|");
    CHECK("both good", list.end.ok && settings.end.ok);
    CHECK("free again", helper_client_run(client, &order, &callbacks));
}

/* Answers to what was never asked, or asked long ago, change nothing. */
static void test_wrong_sequence(void **state) {
    (void)state;
    struct run run = {0};
    uint32_t sequence = start(&run, REQUEST_LIST);
    assert_true(helper_client_scan(client, false));
    CHECK("one scan at a time", !helper_client_scan(client, true));
    struct request scan = fake_expect(&fake, REQUEST_SCAN);
    CHECK_INT("not full", scan.flags, 0);
    struct reply counts = fake_make(REPLY_COUNTS, scan.sequence + 1000);
    fake_send(&fake, &counts, -1);
    int output = fake_stream(&fake, sequence + 1000);
    fake_exit(&fake, sequence + 1000, EXITED(1), "x");
    fake_exit(&fake, 0, EXITED(1), "x");
    fake_settle(&fake);
    CHECK_INT("no end", run.ends, 0);
    CHECK_INT("no counts", told.counts, 0);
    CHECK_INT("its output is closed", write(output, "x", 1), -1);
    close(output);
    counts.sequence = scan.sequence;
    counts.counts[QUEUE_DEFERRED] = 7;
    fake_send(&fake, &counts, -1);
    fake_send(&fake, &counts, -1);
    UNTIL(&fake, told.counts > 0);
    fake_settle(&fake);
    CHECK_INT("once", told.counts, 1);
    CHECK_INT("counts", told.deferred, 7);
    CHECK("again", helper_client_scan(client, true));
    CHECK_INT("full", fake_expect(&fake, REQUEST_SCAN).flags, SCAN_FULL);
    /* A second stream for a command that has one. */
    output = fake_stream(&fake, sequence);
    int second = fake_stream(&fake, sequence);
    fake_settle(&fake);
    CHECK_INT("the second is closed", write(second, "x", 1), -1);
    close(second);
    close(output);
    fake_exit(&fake, sequence, 0, "");
    UNTIL(&fake, run.ends > 0);
    CHECK("good", run.end.ok);
}

/* The command could not be started, or the descriptor is missing. */
static void test_no_stream(void **state) {
    (void)state;
    struct run run = {0};
    struct reply reply = fake_make(REPLY_STREAM, start(&run, REQUEST_LIST));
    reply.error = EBUSY;
    snprintf(reply.text, sizeof reply.text, "4 commands are running already");
    fake_send(&fake, &reply, -1);
    UNTIL(&fake, run.ends > 0);
    CHECK_STRING("refused", run.error, "4 commands are running already");
    CHECK("it has not been run", run.end.not_run && !run.end.lost);
    run = (struct run){0};
    reply = fake_make(REPLY_STREAM, start(&run, REQUEST_LIST));
    fake_send(&fake, &reply, -1);
    UNTIL(&fake, run.ends > 0);
    CHECK_STRING("no descriptor", run.error, "the helper sent no output");
    CHECK("it may have been run", !run.end.not_run && run.end.lost);
}

/* Anything that is no reply ends the helper, and everything that waits for it. */
static void test_garbage(void **state) {
    (void)state;
    struct reply bad = fake_make(REPLY_DIRTY, 0);
    bad.version++;
    static const char text[] = "hello";
    const struct {
        const char *name;
        const void *data;
        size_t len;
    } packets[] = {
        {"a wrong version", &bad, sizeof bad},
        {"a short packet", text, sizeof text},
        {"a packet of nothing", text, 0},
    };
    for (size_t i = 0; i < COUNT_OF(packets); i++) {
        struct run run = {0};
        start(&run, REQUEST_LIST);
        assert_true(helper_client_scan(client, false));
        assert_int_equal(send(fake.socket, packets[i].data, packets[i].len, 0), packets[i].len);
        UNTIL(&fake, told.gone > 0);
        CHECK_INT(packets[i].name, told.gone, 1);
        CHECK_INT(packets[i].name, told.counts, 1);
        CHECK_STRING(packets[i].name, told.counts_error,
                     "the helper has ended; restart hermes-mailqueued");
        CHECK_INT(packets[i].name, run.ends, 1);
        CHECK(packets[i].name, !run.end.ok && run.end.lost);
        CHECK(packets[i].name, !helper_client_scan(client, false));
        tear_down(state);
        assert_int_equal(set_up(state), 0);
    }
}

/* The last output of a lost helper's command is taken; its end comes once whatever is in it. */
static void test_lost_with_output(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int refuse_at;
        bool exited;
    } cases[] = {
        {"good output", 0, false},
        {"good output of a command that has exited", 0, true},
        {"bad output", 1, false},
        {"bad output of a command that has exited", 1, true},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct run run = {.refuse_at = cases[i].refuse_at};
        uint32_t sequence = start(&run, REQUEST_LIST);
        int output = fake_stream(&fake, sequence);
        if (cases[i].exited) {
            fake_exit(&fake, sequence, 0, "");
        }
        fake_write(output, "one\n", 4);
        fake_close(&fake);
        UNTIL(&fake, told.gone > 0);
        fake_settle(&fake);
        CHECK_INT(cases[i].name, run.ends, 1);
        CHECK_INT(cases[i].name, run.lines, 1);
        CHECK(cases[i].name, !run.end.ok);
        close(output);
        tear_down(state);
        assert_int_equal(set_up(state), 0);
    }
}

/* A new helper process knows nothing of what the old one was asked. */
static void test_hello(void **state) {
    (void)state;
    struct run run = {0};
    struct reply hello = fake_make(REPLY_HELLO, 0);
    uint32_t sequence = start(&run, REQUEST_LIST);
    assert_true(helper_client_scan(client, false));
    hello.error = EPERM;
    snprintf(hello.text, sizeof hello.text, "not root");
    hello.worker = 7;
    fake_send(&fake, &hello, -1);
    UNTIL(&fake, told.hellos > 0);
    CHECK_STRING("what is missing", told.hello, "not root");
    CHECK_INT("one end", run.ends, 1);
    CHECK_STRING("the end", run.error, "the helper was restarted");
    CHECK("lost", run.end.lost);
    CHECK_STRING("the scan", told.counts_error, "the helper was restarted");
    fake_exit(&fake, sequence, 0, "");
    fake_settle(&fake);
    CHECK_INT("an old answer", run.ends, 1);
    run = (struct run){0};
    const struct stream_callbacks callbacks = {.line = on_line, .end = on_end, .userdata = &run};
    const struct helper_order order = {.type = REQUEST_LIST};
    assert_true(helper_client_run(client, &order, &callbacks));
    CHECK_INT("the next is for the new process", fake_expect(&fake, REQUEST_LIST).worker, 7);
    CHECK_INT("the helper stays", told.gone, 0);
}

/* Every request says until when it is worth doing. */
static void test_deadlines(void **state) {
    (void)state;
    struct run run = {0};
    const struct stream_callbacks callbacks = {.line = on_line, .end = on_end, .userdata = &run};
    const struct helper_order order = {.type = REQUEST_LIST};
    uint64_t before = clock_usec();
    assert_true(helper_client_run(client, &order, &callbacks));
    assert_true(helper_client_scan(client, false));
    struct request list = fake_expect(&fake, REQUEST_LIST);
    struct request scan = fake_expect(&fake, REQUEST_SCAN);
    uint64_t after = clock_usec();
    CHECK("the command's", list.deadline_usec >= before + REPLY_TIMEOUT &&
                               list.deadline_usec <= after + REPLY_TIMEOUT);
    CHECK("the scan's",
          scan.deadline_usec >= list.deadline_usec && scan.deadline_usec <= after + REPLY_TIMEOUT);
}

/* As many as HELPER_FLUSHES at a time, beside an action's command. */
static void test_flushes(void **state) {
    (void)state;
    static const char ids[1][QUEUE_ID_SIZE] = {"3F2504E0B1"};
    struct run runs[HELPER_FLUSHES + 1] = {0};
    uint32_t sequences[HELPER_FLUSHES];
    const struct helper_order order = {.type = REQUEST_FLUSH, .ids = ids, .id_count = 1};
    struct stream_callbacks callbacks = {.line = on_line, .end = on_end};
    for (size_t i = 0; i < HELPER_FLUSHES; i++) {
        callbacks.userdata = &runs[i];
        assert_true(helper_client_run(client, &order, &callbacks));
        sequences[i] = fake_expect(&fake, REQUEST_FLUSH).sequence;
    }
    callbacks.userdata = &runs[HELPER_FLUSHES];
    CHECK("and no more", !helper_client_run(client, &order, &callbacks));
    start(&runs[HELPER_FLUSHES], REQUEST_SELECT);
    close(fake_stream(&fake, sequences[1]));
    fake_exit(&fake, sequences[1], 0, "");
    UNTIL(&fake, runs[1].ends > 0);
    CHECK("the one that has ended", runs[1].end.ok && runs[1].end.exited);
    fake_settle(&fake);
    CHECK_INT("no other", runs[0].ends + runs[2].ends + runs[3].ends, 0);
    callbacks.userdata = &runs[1];
    CHECK("room for another", helper_client_run(client, &order, &callbacks));
}

static void test_hints(void **state) {
    (void)state;
    static const char ids[1][QUEUE_ID_SIZE] = {"3F2504E0B1"};
    struct reply dirty = fake_make(REPLY_DIRTY, 0);
    struct reply settings_dirty = fake_make(REPLY_SETTINGS_DIRTY, 0);
    fake_send(&fake, &dirty, -1);
    fake_send(&fake, &settings_dirty, -1);
    assert_true(helper_client_mtimes(client, ids, 1));
    struct request request = fake_expect(&fake, REQUEST_MTIME);
    CHECK_STRING("the id", request.ids[0], ids[0]);
    struct reply mtimes = fake_make(REPLY_MTIME, request.sequence);
    mtimes.id_count = 1;
    fake_send(&fake, &mtimes, -1);
    UNTIL(&fake, told.mtimes > 0);
    CHECK_INT("dirty", told.dirty, 1);
    CHECK_INT("settings", told.settings_dirty, 1);
}

/* A helper that says nothing: a scan and a command end with that, and can be asked again. */
static void test_silence(void **state) {
    (void)state;
    struct run run = {0};
    start(&run, REQUEST_LIST);
    assert_true(helper_client_scan(client, false));
    clock_ahead_usec += REPLY_TIMEOUT - SECOND;
    fake_settle(&fake);
    CHECK_INT("not yet", told.counts + run.ends, 0);
    clock_ahead_usec += 3 * SECOND;
    UNTIL(&fake, told.counts > 0);
    CHECK_STRING("scan", told.counts_error, "the helper did not answer in time");
    CHECK_INT("the command has longer", run.ends, 0);
    clock_ahead_usec += 5 * SECOND;
    UNTIL(&fake, run.ends > 0);
    CHECK_STRING("command", run.error, "postqueue: the helper did not answer in time");
    CHECK("what it did is unknown", run.end.lost && !run.end.not_run && !run.end.exited);
    fake_expect(&fake, REQUEST_CANCEL);
    CHECK("again", helper_client_scan(client, false));
    CHECK_INT("the helper stays", told.gone, 0);
}

/* Output that never ends does not keep the loop from anything else, and ends with the deadline. */
static void test_endless(void **state) {
    (void)state;
    struct run run = {0};
    uint32_t sequence = start(&run, REQUEST_LIST);
    int output = fake_stream(&fake, sequence);
    char lines[4096];
    memset(lines, '\n', sizeof lines);
    for (int i = 0; i < 200; i++) {
        if (write(output, lines, sizeof lines) < 0) {
            fake_turn(&fake);
        }
    }
    assert_true(helper_client_scan(client, false));
    struct reply counts = fake_make(REPLY_COUNTS, fake_expect(&fake, REQUEST_SCAN).sequence);
    fake_send(&fake, &counts, -1);
    while (told.counts == 0 || run.lines == 0) {
        assert_true(write(output, lines, sizeof lines) > 0 || errno == EAGAIN);
        fake_turn(&fake);
    }
    clock_ahead_usec += REPLY_TIMEOUT + 6 * SECOND;
    while (run.ends == 0) {
        assert_true(write(output, lines, sizeof lines) > 0 || errno == EAGAIN || errno == EPIPE);
        fake_turn(&fake);
    }
    CHECK("no good end", !run.end.ok);
    close(output);
}

/* A line without an end: the command is stopped at the bound, and the error says so. */
static void test_long_line(void **state) {
    (void)state;
    struct run run = {0};
    uint32_t sequence = start(&run, REQUEST_SETTINGS);
    int output = fake_stream(&fake, sequence);
    char text[4096];
    memset(text, 'x', sizeof text);
    bool cancelled = false;
    while (!cancelled) {
        struct request request;
        if (write(output, text, sizeof text) < 0) {
            fake_turn(&fake);
        }
        while (fake_take(&fake, &request)) {
            cancelled = request.type == REQUEST_CANCEL && request.sequence == sequence;
        }
        fake_turn(&fake);
    }
    CHECK_INT("it ends with its exit", run.ends, 0);
    close(output);
    fake_exit(&fake, sequence, SIGTERM, "");
    UNTIL(&fake, run.ends > 0);
    CHECK_STRING("the error", run.error, "postconf: line 1 is longer than 65536 octets");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        TEST(test_ends),      TEST(test_out_of_order), TEST(test_wrong_sequence),
        TEST(test_no_stream), TEST(test_garbage),      TEST(test_lost_with_output),
        TEST(test_hello),     TEST(test_deadlines),    TEST(test_flushes),
        TEST(test_hints),     TEST(test_silence),      TEST(test_endless),
        TEST(test_long_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The helper's loop on a socketpair, with a script in place of the container engine that writes
 * down its arguments and its standard input. Whatever comes in an id, only queue IDs come out.
 */
#include "helper/serve.h"

#include "core/command.h"
#include "core/protocol.h"
#include "os/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config_text.h"
#include "helper_session.h"
#include "unit.h"

struct fixture {
    char folder[64];
    struct config *config;
};

/* The file's text, "" when there is none. */
static void read_file(const char *folder, const char *name, char *text, size_t size) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, text, size - 1);
    assert_true(got >= 0);
    text[got] = '\0';
    if (fd >= 0) {
        close(fd);
    }
}

/* script runs with its folder in $dir. */
static struct fixture setup(const char *script, const char *more) {
    struct fixture fixture = {.folder = "/tmp/hmq-serve.XXXXXX"};
    char text[1024];
    assert_non_null(mkdtemp(fixture.folder));
    char path[96];
    snprintf(path, sizeof path, "%s/docker", fixture.folder);
    snprintf(text, sizeof text, "#!/bin/sh\ndir=%s\n%s\n", fixture.folder, script);
    write_file(path, text, 0700);
    snprintf(text, sizeof text, "container = x\ncontainer_command = %s\nspool_directory = none\n%s",
             path, more);
    fixture.config = good_config("fixture", text);
    return fixture;
}

static void teardown(struct fixture *fixture) {
    char path[128];
    static const char *const names[] = {"docker", "argv", "stdin", "pid"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        snprintf(path, sizeof path, "%s/%s", fixture->folder, names[i]);
        unlink(path);
    }
    rmdir(fixture->folder);
    config_free(fixture->config);
}

static const char record[] = "printf '[%s]' \"$@\" >>\"$dir/argv\"; cat >>\"$dir/stdin\"";

static struct session begin(const struct fixture *fixture) {
    return begin_with(fixture->config);
}

static struct request action(enum action_command command, const char *id) {
    struct request request = {.version = PROTOCOL_VERSION,
                              .type = REQUEST_ACTION,
                              .sequence = 9,
                              .deadline_usec = UINT64_MAX,
                              .command = command,
                              .id_count = 1};
    memcpy(request.ids[0], id, strnlen(id, QUEUE_ID_SIZE));
    return request;
}

static void test_ids_on_stdin(void **state) {
    (void)state;
    struct fixture fixture = setup(record, "command_timeout = 20s\n");
    struct session session = begin(&fixture);
    struct request request = action(COMMAND_HOLD, "A00000");
    static char expected[PROTOCOL_IDS * QUEUE_ID_SIZE + 1];
    static char got[PROTOCOL_IDS * QUEUE_ID_SIZE + 1];
    size_t len = 0;
    request.id_count = PROTOCOL_IDS;
    for (size_t i = 0; i < PROTOCOL_IDS; i++) {
        snprintf(request.ids[i], QUEUE_ID_SIZE, "%032zX", i);
        len += (size_t)snprintf(expected + len, sizeof expected - len, "%s\n", request.ids[i]);
    }
    int fd = -1;
    ask(&session, &request);
    CHECK_INT("started", await(&session, REPLY_STREAM, &fd).error, 0);
    struct reply reply = await(&session, REPLY_EXIT, &fd);
    CHECK_INT("ended well", reply.wait_status, 0);
    CHECK_INT("its own request", reply.sequence, 9);
    read_file(fixture.folder, "stdin", got, sizeof got);
    CHECK_STRING("every id, in order", got, expected);
    read_file(fixture.folder, "argv", got, sizeof got);
    CHECK_STRING("and none as an argument", got,
                 "[exec][-i][x][timeout][-k][2][20][postsuper][-c][/etc/postfix][-h][-]");
    close(fd);
    CHECK_INT("a clean end", end(&session), WORKER_PEER_CLOSED);
    teardown(&fixture);
}

/* A command that reads nothing does not keep the helper, nor does it kill it. */
static void test_reads_nothing(void **state) {
    (void)state;
    struct fixture fixture = setup("exec 0<&-; echo 'postsuper: fatal: no' >&2; exit 1", "");
    struct session session = begin(&fixture);
    struct request request = action(COMMAND_DELETE, "A00000");
    char output[64] = "";
    for (int round = 0; round < 3; round++) {
        int fd = -1;
        ask(&session, &request);
        await(&session, REPLY_STREAM, &fd);
        struct reply reply = await(&session, REPLY_EXIT, &fd);
        CHECK_INT("its status", WEXITSTATUS(reply.wait_status), 1);
        ssize_t got = read(fd, output, sizeof output - 1);
        assert_true(got > 0);
        output[got] = '\0';
        CHECK_STRING("errors are in the stream", output, "postsuper: fatal: no\n");
        close(fd);
    }
    CHECK_INT("a clean end", end(&session), WORKER_PEER_CLOSED);
    teardown(&fixture);
}

static void test_not_allowed(void **state) {
    (void)state;
    struct fixture fixture = setup(record, "allow_actions = hold\n");
    struct session session = begin(&fixture);
    struct request requests[] = {
        action(COMMAND_DELETE, "A00000"),
        {.version = PROTOCOL_VERSION,
         .type = REQUEST_FLUSH,
         .sequence = 9,
         .deadline_usec = UINT64_MAX},
        {.version = PROTOCOL_VERSION,
         .type = REQUEST_VIEW,
         .sequence = 9,
         .deadline_usec = UINT64_MAX,
         .id_count = 1,
         .ids = {"A00000"}},
    };
    int fd = -1;
    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        ask(&session, &requests[i]);
        struct reply reply = await(&session, REPLY_STREAM, &fd);
        CHECK_INT("refused", reply.error, EPERM);
        CHECK_INT("its own request", reply.sequence, 9);
        CHECK("with a reason", reply.text[0] != '\0');
    }
    struct request allowed = action(COMMAND_HOLD, "A00000");
    ask(&session, &allowed);
    CHECK_INT("and goes on", await(&session, REPLY_STREAM, &fd).error, 0);
    await(&session, REPLY_EXIT, &fd);
    char text[256];
    read_file(fixture.folder, "argv", text, sizeof text);
    CHECK_STRING("one command ran", text,
                 "[exec][-i][x][timeout][-k][2][30][postsuper][-c][/etc/postfix][-h][-]");
    close(fd);
    CHECK_INT("a clean end", end(&session), WORKER_PEER_CLOSED);
    teardown(&fixture);
}

static bool alive(const char *pid) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%s/stat", pid);
    char text[512];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    if (fd >= 0) {
        close(fd);
    }
    text[got < 0 ? 0 : got] = '\0';
    return got > 0 && strstr(text, ") Z ") == NULL;
}

/* It ignores SIGTERM, and so does its child. */
static void test_deadline(void **state) {
    (void)state;
    struct fixture fixture = setup("trap '' TERM; sleep 600 & echo $! >\"$dir/pid\"; wait; wait",
                                   "command_timeout = 1s\n");
    struct session session = begin(&fixture);
    struct request request = action(COMMAND_HOLD, "A00000");
    int fd = -1;
    char pid[32];
    ask(&session, &request);
    await(&session, REPLY_STREAM, &fd);
    struct reply reply = await(&session, REPLY_EXIT, &fd);
    CHECK("it was its deadline", reply.timed_out);
    CHECK_INT("SIGKILL", WTERMSIG(reply.wait_status), SIGKILL);
    read_file(fixture.folder, "pid", pid, sizeof pid);
    pid[strcspn(pid, "\n")] = '\0';
    CHECK("its child was known", pid[0] != '\0');
    for (int i = 0; i < 1000 && alive(pid); i++) {
        poll(NULL, 0, 10);
    }
    CHECK("its child has ended too", !alive(pid));
    close(fd);
    CHECK_INT("a clean end", end(&session), WORKER_PEER_CLOSED);
    teardown(&fixture);
}

static void test_cancel(void **state) {
    (void)state;
    struct fixture fixture = setup("echo begun; exec sleep 600", "");
    struct session session = begin(&fixture);
    struct request request = action(COMMAND_HOLD, "A00000");
    struct request cancel = {
        .version = PROTOCOL_VERSION, .type = REQUEST_CANCEL, .sequence = request.sequence + 1};
    int fd = -1;
    ask(&session, &cancel);
    ask(&session, &request);
    await(&session, REPLY_STREAM, &fd);
    cancel.sequence = request.sequence;
    ask(&session, &cancel);
    struct reply reply = await(&session, REPLY_EXIT, &fd);
    CHECK_INT("SIGTERM", WTERMSIG(reply.wait_status), SIGTERM);
    CHECK("not its deadline", !reply.timed_out);
    close(fd);
    CHECK_INT("a clean end", end(&session), WORKER_PEER_CLOSED);
    teardown(&fixture);
}

/* A helper that was held up: what the agent has given up is not begun any more, nor is what was
 * meant for another process. */
static void test_too_late(void **state) {
    (void)state;
    struct fixture fixture = setup(record, "");
    struct session session = begin(&fixture);
    struct request late = action(COMMAND_DELETE, "A00000");
    struct request other = action(COMMAND_DELETE, "A00000");
    struct request good = action(COMMAND_HOLD, "A00000");
    int fd = -1;
    char text[256];
    late.deadline_usec = clock_usec() - 1;
    ask(&session, &late);
    struct reply reply = await(&session, REPLY_STREAM, &fd);
    CHECK_INT("refused", reply.error, ETIMEDOUT);
    CHECK("with a reason", strstr(reply.text, "deadline") != NULL);
    CHECK_INT("without output", fd, -1);
    other.worker = 1;
    other.sequence = 8;
    ask(&session, &other);
    ask(&session, &good);
    reply = await(&session, REPLY_STREAM, &fd);
    CHECK_INT("dropped without an answer", reply.sequence, 9);
    CHECK_INT("the next is taken", reply.error, 0);
    await(&session, REPLY_EXIT, &fd);
    read_file(fixture.folder, "argv", text, sizeof text);
    CHECK_STRING("one command ran", text,
                 "[exec][-i][x][timeout][-k][2][30][postsuper][-c][/etc/postfix][-h][-]");
    close(fd);
    CHECK_INT("a clean end", end(&session), WORKER_PEER_CLOSED);
    teardown(&fixture);
}

/* One that was begun in time has the time that is left, in the container as well. */
static void test_rest_of_time(void **state) {
    (void)state;
    struct fixture fixture = setup("printf '[%s]' \"$@\" >\"$dir/argv\"; exec sleep 600", "");
    struct session session = begin(&fixture);
    struct request request = action(COMMAND_HOLD, "A00000");
    int fd = -1;
    char text[256];
    uint64_t before = clock_usec();
    request.deadline_usec = before + UINT64_C(1500000);
    ask(&session, &request);
    await(&session, REPLY_STREAM, &fd);
    struct reply reply = await(&session, REPLY_EXIT, &fd);
    CHECK("ended by its deadline", reply.timed_out);
    CHECK("not before it", clock_usec() - before >= UINT64_C(1500000));
    read_file(fixture.folder, "argv", text, sizeof text);
    CHECK("in the container too", strstr(text, "[timeout][-k][2][2]") != NULL);
    close(fd);
    CHECK_INT("a clean end", end(&session), WORKER_PEER_CLOSED);
    teardown(&fixture);
}

static const struct {
    const char *name;
    const char *script;
    enum request_type type;
    enum command_reason reason;
} reasons[] = {
    {"the mail system is down",
     "echo 'postqueue: fatal: Queue report unavailable - mail system is down' >&2; exit 69",
     REQUEST_LIST, REASON_MAIL_DOWN},
    {"its container does not run",
     "echo 'Error response from daemon: container x is not running' >&2; exit 1", REQUEST_LIST,
     REASON_MAIL_DOWN},
    {"nothing to reload",
     "echo 'postfix/postfix-script: fatal: the Postfix mail system is not running' >&2; exit 1",
     REQUEST_RELOAD, REASON_MAIL_DOWN},
    {"no message",
     "echo 'postcat: fatal: open queue file A00000: No such file or directory' >&2; exit 1",
     REQUEST_VIEW, REASON_NO_MESSAGE},
    {"another file", "echo 'postqueue: fatal: open x: No such file or directory' >&2; exit 1",
     REQUEST_LIST, REASON_NONE},
    {"a good end", "true", REQUEST_VIEW, REASON_NONE},
    {"another end", "echo 'postcat: fatal: out of memory' >&2; exit 1", REQUEST_VIEW, REASON_NONE},
};

static void test_reasons(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(reasons); i++) {
        struct fixture fixture = setup(reasons[i].script, "allow_view = yes\n");
        struct session session = begin(&fixture);
        struct request request = action((enum action_command)0, "A00000");
        int fd = -1;
        request.type = reasons[i].type;
        request.parameter = reasons[i].type == REQUEST_RELOAD ? PARAMETER_BOUNCE_LIFETIME : 0;
        request.id_count = reasons[i].type == REQUEST_VIEW ? 1 : 0;
        ask(&session, &request);
        await(&session, REPLY_STREAM, &fd);
        CHECK_INT(reasons[i].name, await(&session, REPLY_EXIT, &fd).reason, reasons[i].reason);
        close(fd);
        CHECK_INT(reasons[i].name, end(&session), WORKER_PEER_CLOSED);
        teardown(&fixture);
    }
}

/* What `postfix reload` leaves behind is neither waited for nor ended, and can still write. */
static void test_reload_leaves_alone(void **state) {
    (void)state;
    struct fixture fixture = setup("(while [ ! -e \"$dir/stdin\" ]; do sleep 0.05; done;\n"
                                   "echo late >&2 && echo late && echo fine >>\"$dir/argv\") &\n"
                                   "echo refreshing >&2",
                                   "");
    struct session session = begin(&fixture);
    struct request request = {.version = PROTOCOL_VERSION,
                              .type = REQUEST_RELOAD,
                              .parameter = PARAMETER_BOUNCE_LIFETIME,
                              .sequence = 9,
                              .deadline_usec = UINT64_MAX};
    int fd = -1;
    char octet;
    char text[64] = "";
    char path[96];
    ask(&session, &request);
    await(&session, REPLY_STREAM, &fd);
    struct reply reply = await(&session, REPLY_EXIT, &fd);
    CHECK_INT("ended well", reply.wait_status, 0);
    CHECK_STRING("its words", reply.text, "refreshing");
    CHECK_INT("the stream is at its end", read(fd, &octet, 1), 0);
    close(fd);
    snprintf(path, sizeof path, "%s/stdin", fixture.folder);
    write_file(path, "", 0600);
    for (int i = 0; i < 1000 && text[0] == '\0'; i++) {
        poll(NULL, 0, 10);
        read_file(fixture.folder, "argv", text, sizeof text);
    }
    CHECK_STRING("it lived on and could write", text, "fine\n");
    CHECK_INT("a clean end", end(&session), WORKER_PEER_CLOSED);
    teardown(&fixture);
}

static const struct {
    const char *name;
    size_t cut; /* octets less than the whole packet */
    struct request request;
} malformed[] = {
    {"an octet",
     offsetof(struct request, ids) - 1,
     {.version = PROTOCOL_VERSION, .deadline_usec = 1}},
    {"a cut header", 4, {.version = PROTOCOL_VERSION, .deadline_usec = 1, .type = REQUEST_LIST}},
    {"another version",
     0,
     {.version = PROTOCOL_VERSION + 1, .deadline_usec = 1, .type = REQUEST_LIST}},
    {"no such type",
     0,
     {.version = PROTOCOL_VERSION, .deadline_usec = 1, .type = REQUEST_TYPE_END}},
    {"postsuper without ids",
     0,
     {.version = PROTOCOL_VERSION,
      .deadline_usec = 1,
      .type = REQUEST_ACTION,
      .command = COMMAND_HOLD}},
    {"ALL",
     0,
     {.version = PROTOCOL_VERSION,
      .deadline_usec = 1,
      .type = REQUEST_ACTION,
      .command = COMMAND_DELETE,
      .id_count = 1,
      .ids = {"ALL"}}},
    {"an option to postcat",
     0,
     {.version = PROTOCOL_VERSION,
      .deadline_usec = 1,
      .type = REQUEST_VIEW,
      .id_count = 1,
      .ids = {"-vvvvvv"}}},
    {"another directive",
     0,
     {.version = PROTOCOL_VERSION,
      .deadline_usec = 1,
      .type = REQUEST_SET_PARAMETER,
      .parameter = PARAMETER_DEFER_TRANSPORTS,
      .value = "smtp $relay"}},
    {"a value with another setting in it",
     0,
     {.version = PROTOCOL_VERSION,
      .deadline_usec = 1,
      .type = REQUEST_SET_PARAMETER,
      .parameter = PARAMETER_BOUNCE_LIFETIME,
      .value = "5\nrelay=x\n1d"}},
};

/* What serve, in this process, makes of one packet; its complaint is not shown. */
static enum worker_end answer(const struct config *config, const void *packet, size_t size) {
    int pair[2];
    int shown = dup(STDERR_FILENO);
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
    assert_int_equal(send(pair[0], packet, size, MSG_NOSIGNAL), size);
    assert_int_equal(shutdown(pair[0], SHUT_WR), 0);
    dup2(null, STDERR_FILENO);
    const struct serve_context context = {.config = config, .socket = pair[1]};
    enum worker_end result = serve(&context);
    dup2(shown, STDERR_FILENO);
    close(shown);
    close(null);
    close(pair[0]);
    close(pair[1]);
    return result;
}

static void test_malformed(void **state) {
    (void)state;
    struct fixture fixture = setup(record, "allow_view = yes\n");
    char text[64];
    for (size_t i = 0; i < COUNT_OF(malformed); i++) {
        const struct request *request = &malformed[i].request;
        size_t size = request_size(request->id_count) - malformed[i].cut;
        CHECK_INT(malformed[i].name, answer(fixture.config, request, size), WORKER_REFUSED);
    }
    read_file(fixture.folder, "argv", text, sizeof text);
    CHECK_STRING("nothing ran", text, "");
    teardown(&fixture);
}

static uint32_t next_random(uint32_t *random) {
    *random = *random * 1664525U + 1013904223U;
    return *random >> 8;
}

/* From octets of all kinds to what is nearly an id. Returns its length. */
static size_t random_id(uint32_t *random, char id[QUEUE_ID_SIZE]) {
    static const char *const alphabets[] = {
        "0123456789ABCDEF",
        "0123456789ABCDEFG",
        "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_",
        "ALL-",
        "0A \n\r\t;|&$`\"'\\<>(){}*?~#!-./%",
    };
    size_t len = next_random(random) % QUEUE_ID_SIZE;
    uint32_t kind = next_random(random) % (COUNT_OF(alphabets) + 1);
    memset(id, 0, QUEUE_ID_SIZE);
    for (size_t i = 0; i < len; i++) {
        id[i] = kind < COUNT_OF(alphabets)
                    ? alphabets[kind][next_random(random) % strlen(alphabets[kind])]
                    : (char)(next_random(random) & 0xFF);
    }
    return strnlen(id, QUEUE_ID_SIZE);
}

/*
 * 10,000 of them, each as the only id of a request for something that would take it as an argument
 * or on standard input. One helper for each that is no id: it takes the request and ends.
 */
static void test_random_ids(void **state) {
    (void)state;
    struct fixture fixture = setup(record, "allow_view = yes\n");
    uint32_t random = 20251124;
    int valid = 0;
    int refused = 0;
    for (int i = 0; i < 10000; i++) {
        char id[QUEUE_ID_SIZE];
        size_t len = random_id(&random, id);
        struct request request = action(COMMAND_DELETE, "");
        memcpy(request.ids[0], id, QUEUE_ID_SIZE);
        if (i % 3 != 0) {
            request.command = 0;
            request.type = i % 3 == 1 ? REQUEST_VIEW : REQUEST_FLUSH;
        }
        if (queue_id_valid(id, len)) {
            valid++;
            assert_true(
                strspn(id, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") ==
                len);
            continue;
        }
        CHECK_INT(id, answer(fixture.config, &request, request_size(1)), WORKER_REFUSED);
        refused++;
    }
    CHECK("some were ids", valid > 500);
    CHECK("most were not", refused > 5000);
    char text[16];
    read_file(fixture.folder, "argv", text, sizeof text);
    CHECK_STRING("nothing ran", text, "");
    teardown(&fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids_on_stdin),
        cmocka_unit_test(test_reads_nothing),
        cmocka_unit_test(test_not_allowed),
        cmocka_unit_test(test_deadline),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_too_late),
        cmocka_unit_test(test_rest_of_time),
        cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_reload_leaves_alone),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_random_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

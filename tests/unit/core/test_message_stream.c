/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lines of postqueue -j: what is read from them, what is ignored, what an odd one costs, and that
 * they may have any length.
 */
#include "core/message_stream.h"

#include <errno.h>
#include <stdlib.h>

#include "core/message.h"

#include "unit.h"

#define R "\xEF\xBF\xBD"
#define HEAD                                                                                       \
    "{\"queue_name\": \"deferred\", \"queue_id\": \"3F2504E0\", \"arrival_time\": 1700000000, "    \
    "\"message_size\": 1234, \"sender\": \"joe@example.com\", "
#define RECIPIENTS "\"recipients\": [{\"address\": \"ann@example.org\"}]"
#define LINE(rest) HEAD rest "}"
#define BYTES(literal) (literal), sizeof(literal) - 1

/* Lines that are good; with the message of HEAD and one recipient unless said otherwise. */
static const struct {
    const char *name;
    const char *line;
    size_t len;
    const char *sender;
    size_t recipients;
    const char *address, *reason; /* of the first recipient */
} good[] = {
    {"as postqueue prints it",
     BYTES(LINE("\"forced_expire\": false, \"recipients\": [{\"address\": \"ann@example.org\", "
                "\"delay_reason\": \"connect to mx.example.org[192.0.2.1]:25: Connection timed "
                "out\"}]")),
     "joe@example.com", 1, "ann@example.org",
     "connect to mx.example.org[192.0.2.1]:25: Connection timed out"},
    {"never tried", BYTES(LINE(RECIPIENTS)), "joe@example.com", 1, "ann@example.org", ""},
    {"no recipients", BYTES(LINE("\"recipients\": []")), "joe@example.com", 0, "", ""},
    {"members of later versions",
     BYTES(LINE(RECIPIENTS ", \"log_class\": {\"a\": [1, 2, null]}, \"bounce_reason\": null, "
                           "\"orig_address\": true")),
     "joe@example.com", 1, "ann@example.org", ""},
    {"white space", BYTES(" " LINE(RECIPIENTS) " \t\r"), "joe@example.com", 1, "ann@example.org",
     ""},
    {"the null sender",
     BYTES("{\"queue_name\":\"deferred\",\"queue_id\":\"3F2504E0\",\"arrival_time\":1700000000,"
           "\"message_size\":1234,\"sender\":\"MAILER-DAEMON\"," RECIPIENTS "}"),
     "", 1, "ann@example.org", ""},
    {"an empty sender",
     BYTES("{\"queue_name\":\"deferred\",\"queue_id\":\"3F2504E0\",\"arrival_time\":1700000000,"
           "\"message_size\":1234,\"sender\":\"\"," RECIPIENTS "}"),
     "", 1, "ann@example.org", ""},
    {"almost the null sender",
     BYTES("{\"queue_name\":\"deferred\",\"queue_id\":\"3F2504E0\",\"arrival_time\":1700000000,"
           "\"message_size\":1234,\"sender\":\"mailer-daemon\"," RECIPIENTS "}"),
     "mailer-daemon", 1, "ann@example.org", ""},
    {"quotes, spaces and backslashes",
     BYTES("{\"queue_name\":\"deferred\",\"queue_id\":\"3F2504E0\",\"arrival_time\":1700000000,"
           "\"message_size\":1234,\"sender\":\"\\\"j o\\\\e\\\"@example.com\"," RECIPIENTS "}"),
     "\"j o\\e\"@example.com", 1, "ann@example.org", ""},
    {"UTF-8",
     BYTES(LINE("\"recipients\": [{\"address\": \"\xC3\xA9va@ex\xC3\xA4mple.org\", "
                "\"delay_reason\": \"\\u00e9\\ud83d\\udce7\"}]")),
     "joe@example.com", 1, "\xC3\xA9va@ex\xC3\xA4mple.org", "\xC3\xA9\xF0\x9F\x93\xA7"},
    {"invalid octets",
     BYTES(LINE("\"recipients\": [{\"address\": \"M\xFCller@\xC0\x80\", "
                "\"delay_reason\": \"\xF0\x9F\x93\"}]")),
     "joe@example.com", 1, "M" R "ller@" R R, R R R},
    {"control characters",
     BYTES(LINE("\"recipients\": [{\"address\": \"a\\n\\u0007b\", "
                "\"delay_reason\": \"x\\ty\"}]")),
     "joe@example.com", 1, "a  b", "x y"},
    {"a recipient without an address", BYTES(LINE("\"recipients\": [{}]")), "joe@example.com", 1,
     "", ""},
    {"a recipient that is no object", BYTES(LINE("\"recipients\": [7, null, \"x\", []]")),
     "joe@example.com", 4, "", ""},
    {"members of other types",
     BYTES(LINE("\"forced_expire\": \"true\", \"recipients\": "
                "[{\"address\": 5, \"delay_reason\": [\"x\"]}]")),
     "joe@example.com", 1, "", ""},
    {"the first of two members counts",
     BYTES(LINE(RECIPIENTS ", \"sender\": \"jim\", \"queue_id\": \"-\"")), "joe@example.com", 1,
     "ann@example.org", ""},
};

/* What came of a line. */
struct taken {
    struct message_draft draft;
    unsigned lines;
    size_t recipients;
    enum line_result result;
    struct message_head head;
    char error[200];
    struct message *message; /* NULL unless LINE_OK */
};

static void on_recipient(void *userdata, const char *address, const char *reason) {
    struct taken *taken = userdata;
    taken->recipients++;
    message_draft_add(&taken->draft, address, reason, MESSAGE_OCTETS_MAX);
}

static int on_message(void *userdata, enum line_result result, const struct message_head *head,
                      const char *error) {
    struct taken *taken = userdata;
    taken->lines++;
    taken->result = result;
    taken->head = *head;
    snprintf(taken->error, sizeof taken->error, "%s", error);
    if (result == LINE_OK) {
        free(taken->message);
        taken->message = message_build(head, &taken->draft, MESSAGE_OCTETS_MAX);
        assert_non_null(taken->message);
    }
    message_draft_reset(&taken->draft);
    return 0;
}

static void forget(struct taken *taken) {
    message_draft_deinit(&taken->draft);
    free(taken->message);
}

/* Feeds text in pieces of the exact size, so that reading beyond one is noticed. */
static int feed(struct message_stream *stream, const char *text, size_t len, size_t piece) {
    int r = 0;
    for (size_t at = 0; at < len && r == 0; at += piece) {
        size_t size = len - at < piece ? len - at : piece;
        char *copy = malloc(size);
        assert_non_null(copy);
        memcpy(copy, text + at, size);
        r = message_stream_feed(stream, copy, size);
        free(copy);
    }
    return r;
}

static const size_t pieces[] = {1, 7, 4096, 1000000};

static struct taken take_line(const char *line, size_t len, size_t piece) {
    struct taken taken = {.lines = 0};
    const struct message_handlers handlers = {
        .recipient = on_recipient, .message = on_message, .userdata = &taken};
    struct message_stream *stream = message_stream_new(&handlers);
    assert_non_null(stream);
    assert_int_equal(feed(stream, line, len, piece), 0);
    CHECK_INT("not before its end", taken.lines, 0);
    assert_int_equal(feed(stream, "\n", 1, 1), 0);
    CHECK_INT("one line", taken.lines, 1);
    message_stream_free(stream);
    return taken;
}

static void check_good(size_t i, const struct message *message) {
    const char *name = good[i].name;
    CHECK_STRING(name, message->id, "3F2504E0");
    CHECK_INT(name, message->queue, QUEUE_DEFERRED);
    CHECK_INT(name, message->arrival, 1700000000);
    CHECK_INT(name, message->size, 1234);
    CHECK_INT(name, message->next_retry, 0);
    CHECK_INT(name, message->forced_expire, false);
    CHECK_STRING(name, message_sender_text(message), good[i].sender);
    CHECK_INT(name, message->recipient_count, good[i].recipients);
    CHECK_INT(name, message->recipient_rows, good[i].recipients);
    if (good[i].recipients > 0) {
        CHECK_STRING(name, message_address_text(message, 0), good[i].address);
        CHECK_STRING(name, message_reason_text(message, 0), good[i].reason);
    }
}

static void test_good(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(good) * COUNT_OF(pieces); i++) {
        size_t at = i / COUNT_OF(pieces);
        struct taken taken = take_line(good[at].line, good[at].len, pieces[i % COUNT_OF(pieces)]);
        if (taken.result != LINE_OK) {
            fail_msg("case \"%s\": %s", good[at].name, taken.error);
        }
        CHECK_STRING(good[at].name, taken.error, "");
        CHECK_INT(good[at].name, taken.head.missing, 0);
        check_good(at, taken.message);
        forget(&taken);
    }
}

/* One member of an otherwise good line, its value as JSON, or NULL to leave the member out. */
static const struct {
    const char *name;
    const char *member;
    const char *value;
    enum line_result result;
    const char *error; /* its beginning */
} members[] = {
    {"queue maildrop", "queue_name", "\"maildrop\"", LINE_OK, ""},
    {"queue incoming", "queue_name", "\"incoming\"", LINE_OK, ""},
    {"queue active", "queue_name", "\"active\"", LINE_OK, ""},
    {"queue hold", "queue_name", "\"hold\"", LINE_OK, ""},
    {"no queue", "queue_name", NULL, LINE_BAD, "unknown queue_name: {"},
    {"an unknown queue", "queue_name", "\"bounce\"", LINE_BAD, "unknown queue_name: {"},
    {"a number for a queue", "queue_name", "3", LINE_BAD, "unknown queue_name: {"},
    {"no id", "queue_id", NULL, LINE_SKIPPED, "bad or missing queue_id: {"},
    {"id ALL", "queue_id", "\"ALL\"", LINE_SKIPPED, "bad or missing queue_id: {"},
    {"id -", "queue_id", "\"-\"", LINE_SKIPPED, "bad or missing queue_id: {"},
    {"an id with a newline", "queue_id", "\"3F2504E0\\nALL\"", LINE_SKIPPED,
     "bad or missing queue_id: {"},
    {"an id of 33", "queue_id", "\"0123456789ABCDEF0123456789ABCDEF0\"", LINE_SKIPPED,
     "bad or missing queue_id: {"},
    {"an id of 32", "queue_id", "\"0123456789ABCDEF0123456789ABCDEF\"", LINE_OK, ""},
    {"a long id", "queue_id", "\"4Fk3xY0bcdzK9q\"", LINE_OK, ""},
    {"a number for an id", "queue_id", "123456", LINE_SKIPPED, "bad or missing queue_id: {"},
    {"no time", "arrival_time", NULL, LINE_SKIPPED, "bad or missing arrival_time: {"},
    {"a time as text", "arrival_time", "\"1700000000\"", LINE_SKIPPED,
     "bad or missing arrival_time: {"},
    {"a negative time", "arrival_time", "-1", LINE_SKIPPED, "bad or missing arrival_time: {"},
    {"an infinite time", "arrival_time", "1e999", LINE_SKIPPED, "bad or missing arrival_time: {"},
    {"a time beyond 2^53", "arrival_time", "9007199254740994", LINE_SKIPPED,
     "bad or missing arrival_time: {"},
    {"time 0", "arrival_time", "0", LINE_OK, ""},
    {"time 2^53", "arrival_time", "9007199254740992", LINE_OK, ""},
    {"no size", "message_size", NULL, LINE_SKIPPED, "bad or missing message_size: {"},
    {"size null", "message_size", "null", LINE_SKIPPED, "bad or missing message_size: {"},
    {"a negative size", "message_size", "-1", LINE_SKIPPED, "bad or missing message_size: {"},
    {"a huge size", "message_size", "99999999999999999999999999", LINE_SKIPPED,
     "bad or missing message_size: {"},
    {"size 0", "message_size", "0", LINE_OK, ""},
    {"no sender", "sender", NULL, LINE_SKIPPED, "bad or missing sender: {"},
    {"sender null", "sender", "null", LINE_SKIPPED, "bad or missing sender: {"},
    {"no recipients", "recipients", NULL, LINE_SKIPPED, "bad or missing recipients: {"},
    {"recipients as text", "recipients", "\"ann\"", LINE_SKIPPED, "bad or missing recipients: {"},
    {"recipients as an object", "recipients", "{\"address\": \"ann\"}", LINE_SKIPPED,
     "bad or missing recipients: {"},
    {"forced_expire", "forced_expire", "true", LINE_OK, ""},
    {"no forced_expire, as before Postfix 3.5", "forced_expire", NULL, LINE_OK, ""},
};

static const char *const plain[][2] = {
    {"queue_name", "\"deferred\""}, {"queue_id", "\"3F2504E0\""}, {"arrival_time", "1700000000"},
    {"message_size", "1234"},       {"forced_expire", "false"},   {"sender", "\"joe@example.com\""},
    {"recipients", "[]"},
};

/* What is not missing has been read. */
static void check_rest(const char *name, const struct message_head *head) {
    CHECK_INT(name, head->queue, QUEUE_DEFERRED);
    CHECK_STRING(name, head->id, (head->missing & MISSING_ID) != 0 ? "" : "3F2504E0");
    CHECK_INT(name, head->arrival, (head->missing & MISSING_ARRIVAL) != 0 ? 0 : 1700000000);
    CHECK_INT(name, head->size, (head->missing & MISSING_SIZE) != 0 ? 0 : 1234);
}

static void test_members(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        char line[1024] = "{";
        size_t len = 1;
        for (size_t m = 0; m < COUNT_OF(plain); m++) {
            bool this_one = strcmp(plain[m][0], members[i].member) == 0;
            const char *value = this_one ? members[i].value : plain[m][1];
            if (value != NULL) {
                len += (size_t)snprintf(line + len, sizeof line - len, "%s\"%s\": %s",
                                        len > 1 ? ", " : "", plain[m][0], value);
            }
        }
        line[len++] = '}';
        struct taken taken = take_line(line, len, sizeof line);
        CHECK_INT(members[i].name, taken.result, members[i].result);
        CHECK(members[i].name,
              strncmp(taken.error, members[i].error, strlen(members[i].error)) == 0);
        CHECK_INT(members[i].name, taken.error[0] == '\0', members[i].result == LINE_OK);
        CHECK_INT(members[i].name, taken.head.missing != 0, members[i].result == LINE_SKIPPED);
        if (members[i].result == LINE_SKIPPED) {
            check_rest(members[i].name, &taken.head);
        }
        if (strcmp(members[i].name, "forced_expire") == 0) {
            CHECK("forced_expire", taken.head.forced_expire);
        }
        forget(&taken);
    }
}

static const struct {
    const char *name;
    const char *line;
    size_t len;
    const char *error;
} junk[] = {
    {"nothing", BYTES(""), "not one JSON object: "},
    {"blanks", BYTES("   "), "not one JSON object:    "},
    {"text", BYTES("Mail queue is empty"), "not one JSON object: Mail queue is empty"},
    {"a fatal error", BYTES("postqueue: fatal: open \x1B[31m"),
     "not one JSON object: postqueue: fatal: open \\x1B[31m"},
    {"an array", BYTES("[{}]"), "not one JSON object: [{}]"},
    {"a string", BYTES("\"{}\""), "not one JSON object: \"{}\""},
    {"null", BYTES("null"), "not one JSON object: null"},
    {"an empty object", BYTES("{}"), "unknown queue_name: {}"},
    {"NUL", BYTES("\0"), "not one JSON object: \\x00"},
    {"NUL behind the object", BYTES("{}\0"), "not one JSON object: {}\\x00"},
    {"a bad escape", BYTES("{\"queue_name\": \"\\x\"}"), NULL},
    {"half a surrogate pair", BYTES("{\"queue_name\": \"\\ud83d\"}"), NULL},
    {"a byte order mark alone", BYTES("\xEF\xBB\xBF"), NULL},
};

static void test_junk(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(junk); i++) {
        struct taken taken = take_line(junk[i].line, junk[i].len, 1000);
        CHECK_INT(junk[i].name, taken.result, LINE_BAD);
        CHECK(junk[i].name, taken.error[0] != '\0');
        if (junk[i].error != NULL) {
            CHECK_STRING(junk[i].name, taken.error, junk[i].error);
        }
        forget(&taken);
    }
}

#define GOOD_HEAD (MISSING_RECIPIENTS)
#define QUEUE_ONLY                                                                                 \
    (MISSING_ID | MISSING_ARRIVAL | MISSING_SIZE | MISSING_SENDER | MISSING_RECIPIENTS)

/* Lines that are broken somewhere: what stands before that is read. */
static const struct {
    const char *name;
    const char *line;
    size_t len;
    unsigned missing;
} broken[] = {
    {"cut within a recipient", BYTES(HEAD "\"recipients\": [{\"addr"), GOOD_HEAD},
    {"cut before its end", BYTES(HEAD RECIPIENTS), GOOD_HEAD},
    {"two objects, as a lost newline leaves them", BYTES(LINE(RECIPIENTS) LINE(RECIPIENTS)),
     GOOD_HEAD},
    {"text behind the object", BYTES(LINE(RECIPIENTS) "x"), GOOD_HEAD},
    {"NUL behind the object", BYTES(LINE(RECIPIENTS) "\0"), GOOD_HEAD},
    {"NUL in a recipient", BYTES(LINE("\"recipients\": [{\"address\": \"a\0b\"}]")), GOOD_HEAD},
    {"an escaped NUL", BYTES(LINE("\"recipients\": [{\"address\": \"a\\u0000b\"}]")), GOOD_HEAD},
    {"a bad escape in a recipient", BYTES(LINE("\"recipients\": [{\"address\": \"\\x\"}]")),
     GOOD_HEAD},
    {"a comma too many", BYTES(LINE("\"recipients\": [{\"address\": \"a\"},]")), GOOD_HEAD},
    {"a comma too early", BYTES(LINE("\"recipients\": [,{\"address\": \"a\"}]")), GOOD_HEAD},
    {"no comma", BYTES(LINE("\"recipients\": [{\"address\": \"a\"} {\"address\": \"b\"}]")),
     GOOD_HEAD},
    {"another bracket", BYTES(LINE("\"recipients\": [{\"address\": \"a\"}}")), GOOD_HEAD},
    {"a bad escape in the sender",
     BYTES("{\"queue_name\": \"deferred\", \"queue_id\": \"3F2504E0\", \"arrival_time\": "
           "1700000000, \"message_size\": 1234, \"sender\": \"\\x\", " RECIPIENTS "}"),
     MISSING_SENDER | MISSING_RECIPIENTS},
    {"an escaped NUL in the id",
     BYTES("{\"queue_name\": \"deferred\", \"queue_id\": \"3F2504E0\\u0000ALL\", "
           "\"arrival_time\": 1700000000, \"message_size\": 1234, \"sender\": \"\", " RECIPIENTS
           "}"),
     QUEUE_ONLY},
};

static void test_broken(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(broken) * COUNT_OF(pieces); i++) {
        size_t at = i / COUNT_OF(pieces);
        const char *name = broken[at].name;
        struct taken taken =
            take_line(broken[at].line, broken[at].len, pieces[i % COUNT_OF(pieces)]);
        CHECK_INT(name, taken.result, LINE_SKIPPED);
        CHECK_INT(name, taken.head.missing, broken[at].missing);
        CHECK(name, taken.error[0] != '\0');
        check_rest(name, &taken.head);
        forget(&taken);
    }
}

/* A backslash that is escaped itself is no escape of what follows. */
static void test_backslashes(void **state) {
    (void)state;
    struct taken taken =
        take_line(BYTES(LINE("\"recipients\": [{\"address\": \"a\\\\u0000b\"}]")), 1000);
    CHECK_INT("backslashes", taken.result, LINE_OK);
    CHECK_STRING("backslashes", message_address_text(taken.message, 0), "a\\u0000b");
    forget(&taken);
}

/* Nested beyond any sense: refused, not followed until the stack ends. */
static void test_nesting(void **state) {
    (void)state;
    static const char *const nests[] = {"[", "{\"a\":"};
    for (size_t n = 0; n < COUNT_OF(nests); n++) {
        size_t unit = strlen(nests[n]);
        size_t depth = 10000;
        char *line = malloc(depth * unit);
        assert_non_null(line);
        for (size_t i = 0; i < depth; i++) {
            memcpy(line + i * unit, nests[n], unit);
        }
        struct taken taken = take_line(line, depth * unit, 4096);
        CHECK_INT(nests[n], taken.result, LINE_BAD);
        forget(&taken);
        free(line);
    }
}

/* A line of postqueue -j: count recipients with a reason, then those from twice on once more. */
static char *recipients_line(size_t count, size_t twice, size_t *len) {
    char *line = NULL;
    FILE *stream = open_memstream(&line, len);
    assert_non_null(stream);
    fputs(HEAD "\"recipients\": [", stream);
    for (size_t i = 0; i < count; i++) {
        fprintf(stream, "%s{\"address\": \"u%zu@example.org\", \"delay_reason\": \"r%zu\"}",
                i > 0 ? ", " : "", i, i / 700);
    }
    for (size_t i = twice; i < count; i++) {
        fprintf(stream, ", {\"address\": \"u%zu@example.org\"}", i);
    }
    fputs("]}", stream);
    fclose(stream);
    return line;
}

static const struct {
    const char *name;
    size_t count, twice;
    bool all_kept;
} many[] = {
    {"one", 1, 1, true},
    {"1,500, of which showq prints 500 twice", 1500, 1000, true},
    {"5,000", 5000, 5000, true},
    {"115,000, most of them twice", 115000, 1000, false},
};

/* Each address counts once; the first ones are kept, with their reasons. */
static void test_many_recipients(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(many); i++) {
        size_t len;
        char *line = recipients_line(many[i].count, many[i].twice, &len);
        struct taken taken = take_line(line, len, 65536);
        const struct message *message = taken.message;
        CHECK_INT(many[i].name, taken.result, LINE_OK);
        CHECK_INT(many[i].name, taken.recipients, many[i].count);
        CHECK_INT(many[i].name, message->recipient_count, many[i].count);
        CHECK_INT(many[i].name, message->recipient_rows == many[i].count, many[i].all_kept);
        CHECK(many[i].name, message->recipient_rows >= 5000 || many[i].all_kept);
        CHECK(many[i].name, message->octets <= MESSAGE_OCTETS_MAX);
        for (size_t r = 0; r < message->recipient_rows; r++) {
            char address[48];
            char reason[32];
            snprintf(address, sizeof address, "u%zu@example.org", r);
            snprintf(reason, sizeof reason, "r%zu", r / 700);
            CHECK_STRING(many[i].name, message_address_text(message, r), address);
            CHECK_STRING(many[i].name, message_reason_text(message, r), reason);
        }
        forget(&taken);
        free(line);
    }
}

/* One text too long for anything that Postfix writes: its message loses the row, not its count. */
static void test_long_texts(void **state) {
    (void)state;
    static const struct {
        const char *name, *before, *after;
        unsigned missing;
    } texts[] = {
        {"an address", HEAD "\"recipients\": [{\"address\": \"", "\"}]}", MISSING_RECIPIENTS},
        {"a member behind the others", HEAD RECIPIENTS ", \"novel\": \"", "\"}",
         MISSING_RECIPIENTS},
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        char *line = NULL;
        size_t len = 0;
        FILE *stream = open_memstream(&line, &len);
        assert_non_null(stream);
        fputs(texts[i].before, stream);
        for (size_t c = 0; c < 100000; c++) {
            fputc('x', stream);
        }
        fputs(texts[i].after, stream);
        fclose(stream);
        struct taken taken = take_line(line, len, 4096);
        CHECK_INT(texts[i].name, taken.result, LINE_SKIPPED);
        CHECK_INT(texts[i].name, taken.head.missing, texts[i].missing);
        check_rest(texts[i].name, &taken.head);
        forget(&taken);
        free(line);
    }
}

/* Whole outputs: is it a listing? */
static const struct {
    const char *name;
    const char *text;
    size_t len;
    const char *error; /* NULL = it is one */
} outputs[] = {
    {"nothing", BYTES(""), NULL},
    {"one message", BYTES(LINE(RECIPIENTS) "\n"), NULL},
    {"one odd message", BYTES(HEAD "\n"), NULL},
    {"as many others", BYTES(LINE(RECIPIENTS) "\nhello\n"), NULL},
    {"more others", BYTES("hello\n" LINE(RECIPIENTS) "\nyou\n"),
     "the output is not a listing: not one JSON object: hello"},
    {"only others", BYTES("Mail queue is empty\n"),
     "the output is not a listing: not one JSON object: Mail queue is empty"},
    {"an empty line", BYTES("\n"), "the output is not a listing: not one JSON object: "},
    {"cut off", BYTES(LINE(RECIPIENTS) "\n{\"queue_na"), "the output ends within line 2"},
    {"cut before its newline", BYTES(LINE(RECIPIENTS)), "the output ends within line 1"},
};

static void test_outputs(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(outputs); i++) {
        struct taken taken = {.lines = 0};
        const struct message_handlers handlers = {
            .recipient = on_recipient, .message = on_message, .userdata = &taken};
        struct message_stream *stream = message_stream_new(&handlers);
        char error[200] = "";
        assert_non_null(stream);
        assert_int_equal(feed(stream, outputs[i].text, outputs[i].len, 10), 0);
        CHECK_INT(outputs[i].name, message_stream_end(stream, error, sizeof error),
                  outputs[i].error == NULL);
        CHECK_STRING(outputs[i].name, error, outputs[i].error != NULL ? outputs[i].error : "");
        message_stream_free(stream);
        forget(&taken);
    }
}

/* A line without an end that is no message is not read for ever; what came before it is no listing
 * either, because more may have followed. */
static void check_endless(const char *before, const char *wanted) {
    struct taken taken = {.lines = 0};
    const struct message_handlers handlers = {
        .recipient = on_recipient, .message = on_message, .userdata = &taken};
    struct message_stream *stream = message_stream_new(&handlers);
    char data[4096];
    char error[200];
    int r = 0;
    size_t fed = 0;
    assert_non_null(stream);
    assert_int_equal(message_stream_feed(stream, before, strlen(before)), 0);
    memset(data, 'x', sizeof data);
    for (; r == 0 && fed < 1000; fed++) {
        r = message_stream_feed(stream, data, sizeof data);
    }
    CHECK_INT("endless", r, -EBADMSG);
    CHECK_INT("endless", taken.result, LINE_BAD);
    CHECK("endless", !message_stream_end(stream, error, sizeof error));
    CHECK("endless", strncmp(error, wanted, strlen(wanted)) == 0);
    message_stream_free(stream);
    forget(&taken);
}

static void test_endless(void **state) {
    (void)state;
    check_endless("", "the output is not a listing: ");
    check_endless(LINE(RECIPIENTS) "\n", "the output was not read beyond line 2");
}

/* Texts are cut to what is served, between characters; recipients are dropped from the end. */
static void test_cut(void **state) {
    (void)state;
    char euros[3 * 100 + 1] = "";
    struct message_draft draft = {0};
    struct message_head head = {.id = "3F2504E0", .sender = euros, .recipient_count = 50};
    for (size_t i = 0; i < 100; i++) {
        memcpy(euros + 3 * i, "\xE2\x82\xAC", 4);
    }
    for (int i = 0; i < 50; i++) {
        char address[48];
        snprintf(address, sizeof address, "u%d@example.org", i);
        message_draft_add(&draft, address, i == 0 ? euros : "why", MESSAGE_OCTETS_MAX);
    }
    struct message *message = message_build(&head, &draft, MESSAGE_OCTETS_MAX);
    assert_non_null(message);
    CHECK_INT("sender", strlen(message_sender_text(message)), 255);
    CHECK_INT("reason", strlen(message_reason_text(message, 0)), 255);
    CHECK_INT("all", message->recipient_rows, 50);
    size_t before = 50;
    for (size_t max = message->octets; max > MESSAGE_OCTETS_MIN / 2; max -= 50) {
        message = message_cut(message, max);
        CHECK("cut", message->octets <= max || message->recipient_rows == 1);
        CHECK("cut", message->recipient_rows >= 1 && message->recipient_rows <= before);
        CHECK_INT("counted", message->recipient_count, 50);
        CHECK_INT("sender", strlen(message_sender_text(message)), 255);
        CHECK_STRING("first", message_address_text(message, 0), "u0@example.org");
        for (size_t r = 1; r < message->recipient_rows; r++) {
            char address[48];
            snprintf(address, sizeof address, "u%zu@example.org", r);
            CHECK_STRING("address", message_address_text(message, r), address);
            CHECK_STRING("reason", message_reason_text(message, r), "why");
        }
        before = message->recipient_rows;
    }
    CHECK_INT("the first stays", message->recipient_rows, 1);
    CHECK("what one needs", message->octets <= MESSAGE_OCTETS_MIN);
    free(message);
    message_draft_deinit(&draft);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_junk),
        cmocka_unit_test(test_broken),
        cmocka_unit_test(test_backslashes),
        cmocka_unit_test(test_nesting),
        cmocka_unit_test(test_many_recipients),
        cmocka_unit_test(test_long_texts),
        cmocka_unit_test(test_outputs),
        cmocka_unit_test(test_endless),
        cmocka_unit_test(test_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * One line of postqueue -j: what is read from it, what is ignored, and what makes it unusable.
 */
#include "core/message_json.h"

#include <stdlib.h>

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

static enum line_result open_line(const char *line, size_t len, struct message_json **json,
                                  struct message_head *head, char *error) {
    /* A copy of the exact size: the line ends without a NUL. */
    char *copy = malloc(len + (len == 0));
    assert_non_null(copy);
    memcpy(copy, line, len);
    error[0] = '\0';
    enum line_result result = message_json_open(copy, len, json, head, error, 200);
    free(copy);
    return result;
}

static void test_good(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct message_json *json;
        struct message_head head;
        char error[200];
        if (open_line(good[i].line, good[i].len, &json, &head, error) != LINE_OK) {
            fail_msg("case \"%s\": %s", good[i].name, error);
        }
        CHECK_INT(good[i].name, head.queue, QUEUE_DEFERRED);
        CHECK_STRING(good[i].name, head.id, "3F2504E0");
        CHECK_INT(good[i].name, head.arrival, 1700000000);
        CHECK_INT(good[i].name, head.size, 1234);
        CHECK_INT(good[i].name, head.forced_expire, false);
        struct message *message = message_json_build(json, &head);
        message_json_close(json);
        assert_non_null(message);
        CHECK_STRING(good[i].name, message->id, "3F2504E0");
        CHECK_INT(good[i].name, message->queue, QUEUE_DEFERRED);
        CHECK_INT(good[i].name, message->arrival, 1700000000);
        CHECK_INT(good[i].name, message->size, 1234);
        CHECK_INT(good[i].name, message->next_retry, 0);
        CHECK_STRING(good[i].name, message->sender, good[i].sender);
        CHECK_INT(good[i].name, message->recipient_count, good[i].recipients);
        if (good[i].recipients > 0) {
            CHECK_STRING(good[i].name, message->recipients[0].address, good[i].address);
            CHECK_STRING(good[i].name, message->recipients[0].reason, good[i].reason);
        }
        free(message);
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
        struct message_json *json;
        struct message_head head;
        char error[200];
        CHECK_INT(members[i].name, open_line(line, len, &json, &head, error), members[i].result);
        CHECK(members[i].name, strncmp(error, members[i].error, strlen(members[i].error)) == 0);
        CHECK_INT(members[i].name, error[0] == '\0', members[i].result == LINE_OK);
        CHECK_INT(members[i].name, json != NULL, members[i].result == LINE_OK);
        if (members[i].result == LINE_SKIPPED) {
            CHECK_INT(members[i].name, head.queue, QUEUE_DEFERRED);
        }
        if (strcmp(members[i].name, "forced_expire") == 0) {
            CHECK("forced_expire", head.forced_expire);
        }
        message_json_close(json);
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
    {"a cut line", BYTES(HEAD "\"recipients\": [{\"addr"), NULL},
    {"a line cut before its end", BYTES(HEAD RECIPIENTS), NULL},
    {"two objects, as a lost newline leaves them", BYTES(LINE(RECIPIENTS) LINE(RECIPIENTS)), NULL},
    {"text behind the object", BYTES(LINE(RECIPIENTS) "x"), NULL},
    {"a bad escape", BYTES("{\"queue_name\": \"\\x\"}"), NULL},
    {"half a surrogate pair", BYTES("{\"queue_name\": \"\\ud83d\"}"), NULL},
    {"a byte order mark alone", BYTES("\xEF\xBB\xBF"), NULL},
};

static void test_junk(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(junk); i++) {
        struct message_json *json;
        struct message_head head;
        char error[200];
        CHECK_INT(junk[i].name, open_line(junk[i].line, junk[i].len, &json, &head, error),
                  LINE_BAD);
        CHECK(junk[i].name, json == NULL);
        CHECK(junk[i].name, error[0] != '\0');
        if (junk[i].error != NULL) {
            CHECK_STRING(junk[i].name, error, junk[i].error);
        }
    }
}

/* Nested beyond any sense: refused, not followed until the stack ends. */
static void test_nesting(void **state) {
    (void)state;
    static const char *const nests[] = {"[", "{\"a\":"};
    for (size_t n = 0; n < COUNT_OF(nests); n++) {
        size_t unit = strlen(nests[n]);
        size_t depth = 200000;
        char *line = malloc(depth * unit);
        assert_non_null(line);
        for (size_t i = 0; i < depth; i++) {
            memcpy(line + i * unit, nests[n], unit);
        }
        struct message_json *json;
        struct message_head head;
        char error[200];
        CHECK_INT(nests[n], open_line(line, depth * unit, &json, &head, error), LINE_BAD);
        free(line);
    }
}

static void test_many_recipients(void **state) {
    (void)state;
    enum { COUNT = 5000 };
    char *line = NULL;
    size_t len = 0;
    FILE *stream = open_memstream(&line, &len);
    assert_non_null(stream);
    fputs(HEAD "\"recipients\": [", stream);
    for (int i = 0; i < COUNT; i++) {
        fprintf(stream, "%s{\"address\": \"u%d@example.org\", \"delay_reason\": \"r%d\"}",
                i > 0 ? ", " : "", i, i % 7);
    }
    fputs("]}", stream);
    fclose(stream);
    struct message_json *json;
    struct message_head head;
    char error[200];
    CHECK_INT("5,000", open_line(line, len, &json, &head, error), LINE_OK);
    CHECK_INT("5,000", head.recipient_count, COUNT);
    struct message *message = message_json_build(json, &head);
    message_json_close(json);
    assert_non_null(message);
    CHECK_INT("5,000", message->recipient_count, COUNT);
    for (int i = 0; i < COUNT; i++) {
        char address[32];
        char reason[32];
        snprintf(address, sizeof address, "u%d@example.org", i);
        snprintf(reason, sizeof reason, "r%d", i % 7);
        CHECK_STRING("5,000", message->recipients[i].address, address);
        CHECK_STRING("5,000", message->recipients[i].reason, reason);
    }
    free(message);
    free(line);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_junk),
        cmocka_unit_test(test_nesting),
        cmocka_unit_test(test_many_recipients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What postsuper says, line by line and for a whole request.
 */
#include "core/results.h"

#include "unit.h"

#define LONG_ID "4c7BvQ0jLmz3Q"

static const struct line {
    const char *name;
    enum action_command command;
    const char *text;
    enum result_kind kind;
    const char *id, *said;
    uint32_t count;
} lines[] = {
    {"hold", COMMAND_HOLD, "postsuper: E4571A7A872: placed on hold", RESULT_DONE, "E4571A7A872",
     "placed on hold", 0},
    {"unhold", COMMAND_UNHOLD, "postsuper: E4571A7A872: released from hold", RESULT_DONE,
     "E4571A7A872", "released from hold", 0},
    {"requeue", COMMAND_REQUEUE, "postsuper: E4571A7A872: requeued", RESULT_DONE, "E4571A7A872",
     "requeued", 0},
    {"delete", COMMAND_DELETE, "postsuper: E4571A7A872: removed", RESULT_DONE, "E4571A7A872",
     "removed", 0},
    {"expire", COMMAND_EXPIRE, "postsuper: E4571A7A872: expired", RESULT_DONE, "E4571A7A872",
     "expired", 0},
    {"a long id", COMMAND_HOLD, "postsuper: " LONG_ID ": placed on hold", RESULT_DONE, LONG_ID,
     "placed on hold", 0},
    {"another command's words", COMMAND_HOLD, "postsuper: E4571A7A872: removed", RESULT_OTHER, "",
     "E4571A7A872: removed", 0},
    {"more behind it", COMMAND_HOLD, "postsuper: E4571A7A872: placed on hold!", RESULT_OTHER, "",
     "E4571A7A872: placed on hold!", 0},
    {"less", COMMAND_HOLD, "postsuper: E4571A7A872: placed on hol", RESULT_OTHER, "",
     "E4571A7A872: placed on hol", 0},
    {"an id that is none", COMMAND_DELETE, "postsuper: ALL: removed", RESULT_OTHER, "",
     "ALL: removed", 0},
    {"an id in lower case", COMMAND_DELETE, "postsuper: e4571a7a872: removed", RESULT_OTHER, "",
     "e4571a7a872: removed", 0},
    {"an id too long", COMMAND_DELETE, "postsuper: 0123456789ABCDEF0123456789ABCDEF0: removed",
     RESULT_OTHER, "", "0123456789ABCDEF0123456789ABCDEF0: removed", 0},
    {"another program", COMMAND_DELETE, "postcat: E4571A7A872: removed", RESULT_OTHER, "",
     "postcat: E4571A7A872: removed", 0},
    {"a blank in front", COMMAND_DELETE, " postsuper: E4571A7A872: removed", RESULT_OTHER, "",
     " postsuper: E4571A7A872: removed", 0},
    {"as in the log", COMMAND_DELETE, "postfix/postsuper[12]: E4571A7A872: removed", RESULT_OTHER,
     "", "postfix/postsuper[12]: E4571A7A872: removed", 0},
    {"nothing", COMMAND_DELETE, "", RESULT_OTHER, "", "", 0},
    {"the name only", COMMAND_DELETE, "postsuper: ", RESULT_OTHER, "", "", 0},
    {"three", COMMAND_HOLD, "postsuper: Placed on hold: 3 messages", RESULT_SUMMARY, "",
     "Placed on hold: 3 messages", 3},
    {"one", COMMAND_HOLD, "postsuper: Placed on hold: 1 message", RESULT_SUMMARY, "",
     "Placed on hold: 1 message", 1},
    {"none", COMMAND_UNHOLD, "postsuper: Released from hold: 0 messages", RESULT_SUMMARY, "",
     "Released from hold: 0 messages", 0},
    {"requeued", COMMAND_REQUEUE, "postsuper: Requeued: 2 messages", RESULT_SUMMARY, "",
     "Requeued: 2 messages", 2},
    {"deleted", COMMAND_DELETE, "postsuper: Deleted: 1000 messages", RESULT_SUMMARY, "",
     "Deleted: 1000 messages", 1000},
    {"expired", COMMAND_EXPIRE, "postsuper: Force-expired: 2 messages", RESULT_SUMMARY, "",
     "Force-expired: 2 messages", 2},
    {"another command's count", COMMAND_EXPIRE, "postsuper: Deleted: 2 messages", RESULT_OTHER, "",
     "Deleted: 2 messages", 0},
    {"no number", COMMAND_DELETE, "postsuper: Deleted: messages", RESULT_OTHER, "",
     "Deleted: messages", 0},
    {"a huge number", COMMAND_DELETE, "postsuper: Deleted: 99999999999 messages", RESULT_OTHER, "",
     "Deleted: 99999999999 messages", 0},
    {"a warning about an id", COMMAND_EXPIRE,
     "postsuper: warning: expire file deferred/E/E4571A7A872: cannot set permission: Read-only file"
     " system",
     RESULT_WARNING, "E4571A7A872",
     "warning: expire file deferred/E/E4571A7A872: cannot set permission: Read-only file system",
     0},
    {"a warning about a long id", COMMAND_HOLD,
     "postsuper: warning: deferred/4/" LONG_ID ": uid 0: not a regular file", RESULT_WARNING,
     LONG_ID, "warning: deferred/4/" LONG_ID ": uid 0: not a regular file", 0},
    {"a warning about nothing", COMMAND_HOLD, "postsuper: warning: /etc/postfix/main.cf: unused",
     RESULT_WARNING, "", "warning: /etc/postfix/main.cf: unused", 0},
    {"an id within a word is none", COMMAND_HOLD,
     "postsuper: warning: xE4571A7A872 or E4571A7A872x", RESULT_WARNING, "",
     "warning: xE4571A7A872 or E4571A7A872x", 0},
    {"a warning that begins with an id", COMMAND_HOLD, "postsuper: warning: E4571A7A872: strange",
     RESULT_WARNING, "E4571A7A872", "warning: E4571A7A872: strange", 0},
    {"an id behind an a is none", COMMAND_HOLD, "postsuper: warning: aE4571A7A872", RESULT_WARNING,
     "", "warning: aE4571A7A872", 0},
    {"digits up to 9", COMMAND_HOLD, "postsuper: E4571A7A899: placed on hold", RESULT_DONE,
     "E4571A7A899", "placed on hold", 0},
    {"letters up to Z", COMMAND_HOLD, "postsuper: 4c7BvQ0jLmz3Z: placed on hold", RESULT_DONE,
     "4c7BvQ0jLmz3Z", "placed on hold", 0},
    {"nine", COMMAND_DELETE, "postsuper: Deleted: 9 messages", RESULT_SUMMARY, "",
     "Deleted: 9 messages", 9},
    {"nine digits", COMMAND_DELETE, "postsuper: Deleted: 123456789 messages", RESULT_SUMMARY, "",
     "Deleted: 123456789 messages", 123456789},
    {"ten digits", COMMAND_DELETE, "postsuper: Deleted: 1234567890 messages", RESULT_OTHER, "",
     "Deleted: 1234567890 messages", 0},
    {"fatal about an id", COMMAND_HOLD,
     "postsuper: fatal: rename file active/E4571A7A872 as hold/E4571A7A872: Permission denied",
     RESULT_FATAL, "E4571A7A872",
     "fatal: rename file active/E4571A7A872 as hold/E4571A7A872: Permission denied", 0},
    {"fatal", COMMAND_HOLD, "postsuper: fatal: use of this command is reserved for the superuser",
     RESULT_FATAL, "", "fatal: use of this command is reserved for the superuser", 0},
    {"control characters", COMMAND_HOLD, "postsuper: \x1b[2J\r\xff", RESULT_OTHER, "",
     "\\x1B[2J\\x0D\\xFF", 0},
};

static void test_lines(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        const struct line *line = &lines[i];
        struct result_line parsed;
        result_line_parse(line->command, line->text, strlen(line->text), &parsed);
        CHECK_INT(line->name, parsed.kind, line->kind);
        CHECK_STRING(line->name, parsed.id, line->id);
        CHECK_STRING(line->name, parsed.text, line->said);
        CHECK_INT(line->name, parsed.count, line->count);
    }
}

static void test_nul_and_length(void **state) {
    (void)state;
    struct result_line parsed;
    static const char nul[] = "postsuper: E4571A7A872: removed\0";
    result_line_parse(COMMAND_DELETE, nul, sizeof nul - 1, &parsed);
    CHECK_INT("a NUL behind it", parsed.kind, RESULT_OTHER);
    static const char longer[] = "postsuper: warning: E4571A7A872Z";
    result_line_parse(COMMAND_DELETE, longer, sizeof longer - 2, &parsed);
    CHECK_STRING("the line ends with the id", parsed.id, "E4571A7A872");
    char garbage[4096];
    memset(garbage, 'F', sizeof garbage);
    result_line_parse(COMMAND_DELETE, garbage, sizeof garbage, &parsed);
    CHECK_INT("a long line", parsed.kind, RESULT_OTHER);
    CHECK_INT("is cut", strlen(parsed.text), ACTION_TEXT_MAX);
    CHECK_STRING("and says so", parsed.text + ACTION_TEXT_MAX - 3, "...");
}

/* Random octets, and mixtures of what postsuper says: no line may be taken for more than it is. */
static void test_random(void **state) {
    static const char *const pieces[] = {
        "postsuper: ", "warning: ", "fatal: ", "E4571A7A872", LONG_ID, ": ", "removed",  "Deleted",
        " messages",   "7",         "\xff",    "/",           "\n",    " ",  "postsuper"};
    (void)state;
    unsigned random = 1;
    for (int round = 0; round < 100000; round++) {
        char line[256];
        size_t len = 0;
        for (int piece = 0; piece < 7; piece++) {
            random = random * 1103515245U + 12345U;
            const char *text = pieces[(random >> 16) % COUNT_OF(pieces)];
            memcpy(line + len, text, strlen(text));
            len += strlen(text);
        }
        struct result_line parsed;
        result_line_parse(COMMAND_DELETE, line, len, &parsed);
        line[len] = '\0';
        bool done = strcmp(line, "postsuper: E4571A7A872: removed") == 0 ||
                    strcmp(line, "postsuper: " LONG_ID ": removed") == 0;
        CHECK_INT(line, parsed.kind == RESULT_DONE, done);
        CHECK(line, parsed.id[0] == '\0' || queue_id_valid(parsed.id, strlen(parsed.id)));
    }
}

static const char ids[][QUEUE_ID_SIZE] = {"A0000001", "A0000002", LONG_ID, "A0000004"};

static const struct run {
    const char *name;
    const char *output[8];
    bool ok;
    enum action_outcome outcomes[4];
    const char *texts[4];
    enum results_fate fate;
} runs[] = {
    {"all done",
     {"postsuper: A0000001: removed", "postsuper: A0000002: removed",
      "postsuper: " LONG_ID ": removed", "postsuper: A0000004: removed",
      "postsuper: Deleted: 4 messages"},
     true,
     {OUTCOME_DONE, OUTCOME_DONE, OUTCOME_DONE, OUTCOME_DONE},
     {"removed", "removed", "removed", "removed"},
     RESULTS_COMPLETE},
    {"in another order, two missing",
     {"postsuper: A0000004: removed", "postsuper: A0000002: removed",
      "postsuper: Deleted: 2 messages"},
     true,
     {OUTCOME_NOT_FOUND, OUTCOME_DONE, OUTCOME_NOT_FOUND, OUTCOME_DONE},
     {"", "removed", "", "removed"},
     RESULTS_COMPLETE},
    {"nothing matched",
     {"postsuper: Deleted: 0 messages"},
     true,
     {OUTCOME_NOT_FOUND, OUTCOME_NOT_FOUND, OUTCOME_NOT_FOUND, OUTCOME_NOT_FOUND},
     {"", "", "", ""},
     RESULTS_COMPLETE},
    {"status 0 and silence prove nothing",
     {NULL},
     true,
     {OUTCOME_FAILED, OUTCOME_FAILED, OUTCOME_FAILED, OUTCOME_FAILED},
     {"postsuper did not report that it had finished",
      "postsuper did not report that it had finished",
      "postsuper did not report that it had finished",
      "postsuper did not report that it had finished"},
     RESULTS_UNHEARD},
    {"a count that disagrees",
     {"postsuper: A0000001: removed", "postsuper: Deleted: 2 messages"},
     true,
     {OUTCOME_DONE, OUTCOME_FAILED, OUTCOME_FAILED, OUTCOME_FAILED},
     {"removed", "postsuper counted 2 messages but named 1",
      "postsuper counted 2 messages but named 1", "postsuper counted 2 messages but named 1"},
     RESULTS_CUT},
    {"other ids", /* whoever they were, the count is about them too */
     {"postsuper: B0000001: removed", "postsuper: A0000001: removed",
      "postsuper: Deleted: 2 messages"},
     true,
     {OUTCOME_DONE, OUTCOME_NOT_FOUND, OUTCOME_NOT_FOUND, OUTCOME_NOT_FOUND},
     {"removed", "", "", ""},
     RESULTS_COMPLETE},
    {"a fatal end",
     {"postsuper: A0000001: removed",
      "postsuper: fatal: remove file deferred/A/A0000002: Read-only file system"},
     false,
     {OUTCOME_DONE, OUTCOME_FAILED, OUTCOME_FAILED, OUTCOME_FAILED},
     {"removed", "fatal: remove file deferred/A/A0000002: Read-only file system", "why", "why"},
     RESULTS_FATAL},
    {"a warning before it was done",
     {"postsuper: warning: active/A0000001: uid 0: file has 2 links",
      "postsuper: A0000001: removed", "postsuper: Deleted: 1 message"},
     true,
     {OUTCOME_DONE, OUTCOME_NOT_FOUND, OUTCOME_NOT_FOUND, OUTCOME_NOT_FOUND},
     {"removed", "", "", ""},
     RESULTS_COMPLETE},
    {"a warning after it was done",
     {"postsuper: A0000001: removed", "postsuper: warning: A0000001: strange",
      "postsuper: Deleted: 1 message"},
     true,
     {OUTCOME_DONE, OUTCOME_NOT_FOUND, OUTCOME_NOT_FOUND, OUTCOME_NOT_FOUND},
     {"removed", "", "", ""},
     RESULTS_COMPLETE},
    {"ended early",
     {"postsuper: A0000001: removed"},
     false,
     {OUTCOME_DONE, OUTCOME_FAILED, OUTCOME_FAILED, OUTCOME_FAILED},
     {"removed", "why", "why", "why"},
     RESULTS_CUT},
    {"an end that was not heard of, but all that it said",
     {"postsuper: A0000001: removed", "postsuper: Deleted: 1 message"},
     false,
     {OUTCOME_DONE, OUTCOME_NOT_FOUND, OUTCOME_NOT_FOUND, OUTCOME_NOT_FOUND},
     {"removed", "", "", ""},
     RESULTS_COMPLETE},
    {"somebody else's words",
     {"Error response from daemon: container x is not running"},
     false,
     {OUTCOME_FAILED, OUTCOME_FAILED, OUTCOME_FAILED, OUTCOME_FAILED},
     {"why", "why", "why", "why"},
     RESULTS_UNHEARD},
};

static void test_runs(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(runs); i++) {
        const struct run *run = &runs[i];
        struct results *results = results_new(COMMAND_DELETE, ids, COUNT_OF(ids));
        assert_non_null(results);
        for (size_t line = 0; run->output[line] != NULL; line++) {
            results_take(results, run->output[line], strlen(run->output[line]));
        }
        CHECK_INT(run->name, results_end(results, run->ok, "why"), run->fate);
        for (size_t id = 0; id < COUNT_OF(ids); id++) {
            const struct result *result = results_get(results, id);
            CHECK_STRING(run->name, result->id, ids[id]);
            CHECK_INT(run->name, result->outcome, run->outcomes[id]);
            CHECK_STRING(run->name, result->text, run->texts[id]);
            CHECK_INT(run->name, result->silent,
                      result->text[0] == '\0' || strncmp(result->text, "why", 3) == 0 ||
                          strncmp(result->text, "postsuper ", 10) == 0);
        }
        results_free(results);
    }
}

static void test_twice(void **state) {
    (void)state;
    static const char twice[][QUEUE_ID_SIZE] = {"A0000001", "A0000001"};
    static const char *const output[] = {"postsuper: A0000001: removed",
                                         "postsuper: Deleted: 1 message"};
    struct results *results = results_new(COMMAND_DELETE, twice, COUNT_OF(twice));
    assert_non_null(results);
    for (size_t i = 0; i < COUNT_OF(output); i++) {
        results_take(results, output[i], strlen(output[i]));
    }
    results_end(results, true, "");
    CHECK_INT("the first", results_get(results, 0)->outcome, OUTCOME_DONE);
    CHECK_INT("the second", results_get(results, 1)->outcome, OUTCOME_NOT_FOUND);
    results_free(results);
    results_free(NULL);
}

/* Each is found, wherever the search for it begins. */
static void test_any_order(void **state) {
    (void)state;
    static const char three[][QUEUE_ID_SIZE] = {"A0000001", "A0000002", "A0000003"};
    static const char *const output[] = {
        "postsuper: A0000003: removed", "postsuper: A0000002: removed",
        "postsuper: A0000001: removed", "postsuper: Deleted: 3 messages"};
    struct results *results = results_new(COMMAND_DELETE, three, COUNT_OF(three));
    assert_non_null(results);
    for (size_t i = 0; i < COUNT_OF(output); i++) {
        results_take(results, output[i], strlen(output[i]));
    }
    CHECK_INT("all", results_end(results, true, ""), RESULTS_COMPLETE);
    for (size_t i = 0; i < COUNT_OF(three); i++) {
        CHECK_INT(three[i], results_get(results, i)->outcome, OUTCOME_DONE);
    }
    results_free(results);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),  cmocka_unit_test(test_nul_and_length),
        cmocka_unit_test(test_random), cmocka_unit_test(test_runs),
        cmocka_unit_test(test_twice),  cmocka_unit_test(test_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which messages an action is about: lists of ids, patterns, criteria against postqueue -j's lines.
 */
#include "core/selection.h"

#include "core/message_stream.h"

#include "listing_text.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define LONG_ID "4Fk3xY0bcdzK9q"
#define ID_32 "4Fk3xY0bcdzK9qBCDFGHJKLMNPQRSTVW"

static const struct {
    const char *name;
    const char *text;
    size_t len;
    size_t count; /* with bad: the list is refused */
    bool bad;
    const char *ids[4];
} lists[] = {
#define TEXT(text) text, sizeof(text) - 1
    {"nothing", TEXT(""), 0, false, {NULL}},
    {"separators only", TEXT(" ,\t\r\n,, "), 0, false, {NULL}},
    {"one", TEXT("A1B2C3"), 1, false, {"A1B2C3"}},
    {"spaces around", TEXT("  A1B2C3 "), 1, false, {"A1B2C3"}},
    {"all separators",
     TEXT("A1B2C3,A1B2C4\tA1B2C5\r\n" LONG_ID),
     4,
     false,
     {"A1B2C3", "A1B2C4", "A1B2C5", LONG_ID}},
    {"sorted, shorter first",
     TEXT("FFFFFFF B00000 A00000"),
     3,
     false,
     {"A00000", "B00000", "FFFFFFF"}},
    {"each once", TEXT("A1B2C3 A1B2C4,A1B2C3 A1B2C3"), 2, false, {"A1B2C3", "A1B2C4"}},
    {"32 characters", TEXT(ID_32), 1, false, {ID_32}},
    {"33 characters", TEXT(ID_32 "X"), 0, true, {NULL}},
    {"ALL", TEXT("ALL"), 0, true, {NULL}},
    {"all", TEXT("all"), 0, true, {NULL}},
    {"ALL among ids", TEXT("A1B2C3 ALL"), 0, true, {NULL}},
    {"a dash", TEXT("-"), 0, true, {NULL}},
    {"an option", TEXT("-dALL"), 0, true, {NULL}},
    {"too short", TEXT("A1B2C"), 0, true, {NULL}},
    {"lower case", TEXT("a1b2c3"), 0, true, {NULL}},
    {"a path", TEXT("../A1B2C3"), 0, true, {NULL}},
    {"a semicolon", TEXT("A1B2C3;A1B2C4"), 0, true, {NULL}},
    {"a status mark of mailq", TEXT("A1B2C3*"), 0, true, {NULL}},
    {"on hold in mailq", TEXT("A1B2C3!"), 0, true, {NULL}},
    {"expired in mailq", TEXT("A1B2C3 A1B2C4#"), 0, true, {NULL}},
    {"a shell's characters", TEXT("$(reboot)"), 0, true, {NULL}},
    {"a NUL behind", TEXT("A1B2C3\0"), 0, true, {NULL}},
    {"a NUL between", TEXT("A1B2C3\0A1B2C4"), 0, true, {NULL}},
    {"a NUL alone", TEXT("\0"), 0, true, {NULL}},
    {"no ASCII", TEXT("A1B2C3\xA0"), 0, true, {NULL}},
    {"a vertical tab is none", TEXT("A1B2C3\vA1B2C4"), 0, true, {NULL}},
};

static void test_parse(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        const char *name = lists[i].name;
        struct target_list list = {0};
        CHECK_INT(name, target_list_parse(lists[i].text, lists[i].len, &list),
                  lists[i].bad ? -EINVAL : 0);
        CHECK_INT(name, list.count, lists[i].count);
        for (size_t id = 0; id < list.count; id++) {
            CHECK_STRING(name, list.targets[id].id, lists[i].ids[id]);
            CHECK(name, target_list_find(&list, lists[i].ids[id]) == &list.targets[id]);
            CHECK(name, !list.targets[id].listed && !list.targets[id].replaced);
        }
        CHECK(name, target_list_find(&list, "FFFFFF") == NULL);
        CHECK(name, target_list_find(&list, ID_32 "X") == NULL);
        target_list_deinit(&list);
    }
}

static void test_many(void **state) {
    (void)state;
    struct target_list list = {0};
    char id[QUEUE_ID_SIZE];
    for (unsigned i = 0; i < 20000; i++) {
        snprintf(id, sizeof id, "%010X", i * 7919 % 10000);
        assert_true(target_list_add(&list, id, i));
    }
    target_list_sort(&list);
    assert_int_equal(list.count, 10000);
    for (unsigned i = 0; i < 10000; i++) {
        snprintf(id, sizeof id, "%010X", i);
        assert_ptr_equal(target_list_find(&list, id), &list.targets[i]);
    }
    target_list_deinit(&list);
}

static const struct {
    const char *pattern;
    const char *address;
    bool matches;
} patterns[] = {
    {"a@b.example", "a@b.example", true},
    {"a@b.example", "xa@b.example", false},
    {"a@b.example", "a@b.examplex", false},
    {"a@b.example", "a@b.exampl", false},
    /* Case counts before the last @ only. */
    {"A@b.example", "a@b.example", false},
    {"a@B.Example", "a@b.eXAMPLE", true},
    {"a@c@B.x", "a@c@b.X", true},
    {"a@C@b.x", "a@c@b.x", false},
    {"*@B.X", "a@b.x", true},
    {"root", "root", true},
    {"Root", "root", false},
    {"*@b.example", "a@b.example", true},
    {"*@b.example", "@b.example", true},
    {"*@b.example", "a@sub.b.example", false},
    {"*.b.example", "a@sub.b.example", true},
    {"*", "", true},
    {"*", "anything@x", true},
    {"**", "a", true},
    {"", "", true},
    {"", "a", false},
    {"?", "", false},
    {"?", "a", true},
    {"?", "ab", false},
    {"?@x", "a@x", true},
    {"a?c@x", "abc@x", true},
    {"a?c@x", "ac@x", false},
    {"a@?", "a@X", true},
    {"a*", "a", true},
    {"a*", "b", false},
    {"*a", "bba", true},
    {"*a", "bab", false},
    {"a*b*c@x", "a1b2b3c@x", true},
    {"a*b*c@x", "a1c2b@x", false},
    {"*?@x", "@x", false},
    {"*?@x", "ab@x", true},
    {"?*@x", "a@x", true},
    {"*@*.example", "u@v.example", true},
    {"news*@shop.example", "newsletter@shop.example", true},
    {"*ab*ab*", "xabab", true},
    {"*ab*ab*", "xaba", false},
    {"[a-z]@x", "a@x", false},
    {"[a-z]@x", "[a-z]@x", true},
    {"a\\*@x", "a*@x", true},
    {"j\xC3\xB6rg@*", "j\xC3\xB6rg@m\xC3\xBCller.example", true},
    {"<>", "", true},
    {"<>", "a@x", false},
    {"<>", "<>", false},
    {"<>*", "", false},
    /* As mailq prints the null sender. */
    {"MAILER-DAEMON", "", true},
    {"mailer-daemon", "", true},
    {"MAILER-DAEMON", "MAILER-DAEMON", true},
    {"MAILER-DAEMON", "MAILER-DAEMON@x", false},
    {"MAILER-DAEMON", "a@x", false},
    {"MAILER-DAEMO?", "", false},
    /* ? is one character, however many octets it has. */
    {"zo?@x.example", "zo\xC3\xAB@x.example", true},
    {"zo??@x.example", "zo\xC3\xAB@x.example", false},
    {"?@x", "\xE0\xA4\x85@x", true},
    {"?", "\xE2\x82\xAC", true},
    {"?", "\xF0\x9F\x93\xA7", true},
    {"\\*@b.example", "*@b.example", true},
    {"\\*@b.example", "a@b.example", false},
    {"a\\?b@x", "a?b@x", true},
    {"a\\?b@x", "acb@x", false},
    {"*\\*@x", "ab*@x", true},
    {"*\\*@x", "ab@x", false},
    {"a\\\\b@x", "a\\b@x", true},
    {"a\\b@x", "a\\b@x", true},
    {"a\\", "a\\", true},
    {"a\\", "a", false},
    {"*?", "\xC3\xAB", true},
    {"*??", "\xC3\xAB", false},
    {"*?@?", "\xC3\xAB\xC3\xAB@\xC3\xBC", true},
    {"a?b",
     "a\xFF"
     "b",
     true}, /* no UTF-8: one octet */
    {"a??b",
     "a\xC3\xC3"
     "b",
     true},
    {"a?", "a\xC3", true},
    {"a?b",
     "a\xE2\x82"
     "b",
     false},
};

static void test_patterns(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(patterns); i++) {
        char name[128];
        snprintf(name, sizeof name, "%s against %s", patterns[i].pattern, patterns[i].address);
        CHECK_INT(name, address_matches(patterns[i].pattern, patterns[i].address),
                  patterns[i].matches);
    }
}

/* What takes a matcher that tries every split exponential time. The bound is a thousand times what
 * it needs. */
static void test_pathological(void **state) {
    (void)state;
    char pattern[256];
    static char address[100001];
    for (size_t i = 0; i < sizeof pattern - 2; i += 2) {
        memcpy(pattern + i, "*a", 2);
    }
    memcpy(pattern + sizeof pattern - 2, "b", 2);
    memset(address, 'a', sizeof address - 1);
    clock_t before = clock();
    assert_false(address_matches(pattern, address));
    memset(pattern, '?', sizeof pattern - 1);
    pattern[0] = '*';
    pattern[254] = 'b';
    assert_false(address_matches(pattern, address));
    address[sizeof address - 2] = 'b';
    assert_true(address_matches(pattern, address));
    assert_true(clock() - before < 10 * CLOCKS_PER_SEC);
}

/* A real line of Postfix 3.7, but for the addresses. */
#define NOW INT64_C(1700003600)
static const char deferred[] =
    "{\"queue_name\": \"deferred\", \"queue_id\": \"A91C04D7E2\", \"arrival_time\": 1700000000, "
    "\"message_size\": 4716, \"forced_expire\": false, \"sender\": \"News@shop.example\", "
    "\"recipients\": [{\"address\": \"bob@full.example\", \"delay_reason\": \"host "
    "mx.full.example[198.51.100.7] said: 452 4.2.2 Mailbox full (in reply to RCPT TO command)\"}, "
    "{\"address\": \"carol@down.example\", \"delay_reason\": \"connect to "
    "mx.down.example[192.0.2.25]:25: Connection timed out\"}]}";
static const char bounce[] =
    "{\"queue_name\": \"active\", \"queue_id\": \"7C21D3F8A6\", \"arrival_time\": 1700003700, "
    "\"message_size\": 0, \"forced_expire\": false, \"sender\": \"MAILER-DAEMON\", "
    "\"recipients\": [{\"address\": \"anna@customer.example\"}]}";
static const char nobody[] =
    "{\"queue_name\": \"maildrop\", \"queue_id\": \"7C21D3F8A6\", \"arrival_time\": 1700003600, "
    "\"message_size\": 5000000000, \"forced_expire\": false, \"sender\": \"a@b.example\", "
    "\"recipients\": []}";

#define FULL "452 4.2.2 Mailbox full"
#define TIMED_OUT "Connection timed out"

static const struct {
    const char *name;
    const char *line;
    struct action_request request;
    bool matches;
} matches[] = {
    {"no criterion", deferred, {.queue = 0}, true},
    {"its queue", deferred, {.queue = 4}, true},
    {"another queue", deferred, {.queue = 3}, false},
    {"sender", deferred, {.sender = "News@shop.example"}, true},
    {"sender, glob", deferred, {.sender = "*@SHOP.*"}, true},
    {"sender, other case", deferred, {.sender = "news@shop.example"}, false},
    {"sender, null", deferred, {.sender = "<>"}, false},
    {"null sender", bounce, {.sender = "<>"}, true},
    {"null sender, any glob", bounce, {.sender = "*"}, true},
    {"null sender, by its name in mailq", bounce, {.sender = "MAILER-DAEMON"}, true},
    {"another sender than that", deferred, {.sender = "MAILER-DAEMON"}, false},
    {"first recipient", deferred, {.recipient = "bob@*"}, true},
    {"second recipient", deferred, {.recipient = "carol@down.example"}, true},
    {"no such recipient", deferred, {.recipient = "dave@*"}, false},
    {"no recipients at all", nobody, {.recipient = "*"}, false},
    {"first reason", deferred, {.reason = FULL}, true},
    {"second reason", deferred, {.reason = TIMED_OUT}, true},
    {"reason, case counts", deferred, {.reason = "connection timed out"}, false},
    {"reason is no glob", deferred, {.reason = "*"}, false},
    {"no reason given", bounce, {.reason = TIMED_OUT}, false},
    {"recipient and reason of one", deferred, {.recipient = "bob@*", .reason = FULL}, true},
    {"of the second", deferred, {.recipient = "carol@*", .reason = TIMED_OUT}, true},
    {"of two", deferred, {.recipient = "bob@*", .reason = TIMED_OUT}, false},
    {"old enough", deferred, {.min_age_s = 3600}, true},
    {"a second too young", deferred, {.min_age_s = 3601}, false},
    {"from the future", bounce, {.min_age_s = 1}, false},
    {"from the future, any age", bounce, {.min_age_s = 0}, true},
    {"the greatest age", deferred, {.min_age_s = UINT32_MAX}, false},
    {"large enough", deferred, {.min_size = 4716}, true},
    {"an octet too small", deferred, {.min_size = 4717}, false},
    {"larger than 32 bits", nobody, {.min_size = UINT32_MAX}, true},
    {"all together",
     deferred,
     {.queue = 4,
      .sender = "*@shop.example",
      .recipient = "*@full.example",
      .reason = "Mailbox",
      .min_age_s = 60,
      .min_size = 1000},
     true},
    {"all but one",
     deferred,
     {.queue = 4,
      .sender = "*@shop.example",
      .recipient = "*@full.example",
      .reason = "Mailbox",
      .min_age_s = 60,
      .min_size = 5000},
     false},
    {"ids are no business of it", deferred, {.queue_ids = (char[]){"FFFFFF"}}, true},
};

/* A message as a selection sees it. */
struct seen {
    const struct action_request *request;
    struct recipient_search search;
    bool matches;
};

static void on_recipient(void *userdata, const char *address, const char *reason) {
    struct seen *seen = userdata;
    recipient_search_take(&seen->search, address, reason);
}

static int on_message(void *userdata, enum line_result result, const struct message_head *head,
                      const char *error) {
    struct seen *seen = userdata;
    (void)error;
    seen->matches =
        result != LINE_BAD && request_matches(seen->request, head, seen->search.found, NOW);
    return 0;
}

static bool line_matches(const struct action_request *request, const char *line) {
    struct seen seen = {.request = request, .search = {.request = request}};
    const struct message_handlers handlers = {
        .recipient = on_recipient, .message = on_message, .userdata = &seen};
    struct message_stream *stream = message_stream_new(&handlers);
    assert_non_null(stream);
    assert_int_equal(message_stream_feed(stream, line, strlen(line)), 0);
    assert_int_equal(message_stream_feed(stream, "\n", 1), 0);
    message_stream_free(stream);
    return seen.matches;
}

static void test_matches(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(matches); i++) {
        CHECK_INT(matches[i].name, line_matches(&matches[i].request, matches[i].line),
                  matches[i].matches);
    }
}

/* What is unknown of a message meets no criterion; the others decide. */
static void test_unknown(void **state) {
    (void)state;
    static const char line[] = "{\"queue_name\": \"hold\", \"queue_id\": \"A1B2C3\"}";
    static const struct {
        const char *name;
        struct action_request request;
        bool matches;
    } requests[] = {
        {"none", {.queue = 0}, true},       {"queue", {.queue = 5}, true},
        {"sender", {.sender = "*"}, false}, {"recipient", {.recipient = "*"}, false},
        {"reason", {.reason = "x"}, false}, {"age", {.min_age_s = 1}, false},
        {"size", {.min_size = 1}, false},
    };
    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        CHECK_INT(requests[i].name, line_matches(&requests[i].request, line), requests[i].matches);
    }
}

/* A line of 12 MB: the last of 50,000 recipients is looked at too. */
static void test_huge(void **state) {
    (void)state;
    char *line = NULL;
    size_t len = 0;
    FILE *stream = open_memstream(&line, &len);
    assert_non_null(stream);
    fputs("{\"queue_name\": \"deferred\", \"queue_id\": \"A1B2C3\", \"arrival_time\": 1, "
          "\"message_size\": 1, \"sender\": \"list@news.example\", \"recipients\": [{}",
          stream);
    for (int i = 1; i <= 50000; i++) {
        fprintf(
            stream,
            ", {\"address\": \"subscriber%06d@unresolved.example\", \"delay_reason\": \"%0180d\"}",
            i, i);
    }
    fputs("]}", stream);
    fclose(stream);
    CHECK("long", len > 12000000);
    CHECK("sender", line_matches(&(struct action_request){.sender = "list@*"}, line));
    CHECK("another sender", !line_matches(&(struct action_request){.sender = "new@*"}, line));
    CHECK("the last recipient",
          line_matches(&(struct action_request){.recipient = "subscriber050000@*"}, line));
    CHECK("none", !line_matches(&(struct action_request){.recipient = "subscriber050001@*"}, line));
    CHECK("the last reason", line_matches(&(struct action_request){.reason = "00050000"}, line));
    free(line);
}

static const struct {
    const char *name;
    struct action_request a;
    bool equal, criteria; /* to an empty one; of it */
} requests[] = {
    {"empty", {.expected_count = -1}, true, false},
    {"queue", {.expected_count = -1, .queue = 1}, false, true},
    {"sender", {.expected_count = -1, .sender = "a"}, false, true},
    {"recipient", {.expected_count = -1, .recipient = "a"}, false, true},
    {"reason", {.expected_count = -1, .reason = "a"}, false, true},
    {"age", {.expected_count = -1, .min_age_s = 1}, false, true},
    {"size", {.expected_count = -1, .min_size = 1}, false, true},
    {"all", {.expected_count = -1, .all = true}, false, false},
    {"expected count", {.expected_count = 0}, false, false},
    {"comment", {.expected_count = -1, .comment = "a"}, false, false},
};

static void test_equal(void **state) {
    static char nothing[] = "";
    static char one[] = "A1B2C3";
    (void)state;
    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        struct action_request a = requests[i].a;
        struct action_request empty = {.queue_ids = nothing, .expected_count = -1};
        a.queue_ids = nothing;
        CHECK_INT(requests[i].name, request_equal(&a, &empty), requests[i].equal);
        CHECK_INT(requests[i].name, request_equal(&empty, &a), requests[i].equal);
        CHECK(requests[i].name, request_equal(&a, &a));
        CHECK_INT(requests[i].name, request_has_criteria(&a), requests[i].criteria);
        empty.queue_ids = one;
        CHECK(requests[i].name, !request_equal(&a, &empty));
    }
}

static const struct {
    const char *name;
    const char *a, *b;
    bool equal;
} id_pairs[] = {
    {"the first is the same", "A1B2C3 A1B2C4", "A1B2C3 A1B2C5", false},
    {"the same text", "A1B2C3 A1B2C4", "A1B2C3 A1B2C4", true},
    {"other separators", "A1B2C3 A1B2C4", "A1B2C3,\tA1B2C4\n", true},
    {"another order", "A1B2C4 A1B2C3", "A1B2C3 A1B2C4", true},
    {"named twice", "A1B2C3 A1B2C3", "A1B2C3", true},
    {"one more", "A1B2C3 A1B2C4", "A1B2C3", false},
    {"another one", "A1B2C3", "A1B2C4", false},
    {"none and blanks", "", "  ", true},
};

static void test_equal_ids(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(id_pairs); i++) {
        struct action_request a = {.queue_ids = strdup(id_pairs[i].a)};
        struct action_request b = {.queue_ids = strdup(id_pairs[i].b)};
        CHECK_INT(id_pairs[i].name, request_equal(&a, &b), id_pairs[i].equal);
        free(a.queue_ids);
        free(b.queue_ids);
    }
}

/* Reasons of a queue, and which of them a text selects: 'x' for each that it does. */
#define FULL_A "host mx1.example.com[192.0.2.1] said: 452 4.2.2 <a@b.example> full (in reply)"
#define FULL_B "host mx2.example.com[192.0.2.2] said: 452 4.2.2 <c@d.example> full (in reply)"
#define CRAFTED "host x.example[192.0.2.3] said: 550 host * said: 452 4.2.2 <*> full (in reply)"
#define LITERAL "host * said: 452 4.2.2 <*> full (in reply)"
static const char *const listed_reasons[] = {
    FULL_A,
    FULL_B,
    CRAFTED,
    LITERAL,
    "mail transport unavailable",
    "delivery temporarily suspended: mail transport unavailable",
    "Mail transport unavailable",
    "450 ***SPAM*** 100",
    "Postfach voll: \xC3\xBC",
    "Postfach voll: \xFC",
    "",
};

static const struct {
    const char *text;
    const char *selected;
} by_reason[] = {
    {LITERAL, "xx.x......."},
    {"host * said: 452", "..........."},
    {"said: 452 4.2.2", "xxxx......."},
    {"*", "..........."},
    {"mail transport unavailable", "....x......"},
    {"mail transport", "....xx....."},
    {"transport unavailable", "....xxx...."},
    {"450 *SPAM*", ".......x..."},
    {"***SPAM***", "..........."},
    {"450 *SPAM* *", "..........."},
    {"Postfach voll: \xC3\xBC", "........x.."},
    {"Postfach voll: \xEF\xBF\xBD", ".........x."},
    {"Postfach", "........xx."},
    {"nowhere", "..........."},
};

/* Writes an 'x' for each reason that is selected, after all have been seen. */
static void select_by_reason(const char *text, char *out) {
    struct action_request request = {.expected_count = -1};
    struct recipient_search search = {.request = &request};
    bool found[COUNT_OF(listed_reasons)];
    bool in_group[COUNT_OF(listed_reasons)];
    snprintf(request.reason, sizeof request.reason, "%s", text);
    for (size_t i = 0; i < COUNT_OF(listed_reasons); i++) {
        recipient_search_take(&search, "a@b.example", listed_reasons[i]);
        found[i] = search.found;
        in_group[i] = search.in_group;
        recipient_search_next(&search);
    }
    for (size_t i = 0; i < COUNT_OF(listed_reasons); i++) {
        out[i] = found[i] && recipient_search_selects(&search, in_group[i]) ? 'x' : '.';
    }
    out[COUNT_OF(listed_reasons)] = '\0';
}

static void test_reasons(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(by_reason); i++) {
        char selected[COUNT_OF(listed_reasons) + 1];
        select_by_reason(by_reason[i].text, selected);
        CHECK_STRING(by_reason[i].text, selected, by_reason[i].selected);
    }
}

/* The text of each row selects the messages that the row counts, however long it is. */
static void test_rows(void **state) {
    (void)state;
    struct listing_builder *builder = listing_builder_new(ORDER_OLDEST, 0);
    static char reasons[40][400];
    assert_non_null(builder);
    listing_builder_add_insight(builder, 100, NOW);
    for (size_t i = 0; i < COUNT_OF(reasons); i++) {
        /* Some are cut at 255 octets, and differ before or behind. */
        snprintf(reasons[i], sizeof reasons[i], "%s%.*s%s", i % 3 == 0 ? "x.example " : "",
                 (int)(i * 8),
                 "mail transport unavailable "
                 "mail transport unavailable mail transport unavailable mail "
                 "transport unavailable mail transport unavailable mail transport "
                 "unavailable mail transport unavailable mail transport unavailable "
                 "mail transport unavailable mail transport unavailable mail tran",
                 i % 2 == 0 ? " 17" : " end");
        char line[1024];
        snprintf(line, sizeof line,
                 "{\"queue_name\": \"deferred\", \"queue_id\": \"%06zX\", \"arrival_time\": 5, "
                 "\"message_size\": 1, \"sender\": \"a@b.example\", \"recipients\": [{\"address\": "
                 "\"c@d.example\", \"delay_reason\": \"%.*s\"}]}",
                 i, (int)sizeof reasons[i] - 1, reasons[i]);
        add_line(builder, line);
    }
    struct listing *listing = finish(builder);
    const struct insight_table *rows = &listing->insight->reasons;
    CHECK("many rows", rows->count > 20);
    for (size_t r = 0; r < rows->count; r++) {
        struct action_request request = {.expected_count = -1};
        struct recipient_search search = {.request = &request};
        uint64_t messages = 0;
        memcpy(request.reason, rows->rows[r].name, sizeof request.reason);
        for (size_t i = 0; i < COUNT_OF(reasons); i++) {
            recipient_search_take(&search, "c@d.example", reasons[i]);
            messages += search.found && search.in_group;
            recipient_search_next(&search);
        }
        CHECK("it is a row", search.group_listed);
        CHECK_INT(request.reason, messages, rows->rows[r].messages);
    }
    listing_unref(listing);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),     cmocka_unit_test(test_many),
        cmocka_unit_test(test_patterns),  cmocka_unit_test(test_pathological),
        cmocka_unit_test(test_matches),   cmocka_unit_test(test_equal),
        cmocka_unit_test(test_equal_ids), cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_huge),      cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

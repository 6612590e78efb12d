/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What fills the queue: who counts once and who twice, what is unknown, and what happens to values
 * that outsiders choose so that there are many of them, or odd ones.
 */
#include "core/insight.h"

#include "listing_text.h"

#define NOW INT64_C(1700000000)

/* Counts of messages are compared with -1 for "not known". */
#define UNKNOWN (-1)

static const struct insight_row *find(const struct insight_table *table, const char *name) {
    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->rows[i].name, name) == 0) {
            return &table->rows[i];
        }
    }
    fail_msg("there is no row \"%s\"", name);
    return NULL;
}

static struct listing_builder *start(size_t limit) {
    struct listing_builder *builder = listing_builder_new(ORDER_OLDEST, 10);
    assert_non_null(builder);
    listing_builder_add_insight(builder, limit, NOW);
    return builder;
}

/* A line with arrival `age` seconds ago and size 1000. recipients: JSON of the array's elements. */
static void add(struct listing_builder *builder, const char *id, int age, const char *sender,
                const char *recipients) {
    char line[8192];
    int len = snprintf(line, sizeof line,
                       "{\"queue_name\": \"deferred\", \"queue_id\": \"%s\", \"arrival_time\": "
                       "%jd, \"message_size\": 1000, \"forced_expire\": false, \"sender\": \"%s\", "
                       "\"recipients\": [%s]}",
                       id, (intmax_t)NOW - age, sender, recipients);
    assert_in_range(len, 1, sizeof line - 1);
    add_line(builder, line);
}

#define TO(address, reason) "{\"address\": \"" address "\", \"delay_reason\": \"" reason "\"}"
#define REFUSED(n) "connect to mx" #n ".example[192.0.2." #n "]:25: Connection refused"
#define REFUSED_GROUP "connect to *:25: Connection refused"
#define FULL "452 4.2.2 mailbox full"

static struct listing *mixed(size_t limit) {
    struct listing_builder *builder = start(limit);
    add(builder, "A00000", 100, "news@Shop.Example",
        TO("a@one.example", REFUSED(1)) ", " TO("b@ONE.example",
                                                REFUSED(2)) ", " TO("c@two.example", FULL));
    add(builder, "B00000", 700, "news@shop.example", TO("d@two.example", FULL));
    add(builder, "C00000", 200, "MAILER-DAEMON", TO("e@two.example", REFUSED(3)));
    add(builder, "D00000", 100000, "boss@shop.example", "{\"address\": \"f@one.example\"}");
    add(builder, "A00000", 100, "news@shop.example", TO("z@late.example", FULL));
    return finish(builder);
}

static void test_tables(void **state) {
    (void)state;
    struct listing *listing = mixed(20);
    const struct insight *insight = listing->insight;
    assert_non_null(insight);
    CHECK("exact", insight->exact);
    CHECK_INT("senders", insight->senders.distinct, 3);
    CHECK_STRING("most messages", insight->senders.rows[0].name, "news@shop.example");
    CHECK_STRING("then by name", insight->senders.rows[1].name, "");
    const struct insight_row *news = find(&insight->senders, "news@shop.example");
    CHECK_INT("messages", news->messages, 2);
    CHECK_INT("recipients", news->recipients, 4);
    CHECK_INT("volume", news->volume, 2000);
    CHECK_INT("oldest", news->oldest_arrival, NOW - 700);
    CHECK("all is known", news->ages_known && news->volume_known && news->recipients_known);

    CHECK_INT("domains", insight->domains.distinct, 2);
    const struct insight_row *two = &insight->domains.rows[0];
    CHECK_STRING("the largest domain", two->name, "two.example");
    CHECK_INT("messages", two->messages, 3);
    CHECK_INT("recipients", two->recipients, 3);
    CHECK_STRING("its reason", two->other, FULL);
    const struct insight_row *one = find(&insight->domains, "one.example");
    CHECK_INT("once for each message", one->messages, 2);
    CHECK_INT("each address", one->recipients, 3);
    CHECK_STRING("its reason", one->other, REFUSED_GROUP);
    CHECK_INT("oldest", one->oldest_arrival, NOW - 100000);
    CHECK_INT("young", one->ages[0], 1);
    CHECK_INT("old", one->ages[INSIGHT_AGES - 1], 1);

    CHECK_INT("reasons", insight->reasons.distinct, 2);
    const struct insight_row *refused = find(&insight->reasons, REFUSED_GROUP);
    CHECK_INT("messages", refused->messages, 2);
    CHECK_INT("recipients", refused->recipients, 3);
    CHECK_STRING("as many in both: by name", refused->other, "one.example");
    CHECK_STRING("the oldest", refused->example, "C00000");
    CHECK_STRING("the oldest", find(&insight->reasons, FULL)->example, "B00000");
    listing_unref(listing);
}

static void test_ages(void **state) {
    (void)state;
    struct listing *listing = mixed(0);
    static const uint64_t ages[INSIGHT_AGES] = {2, 0, 1, 0, 0, 0, 0, 0, 0, 1};
    for (size_t i = 0; i < INSIGHT_AGES; i++) {
        CHECK_INT("ages", listing->insight->ages[QUEUE_DEFERRED].messages[i], ages[i]);
        CHECK_INT("none", listing->insight->ages[QUEUE_HOLD].messages[i], 0);
        CHECK_INT("limit", insight_age_limit(i), i < 9 ? 5 << i : 0);
    }
    CHECK_INT("all are known", listing->insight->ages[QUEUE_DEFERRED].unknown, 0);
    listing_unref(listing);
}

/* As qshape(1): the first bucket is [0, 5) minutes, the second [5, 10), and so on. */
static const struct {
    int64_t age_s;
    size_t bucket;
} buckets[] = {
    {INT64_MIN / 2, 0}, {-1, 0},    {0, 0},     {299, 0},     {300, 1},
    {599, 1},           {600, 2},   {1199, 2},  {1200, 3},    {38399, 7},
    {38400, 8},         {76799, 8}, {76800, 9}, {1000000, 9}, {INT64_MAX / 2, 9},
};

static void test_buckets(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(buckets); i++) {
        CHECK_INT("bucket", insight_age_bucket(buckets[i].age_s), buckets[i].bucket);
    }
}

/* The largest ones are known whatever the limit is. */
static void test_leaders(void **state) {
    (void)state;
    static const size_t limits[] = {0, 1, 20};
    struct insight_leader leader = {.name = "untouched"};
    CHECK("not known", !insight_largest_sender(NULL, &leader));
    CHECK("not known", !insight_largest_domain(NULL, &leader));
    CHECK_STRING("not known", leader.name, "untouched");
    for (size_t i = 0; i < COUNT_OF(limits); i++) {
        struct listing *listing = mixed(limits[i]);
        CHECK("sender", insight_largest_sender(listing->insight, &leader));
        CHECK_STRING("sender", leader.name, "news@shop.example");
        CHECK_INT("sender", leader.messages, 2);
        CHECK("domain", insight_largest_domain(listing->insight, &leader));
        CHECK_STRING("domain", leader.name, "two.example");
        CHECK_INT("domain", leader.messages, 3);
        listing_unref(listing);
    }
    struct listing *empty = finish(start(20));
    CHECK("an empty queue is known", insight_largest_sender(empty->insight, &leader));
    CHECK_STRING("nobody", leader.name, "");
    CHECK_INT("nothing", leader.messages, 0);
    CHECK("exact", empty->insight->exact);
    listing_unref(empty);
    struct listing *without = make_listing(ORDER_OLDEST, 1, NULL, 0);
    CHECK("only where it was asked for", without->insight == NULL);
    listing_unref(without);
}

static void test_unknown(void **state) {
    (void)state;
    struct listing_builder *builder = start(20);
    add(builder, "A00000", 100, "a@x.example", TO("a@one.example", FULL));
    add_line(builder,
             "{\"queue_name\": \"hold\", \"queue_id\": \"B00000\", \"message_size\": 5, "
             "\"sender\": \"a@x.example\", \"recipients\": [" TO("b@one.example", FULL) "]}");
    add_line(builder,
             "{\"queue_name\": \"hold\", \"queue_id\": \"C00000\", \"arrival_time\": 5, "
             "\"sender\": \"b@x.example\", \"recipients\": [" TO("b@two.example", FULL) "]}");
    struct listing *listing = finish(builder);
    const struct insight *insight = listing->insight;
    CHECK("counts are exact", insight->exact);
    CHECK("arrival", !find(&insight->senders, "a@x.example")->ages_known);
    CHECK("arrival", !find(&insight->domains, "one.example")->ages_known);
    CHECK("but the size", find(&insight->senders, "a@x.example")->volume_known);
    CHECK_INT("volume", find(&insight->senders, "a@x.example")->volume, 1005);
    CHECK("size", !find(&insight->senders, "b@x.example")->volume_known);
    CHECK_INT("ages", insight->ages[QUEUE_HOLD].unknown, 1);
    listing_unref(listing);

    builder = start(20);
    add_line(builder, "{\"queue_name\": \"hold\", \"queue_id\": \"D00000\", \"arrival_time\": 5, "
                      "\"message_size\": 1, \"sender\": \"a@x.example\", \"recipients\": [" TO(
                          "b@two.example", FULL) ", {]}");
    listing = finish(builder);
    CHECK("there may be more", !listing->insight->exact);
    CHECK("there may be more", !listing->insight->senders.rows[0].recipients_known);
    CHECK_INT("it counts", listing->insight->domains.rows[0].messages, 1);
    listing_unref(listing);

    builder = start(20);
    add_line(builder, "{\"queue_name\": \"hold\", \"queue_id\": \"D00000\", \"arrival_time\": 5, "
                      "\"message_size\": 1, \"recipients\": []}");
    add_line(builder,
             "{\"queue_name\": \"nowhere\", \"queue_id\": \"E00000\", \"arrival_time\": 5, "
             "\"message_size\": 1, \"sender\": \"x@x.example\", \"recipients\": [" TO(
                 "b@two.example", FULL) "]}");
    listing = finish(builder);
    CHECK("a sender is missing", !listing->insight->exact);
    CHECK_INT("not the null sender", listing->insight->senders.count, 0);
    CHECK_INT("no message, no domain", listing->insight->domains.count, 0);
    CHECK_INT("no message, no reason", listing->insight->reasons.count, 0);
    listing_unref(listing);
}

static const struct {
    const char *address; /* in JSON */
    const char *domain;
} domains[] = {
    {"a@ONE.Example", "one.example"},
    {"root", ""},
    {"a@", ""},
    {"a@[192.0.2.1]", "[192.0.2.1]"},
    {"a@[IPv6:2001:DB8::1]", "[ipv6:2001:db8::1]"},
    {"\\\"a@b\\\"@two.example", "two.example"},
    {"a@b\xC3\xBC"
     "cher.Example",
     "b\xC3\xBC"
     "cher.example"},
    {"a@\xFF\xFE.Example", "\xEF\xBF\xBD\xEF\xBF\xBD.example"},
    {"a@x\\u001b[2J.example", "x [2j.example"},
};

static void test_domains(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(domains); i++) {
        struct listing_builder *builder = start(20);
        char recipient[200];
        snprintf(recipient, sizeof recipient, "{\"address\": \"%s\"}", domains[i].address);
        add(builder, "A00000", 1, "s@x.example", recipient);
        struct listing *listing = finish(builder);
        CHECK_INT(domains[i].address, listing->insight->domains.count, 1);
        CHECK_STRING(domains[i].address, listing->insight->domains.rows[0].name, domains[i].domain);
        CHECK("no reason", listing->insight->domains.rows[0].other_known);
        CHECK_STRING("no reason", listing->insight->domains.rows[0].other, "");
        listing_unref(listing);
    }
    struct listing_builder *builder = start(20);
    add(builder, "A00000", 1, "s@x.example", "{}, {\"delay_reason\": \"" FULL "\"}");
    struct listing *listing = finish(builder);
    CHECK_INT("no address, no domain", listing->insight->domains.count, 0);
    CHECK_INT("but a reason", listing->insight->reasons.rows[0].recipients, 1);
    CHECK("of a domain that is not known", !listing->insight->reasons.rows[0].other_known);
    listing_unref(listing);
}

/* Names of 500 octets, in several scripts, are cut between characters. */
static void test_long_names(void **state) {
    (void)state;
    static const char *const letters[] = {"x", "\xC3\xBC", "\xE2\x82\xAC", "\xF0\x9F\x93\xA7"};
    for (size_t l = 0; l < COUNT_OF(letters); l++) {
        char text[600] = "";
        char recipient[1400];
        size_t unit = strlen(letters[l]);
        for (size_t at = 0; at + unit <= 500; at += unit) {
            memcpy(text + at, letters[l], unit + 1);
        }
        snprintf(recipient, sizeof recipient, "{\"address\": \"a@%s\", \"delay_reason\": \"%s\"}",
                 text, text);
        struct listing_builder *builder = start(20);
        add(builder, "A00000", 1, text, recipient);
        struct listing *listing = finish(builder);
        size_t whole = 255 / unit * unit;
        CHECK_INT("sender", strlen(listing->insight->senders.rows[0].name), whole);
        CHECK_INT("domain", strlen(listing->insight->domains.rows[0].name), whole);
        CHECK("sender", strncmp(listing->insight->senders.rows[0].name, text, whole) == 0);
        CHECK_INT("a reason ends with *", strlen(listing->insight->reasons.rows[0].name),
                  254 / unit * unit + 1);
        listing_unref(listing);
    }
}

/* Many different values: one sender and one domain that are frequent stand out, and counts are
 * lower bounds. */
static void test_many(void **state) {
    (void)state;
    enum { MESSAGES = 20000 };
    struct listing_builder *builder = start(100);
    for (int i = 0; i < MESSAGES; i++) {
        char id[32];
        char sender[64];
        char recipient[300];
        snprintf(id, sizeof id, "%06X", i);
        snprintf(sender, sizeof sender, "s%d@x.example", i % 4 == 0 ? 0 : i);
        snprintf(recipient, sizeof recipient,
                 "{\"address\": \"a@d%d.example\", \"delay_reason\": \"cause %c%c%c%c\"}",
                 i % 4 == 1 ? 0 : i, 'a' + i % 20, 'a' + i / 20 % 20, 'a' + i / 400 % 20,
                 'a' + i / 8000);
        add(builder, id, 60, sender, recipient);
    }
    struct listing *listing = finish(builder);
    const struct insight *insight = listing->insight;
    CHECK("not exact", !insight->exact);
    CHECK_INT("rows", insight->senders.count, 100);
    CHECK_STRING("sender", insight->senders.rows[0].name, "s0@x.example");
    CHECK("lower bound", insight->senders.rows[0].messages <= MESSAGES / 4);
    CHECK("near it", insight->senders.rows[0].messages + insight->senders.lost >= MESSAGES / 4);
    CHECK("known error", insight->senders.lost <= 4);
    CHECK_STRING("domain", insight->domains.rows[0].name, "d0.example");
    CHECK("near it", insight->domains.rows[0].messages + insight->domains.lost >= MESSAGES / 4);
    CHECK("distinct", insight->senders.distinct <= MESSAGES * 3 / 4 + 1);
    CHECK("distinct", insight->senders.distinct >= MESSAGES * 7 / 10);
    CHECK("reasons", insight->reasons.distinct >= MESSAGES * 9 / 10);
    listing_unref(listing);
}

/* Ten thousand of each are counted exactly. */
static void test_ten_thousand(void **state) {
    (void)state;
    enum { EACH = 10000 };
    struct listing_builder *builder = start(20);
    for (int i = 0; i < 2 * EACH; i++) {
        char id[32];
        char sender[64];
        char recipient[300];
        int n = i % EACH;
        snprintf(id, sizeof id, "%06X", i);
        snprintf(sender, sizeof sender, "s%d@x.example", n);
        snprintf(recipient, sizeof recipient,
                 "{\"address\": \"a@d%d.example\", \"delay_reason\": \"cause %c%c%c%c\"}", n,
                 'a' + n % 20, 'a' + n / 20 % 20, 'a' + n / 400 % 20, 'a' + n / 8000);
        add(builder, id, 60, sender, recipient);
    }
    struct listing *listing = finish(builder);
    CHECK("exact", listing->insight->exact);
    CHECK_INT("senders", listing->insight->senders.distinct, EACH);
    CHECK_INT("domains", listing->insight->domains.distinct, EACH);
    CHECK_INT("reasons", listing->insight->reasons.distinct, EACH);
    CHECK_STRING("by name", listing->insight->senders.rows[0].name, "s0@x.example");
    CHECK_INT("twice", listing->insight->senders.rows[19].messages, 2);
    CHECK_STRING("its reason", listing->insight->domains.rows[0].other, "cause aaaa");
    listing_unref(listing);
}

/* One message with 50,000 recipients in as many domains, for as many reasons. */
static void test_many_recipients(void **state) {
    (void)state;
    enum { RECIPIENTS = 50000 };
    struct listing_builder *builder = start(20);
    char *line = NULL;
    size_t len = 0;
    FILE *stream = open_memstream(&line, &len);
    assert_non_null(stream);
    add(builder, "A00000", 5, "s@x.example", TO("a@d1.example", FULL));
    fputs("{\"queue_name\": \"deferred\", \"queue_id\": \"B00000\", \"arrival_time\": 5, "
          "\"message_size\": 1, \"sender\": \"s@x.example\", \"recipients\": [",
          stream);
    for (int i = 0; i < RECIPIENTS; i++) {
        fprintf(stream, "%s{\"address\": \"a@d%d.example\", \"delay_reason\": \"r%c%c%c%c\"}",
                i > 0 ? ", " : "", i, 'a' + i % 20, 'a' + i / 20 % 20, 'a' + i / 400 % 20,
                'a' + i / 8000);
    }
    fputs("]}", stream);
    fclose(stream);
    add_line(builder, line);
    free(line);
    struct listing *listing = finish(builder);
    const struct insight *insight = listing->insight;
    CHECK("not exact", !insight->exact);
    CHECK_INT("sender", insight->senders.rows[0].messages, 2);
    CHECK_INT("recipients", insight->senders.rows[0].recipients, RECIPIENTS + 1);
    CHECK_STRING("the domain of both", insight->domains.rows[0].name, "d1.example");
    CHECK_INT("counts once for each", insight->domains.rows[0].messages, 2);
    CHECK("known error", insight->domains.lost <= 2);
    listing_unref(listing);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),       cmocka_unit_test(test_ages),
        cmocka_unit_test(test_buckets),      cmocka_unit_test(test_leaders),
        cmocka_unit_test(test_unknown),      cmocka_unit_test(test_domains),
        cmocka_unit_test(test_long_names),   cmocka_unit_test(test_many),
        cmocka_unit_test(test_ten_thousand), cmocka_unit_test(test_many_recipients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

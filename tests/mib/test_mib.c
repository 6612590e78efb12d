/*
 * The whole MIB without an snmpd. The generic parts cover every object there is: GETNEXT in strict
 * order, GET of every instance, GETNEXT from anywhere against a plain search over the instances.
 * Then what the values are, and what has none when something is unknown.
 */
#include "sample.h"
#include "snmp/mib_tree.h"

#include <stdlib.h>

#include "unit.h"

#define INSTANCES_MAX 20000
#define SUBS_MAX 128

/* All instances of a view, in order, with their values. */
struct walk {
    size_t count;
    struct mib_oid *oids;
    struct mib_value *values;
};

static int compare(const uint32_t *a, size_t a_len, const uint32_t *b, size_t b_len) {
    for (size_t i = 0; i < a_len && i < b_len; i++) {
        if (a[i] != b[i]) {
            return a[i] < b[i] ? -1 : 1;
        }
    }
    return a_len == b_len ? 0 : a_len < b_len ? -1 : 1;
}

static const char *oid_text(const uint32_t *ids, size_t len) {
    static char text[SUBS_MAX * 11 + 1];
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < len; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, ".%u", ids[i]);
    }
    return text;
}

/* DateAndTime and BITS point into the value itself. */
static void take_value(struct mib_value *to, const struct mib_value *from) {
    *to = *from;
    if (from->type == MIB_OCTETS && from->octets == from->small) {
        to->octets = to->small;
    }
}

static void walk_all(const struct mib_view *view, struct walk *walk) {
    struct mib_oid at = {.len = 0};
    struct mib_oid next;
    struct mib_value value;
    walk->count = 0;
    walk->oids = malloc(INSTANCES_MAX * sizeof *walk->oids);
    walk->values = malloc(INSTANCES_MAX * sizeof *walk->values);
    assert_non_null(walk->oids);
    assert_non_null(walk->values);
    while (mib_next(view, at.ids, at.len, false, &next, &value) == MIB_OK) {
        const char *name = oid_text(next.ids, next.len);
        CHECK(name, walk->count < INSTANCES_MAX);
        CHECK(name, next.len <= MIB_OID_MAX);
        CHECK(name, compare(next.ids, next.len, at.ids, at.len) > 0);
        walk->oids[walk->count] = next;
        take_value(&walk->values[walk->count], &value);
        walk->count++;
        at = next;
    }
}

static void free_walk(struct walk *walk) {
    free(walk->oids);
    free(walk->values);
}

static bool same_value(const struct mib_value *a, const struct mib_value *b) {
    if (a->type != b->type) {
        return false;
    }
    if (a->type == MIB_INTEGER) {
        return a->integer == b->integer;
    }
    if (a->type != MIB_OCTETS) {
        return a->number == b->number;
    }
    return a->length == b->length &&
           (a->length == 0 || memcmp(a->octets, b->octets, a->length) == 0);
}

/* In every state of knowledge the tree must be in order. */
static const struct {
    const char *name;
    unsigned known;
    size_t at_least;
} states[] = {
    {"all known", SAMPLE_ALL, 10000},
    {"nothing known", 0, 10},
    {"an empty queue", SAMPLE_ALL | SAMPLE_EMPTY, 40},
    {"counts only", SAMPLE_COUNTS, 20},
    {"listing only", SAMPLE_LISTING, 10000},
    {"settings only", SAMPLE_SETTINGS, 15},
    {"no listing", SAMPLE_COUNTS | SAMPLE_SETTINGS, 20},
};

static void test_get_equals_next(void **state) {
    (void)state;
    for (size_t s = 0; s < COUNT_OF(states); s++) {
        struct sample sample;
        struct walk walk;
        sample_init(&sample, states[s].known);
        walk_all(&sample.view, &walk);
        CHECK(states[s].name, walk.count >= states[s].at_least);
        for (size_t i = 0; i < walk.count; i++) {
            struct mib_value value;
            struct mib_oid oid;
            const char *name = oid_text(walk.oids[i].ids, walk.oids[i].len);
            CHECK_INT(name, mib_get(&sample.view, walk.oids[i].ids, walk.oids[i].len, &value),
                      MIB_OK);
            CHECK(name, same_value(&value, &walk.values[i]));
            CHECK_INT(
                name,
                mib_next(&sample.view, walk.oids[i].ids, walk.oids[i].len, true, &oid, &value),
                MIB_OK);
            CHECK(name, compare(oid.ids, oid.len, walk.oids[i].ids, walk.oids[i].len) == 0);
            CHECK(name, same_value(&value, &walk.values[i]));
        }
        free_walk(&walk);
        sample_deinit(&sample);
    }
}

/* The tables of objects themselves: in order, so that the search may rely on it, and named once. */
static void test_descriptors(void **state) {
    (void)state;
    struct mib_oid last = {.len = 0};
    for (size_t g = 0; g < mib_group_count; g++) {
        const struct mib_group *group = mib_groups[g];
        for (size_t o = 0; o < group->object_count; o++) {
            struct mib_oid oid = {.len = group->prefix_len + 1};
            memcpy(oid.ids, group->prefix, group->prefix_len * sizeof oid.ids[0]);
            oid.ids[group->prefix_len] = group->objects[o].column;
            CHECK(group->objects[o].name, compare(last.ids, last.len, oid.ids, oid.len) < 0);
            CHECK(group->objects[o].name, strncmp(group->objects[o].name, "hmq", 3) == 0);
            last = oid;
        }
    }
}

/* No instance of any object, whatever stands behind its number. */
static void test_no_instance(void **state) {
    (void)state;
    static const struct {
        const char *name;
        size_t count;
        uint32_t index[SUBS_MAX];
    } indexes[] = {
        {"no index", 0, {0}},
        {"0.0", 2, {0, 0}},
        {"a wild number", 1, {UINT32_MAX}},
        {"two wild numbers", 2, {UINT32_MAX, UINT32_MAX}},
        {"a length without its octets", 1, {10}},
        {"a length of 2^31", 2, {UINT32_C(0x80000000), 65}},
        {"octets above 255", 11, {10, 321, 48, 48, 48, 48, 48, 48, 48, 48, 48}},
        {"the most sub-identifiers", 120, {10, 65}},
    };
    struct sample sample;
    sample_init(&sample, SAMPLE_ALL);
    for (size_t g = 0; g < mib_group_count; g++) {
        const struct mib_group *group = mib_groups[g];
        for (size_t o = 0; o < group->object_count; o++) {
            for (size_t i = 0; i < COUNT_OF(indexes); i++) {
                uint32_t ids[SUBS_MAX];
                char name[128];
                size_t len = group->prefix_len;
                struct mib_value value;
                memcpy(ids, group->prefix, len * sizeof ids[0]);
                ids[len++] = group->objects[o].column;
                memcpy(ids + len, indexes[i].index, indexes[i].count * sizeof ids[0]);
                len += indexes[i].count;
                snprintf(name, sizeof name, "%s, %s", group->objects[o].name, indexes[i].name);
                CHECK_INT(name, mib_get(&sample.view, ids, len, &value), MIB_NO_INSTANCE);
            }
        }
    }
    sample_deinit(&sample);
}

static void test_no_object(void **state) {
    (void)state;
    static const struct {
        const char *name;
        size_t len;
        uint32_t ids[8];
    } oids[] = {
        {"the root", 0, {0}},
        {"hmqObjects", 1, {1}},
        {"a group", 2, {1, 1}},
        {"object 0", 4, {1, 1, 0, 0}},
        {"object 999", 4, {1, 1, 999, 0}},
        {"a wild object", 4, {1, 2, UINT32_MAX, 0}},
        {"group 0", 4, {1, 0, 1, 0}},
        {"a wild group", 4, {1, UINT32_MAX, 1, 0}},
        {"the table itself", 3, {1, 3, 1}},
        {"an entry other than 1", 5, {1, 3, 2, 2, 1}},
        {"a column that is not accessible", 5, {1, 3, 1, 1, 1}},
        {"a column behind the last", 5, {1, 3, 1, 999, 1}},
        {"hmqNotifications", 3, {0, 1, 0}},
        {"hmqConformance", 4, {2, 1, 1, 0}},
    };
    struct sample sample;
    sample_init(&sample, SAMPLE_ALL);
    for (size_t i = 0; i < COUNT_OF(oids); i++) {
        struct mib_value value;
        CHECK_INT(oids[i].name, mib_get(&sample.view, oids[i].ids, oids[i].len, &value),
                  MIB_NO_OBJECT);
    }
    sample_deinit(&sample);
}

/* The first instance after an OID, by a plain search. */
static size_t first_after(const struct walk *walk, const uint32_t *ids, size_t len,
                          bool inclusive) {
    size_t low = 0;
    size_t high = walk->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(walk->oids[middle].ids, walk->oids[middle].len, ids, len);
        if (order < 0 || (order == 0 && !inclusive)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void check_next(const struct mib_view *view, const struct walk *walk, const uint32_t *ids,
                       size_t len) {
    /* Exactly its size, so that looking behind it shows under a sanitizer. */
    uint32_t *copy = malloc(len * sizeof *copy + (len == 0));
    assert_non_null(copy);
    memcpy(copy, ids, len * sizeof *copy);
    for (int inclusive = 0; inclusive <= 1; inclusive++) {
        struct mib_oid next;
        struct mib_value value;
        size_t at = first_after(walk, ids, len, inclusive != 0);
        enum mib_result result = mib_next(view, copy, len, inclusive != 0, &next, &value);
        const char *name = oid_text(ids, len);
        CHECK_INT(name, result, at < walk->count ? MIB_OK : MIB_END);
        if (result == MIB_OK) {
            CHECK(name, compare(next.ids, next.len, walk->oids[at].ids, walk->oids[at].len) == 0);
            CHECK(name, same_value(&value, &walk->values[at]));
        }
        bool exact =
            at < walk->count && compare(walk->oids[at].ids, walk->oids[at].len, ids, len) == 0;
        if (inclusive != 0) {
            CHECK_INT(name, mib_get(view, copy, len, &value) == MIB_OK, exact);
        }
    }
    free(copy);
}

static uint32_t wild(void) {
    static const uint32_t numbers[] = {0,   1,   2,   5,     6,          10,         14,
                                       47,  48,  65,  127,   128,        255,        256,
                                       257, 320, 321, 65536, 0x7FFFFFFF, 0x80000000, UINT32_MAX};
    return numbers[(size_t)random() % COUNT_OF(numbers)];
}

/* Instances cut, lengthened and changed at random: whatever a manager may send. */
static void test_next_from_anywhere(void **state) {
    (void)state;
    srandom(2525);
    for (size_t s = 0; s < COUNT_OF(states); s++) {
        struct sample sample;
        struct walk walk;
        sample_init(&sample, states[s].known);
        walk_all(&sample.view, &walk);
        for (int i = 0; i < 20000; i++) {
            uint32_t ids[SUBS_MAX] = {1};
            /* Of so many recipients every second instance is enough. */
            const struct mib_oid *from = &walk.oids[(size_t)random() % walk.count];
            if (random() % 2 == 0) {
                from = &walk.oids[(size_t)random() % (walk.count < 150 ? walk.count : 150)];
            }
            size_t len = from->len;
            memcpy(ids, from->ids, len * sizeof ids[0]);
            len = random() % 3 == 0 ? (size_t)random() % (len + 1) : len;
            for (long changes = random() % 3; changes > 0 && len > 0; changes--) {
                uint32_t *id = &ids[(size_t)random() % len];
                *id = random() % 2 == 0 ? wild() : *id + (random() % 2 == 0 ? 1U : UINT32_MAX);
            }
            size_t more = random() % 3 == 0 ? (size_t)random() % (SUBS_MAX - len) : 0;
            for (; more > 0; more--) {
                ids[len++] = wild();
            }
            check_next(&sample.view, &walk, ids, len);
        }
        free_walk(&walk);
        sample_deinit(&sample);
    }
}

/* What a value is, as text: numbers in decimal, dates in hex, other octets as they are. */
static const char *value_text(const struct mib_view *view, const char *oid) {
    static char text[1024];
    uint32_t ids[SUBS_MAX];
    size_t len = 0;
    struct mib_value value;
    for (const char *p = oid; p != NULL; p = strchr(p, '.') != NULL ? strchr(p, '.') + 1 : NULL) {
        ids[len++] = (uint32_t)strtoul(p, NULL, 10);
    }
    if (mib_get(view, ids, len, &value) != MIB_OK) {
        return "none";
    }
    if (value.type == MIB_INTEGER) {
        snprintf(text, sizeof text, "%d", value.integer);
    } else if (value.type != MIB_OCTETS) {
        snprintf(text, sizeof text, "%u", value.number);
    } else if (value.octets == value.small) {
        for (size_t i = 0; i < value.length; i++) {
            snprintf(text + 2 * i, 3, "%02x", value.small[i]);
        }
    } else {
        snprintf(text, sizeof text, "\"%.*s\"", (int)value.length, (const char *)value.octets);
    }
    return text;
}

#define ID_NULL "10.51.70.50.53.48.52.69.48.66.49"                  /* 3F2504E0B1 */
#define ID_TWO "10.65.57.49.67.48.52.68.55.69.50"                   /* A91C04D7E2 */
#define ID_LONG "14.52.70.107.51.120.89.48.98.99.100.122.75.57.113" /* 4Fk3xY0bcdzK9q */
#define ID_HELD "10.53.68.51.69.49.65.57.67.48.55"                  /* 5D3E1A9C07, no recipients */
#define ID_MANY "10.66.48.66.48.66.48.66.48.66.48"                  /* B0B0B0B0B0 */
#define ID_WILD                                                                                    \
    "32.52.70.107.51.120.89.48.98.99.100.122.75.57.113.66.67.68.70.71.72.74.75.76.77.78.80.81.82." \
    "83.84.86.87" /* 4Fk3xY0bcdzK9qBCDFGHJKLMNPQRSTVW */
#define EURO10                                                                                     \
    "\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC"                                 \
    "\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC"
#define EURO85                                                                                     \
    EURO10 EURO10 EURO10 EURO10 EURO10 EURO10 EURO10 EURO10                                        \
        "\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC"

/* All that is known; then the same with an empty queue, and with nothing known. */
static const struct {
    const char *name;
    const char *oid;
    const char *full, *empty, *nothing;
} values[] = {
    {"hmqAgentVersion", "1.1.1.0", "\"" HMQ_VERSION "\"", "\"" HMQ_VERSION "\"",
     "\"" HMQ_VERSION "\""},
    {"hmqAgentStartTime", "1.1.2.0", "07e70b0e170c14002b0000", "07e70b0e170c14002b0000",
     "07e70b0e170c14002b0000"},
    {"hmqPostfixVersion", "1.1.3.0", "\"3.7.11\"", "\"3.7.11\"", "none"},
    {"hmqPostfixStatus", "1.1.4.0", "1", "1", "3"},
    {"hmqDataStatus", "1.1.5.0", "1", "3", "3"},
    {"hmqDataAge", "1.1.6.0", "1500", "1500", "none"},
    {"hmqCountMethod", "1.1.7.0", "1", "1", "1"},
    {"hmqListAge", "1.1.8.0", "2", "2", "none"},
    {"hmqListDuration", "1.1.9.0", "1000", "1000", "none"},
    {"hmqReadErrors", "1.1.10.0", "2", "2", "2"},
    {"hmqTotalMessages", "1.2.1.0", "9", "0", "none"},
    {"hmqTotalVolume", "1.2.2.0", "4294967295", "0", "none"},
    {"hmqTotalRecipients", "1.2.3.0", "5008", "0", "none"},
    {"hmqOldestAge", "1.2.4.0", "86400", "0", "none"},
    {"hmqOverload", "1.2.5.0", "1", "2", "none"},
    {"hmqOverloadSince", "1.2.6.0", "07e70b0e170c32002b0000", "0000000000000000", "none"},
    {"hmqOutboundPaused", "1.2.8.0", "1", "1", "none"},
    {"hmqQueueMessages, maildrop", "1.3.1.2.1", "1", "0", "none"},
    {"hmqQueueMessages, deferred", "1.3.1.2.4", "4", "0", "none"},
    {"hmqQueueMessages, corrupt", "1.3.1.2.6", "3", "0", "none"},
    {"hmqQueueVolume, active", "1.3.1.3.3", "2", "0", "none"},
    {"hmqQueueVolume, incoming: rounded up", "1.3.1.3.2", "1", "0", "none"},
    {"hmqQueueVolume, corrupt", "1.3.1.3.6", "none", "none", "none"},
    {"hmqQueueOldestAge, deferred", "1.3.1.4.4", "13600", "0", "none"},
    {"hmqQueueOldestAge, corrupt", "1.3.1.4.6", "none", "none", "none"},
    {"hmqQueueOldestId, deferred", "1.3.1.5.4", "\"A91C04D7E2\"", "\"\"", "none"},
    {"hmqQueueOldestId, corrupt", "1.3.1.5.6", "none", "none", "none"},
    {"hmqBounceQueueLifetimeEffective", "1.4.3.0", "432000", "432000", "none"},
    {"hmqMaximalQueueLifetimeEffective", "1.4.4.0", "2592000", "2592000", "none"},
    {"hmqMessageRows", "1.5.1.0", "9", "0", "none"},
    {"hmqMessageOmitted", "1.5.2.0", "0", "0", "none"},
    {"hmqMessageQueue", "1.5.4.1.2." ID_NULL, "4", "none", "none"},
    {"hmqMessageArrival", "1.5.4.1.3." ID_NULL, "07e70b0e160d14002b0000", "none", "none"},
    {"hmqMessageArrival beyond DateAndTime", "1.5.4.1.3." ID_WILD, "none", "none", "none"},
    {"hmqMessageAge", "1.5.4.1.4." ID_NULL, "3600", "none", "none"},
    {"hmqMessageAge of a message from the future", "1.5.4.1.4." ID_WILD, "0", "none", "none"},
    {"hmqMessageSize", "1.5.4.1.5." ID_NULL, "4716", "none", "none"},
    {"hmqMessageSize beyond 32 bits", "1.5.4.1.5." ID_WILD, "4294967295", "none", "none"},
    {"hmqMessageSender, the null sender", "1.5.4.1.6." ID_NULL, "\"\"", "none", "none"},
    {"hmqMessageSender, UTF-8", "1.5.4.1.6." ID_LONG, "\"j\xC3\xB6rg@m\xC3\xBCller.example\"",
     "none", "none"},
    {"hmqMessageRecipients", "1.5.4.1.7." ID_MANY, "5000", "none", "none"},
    {"hmqMessageRecipients, none", "1.5.4.1.7." ID_HELD, "0", "none", "none"},
    {"hmqMessageRecipient, none", "1.5.4.1.8." ID_HELD, "none", "none", "none"},
    {"hmqMessageRecipient", "1.5.4.1.8." ID_TWO, "\"bob@full.example\"", "none", "none"},
    {"hmqMessageReason, invalid octets", "1.5.4.1.9." ID_LONG,
     "\"unzustellbar: \xEF\xBF\xBD\xEF\xBF\xBD\"", "none", "none"},
    {"hmqMessageReason, cut between characters", "1.5.4.1.9." ID_MANY, "\"" EURO85 "\"", "none",
     "none"},
    {"hmqMessageForcedExpire", "1.5.4.1.10." ID_TWO, "1", "none", "none"},
    {"hmqMessageForcedExpire, not", "1.5.4.1.10." ID_NULL, "2", "none", "none"},
    {"hmqMessageNextRetry", "1.5.4.1.11." ID_NULL, "07e70b0e171214002b0000", "none", "none"},
    {"hmqMessageNextRetry, unknown", "1.5.4.1.11." ID_TWO, "none", "none", "none"},
    {"hmqRecipientAddress, quoted", "1.5.5.1.2." ID_TWO ".2", "\"\"carol smith\"@full.example\"",
     "none", "none"},
    {"hmqRecipientAddress, one too many", "1.5.5.1.2." ID_TWO ".3", "none", "none", "none"},
    {"hmqRecipientAddress, the last", "1.5.5.1.2." ID_MANY ".5000", "\"u4999@member9.example\"",
     "none", "none"},
    {"hmqRecipientReason, the last", "1.5.5.1.3." ID_MANY ".5000", "\"y\"", "none", "none"},
    {"hmqEventSerial", "1.8.1.0", "5", "5", "5"},
};

static void test_values(void **state) {
    (void)state;
    struct sample full;
    struct sample empty;
    struct sample nothing;
    sample_init(&full, SAMPLE_ALL);
    sample_init(&empty, SAMPLE_ALL | SAMPLE_EMPTY);
    sample_init(&nothing, 0);
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        CHECK_STRING(values[i].name, value_text(&full.view, values[i].oid), values[i].full);
        CHECK_STRING(values[i].name, value_text(&empty.view, values[i].oid), values[i].empty);
        CHECK_STRING(values[i].name, value_text(&nothing.view, values[i].oid), values[i].nothing);
    }
    sample_deinit(&full);
    sample_deinit(&empty);
    sample_deinit(&nothing);
}

/* One thing unknown at a time: what rests on it has no instance, the rest stays. */
static void test_partly_known(void **state) {
    (void)state;
    static const struct {
        const char *name;
        unsigned known;
        const char *absent[12];
        const char *present[8];
    } parts[] = {
        {"no listing",
         SAMPLE_COUNTS | SAMPLE_SETTINGS,
         {"1.1.8.0", "1.1.9.0", "1.2.2.0", "1.2.3.0", "1.2.4.0", "1.3.1.3.4", "1.3.1.4.4",
          "1.3.1.5.4", "1.5.1.0", "1.5.2.0", "1.5.4.1.2." ID_NULL, "1.5.5.1.2." ID_TWO ".1"},
         {"1.2.1.0", "1.2.5.0", "1.2.8.0", "1.3.1.2.1", "1.3.1.2.6", "1.4.3.0"}},
        {"no counts",
         SAMPLE_LISTING | SAMPLE_SETTINGS,
         {"1.1.6.0", "1.2.1.0", "1.2.2.0", "1.2.3.0", "1.2.4.0", "1.2.5.0", "1.2.6.0", "1.3.1.2.1",
          "1.3.1.2.4", "1.3.1.3.4", "1.3.1.4.4", "1.3.1.5.4"},
         {"1.5.1.0", "1.5.4.1.2." ID_NULL, "1.1.8.0", "1.4.3.0"}},
        {"no settings",
         SAMPLE_COUNTS | SAMPLE_LISTING,
         {"1.1.3.0", "1.2.8.0", "1.4.3.0", "1.4.4.0"},
         {"1.2.1.0", "1.2.2.0", "1.4.7.0", "1.5.1.0", "1.3.1.3.4"}},
    };
    for (size_t p = 0; p < COUNT_OF(parts); p++) {
        struct sample sample;
        sample_init(&sample, parts[p].known);
        for (size_t i = 0; i < COUNT_OF(parts[p].absent) && parts[p].absent[i] != NULL; i++) {
            CHECK_STRING(parts[p].absent[i], value_text(&sample.view, parts[p].absent[i]), "none");
        }
        for (size_t i = 0; i < COUNT_OF(parts[p].present) && parts[p].present[i] != NULL; i++) {
            CHECK(parts[p].present[i],
                  strcmp(value_text(&sample.view, parts[p].present[i]), "none") != 0);
        }
        sample_deinit(&sample);
    }
}

/* Each queue that is unknown takes its own row away and the total with it, not the other rows. */
static void test_one_queue_unknown(void **state) {
    (void)state;
    for (unsigned queue = 0; queue < QUEUE_COUNT; queue++) {
        struct sample sample;
        char oid[32];
        sample_init(&sample, SAMPLE_ALL);
        sample.snapshot->counts.known[queue] = false;
        for (unsigned other = 0; other < QUEUE_COUNT; other++) {
            snprintf(oid, sizeof oid, "1.3.1.2.%u", other + 1);
            CHECK_INT(oid, strcmp(value_text(&sample.view, oid), "none") == 0, other == queue);
        }
        CHECK_INT(queue_name((enum queue)queue),
                  strcmp(value_text(&sample.view, "1.2.1.0"), "none") == 0,
                  queue_is_listed((enum queue)queue));
        sample_deinit(&sample);
    }
}

static const struct {
    const char *name;
    uint32_t seconds;
    const char *days;
} lifetimes[] = {
    {"none", 0, "0"},
    {"five days", 432000, "5"},
    {"ninety days", 7776000, "90"},
    {"ninety-one days", 7862400, "none"},
    {"a day and a half", 129600, "none"},
};

/* Never rounded: what is no whole number of days stands in the effective value alone. */
static void test_effective_lifetimes(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lifetimes); i++) {
        struct sample sample;
        char seconds[16];
        sample_init(&sample, SAMPLE_ALL);
        sample.snapshot->settings.bounce_lifetime_s = lifetimes[i].seconds;
        sample.snapshot->settings.maximal_lifetime_s = lifetimes[i].seconds;
        snprintf(seconds, sizeof seconds, "%u", lifetimes[i].seconds);
        CHECK_STRING(lifetimes[i].name, value_text(&sample.view, "1.4.3.0"), seconds);
        CHECK_STRING(lifetimes[i].name, value_text(&sample.view, "1.4.4.0"), seconds);
        sample_deinit(&sample);
    }
}

/* A trap and a GET of the same moment must say the same. */
static void test_notifications(void **state) {
    (void)state;
    for (size_t s = 0; s < COUNT_OF(states); s++) {
        struct sample sample;
        sample_init(&sample, states[s].known);
        size_t sent = 0;
        for (enum event_type type = 1; type < EVENT_TYPE_END; type++) {
            struct event event = sample_event(&sample, type);
            struct notification *notification = mib_notification_new(&sample.view, &event);
            assert_non_null(notification);
            CHECK_INT(event_name(type), notification->type, type);
            sent += notification->count > 0;
            for (size_t i = 0; i < notification->count; i++) {
                const struct mib_varbind *varbind = &notification->varbinds[i];
                struct mib_value value;
                CHECK_INT(event_name(type),
                          mib_get(&sample.view, varbind->name.ids, varbind->name.len, &value),
                          MIB_OK);
                struct mib_value kept = {.type = varbind->type,
                                         .integer = varbind->integer,
                                         .number = varbind->number,
                                         .octets = varbind->octets,
                                         .length = varbind->length};
                CHECK(event_name(type), same_value(&kept, &value));
            }
            free(notification);
        }
        CHECK(states[s].name, sent >= 13);
        sample_deinit(&sample);
    }
}

/* What is unknown is left out of a notification; the rest keeps its order. */
static void test_notification_without_values(void **state) {
    (void)state;
    struct sample sample;
    sample_init(&sample, 0);
    struct event event = sample_event(&sample, EVENT_OVERLOAD_RAISED);
    struct notification *notification = mib_notification_new(&sample.view, &event);
    assert_non_null(notification);
    CHECK_INT("serial and threshold", notification->count, 2);
    CHECK_STRING("serial",
                 oid_text(notification->varbinds[0].name.ids, notification->varbinds[0].name.len),
                 ".1.8.1.0");
    CHECK_STRING("threshold",
                 oid_text(notification->varbinds[1].name.ids, notification->varbinds[1].name.len),
                 ".1.4.7.0");
    free(notification);
    sample_deinit(&sample);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_get_equals_next),
        cmocka_unit_test(test_descriptors),
        cmocka_unit_test(test_no_instance),
        cmocka_unit_test(test_no_object),
        cmocka_unit_test(test_next_from_anywhere),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_partly_known),
        cmocka_unit_test(test_one_queue_unknown),
        cmocka_unit_test(test_effective_lifetimes),
        cmocka_unit_test(test_notifications),
        cmocka_unit_test(test_notification_without_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

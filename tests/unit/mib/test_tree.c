/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The whole MIB without an snmpd. The generic parts cover every object there is: GETNEXT in strict
 * order, GET of every instance, GETNEXT from anywhere against a plain search over the instances.
 */
#include "sample.h"
#include "mib/tree.h"

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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_get_equals_next),    cmocka_unit_test(test_descriptors),
        cmocka_unit_test(test_no_instance),        cmocka_unit_test(test_no_object),
        cmocka_unit_test(test_next_from_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

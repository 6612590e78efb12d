/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counting texts in bounded memory: exact while there is room; beyond that, what a count misses is
 * never more than the table says, whatever the order in which the texts come.
 */
#include "core/top_k.h"

#include "unit.h"

#include <stdlib.h>

enum { LIMIT = 64, TEXTS = 1000 };

static void count(struct top_k *table, const char *text) {
    top_k_touch(table, text, strlen(text));
    top_k_end_round(table, true);
}

static uint64_t count_of(struct top_k *table, const char *text) {
    for (uint32_t p = 0; p < table->count; p++) {
        if (strcmp(top_k_text(table, p), text) == 0) {
            return table->entries[p].count;
        }
    }
    return 0;
}

static void test_exact(void **state) {
    (void)state;
    static const char *const texts[] = {"b", "a", "", "a", "b", "c", "a", "d", ""};
    static const char *const best[] = {"a", "", "b", "c"};
    struct top_k table;
    uint32_t positions[4];
    top_k_init(&table, LIMIT, sizeof(int));
    CHECK_INT("nothing yet", top_k_best(&table, positions, 4), 0);
    CHECK_INT("nothing yet", top_k_distinct(&table), 0);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        count(&table, texts[i]);
    }
    CHECK_INT("a", count_of(&table, "a"), 3);
    CHECK_INT("distinct", top_k_distinct(&table), 5);
    CHECK_INT("nothing is lost", table.lost, 0);
    CHECK_INT("four of them", top_k_best(&table, positions, 4), 4);
    for (size_t i = 0; i < COUNT_OF(best); i++) {
        CHECK_STRING("by count, then by text", top_k_text(&table, positions[i]), best[i]);
    }
    CHECK_INT("none of them", top_k_best(&table, positions, 0), 0);
    top_k_deinit(&table);
}

/* A text counts once in a round, and payloads stay with their texts. */
static void test_rounds(void **state) {
    (void)state;
    struct top_k table;
    top_k_init(&table, LIMIT, sizeof(int));
    for (int round = 0; round < 3; round++) {
        uint32_t a = top_k_touch(&table, "a", 1);
        CHECK_INT("the same place", top_k_touch(&table, "a", 1), a);
        int *payload = top_k_payload(&table, a);
        CHECK_INT("payload", *payload, round);
        ++*payload;
        uint32_t b = top_k_touch(&table, "b", 1);
        CHECK("by its place", top_k_touch_at(&table, a, table.entries[a].id));
        CHECK("another id", !top_k_touch_at(&table, a, table.entries[b].id));
        CHECK("no such place", !top_k_touch_at(&table, 1000, 0));
        CHECK_INT("the last one", table.touched, b);
        CHECK_INT("the one before", table.entries[b].next, a);
        CHECK_INT("no other", table.entries[a].next, TOP_K_NONE);
        top_k_end_round(&table, true);
        CHECK_INT("once", table.entries[a].count, round + 1);
    }
    top_k_deinit(&table);
}

/* A round that does not count leaves nothing. */
static void test_roll_back(void **state) {
    (void)state;
    struct top_k table;
    char text[16];
    top_k_init(&table, LIMIT, 0);
    count(&table, "a");
    top_k_touch(&table, "a", 1);
    for (int i = 0; i < 1000; i++) {
        snprintf(text, sizeof text, "%d", i);
        top_k_touch(&table, text, strlen(text));
    }
    CHECK("refused", table.refused);
    top_k_end_round(&table, false);
    CHECK_INT("a", count_of(&table, "a"), 1);
    CHECK_INT("alone", table.count, 1);
    CHECK_INT("nothing is lost", table.lost, 0);
    CHECK_INT("distinct", top_k_distinct(&table), 1);
    count(&table, "b");
    CHECK_INT("b", count_of(&table, "b"), 1);
    CHECK_INT("its id is found", top_k_find_id(&table, table.entries[1].id), 1);
    CHECK_INT("none", top_k_find_id(&table, table.entries[1].id + 1), TOP_K_NONE);
    top_k_deinit(&table);
}

/* More texts in one round than the table holds. */
static void test_refused(void **state) {
    (void)state;
    struct top_k table;
    char text[16];
    size_t refused = 0;
    top_k_init(&table, LIMIT, 0);
    for (int i = 0; i < TEXTS; i++) {
        snprintf(text, sizeof text, "%d", i);
        refused += top_k_touch(&table, text, strlen(text)) == TOP_K_NONE;
    }
    CHECK_INT("refused", refused, TEXTS - LIMIT - LIMIT / 4);
    top_k_end_round(&table, true);
    CHECK("some stay", table.count >= LIMIT / 2);
    CHECK("known", table.lost >= 1);
    top_k_deinit(&table);
}

/* The streams: number i of `count`, with texts below TEXTS. */
static unsigned skewed(unsigned i) {
    return i % 3 == 0 ? i / 3 % 5 : (unsigned)random() % TEXTS;
}
static unsigned uniform(unsigned i) {
    return i % TEXTS;
}
static unsigned late(unsigned i) {
    return i < 20000 ? i % TEXTS : 7;
}
static unsigned early(unsigned i) {
    return i < 5000 ? i % 3 : i % TEXTS;
}
static unsigned once(unsigned i) {
    return i < TEXTS ? i : 0;
}

static const struct {
    const char *name;
    unsigned (*next)(unsigned i);
    unsigned count;
} streams[] = {
    {"skewed", skewed, 30000}, {"uniform", uniform, 30000}, {"late", late, 30000},
    {"early", early, 30000},   {"each once", once, TEXTS},  {"65 texts", uniform, LIMIT + 1},
};

/* Every count is between the truth and what may be missing; nothing frequent is missing. */
static void check_bounds(const char *name, struct top_k *table, const uint64_t *truth,
                         uint64_t rounds) {
    size_t there = 0;
    uint64_t distinct = 0;
    CHECK("bounded error", table->lost <= 2 * rounds / LIMIT + 1);
    for (unsigned t = 0; t < TEXTS; t++) {
        char text[16];
        snprintf(text, sizeof text, "%u", t);
        uint64_t is = count_of(table, text);
        CHECK(name, is <= truth[t]);
        CHECK(name, is + table->lost >= truth[t]);
        there += is > 0;
        distinct += truth[t] > 0;
    }
    CHECK_INT("all in the table are texts of the stream", there, table->count);
    CHECK("the table is never emptied", there >= LIMIT / 2);
    CHECK("a lower bound", top_k_distinct(table) <= distinct);
    CHECK("a good one", top_k_distinct(table) >= distinct * 9 / 10);
}

static void test_bounds(void **state) {
    (void)state;
    srandom(2525);
    for (size_t s = 0; s < COUNT_OF(streams); s++) {
        struct top_k table;
        uint64_t truth[TEXTS] = {0};
        char text[16];
        top_k_init(&table, LIMIT, sizeof(unsigned));
        for (unsigned i = 0; i < streams[s].count; i++) {
            unsigned t = streams[s].next(i);
            snprintf(text, sizeof text, "%u", t);
            uint32_t position = top_k_touch(&table, text, strlen(text));
            unsigned *payload = top_k_payload(&table, position);
            CHECK("the payload is its text's", *payload == 0 || *payload == t + 1);
            *payload = t + 1;
            truth[t]++;
            top_k_end_round(&table, true);
        }
        CHECK("not exact", table.lost > 0);
        check_bounds(streams[s].name, &table, truth, streams[s].count);
        top_k_deinit(&table);
    }
}

/* Memory does not grow with the stream. */
static void test_memory(void **state) {
    (void)state;
    struct top_k table;
    char text[TOP_K_TEXT_MAX + 1];
    top_k_init(&table, LIMIT, 100);
    for (int i = 0; i < 100000; i++) {
        snprintf(text, sizeof text, "%0255d", i);
        count(&table, text);
    }
    CHECK("entries", table.capacity <= LIMIT + LIMIT / 4);
    CHECK("texts", table.room <= 2 * table.capacity * sizeof text);
    CHECK("slots", table.slot_count <= 8 * table.capacity);
    top_k_deinit(&table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact),   cmocka_unit_test(test_rounds),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_roll_back),
        cmocka_unit_test(test_bounds),  cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

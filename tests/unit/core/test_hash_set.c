/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The set of texts: each is new only once, up to the limit, and texts crafted to collide cost
 * little.
 */
#include "core/hash_set.h"

#include "unit.h"

static bool add(struct hash_set *set, size_t number) {
    char text[32];
    int len = snprintf(text, sizeof text, "%zX@example.org", number);
    return hash_set_add(set, text, (size_t)len);
}

static void test_each_once(void **state) {
    (void)state;
    struct hash_set set = {0};
    for (size_t i = 0; i < 190000; i++) {
        CHECK("new", add(&set, i));
        CHECK("known", !add(&set, i));
        CHECK("still known", !add(&set, i / 2));
    }
    CHECK_INT("all held", set.used, 190000);
    CHECK("has one", hash_set_has(&set, "0@example.org", 13));
    CHECK("has not another", !hash_set_has(&set, "X@example.org", 13));
    hash_set_clear(&set);
    CHECK_INT("given back", set.capacity, 0);
    CHECK("has none", !hash_set_has(&set, "0@example.org", 13));
    CHECK("new again", add(&set, 0));
    hash_set_clear(&set);
    CHECK("new again, in what was kept", add(&set, 0));
    CHECK("an empty text", hash_set_add(&set, "", 0));
    CHECK("is one", !hash_set_add(&set, "", 0));
    hash_set_deinit(&set);
}

/* Beyond the limit, texts in the set are still recognized, and all others count as new. */
static void test_bound(void **state) {
    (void)state;
    struct hash_set set = {0};
    for (size_t i = 0; i < HASH_SET_MAX + 1000; i++) {
        CHECK("new", add(&set, i));
    }
    CHECK("bounded", set.used <= HASH_SET_MAX);
    CHECK("an early one is known", !add(&set, 5));
    CHECK("a late one is not", add(&set, HASH_SET_MAX + 999));
    hash_set_deinit(&set);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_once),
        cmocka_unit_test(test_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

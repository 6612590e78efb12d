/*
 * The values that persist: what the configuration gives them, and which agree with each other.
 */
#include "core/tunables.h"

#include "unit.h"

static void test_from_config(void **state) {
    (void)state;
    static const struct config config = {
        .thresholds = {.overload = 5, .overload_clear = 4, .warning = 3, .age_s = 2, .hold = 1},
        .message_limit = 77};
    struct tunables tunables;
    tunables_from_config(&tunables, &config);
    assert_memory_equal(&tunables.thresholds, &config.thresholds, sizeof config.thresholds);
    assert_int_equal(tunables.message_limit, 77);
    for (int type = 1; type < EVENT_TYPE_END; type++) {
        CHECK(event_name((enum event_type)type), tunables_notify(&tunables, (enum event_type)type));
    }
    assert_int_equal(tunables.notify, 0x3FFE); /* 13 bits and nothing else */
}

static const struct {
    const char *name;
    uint32_t overload, clear, limit;
    bool consistent;
} cases[] = {
    {"as shipped", 500, 450, 100, true},
    {"clear at the threshold", 500, 500, 100, true},
    {"clear above it", 500, 501, 100, false},
    {"clear 0", 500, 0, 100, true},
    {"switched off", 0, 450, 100, true},
    {"switched off, nothing else", 0, 0, 100, true},
    {"the greatest", UINT32_MAX, UINT32_MAX, 10000, true},
    {"no rows", 500, 450, 0, true},
    {"too many rows", 500, 450, 10001, false},
    {"switched off, too many rows", 0, 0, 10001, false},
};

static void test_consistent(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct tunables tunables = {
            .thresholds = {.overload = cases[i].overload, .overload_clear = cases[i].clear},
            .message_limit = cases[i].limit};
        CHECK_INT(cases[i].name, tunables_consistent(&tunables), cases[i].consistent);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_from_config),
                                       cmocka_unit_test(test_consistent)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

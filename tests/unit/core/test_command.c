/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table of commands: each row is complete for its kind, and only these values exist.
 */
#include "core/command.h"

#include "unit.h"

static const struct {
    const char *name;
    uint32_t value;
    bool exists;
} values[] = {
    {"none", 0, false},
    {"the first", COMMAND_HOLD, true},
    {"the last", COMMAND_COUNT, true},
    {"beyond the last", COMMAND_END, false},
    {"one whose bit would wrap", 32 + COMMAND_HOLD, false},
    {"the greatest number", UINT32_MAX, false},
};

static void test_values(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        CHECK_INT(values[i].name, command_exists(values[i].value), values[i].exists);
    }
    for (uint32_t value = 1; value < COMMAND_END; value++) {
        assert_true(command_exists(value));
    }
    assert_in_range(COMMAND_END, 2, 32); /* sets have 32 bits */
}

static void test_names(void **state) {
    (void)state;
    for (uint32_t value = 1; value < COMMAND_END; value++) {
        const char *name = command_row((enum action_command)value)->name;
        CHECK_INT(name, command_by_name(name), value);
    }
    CHECK_INT("no name", command_by_name(""), 0);
    CHECK_INT("a part of one", command_by_name("hol"), 0);
    CHECK_INT("another case", command_by_name("Hold"), 0);
}

static bool filled(const char *text) {
    return text != NULL && text[0] != '\0';
}

/* How it is carried out. */
static void test_requests(void **state) {
    (void)state;
    for (uint32_t value = 1; value < COMMAND_END; value++) {
        const struct command *row = command_row((enum action_command)value);
        bool action = row->request == REQUEST_ACTION;
        CHECK_INT(row->name, filled(row->option), action);
        CHECK_INT(row->name, filled(row->evidence), action);
        CHECK_INT(row->name, filled(row->summary), action);
        CHECK_INT(row->name, row->batch > 0, row->request != 0);
        CHECK(row->name, row->batch <= PROTOCOL_IDS);
        CHECK(row->name, !action || row->option[0] == '-');
        /* hmqMessageControl acts on a message of which the manager knows no more than the ID. */
        CHECK(row->name, !row->control || row->request != 0);
        CHECK(row->name, !row->one_id || !row->whole_queue);
        CHECK(row->name, !row->destructive || row->looks_up_ids);
    }
}

/* What a listing shows. */
static void test_places(void **state) {
    (void)state;
    for (uint32_t value = 1; value < COMMAND_END; value++) {
        const struct command *row = command_row((enum action_command)value);
        bool has_goal = row->goal != PLACE_UNDEFINED;
        CHECK_INT(row->name, row->request == REQUEST_ACTION, row->proof != PROOF_NONE);
        CHECK(row->name, row->proof == PROOF_NONE || has_goal);
        CHECK_INT(row->name, filled(row->unchanged), has_goal && row->goal != PLACE_GONE);
        CHECK_INT(row->name, filled(row->proven), row->proof != PROOF_NONE);
        CHECK_INT(row->name, filled(row->disproven), row->proof != PROOF_NONE);
        CHECK_INT(row->name, filled(row->unreached_cause), row->unreached != PLACE_UNDEFINED);
    }
}

/* No two commands of postsuper have the same option or the same report. */
static void test_distinct(void **state) {
    (void)state;
    for (uint32_t a = 1; a < COMMAND_END; a++) {
        for (uint32_t b = 1; b < a; b++) {
            const struct command *one = command_row((enum action_command)a);
            const struct command *other = command_row((enum action_command)b);
            CHECK(one->name, strcmp(one->name, other->name) != 0);
            if (one->request != REQUEST_ACTION || other->request != REQUEST_ACTION) {
                CHECK(one->name, one->request != other->request);
                continue;
            }
            CHECK(one->name, strcmp(one->option, other->option) != 0);
            CHECK(one->name, strcmp(one->evidence, other->evidence) != 0);
            CHECK(one->name, strcmp(one->summary, other->summary) != 0);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),   cmocka_unit_test(test_names),
        cmocka_unit_test(test_requests), cmocka_unit_test(test_places),
        cmocka_unit_test(test_distinct),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SET without an snmpd: what each variable may be, what comes of it, and what is a manager's retry.
 */
#include "set_pdu.h"

/* An object that can be written rejects all types but its own, then what is out of range. */
static void test_every_object(void **state) {
    static const struct mib_value values[] = {INT(1), GAUGE(1), COUNTER(1), OCTETS(""), OTHER};
    (void)state;
    struct sample sample;
    sample_init(&sample, SAMPLE_ALL);
    size_t writable = 0;
    for (size_t g = 0; g < mib_group_count; g++) {
        const struct mib_group *group = mib_groups[g];
        for (size_t o = 0; o < group->object_count; o++) {
            const struct mib_object *object = &group->objects[o];
            uint32_t oid[16];
            size_t len = group->prefix_len;
            memcpy(oid, group->prefix, len * sizeof *oid);
            oid[len++] = object->column;
            oid[len++] = 0;
            writable += object->write != NULL;
            for (size_t v = 0; v < COUNT_OF(values); v++) {
                struct mib_transaction *transaction = mib_transaction_new();
                enum mib_error error =
                    mib_transaction_stage(transaction, &sample.view, oid, len, &values[v]);
                if (object->write == NULL) {
                    check_error(object->name, error, MIB_NOT_WRITABLE);
                } else if (values[v].type != object->type) {
                    check_error(object->name, error, MIB_WRONG_TYPE);
                } else {
                    CHECK(object->name, error != MIB_WRONG_TYPE && error != MIB_NOT_WRITABLE);
                }
                mib_transaction_free(transaction);
            }
        }
    }
    assert_int_equal(writable, 8 + 1 + 1 + 11 + 5);
    sample_deinit(&sample);
}

/* A threshold takes the values that its condition does. */
static void test_maxima(void **state) {
    (void)state;
    struct sample sample;
    size_t found = 0;
    sample_init(&sample, SAMPLE_ALL);
    for (size_t o = 0; o < mib_settings_group.object_count; o++) {
        const struct mib_object *object = &mib_settings_group.objects[o];
        if (object->write != NULL && object->write->stage == mib_stage_tunable) {
            CHECK_INT(object->name, object->write->maximum,
                      tunable_maximum(&sample.tunables, (unsigned)object->write->offset));
            found++;
        }
    }
    assert_int_equal(found, 3);
    sample_deinit(&sample);
}

static void test_ranges(void **state) {
    (void)state;
    struct sample sample;
    static const char many[ACTION_QUEUE_IDS_MAX + 1];
    sample_init(&sample, SAMPLE_ALL);
    for (size_t g = 0; g < mib_group_count; g++) {
        for (size_t o = 0; o < mib_groups[g]->object_count; o++) {
            const struct mib_object *object = &mib_groups[g]->objects[o];
            if (object->write == NULL) {
                continue;
            }
            const int64_t bad[] = {object->write->minimum - 1, object->write->maximum + 1};
            for (size_t b = 0; b < COUNT_OF(bad); b++) {
                struct mib_value value = {.type = object->type};
                enum mib_error expected = MIB_WRONG_VALUE;
                if (object->type == MIB_OCTETS && bad[b] >= 0) {
                    value.octets = many;
                    value.length = (size_t)bad[b];
                    expected = MIB_WRONG_LENGTH;
                } else if (object->type == MIB_INTEGER && bad[b] <= INT32_MAX) {
                    value.integer = (int32_t)bad[b];
                } else if (object->type == MIB_GAUGE32 && bad[b] >= 0 && bad[b] <= UINT32_MAX) {
                    value.number = (uint32_t)bad[b];
                } else {
                    continue; /* such a number cannot be sent */
                }
                uint32_t oid[16];
                size_t len = 0;
                find_object(object->name, oid, &len);
                oid[len++] = 0;
                struct mib_transaction *transaction = mib_transaction_new();
                check_error(object->name,
                            mib_transaction_stage(transaction, &sample.view, oid, len, &value),
                            expected);
                mib_transaction_free(transaction);
            }
        }
    }
    sample_deinit(&sample);
}

/* An action as a PDU of one variable makes it, taken into the table as the application does; 0 when
 * there was none. */
static size_t control(struct sample *sample, const struct variable *variable) {
    const struct variable variables[VARIABLES] = {*variable};
    struct mib_transaction *transaction;
    size_t at;
    check_error(variable->object, run(&sample->view, variables, &transaction, &at), MIB_ERROR_NONE);
    struct mib_changes *changes = mib_transaction_changes(transaction);
    size_t count = changes->action_count;
    for (size_t i = 0; i < count; i++) {
        assert_null(action_table_find(&sample->actions, &changes->actions[i]->key));
        assert_true(action_table_add(&sample->actions, changes->actions[i]));
    }
    changes->prepared = true;
    mib_transaction_free(transaction);
    return count;
}

static void test_retries(void **state) {
    static const struct variable hold = CONTROL("3F2504E0B1", INT(1));
    static const struct variable unhold = CONTROL("3F2504E0B1", INT(2));
    static const struct variable other = CONTROL("A91C04D7E2", INT(1));
    static const struct variable flush_one = CONTROL("3F2504E0B1", INT(5));
    static const struct variable flush = SCALAR("hmqFlush", INT(1));
    static const struct {
        const char *name;
        const struct variable *variable;
        int64_t later_s;
        size_t actions;
    } steps[] = {
        {"hold", &hold, 0, 1},
        {"again", &hold, 0, 0},
        {"ten seconds later", &hold, 10, 0},
        {"eleven", &hold, 1, 1},
        {"unhold", &unhold, 1, 1},
        {"hold after unhold", &hold, 1, 1},
        {"its retry", &hold, 1, 0},
        {"another message", &other, 0, 1},
        {"flush all", &flush, 0, 1},
        {"its retry", &flush, 10, 0},
        {"flush one", &flush_one, 0, 1},
        {"flush all later", &flush, 1, 1},
        {"the clock was put back", &flush, -3600, 1},
    };
    (void)state;
    struct sample sample;
    sample_init(&sample, SAMPLE_ALL);
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        sample.view.now_wall += steps[i].later_s;
        CHECK_INT(steps[i].name, control(&sample, steps[i].variable), steps[i].actions);
    }
    sample_deinit(&sample);
}

/* A row that a manager made under no name is no control, whatever ids it has. */
static void test_no_retry_of_rows(void **state) {
    static const struct variable flush = SCALAR("hmqFlush", INT(1));
    static const struct variable hold = CONTROL("3F2504E0B1", INT(1));
    (void)state;
    struct sample sample;
    sample_init(&sample, SAMPLE_ALL);
    struct action *action = add_action(&sample, "", COMMAND_FLUSH, 77, "");
    snprintf(action->request.sender, sizeof action->request.sender, "*@shop.example");
    action = add_action(&sample, "", COMMAND_HOLD, 77, "3F2504E0B1");
    action->request.min_age_s = 3600;
    assert_int_equal(control(&sample, &flush), 1);
    assert_int_equal(control(&sample, &hold), 1);
    sample_deinit(&sample);
}

/* With the ids at the top taken the free ones below are found, each once. */
static void test_ids(void **state) {
    static const struct variable variables[VARIABLES] = {
        CELL("hmqActionQueueIds", "", COMMAND_HOLD, UINT32_MAX, OCTETS("A1B2C3")),
        STATUS("", COMMAND_HOLD, UINT32_MAX, ROW_CREATE_AND_GO), CONTROL("3F2504E0B1", INT(1)),
        CONTROL("A91C04D7E2", INT(1)), CONTROL("5D3E1A9C07", INT(1))};
    static const uint32_t expected[] = {UINT32_MAX, 1, 3, 4};
    (void)state;
    struct sample sample;
    struct mib_transaction *transaction;
    size_t at;
    sample_init(&sample, SAMPLE_ALL);
    add_action(&sample, "", COMMAND_HOLD, 2, "A1B2C3");
    add_action(&sample, "", COMMAND_HOLD, INT32_MAX, "A1B2C3");
    check_error("ids", run(&sample.view, variables, &transaction, &at), MIB_ERROR_NONE);
    const struct mib_changes *changes = mib_transaction_changes(transaction);
    assert_int_equal(changes->action_count, COUNT_OF(expected));
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        CHECK_INT("id", changes->actions[i]->key.id, expected[i]);
    }
    mib_transaction_free(transaction);
    sample_deinit(&sample);
}

/* What the columns and settings become. */
static void test_values(void **state) {
    static const struct variable row[VARIABLES] = {
        CELL("hmqActionQueue", "ops", COMMAND_DELETE, 5, INT(4)),
        CELL("hmqActionMinSize", "ops", COMMAND_DELETE, 5, GAUGE(7)),
        CELL("hmqActionReason", "ops", COMMAND_DELETE, 5, OCTETS("full")),
        CELL("hmqActionExpectedCount", "ops", COMMAND_DELETE, 5, INT(3)),
        CELL("hmqActionAll", "ops", COMMAND_DELETE, 5, INT(1)),
        STATUS("ops", COMMAND_DELETE, 5, ROW_CREATE_AND_GO)};
    static const struct variable settings[VARIABLES] = {
        SCALAR("hmqNotificationEnable", OCTETS("\x80\x08")),
        CONDITION("hmqConditionThreshold", "oldest", GAUGE(60)),
        CONDITION("hmqConditionClearThreshold", "oldest", GAUGE(50)),
        SCALAR("hmqMessageLimit", GAUGE(5)), SCALAR("hmqMaximalQueueLifetime", INT(90))};
    (void)state;
    struct sample sample;
    struct mib_transaction *transaction;
    size_t at;
    sample_init(&sample, SAMPLE_ALL);
    check_error("row", run(&sample.view, row, &transaction, &at), MIB_ERROR_NONE);
    const struct action_request *request =
        &mib_transaction_changes(transaction)->actions[0]->request;
    assert_int_equal(request->queue, 4);
    assert_int_equal(request->min_size, 7);
    assert_string_equal(request->reason, "full");
    assert_int_equal(request->expected_count, 3);
    assert_true(request->all);
    assert_string_equal(request->queue_ids, "");
    mib_transaction_free(transaction);
    check_error("settings", run(&sample.view, settings, &transaction, &at), MIB_ERROR_NONE);
    const struct mib_changes *changes = mib_transaction_changes(transaction);
    assert_true(changes->tunables_changed);
    assert_int_equal(changes->tunables.notify,
                     1U << EVENT_OVERLOAD_RAISED | 1U << EVENT_AGENT_STARTED);
    assert_int_equal(changes->tunables.conditions.list[1].settings[CONDITION_ABOVE], 60);
    assert_true(changes->tunables_set.has[TUNABLE_OF_CONDITION(1, CONDITION_ABOVE)]);
    assert_false(changes->tunables_set.has[TUNABLE_OF_CONDITION(1, CONDITION_FOR)]);
    assert_int_equal(changes->tunables.conditions.list[0].settings[CONDITION_ABOVE], 500);
    assert_int_equal(changes->tunables.message_limit, 5);
    assert_false(changes->lifetime_changed[LIFETIME_BOUNCE]);
    assert_true(changes->lifetime_changed[LIFETIME_MAXIMAL]);
    assert_int_equal(changes->lifetime_days[LIFETIME_MAXIMAL], 90);
    mib_transaction_free(transaction);
    sample_deinit(&sample);
}

/* Names that are none: below an object or beside it. */
static const struct {
    const char *name;
    size_t len;
    uint32_t oid[10];
    enum mib_error error;
} names[] = {
    {"nothing", 0, {0}, .error = MIB_NOT_WRITABLE},
    {"a group", 2, {1, 6}, .error = MIB_NOT_WRITABLE},
    {"no such object", 4, {1, 4, 99, 0}, .error = MIB_NOT_WRITABLE},
    {"an index is not accessible", 6, {1, 6, 5, 1, 3, 0}, .error = MIB_NOT_WRITABLE},
    {"hmqFlush without an instance", 3, {1, 6, 1}, .error = MIB_NO_CREATION},
    {"hmqFlush.1", 4, {1, 6, 1, 1}, .error = MIB_NO_CREATION},
    {"hmqFlush.0.0", 5, {1, 6, 1, 0, 0}, .error = MIB_NO_CREATION},
    {"a message without an index", 5, {1, 5, 4, 1, 12}, .error = MIB_NO_CREATION},
    {"its length does not fit", 8, {1, 5, 4, 1, 12, 3, 'A', 'B'}, .error = MIB_NO_CREATION},
    {"a length that wraps", 6, {1, 5, 4, 1, 12, UINT32_MAX}, .error = MIB_NO_CREATION},
    {"octets above 255", 8, {1, 5, 4, 1, 12, 2, 300, 300}, .error = MIB_INCONSISTENT_NAME},
    {"an empty id", 6, {1, 5, 4, 1, 12, 0}, .error = MIB_INCONSISTENT_NAME},
    {"a row cut short", 7, {1, 6, 5, 1, 21, 0, 1}, .error = MIB_NO_CREATION},
    {"a row with more behind", 9, {1, 6, 5, 1, 21, 0, 1, 1, 1}, .error = MIB_NO_CREATION},
    {"an owner's octet above 255", 9, {1, 6, 5, 1, 21, 1, 256, 1, 1}, .error = MIB_NO_CREATION},
};

static const struct {
    const char *name;
    size_t len;
    uint32_t index[8];
} no_conditions[] = {
    {"another name", 4, {3, 'o', 'l', 'd'}},   {"cut short", 3, {6, 'o', 'l'}},
    {"its length does not fit", 2, {2, 'z'}},  {"more behind", 3, {1, 'z', 0}},
    {"an octet above 255", 2, {1, 'z' + 256}}, {"no name", 1, {0}},
    {"a wild length", 1, {UINT32_MAX}},        {"nothing", 0, {0}},
};

/* Conditions come from the configuration; a SET makes none. */
static void test_no_conditions(void **state) {
    static const struct mib_value value = GAUGE(1);
    (void)state;
    struct sample sample;
    sample_init(&sample, SAMPLE_ALL);
    for (size_t i = 0; i < COUNT_OF(no_conditions); i++) {
        uint32_t oid[16] = {1, 11, 3, 1, 7};
        struct mib_transaction *transaction = mib_transaction_new();
        memcpy(oid + 5, no_conditions[i].index, no_conditions[i].len * sizeof *oid);
        check_error(
            no_conditions[i].name,
            mib_transaction_stage(transaction, &sample.view, oid, 5 + no_conditions[i].len, &value),
            MIB_NO_CREATION);
        mib_transaction_free(transaction);
    }
    sample_deinit(&sample);
}

static void test_names(void **state) {
    static const struct mib_value value = INT(1);
    (void)state;
    struct sample sample;
    sample_init(&sample, SAMPLE_ALL);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct mib_transaction *transaction = mib_transaction_new();
        check_error(
            names[i].name,
            mib_transaction_stage(transaction, &sample.view, names[i].oid, names[i].len, &value),
            names[i].error);
        mib_transaction_free(transaction);
    }
    sample_deinit(&sample);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_object),     cmocka_unit_test(test_maxima),
        cmocka_unit_test(test_ranges),           cmocka_unit_test(test_retries),
        cmocka_unit_test(test_no_retry_of_rows), cmocka_unit_test(test_ids),
        cmocka_unit_test(test_values),           cmocka_unit_test(test_names),
        cmocka_unit_test(test_no_conditions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A SET without memory: whichever allocation fails, the PDU is refused as resourceUnavailable, or
 * all of it is to be done; nothing is lost, which the sanitizers watch.
 */
#include "scarce_memory.h"

#include "set_pdu.h"

static struct sample sample;

static const struct variable *variables;

static const struct variable mixed[VARIABLES] = {
    IDS("ops", COMMAND_HOLD, 1, "A1B2C3 A1B2C4"),
    STATUS("ops", COMMAND_HOLD, 1, ROW_CREATE_AND_GO),
    STATUS("alice", COMMAND_HOLD, 1, ROW_DESTROY),
    CONTROL("3F2504E0B1", INT(1)),
    CONTROL("A91C04D7E2", INT(1)),
};

static const struct variable one_id[VARIABLES] = {
    IDS("ops", COMMAND_VIEW, 1, "A1B2C3"),
    STATUS("ops", COMMAND_VIEW, 1, ROW_CREATE_AND_GO),
};

static enum mib_error stage_all(struct mib_transaction *transaction) {
    size_t at;
    for (size_t i = 0; variables[i].object != NULL; i++) {
        uint32_t oid[128];
        size_t len = name_of(&variables[i], oid);
        enum mib_error error =
            mib_transaction_stage(transaction, &sample.view, oid, len, &variables[i].value);
        if (error != MIB_ERROR_NONE) {
            return error;
        }
    }
    return mib_transaction_check(transaction, &sample.view, &at);
}

static bool set(void) {
    struct mib_transaction *transaction = mib_transaction_new();
    if (transaction == NULL) {
        return false;
    }
    enum mib_error error = stage_all(transaction);
    if (error != MIB_ERROR_NONE) {
        check_error("without memory", error, MIB_RESOURCE_UNAVAILABLE);
        mib_transaction_free(transaction);
        return false;
    }
    const struct mib_changes *changes = mib_transaction_changes(transaction);
    CHECK_STRING("its IDs", changes->actions[0]->request.queue_ids, variables[0].value.octets);
    if (variables == mixed) {
        CHECK_INT("new actions", changes->action_count, 3);
        CHECK_INT("removed", changes->destroyed_count, 1);
        CHECK_STRING("the first message", changes->actions[1]->request.queue_ids, "3F2504E0B1");
        CHECK_STRING("the other", changes->actions[2]->request.queue_ids, "A91C04D7E2");
    }
    mib_transaction_free(transaction);
    return true;
}

static void test_set(void **state) {
    (void)state;
    sample_init(&sample, SAMPLE_ALL);
    sample.config->allow_view = true;
    variables = mixed;
    each_allocation_fails("a SET", set);
    variables = one_id;
    each_allocation_fails("a SET with one ID", set);
    sample_deinit(&sample);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_set)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

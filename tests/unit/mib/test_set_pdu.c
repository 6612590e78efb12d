/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SET without an snmpd: what a PDU as a whole may ask for, and in which state of the agent. Every
 * case checks that the view stays as it is, and frees a transaction in the state it got to.
 */
#include "set_pdu.h"

#define ABOVE(name, ...) CONDITION("hmqConditionThreshold", name, __VA_ARGS__)
#define CLEAR(name, ...) CONDITION("hmqConditionClearThreshold", name, __VA_ARGS__)
#define LONG_OWNER "01234567890123456789012345678901"

/* One PDU: the error and the variable it belongs to, or what comes of it. */
static const struct pdu {
    const char *name;
    struct variable variables[VARIABLES];
    enum mib_error error;
    size_t at;
    size_t actions, destroyed;
} pdus[] = {
    /* hmqActionRowStatus; of the sample, alice's hold.1 is finished and .flush.3 waits. */
    {"createAndGo",
     {IDS("ops", COMMAND_HOLD, 1, "A1B2C3"), STATUS("ops", COMMAND_HOLD, 1, ROW_CREATE_AND_GO)},
     .actions = 1},
    {"the status first",
     {STATUS("ops", COMMAND_HOLD, 1, ROW_CREATE_AND_GO), IDS("ops", COMMAND_HOLD, 1, "A1B2C3")},
     .actions = 1},
    {"createAndWait",
     {STATUS("ops", COMMAND_HOLD, 1, ROW_CREATE_AND_WAIT)},
     .error = MIB_WRONG_VALUE},
    {"notInService",
     {STATUS("alice", COMMAND_HOLD, 1, ROW_NOT_IN_SERVICE)},
     .error = MIB_WRONG_VALUE},
    {"notReady", {STATUS("alice", COMMAND_HOLD, 1, ROW_NOT_READY)}, .error = MIB_WRONG_VALUE},
    {"active of a row", {STATUS("alice", COMMAND_HOLD, 1, ROW_ACTIVE)}, .error = MIB_ERROR_NONE},
    {"active of none",
     {STATUS("ops", COMMAND_HOLD, 1, ROW_ACTIVE)},
     .error = MIB_INCONSISTENT_VALUE},
    {"active and a column",
     {IDS("alice", COMMAND_HOLD, 1, "A1B2C3"), STATUS("alice", COMMAND_HOLD, 1, ROW_ACTIVE)},
     .error = MIB_INCONSISTENT_VALUE,
     .at = 1},
    {"destroy", {STATUS("alice", COMMAND_HOLD, 1, ROW_DESTROY)}, .destroyed = 1},
    {"destroy what is not there",
     {STATUS("ops", COMMAND_HOLD, 9, ROW_DESTROY)},
     .error = MIB_ERROR_NONE},
    {"destroy what waits", {STATUS("", COMMAND_FLUSH, 3, ROW_DESTROY)}, .destroyed = 1},
    {"destroy with a column",
     {STATUS("alice", COMMAND_HOLD, 1, ROW_DESTROY), IDS("alice", COMMAND_HOLD, 1, "A1B2C3")},
     .error = MIB_INCONSISTENT_VALUE},
    {"a column without a row",
     {IDS("ops", COMMAND_HOLD, 1, "A1B2C3")},
     .error = MIB_INCONSISTENT_NAME},
    {"a column of a row",
     {IDS("alice", COMMAND_HOLD, 1, "A1B2C3")},
     .error = MIB_INCONSISTENT_VALUE},
    {"the error is the second row's",
     {IDS("ops", COMMAND_HOLD, 1, "A1B2C3"), STATUS("ops", COMMAND_HOLD, 1, ROW_CREATE_AND_GO),
      IDS("ops", COMMAND_HOLD, 2, "A1B2C3")},
     .error = MIB_INCONSISTENT_NAME,
     .at = 2},
    {"two rows, mixed",
     {IDS("ops", COMMAND_HOLD, 1, "A1B2C3"), IDS("ops", COMMAND_DELETE, 1, "A1B2C4"),
      STATUS("ops", COMMAND_DELETE, 1, ROW_CREATE_AND_GO),
      STATUS("ops", COMMAND_HOLD, 1, ROW_CREATE_AND_GO)},
     .actions = 2},
    {"one created, one destroyed",
     {STATUS("alice", COMMAND_HOLD, 1, ROW_DESTROY), IDS("ops", COMMAND_HOLD, 1, "A1B2C3"),
      STATUS("ops", COMMAND_HOLD, 1, ROW_CREATE_AND_GO)},
     .actions = 1,
     .destroyed = 1},
    {"a column twice",
     {IDS("ops", COMMAND_HOLD, 1, "A1B2C3"), IDS("ops", COMMAND_HOLD, 1, "A1B2C3")},
     .error = MIB_INCONSISTENT_VALUE,
     .at = 1},
    {"the status twice",
     {STATUS("ops", COMMAND_FLUSH, 1, ROW_CREATE_AND_GO),
      STATUS("ops", COMMAND_FLUSH, 1, ROW_CREATE_AND_GO)},
     .error = MIB_INCONSISTENT_VALUE,
     .at = 1},
    {"the longest owner",
     {IDS(LONG_OWNER, COMMAND_HOLD, UINT32_MAX, "A1B2C3"),
      STATUS(LONG_OWNER, COMMAND_HOLD, UINT32_MAX, ROW_CREATE_AND_GO)},
     .actions = 1},
    {"a retry",
     {STATUS("alice", COMMAND_HOLD, 1, ROW_CREATE_AND_GO),
      CELL("hmqActionComment", "alice", COMMAND_HOLD, 1, OCTETS("ticket 4711"))},
     .error = MIB_ERROR_NONE},
    {"no retry: other content",
     {CELL("hmqActionComment", "alice", COMMAND_HOLD, 1, OCTETS("ticket 4712")),
      STATUS("alice", COMMAND_HOLD, 1, ROW_CREATE_AND_GO)},
     .error = MIB_INCONSISTENT_VALUE,
     .at = 1},
    /* What a row must say */
    {"no criterion",
     {STATUS("ops", COMMAND_HOLD, 1, ROW_CREATE_AND_GO)},
     .error = MIB_INCONSISTENT_VALUE},
    {"blanks are no criterion",
     {IDS("ops", COMMAND_HOLD, 1, " , "), STATUS("ops", COMMAND_HOLD, 1, ROW_CREATE_AND_GO)},
     .error = MIB_INCONSISTENT_VALUE,
     .at = 1},
    {"flush needs none", {STATUS("ops", COMMAND_FLUSH, 1, ROW_CREATE_AND_GO)}, .actions = 1},
    {"count needs one",
     {STATUS("ops", COMMAND_COUNT, 1, ROW_CREATE_AND_GO)},
     .error = MIB_INCONSISTENT_VALUE},
    {"hold all",
     {CELL("hmqActionAll", "ops", COMMAND_HOLD, 1, INT(1)),
      STATUS("ops", COMMAND_HOLD, 1, ROW_CREATE_AND_GO)},
     .actions = 1},
    {"hold all: false",
     {CELL("hmqActionAll", "ops", COMMAND_HOLD, 1, INT(2)),
      STATUS("ops", COMMAND_HOLD, 1, ROW_CREATE_AND_GO)},
     .error = MIB_INCONSISTENT_VALUE,
     .at = 1},
    {"delete all needs a count",
     {CELL("hmqActionAll", "ops", COMMAND_DELETE, 1, INT(1)),
      STATUS("ops", COMMAND_DELETE, 1, ROW_CREATE_AND_GO)},
     .error = MIB_INCONSISTENT_VALUE,
     .at = 1},
    {"expire all needs a count",
     {CELL("hmqActionAll", "ops", COMMAND_EXPIRE, 1, INT(1)),
      CELL("hmqActionExpectedCount", "ops", COMMAND_EXPIRE, 1, INT(-1)),
      STATUS("ops", COMMAND_EXPIRE, 1, ROW_CREATE_AND_GO)},
     .error = MIB_INCONSISTENT_VALUE,
     .at = 2},
    {"delete all with a criterion too",
     {CELL("hmqActionAll", "ops", COMMAND_DELETE, 1, INT(1)),
      CELL("hmqActionSender", "ops", COMMAND_DELETE, 1, OCTETS("<>")),
      STATUS("ops", COMMAND_DELETE, 1, ROW_CREATE_AND_GO)},
     .error = MIB_INCONSISTENT_VALUE,
     .at = 2},
    {"delete all with a count",
     {CELL("hmqActionAll", "ops", COMMAND_DELETE, 1, INT(1)),
      CELL("hmqActionExpectedCount", "ops", COMMAND_DELETE, 1, INT(0)),
      STATUS("ops", COMMAND_DELETE, 1, ROW_CREATE_AND_GO)},
     .actions = 1},
    {"an age is a criterion",
     {CELL("hmqActionMinAge", "ops", COMMAND_DELETE, 1, GAUGE(ACTION_MIN_AGE_MAX_S)),
      STATUS("ops", COMMAND_DELETE, 1, ROW_CREATE_AND_GO)},
     .actions = 1},
    {"an age of 0 is none",
     {CELL("hmqActionMinAge", "ops", COMMAND_DELETE, 1, GAUGE(0)),
      STATUS("ops", COMMAND_DELETE, 1, ROW_CREATE_AND_GO)},
     .error = MIB_INCONSISTENT_VALUE,
     .at = 1},
    {"view of one",
     {IDS("ops", COMMAND_VIEW, 1, " A1B2C3,A1B2C3 "),
      STATUS("ops", COMMAND_VIEW, 1, ROW_CREATE_AND_GO)},
     .actions = 1},
    {"view of two",
     {IDS("ops", COMMAND_VIEW, 1, "A1B2C3 A1B2C4"),
      STATUS("ops", COMMAND_VIEW, 1, ROW_CREATE_AND_GO)},
     .error = MIB_INCONSISTENT_VALUE,
     .at = 1},
    {"view of what matches",
     {CELL("hmqActionAll", "ops", COMMAND_VIEW, 1, INT(1)),
      STATUS("ops", COMMAND_VIEW, 1, ROW_CREATE_AND_GO)},
     .error = MIB_INCONSISTENT_VALUE,
     .at = 1},
    /* Content of columns */
    {"ALL", {IDS("ops", COMMAND_HOLD, 1, "ALL")}, .error = MIB_WRONG_VALUE},
    {"a dash", {IDS("ops", COMMAND_DELETE, 1, "-")}, .error = MIB_WRONG_VALUE},
    {"a NUL in ids", {IDS("ops", COMMAND_HOLD, 1, "A1B2C3\0")}, .error = MIB_WRONG_VALUE},
    {"no UTF-8",
     {CELL("hmqActionComment", "ops", COMMAND_HOLD, 1, OCTETS("\xC0"))},
     .error = MIB_WRONG_VALUE},
    {"a NUL in text",
     {CELL("hmqActionSender", "ops", COMMAND_HOLD, 1, OCTETS("a\0b"))},
     .error = MIB_WRONG_VALUE},
    {"TruthValue 0",
     {CELL("hmqActionAll", "ops", COMMAND_HOLD, 1, INT(0))},
     .error = MIB_WRONG_VALUE},
    {"command 0", {STATUS("ops", 0, 1, ROW_CREATE_AND_GO)}, .error = MIB_NO_CREATION},
    {"a command beyond the last",
     {STATUS("ops", COMMAND_END, 1, ROW_CREATE_AND_GO)},
     .error = MIB_NO_CREATION},
    {"id 0", {STATUS("ops", COMMAND_HOLD, 0, ROW_CREATE_AND_GO)}, .error = MIB_NO_CREATION},
    {"an owner that is no UTF-8",
     {STATUS("\xC3", COMMAND_HOLD, 1, ROW_CREATE_AND_GO)},
     .error = MIB_NO_CREATION},
    /* One-line controls; the sample's flush.3 is 20 s old. */
    {"hmqFlush", {SCALAR("hmqFlush", INT(1))}, .actions = 1},
    {"hmqFlush idle", {SCALAR("hmqFlush", INT(0))}, .error = MIB_ERROR_NONE},
    {"hmqFlush twice",
     {SCALAR("hmqFlush", INT(1)), SCALAR("hmqFlush", INT(1))},
     .error = MIB_INCONSISTENT_VALUE,
     .at = 1},
    {"hold", {CONTROL("3F2504E0B1", INT(1))}, .actions = 1},
    {"expire", {CONTROL("3F2504E0B1", INT(6))}, .actions = 1},
    {"none", {CONTROL("3F2504E0B1", INT(0))}, .error = MIB_ERROR_NONE},
    {"7", {CONTROL("3F2504E0B1", INT(7))}, .error = MIB_WRONG_VALUE},
    {"two messages", {CONTROL("3F2504E0B1", INT(1)), CONTROL("A91C04D7E2", INT(1))}, .actions = 2},
    {"hold and delete of one",
     {CONTROL("3F2504E0B1", INT(1)), CONTROL("3F2504E0B1", INT(4))},
     .error = MIB_INCONSISTENT_VALUE,
     .at = 1},
    {"a message that is gone", {CONTROL("FFFFFFFFFF", INT(1))}, .error = MIB_INCONSISTENT_NAME},
    {"of a longer id than any",
     {CONTROL("01234567890123456789012345678901234", INT(1))},
     .error = MIB_INCONSISTENT_NAME},
    {"nothing is asked of one that is gone",
     {CONTROL("FFFFFFFFFF", INT(0))},
     .error = MIB_INCONSISTENT_NAME},
    /* Settings */
    {"clear above overload",
     {SCALAR("hmqOverloadClearThreshold", GAUGE(501))},
     .error = MIB_INCONSISTENT_VALUE},
    {"overload below clear",
     {SCALAR("hmqOverloadThreshold", GAUGE(449))},
     .error = MIB_INCONSISTENT_VALUE},
    {"both in one order",
     {SCALAR("hmqOverloadThreshold", GAUGE(100)), SCALAR("hmqOverloadClearThreshold", GAUGE(90))},
     .error = MIB_ERROR_NONE},
    {"both in the other",
     {SCALAR("hmqOverloadClearThreshold", GAUGE(90)), SCALAR("hmqOverloadThreshold", GAUGE(100))},
     .error = MIB_ERROR_NONE},
    {"both raised, clear first",
     {SCALAR("hmqOverloadClearThreshold", GAUGE(900)), SCALAR("hmqOverloadThreshold", GAUGE(1000))},
     .error = MIB_ERROR_NONE},
    {"both, not agreeing: the last is told of",
     {SCALAR("hmqOverloadThreshold", GAUGE(90)), SCALAR("hmqOverloadClearThreshold", GAUGE(91))},
     .error = MIB_INCONSISTENT_VALUE,
     .at = 1},
    {"overload -5, as tools send it",
     {SCALAR("hmqOverloadThreshold", GAUGE(4294967291))},
     .error = MIB_WRONG_VALUE},
    {"a condition -5", {ABOVE("z", GAUGE(4294967291))}, .error = MIB_WRONG_VALUE},
    {"the greatest number", {ABOVE("z", GAUGE(10000000))}, .error = MIB_ERROR_NONE},
    {"a number beyond it", {ABOVE("z", GAUGE(10000001))}, .error = MIB_WRONG_VALUE},
    {"a clear value beyond it", {CLEAR("z", GAUGE(10000001))}, .error = MIB_WRONG_VALUE},
    {"the greatest age", {ABOVE("oldest", GAUGE(31536000))}, .error = MIB_ERROR_NONE},
    {"an age beyond it", {ABOVE("oldest", GAUGE(31536001))}, .error = MIB_WRONG_VALUE},
    {"a clear value above", {CLEAR("z", GAUGE(21))}, .error = MIB_INCONSISTENT_VALUE},
    {"a threshold below", {ABOVE("z", GAUGE(17))}, .error = MIB_INCONSISTENT_VALUE},
    {"a threshold of 0 needs a clear value of 0",
     {ABOVE("z", GAUGE(0))},
     .error = MIB_INCONSISTENT_VALUE},
    {"both 0", {CLEAR("z", GAUGE(0)), ABOVE("z", GAUGE(0))}, .error = MIB_ERROR_NONE},
    {"of two conditions",
     {CLEAR("z", GAUGE(100)), ABOVE("oldest", GAUGE(7200)), ABOVE("z", GAUGE(100))},
     .error = MIB_ERROR_NONE},
    {"overload by two names",
     {ABOVE("overload", GAUGE(100)), SCALAR("hmqOverloadClearThreshold", GAUGE(90))},
     .error = MIB_ERROR_NONE},
    {"overload by two names, not agreeing",
     {SCALAR("hmqOverloadClearThreshold", GAUGE(90)), ABOVE("overload", GAUGE(80))},
     .error = MIB_INCONSISTENT_VALUE,
     .at = 1},
    {"overload off as a condition", {ABOVE("overload", GAUGE(0))}, .error = MIB_ERROR_NONE},
    {"for a day", {CONDITION("hmqConditionFor", "z", GAUGE(86400))}, .error = MIB_ERROR_NONE},
    {"for longer", {CONDITION("hmqConditionFor", "z", GAUGE(86401))}, .error = MIB_WRONG_VALUE},
    {"repeated each month",
     {CONDITION("hmqConditionRepeat", "oldest", GAUGE(2592000))},
     .error = MIB_ERROR_NONE},
    {"disabled", {CONDITION("hmqConditionEnabled", "z", INT(2))}, .error = MIB_ERROR_NONE},
    {"TruthValue 0 of a condition",
     {CONDITION("hmqConditionEnabled", "z", INT(0))},
     .error = MIB_WRONG_VALUE},
    {"no such condition", {ABOVE("zz", GAUGE(1))}, .error = MIB_NO_CREATION},
    {"the severity", {CONDITION("hmqConditionSeverity", "z", INT(1))}, .error = MIB_NOT_WRITABLE},
    {"an action's age of -1",
     {CELL("hmqActionMinAge", "ops", COMMAND_DELETE, 1, GAUGE(UINT32_MAX)),
      STATUS("ops", COMMAND_DELETE, 1, ROW_CREATE_AND_GO)},
     .error = MIB_WRONG_VALUE},
    {"an action's size of -1",
     {CELL("hmqActionMinSize", "ops", COMMAND_DELETE, 1, GAUGE(UINT32_MAX)),
      STATUS("ops", COMMAND_DELETE, 1, ROW_CREATE_AND_GO)},
     .error = MIB_WRONG_VALUE},
    {"overload off", {SCALAR("hmqOverloadThreshold", GAUGE(0))}, .error = MIB_ERROR_NONE},
    {"limit", {SCALAR("hmqMessageLimit", GAUGE(10000))}, .error = MIB_ERROR_NONE},
    {"limit too high", {SCALAR("hmqMessageLimit", GAUGE(10001))}, .error = MIB_WRONG_VALUE},
    {"lifetimes 0 and 90",
     {SCALAR("hmqBounceQueueLifetime", INT(0)), SCALAR("hmqMaximalQueueLifetime", INT(90))},
     .error = MIB_ERROR_NONE},
    {"lifetime 91", {SCALAR("hmqBounceQueueLifetime", INT(91))}, .error = MIB_WRONG_VALUE},
    {"lifetime -1", {SCALAR("hmqMaximalQueueLifetime", INT(-1))}, .error = MIB_WRONG_VALUE},
    {"all notifications",
     {SCALAR("hmqNotificationEnable", OCTETS("\xC0\xFF\x80"))},
     .error = MIB_ERROR_NONE},
    {"no octets", {SCALAR("hmqNotificationEnable", OCTETS(""))}, .error = MIB_ERROR_NONE},
    {"the bit of a retired one",
     {SCALAR("hmqNotificationEnable", OCTETS("\xE0\xFF\x80"))},
     .error = MIB_WRONG_VALUE},
    {"a bit behind the last",
     {SCALAR("hmqNotificationEnable", OCTETS("\xC0\xFF\xC0"))},
     .error = MIB_WRONG_VALUE},
    {"four octets",
     {SCALAR("hmqNotificationEnable", OCTETS("\0\0\0\0"))},
     .error = MIB_WRONG_LENGTH},
    {"a good one does not save a bad one",
     {ABOVE("z", GAUGE(25)), SCALAR("hmqTotalMessages", GAUGE(1))},
     .error = MIB_NOT_WRITABLE,
     .at = 1},
};

static void check_pdu(const struct mib_view *view, const struct pdu *pdu) {
    struct mib_transaction *transaction;
    size_t at = 0;
    struct tunables before = *view->tunables;
    size_t actions = view->actions->count;
    enum mib_error error = run(view, pdu->variables, &transaction, &at);
    check_error(pdu->name, error, pdu->error);
    if (error != MIB_ERROR_NONE) {
        CHECK_INT(pdu->name, at, pdu->at);
    } else {
        const struct mib_changes *changes = mib_transaction_changes(transaction);
        CHECK_INT(pdu->name, changes->action_count, pdu->actions);
        CHECK_INT(pdu->name, changes->destroyed_count, pdu->destroyed);
        for (size_t i = 0; i < changes->action_count; i++) {
            CHECK_INT(pdu->name, changes->actions[i]->created, view->now_wall);
            CHECK(pdu->name, action_table_find(view->actions, &changes->actions[i]->key) == NULL);
        }
    }
    CHECK(pdu->name, memcmp(&before, view->tunables, sizeof before) == 0);
    CHECK_INT(pdu->name, view->actions->count, actions);
    mib_transaction_free(transaction);
}

static void test_pdus(void **state) {
    (void)state;
    struct sample sample;
    sample_init(&sample, SAMPLE_ALL);
    sample.config->allow_view = true;
    for (size_t i = 0; i < COUNT_OF(pdus); i++) {
        check_pdu(&sample.view, &pdus[i]);
    }
    sample_deinit(&sample);
    mib_transaction_free(NULL);
}

/* What the configuration does not allow; what is there already can still be asked for again. */
static const struct pdu forbidden[] = {
    {"hold",
     {IDS("ops", COMMAND_HOLD, 1, "A1B2C3"), STATUS("ops", COMMAND_HOLD, 1, ROW_CREATE_AND_GO)},
     .error = MIB_NOT_WRITABLE,
     .at = 1},
    {"view",
     {IDS("ops", COMMAND_VIEW, 1, "A1B2C3"), STATUS("ops", COMMAND_VIEW, 1, ROW_CREATE_AND_GO)},
     .error = MIB_NOT_WRITABLE,
     .at = 1},
    {"count",
     {IDS("ops", COMMAND_COUNT, 1, "A1B2C3"), STATUS("ops", COMMAND_COUNT, 1, ROW_CREATE_AND_GO)},
     .actions = 1},
    {"hmqFlush", {SCALAR("hmqFlush", INT(1))}, .error = MIB_NOT_WRITABLE},
    {"hmqFlush idle", {SCALAR("hmqFlush", INT(0))}, .error = MIB_ERROR_NONE},
    {"hmqMessageControl", {CONTROL("3F2504E0B1", INT(1))}, .error = MIB_WRONG_VALUE},
    {"destroy", {STATUS("alice", COMMAND_HOLD, 1, ROW_DESTROY)}, .destroyed = 1},
    {"a retry",
     {STATUS("alice", COMMAND_HOLD, 1, ROW_CREATE_AND_GO),
      CELL("hmqActionComment", "alice", COMMAND_HOLD, 1, OCTETS("ticket 4711"))},
     .error = MIB_ERROR_NONE},
};

/* allow_settings: each of its words opens its own objects, and actions are none of them. */
#define BIT(kind) (1U << SETTING_##kind)
static const struct {
    uint32_t allowed;
    struct pdu pdu;
} settings[] = {
    {0, {"a lifetime", {SCALAR("hmqBounceQueueLifetime", INT(1))}, .error = MIB_NOT_WRITABLE}},
    {~BIT(LIFETIMES),
     {"the other lifetime",
      {ABOVE("z", GAUGE(25)), SCALAR("hmqMaximalQueueLifetime", INT(1))},
      .error = MIB_NOT_WRITABLE,
      .at = 1}},
    {BIT(LIFETIMES),
     {"a lifetime alone", {SCALAR("hmqBounceQueueLifetime", INT(1))}, .error = MIB_ERROR_NONE}},
    {BIT(LIFETIMES), {"a threshold", {ABOVE("z", GAUGE(25))}, .error = MIB_NOT_WRITABLE}},
    {BIT(LIFETIMES),
     {"the limit", {SCALAR("hmqMessageLimit", GAUGE(1))}, .error = MIB_NOT_WRITABLE}},
    {BIT(LIFETIMES),
     {"notifications",
      {SCALAR("hmqNotificationEnable", OCTETS("\xC0"))},
      .error = MIB_NOT_WRITABLE}},
    {BIT(THRESHOLDS), {"a threshold", {ABOVE("z", GAUGE(25))}, .error = MIB_ERROR_NONE}},
    {~BIT(PAUSE), {"a pause", {SCALAR("hmqOutboundPause", INT(1))}, .error = MIB_NOT_WRITABLE}},
    {~BIT(PAUSE), {"no pause", {SCALAR("hmqOutboundPause", INT(2))}, .error = MIB_NOT_WRITABLE}},
    {~BIT(PAUSE),
     {"its time", {SCALAR("hmqOutboundPauseFor", GAUGE(1))}, .error = MIB_NOT_WRITABLE}},
    {BIT(PAUSE), {"a pause alone", {SCALAR("hmqOutboundPause", INT(1))}, .error = MIB_ERROR_NONE}},
    {0, {"an action", {SCALAR("hmqFlush", INT(1))}, .actions = 1}},
};

/* Without a store only what needs none. */
static const struct pdu unstored[] = {
    {"a row",
     {STATUS("ops", COMMAND_FLUSH, 1, ROW_CREATE_AND_GO)},
     .error = MIB_RESOURCE_UNAVAILABLE},
    {"hmqFlush", {SCALAR("hmqFlush", INT(1))}, .error = MIB_RESOURCE_UNAVAILABLE},
    {"hmqMessageControl", {CONTROL("3F2504E0B1", INT(1))}, .error = MIB_RESOURCE_UNAVAILABLE},
    {"a threshold", {ABOVE("z", GAUGE(25))}, .error = MIB_RESOURCE_UNAVAILABLE},
    {"a lifetime", {SCALAR("hmqBounceQueueLifetime", INT(1))}, .error = MIB_RESOURCE_UNAVAILABLE},
    {"a pause", {SCALAR("hmqOutboundPause", INT(1))}, .error = MIB_RESOURCE_UNAVAILABLE},
    {"its time", {SCALAR("hmqOutboundPauseFor", GAUGE(5))}, .error = MIB_RESOURCE_UNAVAILABLE},
    {"the end of a pause", {SCALAR("hmqOutboundPause", INT(2))}, .error = MIB_ERROR_NONE},
    {"nothing", {SCALAR("hmqFlush", INT(0))}, .error = MIB_ERROR_NONE},
    {"active", {STATUS("alice", COMMAND_HOLD, 1, ROW_ACTIVE)}, .error = MIB_ERROR_NONE},
    {"a wrong value comes first",
     {SCALAR("hmqOverloadClearThreshold", GAUGE(501))},
     .error = MIB_INCONSISTENT_VALUE},
};

static void test_states(void **state) {
    (void)state;
    struct sample sample;
    sample_init(&sample, SAMPLE_ALL);
    sample.config->allow_view = false;
    sample.config->allow_actions = 1U << COMMAND_COUNT;
    for (size_t i = 0; i < COUNT_OF(forbidden); i++) {
        check_pdu(&sample.view, &forbidden[i]);
    }
    sample.config->allow_actions = UINT32_MAX;
    for (size_t i = 0; i < COUNT_OF(settings); i++) {
        sample.config->allow_settings = settings[i].allowed;
        check_pdu(&sample.view, &settings[i].pdu);
    }
    sample.config->allow_settings = UINT32_MAX;
    sample.status.store.usable = false;
    for (size_t i = 0; i < COUNT_OF(unstored); i++) {
        check_pdu(&sample.view, &unstored[i]);
    }
    sample_deinit(&sample);
}

static void test_too_many_actions(void **state) {
    static const struct pdu full = {
        "full", {SCALAR("hmqFlush", INT(1))}, .error = MIB_RESOURCE_UNAVAILABLE};
    static const struct pdu last = {"one place left", {SCALAR("hmqFlush", INT(1))}, .actions = 1};
    static const struct pdu two = {"one place for two",
                                   {CONTROL("3F2504E0B1", INT(1)), CONTROL("A91C04D7E2", INT(1))},
                                   .error = MIB_RESOURCE_UNAVAILABLE};
    (void)state;
    struct sample sample;
    sample_init(&sample, SAMPLE_ALL);
    for (uint32_t id = 1; action_table_unfinished(&sample.actions) < MIB_ACTIONS_MAX - 1; id++) {
        add_action(&sample, "load", COMMAND_COUNT, id, "A1B2C3");
    }
    check_pdu(&sample.view, &two);
    check_pdu(&sample.view, &last);
    add_action(&sample, "load", COMMAND_COUNT, MIB_ACTIONS_MAX, "A1B2C3");
    check_pdu(&sample.view, &full);
    sample_deinit(&sample);
}

/* hmqOutboundPause and hmqOutboundPauseFor, by what there is already: nothing, somebody else's
 * defer_transports, a pause, or one that is ending or being made. */
enum pause_case { NO_PAUSE, OTHERS, PAUSED, ENDING, STARTING, UNKNOWN, PAUSE_CASES };
#define PAUSE(number) SCALAR("hmqOutboundPause", INT(number))
#define PAUSE_FOR(seconds) SCALAR("hmqOutboundPauseFor", GAUGE(seconds))
#define ALL_CASES ((1U << PAUSE_CASES) - 1)
static const struct {
    struct pdu pdu;
    unsigned good; /* bits 1 << enum pause_case where there is no error */
} pauses[] = {
    {{"a pause", {PAUSE(1)}, .error = MIB_INCONSISTENT_VALUE}, ALL_CASES & ~(1U << OTHERS)},
    {{"a pause with an end", {PAUSE(1), PAUSE_FOR(60)}, .error = MIB_INCONSISTENT_VALUE},
     ALL_CASES & ~(1U << OTHERS)},
    {{"the end first", {PAUSE_FOR(60), PAUSE(1)}, .error = MIB_INCONSISTENT_VALUE, .at = 1},
     ALL_CASES & ~(1U << OTHERS)},
    {{"no pause", {PAUSE(2)}, .error = MIB_ERROR_NONE}, ALL_CASES},
    {{"no pause, and no end", {PAUSE(2), PAUSE_FOR(0)}, .error = MIB_ERROR_NONE}, ALL_CASES},
    {{"no pause, but an end", {PAUSE(2), PAUSE_FOR(1)}, .error = MIB_INCONSISTENT_VALUE, .at = 1},
     0},
    {{"an end, but no pause", {PAUSE_FOR(1), PAUSE(2)}, .error = MIB_INCONSISTENT_VALUE}, 0},
    {{"an end alone", {PAUSE_FOR(1)}, .error = MIB_INCONSISTENT_VALUE},
     1U << PAUSED | 1U << STARTING},
    {{"no end alone", {PAUSE_FOR(0)}, .error = MIB_ERROR_NONE}, ALL_CASES},
    {{"the longest", {PAUSE(1), PAUSE_FOR(PAUSE_FOR_MAX_S)}, .error = MIB_INCONSISTENT_VALUE},
     ALL_CASES & ~(1U << OTHERS)},
};

static void set_pause_case(struct sample *sample, enum pause_case which) {
    sample->snapshot->settings.outbound_paused = which != NO_PAUSE && which != STARTING;
    sample->status.pause = (struct pause_status){.known = which != UNKNOWN,
                                                 .wanted = which == PAUSED || which == STARTING,
                                                 .in_force = which == PAUSED || which == ENDING};
}

static void test_pause(void **state) {
    (void)state;
    struct sample sample;
    sample_init(&sample, SAMPLE_ALL);
    for (size_t i = 0; i < COUNT_OF(pauses); i++) {
        for (enum pause_case which = 0; which < PAUSE_CASES; which++) {
            struct pdu pdu = pauses[i].pdu;
            set_pause_case(&sample, which);
            if (which == UNKNOWN) {
                struct mib_transaction *transaction;
                size_t at;
                check_error(pdu.name, run(&sample.view, pdu.variables, &transaction, &at),
                            MIB_RESOURCE_UNAVAILABLE);
                mib_transaction_free(transaction);
                continue;
            }
            if ((pauses[i].good & 1U << which) != 0) {
                pdu.error = MIB_ERROR_NONE;
            }
            check_pdu(&sample.view, &pdu);
        }
    }
    sample_deinit(&sample);
}

/* What the application is told; the owner and the comment of a row say who asks. */
static void test_pause_order(void **state) {
    (void)state;
    struct sample sample;
    struct mib_transaction *transaction;
    size_t at;
    static const struct variable variables[VARIABLES] = {
        PAUSE_FOR(3600),
        CELL("hmqActionAll", "alice", COMMAND_COUNT, 77, INT(1)),
        CELL("hmqActionComment", "alice", COMMAND_COUNT, 77, OCTETS("the relay moves")),
        STATUS("alice", COMMAND_COUNT, 77, ROW_CREATE_AND_GO),
        PAUSE(1),
    };
    sample_init(&sample, SAMPLE_ALL);
    set_pause_case(&sample, NO_PAUSE);
    check_error("a pause", run(&sample.view, variables, &transaction, &at), MIB_ERROR_NONE);
    const struct mib_changes *changes = mib_transaction_changes(transaction);
    assert_true(changes->pause.pause_set && changes->pause.pause && changes->pause.for_set);
    assert_int_equal(changes->pause.for_s, 3600);
    assert_string_equal(changes->pause.who, "alice: the relay moves");
    assert_int_equal(changes->action_count, 1);
    mib_transaction_free(transaction);
    sample_deinit(&sample);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pdus),
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_too_many_actions),
        cmocka_unit_test(test_pause),
        cmocka_unit_test(test_pause_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

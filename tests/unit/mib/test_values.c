/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The values of the MIB: what they are in the sample, in an empty queue, and what has none when
 * something is unknown.
 */
#include "sample.h"

#include <stdlib.h>

#include "unit.h"

#define SUBS_MAX 128

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
#define FULL_GROUP "host * said: 452 4.2.2 Mailbox full (in reply to RCPT TO command)"
#define EURO10                                                                                     \
    "\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC"                                 \
    "\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC"
#define EURO85                                                                                     \
    EURO10 EURO10 EURO10 EURO10 EURO10 EURO10 EURO10 EURO10                                        \
        "\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC"

/* All that is known; then the same with an empty queue, and with nothing known. */
#define OLDEST "6.111.108.100.101.115.116"
#define IN_CORRUPT "10.105.110.95.99.111.114.114.117.112.116"

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
    {"hmqCountsAge", "1.1.6.0", "1500", "1500", "none"},
    {"hmqCountMethod", "1.1.7.0", "1", "1", "1"},
    {"hmqListAge", "1.1.8.0", "2", "2", "none"},
    {"hmqListDuration", "1.1.9.0", "1000", "1000", "none"},
    {"hmqReadErrors", "1.1.10.0", "2", "2", "2"},
    {"hmqTotalMessages", "1.2.1.0", "9", "0", "none"},
    {"hmqTotalVolume", "1.2.2.0", "4294967295", "0", "none"},
    {"hmqTotalRecipients", "1.2.3.0", "5008", "0", "none"},
    {"hmqOldestAge", "1.2.4.0", "13600", "0", "none"},
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
    {"hmqQueueName", "1.3.1.6.4", "\"deferred\"", "\"deferred\"", "\"deferred\""},
    {"hmqQueueName, corrupt", "1.3.1.6.6", "\"corrupt\"", "\"corrupt\"", "\"corrupt\""},
    {"hmqBounceQueueLifetimeEffective", "1.4.3.0", "432000", "432000", "none"},
    {"hmqMaximalQueueLifetimeEffective", "1.4.4.0", "2592000", "2592000", "none"},
    {"hmqOutboundPause", "1.4.14.0", "1", "1", "none"},
    {"hmqOutboundPauseFor", "1.4.15.0", "7200", "7200", "none"},
    {"hmqOutboundPauseEnds", "1.4.16.0", "07e70b0f000d14002b0000", "07e70b0f000d14002b0000",
     "none"},
    {"hmqMessagesListed", "1.5.1.0", "9", "0", "none"},
    {"hmqMessagesOmitted", "1.5.2.0", "0", "0", "none"},
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
    {"hmqMessageRecipientCount", "1.5.4.1.7." ID_MANY, "5000", "none", "none"},
    {"hmqMessageRecipientCount, none", "1.5.4.1.7." ID_HELD, "0", "none", "none"},
    {"hmqMessageFirstRecipient, none", "1.5.4.1.8." ID_HELD, "none", "none", "none"},
    {"hmqMessageFirstRecipient", "1.5.4.1.8." ID_TWO, "\"bob@full.example\"", "none", "none"},
    {"hmqMessageReason, invalid octets", "1.5.4.1.9." ID_LONG,
     "\"unzustellbar: \xEF\xBF\xBD\xEF\xBF\xBD\"", "none", "none"},
    {"hmqMessageReason, cut between characters", "1.5.4.1.9." ID_MANY, "\"" EURO85 "\"", "none",
     "none"},
    {"hmqMessageForcedExpire", "1.5.4.1.10." ID_TWO, "1", "none", "none"},
    {"hmqMessageForcedExpire, not", "1.5.4.1.10." ID_NULL, "2", "none", "none"},
    {"hmqMessageNextRetry", "1.5.4.1.11." ID_NULL, "07e70b0e171214002b0000", "none", "none"},
    {"hmqMessageNextRetry, unknown", "1.5.4.1.11." ID_TWO, "none", "none", "none"},
    {"hmqMessageId", "1.5.4.1.13." ID_NULL, "\"3F2504E0B1\"", "none", "none"},
    {"hmqRecipientAddress, quoted", "1.5.5.1.2." ID_TWO ".2", "\"\"carol smith\"@full.example\"",
     "none", "none"},
    {"hmqInsightSenders", "1.7.1.0", "9", "0", "none"},
    {"hmqInsightDomains", "1.7.2.0", "17", "0", "none"},
    {"hmqInsightReasons", "1.7.3.0", "6", "0", "none"},
    {"hmqInsightExact", "1.7.4.0", "1", "1", "none"},
    {"hmqSenderAddress, the null sender", "1.7.5.1.2.1", "\"\"", "none", "none"},
    {"hmqSenderAddress", "1.7.5.1.2.7", "\"newsletter@shop.example\"", "none", "none"},
    {"hmqSenderMessages", "1.7.5.1.3.7", "1", "none", "none"},
    {"hmqSenderRecipients", "1.7.5.1.4.7", "2", "none", "none"},
    {"hmqSenderVolume", "1.7.5.1.5.7", "128", "none", "none"},
    {"hmqSenderOldestAge", "1.7.5.1.6.7", "13600", "none", "none"},
    {"hmqSenderAddress, one too many", "1.7.5.1.2.10", "none", "none", "none"},
    {"hmqDomainName", "1.7.6.1.2.4", "\"full.example\"", "none", "none"},
    {"hmqDomainMessages", "1.7.6.1.3.4", "1", "none", "none"},
    {"hmqDomainRecipients", "1.7.6.1.4.4", "2", "none", "none"},
    {"hmqDomainOldestAge", "1.7.6.1.5.4", "13600", "none", "none"},
    {"hmqDomainReason", "1.7.6.1.6.4", "\"" FULL_GROUP "\"", "none", "none"},
    {"hmqDomainReason, never tried", "1.7.6.1.6.1", "\"\"", "none", "none"},
    {"hmqReasonText", "1.7.7.1.2.2", "\"" FULL_GROUP "\"", "none", "none"},
    {"hmqReasonMessages", "1.7.7.1.3.2", "1", "none", "none"},
    {"hmqReasonRecipients", "1.7.7.1.4.2", "2", "none", "none"},
    {"hmqReasonOldestAge", "1.7.7.1.5.2", "13600", "none", "none"},
    {"hmqReasonDomain", "1.7.7.1.6.2", "\"full.example\"", "none", "none"},
    {"hmqReasonExampleId", "1.7.7.1.7.2", "\"A91C04D7E2\"", "none", "none"},
    {"hmqAgeUpTo", "1.7.8.1.2.4.7", "320", "320", "none"},
    {"hmqAgeUpTo, the last", "1.7.8.1.2.1.10", "0", "0", "none"},
    {"hmqAgeUpTo, corrupt", "1.7.8.1.2.6.1", "none", "none", "none"},
    {"hmqAgeMessages", "1.7.8.1.3.4.7", "1", "0", "none"},
    {"hmqAgeMessages, two", "1.7.8.1.3.4.5", "2", "0", "none"},
    {"hmqAgeMessages, one too many", "1.7.8.1.3.4.11", "none", "none", "none"},
    {"hmqDomainAgeMessages", "1.7.9.1.1.4.7", "1", "none", "none"},
    {"hmqDomainAgeMessages, none", "1.7.9.1.1.4.8", "0", "none", "none"},
    {"hmqRecipientAddress, one too many", "1.5.5.1.2." ID_TWO ".3", "none", "none", "none"},
    {"hmqRecipientAddress, the last", "1.5.5.1.2." ID_MANY ".5000", "\"u4999@member9.example\"",
     "none", "none"},
    {"hmqRecipientReason, the last", "1.5.5.1.3." ID_MANY ".5000", "\"y\"", "none", "none"},
    {"hmqEventSerial", "1.8.1.0", "5", "5", "5"},
    {"hmqDeliveryLogStatus", "1.10.1.0", "1", "1", "2"},
    {"hmqDeliveryOutcomeName", "1.10.2.1.2.7", "\"held\"", "\"held\"", "\"held\""},
    {"hmqDeliveryOutcomeName of no outcome", "1.10.2.1.2.8", "none", "none", "none"},
    {"hmqDeliveryCount", "1.10.2.1.3.1", "14", "0", "none"},
    {"hmqDeliveryRecent", "1.10.2.1.4.2", "15", "0", "none"},
    {"hmqDeliveryLast", "1.10.2.1.5.2", "07e70b0e170d0f002b0000", "0000000000000000", "none"},
    {"hmqDeliveryDelayMedian", "1.10.3.0", "503", "none", "none"},
    {"hmqDeliveryDelayP95", "1.10.4.0", "975", "none", "none"},
    {"hmqDeliveryIdle", "1.10.5.0", "5", "60", "none"},
    {"hmqEventSeverity", "1.8.2.1.8.3", "1", "1", "1"},
    {"hmqEventSubject", "1.8.2.1.9.3", "\"overload\"", "\"overload\"", "\"overload\""},
    {"hmqConditionsRaised", "1.11.1.0", "2", "0", "none"},
    {"hmqConditionsWorst", "1.11.2.0", "3", "0", "none"},
    {"hmqConditionName", "1.11.3.1.2." OLDEST, "\"oldest\"", "\"oldest\"", "\"oldest\""},
    {"hmqConditionWatch", "1.11.3.1.3." OLDEST, "3", "3", "3"},
    {"hmqConditionQueue", "1.11.3.1.4." OLDEST, "0", "0", "0"},
    {"hmqConditionQueue, corrupt", "1.11.3.1.4." IN_CORRUPT, "6", "6", "6"},
    {"hmqConditionThreshold", "1.11.3.1.5." OLDEST, "3600", "3600", "3600"},
    {"hmqConditionClearThreshold", "1.11.3.1.6." OLDEST, "3240", "3240", "3240"},
    {"hmqConditionFor", "1.11.3.1.7." IN_CORRUPT, "600", "600", "600"},
    {"hmqConditionRepeat", "1.11.3.1.8." OLDEST, "86400", "86400", "86400"},
    {"hmqConditionSeverity", "1.11.3.1.9." IN_CORRUPT, "3", "3", "3"},
    {"hmqConditionEnabled", "1.11.3.1.10." OLDEST, "1", "1", "1"},
    {"hmqConditionState", "1.11.3.1.11." OLDEST, "4", "2", "1"},
    {"hmqConditionState, pending", "1.11.3.1.11." IN_CORRUPT, "3", "2", "1"},
    {"hmqConditionSince", "1.11.3.1.12." OLDEST, "07e70b0e170c32002b0000", "0000000000000000",
     "0000000000000000"},
    {"hmqConditionSince, pending", "1.11.3.1.12." IN_CORRUPT, "0000000000000000",
     "0000000000000000", "0000000000000000"},
    {"hmqConditionValue", "1.11.3.1.13." OLDEST, "86400", "0", "none"},
    {"hmqConditionSubject", "1.11.3.1.14." OLDEST, "\"A91C04D7E2\"", "\"\"", "none"},
    {"hmqConditionRaises", "1.11.3.1.15." OLDEST, "2", "2", "0"},
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
         {"1.1.3.0", "1.2.8.0", "1.4.3.0", "1.4.4.0", "1.4.14.0"},
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

/* mail_log = off: not even what does not come from the log. */
static void test_no_mail_log(void **state) {
    (void)state;
    static const uint32_t group[] = {1, 10};
    struct sample sample;
    struct mib_oid name;
    struct mib_value value;
    sample_init(&sample, SAMPLE_ALL);
    sample.status.delivery = NULL;
    assert_int_equal(mib_next(&sample.view, group, 2, false, &name, &value), MIB_OK);
    assert_int_equal(name.ids[1], 11);
    sample_deinit(&sample);
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
        sample.snapshot->settings.lifetime_s[LIFETIME_BOUNCE] = lifetimes[i].seconds;
        sample.snapshot->settings.lifetime_s[LIFETIME_MAXIMAL] = lifetimes[i].seconds;
        snprintf(seconds, sizeof seconds, "%u", lifetimes[i].seconds);
        CHECK_STRING(lifetimes[i].name, value_text(&sample.view, "1.4.3.0"), seconds);
        CHECK_STRING(lifetimes[i].name, value_text(&sample.view, "1.4.4.0"), seconds);
        sample_deinit(&sample);
    }
}

/* Without a pause there is none to be unknown, and no time; with one, main.cf has to have it. */
static void test_pause(void **state) {
    (void)state;
    struct sample sample;
    sample_init(&sample, SAMPLE_ALL);
    struct pause_status *pause = &sample.status.pause;
    sample.snapshot->settings.known = false;
    CHECK_STRING("no settings", value_text(&sample.view, "1.4.14.0"), "none");
    *pause = (struct pause_status){.known = true, .state = SETTINGS_APPLIED};
    CHECK_STRING("no pause", value_text(&sample.view, "1.4.14.0"), "2");
    CHECK_STRING("no pause", value_text(&sample.view, "1.4.15.0"), "0");
    CHECK_STRING("no pause", value_text(&sample.view, "1.4.16.0"), "0000000000000000");
    sample_deinit(&sample);
}

/* The state that needs attention most, and its text. */
static void test_settings_state(void **state) {
    (void)state;
    static const struct {
        enum settings_state lifetimes, pause;
        const char *state, *error;
    } states[] = {
        {SETTINGS_APPLIED, SETTINGS_APPLIED, "1", "\"pause\""},
        {SETTINGS_PENDING, SETTINGS_FAILED, "2", "\"lifetimes\""},
        {SETTINGS_FAILED, SETTINGS_PENDING, "2", "\"pause\""},
        {SETTINGS_DRIFTED, SETTINGS_FAILED, "3", "\"pause\""},
        {SETTINGS_FAILED, SETTINGS_DRIFTED, "3", "\"lifetimes\""},
        {SETTINGS_APPLIED, SETTINGS_DRIFTED, "4", "\"pause\""},
        {SETTINGS_DRIFTED, SETTINGS_APPLIED, "4", "\"lifetimes\""},
    };
    for (size_t i = 0; i < COUNT_OF(states); i++) {
        struct sample sample;
        sample_init(&sample, SAMPLE_ALL);
        struct agent_status *status = &sample.status;
        status->lifetimes.state = states[i].lifetimes;
        status->pause.state = states[i].pause;
        snprintf(status->lifetimes.error, sizeof status->lifetimes.error, "lifetimes");
        snprintf(status->pause.error, sizeof status->pause.error, "pause");
        CHECK_STRING("state", value_text(&sample.view, "1.4.5.0"), states[i].state);
        CHECK_STRING("error", value_text(&sample.view, "1.4.6.0"), states[i].error);
        sample_deinit(&sample);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_partly_known),
        cmocka_unit_test(test_one_queue_unknown),
        cmocka_unit_test(test_no_mail_log),
        cmocka_unit_test(test_effective_lifetimes),
        cmocka_unit_test(test_pause),
        cmocka_unit_test(test_settings_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The numbers are those of mibs/HERMES-MAILQUEUE-MIB.txt. The keys are public: hmq(1) documents
 * them, and scripts read them.
 */
#include "client/schema.h"

#include <assert.h>

/* clang-format off */
static const char *const postfix_states[] = {"", "running", "stopped", "unknown", NULL};
static const char *const data_states[] = {"", "ok", "stale", "unavailable", NULL};
static const char *const methods[] = {"", "spool", "command", NULL};
static const char *const queues[] = {"any", "maildrop", "incoming", "active", "deferred", "hold",
                                     "corrupt", NULL};
static const char *const settings_states[] = {"", "applied", "pending", "failed", "drifted", NULL};
static const char *const commands[] = {"", "hold", "unhold", "requeue", "delete", "flush",
                                       "expire", "view", "count", NULL};
static const char *const action_states[] = {"", "queued", "running", "done", "partial", "failed",
                                            "refused", "interrupted", "cancelled", NULL};
static const char *const outcomes[] = {"", "done", "notFound", "invalid", "failed", "requested",
                                       "unchanged", NULL};
static const char *const event_types[] = {
    "", "hmqOverloadRaised", "hmqOverloadCleared", "hmqWarningRaised", "hmqWarningCleared",
    "hmqAgeRaised", "hmqAgeCleared", "hmqHoldRaised", "hmqHoldCleared", "hmqDataLost",
    "hmqDataRestored", "hmqActionFinished", "hmqSettingsChanged", "hmqAgentStarted",
    "hmqConditionRaised", "hmqConditionCleared", "hmqPostfixStopped", "hmqPostfixStarted", NULL};
static const char *const event_severities[] = {"", "critical", "warning", "info", "ok", NULL};
static const char *const notified[] = {"", "pending", "sent", "suppressed", NULL};
static const char *const hook_kinds[] = {"", "webhook", "script", NULL};
static const char *const log_states[] = {"", "ok", "unavailable", NULL};
static const char *const worst[] = {"none", "info", "warning", "critical", NULL};
static const char *const watches[] = {"", "total", "queue", "age", "sender", "domain",
                                      "undelivered", "deferrals", "bounces", NULL};
static const char *const condition_states[] = {"", "unknown", "clear", "pending", "raised", NULL};

static const struct field agent[] = {
    {"version", "VERSION", FIELD_TEXT, 1, NULL, 0},
    {"started", "STARTED", FIELD_TIME, 2, NULL, 0},
    {"postfix_version", "POSTFIX", FIELD_TEXT, 3, NULL, 0},
    {"postfix", "POSTFIX", FIELD_NAME, 4, postfix_states, 0},
    {"data", "DATA", FIELD_NAME, 5, data_states, 0},
    {"counts_age_ms", "COUNTED", FIELD_MILLISECONDS, 6, NULL, 0},
    {"count_method", "METHOD", FIELD_NAME, 7, methods, 0},
    {"list_age_s", "LISTED", FIELD_SECONDS, 8, NULL, 0},
    {"list_duration_ms", "TOOK", FIELD_MILLISECONDS, 9, NULL, 0},
    {"read_errors", "ERRORS", FIELD_NUMBER, 10, NULL, 0},
    {"last_read_error", "LAST ERROR", FIELD_TEXT, 11, NULL, 0},
    {"loop_latency_ms", "LATENCY", FIELD_MILLISECONDS, 12, NULL, 0},
    {"master_reconnects", "RECONNECTS", FIELD_NUMBER, 13, NULL, 0},
};
static const struct field summary[] = {
    {"messages", "MESSAGES", FIELD_NUMBER, 1, NULL, 0},
    {"volume_kib", "VOLUME", FIELD_KIB, 2, NULL, 0},
    {"recipients", "RECIPIENTS", FIELD_NUMBER, 3, NULL, 0},
    {"oldest_age_s", "OLDEST", FIELD_AGE, 4, NULL, 0},
    {"overload", "OVERLOAD", FIELD_TRUTH, 5, NULL, 0},
    {"overload_since", "SINCE", FIELD_TIME, 6, NULL, 0},
    {"overload_raises", "RAISES", FIELD_NUMBER, 7, NULL, 0},
    {"outbound_paused", "PAUSED", FIELD_TRUTH, 8, NULL, 0},
};
static const struct field queue_fields[] = {
    {"queue", "QUEUE", FIELD_NAME, 0, queues, IN_INDEX_LAST},
    {"messages", "MESSAGES", FIELD_NUMBER, 2, NULL, 0},
    {"volume_kib", "VOLUME", FIELD_KIB, 3, NULL, 0},
    {"oldest_age_s", "OLDEST", FIELD_AGE, 4, NULL, 0},
    {"oldest_id", "OLDEST MESSAGE", FIELD_TEXT, 5, NULL, 0},
};
static const struct field settings[] = {
    {"bounce_queue_lifetime_days", "", FIELD_DAYS, 1, NULL, 0},
    {"maximal_queue_lifetime_days", "", FIELD_DAYS, 2, NULL, 0},
    {"bounce_queue_lifetime_effective_s", "", FIELD_SECONDS, 3, NULL, 0},
    {"maximal_queue_lifetime_effective_s", "", FIELD_SECONDS, 4, NULL, 0},
    {"state", "", FIELD_NAME, 5, settings_states, 0},
    {"error", "", FIELD_TEXT, 6, NULL, 0},
    {"overload_threshold", "", FIELD_NUMBER, 7, NULL, 0},
    {"overload_clear_threshold", "", FIELD_NUMBER, 8, NULL, 0},
    {"message_limit", "", FIELD_NUMBER, 12, NULL, 0},
    {"outbound_pause", "", FIELD_TRUTH, 14, NULL, 0},
    {"outbound_pause_for_s", "", FIELD_SECONDS, 15, NULL, 0},
    {"outbound_pause_ends", "", FIELD_TIME, 16, NULL, 0},
};
static const struct field listing[] = {
    {"listed", "LISTED", FIELD_NUMBER, 1, NULL, 0},
    {"omitted", "OMITTED", FIELD_NUMBER, 2, NULL, 0},
    {"serial", "SERIAL", FIELD_NUMBER, 3, NULL, 0},
};
static const struct field messages[] = {
    {"id", "ID", FIELD_TEXT, 0, NULL, IN_INDEX_TEXT},
    {"queue", "QUEUE", FIELD_NAME, 2, queues, 0},
    {"arrival", "ARRIVAL", FIELD_TIME, 3, NULL, 0},
    {"age_s", "AGE", FIELD_AGE, 4, NULL, 0},
    {"size_bytes", "SIZE", FIELD_OCTETS, 5, NULL, 0},
    {"sender", "FROM", FIELD_SENDER, 6, NULL, 0},
    {"recipients", "RCPTS", FIELD_NUMBER, 7, NULL, 0},
    {"first_recipient", "TO", FIELD_TEXT, 8, NULL, 0},
    {"reason", "REASON", FIELD_TEXT, 9, NULL, 0},
    {"forced_expire", "EXPIRED", FIELD_TRUTH, 10, NULL, 0},
    {"next_retry", "NEXT TRY", FIELD_TIME, 11, NULL, 0},
};
static const struct field recipients[] = {
    {"id", "ID", FIELD_TEXT, 0, NULL, IN_INDEX_TEXT},
    {"address", "TO", FIELD_TEXT, 2, NULL, 0},
    {"reason", "REASON", FIELD_TEXT, 3, NULL, 0},
};
static const struct field action_counts[] = {
    {"queued", "QUEUED", FIELD_NUMBER, 2, NULL, 0},
    {"finished", "FINISHED", FIELD_NUMBER, 3, NULL, 0},
    {"failed", "FAILED", FIELD_NUMBER, 4, NULL, 0},
};
static const struct field actions[] = {
    {"owner", "OWNER", FIELD_TEXT, 0, NULL, IN_INDEX_TEXT},
    {"command", "COMMAND", FIELD_NAME, 0, commands, IN_INDEX_LAST_BUT_ONE},
    {"id", "NUMBER", FIELD_SERIAL, 0, NULL, IN_INDEX_LAST},
    {"state", "STATE", FIELD_NAME, 14, action_states, 0},
    {"matched", "MATCHED", FIELD_NUMBER, 15, NULL, 0},
    {"succeeded", "SUCCEEDED", FIELD_NUMBER, 16, NULL, 0},
    {"failed", "FAILED", FIELD_NUMBER, 17, NULL, 0},
    {"started", "STARTED", FIELD_TIME, 18, NULL, 0},
    {"ended", "ENDED", FIELD_TIME, 19, NULL, 0},
    {"error", "ERROR", FIELD_TEXT, 20, NULL, 0},
    {"comment", "COMMENT", FIELD_TEXT, 13, NULL, 0},
    {"queue_ids", "IDS", FIELD_TEXT, 4, NULL, 0},
    {"queue", "QUEUE", FIELD_NAME, 5, queues, 0},
    {"sender", "SENDER", FIELD_TEXT, 6, NULL, 0},
    {"recipient", "RECIPIENT", FIELD_TEXT, 7, NULL, 0},
    {"reason", "REASON", FIELD_TEXT, 8, NULL, 0},
    {"min_age_s", "MIN AGE", FIELD_SECONDS, 9, NULL, 0},
    {"min_size_bytes", "MIN SIZE", FIELD_OCTETS, 10, NULL, 0},
    {"all", "ALL", FIELD_TRUTH, 11, NULL, 0},
};
static const struct field results[] = {
    {"id", "ID", FIELD_TEXT, 2, NULL, 0},
    {"outcome", "OUTCOME", FIELD_NAME, 3, outcomes, 0},
    {"text", "TEXT", FIELD_TEXT, 4, NULL, 0},
};
static const struct field insight[] = {
    {"senders", "SENDERS", FIELD_NUMBER, 1, NULL, 0},
    {"domains", "DOMAINS", FIELD_NUMBER, 2, NULL, 0},
    {"reasons", "REASONS", FIELD_NUMBER, 3, NULL, 0},
    {"exact", "EXACT", FIELD_TRUTH, 4, NULL, 0},
};
static const struct field senders[] = {
    {"rank", "#", FIELD_NUMBER, 0, NULL, IN_INDEX_LAST},
    {"sender", "SENDER", FIELD_SENDER, 2, NULL, 0},
    {"messages", "MESSAGES", FIELD_NUMBER, 3, NULL, 0},
    {"recipients", "RECIPIENTS", FIELD_NUMBER, 4, NULL, 0},
    {"volume_kib", "VOLUME", FIELD_KIB, 5, NULL, 0},
    {"oldest_age_s", "OLDEST", FIELD_AGE, 6, NULL, 0},
};
static const struct field domains[] = {
    {"rank", "#", FIELD_NUMBER, 0, NULL, IN_INDEX_LAST},
    {"domain", "DOMAIN", FIELD_TEXT, 2, NULL, 0},
    {"messages", "MESSAGES", FIELD_NUMBER, 3, NULL, 0},
    {"recipients", "RECIPIENTS", FIELD_NUMBER, 4, NULL, 0},
    {"oldest_age_s", "OLDEST", FIELD_AGE, 5, NULL, 0},
    {"reason", "MOST FREQUENT REASON", FIELD_TEXT, 6, NULL, 0},
};
static const struct field reasons[] = {
    {"rank", "#", FIELD_NUMBER, 0, NULL, IN_INDEX_LAST},
    {"reason", "REASON", FIELD_TEXT, 2, NULL, 0},
    {"messages", "MESSAGES", FIELD_NUMBER, 3, NULL, 0},
    {"recipients", "RECIPIENTS", FIELD_NUMBER, 4, NULL, 0},
    {"oldest_age_s", "OLDEST", FIELD_AGE, 5, NULL, 0},
    {"domain", "DOMAIN", FIELD_TEXT, 6, NULL, 0},
    {"example_id", "EXAMPLE", FIELD_TEXT, 7, NULL, 0},
};
static const struct field ages[] = {
    {"queue", "QUEUE", FIELD_NAME, 0, queues, IN_INDEX_FIRST},
    {"bucket", "#", FIELD_NUMBER, 0, NULL, IN_INDEX_LAST},
    {"up_to_minutes", "UP TO", FIELD_MINUTES, 2, NULL, 0},
    {"messages", "MESSAGES", FIELD_NUMBER, 3, NULL, 0},
};
static const struct field domain_ages[] = {
    {"domain_rank", "#", FIELD_NUMBER, 0, NULL, IN_INDEX_FIRST},
    {"bucket", "#", FIELD_NUMBER, 0, NULL, IN_INDEX_LAST},
    {"messages", "MESSAGES", FIELD_NUMBER, 1, NULL, 0},
};
static const struct field event_serial[] = {
    {"last", "LAST", FIELD_NUMBER, 1, NULL, 0},
};
static const struct field events[] = {
    {"serial", "SERIAL", FIELD_SERIAL, 0, NULL, IN_INDEX_LAST},
    {"time", "TIME", FIELD_TIME, 2, NULL, 0},
    {"event", "EVENT", FIELD_NAME, 3, event_types, 0},
    {"severity", "SEVERITY", FIELD_NAME, 8, event_severities, 0},
    {"subject", "SUBJECT", FIELD_TEXT, 9, NULL, 0},
    {"text", "TEXT", FIELD_TEXT, 4, NULL, 0},
    {"messages", "MESSAGES", FIELD_NUMBER, 5, NULL, 0},
    {"threshold", "THRESHOLD", FIELD_NUMBER, 6, NULL, 0},
    {"notified", "NOTIFIED", FIELD_NAME, 7, notified, 0},
};
static const struct field hooks[] = {
    {"name", "NAME", FIELD_TEXT, 2, NULL, 0},
    {"kind", "KIND", FIELD_NAME, 3, hook_kinds, 0},
    {"delivered", "DELIVERED", FIELD_NUMBER, 4, NULL, 0},
    {"failures", "FAILURES", FIELD_NUMBER, 5, NULL, 0},
    {"pending", "WAITING", FIELD_NUMBER, 6, NULL, 0},
    {"last_delivery", "LAST DELIVERY", FIELD_TIME, 8, NULL, 0},
    {"last_error", "LAST ERROR", FIELD_TEXT, 7, NULL, 0},
};
static const struct field delivery[] = {
    {"log", "LOG", FIELD_NAME, 1, log_states, 0},
    {"delay_median_ms", "MEDIAN", FIELD_MILLISECONDS, 3, NULL, 0},
    {"delay_p95_ms", "95 %", FIELD_MILLISECONDS, 4, NULL, 0},
    {"idle_s", "IDLE", FIELD_SECONDS, 5, NULL, 0},
};
static const struct field outcome_fields[] = {
    {"outcome", "OUTCOME", FIELD_TEXT, 2, NULL, 0},
    {"recent", "5 MINUTES", FIELD_NUMBER, 4, NULL, 0},
    {"count", "SINCE START", FIELD_NUMBER, 3, NULL, 0},
    {"last", "LAST", FIELD_TIME, 5, NULL, 0},
};
static const struct field condition_counts[] = {
    {"raised", "RAISED", FIELD_NUMBER, 1, NULL, 0},
    {"worst", "WORST", FIELD_NAME, 2, worst, 0},
};
static const struct field conditions[] = {
    {"name", "CONDITION", FIELD_TEXT, 2, NULL, 0},
    {"state", "STATE", FIELD_NAME, 11, condition_states, 0},
    {"severity", "SEVERITY", FIELD_NAME, 9, worst, 0},
    {"watch", "WATCHES", FIELD_NAME, 3, watches, 0},
    {"queue", "QUEUE", FIELD_NAME, 4, queues, 0},
    {"value", "VALUE", FIELD_NUMBER, 13, NULL, 0},
    {"threshold", "ABOVE", FIELD_NUMBER, 5, NULL, 0},
    {"clear_threshold", "CLEAR", FIELD_NUMBER, 6, NULL, 0},
    {"subject", "SUBJECT", FIELD_TEXT, 14, NULL, 0},
    {"since", "SINCE", FIELD_TIME, 12, NULL, 0},
    {"for_s", "FOR", FIELD_SECONDS, 7, NULL, 0},
    {"repeat_s", "REPEAT", FIELD_SECONDS, 8, NULL, 0},
    {"enabled", "ENABLED", FIELD_TRUTH, 10, NULL, 0},
    {"raises", "RAISES", FIELD_NUMBER, 15, NULL, 0},
};

#define FIELDS(array) array, sizeof array / sizeof array[0]
static const struct table tables[TABLE_COUNT] = {
    [TABLE_AGENT] = {"agent", {1, 1}, 2, 1, FIELDS(agent), TABLE_AGENT},
    [TABLE_SUMMARY] = {"summary", {1, 2}, 2, 1, FIELDS(summary), TABLE_SUMMARY},
    [TABLE_QUEUES] = {"queues", {1, 3, 1}, 3, 0, FIELDS(queue_fields), TABLE_AGENT},
    [TABLE_SETTINGS] = {"settings", {1, 4}, 2, 1, FIELDS(settings), TABLE_SETTINGS},
    [TABLE_LISTING] = {"listing", {1, 5}, 2, 1, FIELDS(listing), TABLE_LISTING},
    [TABLE_MESSAGES] = {"messages", {1, 5, 4, 1}, 4, 0, FIELDS(messages), TABLE_LISTING},
    [TABLE_RECIPIENTS] = {"recipients", {1, 5, 5, 1}, 4, 0, FIELDS(recipients), TABLE_LISTING},
    [TABLE_ACTION_COUNTS] = {"action_counts", {1, 6}, 2, 1, FIELDS(action_counts),
                             TABLE_ACTION_COUNTS},
    [TABLE_ACTIONS] = {"actions", {1, 6, 5, 1}, 4, 0, FIELDS(actions), TABLE_ACTION_COUNTS},
    [TABLE_RESULTS] = {"results", {1, 6, 6, 1}, 4, 0, FIELDS(results), TABLE_ACTION_COUNTS},
    [TABLE_INSIGHT] = {"insight", {1, 7}, 2, 1, FIELDS(insight), TABLE_INSIGHT},
    [TABLE_SENDERS] = {"senders", {1, 7, 5, 1}, 4, 0, FIELDS(senders), TABLE_INSIGHT},
    [TABLE_DOMAINS] = {"domains", {1, 7, 6, 1}, 4, 0, FIELDS(domains), TABLE_INSIGHT},
    [TABLE_REASONS] = {"reasons", {1, 7, 7, 1}, 4, 0, FIELDS(reasons), TABLE_INSIGHT},
    [TABLE_AGES] = {"ages", {1, 7, 8, 1}, 4, 0, FIELDS(ages), TABLE_INSIGHT},
    [TABLE_DOMAIN_AGES] = {"domain_ages", {1, 7, 9, 1}, 4, 0, FIELDS(domain_ages), TABLE_INSIGHT},
    [TABLE_EVENT_SERIAL] = {"event_serial", {1, 8}, 2, 1, FIELDS(event_serial), TABLE_EVENT_SERIAL},
    [TABLE_EVENTS] = {"events", {1, 8, 2, 1}, 4, 0, FIELDS(events), TABLE_EVENT_SERIAL},
    [TABLE_HOOKS] = {"hooks", {1, 9, 1, 1}, 4, 0, FIELDS(hooks), TABLE_AGENT},
    [TABLE_DELIVERY] = {"delivery", {1, 10}, 2, 1, FIELDS(delivery), TABLE_DELIVERY},
    [TABLE_OUTCOMES] = {"outcomes", {1, 10, 2, 1}, 4, 0, FIELDS(outcome_fields), TABLE_DELIVERY},
    [TABLE_CONDITION_COUNTS] = {"condition_counts", {1, 11}, 2, 1,
                                FIELDS(condition_counts), TABLE_CONDITION_COUNTS},
    [TABLE_CONDITIONS] = {"conditions", {1, 11, 3, 1}, 4, 0, FIELDS(conditions),
                          TABLE_CONDITION_COUNTS},
};
/* clang-format on */

const struct table *table_of(enum table_id id) {
    assert(id < TABLE_COUNT);
    return &tables[id];
}

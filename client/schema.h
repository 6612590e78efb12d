/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * HERMES-MAILQUEUE-MIB as the client reads it: for each group of scalars and each table its place,
 * and for each object the key in JSON, the heading in a table and what its value means. Readers,
 * tables and JSON all go by these rows.
 */
#ifndef HMQ_CLIENT_SCHEMA_H
#define HMQ_CLIENT_SCHEMA_H

#include <stddef.h>
#include <stdint.h>

/* What a value means, which decides how it is shown. */
enum field_kind {
    FIELD_NUMBER,
    FIELD_SERIAL, /* a number that names something */
    FIELD_SECONDS,
    FIELD_AGE, /* seconds that grow by themselves */
    FIELD_MILLISECONDS,
    FIELD_MINUTES, /* 0 = without an end */
    FIELD_DAYS,
    FIELD_OCTETS,
    FIELD_KIB,
    FIELD_TEXT,
    FIELD_SENDER, /* "" is the null sender */
    FIELD_TIME,   /* DateAndTime; zeros = never */
    FIELD_TRUTH,
    FIELD_NAME, /* one of names */
};

/* Where a value stands, if it is no column: in the index. */
enum field_place {
    IN_COLUMN,
    IN_INDEX_TEXT, /* a string with its length in front */
    IN_INDEX_LAST, /* the last number */
    IN_INDEX_LAST_BUT_ONE,
    IN_INDEX_FIRST,
};

struct field {
    const char *key;   /* in JSON, with the unit */
    const char *title; /* in a table */
    enum field_kind kind;
    uint32_t column;          /* or the number of the scalar */
    const char *const *names; /* NAME: by value, ends with NULL; a value without one has "" */
    enum field_place place;
};

enum table_id {
    TABLE_AGENT,
    TABLE_SUMMARY,
    TABLE_QUEUES,
    TABLE_SETTINGS,
    TABLE_LISTING,
    TABLE_MESSAGES,
    TABLE_RECIPIENTS,
    TABLE_ACTION_COUNTS,
    TABLE_ACTIONS,
    TABLE_RESULTS,
    TABLE_INSIGHT,
    TABLE_SENDERS,
    TABLE_DOMAINS,
    TABLE_REASONS,
    TABLE_AGES,
    TABLE_DOMAIN_AGES,
    TABLE_EVENT_SERIAL,
    TABLE_EVENTS,
    TABLE_HOOKS,
    TABLE_DELIVERY,
    TABLE_OUTCOMES,
    TABLE_CONDITION_COUNTS,
    TABLE_CONDITIONS,
    TABLE_COUNT,
};

#define TABLE_BIT(table) (UINT32_C(1) << (table))

/* The most fields a table has. */
#define FIELDS_MAX 22

struct table {
    const char *key;    /* in JSON */
    uint32_t prefix[5]; /* of the group, or of the table's entry; below the base */
    size_t prefix_len;
    int scalars; /* a group of scalars: one record, each object with the instance 0 */
    const struct field *fields;
    size_t count;
    enum table_id guard; /* the group without which nothing is known of the table */
};

/* The fields of a table, in the order of its rows in schema.c. */
enum {
    AGENT_VERSION,
    AGENT_STARTED,
    AGENT_POSTFIX_VERSION,
    AGENT_POSTFIX,
    AGENT_DATA,
    AGENT_COUNTS_AGE,
    AGENT_METHOD,
    AGENT_LIST_AGE,
    AGENT_LIST_DURATION,
    AGENT_READ_ERRORS,
    AGENT_LAST_ERROR,
    AGENT_LATENCY,
    AGENT_RECONNECTS
};
enum {
    SUMMARY_TOTAL,
    SUMMARY_VOLUME,
    SUMMARY_RECIPIENTS,
    SUMMARY_OLDEST,
    SUMMARY_OVERLOAD,
    SUMMARY_SINCE,
    SUMMARY_RAISES,
    SUMMARY_PAUSED
};
enum { QUEUES_QUEUE, QUEUES_MESSAGES, QUEUES_VOLUME, QUEUES_OLDEST, QUEUES_OLDEST_ID };
enum {
    SETTINGS_BOUNCE,
    SETTINGS_MAXIMAL,
    SETTINGS_BOUNCE_NOW,
    SETTINGS_MAXIMAL_NOW,
    SETTINGS_STATE,
    SETTINGS_ERROR,
    SETTINGS_OVERLOAD,
    SETTINGS_OVERLOAD_CLEAR,
    SETTINGS_LIMIT,
    SETTINGS_PAUSE,
    SETTINGS_PAUSE_FOR,
    SETTINGS_PAUSE_ENDS
};
enum { LISTING_LISTED, LISTING_OMITTED, LISTING_SERIAL };
enum {
    MESSAGE_ID,
    MESSAGE_QUEUE,
    MESSAGE_ARRIVAL,
    MESSAGE_AGE,
    MESSAGE_SIZE,
    MESSAGE_SENDER,
    MESSAGE_RECIPIENTS,
    MESSAGE_FIRST,
    MESSAGE_REASON,
    MESSAGE_EXPIRED,
    MESSAGE_RETRY
};
enum { RECIPIENT_ID, RECIPIENT_ADDRESS, RECIPIENT_REASON };
enum { ACTIONS_QUEUED, ACTIONS_FINISHED, ACTIONS_FAILED };
enum {
    ACTION_OWNER,
    ACTION_COMMAND,
    ACTION_ID,
    ACTION_STATE,
    ACTION_MATCHED,
    ACTION_SUCCEEDED,
    ACTION_FAILURES,
    ACTION_STARTED,
    ACTION_ENDED,
    ACTION_ERROR,
    ACTION_COMMENT,
    ACTION_IDS,
    ACTION_QUEUE,
    ACTION_SENDER,
    ACTION_RECIPIENT,
    ACTION_REASON,
    ACTION_MIN_AGE,
    ACTION_MIN_SIZE,
    ACTION_ALL
};
enum { RESULT_ID, RESULT_OUTCOME, RESULT_TEXT };
enum { INSIGHT_SENDERS, INSIGHT_DOMAINS, INSIGHT_REASONS, INSIGHT_EXACT };
enum {
    SENDER_RANK,
    SENDER_ADDRESS,
    SENDER_MESSAGES,
    SENDER_RECIPIENTS,
    SENDER_VOLUME,
    SENDER_OLDEST
};
enum { DOMAIN_RANK, DOMAIN_NAME, DOMAIN_MESSAGES, DOMAIN_RECIPIENTS, DOMAIN_OLDEST, DOMAIN_REASON };
enum {
    REASON_RANK,
    REASON_TEXT,
    REASON_MESSAGES,
    REASON_RECIPIENTS,
    REASON_OLDEST,
    REASON_DOMAIN,
    REASON_EXAMPLE
};
enum { AGE_QUEUE, AGE_BUCKET, AGE_UP_TO, AGE_MESSAGES };
enum { DOMAIN_AGE_RANK, DOMAIN_AGE_BUCKET, DOMAIN_AGE_MESSAGES };
enum {
    EVENT_SERIAL,
    EVENT_TIME,
    EVENT_TYPE,
    EVENT_SEVERITY,
    EVENT_SUBJECT,
    EVENT_TEXT,
    EVENT_TOTAL,
    EVENT_THRESHOLD,
    EVENT_NOTIFIED
};
enum { HOOK_NAME, HOOK_KIND, HOOK_DELIVERED, HOOK_FAILURES, HOOK_PENDING, HOOK_LAST, HOOK_ERROR };
enum { DELIVERY_LOG, DELIVERY_MEDIAN, DELIVERY_P95, DELIVERY_IDLE };
enum { OUTCOME_NAME, OUTCOME_RECENT, OUTCOME_COUNT, OUTCOME_LAST_TIME };
enum { CONDITIONS_RAISED, CONDITIONS_WORST };
enum {
    CONDITION_NAME,
    CONDITION_STATE,
    CONDITION_SEVERITY,
    CONDITION_WATCH,
    CONDITION_QUEUE,
    CONDITION_VALUE,
    CONDITION_THRESHOLD,
    CONDITION_CLEAR_THRESHOLD,
    CONDITION_SUBJECT,
    CONDITION_SINCE,
    CONDITION_FOR_S,
    CONDITION_REPEAT_S,
    CONDITION_IS_ENABLED,
    CONDITION_RAISES
};

/* Static. */
const struct table *table_of(enum table_id id);

/* Values of objects that decide something here. */
enum { DATA_OK = 1, DATA_STALE, DATA_UNAVAILABLE };
enum { VALUE_RUNNING = 1, VALUE_STOPPED };
enum { TRUTH_TRUE = 1, TRUTH_FALSE };
enum { STATE_RAISED = 4, STATE_PENDING = 3, STATE_UNKNOWN = 1 };

#endif

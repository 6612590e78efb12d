/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The configuration file: `key = value` lines, `#` comments, every key optional
 * (hermes-mailqueue.conf(5)). An unknown key, a repeated key or a bad value is an error that
 * names file and line.
 */
#ifndef HMQ_CORE_CONFIG_H
#define HMQ_CORE_CONFIG_H

#include "core/condition.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CONFIG_OID_MAX 64
#define CONFIG_CONTEXT_MAX 32   /* octets, as SnmpAdminString of vacmContextName, RFC 3415 */
#define CONFIG_HOST_NAME_MAX 64 /* octets, as HOST_NAME_MAX */
#define CONFIG_CONTAINER_WORDS 16
#define CONFIG_HOOKS_MAX 64
#define CONFIG_KEYS_MAX 64
#define CONFIG_MEMBERS_MAX 16
#define CONFIG_CONDITION_MEMBERS 6
#define CONFIG_THRESHOLD_SIZE 32

enum message_order { ORDER_OLDEST, ORDER_NEWEST, ORDER_LARGEST };
enum spool_mode { SPOOL_AUTO, SPOOL_PATH, SPOOL_NONE };
enum log_mode { LOG_MODE_AUTO, LOG_MODE_JOURNAL, LOG_MODE_PATH, LOG_MODE_OFF };
enum hook_kind { HOOK_WEBHOOK = 1, HOOK_SCRIPT };

/* What a webhook is sent; hooks/payload.h has the documents. */
enum hook_format {
    HOOK_FORMAT_JSON,
    HOOK_FORMAT_ALERTMANAGER,
    HOOK_FORMAT_SLACK,
    HOOK_FORMAT_PAGERDUTY,
    HOOK_FORMAT_DISCORD,
    HOOK_FORMAT_NTFY,
    HOOK_FORMAT_END,
};

/* What a SET may change besides starting actions (allow_settings), as a bit set (1 << setting). */
enum setting_kind {
    SETTING_LIFETIMES = 1, /* the lifetimes, which are main.cf's */
    SETTING_THRESHOLDS,    /* thresholds, message limit, enabled notifications */
    SETTING_PAUSE,         /* a pause of outbound mail, which is main.cf's defer_transports */
    SETTING_END,
};

struct config_oid {
    uint32_t ids[CONFIG_OID_MAX];
    size_t len;
};

struct config_hook {
    enum hook_kind kind;
    char *name, *target; /* target: the URL or the script's path */
    char *events, *secret_file, *header_file, *format, *ca_file;
    uint64_t timeout_usec;
    uint64_t repeat_usec; /* how often a raised condition is sent again, 0 = never */
    bool repeat_set;
    unsigned line; /* the first line of the block */
    unsigned member_lines[CONFIG_MEMBERS_MAX];
};

/* Where the file has a condition. */
struct config_condition {
    unsigned line; /* the first one of it */
    unsigned member_lines[CONFIG_CONDITION_MEMBERS];
    char above[CONFIG_THRESHOLD_SIZE], clear[CONFIG_THRESHOLD_SIZE]; /* as written; "" = not set */
};

/* All strings are owned by the config and never NULL unless stated otherwise; durations are in
 * microseconds. */
struct config {
    char *path;
    char *agentx_socket;
    struct config_oid base_oid;
    char *context; /* the SNMP context of the objects; "" = the default one */
    char *postfix_config_directory;
    enum spool_mode spool_mode;
    char *spool_directory; /* NULL unless spool_mode is SPOOL_PATH */
    enum log_mode log_mode;
    char *mail_log;                                      /* NULL unless log_mode is LOG_MODE_PATH */
    char *container;                                     /* "" = Postfix on this machine */
    char *container_command[CONFIG_CONTAINER_WORDS + 1]; /* NULL-terminated words */
    char *command_path;                                  /* absolute folders, separated by colons */
    char *database;
    char *host_name; /* what hooks call this gateway; "" = as gethostname(2) does */
    char *user;
    char *hooks_user;
    uint64_t list_interval_usec;
    uint64_t scan_interval_usec;
    uint64_t command_timeout_usec;
    enum message_order message_order;
    struct conditions conditions;
    struct config_condition condition_sources[CONDITIONS_MAX]; /* of conditions.list */
    uint32_t message_limit;
    uint32_t insight_limit;  /* rows of each insight table */
    uint32_t allow_actions;  /* 1 << enum action_command */
    uint32_t allow_settings; /* 1 << enum setting_kind */
    char *pause_transports;  /* transports_valid, separated by blanks */
    bool allow_view;
    uint64_t view_limit_bytes;
    uint32_t action_retention_rows;
    uint64_t action_retention_usec;
    struct config_hook hooks[CONFIG_HOOKS_MAX];
    size_t hook_count;
    int log_level; /* LOG_ERR .. LOG_DEBUG of syslog(3) */
    unsigned key_lines[CONFIG_KEYS_MAX];
};

/*
 * Reads a configuration from stream. path, which is copied, appears in messages. Returns 0 with a
 * new configuration in *out (config_free), or -1 with *out untouched and one line `PATH:LINE: what
 * is wrong` in error (size octets at most, NUL-terminated).
 */
int config_parse(FILE *stream, const char *path, struct config **out, char *error, size_t size);

/* Opens path, which must be a regular file so that reading it cannot block, and parses it. Returns
 * as config_parse does. */
int config_load(const char *path, struct config **out, char *error, size_t size);

/* Whether Postfix's log is to be read: not if mail_log is off, and not if it is auto for a
 * container, whose log is not where this machine's is. */
bool config_reads_mail_log(const struct config *config);

/* The events that an endpoint receives, as a bit mask of 1 << enum event_type. By default these are
 * all, and with the format pagerduty those that begin or end a condition. */
uint32_t config_hook_events(const struct config_hook *hook);

/* The format of what a webhook is sent; json by default. */
enum hook_format config_hook_format(const struct config_hook *hook);

/* The line on which a key was set, also condition.NAME.MEMBER; 0 if it has its default or does not
 * exist. */
unsigned config_line(const struct config *config, const char *key);

/* The line on which a member of a hook (url, secret_file, ...) was set, or else the first line of
 * the hook. */
unsigned config_hook_line(const struct config_hook *hook, const char *member);

/* Frees a configuration; NULL is accepted. */
void config_free(struct config *config);

/* Prints every key with its effective value in the syntax of the file. */
void config_print(const struct config *config, FILE *stream);

/*
 * Compares the keys that cannot change without a restart. Returns NULL if a running agent can
 * change from a to b, else the name (static) of the first key that differs.
 */
const char *config_restart_needed(const struct config *a, const struct config *b);

#endif

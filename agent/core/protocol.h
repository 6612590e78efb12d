/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The protocol between the agent and the root helper, over a SOCK_SEQPACKET socketpair: one packet
 * is one struct request, truncated after its last ID, or one struct reply. Both processes come from
 * one build and run on one machine, so the structs are sent as they lie in memory. The version, the
 * exact length and every field are checked; fields that a type does not use must be zero.
 *
 * The helper reads the configuration file itself and never gets it from the agent: a request
 * specifies what to do by numbers and carries no more than queue IDs and the value of a parameter.
 * A malformed request ends the helper. A well-formed request that is not allowed (allow_actions,
 * allow_settings, allow_view) is answered by REPLY_STREAM with EPERM.
 *
 * A request that the agent has given up must not be carried out later. Two rules ensure this,
 * whichever process stalls or ends. First, every request except REQUEST_CANCEL carries a deadline
 * for the end of its command, and a command that has not been started by then is refused
 * (ETIMEDOUT). Second, a request names the helper process that it is meant for, so a new process
 * that finds it in the socket drops it without an answer.
 *
 *   REQUEST_SCAN      counts the spool: all directories with SCAN_FULL, else those that inotify
 *                     reported. With SCAN_CHECK, all directories, and each file is examined: see
 *                     helper/scan.h. Answered by one REPLY_COUNTS; also arms the inotify hint
 * again. REQUEST_MTIME     modification times of up to PROTOCOL_MTIMES files in deferred. Answered
 * by one REPLY_MTIME. REQUEST_CANCEL    kills the running command with the same sequence number.
 * Has no answer.
 *
 * The others run one command each. They are answered by REPLY_STREAM with the read end of its
 * output (SCM_RIGHTS), then by REPLY_EXIT; commands of several requests may run at once.
 *
 *   REQUEST_LIST          postqueue -j
 *   REQUEST_SELECT        the same, for the selection of an action
 *   REQUEST_SETTINGS      postconf -xh for the parameters of core/postfix_settings.h; arms the hint
 *                         that main.cf has changed
 *   REQUEST_ACTION        postsuper with the option of the command (core/command.h) and `-`; the
 *                         queue IDs are on its standard input, one on each line. The stream is
 *                         standard output and standard error together (core/results.h)
 *   REQUEST_FLUSH         postqueue -f, or postqueue -i for one queue ID
 *   REQUEST_VIEW          postcat -q for one queue ID
 *   REQUEST_MAIN_CF       postconf -n for the lifetimes and defer_transports: the lines of main.cf
 *   REQUEST_SET_PARAMETER postconf -e for one of them, or postconf -X with PARAMETER_REMOVE
 *   REQUEST_RELOAD        postfix reload, after a change of one of them
 *   REQUEST_LOG           follows Postfix's log (core/mail_log_record.h), from a position if there
 *                         is one, else from the end. It is no program but a process of the helper,
 *                         and runs until it is cancelled; its deadline is that of its start
 *
 * Unsolicited: REPLY_DIRTY, a hint that the spool has changed, at most one between two scans;
 * REPLY_SETTINGS_DIRTY, a hint that main.cf changed, at most one between two REQUEST_SETTINGS;
 * REPLY_HELLO, first of all from each (re)started helper process, when nothing that an earlier
 * process started is running any more.
 */
#ifndef HMQ_CORE_PROTOCOL_H
#define HMQ_CORE_PROTOCOL_H

#include "core/config.h"
#include "core/mail_log_record.h"
#include "core/postfix_settings.h"
#include "core/queue.h"
#include "core/queue_id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROTOCOL_VERSION 4
#define PROTOCOL_IDS 1000
#define PROTOCOL_MTIMES 64
#define PROTOCOL_TEXT 512

enum request_type {
    REQUEST_SCAN = 1,
    REQUEST_LIST,
    REQUEST_SETTINGS,
    REQUEST_CANCEL,
    REQUEST_MTIME,
    REQUEST_SELECT,
    REQUEST_ACTION,
    REQUEST_FLUSH,
    REQUEST_VIEW,
    REQUEST_MAIN_CF,
    REQUEST_SET_PARAMETER,
    REQUEST_RELOAD,
    REQUEST_LOG,
    REQUEST_TYPE_END,
};

enum reply_type {
    REPLY_HELLO = 1,
    REPLY_COUNTS,
    REPLY_STREAM,
    REPLY_EXIT,
    REPLY_MTIME,
    REPLY_DIRTY,
    REPLY_SETTINGS_DIRTY,
    REPLY_TYPE_END,
};

/* What the helper found about the lock on Postfix's pid/master.pid (hmqPostfixStatus). */
enum postfix_state { POSTFIX_RUNNING = 1, POSTFIX_STOPPED, POSTFIX_UNKNOWN };

/* Why a command failed, in cases where the reason decides what happens next. The text that
 * accompanies it is for people only. */
enum command_reason {
    REASON_NONE = 0,   /* no failure, or one that needs no code */
    REASON_MAIL_DOWN,  /* Postfix or its container is not running */
    REASON_NO_MESSAGE, /* VIEW: there is no message with this ID */
    REASON_LOCK_FREE,  /* RELOAD: it failed, and no process holds Postfix's lock in the spool */
    REASON_END,
};

/* Flags of a request. */
#define SCAN_FULL 1U
#define SCAN_CHECK 2U
#define PARAMETER_REMOVE 4U

/* In a packet it ends after ids[id_count - 1]: see request_size. */
struct request {
    uint32_t version;
    uint32_t type;     /* enum request_type */
    uint32_t sequence; /* chosen by the agent, repeated in the replies */
    uint32_t worker;   /* of the last REPLY_HELLO; 0 before the first one */
    /* CLOCK_MONOTONIC: the deadline for the end of the command; 0 for CANCEL only */
    uint64_t deadline_usec;
    /* SCAN_CHECK: how long a message must have stayed in its place to count as resting, else 0 */
    uint64_t rest_usec;
    uint32_t flags;   /* SCAN: SCAN_FULL, SCAN_CHECK; SET_PARAMETER: PARAMETER_REMOVE */
    uint32_t command; /* ACTION: enum action_command, else 0 */
    /* SET_PARAMETER, and RELOAD for the change that it puts into effect: enum postfix_parameter,
     * other than PARAMETER_MAIL_VERSION; else 0 */
    uint32_t parameter;
    /* SET_PARAMETER: main_cf_value_valid, unless it is to be removed; padded with NULs */
    char value[MAIN_CF_VALUE_SIZE];
    struct mail_log_position position; /* LOG: where to go on; none = at the end */
    uint32_t id_count;
    char ids[PROTOCOL_IDS][QUEUE_ID_SIZE];
};

/* error is 0 or an errno value; then text is an explanation for people (one line, NUL-terminated).
 */
struct reply {
    uint32_t version;
    uint32_t type; /* enum reply_type */
    uint32_t sequence;
    uint32_t worker; /* REPLY_HELLO: the number of this helper process, else 0 */
    int32_t error;
    /* REPLY_COUNTS */
    uint32_t counts[QUEUE_COUNT];
    uint8_t counted[QUEUE_COUNT]; /* 1 if counts[] is known (corrupt may not exist) */
    uint8_t watching;             /* 1 if inotify covers every directory */
    uint8_t changed;              /* 1 if something has changed, or may have, since the last scan */
    uint8_t postfix;              /* enum postfix_state */
    uint64_t scan_usec;           /* time the scan took */
    uint32_t resting; /* SCAN_CHECK: messages that have stayed in their place for rest_usec */
    /* REPLY_EXIT: wait_status is as from waitpid(2), timed_out is 1 if the deadline ended the
     * command. error is not 0 if the command never ran: EHOSTDOWN if its container is not running
     */
    int32_t wait_status;
    uint8_t timed_out;
    uint8_t reason; /* enum command_reason */
    /* REPLY_MTIME: seconds since the epoch for each ID requested, 0 = no such file in deferred */
    uint32_t id_count;
    int64_t mtimes[PROTOCOL_MTIMES];
    /* REPLY_HELLO with error: what the helper cannot do here. Any other reply with error: the
     * explanation. REPLY_EXIT without error: the last line that the command wrote to stderr, "" for
     * an action. */
    char text[PROTOCOL_TEXT];
};

/* The size of a request with id_count (at most PROTOCOL_IDS) queue IDs, in octets. */
size_t request_size(uint32_t id_count);

/* True if the len octets at packet are a well-formed request with every field within its bounds. */
bool request_valid(const struct request *packet, size_t len);

/* True if the len octets at packet are a well-formed reply with terminated texts. */
bool reply_valid(const struct reply *packet, size_t len);

#endif

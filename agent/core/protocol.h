/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The protocol between the agent and the root helper, over a SOCK_SEQPACKET socketpair: one packet
 * is one struct request, cut after its last id, or one struct reply. Both processes are of one
 * build and one machine, so that the structs travel as they lie in memory; the version, the exact
 * length and every field are checked, and what a type does not use must be zero.
 *
 * The helper has its configuration from its own reading of the file, never from the agent: a
 * request names what to do by numbers and carries at most queue ids and the text of a lifetime. A
 * malformed request ends the helper. One that is well-formed but not allowed (allow_actions,
 * allow_settings, allow_view) is answered by REPLY_STREAM with EPERM.
 *
 * What the agent has given up must not happen later. Two rules see to that, whatever stalls or ends
 * in between: every request but REQUEST_CANCEL carries the time by which its command must have
 * ended, and a command that has not been started by then is refused (ETIMEDOUT); and a request
 * names the helper process it was meant for, so that one which a new process finds in the socket is
 * dropped without an answer.
 *
 *   REQUEST_SCAN      count the spool: all folders with SCAN_FULL, else the ones inotify named.
 *                     Answered by one REPLY_COUNTS; inotify hints are armed again by it. With
 *                     SCAN_CHECK all folders, and each file is looked at: see helper/scan.h.
 *   REQUEST_MTIME     modification times of up to PROTOCOL_MTIMES files in deferred. One
 *                     REPLY_MTIME.
 *   REQUEST_CANCEL    kill the running command of the same sequence number. No answer of its own.
 *
 * The others run one command each. They are answered by REPLY_STREAM with the read end of its
 * output (SCM_RIGHTS), then by REPLY_EXIT; commands of several requests may run at once.
 *
 *   REQUEST_LIST          postqueue -j
 *   REQUEST_SELECT        the same again, for an action's selection
 *   REQUEST_SETTINGS      postconf -xh for the parameters of core/postfix_settings.h; arms the hint
 *                         that main.cf changed
 *   REQUEST_ACTION        postsuper with the option of the command (core/command.h) and `-`; the
 *                         ids on its standard input, one a line. The stream is standard output and
 *                         error output together (core/results.h)
 *   REQUEST_FLUSH         postqueue -f, or postqueue -i for one id
 *   REQUEST_VIEW          postcat -q for one id
 *   REQUEST_LIFETIMES     postconf -n for the two lifetimes: what main.cf itself says
 *   REQUEST_SET_LIFETIME  postconf -e for one of them, or postconf -X with LIFETIME_REMOVE
 *   REQUEST_RELOAD        postfix reload
 *
 * Unasked: REPLY_DIRTY, a hint that the spool changed, at most one between two scans;
 * REPLY_SETTINGS_DIRTY, a hint that main.cf changed, at most one between two REQUEST_SETTINGS;
 * REPLY_HELLO, first of all from each (re)started helper process, when nothing of what an earlier
 * process ran is left running.
 */
#ifndef HMQ_CORE_PROTOCOL_H
#define HMQ_CORE_PROTOCOL_H

#include "core/config.h"
#include "core/postfix_settings.h"
#include "core/queue.h"
#include "core/queue_id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROTOCOL_VERSION 3
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
    REQUEST_LIFETIMES,
    REQUEST_SET_LIFETIME,
    REQUEST_RELOAD,
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

/* What the helper's look at the lock on Postfix's pid/master.pid showed (hmqPostfixStatus). */
enum postfix_state { POSTFIX_RUNNING = 1, POSTFIX_STOPPED, POSTFIX_UNKNOWN };

/* Why a command did not do what it was for, where that decides what happens next. The text beside
 * it is for people only. */
enum command_reason {
    REASON_NONE = 0,   /* nothing went wrong, or nothing that a code is needed for */
    REASON_MAIL_DOWN,  /* Postfix, or its container, does not run */
    REASON_NO_MESSAGE, /* VIEW: there is no message with this id */
    REASON_LOCK_FREE,  /* RELOAD: it failed, and nobody holds Postfix's lock in the spool */
    REASON_END,
};

/* Flags of a request. */
#define SCAN_FULL 1U
#define SCAN_CHECK 2U
#define LIFETIME_REMOVE 4U

/* On the wire it ends after ids[id_count - 1]: request_size. */
struct request {
    uint32_t version;
    uint32_t type;     /* enum request_type */
    uint32_t sequence; /* chosen by the agent, repeated in the replies */
    uint32_t worker;   /* of the last REPLY_HELLO; 0 before the first one */
    /* CLOCK_MONOTONIC: when what is asked for must have ended; 0 for CANCEL only */
    uint64_t deadline_usec;
    /* SCAN_CHECK: how long a message must have lain where it is for counting in resting, else 0 */
    uint64_t rest_usec;
    uint32_t flags;     /* SCAN: SCAN_FULL, SCAN_CHECK; SET_LIFETIME: LIFETIME_REMOVE */
    uint32_t command;   /* ACTION: enum action_command, else 0 */
    uint32_t parameter; /* SET_LIFETIME: enum postfix_parameter, else 0 */
    /* SET_LIFETIME: lifetime_value_valid, unless it is to be removed; filled up with NULs */
    char value[LIFETIME_VALUE_SIZE];
    uint32_t id_count;
    char ids[PROTOCOL_IDS][QUEUE_ID_SIZE];
};

/* error: 0 or an errno value, with a text for people (one line, NUL-terminated) in text. */
struct reply {
    uint32_t version;
    uint32_t type; /* enum reply_type */
    uint32_t sequence;
    uint32_t worker; /* REPLY_HELLO: the number of this helper process, else 0 */
    int32_t error;
    /* REPLY_COUNTS */
    uint32_t counts[QUEUE_COUNT];
    uint8_t counted[QUEUE_COUNT]; /* 1 where counts[] is known (corrupt may be missing) */
    uint8_t watching;             /* 1 when inotify covers every directory */
    uint8_t changed;    /* 1 when something was or may have been changed since the last scan */
    uint8_t postfix;    /* enum postfix_state */
    uint64_t scan_usec; /* time the scan took */
    uint32_t resting;   /* SCAN_CHECK: messages that have lain where they are for rest_usec */
    /* REPLY_EXIT: wait status as from waitpid(2); timed_out when the deadline ended it. error is
     * not 0 when the command never ran, EHOSTDOWN when its container does not run */
    int32_t wait_status;
    uint8_t timed_out;
    uint8_t reason; /* enum command_reason */
    /* REPLY_MTIME: seconds since the epoch per requested id, 0 = no such file in deferred */
    uint32_t id_count;
    int64_t mtimes[PROTOCOL_MTIMES];
    /* REPLY_EXIT: the last line the command wrote to stderr, "" for an action; else, and with
     * error, its text. REPLY_HELLO with error: what the helper may not do here. */
    char text[PROTOCOL_TEXT];
};

/* The octets of a request with so many ids (at most PROTOCOL_IDS) on the wire. */
size_t request_size(uint32_t id_count);

/* True when the len octets at packet are a well-formed request, every field within its bounds. */
bool request_valid(const struct request *packet, size_t len);

/* True when the len octets at packet are a well-formed reply, texts terminated. */
bool reply_valid(const struct reply *packet, size_t len);

#endif

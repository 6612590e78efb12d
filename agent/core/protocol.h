/*
 * The protocol between core and the root helper, over a SOCK_SEQPACKET socketpair: one packet is
 * one fixed-size struct request or struct reply. Both processes are of one build and one machine,
 * so that the structs travel as they lie in memory; the version and exact length are checked.
 *
 * The helper has its configuration from its own reading of the file, never from core: a request
 * names what to do by a number and carries at most queue ids. An invalid request ends the helper.
 *
 *   REQUEST_SCAN      count the spool: all folders with SCAN_FULL, else the ones inotify named.
 *                     Answered by one REPLY_COUNTS; inotify hints are armed again by it.
 *   REQUEST_LIST      run postqueue -j. Answered by REPLY_STREAM with the read end of its output
 *                     (SCM_RIGHTS), then by REPLY_EXIT.
 *   REQUEST_SETTINGS  run postconf -h for the parameters of core/postfix_settings.h. As LIST.
 *   REQUEST_CANCEL    kill the running command of the same sequence number. No answer of its own.
 *   REQUEST_MTIME     modification times of up to PROTOCOL_IDS files in deferred. One REPLY_MTIME.
 *
 * Unasked: REPLY_DIRTY, a hint that the spool changed, at most one between two scans;
 * REPLY_HELLO, first of all from each (re)started helper process, which forgets what ran before.
 */
#ifndef HMQ_CORE_PROTOCOL_H
#define HMQ_CORE_PROTOCOL_H

#include "core/queue.h"
#include "core/queue_id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROTOCOL_VERSION 1
#define PROTOCOL_IDS 64
#define PROTOCOL_TEXT 512

enum request_type {
    REQUEST_SCAN = 1,
    REQUEST_LIST,
    REQUEST_SETTINGS,
    REQUEST_CANCEL,
    REQUEST_MTIME,
    REQUEST_TYPE_END,
};

enum reply_type {
    REPLY_HELLO = 1,
    REPLY_COUNTS,
    REPLY_STREAM,
    REPLY_EXIT,
    REPLY_MTIME,
    REPLY_DIRTY,
    REPLY_TYPE_END,
};

/* What the helper's look at the lock on Postfix's pid/master.pid showed (hmqPostfixStatus). */
enum postfix_state { POSTFIX_RUNNING = 1, POSTFIX_STOPPED, POSTFIX_UNKNOWN };

#define SCAN_FULL 1U

struct request {
    uint32_t version;
    uint32_t type;     /* enum request_type */
    uint32_t sequence; /* chosen by core, repeated in the replies */
    uint32_t flags;    /* SCAN_FULL */
    uint32_t id_count; /* REQUEST_MTIME: 1..PROTOCOL_IDS, else 0 */
    char ids[PROTOCOL_IDS][QUEUE_ID_SIZE];
};

/* error: 0 or an errno value, with a text for people (one line, NUL-terminated) in text. */
struct reply {
    uint32_t version;
    uint32_t type; /* enum reply_type */
    uint32_t sequence;
    int32_t error;
    /* REPLY_COUNTS */
    uint32_t counts[QUEUE_COUNT];
    uint8_t counted[QUEUE_COUNT]; /* 1 where counts[] is known (corrupt may be missing) */
    uint8_t watching;             /* 1 when inotify covers every folder */
    uint8_t postfix;              /* enum postfix_state */
    uint64_t scan_usec;           /* time the scan took */
    /* REPLY_EXIT: wait status as from waitpid(2); timed_out when the deadline ended it. error is
     * not 0 when the command never ran, EHOSTDOWN when its container does not run */
    int32_t wait_status;
    uint8_t timed_out;
    /* REPLY_MTIME: seconds since the epoch per requested id, 0 = no such file in deferred */
    uint32_t id_count;
    int64_t mtimes[PROTOCOL_IDS];
    /* REPLY_EXIT: the last line the command wrote to stderr; else, and with error, its text.
     * REPLY_HELLO: what the helper may not do here ("" when nothing is missing). */
    char text[PROTOCOL_TEXT];
};

/* True when the len octets at packet are a well-formed request, every field within its bounds. */
bool request_valid(const struct request *packet, size_t len);

/* True when the len octets at packet are a well-formed reply, texts terminated. */
bool reply_valid(const struct reply *packet, size_t len);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the helper's process that follows Postfix's log writes to its pipe: records, each a struct
 * mail_log_record and `length` octets. A record has whole lines, with their newlines, and the
 * position behind them, so that a reader that has processed it can go on from there with another
 * process, and counts no line twice and misses none. Both processes come from one build and run on
 * one machine, so the struct is sent as it lies in memory; the reader checks every field.
 */
#ifndef HMQ_CORE_MAIL_LOG_RECORD_H
#define HMQ_CORE_MAIL_LOG_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The octets of one record, without the struct. */
#define MAIL_LOG_RECORD_MAX ((size_t)32 * 1024)

/* The maximum of syslog_name with its NUL. */
#define MAIL_LOG_NAME_SIZE 128

enum mail_log_source { MAIL_LOG_NOWHERE = 0, MAIL_LOG_FILE, MAIL_LOG_JOURNAL, MAIL_LOG_SOURCE_END };

/* A place in the log. All zero: none, which means the end of the log. */
struct mail_log_position {
    uint64_t source;        /* enum mail_log_source */
    uint64_t path;          /* mail_log_hash of the file's path */
    uint64_t device, inode; /* of the file */
    uint64_t offset;        /* of a line, or the end of the file */
    uint64_t mark;          /* mail_log_hash of up to MAIL_LOG_MARK_OCTETS before offset */
    uint64_t stamp_usec;    /* journal: the time of the last line, since the epoch */
};

#define MAIL_LOG_MARK_OCTETS 64

enum mail_log_record_type {
    MAIL_LOG_BEGIN = 1,  /* the log is read from here on; NAME NUL TEXT: syslog_name, and the log in
                            words */
    MAIL_LOG_LINES,      /* lines */
    MAIL_LOG_IDLE,       /* there is nothing new */
    MAIL_LOG_UNREADABLE, /* the log cannot be read; TEXT: why, in one line */
    MAIL_LOG_TYPE_END,
};

/* BEGIN: no line was missed since the position that was asked for. */
#define MAIL_LOG_RESUMED 1U
/* LINES: they were written some time ago, and their own times count. */
#define MAIL_LOG_BACKLOG 2U

struct mail_log_record {
    uint32_t type;   /* enum mail_log_record_type */
    uint32_t length; /* of what follows, in octets */
    uint32_t flags;
    uint32_t skipped;   /* lines that were too long, since the last record */
    uint64_t read_usec; /* CLOCK_MONOTONIC when it was read from the log */
    struct mail_log_position position;
};

/* FNV-1a, 64 bits. */
uint64_t mail_log_hash(const void *data, size_t len);

/* True if a position is one that a follower can have sent, or none. */
bool mail_log_position_valid(const struct mail_log_position *position);

/* Puts records together from the octets of the pipe. Zeroed before use. */
struct mail_log_decoder {
    size_t length;
    char data[sizeof(struct mail_log_record) + MAIL_LOG_RECORD_MAX];
};

/* Receives a record; both are valid during the call. Texts of BEGIN and UNREADABLE end with a NUL,
 * and BEGIN has both. */
typedef void (*mail_log_handler)(void *userdata, const struct mail_log_record *record,
                                 const char *payload);

/* Processes the next len octets and calls handler for each record that they complete. Returns 0, or
 * -EBADMSG for anything that is no record, after which the decoder must not be used again. */
int mail_log_decode(struct mail_log_decoder *decoder, const char *data, size_t len,
                    mail_log_handler handler, void *userdata);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One line of Postfix's log. Three headers are understood, each followed by a host name and
 * `PROGRAM[PID]: `:
 *
 *   Nov 27 14:46:03                    syslog's traditional form, and that of maillog_file
 *   2026-11-27T14:46:03.123456+01:00   RFC 3339: rsyslog since Debian 12
 *   1795790763.123456                  journalctl --output=short-unix
 *
 * With rsyslog's RepeatedMsgReduction, which Ubuntu turns on, a message that is the same as the one
 * before it, such as a rejection, is `message repeated 5 times: [ MESSAGE]` in place of five lines.
 *
 * The messages are those of Postfix 3.7 to 3.10: smtpd_check.c, smtpd.c, cleanup_message.c,
 * cleanup_milter.c, pickup.c, qmqpd.c, postscreen_smtpd.c, qmgr_active.c, log_adhoc.c and
 * postsuper.c. Addresses, host names and the replies of other servers are in these lines, and
 * whoever sends mail chooses them: a field is looked for only where Postfix writes it, never by a
 * search through the line.
 */
#ifndef HMQ_CORE_MAIL_LOG_LINE_H
#define HMQ_CORE_MAIL_LOG_LINE_H

#include "core/delivery.h"
#include "core/queue_id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longer lines are not parsed. */
#define MAIL_LOG_LINE_MAX 8192

enum mail_log_kind {
    MAIL_LOG_MALFORMED, /* no header that is known */
    MAIL_LOG_FOREIGN,   /* of another program or another instance */
    MAIL_LOG_OTHER,     /* Postfix's, without an outcome */
    MAIL_LOG_OUTCOME,
    MAIL_LOG_SUPPRESSED, /* the journal reports that it dropped lines of Postfix */
};

/* What the time of a line is worth. */
enum mail_log_stamp {
    STAMP_EXACT, /* stamp_usec is the time since the epoch */
    STAMP_LOCAL, /* without year and zone: only minutes and seconds can be used */
};

struct mail_log_line {
    enum mail_log_stamp stamp;
    int64_t stamp_usec; /* STAMP_LOCAL: microseconds since the full hour */
    enum delivery_outcome outcome;
    bool has_delay;
    uint64_t delay_ms;
    uint32_t more;       /* how many further lines this one stands for */
    uint32_t suppressed; /* lines, MAIL_LOG_SUPPRESSED */
    /* Of a message that was requeued: the ID it has got, and the one it had; else "" */
    char new_id[QUEUE_ID_SIZE], old_id[QUEUE_ID_SIZE];
};

/*
 * Parses the len octets at text, a line without its newline. syslog_name is Postfix's parameter:
 * the programs of the instance are SYSLOG_NAME/PROGRAM and SYSLOG_NAME/SERVICE/PROGRAM. Fills *line
 * as far as the kind that it returns has it: nothing for MAIL_LOG_MALFORMED.
 */
enum mail_log_kind mail_log_parse(const char *text, size_t len, const char *syslog_name,
                                  struct mail_log_line *line);

/*
 * How long ago a line was written, in seconds; 0 if its time is in the future. With STAMP_LOCAL it
 * is right for the last 450 seconds: zones differ by whole quarters of an hour, so the age is known
 * but for multiples of 900 seconds.
 */
uint64_t mail_log_age_s(const struct mail_log_line *line, int64_t now_wall);

#endif

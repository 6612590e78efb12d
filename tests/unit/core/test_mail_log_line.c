/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lines as Postfix 3.7, 3.8 and 3.10 write them, in the three forms of the header; only names and
 * addresses are made up. And lines of people who want to be counted otherwise.
 */
#include "core/mail_log_line.h"

#include <stdlib.h>

#include "unit.h"

#define TRADITIONAL "Nov 27 14:46:03 gw "
#define PRECISE "2026-11-27T14:46:03.123456+01:00 gw "
#define UNIX "1795790763.123456 gw "

#define NO_DELAY UINT64_MAX

static const struct {
    const char *name, *line;
    enum mail_log_kind kind;
    enum delivery_outcome outcome;
    uint64_t delay_ms;
} cases[] = {
    /* What each daemon says. */
    {"smtpd", TRADITIONAL "postfix/smtpd[7]: 7C21D3F8A6: client=mx.example[192.0.2.1]",
     MAIL_LOG_OUTCOME, DELIVERY_RECEIVED, NO_DELAY},
    {"smtpd with SASL",
     PRECISE "postfix/submission/smtpd[7]: 4Fk3xY0bcdzK9q: client=c.example[192.0.2.1], "
             "sasl_method=PLAIN, sasl_username=anna",
     MAIL_LOG_OUTCOME, DELIVERY_RECEIVED, NO_DELAY},
    {"smtpd before a proxy filter",
     TRADITIONAL "postfix/smtpd[7]: NOQUEUE: client=mx.example[192.0.2.1]", MAIL_LOG_OTHER,
     DELIVERY_NONE, NO_DELAY},
    {"pickup", UNIX "postfix/pickup[9]: 9E8D7C6B5A: uid=0 from=<root>", MAIL_LOG_OUTCOME,
     DELIVERY_RECEIVED, NO_DELAY},
    {"qmqpd", UNIX "postfix/qmqpd[9]: 9E8D7C6B5A: client=h.example[192.0.2.1]", MAIL_LOG_OUTCOME,
     DELIVERY_RECEIVED, NO_DELAY},
    {"smtp, sent",
     PRECISE "postfix/smtp[12]: 7C21D3F8A6: to=<anna@customer.example>, "
             "relay=mx.customer.example[198.51.100.7]:25, delay=0.35, delays=0.05/0.01/0.2/0.09, "
             "dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4XyZ)",
     MAIL_LOG_OUTCOME, DELIVERY_SENT, 350},
    {"relay, a connection used again",
     TRADITIONAL "postfix/relay/smtp[12]: 7C21D3F8A6: to=<a@b.example>, orig_to=<alias@b.example>, "
                 "relay=10.0.0.1[10.0.0.1]:25, conn_use=2, delay=1234, delays=1230/0/2/2, "
                 "dsn=2.0.0, status=sent (250 ok)",
     MAIL_LOG_OUTCOME, DELIVERY_SENT, 1234000},
    {"local to a program",
     UNIX "postfix/local[12]: 7C21D3F8A6: to=<root@gw.example>, orig_to=<root>, relay=local, "
          "delay=0.02, delays=0.01/0.01/0/0, dsn=2.0.0, status=sent (delivered to command: cat)",
     MAIL_LOG_OUTCOME, DELIVERY_SENT, 20},
    {"local to another address",
     UNIX "postfix/local[12]: 7C21D3F8A6: to=<root@gw.example>, orig_to=<root>, relay=local, "
          "delay=0.02, delays=0.01/0.01/0/0, dsn=2.0.0, status=sent (forwarded as 9E8D7C6B5A)",
     MAIL_LOG_OTHER, DELIVERY_NONE, NO_DELAY},
    {"with a summary of TLS",
     UNIX "postfix/smtp[12]: 7C21D3F8A6: to=<a@b.example>, relay=mx.b.example[192.0.2.9]:25, "
          "delay=2, delays=0.1/0/1/0.9, tls=secure, dsn=2.0.0, status=sent (250 ok)",
     MAIL_LOG_OUTCOME, DELIVERY_SENT, 2000},
    {"lmtp by a socket",
     UNIX "postfix/lmtp[12]: 7C21D3F8A6: to=<a@b.example>, "
          "relay=gw.example[private/dovecot-lmtp], delay=0.1, delays=0.1/0/0/0, dsn=2.0.0, "
          "status=sent (250 2.0.0 <a@b.example> Saved)",
     MAIL_LOG_OUTCOME, DELIVERY_SENT, 100},
    {"deferred",
     TRADITIONAL "postfix/smtp[12]: 7C21D3F8A6: to=<a@b.example>, relay=none, delay=30, "
                 "delays=0.1/0/30/0, dsn=4.4.1, status=deferred (connect to "
                 "b.example[192.0.2.9]:25: Connection timed out)",
     MAIL_LOG_OUTCOME, DELIVERY_DEFERRED, NO_DELAY},
    {"deferred by the error service",
     TRADITIONAL "postfix/error[12]: 7C21D3F8A6: to=<a@b.example>, relay=none, delay=30, "
                 "delays=30/0/0/0, dsn=4.4.1, status=deferred (delivery temporarily suspended: x)",
     MAIL_LOG_OUTCOME, DELIVERY_DEFERRED, NO_DELAY},
    {"deferred by the queue manager",
     TRADITIONAL "postfix/qmgr[12]: 7C21D3F8A6: to=<a@b.example>, relay=none, delay=30, "
                 "delays=30/0/0/0, dsn=4.3.0, status=deferred (unknown mail transport error)",
     MAIL_LOG_OUTCOME, DELIVERY_DEFERRED, NO_DELAY},
    {"bounced",
     TRADITIONAL "postfix/smtp[12]: 7C21D3F8A6: to=<a@b.example>, relay=mx[192.0.2.9]:25, "
                 "delay=0.5, delays=0.1/0/0.3/0.1, dsn=5.1.1, status=bounced (host mx[192.0.2.9] "
                 "said: 550 5.1.1 unknown (in reply to RCPT TO command))",
     MAIL_LOG_OUTCOME, DELIVERY_BOUNCED, NO_DELAY},
    {"bounced while soft_bounce is set",
     TRADITIONAL "postfix/smtp[12]: 7C21D3F8A6: to=<a@b.example>, relay=mx[192.0.2.9]:25, "
                 "delay=0.5, delays=0.1/0/0.3/0.1, dsn=4.1.1, status=SOFTBOUNCE (host said: 550)",
     MAIL_LOG_OUTCOME, DELIVERY_DEFERRED, NO_DELAY},
    {"a probe of address verification",
     TRADITIONAL "postfix/smtp[12]: 7C21D3F8A6: to=<a@b.example>, relay=mx[192.0.2.9]:25, "
                 "delay=0.5, delays=0.1/0/0.3/0.1, dsn=2.1.5, status=deliverable (250 ok)",
     MAIL_LOG_OTHER, DELIVERY_NONE, NO_DELAY},
    {"expired",
     UNIX "postfix/qmgr[5]: 7C21D3F8A6: from=<a@b.example>, status=expired, returned "
          "to sender",
     MAIL_LOG_OUTCOME, DELIVERY_EXPIRED, NO_DELAY},
    {"expired by postsuper -e",
     UNIX "postfix/qmgr[5]: 7C21D3F8A6: from=<>, status=force-expired, returned to sender",
     MAIL_LOG_OUTCOME, DELIVERY_EXPIRED, NO_DELAY},
    {"active",
     UNIX "postfix/qmgr[5]: 7C21D3F8A6: from=<a@b.example>, size=468, nrcpt=1 (queue "
          "active)",
     MAIL_LOG_OTHER, DELIVERY_NONE, NO_DELAY},
    {"removed", UNIX "postfix/qmgr[5]: 7C21D3F8A6: removed", MAIL_LOG_OTHER, DELIVERY_NONE,
     NO_DELAY},
    {"rejected before the queue",
     PRECISE "postfix/smtpd[5]: NOQUEUE: reject: RCPT from u[192.0.2.3]: 554 5.7.1 <x@y.example>: "
             "Relay access denied; from=<s@p.example> to=<x@y.example> proto=ESMTP helo=<h>",
     MAIL_LOG_OUTCOME, DELIVERY_REJECTED, NO_DELAY},
    {"rejected, one of several recipients",
     PRECISE "postfix/smtpd[5]: 7C21D3F8A6: reject: RCPT from u[192.0.2.3]: 550 5.1.1 x; from=<>",
     MAIL_LOG_OUTCOME, DELIVERY_REJECTED, NO_DELAY},
    {"only a warning",
     PRECISE "postfix/smtpd[5]: NOQUEUE: reject_warning: RCPT from u[192.0.2.3]: 554 x; from=<>",
     MAIL_LOG_OTHER, DELIVERY_NONE, NO_DELAY},
    {"by postscreen",
     PRECISE "postfix/postscreen[5]: NOQUEUE: reject: RCPT from [192.0.2.3]:4711: 550 5.7.1 "
             "Service unavailable; from=<a@b>, to=<c@d>, proto=ESMTP, helo=<x>",
     MAIL_LOG_OUTCOME, DELIVERY_REJECTED, NO_DELAY},
    {"by a milter of smtpd",
     PRECISE "postfix/smtpd[5]: NOQUEUE: milter-reject: MAIL from u[192.0.2.3]: 451 4.7.1 x; "
             "from=<a@b.example> proto=ESMTP helo=<x>",
     MAIL_LOG_OUTCOME, DELIVERY_REJECTED, NO_DELAY},
    {"by a milter at the end",
     PRECISE "postfix/cleanup[5]: 7C21D3F8A6: milter-reject: END-OF-MESSAGE from u[192.0.2.3]: "
             "5.7.1 spam; from=<a@b.example> to=<c@d.example> proto=ESMTP helo=<x>",
     MAIL_LOG_OUTCOME, DELIVERY_REJECTED, NO_DELAY},
    {"by header_checks",
     PRECISE "postfix/cleanup[5]: 7C21D3F8A6: reject: header Subject: x from u[192.0.2.3]; "
             "from=<a@b.example> to=<c@d.example> proto=ESMTP helo=<x>: 5.7.1 no",
     MAIL_LOG_OUTCOME, DELIVERY_REJECTED, NO_DELAY},
    {"by milter_header_checks",
     PRECISE "postfix/cleanup[5]: 7C21D3F8A6: milter-header-reject: header X-Spam: YES from u[1]; "
             "from=<a@b.example>: 5.7.1 no",
     MAIL_LOG_OUTCOME, DELIVERY_REJECTED, NO_DELAY},
    {"by a filter before the queue",
     PRECISE "postfix/smtpd[5]: proxy-reject: END-OF-MESSAGE: 554 5.7.0 Reject; from=<a@b>",
     MAIL_LOG_OUTCOME, DELIVERY_REJECTED, NO_DELAY},
    {"discarded", PRECISE "postfix/cleanup[5]: 7C21D3F8A6: discard: header Subject: x from u[1];",
     MAIL_LOG_OTHER, DELIVERY_NONE, NO_DELAY},
    {"held by an access table",
     TRADITIONAL "postfix/smtpd[5]: NOQUEUE: hold: RCPT from u[192.0.2.3]: <a@b>: Sender address "
                 "triggers HOLD action; from=<a@b> to=<c@d> proto=SMTP helo=<x>",
     MAIL_LOG_OUTCOME, DELIVERY_HELD, NO_DELAY},
    {"held by header_checks",
     TRADITIONAL "postfix/cleanup[5]: 7C21D3F8A6: hold: header Subject: x from u[192.0.2.3]; "
                 "from=<a@b>",
     MAIL_LOG_OUTCOME, DELIVERY_HELD, NO_DELAY},
    {"held by a milter",
     TRADITIONAL "postfix/cleanup[5]: 7C21D3F8A6: milter-hold: END-OF-MESSAGE from u[192.0.2.3]: "
                 "milter triggers HOLD action; from=<a@b>",
     MAIL_LOG_OUTCOME, DELIVERY_HELD, NO_DELAY},
    {"held by a person", TRADITIONAL "postfix/postsuper[5]: 7C21D3F8A6: placed on hold",
     MAIL_LOG_OUTCOME, DELIVERY_HELD, NO_DELAY},
    {"released", TRADITIONAL "postfix/postsuper[5]: 7C21D3F8A6: released from hold", MAIL_LOG_OTHER,
     DELIVERY_NONE, NO_DELAY},
    {"postsuper's sum", TRADITIONAL "postfix/postsuper[5]: Placed on hold: 1 message",
     MAIL_LOG_OTHER, DELIVERY_NONE, NO_DELAY},
    {"without a process ID", TRADITIONAL "postfix/postsuper: 7C21D3F8A6: placed on hold",
     MAIL_LOG_OUTCOME, DELIVERY_HELD, NO_DELAY},
    {"cleanup", TRADITIONAL "postfix/cleanup[5]: 7C21D3F8A6: message-id=<x@y.example>",
     MAIL_LOG_OTHER, DELIVERY_NONE, NO_DELAY},
    {"connect", TRADITIONAL "postfix/smtpd[5]: connect from u[192.0.2.3]", MAIL_LOG_OTHER,
     DELIVERY_NONE, NO_DELAY},
    {"an id that is none",
     TRADITIONAL "postfix/smtp[5]: ALL: to=<a@b>, relay=none, delay=1, dsn=4.0.0, "
                 "status=deferred (x)",
     MAIL_LOG_OTHER, DELIVERY_NONE, NO_DELAY},
    {"a line that was cut",
     TRADITIONAL "postfix/smtp[12]: 7C21D3F8A6: to=<a@b.example>, relay=none, delay=30, del",
     MAIL_LOG_OTHER, DELIVERY_NONE, NO_DELAY},
    {"a delay that is none",
     TRADITIONAL "postfix/smtp[12]: 7C21D3F8A6: to=<a@b.example>, relay=none, delay=x, "
                 "status=sent (250 ok)",
     MAIL_LOG_OUTCOME, DELIVERY_SENT, NO_DELAY},
    {"a delay beyond all bounds",
     TRADITIONAL "postfix/smtp[12]: 7C21D3F8A6: to=<a@b.example>, relay=none, delay=9999999999, "
                 "status=sent (250 ok)",
     MAIL_LOG_OUTCOME, DELIVERY_SENT, 100000000000},

    /* What others want to be read in it. */
    {"a recipient that says it was sent",
     TRADITIONAL "postfix/smtp[12]: 7C21D3F8A6: to=<\"x>, relay=a, delay=1, status=sent "
                 "(\"@b.example>, relay=none, delay=30, dsn=4.4.1, status=deferred (x)",
     MAIL_LOG_OUTCOME, DELIVERY_DEFERRED, NO_DELAY},
    {"a recipient with a quoted quote",
     TRADITIONAL "postfix/smtp[12]: 7C21D3F8A6: to=<\"x\\\">, relay=a, delay=1, status=sent "
                 "(\"@b.example>, relay=none, delay=30, dsn=4.4.1, status=deferred (x)",
     MAIL_LOG_OUTCOME, DELIVERY_DEFERRED, NO_DELAY},
    {"a recipient that never ends", TRADITIONAL "postfix/smtp[12]: 7C21D3F8A6: to=<\"x\\",
     MAIL_LOG_OTHER, DELIVERY_NONE, NO_DELAY},
    {"a reply that says it was sent",
     TRADITIONAL "postfix/smtp[12]: 7C21D3F8A6: to=<a@b.example>, relay=mx[192.0.2.9]:25, delay=1, "
                 "dsn=5.1.1, status=bounced (host said: 550 , status=sent (250 ok))",
     MAIL_LOG_OUTCOME, DELIVERY_BOUNCED, NO_DELAY},
    {"a sender that is expired",
     TRADITIONAL "postfix/qmgr[12]: 7C21D3F8A6: from=<\"a>, status=expired, x\"@b.example>, "
                 "size=1, nrcpt=1 (queue active)",
     MAIL_LOG_OTHER, DELIVERY_NONE, NO_DELAY},
    {"a subject that is rejected",
     TRADITIONAL "postfix/cleanup[5]: 7C21D3F8A6: warning: header Subject: : reject: header x",
     MAIL_LOG_OTHER, DELIVERY_NONE, NO_DELAY},
    {"a helo that is a line",
     TRADITIONAL "postfix/smtpd[5]: lost connection after HELO from postfix/smtp[1]: 7C21D3F8A6: "
                 "to=<a@b>",
     MAIL_LOG_OTHER, DELIVERY_NONE, NO_DELAY},
    {"a delivery agent that receives",
     TRADITIONAL "postfix/smtp[5]: 7C21D3F8A6: client=x[192.0.2.3]", MAIL_LOG_OTHER, DELIVERY_NONE,
     NO_DELAY},

    /* Whose lines they are. */
    {"another instance", TRADITIONAL "postfix-out/postsuper[5]: 7C21D3F8A6: placed on hold",
     MAIL_LOG_FOREIGN, DELIVERY_NONE, NO_DELAY},
    {"a name that only begins so", TRADITIONAL "postfixed/postsuper[5]: 7C21D3F8A6: placed on hold",
     MAIL_LOG_FOREIGN, DELIVERY_NONE, NO_DELAY},
    {"the name alone", TRADITIONAL "postfix[5]: 7C21D3F8A6: placed on hold", MAIL_LOG_FOREIGN,
     DELIVERY_NONE, NO_DELAY},
    {"no daemon", TRADITIONAL "postfix/[5]: 7C21D3F8A6: placed on hold", MAIL_LOG_FOREIGN,
     DELIVERY_NONE, NO_DELAY},
    {"dovecot", TRADITIONAL "dovecot: imap-login: Login: user=<a>", MAIL_LOG_FOREIGN, DELIVERY_NONE,
     NO_DELAY},

    /* Headers. */
    {"a day of one digit", "Nov  7 04:06:03 gw postfix/postsuper[5]: 7C21D3F8A6: placed on hold",
     MAIL_LOG_OUTCOME, DELIVERY_HELD, NO_DELAY},
    {"UTC", "2026-11-27T14:46:03Z gw postfix/postsuper[5]: 7C21D3F8A6: placed on hold",
     MAIL_LOG_OUTCOME, DELIVERY_HELD, NO_DELAY},
    {"a leap second", "2016-12-31T23:59:60Z gw postfix/postsuper[5]: 7C21D3F8A6: placed on hold",
     MAIL_LOG_OUTCOME, DELIVERY_HELD, NO_DELAY},
    {"a host with an address",
     UNIX "x"
          "postfix/postsuper[5]: 7C21D3F8A6: placed on hold",
     MAIL_LOG_FOREIGN, DELIVERY_NONE, NO_DELAY},
    {"an empty line", "", MAIL_LOG_MALFORMED, DELIVERY_NONE, NO_DELAY},
    {"journalctl's remark", "-- Boot 1234567890abcdef --", MAIL_LOG_MALFORMED, DELIVERY_NONE,
     NO_DELAY},
    {"only a time", "Nov 27 14:46:03", MAIL_LOG_MALFORMED, DELIVERY_NONE, NO_DELAY},
    {"no such month", "Nev 27 14:46:03 gw postfix/postsuper[5]: 7C21D3F8A6: placed on hold",
     MAIL_LOG_MALFORMED, DELIVERY_NONE, NO_DELAY},
    {"no such hour", "Nov 27 24:46:03 gw postfix/postsuper[5]: 7C21D3F8A6: placed on hold",
     MAIL_LOG_MALFORMED, DELIVERY_NONE, NO_DELAY},
    {"no zone", "2026-11-27T14:46:03 gw postfix/postsuper[5]: 7C21D3F8A6: placed on hold",
     MAIL_LOG_MALFORMED, DELIVERY_NONE, NO_DELAY},
    {"a process ID that is none", TRADITIONAL "postfix/postsuper[x]: 7C21D3F8A6: placed on hold",
     MAIL_LOG_MALFORMED, DELIVERY_NONE, NO_DELAY},
    {"octets that are no text", TRADITIONAL "postfix/postsuper[5]: \xFF\xFE\x80: placed on hold",
     MAIL_LOG_OTHER, DELIVERY_NONE, NO_DELAY},

    /* The journal lost some. */
    {"suppressed", UNIX "systemd-journald[9]: Suppressed 815 messages from postfix@-.service",
     MAIL_LOG_SUPPRESSED, DELIVERY_NONE, NO_DELAY},
    {"suppressed, by the cgroup",
     UNIX "systemd-journald[9]: Suppressed 815 messages from "
          "/system.slice/system-postfix.slice/postfix@-.service",
     MAIL_LOG_SUPPRESSED, DELIVERY_NONE, NO_DELAY},
    {"of another service", UNIX "systemd-journald[9]: Suppressed 815 messages from cron.service",
     MAIL_LOG_FOREIGN, DELIVERY_NONE, NO_DELAY},
    {"said by another", UNIX "logger[9]: Suppressed 815 messages from postfix@-.service",
     MAIL_LOG_FOREIGN, DELIVERY_NONE, NO_DELAY},
};

/* A copy that ends where the line does: reading beyond it is an error that the sanitizer sees. */
static enum mail_log_kind parse(const char *text, size_t len, struct mail_log_line *line) {
    char *copy = malloc(len + 1);
    assert_non_null(copy);
    memcpy(copy + 1, text, len);
    enum mail_log_kind kind = mail_log_parse(copy + 1, len, "postfix", line);
    free(copy);
    return kind;
}

static void test_lines(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct mail_log_line line;
        enum mail_log_kind kind = parse(cases[i].line, strlen(cases[i].line), &line);
        CHECK_INT(cases[i].name, kind, cases[i].kind);
        CHECK_INT(cases[i].name, line.outcome, cases[i].outcome);
        CHECK_INT(cases[i].name, line.has_delay, cases[i].delay_ms != NO_DELAY);
        if (line.has_delay) {
            CHECK_INT(cases[i].name, line.delay_ms, cases[i].delay_ms);
        }
        CHECK_INT(cases[i].name, line.suppressed, kind == MAIL_LOG_SUPPRESSED ? 815 : 0);
    }
}

/* However a line is cut, it is never more than it was; but the reason may be missing. */
static void test_cut_lines(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (size_t len = 0; len < strlen(cases[i].line); len++) {
            struct mail_log_line line;
            parse(cases[i].line, len, &line);
            CHECK(cases[i].name, line.outcome == DELIVERY_NONE ||
                                     line.outcome == cases[i].outcome ||
                                     strstr(cases[i].line, "forwarded as ") != NULL);
        }
    }
}

static void test_instances(void **state) {
    (void)state;
    static const struct {
        const char *name, *syslog_name, *program;
        enum mail_log_kind kind;
    } names[] = {
        {"its own", "postfix-out", "postfix-out/postsuper", MAIL_LOG_OUTCOME},
        {"the first one's", "postfix-out", "postfix/postsuper", MAIL_LOG_FOREIGN},
        {"no name", "", "/postsuper", MAIL_LOG_OUTCOME},
        {"a longer name", "postfix-out-more", "postfix-out/postsuper", MAIL_LOG_FOREIGN},
    };
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char text[128];
        struct mail_log_line line;
        snprintf(text, sizeof text, TRADITIONAL "%s[5]: 7C21D3F8A6: placed on hold",
                 names[i].program);
        CHECK_INT(names[i].name, mail_log_parse(text, strlen(text), names[i].syslog_name, &line),
                  names[i].kind);
    }
}

static void test_long_line(void **state) {
    (void)state;
    static const char head[] = TRADITIONAL "postfix/smtpd[5]: 7C21D3F8A6: client=";
    char text[MAIL_LOG_LINE_MAX + 1];
    struct mail_log_line line;
    memset(text, 'x', sizeof text);
    memcpy(text, head, sizeof head - 1);
    assert_int_equal(parse(text, MAIL_LOG_LINE_MAX, &line), MAIL_LOG_OUTCOME);
    assert_int_equal(parse(text, MAIL_LOG_LINE_MAX + 1, &line), MAIL_LOG_MALFORMED);
}

/* As rsyslog 8.2302 writes them. */
static void test_repetitions(void **state) {
    (void)state;
    static const struct {
        const char *name, *text;
        enum delivery_outcome outcome;
        uint32_t more;
    } repetitions[] = {
        {"a rejection",
         "smtpd[7]: message repeated 5 times: [ NOQUEUE: reject: RCPT from unknown[192.0.2.1]: 554 "
         "5.7.1 <b@c.example>: Recipient address rejected: Access denied; from=<a@b.example> "
         "to=<b@c.example> proto=SMTP helo=<c.example>]",
         DELIVERY_REJECTED, 4},
        {"once",
         "smtp[7]: message repeated 1 times: [ 7C21D3F8A6: to=<a@b>, relay=x, delay=1, "
         "status=deferred (x)]",
         DELIVERY_DEFERRED, 0},
        {"no outcome", "smtp[7]: message repeated 3 times: [ connect to x: refused]", DELIVERY_NONE,
         2},
        {"never", "smtpd[7]: message repeated 0 times: [ NOQUEUE: reject: x]", DELIVERY_NONE, 0},
        {"no number", "smtpd[7]: message repeated x times: [ NOQUEUE: reject: x]", DELIVERY_NONE,
         0},
        {"a large number", "smtpd[7]: message repeated 4294967297 times: [ NOQUEUE: reject: x]",
         DELIVERY_NONE, 0},
        {"without an end", "smtpd[7]: message repeated 5 times: [ NOQUEUE: reject: x",
         DELIVERY_NONE, 0},
        {"in a text of others",
         "smtpd[7]: 7C21D3F8A6: message repeated 5 times: [ NOQUEUE: reject: x]", DELIVERY_NONE, 0},
        {"cut", "smtpd[7]: message repeated 5 times: [ ", DELIVERY_NONE, 0},
    };
    for (size_t i = 0; i < COUNT_OF(repetitions); i++) {
        char text[512];
        struct mail_log_line line;
        snprintf(text, sizeof text, PRECISE "postfix/%s", repetitions[i].text);
        parse(text, strlen(text), &line);
        CHECK_INT(repetitions[i].name, line.outcome, repetitions[i].outcome);
        CHECK_INT(repetitions[i].name, line.more, repetitions[i].more);
    }
}

static void test_nul(void **state) {
    (void)state;
    static const char text[] = TRADITIONAL "postfix/smtpd[5]: 7C21D3F8A6: client=\0x";
    static const char before[] = "\0\0\0" TRADITIONAL "postfix/smtpd[5]: 7C21D3F8A6: client=x";
    static const char within[] = TRADITIONAL "postfix/smtpd\0[5]: 7C21D3F8A6: client=x";
    struct mail_log_line line;
    assert_int_equal(parse(text, sizeof text - 1, &line), MAIL_LOG_OUTCOME);
    assert_int_equal(parse(before, sizeof before - 1, &line), MAIL_LOG_MALFORMED);
    assert_int_not_equal(parse(within, sizeof within - 1, &line), MAIL_LOG_OUTCOME);
}

static void test_stamps(void **state) {
    (void)state;
    static const struct {
        const char *name, *stamp;
        enum mail_log_stamp kind;
        int64_t usec;
    } stamps[] = {
        {"traditional", "Nov 27 14:46:03", STAMP_LOCAL, INT64_C(2763000000)},
        {"RFC 3339", "2026-11-27T14:46:03.123456+01:00", STAMP_EXACT, INT64_C(1795787163123456)},
        {"west", "2026-11-27T14:46:03.1-03:30", STAMP_EXACT, INT64_C(1795803363100000)},
        {"a leap day", "2024-02-29T00:00:00Z", STAMP_EXACT, INT64_C(1709164800000000)},
        {"the day after", "2024-03-01T00:00:00Z", STAMP_EXACT, INT64_C(1709251200000000)},
        {"the epoch", "1970-01-01T00:00:00Z", STAMP_EXACT, 0},
        {"nanoseconds", "1970-01-01T00:00:00.123456789Z", STAMP_EXACT, 123456},
        {"short-unix", "1795790763.123456", STAMP_EXACT, INT64_C(1795790763123456)},
    };
    for (size_t i = 0; i < COUNT_OF(stamps); i++) {
        char text[128];
        struct mail_log_line line;
        snprintf(text, sizeof text, "%s gw postfix/smtpd[1]: connect", stamps[i].stamp);
        CHECK_INT(stamps[i].name, parse(text, strlen(text), &line), MAIL_LOG_OTHER);
        CHECK_INT(stamps[i].name, line.stamp, stamps[i].kind);
        CHECK_INT(stamps[i].name, line.stamp_usec, stamps[i].usec);
    }
}

/* What was requeued: only what pickup writes behind the sender, who may have any name. */
static void test_requeued(void **state) {
    (void)state;
    static const struct {
        const char *name, *text, *new_id, *old_id;
    } lines[] = {
        {"requeued", "postfix/pickup[9]: 9E8D7C6B5A: uid=102 from=<a@b.example> orig_id=4ABC12DEF0",
         "9E8D7C6B5A", "4ABC12DEF0"},
        {"a long ID", "postfix/pickup[9]: 4bXY3c1z2Tz4BCD: uid=102 from=<> orig_id=4bXY3c1z2Tz4BCF",
         "4bXY3c1z2Tz4BCD", "4bXY3c1z2Tz4BCF"},
        {"a sender who would be one",
         "postfix/pickup[9]: 9E8D7C6B5A: uid=0 from=<a> orig_id=4ABC12DEF0>", "", ""},
        {"and is requeued",
         "postfix/pickup[9]: 9E8D7C6B5A: uid=0 from=<a> orig_id=4ABC12DEF0> orig_id=4ABC12DEF1",
         "9E8D7C6B5A", "4ABC12DEF1"},
        {"submitted", "postfix/pickup[9]: 9E8D7C6B5A: uid=0 from=<root>", "", ""},
        {"no ID", "postfix/pickup[9]: 9E8D7C6B5A: uid=0 from=<root> orig_id=ALL", "", ""},
        {"cut", "postfix/pickup[9]: 9E8D7C6B5A: uid=0 from=<root> orig_id=", "", ""},
        {"of another program",
         "postfix/cleanup[9]: 9E8D7C6B5A: uid=102 from=<a@b.example> orig_id=4ABC12DEF0", "", ""},
        {"of another instance",
         "postfix-out/pickup[9]: 9E8D7C6B5A: uid=102 from=<a@b.example> orig_id=4ABC12DEF0", "",
         ""},
    };
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct mail_log_line line;
        char text[200];
        int len = snprintf(text, sizeof text, "Nov 27 14:46:03 gw %s", lines[i].text);
        mail_log_parse(text, (size_t)len, "postfix", &line);
        CHECK_STRING(lines[i].name, line.new_id, lines[i].new_id);
        CHECK_STRING(lines[i].name, line.old_id, lines[i].old_id);
    }
}

static void test_ages(void **state) {
    (void)state;
    const int64_t noon = 1795780800; /* a full hour */
    static const struct {
        const char *name;
        enum mail_log_stamp stamp;
        int64_t then, now;
        uint64_t age;
    } ages[] = {
        {"now", STAMP_EXACT, 0, 0, 0},
        {"a minute ago", STAMP_EXACT, 0, 60, 60},
        {"in the future", STAMP_EXACT, 60, 0, 0},
        {"a day ago", STAMP_EXACT, 0, 86400, 86400},
        {"the same second, local", STAMP_LOCAL, 100, 100, 0},
        {"a minute ago, local", STAMP_LOCAL, 100, 160, 60},
        {"in another zone", STAMP_LOCAL, 1800 + 100, 160, 60},
        {"over the full hour", STAMP_LOCAL, 3590, 3600 + 20, 30},
        {"a moment ahead", STAMP_LOCAL, 110, 100, 0},
    };
    for (size_t i = 0; i < COUNT_OF(ages); i++) {
        int64_t seconds = ages[i].stamp == STAMP_EXACT ? noon + ages[i].then : ages[i].then;
        const struct mail_log_line line = {.stamp = ages[i].stamp, .stamp_usec = seconds * 1000000};
        CHECK_INT(ages[i].name, mail_log_age_s(&line, noon + ages[i].now), ages[i].age);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),       cmocka_unit_test(test_cut_lines),
        cmocka_unit_test(test_instances),   cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_repetitions), cmocka_unit_test(test_nul),
        cmocka_unit_test(test_stamps),      cmocka_unit_test(test_ages),
        cmocka_unit_test(test_requeued),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

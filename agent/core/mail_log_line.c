/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A cursor moves through the line: every take_ function either consumes what it looks for and
 * returns true, or leaves the cursor in an undefined place and returns false, after which the line
 * is given up. Nothing is copied.
 */
#include "core/mail_log_line.h"

#include "core/queue_id.h"
#include "core/time_units.h"

#include <string.h>

#define QUARTER_S 900
#define HOUR_S 3600
#define MSEC_PER_SEC 1000
#define DELAY_MAX_S UINT64_C(100000000)

struct cursor {
    const char *at, *end;
};

struct word {
    const char *text;
    size_t len;
};

static size_t left(const struct cursor *cursor) {
    return (size_t)(cursor->end - cursor->at);
}

static bool take(struct cursor *cursor, const char *text) {
    size_t len = strlen(text);
    if (left(cursor) < len || memcmp(cursor->at, text, len) != 0) {
        return false;
    }
    cursor->at += len;
    return true;
}

/* Up to the next separator, which is consumed. */
static bool take_until(struct cursor *cursor, char separator, struct word *word) {
    const char *found = left(cursor) > 0 ? memchr(cursor->at, separator, left(cursor)) : NULL;
    if (found == NULL) {
        return false;
    }
    *word = (struct word){cursor->at, (size_t)(found - cursor->at)};
    cursor->at = found + 1;
    return true;
}

static bool take_digits(struct cursor *cursor, size_t least, size_t most, int64_t *number) {
    size_t count = 0;
    *number = 0;
    while (count < most && left(cursor) > 0 && *cursor->at >= '0' && *cursor->at <= '9') {
        *number = *number * 10 + (*cursor->at++ - '0');
        count++;
    }
    return count >= least;
}

static bool take_range(struct cursor *cursor, const char *before, size_t digits, int64_t most,
                       int64_t *number) {
    return take(cursor, before) && take_digits(cursor, digits, digits, number) && *number <= most;
}

/* A fraction of a second, if there is one; what follows the sixth digit is dropped. */
static bool take_fraction(struct cursor *cursor, int64_t *usec) {
    int64_t scale = (int64_t)USEC_PER_SEC / 10;
    *usec = 0;
    if (left(cursor) == 0 || *cursor->at != '.') {
        return true;
    }
    cursor->at++;
    const char *first = cursor->at;
    while (left(cursor) > 0 && *cursor->at >= '0' && *cursor->at <= '9') {
        *usec += (*cursor->at++ - '0') * scale;
        scale /= 10;
    }
    return cursor->at > first;
}

/* Days since the epoch of a date of the proleptic Gregorian calendar, counted in years that begin
 * in March, so that a leap day is the last one. */
static int64_t days_of(int64_t year, int64_t month, int64_t day) {
    int64_t y = month > 2 ? year : year - 1;
    int64_t m = month > 2 ? month - 3 : month + 9;
    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 719469;
}

static bool take_clock(struct cursor *cursor, int64_t *seconds) {
    int64_t hour;
    int64_t minute;
    int64_t second;
    if (!take_range(cursor, "", 2, 23, &hour) || !take_range(cursor, ":", 2, 59, &minute) ||
        !take_range(cursor, ":", 2, 60, &second)) {
        return false;
    }
    *seconds = hour * HOUR_S + minute * 60 + second;
    return true;
}

static bool take_zone(struct cursor *cursor, int64_t *offset) {
    int64_t hours;
    int64_t minutes;
    *offset = 0;
    if (take(cursor, "Z")) {
        return true;
    }
    bool west = left(cursor) > 0 && *cursor->at == '-';
    if ((!west && !take(cursor, "+")) || (west && !take(cursor, "-")) ||
        !take_range(cursor, "", 2, 23, &hours) || !take_range(cursor, ":", 2, 59, &minutes)) {
        return false;
    }
    *offset = (hours * HOUR_S + minutes * 60) * (west ? -1 : 1);
    return true;
}

static bool take_rfc3339(struct cursor *cursor, struct mail_log_line *line) {
    int64_t year;
    int64_t month;
    int64_t day;
    int64_t seconds;
    int64_t usec;
    int64_t offset;
    if (!take_range(cursor, "", 4, 9999, &year) || !take_range(cursor, "-", 2, 12, &month) ||
        !take_range(cursor, "-", 2, 31, &day) || !take(cursor, "T") ||
        !take_clock(cursor, &seconds) || !take_fraction(cursor, &usec) ||
        !take_zone(cursor, &offset) || month == 0 || day == 0) {
        return false;
    }
    seconds += days_of(year, month, day) * SECONDS_PER_DAY - offset;
    line->stamp = STAMP_EXACT;
    line->stamp_usec = seconds * (int64_t)USEC_PER_SEC + usec;
    return true;
}

static bool take_unix(struct cursor *cursor, struct mail_log_line *line) {
    int64_t seconds;
    int64_t usec;
    if (!take_digits(cursor, 1, 11, &seconds) || !take_fraction(cursor, &usec)) {
        return false;
    }
    line->stamp = STAMP_EXACT;
    line->stamp_usec = seconds * (int64_t)USEC_PER_SEC + usec;
    return true;
}

static bool take_traditional(struct cursor *cursor, struct mail_log_line *line) {
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int64_t day;
    int64_t seconds;
    bool month = false;
    for (size_t i = 0; i + 3 < sizeof months && !month && left(cursor) > 3; i += 3) {
        month = memcmp(cursor->at, months + i, 3) == 0;
    }
    if (!month) {
        return false;
    }
    cursor->at += 3;
    while (take(cursor, " ")) {
    }
    if (!take_digits(cursor, 1, 2, &day) || day > 31 || !take(cursor, " ") ||
        !take_clock(cursor, &seconds)) {
        return false;
    }
    line->stamp = STAMP_LOCAL;
    line->stamp_usec = seconds % HOUR_S * (int64_t)USEC_PER_SEC;
    return true;
}

/* The time and the host name. */
static bool take_header(struct cursor *cursor, struct mail_log_line *line) {
    struct word host;
    bool stamped;
    if (left(cursor) < 5) {
        return false;
    }
    if (*cursor->at < '0' || *cursor->at > '9') {
        stamped = take_traditional(cursor, line);
    } else if (cursor->at[4] == '-') {
        stamped = take_rfc3339(cursor, line);
    } else {
        stamped = take_unix(cursor, line);
    }
    return stamped && take(cursor, " ") && take_until(cursor, ' ', &host) && host.len > 0;
}

/* `NAME[PID]: ` or `NAME: `, as syslog(3) writes it. */
static bool take_program(struct cursor *cursor, struct word *name) {
    const char *start = cursor->at;
    int64_t pid;
    while (left(cursor) > 0 && strchr("[: ", *cursor->at) == NULL) {
        cursor->at++;
    }
    *name = (struct word){start, (size_t)(cursor->at - start)};
    if (take(cursor, "[") && (!take_digits(cursor, 1, 10, &pid) || !take(cursor, "]"))) {
        return false;
    }
    return name->len > 0 && take(cursor, ": ");
}

static bool word_is(const struct word *word, const char *text) {
    return word->len == strlen(text) && memcmp(word->text, text, word->len) == 0;
}

/* The daemon of a program of the instance: what follows the last slash. */
static bool find_daemon(const struct word *name, const char *syslog_name, struct word *daemon) {
    size_t prefix = strlen(syslog_name);
    if (name->len <= prefix + 1 || memcmp(name->text, syslog_name, prefix) != 0 ||
        name->text[prefix] != '/') {
        return false;
    }
    size_t start = name->len;
    while (name->text[start - 1] != '/') {
        start--;
    }
    *daemon = (struct word){name->text + start, name->len - start};
    return daemon->len > 0;
}

/* An address in the form of info_log_address_format = external, with the angle brackets: a local
 * part in quotes may have anything in it. */
static bool take_address(struct cursor *cursor) {
    struct word rest;
    if (!take(cursor, "<")) {
        return false;
    }
    if (take(cursor, "\"")) {
        while (left(cursor) > 0 && *cursor->at != '"') {
            cursor->at += *cursor->at == '\\' && left(cursor) > 1 ? 2 : 1;
        }
    }
    return take_until(cursor, '>', &rest);
}

/* Seconds with a fraction, as milliseconds. */
static bool parse_delay(struct cursor value, uint64_t *delay_ms) {
    int64_t seconds;
    int64_t usec;
    if (!take_digits(&value, 1, 10, &seconds) || !take_fraction(&value, &usec) ||
        left(&value) > 0) {
        return false;
    }
    uint64_t whole = (uint64_t)seconds < DELAY_MAX_S ? (uint64_t)seconds : DELAY_MAX_S;
    *delay_ms = whole * MSEC_PER_SEC + (uint64_t)usec / USEC_PER_MSEC;
    return true;
}

static const struct {
    const char *status;
    enum delivery_outcome outcome;
} statuses[] = {
    {"sent (", DELIVERY_SENT},
    {"deferred (", DELIVERY_DEFERRED},
    {"bounced (", DELIVERY_BOUNCED},
    {"SOFTBOUNCE (", DELIVERY_DEFERRED}, /* soft_bounce = yes: it stays in the queue */
};

static enum delivery_outcome take_status(struct cursor *cursor) {
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        if (take(cursor, statuses[i].status)) {
            /* To another address of this Postfix, from where it is delivered once more. */
            bool forwarded = statuses[i].outcome == DELIVERY_SENT && take(cursor, "forwarded as ");
            return forwarded ? DELIVERY_NONE : statuses[i].outcome;
        }
    }
    return DELIVERY_NONE;
}

/* After `to=`: <ADDRESS>, then fields with `, ` between them, none of which has a comma in its
 * value, up to `status=`. */
static enum delivery_outcome take_delivery(struct cursor *cursor, struct mail_log_line *line) {
    struct word field;
    if (!take_address(cursor) || !take(cursor, ", ")) {
        return DELIVERY_NONE;
    }
    if (take(cursor, "orig_to=") && (!take_address(cursor) || !take(cursor, ", "))) {
        return DELIVERY_NONE;
    }
    while (!take(cursor, "status=")) {
        bool delay = take(cursor, "delay=");
        if (!take_until(cursor, ',', &field) || !take(cursor, " ")) {
            return DELIVERY_NONE;
        }
        if (delay) {
            struct cursor value = {field.text, field.text + field.len};
            line->has_delay = parse_delay(value, &line->delay_ms);
        }
    }
    return take_status(cursor);
}

/* After `from=`, of qmgr(8). */
static enum delivery_outcome take_expiry(struct cursor *cursor) {
    if (!take_address(cursor) || !take(cursor, ", status=")) {
        return DELIVERY_NONE;
    }
    return take(cursor, "expired,") || take(cursor, "force-expired,") ? DELIVERY_EXPIRED
                                                                      : DELIVERY_NONE;
}

/* What follows the queue ID, and by whom it is written. Others write the same words about
 * something else. */
static const struct {
    const char *text;
    const char *daemons[4];
    enum delivery_outcome outcome;
    bool before_queue; /* NOQUEUE in place of the ID is good as well */
} phrases[] = {
    {"client=", {"smtpd", "qmqpd"}, DELIVERY_RECEIVED, false},
    {"uid=", {"pickup"}, DELIVERY_RECEIVED, false},
    {"reject: ", {"smtpd", "cleanup", "postscreen", "qmqpd"}, DELIVERY_REJECTED, true},
    {"milter-reject: ", {"smtpd", "cleanup"}, DELIVERY_REJECTED, true},
    {"milter-header-reject: ", {"cleanup"}, DELIVERY_REJECTED, true},
    {"hold: ", {"smtpd", "cleanup", "qmqpd"}, DELIVERY_HELD, true},
    {"milter-hold: ", {"smtpd", "cleanup"}, DELIVERY_HELD, true},
    {"milter-header-hold: ", {"cleanup"}, DELIVERY_HELD, true},
    {"placed on hold", {"postsuper"}, DELIVERY_HELD, false},
};

static bool says(const char *const daemons[4], const struct word *daemon) {
    for (size_t i = 0; i < 4 && daemons[i] != NULL; i++) {
        if (word_is(daemon, daemons[i])) {
            return true;
        }
    }
    return false;
}

static enum delivery_outcome take_phrase(struct cursor *cursor, const struct word *daemon,
                                         bool queued) {
    for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++) {
        if ((queued || phrases[i].before_queue) && take(cursor, phrases[i].text)) {
            return says(phrases[i].daemons, daemon) ? phrases[i].outcome : DELIVERY_NONE;
        }
    }
    return DELIVERY_NONE;
}

/* pickup's `uid=102 from=<SENDER> orig_id=ID`, of a file that belongs to Postfix: it has been
 * requeued. The sender may be anything, but without an ID its `>` is the end of the line. */
static void take_requeue(const struct cursor *cursor, const struct word *id,
                         struct mail_log_line *line) {
    static const char before[] = "> orig_id=";
    const size_t before_len = sizeof before - 1;
    const char *equals = memrchr(cursor->at, '=', left(cursor));
    const char *old = equals != NULL ? equals + 1 : cursor->end;
    size_t old_len = (size_t)(cursor->end - old);
    if ((size_t)(old - cursor->at) >= before_len && queue_id_valid(old, old_len) &&
        memcmp(old - before_len, before, before_len) == 0) {
        memcpy(line->old_id, old, old_len);
        memcpy(line->new_id, id->text, id->len);
    }
}

static enum delivery_outcome take_message(struct cursor *cursor, const struct word *daemon,
                                          struct mail_log_line *line) {
    struct word id;
    if (!take_until(cursor, ':', &id) || !take(cursor, " ")) {
        return DELIVERY_NONE;
    }
    /* Of a filter before the queue, when there is no ID yet. */
    if (word_is(&id, "proxy-reject")) {
        return word_is(daemon, "smtpd") ? DELIVERY_REJECTED : DELIVERY_NONE;
    }
    bool queued = queue_id_valid(id.text, id.len);
    if (!queued && !word_is(&id, "NOQUEUE")) {
        return DELIVERY_NONE;
    }
    if (queued && take(cursor, "to=")) {
        return take_delivery(cursor, line);
    }
    if (queued && take(cursor, "from=")) {
        return word_is(daemon, "qmgr") || word_is(daemon, "oqmgr") ? take_expiry(cursor)
                                                                   : DELIVERY_NONE;
    }
    if (queued && word_is(daemon, "pickup")) {
        take_requeue(cursor, &id, line);
    }
    return take_phrase(cursor, daemon, queued);
}

/* systemd-journald's `Suppressed 42 messages from postfix@-.service`, of a service that wrote more
 * than its rate limit allows. */
static bool take_suppression(struct cursor *cursor, struct mail_log_line *line) {
    int64_t count;
    if (!take(cursor, "Suppressed ") || !take_digits(cursor, 1, 9, &count) ||
        !take(cursor, " messages from ")) {
        return false;
    }
    take(cursor, "/system.slice/");
    take(cursor, "system-postfix.slice/");
    if (!take(cursor, "postfix")) {
        return false;
    }
    line->suppressed = (uint32_t)count;
    return true;
}

/* Goes into a message that stands for several. */
static bool take_repetition(struct cursor *cursor, struct mail_log_line *line) {
    int64_t count;
    if (!take(cursor, "message repeated ") || !take_digits(cursor, 1, 9, &count) || count == 0 ||
        !take(cursor, " times: [ ") || left(cursor) == 0 || cursor->end[-1] != ']') {
        return false;
    }
    cursor->end--;
    line->more = (uint32_t)count - 1;
    return true;
}

static enum delivery_outcome take_messages(struct cursor *cursor, const struct word *daemon,
                                           struct mail_log_line *line) {
    struct cursor inner = *cursor;
    return take_message(take_repetition(&inner, line) ? &inner : cursor, daemon, line);
}

enum mail_log_kind mail_log_parse(const char *text, size_t len, const char *syslog_name,
                                  struct mail_log_line *line) {
    struct cursor cursor = {text, text + len};
    struct word program;
    struct word daemon;
    *line = (struct mail_log_line){.outcome = DELIVERY_NONE};
    if (len > MAIL_LOG_LINE_MAX || !take_header(&cursor, line) ||
        !take_program(&cursor, &program)) {
        return MAIL_LOG_MALFORMED;
    }
    if (find_daemon(&program, syslog_name, &daemon)) {
        line->outcome = take_messages(&cursor, &daemon, line);
        line->has_delay = line->has_delay && line->outcome == DELIVERY_SENT;
        return line->outcome != DELIVERY_NONE ? MAIL_LOG_OUTCOME : MAIL_LOG_OTHER;
    }
    if (word_is(&program, "systemd-journald") && take_suppression(&cursor, line)) {
        return MAIL_LOG_SUPPRESSED;
    }
    return MAIL_LOG_FOREIGN;
}

uint64_t mail_log_age_s(const struct mail_log_line *line, int64_t now_wall) {
    int64_t then = line->stamp_usec / (int64_t)USEC_PER_SEC;
    if (line->stamp == STAMP_EXACT) {
        return now_wall > then ? (uint64_t)(now_wall - then) : 0;
    }
    int64_t age = (now_wall % HOUR_S + HOUR_S - then % HOUR_S) % QUARTER_S;
    return age < QUARTER_S / 2 ? (uint64_t)age : 0;
}

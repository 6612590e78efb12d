/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One stream of records (core/mail_log_record.h) at a time. It is asked for when the helper says
 * hello and again some seconds after its end, always from the position behind the last record that
 * was processed. A record is processed completely or not at all, so that a process that ends within
 * one costs nothing.
 *
 * The log is unavailable when the helper says that it cannot be read, and when nothing has been
 * heard of it for GRACE_USEC: a healthy log that is silent is reported every few seconds.
 */
#include "app/delivery_reader.h"

#include "core/mail_log_line.h"
#include "core/mail_log_record.h"
#include "core/run_clock.h"
#include "core/text.h"
#include "os/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#define TICK_USEC USEC_PER_SEC
#define RETRY_USEC (2 * USEC_PER_SEC)
#define FAILED_RETRY_USEC (10 * USEC_PER_SEC)
#define GRACE_USEC (30 * USEC_PER_SEC)

/* What is lost is reported once in this time. */
#define REPORT_USEC (60 * USEC_PER_SEC)

#define TEXT_SIZE 512

/* Lines that are not counted although they may be Postfix's. */
struct losses {
    uint64_t skipped;    /* longer than a line may be */
    uint64_t suppressed; /* dropped by the journal */
    uint64_t reported_usec;
};

struct delivery_reader {
    sd_event *event;
    sd_event_source *timer;
    struct helper_client *helper;
    struct delivery_reader_callbacks callbacks;
    struct delivery *delivery;
    struct mail_log_decoder *decoder; /* NULL = no stream */
    struct run_clock clock;           /* a paused agent has heard nothing either */
    uint64_t heard_usec;              /* the last record, by the run clock */
    uint64_t retry_usec;              /* when to ask again, by the run clock */
    bool begun;                       /* the log was read at some time */
    bool failed;                      /* as noted */
    bool silent;                      /* because nothing was heard */
    char syslog_name[MAIL_LOG_NAME_SIZE];
    struct mail_log_position position; /* behind the last record */
    uint64_t last_line;                /* journal: mail_log_hash of the last line */
    uint64_t last_times;               /* how often it came in a row; 0 = there is none */
    int64_t latest_stamp;              /* of all lines */
    uint64_t repeats;                  /* how often it is still to come once more */
    struct losses losses;
};

static uint64_t ran_usec(struct delivery_reader *reader) {
    return run_clock_turn(&reader->clock, clock_usec());
}

static void note_failure(struct delivery_reader *reader, const char *error) {
    char text[TEXT_SIZE];
    delivery_lost(reader->delivery);
    snprintf(text, sizeof text, "the mail log is not read: %s", error);
    if (!reader->failed) {
        reader->callbacks.note(reader->callbacks.userdata, text);
    }
    reader->failed = true;
}

static void note_success(struct delivery_reader *reader, bool gap) {
    delivery_found(reader->delivery, gap, clock_usec());
    if (reader->failed) {
        reader->callbacks.note(reader->callbacks.userdata, NULL);
    }
    reader->failed = reader->silent = false;
}

static void report(struct delivery_reader *reader, int priority, const char *beginning,
                   const char *text) {
    char line[2 * TEXT_SIZE];
    snprintf(line, sizeof line, "%s%s", beginning, text);
    reader->callbacks.log(reader->callbacks.userdata, priority, line);
}

static void report_losses(struct delivery_reader *reader, uint64_t now) {
    struct losses *losses = &reader->losses;
    char text[TEXT_SIZE];
    bool due = losses->reported_usec == 0 || now - losses->reported_usec >= REPORT_USEC;
    if (losses->skipped + losses->suppressed == 0 || !due) {
        return;
    }
    if (losses->suppressed > 0) {
        snprintf(text, sizeof text,
                 "the journal has dropped %" PRIu64 " messages of Postfix, which are not counted: "
                 "see RateLimitBurst in journald.conf(5)",
                 losses->suppressed);
        report(reader, LOG_WARNING, "", text);
    }
    if (losses->skipped > 0) {
        snprintf(text, sizeof text, "lines of the mail log that were too long to be read: %" PRIu64,
                 losses->skipped);
        report(reader, LOG_WARNING, "", text);
    }
    *losses = (struct losses){.reported_usec = now};
}

/*
 * The journal is read from a time on: that which the last line has. It compares this with the times
 * at which it got its lines, which are a little later than those in them, so that more than the
 * last line comes once more. Its order stays: all up to the last line are repeats. A later line
 * than any that was read ends them as well, if the journal has lost the last line.
 */
static bool is_repeat(struct delivery_reader *reader, const struct mail_log_line *line,
                      uint64_t hash) {
    if (reader->repeats == 0 || line->stamp != STAMP_EXACT) {
        return false;
    }
    if (line->stamp_usec > reader->latest_stamp) {
        reader->repeats = 0;
        return false;
    }
    reader->repeats -= hash == reader->last_line;
    return true;
}

/* A clock that was set back counts anew. */
static void note_line(struct delivery_reader *reader, const struct mail_log_line *line,
                      uint64_t hash) {
    struct mail_log_position *position = &reader->position;
    if (position->source != MAIL_LOG_JOURNAL || line->stamp != STAMP_EXACT ||
        line->stamp_usec < 0) {
        return;
    }
    bool same = reader->last_times > 0 && reader->last_line == hash;
    reader->last_times = same ? reader->last_times + 1 : 1;
    reader->last_line = hash;
    if (line->stamp_usec > reader->latest_stamp ||
        line->stamp_usec < reader->latest_stamp - (int64_t)USEC_PER_SEC) {
        reader->latest_stamp = line->stamp_usec;
    }
    position->stamp_usec = (uint64_t)line->stamp_usec;
}

/* read_usec: when the line was read from the log. */
static void take_line(struct delivery_reader *reader, const char *text, size_t len, bool backlog,
                      uint64_t read_usec) {
    struct mail_log_line line;
    enum mail_log_kind kind = mail_log_parse(text, len, reader->syslog_name, &line);
    if (kind == MAIL_LOG_MALFORMED) {
        reader->losses.skipped += len > MAIL_LOG_LINE_MAX;
        return;
    }
    uint64_t hash = mail_log_hash(text, len);
    if (is_repeat(reader, &line, hash)) {
        return;
    }
    note_line(reader, &line, hash);
    reader->losses.suppressed += line.suppressed;
    if (line.new_id[0] != '\0') {
        reader->callbacks.requeued(reader->callbacks.userdata, line.old_id, line.new_id);
    }
    if (kind != MAIL_LOG_OUTCOME) {
        return;
    }
    int64_t now_wall = clock_wall();
    const struct delivery_event event = {.outcome = line.outcome,
                                         .has_delay = line.has_delay,
                                         .delay_ms = line.delay_ms,
                                         .more = line.more,
                                         .age_s = backlog ? mail_log_age_s(&line, now_wall) : 0};
    delivery_add(reader->delivery, &event, read_usec, now_wall);
}

static void take_lines(struct delivery_reader *reader, const struct mail_log_record *record,
                       const char *payload) {
    const char *end = payload + record->length;
    uint64_t now = clock_usec();
    uint64_t read_usec = record->read_usec < now ? record->read_usec : now;
    while (payload < end) {
        const char *newline = memchr(payload, '\n', (size_t)(end - payload));
        take_line(reader, payload, (size_t)(newline - payload),
                  (record->flags & MAIL_LOG_BACKLOG) != 0, read_usec);
        payload = newline + 1;
    }
}

static void take_begin(struct delivery_reader *reader, const struct mail_log_record *record,
                       const char *payload) {
    char shown[TEXT_SIZE];
    const char *text = payload + strlen(payload) + 1;
    bool gap = (record->flags & MAIL_LOG_RESUMED) == 0;
    snprintf(reader->syslog_name, sizeof reader->syslog_name, "%s", payload);
    text_escape(text, strlen(text), shown, sizeof shown);
    if (!reader->begun) {
        report(reader, LOG_INFO, "deliveries are counted from ", shown);
    } else if (gap) {
        report(reader, LOG_WARNING, "lines may be missing in the counts of deliveries: ", shown);
    }
    reader->begun = true;
    note_success(reader, gap);
}

static void take_error(struct delivery_reader *reader, const struct mail_log_record *record,
                       const char *payload) {
    char shown[TEXT_SIZE];
    note_failure(reader, text_escape(payload, record->length - 1, shown, sizeof shown));
}

/* The time of the last line is the agent's part of a position in the journal; before the first one
 * it is now. */
static void keep_position(struct delivery_reader *reader,
                          const struct mail_log_position *position) {
    bool journal = position->source == MAIL_LOG_JOURNAL;
    if (position->source == MAIL_LOG_NOWHERE ||
        (journal && reader->position.source == MAIL_LOG_JOURNAL)) {
        return;
    }
    reader->position = *position;
    if (journal) {
        reader->position.stamp_usec = (uint64_t)clock_wall() * USEC_PER_SEC;
        reader->last_times = 0;
    }
}

static void on_record(void *userdata, const struct mail_log_record *record, const char *payload) {
    struct delivery_reader *reader = userdata;
    reader->heard_usec = ran_usec(reader);
    if (reader->silent && record->type != MAIL_LOG_UNREADABLE) {
        note_success(reader, false);
    }
    keep_position(reader, &record->position);
    reader->losses.skipped += record->skipped;
    if (record->type == MAIL_LOG_BEGIN) {
        take_begin(reader, record, payload);
    } else if (record->type == MAIL_LOG_LINES) {
        take_lines(reader, record, payload);
    } else if (record->type == MAIL_LOG_UNREADABLE) {
        take_error(reader, record, payload);
    }
}

static int on_data(void *userdata, const char *data, size_t len) {
    struct delivery_reader *reader = userdata;
    return mail_log_decode(reader->decoder, data, len, on_record, reader);
}

static void drop_stream(struct delivery_reader *reader) {
    free(reader->decoder);
    reader->decoder = NULL;
}

/* A process that was replaced by another one was missed for a moment only. */
static void on_end(void *userdata, const struct command_end *end) {
    struct delivery_reader *reader = userdata;
    drop_stream(reader);
    reader->retry_usec = ran_usec(reader) + (end->ok ? RETRY_USEC : FAILED_RETRY_USEC);
    if (!end->ok && !end->lost && !reader->begun) {
        note_failure(reader, end->error);
    }
}

/* What a clock that has been set back leaves in the future would never come. */
static void prepare_position(struct delivery_reader *reader) {
    struct mail_log_position *position = &reader->position;
    uint64_t now = (uint64_t)clock_wall() * USEC_PER_SEC;
    if (position->source == MAIL_LOG_JOURNAL && position->stamp_usec > now + USEC_PER_SEC) {
        position->stamp_usec = now;
        reader->last_times = 0;
    }
    reader->repeats = reader->last_times;
}

static void ask(struct delivery_reader *reader) {
    const struct stream_callbacks callbacks = {.data = on_data, .end = on_end, .userdata = reader};
    const struct helper_order order = {.type = REQUEST_LOG, .position = &reader->position};
    if (reader->decoder != NULL) {
        return;
    }
    reader->decoder = calloc(1, sizeof *reader->decoder);
    if (reader->decoder == NULL) {
        return;
    }
    prepare_position(reader);
    if (!helper_client_run(reader->helper, &order, &callbacks)) {
        drop_stream(reader);
    }
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
    struct delivery_reader *reader = userdata;
    uint64_t now = ran_usec(reader);
    (void)usec;
    if (reader->decoder == NULL && now >= reader->retry_usec) {
        reader->retry_usec = now + RETRY_USEC;
        ask(reader);
    }
    if (now - reader->heard_usec > GRACE_USEC && !reader->failed) {
        note_failure(reader, "nothing is heard of it from the helper");
        reader->silent = true;
    }
    report_losses(reader, clock_usec());
    sd_event_source_set_time_relative(source, TICK_USEC);
    return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

int delivery_reader_new(sd_event *event, const struct config *config, struct helper_client *helper,
                        const struct delivery_reader_callbacks *callbacks,
                        struct delivery_reader **out) {
    *out = NULL;
    if (!config_reads_mail_log(config)) {
        return 0;
    }
    struct delivery_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL || (reader->delivery = delivery_new(clock_usec())) == NULL) {
        free(reader);
        return -ENOMEM;
    }
    reader->event = sd_event_ref(event);
    reader->helper = helper;
    reader->callbacks = *callbacks;
    reader->retry_usec = UINT64_MAX; /* until the helper says hello */
    int r = sd_event_add_time_relative(event, &reader->timer, CLOCK_MONOTONIC, TICK_USEC, 0,
                                       on_timer, reader);
    if (r < 0) {
        delivery_reader_free(reader);
        return r;
    }
    *out = reader;
    return 0;
}

void delivery_reader_free(struct delivery_reader *reader) {
    if (reader == NULL) {
        return;
    }
    sd_event_source_disable_unref(reader->timer);
    sd_event_unref(reader->event);
    drop_stream(reader);
    free(reader->delivery);
    free(reader);
}

void delivery_reader_wake(struct delivery_reader *reader) {
    if (reader != NULL) {
        reader->retry_usec = 0;
        ask(reader);
    }
}

const struct delivery *delivery_reader_delivery(const struct delivery_reader *reader) {
    return reader != NULL ? reader->delivery : NULL;
}

/* SPDX-License-Identifier: BSD-3-Clause */
#include "sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NOW_USEC UINT64_C(90000000)
#define MANY_RECIPIENTS 5000
#define SAMPLE_ROWS 9 /* of each insight table */

/* As Postfix 3.7's postqueue -j prints them; only the addresses are made up. */
static const char *const lines[] = {
    "{\"queue_name\": \"active\", \"queue_id\": \"7C21D3F8A6\", \"arrival_time\": 1700003500, "
    "\"message_size\": 2048, \"forced_expire\": false, \"sender\": \"billing@shop.example\", "
    "\"recipients\": [{\"address\": \"anna@customer.example\"}]}",
    "{\"queue_name\": \"deferred\", \"queue_id\": \"3F2504E0B1\", \"arrival_time\": 1700000000, "
    "\"message_size\": 4716, \"forced_expire\": false, \"sender\": \"MAILER-DAEMON\", "
    "\"recipients\": [{\"address\": \"bounce-4711@lists.example\", \"delay_reason\": \"connect to "
    "mx.lists.example[192.0.2.25]:25: Connection timed out\"}]}",
    "{\"queue_name\": \"deferred\", \"queue_id\": \"A91C04D7E2\", \"arrival_time\": 1699990000, "
    "\"message_size\": 131072, \"forced_expire\": true, \"sender\": \"newsletter@shop.example\", "
    "\"recipients\": [{\"address\": \"bob@full.example\", \"delay_reason\": \"host "
    "mx.full.example[198.51.100.7] said: 452 4.2.2 Mailbox full (in reply to RCPT TO command)\"}, "
    "{\"address\": \"\\\"carol smith\\\"@full.example\", \"delay_reason\": \"host "
    "mx.full.example[198.51.100.7] said: 452 4.2.2 Mailbox full (in reply to RCPT TO command)\"}]}",
    "{\"queue_name\": \"deferred\", \"queue_id\": \"4Fk3xY0bcdzK9q\", \"arrival_time\": "
    "1700001000, "
    "\"message_size\": 999, \"forced_expire\": false, \"sender\": \"j\xC3\xB6rg@m\xC3\xBCller."
    "example\", \"recipients\": [{\"address\": \"\xE6\x97\xA5\xE6\x9C\xAC@example.jp\", "
    "\"delay_reason\": \"unzustellbar: \xFC\xE4\"}], \"log_class\": {\"x\": [1]}}",
    "{\"queue_name\": \"hold\", \"queue_id\": \"5D3E1A9C07\", \"arrival_time\": 1699917200, "
    "\"message_size\": 1, \"forced_expire\": false, \"sender\": \"root@gateway.example\", "
    "\"recipients\": []}",
    "{\"queue_name\": \"incoming\", \"queue_id\": \"0A1B2C3D4E\", \"arrival_time\": 1700003599, "
    "\"message_size\": 600, \"forced_expire\": false, \"sender\": \"a@b.example\", "
    "\"recipients\": [{\"address\": \"c@d.example\"}]}",
    "{\"queue_name\": \"maildrop\", \"queue_id\": \"9E8D7C6B5A\", \"arrival_time\": 1700003600, "
    "\"message_size\": 700, \"forced_expire\": false, \"sender\": \"cron@gateway.example\", "
    "\"recipients\": [{\"address\": \"root@gateway.example\"}]}",
    "{\"queue_name\": \"hold\", \"queue_id\": \"4Fk3xY0bcdzK9qBCDFGHJKLMNPQRSTVW\", "
    "\"arrival_time\": 9007199254740992, \"message_size\": 9007199254740992, \"forced_expire\": "
    "false, \"sender\": \"x@y.example\", \"recipients\": [{\"address\": \"z@y.example\"}]}",
};

static void die(const char *what) {
    fprintf(stderr, "sample: %s\n", what);
    abort();
}

static void add_line(struct listing_builder *builder, const char *line, size_t len) {
    if (listing_builder_feed(builder, line, len) != 0 ||
        listing_builder_feed(builder, "\n", 1) != 0 || listing_builder_flaw(builder)[0] != '\0') {
        die(line);
    }
}

/* 5,000 recipients, the first with a reason longer than an SnmpAdminString, cut within a character.
 */
static void add_many(struct listing_builder *builder) {
    char *line = NULL;
    size_t len = 0;
    FILE *stream = open_memstream(&line, &len);
    if (stream == NULL) {
        die("no memory");
    }
    fputs("{\"queue_name\": \"deferred\", \"queue_id\": \"B0B0B0B0B0\", \"arrival_time\": "
          "1700002000, \"message_size\": 52428800, \"forced_expire\": false, \"sender\": "
          "\"list@lists.example\", \"recipients\": [",
          stream);
    for (int i = 0; i < MANY_RECIPIENTS; i++) {
        fprintf(stream, "%s{\"address\": \"u%d@member%d.example\", \"delay_reason\": \"",
                i > 0 ? ", " : "", i, i % 10);
        for (int c = 0; i == 0 && c < 100; c++) {
            fputs("\xE2\x82\xAC", stream); /* 3 octets, 255 is 85 of them */
        }
        fputs(i % 2 == 0 ? "x\"}" : "y\"}", stream);
    }
    fputs("]}", stream);
    fclose(stream);
    add_line(builder, line, len);
    free(line);
}

static struct listing *make_sample_listing(bool empty) {
    struct listing_builder *builder = listing_builder_new(ORDER_OLDEST, 100);
    if (builder == NULL) {
        die("no memory");
    }
    listing_builder_add_insight(builder, SAMPLE_ROWS, SAMPLE_NOW);
    for (size_t i = 0; !empty && i < sizeof lines / sizeof lines[0]; i++) {
        add_line(builder, lines[i], strlen(lines[i]));
    }
    if (!empty) {
        add_many(builder);
    }
    char error[200];
    struct listing *listing = listing_builder_finish(builder, NOW_USEC - 3000000,
                                                     NOW_USEC - 2000000, error, sizeof error);
    if (listing == NULL) {
        die(error);
    }
    for (size_t i = 0; i < listing->row_count; i++) {
        if (strcmp(listing->rows[i]->id, "3F2504E0B1") == 0) {
            listing->rows[i]->next_retry = SAMPLE_NOW + 300;
        }
    }
    return listing;
}

static const uint32_t sample_messages[QUEUE_COUNT] = {1, 1, 1, 4, 2, 3};

static void set_counts(struct counts *counts, bool empty) {
    for (int queue = 0; queue < QUEUE_COUNT; queue++) {
        counts->known[queue] = true;
        counts->messages[queue] = empty ? 0 : sample_messages[queue];
    }
    counts->taken_usec = NOW_USEC - 1500000;
}

static void set_settings(struct postfix_settings *settings) {
    static const char text[] = "3.7.11\n5d\n30d\nsmtp relay\n";
    char error[200];
    if (!postfix_settings_parse(text, sizeof text - 1, settings, error, sizeof error)) {
        die(error);
    }
}

static struct action *make_action(const char *owner, enum action_command command, uint32_t id) {
    struct action_key key = {.command = command, .id = id};
    snprintf(key.owner, sizeof key.owner, "%s", owner);
    struct action *action = action_new(&key);
    if (action == NULL) {
        die("no memory");
    }
    action->created = SAMPLE_NOW - 20;
    return action;
}

static void add_action(struct sample *sample, struct action *action) {
    if (!action_table_add(&sample->actions, action)) {
        die("no memory");
    }
    if (action_is_finished(action->state)) {
        action_table_finished(&sample->actions, action, action->ended);
    }
}

/* A finished row with results, one with output (a line of more than 255 octets, an empty one,
 * octets that are no text), one waiting under no name. */
static void add_actions(struct sample *sample) {
    static const char output[] = "*** ENVELOPE RECORDS ***\n\nSubject: \xFF\x01 ";
    struct action *action = make_action("alice", COMMAND_HOLD, 1);
    action->state = ACTION_PARTIAL;
    action->matched = 2;
    action->started = SAMPLE_NOW - 19;
    action->ended = SAMPLE_NOW - 18;
    snprintf(action->request.comment, sizeof action->request.comment, "ticket 4711");
    action_add_result(action, "3F2504E0B1", OUTCOME_DONE, "placed on hold");
    action_add_result(action, "A91C04D7E2", OUTCOME_NOT_FOUND, "no such message");
    add_action(sample, action);

    action = make_action("bob", COMMAND_VIEW, 4294967295U);
    action->state = ACTION_DONE;
    action->output_len = sizeof output + 600;
    action->output = malloc(action->output_len);
    if (action->output == NULL) {
        die("no memory");
    }
    memset(action->output, 'x', action->output_len);
    memcpy(action->output, output, sizeof output - 1);
    action_add_result(action, "3F2504E0B1", OUTCOME_DONE, "");
    add_action(sample, action);
    add_action(sample, make_action("", COMMAND_FLUSH, 3));
}

/* Everything that any type reports; what is not of its type is left empty. */
struct event sample_event(const struct sample *sample, enum event_type type) {
    struct event event = {.serial = sample->status.events.serial,
                          .type = type,
                          .time = SAMPLE_NOW,
                          .notified = NOTIFIED_PENDING,
                          .total = {true, 9},
                          .threshold = {true, 5}};
    for (int queue = 0; queue < QUEUE_COUNT; queue++) {
        event.queues[queue] = (struct event_number){true, sample_messages[queue]};
    }
    event.oldest_age_s = (struct event_number){true, 86400};
    snprintf(event.text, sizeof event.text, "the queue has 9 messages, more than 5");
    switch (type) {
    case EVENT_OVERLOAD_RAISED:
    case EVENT_OVERLOAD_CLEARED:
        event.has_condition = true;
        event.condition = (struct event_condition){.name = "overload",
                                                   .watch = {WATCH_TOTAL, WATCH_ANY_QUEUE},
                                                   .severity = SEVERITY_CRITICAL,
                                                   .value = 9,
                                                   .threshold = 5,
                                                   .since = SAMPLE_NOW - 30};
        break;
    case EVENT_CONDITION_RAISED:
    case EVENT_CONDITION_CLEARED:
        event.has_condition = true;
        event.condition = (struct event_condition){.name = "oldest",
                                                   .watch = {WATCH_AGE, WATCH_ANY_QUEUE},
                                                   .severity = SEVERITY_WARNING,
                                                   .value = 86400,
                                                   .threshold = 5,
                                                   .since = SAMPLE_NOW - 30,
                                                   .subject = "A91C04D7E2"};
        break;
    case EVENT_ACTION_FINISHED:
        event.has_action = true;
        event.action = (struct event_action){.key = {"alice", COMMAND_HOLD, 1},
                                             .state = ACTION_PARTIAL,
                                             .matched = 2,
                                             .succeeded = 1,
                                             .failed = 1,
                                             .comment = "ticket 4711"};
        break;
    case EVENT_SETTINGS_CHANGED:
        event.settings = SETTINGS_APPLIED;
        event_change_add(&event, "bounce_queue_lifetime", "5d", "3d");
        event_change_add(&event, "maximal_queue_lifetime", NULL, "7d");
        event_describe_changes(&event);
        break;
    case EVENT_AGENT_STARTED:
        event.data = DATA_OK;
        snprintf(event.detail, sizeof event.detail, HMQ_VERSION);
        break;
    case EVENT_DATA_LOST:
    case EVENT_DATA_RESTORED:
        event.data = type == EVENT_DATA_LOST ? DATA_UNAVAILABLE : DATA_OK;
        snprintf(event.detail, sizeof event.detail, "postqueue: failed");
        break;
    default:
        break;
    }
    event_set_subject(&event);
    return event;
}

static void add_events(struct sample *sample) {
    sample->events = event_log_new();
    if (sample->events == NULL) {
        die("no memory");
    }
    for (uint32_t serial = 3; serial <= sample->status.events.serial; serial++) {
        struct event event = sample_event(sample, EVENT_OVERLOAD_RAISED);
        event.serial = serial;
        event.notified = serial == 3 ? NOTIFIED_SENT : NOTIFIED_PENDING;
        event.total.known = serial != 4;
        event_log_add(sample->events, &event);
    }
}

static void add_hooks(struct sample *sample) {
    sample->hooks[0] = (struct hook_status){.name = "webhook.ops",
                                            .kind = HOOK_WEBHOOK,
                                            .delivered = 7,
                                            .failures = 2,
                                            .pending = {true, 3},
                                            .last_error = "HTTP status 503",
                                            .last_delivery = SAMPLE_NOW - 100};
    sample->hooks[1] = (struct hook_status){.name = "script.pager", .kind = HOOK_SCRIPT};
    sample->hook_list[0] = &sample->hooks[0];
    sample->hook_list[1] = &sample->hooks[1];
}

/* Without known it is a log that cannot be read, an empty queue's is silent. */
static void add_delivery(struct sample *sample, bool known, bool empty) {
    sample->delivery = delivery_new(NOW_USEC - 60000000);
    if (sample->delivery == NULL) {
        die("no memory");
    }
    if (known) {
        delivery_found(sample->delivery, false, NOW_USEC - 60000000);
    }
    for (uint64_t i = 1; i <= 100 && !empty; i++) {
        enum delivery_outcome outcome = (enum delivery_outcome)(i % (DELIVERY_OUTCOME_END - 1) + 1);
        const struct delivery_event event = {
            .outcome = outcome, .has_delay = outcome == DELIVERY_SENT, .delay_ms = i * 10};
        delivery_add(sample->delivery, &event, NOW_USEC - 5000000, SAMPLE_NOW - 5);
    }
    sample->status.delivery = sample->delivery;
}

static char configuration[] = "condition.oldest.watch = age\n"
                              "condition.oldest.above = 1h\n"
                              "condition.oldest.repeat = 1d\n"
                              "condition.in_corrupt.watch = queue corrupt\n"
                              "condition.in_corrupt.above = 0\n"
                              "condition.in_corrupt.severity = critical\n"
                              "condition.in_corrupt.for = 10m\n"
                              "condition.z.watch = total\n"
                              "condition.z.above = 20\n"
                              "condition.z.severity = info\n";

/* In the order of the configuration: overload and the oldest message are raised, what is corrupt
 * waits, and one is clear. */
static void set_conditions(struct condition_status *conditions, bool empty) {
    enum condition_state raised = empty ? CONDITION_STATE_CLEAR : CONDITION_STATE_RAISED;
    enum condition_state pending = empty ? CONDITION_STATE_CLEAR : CONDITION_STATE_PENDING;
    int64_t since = empty ? 0 : SAMPLE_NOW - 30;
    conditions[0] = (struct condition_status){raised, since, 1, true, empty ? 0 : 9, ""};
    conditions[1] = (struct condition_status){raised, since, 2, true, empty ? 0 : 86400, ""};
    snprintf(conditions[1].subject, sizeof conditions[1].subject, "%s", empty ? "" : "A91C04D7E2");
    conditions[2] = (struct condition_status){pending, 0, 0, true, empty ? 0 : 3, ""};
    conditions[3] = (struct condition_status){CONDITION_STATE_CLEAR, 0, 0, true, empty ? 0 : 9, ""};
}

void sample_init(struct sample *sample, unsigned known) {
    char error[200];
    bool empty = (known & SAMPLE_EMPTY) != 0;
    FILE *file = fmemopen(configuration, sizeof configuration - 1, "r");
    *sample = (struct sample){.snapshot = snapshot_new()};
    if (sample->snapshot == NULL || file == NULL ||
        config_parse(file, "sample", &sample->config, error, sizeof error) != 0) {
        die("no snapshot or configuration");
    }
    fclose(file);
    struct agent_status *status = &sample->status;
    status->process.start_wall = SAMPLE_NOW - 60;
    status->readings.data = known == SAMPLE_ALL ? DATA_OK : DATA_UNAVAILABLE;
    status->readings.method = COUNT_SPOOL;
    status->readings.errors.count = 2;
    snprintf(status->readings.errors.last, sizeof status->readings.errors.last, "postqueue: %s",
             "failed");
    status->loop.latency_ms = 3;
    status->process.master_reconnects = 1;
    status->readings.listing_serial = 17;
    status->events.serial = 5;
    if ((known & SAMPLE_COUNTS) != 0) {
        set_conditions(status->conditions, empty);
    }
    if ((known & SAMPLE_COUNTS) != 0) {
        set_counts(&sample->snapshot->counts, empty);
        status->readings.counts_taken_usec = NOW_USEC - 1500000;
        sample->snapshot->postfix = POSTFIX_RUNNING;
    }
    if ((known & SAMPLE_LISTING) != 0) {
        sample->snapshot->listing = make_sample_listing(empty);
        status->readings.list_taken_usec = NOW_USEC - 2000000;
        status->readings.list_duration_usec = 1000000;
    }
    if ((known & SAMPLE_SETTINGS) != 0) {
        set_settings(&sample->snapshot->settings);
        status->readings.settings_tried = true;
        status->lifetimes.state = SETTINGS_APPLIED;
        status->pause = (struct pause_status){.known = true,
                                              .wanted = true,
                                              .in_force = true,
                                              .for_s = 7200,
                                              .ends = SAMPLE_NOW + 3600,
                                              .state = SETTINGS_APPLIED};
    }
    tunables_from_config(&sample->tunables, sample->config);
    status->store.usable = true;
    add_actions(sample);
    add_events(sample);
    add_hooks(sample);
    add_delivery(sample, known != 0, empty);
    sample->view = (struct mib_view){.snapshot = sample->snapshot,
                                     .status = &sample->status,
                                     .config = sample->config,
                                     .tunables = &sample->tunables,
                                     .actions = &sample->actions,
                                     .events = sample->events,
                                     .hooks = sample->hook_list,
                                     .hook_count = 2,
                                     .now_usec = NOW_USEC,
                                     .now_wall = SAMPLE_NOW};
    /* Times in the MIB are local ones. */
    setenv("TZ", "UTC", 1);
    tzset();
}

void sample_deinit(struct sample *sample) {
    action_table_deinit(&sample->actions);
    event_log_free(sample->events);
    free(sample->delivery);
    snapshot_unref(sample->snapshot);
    config_free(sample->config);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A collector whose helper is played by the test: world has the present answers of the helper.
 */
#ifndef HMQ_TESTS_SUPPORT_COLLECTOR_WORLD_H
#define HMQ_TESTS_SUPPORT_COLLECTOR_WORLD_H

#include "app/collector.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "config_text.h"
#include "fake_helper.h"

#define EXITED(status) ((status) << 8)
#define STEP_USEC (SECOND / 5)

#define MESSAGE(queue, id)                                                                         \
    "{\"queue_name\": \"" queue "\", \"queue_id\": \"" id "\", \"arrival_time\": 1700000000, "     \
    "\"message_size\": 1000, \"forced_expire\": false, \"sender\": \"a@b.example\", "              \
    "\"recipients\": [{\"address\": \"c@d.example\"}]}\n"

/* The present answers of the helper. */
static struct {
    bool silent;
    int scan_error; /* errno value with scan_text */
    const char *scan_text;
    uint32_t counts[QUEUE_COUNT];
    bool corrupt_known;
    uint8_t postfix;
    const char *listing;
    int list_status;
    const char *list_words;
    enum command_reason list_reason;
    const char *settings;
    int64_t mtime;
    bool young;            /* all messages have only just arrived */
    uint32_t unlisted;     /* files in hold that Postfix does not list */
    bool unlisted_known;   /* found by a check */
    uint64_t listing_usec; /* how long the next listing takes */
    uint64_t step_usec;    /* the time that passes with each step */
    bool still;            /* the spool is watched, and nothing moves in it */
    unsigned scans, full_scans, checks, lists, settings_reads;
} world;

static struct fake_helper fake;
static struct readings_status status;
static struct config *config;
static struct tunables tunables;
static struct collector *collector;
static unsigned changes, logs;
static bool ever_lost;
static char logged[512]; /* the last line */

static inline void on_changed(void *userdata) {
    (void)userdata;
    changes++;
    ever_lost = ever_lost || status.lost;
}

static unsigned gone;

static inline void on_helper_gone(void *userdata) {
    (void)userdata;
    gone++;
}

static inline void on_helper_up(void *userdata) {
    (void)userdata;
}

static inline void on_log(void *userdata, int priority, const char *text) {
    (void)userdata;
    (void)priority;
    logs++;
    snprintf(logged, sizeof logged, "%s", text);
}

static inline int start(const char *text) {
    static const struct collector_callbacks callbacks = {.changed = on_changed,
                                                         .helper_up = on_helper_up,
                                                         .helper_gone = on_helper_gone,
                                                         .log = on_log};
    config = good_config("collector", text);
    tunables_from_config(&tunables, config);
    status = (struct readings_status){.data = DATA_OK};
    changes = logs = gone = 0;
    ever_lost = false;
    memset(&world, 0, sizeof world);
    world.scan_text = world.list_words = "";
    world.postfix = POSTFIX_RUNNING;
    world.corrupt_known = true;
    world.counts[QUEUE_DEFERRED] = 2;
    world.counts[QUEUE_HOLD] = 1;
    world.listing = MESSAGE("deferred", "3F2504E0B1") MESSAGE("deferred", "3F2504E0B2")
        MESSAGE("hold", "3F2504E0B3");
    world.settings = "3.7.11\n5d\n30d\n\n";
    world.mtime = 1700000300;
    world.step_usec = STEP_USEC;
    int socket = fake_open(&fake);
    return collector_new(fake.event, socket, config, &tunables, &status, &callbacks, &collector);
}

static inline int set_up(void **state) {
    (void)state;
    return start("scan_interval = 1s\nlist_interval = 1s\ncommand_timeout = 2s\n");
}

static inline int set_up_by_list(void **state) {
    (void)state;
    return start("scan_interval = 1s\nlist_interval = 1s\ncommand_timeout = 2s\n"
                 "spool_directory = none\n");
}

static inline int tear_down(void **state) {
    (void)state;
    collector_free(collector);
    fake_deinit(&fake);
    config_free(config);
    return 0;
}

static inline void say_hello(const char *missing) {
    struct reply hello = fake_make(REPLY_HELLO, 0);
    hello.error = missing[0] != '\0' ? EPERM : 0;
    snprintf(hello.text, sizeof hello.text, "%s", missing);
    fake_send(&fake, &hello, -1);
}

static inline void answer_scan(const struct request *request) {
    struct reply reply = fake_make(REPLY_COUNTS, request->sequence);
    world.scans++;
    bool check = (request->flags & SCAN_CHECK) != 0;
    world.full_scans += (request->flags & SCAN_FULL) != 0;
    world.checks += check;
    reply.error = world.scan_error;
    reply.postfix = world.postfix;
    reply.watching = world.still;
    reply.changed = !world.still;
    snprintf(reply.text, sizeof reply.text, "%s", world.scan_text);
    world.unlisted_known = world.unlisted_known || check;
    for (int q = 0; q < QUEUE_COUNT && world.scan_error == 0; q++) {
        reply.counted[q] = q != QUEUE_CORRUPT || world.corrupt_known;
        reply.counts[q] = world.counts[q];
        reply.counts[q] += q == QUEUE_HOLD && !world.unlisted_known ? world.unlisted : 0;
        reply.resting +=
            check && !world.young && queue_is_listed((enum queue)q) ? reply.counts[q] : 0;
    }
    fake_send(&fake, &reply, -1);
}

static inline void answer_command(const struct request *request, const char *text, int wait_status,
                                  const char *words, enum command_reason reason) {
    int output = fake_stream(&fake, request->sequence);
    fake_write(output, text, strlen(text));
    close(output);
    struct reply reply = fake_make(REPLY_EXIT, request->sequence);
    reply.wait_status = wait_status;
    reply.reason = (uint8_t)reason;
    snprintf(reply.text, sizeof reply.text, "%s", words);
    fake_send(&fake, &reply, -1);
}

static inline void answer_mtimes(const struct request *request) {
    struct reply reply = fake_make(REPLY_MTIME, request->sequence);
    reply.id_count = request->id_count;
    for (uint32_t i = 0; i < request->id_count; i++) {
        reply.mtimes[i] = world.mtime + i;
    }
    fake_send(&fake, &reply, -1);
}

/* Answers all requests, and lets a fifth of a second pass. */
static inline void step(void) {
    struct request request;
    while (fake.socket >= 0 && !world.silent && fake_take(&fake, &request)) {
        if (request.type == REQUEST_SCAN) {
            answer_scan(&request);
        } else if (request.type == REQUEST_LIST) {
            world.lists++;
            clock_ahead_usec += world.listing_usec;
            world.listing_usec = 0;
            answer_command(&request, world.listing, world.list_status, world.list_words,
                           world.list_reason);
        } else if (request.type == REQUEST_SETTINGS) {
            world.settings_reads++;
            answer_command(&request, world.settings, 0, "", REASON_NONE);
        } else if (request.type == REQUEST_MTIME) {
            answer_mtimes(&request);
        }
    }
    for (int turn = 0; turn < 3; turn++) {
        fake_turn(&fake);
    }
    clock_ahead_usec += world.step_usec;
}

#define STEPS_UNTIL(condition)                                                                     \
    for (int steps_ = 0; !(condition); steps_++) {                                                 \
        CHECK(#condition, steps_ < 400);                                                           \
        step();                                                                                    \
    }

static inline void steps(int count) {
    for (; count > 0; count--) {
        step();
    }
}

static inline const struct snapshot *now(void) {
    return collector_snapshot(collector);
}

static inline bool total_is(uint64_t expected) {
    uint64_t total;
    return snapshot_total(now(), &total) && total == expected;
}

static inline bool total_unknown(void) {
    uint64_t total;
    return !snapshot_total(now(), &total);
}

static inline void read_all(void) {
    say_hello("");
    STEPS_UNTIL(status.data == DATA_OK && now()->settings.known);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * pause and resume: one SET, and then the state is read until the agent says that it has changed.
 */
#include "client/now.h"
#include "client/settings.h"
#include "client/snmp/change.h"
#include "client/stop.h"

#include <string.h>

#define TABLES (TABLE_BIT(TABLE_SETTINGS) | TABLE_BIT(TABLE_SUMMARY))
/* How long the agent may take: two commands of Postfix and their time limits. */
#define PATIENCE_MS 60000
#define PAUSE_MS 200

static const uint32_t pause_object[] = {1, 4, 14, 0};
static const uint32_t pause_for_object[] = {1, 4, 15, 0};

static bool is_paused(struct reading *reading) {
    return cell_number(reading_cell(reading, TABLE_SETTINGS, SETTINGS_PAUSE), 0) == TRUTH_TRUE;
}

/* What is so now, in words. */
static void words_of(struct reading *reading, char *out, size_t size) {
    const struct cell *paused = reading_cell(reading, TABLE_SUMMARY, SUMMARY_PAUSED);
    const struct cell *ends = reading_cell(reading, TABLE_SETTINGS, SETTINGS_PAUSE_ENDS);
    char time[FORMAT_SIZE];
    if (is_paused(reading) && ends->known && ends->number != 0) {
        snprintf(out, size, "paused until %s", format_time(ends->number, time));
    } else if (is_paused(reading)) {
        snprintf(out, size, "paused until hmq resume");
    } else if (!paused->known) {
        snprintf(out, size, "unknown");
    } else {
        snprintf(out, size, "%s",
                 paused->number == TRUTH_TRUE
                     ? "paused by defer_transports, which was set elsewhere"
                     : "not paused");
    }
}

/* Reads until the pause is as it should be. */
static bool wait_until(struct reading *reading, bool paused) {
    int64_t end = now_ms() + PATIENCE_MS;
    stop_catch();
    while (now_ms() < end && !stop_requested()) {
        reading_fetch(reading, TABLES);
        const struct cell *outbound = reading_cell(reading, TABLE_SUMMARY, SUMMARY_PAUSED);
        bool settled = !paused || cell_number(outbound, 0) == TRUTH_TRUE;
        if (reading->problem[0] == '\0' && is_paused(reading) == paused && settled) {
            return true;
        }
        stop_sleep(PAUSE_MS);
    }
    return false;
}

static int set_one(struct client *client, struct reading *reading, bool paused, uint32_t for_s) {
    struct change change = {.count = 0};
    char before[160];
    char after[160];
    if (reading->problem[0] != '\0') {
        reading_complain(reading, "%s", reading->problem);
        return EXIT_UNREACHABLE;
    }
    if (!reading_cell(reading, TABLE_SETTINGS, SETTINGS_PAUSE)->known) {
        reading_complain(reading,
                         "this agent cannot pause: it is an older one, this user has no view of "
                         "hmqOutboundPause, or Postfix's settings could not be read");
        return EXIT_NOT_DONE;
    }
    words_of(reading, before, sizeof before);
    struct change_value *value = change_add(&change, pause_object, 4);
    value->type = CHANGE_INTEGER;
    value->number = paused ? TRUTH_TRUE : TRUTH_FALSE;
    if (paused) {
        value = change_add(&change, pause_for_object, 4);
        value->type = CHANGE_UNSIGNED;
        value->number = for_s;
    }
    change_send(&change, reading->gateway, &reading->fetch);
    if (change.end != CHANGE_DONE && change.end != CHANGE_NO_ANSWER) {
        reading_complain(reading, "%s",
                         settings_refusal(&change, "defer_transports was set by someone else, who "
                                                   "has to remove it"));
        return change.end == CHANGE_NOT_SENT ? EXIT_UNREACHABLE : EXIT_NOT_DONE;
    }
    bool good = wait_until(reading, paused);
    if (reading->problem[0] != '\0') {
        reading_complain(reading, "%s", reading->problem);
        return EXIT_UNREACHABLE;
    }
    words_of(reading, after, sizeof after);
    screen_say(&client->screen, good ? STYLE_PLAIN : STYLE_BAD, "%s: outbound mail is %s (was %s)",
               reading->gateway->name, after, before);
    return good ? EXIT_DONE : EXIT_NOT_DONE;
}

static int set_all(struct client *client, bool paused, uint32_t for_s) {
    size_t unreachable = 0;
    int status = EXIT_DONE;
    readings_fetch(&client->readings, TABLES);
    for (size_t i = 0; i < client->readings.count; i++) {
        struct reading *reading = &client->readings.items[i];
        int one =
            stop_requested() ? settings_left_out(reading) : set_one(client, reading, paused, for_s);
        unreachable += one == EXIT_UNREACHABLE;
        status = one != EXIT_DONE ? EXIT_NOT_DONE : status;
    }
    return unreachable == client->readings.count ? EXIT_UNREACHABLE : status;
}

int run_pause(struct client *client) {
    const struct arguments *arguments = &client->arguments;
    uint32_t seconds = 0;
    if (arguments->word_count > 0) {
        const char *wrong = age_parse(arguments->words[0], &seconds);
        if (wrong == NULL && seconds == 0) {
            wrong = "is no time; hmq resume ends a pause";
        }
        if (wrong != NULL) {
            return usage_error(arguments, "pause: %s %s", arguments->words[0], wrong);
        }
    }
    return set_all(client, true, seconds);
}

int run_resume(struct client *client) {
    return set_all(client, false, 0);
}

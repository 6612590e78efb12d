/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/commands.h"
#include "client/act.h"
#include "client/act_results.h"
#include "client/check.h"
#include "client/settings.h"
#include "client/show.h"
#include "client/top/top.h"

#include <string.h>

#define READS (OPTIONS_JSON | OPTIONS_LONG)
#define ACTS (READS | OPTIONS_CRITERIA | OPTIONS_ACT | OPTIONS_GUARD | OPTIONS_YES)
#define ONE(table) TABLE_BIT(TABLE_##table)

static const struct command_row rows[] = {
    {"status", "", "the state, the queues, what is raised and what leads (default)", READS, 0, 0,
     ONE(SUMMARY) | ONE(QUEUES) | ONE(SETTINGS) | ONE(CONDITION_COUNTS) | ONE(CONDITIONS) |
         ONE(INSIGHT) | ONE(SENDERS) | ONE(DOMAINS) | ONE(REASONS),
     show_status, NULL},
    {"top", "", "all of it on a live screen, to look around and to act", OPTIONS_ACT | OPTIONS_TOP,
     0, 0, 0, NULL, run_top},
    {"list", "", "messages, the oldest first, with the reason why they wait",
     READS | OPTIONS_CRITERIA | OPTIONS_LIMIT, 0, 0, ONE(LISTING) | ONE(MESSAGES) | ONE(RECIPIENTS),
     show_list, NULL},
    {"show", "ID", "one message: recipients, and why it waits for each", READS, 1, 1,
     ONE(LISTING) | ONE(MESSAGES) | ONE(RECIPIENTS), show_message, NULL},
    {"senders", "", "the senders with most messages", READS, 0, 0, ONE(INSIGHT) | ONE(SENDERS),
     show_senders, NULL},
    {"domains", "", "the domains of recipients with most messages", READS, 0, 0,
     ONE(INSIGHT) | ONE(DOMAINS), show_domains, NULL},
    {"reasons", "", "the reasons why most messages wait", READS, 0, 0, ONE(INSIGHT) | ONE(REASONS),
     show_reasons, NULL},
    {"ages", "", "how old messages are, by queue and by domain", READS, 0, 0,
     ONE(INSIGHT) | ONE(AGES) | ONE(DOMAINS) | ONE(DOMAIN_AGES), show_ages, NULL},
    {"delivery", "", "what was sent, deferred, bounced and so on", READS, 0, 0,
     ONE(DELIVERY) | ONE(OUTCOMES), show_delivery, NULL},
    {"conditions", "", "every threshold that is watched, and its state", READS, 0, 0,
     ONE(CONDITION_COUNTS) | ONE(CONDITIONS), show_conditions, NULL},
    {"events", "", "what has happened; -f goes on", READS | OPTIONS_FOLLOW | OPTIONS_LIMIT, 0, 0,
     ONE(EVENT_SERIAL) | ONE(EVENTS), show_events, NULL},
    {"actions", "[NUMBER]", "the last actions, or what became of each message of one",
     READS | OPTIONS_LIMIT, 0, 1, ONE(ACTION_COUNTS) | ONE(ACTIONS), show_actions, run_results},
    {"hooks", "", "webhooks and scripts, and how delivery to them goes", READS, 0, 0, ONE(HOOKS),
     show_hooks, NULL},
    {"hold", "[ID...|-]", "set messages aside until they are released", ACTS, 0, SIZE_MAX, 0, NULL,
     run_act},
    {"unhold", "[ID...|-]", "release messages that are on hold", ACTS, 0, SIZE_MAX, 0, NULL,
     run_act},
    {"requeue", "[ID...|-]", "have Postfix process messages again, under new IDs", ACTS, 0,
     SIZE_MAX, 0, NULL, run_act},
    {"delete", "[ID...|-]", "remove messages; their senders are not told", ACTS, 0, SIZE_MAX, 0,
     NULL, run_act},
    {"expire", "[ID...|-]", "return messages to their senders at the next attempt", ACTS, 0,
     SIZE_MAX, 0, NULL, run_act},
    {"flush", "[ID...|-]", "try to deliver now; the whole queue if nothing is chosen", ACTS, 0,
     SIZE_MAX, 0, NULL, run_act},
    {"count", "[ID...|-]", "how many messages match, of all and not only the listed ones",
     OPTIONS_JSON | OPTIONS_CRITERIA | OPTIONS_ACT, 0, SIZE_MAX, 0, NULL, run_count},
    {"view", "ID", "print a message, if the agent allows it", OPTIONS_ACT, 1, 1, 0, NULL, run_view},
    {"settings", "[NAME=VALUE...]", "what can be set, or set it", OPTIONS_JSON, 0, 20,
     ONE(SUMMARY) | ONE(SETTINGS) | ONE(CONDITION_COUNTS) | ONE(CONDITIONS), show_settings,
     run_settings},
    {"pause", "[TIME]", "defer outbound mail, for a time or until resume", 0, 0, 1, 0, NULL,
     run_pause},
    {"resume", "", "deliver outbound mail again", 0, 0, 0, 0, NULL, run_resume},
    {"check", "", "a monitoring plugin: exit 0 ok, 1 warning, 2 critical, 3 unknown", OPTIONS_CHECK,
     0, 0, 0, NULL, run_check},
    {"doctor", "", "find where the way from here to Postfix is broken", OPTIONS_JSON | OPTIONS_ACT,
     0, 0, 0, NULL, run_doctor},
};

const struct command_row *commands(size_t *count) {
    *count = sizeof rows / sizeof rows[0];
    return rows;
}

const struct command_row *command_find(const char *name) {
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].name, name) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

/* How many letters have to be changed, added or left out (Levenshtein), for short words. */
static size_t distance(const char *a, const char *b) {
    size_t row[32];
    size_t a_len = strlen(a);
    size_t b_len = strlen(b);
    if (a_len > 30 || b_len > 30) {
        return 31;
    }
    for (size_t j = 0; j <= b_len; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= a_len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t change = diagonal + (a[i - 1] != b[j - 1]);
            size_t least = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
            diagonal = row[j];
            row[j] = change < least ? change : least;
        }
    }
    return row[b_len];
}

const char *command_like(const char *word) {
    static const char *const others[][2] = {
        {"release", "unhold"}, {"remove", "delete"}, {"rm", "delete"}, {"kill", "delete"},
        {"ls", "list"},        {"mailq", "list"},    {"cat", "view"},  {"log", "events"}};
    const char *best = NULL;
    size_t least = 3;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t found = distance(word, rows[i].name);
        if (found < least) {
            least = found;
            best = rows[i].name;
        }
    }
    for (size_t i = 0; best == NULL && i < sizeof others / sizeof others[0]; i++) {
        if (strcmp(word, others[i][0]) == 0 && command_find(others[i][1]) != NULL) {
            best = others[i][1];
        }
    }
    return best;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The way from here to Postfix, step by step, and at the first that is broken what to do. Whether
 * this user may act is found out without acting: a row for a command that names no messages is
 * refused in any case, by the view, by the agent's configuration or, if both allow it, because it
 * names none. It also expects a number of messages that no queue has. A flush needs no name, and so
 * it is not tried.
 */
#include "client/check.h"
#include "client/act.h"
#include "client/format.h"
#include "client/json.h"
#include "client/memory.h"
#include "client/snmp/address.h"
#include "client/snmp/change.h"

#include <inttypes.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TABLES (TABLE_BIT(TABLE_SUMMARY) | TABLE_BIT(TABLE_HOOKS) | TABLE_BIT(TABLE_SETTINGS))
#define WORDS_SIZE 700
#define NO_QUEUE_HAS INT32_MAX
#define CLOCK_OFF_S 5
#define FRESH_COUNTS_MS 120000

enum result { RESULT_OK, RESULT_NOTE, RESULT_FAILED };

/* What is known of one gateway. */
struct doctor {
    struct client *client;
    struct reading *reading;
    cJSON *checks; /* NULL = text */
    bool failed;
};

static void report(struct doctor *doctor, const char *step, enum result result, const char *words,
                   const char *remedy) {
    static const char *const names[] = {"ok", "note", "failed"};
    static const enum style styles[] = {STYLE_GOOD, STYLE_WARN, STYLE_BAD};
    const struct screen *screen = &doctor->client->screen;
    char line[WORDS_SIZE + 32];
    doctor->failed = doctor->failed || result == RESULT_FAILED;
    if (doctor->checks != NULL) {
        cJSON *check = need(cJSON_CreateObject());
        need(cJSON_AddStringToObject(check, "check", step));
        need(cJSON_AddStringToObject(check, "result", names[result]));
        need(cJSON_AddStringToObject(check, "text", words));
        need(cJSON_AddStringToObject(check, "remedy", remedy));
        cJSON_AddItemToArray(doctor->checks, check);
        return;
    }
    screen_style(screen, styles[result]);
    screen_pad(screen, names[result], 8, false);
    screen_style(screen, STYLE_PLAIN);
    snprintf(line, sizeof line, "%s: %s", step, words);
    screen_wrap_behind(screen, line, 8);
    if (remedy[0] != '\0') {
        screen_wrap(screen, remedy, 8);
    }
}

/* Step 1: the name. */
static bool check_name(struct doctor *doctor) {
    const struct gateway *gateway = doctor->reading->gateway;
    char host[256];
    char port[256];
    char address[256];
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM};
    struct addrinfo *found = NULL;
    if (!address_split(gateway->name, host, port, sizeof host)) {
        report(doctor, "name", RESULT_OK, "an address of a transport", "");
        return true;
    }
    int error = getaddrinfo(host, NULL, &hints, &found);
    if (error != 0) {
        report(doctor, "name", RESULT_FAILED, gai_strerror(error),
               "Is the name right? Ask the resolver: getent hosts NAME.");
        return false;
    }
    bool named = getnameinfo(found->ai_addr, found->ai_addrlen, address, sizeof address, NULL, 0,
                             NI_NUMERICHOST) == 0;
    freeaddrinfo(found);
    report(doctor, "name", RESULT_OK, named ? address : "it resolves", "");
    return true;
}

static const char *user_remedy(enum fetch_problem problem) {
    switch (problem) {
    case FETCH_UNREACHABLE:
        return "snmpd answers, but not this user's requests. Often the privacy passphrase or "
               "protocol (-X, -x) is another one there, which snmpd does not say; or it was too "
               "busy to answer in time (-t).";
    case FETCH_NO_VIEW:
        return "On the gateway, give this user a view in snmpd.conf, such as `authuser read USER "
               "priv -V hmqList`, and restart snmpd; hermes-mailqueue-access.conf.example has the "
               "views.";
    default:
        return "Compare user, protocols and passphrases in snmp.conf(5) with those that snmpd was "
               "given (createUser), and the context (-n) with the agent's.";
    }
}

/* Steps 2 to 4: snmpd, the user, the agent. */
static bool check_agent(struct doctor *doctor) {
    struct reading *reading = doctor->reading;
    const struct fetch *fetch = &reading->fetch;
    bool v3 =
        reading->gateway->session != NULL && reading->gateway->session->version == SNMP_VERSION_3;
    if (fetch->problem == FETCH_UNREACHABLE && !(v3 && reading->gateway->probed)) {
        report(doctor, "snmpd", RESULT_FAILED, fetch->words,
               v3 ? "Does snmpd run there, does its agentaddress include this interface, and does "
                    "the firewall let UDP port 161 through? Debian's snmpd listens on 127.0.0.1 "
                    "only."
                  : "A wrong community is not answered either. Does snmpd run there, does its "
                    "agentaddress include this interface, and does the firewall let UDP port 161 "
                    "through?");
        return false;
    }
    report(doctor, "snmpd", RESULT_OK, "it answers", "");
    if (fetch->problem == FETCH_REFUSED || fetch->problem == FETCH_NO_VIEW ||
        fetch->problem == FETCH_UNREACHABLE) {
        report(doctor, "user", RESULT_FAILED, fetch->words, user_remedy(fetch->problem));
        return false;
    }
    report(doctor, "user", RESULT_OK, v3 ? "it is let in" : "the community is let in", "");
    if (reading->problem[0] != '\0') {
        report(doctor, "agent", RESULT_FAILED, reading->problem,
               "On the gateway: systemctl status hermes-mailqueued; its log says whether it is "
               "registered with the SNMP master agent. Otherwise this user's view in snmpd.conf "
               "lacks the agent's OID, or base_oid or the context is another one.");
        return false;
    }
    char words[WORDS_SIZE];
    const struct cell *version = reading_cell(reading, TABLE_AGENT, AGENT_VERSION);
    snprintf(words, sizeof words, "hermes-mailqueued %.100s", version->known ? version->text : "?");
    report(doctor, "agent", RESULT_OK, words, "");
    return true;
}

/* Steps 5 and 6: data, and how old it is. */
static void check_data(struct doctor *doctor) {
    struct reading *reading = doctor->reading;
    const struct cell *data = reading_cell(reading, TABLE_AGENT, AGENT_DATA);
    const struct cell *error = reading_cell(reading, TABLE_AGENT, AGENT_LAST_ERROR);
    const struct cell *counts = reading_cell(reading, TABLE_AGENT, AGENT_COUNTS_AGE);
    const struct cell *list = reading_cell(reading, TABLE_AGENT, AGENT_LIST_AGE);
    const struct cell *total = reading_cell(reading, TABLE_SUMMARY, SUMMARY_TOTAL);
    char words[WORDS_SIZE];
    char one[FORMAT_SIZE];
    char two[FORMAT_SIZE];
    if (cell_number(data, 0) != DATA_OK || !total->known) {
        snprintf(words, sizeof words, "the queue cannot be read: %.500s",
                 error->known && error->text[0] != '\0' ? error->text : "no reason is given");
        report(doctor, "data", RESULT_FAILED, words,
               "On the gateway: journalctl -u 'hermes-mailqueue*'; is the helper running, and may "
               "it read the spool?");
    } else {
        snprintf(words, sizeof words, "%s", format_messages(total->number, one));
        report(doctor, "data", RESULT_OK, words, "");
    }
    /* An unchanged queue is not listed again. */
    bool old = cell_number(counts, 0) > FRESH_COUNTS_MS;
    if (!counts->known) {
        report(doctor, "freshness", RESULT_FAILED, "nothing has been counted", "");
        return;
    }
    snprintf(words, sizeof words, "counted %.60s ago, listed %.60s ago",
             format_milliseconds(counts->number, one),
             list->known ? format_duration(list->number, two) : "?");
    report(doctor, "freshness", old ? RESULT_FAILED : RESULT_OK, words,
           old ? "Readings take too long or fail: see read_errors and last_read_error in hmq "
                 "--json."
               : "");
}

static void check_postfix(struct doctor *doctor) {
    int64_t state = cell_number(reading_cell(doctor->reading, TABLE_AGENT, AGENT_POSTFIX), 0);
    if (state == VALUE_STOPPED) {
        report(doctor, "Postfix", RESULT_FAILED, "it is stopped", "On the gateway: postfix start.");
    } else if (state == VALUE_RUNNING) {
        report(doctor, "Postfix", RESULT_OK, "it is running", "");
    } else {
        report(doctor, "Postfix", RESULT_NOTE, "whether it runs is unknown",
               "The agent cannot see its lock; in a container this may be so.");
    }
}

/* What a SET of an impossible row says. */
static enum change_end try_command(struct doctor *doctor, enum action_command command,
                                   const char *owner, uint32_t number) {
    struct change change = {.count = 0};
    uint32_t oid[TREE_OID_MAX] = {1, 6, 5, 1};
    size_t len = 5;
    oid[len++] = (uint32_t)strlen(owner);
    for (const char *at = owner; *at != '\0'; at++) {
        oid[len++] = (unsigned char)*at;
    }
    oid[len++] = (uint32_t)command;
    oid[len++] = number;
    oid[4] = 21;
    struct change_value *value = change_add(&change, oid, len);
    value->type = CHANGE_INTEGER;
    value->number = 4;
    oid[4] = 12;
    value = change_add(&change, oid, len);
    value->type = CHANGE_INTEGER;
    value->number = NO_QUEUE_HAS;
    change_send(&change, doctor->reading->gateway, &doctor->reading->fetch);
    return change.end;
}

/* Step 7: which commands would be accepted. */
static void check_actions(struct doctor *doctor) {
    static const enum action_command tried[] = {COMMAND_HOLD,   COMMAND_UNHOLD, COMMAND_REQUEUE,
                                                COMMAND_DELETE, COMMAND_EXPIRE, COMMAND_COUNT};
    const char *owner = act_owner(doctor->client);
    char allowed[200] = "";
    char words[WORDS_SIZE];
    bool by_agent = false;
    uint32_t number = (uint32_t)time(NULL);
    for (size_t i = 0; i < sizeof tried / sizeof tried[0]; i++) {
        enum change_end end = try_command(doctor, tried[i], owner, number);
        by_agent = by_agent || end == CHANGE_NOT_WRITABLE;
        if (end == CHANGE_INCONSISTENT || end == CHANGE_DONE) {
            size_t used = strlen(allowed);
            snprintf(allowed + used, sizeof allowed - used, "%s%s", used > 0 ? ", " : "",
                     action_command_name(tried[i]));
        }
    }
    if (allowed[0] != '\0') {
        snprintf(words, sizeof words, "this user may: %s (flush is not tried)", allowed);
        report(doctor, "actions", RESULT_OK, words, "");
        return;
    }
    report(doctor, "actions", RESULT_NOTE, "this user may not act on messages",
           by_agent ? "The agent's configuration allows none (allow_actions), or nothing may be "
                      "written there (rwuser, a write view)."
                    : "If it should: its write view in snmpd.conf needs the rows of hmqActionTable "
                      "under its own name as owner.");
}

/* Step 8: webhooks and scripts. */
static void check_hooks(struct doctor *doctor) {
    const struct records *hooks = reading_table(doctor->reading, TABLE_HOOKS);
    char words[WORDS_SIZE];
    for (size_t i = 0; i < hooks->count; i++) {
        const struct cell *cells = hooks->items[i].cells;
        int64_t waiting = cell_number(&cells[HOOK_PENDING], 0);
        const struct cell *error = &cells[HOOK_ERROR];
        bool bad = waiting > 0 && error->known && error->text[0] != '\0';
        snprintf(words, sizeof words, "%.100s: %" PRId64 " waiting%s%.300s",
                 cells[HOOK_NAME].known ? cells[HOOK_NAME].text : "?", waiting, bad ? ", " : "",
                 bad ? error->text : "");
        report(doctor, "hooks", bad ? RESULT_FAILED : RESULT_OK, words,
               bad ? "The endpoint does not take events; they are kept and sent later." : "");
    }
    if (hooks->count == 0) {
        report(doctor, "hooks", RESULT_NOTE,
               "none are configured, or this user has no view of them", "");
    }
}

/* Step 9: the agent's clock, by the arrival and the age of a message. */
static void check_clock(struct doctor *doctor) {
    const struct records *messages = reading_table(doctor->reading, TABLE_MESSAGES);
    char words[WORDS_SIZE];
    int64_t now = (int64_t)time(NULL);
    const struct cell *cells = messages->count > 0 ? messages->items[0].cells : NULL;
    if (cells == NULL || !cells[MESSAGE_ARRIVAL].known || !cells[MESSAGE_AGE].known) {
        report(doctor, "clock", RESULT_NOTE,
               "cannot be compared while no message is listed that this user may see", "");
        return;
    }
    int64_t off = cells[MESSAGE_ARRIVAL].number + cells[MESSAGE_AGE].number - now;
    if (off >= -CLOCK_OFF_S && off <= CLOCK_OFF_S) {
        report(doctor, "clock", RESULT_OK, "in step with this machine", "");
        return;
    }
    char buffer[FORMAT_SIZE];
    snprintf(words, sizeof words, "the gateway's clock is %.40s %s this machine's",
             format_duration(off < 0 ? -off : off, buffer), off < 0 ? "behind" : "ahead of");
    report(doctor, "clock", RESULT_FAILED, words,
           "Compare timedatectl on both; times and ages are wrong by as much.");
}

static void examine(struct doctor *doctor) {
    if (!check_name(doctor) || !check_agent(doctor)) {
        return;
    }
    check_data(doctor);
    check_postfix(doctor);
    check_actions(doctor);
    check_hooks(doctor);
    check_clock(doctor);
}

int run_doctor(struct client *client) {
    cJSON *document = client->arguments.json ? json_document("doctor") : NULL;
    int status = EXIT_DONE;
    readings_fetch(&client->readings, TABLES | TABLE_BIT(TABLE_MESSAGES));
    for (size_t i = 0; i < client->readings.count; i++) {
        struct doctor doctor = {.client = client, .reading = &client->readings.items[i]};
        if (document != NULL) {
            cJSON *object = json_add_gateway(
                document, doctor.reading->gateway->name,
                doctor.reading->problem[0] != '\0' ? doctor.reading->problem : NULL);
            doctor.checks = need(cJSON_AddArrayToObject(object, "checks"));
        } else {
            screen_styled(&client->screen, STYLE_BOLD, doctor.reading->gateway->name);
            screen_end_line();
        }
        examine(&doctor);
        if (doctor.failed) {
            status = doctor.reading->problem[0] != '\0' ? EXIT_UNREACHABLE : EXIT_NOT_DONE;
        }
    }
    if (document != NULL) {
        json_print(document);
    }
    return status;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The bench's manager: one SNMPv2c session kept open over loopback, requests one after the other,
 * the sides of a ratio taking turns so that the machine's drift meets both.
 *
 *   bench_snmp get [-n ROUNDS] [-t SECONDS] [-u OID] [-p PAUSE_USEC] AGENT OID...
 *     GETs each OID in turn, until one of the limits; -u: until this object's value changes.
 *     Prints, in the order of the OIDs, `OID COUNT P50 P99 MAX` in microseconds.
 *
 *   bench_snmp walk [-c] [-r REPETITIONS] [-n ROUNDS] AGENT COLUMNS OID...
 *     Walks the subtrees with GETBULK, a request to each in turn; -c: asks for the columns
 *     2..COLUMNS+1 below OID in one request instead of one after the other.
 *     Prints `OID CELLS CELLS_PER_SECOND`, CELLS of one walk.
 *
 *   bench_snmp act AGENT ENTRY INDEX COLUMN TYPE VALUE [COLUMN TYPE VALUE]...
 *     SETs the columns of a row of hmqActionTable, whose entry and index these are, together with
 *     createAndGo(4), and asks for its state until that is an end. Prints the microseconds from
 *     the SET on. TYPE is as snmpset(1) takes it.
 *
 * No answer within 30 seconds, or one that is not the object, breaks the measurement.
 */
#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TIMEOUT_USEC 30000000L
#define OIDS_MAX 4
#define COLUMNS_MAX 16
#define UNTIL_EVERY 25
#define STATE_COLUMN 14
#define STATUS_COLUMN 21
#define ACT_POLL_USEC 1000
#define STATE_ENDED 3 /* done, and all that come after it */

struct name {
    const char *text;
    oid ids[MAX_OID_LEN];
    size_t len;
};

static void *session;

static void open_session(const char *agent, const char *community) {
    netsnmp_session options;
    setenv("MIBS", "", 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
    init_snmp("bench");
    snmp_sess_init(&options);
    options.version = SNMP_VERSION_2c;
    options.peername = strdup(agent);
    options.community = (u_char *)strdup(community);
    options.community_len = strlen(community);
    options.timeout = TIMEOUT_USEC;
    options.retries = 0;
    session = snmp_sess_open(&options);
    if (session == NULL) {
        bench_die("cannot open a session with %s", agent);
    }
}

static void parse_name(const char *text, struct name *name) {
    name->text = text;
    name->len = MAX_OID_LEN;
    if (read_objid(text, name->ids, &name->len) == 0) {
        bench_die("%s is not an object identifier", text);
    }
}

/* Sends (consumed) and waits. */
static netsnmp_pdu *ask(netsnmp_pdu *pdu, double *used_usec) {
    netsnmp_pdu *answer = NULL;
    double start = bench_now_usec();
    int status = snmp_sess_synch_response(session, pdu, &answer);
    *used_usec = bench_now_usec() - start;
    if (status != STAT_SUCCESS || answer->errstat != SNMP_ERR_NOERROR) {
        bench_die("no answer: %s",
                  status == STAT_SUCCESS ? snmp_errstring((int)answer->errstat) : "timed out");
    }
    return answer;
}

static double get(const struct name *name, netsnmp_pdu **answer) {
    double used;
    netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GET);
    snmp_add_null_var(pdu, name->ids, name->len);
    *answer = ask(pdu, &used);
    u_char type = (*answer)->variables->type;
    if (type == SNMP_NOSUCHOBJECT || type == SNMP_NOSUCHINSTANCE) {
        bench_die("%s has no value", name->text);
    }
    return used;
}

static long get_number(const struct name *name) {
    netsnmp_pdu *answer;
    get(name, &answer);
    long number = *answer->variables->val.integer;
    snmp_free_pdu(answer);
    return number;
}

static int run_get(int argc, char **argv) {
    size_t rounds = SIZE_MAX, seconds = 600, pause_usec = 0;
    struct name until = {.text = NULL};
    struct name names[OIDS_MAX];
    struct sample samples[OIDS_MAX] = {{0}};
    int option;
    while ((option = getopt(argc, argv, "n:t:u:p:")) != -1) {
        if (option == 'u') {
            until.text = optarg;
        } else if (option == 'n') {
            rounds = bench_number(optarg, 10000000);
        } else if (option == 't') {
            seconds = bench_number(optarg, 600);
        } else {
            pause_usec = bench_number(optarg, 1000000);
        }
    }
    int count = argc - optind - 1;
    if (count < 1 || count > OIDS_MAX) {
        bench_die("get: an agent and 1..%d objects are needed", OIDS_MAX);
    }
    open_session(argv[optind], "public");
    for (int i = 0; i < count; i++) {
        parse_name(argv[optind + 1 + i], &names[i]);
        get_number(&names[i]);
    }
    long first = 0;
    if (until.text != NULL) {
        parse_name(until.text, &until);
        first = get_number(&until);
    }
    double end = bench_now_usec() + (double)seconds * 1e6;
    for (size_t round = 0; round < rounds && bench_now_usec() < end; round++) {
        for (int i = 0; i < count; i++) {
            netsnmp_pdu *answer;
            /* Each is the first of a round as often as the others. */
            size_t at = (round + (size_t)i) % (size_t)count;
            sample_add(&samples[at], get(&names[at], &answer));
            snmp_free_pdu(answer);
        }
        if (until.text != NULL && round % UNTIL_EVERY == 0 && get_number(&until) != first) {
            until.text = NULL;
            break;
        }
        if (pause_usec > 0) {
            usleep((useconds_t)pause_usec);
        }
    }
    if (until.text != NULL) {
        bench_die("%s did not change", until.text);
    }
    for (int i = 0; i < count; i++) {
        printf("%s %zu %.1f %.1f %.1f\n", names[i].text, samples[i].count,
               sample_quantile(&samples[i], 0.5), sample_quantile(&samples[i], 0.99),
               sample_quantile(&samples[i], 1));
    }
    return 0;
}

/* One walk in progress. */
struct walk {
    struct name base;
    struct name at[COLUMNS_MAX];
    size_t at_count;
    size_t cells;
    double used_usec;
    bool done;
};

static void start_walk(struct walk *walk, size_t columns, bool by_row) {
    walk->at_count = by_row ? columns : 1;
    walk->cells = 0;
    walk->done = false;
    for (size_t i = 0; i < walk->at_count; i++) {
        walk->at[i] = walk->base;
        if (by_row) {
            walk->at[i].ids[walk->at[i].len++] = (oid)i + 2;
        }
    }
}

/* True when the cell is one of the walk's: below its column, or its subtree. */
static bool inside(const struct walk *walk, size_t column, const netsnmp_variable_list *cell) {
    size_t len = walk->base.len + (walk->at_count > 1 ? 1 : 0);
    return cell->type != SNMP_ENDOFMIBVIEW && cell->name_length > len &&
           snmp_oid_compare(cell->name, len, walk->at[column].ids, len) == 0;
}

static void step(struct walk *walk, long repetitions) {
    double used;
    size_t column = 0;
    netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GETBULK);
    pdu->non_repeaters = 0;
    pdu->max_repetitions = repetitions;
    for (size_t i = 0; i < walk->at_count; i++) {
        snmp_add_null_var(pdu, walk->at[i].ids, walk->at[i].len);
    }
    netsnmp_pdu *answer = ask(pdu, &used);
    walk->used_usec += used;
    for (const netsnmp_variable_list *cell = answer->variables; cell != NULL;
         cell = cell->next_variable) {
        if (!inside(walk, column, cell)) {
            walk->done = true;
            break;
        }
        walk->cells++;
        memcpy(walk->at[column].ids, cell->name, cell->name_length * sizeof *cell->name);
        walk->at[column].len = cell->name_length;
        column = (column + 1) % walk->at_count;
    }
    snmp_free_pdu(answer);
}

static int run_walk(int argc, char **argv) {
    size_t rounds = 1;
    long repetitions = 50;
    bool by_row = false;
    struct walk walks[OIDS_MAX] = {{.cells = 0}};
    int option;
    while ((option = getopt(argc, argv, "cr:n:")) != -1) {
        if (option == 'c') {
            by_row = true;
        } else if (option == 'r') {
            repetitions = (long)bench_number(optarg, 1000);
        } else {
            rounds = bench_number(optarg, 100000);
        }
    }
    int count = argc - optind - 2;
    if (count < 1 || count > OIDS_MAX) {
        bench_die("walk: an agent, the columns and 1..%d subtrees are needed", OIDS_MAX);
    }
    size_t columns = bench_number(argv[optind + 1], COLUMNS_MAX);
    open_session(argv[optind], "public");
    for (int i = 0; i < count; i++) {
        parse_name(argv[optind + 2 + i], &walks[i].base);
    }
    for (size_t round = 0; round < rounds; round++) {
        int left = count;
        for (int i = 0; i < count; i++) {
            start_walk(&walks[i], columns, by_row);
        }
        while (left > 0) {
            left = 0;
            for (int i = 0; i < count; i++) {
                if (!walks[i].done) {
                    step(&walks[i], repetitions);
                    left++;
                }
            }
        }
    }
    for (int i = 0; i < count; i++) {
        printf("%s %zu %.0f\n", walks[i].base.text, walks[i].cells,
               (double)(walks[i].cells * rounds) / (walks[i].used_usec / 1e6));
    }
    return 0;
}

static struct name cell_name(const struct name *entry, oid column, const struct name *index) {
    struct name name = *entry;
    name.ids[name.len++] = column;
    memcpy(name.ids + name.len, index->ids, index->len * sizeof *index->ids);
    name.len += index->len;
    return name;
}

static int run_act(int argc, char **argv) {
    struct name entry, index;
    double used, start;
    if (argc < 7 || (argc - 4) % 3 != 0) {
        bench_die("act: an agent, an entry, an index and columns are needed");
    }
    open_session(argv[1], "actor");
    parse_name(argv[2], &entry);
    parse_name(argv[3], &index);
    netsnmp_pdu *set = snmp_pdu_create(SNMP_MSG_SET);
    for (int i = 4; i < argc; i += 3) {
        struct name cell = cell_name(&entry, (oid)bench_number(argv[i], STATUS_COLUMN), &index);
        if (snmp_add_var(set, cell.ids, cell.len, argv[i + 1][0], argv[i + 2]) != 0) {
            bench_die("%s is no value of type %s", argv[i + 2], argv[i + 1]);
        }
    }
    struct name status = cell_name(&entry, STATUS_COLUMN, &index);
    snmp_add_var(set, status.ids, status.len, 'i', "4");
    struct name state = cell_name(&entry, STATE_COLUMN, &index);
    state.text = "the state of the action";
    start = bench_now_usec();
    snmp_free_pdu(ask(set, &used));
    while (get_number(&state) < STATE_ENDED) {
        usleep(ACT_POLL_USEC);
    }
    printf("%.0f\n", bench_now_usec() - start);
    return 0;
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "get") == 0) {
        return run_get(argc - 1, argv + 1);
    }
    if (argc > 1 && strcmp(argv[1], "walk") == 0) {
        return run_walk(argc - 1, argv + 1);
    }
    if (argc > 1 && strcmp(argv[1], "act") == 0) {
        return run_act(argc - 1, argv + 1);
    }
    bench_die("usage: bench_snmp get|walk|act ...");
}

/*
 * Actions from their SET to their end, with the helper and the journal played by the test: what is
 * asked of Postfix in which order, what becomes of each id, and what is not done at all.
 */
#include "app/actions.h"

#include "unit.h"

#include <errno.h>
#include <stdlib.h>

#define ORDERS_MAX 8

/* What the helper is to do with the next order. */
struct scripted {
    enum request_type type;
    size_t ids;           /* it must carry so many */
    const char *lines[4]; /* its output */
    bool confirm;         /* ACTION: every id is confirmed besides */
    const char *error;    /* NULL = ok */
    bool lost, refused;   /* refused: the order is not taken */
};

static struct {
    sd_event *loop;
    struct config config;
    struct actions *actions;
    struct snapshot *snapshot;
    const struct scripted *script;
    size_t orders;
    bool journal_fails, start_fails;
    size_t started, ended;
    uint64_t serial;
    size_t finished_count;
} t;

bool helper_client_run(struct helper_client *client, const struct helper_order *order,
                       const struct stream_callbacks *callbacks) {
    const struct scripted *now = &t.script[t.orders++];
    (void)client;
    assert_int_equal(order->type, now->type);
    assert_int_equal(order->id_count, now->ids);
    if (now->refused) {
        return false;
    }
    for (size_t i = 0; i < COUNT_OF(now->lines) && now->lines[i] != NULL; i++) {
        size_t len = strlen(now->lines[i]);
        int r = callbacks->line != NULL ? callbacks->line(callbacks->userdata, now->lines[i], len)
                                        : callbacks->data(callbacks->userdata, now->lines[i], len);
        assert_int_equal(r, 0);
        if (order->type == REQUEST_SELECT) {
            assert_int_equal(callbacks->data(callbacks->userdata, "\n", 1), 0);
        }
    }
    for (size_t i = 0; now->confirm && i < order->id_count; i++) {
        char line[80];
        int len = snprintf(line, sizeof line, "postsuper: %s: placed on hold", order->ids[i]);
        callbacks->line(callbacks->userdata, line, (size_t)len);
    }
    if (now->confirm) {
        char line[80];
        int len = snprintf(line, sizeof line, "postsuper: Placed on hold: %zu message%s",
                           order->id_count, order->id_count == 1 ? "" : "s");
        callbacks->line(callbacks->userdata, line, (size_t)len);
    }
    const struct command_end end = {
        .ok = now->error == NULL, .error = now->error != NULL ? now->error : "", .lost = now->lost};
    callbacks->end(callbacks->userdata, &end);
    return true;
}

void store_jobs_add(struct store *store, struct job *const *jobs, size_t count,
                    void (*done)(void *userdata, int error, const char *text,
                                 const uint64_t *serials, size_t count),
                    void *userdata) {
    uint64_t serials[4];
    (void)store;
    (void)jobs;
    assert_true(count <= COUNT_OF(serials));
    for (size_t i = 0; i < count; i++) {
        serials[i] = ++t.serial;
    }
    done(userdata, t.journal_fails ? -ENOSPC : 0, "the disk is full", serials,
         t.journal_fails ? 0 : count);
}

void store_job_started(struct store *store, const struct job *job, store_done done,
                       void *userdata) {
    (void)store;
    assert_int_equal(job->state, JOB_RUNNING);
    t.started++;
    done(userdata, t.start_fails ? -ENOSPC : 0, "the disk is full");
}

void store_job_results(struct store *store, const struct job *job, size_t first) {
    (void)store;
    assert_true(first <= job->result_count);
}

void store_job_ended(struct store *store, const struct job *job, size_t first, store_done done,
                     void *userdata) {
    (void)store;
    (void)done;
    (void)userdata;
    assert_true(job_is_finished(job->state) && first <= job->result_count);
    t.ended++;
}

void store_job_hide(struct store *store, uint64_t job_serial) {
    (void)store;
    assert_true(job_serial > 0);
}

static void on_finished(void *userdata, const struct job *job) {
    (void)userdata;
    (void)job;
    t.finished_count++;
}

/* Of what the manager could see: the same ids as the listing's, arrived at these times. */
static struct listing *seen_listing(void) {
    static const char line[] =
        "{\"queue_name\": \"deferred\", \"queue_id\": \"A0000001\", \"arrival_time\": 1000, "
        "\"message_size\": 1, \"forced_expire\": false, \"sender\": \"a@b.example\", "
        "\"recipients\": []}\n";
    char error[128];
    struct listing_builder *builder = listing_builder_new(ORDER_OLDEST, 10);
    assert_int_equal(listing_builder_feed(builder, line, sizeof line - 1), 0);
    return listing_builder_finish(builder, 1, 2, error, sizeof error);
}

static void set_up(const struct scripted *script) {
    memset(&t, 0, sizeof t);
    t.script = script;
    t.config = (struct config){.allow_actions = UINT32_MAX,
                               .allow_view = true,
                               .view_limit_bytes = 1000,
                               .action_retention_rows = 10,
                               .action_retention_usec = UINT64_C(3600000000)};
    t.snapshot = snapshot_new();
    t.snapshot->listing = seen_listing();
    const struct actions_context context = {.config = &t.config, .finished = on_finished};
    assert_true(sd_event_new(&t.loop) >= 0);
    assert_int_equal(actions_new(t.loop, &context, &t.actions), 0);
    actions_wake(t.actions);
}

static void tear_down(void) {
    actions_free(t.actions);
    snapshot_unref(t.snapshot);
    sd_event_unref(t.loop);
}

static struct job *new_job(enum action_command command, const char *ids) {
    struct job *job = job_new(&(struct job_key){.owner = "ops", .command = command, .id = 1});
    assert_non_null(job);
    free(job->request.queue_ids);
    job->request.queue_ids = strdup(ids);
    job->created = 2000;
    return job;
}

static void set_job(struct job *job) {
    assert_true(actions_prepare(t.actions, &job, 1));
    actions_commit(t.actions, &job, 1, t.snapshot);
    while (t.finished_count == 0) {
        assert_true(sd_event_run(t.loop, 30000000) > 0);
    }
}

#define LISTED(id, arrival, sender)                                                                \
    "{\"queue_name\": \"deferred\", \"queue_id\": \"" id "\", \"arrival_time\": " #arrival         \
    ", \"message_size\": 9, \"forced_expire\": false, \"sender\": \"" sender                       \
    "\", \"recipients\": []}"
#define REMOVED(id) "postsuper: " id ": removed"

static const struct {
    const char *name;
    enum action_command command;
    const char *ids, *sender;
    bool all;
    int32_t expected;
    struct scripted script[ORDERS_MAX];
    size_t orders;
    enum job_state state;
    uint32_t matched;
    size_t results;
    enum job_outcome outcomes[3];
    const char *error; /* a part of it */
} cases[] = {
    {"hold by ids",
     ACTION_HOLD,
     "A0000001 A0000002",
     "",
     false,
     -1,
     {{.type = REQUEST_ACTION, .ids = 2, .confirm = true}},
     1,
     JOB_DONE,
     2,
     2,
     {OUTCOME_DONE, OUTCOME_DONE},
     ""},
    {"one is missing",
     ACTION_HOLD,
     "A0000001 A0000002",
     "",
     false,
     -1,
     {{.type = REQUEST_ACTION,
       .ids = 2,
       .lines = {"postsuper: A0000002: placed on hold", "postsuper: Placed on hold: 1 message"}}},
     1,
     JOB_PARTIAL,
     2,
     2,
     {OUTCOME_NOT_FOUND, OUTCOME_DONE},
     ""},
    {"by criterion",
     ACTION_HOLD,
     "",
     "x@*",
     false,
     -1,
     {{.type = REQUEST_SELECT,
       .lines = {LISTED("A0000001", 1000, "x@y"), LISTED("A0000002", 1000, "z@y"),
                 LISTED("A0000003", 1000, "x@z")}},
      {.type = REQUEST_ACTION, .ids = 2, .confirm = true}},
     2,
     JOB_DONE,
     2,
     2,
     {OUTCOME_DONE, OUTCOME_DONE},
     ""},
    {"nothing matches",
     ACTION_HOLD,
     "",
     "x@*",
     false,
     -1,
     {{.type = REQUEST_SELECT}},
     1,
     JOB_DONE,
     0,
     0,
     {0},
     ""},
    {"the queue cannot be listed",
     ACTION_DELETE,
     "A0000001",
     "",
     false,
     -1,
     {{.type = REQUEST_SELECT, .lines = {LISTED("A0000001", 1000, "x@y")}, .error = "timed out"}},
     1,
     JOB_FAILED,
     0,
     0,
     {0},
     "nothing was done"},
    {"the helper is not there",
     ACTION_DELETE,
     "A0000001",
     "",
     false,
     -1,
     {{.type = REQUEST_SELECT, .refused = true}},
     1,
     JOB_FAILED,
     0,
     0,
     {0},
     "nothing was done"},
    {"delete what was seen",
     ACTION_DELETE,
     "A0000001",
     "",
     false,
     -1,
     {{.type = REQUEST_SELECT, .lines = {LISTED("A0000001", 1000, "x@y")}},
      {.type = REQUEST_ACTION,
       .ids = 1,
       .lines = {REMOVED("A0000001"), "postsuper: Deleted: 1 message"}}},
     2,
     JOB_DONE,
     1,
     1,
     {OUTCOME_DONE},
     ""},
    {"another message than was seen",
     ACTION_DELETE,
     "A0000001",
     "",
     false,
     -1,
     {{.type = REQUEST_SELECT, .lines = {LISTED("A0000001", 1001, "x@y")}}},
     1,
     JOB_FAILED,
     0,
     1,
     {OUTCOME_INVALID},
     ""},
    {"listed twice, once as another",
     ACTION_DELETE,
     "A0000001",
     "",
     false,
     -1,
     {{.type = REQUEST_SELECT,
       .lines = {LISTED("A0000001", 1001, "x@y"), LISTED("A0000001", 1000, "x@y")}}},
     1,
     JOB_FAILED,
     0,
     1,
     {OUTCOME_INVALID},
     ""},
    {"it came after the SET",
     ACTION_EXPIRE,
     "A0000002",
     "",
     false,
     -1,
     {{.type = REQUEST_SELECT, .lines = {LISTED("A0000002", 2001, "x@y")}}},
     1,
     JOB_FAILED,
     0,
     1,
     {OUTCOME_INVALID},
     ""},
    {"the count fits",
     ACTION_HOLD,
     "",
     "",
     true,
     1,
     {{.type = REQUEST_SELECT, .lines = {LISTED("A0000002", 1, "x@y")}},
      {.type = REQUEST_ACTION, .ids = 1, .confirm = true}},
     2,
     JOB_DONE,
     1,
     1,
     {OUTCOME_DONE},
     ""},
    {"the count does not",
     ACTION_DELETE,
     "",
     "",
     true,
     2,
     {{.type = REQUEST_SELECT, .lines = {LISTED("A0000002", 1, "x@y")}}},
     1,
     JOB_REFUSED,
     1,
     0,
     {0},
     "1 messages match"},
    {"count",
     ACTION_COUNT,
     "",
     "",
     true,
     -1,
     {{.type = REQUEST_SELECT,
       .lines = {LISTED("A0000002", 1, "x@y"), LISTED("A0000003", 1, "x@y")}}},
     1,
     JOB_DONE,
     2,
     0,
     {0},
     ""},
    {"the helper is lost in the middle",
     ACTION_HOLD,
     "A0000001 A0000002",
     "",
     false,
     -1,
     {{.type = REQUEST_ACTION,
       .ids = 2,
       .lines = {"postsuper: A0000001: placed on hold"},
       .error = "the helper was started anew",
       .lost = true}},
     1,
     JOB_INTERRUPTED,
     2,
     2,
     {OUTCOME_DONE, OUTCOME_FAILED},
     "started anew"},
    {"flush all",
     ACTION_FLUSH,
     "",
     "",
     false,
     -1,
     {{.type = REQUEST_FLUSH}},
     1,
     JOB_DONE,
     0,
     0,
     {0},
     ""},
    {"flush all, Postfix is down",
     ACTION_FLUSH,
     "",
     "",
     false,
     -1,
     {{.type = REQUEST_FLUSH, .error = "mail system is down"}},
     1,
     JOB_FAILED,
     0,
     0,
     {0},
     "down"},
    {"flush two",
     ACTION_FLUSH,
     "A0000001 A0000002",
     "",
     false,
     -1,
     {{.type = REQUEST_FLUSH, .ids = 1}, {.type = REQUEST_FLUSH, .ids = 1}},
     2,
     JOB_DONE,
     2,
     2,
     {OUTCOME_REQUESTED, OUTCOME_REQUESTED},
     ""},
    {"view",
     ACTION_VIEW,
     "A0000001",
     "",
     false,
     -1,
     {{.type = REQUEST_VIEW, .ids = 1, .lines = {"a\n", "b"}}},
     1,
     JOB_DONE,
     1,
     1,
     {OUTCOME_DONE},
     ""},
    {"view, cut off",
     ACTION_VIEW,
     "A0000001",
     "",
     false,
     -1,
     {{.type = REQUEST_VIEW, .ids = 1, .lines = {"half"}, .error = "timed out"}},
     1,
     JOB_FAILED,
     1,
     1,
     {OUTCOME_FAILED},
     "timed out"},
    {"view of what is gone",
     ACTION_VIEW,
     "A0000001",
     "",
     false,
     -1,
     {{.type = REQUEST_VIEW, .ids = 1, .error = "open queue file: No such file or directory"}},
     1,
     JOB_FAILED,
     1,
     1,
     {OUTCOME_NOT_FOUND},
     "no such message"},
};

static void test_cases(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *name = cases[i].name;
        set_up(cases[i].script);
        struct job *job = new_job(cases[i].command, cases[i].ids);
        snprintf(job->request.sender, sizeof job->request.sender, "%s", cases[i].sender);
        job->request.all = cases[i].all;
        job->request.expected_count = cases[i].expected;
        set_job(job);
        CHECK_INT(name, t.orders, cases[i].orders);
        CHECK_STRING(name, job_state_name(job->state), job_state_name(cases[i].state));
        CHECK_INT(name, job->matched, cases[i].matched);
        CHECK_INT(name, job->result_count, cases[i].results);
        for (size_t r = 0; r < job->result_count; r++) {
            CHECK_INT(name, job->results[r].outcome, cases[i].outcomes[r]);
        }
        CHECK(name, cases[i].error[0] == '\0' ? job->error[0] == '\0'
                                              : strstr(job->error, cases[i].error) != NULL);
        CHECK(name, (job->output != NULL) == (job->line_count > 0));
        CHECK_INT(name, t.ended, 1);
        tear_down();
    }
}

/* A thousand in one go, then the rest. */
static void test_batches(void **state) {
    static const struct scripted script[] = {
        {.type = REQUEST_ACTION, .ids = PROTOCOL_IDS, .confirm = true},
        {.type = REQUEST_ACTION, .ids = 5, .confirm = true}};
    (void)state;
    char *ids = calloc(PROTOCOL_IDS + 5, 12);
    for (unsigned i = 0; i < PROTOCOL_IDS + 5; i++) {
        snprintf(ids + 11 * (size_t)i, 12, "%010X ", i);
    }
    set_up(script);
    struct job *job = new_job(ACTION_HOLD, ids);
    free(ids);
    set_job(job);
    assert_int_equal(t.orders, 2);
    assert_int_equal(job->state, JOB_DONE);
    assert_int_equal(job->succeeded, PROTOCOL_IDS + 5);
    tear_down();
}

/* With the clock set back after the message arrived: it is the one that was seen, or one whose
 * arrival is still to come, which says nothing about it. */
static void test_clock_set_back(void **state) {
    static const struct {
        const char *name, *id, *line;
    } messages[] = {
        {"seen with this arrival", "A0000001", LISTED("A0000001", 1000, "x@y")},
        {"not seen, arrived in the future", "A0000009", LISTED("A0000009", 99999999999, "x@y")},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(messages); i++) {
        char removed[64];
        snprintf(removed, sizeof removed, "postsuper: %s: removed", messages[i].id);
        const struct scripted script[] = {
            {.type = REQUEST_SELECT, .lines = {messages[i].line}},
            {.type = REQUEST_ACTION, .ids = 1, .lines = {removed, "postsuper: Deleted: 1 message"}},
        };
        set_up(script);
        struct job *job = new_job(ACTION_DELETE, messages[i].id);
        job->created = 500;
        set_job(job);
        CHECK_STRING(messages[i].name, job_state_name(job->state), "done");
        tear_down();
    }
}

static void test_no_journal(void **state) {
    (void)state;
    set_up(NULL);
    t.journal_fails = true;
    struct job *job = new_job(ACTION_HOLD, "A0000001");
    set_job(job);
    assert_int_equal(job->state, JOB_FAILED);
    assert_non_null(strstr(job->error, "cannot be journaled: the disk is full"));
    assert_int_equal(t.orders + t.started + t.ended, 0);
    tear_down();
    set_up(NULL);
    t.start_fails = true;
    job = new_job(ACTION_HOLD, "A0000001");
    set_job(job);
    assert_int_equal(job->state, JOB_FAILED);
    assert_int_equal(t.orders, 0);
    tear_down();
}

static void test_not_allowed(void **state) {
    (void)state;
    set_up(NULL);
    t.config.allow_actions = 0;
    struct job *job = new_job(ACTION_HOLD, "A0000001");
    set_job(job);
    assert_int_equal(job->state, JOB_REFUSED);
    assert_int_equal(t.orders, 0);
    tear_down();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),          cmocka_unit_test(test_batches),
        cmocka_unit_test(test_clock_set_back), cmocka_unit_test(test_no_journal),
        cmocka_unit_test(test_not_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

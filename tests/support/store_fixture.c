/* SPDX-License-Identifier: BSD-3-Clause */
#include "store_fixture.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define USEC_PER_SEC UINT64_C(1000000)

static void take_answer(struct answer *answer, int error, const char *text) {
    answer->count++;
    answer->error = error;
    snprintf(answer->text, sizeof answer->text, "%s", text);
}

void on_done(void *userdata, int error, const char *text) {
    take_answer(userdata, error, text);
}

void on_added(void *userdata, int error, const char *text, const uint64_t *serials, size_t count) {
    struct answer *answer = userdata;
    take_answer(answer, error, text);
    answer->serial_count = count;
    for (size_t i = 0; i < count && i < COUNT_OF(answer->serials); i++) {
        answer->serials[i] = serials[i];
    }
}

static void *copy(const void *from, size_t count, size_t size) {
    void *to = calloc(count + 1, size);
    assert_non_null(to);
    if (count > 0) {
        memcpy(to, from, count * size);
    }
    return to;
}

static void on_loaded(void *userdata, const struct store_image *image, int error,
                      const char *text) {
    struct fixture *fixture = userdata;
    take_answer(&fixture->loaded, error, text);
    store_image_deinit(&fixture->image);
    fixture->image = *image;
    fixture->image.actions = copy(image->actions, image->action_count, sizeof *image->actions);
    for (size_t i = 0; i < image->action_count; i++) {
        image->actions[i] = NULL;
    }
    fixture->image.events = copy(image->events, image->event_count, sizeof *image->events);
    fixture->image.latest = copy(image->latest, image->latest_count, sizeof *image->latest);
    fixture->image.tunables.list =
        copy(image->tunables.list, image->tunables.count, sizeof *image->tunables.list);
    fixture->image.cursors = copy(image->cursors, image->cursor_count, sizeof *image->cursors);
}

static void on_usable(void *userdata, int error, const char *text) {
    take_answer(&((struct fixture *)userdata)->usable, error, text);
}

void fixture_init(struct fixture *fixture) {
    const char *tmp = getenv("TMPDIR");
    memset(fixture, 0, sizeof *fixture);
    snprintf(fixture->dir, sizeof fixture->dir, "%s/hmq-store.XXXXXX", tmp == NULL ? "/tmp" : tmp);
    assert_non_null(mkdtemp(fixture->dir));
    snprintf(fixture->path, sizeof fixture->path, "%s/test.db", fixture->dir);
    fixture->config_directory = "/etc/postfix";
    assert_true(sd_event_new(&fixture->event) >= 0);
    fixture->limits = (struct store_limits){.retention_rows = 1000,
                                            .retention_usec = 7 * 86400 * USEC_PER_SEC,
                                            .memory_octets = (size_t)4 * 1024 * 1024,
                                            .audit_days = 365};
    fixture->timing = (struct store_timing){.patience = USEC_PER_SEC,
                                            .retry = USEC_PER_SEC / 20,
                                            .purge = 3600 * USEC_PER_SEC,
                                            .hang = 3600 * USEC_PER_SEC};
}

void fixture_deinit(struct fixture *fixture) {
    static const char *const suffixes[] = {"", "-wal", "-shm", ".restored", ".lock", ".copy"};
    char name[128];
    fixture_stop(fixture);
    store_image_deinit(&fixture->image);
    sd_event_unref(fixture->event);
    chmod(fixture->dir, 0700);
    for (size_t i = 0; i < COUNT_OF(suffixes); i++) {
        snprintf(name, sizeof name, "%s%s", fixture->path, suffixes[i]);
        unlink(name);
    }
    rmdir(fixture->dir);
}

void fixture_start(struct fixture *fixture) {
    const struct store_callbacks callbacks = {
        .loaded = on_loaded, .usable = on_usable, .userdata = fixture};
    const struct store_place place = {
        .path = fixture->path, .config_directory = fixture->config_directory, .container = ""};
    fixture->loaded.count = fixture->usable.count = 0;
    assert_int_equal(store_start(fixture->event, &place, &fixture->limits, &callbacks,
                                 &fixture->timing, &fixture->store),
                     0);
    assert_false(store_usable(fixture->store));
    fixture_wait(fixture, &fixture->loaded.count, 1);
}

void fixture_stop(struct fixture *fixture) {
    store_free(fixture->store, WAIT_SECONDS * USEC_PER_SEC);
    fixture->store = NULL;
}

void fixture_restart(struct fixture *fixture) {
    fixture_stop(fixture);
    fixture_start(fixture);
    assert_int_equal(fixture->loaded.error, 0);
}

void fixture_wait(struct fixture *fixture, const int *counter, int count) {
    uint64_t end = store_now_usec() + WAIT_SECONDS * USEC_PER_SEC;
    while (*counter < count) {
        assert_true(sd_event_run(fixture->event, USEC_PER_SEC / 10) >= 0);
        if (store_now_usec() > end) {
            fail_msg("nothing came in %d seconds", WAIT_SECONDS);
        }
    }
}

void fixture_expect(struct fixture *fixture, struct answer *answer, int error) {
    fixture_wait(fixture, &answer->count, 1);
    if (answer->error != error) {
        fail_msg("error %d, not %d: %s", answer->error, error, answer->text);
    }
    assert_int_equal(answer->count, 1);
    assert_true(error == 0 || answer->text[0] != '\0');
}

struct action *fixture_add_action(struct fixture *fixture, uint32_t id) {
    struct answer answer = {.count = 0};
    struct action *action =
        action_new(&(struct action_key){.owner = "ops", .command = COMMAND_HOLD, .id = id});
    assert_non_null(action);
    action->created = 1700000000 + id;
    store_actions_add(fixture->store, &action, 1, on_added, &answer);
    fixture_expect(fixture, &answer, 0);
    assert_int_equal(answer.serial_count, 1);
    action->serial = answer.serials[0];
    assert_true(action->serial > 0);
    return action;
}

const char *fixture_sql(struct fixture *fixture, const char *sql, char out[1024]) {
    sqlite3 *db;
    sqlite3_stmt *statement = NULL;
    out[0] = '\0';
    assert_int_equal(sqlite3_open_v2(fixture->path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) {
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    }
    int rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW && sqlite3_column_type(statement, 0) != SQLITE_NULL) {
        snprintf(out, 1024, "%s", (const char *)sqlite3_column_text(statement, 0));
    } else if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    }
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return out;
}

void fixture_check_sql(struct fixture *fixture, const char *sql, const char *expected) {
    char found[1024];
    CHECK_STRING(sql, fixture_sql(fixture, sql, found), expected);
}

struct action *fixture_action(const struct fixture *fixture, uint32_t id) {
    for (size_t i = 0; i < fixture->image.action_count; i++) {
        if (fixture->image.actions[i]->key.id == id) {
            return fixture->image.actions[i];
        }
    }
    return NULL;
}

unsigned long long fixture_blocked_signals(const char *tid) {
    char name[300], line[256];
    unsigned long long mask = 0;
    snprintf(name, sizeof name, "/proc/self/task/%s/status", tid);
    FILE *stream = fopen(name, "re");
    assert_non_null(stream);
    while (fgets(line, sizeof line, stream) != NULL) {
        sscanf(line, "SigBlk: %llx", &mask);
    }
    fclose(stream);
    return mask;
}

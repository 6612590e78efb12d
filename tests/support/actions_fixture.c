/* SPDX-License-Identifier: BSD-3-Clause */
#include "actions_fixture.h"

#include <errno.h>
#include <stdlib.h>

struct played t;

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
    for (size_t i = 0; i < now->listed; i++) {
        char line[200];
        int len = snprintf(line, sizeof line,
                           "{\"queue_name\": \"deferred\", \"queue_id\": \"A%07zX\", "
                           "\"arrival_time\": 1, \"message_size\": 9, \"sender\": \"x@y\", "
                           "\"recipients\": []}\n",
                           i);
        assert_int_equal(callbacks->data(callbacks->userdata, line, (size_t)len), 0);
    }
    if (now->meanwhile != NULL) {
        now->meanwhile();
    }
    const struct command_end end = {.ok = now->error == NULL,
                                    .error = now->error != NULL ? now->error : "",
                                    .lost = now->lost,
                                    .exited = now->error == NULL || now->exited,
                                    .not_run = now->not_run,
                                    .reason = now->reason};
    callbacks->end(callbacks->userdata, &end);
    return true;
}

void store_actions_add(struct store *store, struct action *const *actions, size_t count,
                       void (*done)(void *userdata, int error, const char *text,
                                    const uint64_t *serials, size_t count),
                       void *userdata) {
    uint64_t serials[4];
    (void)store;
    (void)actions;
    assert_true(count <= COUNT_OF(serials));
    for (size_t i = 0; i < count; i++) {
        serials[i] = ++t.serial;
    }
    if (t.journal_waits) {
        assert_int_equal(count, 1);
        t.journaled = done;
        t.journaled_userdata = userdata;
        return;
    }
    done(userdata, t.journal_fails ? -ENOSPC : 0, "the disk is full", serials,
         t.journal_fails ? 0 : count);
}

void store_action_started(struct store *store, const struct action *action, store_done done,
                          void *userdata) {
    (void)store;
    assert_int_equal(action->state, ACTION_RUNNING);
    t.started++;
    done(userdata, t.start_fails ? -ENOSPC : 0, "the disk is full");
}

void store_action_results(struct store *store, const struct action *action, size_t first) {
    (void)store;
    assert_true(first <= action->result_count);
}

void store_action_result(struct store *store, const struct action *action, size_t number) {
    (void)store;
    assert_true(number < action->result_count);
    t.rewritten++;
}

void store_action_ended(struct store *store, const struct action *action, size_t first,
                        store_done done, void *userdata) {
    (void)store;
    assert_true(action_is_finished(action->state) && first <= action->result_count);
    t.ended++;
    if (done != NULL) {
        done(userdata, 0, "");
    }
}

void store_action_hide(struct store *store, uint64_t action_serial) {
    (void)store;
    assert_true(action_serial > 0);
}

static void on_finished(void *userdata, const struct action *action) {
    (void)userdata;
    (void)action;
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

static char no_container[] = "";

void set_up(const struct scripted *script) {
    memset(&t, 0, sizeof t);
    t.script = script;
    t.config = (struct config){.allow_actions = UINT32_MAX,
                               .allow_view = true,
                               .container = no_container,
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

void tear_down(void) {
    actions_free(t.actions);
    snapshot_unref(t.snapshot);
    sd_event_unref(t.loop);
}

struct action *new_action(enum action_command command, const char *ids) {
    struct action *action =
        action_new(&(struct action_key){.owner = "ops", .command = command, .id = 1});
    assert_non_null(action);
    assert_true(action_set_ids(action, ids, strlen(ids)));
    action->created = 2000;
    return action;
}

struct action *numbered(enum action_command command, const char *ids, uint32_t id) {
    struct action *action = new_action(command, ids);
    action->key.id = id;
    return action;
}

void add(struct action *action) {
    assert_true(actions_prepare(t.actions, &action, 1));
    actions_commit(t.actions, &action, 1, t.snapshot);
}

void run_until(size_t finished) {
    while (t.finished_count < finished) {
        assert_true(sd_event_run(t.loop, 30000000) > 0);
    }
}

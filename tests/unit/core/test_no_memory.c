/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Without memory: whichever allocation fails, what was to be done is reported as not done, or it is
 * done as a whole. Nothing is lost, which the sanitizers watch.
 */
#include "core/action_table.h"
#include "core/config.h"
#include "core/listing.h"
#include "core/results.h"
#include "core/selection.h"

#include "scarce_memory.h"

#include "config_text.h"

#include <errno.h>

static const char config_text[] = "context = out\n"
                                  "container = hermes_postfix_dkim\n"
                                  "container_command = podman --runtime runc\n"
                                  "condition.old.watch = age hold\n"
                                  "condition.old.above = 7200s\n"
                                  "webhook.ops.url = https://example.com/hook#x\n"
                                  "webhook.ops.secret_file = /etc/secret\n"
                                  "webhook.ops.format = slack\n"
                                  "script.page.path = /usr/local/bin/page\n"
                                  "script.page.events = all\n";

static bool parse_config(void) {
    struct config *config = NULL;
    char error[512] = "";
    int r = config_from(config_text, strlen(config_text), &config, error);
    if (r != 0) {
        CHECK("no configuration", config == NULL);
        CHECK(error, strstr(error, "out of memory") != NULL);
        return false;
    }
    memory_is_plenty(true);
    struct config *whole = good_config("the whole", config_text);
    CHECK("as without a failure", config_restart_needed(config, whole) == NULL);
    CHECK_INT("endpoints", config->hook_count, 2);
    config_free(whole);
    memory_is_plenty(false);
    config_free(config);
    return true;
}

static void test_config(void **state) {
    (void)state;
    each_allocation_fails("a configuration", parse_config);
}

#define MESSAGES 40

static int feed_messages(struct listing_builder *builder) {
    int r = 0;
    for (int i = 0; i < MESSAGES && r == 0; i++) {
        char line[600];
        int len = snprintf(line, sizeof line,
                           "{\"queue_name\": \"deferred\", \"queue_id\": \"4F0C21A3%02X\", "
                           "\"arrival_time\": 17000000%02d, \"message_size\": 100, "
                           "\"forced_expire\": false, \"sender\": \"s%d@a.example\", "
                           "\"recipients\": [{\"address\": \"u%d@b%d.example\", \"delay_reason\": "
                           "\"connect to b%d.example: timed out\"}, {\"address\": \"v@c.example\"}"
                           "]}\n",
                           i, i, i, i, i, i);
        r = listing_builder_feed(builder, line, (size_t)len);
    }
    return r;
}

/* A row or the insight may be missing, a number not be wrong. */
static void check_listing(const struct listing *listing) {
    const struct queue_totals *totals = &listing->queues[QUEUE_DEFERRED];
    CHECK_INT("messages", totals->messages, MESSAGES);
    CHECK_INT("volume", totals->volume, MESSAGES * 100);
    CHECK_INT("recipients", totals->recipients, MESSAGES * 2);
    CHECK_INT("rows", listing->row_count + listing->omitted, MESSAGES);
    for (size_t i = 0; i < listing->row_count; i++) {
        CHECK_INT(listing->rows[i]->id, listing->rows[i]->recipient_count, 2);
    }
    if (listing->insight != NULL) {
        const struct insight_table *senders = &listing->insight->senders;
        CHECK("senders", senders->distinct == MESSAGES || !listing->insight->exact);
    }
}

static bool build_listing(void) {
    char error[200] = "";
    struct listing_builder *builder = listing_builder_new(ORDER_OLDEST, 10);
    if (builder == NULL) {
        return false;
    }
    listing_builder_add_insight(builder, 10, 1700000100);
    int r = feed_messages(builder);
    struct listing *listing = listing_builder_finish(builder, 1, 2, error, sizeof error);
    CHECK("a listing, or why there is none", (listing == NULL) == (error[0] != '\0'));
    CHECK("none of a part", r == 0 || listing == NULL);
    if (listing == NULL) {
        return false;
    }
    check_listing(listing);
    bool whole = listing->row_count == 10 && listing->insight != NULL && listing->insight->exact;
    listing_unref(listing);
    return whole;
}

static void test_listing(void **state) {
    (void)state;
    each_allocation_fails("a listing", build_listing);
}

static bool fill_action(struct action *action) {
    char id[QUEUE_ID_SIZE];
    if (!action_set_ids(action, "4F0C21A300 4F0C21A301", ACTION_QUEUE_IDS_MAX)) {
        CHECK_STRING("IDs as they were", action->request.queue_ids, "");
        return false;
    }
    for (size_t i = 0; i < 20; i++) {
        snprintf(id, sizeof id, "4F0C21A3%02zX", i);
        if (!action_add_result(action, id, OUTCOME_DONE, "requeued")) {
            CHECK_INT("results", action->result_count, i);
            CHECK_INT("counted", action->succeeded, i);
            return false;
        }
        action_await_id(action);
    }
    if (action_take_new_id(action, "4F0C21A303", "4F0C21A3FF") != 3) {
        CHECK_STRING("the text of before", action->results[3].text, "requeued");
        CHECK_INT("one more", action->awaited_ids, 20);
        return false;
    }
    CHECK_STRING("its new ID", action->results[3].text, "requeued as 4F0C21A3FF");
    return true;
}

static bool make_action(void) {
    struct action_table table = {.actions = NULL};
    struct action *action =
        action_new(&(struct action_key){.owner = "ops", .command = COMMAND_REQUEUE, .id = 1});
    if (action == NULL) {
        return false;
    }
    if (!fill_action(action) || !action_table_add(&table, action)) {
        CHECK_INT("not in the table", table.count, 0);
        action_free(action);
        action_table_deinit(&table);
        return false;
    }
    CHECK("in the table", action_table_find(&table, &action->key) == action);
    action_table_deinit(&table);
    return true;
}

static void test_action(void **state) {
    (void)state;
    each_allocation_fails("an action", make_action);
}

static bool parse_ids(void) {
    static const char ids[] = "4F0C21A305 4F0C21A304,4F0C21A303 4F0C21A302 4F0C21A301 4F0C21A300 "
                              "4F0C21A315 4F0C21A314,4F0C21A313 4F0C21A312 4F0C21A311 4F0C21A310";
    struct target_list list = {.targets = NULL};
    int r = target_list_parse(ids, strlen(ids), &list);
    if (r != 0) {
        CHECK_INT("why", r, -ENOMEM);
        CHECK("untouched", list.targets == NULL && list.count == 0);
        return false;
    }
    CHECK_INT("all of them", list.count, 12);
    target_list_deinit(&list);
    return true;
}

static void test_ids(void **state) {
    (void)state;
    each_allocation_fails("queue IDs", parse_ids);
}

static bool take_results(void) {
    static const char ids[2][QUEUE_ID_SIZE] = {"4F0C21A300", "4F0C21A301"};
    static const char *const lines[] = {"postsuper: 4F0C21A301: placed on hold",
                                        "postsuper: Placed on hold: 1 message"};
    struct results *results = results_new(COMMAND_HOLD, ids, COUNT_OF(ids));
    if (results == NULL) {
        return false;
    }
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        results_take(results, lines[i], strlen(lines[i]));
    }
    CHECK_INT("heard", results_end(results, true, ""), RESULTS_COMPLETE);
    results_free(results);
    return true;
}

static void test_results(void **state) {
    (void)state;
    each_allocation_fails("results", take_results);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config),  cmocka_unit_test(test_listing),
        cmocka_unit_test(test_action),  cmocka_unit_test(test_ids),
        cmocka_unit_test(test_results),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

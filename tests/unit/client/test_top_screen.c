/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the live screen shows and what its keys do, without a terminal and without agents: objects
 * of a file stand for what gateways have answered, and the screen is drawn on a canvas.
 */
#include "client/top/draw.h"
#include "client/top/keys.h"
#include "core/text.h"

#include "unit.h"

#include <stdlib.h>

#define NOON INT64_C(1796040000) /* 2026-11-30 12:00:00 UTC */

static struct client client;
static struct model model;
static struct canvas canvas;
static const struct moment now = {.ms = 1000000, .epoch_s = NOON};

/* Reads the octets of a value, which may have \xHH. */
static size_t unescape(char *text) {
    size_t len = 0;
    for (char *at = text; *at != '\0'; at++) {
        if (at[0] == '\\' && at[1] == 'x') {
            char hex[3] = {at[2], at[3], '\0'};
            text[len++] = (char)strtoul(hex, NULL, 16);
            at += 3;
        } else {
            text[len++] = *at;
        }
    }
    return len;
}

/* Adds the objects of lines "OID TYPE VALUE". */
static void add_object(struct oid_tree *tree, char *line) {
    uint32_t oid[TREE_OID_MAX];
    size_t len = 0;
    char *value = strchr(line, ' ');
    assert_non_null(value);
    for (char *at = line; at < value; at++) {
        oid[len++] = (uint32_t)strtoul(at, &at, 10);
    }
    struct object object = {.oid = oid, .oid_len = len, .is_text = value[1] == 's'};
    value += strlen(value) > 3 ? 3 : 2;
    if (object.is_text) {
        object.octets = value;
        object.len = unescape(value);
    } else {
        object.number = strtoll(value, NULL, 10);
    }
    assert_int_equal(tree_add(tree, &object), TREE_ADDED);
}

/* without: a prefix of objects that are left out, or NULL. */
static void add_objects(struct oid_tree *tree, const char *without) {
    FILE *file = fopen(DATA_DIR "/client_objects", "re");
    char line[512];
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (without == NULL || strncmp(line, without, strlen(without)) != 0) {
            add_object(tree, line);
        }
    }
    fclose(file);
}

/* Some gateways that have all answered the same. */
static void begin(size_t gateways, const char *without) {
    static const char *const names[] = {"mx1.example", "mx2.example", "mx3.example"};
    memset(&client, 0, sizeof client);
    client.readings.count = gateways;
    for (size_t i = 0; i < gateways; i++) {
        client.readings.gateways[i].name = names[i];
        reading_init(&client.readings.items[i], &client.readings, &client.readings.gateways[i]);
        add_objects(&client.readings.items[i].tree, without);
    }
    model_init(&model, &client, 2000);
    for (size_t i = 0; i < gateways; i++) {
        model.gateways.pulses[i].answered = true;
        model.gateways.pulses[i].answer_s = NOON;
    }
    for (unsigned t = 0; t < TAB_COUNT; t++) {
        struct detail *detail = &model.gateways.details[t];
        add_objects(&detail->reading.tree, without);
        detail->read = true;
        detail->answer_s = NOON - 5;
    }
    canvas.unicode = true;
}

static void end(void) {
    for (size_t i = 0; i < client.readings.count; i++) {
        reading_deinit(&client.readings.items[i]);
    }
    model_deinit(&model);
    canvas_deinit(&canvas);
}

static void draw(size_t width, size_t height) {
    canvas_resize(&canvas, width, height);
    model_refresh(&model);
    draw_top(&model, &canvas, now);
}

static void press(const char *keys) {
    for (; *keys != '\0'; keys++) {
        keys_take(&model, (unsigned char)*keys);
        draw(80, 24);
    }
}

/* The first row that has a text; SIZE_MAX if there is none. */
static size_t row_with(const char *text) {
    for (size_t y = 0; y < canvas.height; y++) {
        char *row = canvas_row(&canvas, y);
        bool found = strstr(row, text) != NULL;
        free(row);
        if (found) {
            return y;
        }
    }
    return SIZE_MAX;
}

#define SHOWS(text) CHECK(text, row_with(text) != SIZE_MAX)
#define HIDES(text) CHECK(text, row_with(text) == SIZE_MAX)

/* Of any size the screen is whole, safe, and no wider than it is. */
static void test_sizes(void **state) {
    static const size_t sizes[][2] = {{80, 24},  {200, 60}, {30, 8}, {29, 8}, {40, 10},  {72, 16},
                                      {500, 12}, {80, 9},   {1, 1},  {2, 50}, {100, 200}};
    (void)state;
    for (size_t gateways = 1; gateways <= 3; gateways += 2) {
        begin(gateways, NULL);
        for (size_t i = 0; i < COUNT_OF(sizes); i++) {
            for (unsigned t = 0; t < TAB_COUNT; t++) {
                model_show_tab(&model, (enum tab_id)t);
                draw(sizes[i][0], sizes[i][1]);
                for (size_t y = 0; y < sizes[i][1]; y++) {
                    char *row = canvas_row(&canvas, y);
                    CHECK(row, screen_width(row) <= sizes[i][0]);
                    CHECK(row, text_is_safe(row, strlen(row)));
                    free(row);
                }
            }
        }
        end();
    }
}

static void test_layout(void **state) {
    (void)state;
    begin(1, NULL);
    draw(80, 24);
    assert_int_equal(row_with("mx1.example  CRITICAL, 1,234 messages, 33 MiB, the oldest 2d03h"),
                     0);
    assert_int_equal(row_with("deferred      1,200  \u2588"), 4);
    assert_int_equal(row_with(" 1 Messages  2 Senders  3 Domains  4 Reasons"), 6);
    assert_int_equal(row_with("  ID "), 7);
    assert_int_equal(row_with("  4ABC12DEF0 "), 8);
    assert_int_equal(row_with("host mx said: 452 4.2.2 the mailbox is full"), 21);
    assert_int_equal(row_with("2 of 2 (1,232 more are not listed), by AGE, greatest first, "
                              "read 5s ago"),
                     22);
    assert_int_equal(row_with("? help  q quit"), 23);
    assert_true(canvas.cells[640].reversed);
    assert_false(canvas.cells[720].reversed);
    draw(200, 60);
    SHOWS("the mailbox is full and very full indeed");
    press("2");
    SHOWS(" 1m  <>");
    model.gateways.details[TAB_SENDERS].answer_s = NOON - 3600;
    draw(80, 24);
    SHOWS(" 1h01m  <>"); /* ages go on */
    press("1");
    draw(40, 12);
    HIDES("\u2588");
    SHOWS("4ABC12DEF0");
    draw(20, 5);
    assert_int_equal(row_with("hmq top needs 30x8"), 0);
    press("2"); /* nobody sees what it would do */
    assert_int_equal(model.tab, TAB_MESSAGES);
    draw(40, 12);
    press("2");
    assert_int_equal(model.tab, TAB_SENDERS);
    end();
}

static void set_total(size_t gateway, int64_t total) {
    static uint32_t oid[] = {1, 2, 1, 0};
    const struct object object = {.oid = oid, .oid_len = 4, .number = total};
    assert_int_equal(tree_add(&client.readings.items[gateway].tree, &object), TREE_ADDED);
}

/* What was read from the tree is read anew. */
static void drop_records(struct reading *reading) {
    for (unsigned t = 0; t < TABLE_COUNT; t++) {
        if ((reading->read & TABLE_BIT(t)) != 0) {
            records_deinit(&reading->tables[t]);
        }
    }
    reading->read = 0;
}

/* Unknown is a question mark, and never 0. */
static void test_unknown(void **state) {
    (void)state;
    begin(1, "1.2.");
    draw(80, 24);
    SHOWS("how many messages is unknown");
    HIDES("0 messages");
    end();
    begin(1, "1.3.");
    draw(80, 24);
    SHOWS("deferred          ?");
    end();
    begin(1, "1.5.");
    draw(80, 24);
    SHOWS("the queue could not be listed");
    HIDES("No messages");
    end();
    begin(1, "1.5.4.");
    draw(80, 24);
    SHOWS("No message is listed yet");
    set_total(0, 0);
    drop_records(&client.readings.items[0]);
    draw(80, 24);
    SHOWS("No messages.");
    end();
    begin(1, "1.7.");
    press("2");
    SHOWS("the agent does not serve hmqInsight");
    end();
}

/* What is old is said to be. */
static void test_silence(void **state) {
    (void)state;
    begin(2, NULL);
    model.gateways.pulses[0].lost_s = NOON - 60;
    model.gateways.pulses[0].answer_s = NOON - 90;
    model.gateways.pulses[0].problem = FETCH_UNREACHABLE;
    snprintf(client.readings.items[0].problem, sizeof client.readings.items[0].problem,
             "no answer");
    draw(120, 24);
    SHOWS("mx1.example  NO ANSWER since 2026-11-30 11:59:00 UTC; OLD: of 2026-11-30 11:58:30 UTC");
    SHOWS("4ABC12DEF0");
    assert_int_equal(canvas.cells[8 * 120 + 30].style, STYLE_DIM);
    /* One that has never answered has nothing to show. */
    model.gateways.pulses[0].answer_s = 0;
    model.gateways.details[TAB_MESSAGES].read = false;
    model.gateways.details[TAB_MESSAGES].number++;
    reading_deinit(&client.readings.items[0]);
    draw(120, 24);
    SHOWS("NO ANSWER since 2026-11-30 11:59:00 UTC (no answer)");
    SHOWS("deferred          ?");
    HIDES("OLD");
    HIDES("how many");
    end();
}

static void test_gateways(void **state) {
    size_t order[3];
    (void)state;
    begin(3, NULL);
    set_total(1, 5000);
    gateways_order(&model.gateways, order);
    assert_int_equal(order[0], 1);
    assert_int_equal(order[1], 0);
    model.gateways.pulses[2].lost_s = NOON;
    gateways_order(&model.gateways, order);
    assert_int_equal(order[0], 2);
    draw(80, 24);
    CHECK("the worst first", row_with("!mx3.example") < row_with("!mx2.example"));
    SHOWS("5,000\u2502");
    press("]");
    assert_int_equal(model.gateways.current, 2);
    SHOWS("mx3.example  ");
    press("[");
    assert_int_equal(model.gateways.current, 0);
    HIDES("4ABC12DEF0"); /* nothing of another gateway stays */
    draw(60, 24);
    HIDES("\u2502");
    end();
}

static void test_order(void **state) {
    (void)state;
    begin(1, NULL);
    draw(80, 24);
    CHECK("by age", row_with(" 4ABC12DEF0") < row_with(" 4ABC12DEF1"));
    press("r");
    CHECK("reversed", row_with(" 4ABC12DEF1") < row_with(" 4ABC12DEF0"));
    CHECK("the cursor stays on its message", model.views[TAB_MESSAGES].cursor == 0);
    press("jr");
    CHECK("the cursor moves with its message", model.views[TAB_MESSAGES].cursor == 0);
    press("s");
    SHOWS("by SIZE, greatest first");
    press("<<");
    SHOWS("by QUEUE");
    press("<<");
    SHOWS("by REASON");
    end();
}

static void test_filter(void **state) {
    (void)state;
    begin(1, NULL);
    press("/ELSE");
    SHOWS("/ELSE");
    SHOWS("1 of 2");
    HIDES("4ABC12DEF0");
    assert_true(canvas.cursor);
    assert_int_equal(canvas.cursor_x, 5);
    press("\b\b\b\b\n");
    SHOWS("2 of 2");
    press("/nothing");
    SHOWS("No row has the text");
    press("\033");
    SHOWS("2 of 2");
    keys_take(&model, '/');
    keys_take(&model, 0xEB); /* e with diaeresis */
    draw(80, 24);
    SHOWS("/\u00EB");
    SHOWS("1 of 2");
    for (int i = 0; i < 2 * FILTER_SIZE; i++) {
        keys_take(&model, 0x65E5);
    }
    draw(80, 24);
    assert_true(canvas.cursor_x < 80);
    CHECK("safe",
          text_is_safe(model.views[TAB_MESSAGES].filter, strlen(model.views[TAB_MESSAGES].filter)));
    end();
}

static void test_marks(void **state) {
    (void)state;
    begin(1, NULL);
    press(" ");
    SHOWS("* 4ABC12DEF0");
    SHOWS(", 1 marked");
    press("*");
    assert_int_equal(model.marks.count, 2);
    press("2 ");
    SHOWS("only messages can be marked");
    press("1");
    /* One of them is listed no longer. */
    struct detail *detail = &model.gateways.details[TAB_MESSAGES];
    reading_deinit(&detail->reading);
    add_objects(&detail->reading.tree, "1.5.4.1.2.10.52.65.66.67.49.50.68.69.70.48");
    detail->number++;
    draw(80, 24);
    SHOWS("1 marked message is no longer listed");
    assert_int_equal(model.marks.count, 1);
    press("u");
    assert_int_equal(model.marks.count, 0);
    end();
}

/* What cannot be acted on says so; nothing is started. */
static void test_acting(void **state) {
    (void)state;
    begin(1, NULL);
    press("5H");
    SHOWS("there is nothing to act on here");
    press("1/zzz\nH");
    SHOWS("there is no row to act on");
    press("2v");
    SHOWS("only a message can be viewed");
    assert_int_equal(model.child.pid, 0);
    press("2\n");
    SHOWS("filter: news@list.example");
    press("7\n");
    SHOWS("COMMENT          ticket 4711");
    press("q");
    HIDES("COMMENT          ticket");
    assert_int_equal(model.mode, MODE_TABLE);
    assert_false(model.quit);
    press("q");
    assert_true(model.quit);
    end();
}

/* Every key is in the help, in one place or, if it scrolls, another. */
static void test_help(void **state) {
    size_t count;
    const struct key_row *rows = key_rows(&count);
    (void)state;
    begin(1, NULL);
    keys_take(&model, '?');
    draw(200, 60);
    for (size_t i = 0; i < count; i++) {
        SHOWS(rows[i].names);
        SHOWS(rows[i].help);
    }
    /* No key has two meanings. */
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < 4 && rows[i].keys[k] != 0; k++) {
            for (size_t j = i + 1; j < count; j++) {
                for (size_t m = 0; m < 4; m++) {
                    CHECK(rows[i].names, rows[i].keys[k] != rows[j].keys[m]);
                }
            }
        }
    }
    press("G");
    SHOWS("back");
    press("q");
    assert_int_equal(model.mode, MODE_TABLE);
    end();
}

static int set_up(void **state) {
    struct screen screen;
    (void)state;
    setenv("TZ", "UTC", 1);
    screen_init(&screen, false);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),    cmocka_unit_test(test_layout),
        cmocka_unit_test(test_unknown),  cmocka_unit_test(test_silence),
        cmocka_unit_test(test_gateways), cmocka_unit_test(test_order),
        cmocka_unit_test(test_filter),   cmocka_unit_test(test_marks),
        cmocka_unit_test(test_acting),   cmocka_unit_test(test_help),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}

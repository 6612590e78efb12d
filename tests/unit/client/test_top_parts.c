/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The parts of the live screen that know nothing of queues: the canvas, the lines of a command, the
 * sparkline, marks, and the words of a command.
 */
#include "client/top/canvas.h"
#include "client/top/child.h"
#include "client/top/console.h"
#include "client/top/history.h"
#include "client/top/marks.h"
#include "core/text.h"

#include "unit.h"

#include <stdlib.h>

static const struct {
    const char *text;
    size_t width;
    bool unicode;
    const char *drawn;
} drawings[] = {
    {"plain", 10, true, "plain"},
    {"just fits!", 10, true, "just fits!"},
    {"does not fit", 10, true, "does not …"},
    {"does not fit", 10, false, "does not ~"},
    {"zoë", 10, true, "zoë"},
    {"zoë", 10, false, "zo?"},
    {"日本語日本語", 10, true, "日本語日…"},
    {"日本語", 5, true, "日本…"},
    {"日本", 4, true, "日本"},
    {"日本", 1, true, "…"},
    {"e\xCC\x81x", 10, true, "e\xCC\x81x"},
    {"\xCC\x81x", 10, true, "x"},
    {"a\033[31mb", 10, true, "a?[31mb"},
    {"a\xE2\x80\xAE"
     "b",
     10, true, "ab"},
    {"a\xC2\x9B"
     "b",
     10, true, "a?b"},
    {"", 10, true, ""},
};

static void test_canvas(void **state) {
    struct canvas canvas = {.width = 0};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(drawings); i++) {
        canvas.unicode = drawings[i].unicode;
        canvas_resize(&canvas, 12, 2);
        struct pen pen = pen_at(&canvas, 0, 1, drawings[i].width);
        pen_put(&pen, drawings[i].text);
        char *row = canvas_row(&canvas, 1);
        CHECK_STRING(drawings[i].text, row, drawings[i].drawn);
        CHECK(drawings[i].text, screen_width(row) <= drawings[i].width);
        free(row);
    }
    /* Outside nothing is drawn. */
    struct pen outside = pen_at(&canvas, 12, 0, 5);
    struct pen below = pen_at(&canvas, 0, 2, 5);
    assert_int_equal(pen_room(&outside), 0);
    assert_int_equal(pen_room(&below), 0);
    pen_put(&outside, "x");
    pen_blank(&below, 3);
    canvas_deinit(&canvas);
}

static const struct {
    const char *name;
    const char *printed;
    const char *lines; /* one after the other, each ends with | */
} prints[] = {
    {"lines", "one\r\ntwo\r\n", "one|two||"},
    {"no end", "one", "one|"},
    {"an empty line", "\r\nx", "|x|"},
    {"progress", "hold: running\rhold: waiting\r", "hold: waiting|"},
    {"progress that is removed", "hold: running\r             \rdone\r\n", "done||"},
    {"what is typed and taken back", "[y/N] yx\b \b\r\n", "[y/N] y||"},
    {"a wide character taken back", "ë\b", "|"},
    {"styles", "\033[1mbold\033[m plain", "bold plain|"},
    {"another sequence", "a\033[2Jb\033[10;10Hc", "abc|"},
    {"a title", "a\033]0;b", "a0;b|"},
    {"a long sequence", "\033[00000000000000000000000mx", "0000000000mx|"},
    {"controls", "a\001\007\177b\tc", "ab c|"},
    {"no UTF-8", "a\xFFz", "a\xEF\xBF\xBDz|"},
    {"direction of text",
     "a\xE2\x80\xAE"
     "b",
     "a b|"},
};

static void check_lines(const char *name, const struct console *console, const char *expected) {
    char all[200] = "";
    for (size_t i = 0; i < console->count; i++) {
        char *text = console_text(console, i);
        CHECK(name, text_is_safe(text, strlen(text)));
        size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s|", text);
        free(text);
    }
    CHECK_STRING(name, all, expected);
}

static void test_console(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(prints); i++) {
        struct console whole = {.lines = NULL};
        struct console pieces = {.lines = NULL};
        console_take(&whole, prints[i].printed, strlen(prints[i].printed));
        for (size_t k = 0; k < strlen(prints[i].printed); k++) {
            console_take(&pieces, prints[i].printed + k, 1);
        }
        check_lines(prints[i].name, &whole, prints[i].lines);
        check_lines(prints[i].name, &pieces, prints[i].lines);
        console_deinit(&whole);
        console_deinit(&pieces);
    }
}

static void test_console_drawn(void **state) {
    struct console console = {.lines = NULL};
    struct canvas canvas = {.unicode = true};
    static const char printed[] = "\033[1;31mabcdefgh\033[m日本語\r\nsecond\r\n";
    (void)state;
    console_take(&console, printed, sizeof printed - 1);
    canvas_resize(&canvas, 10, 4);
    assert_int_equal(console_rows(&console, 0, 5), 3);
    assert_int_equal(console_draw(&console, 0, pen_at(&canvas, 2, 0, 5), 3), 3);
    char *first = canvas_row(&canvas, 0);
    char *second = canvas_row(&canvas, 1);
    char *third = canvas_row(&canvas, 2);
    assert_string_equal(first, "  abcde");
    assert_string_equal(second, "  fgh日");
    assert_string_equal(third, "  本語");
    assert_int_equal(canvas.cells[2].style, STYLE_BAD);
    assert_int_equal(canvas.cells[15].style, STYLE_PLAIN);
    assert_int_equal(console_find(&console, 0, "SECOND"), 1);
    assert_true(console_find(&console, 2, "second") == SIZE_MAX);
    free(first);
    free(second);
    free(third);
    canvas_deinit(&canvas);
    console_deinit(&console);
}

static void test_console_limit(void **state) {
    struct console console = {.lines = NULL};
    char line[CONSOLE_LINE_MAX + 100];
    (void)state;
    memset(line, 'x', sizeof line);
    console_take(&console, line, sizeof line);
    assert_int_equal(console.lines[0].len, CONSOLE_LINE_MAX);
    for (int i = 0; i < CONSOLE_LINES_MAX + 5; i++) {
        console_take(&console, "y\n", 2);
    }
    assert_true(console.count <= CONSOLE_LINES_MAX);
    char *last = console_text(&console, console.count - 2);
    assert_string_equal(last, "y");
    free(last);
    console_deinit(&console);
}

static const struct {
    const char *name;
    int64_t samples[6];
    size_t count, width;
    bool unicode;
    const char *line;
} sparks[] = {
    {"nothing", {0}, 0, 10, true, ""},
    {"zero is no blank", {0, 0}, 2, 10, true, "▁▁"},
    {"unknown is a blank", {-1, 5, -1, 0}, 4, 10, true, " █ ▁"},
    {"a little is more than zero", {1, 0, 1000}, 3, 10, true, "▂▁█"},
    {"the last ones", {1000, 1, 2, 4}, 4, 3, true, "▄▅█"},
    {"without UTF-8", {0, 7, -1, 4}, 4, 10, false, "_# ="},
};

static void test_history(void **state) {
    char out[HISTORY_LINE_SIZE];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(sparks); i++) {
        struct history history = {.count = 0};
        for (size_t k = 0; k < sparks[i].count; k++) {
            history_add(&history, sparks[i].samples[k]);
        }
        CHECK_STRING(sparks[i].name,
                     history_line(&history, sparks[i].width, sparks[i].unicode, out),
                     sparks[i].line);
    }
    struct history full = {.count = 0};
    for (int k = 0; k < 2 * HISTORY_SAMPLES; k++) {
        history_add(&full, INT64_C(4294967295));
    }
    assert_int_equal(screen_width(history_line(&full, 1000, true, out)), HISTORY_SAMPLES);
}

static bool is_short(void *userdata, const char *id) {
    (void)userdata;
    return strlen(id) == 10;
}

static void test_marks(void **state) {
    struct marks marks = {.count = 0};
    (void)state;
    marks_toggle(&marks, "4ABC12DEF2");
    marks_toggle(&marks, "4ABC12DEF0");
    marks_toggle(&marks, "no id");
    marks_toggle(&marks, "");
    assert_int_equal(marks.count, 2);
    assert_string_equal(marks.ids[0], "4ABC12DEF0");
    assert_true(marks_have(&marks, "4ABC12DEF2"));
    marks_toggle(&marks, "4ABC12DEF2");
    assert_false(marks_have(&marks, "4ABC12DEF2"));
    marks_append(&marks, "4ABC12DEF9A");
    marks_append(&marks, "4ABC12DEF1");
    marks_append(&marks, "4ABC12DEF0");
    marks_sort(&marks);
    assert_int_equal(marks.count, 3);
    assert_int_equal(marks_keep(&marks, is_short, NULL), 1);
    assert_int_equal(marks.count, 2);
    marks_clear(&marks);
    assert_false(marks_have(&marks, "4ABC12DEF0"));
    marks_deinit(&marks);
}

/* A pattern means its text and nothing else. */
static void test_words(void **state) {
    char snmp[][8] = {"-v2c", "-c", "public"};
    char *options[] = {snmp[0], snmp[1], snmp[2]};
    struct arguments arguments = {.context = "ctx", .snmp = options, .snmp_count = 3};
    struct child_words words;
    char text[300];
    char longer[700];
    (void)state;
    child_begin(&words, &arguments, "mx1", "hold");
    child_add(&words, "--sender");
    assert_true(child_add_pattern(&words, "", "a*b?c\\d@x.example"));
    child_add(&words, "--recipient");
    assert_true(child_add_pattern(&words, "*@", "it's.example"));
    child_end(&words, &arguments);
    assert_string_equal(words.words[6], "--sender");
    assert_string_equal(words.words[7], "a\\*b\\?c\\\\d@x.example");
    assert_string_equal(words.words[words.count - 1], "public");
    assert_null(words.words[words.count]);
    assert_string_equal(child_text(&words, text, sizeof text),
                        "hmq -H mx1 -n ctx hold --sender 'a\\*b\\?c\\\\d@x.example' --recipient "
                        "'*@it'\\''s.example'");
    assert_int_equal(strlen(child_text(&words, text, 20)), 19);
    memset(longer, '*', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    child_begin(&words, &arguments, "mx1", "hold");
    assert_false(child_add_pattern(&words, "", longer));
}

static int set_up(void **state) {
    struct screen screen;
    (void)state;
    screen_init(&screen, false);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_canvas),        cmocka_unit_test(test_console),
        cmocka_unit_test(test_console_drawn), cmocka_unit_test(test_console_limit),
        cmocka_unit_test(test_history),       cmocka_unit_test(test_marks),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}

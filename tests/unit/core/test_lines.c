/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lines: the same lines whatever the feeds, the bound on their length, and the handler's say.
 */
#include "core/lines.h"

#include <errno.h>
#include <stdlib.h>

#include "unit.h"

#define LINES_MAX 16
#define STOP_RESULT 77

struct seen {
    size_t count;
    size_t stop_at; /* the handler stops at this line, counted from 1; 0 = never */
    struct {
        char text[64];
        size_t len;
    } lines[LINES_MAX];
};

static int remember(void *userdata, const char *line, size_t len) {
    struct seen *seen = userdata;
    assert_true(seen->count < LINES_MAX);
    assert_true(len < sizeof seen->lines[0].text);
    if (len > 0) {
        memcpy(seen->lines[seen->count].text, line, len);
    }
    seen->lines[seen->count].len = len;
    seen->count++;
    return seen->count == seen->stop_at ? STOP_RESULT : 0;
}

#define BYTES(literal) (literal), sizeof(literal) - 1

static const struct {
    const char *name;
    const char *data;
    size_t len;
    size_t count;
    struct {
        const char *text;
        size_t len;
    } lines[4];
    bool unfinished;
} streams[] = {
    {"nothing", BYTES(""), 0, {{0}}, false},
    {"one line", BYTES("one\n"), 1, {{BYTES("one")}}, false},
    {"no newline", BYTES("one"), 0, {{0}}, true},
    {"two lines", BYTES("one\ntwo\n"), 2, {{BYTES("one")}, {BYTES("two")}}, false},
    {"a rest", BYTES("one\ntwo"), 1, {{BYTES("one")}}, true},
    {"empty lines", BYTES("\n\n\n"), 3, {{BYTES("")}, {BYTES("")}, {BYTES("")}}, false},
    {"empty line between", BYTES("a\n\nb\n"), 3, {{BYTES("a")}, {BYTES("")}, {BYTES("b")}}, false},
    {"carriage return stays", BYTES("one\r\n"), 1, {{BYTES("one\r")}}, false},
    {"NUL octets", BYTES("a\0b\n\0\n"), 2, {{BYTES("a\0b")}, {BYTES("\0")}}, false},
    {"eight bits", BYTES("\xFF\xC3\xA4\n"), 1, {{BYTES("\xFF\xC3\xA4")}}, false},
};

static void check_stream(size_t i, size_t piece) {
    struct lines lines = {0};
    struct seen seen = {0};
    char name[64];
    snprintf(name, sizeof name, "%s in pieces of %zu", streams[i].name, piece);
    for (size_t at = 0; at < streams[i].len; at += piece) {
        size_t len = streams[i].len - at < piece ? streams[i].len - at : piece;
        /* A copy of the exact size, so that reading past it shows under a sanitizer. */
        char *copy = malloc(len);
        assert_non_null(copy);
        memcpy(copy, streams[i].data + at, len);
        CHECK_INT(name, lines_feed(&lines, copy, len, 16, remember, &seen), 0);
        free(copy);
    }
    CHECK_INT(name, seen.count, streams[i].count);
    CHECK_INT(name, lines.number, streams[i].count);
    CHECK_INT(name, lines_unfinished(&lines), streams[i].unfinished);
    for (size_t l = 0; l < seen.count; l++) {
        CHECK_INT(name, seen.lines[l].len, streams[i].lines[l].len);
        CHECK(name, memcmp(seen.lines[l].text, streams[i].lines[l].text, seen.lines[l].len) == 0);
    }
    lines_deinit(&lines);
}

static void test_split_feeds(void **state) {
    static const size_t pieces[] = {1, 2, 3, 5, 1000};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(streams); i++) {
        for (size_t p = 0; p < COUNT_OF(pieces); p++) {
            check_stream(i, pieces[p]);
        }
    }
}

static const struct {
    const char *name;
    const char *feeds[3];
    size_t max;
    int result; /* of the last feed; the ones before it are good */
    size_t count;
} bounds[] = {
    {"exactly max", {"12345\n"}, 5, 0, 1},
    {"one more than max", {"123456\n"}, 5, -EMSGSIZE, 0},
    {"exactly max, in two feeds", {"123", "45\n"}, 5, 0, 1},
    {"one more than max, in two feeds", {"123", "456\n"}, 5, -EMSGSIZE, 0},
    {"exactly max, without its newline", {"12345"}, 5, 0, 0},
    {"exactly max, the newline alone", {"12345", "\n"}, 5, 0, 1},
    {"more than max, without a newline", {"123456"}, 5, -EMSGSIZE, 0},
    {"more than max, octet by octet", {"1234", "5", "6"}, 5, -EMSGSIZE, 0},
    {"the bound is for each line", {"12345\n", "12345\n1", "2345\n"}, 5, 0, 3},
    {"good lines before a long one", {"1\n2\n", "3\n123456\n4\n"}, 5, -EMSGSIZE, 3},
    {"max of 0 takes empty lines", {"\n\n"}, 0, 0, 2},
    {"max of 0 takes nothing else", {"\n1\n"}, 0, -EMSGSIZE, 1},
};

static void test_bounds(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bounds); i++) {
        struct lines lines = {0};
        struct seen seen = {0};
        for (size_t f = 0; f < 3 && bounds[i].feeds[f] != NULL; f++) {
            bool last = f == 2 || bounds[i].feeds[f + 1] == NULL;
            int result = lines_feed(&lines, bounds[i].feeds[f], strlen(bounds[i].feeds[f]),
                                    bounds[i].max, remember, &seen);
            CHECK_INT(bounds[i].name, result, last ? bounds[i].result : 0);
        }
        CHECK_INT(bounds[i].name, seen.count, bounds[i].count);
        lines_deinit(&lines);
    }
}

static void test_handler_stops(void **state) {
    struct lines lines = {0};
    struct seen seen = {.stop_at = 2};
    (void)state;
    assert_int_equal(lines_feed(&lines, BYTES("1\n2\n3\n"), 9, remember, &seen), STOP_RESULT);
    assert_int_equal(seen.count, 2);
    assert_int_equal(lines.number, 2);
    lines_deinit(&lines);
}

static void test_handler_stops_on_joined_line(void **state) {
    struct lines lines = {0};
    struct seen seen = {.stop_at = 1};
    (void)state;
    assert_int_equal(lines_feed(&lines, BYTES("on"), 9, remember, &seen), 0);
    assert_int_equal(lines_feed(&lines, BYTES("e\ntwo\n"), 9, remember, &seen), STOP_RESULT);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.lines[0].len, 3);
    assert_memory_equal(seen.lines[0].text, "one", 3);
    lines_deinit(&lines);
}

struct long_line {
    size_t len;
    bool good;
};

static int check_long(void *userdata, const char *line, size_t len) {
    struct long_line *seen = userdata;
    seen->len = len;
    seen->good = true;
    for (size_t i = 0; i < len; i++) {
        seen->good = seen->good && line[i] == (char)('a' + i % 26);
    }
    return 0;
}

/* More than the buffer begins with, in feeds that do not fit its growth. */
static void test_long_line(void **state) {
    struct lines lines = {0};
    struct long_line seen = {0};
    char piece[1001];
    size_t sent = 0;
    (void)state;
    for (int f = 0; f < 300; f++) {
        for (size_t i = 0; i < sizeof piece; i++) {
            piece[i] = (char)('a' + (sent + i) % 26);
        }
        assert_int_equal(lines_feed(&lines, piece, sizeof piece, 1 << 20, check_long, &seen), 0);
        sent += sizeof piece;
    }
    assert_int_equal(seen.len, 0);
    assert_int_equal(lines_feed(&lines, "\n", 1, 1 << 20, check_long, &seen), 0);
    assert_int_equal(seen.len, sent);
    assert_true(seen.good);
    lines_deinit(&lines);
}

static void test_deinit_makes_new(void **state) {
    struct lines lines = {0};
    struct seen seen = {0};
    (void)state;
    assert_int_equal(lines_feed(&lines, BYTES("a\nrest"), 9, remember, &seen), 0);
    lines_deinit(&lines);
    assert_false(lines_unfinished(&lines));
    assert_int_equal(lines.number, 0);
    assert_int_equal(lines_feed(&lines, BYTES("b\n"), 9, remember, &seen), 0);
    assert_int_equal(seen.count, 2);
    assert_memory_equal(seen.lines[1].text, "b", 2);
    lines_deinit(&lines);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split_feeds),   cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_handler_stops), cmocka_unit_test(test_handler_stops_on_joined_line),
        cmocka_unit_test(test_long_line),     cmocka_unit_test(test_deinit_makes_new),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

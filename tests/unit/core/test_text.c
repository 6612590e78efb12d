/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text from outside: UTF-8 made valid (every boundary of RFC 3629), cut, and escaped.
 */
#include "core/text.h"

#include <stdlib.h>

#include "unit.h"

#define R "\xEF\xBF\xBD"
#define BYTES(literal) (literal), sizeof(literal) - 1

static const struct {
    const char *name;
    const char *in;
    size_t len;
    const char *out;
} texts[] = {
    {"empty", BYTES(""), ""},
    {"ASCII", BYTES("joe@example.com"), "joe@example.com"},
    {"control characters",
     BYTES("a\tb\nc\r\x1B\x7F"
           "d"),
     "a b c   d"},
    {"NUL", BYTES("a\0b"), "a b"},
    {"two octets", BYTES("\xC3\xA9"), "\xC3\xA9"},
    {"three octets", BYTES("\xE2\x82\xAC"), "\xE2\x82\xAC"},
    {"four octets", BYTES("\xF0\x9F\x93\xA7"), "\xF0\x9F\x93\xA7"},
    {"the least of two octets", BYTES("\xC2\xA0"), "\xC2\xA0"},
    {"C1", BYTES("a\xC2\x80\xC2\x9B\xC2\x9Fz"), "a   z"},
    {"marks of direction", BYTES("\xD8\x9C<\xE2\x80\x8E<\xE2\x80\x8F"), " < < "},
    {"their neighbours", BYTES("\xD8\x9B\xD8\x9D\xE2\x80\x8D\xE2\x80\x90"),
     "\xD8\x9B\xD8\x9D\xE2\x80\x8D\xE2\x80\x90"},
    {"separators", BYTES("a\xE2\x80\xA8z\xE2\x80\xA9"), "a z "},
    {"embeddings and overrides",
     BYTES("\xE2\x80\xAA<\xE2\x80\xAB<\xE2\x80\xAC<\xE2\x80\xAD<\xE2\x80\xAE"), " < < < < "},
    {"isolates", BYTES("\xE2\x81\xA6<\xE2\x81\xA7<\xE2\x81\xA8<\xE2\x81\xA9"), " < < < "},
    {"neighbours of both", BYTES("\xE2\x80\xA7\xE2\x80\xAF\xE2\x81\xA5\xE2\x81\xAA"),
     "\xE2\x80\xA7\xE2\x80\xAF\xE2\x81\xA5\xE2\x81\xAA"},
    {"the greatest of two octets", BYTES("\xDF\xBF"), "\xDF\xBF"},
    {"the least of three octets", BYTES("\xE0\xA0\x80"), "\xE0\xA0\x80"},
    {"before the surrogates", BYTES("\xED\x9F\xBF"), "\xED\x9F\xBF"},
    {"a surrogate", BYTES("\xED\xA0\x80"), R R R},
    {"behind the surrogates", BYTES("\xEE\x80\x80"), "\xEE\x80\x80"},
    {"the least of four octets", BYTES("\xF0\x90\x80\x80"), "\xF0\x90\x80\x80"},
    {"the greatest of all", BYTES("\xF4\x8F\xBF\xBF"), "\xF4\x8F\xBF\xBF"},
    {"beyond the greatest", BYTES("\xF4\x90\x80\x80"), R R R R},
    {"over-long NUL", BYTES("\xC0\x80"), R R},
    {"over-long slash", BYTES("\xE0\x80\xAF"), R R R},
    {"over-long in four octets", BYTES("\xF0\x8F\xBF\xBF"), R R R R},
    {"a lone continuation",
     BYTES("a\x80"
           "b"),
     "a" R "b"},
    {"Latin-1", BYTES("M\xFCller"), "M" R "ller"},
    {"octets that never stand in UTF-8", BYTES("\xFE\xFF\xF5"), R R R},
    {"a character cut at the end", BYTES("a\xE2\x82"), "a" R R},
    {"a character cut by another",
     BYTES("\xE2\x82"
           "a"),
     R R "a"},
    {"good behind bad", BYTES("\xFF\xC3\xA9"), R "\xC3\xA9"},
};

static void test_to_utf8(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        /* Buffers of the exact size, so that one octet too many shows under a sanitizer. */
        char *in = malloc(texts[i].len + 1);
        char *out = malloc(3 * texts[i].len + 1);
        assert_non_null(in);
        assert_non_null(out);
        memcpy(in, texts[i].in, texts[i].len);
        CHECK_INT(texts[i].name, text_to_utf8(in, texts[i].len, out), strlen(texts[i].out));
        CHECK_STRING(texts[i].name, out, texts[i].out);
        free(in);
        free(out);
    }
}

/* In place: the same, but for invalid octets, which become "?". And what is safe is what neither of
 * the two changes. */
static void test_make_safe(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        char text[64];
        char expected[64];
        size_t len = 0;
        bool has_nul = memchr(texts[i].in, '\0', texts[i].len) != NULL;
        bool same = strcmp(texts[i].in, texts[i].out) == 0 && !has_nul;
        for (const char *at = texts[i].out; *at != '\0'; len++) {
            bool bad = strncmp(at, R, 3) == 0;
            expected[len] = bad ? '?' : *at;
            at += bad ? 3 : 1;
        }
        expected[len] = '\0';
        CHECK_INT(texts[i].name, text_is_safe(texts[i].in, texts[i].len), same);
        if (!has_nul) {
            snprintf(text, sizeof text, "%s", texts[i].in);
            text_make_safe(text);
            CHECK_STRING(texts[i].name, text, expected);
        }
    }
}

/* Whatever comes in, what comes out is valid: reading it again changes nothing. */
static void test_random(void **state) {
    (void)state;
    srandom(2525);
    for (int i = 0; i < 20000; i++) {
        char in[24];
        char once[3 * sizeof in + 1];
        char twice[3 * sizeof once + 1];
        size_t len = (size_t)random() % sizeof in;
        for (size_t c = 0; c < len; c++) {
            in[c] = (char)(random() % 4 == 0 ? random() : 0x80 | random());
        }
        size_t once_len = text_to_utf8(in, len, once);
        CHECK_INT("random", text_to_utf8(once, once_len, twice), once_len);
        CHECK_STRING("random", twice, once);
    }
}

static const struct {
    const char *name;
    const char *text;
    size_t max, len;
} prefixes[] = {
    {"shorter", "abc", 4, 3},
    {"as long", "abc", 3, 3},
    {"longer", "abcd", 3, 3},
    {"nothing", "abcd", 0, 0},
    {"between characters", "a\xC3\xA9z", 3, 3},
    {"within two octets", "a\xC3\xA9z", 2, 1},
    {"within three octets",
     "\xE2\x82\xAC"
     "a",
     2, 0},
    {"within four octets", "a\xF0\x9F\x93\xA7", 4, 1},
};

static void test_prefix(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(prefixes); i++) {
        CHECK_INT(prefixes[i].name,
                  text_utf8_prefix(prefixes[i].text, strlen(prefixes[i].text), prefixes[i].max),
                  prefixes[i].len);
    }
}

/* A letter, one of two and one of three octets (a unit each), and one of four (two units). */
#define MIXED "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x93\xA7"

static void test_utf16(void **state) {
    (void)state;
    static const size_t octets[] = {0, 1, 3, 6, 6, 10, 10};
    for (size_t max = 0; max < COUNT_OF(octets); max++) {
        char name[32];
        snprintf(name, sizeof name, "%zu units", max);
        CHECK_INT(name, text_utf16_prefix(MIXED, strlen(MIXED), max), octets[max]);
    }
    CHECK_INT("empty", text_utf16_prefix("", 0, 5), 0);
    CHECK_INT("a part of it", text_utf16_prefix("abcdef", 3, 5), 3);
}

static const struct {
    const char *name;
    const char *in;
    size_t len;
    size_t size;
    const char *out;
} escapes[] = {
    {"empty", BYTES(""), 4, ""},
    {"printable", BYTES("a b~"), 8, "a b~"},
    {"control", BYTES("a\n\x7F"), 16, "a\\x0A\\x7F"},
    {"NUL", BYTES("a\0b"), 16, "a\\x00b"},
    {"eight bits", BYTES("\xC3\xA9"), 16, "\\xC3\\xA9"},
    {"a backslash", BYTES("\\x"), 16, "\\x5Cx"},
    {"it just fits", BYTES("abc"), 4, "abc"},
    {"it does not fit", BYTES("abcd"), 4, "..."},
    {"cut", BYTES("abcdefghij"), 8, "abcd..."},
    {"cut before an escape", BYTES("abc\n\n"), 8, "abc..."},
    {"an escape that just fits", BYTES("abc\n"), 8, "abc\\x0A"},
    {"the last escape does not fit", BYTES("abcd\n"), 8, "abcd..."},
};

static void test_escape(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(escapes); i++) {
        char *out = malloc(escapes[i].size);
        assert_non_null(out);
        CHECK_STRING(escapes[i].name,
                     text_escape(escapes[i].in, escapes[i].len, out, escapes[i].size),
                     escapes[i].out);
        free(out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_to_utf8), cmocka_unit_test(test_make_safe),
        cmocka_unit_test(test_random),  cmocka_unit_test(test_prefix),
        cmocka_unit_test(test_utf16),   cmocka_unit_test(test_escape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

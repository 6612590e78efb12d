/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Groups of reasons: a collection of what real servers and Postfix say, in
 * tests/support/data/reasons.txt, and odd texts.
 */
#include "core/reason_group.h"

#include "core/text.h"

#include "unit.h"

#include <stdlib.h>

enum { REASONS_MIN = 150, GROUPS = 117, GROUPS_MAX = 500 };

/* Replaces \xHH and \\ in place. Returns the length. */
static size_t unescape(char *text) {
    size_t len = 0;
    for (const char *c = text; *c != '\0'; c++) {
        if (c[0] == '\\' && c[1] == 'x') {
            const char digits[] = {c[2], c[3], '\0'};
            text[len++] = (char)strtoul(digits, NULL, 16);
            c += 3;
        } else {
            c += c[0] == '\\';
            text[len++] = *c;
        }
    }
    text[len] = '\0';
    return len;
}

static void check(const char *reason, size_t len, const char *wanted) {
    char group[REASON_GROUP_SIZE];
    char exact[2048];
    assert_in_range(len, 0, sizeof exact);
    CHECK_INT(reason, reason_group(reason, len, group), strlen(group));
    CHECK_STRING(reason, group, wanted);
    CHECK(reason, strlen(group) < sizeof group && text_is_safe(group, strlen(group)));
    /* Without anything behind it. */
    char *copy = malloc(len + 1);
    assert_non_null(copy);
    memcpy(copy, reason, len);
    char *shrunk = realloc(copy, len > 0 ? len : 1);
    assert_non_null(shrunk);
    reason_group(shrunk, len, group);
    CHECK_STRING(reason, group, wanted);
    free(shrunk);
}

static void test_collection(void **state) {
    (void)state;
    static char groups[GROUPS_MAX][REASON_GROUP_SIZE];
    char line[2048];
    size_t reasons = 0;
    size_t count = 0;
    FILE *file = fopen(DATA_DIR "/reasons.txt", "re");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '\0' || line[0] == '#') {
            continue;
        }
        size_t len = unescape(line);
        if (strncmp(line, "  ", 2) == 0) {
            assert_in_range(count, 1, GROUPS_MAX);
            check(line + 2, len - 2, groups[count - 1]);
            reasons++;
            continue;
        }
        assert_in_range(count, 0, GROUPS_MAX - 1);
        assert_in_range(len, 1, REASON_GROUP_SIZE - 1);
        memcpy(groups[count], line, len + 1);
        for (size_t i = 0; i < count; i++) {
            CHECK(line, strcmp(groups[i], line) != 0);
        }
        count++;
    }
    fclose(file);
    CHECK("a collection", reasons >= REASONS_MIN);
    CHECK_INT("groups", count, GROUPS);
}

static const struct {
    const char *reason, *group;
} odd[] = {
    {"", ""},
    {"   ", ""},
    {" \t a  b\n", "a b"},
    {"*", "*"},
    {"* * *", "*"},
    {"a * 1.2.3.4 [5.6.7.8] b", "a * b"},
    {"<>", "<>"},
    {"<", "<"},
    {"<a@b", "<*"},
    {"<a b@c>", "<a *>"},
    {"<\"a b\"@c>", "<*>"},
    {"[1.2.3.4", "[*"},
    {"[IPv6:2001:db8::1]", "*"},
    {"[::1]:25", "*:25"},
    {"10.0.0.0/8", "*"},
    {"@", "@"},
    {"a@", "a@"},
    {"@b", "@b"},
    {"a@b.", "*."},
    {"to=<a@b.example>", "to=<*>"},
    {"to=a@b.example, from=joe=x.example@y.example", "to=*, from=*"},
    {"joe=x.example@y.example", "*"},
    {"450 4.7.1 x", "450 4.7.1 x"},
    {"4.7.1", "4.7.1"},
    {"3.7.1 4.7.1.2 4.7.1000", "*"},
    {"x 450 y", "x * y"},
    {"x: 450 y", "x: 450 y"},
    {"x: 450 seconds", "x: * seconds"},
    {"x: 450", "x: 450"},
    {"x 550 5.1.1 y", "x 550 5.1.1 y"},
    {"421-421-421-421-421-x", "421-*"},
    {"SMTP error 451", "SMTP error 451"},
    {"the end.Next sentence", "the end.Next sentence"},
    {"MX.EXAMPLE.COM", "*"},
    {"e.g. i.e. x.y", "e.g. i.e. x.y"},
    {"file:///etc/x", "file:///etc/x"},
    {"https://", "https://"},
    {"https://x.example", "https://x.example"},
    {"see https://x.example/a?b=c@d.example.", "see https://x.example/a?b=*."},
    {"https://x.example/12345678/1234567", "https://x.example/*/1234567"},
    {"May I? 3 May 2024, Mon 7", "May I? *, *"},
    {"TLSv1 IPv6 8BITMIME", "TLSv1 IPv6 8BITMIME"},
    {"a\x01\x7F"
     "b",
     "a b"},
    {"\xFF", "\xEF\xBF\xBD"},
    {"x\xE2\x80\xAE"
     "y",
     "x y"},
};

static void test_odd(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(odd); i++) {
        check(odd[i].reason, strlen(odd[i].reason), odd[i].group);
    }
    check("a\0b", 3, "a b");
}

/* Whatever is at the end of 255 octets: the group ends with a `*` that stands for the rest. */
static void test_long(void **state) {
    (void)state;
    static const char *const letters[] = {"x",    "\xC3\xBC", "\xE2\x82\xAC", "\xF0\x9F\x93\xA7",
                                          "\xFF", "x ",       "1 x "};
    for (size_t l = 0; l < COUNT_OF(letters); l++) {
        for (size_t before = 0; before < 8; before++) {
            char text[70000] = "";
            char group[REASON_GROUP_SIZE];
            char other[REASON_GROUP_SIZE];
            size_t unit = strlen(letters[l]);
            size_t len = before;
            memset(text, 'y', before);
            while (len + unit < sizeof text) {
                memcpy(text + len, letters[l], unit);
                len += unit;
            }
            size_t group_len = reason_group(text, len, group);
            CHECK("long", group_len >= 252 && group_len <= 255);
            CHECK("ends with *", group[group_len - 1] == '*');
            CHECK("valid", text_is_safe(group, group_len));
            reason_group(text, 2000, other);
            CHECK_STRING("what follows does not matter", other, group);
        }
    }
    char text[300];
    memset(text, 'x', sizeof text);
    check(text, 0, "");
    char group[REASON_GROUP_SIZE];
    CHECK_INT("255 fit", reason_group(text, 255, group), 255);
    CHECK_INT("and are whole", group[254], 'x');
    CHECK_INT("256 do not", reason_group(text, 256, group), 255);
    CHECK_INT("and are cut", group[254], '*');
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_collection),
        cmocka_unit_test(test_odd),
        cmocka_unit_test(test_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

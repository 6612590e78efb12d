/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Queue IDs: the grammar by cases, and 10,000 random strings against a second reading of it.
 */
#include "core/queue_id.h"

#include <regex.h>
#include <stdlib.h>

#include "unit.h"

#define HEX32 "0123456789ABCDEF0123456789ABCDEF"
#define LONG10 "3ZxyYbcdfg"

static const struct {
    const char *name;
    const char *id;
    size_t len;
    const char *hash; /* NULL = none */
    bool valid;
} ids[] = {
    {"short", "3F2504E0", 8, "3F2504E0", true},
    {"the shortest", "A1B2C3", 6, "A1B2C3", true},
    {"five characters", "A1B2C", 5, NULL, false},
    {"the longest short one", HEX32, 32, HEX32, true},
    {"33 characters", HEX32 "0", 33, NULL, false},
    {"empty", "", 0, NULL, false},
    {"lower-case hex", "3f2504e0", 8, NULL, false},
    {"one digit beyond hex", "3F2504G0", 8, NULL, false},
    {"ALL", "ALL", 3, NULL, false},
    {"ALL twice", "ALLALL", 6, NULL, false},
    {"a dash", "-", 1, NULL, false},
    {"six dashes", "------", 6, NULL, false},
    {"an option", "-dALL0", 6, NULL, false},
    {"a blank in it", "3F25 4E0", 8, NULL, false},
    {"a blank behind it", "3F2504E ", 8, NULL, false},
    {"a newline behind it", "3F2504E\n", 8, NULL, false},
    {"a NUL in it", "3F25\0004E0", 8, NULL, false},
    {"an underscore", "3F2504_0", 8, NULL, false},
    {"a path", "../../A1", 8, NULL, false},
    {"mailq's asterisk", "3F2504E0*", 9, NULL, false},
    {"mailq's exclamation mark", "3F2504E0!", 9, NULL, false},
    {"eight bits", "3F2504\xC3\xA9", 8, NULL, false},
    {"long", "4Fk3xY0bcdzK9q", 14, NULL, true},
    {"long: microsecond 0", "4Fk3xY0000zK9q", 14, "00000", true},
    {"long: microsecond 51", "4Fk3xY000zzK9q", 14, "00033", true},
    {"long: microsecond 52", "4Fk3xY0010zK9q", 14, "00034", true},
    {"long: microsecond 999,999", "4Fk3xY75plz1", 12, "F423F", true},
    {"long: the shortest",
     "000000"
     "0000"
     "z"
     "1",
     12, "00000", true},
    {"long: a vowel in front", "AFk3xY0bcdzK9q", 14, NULL, false},
    {"long: no inode", LONG10 "z", 11, NULL, false},
    {"long: nine before the z", "3ZxyYbcdfz1", 11, NULL, false},
    {"long: the last z divides", "zzzzzz0000z1", 12, "00000", true},
    {"long: z at the end",
     "000000"
     "0000"
     "z1z",
     13, NULL, false},
    {"long: no z", LONG10 "K9q", 13, NULL, false},
    {"long: a vowel", "4Fk3xY0000zA9q", 14, NULL, false},
    {"long: a small vowel", "4Fk3xY0000ze9q", 14, NULL, false},
    {"long: U", "4FU3xY0000z19q", 14, NULL, false},
    {"long: an underscore", "4Fk3xY0000z_9q", 14, NULL, false},
    {"long: 32 characters",
     LONG10 "z"
            "123456789012345678901",
     32, NULL, true},
    {"long: 33 characters",
     LONG10 "z"
            "1234567890123456789012",
     33, NULL, false},
};

static void test_cases(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ids); i++) {
        CHECK_INT(ids[i].name, queue_id_valid(ids[i].id, ids[i].len), ids[i].valid);
        char hash[QUEUE_ID_SIZE] = "?";
        bool hashed = queue_id_hash_chars(ids[i].id, hash);
        if (ids[i].hash != NULL) {
            CHECK(ids[i].name, hashed);
            CHECK_STRING(ids[i].name, hash, ids[i].hash);
        }
        if (!ids[i].valid && strlen(ids[i].id) == ids[i].len) {
            CHECK(ids[i].name, !hashed);
        }
    }
}

/* Only len octets are looked at. */
static void test_length(void **state) {
    (void)state;
    CHECK("a valid beginning", queue_id_valid("3F2504 rest", 6));
    CHECK("a valid end", !queue_id_valid("3F2504G", 7));
}

/* Well-formed, but no time has a microsecond 1,000,000: Postfix did not make it. */
static void test_no_hash(void **state) {
    (void)state;
    char hash[QUEUE_ID_SIZE] = "?";
    CHECK("microsecond 1,000,000", queue_id_valid("4Fk3xY75pmz1", 12));
    CHECK("microsecond 1,000,000", !queue_id_hash_chars("4Fk3xY75pmz1", hash));
    CHECK_STRING("microsecond 1,000,000", hash, "?");
}

/* The grammar once more, as regular expressions. */
static bool by_expression(const regex_t *expression, const char *id) {
    return regexec(expression, id, 0, NULL, 0) == 0;
}

#define LONG_DIGIT "[0-9BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz]"
#define INODE_DIGIT "[0-9BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxy]"

static void test_random(void **state) {
    (void)state;
    static const char alphabets[][80] = {
        "0123456789ABCDEF",
        "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyzzzzzzzzzzzzz",
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-* /.",
        "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEFG",
    };
    regex_t short_form;
    regex_t long_form;
    size_t valid = 0;
    assert_int_equal(regcomp(&short_form, "^[0-9A-F]{6,32}$", REG_EXTENDED | REG_NOSUB), 0);
    assert_int_equal(
        regcomp(&long_form, "^" LONG_DIGIT "{10,}z" INODE_DIGIT "+$", REG_EXTENDED | REG_NOSUB), 0);
    srandom(2525);
    for (int i = 0; i < 10000; i++) {
        const char *alphabet = alphabets[(size_t)random() % COUNT_OF(alphabets)];
        char id[41] = "";
        size_t len = (size_t)random() % 41;
        for (size_t c = 0; c < len; c++) {
            id[c] = alphabet[(size_t)random() % strlen(alphabet)];
        }
        bool expected =
            len <= 32 && (by_expression(&short_form, id) || by_expression(&long_form, id));
        CHECK_INT(id, queue_id_valid(id, len), expected);
        char hash[QUEUE_ID_SIZE];
        if (queue_id_hash_chars(id, hash)) {
            CHECK(id, expected);
            bool is_long = by_expression(&long_form, id);
            CHECK_INT(id, strlen(hash), is_long ? 5 : len);
            CHECK_INT(id, strspn(hash, "0123456789ABCDEF"), strlen(hash));
        }
        valid += expected;
    }
    /* Both answers must have been tried often. */
    CHECK("valid ones among them", valid > 1000 && valid < 9000);
    regfree(&short_form);
    regfree(&long_form);
}

static const struct {
    const char *name;
    const char *a;
    const char *b;
    int order;
} pairs[] = {
    {"equal", "A1B2C3", "A1B2C3", 0},
    {"by octets", "A1B2C3", "A1B2C4", -1},
    {"the first octet decides", "B00000", "A99999", 1},
    {"length before octets", "FFFFFF", "0000000", -1},
    {"upper case before lower case", "4Fk3xY0000zKq", "4Fk3xY0000zkq", -1},
    {"a prefix", "A1B2C3D", "A1B2C3", 1},
};

static void test_compare(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        int order = queue_id_compare(pairs[i].a, pairs[i].b);
        int reverse = queue_id_compare(pairs[i].b, pairs[i].a);
        CHECK_INT(pairs[i].name, (order > 0) - (order < 0), pairs[i].order);
        CHECK_INT(pairs[i].name, (reverse > 0) - (reverse < 0), -pairs[i].order);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),   cmocka_unit_test(test_length),
        cmocka_unit_test(test_no_hash), cmocka_unit_test(test_random),
        cmocka_unit_test(test_compare),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a walk makes of answers, and the records that are read from them: order, ends, types that
 * the module does not have, rows that came or went meanwhile.
 */
#include "client/record.h"

#include "unit.h"

static const uint32_t base[] = {1, 3, 6, 1, 4, 1, 42};

/* One variable below the base; text or number. */
struct given {
    uint32_t oid[8];
    size_t len;
    unsigned char type;
    const char *text;
    long number;
};

static netsnmp_variable_list *variables_of(const struct given *given, size_t count) {
    netsnmp_variable_list *list = NULL;
    for (size_t i = 0; i < count; i++) {
        oid name[20];
        size_t len = 0;
        for (size_t k = 0; k < COUNT_OF(base); k++) {
            name[len++] = base[k];
        }
        for (size_t k = 0; k < given[i].len; k++) {
            name[len++] = given[i].oid[k];
        }
        const void *value =
            given[i].text != NULL ? (const void *)given[i].text : (const void *)&given[i].number;
        size_t size = given[i].text != NULL ? strlen(given[i].text) : sizeof given[i].number;
        snmp_varlist_add_variable(&list, name, len, given[i].type,
                                  given[i].type == SNMP_ENDOFMIBVIEW ? NULL : value,
                                  given[i].type == SNMP_ENDOFMIBVIEW ? 0 : size);
    }
    return list;
}

static const struct oid_part senders = {.oid = {1, 7, 5, 1}, .len = 4};

/* Takes one answer to a walk of hmqSenderTable; returns what fetch_take does. */
static bool take(struct fetch *fetch, const struct given *given, size_t count) {
    netsnmp_variable_list *list = variables_of(given, count);
    bool more = fetch_take(fetch, list);
    snmp_free_varbind(list);
    return more;
}

static struct fetch fetch_new(void) {
    return (struct fetch){.base = base,
                          .base_len = COUNT_OF(base),
                          .roots = &senders,
                          .root_count = 1,
                          .last = senders};
}

static void test_rows(void **state) {
    static const struct given given[] = {
        {{1, 7, 5, 1, 2, 1}, 6, ASN_OCTET_STR, "a@x.example", 0},
        {{1, 7, 5, 1, 2, 2}, 6, ASN_OCTET_STR, "", 0},
        {{1, 7, 5, 1, 3, 1}, 6, ASN_GAUGE, NULL, 12},
        {{1, 7, 5, 1, 3, 3}, 6, ASN_GAUGE, NULL, 5}, /* came during the walk */
        {{1, 7, 5, 1, 4, 1}, 6, ASN_OCTET_STR, "of another type", 0},
        {{1, 7, 5, 1, 4, 2}, 6, ASN_GAUGE, NULL, 4294967295},
        {{1, 7, 6, 1, 2, 1}, 6, ASN_OCTET_STR, "beyond", 0},
    };
    struct fetch fetch = fetch_new();
    struct records records;
    (void)state;
    assert_false(take(&fetch, given, COUNT_OF(given)));
    assert_int_equal(fetch.problem, FETCH_FINE);
    assert_int_equal(fetch.tree.count, 6);
    records_read(&records, TABLE_SENDERS, &fetch.tree);
    assert_int_equal(records.count, 2);
    const struct cell *cells = records.items[0].cells;
    assert_string_equal(cells[SENDER_ADDRESS].text, "a@x.example");
    assert_int_equal(cells[SENDER_MESSAGES].number, 12);
    assert_false(cells[SENDER_RECIPIENTS].known);
    cells = records.items[1].cells;
    assert_int_equal(cells[SENDER_RANK].number, 2);
    assert_string_equal(cells[SENDER_ADDRESS].text, "");
    assert_false(cells[SENDER_MESSAGES].known);
    assert_int_equal(cells[SENDER_RECIPIENTS].number, 4294967295);
    records_deinit(&records);
    tree_deinit(&fetch.tree);
}

static const struct {
    const char *name;
    struct given given[2];
    size_t count;
    bool more;
    enum fetch_problem problem;
} answers[] = {
    {"more", {{{1, 7, 5, 1, 2, 1}, 6, ASN_OCTET_STR, "a", 0}}, 1, true, FETCH_FINE},
    {"the same again",
     {{{1, 7, 5, 1, 2, 1}, 6, ASN_OCTET_STR, "a", 0},
      {{1, 7, 5, 1, 2, 1}, 6, ASN_OCTET_STR, "a", 0}},
     2,
     false,
     FETCH_ODD},
    {"backwards",
     {{{1, 7, 5, 1, 2, 2}, 6, ASN_OCTET_STR, "a", 0},
      {{1, 7, 5, 1, 2, 1}, 6, ASN_OCTET_STR, "a", 0}},
     2,
     false,
     FETCH_ODD},
    {"the root itself", {{{1, 7, 5, 1}, 4, ASN_OCTET_STR, "a", 0}}, 1, false, FETCH_ODD},
    {"before the root", {{{1, 7, 4}, 3, ASN_GAUGE, NULL, 1}}, 1, false, FETCH_FINE},
    {"the end of the view",
     {{{1, 7, 5, 1, 9}, 5, SNMP_ENDOFMIBVIEW, NULL, 0}},
     1,
     false,
     FETCH_FINE},
    {"the base", {{{0}, 0, ASN_GAUGE, NULL, 1}}, 1, false, FETCH_FINE},
    {"nothing", {{{0}, 0, 0, NULL, 0}}, 0, false, FETCH_ODD},
};

static void test_answers(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        struct fetch fetch = fetch_new();
        bool more = take(&fetch, answers[i].given, answers[i].count);
        CHECK_INT(answers[i].name, more, answers[i].more);
        CHECK_INT(answers[i].name, fetch.problem, answers[i].problem);
        tree_deinit(&fetch.tree);
    }
}

static void test_full(void **state) {
    struct oid_tree tree = {0};
    uint32_t oid[2] = {1, 0};
    const struct object object = {.oid = oid, .oid_len = 2, .number = 1};
    (void)state;
    tree.octets = TREE_OCTETS_MAX - sizeof object - sizeof oid;
    assert_int_equal(tree_add(&tree, &object), TREE_ADDED);
    oid[1]++;
    assert_int_equal(tree_add(&tree, &object), TREE_FULL);
    assert_int_equal(tree.count, 1);
    tree_deinit(&tree);
}

static void test_text(void **state) {
    static const struct given given[] = {{{1, 7, 5, 1, 2, 1},
                                          6,
                                          ASN_OCTET_STR,
                                          "a\x1b[31mb\xe2\x80\xae"
                                          "c\xff",
                                          0}};
    struct fetch fetch = fetch_new();
    struct records records;
    (void)state;
    take(&fetch, given, 1);
    records_read(&records, TABLE_SENDERS, &fetch.tree);
    assert_string_equal(records.items[0].cells[SENDER_ADDRESS].text, "a [31mb c\xef\xbf\xbd");
    records_deinit(&records);
    tree_deinit(&fetch.tree);
}

static void test_nothing(void **state) {
    struct oid_tree tree = {0};
    struct records records;
    (void)state;
    for (unsigned t = 0; t < TABLE_COUNT; t++) {
        records_read(&records, (enum table_id)t, &tree);
        CHECK_INT(records.table->key, records.count, records.table->scalars);
        CHECK(records.table->key, !records_any(&records));
        CHECK(records.table->key, records.table->count <= FIELDS_MAX);
        records_deinit(&records);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows), cmocka_unit_test(test_answers), cmocka_unit_test(test_full),
        cmocka_unit_test(test_text), cmocka_unit_test(test_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

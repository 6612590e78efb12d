/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Queue IDs as people give them: words, what mailq prints, and what is neither.
 */
#include "client/ids.h"

#include "unit.h"

#include <stdlib.h>

#define MESSAGE_1 "4ABC12DEF0*     1234 Tue Nov 24 12:00:00  sender@source.example\n"
#define MESSAGE_2 "4ABC12DEF1!      999 Tue Nov 24 12:00:01  MAILER-DAEMON\n"
#define MESSAGE_3 "4bXY3c1z2Tz4BCD#    20 Tue Nov  4 12:00:02  \"a b\"@source.example\n"
#define REASON "(host mx.elsewhere.example[192.0.2.7] said: 452 4.2.2 over its quota)\n"
#define RECIPIENT "                                         4ABC12DEFF@suspended.example\n"

static const struct {
    const char *name, *input;
    const char *ids; /* NULL = refused */
} inputs[] = {
    {"one", "4ABC12DEF0", "4ABC12DEF0"},
    {"lines", "4ABC12DEF0\n4ABC12DEF1\n", "4ABC12DEF0 4ABC12DEF1"},
    {"marks", "4ABC12DEF0* 4ABC12DEF1!, 4ABC12DEF2#\n4ABC12DEF3,4ABC12DEF0",
     "4ABC12DEF0 4ABC12DEF1 4ABC12DEF2 4ABC12DEF3"},
    {"carriage returns", "4ABC12DEF0\r\n4ABC12DEF1\r\n", "4ABC12DEF0 4ABC12DEF1"},
    {"mailq",
     "-Queue ID-  --Size-- ----Arrival Time---- -Sender/Recipient-------\n" MESSAGE_1 RECIPIENT
     "\n" MESSAGE_2 REASON RECIPIENT RECIPIENT "\n" MESSAGE_3
     "            (delivery temporarily suspended: deferred transport)\n" RECIPIENT
     "\n-- 3 Kbytes in 3 Requests.\n",
     "4ABC12DEF0 4ABC12DEF1 4bXY3c1z2Tz4BCD"},
    {"some lines of it", MESSAGE_2 REASON RECIPIENT MESSAGE_3, "4ABC12DEF1 4bXY3c1z2Tz4BCD"},
    {"its messages", MESSAGE_1 MESSAGE_2 MESSAGE_3, "4ABC12DEF0 4ABC12DEF1 4bXY3c1z2Tz4BCD"},
    {"an empty queue", "Mail queue is empty\n", ""},
    {"nothing", "", NULL},
    {"blank lines", "\n \n", NULL},
    {"an address", "x@suspended.example", NULL},
    {"two marks", "4ABC12DEF0**", NULL},
    {"a mark", "*", NULL},
    {"ALL", "ALL", NULL},
    {"a recipient alone", RECIPIENT, NULL},
    {"a total alone", "-- 3 Kbytes in 3 Requests.\n", NULL},
    {"mailq and more", MESSAGE_1 "not mailq\n", NULL},
    {"lower case", "4abc12def0", NULL},
};

static void join(const struct id_list *list, char *out, size_t size) {
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < list->count; i++) {
        used += (size_t)snprintf(out + used, size - used, "%s%s", i > 0 ? " " : "", list->ids[i]);
    }
}

static void test_inputs(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(inputs); i++) {
        struct id_list list = {.ids = NULL};
        char ids[200];
        size_t len = strlen(inputs[i].input);
        /* fmemopen takes no empty buffer. */
        FILE *file = len > 0 ? fmemopen((void *)(uintptr_t)inputs[i].input, len, "r")
                             : fopen("/dev/null", "r");
        assert_non_null(file);
        CHECK_INT(inputs[i].name, id_list_read(&list, file), inputs[i].ids != NULL);
        fclose(file);
        if (inputs[i].ids != NULL) {
            join(&list, ids, sizeof ids);
            CHECK_STRING(inputs[i].name, ids, inputs[i].ids);
        } else {
            CHECK(inputs[i].name, list.wrong[0] != '\0');
        }
        CHECK_INT(inputs[i].name, list.empty_mailq, strcmp(inputs[i].name, "an empty queue") == 0);
        id_list_deinit(&list);
    }
}

static void test_binary(void **state) {
    static const char octets[] = "4ABC12DEF0\0 4ABC12DEF1\n";
    struct id_list list = {.ids = NULL};
    FILE *file = fmemopen((void *)(uintptr_t)octets, sizeof octets - 1, "r");
    (void)state;
    assert_non_null(file);
    assert_false(id_list_read(&list, file));
    fclose(file);
    id_list_deinit(&list);
}

static void test_wrong_is_printable(void **state) {
    struct id_list list = {.ids = NULL};
    (void)state;
    assert_false(id_list_add(&list, "\x1b[31m", 5));
    assert_null(strchr(list.wrong, '\x1b'));
    id_list_deinit(&list);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_inputs),
        cmocka_unit_test(test_binary),
        cmocka_unit_test(test_wrong_is_printable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

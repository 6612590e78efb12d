/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is read without cJSON reads the same as with it: each text is given in the usual form, and
 * with one more blank, which only cJSON takes.
 */
#include "core/message_plain.h"

#include "core/message_json.h"

#include "unit.h"

#include <stdlib.h>

#define FRAME(queue, id, arrival, size, expire, sender)                                            \
    "{\"queue_name\": \"" queue "\", \"queue_id\": \"" id "\", \"arrival_time\": " arrival         \
    ", \"message_size\": " size ", \"forced_expire\": " expire ", \"sender\": \"" sender           \
    "\", \"recipients\": []}"

static const struct {
    const char *name;
    const char *text;
    bool plain;
} frames[] = {
    {"usual", FRAME("deferred", "3F2504E0B1", "1700000000", "4716", "false", "a@b.example"), true},
    {"expired", FRAME("hold", "3F2504E0B1", "0", "0", "true", ""), true},
    {"null sender", FRAME("active", "3F2504E0B1", "1", "1", "false", "MAILER-DAEMON"), true},
    {"UTF-8", FRAME("active", "3F2504E0B1", "1", "1", "false", "\xC3\xBC@b.example"), true},
    {"no UTF-8", FRAME("active", "3F2504E0B1", "1", "1", "false", "\xFF"), true},
    {"15 digits", FRAME("active", "3F2504E0B1", "999999999999999", "1", "false", ""), true},
    {"16 digits", FRAME("active", "3F2504E0B1", "1000000000000000", "1", "false", ""), false},
    {"no digits", FRAME("active", "3F2504E0B1", "", "1", "false", ""), false},
    {"negative", FRAME("active", "3F2504E0B1", "-1", "1", "false", ""), false},
    {"a fraction", FRAME("active", "3F2504E0B1", "1.5", "1", "false", ""), false},
    {"an exponent", FRAME("active", "3F2504E0B1", "1e3", "1", "false", ""), false},
    {"another truth", FRAME("active", "3F2504E0B1", "1", "1", "null", ""), false},
    {"an escape", FRAME("active", "3F2504E0B1", "1", "1", "false", "\\\"a b\\\"@c"), false},
    {"an escaped NUL", FRAME("active", "3F2504E0B1", "1", "1", "false", "a\\u0000b"), false},
    {"a control character", FRAME("active", "3F2504E0B1", "1", "1", "false", "a\x01"), false},
    {"another queue", FRAME("nowhere", "3F2504E0B1", "1", "1", "false", ""), true},
    {"a bad id", FRAME("active", "ALL", "1", "1", "false", ""), true},
    {"a long id", FRAME("active", "3F2504E0B13F2504E0B13F2504E0B13F25", "1", "1", "false", ""),
     true},
    {"more behind it", FRAME("active", "3F2504E0B1", "1", "1", "false", "") "{}", false},
    {"nothing", "", false},
    {"another member", "{\"queue_name\": \"hold\", \"x\": 1}", false},
};

/* The text with a second blank behind the first colon. */
static char *stretch(const char *text) {
    const char *colon = strchr(text, ':');
    size_t len = strlen(text);
    size_t head = colon != NULL ? (size_t)(colon - text) + 1 : len;
    char *copy = malloc(len + 2);
    assert_non_null(copy);
    memcpy(copy, text, head);
    copy[head] = ' ';
    memcpy(copy + head + 1, text + head, len - head + 1);
    return copy;
}

static void test_frames(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(frames); i++) {
        const char *name = frames[i].name;
        struct plain_frame plain;
        struct message_head heads[2];
        struct message_json *json[2];
        char errors[2][200];
        char *other = stretch(frames[i].text);
        size_t len = strlen(frames[i].text);
        CHECK_INT(name, message_plain_frame(frames[i].text, len, &plain), frames[i].plain);
        CHECK(name, !message_plain_frame(other, strlen(other), &plain));
        int a = message_json_open(frames[i].text, len, &json[0], &heads[0], errors[0], 200);
        int b = message_json_open(other, strlen(other), &json[1], &heads[1], errors[1], 200);
        CHECK_INT(name, a, b);
        CHECK_INT(name, heads[0].missing, heads[1].missing);
        CHECK_INT(name, heads[0].queue, heads[1].queue);
        CHECK_STRING(name, heads[0].id, heads[1].id);
        CHECK_INT(name, heads[0].arrival, heads[1].arrival);
        CHECK_INT(name, heads[0].size, heads[1].size);
        CHECK_INT(name, heads[0].forced_expire, heads[1].forced_expire);
        CHECK_STRING(name, heads[0].sender, heads[1].sender);
        message_json_close(json[0]);
        message_json_close(json[1]);
        free(other);
    }
}

/* No prefix of a frame is one. */
static void test_prefixes(void **state) {
    (void)state;
    const char *text = frames[0].text;
    struct plain_frame plain;
    for (size_t len = 0; len < strlen(text); len++) {
        char *copy = malloc(len + 1);
        assert_non_null(copy);
        memcpy(copy, text, len);
        char *exact = realloc(copy, len > 0 ? len : 1);
        assert_non_null(exact);
        CHECK("a prefix", !message_plain_frame(exact, len, &plain));
        free(exact);
    }
}

static const struct {
    const char *name;
    const char *text;
    bool plain;
} recipients[] = {
    {"both", "{\"address\": \"a@b\", \"delay_reason\": \"full\"}", true},
    {"a blank before it", " {\"address\": \"a@b\", \"delay_reason\": \"full\"}", true},
    {"no reason", "{\"address\": \"a@b\"}", true},
    {"an empty reason", "{\"address\": \"a@b\", \"delay_reason\": \"\"}", true},
    {"an escape", "{\"address\": \"\\\"a\\\"@b\", \"delay_reason\": \"full\"}", false},
    {"an escape in the reason", "{\"address\": \"a@b\", \"delay_reason\": \"a\\nb\"}", false},
    {"another order", "{\"delay_reason\": \"full\", \"address\": \"a@b\"}", false},
    {"more members", "{\"address\": \"a@b\", \"x\": 1, \"delay_reason\": \"full\"}", false},
    {"not a text", "{\"address\": 1, \"delay_reason\": \"full\"}", false},
    {"it does not end", "{\"address\": \"a@b\"", false},
    {"two", "{\"address\": \"a@b\"}{\"address\": \"c@d\"}", false},
    {"nothing", "", false},
};

static void take(void *userdata, const char *address, const char *reason) {
    char *out = userdata;
    snprintf(out, 3000, "%s|%s", address, reason);
}

static void check_recipient(const char *name, const char *text, bool plain) {
    struct plain_text address;
    struct plain_text reason;
    char taken[2][3000] = {"none", "none"};
    char *other = stretch(text);
    CHECK_INT(name, message_plain_recipient(text, strlen(text), &address, &reason), plain);
    bool a = message_json_recipient(text, strlen(text), take, taken[0]);
    bool b = message_json_recipient(other, strlen(other), take, taken[1]);
    CHECK_INT(name, a, b);
    CHECK_STRING(name, taken[0], taken[1]);
    free(other);
}

static void test_recipients(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(recipients); i++) {
        check_recipient(recipients[i].name, recipients[i].text, recipients[i].plain);
    }
    for (int len = 1020; len < 1028; len++) {
        char text[2300];
        snprintf(text, sizeof text, "{\"address\": \"%0*d\", \"delay_reason\": \"%0*d\"}", len, 0,
                 len, 0);
        check_recipient("long texts", text, true);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames),
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_recipients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

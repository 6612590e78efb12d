/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The URL of a topic: what is sent where, and what is no topic.
 */
#include "core/ntfy_url.h"

#include "unit.h"

#define TOPIC64 "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

static const struct {
    const char *url;
    const char *topic; /* NULL = refused */
    const char *server;
} cases[] = {
    {"https://ntfy.sh/mail", "mail", "https://ntfy.sh/"},
    {"http://127.0.0.1:8080/Mail_queue-1", "Mail_queue-1", "http://127.0.0.1:8080/"},
    {"https://a:b@[::1]:80/mail", "mail", "https://a:b@[::1]:80/"},
    {"https://ntfy.sh/mail?auth=QmFzaWM", "mail", "https://ntfy.sh/?auth=QmFzaWM"},
    {"https://ntfy.sh/mail?a=/b", "mail", "https://ntfy.sh/?a=/b"},
    {"https://ntfy.sh/mail#x", "mail", "https://ntfy.sh/#x"},
    {"https://ntfy.sh/" TOPIC64, TOPIC64, "https://ntfy.sh/"},
    {"https://ntfy.sh/" TOPIC64 "x", NULL, NULL},
    {"https://ntfy.sh", NULL, NULL},
    {"https://ntfy.sh/", NULL, NULL},
    {"https://ntfy.sh?mail", NULL, NULL},
    {"https://ntfy.sh?a=/mail", NULL, NULL},
    {"https://ntfy.sh/mail/", NULL, NULL},
    {"https://ntfy.sh/mail/json", NULL, NULL},
    {"https://ntfy.sh//mail", NULL, NULL},
    {"https://ntfy.sh/ma.il", NULL, NULL},
    {"https://ntfy.sh/ma%20il", NULL, NULL},
    {"https://ntfy.sh/p\xC3\xB6st", NULL, NULL},
    {"https:///mail", NULL, NULL},
    {"ntfy.sh/mail", NULL, NULL},
    {"", NULL, NULL},
};

static void test_split(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct ntfy_url url = {.server_len = 7};
        char server[128];
        CHECK_INT(cases[i].url, ntfy_url_split(cases[i].url, &url), cases[i].topic != NULL);
        if (cases[i].topic == NULL) {
            CHECK_INT(cases[i].url, url.server_len, 7);
            continue;
        }
        snprintf(server, sizeof server, "%.*s%s", (int)url.server_len, cases[i].url, url.rest);
        CHECK_STRING(cases[i].url, url.topic, cases[i].topic);
        CHECK_STRING(cases[i].url, server, cases[i].server);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_split)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

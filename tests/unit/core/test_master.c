/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Addresses of the master agent as administrators write them, and the names of its errors.
 */
#include "core/master.h"

#include "unit.h"

#define A99                                                                                        \
    "/aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggghhhhhhhhhhiiiiiiiiiij" \
    "jjjjjjj"

static const struct {
    const char *text;
    bool good;
    enum master_transport transport;
    const char *where, *port; /* the path, or host and port */
} addresses[] = {
    {"unix:/run/agentx/master", true, MASTER_UNIX, "/run/agentx/master", ""},
    {"/var/agentx/master", false, MASTER_UNIX, "", ""},
    {"unix:" A99 "/aaaaaaa", true, MASTER_UNIX, A99 "/aaaaaaa", ""},
    {"unix:" A99 "/aaaaaaaa", false, MASTER_UNIX, "", ""},
    {"unix:agentx", false, MASTER_UNIX, "", ""},
    {"unix:", false, MASTER_UNIX, "", ""},
    {"tcp:localhost:705", true, MASTER_TCP, "localhost", "705"},
    {"tcp:705", false, MASTER_TCP, "", ""},
    {"tcp:192.0.2.1", false, MASTER_TCP, "", ""},
    {"tcp:192.0.2.1:65535", true, MASTER_TCP, "192.0.2.1", "65535"},
    {"tcp:[2001:db8::1]:7050", true, MASTER_TCP, "2001:db8::1", "7050"},
    {"tcp6:[::1]:705", true, MASTER_TCP, "::1", "705"},
    {"tcp6:[::1]", false, MASTER_TCP, "", ""},
    {"tcp:host:0", false, MASTER_TCP, "", ""},
    {"tcp:host:65536", false, MASTER_TCP, "", ""},
    {"tcp:host:", false, MASTER_TCP, "", ""},
    {"tcp::705", false, MASTER_TCP, "", ""},
    {"tcp:[::1:705", false, MASTER_TCP, "", ""},
    {"tcp:[::1]x", false, MASTER_TCP, "", ""},
    {"tcp:2001:db8::1", false, MASTER_TCP, "", ""},
    {"tcp:", false, MASTER_TCP, "", ""},
    {"udp:host:705", false, MASTER_UNIX, "", ""},
    {"agentx", false, MASTER_UNIX, "", ""},
    {"", false, MASTER_UNIX, "", ""},
};

static void test_addresses(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(addresses); i++) {
        const char *name = addresses[i].text;
        struct master_address address = {.transport = (enum master_transport)7};
        CHECK_INT(name, master_address_parse(name, &address), addresses[i].good);
        if (!addresses[i].good) {
            CHECK_INT(name, address.transport, 7); /* untouched */
            continue;
        }
        CHECK_INT(name, address.transport, addresses[i].transport);
        CHECK_STRING(name, address.transport == MASTER_UNIX ? address.path : address.host,
                     addresses[i].where);
        CHECK_STRING(name, address.port, addresses[i].port);
    }
}

static void test_errors(void **state) {
    (void)state;
    CHECK_STRING("263", agentx_error_name(263), "duplicateRegistration");
    CHECK_STRING("257", agentx_error_name(AGENTX_ERROR_NOT_OPEN), "notOpen");
    CHECK_STRING("none of AgentX", agentx_error_name(5), "unknown error");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_addresses),
                                       cmocka_unit_test(test_errors)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

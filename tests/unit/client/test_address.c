/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Names of gateways as people write them: what net-snmp is given, and what the doctor looks up.
 */
#include "client/snmp/address.h"

#include "unit.h"

static const struct {
    const char *name, *for_snmp;
    const char *host, *port; /* NULL = an address of a transport */
} addresses[] = {
    {"gateway", "gateway", "gateway", ""},
    {"gateway:1161", "gateway:1161", "gateway", "1161"},
    {"192.0.2.25", "192.0.2.25", "192.0.2.25", ""},
    {"192.0.2.25:1161", "192.0.2.25:1161", "192.0.2.25", "1161"},
    {"::1", "udp6:[::1]", "::1", ""},
    {"2001:db8::25", "udp6:[2001:db8::25]", "2001:db8::25", ""},
    {"fe80::1%eth0", "udp6:[fe80::1%eth0]", "fe80::1%eth0", ""},
    {"[::1]", "udp6:[::1]", "::1", ""},
    {"[2001:db8::25]:1161", "udp6:[2001:db8::25]:1161", "2001:db8::25", "1161"},
    {"udp6:[::1]:1161", "udp6:[::1]:1161", NULL, NULL},
    {"UDP6:[::1]", "UDP6:[::1]", NULL, NULL},
    {"udp:gateway", "udp:gateway", NULL, NULL},
    {"tcp:gateway:1161", "tcp:gateway:1161", NULL, NULL},
    {"tcp6:[::1]:1161", "tcp6:[::1]:1161", NULL, NULL},
    {"tlstcp:gateway", "tlstcp:gateway", NULL, NULL},
    {"/run/snmpd.sock", "/run/snmpd.sock", NULL, NULL},
    /* A host that has the name of a transport. */
    {"tcp", "tcp", "tcp", ""},
    {"udp.example:1161", "udp.example:1161", "udp.example", "1161"},
};

static void test_addresses(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(addresses); i++) {
        const char *name = addresses[i].name;
        char out[64];
        char host[64];
        char port[64];
        CHECK(name, address_for_snmp(name, out, sizeof out));
        CHECK_STRING(name, out, addresses[i].for_snmp);
        CHECK_INT(name, address_split(name, host, port, sizeof host), addresses[i].host != NULL);
        if (addresses[i].host != NULL) {
            CHECK_STRING(name, host, addresses[i].host);
            CHECK_STRING(name, port, addresses[i].port);
        }
    }
}

static void test_long(void **state) {
    (void)state;
    char out[8];
    char port[8];
    assert_true(address_for_snmp("1234567", out, sizeof out));
    assert_false(address_for_snmp("12345678", out, sizeof out));
    assert_false(address_for_snmp("::1", out, sizeof out));
    assert_false(address_split("12345678", out, port, sizeof out));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

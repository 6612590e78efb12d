/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What people read and write: durations, sizes, numbers, times, ages, addresses of gateways.
 */
#include "client/arguments.h"
#include "client/format.h"
#include "client/screen.h"
#include "client/snmp/address.h"

#include "unit.h"

typedef const char *formatter(int64_t value, char out[FORMAT_SIZE]);

static const struct {
    formatter *format;
    int64_t value;
    const char *text;
} values[] = {
    {format_number, 0, "0"},
    {format_number, 999, "999"},
    {format_number, 1000, "1,000"},
    {format_number, 1234567, "1,234,567"},
    {format_number, -1234, "-1,234"},
    {format_duration, 0, "0s"},
    {format_duration, 59, "59s"},
    {format_duration, 60, "1m"},
    {format_duration, 3599, "59m"},
    {format_duration, 3600, "1h00m"},
    {format_duration, 86399, "23h59m"},
    {format_duration, 86400, "1d00h"},
    {format_duration, 4294967295, "49710d06h"},
    {format_milliseconds, 999, "999ms"},
    {format_milliseconds, 1250, "1.2s"},
    {format_milliseconds, 60000, "1m"},
    {format_octets, 0, "0 B"},
    {format_octets, 999, "999 B"},
    {format_octets, 1000, "1.0 KiB"},
    {format_octets, 10240, "10 KiB"},
    {format_octets, 1023 * 1024, "1.0 MiB"},
    {format_octets, INT64_C(4294967295) * 1024, "4.0 TiB"},
    {format_messages, 1, "1 message"},
    {format_messages, 0, "0 messages"},
    {format_messages, 2000, "2,000 messages"},
    {format_rfc3339, 1700000000, "2023-11-14T22:13:20Z"},
};

static void test_values(void **state) {
    char out[FORMAT_SIZE];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        CHECK_STRING(values[i].text, values[i].format(values[i].value, out), values[i].text);
    }
}

static const struct {
    const char *name;
    const char *octets;
    size_t len;
    bool good;
    int64_t seconds;
} dates[] = {
    {"UTC", "\x07\xE7\x0B\x0E\x16\x0D\x14\x00+\x00\x00", 11, true, 1700000000},
    {"west", "\x07\xE7\x0B\x0E\x10\x0D\x14\x00-\x06\x00", 11, true, 1700000000},
    {"east", "\x07\xE7\x0B\x0F\x03\x2B\x14\x00+\x05\x1E", 11, true, 1700000000},
    {"no zone", "\x07\xE7\x0B\x0E\x16\x0D\x14\x00", 8, true, 1700000000},
    {"never", "\0\0\0\0\0\0\0\0", 8, true, 0},
    {"never, with a zone", "\0\0\0\0\0\0\0\0+\0\0", 11, true, 0},
    {"month 13", "\x07\xE7\x0D\x0E\x16\x0D\x14\x00", 8, false, 0},
    {"day 0", "\x07\xE7\x0B\x00\x16\x0D\x14\x00", 8, false, 0},
    {"hour 24", "\x07\xE7\x0B\x0E\x18\x0D\x14\x00", 8, false, 0},
    {"direction", "\x07\xE7\x0B\x0E\x16\x0D\x14\x00*\x00\x00", 11, false, 0},
    {"short", "\x07\xE7\x0B", 3, false, 0},
    {"empty", "", 0, false, 0},
    {"year 65535", "\xFF\xFF\x0B\x0E\x16\x0D\x14\x00", 8, false, 0},
};

static void test_dates(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(dates); i++) {
        int64_t seconds = 0;
        CHECK_INT(dates[i].name, date_read(dates[i].octets, dates[i].len, &seconds), dates[i].good);
        CHECK_INT(dates[i].name, seconds, dates[i].seconds);
    }
}

static const struct {
    const char *text;
    int64_t seconds; /* -1 = refused */
} ages[] = {
    {"90s", 90}, {"30m", 1800},        {"4h", 14400}, {"5d", 432000}, {"1w", 604800},
    {"0s", 0},   {"3650d", 315360000}, {"3651d", -1}, {"5", -1},      {"", -1},
    {"h", -1},   {"5x", -1},           {"5hh", -1},   {"-5h", -1},    {"1h30m", -1},
    {" 5h", -1}, {"5 h", -1},          {"5H", -1},    {"1e3s", -1},   {"99999999999999999999s", -1},
};

static void test_ages(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ages); i++) {
        uint32_t seconds = 4242;
        const char *wrong = age_parse(ages[i].text, &seconds);
        CHECK_INT(ages[i].text, wrong == NULL, ages[i].seconds >= 0);
        CHECK_INT(ages[i].text, seconds, ages[i].seconds >= 0 ? ages[i].seconds : 4242);
    }
}

static const struct {
    const char *name, *address;
} addresses[] = {
    {"mx1", "mx1"},
    {"mx1.example:1161", "mx1.example:1161"},
    {"192.0.2.1:161", "192.0.2.1:161"},
    {"::1", "udp6:[::1]"},
    {"2001:db8::25", "udp6:[2001:db8::25]"},
    {"fe80::1%eth0", "udp6:[fe80::1%eth0]"},
    {"[::1]", "udp6:[::1]"},
    {"[2001:db8::25]:1161", "udp6:[2001:db8::25]:1161"},
    {"tcp:mx1:161", "tcp:mx1:161"},
    {"UDP6:[::1]:161", "UDP6:[::1]:161"},
    {"udp:mx1", "udp:mx1"},
    {"unix:/run/snmp", "unix:/run/snmp"},
};

static void test_addresses(void **state) {
    char out[64];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(addresses); i++) {
        CHECK(addresses[i].name, address_for_snmp(addresses[i].name, out, sizeof out));
        CHECK_STRING(addresses[i].name, out, addresses[i].address);
    }
    assert_false(address_for_snmp("1234567890", out, 10));
}

static void test_base(void **state) {
    static const char *const wrong[] = {
        "", ".", "1", "1..2", "1.2.", "a.b", "1.2.x", "1.4294967296", "-1.2"};
    static struct readings readings;
    (void)state;
    assert_true(readings_set_base(&readings, ".1.3.6.1.4.1.8072"));
    assert_int_equal(readings.base_len, 7);
    assert_int_equal(readings.base[6], 8072);
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        CHECK(wrong[i], !readings_set_base(&readings, wrong[i]));
    }
    assert_int_equal(readings.base_len, 7);
}

/* What an agent sends is as long as it likes. */
static void test_octets(void **state) {
    char octets[2 * 255 + 6];
    char *printed = NULL;
    size_t len;
    (void)state;
    memset(octets, 'a', sizeof octets);
    memcpy(octets, "\033[2J", 4);
    memcpy(octets + sizeof octets - 4, "\033[2J", 4);
    for (int terminal = 0; terminal <= 1; terminal++) {
        const struct screen screen = {
            .out = open_memstream(&printed, &len), .terminal = terminal == 1, .unicode = true};
        assert_non_null(screen.out);
        screen_put_octets(&screen, octets, sizeof octets);
        assert_int_equal(fclose(screen.out), 0);
        assert_int_equal(len, sizeof octets);
        assert_int_equal(memchr(printed, '\033', len) == NULL, terminal == 1);
        free(printed);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values), cmocka_unit_test(test_dates),
        cmocka_unit_test(test_ages),   cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_base),   cmocka_unit_test(test_octets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

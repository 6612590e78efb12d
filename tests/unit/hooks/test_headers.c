/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Header files: what is taken, and everything that could change the request in another way than by
 * adding a header to it.
 */
#include "hooks/headers.h"

#include "unit.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define BYTES(literal) (literal), sizeof(literal) - 1
#define A8 "aaaaaaaa"
#define A64 A8 A8 A8 A8 A8 A8 A8 A8
#define A512 A64 A64 A64 A64 A64 A64 A64 A64
#define SIXTEEN "A:1\nB:1\nC:1\nD:1\nE:1\nF:1\nG:1\nH:1\nI:1\nJ:1\nK:1\nL:1\nM:1\nN:1\nO:1\nP:1"

static const struct {
    const char *name;
    const char *text;
    size_t len;
    const char *joined; /* the headers with a line end behind each */
} good[] = {
    {"one", BYTES("Authorization: Bearer tk_1"), "Authorization: Bearer tk_1\n"},
    {"no blank", BYTES("X-Key:v"), "X-Key: v\n"},
    {"many blanks", BYTES("X-Key:   a  b  "), "X-Key: a  b\n"},
    {"a value with colons", BYTES("X-Key: a:b: c"), "X-Key: a:b: c\n"},
    {"comments and empty lines", BYTES("# a: b\n\n  \nA: 1\n#\nB: 2\n"), "A: 1\nB: 2\n"},
    {"every character of a name", BYTES("a!#$%&'*+-.^_`|~9: x"), "a!#$%&'*+-.^_`|~9: x\n"},
    {"names that only begin as refused ones do", BYTES("Hosts: 1\nTEA: 2\nContent: 3\nX-Hermes: 4"),
     "Hosts: 1\nTEA: 2\nContent: 3\nX-Hermes: 4\n"},
    {"as many as fit", BYTES(SIXTEEN),
     "A: 1\nB: 1\nC: 1\nD: 1\nE: 1\nF: 1\nG: 1\nH: 1\nI: 1\nJ: 1\nK: 1\nL: 1\nM: 1\nN: 1\nO: 1\n"
     "P: 1\n"},
};

static void test_good(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct headers headers = {.count = 0};
        char error[256] = "";
        char joined[512] = "";
        size_t count = 0;
        CHECK(good[i].name,
              headers_parse(good[i].text, good[i].len, &headers, error, sizeof error));
        CHECK_STRING(good[i].name, error, "");
        for (const char *at = NULL; (at = headers_next(&headers, at)) != NULL; count++) {
            size_t len = strlen(joined);
            snprintf(joined + len, sizeof joined - len, "%s\n", at);
        }
        CHECK_STRING(good[i].name, joined, good[i].joined);
        CHECK_INT(good[i].name, headers.count, count);
    }
}

static const struct {
    const char *name;
    const char *text;
    size_t len;
    const char *error;
} bad[] = {
    {"nothing", BYTES(""), "has no header"},
    {"comments only", BYTES("# a\n\n"), "has no header"},
    {"no colon", BYTES("A: 1\nsecret"), "line 2: is not of the form Name: value"},
    {"no name", BYTES(": secret"), "line 1: is not of the form Name: value"},
    {"a blank in the name", BYTES("A B: secret"), "line 1: is not of the form Name: value"},
    {"a blank before the colon", BYTES("A : secret"), "line 1: is not of the form Name: value"},
    {"a folded line", BYTES("A: 1\n B: secret"), "line 2: is not of the form Name: value"},
    {"no value", BYTES("A:  "), "line 1: has no value"},
    {"CR", BYTES("A: secret\r\n"), "line 1: has a character that is not printable ASCII"},
    {"CR within", BYTES("A: s\rB: x"), "line 1: has a character that is not printable ASCII"},
    {"NUL", BYTES("A: s\0B: x"), "line 1: has a character that is not printable ASCII"},
    {"tab", BYTES("A: a\tb"), "line 1: has a character that is not printable ASCII"},
    {"UTF-8", BYTES("A: \xC3\xA9"), "line 1: has a character that is not printable ASCII"},
    {"twice", BYTES("A-b: 1\na-B: secret"), "line 2: the header is there twice"},
    {"our type", BYTES("content-TYPE: x"), "line 1: Content- is set by hermes-mailqueue"},
    {"our length", BYTES("Content-Length: 1"), "line 1: Content- is set by hermes-mailqueue"},
    {"an encoding", BYTES("Content-Encoding: x"), "line 1: Content- is set by hermes-mailqueue"},
    {"our signature", BYTES("x-hermes-signature: x"),
     "line 1: X-Hermes- is set by hermes-mailqueue"},
    {"our key", BYTES("Idempotency-Key: x"), "line 1: Idempotency-Key is set by hermes-mailqueue"},
    {"the host", BYTES("A: 1\nhost: x"), "line 2: Host is set by hermes-mailqueue"},
    {"expect", BYTES("Expect: 100-continue"), "line 1: Expect is set by hermes-mailqueue"},
    {"the agent", BYTES("User-Agent: x"), "line 1: User-Agent is set by hermes-mailqueue"},
    {"another framing", BYTES("Transfer-Encoding: chunked"),
     "line 1: Transfer-Encoding concerns the connection"},
    {"connection", BYTES("Connection: close"), "line 1: Connection concerns the connection"},
    {"te", BYTES("te: trailers"), "line 1: TE concerns the connection"},
    {"upgrade", BYTES("Upgrade: h2c"), "line 1: Upgrade concerns the connection"},
    {"a proxy's", BYTES("Proxy-Authorization: x"), "line 1: Proxy- concerns the connection"},
    {"one too many", BYTES(SIXTEEN "\nQ: secret"), "line 17: is one header too many"},
};

static void test_bad(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct headers headers = {.count = 7};
        char error[256] = "";
        CHECK(bad[i].name, !headers_parse(bad[i].text, bad[i].len, &headers, error, sizeof error));
        CHECK_STRING(bad[i].name, error, bad[i].error);
        CHECK_INT(bad[i].name, headers.count, 7);
        CHECK(bad[i].name, strstr(error, "secret") == NULL);
    }
}

/* As many lines as there may be, without a blank, fill the file: each becomes longer by one. */
static void test_fullest(void **state) {
    (void)state;
    char text[HEADERS_MAX + 1] = SIXTEEN;
    struct headers headers;
    char error[256] = "";
    size_t len = strlen(text);
    memset(text + len, 'v', HEADERS_MAX - len);
    assert_true(headers_parse(text, HEADERS_MAX, &headers, error, sizeof error));
    const char *last = NULL;
    for (const char *at = NULL; (at = headers_next(&headers, at)) != NULL;) {
        last = at;
    }
    assert_int_equal(headers.count, HEADERS_COUNT_MAX);
    assert_non_null(last);
    assert_int_equal(strlen(last), strlen("P: 1") + HEADERS_MAX - len);
}

static void test_file(void **state) {
    (void)state;
    static const struct {
        const char *name, *text;
        mode_t mode;
        const char *why; /* "" = taken */
    } cases[] = {
        {"private", "A: 1\n", 0600, ""},
        {"for a group", "A: 1\n", 0640, ""},
        {"for everyone", "A: 1\n", 0644, "chmod o="},
        {"empty", "", 0600, "is empty"},
        {"a bad line", "A: 1\nHost: x\n", 0600, "line 2: Host is set"},
        {"too long", "A: " A512 A512 A512 A512 A512 A512 A512 A512, 0600,
         "is longer than 4096 octets"},
    };
    char path[] = "/tmp/hmq-headers.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct headers headers;
        char error[256] = "";
        size_t len = strlen(cases[i].text);
        assert_return_code(ftruncate(fd, 0), 0);
        assert_int_equal(pwrite(fd, cases[i].text, len, 0), len);
        assert_return_code(fchmod(fd, cases[i].mode), 0);
        bool taken = headers_load(path, &headers, error, sizeof error);
        CHECK_INT(cases[i].name, taken, cases[i].why[0] == '\0');
        CHECK(cases[i].name, strstr(error, cases[i].why) != NULL);
        CHECK(cases[i].name, taken || strncmp(error, "header_file /tmp/", 17) == 0);
    }
    close(fd);
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_fullest),
        cmocka_unit_test(test_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

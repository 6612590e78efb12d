/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Signatures, compared with openssl(1), an independent implementation of the standard, and secret
 * files that are refused.
 */
#include "hooks/sign.h"

#include "unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/hmq-sign.XXXXXX";

static const char *in_folder(const char *name) {
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const char *octets, size_t len, mode_t mode) {
    int fd = open(in_folder(name), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_true(write(fd, octets, len) == (ssize_t)len);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

/* The hexadecimal digest that openssl prints for the body. */
static void openssl_digest(const struct secret *secret, const char *body, size_t len,
                           char digest[65]) {
    char command[4 * SECRET_MAX];
    int written =
        snprintf(command, sizeof command, "openssl dgst -sha256 -mac HMAC -macopt hexkey:");
    for (size_t i = 0; i < secret->len; i++) {
        written += snprintf(command + written, sizeof command - (size_t)written, "%02x",
                            (unsigned char)secret->octets[i]);
    }
    write_file("body", body, len, 0600);
    snprintf(command + written, sizeof command - (size_t)written, " -r %s", in_folder("body"));
    FILE *stream = popen(command, "r");
    assert_non_null(stream);
    assert_int_equal(fread(digest, 1, 64, stream), 64);
    digest[64] = '\0';
    assert_int_equal(pclose(stream), 0);
}

static void test_agrees_with_openssl(void **state) {
    (void)state;
    static const struct {
        const char *name, *secret;
        size_t secret_len;
        const char *body;
        size_t len;
    } cases[] = {
        {"short", "key", 3, "{\"a\":1}", 7},
        {"empty body", "key", 3, "", 0},
        {"octets", "\x01\xff\x00\x7f", 4, "a\0b", 3},
        {"a secret of one block",
         "0123456789012345678901234567890123456789012345678901234567890123", 64, "body", 4},
        {"a longer secret than a block",
         "01234567890123456789012345678901234567890123456789012345678901234567890123456789", 80,
         "body", 4},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct secret secret = {.len = cases[i].secret_len};
        char signature[SIGN_SIZE];
        char expected[65];
        memcpy(secret.octets, cases[i].secret, cases[i].secret_len);
        openssl_digest(&secret, cases[i].body, cases[i].len, expected);
        CHECK(cases[i].name, sign_body(&secret, cases[i].body, cases[i].len, signature));
        CHECK(cases[i].name, strncmp(signature, "sha256=", 7) == 0);
        CHECK_STRING(cases[i].name, signature + 7, expected);
    }
}

static void test_secret_files(void **state) {
    (void)state;
    static char longest[SECRET_MAX + 2];
    memset(longest, 'x', sizeof longest);
    longest[SECRET_MAX] = '\n';
    static const struct {
        const char *name, *content;
        size_t len;
        mode_t mode;
        size_t secret_len; /* 0 = refused */
        const char *why;
    } cases[] = {
        {"plain", "secret", 6, 0600, 6, ""},
        {"newline is not part of it", "secret\n", 7, 0640, 6, ""},
        {"only one newline", "secret\n\n", 8, 0600, 7, ""},
        {"the longest, with a newline", longest, SECRET_MAX + 1, 0400, SECRET_MAX, ""},
        {"too long", longest, SECRET_MAX + 2, 0600, 0, "longer"},
        {"empty", "", 0, 0600, 0, "empty"},
        {"only a newline", "\n", 1, 0600, 0, "empty"},
        {"readable by everyone", "secret", 6, 0644, 0, "chmod o="},
        {"writable by everyone", "secret", 6, 0602, 0, "chmod o="},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct secret secret = {.len = 0};
        char error[256] = "";
        write_file("secret", cases[i].content, cases[i].len, cases[i].mode);
        bool loaded = secret_load(in_folder("secret"), &secret, error, sizeof error);
        CHECK_INT(cases[i].name, loaded, cases[i].secret_len > 0);
        CHECK_INT(cases[i].name, secret.len, cases[i].secret_len);
        CHECK(cases[i].name, strstr(error, cases[i].why) != NULL);
        unlink(in_folder("secret"));
    }
}

static void test_pagerduty_keys(void **state) {
    (void)state;
    static const struct {
        const char *key;
        bool valid;
    } cases[] = {
        {"0123456789abcdefABCDEF0123456789", true},
        {"R0AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", true},
        {"0123456789abcdefABCDEF012345678", false},
        {"0123456789abcdefABCDEF01234567890", false},
        {"0123456789abcdef ABCDEF012345678", false},
        {"0123456789abcdefABCDEF012345678\r", false},
        {"u+AbCdEfGhIjKlMnOpQr", false},
        {"", false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct secret secret = {.len = strlen(cases[i].key)};
        memcpy(secret.octets, cases[i].key, secret.len);
        CHECK_INT(cases[i].key, secret_is_pagerduty_key(&secret), cases[i].valid);
    }
}

static void test_secret_is_no_file(void **state) {
    (void)state;
    struct secret secret = {.len = 0};
    char error[256];
    assert_false(secret_load(in_folder("none"), &secret, error, sizeof error));
    assert_non_null(strstr(error, "No such file"));
    assert_false(secret_load(folder, &secret, error, sizeof error));
    assert_non_null(strstr(error, "is not a regular file"));
    /* Opening it would block until there is a writer. */
    assert_int_equal(mkfifo(in_folder("fifo"), 0600), 0);
    assert_false(secret_load(in_folder("fifo"), &secret, error, sizeof error));
    assert_non_null(strstr(error, "is not a regular file"));
    unlink(in_folder("fifo"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_agrees_with_openssl),
        cmocka_unit_test(test_secret_files),
        cmocka_unit_test(test_secret_is_no_file),
        cmocka_unit_test(test_pagerduty_keys),
    };
    if (mkdtemp(folder) == NULL) {
        return 1;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(in_folder("body"));
    rmdir(folder);
    return failed;
}

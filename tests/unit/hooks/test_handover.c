/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the supervisor hands to a worker: all of it arrives, however the files change meanwhile, and
 * nobody can change it or make a worker take something else.
 */
#include "hooks/handover.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "unit.h"

#define TEXT "webhook.a.url = http://127.0.0.1:1/\n"

static char path[] = "/tmp/hmq-handover.XXXXXX";
static struct handover handover, taken;

static void write_file(const char *text) {
    FILE *stream = fopen(path, "we");
    assert_non_null(stream);
    assert_true(fputs(text, stream) >= 0);
    assert_int_equal(fclose(stream), 0);
}

static int begin(void) {
    char error[512] = "";
    int fd = handover_begin(path, error, sizeof error);
    assert_string_equal(error, "");
    assert_true(fd >= 0 && (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    return fd;
}

static void fill(const struct config *config) {
    handover = (struct handover){.supervisor = 17,
                                 .root = true,
                                 .user = {.name = "someone", .uid = 12, .gid = 13},
                                 .setup = {.config = config, .policy = {1, 2, 3}}};
    handover.setup.secrets[CONFIG_HOOKS_MAX - 1] = (struct secret){"\0secret", 7};
    handover.setup.headers[CONFIG_HOOKS_MAX - 1] = (struct headers){"A: secret", 1};
    snprintf(handover.setup.problems[1], SETUP_PROBLEM_SIZE, "a problem");
    handover.setup.members[1] = "secret_file";
}

static int set_up(void **state) {
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int tear_down(void **state) {
    (void)state;
    return unlink(path);
}

static void test_round_trip(void **state) {
    struct config *config = NULL;
    char error[512] = "";
    (void)state;
    write_file(TEXT);
    int fd = begin();
    fill((const struct config *)&handover);
    assert_int_equal(handover_complete(fd, &handover), 0);
    assert_null(handover.setup.config);
    assert_int_equal(handover.setup.secrets[CONFIG_HOOKS_MAX - 1].len, 0);
    assert_int_equal(handover.setup.headers[CONFIG_HOOKS_MAX - 1].text[0], '\0');
    write_file("no configuration any more");
    for (int worker = 0; worker < 2; worker++) {
        assert_int_equal(handover_read(fd, &taken), 0);
        assert_int_equal(taken.supervisor, 17);
        assert_true(taken.root);
        assert_string_equal(taken.user.name, "someone");
        assert_int_equal(taken.user.uid, 12);
        assert_int_equal(taken.user.gid, 13);
        assert_null(taken.setup.config);
        assert_null(taken.setup.members[1]);
        assert_int_equal(taken.setup.policy.give_up_usec, 3);
        assert_int_equal(taken.setup.secrets[CONFIG_HOOKS_MAX - 1].len, 7);
        assert_memory_equal(taken.setup.secrets[CONFIG_HOOKS_MAX - 1].octets, "\0secret", 7);
        assert_string_equal(taken.setup.headers[CONFIG_HOOKS_MAX - 1].text, "A: secret");
        assert_string_equal(taken.setup.problems[1], "a problem");
        FILE *stream = handover_config(fd);
        assert_non_null(stream);
        assert_int_equal(config_parse(stream, path, &config, error, sizeof error), 0);
        fclose(stream);
        assert_string_equal(config->hooks[0].target, "http://127.0.0.1:1/");
        config_free(config);
    }
    close(fd);
}

static void test_immutable(void **state) {
    (void)state;
    write_file(TEXT);
    int fd = begin();
    fill(NULL);
    assert_int_equal(handover_read(fd, &taken), -EINVAL); /* not complete yet */
    assert_int_equal(handover_complete(fd, &handover), 0);
    assert_int_equal(pwrite(fd, "x", 1, 0), -1);
    assert_int_equal(errno, EPERM);
    assert_int_equal(ftruncate(fd, 0), -1);
    assert_int_equal(fcntl(fd, F_ADD_SEALS, 0), -1);
    assert_true(mmap(NULL, 1, PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
    close(fd);
}

/* Sealed, but of other content. */
static void test_other_files(void **state) {
    static const char octets[64] = "0.0.0-other";
    const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    (void)state;
    for (int whole = 0; whole < 2; whole++) {
        int fd = memfd_create("other", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        assert_int_equal(pwrite(fd, octets, sizeof octets, 0), sizeof octets);
        assert_return_code(ftruncate(fd, whole != 0 ? 1048576 : (off_t)sizeof octets), 0);
        assert_return_code(fcntl(fd, F_ADD_SEALS, seals), 0);
        assert_int_equal(handover_read(fd, &taken), -EINVAL);
        close(fd);
    }
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_int_equal(handover_read(fd, &taken), -EINVAL);
    close(fd);
}

static void test_bad_files(void **state) {
    static const struct {
        const char *path, *error;
    } cases[] = {
        {"/no/such/file", "/no/such/file:0: cannot be read: No such file or directory"},
        {"/dev/zero", "/dev/zero:0: cannot be read: File too large"},
        {"/tmp", "/tmp:0: cannot be read: Is a directory"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char error[512] = "";
        CHECK_INT(cases[i].path, handover_begin(cases[i].path, error, sizeof error), -1);
        CHECK_STRING(cases[i].path, error, cases[i].error);
    }
    write_file("");
    int fd = begin();
    FILE *stream = handover_config(fd);
    assert_int_equal(fgetc(stream), EOF);
    fclose(stream);
    close(fd);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_immutable),
        cmocka_unit_test(test_other_files),
        cmocka_unit_test(test_bad_files),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which scripts may be run. The directory is in a place where everything up to / belongs to root or
 * to the user of the test, because /tmp is writable by everyone and therefore refused.
 */
#include "hooks/script_check.h"

#include "unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char base[512];

static const char *at(const char *name) {
    static char path[768];
    snprintf(path, sizeof path, "%s/%s", base, name);
    return path;
}

static void make_file(const char *name, mode_t mode) {
    int fd = open(at(name), O_CREAT | O_WRONLY | O_CLOEXEC, 0700);
    assert_true(fd >= 0);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static void check(const char *name, const char *path, const char *why) {
    char error[1024] = "";
    bool good = script_check(path, geteuid(), error, sizeof error);
    CHECK_INT(name, good, why == NULL);
    CHECK(name, why == NULL || strstr(error, why) != NULL);
}

static void test_paths(void **state) {
    (void)state;
    make_file("good", 0755);
    make_file("not-executable", 0644);
    make_file("world-writable", 0757);
    make_file("group-writable", 0775);
    assert_int_equal(symlink(at("good"), "link.tmp"), 0);
    assert_int_equal(rename("link.tmp", at("link")), 0);
    assert_int_equal(mkdir(at("open"), 0777), 0);
    assert_int_equal(chmod(at("open"), 0777), 0);
    make_file("open/script", 0755);

    check("good", at("good"), NULL);
    check("not executable", at("not-executable"), "is not executable");
    check("writable by everyone", at("world-writable"), "is writable by users");
    check("writable by a group", at("group-writable"), "is writable by users");
    check("in a folder that others can write", at("open/script"), "/open: is writable by users");
    check("a link", at("link"), "is a symbolic link");
    check("a folder", base, "is not a regular file");
    check("a folder, named as one", at("good/"), "is not a directory");
    check("missing", at("none"), "No such file");
    check("below a file", at("good/x"), "is not a directory");
    check("relative", "bin/true", "is not an absolute path");
    check("empty", "", "is not an absolute path");
    check("below /tmp", "/tmp/script", "use a path elsewhere");
    check("the root", "/", "is a directory");
    check("extra slashes", at("//good"), NULL);
}

static void test_owner(void **state) {
    (void)state;
    if (geteuid() != 0) {
        SKIP("a file has another owner only where root says so");
    }
    make_file("foreign", 0755);
    assert_int_equal(chown(at("foreign"), 12345, 12345), 0);
    check("somebody else's", at("foreign"), "belongs neither to root nor to hooks_user");
    char error[256];
    assert_true(script_check(at("foreign"), 12345, error, sizeof error));
}

static void test_long_names(void **state) {
    (void)state;
    char path[512] = "/";
    memset(path + 1, 'x', 300);
    check("a component of 300", path, "has too long a name");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_owner),
        cmocka_unit_test(test_long_names),
    };
    const char *home = getenv("HOME");
    snprintf(base, sizeof base, "%s/hmq-script-check.XXXXXX",
             geteuid() == 0 || home == NULL ? "/var/lib" : home);
    umask(022);
    if (mkdtemp(base) == NULL || chmod(base, 0755) < 0) {
        return 1;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    static const char *const files[] = {"good",           "not-executable", "world-writable",
                                        "group-writable", "link",           "open/script",
                                        "foreign"};
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        unlink(at(files[i]));
    }
    rmdir(at("open"));
    rmdir(base);
    return failed;
}

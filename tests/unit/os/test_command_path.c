/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * In which folders root looks for programs. They are in a place where everything up to / belongs to
 * root, because /tmp is writable by everyone and therefore refused. What is wrong with a component
 * is unit.hooks.script_check's, too.
 */
#include "os/command_path.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_text.h"
#include "unit.h"

static char base[] = "/var/lib/hmq-command-path.XXXXXX";

/* Replaces each @ in value by the test's folder. Returns the check's message, "" if there is none.
 */
static const char *checked(const char *value) {
    static char error[512];
    char text[1024] = "\ncommand_path = ";
    size_t len = strlen(text);
    for (const char *p = value; *p != '\0'; p++) {
        const char *more = *p == '@' ? base : (const char[]){*p, '\0'};
        snprintf(text + len, sizeof text - len, "%s", more);
        len += strlen(more);
    }
    snprintf(text + len, sizeof text - len, "\n");
    struct config *config = good_config(value, text);
    bool good = command_path_check(config, error, sizeof error);
    if (good) {
        error[0] = '\0';
    }
    config_free(config);
    return error;
}

static void check(const char *value, const char *component, const char *why) {
    char expected[512] = "";
    if (why != NULL) {
        bool ours = component[0] == '@';
        snprintf(expected, sizeof expected, CONFIG_TEXT_PATH ":2: command_path: %s%s: %s",
                 ours ? base : "", component + ours, why);
    }
    CHECK_STRING(value, checked(value), expected);
}

static void make_folder(const char *name, mode_t mode) {
    assert_int_equal(mkdir(name, 0700), 0);
    assert_int_equal(chmod(name, mode), 0);
}

#define OPEN "is writable by users other than its owner; run chmod go-w on it"
#define OPEN_STICKY "is writable by users other than its owner; use a path elsewhere"

static void test_folders(void **state) {
    (void)state;
    make_folder("good", 0755);
    make_folder("private", 0700);
    make_folder("everyone", 0757);
    make_folder("group", 0775);
    make_folder("everyone/below", 0755);
    make_folder("foreign", 0755);
    assert_int_equal(chown("foreign", 12345, 0), 0);
    check("@/good", NULL, NULL);
    check("@/private/", NULL, NULL);
    check("/usr/sbin:@/good:/usr/bin", NULL, NULL);
    check("@/everyone", "@/everyone", OPEN);
    check("/usr/bin:@/group", "@/group", OPEN);
    check("@/good:@/everyone/below", "@/everyone", OPEN);
    check("@/foreign", "@/foreign", "does not belong to root");
    check("@/good:@/none", "@/none", "No such file or directory");
    check("@/none/sbin", "@/none", "No such file or directory");
    check("/usr/bin/env", "/usr/bin/env", "is not a directory");
    check("/tmp", "/tmp", OPEN_STICKY);
    check("/tmp/none", "/tmp", OPEN_STICKY);
}

static void test_links(void **state) {
    (void)state;
    assert_int_equal(symlink("good", "to-good"), 0);
    assert_int_equal(symlink("to-good/../good", "twice"), 0);
    assert_int_equal(symlink("everyone/below", "to-open"), 0);
    assert_int_equal(symlink("/tmp", "to-tmp"), 0);
    assert_int_equal(symlink("no-such", "dangling"), 0);
    assert_int_equal(symlink("loop", "loop"), 0);
    assert_int_equal(symlink("good", "foreign-link"), 0);
    assert_int_equal(lchown("foreign-link", 12345, 0), 0);
    check("@/to-good", NULL, NULL);
    check("@/twice/", NULL, NULL);
    check("@/to-open", "@/everyone", OPEN);
    check("@/to-tmp", "/tmp", OPEN_STICKY);
    check("@/dangling", "@/no-such", "No such file or directory");
    check("@/loop", "@/loop", "Too many levels of symbolic links");
    check("@/foreign-link", "@/foreign-link", "does not belong to root");
}

/* A machine need not have each of the default's folders, and no line is to blame for them. */
static void test_default(void **state) {
    (void)state;
    char error[512];
    struct config *config = good_config("default", "");
    assert_true(command_path_check(config, error, sizeof error));
    free(config->command_path);
    config->command_path = strdup("/no-such-folder:/usr/bin");
    assert_non_null(config->command_path);
    assert_true(command_path_check(config, error, sizeof error));
    free(config->command_path);
    config->command_path = strdup("/no-such-folder:/tmp");
    assert_non_null(config->command_path);
    assert_false(command_path_check(config, error, sizeof error));
    CHECK_STRING("default", error, CONFIG_TEXT_PATH ":0: command_path: /tmp: " OPEN_STICKY);
    config_free(config);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_folders),
        cmocka_unit_test(test_links),
        cmocka_unit_test(test_default),
    };
    static const char *const folders[] = {"good",  "private", "everyone/below",
                                          "group", "foreign", "everyone"};
    static const char *const links[] = {"to-good",  "twice", "to-open",     "to-tmp",
                                        "dangling", "loop",  "foreign-link"};
    if (geteuid() != 0) {
        return 77; /* only root has folders of root */
    }
    umask(022);
    if (mkdtemp(base) == NULL || chmod(base, 0755) < 0 || chdir(base) < 0) {
        return 1;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    for (size_t i = 0; i < COUNT_OF(links); i++) {
        unlink(links[i]);
    }
    for (size_t i = 0; i < COUNT_OF(folders); i++) {
        rmdir(folders[i]);
    }
    rmdir(base);
    return failed;
}

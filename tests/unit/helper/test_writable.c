/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the helper reports at its start about directories that it cannot write to: which errors it
 * finds, which it ignores, and that the text names the paths and the remedy.
 */
#include "helper/writable.h"

#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_text.h"

#define EDIT "; run `systemctl edit` for the helper's unit and add: [Service] ReadWritePaths="

static char folder[] = "/tmp/hmq-writable-XXXXXX";

/* Creates, below folder, a spool and a configuration that are writable, and both again on a
 * read-only file system. Returns false if mounting is not permitted. */
static bool build(void) {
    static const char *const names[] = {"good", "good/spool", "good/etc", "bad"};
    static const char *const inside[] = {"bad/spool", "bad/spool/hold", "bad/etc"};
    if (mkdtemp(folder) == NULL || chdir(folder) < 0) {
        return false;
    }
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        mkdir(names[i], 0755);
    }
    if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("tmpfs", "bad", "tmpfs", 0, "mode=755") < 0) {
        return false;
    }
    for (size_t i = 0; i < COUNT_OF(inside); i++) {
        mkdir(inside[i], 0755);
    }
    return mount("tmpfs", "bad", "tmpfs", MS_REMOUNT | MS_RDONLY, NULL) == 0;
}

static const struct {
    const char *name, *text; /* of the configuration */
    const char *etc, *spool; /* below folder; "" = not known */
    int error;
    const char *what; /* what will fail */
    bool names_spool, names_etc;
} cases[] = {
    {"all can be written", "", "good/etc", "good/spool", 0, "", false, false},
    {"nothing can be written", "", "bad/etc", "bad/spool", EROFS, "actions and changes of main.cf",
     true, true},
    {"the spool alone", "", "good/etc", "bad/spool", EROFS, "actions", true, false},
    {"main.cf alone", "", "bad/etc", "good/spool", EROFS, "changes of main.cf", false, true},
    {"a spool that is not known", "", "good/etc", "", 0, "", false, false},
    {"no such folders", "", "none/etc", "none/spool", 0, "", false, false},
    {"actions that leave the spool alone", "allow_actions = flush count\n", "good/etc", "bad/spool",
     0, "", false, false},
    {"no settings", "allow_settings = thresholds\n", "bad/etc", "good/spool", 0, "", false, false},
    {"in a container", "container = mail\n", "bad/etc", "bad/spool", 0, "", false, false},
};

static void test_cases(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[512] = "";
        char settings[256];
        char etc[128];
        char spool[128] = "";
        char expected[1024] = "";
        snprintf(etc, sizeof etc, "%s/%s", folder, cases[i].etc);
        if (cases[i].spool[0] != '\0') {
            snprintf(spool, sizeof spool, "%s/%s", folder, cases[i].spool);
        }
        snprintf(settings, sizeof settings, "%spostfix_config_directory = %s\n", cases[i].text,
                 etc);
        struct config *config = good_config(cases[i].name, settings);
        CHECK_INT(cases[i].name, writable_check(config, spool, text, sizeof text), cases[i].error);
        if (cases[i].error != 0) {
            bool both = cases[i].names_spool && cases[i].names_etc;
            const char *first = cases[i].names_spool ? spool : "";
            const char *second = cases[i].names_etc ? etc : "";
            snprintf(expected, sizeof expected,
                     "%s cannot write to %s%s%s (Read-only file system)" EDIT "%s%s%s",
                     cases[i].what, first, both ? " and " : "", second, first, both ? " " : "",
                     second);
        }
        CHECK_STRING(cases[i].name, text, expected);
        config_free(config);
    }
}

/* Whatever is writable, postsuper insists on root. */
static void test_without_root(void **state) {
    (void)state;
    char text[128] = "";
    struct config *acting = good_config("acting", "allow_settings =\n");
    struct config *reading = good_config("reading", "allow_actions = count\nallow_settings =\n");
    assert_int_equal(seteuid(65534), 0);
    CHECK_INT("acting", writable_check(acting, "/tmp", text, sizeof text), EPERM);
    CHECK_STRING("acting", text, "not root: postsuper refuses all actions that change the queue");
    CHECK_INT("reading", writable_check(reading, "/tmp", text, sizeof text), 0);
    CHECK_INT("no spool", writable_check(acting, "", text, sizeof text), 0);
    assert_int_equal(seteuid(0), 0);
    config_free(acting);
    config_free(reading);
}

/* A text that does not fit is truncated. */
static void test_cut(void **state) {
    (void)state;
    char settings[256];
    char text[40];
    snprintf(settings, sizeof settings, "postfix_config_directory = %s/bad/etc\n", folder);
    struct config *config = good_config("cut", settings);
    CHECK_INT("cut", writable_check(config, "", text, sizeof text), EROFS);
    CHECK_INT("cut", strlen(text), sizeof text - 1);
    config_free(config);
}

static int remove_all(void **state) {
    (void)state;
    static const char *const names[] = {"good/spool", "good/etc", "good", "bad", "."};
    umount("bad");
    for (size_t i = 0; i < COUNT_OF(names) - 1; i++) {
        rmdir(names[i]);
    }
    return rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases),
                                       cmocka_unit_test(test_without_root),
                                       cmocka_unit_test(test_cut)};
    if (!build()) {
        puts("SKIP: a file system cannot be mounted here");
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, remove_all);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Users and rights: which users a process may become, that root cannot be had back, and what the
 * environment and the limits are afterwards. What needs root is left out without it.
 */
#include "os/environment.h"
#include "os/identity.h"
#include "os/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config_text.h"
#include "unit.h"

extern char **environ;

static const struct {
    const char *name;
    enum identity_result expected;
    const char *error;
} users[] = {
    {"nobody", IDENTITY_FOUND, ""},
    {"root", IDENTITY_PRIVILEGED, CONFIG_TEXT_PATH ":1: user: not an unprivileged user: \"root\""},
    {"no-such-user-here", IDENTITY_UNKNOWN,
     CONFIG_TEXT_PATH ":1: user: no such user on this machine: \"no-such-user-here\""},
};

static void test_find(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(users); i++) {
        struct identity found = {.uid = 0};
        const char *name = users[i].name;
        char text[128];
        char error[512] = "";
        snprintf(text, sizeof text, "user = %s\n", name);
        struct config *config = good_config(name, text);
        CHECK_INT(name, identity_find(name, &found), users[i].expected);
        CHECK(name, (found.uid != 0) == (users[i].expected == IDENTITY_FOUND));
        CHECK_STRING(name, found.name, users[i].expected == IDENTITY_FOUND ? name : "");
        CHECK_INT(name,
                  identity_find_key(config, "user", config->user, &found, error, sizeof error),
                  users[i].expected == IDENTITY_FOUND);
        CHECK_STRING(name, error, users[i].error);
        config_free(config);
    }
}

/* Runs check in a child, whose rights it may change, and returns what that returns. */
static int in_child(int (*check)(void)) {
    int status;
    pid_t child = fork();
    if (child == 0) {
        _exit(check());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* Returns the number of the first thing that is wrong. */
static int drop_to_nobody(void) {
    struct identity user;
    uid_t uid[3];
    gid_t gid[3];
    gid_t groups[NGROUPS_MAX];
    if (identity_find("nobody", &user) != IDENTITY_FOUND || identity_drop_root(&user) != 0) {
        return 1;
    }
    if (getresuid(&uid[0], &uid[1], &uid[2]) < 0 || uid[0] != user.uid || uid[1] != user.uid ||
        uid[2] != user.uid) {
        return 2;
    }
    if (getresgid(&gid[0], &gid[1], &gid[2]) < 0 || gid[0] != user.gid || gid[1] != user.gid ||
        gid[2] != user.gid) {
        return 3;
    }
    int count = getgroups(NGROUPS_MAX, groups);
    for (int i = 0; i < count; i++) {
        if (groups[i] == 0) {
            return 4;
        }
    }
    return count < 1 || setuid(0) == 0 ? 5 : 0;
}

static int drop_to_root(void) {
    const struct identity root = {.name = "root"};
    return identity_drop_root(&root) == -EPERM ? 0 : 1;
}

static int drop_twice(void) {
    struct identity user = {.name = "nobody", .uid = 12345, .gid = 12345};
    struct identity other = {.name = "nobody", .uid = 12346, .gid = 12346};
    return identity_drop_root(&user) == 0 && identity_drop_root(&other) == -EPERM ? 0 : 1;
}

static void test_drop_root(void **state) {
    (void)state;
    assert_int_equal(in_child(drop_to_root), 0);
    if (geteuid() != 0) {
        SKIP("only root can become someone else");
    }
    assert_int_equal(in_child(drop_to_nobody), 0);
    assert_int_equal(in_child(drop_twice), 0);
}

static char secret[] = "/tmp/hmq-identity.XXXXXX";

static int cat_secret(void) {
    execlp("cat", "cat", secret, (char *)NULL);
    return 9;
}

/* It may read what is root's, also in the programs that it starts, and nothing more. */
static int become_reader(void) {
    struct identity user;
    int status;
    if (identity_find("nobody", &user) != IDENTITY_FOUND || identity_become_reader(&user) != 0) {
        return 1;
    }
    if (getuid() != user.uid || geteuid() != user.uid || setuid(0) == 0) {
        return 2;
    }
    if (open(secret, O_RDONLY | O_CLOEXEC) < 0) {
        return 3;
    }
    if (open(secret, O_WRONLY | O_CLOEXEC) >= 0 || unlink(secret) == 0 ||
        chown(secret, 1, 1) == 0) {
        return 4;
    }
    pid_t child = fork();
    if (child == 0) {
        _exit(cat_secret());
    }
    return waitpid(child, &status, 0) == child && status == 0 ? 0 : 5;
}

static void test_become_reader(void **state) {
    (void)state;
    if (geteuid() != 0) {
        SKIP("only root can become someone else");
    }
    int fd = mkstemp(secret);
    assert_true(fd >= 0);
    close(fd);
    int result = in_child(become_reader);
    unlink(secret);
    assert_int_equal(result, 0);
}

static int harden(void) {
    struct rlimit core = {1, 1};
    if (process_harden() != 0) {
        return 1;
    }
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 && getrlimit(RLIMIT_CORE, &core) == 0 &&
                   core.rlim_cur == 0 && core.rlim_max == 0
               ? 0
               : 2;
}

static void test_harden(void **state) {
    (void)state;
    assert_int_equal(in_child(harden), 0);
}

static int clean(void) {
    size_t count = 0;
    setenv("MAIL_CONFIG", "/elsewhere", 1);
    setenv("https_proxy", "http://127.0.0.1:1", 1);
    setenv("PATH", "/tmp", 1);
    if (environment_clean("/opt/sbin:/bin", "C.UTF-8") != 0) {
        return 1;
    }
    while (environ[count] != NULL) {
        count++;
    }
    const char *path = getenv("PATH");
    const char *locale = getenv("LC_ALL");
    return count == 2 && path != NULL && strcmp(path, "/opt/sbin:/bin") == 0 && locale != NULL &&
                   strcmp(locale, "C.UTF-8") == 0
               ? 0
               : 2;
}

static void test_environment(void **state) {
    (void)state;
    assert_int_equal(in_child(clean), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),          cmocka_unit_test(test_drop_root),
        cmocka_unit_test(test_become_reader), cmocka_unit_test(test_harden),
        cmocka_unit_test(test_environment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

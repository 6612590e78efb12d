/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which files a confined process can no longer change, each in a process of its own, and what it
 * still can; and that a kernel without Landlock leaves it as it was.
 */
#include "os/confine_files.h"

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/hmq-confine.XXXXXX";
static int open_before = -1;

/* Each: 0, or the errno value with which it fails. */
static int as_error(int result) {
    return result < 0 ? errno : 0;
}

static int make_file(void) {
    return as_error(open("new", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

static int make_folder(void) {
    return as_error(mkdir("new", 0700));
}

static int make_link(void) {
    return as_error(symlink("file", "new"));
}

static int make_socket(void) {
    const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "new"};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return as_error(bind(fd, (const struct sockaddr *)&address, sizeof address));
}

static int write_file(void) {
    return as_error(open("file", O_WRONLY | O_APPEND | O_CLOEXEC));
}

static int truncate_file(void) {
    return as_error(truncate("file", 0));
}

static int rename_file(void) {
    return as_error(rename("file", "new"));
}

static int move_file(void) {
    return as_error(rename("file", "inside/new"));
}

static int remove_file(void) {
    return as_error(unlink("file"));
}

static int remove_folder(void) {
    return as_error(rmdir("inside"));
}

static int write_by_program(void) {
    int status;
    pid_t child = fork();
    if (child == 0) {
        execl("/bin/sh", "sh", "-c", "! echo x 2>/dev/null >new", (char *)NULL);
        _exit(9);
    }
    return waitpid(child, &status, 0) == child && status == 0 ? EACCES : 0;
}

static int read_file(void) {
    return as_error(open("file", O_RDONLY | O_CLOEXEC));
}

static int write_to_descriptor(void) {
    return as_error((int)write(open_before, "x", 1));
}

static int write_to_device(void) {
    return as_error(open("/dev/null", O_RDWR | O_CLOEXEC));
}

static int write_to_memory(void) {
    int fd = memfd_create("x", MFD_CLOEXEC);
    return fd < 0 || write(fd, "x", 1) != 1 || ftruncate(fd, 0) < 0 ? errno : 0;
}

static const struct {
    const char *name;
    int (*try)(void);
    int expected; /* errno value, or 0 */
} cases[] = {
    {"a new file", make_file, EACCES},
    {"a new folder", make_folder, EACCES},
    {"a new link", make_link, EACCES},
    {"a new socket", make_socket, EACCES},
    {"writing", write_file, EACCES},
    {"renaming", rename_file, EACCES},
    {"moving", move_file, EACCES},
    {"removing", remove_file, EACCES},
    {"removing a folder", remove_folder, EACCES},
    {"writing by a program", write_by_program, EACCES},
    {"reading", read_file, 0},
    {"what was open before", write_to_descriptor, 0},
    {"a device", write_to_device, 0},
    {"memory", write_to_memory, 0},
};

/* What a kernel answers that does not have the calls: none of its numbers is known to it. */
static void without_landlock(void) {
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_landlock_create_ruleset, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {.len = COUNT_OF(filter), .filter = filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0) {
        _exit(9);
    }
}

/* The result in a process of its own. */
static int in_child(int (*try)(void)) {
    pid_t child = fork();
    int status;
    if (child == 0) {
        _exit(try());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int (*tried)(void);

static int try_confined(void) {
    return confine_files() == 0 ? tried() : 255;
}

static int confined(int (*try)(void)) {
    tried = try;
    return in_child(try_confined);
}

static long landlock_version(void) {
    return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

static void test_cases(void **state) {
    (void)state;
    if (landlock_version() < 0) {
        printf("SKIP: this kernel has no landlock(7)\n");
        return;
    }
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CHECK_INT(cases[i].name, confined(cases[i].try), cases[i].expected);
    }
    /* Version 2, of Debian 12, does not know it. */
    CHECK_INT("truncating", confined(truncate_file), landlock_version() >= 3 ? EACCES : 0);
}

static int go_on_without(void) {
    without_landlock();
    return confine_files() == -ENOSYS && make_file() == 0 && unlink("new") == 0 ? 0 : 1;
}

static void test_without_landlock(void **state) {
    (void)state;
    assert_int_equal(in_child(go_on_without), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_without_landlock),
    };
    if (mkdtemp(folder) == NULL || chdir(folder) < 0 || mkdir("inside", 0700) < 0 ||
        (open_before = open("file", O_WRONLY | O_CREAT | O_CLOEXEC, 0600)) < 0) {
        return 1;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    close(open_before);
    unlink("file");
    rmdir("inside");
    rmdir(folder);
    return failed;
}

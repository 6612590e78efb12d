/* SPDX-License-Identifier: BSD-3-Clause */
#include "os/confine.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined __x86_64__
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined __riscv && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#elif defined __powerpc64__ && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCHITECTURE AUDIT_ARCH_PPC64LE
#else
#define ARCHITECTURE 0
#endif

/* Numbers from here on are those of x32 on x86_64, another way to the same calls; no other
 * architecture has any. */
#define FOREIGN_CALLS 0x40000000U

#define LOAD(member) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
/* Goes on if the value is equal, or else after so many instructions. */
#define UNLESS_EQUAL(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (skip))
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, (action))
#define DENY RETURN(SECCOMP_RET_ERRNO | EPERM)
#define DENY_CALL(number) UNLESS_EQUAL(number, 1), DENY

int confine(bool network) {
    struct sock_filter filter[] = {
        LOAD(arch),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
        DENY,
        LOAD(nr),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FOREIGN_CALLS, 0, 1),
        DENY,
        DENY_CALL(SYS_execve),
        DENY_CALL(SYS_execveat),
        DENY_CALL(SYS_io_uring_setup),
        /* No call has the other number. */
        UNLESS_EQUAL(network ? UINT32_MAX : (uint32_t)SYS_socket, 3),
        LOAD(args[0]), /* the lower half, on these machines; a family is an int */
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 1, 0),
        DENY,
        RETURN(SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {.len = sizeof filter / sizeof filter[0], .filter = filter};
    if (ARCHITECTURE == 0) {
        return -ENOTSUP;
    }
    /* Without it, only root may filter its own calls. */
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0) {
        return -errno;
    }
    return 0;
}

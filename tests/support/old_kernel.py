#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""old_kernel.py COMMAND...: runs it as root where no process can confine itself, as on a kernel
without landlock(7) and seccomp(2): the first call of the one is unknown, and the other is refused
as an invalid argument of prctl(2)."""

import ctypes
import os
import platform
import struct
import sys

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
PRCTL = {"x86_64": 157, "aarch64": 167, "riscv64": 167, "ppc64le": 171}
CREATE_RULESET = 444
ENOSYS, EINVAL = 38, 22
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, ERROR = 0x7FFF0000, 0x00050000
NUMBER, FIRST_ARGUMENT = 0, 16

code = (
    (LOAD, 0, 0, NUMBER),
    (EQUAL, 0, 1, CREATE_RULESET),
    (RETURN, 0, 0, ERROR | ENOSYS),
    (EQUAL, 0, 3, PRCTL[platform.machine()]),
    (LOAD, 0, 0, FIRST_ARGUMENT),
    (EQUAL, 0, 1, PR_SET_SECCOMP),
    (RETURN, 0, 0, ERROR | EINVAL),
    (RETURN, 0, 0, ALLOW),
)
octets = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *line) for line in code))
program = ctypes.create_string_buffer(struct.pack("@HP", len(code), ctypes.addressof(octets)))
libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program) < 0:
    sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")
os.execvp(sys.argv[1], sys.argv[1:])

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a process that changes no file gives up by itself; see os/confine.h.
 */
#ifndef HMQ_OS_CONFINE_FILES_H
#define HMQ_OS_CONFINE_FILES_H

/*
 * Takes from the calling thread, the threads and processes that it starts, and their programs for
 * good (landlock(7)): to create, remove, rename and truncate files, to open them for writing, and
 * any gain of privileges. Devices below /dev, such as terminals, stay open to it, and so does each
 * descriptor that it has. Modes, owners and times are not covered. Such a call fails with EACCES.
 * Returns 0 or a negative errno value, after which nothing or only the gain of privileges is taken:
 * -ENOSYS or -EOPNOTSUPP from a kernel without Landlock.
 */
int confine_files(void);

#endif

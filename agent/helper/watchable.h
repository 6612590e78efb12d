/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether inotify(7) sees every change on a file system. It sees those that are made through this
 * kernel's mount only, not those of other machines, or of the server behind FUSE.
 */
#ifndef HMQ_HELPER_WATCHABLE_H
#define HMQ_HELPER_WATCHABLE_H

#include <stdbool.h>

/* fd: anything on the file system. Returns false, too, if its kind cannot be determined. */
bool watchable(int fd);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
#include "helper/watchable.h"

#include <linux/magic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/vfs.h>

/* From statfs(2); without a name where linux/magic.h of older kernels has none. */
static const uint32_t shared[] = {
    AFS_FS_MAGIC,      AFS_SUPER_MAGIC, CODA_SUPER_MAGIC, NCP_SUPER_MAGIC, NFS_SUPER_MAGIC,
    OCFS2_SUPER_MAGIC, SMB_SUPER_MAGIC, V9FS_MAGIC,       0xFF534D42, /* CIFS */
    0xFE534D42,                                                       /* SMB2 */
    0x00C36400,                                                       /* Ceph */
    0x65735546,                                                       /* FUSE, and virtiofs */
    0x01161970,                                                       /* GFS2 */
    0x0BD00BD0,                                                       /* Lustre */
    0x47504653,                                                       /* GPFS */
    0x786F4256,                                                       /* vboxsf */
};

bool watchable(int fd) {
    struct statfs fs;
    if (fstatfs(fd, &fs) < 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof shared / sizeof shared[0]; i++) {
        if ((uint32_t)fs.f_type == shared[i]) {
            return false;
        }
    }
    return true;
}

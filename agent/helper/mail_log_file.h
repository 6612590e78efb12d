/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Follows a log file over its rotations.
 *
 * A file that is renamed is read to its end, and as long as the new one is empty, because programs
 * go on writing to the old one until they are told to open the new one. A file that is truncated or
 * overwritten in place (copytruncate) is read from its beginning again. That is recognized by the
 * octets before the position, not by the size alone: the file may have grown beyond it meanwhile.
 * By the same octets a file that comes back is known as the one it was. A process that goes on for
 * another one also looks for a file that has been renamed in between.
 *
 * Only a regular file is read, and never through a symbolic link in its last component: whoever
 * can write to the log's directory would choose what root reads.
 */
#ifndef HMQ_HELPER_MAIL_LOG_FILE_H
#define HMQ_HELPER_MAIL_LOG_FILE_H

#include "helper/mail_log_output.h"

/*
 * Follows the file of output->place, from a position in it or, if that is none or of another file,
 * from its end; a file that does not exist yet is read from its beginning when it is made. Never
 * returns.
 */
_Noreturn void mail_log_follow_file(struct mail_log_output *output,
                                    const struct mail_log_position *from);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Follows the journal by journalctl(1), restricted to the facility that Postfix logs to. The
 * journal's own remark that it dropped messages of a service is included.
 */
#ifndef HMQ_HELPER_MAIL_LOG_JOURNAL_H
#define HMQ_HELPER_MAIL_LOG_JOURNAL_H

#include "helper/mail_log_output.h"

/*
 * Passes on what journalctl prints: from the time of a position in the journal, that time included,
 * or else from the end. Never returns; the process exits with 1 if the journal cannot be read or
 * journalctl ends.
 */
_Noreturn void mail_log_follow_journal(struct mail_log_output *output,
                                       const struct mail_log_position *from);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * In words: why the SNMP master agent cannot be used, and what to do about it.
 */
#ifndef HMQ_IO_MASTER_WORDS_H
#define HMQ_IO_MASTER_WORDS_H

#include "core/config.h"
#include "core/master.h"

#define MASTER_REASON_SIZE 384
#define MASTER_ADVICE_SIZE 256

struct master_words {
    char reason[MASTER_REASON_SIZE]; /* for the log and the status line */
    char advice[MASTER_ADVICE_SIZE]; /* for the log */
};

/*
 * Describes a trouble other than MASTER_GOOD. For a socket it looks at the owner and the mode of
 * what denies access, and for MASTER_OCCUPIED at the processes of this machine. Reads files only
 * (names of users and groups come from /etc), so that it is quick.
 */
void master_words_make(struct master_words *words, const struct master_trouble *trouble,
                       const struct config *config);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Explains in words why the SNMP master agent cannot be used, and what to do about it.
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
 * Describes any trouble except MASTER_GOOD. If access to a socket is denied, it examines the owner
 * and mode of the file or directory concerned; for MASTER_OCCUPIED, it examines the processes of
 * this machine. It reads only files, including those in /etc for the names of users and groups, so
 * it is quick.
 */
void master_words_make(struct master_words *words, const struct master_trouble *trouble,
                       const struct config *config);

#endif

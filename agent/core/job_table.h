/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rows of hmqActionTable, in the order of their index: owner (length first, RFC 2578, 7.7),
 * command, id.
 */
#ifndef HMQ_CORE_JOB_TABLE_H
#define HMQ_CORE_JOB_TABLE_H

#include "core/job.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The sub-identifiers of a key: the owner's length and octets, the command, the id. */
#define JOB_KEY_SUBIDS (JOB_OWNER_MAX + 3)

/* Zeroed before use. The table owns its jobs. */
struct job_table {
    struct job **jobs;
    size_t count, capacity;
    uint64_t next_order, next_end;
    size_t octets;           /* job_memory of the finished ones */
    uint32_t finished_total; /* hmqActionsFinished */
    uint32_t failed_total;   /* hmqActionsFailed: finished failed, refused or interrupted */
};

struct job_retention {
    size_t rows;   /* finished rows that stay */
    size_t octets; /* and their memory together */
    int64_t age_s;
};

void job_table_deinit(struct job_table *table);

/* Adds a job (consumed) under a key that is not in the table. False without memory (not consumed).
 */
bool job_table_add(struct job_table *table, struct job *job);

/* Takes a job out and frees it. */
void job_table_remove(struct job_table *table, const struct job_key *key);

/* Takes a job out without freeing it. */
void job_table_release(struct job_table *table, const struct job_key *key);

struct job *job_table_find(const struct job_table *table, const struct job_key *key);

/* To be called when a job of the table has come to its end; now: by a time that is believed
 * (core/plausible_time.h), 0 = not known. */
void job_table_finished(struct job_table *table, struct job *job, int64_t now);

/* The finished job that is to leave by the limits: the one that ended before all others, or NULL
 * when all may stay. now: as above; 0 = none is too old. */
const struct job *job_table_surplus(const struct job_table *table,
                                    const struct job_retention *retention, int64_t now);

/* Jobs that are queued or running. */
size_t job_table_unfinished(const struct job_table *table);

/* An id for a new row of owner and command: one more than the greatest, or the first free one. */
uint32_t job_table_free_id(const struct job_table *table, const char *owner,
                           enum action_command command);

/*
 * The first job whose key is after the count sub-identifiers at index, or at them when inclusive.
 * They may be anything. Returns its position or table->count.
 */
size_t job_table_search(const struct job_table *table, const uint32_t *index, size_t count,
                        bool inclusive);

/* Writes the key's sub-identifiers and returns their number. */
size_t job_key_write(const struct job_key *key, uint32_t index[JOB_KEY_SUBIDS]);

/*
 * Reads a key that the count sub-identifiers begin with; *used is how many it took.
 * Returns false for what can be no key: sub-identifiers above 255 in the owner, an owner that is
 * no UTF-8 or too long, an unknown command, the id 0, or too few.
 */
bool job_key_read(const uint32_t *index, size_t count, struct job_key *key, size_t *used);

#endif

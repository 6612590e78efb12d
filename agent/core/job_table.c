/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/job_table.h"

#include "core/text.h"

#include <stdlib.h>
#include <string.h>

void job_table_deinit(struct job_table *table) {
    for (size_t i = 0; i < table->count; i++) {
        job_free(table->jobs[i]);
    }
    free(table->jobs);
    *table = (struct job_table){0};
}

size_t job_key_write(const struct job_key *key, uint32_t index[JOB_KEY_SUBIDS]) {
    size_t len = strlen(key->owner);
    index[0] = (uint32_t)len;
    for (size_t i = 0; i < len; i++) {
        index[i + 1] = (unsigned char)key->owner[i];
    }
    index[len + 1] = (uint32_t)key->command;
    index[len + 2] = key->id;
    return len + 3;
}

bool job_key_read(const uint32_t *index, size_t count, struct job_key *key, size_t *used) {
    if (count == 0 || index[0] > JOB_OWNER_MAX || count < (size_t)index[0] + 3) {
        return false;
    }
    size_t len = index[0];
    struct job_key read = {.command = (enum action_command)0};
    for (size_t i = 0; i < len; i++) {
        if (index[i + 1] == 0 || index[i + 1] > UINT8_MAX) {
            return false;
        }
        read.owner[i] = (char)(unsigned char)index[i + 1];
    }
    uint32_t command = index[len + 1];
    read.id = index[len + 2];
    if (!text_is_safe(read.owner, len) || command < ACTION_HOLD || command > ACTION_COUNT ||
        read.id == 0) {
        return false;
    }
    read.command = (enum action_command)command;
    *key = read;
    *used = len + 3;
    return true;
}

/* Compares a key with sub-identifiers in the order of object identifiers. */
static int compare_index(const struct job_key *key, const uint32_t *index, size_t count) {
    uint32_t own[JOB_KEY_SUBIDS];
    size_t len = job_key_write(key, own);
    for (size_t i = 0; i < count; i++) {
        if (i == len) {
            return -1;
        }
        if (own[i] != index[i]) {
            return own[i] < index[i] ? -1 : 1;
        }
    }
    return len == count ? 0 : 1;
}

size_t job_table_search(const struct job_table *table, const uint32_t *index, size_t count,
                        bool inclusive) {
    size_t low = 0;
    size_t high = table->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare_index(&table->jobs[middle]->key, index, count);
        if (order < 0 || (order == 0 && !inclusive)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static size_t position(const struct job_table *table, const struct job_key *key, bool *found) {
    uint32_t index[JOB_KEY_SUBIDS];
    size_t len = job_key_write(key, index);
    size_t at = job_table_search(table, index, len, true);
    *found = at < table->count && compare_index(&table->jobs[at]->key, index, len) == 0;
    return at;
}

bool job_table_add(struct job_table *table, struct job *job) {
    bool found;
    if (!job_index_output(job)) {
        return false;
    }
    if (table->count == table->capacity) {
        size_t capacity = table->capacity == 0 ? 64 : 2 * table->capacity;
        struct job **jobs = realloc(table->jobs, capacity * sizeof(struct job *));
        if (jobs == NULL) {
            return false;
        }
        table->jobs = jobs;
        table->capacity = capacity;
    }
    size_t at = position(table, &job->key, &found);
    memmove(&table->jobs[at + 1], &table->jobs[at], (table->count - at) * sizeof(struct job *));
    table->jobs[at] = job;
    table->count++;
    job->order = table->next_order++;
    if (job_is_finished(job->state)) {
        table->octets += job_memory(job);
        job->end_order = ++table->next_end;
    }
    return true;
}

static struct job *take_out(struct job_table *table, const struct job_key *key) {
    bool found;
    size_t at = position(table, key, &found);
    if (!found) {
        return NULL;
    }
    struct job *job = table->jobs[at];
    if (job_is_finished(job->state)) {
        table->octets -= job_memory(job);
    }
    table->count--;
    memmove(&table->jobs[at], &table->jobs[at + 1], (table->count - at) * sizeof(struct job *));
    return job;
}

void job_table_remove(struct job_table *table, const struct job_key *key) {
    job_free(take_out(table, key));
}

void job_table_release(struct job_table *table, const struct job_key *key) {
    take_out(table, key);
}

struct job *job_table_find(const struct job_table *table, const struct job_key *key) {
    bool found;
    size_t at = position(table, key, &found);
    return found ? table->jobs[at] : NULL;
}

void job_table_finished(struct job_table *table, struct job *job, int64_t now) {
    job->end_order = ++table->next_end;
    job->aged_from = now;
    table->octets += job_memory(job);
    table->finished_total++;
    if (job->state != JOB_DONE && job->state != JOB_PARTIAL && job->state != JOB_CANCELLED) {
        table->failed_total++;
    }
}

const struct job *job_table_surplus(const struct job_table *table,
                                    const struct job_retention *retention, int64_t now) {
    const struct job *oldest = NULL;
    size_t finished = 0;
    for (size_t i = 0; i < table->count; i++) {
        const struct job *job = table->jobs[i];
        if (!job_is_finished(job->state)) {
            continue;
        }
        finished++;
        if (oldest == NULL || job->end_order < oldest->end_order) {
            oldest = job;
        }
    }
    if (oldest == NULL) {
        return NULL;
    }
    /* The one that has just ended stays whatever its size: its manager is waiting for it. */
    bool too_much =
        finished > retention->rows || (finished > 1 && table->octets > retention->octets);
    bool too_old = now != 0 && oldest->aged_from != 0 && now - oldest->aged_from > retention->age_s;
    return too_much || too_old ? oldest : NULL;
}

size_t job_table_unfinished(const struct job_table *table) {
    size_t count = 0;
    for (size_t i = 0; i < table->count; i++) {
        count += !job_is_finished(table->jobs[i]->state);
    }
    return count;
}

uint32_t job_table_free_id(const struct job_table *table, const char *owner,
                           enum action_command command) {
    uint32_t greatest = 0;
    uint32_t first_free = 1;
    /* In the order of ids: rows of one owner and command stand together. */
    for (size_t i = 0; i < table->count; i++) {
        const struct job_key *key = &table->jobs[i]->key;
        if (key->command == command && strcmp(key->owner, owner) == 0) {
            greatest = key->id;
            first_free = key->id == first_free ? first_free + 1 : first_free;
        }
    }
    return greatest < INT32_MAX ? greatest + 1 : first_free;
}

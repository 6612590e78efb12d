/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/hash_set.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY ((size_t)32)
#define CAPACITY_MAX (HASH_SET_MAX / 3 * 4)

/* Limits the cost of texts that were chosen so that their hashes are adjacent. It is three times
 * what ordinary texts need in a full set. */
#define PROBES_MAX ((size_t)1024)

static uint64_t mix(uint64_t hash, const char *text, size_t len) {
    uint64_t word = 0;
    memcpy(&word, text, len);
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

/* Hashes eight octets at a time, in two chains that a processor can follow at once, and then
 * applies the finalizer of MurmurHash3, which makes the low bits depend on all octets. */
uint64_t hash_text(const char *text, size_t len) {
    uint64_t hash = UINT64_C(14695981039346656037) ^ len;
    uint64_t other = UINT64_C(0x9ae16a3b2f90404f);
    size_t at = 0;
    for (; len - at >= 2 * sizeof hash; at += 2 * sizeof hash) {
        hash = mix(hash, text + at, sizeof hash);
        other = mix(other, text + at + sizeof hash, sizeof hash);
    }
    if (len - at > sizeof hash) {
        other = mix(other, text + at, sizeof hash);
        at += sizeof hash;
    }
    hash = mix(hash, text + at, len - at);
    hash ^= other << 32 | other >> 32;
    hash = (hash ^ hash >> 33) * UINT64_C(0xff51afd7ed558ccd);
    hash = (hash ^ hash >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    hash ^= hash >> 33;
    return hash != 0 ? hash : 1;
}

/* The slot of the hash, or the free one for it; NULL if neither is within PROBES_MAX. */
static uint64_t *find_slot(const struct hash_set *set, uint64_t hash) {
    size_t at = (size_t)hash & (set->capacity - 1);
    for (size_t probe = 0; probe < PROBES_MAX && probe < set->capacity; probe++) {
        if (set->slots[at] == 0 || set->slots[at] == hash) {
            return &set->slots[at];
        }
        at = (at + 1) & (set->capacity - 1);
    }
    return NULL;
}

static size_t room(size_t capacity) {
    return capacity / 4 * 3;
}

/* Doubles the table while it may grow. If out of memory, the table remains as it is and fills up.
 */
static void make_room(struct hash_set *set) {
    if (set->used < room(set->capacity) || set->capacity == CAPACITY_MAX) {
        return;
    }
    struct hash_set grown = {.capacity = set->capacity == 0 ? FIRST_CAPACITY : 2 * set->capacity};
    grown.slots = calloc(grown.capacity, sizeof *grown.slots);
    if (grown.slots == NULL) {
        return;
    }
    for (size_t i = 0; i < set->capacity; i++) {
        uint64_t *slot = set->slots[i] != 0 ? find_slot(&grown, set->slots[i]) : NULL;
        if (slot != NULL) {
            *slot = set->slots[i];
            grown.used++;
        }
    }
    free(set->slots);
    *set = grown;
}

bool hash_set_add(struct hash_set *set, const char *text, size_t len) {
    uint64_t hash = hash_text(text, len);
    make_room(set);
    uint64_t *slot = set->capacity > 0 ? find_slot(set, hash) : NULL;
    if (slot != NULL && *slot == hash) {
        return false;
    }
    if (slot != NULL && set->used < room(set->capacity)) {
        *slot = hash;
        set->used++;
    }
    return true;
}

bool hash_set_has(const struct hash_set *set, const char *text, size_t len) {
    uint64_t hash = set->used > 0 ? hash_text(text, len) : 0;
    const uint64_t *slot = hash != 0 ? find_slot(set, hash) : NULL;
    return slot != NULL && *slot == hash;
}

void hash_set_clear(struct hash_set *set) {
    if (set->capacity > FIRST_CAPACITY) {
        hash_set_deinit(set);
    } else if (set->used > 0) {
        memset(set->slots, 0, set->capacity * sizeof *set->slots);
        set->used = 0;
    }
}

void hash_set_deinit(struct hash_set *set) {
    free(set->slots);
    *set = (struct hash_set){0};
}

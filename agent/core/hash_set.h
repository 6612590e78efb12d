/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which texts were met already, by their 64-bit hashes and in bounded memory: queue ids of one
 * listing, recipients of one message. Two different texts are taken for one with a probability of
 * less than 1 in 10^8 in a full set.
 */
#ifndef HMQ_CORE_HASH_SET_H
#define HMQ_CORE_HASH_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Texts that a set can hold: 2 MiB of hashes. */
#define HASH_SET_MAX ((size_t)196608)

/* Zeroed before use; hash_set_deinit frees. */
struct hash_set {
    uint64_t *slots; /* 0 = free */
    size_t capacity; /* a power of two */
    size_t used;
};

/* The hash of a text, never 0; its low bits depend on all octets. */
uint64_t hash_text(const char *text, size_t len);

/*
 * Adds a text. Returns false when it was there already. True also when that can no longer be told:
 * the set is full (or memory is short) and the text is not one of those it holds.
 */
bool hash_set_add(struct hash_set *set, const char *text, size_t len);

/* True when the set holds the text. */
bool hash_set_has(const struct hash_set *set, const char *text, size_t len);

/* Empties the set; what was allocated for many texts is given back. */
void hash_set_clear(struct hash_set *set);

void hash_set_deinit(struct hash_set *set);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Remembers which texts have occurred, by their 64-bit hashes and in bounded memory: the queue IDs
 * of one listing, or the recipients of one message. In a full set, the probability of taking two
 * different texts for the same is less than 1 in 10^8.
 */
#ifndef HMQ_CORE_HASH_SET_H
#define HMQ_CORE_HASH_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The number of texts that a set can hold, in 2 MiB of hashes. */
#define HASH_SET_MAX ((size_t)196608)

/* Zeroed before use; hash_set_deinit frees. */
struct hash_set {
    uint64_t *slots; /* 0 = free */
    size_t capacity; /* a power of two */
    size_t used;
};

/* The hash of a text, never 0. Its low bits depend on all octets. */
uint64_t hash_text(const char *text, size_t len);

/*
 * Adds a text. Returns false if the set already has it. Returns true otherwise, even if the text
 * could not be added because the set is full or memory is short.
 */
bool hash_set_add(struct hash_set *set, const char *text, size_t len);

/* True if the set has the text. */
bool hash_set_has(const struct hash_set *set, const char *text, size_t len);

/* Empties the set and frees the memory of a large one. */
void hash_set_clear(struct hash_set *set);

void hash_set_deinit(struct hash_set *set);

#endif

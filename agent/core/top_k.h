/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counts in how many rounds each of many texts occurs, within a fixed amount of memory, whatever
 * the texts are. A round is one message of a listing: a text that occurs in it several times counts
 * once.
 *
 * Counts are exact until there are more than `limit` different texts. Then the less frequent half
 * is dropped from time to time (the purging step of the Frequent Items sketch: D. Anderson et al.,
 * "A High-Performance Algorithm for Identifying Frequent Items in Data Streams", IMC 2017). From
 * then on each count is a lower bound that misses at most `lost` rounds, and every text that
 * occurred in more than `lost` rounds is there.
 */
#ifndef HMQ_CORE_TOP_K_H
#define HMQ_CORE_TOP_K_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* No position: a text for which there was no room or no memory. */
#define TOP_K_NONE UINT32_MAX

/* The longest text, in octets. */
#define TOP_K_TEXT_MAX 255

struct top_k_entry {
    uint64_t hash;
    uint64_t count; /* of rounds; a lower bound */
    uint64_t floor; /* count + floor is an upper bound */
    uint32_t text;  /* where it begins in texts */
    uint32_t id;    /* ascending with the position, never reused */
    uint32_t round; /* the last one in which it occurred */
    uint32_t next;  /* the text that was touched before it in that round, or TOP_K_NONE */
    uint16_t length;
};

/* Filled by top_k_init. The members may be read; positions are below count. */
struct top_k {
    size_t limit, payload_size;
    struct top_k_entry *entries;
    unsigned char *payloads;
    size_t count, capacity;
    uint32_t *slots; /* positions + 1 by hash, 0 = free */
    size_t slot_count;
    char *texts; /* of the entries, in their order, each with a NUL */
    size_t used, room;
    uint64_t lost; /* 0 = everything is exact */
    uint32_t next_id, round;
    uint32_t touched;     /* the text touched last in this round, or TOP_K_NONE */
    size_t settled;       /* entries that earlier rounds left */
    bool refused;         /* this round had a text for which there was no room */
    unsigned char *marks; /* a bitmap of hashes, to count different texts that are no longer here */
};

/* A table of at least limit texts, and payload_size octets (zeroed at first) with each. Nothing is
 * allocated yet. */
void top_k_init(struct top_k *table, size_t limit, size_t payload_size);
void top_k_deinit(struct top_k *table);

/*
 * The text (at most TOP_K_TEXT_MAX octets) occurs in this round. Returns its position, which is
 * valid until the round ends, or TOP_K_NONE.
 */
uint32_t top_k_touch(struct top_k *table, const char *text, size_t len);

/* As top_k_touch, for a text whose position and id were seen before. Returns false, and does
 * nothing, if it is no longer there. */
bool top_k_touch_at(struct top_k *table, uint32_t position, uint32_t id);

/*
 * Ends the round. If it counts, each text that was touched counts one more, and texts are dropped
 * if there are too many. Otherwise everything is as it was before the round. Before the call, the
 * positions of this round are those that begin with `touched` and go on with `next`.
 */
void top_k_end_round(struct top_k *table, bool counts);

/* The text at a position; and its payload. Valid until the next call that changes the table. */
const char *top_k_text(const struct top_k *table, uint32_t position);
void *top_k_payload(const struct top_k *table, uint32_t position);

/* The position of the text with this id, or TOP_K_NONE. */
uint32_t top_k_find_id(const struct top_k *table, uint32_t id);

/* How many different texts have occurred; a lower bound unless lost is 0. */
uint64_t top_k_distinct(struct top_k *table);

/*
 * Writes the positions of the most frequent texts to best, at most max of them: by count, then by
 * text. Returns how many there are.
 */
size_t top_k_best(const struct top_k *table, uint32_t *best, size_t max);

#endif

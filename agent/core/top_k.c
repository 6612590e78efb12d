/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Entries stand in the order in which their texts first occurred, and so do the texts themselves:
 * ids ascend with positions, and dropping entries moves the others down in one pass. Nothing moves
 * within a round, so that its positions stay valid; the slack above the limit is for the new texts
 * of one round, and what exceeds that is refused, which raises `lost` by one, since a text counts
 * once in a round. Running out of memory has the same effect and needs no error value.
 *
 * When texts are dropped, `lost` becomes the median of the upper bounds, and what is not above it
 * goes. A text that comes (again) later starts with that as its floor. Each purge takes at least
 * half of the entries, and so `lost` is at most twice the rounds divided by the limit, times the
 * texts per round.
 */
#include "core/top_k.h"

#include "core/hash_set.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY ((size_t)64)
#define FIRST_ROOM ((size_t)4096)
#define MARK_BITS ((size_t)1 << 20)

/* Limits the cost of texts that were chosen so that their hashes are adjacent. */
#define PROBES_MAX ((size_t)512)

void top_k_init(struct top_k *table, size_t limit, size_t payload_size) {
    *table = (struct top_k){
        .limit = limit, .payload_size = payload_size, .round = 1, .touched = TOP_K_NONE};
}

void top_k_deinit(struct top_k *table) {
    free(table->entries);
    free(table->payloads);
    free(table->slots);
    free(table->texts);
    free(table->marks);
    *table = (struct top_k){0};
}

static size_t capacity_max(const struct top_k *table) {
    return table->limit + table->limit / 4;
}

const char *top_k_text(const struct top_k *table, uint32_t position) {
    return table->texts + table->entries[position].text;
}

void *top_k_payload(const struct top_k *table, uint32_t position) {
    return table->payloads + position * table->payload_size;
}

/* The slot of the text, or the free one for it; NULL if neither is near. */
static uint32_t *find_slot(const struct top_k *table, uint64_t hash, const char *text, size_t len) {
    size_t at = (size_t)hash & (table->slot_count - 1);
    for (size_t probe = 0; probe < PROBES_MAX && probe < table->slot_count; probe++) {
        uint32_t *slot = &table->slots[at];
        const struct top_k_entry *entry = *slot != 0 ? &table->entries[*slot - 1] : NULL;
        if (entry == NULL || (entry->hash == hash && entry->length == len &&
                              memcmp(table->texts + entry->text, text, len) == 0)) {
            return slot;
        }
        at = (at + 1) & (table->slot_count - 1);
    }
    return NULL;
}

/* Enters all entries again. One that no longer finds a slot near its place stays without: it is
 * refused when it occurs again. */
static void fill_slots(struct top_k *table) {
    memset(table->slots, 0, table->slot_count * sizeof *table->slots);
    for (size_t i = 0; i < table->count; i++) {
        const struct top_k_entry *entry = &table->entries[i];
        uint32_t *slot = find_slot(table, entry->hash, table->texts + entry->text, entry->length);
        if (slot != NULL && *slot == 0) {
            *slot = (uint32_t)i + 1;
        }
    }
}

static bool grow_block(void **block, size_t count, size_t size) {
    void *grown = realloc(*block, count * size + 1);
    if (grown != NULL) {
        *block = grown;
    }
    return grown != NULL;
}

/* Makes room for one more entry. Returns false if there is none, or no memory. */
static bool grow_entries(struct top_k *table) {
    size_t capacity = table->capacity == 0 ? FIRST_CAPACITY : 2 * table->capacity;
    if (capacity > capacity_max(table)) {
        capacity = capacity_max(table);
    }
    if (table->count < table->capacity) {
        return true;
    }
    if (table->count == capacity) {
        return false;
    }
    size_t slots = 2 * FIRST_CAPACITY;
    while (slots < 2 * capacity) {
        slots *= 2;
    }
    void *entries = table->entries;
    void *payloads = table->payloads;
    uint32_t *index = malloc(slots * sizeof *index);
    bool grown = index != NULL && grow_block(&entries, capacity, sizeof *table->entries);
    grown = grown && grow_block(&payloads, capacity, table->payload_size);
    table->entries = entries;
    table->payloads = payloads;
    if (!grown) {
        free(index);
        return false;
    }
    free(table->slots);
    table->slots = index;
    table->slot_count = slots;
    table->capacity = capacity;
    fill_slots(table);
    return true;
}

static bool grow_texts(struct top_k *table, size_t len) {
    size_t room = table->room == 0 ? FIRST_ROOM : table->room;
    void *texts = table->texts;
    while (room < table->used + len + 1) {
        room *= 2;
    }
    bool grown = room == table->room || grow_block(&texts, room, 1);
    table->texts = texts;
    table->room = grown ? room : table->room;
    return grown;
}

/* Appends an entry and returns its position. There is room. */
static uint32_t append(struct top_k *table, uint64_t hash, const char *text, size_t len) {
    uint32_t position = (uint32_t)table->count++;
    table->entries[position] = (struct top_k_entry){.hash = hash,
                                                    .floor = table->lost,
                                                    .text = (uint32_t)table->used,
                                                    .id = table->next_id++,
                                                    .length = (uint16_t)len};
    memcpy(table->texts + table->used, text, len);
    table->texts[table->used + len] = '\0';
    table->used += len + 1;
    memset(table->payloads + position * table->payload_size, 0, table->payload_size);
    return position;
}

static void touch(struct top_k *table, uint32_t position) {
    struct top_k_entry *entry = &table->entries[position];
    if (entry->round != table->round) {
        entry->round = table->round;
        entry->next = table->touched;
        table->touched = position;
    }
}

uint32_t top_k_touch(struct top_k *table, const char *text, size_t len) {
    uint64_t hash = hash_text(text, len);
    uint32_t *slot = table->slot_count > 0 ? find_slot(table, hash, text, len) : NULL;
    if (slot != NULL && *slot != 0) {
        touch(table, *slot - 1);
        return *slot - 1;
    }
    if (grow_entries(table) && grow_texts(table, len)) {
        slot = find_slot(table, hash, text, len);
    } else {
        slot = NULL;
    }
    if (slot == NULL) {
        table->refused = true;
        return TOP_K_NONE;
    }
    uint32_t position = append(table, hash, text, len);
    *slot = position + 1;
    touch(table, position);
    return position;
}

bool top_k_touch_at(struct top_k *table, uint32_t position, uint32_t id) {
    if (position >= table->count || table->entries[position].id != id) {
        return false;
    }
    touch(table, position);
    return true;
}

uint32_t top_k_find_id(const struct top_k *table, uint32_t id) {
    size_t low = 0;
    size_t high = table->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (table->entries[middle].id < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < table->count && table->entries[low].id == id ? (uint32_t)low : TOP_K_NONE;
}

static void mark_all(struct top_k *table) {
    for (size_t i = 0; table->marks != NULL && i < table->count; i++) {
        size_t bit = (size_t)(table->entries[i].hash >> 32) % MARK_BITS;
        table->marks[bit / 8] |= (unsigned char)(1U << bit % 8);
    }
}

/* Two texts may share a mark, and so there are never more marks than texts. */
uint64_t top_k_distinct(struct top_k *table) {
    uint64_t marked = 0;
    mark_all(table);
    for (size_t i = 0; table->marks != NULL && i < MARK_BITS / 8; i++) {
        marked += (unsigned)__builtin_popcount(table->marks[i]);
    }
    return marked > table->count ? marked : table->count;
}

static int by_number(const void *a, const void *b) {
    uint64_t na = *(const uint64_t *)a;
    uint64_t nb = *(const uint64_t *)b;
    return (na > nb) - (na < nb);
}

static uint64_t upper_bound(const struct top_k_entry *entry) {
    return entry->count + entry->floor;
}

/* The median of the upper bounds; 0 if out of memory. */
static uint64_t median_bound(const struct top_k *table) {
    uint64_t *bounds = malloc(table->count * sizeof *bounds);
    uint64_t median = 0;
    if (bounds != NULL) {
        for (size_t i = 0; i < table->count; i++) {
            bounds[i] = upper_bound(&table->entries[i]);
        }
        qsort(bounds, table->count, sizeof *bounds, by_number);
        median = bounds[table->count / 2];
    }
    free(bounds);
    return median;
}

/* Moves an entry down, with its text. */
static void move_down(struct top_k *table, size_t from, size_t to) {
    struct top_k_entry *entry = &table->entries[to];
    *entry = table->entries[from];
    memmove(table->payloads + to * table->payload_size,
            table->payloads + from * table->payload_size, table->payload_size);
    memmove(table->texts + table->used, table->texts + entry->text, entry->length + (size_t)1);
    entry->text = (uint32_t)table->used;
    table->used += entry->length + (size_t)1;
}

/* Drops what is below the median, and of what is equal to it all that exceeds half of the limit: if
 * every text occurred once, some of them stay. */
static void purge(struct top_k *table) {
    uint64_t bound = median_bound(table);
    size_t kept = 0;
    size_t ties = table->limit / 2;
    if (table->marks == NULL) {
        table->marks = calloc(MARK_BITS / 8, 1);
    }
    mark_all(table);
    table->lost = bound > table->lost ? bound : table->lost;
    table->used = 0;
    for (size_t i = 0; i < table->count; i++) {
        ties -= ties > 0 && upper_bound(&table->entries[i]) > table->lost;
    }
    for (size_t i = 0; i < table->count; i++) {
        uint64_t upper = upper_bound(&table->entries[i]);
        bool tie = upper == table->lost && ties > 0;
        ties -= tie;
        if (tie || upper > table->lost) {
            move_down(table, i, kept++);
        }
    }
    table->count = kept;
    fill_slots(table);
}

/* Removes the texts that this round brought. */
static void roll_back(struct top_k *table) {
    if (table->count > table->settled) {
        table->used = table->entries[table->settled].text;
        table->count = table->settled;
        fill_slots(table);
    }
}

void top_k_end_round(struct top_k *table, bool counts) {
    if (!counts) {
        roll_back(table);
    } else {
        for (uint32_t p = table->touched; p != TOP_K_NONE; p = table->entries[p].next) {
            table->entries[p].count++;
        }
        table->lost += table->refused;
        if (table->count > table->limit) {
            purge(table);
        }
    }
    table->settled = table->count;
    table->refused = false;
    table->touched = TOP_K_NONE;
    table->round++;
}

static bool comes_before(const struct top_k *table, uint32_t a, uint32_t b) {
    uint64_t ca = table->entries[a].count;
    uint64_t cb = table->entries[b].count;
    return ca != cb ? ca > cb : strcmp(top_k_text(table, a), top_k_text(table, b)) < 0;
}

size_t top_k_best(const struct top_k *table, uint32_t *best, size_t max) {
    size_t count = 0;
    for (uint32_t p = 0; p < table->count && max > 0; p++) {
        if (count == max && !comes_before(table, p, best[count - 1])) {
            continue;
        }
        size_t at = count < max ? count++ : count - 1;
        while (at > 0 && comes_before(table, p, best[at - 1])) {
            best[at] = best[at - 1];
            at--;
        }
        best[at] = p;
    }
    return count;
}

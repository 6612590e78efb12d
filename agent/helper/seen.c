/* SPDX-License-Identifier: BSD-3-Clause */
#include "helper/seen.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* A fixed size, so that memory does not grow with the queue; a power of two. */
#define SLOTS ((size_t)32768)
#define FILL_MAX (SLOTS / 8 * 5)

#define NOWHERE QUEUE_COUNT

/* A slot whose generation differs from the table's is free, so a reset does not touch the slots. */
struct slot {
    uint64_t hash;
    uint32_t generation;
    uint32_t queue; /* or NOWHERE */
};

struct seen {
    uint32_t generation;
    size_t used;
    bool full;
    uint32_t messages[QUEUE_COUNT + 1];
    struct slot slots[SLOTS];
};

struct seen *seen_new(void) {
    struct seen *seen = calloc(1, sizeof *seen);
    if (seen != NULL) {
        seen->generation = 1;
    }
    return seen;
}

void seen_free(struct seen *seen) {
    free(seen);
}

void seen_reset(struct seen *seen) {
    seen->generation++;
    if (seen->generation == 0) {
        memset(seen->slots, 0, sizeof seen->slots);
        seen->generation = 1;
    }
    seen->used = 0;
    seen->full = false;
    memset(seen->messages, 0, sizeof seen->messages);
}

/* FNV-1a */
static uint64_t hash_id(const char *id) {
    uint64_t hash = UINT64_C(14695981039346656037);
    for (; *id != '\0'; id++) {
        hash = (hash ^ (unsigned char)*id) * UINT64_C(1099511628211);
    }
    return hash;
}

/* The slot of the hash, or the free one for it. */
static struct slot *find_slot(struct seen *seen, uint64_t hash) {
    size_t at = (size_t)hash & (SLOTS - 1);
    while (seen->slots[at].generation == seen->generation && seen->slots[at].hash != hash) {
        at = (at + 1) & (SLOTS - 1);
    }
    return &seen->slots[at];
}

static void move(struct seen *seen, struct slot *slot, uint32_t queue) {
    seen->messages[slot->queue]--;
    slot->queue = queue;
    seen->messages[queue]++;
}

void seen_note(struct seen *seen, const char *id, enum queue queue) {
    if (seen->full) {
        return;
    }
    uint64_t hash = hash_id(id);
    struct slot *slot = find_slot(seen, hash);
    if (slot->generation == seen->generation) {
        move(seen, slot, (uint32_t)queue);
    } else if (seen->used == FILL_MAX) {
        seen->full = true;
    } else {
        *slot = (struct slot){hash, seen->generation, (uint32_t)queue};
        seen->used++;
        seen->messages[queue]++;
    }
}

void seen_moved(struct seen *seen, const char *id, enum queue queue) {
    struct slot *slot = find_slot(seen, hash_id(id));
    if (slot->generation == seen->generation) {
        move(seen, slot, (uint32_t)queue);
    }
}

void seen_removed(struct seen *seen, const char *id, enum queue queue) {
    struct slot *slot = find_slot(seen, hash_id(id));
    if (slot->generation == seen->generation && slot->queue == (uint32_t)queue) {
        move(seen, slot, NOWHERE);
    }
}

bool seen_complete(const struct seen *seen) {
    return !seen->full;
}

uint32_t seen_messages(const struct seen *seen, enum queue queue) {
    return seen->messages[queue];
}

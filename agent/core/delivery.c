/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two rings of slots, one for the outcomes and one for the delays. A slot belongs to the moment
 * that its number names and is emptied when it is used for a later one, so nothing has to run while
 * no mail comes. Readers leave out the slots that are older than the window: they change nothing.
 */
#include "core/delivery.h"

#include "core/time_units.h"

#include <stdlib.h>
#include <string.h>

/* Values below 2 * SUB have a bucket of their own; above, each power of two has SUB of them. */
#define SUB_BITS 4U
#define SUB (1U << SUB_BITS)
#define DELAY_MAX_MS UINT32_MAX

static const char *const names[DELIVERY_OUTCOME_END] = {
    [DELIVERY_NONE] = "",
    [DELIVERY_RECEIVED] = "received",
    [DELIVERY_SENT] = "sent",
    [DELIVERY_DEFERRED] = "deferred",
    [DELIVERY_BOUNCED] = "bounced",
    [DELIVERY_EXPIRED] = "expired",
    [DELIVERY_REJECTED] = "rejected",
    [DELIVERY_HELD] = "held",
};

const char *delivery_outcome_name(enum delivery_outcome outcome) {
    return outcome < DELIVERY_OUTCOME_END ? names[outcome] : "";
}

struct delivery *delivery_new(uint64_t now_usec) {
    struct delivery *delivery = calloc(1, sizeof *delivery);
    if (delivery != NULL) {
        delivery->since_usec = now_usec;
    }
    return delivery;
}

void delivery_found(struct delivery *delivery, bool gap, uint64_t now_usec) {
    delivery->known = true;
    if (gap) {
        delivery->since_usec = now_usec;
    }
}

void delivery_lost(struct delivery *delivery) {
    delivery->known = false;
}

/* The position of the highest bit that is set; value is not 0. */
static unsigned high_bit(uint32_t value) {
    return 31U - (unsigned)__builtin_clz(value);
}

static size_t bucket_of(uint64_t delay_ms) {
    uint32_t value = delay_ms < DELAY_MAX_MS ? (uint32_t)delay_ms : DELAY_MAX_MS;
    if (value < 2 * SUB) {
        return value;
    }
    unsigned shift = high_bit(value) - SUB_BITS;
    return (size_t)shift * SUB + (value >> shift);
}

/* The middle of a bucket. */
static uint64_t bucket_value(size_t bucket) {
    if (bucket < (size_t)2 * SUB) {
        return bucket;
    }
    unsigned shift = (unsigned)(bucket / SUB) - 1;
    uint64_t low = (uint64_t)(bucket - (size_t)shift * SUB) << shift;
    return low + ((UINT64_C(1) << shift) - 1) / 2;
}

_Static_assert((31U - SUB_BITS) * SUB + 2 * SUB == DELIVERY_BUCKETS, "a bucket for each delay");

static uint64_t slot_number(uint64_t now_usec, uint64_t seconds) {
    return now_usec / USEC_PER_SEC / seconds;
}

static void add_recent(struct delivery *delivery, const struct delivery_event *event,
                       uint64_t usec) {
    uint64_t number = slot_number(usec, 1);
    struct delivery_slot *slot = &delivery->slots[number % DELIVERY_WINDOW_S];
    if (slot->number < number) {
        *slot = (struct delivery_slot){.number = number};
    }
    if (slot->number == number) {
        slot->counts[event->outcome] += 1 + event->more;
    }
}

static void add_delay(struct delivery *delivery, const struct delivery_event *event,
                      uint64_t usec) {
    uint64_t number = slot_number(usec, DELIVERY_DELAY_SLOT_S);
    struct delivery_delays *slot = &delivery->delays[number % DELIVERY_DELAY_SLOTS];
    if (slot->number < number) {
        memset(slot, 0, sizeof *slot);
        slot->number = number;
    }
    if (slot->number == number) {
        slot->total += 1 + event->more;
        slot->buckets[bucket_of(event->delay_ms)] += 1 + event->more;
    }
}

/* Lines of an old part of the log may come in another order than by their times, hence the two
 * comparisons with what is known already. */
void delivery_add(struct delivery *delivery, const struct delivery_event *event, uint64_t now_usec,
                  int64_t now_wall) {
    uint64_t age_usec =
        event->age_s < now_usec / USEC_PER_SEC ? event->age_s * USEC_PER_SEC : now_usec;
    uint64_t usec = now_usec - age_usec;
    int64_t wall = now_wall - (int64_t)(age_usec / USEC_PER_SEC);
    delivery->counts[event->outcome] += 1 + event->more;
    if (wall > delivery->last_wall[event->outcome] || age_usec == 0) {
        delivery->last_wall[event->outcome] = wall;
    }
    if (event->outcome == DELIVERY_SENT && usec > delivery->sent_usec) {
        delivery->sent_usec = usec;
    }
    if (event->age_s >= DELIVERY_WINDOW_S || age_usec == now_usec) {
        return;
    }
    add_recent(delivery, event, usec);
    if (event->has_delay) {
        add_delay(delivery, event, usec);
    }
}

static bool in_window(uint64_t number, uint64_t now, uint64_t slots) {
    return number <= now && now - number < slots;
}

uint32_t delivery_recent(const struct delivery *delivery, enum delivery_outcome outcome,
                         uint64_t now_usec) {
    uint64_t now = slot_number(now_usec, 1);
    uint32_t sum = 0;
    for (size_t i = 0; i < DELIVERY_WINDOW_S; i++) {
        const struct delivery_slot *slot = &delivery->slots[i];
        sum += in_window(slot->number, now, DELIVERY_WINDOW_S) ? slot->counts[outcome] : 0;
    }
    return sum;
}

uint64_t delivery_idle_s(const struct delivery *delivery, uint64_t now_usec) {
    uint64_t from =
        delivery->sent_usec > delivery->since_usec ? delivery->sent_usec : delivery->since_usec;
    return now_usec > from ? (now_usec - from) / USEC_PER_SEC : 0;
}

bool delivery_recent_is_whole(const struct delivery *delivery, uint64_t now_usec) {
    return now_usec - delivery->since_usec >= DELIVERY_WINDOW_S * USEC_PER_SEC;
}

bool delivery_idle_is_whole(const struct delivery *delivery) {
    return delivery->sent_usec > delivery->since_usec;
}

bool delivery_delay_ms(const struct delivery *delivery, unsigned percent, uint64_t now_usec,
                       uint64_t *delay_ms) {
    uint64_t now = slot_number(now_usec, DELIVERY_DELAY_SLOT_S);
    uint32_t merged[DELIVERY_BUCKETS] = {0};
    uint64_t total = 0;
    for (size_t i = 0; i < DELIVERY_DELAY_SLOTS; i++) {
        const struct delivery_delays *slot = &delivery->delays[i];
        if (slot->total == 0 || !in_window(slot->number, now, DELIVERY_DELAY_SLOTS)) {
            continue;
        }
        total += slot->total;
        for (size_t bucket = 0; bucket < DELIVERY_BUCKETS; bucket++) {
            merged[bucket] += slot->buckets[bucket];
        }
    }
    if (total == 0) {
        return false;
    }
    uint64_t rank = (total * percent + 99) / 100;
    uint64_t below = 0;
    size_t bucket = 0;
    while (bucket < DELIVERY_BUCKETS - 1 && below + merged[bucket] < rank) {
        below += merged[bucket++];
    }
    *delay_ms = bucket_value(bucket);
    return true;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Four tables count at once: senders, domains, reasons, and the pairs of a domain and a reason,
 * which show the most frequent one of the other. A line is one round of each (core/top_k.h). What
 * its recipients touch is only noted, because whether the message counts, and when it arrived, is
 * known at the end of the line.
 *
 * The reason costs most, since its text has to be grouped. Many recipients wait for exactly the
 * same text, and so the latest texts are remembered with the places of their groups. They are
 * compared in full: a hash alone would let somebody who chooses his texts put one reason's
 * recipients into another's row.
 */
#include "core/insight_builder.h"

#include "core/hash_set.h"
#include "core/reason_group.h"
#include "core/text.h"
#include "core/top_k.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAIRS_MAX ((size_t)40960)

/* Enough of any raw text to fill a name. */
#define RAW_MAX ((size_t)INSIGHT_NAME_SIZE + 3)

/* Texts that are longer are grouped each time. */
#define MEMO_TEXT_MAX ((size_t)496)
#define MEMOS ((size_t)256)

/* What is known of a sender, a domain or a reason besides its messages. */
struct tally {
    uint64_t recipients, volume;
    int64_t oldest;
    uint32_t pending; /* recipients on the present line */
    uint32_t dated;   /* messages with an arrival */
    uint32_t row;     /* in the finished table, from 1; 0 = it is not among the best */
    uint32_t ages[INSIGHT_AGES];
    bool undated, unsized, incomplete; /* of some message: arrival, size, recipients */
    char example[QUEUE_ID_SIZE];
};

/* A text of a reason and where its group is. */
struct memo {
    uint64_t hash;
    uint32_t position, id;
    size_t length;
    char text[MEMO_TEXT_MAX];
};

struct insight_builder {
    size_t limit;
    int64_t now;
    struct top_k senders, domains, reasons, pairs;
    struct insight *insight; /* with the ages of the queues */
    bool unreadable;         /* some sender or recipient could not be read */
    struct memo memos[MEMOS];
};

struct insight_builder *insight_builder_new(size_t limit, int64_t now) {
    struct insight_builder *builder = calloc(1, sizeof *builder);
    if (builder == NULL) {
        return NULL;
    }
    builder->limit = limit;
    builder->now = now;
    top_k_init(&builder->senders, INSIGHT_EXACT, sizeof(struct tally));
    top_k_init(&builder->domains, INSIGHT_EXACT, sizeof(struct tally));
    top_k_init(&builder->reasons, INSIGHT_EXACT, sizeof(struct tally));
    top_k_init(&builder->pairs, PAIRS_MAX, 0);
    builder->insight = calloc(1, sizeof *builder->insight);
    if (builder->insight == NULL) {
        insight_builder_free(builder);
        return NULL;
    }
    return builder;
}

void insight_builder_free(struct insight_builder *builder) {
    if (builder == NULL) {
        return;
    }
    top_k_deinit(&builder->senders);
    top_k_deinit(&builder->domains);
    top_k_deinit(&builder->reasons);
    top_k_deinit(&builder->pairs);
    insight_free(builder->insight);
    free(builder);
}

/* Copies text, with the ASCII letters from position `kept` on in lower case. Returns true if all of
 * it is printable ASCII. */
static bool copy_lower(const char *text, size_t len, size_t kept, char *out) {
    bool plain = true;
    for (size_t i = 0; i < len; i++) {
        bool upper = i >= kept && text[i] >= 'A' && text[i] <= 'Z';
        out[i] = text[i];
        if (upper) {
            out[i] |= 0x20;
        }
        plain = plain && text[i] >= ' ' && text[i] <= '~';
    }
    return plain;
}

/* Writes a text as it is served, with the letters from position `kept` on in lower case. Returns
 * its length. */
static size_t put_served(const char *text, size_t kept, char out[INSIGHT_NAME_SIZE]) {
    char utf8[3 * RAW_MAX + 1];
    size_t len = strnlen(text, RAW_MAX);
    if (len < INSIGHT_NAME_SIZE && copy_lower(text, len, kept, out)) {
        return len;
    }
    /* Cleaning changes no letters, but the length of what precedes them. */
    kept = kept < len ? kept : len;
    size_t shift = text_to_utf8(text, kept, utf8);
    len = shift + text_to_utf8(text + kept, len - kept, utf8 + shift);
    len = text_utf8_prefix(utf8, len, INSIGHT_NAME_SIZE - 1);
    copy_lower(utf8, len, shift, out);
    return len;
}

/* Counts a recipient of the present line with the text at the position. */
static uint32_t count_recipient(struct top_k *table, uint32_t position) {
    if (position != TOP_K_NONE) {
        struct tally *tally = top_k_payload(table, position);
        tally->pending++;
    }
    return position;
}

static uint32_t touch_domain(struct insight_builder *builder, const char *address) {
    char name[INSIGHT_NAME_SIZE];
    const char *at = strrchr(address, '@');
    const char *domain = at != NULL ? at + 1 : "";
    return address[0] != '\0' ? top_k_touch(&builder->domains, name, put_served(domain, 0, name))
                              : TOP_K_NONE;
}

static uint32_t touch_reason(struct insight_builder *builder, const char *reason) {
    char group[REASON_GROUP_SIZE];
    size_t len = strlen(reason);
    if (len > MEMO_TEXT_MAX) {
        return top_k_touch(&builder->reasons, group, reason_group(reason, len, group));
    }
    uint64_t hash = hash_text(reason, len);
    struct memo *memo = &builder->memos[hash % MEMOS];
    if (memo->hash == hash && memo->length == len && memcmp(memo->text, reason, len) == 0 &&
        top_k_touch_at(&builder->reasons, memo->position, memo->id)) {
        return memo->position;
    }
    uint32_t position = top_k_touch(&builder->reasons, group, reason_group(reason, len, group));
    if (position != TOP_K_NONE) {
        memo->hash = hash;
        memo->position = position;
        memo->id = builder->reasons.entries[position].id;
        memo->length = len;
        memcpy(memo->text, reason, len);
    }
    return position;
}

void insight_builder_recipient(void *userdata, const char *address, const char *reason) {
    struct insight_builder *builder = userdata;
    uint32_t domain = count_recipient(&builder->domains, touch_domain(builder, address));
    if (reason[0] == '\0') {
        return;
    }
    uint32_t group = count_recipient(&builder->reasons, touch_reason(builder, reason));
    if (domain != TOP_K_NONE && group != TOP_K_NONE) {
        const uint32_t pair[] = {builder->domains.entries[domain].id,
                                 builder->reasons.entries[group].id};
        top_k_touch(&builder->pairs, (const char *)pair, sizeof pair);
    }
}

/* Adds the message to what is known of a text. */
static void tally_message(struct tally *tally, const struct message_head *head, int64_t now) {
    if ((head->missing & MISSING_SIZE) == 0) {
        tally->volume += head->size;
    } else {
        tally->unsized = true;
    }
    if ((head->missing & MISSING_ARRIVAL) != 0) {
        tally->undated = true;
        return;
    }
    tally->ages[insight_age_bucket(now - head->arrival)]++;
    if (tally->dated++ == 0 || head->arrival < tally->oldest) {
        tally->oldest = head->arrival;
        memcpy(tally->example, head->id, sizeof tally->example);
    }
}

/* Settles what this line's recipients touched in a table. */
static void end_line(struct insight_builder *builder, struct top_k *table, bool counts,
                     const struct message_head *head) {
    for (uint32_t p = table->touched; p != TOP_K_NONE; p = table->entries[p].next) {
        struct tally *tally = top_k_payload(table, p);
        if (counts) {
            tally->recipients += tally->pending;
            tally_message(tally, head, builder->now);
        }
        tally->pending = 0;
    }
    top_k_end_round(table, counts);
}

static void count_sender(struct insight_builder *builder, const struct message_head *head) {
    char name[INSIGHT_NAME_SIZE];
    const char *at = strrchr(head->sender, '@');
    size_t kept = at != NULL ? (size_t)(at - head->sender) : SIZE_MAX;
    uint32_t position = top_k_touch(&builder->senders, name, put_served(head->sender, kept, name));
    if (position != TOP_K_NONE) {
        struct tally *tally = top_k_payload(&builder->senders, position);
        tally->recipients += head->recipient_count;
        tally->incomplete = tally->incomplete || (head->missing & MISSING_RECIPIENTS) != 0;
    }
    end_line(builder, &builder->senders, true, head);
}

static void count_age(struct insight_builder *builder, const struct message_head *head) {
    if ((head->missing & MISSING_ARRIVAL) != 0) {
        builder->insight->ages[head->queue].unknown++;
    } else {
        size_t bucket = insight_age_bucket(builder->now - head->arrival);
        builder->insight->ages[head->queue].messages[bucket]++;
    }
}

void insight_builder_message(struct insight_builder *builder, bool counts,
                             const struct message_head *head) {
    end_line(builder, &builder->domains, counts, head);
    end_line(builder, &builder->reasons, counts, head);
    top_k_end_round(&builder->pairs, counts);
    if (!counts) {
        return;
    }
    count_age(builder, head);
    if ((head->missing & MISSING_SENDER) == 0) {
        count_sender(builder, head);
    }
    builder->unreadable =
        builder->unreadable || (head->missing & (MISSING_SENDER | MISSING_RECIPIENTS)) != 0;
}

static void fill_row(struct insight_row *row, const struct top_k *table, uint32_t position) {
    const struct top_k_entry *entry = &table->entries[position];
    const struct tally *tally = top_k_payload(table, position);
    memcpy(row->name, top_k_text(table, position), entry->length + (size_t)1);
    row->messages = entry->count;
    row->recipients = tally->recipients;
    row->recipients_known = !tally->incomplete;
    row->volume = tally->volume;
    row->volume_known = !tally->unsized;
    row->oldest_arrival = tally->oldest;
    row->ages_known = !tally->undated;
    memcpy(row->ages, tally->ages, sizeof row->ages);
    memcpy(row->example, tally->example, sizeof row->example);
}

/* Fills a table with its best rows, whose positions it writes to best. */
static bool fill_table(struct insight_table *out, struct top_k *table, size_t limit,
                       uint32_t best[INSIGHT_ROWS_MAX]) {
    out->count = top_k_best(table, best, limit > 0 ? limit : 1);
    out->distinct = top_k_distinct(table);
    out->lost = table->lost;
    out->rows = calloc(out->count > 0 ? out->count : 1, sizeof *out->rows);
    for (size_t i = 0; i < out->count && out->rows != NULL; i++) {
        fill_row(&out->rows[i], table, best[i]);
    }
    return out->rows != NULL;
}

/* The most frequent partner of a row. */
struct partner {
    uint64_t count;
    uint32_t position; /* TOP_K_NONE = none yet */
};

/* Whether a partner comes before the best one so far: by its count, then by its text. */
static bool is_better(const struct top_k *others, const struct partner *best, uint64_t count,
                      uint32_t position) {
    return best->position == TOP_K_NONE || count > best->count ||
           (count == best->count &&
            strcmp(top_k_text(others, position), top_k_text(others, best->position)) < 0);
}

/* Finds the partner of each row in one pass over the pairs; `side` is the row's place in them. */
static void find_partners(const struct insight_builder *builder, int side,
                          const struct insight_table *rows, const uint32_t *best,
                          struct partner *partners) {
    const struct top_k *own = side == 0 ? &builder->domains : &builder->reasons;
    const struct top_k *others = side == 0 ? &builder->reasons : &builder->domains;
    for (size_t i = 0; i < rows->count; i++) {
        struct tally *tally = top_k_payload(own, best[i]);
        tally->row = (uint32_t)i + 1;
        partners[i] = (struct partner){.position = TOP_K_NONE};
    }
    for (uint32_t p = 0; p < builder->pairs.count; p++) {
        uint32_t pair[2];
        memcpy(pair, top_k_text(&builder->pairs, p), sizeof pair);
        uint32_t position = top_k_find_id(own, pair[side]);
        const struct tally *tally = position != TOP_K_NONE ? top_k_payload(own, position) : NULL;
        if (tally == NULL || tally->row == 0) {
            continue;
        }
        struct partner *partner = &partners[tally->row - 1];
        uint64_t count = builder->pairs.entries[p].count;
        uint32_t other = top_k_find_id(others, pair[1 - side]);
        if (other != TOP_K_NONE && is_better(others, partner, count, other)) {
            *partner = (struct partner){.count = count, .position = other};
        }
    }
}

/* Names the partner of each row. */
static void fill_partners(const struct insight_builder *builder, struct insight_table *out,
                          const uint32_t *best, int side) {
    const struct top_k *others = side == 0 ? &builder->reasons : &builder->domains;
    struct partner partners[INSIGHT_ROWS_MAX];
    find_partners(builder, side, out, best, partners);
    for (size_t i = 0; i < out->count; i++) {
        bool found = partners[i].position != TOP_K_NONE;
        if (found) {
            snprintf(out->rows[i].other, sizeof out->rows[i].other, "%s",
                     top_k_text(others, partners[i].position));
        }
        /* A reason belongs to some domain; but a domain need not have a reason. */
        out->rows[i].other_known =
            found || (side == 0 && builder->pairs.lost == 0 && others->lost == 0);
    }
}

struct insight *insight_builder_finish(struct insight_builder *builder) {
    uint32_t best[INSIGHT_ROWS_MAX];
    struct insight *insight = builder->insight;
    bool filled = fill_table(&insight->senders, &builder->senders, builder->limit, best);
    if (filled && fill_table(&insight->domains, &builder->domains, builder->limit, best)) {
        fill_partners(builder, &insight->domains, best, 0);
        filled = fill_table(&insight->reasons, &builder->reasons, builder->limit, best);
    } else {
        filled = false;
    }
    if (!filled) {
        return NULL;
    }
    fill_partners(builder, &insight->reasons, best, 1);
    insight->exact = !builder->unreadable && insight->senders.lost == 0 &&
                     insight->domains.lost == 0 && insight->reasons.lost == 0;
    builder->insight = NULL;
    return insight;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Builds a listing with its insight from the output of postqueue -j in pieces. The first octet
 * selects the order, the limit and the size of the pieces.
 */
#include "core/listing.h"
#include "core/text.h"

#include "fuzz.h"

#include <string.h>

static void check_text(const char *text) {
    for (const char *c = text; *c != '\0'; c++) {
        MUST(*c >= 0x20 && *c <= 0x7E);
    }
}

static void check_message(const struct message *message) {
    const char *end = (const char *)message + message->octets;
    MUST(message->recipient_rows <= message->recipient_count);
    MUST(strlen(message_sender_text(message)) <= MESSAGE_TEXT_MAX);
    for (size_t r = 0; r < message->recipient_rows; r++) {
        const char *address = message_address_text(message, r);
        const char *reason = message_reason_text(message, r);
        MUST(strlen(address) <= MESSAGE_TEXT_MAX && address + strlen(address) < end);
        MUST(strlen(reason) <= MESSAGE_TEXT_MAX && reason + strlen(reason) < end);
    }
}

static void check_table(const struct insight_table *table, uint64_t messages) {
    MUST(table->count <= INSIGHT_ROWS_MAX && table->count <= table->distinct);
    for (size_t i = 0; i < table->count; i++) {
        const struct insight_row *row = &table->rows[i];
        uint64_t dated = 0;
        MUST(text_is_safe(row->name, strlen(row->name)));
        MUST(text_is_safe(row->other, strlen(row->other)));
        MUST(row->messages > 0 && row->messages <= messages);
        for (size_t a = 0; a < INSIGHT_AGES; a++) {
            dated += row->ages[a];
        }
        MUST(row->ages_known ? dated == row->messages : dated < row->messages);
        MUST(i == 0 || table->rows[i - 1].messages > row->messages ||
             (table->rows[i - 1].messages == row->messages &&
              strcmp(table->rows[i - 1].name, row->name) < 0));
    }
}

static void check_insight(const struct listing *listing) {
    const struct insight *insight = listing->insight;
    MUST(insight != NULL);
    check_table(&insight->senders, listing_messages(listing));
    check_table(&insight->domains, listing_messages(listing));
    check_table(&insight->reasons, listing_messages(listing));
    for (int q = 0; q < QUEUE_COUNT; q++) {
        uint64_t messages = insight->ages[q].unknown;
        for (size_t a = 0; a < INSIGHT_AGES; a++) {
            messages += insight->ages[q].messages[a];
        }
        MUST(messages == listing->queues[q].messages);
    }
}

/* Rows must be in strict order and each found by its index; their number must fit the totals. */
static void check(const struct listing *listing, size_t limit) {
    size_t octets = 0;
    for (size_t i = 0; i < listing->row_count; i++) {
        const struct message *message = listing->rows[i];
        uint32_t index[QUEUE_ID_SIZE];
        size_t len = strlen(message->id);
        MUST(queue_id_valid(message->id, len));
        MUST(i == 0 || queue_id_compare(listing->rows[i - 1]->id, message->id) < 0);
        index[0] = (uint32_t)len;
        for (size_t c = 0; c < len; c++) {
            index[c + 1] = (unsigned char)message->id[c];
        }
        MUST(listing_search(listing, index, len + 1, true) == i);
        MUST(listing_search(listing, index, len + 1, false) == i + 1);
        check_message(message);
        octets += message->octets;
    }
    MUST(listing->row_count <= limit);
    MUST(octets <= listing_octets_max(limit));
    MUST(listing->omitted + listing->row_count == listing_messages(listing));
    for (int q = 0; q < QUEUE_COUNT; q++) {
        const struct queue_totals *totals = &listing->queues[q];
        MUST(totals->unknown_arrival <= totals->messages);
        MUST(totals->unknown_size <= totals->messages);
        MUST(totals->unknown_recipients <= totals->messages);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const enum message_order orders[] = {ORDER_OLDEST, ORDER_NEWEST, ORDER_LARGEST};
    if (size == 0) {
        return 0;
    }
    size_t limit = (size_t)(data[0] >> 2) % 8;
    struct listing_builder *builder = listing_builder_new(orders[data[0] % 3], limit);
    size_t piece = 1 + (size_t)(data[0] >> 5) * 37;
    char error[64] = "";
    int r = 0;
    MUST(builder != NULL);
    listing_builder_add_insight(builder, limit, 1700000000);
    for (size_t at = 1; at < size && r == 0; at += piece) {
        size_t len = size - at < piece ? size - at : piece;
        r = listing_builder_feed(builder, (const char *)data + at, len);
    }
    check_text(listing_builder_flaw(builder));
    struct listing *listing = listing_builder_finish(builder, 0, 1, error, sizeof error);
    MUST((listing == NULL) == (error[0] != '\0'));
    MUST(listing == NULL || r == 0);
    check_text(error);
    if (listing != NULL) {
        check(listing, limit);
        check_insight(listing);
    }
    listing_unref(listing);
    return 0;
}

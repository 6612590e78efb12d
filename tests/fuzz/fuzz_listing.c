/*
 * Output of postqueue -j: in pieces through core/lines.h into a listing. The first octet chooses
 * the order, the limit and the size of the pieces.
 */
#include "core/lines.h"
#include "core/listing.h"

#include "fuzz.h"

#include <string.h>

#define LINE_MAX_OCTETS 65536

static int add_line(void *userdata, const char *line, size_t len) {
    char error[64] = "";
    enum line_result result = listing_builder_add(userdata, line, len, error, sizeof error);
    MUST(memchr(error, '\0', sizeof error) != NULL);
    MUST((result == LINE_OK) == (error[0] == '\0'));
    for (const char *c = error; *c != '\0'; c++) {
        MUST(*c >= 0x20 && *c <= 0x7E);
    }
    return 0;
}

/* Rows in strict order, each found by its index, their number and totals in keeping. */
static void check(const struct listing *listing) {
    uint64_t counted = listing->omitted + listing->row_count;
    uint64_t seen = 0;
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
        for (size_t r = 0; r < message->recipient_count; r++) {
            seen += strlen(message->recipients[r].address) + strlen(message->recipients[r].reason);
        }
    }
    uint64_t messages = 0;
    for (int q = 0; q < QUEUE_COUNT; q++) {
        messages += listing->queues[q].messages + listing->queues[q].unreadable;
    }
    /* Of a message listed twice one row is dropped, which counts as neither row nor omitted. */
    MUST(counted <= messages);
    MUST(seen <= (uint64_t)64 * LINE_MAX_OCTETS * 1024);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const enum message_order orders[] = {ORDER_OLDEST, ORDER_NEWEST, ORDER_LARGEST};
    if (size == 0) {
        return 0;
    }
    struct lines lines = {0};
    struct listing_builder *builder =
        listing_builder_new(orders[data[0] % 3], (size_t)(data[0] >> 2) % 8);
    size_t piece = 1 + (size_t)(data[0] >> 5) * 37;
    MUST(builder != NULL);
    for (size_t at = 1; at < size; at += piece) {
        size_t len = size - at < piece ? size - at : piece;
        if (lines_feed(&lines, (const char *)data + at, len, LINE_MAX_OCTETS, add_line, builder) !=
            0) {
            break;
        }
    }
    lines_deinit(&lines);
    struct listing *listing = listing_builder_finish(builder, 0, 1);
    MUST(listing != NULL);
    check(listing);
    listing_unref(listing);
    return 0;
}

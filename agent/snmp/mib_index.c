#include "snmp/mib_tree.h"

#include <string.h>

/* The position from which a table with one integer index 1..count goes on: 1.. or count + 1. */
static uint32_t next_integer(const uint32_t *index, size_t count, bool inclusive) {
    if (count == 0 || index[0] == 0) {
        return 1;
    }
    bool at_row = count == 1 && inclusive;
    return at_row || index[0] == UINT32_MAX ? index[0] : index[0] + 1;
}

static bool find_scalar(const struct mib_view *view, const uint32_t *index, size_t count,
                        bool inclusive, struct mib_row *row) {
    (void)view;
    (void)row;
    return count == 0 || (count == 1 && index[0] == 0 && inclusive);
}

static size_t write_scalar(const struct mib_row *row, uint32_t *index) {
    (void)row;
    index[0] = 0;
    return 1;
}

const struct mib_index mib_scalar_index = {find_scalar, write_scalar};

static bool find_queue(const struct mib_view *view, const uint32_t *index, size_t count,
                       bool inclusive, struct mib_row *row) {
    (void)view;
    uint32_t next = next_integer(index, count, inclusive);
    if (next > QUEUE_COUNT) {
        return false;
    }
    row->queue = (enum queue)(next - 1);
    return true;
}

static size_t write_queue(const struct mib_row *row, uint32_t *index) {
    index[0] = (uint32_t)queue_mib_value(row->queue);
    return 1;
}

const struct mib_index mib_queue_index = {find_queue, write_queue};

static bool find_message(const struct mib_view *view, const uint32_t *index, size_t count,
                         bool inclusive, struct mib_row *row) {
    const struct listing *listing = view->snapshot->listing;
    if (listing == NULL) {
        return false;
    }
    size_t at = listing_search(listing, index, count, inclusive);
    if (at == listing->row_count) {
        return false;
    }
    row->message = listing->rows[at];
    return true;
}

/* A variable-length string index: its length, then one sub-identifier per octet. */
static size_t write_message(const struct mib_row *row, uint32_t *index) {
    size_t len = strlen(row->message->id);
    index[0] = (uint32_t)len;
    for (size_t i = 0; i < len; i++) {
        index[i + 1] = (unsigned char)row->message->id[i];
    }
    return len + 1;
}

const struct mib_index mib_message_index = {find_message, write_message};

/* True when the message's index is the beginning of the longer index asked for. */
static bool index_continues(const struct message *message, const uint32_t *index, size_t count) {
    uint32_t own[QUEUE_ID_SIZE];
    size_t len = write_message(&(struct mib_row){.message = message}, own);
    return count > len && memcmp(own, index, len * sizeof *own) == 0;
}

static bool find_recipient(const struct mib_view *view, const uint32_t *index, size_t count,
                           bool inclusive, struct mib_row *row) {
    const struct listing *listing = view->snapshot->listing;
    if (listing == NULL) {
        return false;
    }
    size_t at = listing_search(listing, index, count, true);
    if (at > 0 && index_continues(listing->rows[at - 1], index, count)) {
        const struct message *message = listing->rows[at - 1];
        size_t own = strlen(message->id) + 1;
        uint32_t next = next_integer(index + own, count - own, inclusive);
        if (next <= message->recipient_count) {
            row->message = message;
            row->recipient = next - 1;
            return true;
        }
    }
    while (at < listing->row_count && listing->rows[at]->recipient_count == 0) {
        at++;
    }
    if (at == listing->row_count) {
        return false;
    }
    row->message = listing->rows[at];
    row->recipient = 0;
    return true;
}

static size_t write_recipient(const struct mib_row *row, uint32_t *index) {
    size_t len = write_message(row, index);
    index[len] = (uint32_t)row->recipient + 1;
    return len + 1;
}

const struct mib_index mib_recipient_index = {find_recipient, write_recipient};

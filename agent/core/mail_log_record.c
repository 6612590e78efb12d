/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/mail_log_record.h"

#include <errno.h>
#include <string.h>

#define FNV_OFFSET UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

uint64_t mail_log_hash(const void *data, size_t len) {
    const unsigned char *octets = data;
    uint64_t hash = FNV_OFFSET;
    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ octets[i]) * FNV_PRIME;
    }
    return hash;
}

bool mail_log_position_valid(const struct mail_log_position *position) {
    static const struct mail_log_position none;
    bool file = position->path != 0 && position->stamp_usec == 0;
    bool journal = position->path == 0 && position->device == 0 && position->inode == 0 &&
                   position->offset == 0 && position->mark == 0;
    switch (position->source) {
    case MAIL_LOG_NOWHERE:
        return memcmp(position, &none, sizeof none) == 0;
    case MAIL_LOG_FILE:
        return file && position->offset <= INT64_MAX;
    case MAIL_LOG_JOURNAL:
        return journal && position->stamp_usec <= INT64_MAX;
    default:
        return false;
    }
}

static bool record_valid(const struct mail_log_record *record) {
    static const uint32_t flags[MAIL_LOG_TYPE_END] = {
        [MAIL_LOG_BEGIN] = MAIL_LOG_RESUMED, [MAIL_LOG_LINES] = MAIL_LOG_BACKLOG};
    return record->type > 0 && record->type < MAIL_LOG_TYPE_END &&
           record->length <= MAIL_LOG_RECORD_MAX && (record->flags & ~flags[record->type]) == 0 &&
           mail_log_position_valid(&record->position);
}

static bool payload_valid(const struct mail_log_record *record, const char *payload) {
    const char *end = payload + record->length;
    const char *name_end = record->length > 0 ? memchr(payload, '\0', record->length) : NULL;
    switch (record->type) {
    case MAIL_LOG_BEGIN:
        return name_end != NULL && name_end - payload < MAIL_LOG_NAME_SIZE &&
               memchr(name_end + 1, '\0', (size_t)(end - name_end - 1)) == end - 1;
    case MAIL_LOG_LINES:
        return record->length > 0 && end[-1] == '\n';
    case MAIL_LOG_UNREADABLE:
        return name_end != NULL && name_end == end - 1;
    default:
        return record->length == 0;
    }
}

/* Moves up to what is missing of wanted octets from the input to the decoder. Returns true if they
 * are complete. */
static bool fill(struct mail_log_decoder *decoder, size_t wanted, const char **data, size_t *len) {
    size_t missing = wanted - decoder->length;
    size_t taken = *len < missing ? *len : missing;
    if (taken > 0) {
        memcpy(decoder->data + decoder->length, *data, taken);
    }
    decoder->length += taken;
    *data += taken;
    *len -= taken;
    return decoder->length == wanted;
}

int mail_log_decode(struct mail_log_decoder *decoder, const char *data, size_t len,
                    mail_log_handler handler, void *userdata) {
    struct mail_log_record record;
    for (;;) {
        if (decoder->length < sizeof record && !fill(decoder, sizeof record, &data, &len)) {
            return 0;
        }
        memcpy(&record, decoder->data, sizeof record);
        if (!record_valid(&record)) {
            return -EBADMSG;
        }
        if (!fill(decoder, sizeof record + record.length, &data, &len)) {
            return 0;
        }
        if (!payload_valid(&record, decoder->data + sizeof record)) {
            return -EBADMSG;
        }
        decoder->length = 0;
        handler(userdata, &record, decoder->data + sizeof record);
    }
    return 0;
}

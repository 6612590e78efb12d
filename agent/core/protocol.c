#include "core/protocol.h"

#include <string.h>

bool request_valid(const struct request *packet, size_t len) {
    if (len != sizeof *packet || packet->version != PROTOCOL_VERSION || packet->type == 0 ||
        packet->type >= REQUEST_TYPE_END) {
        return false;
    }
    if ((packet->flags & ~SCAN_FULL) != 0 || (packet->flags != 0 && packet->type != REQUEST_SCAN)) {
        return false;
    }
    if (packet->type != REQUEST_MTIME) {
        return packet->id_count == 0;
    }
    if (packet->id_count == 0 || packet->id_count > PROTOCOL_IDS) {
        return false;
    }
    for (uint32_t i = 0; i < packet->id_count; i++) {
        size_t id_len = strnlen(packet->ids[i], QUEUE_ID_SIZE);
        if (!queue_id_valid(packet->ids[i], id_len)) {
            return false;
        }
    }
    return true;
}

bool reply_valid(const struct reply *packet, size_t len) {
    if (len != sizeof *packet || packet->version != PROTOCOL_VERSION || packet->type == 0 ||
        packet->type >= REPLY_TYPE_END) {
        return false;
    }
    if (packet->id_count > PROTOCOL_IDS || packet->error < 0) {
        return false;
    }
    if (packet->type == REPLY_COUNTS &&
        (packet->postfix < POSTFIX_RUNNING || packet->postfix > POSTFIX_UNKNOWN)) {
        return false;
    }
    return memchr(packet->text, '\0', PROTOCOL_TEXT) != NULL;
}

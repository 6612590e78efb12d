/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A packet of any content and length, as a request and as a reply: in a valid one, IDs and texts
 * must end within their fields.
 */
#include "core/protocol.h"

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

/* The packet as it would arrive: the rest of the struct has the earlier contents of the buffer. */
static void *packet(const uint8_t *data, size_t size, size_t struct_size) {
    char *copy = malloc(struct_size);
    MUST(copy != NULL);
    memset(copy, 'A', struct_size);
    memcpy(copy, data, size < struct_size ? size : struct_size);
    return copy;
}

/* The first octet determines whether the rest is extended to the exact length. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) {
        return 0;
    }
    bool complete = data[0] % 2 == 0;
    struct request *request = packet(data + 1, size - 1, sizeof *request);
    if (request_valid(request, complete ? sizeof *request : size - 1)) {
        MUST(complete || size - 1 == sizeof *request);
        MUST(request->id_count <= PROTOCOL_IDS);
        for (uint32_t i = 0; i < request->id_count; i++) {
            MUST(queue_id_valid(request->ids[i], strnlen(request->ids[i], QUEUE_ID_SIZE)));
        }
    }
    struct reply *reply = packet(data + 1, size - 1, sizeof *reply);
    if (reply_valid(reply, complete ? sizeof *reply : size - 1)) {
        MUST(complete || size - 1 == sizeof *reply);
        MUST(strnlen(reply->text, PROTOCOL_TEXT) < PROTOCOL_TEXT);
    }
    free(request);
    free(reply);
    return 0;
}

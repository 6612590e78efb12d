/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A packet of any content and length, as a request and as a reply: in a valid one, IDs and texts
 * must end within their fields, and nothing beyond its length may be read.
 *
 * Random octets hardly ever are a packet. So most inputs are changes of a valid packet, which is
 * built here from the present structs: no input has a version or a layout that could become out of
 * date. The first octet chooses the kind of input:
 *
 *   even   the rest is the packet
 *   odd    the next octet is the type; then three octets for each change: the field, the place in
 *          it, and what is written there
 */
#include "core/protocol.h"

#include "core/command.h"

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#define ID "4XyZ0h3Kq2z1B8c"

/* What a request of each type carries. */
static const struct {
    uint32_t ids, flags, command, parameter;
    const char *value;
    bool position;
} forms[REQUEST_TYPE_END] = {
    [REQUEST_SCAN] = {.flags = SCAN_FULL | SCAN_CHECK},
    [REQUEST_MTIME] = {.ids = PROTOCOL_MTIMES},
    [REQUEST_ACTION] = {.ids = 3, .command = COMMAND_HOLD},
    [REQUEST_FLUSH] = {.ids = 1},
    [REQUEST_VIEW] = {.ids = 1},
    [REQUEST_SET_PARAMETER] = {.parameter = PARAMETER_DEFER_TRANSPORTS, .value = "smtp relay"},
    [REQUEST_RELOAD] = {.parameter = PARAMETER_BOUNCE_LIFETIME},
    [REQUEST_LOG] = {.position = true},
};

/* Where a change may begin. */
static const size_t request_fields[] = {
    offsetof(struct request, version),       offsetof(struct request, type),
    offsetof(struct request, deadline_usec), offsetof(struct request, rest_usec),
    offsetof(struct request, flags),         offsetof(struct request, command),
    offsetof(struct request, parameter),     offsetof(struct request, value),
    offsetof(struct request, position),      offsetof(struct request, id_count),
    offsetof(struct request, ids),
};
static const size_t reply_fields[] = {
    offsetof(struct reply, version),
    offsetof(struct reply, type),
    offsetof(struct reply, error),
    offsetof(struct reply, counted),
    offsetof(struct reply, postfix),
    offsetof(struct reply, reason),
    offsetof(struct reply, id_count),
    offsetof(struct reply, text),
    offsetof(struct reply, text) + PROTOCOL_TEXT / 2,
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void fill_request(struct request *request, uint32_t type) {
    memset(request, 0, sizeof *request);
    request->version = PROTOCOL_VERSION;
    request->type = type;
    request->sequence = 7;
    request->worker = 1;
    request->deadline_usec = type == REQUEST_CANCEL ? 0 : 30000000;
    request->rest_usec = type == REQUEST_SCAN ? 1000000 : 0;
    request->flags = forms[type].flags;
    request->command = forms[type].command;
    request->parameter = forms[type].parameter;
    if (forms[type].value != NULL) {
        memcpy(request->value, forms[type].value, strlen(forms[type].value));
    }
    if (forms[type].position) {
        request->position = (struct mail_log_position){
            .source = MAIL_LOG_FILE, .path = 5, .device = 2, .inode = 3, .offset = 9, .mark = 4};
    }
    request->id_count = forms[type].ids;
    for (uint32_t i = 0; i < request->id_count; i++) {
        memcpy(request->ids[i], ID, sizeof ID);
    }
}

static void fill_reply(struct reply *reply, uint32_t type) {
    memset(reply, 0, sizeof *reply);
    reply->version = PROTOCOL_VERSION;
    reply->type = type;
    reply->sequence = 7;
    reply->worker = type == REPLY_HELLO;
    reply->postfix = type == REPLY_COUNTS ? POSTFIX_RUNNING : 0;
    reply->reason = type == REPLY_EXIT ? REASON_MAIL_DOWN : 0;
    reply->id_count = type == REPLY_MTIME ? PROTOCOL_MTIMES : 0;
    memcpy(reply->text, "a text", sizeof "a text");
}

/* The packet alone, so that a sanitizer notices a read beyond its end. */
static void *copy_of(const void *packet, size_t len) {
    void *copy = calloc(1, len > 0 ? len : 1);
    MUST(copy != NULL);
    memcpy(copy, packet, len);
    return copy;
}

/* Returns whether it is valid. */
static bool check_request(const void *packet, size_t len) {
    struct request *request = copy_of(packet, len);
    bool valid = request_valid(request, len);
    if (valid) {
        MUST(request->id_count <= PROTOCOL_IDS && len == request_size(request->id_count));
        for (uint32_t i = 0; i < request->id_count; i++) {
            MUST(queue_id_valid(request->ids[i], strnlen(request->ids[i], QUEUE_ID_SIZE)));
        }
        MUST(memchr(request->value, '\0', sizeof request->value) != NULL);
        MUST(mail_log_position_valid(&request->position));
    }
    free(request);
    return valid;
}

static bool check_reply(const void *packet, size_t len) {
    struct reply *reply = copy_of(packet, len);
    bool valid = reply_valid(reply, len);
    if (valid) {
        MUST(len == sizeof *reply && reply->id_count <= PROTOCOL_MTIMES);
        MUST(strnlen(reply->text, PROTOCOL_TEXT) < PROTOCOL_TEXT);
    }
    free(reply);
    return valid;
}

/* Applies the changes to a packet of that size. */
static void change(void *packet, size_t packet_size, const size_t *fields, size_t field_count,
                   const uint8_t *data, size_t size) {
    for (; size >= 3; data += 3, size -= 3) {
        size_t at = fields[data[0] % field_count] + data[1];
        if (at < packet_size) {
            ((uint8_t *)packet)[at] = data[2];
        }
    }
}

static void change_request(uint32_t type, const uint8_t *data, size_t size) {
    static struct request request;
    fill_request(&request, type);
    size_t len = request_size(request.id_count);
    MUST(check_request(&request, len));
    change(&request, sizeof request, request_fields, COUNT(request_fields), data, size);
    check_request(&request, len);
    /* With as many IDs as it says now. */
    if (request.id_count <= PROTOCOL_IDS) {
        check_request(&request, request_size(request.id_count));
    }
}

static void change_reply(uint32_t type, const uint8_t *data, size_t size) {
    struct reply reply;
    fill_reply(&reply, type);
    MUST(check_reply(&reply, sizeof reply));
    change(&reply, sizeof reply, reply_fields, COUNT(reply_fields), data, size);
    check_reply(&reply, sizeof reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) {
        return 0;
    }
    if (data[0] % 2 == 0) {
        check_request(data + 1, size - 1);
        check_reply(data + 1, size - 1);
    } else if (size > 1) {
        change_request(1 + data[1] % (REQUEST_TYPE_END - 1U), data + 2, size - 2);
        change_reply(1 + data[1] % (REPLY_TYPE_END - 1U), data + 2, size - 2);
    }
    return 0;
}

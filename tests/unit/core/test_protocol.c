/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The protocol between the agent and the helper: every field of a request and of a reply, one wrong
 * at a time.
 */
#include "core/protocol.h"

#include "core/command.h"

#include <stdlib.h>

#include "unit.h"

/* Where in the packet what is written. */
struct change {
    const char *name;
    uint32_t type; /* of the packet that is changed */
    size_t offset;
    size_t size;
    int64_t value;
    bool valid; /* afterwards */
};

#define AT(packet, member) offsetof(struct packet, member), sizeof(((struct packet *)0)->member)

static const struct change requests[] = {
    {"scan", REQUEST_SCAN, AT(request, sequence), 7, true},
    {"list", REQUEST_LIST, AT(request, sequence), 0, true},
    {"settings", REQUEST_SETTINGS, AT(request, sequence), -1, true},
    {"cancel", REQUEST_CANCEL, AT(request, sequence), 7, true},
    {"mtime", REQUEST_MTIME, AT(request, sequence), 7, true},
    {"version 0", REQUEST_SCAN, AT(request, version), 0, false},
    {"another version", REQUEST_SCAN, AT(request, version), PROTOCOL_VERSION + 1, false},
    {"no type", REQUEST_SCAN, AT(request, type), 0, false},
    {"a type beyond the last", REQUEST_SCAN, AT(request, type), REQUEST_TYPE_END, false},
    {"a huge type", REQUEST_SCAN, AT(request, type), UINT32_MAX, false},
    {"a full scan", REQUEST_SCAN, AT(request, flags), SCAN_FULL, true},
    {"an unknown flag", REQUEST_SCAN, AT(request, flags), 4, false},
    {"another type's flag", REQUEST_SCAN, AT(request, flags), PARAMETER_REMOVE, false},
    {"an unknown flag besides", REQUEST_SCAN, AT(request, flags), SCAN_FULL | 0x80000000, false},
    {"a flag on list", REQUEST_LIST, AT(request, flags), SCAN_FULL, false},
    {"a flag on settings", REQUEST_SETTINGS, AT(request, flags), SCAN_FULL, false},
    {"a flag on cancel", REQUEST_CANCEL, AT(request, flags), SCAN_FULL, false},
    {"a flag on mtime", REQUEST_MTIME, AT(request, flags), SCAN_FULL, false},
    {"a flag on an action", REQUEST_ACTION, AT(request, flags), PARAMETER_REMOVE, false},
    {"ids on scan", REQUEST_SCAN, AT(request, id_count), 1, false},
    {"ids on list", REQUEST_LIST, AT(request, id_count), 1, false},
    {"ids on select", REQUEST_SELECT, AT(request, id_count), 1, false},
    {"ids on settings", REQUEST_SETTINGS, AT(request, id_count), 1, false},
    {"ids on cancel", REQUEST_CANCEL, AT(request, id_count), 1, false},
    {"ids on reload", REQUEST_RELOAD, AT(request, id_count), 1, false},
    {"ids on set parameter", REQUEST_SET_PARAMETER, AT(request, id_count), 1, false},
    {"no ids", REQUEST_MTIME, AT(request, id_count), 0, false},
    {"one id", REQUEST_MTIME, AT(request, id_count), 1, true},
    {"all ids", REQUEST_MTIME, AT(request, id_count), PROTOCOL_MTIMES, true},
    {"one id more", REQUEST_MTIME, AT(request, id_count), PROTOCOL_MTIMES + 1, false},
    {"a huge number of ids", REQUEST_MTIME, AT(request, id_count), UINT32_MAX, false},
    {"a dash in the first id", REQUEST_MTIME, offsetof(struct request, ids[0][0]), 1, '-', false},
    {"a slash in the last id", REQUEST_MTIME, offsetof(struct request, ids[PROTOCOL_MTIMES - 1][3]),
     1, '/', false},
    {"an empty id", REQUEST_MTIME, offsetof(struct request, ids[5][0]), 1, 0, false},
    {"an id cut short", REQUEST_MTIME, offsetof(struct request, ids[5][5]), 1, 0, false},
    {"hold", REQUEST_ACTION, AT(request, command), COMMAND_HOLD, true},
    {"unhold", REQUEST_ACTION, AT(request, command), COMMAND_UNHOLD, true},
    {"requeue", REQUEST_ACTION, AT(request, command), COMMAND_REQUEUE, true},
    {"delete", REQUEST_ACTION, AT(request, command), COMMAND_DELETE, true},
    {"expire", REQUEST_ACTION, AT(request, command), COMMAND_EXPIRE, true},
    {"no command", REQUEST_ACTION, AT(request, command), 0, false},
    {"flush is no action by ids", REQUEST_ACTION, AT(request, command), COMMAND_FLUSH, false},
    {"nor is view", REQUEST_ACTION, AT(request, command), COMMAND_VIEW, false},
    {"nor is count", REQUEST_ACTION, AT(request, command), COMMAND_COUNT, false},
    {"a command beyond the last", REQUEST_ACTION, AT(request, command), COMMAND_END, false},
    {"a command whose bit wraps", REQUEST_ACTION, AT(request, command), 32 + COMMAND_HOLD, false},
    {"a huge command", REQUEST_ACTION, AT(request, command), UINT32_MAX, false},
    {"a command on list", REQUEST_LIST, AT(request, command), COMMAND_HOLD, false},
    {"a command on flush", REQUEST_FLUSH, AT(request, command), COMMAND_FLUSH, false},
    {"an action on nothing", REQUEST_ACTION, AT(request, id_count), 0, false},
    {"an action on one", REQUEST_ACTION, AT(request, id_count), 1, true},
    {"an action on all", REQUEST_ACTION, AT(request, id_count), PROTOCOL_IDS, true},
    {"an action on one more", REQUEST_ACTION, AT(request, id_count), PROTOCOL_IDS + 1, false},
    {"a newline in the last id", REQUEST_ACTION, offsetof(struct request, ids[PROTOCOL_IDS - 1][6]),
     1, '\n', false},
    {"flush everything", REQUEST_FLUSH, AT(request, id_count), 0, true},
    {"flush one", REQUEST_FLUSH, AT(request, id_count), 1, true},
    {"flush two", REQUEST_FLUSH, AT(request, id_count), 2, false},
    {"view nothing", REQUEST_VIEW, AT(request, id_count), 0, false},
    {"view one", REQUEST_VIEW, AT(request, id_count), 1, true},
    {"view two", REQUEST_VIEW, AT(request, id_count), 2, false},
    {"view an option", REQUEST_VIEW, offsetof(struct request, ids[0][0]), 1, '-', false},
    {"one lifetime", REQUEST_SET_PARAMETER, AT(request, parameter), PARAMETER_BOUNCE_LIFETIME,
     true},
    {"the other", REQUEST_SET_PARAMETER, AT(request, parameter), PARAMETER_MAXIMAL_LIFETIME, true},
    {"no lifetime", REQUEST_SET_PARAMETER, AT(request, parameter), 0, false},
    {"a lifetime as transports", REQUEST_SET_PARAMETER, AT(request, parameter),
     PARAMETER_DEFER_TRANSPORTS, true},
    {"transports as a lifetime", REQUEST_SET_PARAMETER, offsetof(struct request, value[2]), 1, 'd',
     false},
    {"a parameter beyond the last", REQUEST_SET_PARAMETER, AT(request, parameter), PARAMETER_COUNT,
     false},
    {"a huge parameter", REQUEST_SET_PARAMETER, AT(request, parameter), UINT32_MAX, false},
    {"a value to be removed", REQUEST_SET_PARAMETER, AT(request, flags), PARAMETER_REMOVE, false},
    {"a value of letters", REQUEST_SET_PARAMETER, offsetof(struct request, value[0]), 1, 'x',
     false},
    {"a value without a unit", REQUEST_SET_PARAMETER, offsetof(struct request, value[1]), 1, 0,
     false},
    {"an empty value", REQUEST_SET_PARAMETER, offsetof(struct request, value[0]), 1, 0, false},
    {"a reload for a lifetime", REQUEST_RELOAD, AT(request, parameter), PARAMETER_BOUNCE_LIFETIME,
     true},
    {"a reload for a pause", REQUEST_RELOAD, AT(request, parameter), PARAMETER_DEFER_TRANSPORTS,
     true},
    {"a reload for nothing", REQUEST_RELOAD, AT(request, parameter), 0, false},
    {"a reload for one beyond the last", REQUEST_RELOAD, AT(request, parameter), PARAMETER_COUNT,
     false},
    {"a parameter on settings", REQUEST_SETTINGS, AT(request, parameter), PARAMETER_BOUNCE_LIFETIME,
     false},
    {"a value on reload", REQUEST_RELOAD, offsetof(struct request, value[3]), 1, 'd', false},
    {"no deadline", REQUEST_ACTION, AT(request, deadline_usec), 0, false},
    {"no deadline for a listing", REQUEST_LIST, AT(request, deadline_usec), 0, false},
    {"a cancel with a deadline", REQUEST_CANCEL, AT(request, deadline_usec), 1, false},
    {"any worker", REQUEST_ACTION, AT(request, worker), UINT32_MAX, true},
    {"main.cf", REQUEST_MAIN_CF, AT(request, sequence), 7, true},
    {"the log from its end", REQUEST_LOG, AT(request, sequence), 7, true},
    {"ids on log", REQUEST_LOG, AT(request, id_count), 1, false},
    {"a place in the journal", REQUEST_LOG, AT(request, position.source), MAIL_LOG_JOURNAL, true},
    {"a place in no file", REQUEST_LOG, AT(request, position.source), MAIL_LOG_FILE, false},
    {"a place in another log", REQUEST_LOG, AT(request, position.source), MAIL_LOG_SOURCE_END,
     false},
    {"a place nowhere", REQUEST_LOG, AT(request, position.offset), 1, false},
    {"a place on list", REQUEST_LIST, AT(request, position.source), MAIL_LOG_JOURNAL, false},
};

static struct request good_request(uint32_t type) {
    static const uint32_t id_counts[REQUEST_TYPE_END] = {
        [REQUEST_MTIME] = PROTOCOL_MTIMES, [REQUEST_ACTION] = PROTOCOL_IDS, [REQUEST_VIEW] = 1};
    struct request request = {.version = PROTOCOL_VERSION, .type = type, .sequence = 3};
    request.deadline_usec = type == REQUEST_CANCEL ? 0 : 1;
    request.id_count = id_counts[type];
    for (size_t i = 0; i < PROTOCOL_IDS; i++) {
        snprintf(request.ids[i], sizeof request.ids[i], "3F25%04zX", i);
    }
    if (type == REQUEST_ACTION) {
        request.command = COMMAND_HOLD;
    }
    if (type == REQUEST_SET_PARAMETER || type == REQUEST_RELOAD) {
        request.parameter = PARAMETER_BOUNCE_LIFETIME;
    }
    if (type == REQUEST_SET_PARAMETER) {
        snprintf(request.value, sizeof request.value, "5d");
    }
    return request;
}

/* As it would come over the wire: a packet cannot hold more than all ids. */
static size_t wire_size(const struct request *request) {
    return request_size(request->id_count < PROTOCOL_IDS ? request->id_count : PROTOCOL_IDS);
}

static void apply(void *packet, const struct change *change) {
    /* Little and big endian alike: through the type of that size. */
    union {
        uint8_t one;
        uint32_t four;
        uint64_t eight;
    } value;
    memset(&value, 0, sizeof value);
    if (change->size == 1) {
        value.one = (uint8_t)change->value;
    } else if (change->size == 4) {
        value.four = (uint32_t)change->value;
    } else {
        value.eight = (uint64_t)change->value;
    }
    memcpy((char *)packet + change->offset, &value, change->size);
}

static void test_requests(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        struct request request = good_request(requests[i].type);
        CHECK(requests[i].name, request_valid(&request, wire_size(&request)));
        apply(&request, &requests[i]);
        CHECK_INT(requests[i].name, request_valid(&request, wire_size(&request)),
                  requests[i].valid);
    }
}

/* Ids without a NUL fill their field and are one octet too long. */
static void test_unterminated(void **state) {
    (void)state;
    struct request request = good_request(REQUEST_ACTION);
    memset(request.ids[PROTOCOL_IDS - 1], 'A', QUEUE_ID_SIZE);
    CHECK("33 octets", !request_valid(&request, wire_size(&request)));
    request.ids[PROTOCOL_IDS - 1][QUEUE_ID_MAX] = '\0';
    CHECK("32 octets", request_valid(&request, wire_size(&request)));

    request = good_request(REQUEST_SET_PARAMETER);
    request.parameter = PARAMETER_DEFER_TRANSPORTS;
    memset(request.value, 's', sizeof request.value);
    CHECK("a value without NUL", !request_valid(&request, request_size(0)));
    request.value[sizeof request.value - 1] = '\0';
    CHECK("the longest value", request_valid(&request, request_size(0)));
    request.parameter = PARAMETER_BOUNCE_LIFETIME;
    CHECK("the longest is no lifetime", !request_valid(&request, request_size(0)));
}

static void test_remove_lifetime(void **state) {
    (void)state;
    struct request request = good_request(REQUEST_SET_PARAMETER);
    request.flags = PARAMETER_REMOVE;
    memset(request.value, 0, sizeof request.value);
    CHECK("no value", request_valid(&request, request_size(0)));
    request.value[sizeof request.value - 1] = 'd';
    CHECK("something at the end", !request_valid(&request, request_size(0)));
}

static const struct change replies[] = {
    {"hello", REPLY_HELLO, AT(reply, sequence), 0, true},
    {"counts", REPLY_COUNTS, AT(reply, sequence), 7, true},
    {"stream", REPLY_STREAM, AT(reply, sequence), 7, true},
    {"exit", REPLY_EXIT, AT(reply, wait_status), -1, true},
    {"mtime", REPLY_MTIME, AT(reply, id_count), PROTOCOL_MTIMES, true},
    {"dirty", REPLY_DIRTY, AT(reply, sequence), 0, true},
    {"settings dirty", REPLY_SETTINGS_DIRTY, AT(reply, sequence), 0, true},
    {"version 0", REPLY_HELLO, AT(reply, version), 0, false},
    {"another version", REPLY_HELLO, AT(reply, version), PROTOCOL_VERSION + 1, false},
    {"no type", REPLY_HELLO, AT(reply, type), 0, false},
    {"a type beyond the last", REPLY_HELLO, AT(reply, type), REPLY_TYPE_END, false},
    {"a huge type", REPLY_HELLO, AT(reply, type), UINT32_MAX, false},
    {"an error", REPLY_COUNTS, AT(reply, error), 13, true},
    {"a negative error", REPLY_COUNTS, AT(reply, error), -13, false},
    {"too many ids", REPLY_MTIME, AT(reply, id_count), PROTOCOL_MTIMES + 1, false},
    {"a huge number of ids", REPLY_MTIME, AT(reply, id_count), UINT32_MAX, false},
    {"no state of Postfix", REPLY_COUNTS, AT(reply, postfix), 0, false},
    {"a state beyond the last", REPLY_COUNTS, AT(reply, postfix), POSTFIX_UNKNOWN + 1, false},
    {"an unknown state", REPLY_COUNTS, AT(reply, postfix), POSTFIX_UNKNOWN, true},
    {"a reason", REPLY_EXIT, AT(reply, reason), REASON_NO_MESSAGE, true},
    {"a reason beyond the last", REPLY_EXIT, AT(reply, reason), REASON_END, false},
    {"no state elsewhere", REPLY_HELLO, AT(reply, postfix), 0, true},
};

static void test_replies(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(replies); i++) {
        struct reply reply = {
            .version = PROTOCOL_VERSION, .type = replies[i].type, .postfix = POSTFIX_RUNNING};
        CHECK(replies[i].name, reply_valid(&reply, sizeof reply));
        apply(&reply, &replies[i]);
        CHECK_INT(replies[i].name, reply_valid(&reply, sizeof reply), replies[i].valid);
    }
}

static void test_unterminated_text(void **state) {
    (void)state;
    struct reply reply = {.version = PROTOCOL_VERSION, .type = REPLY_HELLO};
    memset(reply.text, 'x', sizeof reply.text);
    CHECK("no NUL", !reply_valid(&reply, sizeof reply));
    reply.text[sizeof reply.text - 1] = '\0';
    CHECK("NUL at the end", reply_valid(&reply, sizeof reply));
}

/* Any other length than the exact one, without looking behind what is there. */
static void test_lengths(void **state) {
    (void)state;
    struct request request = good_request(REQUEST_ACTION);
    struct reply reply = {.version = PROTOCOL_VERSION, .type = REPLY_HELLO};
    const size_t cuts[] = {0, 1, 4, 8, 100};
    for (size_t i = 0; i < COUNT_OF(cuts); i++) {
        /* At least an aligned header's room: the check of the length comes first. */
        struct request *short_request = malloc(sizeof request);
        struct reply *short_reply = malloc(sizeof reply);
        assert_non_null(short_request);
        assert_non_null(short_reply);
        memcpy(short_request, &request, sizeof request);
        memcpy(short_reply, &reply, sizeof reply);
        CHECK("a short request", !request_valid(short_request, cuts[i]));
        CHECK("a short reply", !reply_valid(short_reply, cuts[i]));
        free(short_request);
        free(short_reply);
    }
    CHECK("one octet less", !request_valid(&request, sizeof request - 1));
    CHECK("one octet more", !request_valid(&request, sizeof request + 1));
    request.id_count = 3;
    CHECK("as many ids as it says", request_valid(&request, request_size(3)));
    CHECK("one id less than it says", !request_valid(&request, request_size(2)));
    CHECK("one id more than it says", !request_valid(&request, request_size(4)));
    CHECK("the header only", !request_valid(&request, request_size(0)));
    CHECK("one octet less", !reply_valid(&reply, sizeof reply - 1));
    CHECK("one octet more", !reply_valid(&reply, sizeof reply + 1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests),          cmocka_unit_test(test_unterminated),
        cmocka_unit_test(test_remove_lifetime),   cmocka_unit_test(test_replies),
        cmocka_unit_test(test_unterminated_text), cmocka_unit_test(test_lengths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

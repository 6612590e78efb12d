/*
 * One line of `postqueue -j` (postqueue(1), JSON object format): a JSON object for one message.
 * Members that are not known are ignored, as its manual asks.
 */
#ifndef HMQ_CORE_MESSAGE_JSON_H
#define HMQ_CORE_MESSAGE_JSON_H

#include "core/listing.h"

struct message_json;

/* What the line says before its strings are copied; sender and members borrow from the parse. */
struct message_head {
    enum queue queue;
    char id[QUEUE_ID_SIZE]; /* "" when the line has no valid one: see message_json_open */
    int64_t arrival;
    uint64_t size;
    bool forced_expire;
    size_t recipient_count;
};

/*
 * Parses the line. LINE_OK: *head filled, *json holds the parse (message_json_close).
 * LINE_SKIPPED: head->queue is known, but a member that every message has is missing or senseless;
 * LINE_BAD: not an object with a known queue_name. For these two error says why and *json is NULL.
 */
enum line_result message_json_open(const char *line, size_t len, struct message_json **json,
                                   struct message_head *head, char *error, size_t size);

/* Builds the message (free(3)) with sender, recipients and reasons; NULL without memory. */
struct message *message_json_build(const struct message_json *json,
                                   const struct message_head *head);

/* The envelope sender, "" = the null sender. Borrowed from the parse. */
const char *message_json_sender(const struct message_json *json);

/* Calls take for each recipient, with texts borrowed from the parse, until it returns false. */
void message_json_recipients(const struct message_json *json,
                             bool (*take)(void *userdata, const char *address, const char *reason),
                             void *userdata);

void message_json_close(struct message_json *json);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The text of a chat message about an event, in parts that each chat service puts together in its
 * own way. For payload*.c only.
 *
 * A message has two kinds of text. Our own is written by chat_add as it is, with markup. Foreign
 * text is whatever outsiders may have written; chat_add_foreign cleans it (core/text.h) and escapes
 * what has a meaning to the service, so that it cannot make a link, a mention or a line of its own.
 */
#ifndef HMQ_HOOKS_PAYLOAD_CHAT_H
#define HMQ_HOOKS_PAYLOAD_CHAT_H

#include "hooks/payload_internal.h"

#include <stddef.h>

/* Room for every text of an event with each character escaped. */
#define CHAT_SIZE ((size_t)16 * 1024)

/* An octet that has a meaning to the service, and what is sent instead of it. */
struct chat_escape {
    char octet;
    const char *instead;
};

/* A text under construction; starts as {.escapes = ...}. It is cut where the room ends. */
struct chat {
    const struct chat_escape *escapes; /* ends with octet 0; NULL = nothing is escaped */
    size_t len;
    char text[CHAT_SIZE]; /* NUL-terminated */
};

/* Appends text of ours. */
__attribute__((format(printf, 2, 3))) void chat_add(struct chat *chat, const char *format, ...);

/* Appends text from outside, of at most 1024 octets. */
void chat_add_foreign(struct chat *chat, const char *foreign);

/* Appends what has happened, with the name of the condition if there are several: "Mail queue
 * overloaded", "Mail queue condition raised (old)". */
void chat_add_title(struct chat *chat, const struct event *event);

/* Appends the text of the event and the numbers of the queue or of the action, a line each; the
 * first one begins where the text ends if that is empty, and otherwise on a new line. */
void chat_add_body(struct chat *chat, const struct event *event);

/* Appends the event and where it comes from: "hmqOverloadRaised #17, 2026-11-24T23:41:07Z,
 * /etc/postfix". */
void chat_add_origin(struct chat *chat, const struct event *event,
                     const struct payload_origin *origin);

/* The short code of the emoji for a severity, without colons: "warning"; static. */
const char *chat_emoji(enum event_severity severity);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A message has two forms. The draft is filled while the message's line is read: its recipients and
 * their raw texts, in two buffers that grow; a reason equal to the previous one is stored once.
 * message_build then makes the final form, a single block of memory: the struct, the places of the
 * recipients' texts, and the texts in UTF-8, the sender's first. Places are offsets from the
 * beginning of the block, so that realloc(3) may move it. message_cut relies on the texts being in
 * the order of the recipients.
 */
#include "core/message.h"

#include "core/text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Enough of any raw text to fill MESSAGE_TEXT_MAX octets of UTF-8; a character that this cuts in
 * two is beyond those. */
#define RAW_MAX ((size_t)MESSAGE_TEXT_MAX + 4)

const char *message_sender_text(const struct message *message) {
    return (const char *)message + message->sender;
}

const char *message_address_text(const struct message *message, size_t recipient) {
    return (const char *)message + message->recipients[recipient].address;
}

const char *message_reason_text(const struct message *message, size_t recipient) {
    return (const char *)message + message->recipients[recipient].reason;
}

static bool grow(void **block, size_t *capacity, size_t needed, size_t unit) {
    size_t larger = *capacity == 0 ? 16 : *capacity;
    if (needed <= *capacity) {
        return true;
    }
    while (larger < needed) {
        larger *= 2;
    }
    void *grown = realloc(*block, larger * unit);
    if (grown == NULL) {
        return false;
    }
    *block = grown;
    *capacity = larger;
    return true;
}

static uint32_t append(struct message_draft *draft, const char *text, size_t len) {
    size_t at = draft->used;
    memcpy(draft->text + at, text, len);
    draft->text[at + len] = '\0';
    draft->used = at + len + 1;
    return (uint32_t)at;
}

/* Many recipients of a message wait for the same reason, which is stored once for a run of them. */
static bool has_reason(const struct message_draft *draft, const char *reason, size_t len) {
    if (draft->count == 0) {
        return false;
    }
    const char *last = draft->text + draft->recipients[draft->count - 1].reason;
    return strncmp(last, reason, len) == 0 && last[len] == '\0';
}

void message_draft_add(struct message_draft *draft, const char *address, const char *reason,
                       size_t octets_max) {
    size_t address_len = strnlen(address, RAW_MAX);
    size_t reason_len = strnlen(reason, RAW_MAX);
    bool same = has_reason(draft, reason, reason_len);
    size_t used = draft->used + address_len + 1 + (same ? 0 : reason_len + 1);
    size_t octets = sizeof(struct message) + (draft->count + 1) * sizeof *draft->recipients + used;
    if (draft->full || (draft->count > 0 && octets > octets_max)) {
        draft->full = true;
        return;
    }
    void *recipients = draft->recipients;
    void *text = draft->text;
    bool grown = grow(&recipients, &draft->capacity, draft->count + 1, sizeof *draft->recipients);
    grown = grow(&text, &draft->room, used, 1) && grown;
    draft->recipients = recipients;
    draft->text = text;
    if (!grown) {
        draft->full = draft->no_memory = true;
        return;
    }
    struct recipient_place place = {.address = append(draft, address, address_len)};
    place.reason =
        same ? draft->recipients[draft->count - 1].reason : append(draft, reason, reason_len);
    draft->recipients[draft->count++] = place;
}

void message_draft_reset(struct message_draft *draft) {
    draft->count = draft->used = 0;
    draft->full = draft->no_memory = false;
}

void message_draft_deinit(struct message_draft *draft) {
    free(draft->recipients);
    free(draft->text);
    *draft = (struct message_draft){0};
}

/* Appends a text, in the form in which it is served. Returns where it begins. */
static uint32_t put_text(struct message *message, const char *text) {
    char utf8[3 * RAW_MAX + 1];
    size_t at = message->octets;
    size_t len = text_to_utf8(text, strnlen(text, RAW_MAX), utf8);
    len = text_utf8_prefix(utf8, len, MESSAGE_TEXT_MAX);
    memcpy((char *)message + at, utf8, len);
    ((char *)message)[at + len] = '\0';
    message->octets = at + len + 1;
    return (uint32_t)at;
}

static struct message *fit(struct message *message) {
    assert(message->octets >= sizeof *message);
    struct message *fitted = realloc(message, message->octets);
    if (fitted == NULL) {
        return message;
    }
    return fitted;
}

struct message *message_build(const struct message_head *head, const struct message_draft *draft,
                              size_t octets_max) {
    size_t fixed = sizeof(struct message) + draft->count * sizeof *draft->recipients;
    struct message *message = malloc(fixed + 3 * (draft->used + RAW_MAX) + 1);
    if (message == NULL || draft->no_memory) {
        free(message);
        return NULL;
    }
    *message = (struct message){.queue = head->queue,
                                .forced_expire = head->forced_expire,
                                .arrival = head->arrival,
                                .size = head->size,
                                .octets = fixed,
                                .recipient_count = head->recipient_count,
                                .recipient_rows = draft->count};
    memcpy(message->id, head->id, sizeof message->id);
    message->sender = put_text(message, head->sender);
    for (size_t i = 0; i < draft->count; i++) {
        const struct recipient_place *from = &draft->recipients[i];
        struct recipient_place *to = &message->recipients[i];
        bool same = i > 0 && from->reason == draft->recipients[i - 1].reason;
        to->address = put_text(message, draft->text + from->address);
        to->reason = same ? message->recipients[i - 1].reason
                          : put_text(message, draft->text + from->reason);
    }
    return message_cut(fit(message), octets_max);
}

/* Where the texts of the first count recipients end; they follow the sender, in order. */
static size_t texts_end(const struct message *message, size_t count, size_t end) {
    const struct recipient_place *last = &message->recipients[count - 1];
    size_t address_end = last->address + strlen((const char *)message + last->address) + 1;
    size_t reason_end = last->reason + strlen((const char *)message + last->reason) + 1;
    end = address_end > end ? address_end : end;
    return reason_end > end ? reason_end : end;
}

struct message *message_cut(struct message *message, size_t octets_max) {
    size_t kept = 0;
    size_t end = 0;
    if (message->octets <= octets_max || message->recipient_rows < 2) {
        return message;
    }
    while (kept < message->recipient_rows) {
        size_t next = texts_end(message, kept + 1, end);
        size_t left_out = (message->recipient_rows - kept - 1) * sizeof *message->recipients;
        if (kept > 0 && next - left_out > octets_max) {
            break;
        }
        end = next;
        kept++;
    }
    /* The texts follow the last recipient that is kept. */
    size_t freed = (message->recipient_rows - kept) * sizeof *message->recipients;
    char *texts = (char *)&message->recipients[message->recipient_rows];
    memmove(texts - freed, texts, end - (size_t)(texts - (char *)message));
    message->sender -= (uint32_t)freed;
    for (size_t i = 0; i < kept; i++) {
        message->recipients[i].address -= (uint32_t)freed;
        message->recipients[i].reason -= (uint32_t)freed;
    }
    message->recipient_rows = kept;
    message->octets = end - freed;
    return fit(message);
}

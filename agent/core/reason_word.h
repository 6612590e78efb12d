/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a word in the text of a reason is: for core/reason_group.c only. Words are octets and their
 * number, without NUL. Octets that are not ASCII count as letters.
 */
#ifndef HMQ_CORE_REASON_WORD_H
#define HMQ_CORE_REASON_WORD_H

#include <stdbool.h>
#include <stddef.h>

/* What an octet is, as bits. An atom has octets of the first four classes. */
enum {
    WORD_LETTER = 1,
    WORD_DIGIT = 2,
    WORD_JOINT = 4,  /* dot, hyphen, underscore: within words, but not at their ends */
    WORD_DIVIDE = 8, /* other punctuation within atoms: it divides words */
    WORD_BLANK = 16,
};

extern const unsigned char word_classes[256];

static inline unsigned word_class(char c) {
    return word_classes[(unsigned char)c];
}

static inline bool word_is_letter(char c) {
    return word_class(c) == WORD_LETTER;
}

static inline bool word_is_digit(char c) {
    return word_class(c) == WORD_DIGIT;
}

/* Octets at the ends of words, and within them. */
static inline bool word_is_outer(char c) {
    return (word_class(c) & (WORD_LETTER | WORD_DIGIT)) != 0;
}

static inline bool word_is_inner(char c) {
    return (word_class(c) & (WORD_LETTER | WORD_DIGIT | WORD_JOINT)) != 0;
}

struct word_form {
    bool letters, digits; /* it has some */
    bool host;            /* a host name with at least one dot */
};

struct word_form word_form(const char *word, size_t len);

/* Three octets, 400..559, as in RFC 5321, 4.2. */
bool word_is_reply_code(const char *word);

/* The length of the enhanced status code (RFC 3463) at the beginning, which nothing but a blank or
 * punctuation follows, or 0. */
size_t word_enhanced_code(const char *word, size_t len);

/* An IPv4 address, also with the length of a prefix; an IPv6 address, also as in RFC 5321. */
bool word_is_ip(const char *word, size_t len);

/* A time or a date with punctuation: 10:15, 2024-01-10T09:08:07.123Z. */
bool word_is_time(const char *word, size_t len);

/* An address with something on either side of its @; and the length of `to=` or the like, which may
 * precede it. */
bool word_is_address(const char *word, size_t len);
size_t word_address_prefix(const char *word, size_t len);

/* The length of the unit behind a number, as in 300s or 10MB, or 0. */
size_t word_unit(const char *word, size_t len);

/* True if the text begins with a blank and the name of something that the number before it counts:
 * " seconds". */
bool word_is_counted(const char *text, size_t len);

/* The short name of a day or a month. */
bool word_is_date(const char *word, size_t len);

/* Letters and digits that do not vary: a server's code for a cause (S3150), or a known word. */
bool word_is_code(const char *word, size_t len);

/* A piece of a URL behind its host that varies. */
bool word_varies_in_url(const char *word, size_t len);

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Forms of words. No function looks beyond the length it is given, and each takes time proportional
 * to it at most.
 */
#include "core/reason_word.h"

#include <string.h>
#include <strings.h>

/* A server's own code for a cause: S3150, TSS04, AS-4520, BL000010. Queue IDs are longer. */
#define CODE_LETTERS_MAX 6
#define CODE_MAX 9

/* Numbers in URLs name an article up to this length. */
#define URL_NUMBER_MAX 7

const unsigned char word_classes[256] = {
    [0 ... ' '] = WORD_BLANK,    [0x7F] = WORD_BLANK,         ['0' ... '9'] = WORD_DIGIT,
    ['a' ... 'z'] = WORD_LETTER, ['A' ... 'Z'] = WORD_LETTER, [0x80 ... 0xFF] = WORD_LETTER,
    ['.'] = WORD_JOINT,          ['-'] = WORD_JOINT,          ['_'] = WORD_JOINT,
    ['@'] = WORD_DIVIDE,         ['+'] = WORD_DIVIDE,         ['/'] = WORD_DIVIDE,
    [':'] = WORD_DIVIDE,         ['~'] = WORD_DIVIDE,         ['%'] = WORD_DIVIDE,
    ['&'] = WORD_DIVIDE,         ['#'] = WORD_DIVIDE,         ['!'] = WORD_DIVIDE,
    ['$'] = WORD_DIVIDE,         ['^'] = WORD_DIVIDE,         ['?'] = WORD_DIVIDE,
    ['='] = WORD_DIVIDE,         ['\\'] = WORD_DIVIDE,
};

static bool is_one_of(const char *const *words, const char *word, size_t len) {
    for (; *words != NULL; words++) {
        if (strlen(*words) == len && strncasecmp(*words, word, len) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

/* The last label of a host name: letters in one case, so that "end.Next" is none. */
static bool is_top_label(const char *label, size_t len) {
    bool same = len >= 2;
    for (size_t i = 0; i < len && same; i++) {
        same = word_is_letter(label[i]) && is_upper(label[i]) == is_upper(label[0]);
    }
    return same || (len > 4 && strncasecmp(label, "xn--", 4) == 0);
}

struct word_form word_form(const char *word, size_t len) {
    struct word_form form = {.host = true};
    size_t label = 0;
    for (size_t i = 0; i < len; i++) {
        if (word[i] == '.') {
            form.host = form.host && i > label;
            label = i + 1;
        }
        form.letters = form.letters || word_is_letter(word[i]);
        form.digits = form.digits || word_is_digit(word[i]);
    }
    form.host = form.host && label > 0 && is_top_label(word + label, len - label);
    return form;
}

bool word_is_reply_code(const char *word) {
    return (word[0] == '4' || word[0] == '5') && word[1] >= '0' && word[1] <= '5' &&
           word_is_digit(word[2]);
}

/* The number of digits at the beginning, at most three. */
static size_t digits_length(const char *text, size_t len) {
    size_t digits = 0;
    while (digits < len && digits < 3 && word_is_digit(text[digits])) {
        digits++;
    }
    return digits;
}

size_t word_enhanced_code(const char *word, size_t len) {
    size_t at = 1;
    if (len < 5 || (word[0] != '2' && word[0] != '4' && word[0] != '5')) {
        return 0;
    }
    for (int part = 0; part < 2; part++) {
        if (at == len || word[at++] != '.') {
            return 0;
        }
        size_t digits = digits_length(word + at, len - at);
        if (digits == 0) {
            return 0;
        }
        at += digits;
    }
    bool ends = at == len || !(word_is_outer(word[at]) ||
                               (word[at] == '.' && at + 1 < len && word_is_outer(word[at + 1])));
    return ends ? at : 0;
}

/* The length of the IPv4 address at the beginning, or 0. */
static size_t ipv4_length(const char *word, size_t len) {
    size_t at = 0;
    for (int part = 0; part < 4; part++) {
        if (part > 0 && (at == len || word[at++] != '.')) {
            return 0;
        }
        size_t digits = digits_length(word + at, len - at);
        if (digits == 0) {
            return 0;
        }
        at += digits;
    }
    return at;
}

/* Digits after a slash, or nothing. */
static bool is_prefix_length(const char *word, size_t len) {
    bool digits = len == 0 || (word[0] == '/' && len > 1 && len <= 4);
    for (size_t i = 1; i < len && digits; i++) {
        digits = word_is_digit(word[i]);
    }
    return digits;
}

bool word_is_ip(const char *word, size_t len) {
    size_t colons = 0;
    bool digit = false;
    size_t at = ipv4_length(word, len);
    if (at > 0) {
        return is_prefix_length(word + at, len - at);
    }
    if (len > 5 && strncasecmp(word, "IPv6:", 5) == 0) {
        word += 5;
        len -= 5;
    }
    for (at = 0; at < len && word[at] != '\0' && strchr("0123456789abcdefABCDEF:.", word[at]);
         at++) {
        colons += word[at] == ':';
        digit = digit || word_is_digit(word[at]);
    }
    return colons >= 2 && digit && at <= 45 && is_prefix_length(word + at, len - at);
}

bool word_is_time(const char *word, size_t len) {
    size_t colons = 0;
    size_t slashes = 0;
    if (len == 0 || !word_is_digit(word[0]) || ipv4_length(word, len) > 0) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (!word_is_digit(word[i]) && strchr(":/.-+TZ", word[i]) == NULL) {
            return false;
        }
        colons += word[i] == ':';
        slashes += word[i] == '/';
    }
    return colons > 0 || slashes > 1;
}

bool word_is_address(const char *word, size_t len) {
    const char *at = len > 0 ? memchr(word, '@', len) : NULL;
    return at != NULL && at > word && at < word + len - 1;
}

size_t word_address_prefix(const char *word, size_t len) {
    static const char *const names[] = {"to",   "from",   "sender",  "recipient", "rcpt",
                                        "user", "mailto", "orig_to", NULL};
    for (size_t i = 0; i < len && i < 10; i++) {
        if (word[i] == '=' || word[i] == ':') {
            return is_one_of(names, word, i) ? i + 1 : 0;
        }
    }
    return 0;
}

size_t word_unit(const char *word, size_t len) {
    static const char *const units[] = {"s",  "sec", "secs", "m",  "min",   "mins", "h",
                                        "hr", "hrs", "d",    "ms", "k",     "kb",   "kib",
                                        "mb", "mib", "g",    "gb", "bytes", "th",   NULL};
    size_t at = 0;
    while (at < len && (word_is_digit(word[at]) || word[at] == '.')) {
        at++;
    }
    return at > 0 && is_one_of(units, word + at, len - at) ? len - at : 0;
}

bool word_is_counted(const char *text, size_t len) {
    static const char *const things[] = {" sec",      " min",   " hour", " day",
                                         " messages", " bytes", NULL};
    const char *const *thing = things;
    while (*thing != NULL &&
           (len < strlen(*thing) || strncasecmp(text, *thing, strlen(*thing)) != 0)) {
        thing++;
    }
    return *thing != NULL;
}

bool word_is_date(const char *word, size_t len) {
    static const char *const names[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun",
                                        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
                                        "Aug", "Sep", "Oct", "Nov", "Dec", NULL};
    return len == 3 && is_upper(word[0]) && is_one_of(names, word, len);
}

bool word_is_code(const char *word, size_t len) {
    static const char *const known[] = {
        "ipv4",  "ipv6", "utf-8", "utf8",   "md5",      "sha1",     "sha256", "x.509",  "x509",
        "tlsv1", "tls1", "8bit",  "base64", "8bitmime", "smtputf8", "rfc822", "oauth2", NULL};
    size_t at = 0;
    if (is_one_of(known, word, len)) {
        return true;
    }
    while (at < len && at <= CODE_LETTERS_MAX && is_upper(word[at])) {
        at++;
    }
    if (at == 0 || at > CODE_LETTERS_MAX || len > CODE_MAX) {
        return false;
    }
    at += at < len && (word[at] == '-' || word[at] == '_');
    while (at < len && word_is_digit(word[at])) {
        at++;
    }
    return at == len;
}

/* A page such as index.html, whose name has no further dot. */
static bool is_page(const char *word, size_t len) {
    static const char *const kinds[] = {"html", "htm", "php",   "asp", "aspx",
                                        "cgi",  "txt", "shtml", NULL};
    const char *dot = memchr(word, '.', len);
    return dot != NULL && is_one_of(kinds, dot + 1, len - (size_t)(dot - word) - 1);
}

bool word_varies_in_url(const char *word, size_t len) {
    struct word_form form = word_form(word, len);
    if (len == 0) {
        return false;
    }
    if (memchr(word, '@', len) != NULL || memchr(word, '%', len) != NULL || word_is_ip(word, len)) {
        return true;
    }
    if (form.digits && !form.letters) {
        return len > URL_NUMBER_MAX || memchr(word, '.', len) != NULL;
    }
    if (form.digits) {
        return !word_is_code(word, len) && len > 4;
    }
    return form.host && !is_page(word, len);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text from outside. utf8_character is the one place that decides what is well-formed UTF-8
 * (overlong forms, surrogates and values above U+10FFFF are not), and is_unsafe the one place that
 * decides which characters may not reach a terminal or the MIB. The functions that check or clean a
 * text walk through it with these two and differ only in what they do about a bad octet or an
 * unsafe character. text_escape, which is for the log, needs neither: it escapes everything that is
 * not printable ASCII.
 */
#include "core/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define REPLACEMENT "\xEF\xBF\xBD"

/* The length of the well-formed character at in, or 0. RFC 3629, section 4. */
static size_t utf8_character(const unsigned char *in, size_t len) {
    static const struct {
        unsigned char first, last; /* of the lead octet */
        unsigned char low, high;   /* of the second octet */
        size_t length;
    } forms[] = {
        {0x00, 0x7F, 0, 0, 1},       {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
        {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
        {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };
    for (size_t f = 0; f < sizeof forms / sizeof forms[0]; f++) {
        if (in[0] < forms[f].first || in[0] > forms[f].last) {
            continue;
        }
        if (len < forms[f].length) {
            return 0;
        }
        for (size_t i = 1; i < forms[f].length; i++) {
            unsigned char low = i == 1 ? forms[f].low : 0x80;
            unsigned char high = i == 1 ? forms[f].high : 0xBF;
            if (in[i] < low || in[i] > high) {
                return 0;
            }
        }
        return forms[f].length;
    }
    return 0;
}

bool text_is_utf8(const char *in, size_t len) {
    for (size_t i = 0; i < len;) {
        size_t n = utf8_character((const unsigned char *)in + i, len - i);
        if (n == 0) {
            return false;
        }
        i += n;
    }
    return true;
}

/* Characters that end a line, move the cursor or change the direction of text. On a terminal or in
 * a table they could make a text look like another one. */
static const struct {
    uint32_t first, last;
} unsafe_ranges[] = {
    {0x00, 0x1F},     {0x7F, 0x9F},     /* C0, DEL, C1 */
    {0x61C, 0x61C},   {0x200E, 0x200F}, /* marks of direction */
    {0x2028, 0x202E},                   /* line and paragraph separators, embeddings, overrides */
    {0x2066, 0x2069},                   /* isolates */
};

/* in has a well-formed character of len octets. */
static bool is_unsafe(const unsigned char *in, size_t len) {
    static const unsigned char lead_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t character = in[0] & lead_bits[len];
    for (size_t i = 1; i < len; i++) {
        character = character << 6 | (in[i] & 0x3FU);
    }
    for (size_t r = 0; r < sizeof unsafe_ranges / sizeof unsafe_ranges[0]; r++) {
        if (character >= unsafe_ranges[r].first && character <= unsafe_ranges[r].last) {
            return true;
        }
    }
    return false;
}

bool text_is_safe(const char *in, size_t len) {
    for (size_t i = 0; i < len;) {
        const unsigned char *at = (const unsigned char *)in + i;
        size_t n = utf8_character(at, len - i);
        if (n == 0 || is_unsafe(at, n)) {
            return false;
        }
        i += n;
    }
    return true;
}

void text_make_safe(char *text) {
    size_t len = strlen(text);
    size_t written = 0;
    for (size_t i = 0; i < len;) {
        const unsigned char *at = (const unsigned char *)text + i;
        size_t n = utf8_character(at, len - i);
        if (n == 0 || is_unsafe(at, n)) {
            text[written++] = n == 0 ? '?' : ' ';
        } else {
            memmove(text + written, text + i, n);
            written += n;
        }
        i += n == 0 ? 1 : n;
    }
    text[written] = '\0';
}

size_t text_to_utf8(const char *in, size_t len, char *out) {
    size_t written = 0;
    for (size_t i = 0; i < len;) {
        while (i < len && in[i] >= ' ' && in[i] <= '~') {
            out[written++] = in[i++];
        }
        if (i == len) {
            break;
        }
        const unsigned char *at = (const unsigned char *)in + i;
        size_t n = utf8_character(at, len - i);
        if (n == 0) {
            memcpy(out + written, REPLACEMENT, 3);
            written += 3;
            i++;
        } else if (is_unsafe(at, n)) {
            out[written++] = ' ';
            i += n;
        } else {
            memcpy(out + written, in + i, n);
            written += n;
            i += n;
        }
    }
    out[written] = '\0';
    return written;
}

size_t text_utf8_prefix(const char *text, size_t len, size_t max) {
    if (len <= max) {
        return len;
    }
    size_t end = max;
    while (end > 0 && ((unsigned char)text[end] & 0xC0) == 0x80) {
        end--;
    }
    return end;
}

size_t text_utf16_prefix(const char *text, size_t len, size_t max) {
    size_t end = 0;
    size_t units = 0;
    while (end < len) {
        size_t n = utf8_character((const unsigned char *)text + end, len - end);
        size_t needed = n == 4 ? 2 : 1; /* a surrogate pair */
        if (n == 0 || units + needed > max) {
            break;
        }
        units += needed;
        end += n;
    }
    return end;
}

/* Writes an octet as text_escape does and returns the length without the NUL. */
static size_t escape_octet(char octet, char piece[5]) {
    if (octet >= 0x20 && octet <= 0x7E && octet != '\\') {
        piece[0] = octet;
        piece[1] = '\0';
        return 1;
    }
    return (size_t)snprintf(piece, 5, "\\x%02X", (unsigned)(unsigned char)octet);
}

const char *text_escape(const char *in, size_t len, char *out, size_t size) {
    static const char ellipsis[] = "...";
    char piece[5];
    size_t needed = 1;
    size_t written = 0;
    for (size_t i = 0; i < len && needed <= size; i++) {
        needed += escape_octet(in[i], piece);
    }
    size_t room = needed <= size ? size - 1 : size - sizeof ellipsis;
    for (size_t i = 0; i < len; i++) {
        size_t n = escape_octet(in[i], piece);
        if (written + n > room) {
            memcpy(out + written, ellipsis, sizeof ellipsis);
            return out;
        }
        memcpy(out + written, piece, n);
        written += n;
    }
    out[written] = '\0';
    return out;
}

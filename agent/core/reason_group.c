/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One pass over the text. It is cut into atoms, which are runs of octets that occur in addresses,
 * names, numbers and codes, and into whatever is between them, which is copied. An atom that is
 * nothing as a whole is cut into pieces at its punctuation. What a piece is depends on its form
 * and, where that is ambiguous (450 may be a reply code or a number of seconds), on what was
 * written before it.
 *
 * All that is looked ahead is bounded, so that a long text cannot make this slow. Octets that are
 * not ASCII count as letters; the result is made valid UTF-8 at the end. A `*` in the text is
 * treated like one that replaces something: nobody can tell them apart in a group.
 */
#include "core/reason_group.h"

#include "core/reason_word.h"
#include "core/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

/* Enough octets for a group even if cleaning shortens each character to a third. */
#define OUT_MAX ((size_t)4 * REASON_GROUP_SIZE)

/* The longest address in <>, and the longest IP address in []. RFC 5321 allows 256 for a path. */
#define ANGLE_MAX ((size_t)512)
#define BRACKET_MAX ((size_t)64)

struct grouping {
    const char *at, *end; /* what is still to be read */
    char out[OUT_MAX + 1];
    size_t length; /* of out */
    char code[3];  /* the first reply code, or NULs */
    bool full;
};

static void put(struct grouping *group, const char *text, size_t len) {
    if (len > OUT_MAX - group->length) {
        len = OUT_MAX - group->length;
        group->full = true;
    }
    memcpy(group->out + group->length, text, len);
    group->length += len;
}

/* Puts a `*`, unless there is nothing but spaces between it and the one before. */
static void put_star(struct grouping *group) {
    size_t len = group->length;
    while (len > 0 && group->out[len - 1] == ' ') {
        len--;
    }
    if (len > 0 && group->out[len - 1] == '*') {
        group->length = len;
    } else {
        put(group, "*", 1);
    }
}

static bool is_after(const struct grouping *group, const char *text) {
    size_t len = strlen(text);
    return group->length >= len && memcmp(group->out + group->length - len, text, len) == 0;
}

static bool is_after_any(const struct grouping *group, const char *const *texts) {
    while (*texts != NULL && !is_after(group, *texts)) {
        texts++;
    }
    return *texts != NULL;
}

static bool is_blank(char c) {
    return word_class(c) == WORD_BLANK;
}

static bool is_atom(char c) {
    return word_class(c) != 0 && word_class(c) != WORD_BLANK;
}

/* The octets that end a URL. */
static bool ends_url(char c) {
    return is_blank(c) || strchr("<>\"'()[]`*", c) != NULL;
}

/* The position of the first such octet, at most max octets away; else SIZE_MAX. */
static size_t find(const struct grouping *group, size_t from, char c, size_t max) {
    size_t there = (size_t)(group->end - group->at);
    size_t last = there < max ? there : max;
    const char *found = from < last ? memchr(group->at + from, c, last - from) : NULL;
    return found != NULL ? (size_t)(found - group->at) : SIZE_MAX;
}

/* True if an IP address in brackets follows, of len octets altogether. */
static bool is_bracketed_ip(const struct grouping *group, size_t *len) {
    size_t end = *group->at == '[' ? find(group, 1, ']', BRACKET_MAX) : SIZE_MAX;
    *len = end + 1;
    return end != SIZE_MAX && word_is_ip(group->at + 1, end - 1);
}

/* An address, which may have a quoted part with anything in it, and else no spaces. */
static bool take_angle(struct grouping *group) {
    size_t end = find(group, 1, '>', ANGLE_MAX);
    if (end == SIZE_MAX || find(group, 1, '@', end) == SIZE_MAX ||
        (group->at[1] != '"' && find(group, 1, ' ', end) != SIZE_MAX)) {
        return false;
    }
    put(group, "<*>", 3);
    group->at += end + 1;
    return true;
}

/* A reply code is where a server's answer begins, before an enhanced code, and where the first one
 * is repeated, since Postfix joins the lines of an answer. next: what follows it. */
static bool is_reply_code(struct grouping *group, const char *piece, size_t len, const char *next) {
    static const char *const words[] = {": ", "code ", "error ", "status ", "reply ", NULL};
    size_t there = (size_t)(group->end - next);
    if (len != 3 || !word_is_reply_code(piece) || word_is_counted(next, there)) {
        return false;
    }
    bool code = group->length == 0 || is_after_any(group, words) ||
                memcmp(group->code, piece, sizeof group->code) == 0 ||
                (there > 1 && word_enhanced_code(next + 1, there - 1) > 0);
    if (code && group->code[0] == '\0') {
        memcpy(group->code, piece, sizeof group->code);
    }
    return code;
}

static void put_number(struct grouping *group, const char *piece, size_t len, const char *next) {
    static const char *const kept[] = {"RFC ", "rfc ", "RFC", "section ", "port ", NULL};
    bool port = len <= 5 && is_after(group, "*:");
    if (port || is_after_any(group, kept) || is_reply_code(group, piece, len, next)) {
        put(group, piece, len);
    } else {
        put_star(group);
    }
}

/* A name that stays, because it says which blocklist it is about. */
static bool is_blocklist(const struct grouping *group) {
    static const char *const words[] = {"using ",     "listed by ",  "listed in ",   "listed on ",
                                        "listed at ", "blocked by ", "rejected by ", NULL};
    return is_after_any(group, words);
}

/* The piece that Postfix names, whatever it looks like. */
static bool is_named(const struct grouping *group) {
    static const char *const words[] = {"name=", "mail for ", NULL};
    return is_after_any(group, words);
}

static bool is_date_word(const struct grouping *group, const char *piece, size_t len) {
    const char *next = piece + len;
    if (!word_is_date(piece, len)) {
        return false;
    }
    while (next < group->end && next < piece + len + 4 && (*next == ' ' || *next == ',')) {
        next++;
    }
    return (is_after(group, "* ") || is_after(group, "*, ") || is_after(group, "*-") ||
            (next < group->end &&
             (word_is_digit(*next) || (group->end - next >= 3 && word_is_date(next, 3)))));
}

/* In an answer of several lines, a hyphen follows the reply code of all but the last. */
static bool begins_line(struct grouping *group, const char *piece, size_t len) {
    return len > 4 && word_is_reply_code(piece) && piece[3] == '-' &&
           (word_enhanced_code(piece + 4, len - 4) == len - 4 ||
            is_reply_code(group, piece, 3, piece + 3));
}

/* A piece with letters that is not a number with its unit. */
static bool varies(const struct grouping *group, const char *piece, size_t len,
                   struct word_form form) {
    if (is_named(group) || is_date_word(group, piece, len)) {
        return true;
    }
    return form.host ? !is_blocklist(group) : form.digits && !word_is_code(piece, len);
}

/* Letters, digits, dots, hyphens and underscores, with a letter or digit at either end. */
static void put_piece(struct grouping *group, const char *piece, size_t len) {
    size_t unit;
    if (begins_line(group, piece, len)) {
        memcpy(group->code, piece, sizeof group->code);
        put(group, piece, 4);
        piece += 4;
        len -= 4;
    }
    struct word_form form = word_form(piece, len);
    bool code = word_enhanced_code(piece, len) == len;
    if (!code && !is_named(group) && form.digits && !form.letters) {
        put_number(group, piece, len, piece + len);
    } else if (!code && (unit = word_unit(piece, len)) > 0) {
        put_star(group);
        put(group, piece + len - unit, unit);
    } else if (!code && varies(group, piece, len, form)) {
        put_star(group);
    } else {
        put(group, piece, len);
    }
}

/* Cuts an atom at its punctuation; what is left at the ends of a piece is copied, too. */
static void put_pieces(struct grouping *group, const char *atom, size_t len) {
    for (size_t at = 0; at < len && !group->full;) {
        size_t end = at;
        while (end < len && word_is_inner(atom[end])) {
            end++;
        }
        size_t from = at;
        size_t to = end;
        while (from < to && !word_is_outer(atom[from])) {
            from++;
        }
        while (to > from && !word_is_outer(atom[to - 1])) {
            to--;
        }
        put(group, atom + at, from - at);
        if (to > from) {
            put_piece(group, atom + from, to - from);
        }
        put(group, atom + to, end - to);
        if (end < len) {
            put(group, atom + end, 1);
        }
        at = end + 1;
    }
}

/* True if the atom before this is a name only because of what surrounds it: `host NAME[`,
 * `NAME[192.0.2.1]`. */
static bool is_host_in_place(const struct grouping *group) {
    static const char *const words[] = {"host ", "with ", "connect to ", "from ", NULL};
    size_t bracket;
    return group->at < group->end && *group->at == '[' &&
           (is_bracketed_ip(group, &bracket) || is_after_any(group, words));
}

/* An atom that is more than a word with punctuation behind it. core: its length without that. */
static void put_atom(struct grouping *group, const char *atom, size_t core) {
    size_t prefix = word_address_prefix(atom, core);
    if (word_is_address(atom + prefix, core - prefix)) {
        put(group, atom, prefix);
        put_star(group);
    } else if (word_is_ip(atom, core) || word_is_time(atom, core)) {
        put_star(group);
    } else {
        put_pieces(group, atom, core);
    }
}

static void take_atom(struct grouping *group) {
    const char *atom = group->at;
    size_t len = 0;
    size_t core = 0;
    unsigned classes = 0; /* in core */
    unsigned behind = 0;  /* after it */
    for (; atom + len < group->end && is_atom(atom[len]); len++) {
        behind |= word_class(atom[len]);
        if (word_is_outer(atom[len])) {
            classes |= behind;
            behind = 0;
            core = len + 1;
        }
    }
    group->at = atom + len;
    if (is_host_in_place(group)) {
        put_star(group);
        return;
    }
    if (classes == WORD_LETTER && !is_named(group) && !is_date_word(group, atom, core)) {
        put(group, atom, core);
    } else {
        put_atom(group, atom, core);
    }
    put(group, atom + core, len - core);
}

/* Scheme and host stay; of the rest, what varies with the address or the attempt is replaced. */
static bool take_url(struct grouping *group) {
    size_t there = (size_t)(group->end - group->at);
    size_t scheme = there >= 8 && strncasecmp(group->at, "https://", 8) == 0  ? 8
                    : there >= 7 && strncasecmp(group->at, "http://", 7) == 0 ? 7
                                                                              : 0;
    size_t at = scheme;
    while (at < there && !ends_url(group->at[at]) && strchr("/?#", group->at[at]) == NULL) {
        at++;
    }
    if (scheme == 0) {
        return false;
    }
    put(group, group->at, at);
    while (at < there && !ends_url(group->at[at]) && !group->full) {
        size_t end = at;
        while (end < there && !ends_url(group->at[end]) &&
               strchr("/?#&=;,:!", group->at[end]) == NULL) {
            end++;
        }
        size_t core = end;
        while (core > at && group->at[core - 1] == '.') {
            core--;
        }
        if (word_varies_in_url(group->at + at, core - at)) {
            put_star(group);
        } else {
            put(group, group->at + at, core - at);
        }
        put(group, group->at + core, end - core);
        if (end < there && !ends_url(group->at[end])) {
            put(group, group->at + end++, 1);
        }
        at = end;
    }
    group->at += at;
    return true;
}

static void take_blanks(struct grouping *group) {
    while (group->at < group->end && is_blank(*group->at)) {
        group->at++;
    }
    if (group->length > 0 && !is_after(group, " ")) {
        put(group, " ", 1);
    }
}

static void take_next(struct grouping *group) {
    char c = *group->at;
    size_t len;
    if (is_blank(c)) {
        take_blanks(group);
    } else if (c == '*') {
        put_star(group);
        group->at++;
    } else if (is_bracketed_ip(group, &len)) {
        put_star(group);
        group->at += len;
    } else if ((c == '<' && take_angle(group)) || ((c == 'h' || c == 'H') && take_url(group))) {
        return;
    } else if (is_atom(c)) {
        take_atom(group);
    } else {
        put(group, group->at++, 1);
    }
}

/* Most texts are ASCII and need no cleaning. */
static bool is_plain(const char *text, size_t len) {
    unsigned odd = 0;
    for (size_t i = 0; i < len; i++) {
        odd |= text[i] < ' ' || text[i] > '~';
    }
    return odd == 0;
}

size_t reason_group(const char *reason, size_t len, char out[REASON_GROUP_SIZE]) {
    char clean[3 * OUT_MAX + 1];
    struct grouping group;
    group.at = reason;
    group.end = reason + len;
    group.length = 0;
    group.full = false;
    memset(group.code, 0, sizeof group.code);
    while (group.at < group.end && !group.full) {
        take_next(&group);
    }
    while (group.length > 0 && group.out[group.length - 1] == ' ') {
        group.length--;
    }
    bool plain = is_plain(group.out, group.length);
    const char *text = plain ? group.out : clean;
    size_t length = plain ? group.length : text_to_utf8(group.out, group.length, clean);
    bool cut = group.full || length >= REASON_GROUP_SIZE;
    if (cut) {
        length = text_utf8_prefix(text, length, REASON_GROUP_SIZE - 2);
    }
    while (cut && length > 0 && text[length - 1] == ' ') {
        length--;
    }
    memcpy(out, text, length);
    if (cut && (length == 0 || out[length - 1] != '*')) {
        out[length++] = '*';
    }
    out[length] = '\0';
    return length;
}

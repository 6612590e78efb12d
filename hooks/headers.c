/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Header files. A line is taken only if it is a complete header by itself: nothing in it can end
 * the line, frame the body differently, or replace what this program says about the request. The
 * text of the file never appears in a message, because a line of the wrong form may consist of
 * nothing but the secret.
 */
#include "hooks/headers.h"

#include "hooks/private_file.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* A name that ends with "-" stands for all that begin so. */
static const struct {
    const char *name, *why;
} refused[] = {
    {"Content-", "is set by hermes-mailqueue"},
    {"Expect", "is set by hermes-mailqueue"},
    {"Host", "is set by hermes-mailqueue"},
    {"Idempotency-Key", "is set by hermes-mailqueue"},
    {"User-Agent", "is set by hermes-mailqueue"},
    {"X-Hermes-", "is set by hermes-mailqueue"},
    {"Connection", "concerns the connection"},
    {"HTTP2-Settings", "concerns the connection"},
    {"Keep-Alive", "concerns the connection"},
    {"Proxy-", "concerns the connection"},
    {"TE", "concerns the connection"},
    {"Trailer", "concerns the connection"},
    {"Transfer-Encoding", "concerns the connection"},
    {"Upgrade", "concerns the connection"},
};

/* Returns the length of the name that the line begins with (a token, RFC 9110, section 5.6.2), or 0
 * if no colon ends it. */
static size_t name_length(const char *line, size_t len) {
    size_t n = 0;
    while (n < len && line[n] != '\0' &&
           (isalnum((unsigned char)line[n]) || strchr("!#$%&'*+-.^_`|~", line[n]) != NULL)) {
        n++;
    }
    return n < len && line[n] == ':' ? n : 0;
}

static bool is_printable(const char *line, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (line[i] < ' ' || line[i] > '~') {
            return false;
        }
    }
    return true;
}

static bool matches(const char *rule, const char *name, size_t len) {
    size_t rule_len = strlen(rule);
    bool prefix = rule[rule_len - 1] == '-';
    return (prefix ? len >= rule_len : len == rule_len) && strncasecmp(rule, name, rule_len) == 0;
}

static bool is_there(const struct headers *headers, const char *name, size_t len) {
    const char *header = NULL;
    while ((header = headers_next(headers, header)) != NULL) {
        if (strncasecmp(header, name, len) == 0 && header[len] == ':') {
            return true;
        }
    }
    return false;
}

/* Returns NULL, or what is wrong with the name; *shown is the name, if it is no secret. */
static const char *check_name(const struct headers *headers, const char *name, size_t len,
                              const char **shown) {
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        if (matches(refused[i].name, name, len)) {
            *shown = refused[i].name;
            return refused[i].why;
        }
    }
    return is_there(headers, name, len) ? "the header is there twice" : NULL;
}

/* Adds a line that is neither empty nor a comment. Returns NULL, or what is wrong with it. */
static const char *add_line(struct headers *out, size_t *used, const char *line, size_t len,
                            const char **shown) {
    size_t name = name_length(line, len);
    if (!is_printable(line, len)) {
        return "has a character that is not printable ASCII";
    }
    if (name == 0) {
        return "is not of the form Name: value";
    }
    const char *why = check_name(out, line, name, shown);
    if (why != NULL) {
        return why;
    }
    const char *value = line + name + 1;
    while (value < line + len && *value == ' ') {
        value++;
    }
    if (value == line + len) {
        return "has no value";
    }
    if (out->count == HEADERS_COUNT_MAX) {
        return "is one header too many";
    }
    *used += (size_t)snprintf(out->text + *used, sizeof out->text - *used, "%.*s: %.*s", (int)name,
                              line, (int)(line + len - value), value) +
             1;
    out->count++;
    return NULL;
}

static size_t trimmed(const char *line, size_t len) {
    while (len > 0 && line[len - 1] == ' ') {
        len--;
    }
    return len;
}

bool headers_parse(const char *text, size_t len, struct headers *out, char *error, size_t size) {
    struct headers headers = {.count = 0};
    size_t used = 0;
    size_t number = 1;
    for (const char *line = text; line < text + len; number++) {
        size_t left = (size_t)(text + len - line);
        const char *end = memchr(line, '\n', left);
        size_t line_len = end != NULL ? (size_t)(end - line) : left;
        size_t kept = trimmed(line, line_len);
        const char *shown = "";
        const char *why = NULL;
        if (kept > 0 && line[0] != '#') {
            why = add_line(&headers, &used, line, kept, &shown);
        }
        if (why != NULL) {
            snprintf(error, size, "line %zu: %s%s%s", number, shown, shown[0] != '\0' ? " " : "",
                     why);
            explicit_bzero(&headers, sizeof headers);
            return false;
        }
        line += line_len + 1;
    }
    if (headers.count == 0) {
        snprintf(error, size, "has no header");
        return false;
    }
    *out = headers;
    explicit_bzero(&headers, sizeof headers);
    return true;
}

bool headers_load(const char *path, struct headers *out, char *error, size_t size) {
    const struct private_file file = {.member = "header_file", .path = path, .max = HEADERS_MAX};
    char text[HEADERS_MAX + 2];
    char why[128];
    ssize_t len = private_file_read(&file, text, error, size);
    bool good = len >= 0 && headers_parse(text, (size_t)len, out, why, sizeof why);
    if (len >= 0 && !good) {
        private_file_refuse(&file, why, error, size);
    }
    explicit_bzero(text, sizeof text);
    return good;
}

const char *headers_next(const struct headers *headers, const char *at) {
    size_t offset = at == NULL ? 0 : (size_t)(at - headers->text) + strlen(at) + 1;
    return offset < sizeof headers->text && headers->text[offset] != '\0' ? headers->text + offset
                                                                          : NULL;
}

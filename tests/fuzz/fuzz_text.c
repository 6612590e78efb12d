/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text from outside: postconf's output, queue IDs, UTF-8 made valid and text escaped.
 */
#include "core/postfix_settings.h"
#include "core/queue_id.h"
#include "core/text.h"

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static void check_settings(const char *text, size_t size) {
    struct postfix_settings settings = {.known = false};
    char error[100] = "";
    bool good = postfix_settings_parse(text, size, &settings, error, sizeof error);
    MUST(good == settings.known && good == (error[0] == '\0'));
    MUST(memchr(settings.version, '\0', sizeof settings.version) != NULL);
}

static void check_id(const char *text, size_t size) {
    char id[QUEUE_ID_SIZE] = "";
    char hash[QUEUE_ID_SIZE];
    bool valid = queue_id_valid(text, size);
    MUST(!valid || (size >= QUEUE_ID_MIN && size <= QUEUE_ID_MAX));
    for (size_t i = 0; valid && i < size; i++) {
        MUST((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'A' && text[i] <= 'Z') ||
             (text[i] >= 'b' && text[i] <= 'z'));
    }
    if (size < sizeof id && memchr(text, '\0', size) == NULL) {
        memcpy(id, text, size);
        bool hashed = queue_id_hash_chars(id, hash);
        MUST(!hashed || (valid && strspn(hash, "0123456789ABCDEF") >= 5));
        MUST(queue_id_compare(id, id) == 0);
    }
}

static void check_utf8(const char *text, size_t size) {
    char *once = malloc(3 * size + 1);
    MUST(once != NULL);
    size_t once_len = text_to_utf8(text, size, once);
    char *twice = malloc(3 * once_len + 1);
    MUST(once_len <= 3 * size && strlen(once) == once_len);
    /* Valid text must not change, even after it is truncated. */
    MUST(twice != NULL && text_to_utf8(once, once_len, twice) == once_len);
    MUST(memcmp(once, twice, once_len) == 0);
    size_t cut = text_utf8_prefix(once, once_len, once_len / 2);
    MUST(cut <= once_len / 2 && text_to_utf8(once, cut, twice) == cut);
    MUST(memcmp(once, twice, cut) == 0);
    free(once);
    free(twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const char *text = (const char *)data;
    char shown[24];
    check_settings(text, size);
    check_id(text, size);
    check_utf8(text, size);
    text_escape(text, size, shown, sizeof shown);
    MUST(strlen(shown) < sizeof shown &&
         strspn(shown, " !\"#$%&'()*+,-./0123456789:;<=>?@"
                       "ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`"
                       "abcdefghijklmnopqrstuvwxyz{|}~") == strlen(shown));
    return 0;
}

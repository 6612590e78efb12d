/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * GET and GETNEXT with any object identifier: what GETNEXT finds must follow the requested name,
 * GET must return the same value, and a walk from any name must be in order. The first octet
 * selects what is known. Two octets each are a sub-identifier, or five after 0xFF.
 */
#include "sample.h"

#include "fuzz.h"

#include <string.h>

#define SUBS_MAX 128
#define STEPS_MAX 20

static int compare(const uint32_t *a, size_t a_len, const uint32_t *b, size_t b_len) {
    for (size_t i = 0; i < a_len && i < b_len; i++) {
        if (a[i] != b[i]) {
            return a[i] < b[i] ? -1 : 1;
        }
    }
    return a_len == b_len ? 0 : a_len < b_len ? -1 : 1;
}

static size_t read_oid(const uint8_t *data, size_t size, uint32_t oid[SUBS_MAX]) {
    size_t len = 0;
    size_t at = 0;
    while (len < SUBS_MAX && at < size) {
        if (data[at] == 0xFF && size - at >= 5) {
            memcpy(&oid[len++], data + at + 1, sizeof *oid);
            at += 5;
        } else {
            oid[len++] = data[at++];
        }
    }
    return len;
}

static void touch(const struct mib_value *value) {
    static volatile uint8_t sink;
    for (size_t i = 0; value->type == MIB_OCTETS && i < value->length; i++) {
        sink = ((const uint8_t *)value->octets)[i];
    }
    (void)sink;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const unsigned known[] = {SAMPLE_ALL, 0, SAMPLE_ALL | SAMPLE_EMPTY, SAMPLE_COUNTS,
                                     SAMPLE_LISTING | SAMPLE_SETTINGS};
    static struct sample samples[sizeof known / sizeof known[0]];
    uint32_t oid[SUBS_MAX];
    struct mib_value value;
    struct mib_oid next;
    if (size == 0) {
        return 0;
    }
    for (size_t i = 0; samples[0].snapshot == NULL || i > 0; i++) {
        if (i == sizeof known / sizeof known[0]) {
            break;
        }
        sample_init(&samples[i], known[i]);
    }
    const struct mib_view *view = &samples[data[0] % (sizeof known / sizeof known[0])].view;
    bool inclusive = (data[0] & 0x80) != 0;
    size_t len = read_oid(data + 1, size - 1, oid);
    if (mib_get(view, oid, len, &value) == MIB_OK) {
        touch(&value);
        MUST(mib_next(view, oid, len, true, &next, &value) == MIB_OK);
        MUST(compare(next.ids, next.len, oid, len) == 0);
    }
    for (int step = 0; step < STEPS_MAX; step++) {
        if (mib_next(view, oid, len, inclusive, &next, &value) != MIB_OK) {
            break;
        }
        touch(&value);
        int order = compare(next.ids, next.len, oid, len);
        MUST(order > 0 || (inclusive && order == 0));
        MUST(mib_get(view, next.ids, next.len, &value) == MIB_OK);
        touch(&value);
        len = next.len;
        memcpy(oid, next.ids, len * sizeof *oid);
        inclusive = false;
    }
    return 0;
}

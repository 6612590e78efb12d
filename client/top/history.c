/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/top/history.h"

#include <string.h>

#define LEVELS 8

void history_add(struct history *history, int64_t sample) {
    history->samples[history->next] = sample;
    history->next = (history->next + 1) % HISTORY_SAMPLES;
    history->count += history->count < HISTORY_SAMPLES;
}

/* The sample that came back samples ago, from 1. */
static int64_t sample_at(const struct history *history, size_t back) {
    return history->samples[(history->next + HISTORY_SAMPLES - back) % HISTORY_SAMPLES];
}

/* 0 has the lowest level alone, so that a little is seen to be more than nothing. */
static size_t level_of(int64_t sample, int64_t most) {
    return sample <= 0 ? 0 : 1 + (size_t)((double)sample / (double)most * (LEVELS - 2) + 0.5);
}

const char *history_line(const struct history *history, size_t width, bool unicode,
                         char out[HISTORY_LINE_SIZE]) {
    static const char *const blocks[LEVELS] = {"\xE2\x96\x81", "\xE2\x96\x82", "\xE2\x96\x83",
                                               "\xE2\x96\x84", "\xE2\x96\x85", "\xE2\x96\x86",
                                               "\xE2\x96\x87", "\xE2\x96\x88"};
    static const char *const plain[LEVELS] = {"_", ".", ",", "-", "=", "+", "*", "#"};
    size_t count = history->count < width ? history->count : width;
    int64_t most = 1;
    size_t used = 0;
    for (size_t back = count; back > 0; back--) {
        most = sample_at(history, back) > most ? sample_at(history, back) : most;
    }
    for (size_t back = count; back > 0; back--) {
        int64_t sample = sample_at(history, back);
        const char *mark = sample < 0 ? " " : (unicode ? blocks : plain)[level_of(sample, most)];
        size_t len = strlen(mark);
        memcpy(out + used, mark, len);
        used += len;
    }
    out[used] = '\0';
    return out;
}

/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

double bench_now_usec(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

void sample_add(struct sample *sample, double value) {
    if (sample->count == sample->capacity) {
        sample->capacity = sample->capacity == 0 ? 4096 : 2 * sample->capacity;
        sample->values = realloc(sample->values, sample->capacity * sizeof *sample->values);
        if (sample->values == NULL) {
            bench_die("out of memory");
        }
    }
    sample->values[sample->count++] = value;
}

static int by_value(const void *a, const void *b) {
    const double *x = a;
    const double *y = b;
    return (*x > *y) - (*x < *y);
}

double sample_quantile(struct sample *sample, double share) {
    if (sample->count == 0) {
        return 0;
    }
    qsort(sample->values, sample->count, sizeof *sample->values, by_value);
    size_t at = (size_t)(share * (double)sample->count);
    return sample->values[at < sample->count ? at : sample->count - 1];
}

size_t bench_number(const char *text, size_t max) {
    char *end;
    errno = 0;
    unsigned long number = strtoul(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || number == 0 || number > max) {
        bench_die("%s is not a number of 1..%zu", text, max);
    }
    return (size_t)number;
}

void bench_die(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

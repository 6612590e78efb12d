/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the bench programs share: the clock and the sorted sample.
 */
#ifndef HMQ_TESTS_BENCH_BENCH_H
#define HMQ_TESTS_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* CLOCK_MONOTONIC in microseconds with its fraction. */
double bench_now_usec(void);

struct sample {
    double *values;
    size_t count, capacity;
};

void sample_add(struct sample *sample, double value);

/* The value below which the share (0..1) of all lies; sorts. 0 when there is none. */
double sample_quantile(struct sample *sample, double share);

/* A number of 1..max from the command line; ends the program when text is not one. */
size_t bench_number(const char *text, size_t max);

/* Ends the program with a message on stderr: the measurement is broken. */
__attribute__((noreturn, format(printf, 1, 2))) void bench_die(const char *format, ...);

#endif

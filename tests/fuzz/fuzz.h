/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What every fuzzer includes. With clang and HMQ_FUZZ libFuzzer drives it; elsewhere replay.c runs
 * its corpus once, as an ordinary test.
 */
#ifndef HMQ_TESTS_FUZZ_FUZZ_H
#define HMQ_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* One input of any content. Returns 0; ends the program when a promise is broken. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for any input: assert(3), but never compiled out. */
#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            __builtin_trap();                                                                      \
        }                                                                                          \
    } while (0)

#endif

/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/memory.h"

#include <stdio.h>
#include <stdlib.h>

void *need(void *memory) {
    if (memory == NULL) {
        fputs("hmq: out of memory\n", stderr);
        exit(3);
    }
    return memory;
}

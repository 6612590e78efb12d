/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/run.h"

int main(int argc, char **argv) {
    return hmq_run(argc, argv);
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The folders in which root looks for the programs that it runs (key command_path).
 */
#ifndef HMQ_OS_COMMAND_PATH_H
#define HMQ_OS_COMMAND_PATH_H

#include "core/config.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Checks that only root decides what lies in each folder. One that is missing is an error if the
 * file names it; of the default, a machine need not have all. Returns true, or false with one line
 * `FILE:LINE: command_path: FOLDER: what is wrong` in error (size octets at most, NUL-terminated).
 */
bool command_path_check(const struct config *config, char *error, size_t size);

#endif

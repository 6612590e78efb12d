#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# format.sh: every C file is as clang-format leaves it (.clang-format). To repair: clang-format -i.

. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

files '*.c' '*.h' | xargs clang-format --dry-run -Werror

#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# format.sh: every C file is as clang-format leaves it (.clang-format), in the version that
# clang-version names: others format otherwise. To repair: clang-format -i. Exits 77 without it.

. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

version=$(<tests/lint/clang-version)
for tool in "clang-format-$version" clang-format ''; do
    if [[ -n "$tool" && "$("$tool" --version 2>/dev/null)" == *"version $version."* ]]; then
        break
    fi
done
if [ -z "$tool" ]; then
    echo "SKIP: there is no clang-format $version here, and others format otherwise"
    exit 77
fi
files '*.c' '*.h' | xargs "$tool" --dry-run -Werror

#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# headers.sh: every header compiles alone and is guarded by the name of its path.

. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

while read -r header; do
    guard=$(grep -m 1 -E '^#ifndef ' "$header" | cut -d ' ' -f 2 || true)
    [[ $guard == HMQ_*_H ]] || wrong "$header:1: no include guard HMQ_..._H"
    path=$header
    [[ $header != agent/* ]] || path=${header#agent/}
    printf '#include "%s"\n#include "%s"\n' "$path" "$path" |
        gcc -std=c17 -fsyntax-only -Wall -Wextra -Werror -D_GNU_SOURCE -DHMQ_VERSION='""' \
            -Iagent -I. -Itests/support -x c - || wrong "$header:1: does not compile alone"
done < <(files '*.h')
finish

#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# layers.sh: who may include whom.
#
#   core <- os <- io <- agentx <- app;  core <- mib <- agentx;  core, os <- helper, hooks
#   core, os <- client
#
# core includes libc and itself (cJSON where a format needs it); of the agent only agentx knows
# net-snmp, and only hooks knows curl. The client has a net-snmp of its own, and
# ncurses in one file.

. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

# What a layer may include of the project, as the first part of the path.
declare -A layers=(
    [core]='core'
    [os]='core os'
    [io]='core os io'
    [mib]='core os mib'
    [agentx]='core os io mib agentx'
    [hooks]='core os hooks'
    [app]='core os io mib agentx app'
    [helper]='core os helper'
    [client]='core os client'
)

# Which files may include a library, as a pattern of their paths.
declare -A libraries=(
    [net-snmp]='agent/agentx/*|client/snmp/*'
    [curl]='hooks/*'
    [sqlite3.h]='agent/io/*'
    [cjson]='agent/core/message_json.c|agent/core/payload*|hooks/*|client/*'
    [curses.h]='client/top/terminal.c'
    [systemd]='agent/io/*|agent/agentx/*|agent/app/*|hooks/*'
)

# matches PATH PATTERN|PATTERN...
matches() {
    local patterns
    IFS='|' read -ra patterns <<<"$2"
    for pattern in "${patterns[@]}"; do
        # shellcheck disable=SC2053 # a pattern it is
        [[ $1 == $pattern ]] && return 0
    done
    return 1
}

# The layer of a file: agent/LAYER/..., hooks/... or client/...
layer_of() {
    local rest=${1#agent/}
    echo "${rest%%/*}"
}

count=0
while read -r file; do
    layer=$(layer_of "$file")
    [ -n "${layers[$layer]:-}" ] || { wrong "$file:1: belongs to no layer"; continue; }
    while IFS=: read -r line text; do
        count=$((count + 1))
        if [[ $text =~ \"([^\"]+)\" ]]; then
            included=${BASH_REMATCH[1]}
            part=${included%%/*}
            [[ $included == */* ]] || part='(no folder)'
            [[ " ${layers[$layer]} " == *" $part "* ]] ||
                wrong "$file:$line: $layer must not include \"$included\""
        elif [[ $text =~ \<([^\>]+)\> ]]; then
            included=${BASH_REMATCH[1]}
            allowed=${libraries[${included%%/*}]:-}
            [ -z "$allowed" ] || matches "$file" "$allowed" ||
                wrong "$file:$line: <$included> is for $allowed only"
            if [ -z "$allowed" ] && [ ! -e "/usr/include/$included" ] &&
                ! compgen -G "/usr/include/*-linux-gnu*/$included" >/dev/null &&
                ! compgen -G "/usr/lib/gcc/*/*/include/$included" >/dev/null; then
                wrong "$file:$line: <$included> is of no known library"
            fi
        fi
    done < <(grep -nE '^[[:space:]]*#[[:space:]]*include' "$file" || true)
done < <(files '*.c' '*.h' | grep -E '^(agent|hooks|client)/')

[ "$count" -gt 100 ] || wrong "only $count includes were found"
finish

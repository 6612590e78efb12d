# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# A copy of the project for those who try what its users try.  Sourced, never run.

# copy_checkout PROJECT DIR: what git would give to a new user, with changes not yet committed.
copy_checkout() {
    mkdir -p -- "$2"
    if git -C "$1" rev-parse --is-inside-work-tree >/dev/null 2>&1; then
        # A file that was removed and is still in the index is no part of it.
        (cd "$1" && git ls-files -z -co --exclude-standard |
            while IFS= read -r -d '' file; do
                [ ! -e "$file" ] || printf '%s\0' "$file"
            done | xargs -0 cp --parents -t "$2")
    else
        tar -C "$1" --exclude=./build -cf - . | tar -C "$2" -xf -
    fi
}

#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# scripts.sh: shellcheck finds nothing in any shell script, and each says its license.

. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

scripts=() of_bash=()
while read -r file; do
    first=''
    IFS= read -r first <"$file" || true
    case $first in
    '#!/bin/sh' | '#!/bin/bash' | '# shellcheck shell='*) scripts+=("$file") ;;
    '#!'*sh) wrong "$file:1: neither #!/bin/bash nor #!/bin/sh" ;;
    esac
done < <(files '*' | grep -E '(\.sh|/[^.]+)$')

[ "${#scripts[@]}" -gt 10 ] || wrong "only ${#scripts[@]} scripts were found"
for script in "${scripts[@]}"; do
    [ "$(wc -l <"$script")" -le 3 ] || grep -q 'SPDX-License-Identifier: BSD-3-Clause' "$script" ||
        wrong "$script:1: no SPDX line"
    [ "$(head -n 1 "$script")" = '#!/bin/sh' ] || of_bash+=("$script")
done
# grep -q ends at the first match, and pipefail then fails for the one that still writes: now and
# then, and a negated pipe would never fail.  A script of sh has no pipefail.
while read -r place; do
    wrong "$place: a pipe into grep -q; write grep -q PATTERN < <(COMMAND)"
done < <(grep -nE '[^|]\| *(! *)?(LC_ALL=C )?grep -[[:alnum:]]*q' /dev/null "${of_bash[@]}" |
    cut -d : -f 1,2)
# SC2015: `test && test || die` is meant as it reads. SC2016: so is what eval gets. SC2119: the
# parameters of a function are its own. SC2034: what eval or another file uses looks unused.
shellcheck --exclude=SC2015,SC2016,SC2034,SC2119 --external-sources --source-path=SCRIPTDIR \
    "${scripts[@]}" || wrong 'shellcheck'
finish

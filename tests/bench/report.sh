#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# report.sh TABLE: takes a table that bench.sh has written over into docs/: keeps it as
# performance.tsv, writes it into performance.md between the two marks there, and draws
# images/cost.svg, how cost grows with the queue.

set -euo pipefail
docs=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")/../../docs")
if [ $# -ne 1 ] || [ ! -s "$1" ]; then
    echo "usage: ${0##*/} TABLE" >&2
    exit 1
fi
command -v gnuplot >/dev/null || {
    echo "${0##*/}: gnuplot is missing; run: apt-get install gnuplot-nox" >&2
    exit 1
}
table=$docs/performance.tsv
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ "$1" -ef "$table" ] || cp -- "$1" "$table"

# The lines between the marks: the machine, then a row for each measurement.
awk -F '\t' '
    function figure(n) { return n >= 100 ? sprintf("%.0f", n) : sprintf("%.1f", n) }
    /^# / { print "    " substr($0, 3); next }
    $1 == "messages" {
        print "\n| messages | ours, other | ours | other | unit | ratio | spread | target | |"
        print "|--:|---|--:|--:|---|--:|---|---|---|"
        next
    }
    {
        gsub(/\|/, "\\|", $2)
        printf "| %d | %s | %s | %s | %s | %.2f | %.2f..%.2f | %s | %s |\n", $1, $2, figure($3),
            figure($4), $5, $6, $7, $8, $10 == "info" ? "" : $10, $11 == "-" ? "" : $11
    }' "$table" >"$work/table"
awk -v table="$work/table" '
    /^<!-- end of the table -->/ { inside = 0 }
    !inside { print }
    /^<!-- the table/ {
        inside = 1
        print ""
        while ((getline line <table) > 0) print line
        print ""
    }
    ' "$docs/performance.md" >"$work/performance.md"
cat "$work/performance.md" >"$docs/performance.md"

# curve WHAT SIDE: `MESSAGES VALUE` at each size.
curve() {
    awk -F '\t' -v what="$1" -v side="$2" '$2 == what { print $1, $side }' "$table"
}
curve 'count: asked of the helper, bare getdents walk' 3 >"$work/count"
curve 'count: scan, mailq | tail -1' 4 >"$work/mailq"
curve 'listing: wall, postqueue -j >/dev/null' 3 >"$work/listing"
curve "listing: agent's own CPU, the limit" 3 >"$work/cpu"
curve 'GET p50, nothing else going on' 3 >"$work/get"
cd "$work"
gnuplot <<'END'
set terminal svg size 720,440 font "sans-serif,13" background "white"
set output "cost.svg"
set logscale xy
set format x "%.0s%c"
set xlabel "messages in the queue"
set ylabel "seconds"
set xrange [700:1500000]
set key outside right
set grid
set style data linespoints
plot "mailq" using 1:($2/1e6) lw 2 pt 7 ps 0.5 lc rgb "#999999" title "mailq | tail -1", \
     "listing" using 1:($2/1e6) lw 2 pt 7 ps 0.5 lc rgb "#0072b2" title "listing", \
     "cpu" using 1:($2/1e6) lw 2 pt 7 ps 0.5 lc rgb "#56b4e9" title "its CPU in the agent", \
     "count" using 1:($2/1e6) lw 2 pt 7 ps 0.5 lc rgb "#009e73" title "count", \
     "get" using 1:($2/1e6) lw 2 pt 7 ps 0.5 lc rgb "#d55e00" title "GET"
END
mv cost.svg "$docs/images/cost.svg"

# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# hmq against the snmpd of the test.  Sourced after lib.sh.
#
#   hmq 0 list --limit 3      its exit status must be 0; what it prints is in $root/out and err
#   says PATTERN; complains PATTERN; json FILTER

# Set by lib.sh.
: "${base?}" "${daemon?}" "${root?}" "${snmp_port?}" "${source_dir?}" "${support?}"

client=$(dirname -- "$daemon")/hmq
export TZ=UTC LC_ALL=C.UTF-8 TERM=xterm
unset NO_COLOR

# run_hmq ARGUMENT...: $gateways and $credentials may say which and who.
run_hmq() {
    # shellcheck disable=SC2086 # words
    "$client" -H "${gateways-127.0.0.1:$snmp_port}" "$@" -- ${credentials--v2c -c public} \
        -t "${timeout-5}" -r "${retries-1}" >"$root/out" 2>"$root/err" </dev/null
}

hmq() { # STATUS ARGUMENT...
    local expected=$1 status=0
    shift
    run_hmq "$@" || status=$?
    [ "$status" -eq "$expected" ] || {
        cat "$root/out" "$root/err"
        fail "hmq $*: exit $status instead of $expected"
    }
}

# serve_file: from its next start on snmpd serves $root/objects in the agent's place. Its
# configuration takes no path with a blank.
serve_file() {
    cp "$support/canned_agent.py" "$root/"
    echo "pass_persist $base $root/canned_agent.py $root/objects $base" >>"$root/snmpd.conf"
}

says() { grep -Eq -- "$1" "$root/out" || { cat "$root/out" "$root/err"; fail "not printed: $1"; }; }
complains() { grep -Eq -- "$1" "$root/err" || { cat "$root/err"; fail "not complained of: $1"; }; }
# has_tables TABLE...: the JSON in $root/out is what hmq(1) says, with these tables and no others.
has_tables() {
    python3 "$support/check_json.py" "$source_dir/docs/man/hmq.1" "$@" <"$root/out" ||
        fail "other JSON than hmq(1) says"
}
json() { jq -e "$1" "$root/out" >/dev/null || { cat "$root/out"; fail "JSON is not $1"; }; }

# on_terminal WIDTH ARGUMENT...: $root/terminal has what is printed, $root/plain without colors.
on_terminal() {
    local width=$1
    shift
    # shellcheck disable=SC2086 # words
    "$support/terminal.py" "$width" "$client" -H "${gateways-127.0.0.1:$snmp_port}" "$@" \
        -- ${credentials--v2c -c public} -t 5 -r 1 >"$root/terminal" || true
    sed 's/\x1b\[[0-9;]*m//g' "$root/terminal" >"$root/plain"
}

# answers WIDTH [-a TEXT] -i ANSWER ARGUMENT...: on a terminal, with what is typed.
answers() {
    local width=$1
    shift
    local -a typed=()
    while [ "$1" = -i ] || [ "$1" = -a ]; do
        typed+=("$1" "$2")
        shift 2
    done
    status=0
    "$support/terminal.py" "$width" "${typed[@]}" "$client" -H "${gateways-127.0.0.1:$snmp_port}" \
        "$@" -- -v2c -c private -t 5 >"$root/terminal" || status=$?
    sed 's/\x1b\[[0-9;]*m//g; s/.*\r//' "$root/terminal" >"$root/out"
}

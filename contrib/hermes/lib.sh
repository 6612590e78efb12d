# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# What the two scripts in this directory share: how Hermes' MariaDB is asked, and what of its table
# `parameters` concerns the agent.  Sourced, never run.
#
# shellcheck disable=SC2034 # constants of the scripts

PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C
# Else what fails inside of $(...) goes unnoticed by what stands around it.
shopt -s inherit_errexit

# sysexits.h.  On EX_DATAERR the agent gives up, on the others it tries again for a day.
readonly EX_USAGE=64 EX_DATAERR=65 EX_SOFTWARE=70 EX_TEMPFAIL=75 EX_NOPERM=77 EX_CONFIG=78

readonly default_options=/etc/hermes-mailqueue/hermes-db.cnf
readonly directives=(bounce_queue_lifetime maximal_queue_lifetime)
# What a pause of outbound mail sets.
readonly pause_directive=defer_transports

# Whoever waits for the script has a timeout of its own; this one lets it say what hung.
readonly sql_timeout=25

# give_up STATUS MESSAGE...
give_up() {
    local status=$1
    shift
    echo "${0##*/}: $*" >&2
    exit "$status"
}

need() {
    command -v "$1" >/dev/null || give_up "$EX_CONFIG" "$1 is missing; run: apt-get install $2"
}

# days VALUE: whether it is a lifetime as both sides can hold it, 0d to 90d, and nothing around it.
days() {
    [[ $1 =~ ^(0|[1-9]|[1-8][0-9]|90)d$ ]]
}

# transports VALUE: whether it is a list of transports as the agent writes it to main.cf.
transports() {
    local name='[A-Za-z0-9_][A-Za-z0-9_-]*'
    [ ${#1} -le 127 ] && [[ $1 =~ ^$name(\ $name)*$ ]]
}

# check_options FILE: it holds a password.
check_options() {
    local mode
    [ -f "$1" ] || give_up "$EX_CONFIG" "$1 is missing; see hermes-db.cnf.example"
    [ -r "$1" ] || give_up "$EX_CONFIG" "$1 is not readable for user $(id -un)"
    mode=$(stat -L -c %a -- "$1")
    [ $((0$mode & 037)) -eq 0 ] ||
        give_up "$EX_CONFIG" "$1 has mode $mode; run: chmod 0640 $1"
}

# literal TEXT: an SQL literal of it.  Hexadecimal, so that no character of it can mean anything,
# and a literal rather than a variable, so that the column's collation is the one to compare by.
literal() {
    printf "_utf8mb4 X'%s'" "$(printf %s "$1" | od -An -v -tx1 | tr -d ' \n')"
}

# Errors of the server and the client library after which the same may succeed later.
temporary() {
    case $1 in
    # No connection, or it was lost: server down, starting, shutting down, full, network.
    1040 | 1053 | 1152 | 115[8-9] | 116[01] | 1203 | 1226 | 1927 | 200[2356] | 2012 | 2013 | 2055)
        return 0 ;;
    # Locks, time limits, interruption, disk full, read-only for now.
    1021 | 1099 | 1114 | 1205 | 1213 | 1223 | 1290 | 1317 | 1836 | 1969)
        return 0 ;;
    esac
    return 1
}

# sql OPTION_FILE: runs the statements on stdin up to the first that fails, and prints rows as
# lines with tabs.  Exits as `temporary` says when one fails.
sql() {
    local options=$1 errors status=0 number
    # The rows go straight through, the messages into the variable.
    { errors=$(timeout -k 2 "$sql_timeout" mariadb --defaults-file="$options" --batch \
        --skip-column-names --default-character-set=utf8mb4 --connect-timeout=10 \
        --local-infile=0 2>&1 >&3); } 3>&1 || status=$?
    [ "$status" -ne 0 ] || return 0
    errors=${errors//$'\n'/ }
    case $status in
    124 | 137) give_up "$EX_TEMPFAIL" "the database does not answer within $sql_timeout s" ;;
    esac
    # In front of the error mariadb prints the statement it stopped at.
    [[ $errors =~ ERROR\ ([0-9]+)\ .* ]] || give_up "$EX_CONFIG" "mariadb: $errors"
    number=${BASH_REMATCH[1]} errors=${BASH_REMATCH[0]}
    if temporary "$number"; then
        give_up "$EX_TEMPFAIL" "$errors"
    fi
    case $number in
    # SIGNAL: our own statements found the table other than expected.
    1644) give_up "$EX_DATAERR" "${errors#*: }" ;;
    1044 | 1045 | 1142 | 1143 | 1698)
        give_up "$EX_NOPERM" "$errors; see README.md for the grants, and $options" ;;
    esac
    give_up "$EX_SOFTWARE" "$errors"
}

# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# A MariaDB below $root for a monitoring system, reached by $root/db.sock only. Sourced after
# lib.sh.
#
#   start_database NAME COLLATION       with an empty database of that name
#   sql COMMAND [DATABASE]              an empty COMMAND is read from stdin; its answer is in
#                                       $root/sql.out

# Set by lib.sh.
: "${root?}" "${patience?}"

start_database() {
    mkdir "$root/db"
    mariadb-install-db --no-defaults --datadir="$root/db" --auth-root-authentication-method=normal \
        --skip-test-db >"$root/db.log" 2>&1 || fail "no database: $(tail -n 5 "$root/db.log")"
    start_daemon "$root/db.pid" "$root/db.log" mariadbd --no-defaults --user=root \
        --datadir="$root/db" --socket="$root/db.sock" --skip-networking \
        --log-bin-trust-function-creators=1 --innodb-flush-log-at-trx-commit=0 \
        --character-set-server=utf8mb4 --collation-server="$2"
    wait_for "$patience" sql 'SELECT 1' || fail "the database: $(tail -n 5 "$root/db.log")"
    sql "CREATE DATABASE $1"
}

sql() {
    mariadb --no-defaults -u root -S "$root/db.sock" ${1:+-N -e "$1"} "${@:2}" >"$root/sql.out" 2>&1
}

#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_hermes_settings.sh DAEMON: contrib/hermes against a real MariaDB with Hermes SEG's table, a
# real Postfix whose configuration is regenerated from it as Hermes does, and a real snmpd.  The
# database is a private one on a unix socket.

set -euo pipefail
daemon=$1
source_dir=$(cd "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
lab=$source_dir/contrib/lab
# shellcheck source=contrib/lab/lib.sh
. "$lab/lib.sh"
need_root
need mariadbd mariadb-server-core
need jq jq
root=$(mktemp -d /tmp/hmq-db.XXXXXX)
chmod 755 "$root"
# For a user who may not enter the checkout's directory.
hermes=$root/hermes
cp -r "$source_dir/contrib/hermes" "$hermes"
export SNMP_PERSISTENT_DIR=$root/persist
password="it's a \"test\" #1 $(secret)"
base=.1.3.6.1.4.1.8072.9999.9999.2525
checks=0
scripts=

cleanup() {
    local status=$? pid
    trap - EXIT
    if running "$root/db.pid"; then
        pid=$(<"$root/db.pid")
        kill -CONT "$pid" 2>/dev/null || true
    fi
    stop_daemon "$root/db.pid" || true
    [ "$status" -eq 0 ] || tail -n 5 "$root/db.log" 2>/dev/null || true
    "$lab/snmpd.sh" destroy "$root/snmp" >/dev/null 2>&1 || true
    "$lab/postfix.sh" destroy "$root/pf" >/dev/null 2>&1 || true
    rm -rf --one-file-system "$root" ${scripts:+"$scripts"}
    exit "$status"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

ok() {
    checks=$((checks + 1))
    echo "ok $checks: $*"
}

fail() {
    echo "FAIL (${BASH_LINENO[*]}): $*"
    exit 1
}

# is WHAT ACTUAL EXPECTED
is() {
    [ "$2" = "$3" ] || fail "$1: \"$2\", expected \"$3\""
    ok "$1"
}

# ---- the database

db() {
    mariadb --no-defaults --socket="$root/run/sock" --user=root --batch --skip-column-names "$@"
}

db_answers() { db -e 'SELECT 1' >/dev/null 2>&1; }

start_db() {
    start_daemon "$root/db.pid" "$root/db.log" \
        setpriv --reuid=nobody --regid=nogroup --clear-groups \
        mariadbd --no-defaults --datadir="$root/data" --socket="$root/run/sock" --skip-networking \
        --pid-file="$root/data/pid" --innodb-flush-log-at-trx-commit=2 --tmpdir="$root/data" \
        --innodb-buffer-pool-size=16M --performance-schema=off
    wait_for 60 db_started || fail "mariadbd does not start"
    db_answers || fail "mariadbd has ended"
}

db_started() { db_answers || ! running "$root/db.pid"; }

make_db() {
    mkdir -m 0755 "$root/run"
    mkdir -m 0700 "$root/data"
    chown nobody:nogroup "$root/data" "$root/run"
    mariadb-install-db --no-defaults --user=nobody --datadir="$root/data" --skip-test-db \
        --auth-root-authentication-method=normal >"$root/install.log" 2>&1 ||
        fail "mariadb-install-db: $(tail -n 5 "$root/install.log")"
    start_db
    db <<END
CREATE DATABASE hermes;
CREATE USER hermes_mailqueue@localhost IDENTIFIED BY '${password//\'/\'\'}';
END
}

# make_table NUMBER_TYPE OPTIONS: Hermes' columns, with other types where a site's may be.
make_table() {
    db hermes <<END
DROP TABLE IF EXISTS parameters;
CREATE TABLE parameters (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, parameter VARCHAR(255), name VARCHAR(255),
  module VARCHAR(255), priority INT, default_value VARCHAR(255), editable $1,
  conf_file VARCHAR(255), description TEXT, parent INT, parent_name VARCHAR(255), child $1,
  order1 INT, enabled $1, applied $1, action VARCHAR(255)
) $2;
INSERT INTO parameters (parameter, module, conf_file, parent_name, child, parent, order1, enabled,
  applied, action) VALUES
  ('bounce_queue_lifetime', 'postfix', '/etc/postfix/main.cf', NULL, 2, NULL, 1, 1, 1, 'NONE'),
  ('5d', 'postfix', '/etc/postfix/main.cf', 'bounce_queue_lifetime', 1, 1, 1, 1, 1, 'NONE'),
  ('maximal_queue_lifetime', 'postfix', '/etc/postfix/main.cf', NULL, 2, NULL, 2, 1, 1, 'NONE'),
  ('30d', 'postfix', '/etc/postfix/main.cf', 'maximal_queue_lifetime', 1, 3, 1, 1, 1, 'NONE'),
  ('smtpd_banner', 'postfix', '/etc/postfix/main.cf', NULL, 2, NULL, 3, 1, 1, 'NONE'),
  ('it''s "a" banner; -- \\\\ %', 'postfix', '/etc/postfix/main.cf', 'smtpd_banner', 1, 5, 1, 1, 1,
   'NONE'),
  ('bounce_queue_lifetime', 'amavis', NULL, NULL, 2, NULL, 4, 1, 1, 'NONE'),
  ('defer_transports', 'postfix', '/etc/postfix/main.cf', NULL, 2, NULL, 5, 0, 1, 'NONE'),
  ('smtp', 'postfix', '/etc/postfix/main.cf', 'defer_transports', 1, 8, 1, 0, 1, 'NONE');
END
    # As README.md says.
    db <<'END'
GRANT SELECT (id, parameter, module, parent_name, child, enabled, applied, action),
  UPDATE (parameter, enabled, applied, action) ON hermes.parameters TO hermes_mailqueue@localhost;
END
}

values() { # the two, with applied and action
    db hermes -e "SELECT parameter, applied, action FROM parameters WHERE child = 1 AND parent_name
        LIKE '%queue_lifetime' ORDER BY id" | tr '\t\n' ' ;'
}

pause_rows() { # the directive's switch; the value with its own, applied and action
    db hermes -e "SELECT enabled FROM parameters WHERE parameter = 'defer_transports' AND child = 2;
        SELECT parameter, enabled, applied, action FROM parameters
        WHERE parent_name = 'defer_transports'" | tr '\t\n' ' ;'
}

# All but the two values, and the two rows of the pause.
others() {
    db hermes -e "SELECT * FROM parameters WHERE NOT (child = 1 AND parent_name LIKE
        '%queue_lifetime') AND parameter <> 'defer_transports'
        AND coalesce(parent_name, '') <> 'defer_transports' ORDER BY id" | sha256sum
}

table() { db hermes -e 'SELECT * FROM parameters ORDER BY id' | sha256sum; }

reset() {
    db hermes -e "UPDATE parameters SET parameter = IF(parent_name LIKE 'bounce%', '5d', '30d'),
        applied = 1, enabled = 1, action = 'NONE' WHERE child = 1 AND parent_name LIKE
        '%queue_lifetime';
        UPDATE parameters SET enabled = 0 WHERE parameter = 'defer_transports' AND child = 2;
        UPDATE parameters SET parameter = 'smtp', enabled = 0, applied = 1, action = 'NONE'
        WHERE parent_name = 'defer_transports'"
}

option_file() { # USER PASSWORD DATABASE
    local escaped=${2//\\/\\\\}
    rm -f "$root/db.cnf"
    (umask 077 && cat >"$root/db.cnf") <<END
[client]
socket = $root/run/sock
user = $1
password = "${escaped//\"/\\\"}"
[mariadb-client]
database = $3
END
    chown nobody "$root/db.cnf"
}

# ---- the event's script, as the hooks process runs it: another user, an almost empty environment

hook() { # sets status and said; the event is on stdin
    status=0
    said=$(env -i HMQ_EVENT=hmqSettingsChanged setpriv --reuid=nobody --regid=nogroup \
        --clear-groups "$hermes/settings-to-hermes" "$root/db.cnf" 2>&1) || status=$?
}

event() { # SETTINGS
    printf '{"version":1,"serial":7,"time":"2026-11-24T12:00:00Z","host":"mx",%s,%s}\n' \
        '"instance":"mx","event":"hmqSettingsChanged","severity":"info"' \
        '"text":"settings changed","settings":'"$1"
}

both='{"bounce_queue_lifetime":{"old":"5d","new":"3d"},'
both+='"maximal_queue_lifetime":{"old":"30d","new":"0d"}}'

# refused WHAT: the event on stdin changes nothing and is not to be tried again.
refused() {
    local before
    before=$(table)
    hook
    [ "$status" -eq "${2-65}" ] || fail "$1: exit status $status: $said"
    [ "$(table)" = "$before" ] || fail "$1: the table was changed: $said"
    ok "$1 ($said)"
}

test_writing() { # WHICH_TABLE
    local before
    before=$(others)
    hook < <(event "$both")
    is "$1: both written" "$status $(values)" "0 3d 1 NONE;0d 1 NONE;"
    hook < <(event "$both")
    is "$1: again changes nothing" "$status $(values)" "0 3d 1 NONE;0d 1 NONE;"
    hook < <(event '{"maximal_queue_lifetime":{"old":null,"new":"90d"}}')
    is "$1: one written" "$status $(values)" "0 3d 1 NONE;90d 1 NONE;"
    db hermes -e "UPDATE parameters SET parameter = '7d', applied = 2, action = 'UPDATE'
        WHERE parent_name = 'bounce_queue_lifetime'"
    hook < <(event '{"bounce_queue_lifetime":{"old":"3d","new":"10d"}}')
    is "$1: a value waiting in Hermes is replaced" "$status $(values)" "0 10d 1 NONE;90d 1 NONE;"
    [[ $said == *'7d (saved in Hermes, not applied yet) -> 10d'* ]] || fail "not said: $said"
    hook < <(event '{}')
    is "$1: nothing changed, nothing written" "$status $(values)" "0 10d 1 NONE;90d 1 NONE;"
    is "$1: other rows are as they were" "$(others)" "$before"
    reset
}

paused='{"outbound_pause":{"old":"","new":"smtp relay"}}'
resumed='{"outbound_pause":{"old":"smtp relay","new":""}}'

test_pause() { # WHICH_TABLE
    local before
    before=$(others)
    is "$1: no pause" "$(pause_rows)" "0;smtp 0 1 NONE;"
    hook < <(event "$paused")
    is "$1: a pause" "$status $(pause_rows)" "0 1;smtp relay 1 1 NONE;"
    hook < <(event "$paused")
    is "$1: again changes nothing" "$status $(pause_rows)" "0 1;smtp relay 1 1 NONE;"
    hook < <(event "$resumed")
    is "$1: its end" "$status $(pause_rows)" "0 0;smtp relay 0 1 NONE;"
    hook < <(event "$resumed")
    is "$1: again changes nothing" "$status $(pause_rows)" "0 0;smtp relay 0 1 NONE;"
    is "$1: other rows are as they were" "$(others)" "$before"
    is "$1: the lifetimes, too" "$(values)" "5d 1 NONE;30d 1 NONE;"
    hook < <(event '{"outbound_pause":{"old":"","new":"smtp"},"message_limit":{"old":1,"new":2}}')
    is "$1: beside a setting of the agent" "$status $(pause_rows)" "0 1;smtp 1 1 NONE;"
    db hermes -e "UPDATE parameters SET parameter = 'lmtp', applied = 2, action = 'UPDATE'
        WHERE parent_name = 'defer_transports'"
    hook < <(event '{"outbound_pause":{"old":"smtp","new":""}}')
    is "$1: a value that is not the agent's stays" "$status $(pause_rows)" "0 1;lmtp 1 2 UPDATE;"
    reset
}

test_refusals() {
    local value
    # shellcheck disable=SC2016 # it is not to be expanded
    for value in '"smtp:relay"' '"smtp  relay"' '" smtp"' '"smtp,relay"' '"-smtp"' '"$x"' 5 null \
        '"smtp'"'"' OR 1=1 -- "' '"smtp\nmynetworks"' '["smtp"]'; do
        refused "transports $value" < <(event '{"outbound_pause":{"old":"","new":'"$value"'}}')
    done
    refused 'an end of nothing' < <(event '{"outbound_pause":{"old":"","new":""}}')
    refused 'an end of something unknown' < <(event '{"outbound_pause":{"old":null,"new":""}}')
    # shellcheck disable=SC2016 # it is not to be expanded
    for value in '"91d"' '"-1d"' '"3h"' '"5"' '"05d"' '" 5d"' '"5d "' '"5d\n"' '"5d\u0000"' '"５d"' \
        '"5D"' '"1w"' '""' '"5d'"'"' OR 1=1 -- "' '"0x3d"' '"5d; DROP TABLE parameters"' \
        '"$(id)d"' 5 null true '["5d"]' '{"a":"5d"}'; do
        refused "new value $value" \
            < <(event '{"bounce_queue_lifetime":{"old":"5d","new":'"$value"'}}')
    done
    refused 'no new value' < <(event '{"bounce_queue_lifetime":{"old":"5d"}}')
    refused 'an old value that is no text' \
        < <(event '{"bounce_queue_lifetime":{"old":5,"new":"5d"}}')
    refused 'a setting that is a text' < <(event '{"bounce_queue_lifetime":"5d"}')
    refused 'another directive' < <(event '{"mynetworks":{"old":"a","new":"5d"}}')
    refused 'a good one beside another' \
        < <(event '{"bounce_queue_lifetime":{"new":"3d"},"inet_interfaces":{"new":"5d"}}')
    refused 'a good one beside a bad one' \
        < <(event '{"bounce_queue_lifetime":{"new":"3d"},"maximal_queue_lifetime":{"new":"3h"}}')
    refused 'a directive with SQL' < <(event "{\"bounce_queue_lifetime' -- \":{\"new\":\"5d\"}}")
    refused 'settings that are a list' < <(event '["bounce_queue_lifetime"]')
    refused 'another event' < <(event "$both" | sed s/hmqSettingsChanged/hmqOverloadRaised/)
    refused 'two events at once' < <(event "$both"; event "$both")
    refused 'a list' <<<'[]'
    refused 'half an event' < <(event "$both" | head -c 150)
    refused 'nothing' </dev/null
    refused 'no JSON' <<<"'; DROP TABLE parameters; --"
    refused 'an endless event' < <(yes '{"event":')
}

test_table_faults() {
    db hermes -e "UPDATE parameters SET parent_name = 'gone' WHERE parent_name LIKE 'maximal%'"
    refused 'no value row: the other stays too' < <(event "$both")
    db hermes -e "UPDATE parameters SET parent_name = 'maximal_queue_lifetime'
        WHERE parent_name = 'gone'; UPDATE parameters SET module = 'x' WHERE id = 1"
    refused 'no directive row' < <(event "$both")
    db hermes -e "UPDATE parameters SET module = 'postfix' WHERE id = 1; INSERT INTO parameters
        (parameter, parent_name, child, enabled) VALUES ('9d', 'maximal_queue_lifetime', 1, 1)"
    refused 'two value rows' < <(event "$both")
    db hermes -e "DELETE FROM parameters WHERE parameter = '9d'"
    hook < <(event "$both")
    is 'and again as it should be' "$status" 0
    reset
}

# The password must not be where other users can see it.
password_seen() {
    grep -lzF -- "$password" /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null || true
}

test_lock() {
    local locker
    # Ended below; the time is for a test that fails.
    db hermes -e 'START TRANSACTION; SELECT id FROM parameters FOR UPDATE; DO SLEEP(120)' \
        >/dev/null 2>&1 &
    locker=$!
    wait_for 60 table_locked || fail "the table was not locked"
    (
        hook < <(event "$both")
        echo "$status $said" >"$root/locked"
    ) &
    wait_for 60 lock_awaited || fail "nothing waits for the locked table"
    is 'the password is in no command line and no environment' "$(password_seen)" ""
    wait "$!"
    [[ $(<"$root/locked") == 75* ]] || fail "locked table: $(<"$root/locked")"
    ok "a locked table is worth another try ($(<"$root/locked"))"
    is 'and nothing was written' "$(values)" "5d 1 NONE;30d 1 NONE;"
    db -e "KILL $(lock_holder)"
    wait "$locker" || true
    hook < <(event "$both")
    is 'which succeeds once it is free' "$status $(values)" "0 3d 1 NONE;0d 1 NONE;"
    reset
}

# Not from information_schema.innodb_trx: it goes on showing what it showed before as long as it is
# read again within 100 ms.
lock_holder() {
    db -e "SELECT id FROM information_schema.processlist WHERE info = 'DO SLEEP(120)'"
}
table_locked() { [ -n "$(lock_holder)" ]; }
lock_awaited() {
    [ "$(db -e "SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'" | cut -f 2)" -gt 0 ]
}

# status_is WHAT STATUS: of a good event.
status_is() {
    hook < <(event "$both")
    [ "$status" -eq "$2" ] || fail "$1: exit status $status: $said"
    ok "$1 ($said)"
}

test_access() {
    option_file hermes_mailqueue wrong hermes
    status_is 'a wrong password' 77
    option_file hermes_mailqueue "$password" mysql
    status_is 'a database that is not for it' 77
    option_file hermes_mailqueue "$password" hermes
    chmod 0644 "$root/db.cnf"
    status_is 'a password that all may read' 78
    chmod 0600 "$root/db.cnf"
    chown root "$root/db.cnf"
    status_is 'a password that it may not read' 78
    mv "$root/db.cnf" "$root/db.away"
    status_is 'no password' 78
    mv "$root/db.away" "$root/db.cnf"
    chown nobody "$root/db.cnf"
    is 'nothing was written' "$(values)" "5d 1 NONE;30d 1 NONE;"
    ! mariadb --defaults-file="$root/db.cnf" -e "UPDATE parameters SET module = 2" 2>/dev/null ||
        fail "the grants allow more than needed"
    ! mariadb --defaults-file="$root/db.cnf" -e "DELETE FROM parameters" 2>/dev/null ||
        fail "the grants allow more than needed"
    ok "the grants allow no other column, and no deletion"
}

test_server_down() {
    kill -STOP "$(<"$root/db.pid")"
    status_is 'a server that hangs is worth another try' 75
    kill -CONT "$(<"$root/db.pid")"
    wait_for 60 db_answers || fail "mariadbd does not go on"
    stop_daemon "$root/db.pid"
    status_is 'a server that is down is worth another try' 75
    start_db
    status_is 'and succeeds when it is back' 0
    is 'with both written' "$(values)" "3d 1 NONE;0d 1 NONE;"
    reset
}

# ---- Hermes' regeneration: postconf -e for each enabled row, reload, then the rows are applied

regenerate() {
    local name value
    while IFS=$'\t' read -r name value; do
        postconf -c "$root/pf/etc" -e "$name = $value"
    done < <(db -r hermes -e 'SELECT parent_name, parameter FROM parameters
        WHERE child = 1 AND enabled = 1 ORDER BY id')
    "$lab/postfix.sh" reload "$root/pf"
    db hermes -e "UPDATE parameters SET applied = 1, action = 'NONE'"
}

lifetimes() {
    postconf -c "$root/pf/etc" -h bounce_queue_lifetime maximal_queue_lifetime | tr '\n' ' '
}

test_regeneration() {
    "$lab/postfix.sh" create "$root/pf"
    "$lab/postfix.sh" start "$root/pf"
    regenerate
    is 'a regeneration sets what Hermes holds' "$(lifetimes)" '5d 30d '
    postconf -c "$root/pf/etc" -e bounce_queue_lifetime=3d maximal_queue_lifetime=0d
    regenerate
    is 'it overwrites what only Postfix was told' "$(lifetimes)" '5d 30d '
    postconf -c "$root/pf/etc" -e bounce_queue_lifetime=3d maximal_queue_lifetime=0d
    hook < <(event "$both")
    is 'the script ran' "$status" 0
    regenerate
    is 'and keeps what Hermes was told too' "$(lifetimes)" '3d 0d '
    postconf -c "$root/pf/etc" -e 'defer_transports=smtp relay'
    hook < <(event "$paused")
    regenerate
    is 'so with a pause' "$(postconf -c "$root/pf/etc" -h defer_transports)" 'smtp relay'
    postconf -c "$root/pf/etc" -X defer_transports
    hook < <(event "$resumed")
    regenerate
    is 'and with its end' "$(postconf -c "$root/pf/etc" -h defer_transports)" ''
    reset
}

# ---- the other way.  snmpd itself holds the objects here.

snmp_value() { # NUMBER of hmqSettings
    snmp_as "$root/snmp" reader snmpget -Oqv "127.0.0.1:$(<"$root/snmp/port")" "$base.1.4.$1.0"
}

snmp_values() { echo "$(snmp_value 1) $(snmp_value 2)"; }

import() { # USER [OPTION...]: sets status and said
    local user=$1
    shift
    status=0
    said=$("$hermes/settings-from-hermes" -c "$root/db.cnf" -s "$root/snmp/clients/$user" "$@" \
        "127.0.0.1:$(<"$root/snmp/port")" 2>&1) || status=$?
}

test_import() {
    "$lab/snmpd.sh" create "$root/snmp"
    cat >>"$root/snmp/etc/snmpd/snmpd.conf" <<END
override -rw $base.1.4.1.0 integer 5
override -rw $base.1.4.2.0 integer 30
override $base.1.4.5.0 integer 1
override -rw $base.1.4.14.0 integer 2
END
    "$lab/snmpd.sh" start "$root/snmp"
    # The first time the SNMP tools make folders there, and say so on standard error.
    rm -rf "$SNMP_PERSISTENT_DIR"
    import actor
    is 'nothing differs' "$status $said" '0 nothing differs'
    db hermes -e "UPDATE parameters SET parameter = '7d' WHERE parent_name LIKE 'bounce%';
        UPDATE parameters SET parameter = '0d' WHERE parent_name LIKE 'maximal%queue_lifetime'"
    import actor --dry-run
    is 'a dry run says what it would set' "$status ${said//$'\n'/, }" \
        '0 bounce_queue_lifetime: 5 -> 7 days, maximal_queue_lifetime: 30 -> 0 days'
    is 'and sets nothing' "$(snmp_values)" '5 30'
    import reader
    is 'a user who may not set' "$status $(snmp_values)" '70 5 30'
    import actor
    is 'both set' "$status $(snmp_values)" '0 7 0'
    import actor
    is 'once' "$status $said" '0 nothing differs'
    test_import_pause
    test_import_faults
}

test_import_pause() {
    local rows="WHERE parent_name = 'defer_transports' OR
        (parameter = 'defer_transports' AND child = 2)"
    db hermes -e "UPDATE parameters SET enabled = 1 $rows"
    import actor
    [[ $said == *'not by the agent; left alone'* ]] || fail "not said: $said"
    is "a pause of Hermes' own is left alone" "$status $(snmp_value 14)" '0 2'
    snmp_as "$root/snmp" actor snmpset -Oqv "127.0.0.1:$(<"$root/snmp/port")" "$base.1.4.14.0" i 1 \
        >"$root/set.log" 2>&1 || fail "snmpset: $(<"$root/set.log")"
    import actor
    is 'a pause on both sides' "$status $said" '0 nothing differs'
    db hermes -e "UPDATE parameters SET enabled = 0, applied = 2 $rows"
    import actor --end-pause
    is 'an end that Hermes has not applied' "$status $(snmp_value 14)" '0 1'
    db hermes -e "UPDATE parameters SET applied = 1 $rows"
    import actor
    [[ $said == *'--end-pause ends that'* ]] || fail "not said: $said"
    is 'an end without being asked to' "$status $(snmp_value 14)" '0 1'
    import actor --end-pause
    is 'an end of Hermes' "$status $(snmp_value 14)" '0 2'
    import actor --end-pause
    is 'once' "$status $said" '0 nothing differs'
}

test_import_faults() {
    local value
    for value in 3h 91d "5d' -- " '' '5d\n6d'; do
        db hermes -e "UPDATE parameters SET parameter = '${value//\'/\'\'}'
            WHERE parent_name LIKE 'bounce%'"
        import actor
        is "'$value' in Hermes is not taken" "$status $(snmp_values)" '65 7 0'
    done
    db hermes -e "UPDATE parameters SET parameter = '8d', applied = 2
        WHERE parent_name LIKE 'bounce%'"
    import actor
    is 'what Hermes has not applied is left to it' "$status $(snmp_values)" '0 7 0'
    db hermes -e "UPDATE parameters SET applied = 1, enabled = 0 WHERE parent_name LIKE 'bounce%'"
    import actor
    is 'what is switched off there is left alone' "$status $(snmp_values)" '0 7 0'
    db hermes -e "UPDATE parameters SET parent_name = 'gone' WHERE parent_name LIKE 'bounce%'"
    import actor
    is 'a missing row' "$status $(snmp_values)" '65 7 0'
    db hermes -e "UPDATE parameters SET enabled = 1, parent_name = 'maximal_queue_lifetime'
        WHERE parent_name = 'gone'"
    import actor
    is 'two rows' "$status $(snmp_values)" '65 7 0'
    db hermes -e "UPDATE parameters SET parent_name = 'bounce_queue_lifetime' WHERE id = 2"
    "$lab/snmpd.sh" stop "$root/snmp"
    import actor
    is 'no agent is worth another try' "$status" 75
    stop_daemon "$root/db.pid"
    import actor
    is 'no database is worth another try' "$status" 75
}

# With users that are there, and the script where no other user can replace it, which /tmp is not.
scripts=$(mktemp -d /var/lib/hmq-db.XXXXXX)
chmod 755 "$scripts"
cp "$hermes"/* "$scripts"
sed "s|^script.hermes.path = .*/|script.hermes.path = $scripts/|" "$hermes/hermes-mailqueue.conf" \
    >"$root/example.conf"
printf '%s\n' 'user = nobody' 'hooks_user = nobody' >>"$root/example.conf"
"$daemon" -c "$root/example.conf" -t >"$root/effective" 2>&1 ||
    fail "the example configuration is bad: $(<"$root/effective")"
grep -qx 'container = hermes_postfix_dkim' "$root/effective" || fail "no container in the example"
ok "the example configuration is good"
make_db
make_table 'VARCHAR(3)' 'ENGINE=InnoDB DEFAULT CHARSET=latin1'
option_file hermes_mailqueue "$password" hermes
test_writing 'latin1, text'
test_pause 'latin1, text'
make_table INT 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci'
test_writing 'utf8mb4, numbers'
test_pause 'utf8mb4, numbers'
test_refusals
test_table_faults
test_lock
test_access
test_server_down
test_regeneration
test_import
echo "$checks checks passed"

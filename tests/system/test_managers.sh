#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_managers.sh DAEMON BUILD_FOLDER [whole]: managers that are not net-snmp walk the whole tree
# by SNMPv3, one object at a time and in bulk, and see what net-snmp sees: pysnmp, and Perl's
# Net::SNMP, which also announces a small msgMaxSize; system.npm does it with a third. Then these
# three and snmp_exporter walk a table of 10,000 rows, and have each cell as net-snmp's GETNEXT has
# it: one column in bulk, or with `whole` every column, and one object at a time, too.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/integrations.sh
. "$support/integrations.sh"
build=$2 whole=${3-}
perl -MNet::SNMP -MCrypt::Rijndael -e1 || die 'run: contrib/install-packages.sh checkers'
need prometheus-snmp-exporter prometheus-snmp-exporter
npm_client "$build"
# Debian 13 has a pysnmp that its Python cannot load: a module is gone that it needs.
pysnmp=yes
if python3 -c 'import sys; sys.exit(sys.version_info < (3, 12))'; then
    pysnmp=no
else
    python3 -W ignore -c 'import pysnmp.hlapi' || die 'run: contrib/install-packages.sh checkers'
fi

# With the example, who knows no better authentication than SHA-1 sees no messages.
old_users+=(hmq-list-sha1)
more_access='authuser read hmq-list-sha1 priv -V hmqList'
start_gateway list_interval=1h
for i in {1..20}; do inject 1 x@suspended.example "sender$i@source$((i % 7)).example"; done
eventually "20 are deferred" settled 20
kill -HUP "$agent"
expect 1.5.1.0 20 "20 rows"

# ---- The managers: each prints a line "OID VALUE" for each instance, text in hex

# by_perl USER OID REPETITIONS [MAXSIZE]: 1 repetition is GETNEXT.
by_perl() {
    perl -MNet::SNMP=:snmp,:asn1 - "$snmp_port" "$auth" "$priv" "$@" <<'END'
my ($port, $auth, $priv, $user, $base, $repetitions, $size) = @ARGV;
my ($session, $error) = Net::SNMP->session(-hostname => '127.0.0.1', -port => $port,
    -version => 3, -username => $user, -authprotocol => 'sha', -authpassword => $auth,
    -privprotocol => 'aes', -privpassword => $priv, -maxmsgsize => $size // 65535, -timeout => 60,
    -translate => 0);
die "$error\n" unless $session;
# By GETNEXT when there is to be one repetition.
my $found = $session->get_table(-baseoid => $base, -maxrepetitions => $repetitions);
die $session->error(), "\n" unless $found;
my $types = $session->var_bind_types();
for (keys %$found) {
    my $value = $found->{$_};
    print "$_ ", $types->{$_} == OCTET_STRING ? uc unpack('H*', $value) : $value, "\n";
}
END
}

# by_pysnmp USER OID nextCmd|bulkCmd
by_pysnmp() {
    python3 -W ignore - "$snmp_port" "$auth" "$priv" "$@" <<'END'
import sys
from pysnmp import hlapi
from pysnmp.proto.rfc1902 import OctetString
from pysnmp.proto.rfc1905 import EndOfMibView
port, auth, priv, name, base, kind = sys.argv[1:]
user = hlapi.UsmUserData(name, auth, priv, authProtocol=hlapi.usmHMAC192SHA256AuthProtocol,
                         privProtocol=hlapi.usmAesCfb128Protocol)
where = hlapi.UdpTransportTarget(("127.0.0.1", int(port)), timeout=60, retries=1)
first = hlapi.ObjectType(hlapi.ObjectIdentity(base.lstrip(".")))
more = (0, 50) if kind == "bulkCmd" else ()
for error, status, _, found in getattr(hlapi, kind)(
        hlapi.SnmpEngine(), user, where, hlapi.ContextData(), *more, first, lookupMib=False,
        lexicographicMode=False):
    if error or status:
        sys.exit(f"{error} {status.prettyPrint()}")
    for oid, value in found:
        if not isinstance(value, EndOfMibView):
            text = isinstance(value, OctetString)
            print(f".{oid}", value.asOctets().hex().upper() if text else value)
END
}

# by_npm USER OID
by_npm() { node "$client/walk.js" "$snmp_port" "$1" "$auth" "$priv" "${2#.}" | cut -d ' ' -f 1,3; }

# by_exporter CONFIGURATION: what its module `rows` walks. A sample has the row's index and its text
# as labels.
by_exporter() {
    local where
    where="module=rows&auth=rows&target=127.0.0.1:$snmp_port"
    exporter_port=$(free_port)
    start_daemon "$root/exporter.pid" "$root/exporter.log" prometheus-snmp-exporter \
        --config.file="$1" --web.listen-address="127.0.0.1:$exporter_port"
    wait_for "$patience" exporter_answers || fail "the exporter: $(<"$root/exporter.log")"
    curl -sf "http://127.0.0.1:$exporter_port/snmp?$where" >"$root/samples"
    stop_daemon "$root/exporter.pid"
    python3 - "$root/samples" <<'END'
import re, sys
for line in open(sys.argv[1], encoding="utf-8"):
    found = re.match(r"cell_(\w+)\{(.*)\} (\S+)$", line)
    if found:
        name, labels, number = found.groups()
        labels = dict(re.findall(r'(\w+)="([^"]*)"', labels))
        row, text = labels["row"].encode(), labels.get("cell_" + name)
        oid = name.replace("_", ".") + f".{len(row)}." + ".".join(map(str, row))
        print("." + oid, int(float(number)) if text is None else text[2:].upper())
END
}
exporter_answers() { curl -sf -o "$root/out" "http://127.0.0.1:$exporter_port/"; }

# as_user USER COMMAND...: one of net-snmp's programs, with text in hex in one line
as_user() {
    mkdir -p "$root/$1"
    { user_config "$1" && echo 'hexOutputLength 0'; } >"$root/$1/snmp.conf"
    SNMPCONFPATH=$root/$1 "$2" -t 60 -On -Oq -Ox "${@:3:$#-3}" "127.0.0.1:$snmp_port" "${@: -1}" |
        sed '/No more variables/d; s/"//g; s/ //2g'
}

# same WHAT COMMAND...: prints what $root/ours has, in whatever order.
same() {
    local start
    start=$(milliseconds)
    "${@:2}" | sort >"$root/theirs" || fail "$1"
    [ -s "$root/theirs" ] || fail "$1 finds nothing"
    diff "$root/ours" "$root/theirs" >"$root/difference" ||
        fail "$1: $(head -n 5 "$root/difference")"
    ok "$1: $(wc -l <"$root/theirs") objects in $(($(milliseconds) - start)) ms"
}

# ---- The whole tree: its names, since many values run on

names() { "$@" | cut -d ' ' -f 1; }
names as_user hmq-read snmpwalk "$base" | sort >"$root/ours"
same "Net::SNMP by GETNEXT" names by_perl hmq-sha1 "$base" 1 1472
same "Net::SNMP by GETBULK" names by_perl hmq-sha1 "$base" 25
same "Net::SNMP by GETBULK, 5 at a time in messages of 1,472 octets" \
    names by_perl hmq-sha1 "$base" 5 1472
for kind in nextCmd bulkCmd; do
    [ "$pysnmp" = yes ] || continue
    same "pysnmp by $kind" names by_pysnmp hmq-read "$base" "$kind"
done
# What README warns of: more than fits is an error, and snmpd and the agent go on.
if by_perl hmq-sha1 "$base" 100 1472 >"$root/out" 2>"$root/err"; then
    same "100 at a time in messages of 1,472 octets" names cat "$root/out"
else
    ok "100 at a time in messages of 1,472 octets: $(head -n 1 "$root/err")"
fi
check "snmpd still answers" snmpd_answers

# ---- A table of 10,000 rows, cell by cell

# Copies of these messages. Postfix does not touch them: their next retry is an hour away.
stop_agent
"$build/bin/bench_clone_queue" "$spool" 10000
start_agent list_interval=1h message_limit=10000
expect 1.5.1.0 10000 "10,000 rows"

# Who may see none of the rows does not have snmpd look at each of them, while others wait.
after_the_hidden() {
    [[ $(SNMPCONFPATH=$root/hmq-read snmpgetnext -t 5 -r 0 -On -Oq "127.0.0.1:$snmp_port" \
        "$base.1.5.3.0") == "$base.1.6.2.0 "* ]]
}
start=$(milliseconds)
check "what comes after hidden rows is there at once" after_the_hidden
ok "in $(($(milliseconds) - start)) ms"

# exporter_config FORM COLUMN...: of hmqMessageTable, for exporters from 0.23 on, or for older ones
exporter_config() {
    local column kind user
    user="security_level: authPriv, username: hmq-list, auth_protocol: SHA256, password: $auth,"
    user+=" priv_protocol: AES, priv_password: $priv"
    if [ "$1" = new ]; then
        printf 'auths: {rows: {version: 3, %s}}\nmodules: {rows: {timeout: 60s, walk: [' "$user"
    else
        printf 'rows: {auth: {%s}, version: 3, timeout: 60s, walk: [' "$user"
    fi
    for column in "${@:2}"; do printf '%s,' "${base#.}.1.5.4.1.$column"; done
    printf '], metrics: [\n'
    for column in "${@:2}"; do
        case $column in
        3 | 6 | 8 | 9 | 11 | 13) kind=OctetString ;;
        *) kind=gauge ;;
        esac
        printf '{name: cell_%s, oid: %s, type: %s, help: x, indexes: [%s]},\n' \
            "$(tr . _ <<<"${base#.}.1.5.4.1.$column")" "${base#.}.1.5.4.1.$column" "$kind" \
            '{labelname: row, type: DisplayString}'
    done
    printf ']}'
    [ "$1" = old ] || printf '}'
}
form=new
! exporter_is_old || form=old

# columns KIND USER COLUMN...: hmqMessageTable's, each by the command KIND USER OID WORDS
columns() {
    local column
    for column in "${@:3}"; do "$1" "$2" "$base.1.5.4.1.$column"; done
}
reference() { as_user "$1" snmpwalk "$2"; }
bulkwalk() { as_user "$1" snmpbulkwalk -Cr50 "$2"; }
perl_bulk() { by_perl "$1" "$2" 50; }
perl_next() { by_perl "$1" "$2" 1; }
pysnmp_bulk() { by_pysnmp "$1" "$2" bulkCmd; }
pysnmp_next() { by_pysnmp "$1" "$2" nextCmd; }

# hmqMessageSender; or all but hmqMessageAge, which runs on
compared=(6)
[ -z "$whole" ] || compared=(2 3 5 6 7 8 9 10 11 12 13)
columns reference hmq-list "${compared[@]}" | sort >"$root/ours"
check "net-snmp by GETNEXT: each cell" \
    test "$(wc -l <"$root/ours")" -eq $((10000 * ${#compared[@]}))
same "net-snmp by GETBULK" columns bulkwalk hmq-list "${compared[@]}"
same "Net::SNMP by GETBULK" columns perl_bulk hmq-list-sha1 "${compared[@]}"
same "npm's net-snmp" columns by_npm hmq-list-sha1 "${compared[@]}"
exporter_config "$form" "${compared[@]}" >"$root/rows.yml"
same "snmp_exporter" by_exporter "$root/rows.yml"
[ "$pysnmp" = no ] || same "pysnmp by GETBULK" columns pysnmp_bulk hmq-list "${compared[@]}"
if [ -n "$whole" ]; then
    same "Net::SNMP by GETNEXT" columns perl_next hmq-list-sha1 "${compared[@]}"
    [ "$pysnmp" = no ] || same "pysnmp by GETNEXT" columns pysnmp_next hmq-list "${compared[@]}"
fi
check "no report of a sanitizer" no_sanitizer_report

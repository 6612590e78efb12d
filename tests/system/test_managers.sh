#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_managers.sh DAEMON: managers that are not net-snmp walk the whole tree by SNMPv3, one object
# at a time and in bulk, and see what net-snmp sees: pysnmp, and Perl's Net::SNMP, which also
# announces a small msgMaxSize. system.npm does it with a third; system.integrations has gosnmp.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/integrations.sh
. "$support/integrations.sh"
perl -MNet::SNMP -MCrypt::Rijndael -e1 || die 'run: contrib/install-packages.sh checkers'
# Debian 13 has a pysnmp that its Python cannot load: a module is gone that it needs.
pysnmp=yes
if python3 -c 'import sys; sys.exit(sys.version_info < (3, 12))'; then
    pysnmp=no
else
    python3 -W ignore -c 'import pysnmp.hlapi' || die 'run: contrib/install-packages.sh checkers'
fi

start_gateway list_interval=1h
inject 20
eventually "20 are deferred" settled 20
kill -HUP "$agent"
expect 1.5.1.0 20 "20 rows"

# walk_by_perl MAXSIZE REPETITIONS: the names it finds; 1 repetition is GETNEXT.
walk_by_perl() {
    perl -MNet::SNMP=:snmp - "$snmp_port" "$base" "$auth" "$priv" "$1" "$2" <<'END'
my ($port, $base, $auth, $priv, $size, $repetitions) = @ARGV;
my ($session, $error) = Net::SNMP->session(-hostname => '127.0.0.1', -port => $port,
    -version => 3, -username => 'hmq-sha1', -authprotocol => 'sha', -authpassword => $auth,
    -privprotocol => 'aes', -privpassword => $priv, -maxmsgsize => $size, -timeout => 10);
die "$error\n" unless $session;
# By GETNEXT when there is to be one repetition.
my $found = $session->get_table(-baseoid => $base, -maxrepetitions => $repetitions);
die $session->error(), "\n" unless $found;
print "$_\n" for oid_lex_sort(keys %$found);
END
}

walk_by_pysnmp() { # KIND: nextCmd or bulkCmd
    python3 -W ignore - "$snmp_port" "${base#.}" "$auth" "$priv" "$1" <<'END'
import sys
from pysnmp import hlapi
from pysnmp.proto.rfc1905 import EndOfMibView
port, base, auth, priv, kind = sys.argv[1:]
user = hlapi.UsmUserData("hmq-read", auth, priv, authProtocol=hlapi.usmHMAC192SHA256AuthProtocol,
                         privProtocol=hlapi.usmAesCfb128Protocol)
where = hlapi.UdpTransportTarget(("127.0.0.1", int(port)), timeout=10, retries=1)
name = hlapi.ObjectType(hlapi.ObjectIdentity(base))
more = (0, 25) if kind == "bulkCmd" else ()
for error, status, _, found in getattr(hlapi, kind)(
        hlapi.SnmpEngine(), user, where, hlapi.ContextData(), *more, name, lookupMib=False,
        lexicographicMode=False):
    if error or status:
        sys.exit(f"{error} {status.prettyPrint()}")
    for oid, value in found:
        if not isinstance(value, EndOfMibView):
            print("." + str(oid))
END
}

same_as_ours() { # WHAT FILE
    [ -s "$2" ] || fail "$1 finds nothing"
    diff "$root/ours" "$2" >"$root/difference" || fail "$1: $(head -n 5 "$root/difference")"
    ok "$1: $(wc -l <"$2") objects"
}

mkdir "$root/client"
user_config hmq-read >"$root/client/snmp.conf"
SNMPCONFPATH=$root/client snmpwalk -t 10 -On -OQ -Ot "127.0.0.1:$snmp_port" "$base" |
    grep -v 'No more variables' | sed -n 's/^\(\.1\.3\.6\.1[0-9.]*\) = .*/\1/p' >"$root/ours"
walk_by_perl 1472 1 >"$root/theirs" || fail "Net::SNMP"
same_as_ours "Net::SNMP by GETNEXT" "$root/theirs"
walk_by_perl 65535 25 >"$root/theirs" || fail "Net::SNMP"
same_as_ours "Net::SNMP by GETBULK" "$root/theirs"
walk_by_perl 1472 5 >"$root/theirs" || fail "Net::SNMP"
same_as_ours "Net::SNMP by GETBULK, 5 at a time in messages of 1,472 octets" "$root/theirs"
for kind in nextCmd bulkCmd; do
    [ "$pysnmp" = yes ] || continue
    walk_by_pysnmp "$kind" >"$root/theirs" || fail "pysnmp"
    same_as_ours "pysnmp by $kind" "$root/theirs"
done
# What README warns of: more than fits is an error, and snmpd and the agent go on.
if walk_by_perl 1472 100 >"$root/theirs" 2>"$root/err"; then
    same_as_ours "100 at a time in messages of 1,472 octets" "$root/theirs"
else
    ok "100 at a time in messages of 1,472 octets: $(head -n 1 "$root/err")"
fi
check "snmpd still answers" snmpd_answers
check "no report of a sanitizer" no_sanitizer_report

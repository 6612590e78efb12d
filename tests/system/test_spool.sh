#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_spool.sh DAEMON: Postfix stopped, reloaded and hanging; a spool that is gone, unmounted or
# broken; files that come, move and go while they are counted; lost hints. Never a false 0.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"

frozen=()
cleanup_more() {
    [ ${#frozen[@]} -eq 0 ] || kill -CONT "${frozen[@]}" 2>/dev/null || true
    [ ! -d "$root/away" ] || { rm -rf "$spool" && mv "$root/away" "$spool"; }
    umount "$root/volume/spool" 2>/dev/null || true
}

# freeze: all of this Postfix's processes, first the one that starts others.
freeze() {
    local link
    frozen=("$(awk '{ print $1; exit }' "$spool/pid/master.pid")")
    kill -STOP "${frozen[@]}"
    for link in /proc/[0-9]*/cwd; do
        case $(readlink -- "$link" 2>/dev/null || true) in
        "$spool" | "$spool"/*)
            link=${link#/proc/}
            [ "$link" = "$(worker)/cwd" ] || frozen+=("${link%/cwd}")
            ;;
        esac
    done
    # One that has ended meanwhile is of no interest.
    kill -STOP "${frozen[@]}" 2>/dev/null || true
}

thaw() {
    kill -CONT "${frozen[@]}" 2>/dev/null || true
    frozen=()
}

start_postfix
start_snmpd
start_trapd
start_agent command_timeout=3s
inject 20
eventually "20 are deferred" settled 20
expect 1.2.1.0 20 "20 messages"
expect 1.5.1.0 20 "and as many rows"
expect 1.1.5.0 1 "the data is good"

"$lab/postfix.sh" reload "$root/pf"
now 1.2.1.0 20 "reloading changes nothing"
expect 1.1.4.0 1 "Postfix runs"
inject 1
expect 1.2.1.0 21 "it is watched after the reload"

freeze
pf postsuper -h "$(ids deferred 1)" 2>/dev/null
expect 1.3.1.2.5 1 "a Postfix that hangs: counts go on"
expect 1.1.11.0 '*postqueue did not end within command_timeout*' "the listing has timed out"
expect 1.1.5.0 '[23]' "hmqDataStatus tells"
now 1.2.1.0 21 "the total is served"
answers_fast "a Postfix that hangs does not delay a GET"
expect 1.1.5.0 3 "without a listing for long it is unavailable"
expect 1.5.1.0 "$none" "and there are no rows"
now 1.2.1.0 21 "the total is served still"
expect_traps 9 1 "hmqDataLost"
thaw
expect 1.1.5.0 1 "it wakes up"
expect 1.5.1.0 21 "and its messages are listed"
expect_traps 10 1 "hmqDataRestored"

stop_postfix
expect 1.1.4.0 2 "Postfix stopped"
# It cannot write the log of a Postfix that is stopped, and says so at its end.
pf postsuper -H "$(ids hold 1)" 2>/dev/null || true
expect 1.3.1.2.5 0 "the queue of a stopped Postfix is counted"
expect 1.5.1.0 21 "and listed: root's postqueue does without it"
expect 1.1.5.0 1 "so the data is good"
expect_traps 9 1 "nothing more was lost"

mv "$spool" "$root/away"
expect 1.1.5.0 2 "a spool that is gone: stale first"
never_zero
expect 1.1.5.0 3 "then unavailable"
expect 1.2.1.0 "$none" "no total"
for object in 1.2.2.0 1.2.3.0 1.2.4.0 1.2.5.0 1.3.1.2.1 1.3.1.2.4 1.3.1.2.6 1.3.1.3.4; do
    now "$object" "$none" "no $object"
done
expect 1.5.1.0 "$none" "nor rows, once they are too old"
expect 1.1.4.0 3 "nor does it know whether Postfix runs"
expect 1.1.11.0 "*cannot read $spool*" "hmqLastReadError says where"
answers_fast "a spool that is gone does not delay a GET"
expect_traps 9 2 "hmqDataLost once more"
mkdir "$spool"
errors=$(get 1.1.10.0)
looked() { [ "$(get 1.1.10.0)" -gt "$errors" ]; }
eventually "it has looked again" looked
never_zero
now 1.2.1.0 "$none" "an empty folder in its place is no empty queue"
rmdir "$spool"
mv "$root/away" "$spool"
expect 1.2.1.0 21 "the spool is back"
expect 1.1.5.0 1 "and the data good"
expect_traps 10 2 "hmqDataRestored once more"

mv "$spool/deferred" "$root/deferred"
: >"$spool/deferred"
expect 1.1.5.0 3 "a queue folder that is none"
expect 1.2.1.0 "$none" "leaves no total"
rm "$spool/deferred"
mv "$root/deferred" "$spool/deferred"
expect 1.2.1.0 21 "and is well again"
expect_traps 10 3 "hmqDataRestored"
check "each loss was told once" test "$(trap_count 9)" -eq 3

# A volume of its own, put away under the agent.
stop_agent
mkdir -p "$root/volume/spool"
mount -t tmpfs -o mode=755 tmpfs "$root/volume/spool"
cp -a "$spool/." "$root/volume/spool"
start_agent command_timeout=3s "spool_directory=$root/volume/spool"
expect 1.2.1.0 21 "a spool that is a volume"
umount "$root/volume/spool"
expect 1.1.5.0 '[23]' "unmounted"
never_zero
expect 1.2.1.0 "$none" "an empty mount point is no empty queue"
stop_agent

# A spool of the test's own, so that files can be moved as fast as it goes.
copy=$root/copy
mkdir -p "$copy/pid" "$copy"/{maildrop,incoming,active,deferred,hold,corrupt}
python3 - "$copy" <<'END'
import os, sys
for i in range(500):
    path = "%s/deferred/%X" % (sys.argv[1], 0xABCDE00000 + i)
    file = os.open(path, os.O_CREAT | os.O_WRONLY, 0o700)
    os.write(file, b"a message")  # an empty file is none
    os.close(file)
    os.chmod(path, 0o700)
END
start_agent "spool_directory=$copy"
expect 1.2.1.0 500 "500 files"
expect_traps 13 3 "hmqAgentStarted"
python3 - "$copy" <<'END' &
import os, sys
names = ["%X" % (0xABCDE00000 + i) for i in range(500)]
folders = [os.path.join(sys.argv[1], name) for name in ("deferred", "incoming", "active", "hold")]
at = 0
while os.path.exists(sys.argv[1] + "/pid"):
    to = (at + 1) % 4
    for name in names:
        os.rename(os.path.join(folders[at], name), os.path.join(folders[to], name))
    at = to
END
mover=$!
inconsistent=0
for _ in {1..60}; do
    value=$(get 1.2.1.0)
    [ "$value" = 500 ] || { inconsistent=$((inconsistent + 1)); echo "# total $value"; }
done
rmdir "$copy/pid"
wait "$mover"
check "files that move all the time are there once each" test "$inconsistent" -eq 0
expect 1.2.7.0 0 "and are no overload"
mkdir "$copy/pid"

# Postfix makes the folders of hash_queue_names when it first needs them.
mkdir "$copy/deferred/F"
mv "$copy"/*/ABCDE00000 "$copy/deferred/F/"
expect 1.2.1.0 500 "a hash folder made just now is counted"
find "$copy" -type f ! -path '*/F/*' -delete
expect 1.2.1.0 "$none" "fewer files than Postfix lists: this is not its spool"
expect 1.1.5.0 3 "so the data is unavailable"
expect 1.1.11.0 "*spool_directory = $copy is not the spool*" "hmqLastReadError names the key"
mv "$spool/deferred" "$root/deferred"
mkdir -m 700 "$spool/deferred"
chown --reference="$root/deferred" "$spool/deferred"
expect 1.2.1.0 1 "files deleted at once are noticed"
mv "$copy/deferred/F/ABCDE00000" "$copy/hold/"
rmdir "$copy/deferred/F"
expect 1.3.1.2.5 1 "and a folder removed again"
expect 1.3.1.2.4 0 "leaves nothing"

# A file is no message before it is complete.
echo 'a message' >"$copy/incoming/123456.789"
(umask 077; echo 'a message' >"$copy/incoming/ABCDE00001")
echo 'no message' >"$copy/hold/notes.txt"
mkdir "$copy/hold/folder"
expect 1.3.1.2.5 1 "other files are no messages"
now 1.3.1.2.2 0 "nor incomplete ones"
chmod 700 "$copy/incoming/ABCDE00001"
expect 1.3.1.2.2 1 "completed, it is one"

# More hints than the kernel keeps while nobody reads them.
frozen=("$(worker)")
kill -STOP "${frozen[@]}"
limit=$(</proc/sys/fs/inotify/max_queued_events)
python3 - "$copy" "$limit" <<'END'
import os, sys
for i in range(int(sys.argv[2]) + 1000):
    path = "%s/hold/%X" % (sys.argv[1], 0xABCDE10000 + i)
    file = os.open(path, os.O_CREAT | os.O_WRONLY, 0o700)
    os.write(file, b"a message")
    os.close(file)
END
thaw
expect 1.3.1.2.5 $((limit + 1001)) "lost hints end in a full count"
(umask 077; echo 'a message' >"$copy/ABCDE0FFFF")
chmod 700 "$copy/ABCDE0FFFF"
mv "$copy/ABCDE0FFFF" "$copy/hold/"
expect 1.3.1.2.5 $((limit + 1002)) "and hints work again"
check "the agent lives" agent_lives
stop_agent
check "no report of a sanitizer" no_sanitizer_report
rmdir "$spool/deferred"
mv "$root/deferred" "$spool/deferred"

start_postfix
start_agent spool_directory=none
expect 1.2.1.0 21 "spool_directory = none: the listing counts"
expect 1.1.7.0 2 "hmqCountMethod says so"
expect 1.3.1.2.6 "$none" "corrupt is not listed and has no count"
expect 1.1.4.0 1 "Postfix runs, by what postqueue says"
inject 2
expect 1.2.1.0 23 "new messages are listed"
stop_postfix
expect 1.1.4.0 2 "Postfix stopped, by what postqueue says"
now 1.2.1.0 23 "root's postqueue lists without it"
stop_agent
check "no report of a sanitizer" no_sanitizer_report

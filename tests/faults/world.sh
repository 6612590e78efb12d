# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# The world that a fault comes to, after lib.sh, set.sh, events.sh and crash.sh: mail on disk, an
# agent with a condition and a webhook, a manager that never stops asking, and a ledger of all that
# was to happen.  Sourced, never run.
#
#   start_world [KEY=VALUE...]; exercise; note_normal; watch
#   ... the fault ...
#   as_before

# Set by lib.sh and fault.sh.
: "${lab?}" "${root?}" "${base?}" "${agent?}" "${patience?}" "${snmp_port?}" "${trap_port?}"
: "${spool?}" "${daemon?}" "${support?}" "${build?}"

faults=$root/faults
messages=6
turns=0
crossed=0 # how often the condition was raised and cleared
watcher=
normal_processes=0 normal_descriptors=0 normal_kib=0
# What a case may change: the least and the most that a total may be while it lasts, and whether an
# answer may be missing because the fault is snmpd's, or a new agent has to register.
least=$messages most=$messages may_be_silent=no
# Notifications may come again where the agent was killed between sending one and noting it.
may_repeat=no
# What the processes may use more than before, all together.
memory_kib=2048

cleanup_more() {
    touch "$root/watch.stop" "$root/load.stop"
    [ -z "$watcher" ] || wait "$watcher" || true
    [ -z "${locker-}" ] || kill "$locker" 2>/dev/null || true
    [ ${#frozen[@]} -eq 0 ] || kill -CONT "${frozen[@]}" 2>/dev/null || true
    [ -z "${load-}" ] || wait "$load" || true
    if [ -d "$root/pf" ]; then "$lab/postfix.sh" stop "$root/pf" >/dev/null 2>&1 || true; fi
    umount -l "$root"/mounted/* "$root/state" "$spool" "$spool" 2>/dev/null || true
}
frozen=()

freeze() { # PID...
    frozen+=("$@")
    kill -STOP "$@" 2>/dev/null || true
}
thaw() {
    [ ${#frozen[@]} -eq 0 ] || kill -CONT "${frozen[@]}" 2>/dev/null || true
    frozen=()
}

logged() { grep -q -- "$1" "$root/agent.log"; }

# ahead SECONDS: of the machine's clock.
ahead() { python3 -c 'import sys; open(sys.argv[1], "r+b").write(int(sys.argv[2]).to_bytes(8,
    "little", signed=True))' "$faults/clock" "$1"; }

use_shim() {
    mkdir -p "$faults"
    head -c 8 /dev/zero >"$faults/clock"
    chmod 755 "$faults"
    chmod 644 "$faults/clock"
    agent_command=(env "LD_PRELOAD=$build/bin/libfault_shim.so" "HMQ_FAULTS=$faults"
        "ASAN_OPTIONS=verify_asan_link_order=0" "$daemon")
}

start_recorder() {
    mkdir -p "$root/out"
    chmod 777 "$root/out"
    start_daemon "$root/recorder.pid" "$root/recorder.log" \
        python3 "$support/recorder.py" "$root/out"
    wait_for "$patience" test -s "$root/out/port" || fail "the recorder does not start"
    hook_url=http://${hook_host:-127.0.0.1}:$(<"$root/out/port")/hook
}

# start_world [KEY=VALUE...]
start_world() {
    allow_set
    start_snmpd
    start_trapd
    start_recorder
    [ -f "$spool/pid/master.pid" ] || start_postfix
    inject "$messages"
    eventually "$messages messages are deferred" settled "$messages"
    configure user=nobody hooks_user=nobody command_timeout=5s condition.held.watch='queue hold' \
        condition.held.above=2 webhook.rec.url="$hook_url" webhook.rec.timeout=2s "$@"
    start_agent
    comes_back
}

# comes_back: the agent that was started last reads and takes SETs.
answers_well() { [ "$(get 1.1.5.0)" = 1 ] && takes_sets && [[ $(get 1.2.1.0) == [0-9]* ]]; }
comes_back() {
    wait_for "$patience" answers_well ||
        fail "the agent does not come back: data $(get 1.1.5.0), $(get 1.1.11.0)"
    ok "the agent reads, and takes SETs"
}

restart_agent() { # after it was stopped or killed
    start_agent
    comes_back
}

# hold_all, release_all: by an action; by Postfix's own tool where none can be taken.
act_on_all() { # COMMAND
    turns=$((turns + 1))
    act faults "$1" "$turns" all=1
}
hold_all() {
    act_on_all hold
    finished faults hold "$turns" "done" "$messages" "$messages" 0
}
release_all() {
    act_on_all unhold
    finished faults unhold "$turns" "done" "$messages" "$messages" 0
}
raised() { [ "$(get 1.11.3.1.11.4.104.101.108.100)" = "$1" ]; }

# exercise: all there is to do, once: two actions, a condition raised and cleared, events to both
# receivers.
exercise() {
    hold_all
    eventually "the condition is raised" raised 4
    release_all
    eventually "and cleared" raised 2
    crossed=$((crossed + 1))
}

# by_postfix_tools: the same without an action.
by_postfix_tools() {
    pf postsuper -h ALL deferred 2>/dev/null || true
    eventually "the condition is raised" raised 4
    pf postsuper -H ALL 2>/dev/null || true
    eventually "and cleared" raised 2
    crossed=$((crossed + 1))
}

# family: our processes, without the commands that the helper runs now.
family() {
    local pid
    for pid in "$agent" $(descendants_of "$agent"); do
        case $(readlink "/proc/$pid/exe" 2>/dev/null) in
        */hermes-mailqueue*) echo "$pid" ;;
        esac
    done
}
descriptors_of() { # PID...
    local pid sum=0
    for pid; do sum=$((sum + $(find "/proc/$pid/fd" -type l 2>/dev/null | wc -l))); done
    echo "$sum"
}
kib_of() { # PID...
    local pid
    for pid; do cat "/proc/$pid/status" 2>/dev/null || true; done |
        awk '/^RssAnon:/ { sum += $2 } END { print sum + 0 }'
}
measure() {
    local -a pids
    mapfile -t pids < <(family)
    processes=${#pids[@]}
    descriptors=$(descriptors_of "${pids[@]}")
    kib=$(kib_of "${pids[@]}")
}

# note_normal: the least of some looks, because a command that runs has pipes to the helper.
note_normal() {
    local look
    measure
    normal_processes=$processes normal_descriptors=$descriptors normal_kib=$kib
    for look in {1..20}; do
        sleep 0.1
        measure
        [ "$descriptors" -ge "$normal_descriptors" ] || normal_descriptors=$descriptors
        [ "$processes" -ge "$normal_processes" ] || normal_processes=$processes
    done
    echo "# normal: $normal_processes processes, $normal_descriptors descriptors, $normal_kib KiB"
}
used_as_before() {
    measure
    [ "$processes" -eq "$normal_processes" ] && [ "$descriptors" -le "$normal_descriptors" ]
}
sanitized() { grep -q __asan_init "$daemon"; }

# ---- a manager that never stops asking

# One line an answer: milliseconds, total, rows; "-" for what is unknown, "?" without an answer.
watch() {
    rm -f "$root/watch.stop"
    {
        local start answer
        while [ ! -e "$root/watch.stop" ]; do
            start=$(milliseconds)
            answer=$(snmpget -v2c -c public -t 3 -r 0 -Oqv -OU "127.0.0.1:$snmp_port" \
                "$base.1.2.1.0" "$base.1.5.1.0" 2>/dev/null | sed 's/^No Such.*/-/' |
                tr '\n' ' ') || true
            [[ $answer == *' '* ]] || answer='? ?'
            echo "$(($(milliseconds) - start)) $answer" >>"$root/watched"
            sleep 0.1
        done
    } &
    watcher=$!
}

# unwatch: no answer was false; how long the slowest took. A listing in which messages moved while
# Postfix made it has fewer rows than there are messages; none has more.
unwatch() {
    local false_ones
    touch "$root/watch.stop"
    wait "$watcher" || true
    watcher=
    false_ones=$(awk -v least="$least" -v most="$most" \
        '$2 ~ /^[0-9]+$/ && ($2 < least || $2 > most) { print "total " $2 }
        $3 ~ /^[0-9]+$/ && $3 > most { print "rows " $3 }' \
        "$root/watched" | sort | uniq -c | tr '\n' ',')
    asked=$(wc -l <"$root/watched")
    unknown=$(grep -c ' -' "$root/watched" || true)
    silent=$(grep -c '?' "$root/watched" || true)
    slowest=$(awk '$2 != "?" && $1 > most { most = $1 } END { print most + 0 }' "$root/watched")
    [ -z "$false_ones" ] || fail "false values: $false_ones of $asked answers"
    ok "no false value in $asked answers, $unknown of them unknown"
    [ "$may_be_silent" = yes ] || check "each GET was answered" test "$silent" -eq 0
}

# ---- the ledger

all_sent() { [ "$(db "SELECT count(*) FROM events WHERE notified = 'pending'")" = 0 ]; }
wanted() { db "SELECT serial FROM events WHERE notified = 'sent' ORDER BY serial"; }
hook_serials() { sed 's/ .*//; s/.*-//' "$root/out/hook" 2>/dev/null; }
first_of_each() { awk '!seen[$1]++'; }
# missing_from COMMAND...: of the events in the database, those that its output does not have.
missing_from() { wanted | grep -vxFf <("$@") || true; }
hook_has_all() { [ -z "$(missing_from hook_serials)" ]; }
trap_has_all() { [ -z "$(missing_from serials)" ]; }
in_order() { [ "$("$@" | first_of_each)" = "$("$@" | sort -nu)" ]; }

# ran_once: Postfix's log has each message put on hold at most as often as an action was to do it.
ran_once() {
    local most
    most=$(sql "SELECT count(*) FROM audit WHERE command = 'hold'")
    [ "$(cat "$root"/pf/log/maillog* | grep -o 'postsuper\[[0-9]*\]: [^ ]* placed on hold' |
        awk '{ print $2 }' | sort | uniq -c | awk -v most="$most" '$1 > most + 0' |
        wc -l)" -eq 0 ]
}

# crossings_at COMMAND...: how often the receiver was sent that the condition was raised, and
# cleared; what came again counts once.
traps_of_crossings() {
    { traps 14 && traps 15; } | grep -o "$base.1.8.1.0 = [0-9]*" | sort -u | wc -l
}
posts_of_crossings() {
    grep -E '"event":"hmqCondition(Raised|Cleared)"' "$root/out/hook" | awk '{ print $1 }' |
        sort -u | wc -l
}
told_of_all() { [ "$("$1")" -ge $((2 * crossed)) ]; }

check_ledger() {
    eventually "the manager was sent each of $crossed raises and clears" \
        told_of_all traps_of_crossings
    eventually "the endpoint was, too" told_of_all posts_of_crossings
    eventually "no notification is pending" all_sent
    eventually "the manager was sent each event" trap_has_all
    eventually "so was the endpoint" hook_has_all
    check "in order" in_order serials
    check "in order there, too" in_order hook_serials
    [ "$may_repeat" = yes ] ||
        check "no notification came twice" test -z "$(serials | sort | uniq -d)"
    check "one serial is one event" test -z \
        "$(first_of_each <"$root/out/hook" | awk '{ print $1 }' | sort | uniq -d)"
    check "no action is left open" \
        sql_is "SELECT count(*) FROM audit WHERE state IN ('queued', 'running')" 0
    check "the database is whole" sql_is 'PRAGMA integrity_check' ok
}

# as_before: what each fault leaves behind: nothing.
as_before() {
    comes_back
    # A fault may have left some of them where an action that was interrupted had put them.
    if [ "${exercise:-exercise}" = exercise ] && [ "$(ids hold | wc -l)" -gt 0 ]; then
        act_on_all unhold
        eventually "what an interrupted action held is released" eval '[ -z "$(ids hold)" ]'
        wait_for "$patience" ended_action faults unhold "$turns" || fail "unhold does not end"
        eventually "the condition is cleared" raised 2
    fi
    "${exercise:-exercise}"
    expect 1.2.1.0 "$(count_queue "$spool" deferred hold)" "the total is what lies on disk"
    unwatch
    check_ledger
    eventually "processes and descriptors are back to what they were" used_as_before
    sanitized || check "so is the memory ($normal_kib KiB before, $kib KiB after)" \
        test "$kib" -le $((normal_kib + memory_kib))
    stop_agent
    check "a clean stop" test "${agent_status-}" -eq 0
    check "no report of a sanitizer" no_sanitizer_report
    echo "figures: asked $asked unknown $unknown unanswered $silent slowest_ms $slowest" \
        "events $(wanted | wc -l) actions $(sql 'SELECT count(*) FROM audit')" \
        "descriptors $normal_descriptors/$descriptors kib $normal_kib/$kib"
}

# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Our processes killed and stopped, for fault.sh.  HMQ_ROUNDS and HMQ_SEED give the number of kills
# and the row of random numbers that says which and when; both are printed.
# shellcheck disable=SC2154

rounds=${HMQ_ROUNDS:-500}
seed=${HMQ_SEED:-$SRANDOM}

# who PART: the process, or nothing while there is none.
who() {
    local pid
    case $1 in
    agent) echo "$agent" ;;
    helper) child_of "$agent" hermes-mailqueue-helper ;;
    worker) worker ;;
    # The helper's process that reads the log: the worker's child that runs the same program.
    follower)
        pid=$(worker)
        [ -z "$pid" ] || child_of "$pid" hermes-mailqueue-helper ;;
    hooks) child_of "$agent" hermes-mailqueue-hooks ;;
    sender)
        pid=$(who hooks)
        [ -z "$pid" ] || child_of "$pid" hermes-mailqueue-hooks-worker ;;
    esac
}
parts=(agent helper worker follower hooks sender)

# Mail, settings and conditions as fast as they are taken, until told to stop.
make_load() {
    while [ ! -e "$root/load.stop" ]; do
        inject 1 || true
        (set_value 1.4.7.0 u 2 1.4.8.0 u 1) >/dev/null || true
        sleep 0.5
        (set_value 1.4.7.0 u 0) >/dev/null || true
        sleep 0.5
    done
}

# begin_action NUMBER ID: an action on a message of its own; whether it was taken.
begin_action() {
    local -a arguments=()
    row_arguments faults hold "$1" "ids=$2"
    snmp_target=127.0.0.1:$snmp_port set_object "${arguments[@]}" >/dev/null 2>&1
}

# Without its helper or its hooks the agent goes on, or ends under a service manager, which starts
# all of it again; so does this.
start_again() {
    if agent_lives; then
        kill -KILL "$agent"
    fi
    wait "$agent" 2>/dev/null || true
    agent=
    start_agent
}

fault_kills() {
    local round part pid number=0
    local -a given
    # shellcheck disable=SC2046
    start_world $(use_engine) mail_log="$root/pf/log/maillog"
    echo "# $rounds rounds, HMQ_SEED=$seed"
    inject "$rounds"
    messages=$((messages + rounds))
    eventually "a message for each round" settled "$messages"
    mapfile -t given < <(ids deferred "$rounds")
    exercise
    note_normal
    before=$(wc -l <"$root/engine.stdin")
    # The sum of all messages never falls.
    least=$messages most=1000000 may_be_silent=yes may_repeat=yes memory_kib=8192
    watch
    make_load >/dev/null 2>&1 &
    load=$!
    RANDOM=$seed
    declare -A killed=()
    for ((round = 0; round < rounds; round++)); do
        # Every other round waits for an agent that takes an action, the others hit a start, too.
        if [ $((RANDOM % 2)) = 0 ]; then
            wait_for "$patience" begin_action $((10000 + round)) "${given[round]}" ||
                fail "round $round: no action is taken"
            number=$((number + 1))
        elif begin_action $((10000 + round)) "${given[round]}"; then
            number=$((number + 1))
        fi
        part=${parts[RANDOM % ${#parts[@]}]}
        sleep "0.$(printf '%03d' $((RANDOM % 400)))"
        pid=$(who "$part")
        [ -n "$pid" ] && kill -KILL "$pid" 2>/dev/null || continue
        killed[$part]=$((${killed[$part]-0} + 1))
        case $part in
        agent | helper | hooks) start_again ;;
        esac
    done
    touch "$root/load.stop"
    wait "$load" || true
    load=
    for part in "${parts[@]}"; do echo "# $part: killed ${killed[$part]-0} times"; done
    comes_back
    eventually "no action is open" \
        sql_is "SELECT count(*) FROM audit WHERE state IN ('queued', 'running')" 0
    echo "# $number actions were taken: $(sql "SELECT group_concat(n || ' ' || state, ', ') FROM
        (SELECT state, count(*) n FROM audit WHERE id >= 10000 GROUP BY state)")"
    check "postsuper had no message twice" test -z "$(twice)"
    check "what is reported as done is on hold" test -z "$(done_but_not_held)"
    check "what was never begun is not" test -z "$(held_but_not_begun)"
    eventually "all is deferred" eval \
        '[ "$(count_queue "$spool" incoming active maildrop)" -eq 0 ]'
    messages=$(count_queue "$spool" deferred hold)
    as_before
}

# Among the messages of the rounds, each of which belongs to one action.
twice() {
    comm -12 <(printf '%s\n' "${given[@]}" | sort) \
        <(tail -n "+$((before + 1))" "$root/engine.stdin" | sort | uniq -d) | head -n 3
}
of_rounds() { # STATES: their messages
    sql "SELECT queue_id FROM audit_results r JOIN audit a ON a.serial = r.serial
        WHERE a.id >= 10000 AND a.command = 'hold' AND $1" | sort
}
done_but_not_held() { comm -23 <(of_rounds "r.outcome = 'done'") <(ids hold | sort); }
# An action that was interrupted has no result where nothing is known; then its row stands for it.
held_but_not_begun() {
    local round begun
    begun=" $(sql "SELECT group_concat(id, ' ') FROM audit WHERE command = 'hold'") "
    for ((round = 0; round < rounds; round++)); do
        ! lies_in hold "${given[round]}" || [[ $begun == *" $((10000 + round)) "* ]] ||
            echo "${given[round]}"
    done
}

fault_stops() {
    local part pid
    start_world
    exercise
    note_normal
    may_be_silent=yes
    watch
    for part in "${parts[@]}"; do
        pid=$(who "$part")
        check "there is a process: $part" test -n "$pid"
        freeze "$pid"
        # Some longer than the helper's supervisor waits for a worker that is stopped.
        sleep 7
        thaw
        comes_back
    done
    as_before
}

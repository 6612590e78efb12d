# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Completion of hmq(1) for bash: commands and options as the program itself names them, hosts of
# -H, queues, and the names of settings.  It asks no gateway.

_hmq() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command='' i
    COMPREPLY=()
    case $before in
    -H | --host) mapfile -t COMPREPLY < <(compgen -A hostname -- "$word"); return ;;
    --queue)
        mapfile -t COMPREPLY < <(compgen -W 'maildrop incoming active deferred hold' -- "$word")
        return ;;
    esac
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        --) return ;;
        -H | --host | -n | --context | --base-oid) i=$((i + 1)) ;;
        -*) ;;
        *)
            command=${COMP_WORDS[i]}
            break ;;
        esac
    done
    if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(hmq ${command:+"$command"} --help 2>/dev/null |
            grep -oE '^ +(-., )?--[a-z-]+' | grep -oE -- '--[a-z-]+')" -- "$word")
    elif [ -z "$command" ]; then
        mapfile -t COMPREPLY < <(compgen -W "$(hmq --help 2>/dev/null |
            sed -n 's/^  \([a-z][a-z]*\)  *.*/\1/p')" -- "$word")
    elif [ "$command" = settings ]; then
        mapfile -t COMPREPLY < <(compgen -S = -W 'bounce_queue_lifetime maximal_queue_lifetime
            overload_threshold overload_clear_threshold message_limit' -- "$word")
        compopt -o nospace
    fi
}
complete -F _hmq hmq

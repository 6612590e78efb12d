# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# shellcheck disable=SC2034 # used by the tests that source it
# A gateway as a monitoring system finds it: Postfix, an snmpd with the users and views of
# hermes-mailqueue-access.conf.example, and the agent. Sourced after lib.sh.
#
#   start_gateway [KEY=VALUE...]       overload above 5, a condition deferred above 3
#   user_config USER >snmp.conf        how net-snmp's clients become that user
#   npm_client BUILD                   sets client, a folder with npm's net-snmp and its walk.js
#   exporter_is_old                    snmp_exporter wants the credentials in each module
#   insight_job FILE                   our prometheus.yml with the job that it has commented out

# Set by lib.sh.
: "${root?}" "${source_dir?}" "${base?}" "${snmp_port?}" "${trap_port?}"

integrations=$source_dir/contrib/integrations
auth=authentication-passphrase priv=privacy-passphrase
users=(hmq-read hmq-insight hmq-list)
old_users=(hmq-sha1)
more_access= # lines of snmpd.conf

exporter_is_old() { grep -q 'version 0\.2[12]' < <(prometheus-snmp-exporter --version 2>&1); }
insight_job() { sed '/^# - job_name: hermes-mailqueue-insight/,$ s/^# //' "$1"; }

write_users() {
    local user
    sed -E 's/^#(authuser read  ?hmq-(insight|sha1) )/\1/' \
        "$source_dir/contrib/snmpd/hermes-mailqueue-access.conf.example" >"$root/access.conf"
    allow_set
    {
        cat "$root/access.conf"
        echo "$more_access"
        for user in "${users[@]}"; do
            echo "createUser $user SHA-256 $auth AES $priv"
        done
        for user in "${old_users[@]}"; do
            echo "createUser $user SHA $auth AES $priv"
        done
    } >>"$root/snmpd.conf"
}

user_config() {
    local kind=SHA-256
    [[ " ${old_users[*]} " != *" $1 "* ]] || kind=SHA
    printf '%s\n' 'defVersion 3' "defSecurityName $1" 'defSecurityLevel authPriv' \
        "defAuthType $kind" "defAuthPassphrase $auth" 'defPrivType AES' "defPrivPassphrase $priv"
}

start_gateway() {
    write_users
    start_postfix
    start_snmpd
    configure overload_threshold=5 overload_clear_threshold=3 hooks_user=nobody \
        host_name=gw1.example.com "$@"
    # Nobody listens there, so its events wait.
    cat >>"$root/agent.conf" <<END
condition.deferred.watch = queue deferred
condition.deferred.above = 3
condition.deferred.clear = 1
webhook.nowhere.url = http://127.0.0.1:9/
END
    start_agent
    expect 1.1.5.0 1 "the agent reads the queue"
}

npm_client() {
    need npm npm
    client=$1/npm
    mkdir -p "$client"
    # Two tests may want it at once.
    (
        flock 9
        cp "$source_dir/tests/system/npm/"{package.json,walk.js} "$client/"
        [ -d "$client/node_modules/net-snmp" ] || (cd "$client" &&
            npm install --no-package-lock --no-audit --no-fund --loglevel=error)
    ) 9>"$client/lock"
}

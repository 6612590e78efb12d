# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# shellcheck disable=SC2034 # used by the tests that source it
# Configurations with which Nagios and Icinga 2 check a gateway of this machine by the files of
# contrib/integrations, every second, and write whom they would notify of what into
# $root/notified: a line "STATE HOST SERVICE". Sourced after integrations.sh.
#
#   write_nagios    $root/nagios.cfg; hosts hermes-mailqueue (hmq) and hermes-mailqueue-snmp
#   write_icinga    $root/icinga2.conf; hosts gw1 and, by IPv6, gw3 (hmq), and gw2 (check_snmp);
#                   icinga2 has to be given "${icinga_options[@]}", too
#
# Both write their state into status.dat below $root/nagios or $root/icinga.

# Set by lib.sh and integrations.sh.
: "${root?}" "${daemon?}" "${snmp_port?}" "${integrations?}" "${auth?}" "${priv?}"

plugins=/usr/lib/nagios/plugins
icinga_options=()

# write_client: hmq and its user, where the users of both can reach them; this checkout may be
# closed to them.
write_client() {
    [ ! -d "$root/client" ] || return 0
    cp "$(dirname -- "$daemon")/hmq" "$root/hmq"
    mkdir "$root/client"
    user_config hmq-read >"$root/client/snmp.conf"
    : >"$root/notified"
    chmod 666 "$root/notified"
}

write_nagios() {
    local objects=/etc/nagios4/objects name
    write_client
    mkdir -m 777 "$root/nagios" "$root/nagios/results"
    sed "s#/etc/nagios4/hmq#$root/client#; s#/usr/bin/hmq#$root/hmq#
        s/\(_SNMP_PORT *\)161/\1$snmp_port/" \
        "$integrations/nagios/hermes-mailqueue.cfg" >"$root/nagios/hermes-mailqueue.cfg"
    printf '%s\n' "\$USER1\$=$plugins" "\$USER5\$=$auth" "\$USER6\$=$priv" \
        >"$root/nagios/resource.cfg"
    cat >"$root/nagios/hosts.cfg" <<END
define command {
    command_name  note
    command_line  echo "\$SERVICESTATE\$ \$HOSTNAME\$ \$SERVICEDESC\$" >>$root/notified
}
define contact {
    use                            generic-contact
    contact_name                   admin
    service_notification_commands  note
    host_notification_commands     note
}
define contactgroup {
    contactgroup_name  admins
    members            admin
}
END
    for name in hermes-mailqueue hermes-mailqueue-snmp; do
        printf '%s\n' 'define host {' ' use generic-host,hermes-mailqueue-gateway' \
            " host_name $name" ' address 127.0.0.1' ' max_check_attempts 3' \
            ' contact_groups admins' " hostgroups $name" '}'
    done >>"$root/nagios/hosts.cfg"
    {
        for name in commands timeperiods templates; do
            echo "cfg_file=$objects/$name.cfg"
        done
        echo "cfg_file=$root/nagios/hermes-mailqueue.cfg"
        echo "cfg_file=$root/nagios/hosts.cfg"
        for name in log_file command_file lock_file temp_file object_cache_file query_socket \
            state_retention_file; do
            echo "$name=$root/nagios/$name"
        done
        printf '%s\n' "status_file=$root/nagios/status.dat" "temp_path=$root/nagios" \
            "precached_object_file=$root/nagios/objects" "resource_file=$root/nagios/resource.cfg" \
            "check_result_path=$root/nagios/results" nagios_user=nobody nagios_group=nogroup \
            interval_length=1 status_update_interval=1 enable_notifications=1 \
            enable_flap_detection=0 'illegal_macro_output_chars=`~$&|<>'
    } >"$root/nagios.cfg"
}

write_icinga() {
    local name
    write_client
    mkdir "$root/icinga"
    for name in Data Log Cache Spool InitRun; do
        mkdir "$root/icinga/$name"
        icinga_options+=(-D "Configuration.${name}Dir=$root/icinga/$name")
    done
    chown -R nagios "$root/icinga"
    sed "s#/etc/icinga2/hmq#$root/client#; s#/usr/bin/hmq#$root/hmq#
        s/hmq_port = 161/hmq_port = $snmp_port/; s/_interval = .*/_interval = 1s/" \
        "$integrations/icinga2/hermes-mailqueue.conf" >"$root/icinga/hermes-mailqueue.conf"
    cat >"$root/icinga2.conf" <<END
const PluginDir = "$plugins"
const NodeName = "test"
include <itl>
include <plugins>
template Service "generic-service" {
  max_check_attempts = 3
  enable_flapping = false
}
object Host "gw1" {
  check_command = "dummy"
  address = "127.0.0.1"
  vars.hermes_mailqueue = "hmq"
}
object Host "gw3" {
  check_command = "dummy"
  address = "::ffff:127.0.0.1"
  vars.hermes_mailqueue = "hmq"
}
object Host "gw2" {
  check_command = "dummy"
  address = "127.0.0.1"
  vars.hermes_mailqueue = "check_snmp"
  vars.snmpv3_port = $snmp_port
  vars.snmpv3_user = "hmq-read"
  vars.snmpv3_auth_key = "$auth"
  vars.snmpv3_priv_key = "$priv"
}
include "$root/icinga/hermes-mailqueue.conf"
object User "admin" { }
object NotificationCommand "note" {
  command = [ "/bin/sh", "-c", "echo \"\$\$0\" >>$root/notified",
    "\$service.state\$ \$host.name\$ \$service.name\$" ]
}
apply Notification "admin" to Service {
  command = "note"
  users = [ "admin" ]
  assign where true
}
object CheckerComponent "checker" { }
object NotificationComponent "notification" { }
object StatusDataWriter "status" {
  status_path = "$root/icinga/status.dat"
  objects_path = "$root/icinga/objects.cache"
  update_interval = 1s
}
END
}

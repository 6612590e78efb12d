#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The user who may read contents, webhook, script and thresholds.
set -euo pipefail
# shellcheck source=tests/boot/cases/lib.sh
. /in/cases/lib.sh

systemctl stop snmpd
echo "createUser hmq-view SHA-256 authpass1234 AES privpass1234" >>/var/lib/snmp/snmpd.conf
mkdir -p /root/view
printf '%s\n' 'defVersion 3' 'defSecurityName hmq-view' 'defSecurityLevel authPriv' \
    'defAuthType SHA-256' 'defAuthPassphrase authpass1234' 'defPrivType AES' \
    'defPrivPassphrase privpass1234' >/root/view/snmp.conf
sed -i '/^#authuser .* hmq-view /s/^#//' /etc/snmp/snmpd.conf.d/hermes-mailqueue-access.conf
systemctl start snmpd

cat >/root/receiver.py <<'END'
import http.server, json
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        print("webhook", event["event"], self.headers["X-Hermes-Signature"], flush=True)
        self.send_response(200)
        self.end_headers()
    def log_message(self, *words):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", 8080), Handler).serve_forever()
END
cat >/etc/systemd/system/receiver.service <<'END'
[Service]
ExecStart=/usr/bin/python3 /root/receiver.py
[Install]
WantedBy=multi-user.target
END
mkdir -p /usr/local/lib/hermes-mailqueue
cat >/usr/local/lib/hermes-mailqueue/note <<'END'
#!/bin/sh
echo "script $HMQ_EVENT as $(id -un)"
END
chmod 755 /usr/local/lib/hermes-mailqueue/note
# As the manual says.
install -m 0640 -g hermes-mq-hooks /dev/null /etc/hermes-mailqueue/ops.secret
printf secret >/etc/hermes-mailqueue/ops.secret
cat >>"$conf" <<'END'
allow_view = yes
overload_threshold = 5
overload_clear_threshold = 3
webhook.ops.url = http://127.0.0.1:8080/
webhook.ops.secret_file = /etc/hermes-mailqueue/ops.secret
script.note.path = /usr/local/lib/hermes-mailqueue/note
END
systemctl daemon-reload
systemctl -q enable --now receiver
check "the configuration with secret and script is accepted" "$agent" -c "$conf" -t

mark
check "enable --now waits until it is ready" systemctl enable --now "$agent"
eventually "snmpd lets it in" is 1.2.1.0 0
check "the helper runs in its own unit" up "$helper"
has_status() { systemctl show -p StatusText --value "$agent" | grep '^0 messages'; }
eventually "the status line has the total" has_status
check "AgentX is for hermes-mq alone" same "$(stat -c %a:%G /run/agentx/master)" 660:hermes-mq
check "the agent is not root" same "$(ps -o user:20= -p "$(main_pid "$agent")")" hermes-mq
eventually "the webhook is called, signed" said '^webhook hmqAgentStarted sha256='
eventually "the script runs, as hermes-mq-hooks" said 'script hmqAgentStarted as hermes-mq-hooks'
for unit in $agent:5 $helper:21 $hooks:16; do
    check "systemd-analyze security ${unit%:*}" systemd-analyze security --no-pager \
        "--threshold=${unit#*:}" "${unit%:*}.service"
done
check "no complaint in the journal" not complaints 'hermes-mailqueue*' --since "$since"

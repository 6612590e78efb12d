# SPDX-License-Identifier: BSD-3-Clause
"""zabbix_api.py URL METHOD [JSON]: one call of Zabbix's API, as the administrator of a new server.

Prints the result as JSON; @FILE as a value in JSON is what the file has. Exits with 1 and the error
if there is one.
"""

import json
import sys
import urllib.request


def call(url, method, params, token=None, version="7"):
    body = {"jsonrpc": "2.0", "method": method, "params": params, "id": 1}
    headers = {"Content-Type": "application/json-rpc"}
    if token and version.startswith("6.0"):
        body["auth"] = token
    elif token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(url + "/api_jsonrpc.php", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        answer = json.load(answer)
    if "error" in answer:
        sys.exit(f"{method}: {answer['error'].get('message')} {answer['error'].get('data')}")
    return answer["result"]


def files(value):
    if isinstance(value, dict):
        return {key: files(inner) for key, inner in value.items()}
    if isinstance(value, str) and value.startswith("@/"):
        with open(value[1:], encoding="utf-8") as stream:
            return stream.read()
    return value


def main():
    url, method = sys.argv[1:3]
    params = files(json.loads(sys.argv[3])) if len(sys.argv) > 3 else {}
    version = call(url, "apiinfo.version", {})
    if method == "apiinfo.version":
        print(version)
        return
    token = call(url, "user.login", {"username": "Admin", "password": "zabbix"})
    print(json.dumps(call(url, method, params, token, version)))


main()

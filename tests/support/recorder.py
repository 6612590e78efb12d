# SPDX-License-Identifier: BSD-3-Clause
"""recorder.py FOLDER: a webhook endpoint on 127.0.0.1 for the tests.  Writes its port to
FOLDER/port and each POST to /NAME as a line "KEY BODY" to FOLDER/NAME.  As long as FOLDER/NAME.down
exists it answers 503, and as long as FOLDER/NAME.hang exists it does not answer; it answers 200
only to what it recorded."""

import http.server
import os
import sys
import threading
import time

FOLDER = sys.argv[1]
LOCK = threading.Lock()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        name = os.path.join(FOLDER, os.path.basename(self.path))
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if os.path.exists(name + ".hang"):
            with open(name + ".hung", "a") as hung:
                hung.write("request\n")
        while os.path.exists(name + ".hang"):
            time.sleep(0.05)
        code = 503 if os.path.exists(name + ".down") else 200
        if code == 200:
            with LOCK, open(name, "ab") as record:
                record.write(f"{self.headers.get('Idempotency-Key')} ".encode() + body + b"\n")
        self.send_response(code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


server = Server(("127.0.0.1", 0), Handler)
with open(os.path.join(FOLDER, "port.new"), "w") as port:
    port.write(f"{server.server_address[1]}\n")
os.rename(os.path.join(FOLDER, "port.new"), os.path.join(FOLDER, "port"))
server.serve_forever()

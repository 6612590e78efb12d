# SPDX-License-Identifier: BSD-3-Clause
"""recorder.py FOLDER: a webhook endpoint on 127.0.0.1 for the tests.  Writes its port to
FOLDER/port and each POST to /NAME as a line "KEY BODY" to FOLDER/NAME.  As long as FOLDER/NAME.down
exists it answers 503; while there is FOLDER/NAME.hang it does not answer, while there is NAME.reset
it resets the connection, and while there is NAME.lie its answer is none, or one without an end.  It
answers 200 only to what it recorded."""

import http.server
import itertools
import os
import socket
import struct
import sys
import threading
import time

FOLDER = sys.argv[1]
LOCK = threading.Lock()
# None of them says that the event was taken, as any answer of 200 does.
LIES = itertools.cycle([
    b"\0\xff" * 100,
    b"HTTP/1.1 50",
    b"HTTP/1.1 500 No\r\nContent-Length: 10\r\n\r\nshort",
    b"HTTP/1.1 999999 OK\r\n\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 503 No\r\nContent-Length: -1\r\n\r\n",
    b"HTTP/1.1 503 No\r\n" + b"X-More: " + b"x" * 10000000,
])


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
        if os.path.exists(name + ".reset"):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            return
        if os.path.exists(name + ".lie"):
            self.close_connection = True
            self.wfile.write(next(LIES))
            return
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
